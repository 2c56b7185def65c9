//! Every model of `tests/golden/other_models` answers as the library that made it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::ArrayView2;
use serde_json::Value;
use waage_explain::Params;
use waage_explain::model::{Ensemble, Labels, Node, Output, Tree};
use waage_explain::read::{self, Options, catboost};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/other_models/cases")
}

/// A cell as the model takes it: a label becomes its code, an unknown one -1.
fn cell(value: &Value, labels: Option<&Labels>) -> f64 {
    let code = |place: Option<usize>| place.map_or(-1.0, |place| place as f64);
    match (value, labels) {
        (Value::Null, _) => f64::NAN,
        (Value::String(text), Some(Labels::Text(known))) => {
            code(known.iter().position(|label| label == text))
        }
        (Value::String(text), Some(Labels::Hashes(known))) => {
            let hash = catboost::category_hash(text);
            code(known.iter().position(|found| *found == hash))
        }
        (Value::Number(x), Some(Labels::Numbers(known))) => {
            code(known.iter().position(|label| Some(*label) == x.as_f64()))
        }
        (Value::String(text), None) => text.parse().expect("inf or -inf"),
        (Value::Number(x), None) => x.as_f64().expect("a number"),
        other => panic!("no cell: {other:?}"),
    }
}

/// The value of each output before any feature is known, by the covers.
fn base(model: &Ensemble) -> Vec<f64> {
    let mut base = model.base.clone();
    for tree in &model.trees {
        let values = mean(tree);
        match tree.output() {
            Output::One(k) => base[k as usize] += values[0],
            Output::All => base.iter_mut().zip(values).for_each(|(b, v)| *b += v),
        }
    }
    base
}

fn mean(tree: &Tree) -> Vec<f64> {
    let cover = |node: &Node| match node {
        Node::Split(split) => split.cover,
        Node::Leaf(leaf) => leaf.cover,
    };
    let root = cover(&tree.nodes()[0]);
    let mut sum = vec![];
    for node in tree.nodes() {
        if let Node::Leaf(leaf) = node {
            let values = tree.leaf_values(*leaf);
            sum.resize(values.len(), 0.0);
            let share = if tree.leaves() == 1 {
                1.0
            } else {
                leaf.cover / root
            };
            sum.iter_mut()
                .zip(values)
                .for_each(|(s, v)| *s += share * v);
        }
    }
    sum
}

fn numbers(value: &Value) -> Vec<f64> {
    let number = |x: &Value| x.as_f64().expect("a number");
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(number)
        .collect()
}

fn check(name: &str, case: &Value) {
    let text = |key: &str| case[key].as_str().expect(key);
    let bytes = fs::read(folder().join(text("model_file"))).expect("the model");
    let model = read::model(&bytes, &Options::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
    let names = case["features"].as_array().expect("features");
    assert_eq!(model.features.len(), names.len(), "{name}: features");
    for (feature, wanted) in model.features.iter().zip(names) {
        if let Some(found) = &feature.name {
            assert_eq!(Some(found.as_str()), wanted.as_str(), "{name}");
        }
    }
    let tolerance = case["tolerance"].as_f64().expect("a tolerance");
    let rows = case["rows"].as_array().expect("rows");
    let margins = case["margin"].as_array().expect("margins");
    assert!(
        rows.len() == margins.len() && rows.len() >= 20,
        "{name}: rows"
    );
    let codes = |row: &Value| -> Vec<f64> {
        let cells = row.as_array().expect("a row").iter().zip(&model.features);
        cells.map(|(c, f)| cell(c, f.labels.as_ref())).collect()
    };
    let rows: Vec<Vec<f64>> = rows.iter().map(codes).collect();
    for (number, (row, wanted)) in rows.iter().zip(margins).enumerate() {
        let wanted = numbers(wanted);
        let mut found = vec![0.0; model.outputs()];
        model.margin(row, &mut found);
        assert_eq!(found.len(), wanted.len(), "{name}: outputs");
        for (k, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
            assert!(
                (found - wanted).abs() <= tolerance * (1.0 + wanted.abs()),
                "{name}, row {number}, output {k}: {found} instead of {wanted}; {row:?}"
            );
        }
    }
    if !case["base"].is_null() {
        assert!(model.covers, "{name}: covers");
        for (found, wanted) in base(&model).iter().zip(numbers(&case["base"])) {
            assert!(
                (found - wanted).abs() <= 1e-9 * (1.0 + wanted.abs()),
                "{name}: base {found} instead of {wanted}"
            );
        }
        check_contributions(name, case, model, &rows);
    }
}

/// Path-dependent values beside those of shap and CatBoost.
fn check_contributions(name: &str, case: &Value, model: Ensemble, rows: &[Vec<f64>]) {
    let (outputs, features) = (model.outputs(), model.features.len());
    let explainer = Params::new(Arc::new(model)).build().expect("an explainer");
    let flat = rows.concat();
    let table = ArrayView2::from_shape((rows.len(), features), &flat).expect("a table");
    let mut found = vec![0.0; rows.len() * outputs * features];
    explainer.explain(table, &mut found).expect("values");
    let wanted = case["contributions"].as_array().expect("rows");
    let margins = case["margin"].as_array().expect("margins");
    let mut rows = found.chunks(outputs * features);
    for (number, (wanted, margin)) in wanted.iter().zip(margins).enumerate() {
        let row = rows.next().expect("as many rows");
        let values = wanted.as_array().expect("outputs").iter().map(numbers);
        for ((found, wanted), margin) in row.chunks(features).zip(values).zip(numbers(margin)) {
            for (j, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                assert!(
                    (found - wanted).abs() <= 1e-9 * (1.0 + margin.abs()),
                    "{name}, row {number}, feature {j}: {found} instead of {wanted}"
                );
            }
        }
    }
}

fn check_all(prefix: &str, least: usize) {
    let mut seen = 0;
    let mut paths: Vec<_> = fs::read_dir(folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        if !name.starts_with(prefix) || name.contains(".model.") || !name.ends_with(".json") {
            continue;
        }
        let bytes = fs::read(&path).expect("the case");
        check(name, &serde_json::from_slice(&bytes).expect("JSON"));
        seen += 1;
    }
    assert!(seen >= least, "only {seen} cases of {prefix}");
}

#[test]
fn catboost_models_answer_as_catboost() {
    check_all("catboost_", 14);
}

#[test]
fn scikit_learn_models_answer_as_scikit_learn() {
    check_all("sklearn_", 25);
}

#[test]
fn skops_files_answer_as_scikit_learn() {
    check_all("skops_", 14);
}

#[test]
fn onnx_models_answer_as_onnxruntime() {
    check_all("onnx_", 30);
}
