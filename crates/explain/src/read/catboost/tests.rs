use serde_json::{Value, json};

use super::*;

fn model() -> Value {
    json!({
        "features_info": {"float_features": [
            {"feature_index": 0, "flat_feature_index": 1, "feature_id": "age",
             "borders": [0.5], "nan_value_treatment": "AsTrue"},
            {"feature_index": 1, "flat_feature_index": 0, "feature_id": "", "borders": [2.0]}
        ]},
        "oblivious_trees": [{
            "splits": [
                {"split_type": "FloatFeature", "float_feature_index": 0, "border": 0.5},
                {"split_type": "FloatFeature", "float_feature_index": 1, "border": 2.0}
            ],
            "leaf_values": [1.0, 2.0, 3.0, 4.0],
            "leaf_weights": [1.0, 0.0, 5.0, 2.0]
        }],
        "scale_and_bias": [2.0, [10.0]],
        "model_info": {"params": {"loss_function": {"type": "Logloss"}}}
    })
}

fn of(value: &Value) -> Result<Ensemble> {
    read(value.to_string().as_bytes())
}

fn margin(model: &Ensemble, row: &[f64]) -> f64 {
    let mut out = vec![0.0; model.outputs()];
    model.margin(row, &mut out);
    out[0]
}

#[test]
fn the_first_split_is_the_lowest_bit_of_a_leaf() {
    let found = of(&model()).expect("a model");
    assert_eq!(found.feature_name(1), "age");
    assert_eq!(margin(&found, &[0.0, 0.0]), 12.0);
    assert_eq!(margin(&found, &[0.0, 1.0]), 14.0);
    assert_eq!(margin(&found, &[3.0, 0.0]), 16.0);
    assert_eq!(
        margin(&found, &[3.0, 0.5]),
        16.0,
        "a border itself is not above"
    );
    assert_eq!(
        margin(&found, &[f64::NAN, f64::NAN]),
        14.0,
        "AsIs goes low, AsTrue high"
    );
    assert_eq!(found.link, Link::Logistic { scale: 1.0 });
    assert!(found.covers && found.source.notes.len() == 1);
    let crate::model::Node::Split(root) = &found.trees[0].nodes()[0] else {
        panic!("a split")
    };
    assert_eq!(root.cover, 8.0);
}

#[test]
fn what_cannot_be_explained_is_refused_by_name() {
    let mut ctr = model();
    ctr["oblivious_trees"][0]["splits"][1] =
        json!({"split_type": "OnlineCtr", "border": 0.3, "ctr_target_border_idx": 0});
    let text = of(&ctr).expect_err("refused").to_string();
    assert!(
        text.contains("tree 0, splits[1]") && text.contains("one_hot_max_size"),
        "{text}"
    );
    let mut words = model();
    words["features_info"]["text_features"] = json!([{"feature_index": 0}]);
    let text = of(&words).expect_err("refused").to_string();
    assert!(text.contains("text features"), "{text}");
}

#[test]
fn damage_is_named() {
    for (pointer, value, words) in [
        (
            "/oblivious_trees/0/leaf_values",
            json!([1.0, 2.0, 3.0]),
            "tree 0, leaf_values",
        ),
        (
            "/oblivious_trees/0/leaf_weights",
            json!([1.0]),
            "tree 0, leaf_weights",
        ),
        (
            "/oblivious_trees/0/splits/1/float_feature_index",
            json!(9),
            "tree 0, splits[1]",
        ),
        (
            "/features_info/float_features/1/flat_feature_index",
            json!(1),
            "flat_feature_index",
        ),
        ("/scale_and_bias", json!([1.0, [1.0, 2.0]]), "biases"),
        ("/scale_and_bias", json!([1.0, []]), "scale_and_bias"),
        ("/oblivious_trees", json!(null), "top level"),
    ] {
        let mut damaged = model();
        *damaged.pointer_mut(pointer).expect("it is there") = value;
        let text = of(&damaged).expect_err(pointer).to_string();
        assert!(text.contains(words), "{pointer}: {text}");
    }
}

#[test]
fn a_category_is_known_by_its_hash() {
    // What catboost 1.2.10 wrote for splits on these categories.
    let cases: [(&str, i32); 18] = [
        ("a", -805065478),
        ("ab", -204718274),
        ("abc", 978243121),
        ("0", -1438285038),
        ("12", 1445320840),
        ("2024", -1608677547),
        ("abcdefgh", -24192233),
        ("Größe", 1539269457),
        ("abcdefghijkl", 2045114484),
        ("ääääääää", 743010675),
        ("xxxxxxxxxxxxxxxxx", 400127573),
        ("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", -604170273),
        ("Lorem ipsum dolor sit amet, consectetur", -1317410504),
        (&format!("{}q", "z".repeat(63)), -1518540018),
        (&"w".repeat(65), 1141626801),
        (
            &"The quick brown fox jumps over the lazy dog. ".repeat(3),
            1734105235,
        ),
        (&"v".repeat(128), 1639191936),
        (&"u".repeat(129), 1136179121),
    ];
    for (label, hash) in cases {
        assert_eq!(category_hash(label) as i32, hash, "{label}");
    }
}
