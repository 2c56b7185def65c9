use super::*;
use crate::model::Node;

fn stump(threshold: f64, value: Vec<f64>) -> TreeArrays {
    TreeArrays {
        left: vec![1, -1, -1],
        right: vec![2, -1, -1],
        feature: vec![0, -2, -2],
        threshold: vec![threshold, -2.0, -2.0],
        missing_left: vec![1, 0, 0],
        cover: vec![4.0, 1.0, 3.0],
        value,
    }
}

fn model(form: Form) -> SklearnModel {
    SklearnModel {
        class: "Test".to_owned(),
        version: None,
        features: 3,
        feature_names: None,
        missing: true,
        form,
    }
}

fn margin(model: &Ensemble, row: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; model.outputs()];
    model.margin(row, &mut out);
    out
}

#[test]
fn counts_and_fractions_give_the_same_probabilities() {
    // Before 1.3 leaves held counts.
    let counts = stump(
        0.5,
        vec![0.0; 2]
            .into_iter()
            .chain([3.0, 1.0, 0.0, 4.0])
            .collect(),
    );
    let fractions = stump(0.5, vec![0.0, 0.0, 0.75, 0.25, 0.0, 1.0]);
    let form = Form::Mean {
        classes: Some(vec![2]),
        targets: 1,
        trees: vec![counts, fractions],
    };
    let found = model(form).ensemble().expect("a model");
    assert_eq!(margin(&found, &[0.5, 0.0, 0.0]), [0.75, 0.25]);
    assert_eq!(margin(&found, &[0.6, 0.0, 0.0]), [0.0, 1.0]);
    assert_eq!(margin(&found, &[f64::NAN, 0.0, 0.0]), [0.75, 0.25]);
}

#[test]
fn targets_with_fewer_classes_drop_the_padding() {
    let value = vec![0.0; 6]
        .into_iter()
        .chain([1.0, 0.0, 0.0, 0.2, 0.3, 0.5])
        .chain([0.5, 0.5, 0.0, 0.0, 0.0, 1.0])
        .collect();
    let form = Form::Mean {
        classes: Some(vec![2, 3]),
        targets: 2,
        trees: vec![stump(0.5, value)],
    };
    let found = model(form).ensemble().expect("a model");
    assert_eq!(margin(&found, &[0.0; 3]), [1.0, 0.0, 0.2, 0.3, 0.5]);
}

#[test]
fn a_model_that_takes_no_missing_value_answers_none() {
    let form = Form::Linear {
        coefficients: vec![1.0, 2.0, 0.0],
        intercepts: vec![0.5],
        link: SklearnLink::Logit,
    };
    let found = SklearnModel {
        missing: false,
        ..model(form)
    }
    .ensemble()
    .expect("a model");
    assert_eq!(margin(&found, &[1.0, 1.0, 1.0]), [3.5]);
    assert!(margin(&found, &[1.0, 1.0, f64::NAN])[0].is_nan());
}

fn hist() -> HistArrays {
    HistArrays {
        is_leaf: vec![0, 1, 1],
        left: vec![1, 0, 0],
        right: vec![2, 0, 0],
        feature: vec![0, 0, 0],
        threshold: vec![0.0; 3],
        missing_left: vec![1, 0, 0],
        is_categorical: vec![1, 0, 0],
        bitset: vec![0, 0, 0],
        cover: vec![10.0, 4.0, 6.0],
        value: vec![0.0, -1.0, 1.0],
        left_categories: vec![0b10, 0, 0, 0, 0, 0, 0, 0],
    }
}

fn histogram(tree: HistArrays) -> Result<Ensemble> {
    let text = |t: &str| t.to_owned();
    model(Form::Histogram {
        baseline: vec![0.25],
        link: SklearnLink::Logit,
        columns: vec![2, 0, 1],
        categories: vec![
            None,
            None,
            Some(Categories::Text(vec![text("a"), text("b"), text("c")])),
        ],
        trees: vec![tree],
    })
    .ensemble()
}

#[test]
fn categorical_columns_come_first_in_histogram_trees() {
    let found = histogram(hist()).expect("a model");
    let Node::Split(split) = &found.trees[0].nodes()[0] else {
        panic!("a split")
    };
    assert_eq!(split.feature, 2);
    let of = |code: f64| margin(&found, &[9.0, 9.0, code])[0];
    assert_eq!(of(1.0), -0.75, "listed goes left");
    assert_eq!(of(0.0), 1.25, "known but not listed goes right");
    assert_eq!(of(7.0), -0.75, "unknown goes as missing does");
    assert_eq!(of(f64::NAN), -0.75);
}

#[test]
fn an_infinite_threshold_parts_missing_values_from_all_others() {
    let tree = HistArrays {
        is_categorical: vec![0; 3],
        threshold: vec![f64::INFINITY, 0.0, 0.0],
        missing_left: vec![0; 3],
        feature: vec![1, 0, 0],
        ..hist()
    };
    let found = histogram(tree).expect("a model");
    assert_eq!(margin(&found, &[f64::INFINITY, 0.0, 0.0]), [-0.75]);
    assert_eq!(margin(&found, &[f64::NAN, 0.0, 0.0]), [1.25]);
}

#[test]
fn arrays_that_do_not_fit_are_named() {
    let short = TreeArrays {
        cover: vec![1.0],
        ..stump(0.5, vec![0.0, 1.0, 2.0])
    };
    let form = Form::Boosting {
        learning_rate: 0.1,
        init: vec![0.0],
        link: SklearnLink::Identity,
        trees: vec![stump(0.5, vec![0.0, 1.0, 2.0]), short],
    };
    let text = model(form).ensemble().expect_err("refused").to_string();
    assert!(text.contains("tree 1, cover"), "{text}");
    let tree = HistArrays {
        bitset: vec![1, 0, 0],
        ..hist()
    };
    let text = histogram(tree).expect_err("refused").to_string();
    assert!(text.contains("tree 0, node 0, bitset"), "{text}");
    let tree = HistArrays {
        feature: vec![-1, 0, 0],
        ..hist()
    };
    let text = histogram(tree).expect_err("refused").to_string();
    assert!(text.contains("tree 0, node 0, feature"), "{text}");
    let tree = HistArrays {
        feature: vec![1, 0, 0],
        ..hist()
    };
    let text = histogram(tree).expect_err("refused").to_string();
    assert!(text.contains("column 1 has no categories"), "{text}");
}
