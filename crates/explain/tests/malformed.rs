//! What is wrong with a file is said in one sentence that names the place.

use std::path::Path;
use std::sync::Arc;

use ndarray::Array2;
use waage_core::observer::Silent;
use waage_explain::read::{self, Iterations, Options};
use waage_explain::rescaled::{Rescaled, Target};
use waage_explain::{Background, Params, Perturbation};

fn seed(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(name);
    std::fs::read_to_string(path).expect("a seed")
}

fn refusal(text: &str) -> String {
    read::model(text.as_bytes(), &Options::default())
        .expect_err("a broken model")
        .to_string()
}

/// Replaces the first `from` of a seed and compares the refusal.
fn check(name: &str, cases: &[(&str, &str, &str)]) {
    let text = seed(name);
    for (from, to, wanted) in cases {
        assert!(text.contains(from), "{name} has no {from}");
        let found = refusal(&text.replacen(from, to, 1));
        assert!(
            found.contains(wanted),
            "{from} -> {to}\nfound:  {found}\nwanted: {wanted}"
        );
        assert!(
            !found.contains('\n') && !found.contains('\u{1f}'),
            "{found}"
        );
    }
}

/// Such a file once broke the reader's users: it is well-formed, and rows have no column.
#[test]
fn a_model_without_features_is_its_bias() {
    let text = seed("xgboost_json/linear_without_features.json");
    let model = read::model(text.as_bytes(), &Options::default()).expect("a model");
    let mut margin = vec![f64::NAN; model.outputs()];
    model.margin(&[], &mut margin);
    // Every output of a linear model adds the first base score.
    assert_eq!(margin, [6.0, 0.75]);
    let rows = Array2::<f64>::zeros((3, 0));
    let model = Arc::new(model);
    let background = Background::new(rows.view(), None).expect("three rows");
    let against = Perturbation::Interventional(background.clone());
    let explainer = Params::new(Arc::clone(&model)).perturbation(against);
    let explainer = explainer.build().expect("an explainer");
    assert_eq!(explainer.base(), margin);
    explainer.explain(rows.view(), &mut []).expect("nothing");
    let logistic = [
        ("reg:squarederror", "binary:logistic"),
        ("\"num_target\":\"2\"", "\"num_target\":\"1\""),
        ("[5E-1,-5E-1]", "5E-1"),
        ("[5.5,0.25]", "[0.25]"),
    ];
    let text = logistic
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to));
    let model = read::model(text.as_bytes(), &Options::default()).expect("a model");
    let rescaled = Rescaled::new(Arc::new(model), background).expect("a rescaled one");
    assert!((rescaled.base()[0] - 1.0 / (1.0 + (-0.25_f64).exp())).abs() < 1e-15);
    let probability = rescaled.explain(rows.view(), Target::Probability, &mut [], &Silent);
    probability.expect("nothing");
}

#[test]
fn xgboost_names_tree_node_and_field() {
    check(
        "xgboost_json/trees.json",
        &[
            (
                "[1,3,5,-1",
                "[1,3,5,\"x\"",
                "XGBoost JSON model, learner, gradient_booster, model, trees, tree 0, left_children: invalid type",
            ),
            (
                "[1,3,5,-1",
                "[1,3,5",
                "XGBoost JSON model, learner, gradient_booster, model, trees, tree 0: left_children has 6 entries, num_nodes says 7",
            ),
            (
                "\"default_left\":[1,",
                "\"default_left\":[",
                "default_left has 6 entries, left_children has 7",
            ),
            ("[1,3,5,-1", "[0,3,5,-1", "tree 0: node 0 is reached twice"),
            (
                "[1,3,5,-1",
                "[1,3,99,-1",
                "tree 0: node 2 has the child 99, but the tree has 7 nodes",
            ),
            ("[1,3,5,-1", "[1,-7,5,-1", "tree 0: node 1 has the child"),
            (
                "[1,0,0,0,0,0,0],\"split_type\"",
                "[1,9,0,0,0,0,0],\"split_type\"",
                "node 1 asks for feature 9, but the model has 2",
            ),
            (
                ",-2.8E-1,",
                ",NaN,",
                "tree 0: node 1 has a value that is not a finite number",
            ),
            (
                ",3.4095925E-1,-3.5198405E-1,4.773922E-2],\"split_ind",
                ",Infinity,-3.5198405E-1,4.773922E-2],\"split_ind",
                "tree 0: node 4 has a value that is not a finite number",
            ),
            (
                "\"categories_nodes\":[0]",
                "\"categories_nodes\":[1]",
                "node 0 splits categories, but categories_nodes does not list it",
            ),
            (
                "\"categories_sizes\":[3]",
                "\"categories_sizes\":[4]",
                "node 0 has the categories 0 to 0 + 4, but there are 3",
            ),
            (
                "\"categories_segments\":[0]",
                "\"categories_segments\":[]",
                "categories_segments has 0 entries, categories_nodes has 1",
            ),
            (
                "\"categories\":[0,2,3]",
                "\"categories\":[0,2,-3]",
                "node 0 lists the category -3",
            ),
            (
                "\"split_type\":[1,",
                "\"split_type\":[7,",
                "node 0 has the split_type 7",
            ),
            (
                "\"num_trees\":\"2\"",
                "\"num_trees\":\"3\"",
                "3 trees, but the file holds 2",
            ),
            (
                "\"tree_info\":[0,0]",
                "\"tree_info\":[0,4]",
                "tree 1: tree_info is 4, the model has 1 outputs",
            ),
            (
                "\"iteration_indptr\":[0,1,2]",
                "\"iteration_indptr\":[0,2,1]",
                "iteration_indptr: it should rise from 0 to the number of trees, 2",
            ),
            (
                "\"[2.358295E-1]\"",
                "\"[0.1,0.2]\"",
                "base_score: it has 2 values, the model has 1 outputs",
            ),
            (
                "\"[2.358295E-1]\"",
                "\"much\"",
                "base_score: `much` is neither a number nor a list of numbers",
            ),
            (
                "\"num_feature\":\"2\",\"num_target\"",
                "\"num_feature\":\"-2\",\"num_target\"",
                "num_feature: `-2` is no whole number",
            ),
            (
                "\"num_feature\":\"2\",\"num_target\"",
                "\"num_feature\":\"4000000000\",\"num_target\"",
                "the model has 4000000000 features, more than the limit",
            ),
            (
                "\"num_class\":\"0\"",
                "\"num_class\":\"99999999\"",
                "99999999 outputs, more than the limit",
            ),
            (
                "[\"amount\",\"kind\"]",
                "[\"amount\"]",
                "feature_names: it has 1 entries, the model has 2 features",
            ),
            (
                "\"name\":\"gbtree\"",
                "\"name\":\"gbforest\"",
                "booster `gbforest` is not read: train with gbtree",
            ),
            (
                "\"version\":[3,2,0]",
                "\"version\":[3]",
                "version: three numbers are needed",
            ),
            ("{\"learner\":{", "{\"learner\":{\"x\":,", "expected value"),
        ],
    );
    check(
        "xgboost_json/dart.json",
        &[
            (
                "\"weight_drop\":[1E0]",
                "\"weight_drop\":[]",
                "weight_drop: 0 trees, but the file holds 1",
            ),
            (
                "\"weight_drop\":[1E0]",
                "\"weight_drop\":[null]",
                "the weight of tree 0 is not finite",
            ),
        ],
    );
    check(
        "xgboost_json/linear.json",
        &[(
            "\"weights\":[",
            "\"weights\":[1,",
            "(features + 1) × outputs is (2 + 1) × 2",
        )],
    );
    // Skipped values are walked without recursion, however deep they nest.
    let deep = refusal(&format!("{{\"learner\":{{\"x\":{}", "[".repeat(1_000_000)));
    assert!(deep.contains("learner: EOF while parsing a list"), "{deep}");
}

#[test]
fn a_base_score_out_of_range_is_refused() {
    let text = seed("xgboost_json/trees.json")
        .replace("reg:squarederror", "binary:logistic")
        .replace("[2.358295E-1]", "[1.5]");
    assert!(refusal(&text).contains("base_score: 1.5 should be between 0 and 1"));
}

#[test]
fn an_unknown_objective_leaves_margins() {
    let text = seed("xgboost_json/trees.json").replace("reg:squarederror", "reg:mine");
    let model = read::model(text.as_bytes(), &Options::default()).expect("a model");
    assert_eq!(model.link, waage_explain::model::Link::Unknown);
    assert!(
        model.source.notes[0].contains("`reg:mine` is not known"),
        "{:?}",
        model.source.notes
    );
}

#[test]
fn lightgbm_names_tree_and_field() {
    check(
        "lightgbm_text/trees.txt",
        &[
            (
                "max_feature_idx=1",
                "max_feature_idx=x",
                "max_feature_idx: `x` is not a number of its kind",
            ),
            (
                "max_feature_idx=1",
                "max_feature_idx=4000000000",
                "features, more than the limit",
            ),
            (
                "max_feature_idx=1",
                "",
                "max_feature_idx: the line is missing",
            ),
            (
                "num_tree_per_iteration=1",
                "num_tree_per_iteration=0",
                "it must be at least 1",
            ),
            (
                "num_tree_per_iteration=1",
                "num_tree_per_iteration=3",
                "2 trees are no whole number of rounds of 3",
            ),
            (
                "feature_names=amount kind",
                "feature_names=amount",
                "feature_names: there should be one for each of the 2 features",
            ),
            (
                "tree_sizes=488 548",
                "tree_sizes=488 548 9",
                "tree_sizes: it is not of 2 trees",
            ),
            ("Tree=1", "Tree=7", "tree 1: it is numbered `7`"),
            (
                "num_leaves=4",
                "num_leaves=5",
                "tree 0, leaf_value: 4 values where num_leaves is 5",
            ),
            (
                "split_feature=0 0 0",
                "split_feature=0 0",
                "tree 0, split_feature: 2 values where 3 should be",
            ),
            (
                "split_feature=0 0 0",
                "split_feature=0 9 0",
                "tree 0, the nodes: node 1 asks for feature 9",
            ),
            (
                "left_child=2 -2 -1",
                "left_child=2 1 -1",
                "tree 0, the nodes: node 1 is reached twice",
            ),
            (
                "left_child=2 -2 -1",
                "left_child=2 -9 -1",
                "node 1 has the child 11, but the tree has 7 nodes",
            ),
            (
                "threshold=-0.084999999999999992",
                "threshold=nan",
                "node 0 has a value that is not a finite number",
            ),
            (
                "leaf_value=0.0023512222804129845",
                "leaf_value=inf",
                "node 3 has a value that is not a finite number",
            ),
            (
                "decision_type=8 10 8",
                "decision_type=8 14 8",
                "split 1 has the unknown type 14",
            ),
            (
                "decision_type=8 10 8",
                "",
                "tree 0, decision_type: 0 values where 3 should be",
            ),
            (
                "threshold=0 0.075000000000000011",
                "threshold=1 0.075",
                "split 0 asks for set 1 of the 1",
            ),
            (
                "threshold=0 0.075000000000000011",
                "threshold=0.5 0.075",
                "split 0 asks for set 0.5",
            ),
            (
                "cat_boundaries=0 1",
                "cat_boundaries=0 2",
                "cat_boundaries: it should be 1 + 1 numbers that rise to at most 1",
            ),
            (
                "internal_count=60 36 24",
                "internal_count=60 36",
                "internal_count: 2 values where 3 should be",
            ),
            (
                "leaf_count=3 19",
                "leaf_count=-3 19",
                "cover that is negative",
            ),
            ("end of trees", "", "the file is cut short"),
            ("end of parameters", "", "`end of parameters` is missing"),
            (
                "categorical:null",
                "categorical:[[",
                "pandas_categorical: EOF",
            ),
            (
                "objective=regression",
                "objective=binary sigmoid:-2",
                "sigmoid:-2 should be above 0",
            ),
        ],
    );
    check(
        "lightgbm_text/linear.txt",
        &[
            (
                "leaf_const=",
                "leaf_const=1 ",
                "leaf_const: 4 values where 3 should be",
            ),
            (
                "leaf_features=0",
                "leaf_features=8",
                "leaf_features: feature 8, but the model has 2",
            ),
            ("num_features=2 1 2", "num_features=7 1 2", "values where"),
        ],
    );
}

#[test]
fn limits_and_iterations_are_the_callers() {
    let text = seed("lightgbm_text/trees.txt");
    let with = |options: Options| read::model(text.as_bytes(), &options).map(|m| m.trees.len());
    let first = |n| Options {
        iterations: Iterations::First(n),
        ..Options::default()
    };
    assert_eq!(with(first(1)), Ok(1));
    assert_eq!(with(first(2)), Ok(2));
    for n in [0, 3] {
        let error = with(first(n)).expect_err("no such iteration").to_string();
        assert_eq!(
            error,
            format!("the model has 2 iterations, not {n}: ask for 1 to 2")
        );
    }
    let small = Options {
        bytes_max: 100,
        ..Options::default()
    };
    let error = with(small).expect_err("too large").to_string();
    assert!(
        error.contains("bytes, more than the limit of 100"),
        "{error}"
    );
}

#[test]
fn a_missing_marker_counts_as_missing() {
    let text = seed("xgboost_json/trees.json");
    let model = |missing| {
        let options = Options {
            missing,
            ..Options::default()
        };
        let model = read::model(text.as_bytes(), &options).expect("a model");
        move |x: f64| {
            let mut out = [0.0];
            model.margin(&[x, 1.0], &mut out);
            out[0]
        }
    };
    let (plain, marked) = (model(None), model(Some(-999.1)));
    assert_ne!(plain(f64::NAN), plain(-999.1));
    assert_eq!(marked(-999.1), plain(f64::NAN));
    assert_eq!(marked(f64::from(-999.1_f32)), plain(f64::NAN));
    assert_eq!(marked(7.0), plain(7.0));
}
