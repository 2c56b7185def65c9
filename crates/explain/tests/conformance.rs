//! Models of the libraries themselves, and what those say of rows: `tests/golden/models`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::{Array2, ArrayView2, Axis};
use serde::Deserialize;
use waage_explain::model::{Ensemble, Labels, Node};
use waage_explain::read::{self, Iterations, Options};
use waage_explain::{Index, Params, TreeExplainer};

/// A number, `null` for NaN, or `"inf"` and `"-inf"`.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(from = "Option<serde_json::Value>")]
struct Value(f64);

impl From<Option<serde_json::Value>> for Value {
    fn from(value: Option<serde_json::Value>) -> Self {
        Self(match value {
            None => f64::NAN,
            Some(serde_json::Value::String(text)) => text.parse().expect("inf or -inf"),
            Some(number) => number.as_f64().expect("a number"),
        })
    }
}

/// A case as `tests/golden/models/README.md` describes it, as far as margins need it.
#[derive(Deserialize)]
struct Case {
    library: String,
    version: String,
    model_file: String,
    same_model: Vec<String>,
    iterations: Option<serde_json::Value>,
    missing: Option<f64>,
    features: usize,
    labels: Option<std::collections::BTreeMap<usize, Vec<serde_json::Value>>>,
    times: f64,
    rows: Vec<Vec<Value>>,
    margin: Vec<Vec<Value>>,
    contributions: Option<Vec<Vec<Vec<f64>>>>,
    interactions: Option<Interactions>,
    base: Option<Vec<f64>>,
}

/// Interactions of some rows.
#[derive(Deserialize)]
struct Interactions {
    rows: Vec<usize>,
    values: Vec<Vec<Vec<Vec<f64>>>>,
}

impl Case {
    fn rows(&self) -> Array2<f64> {
        let values = self.rows.iter().flatten().map(|v| v.0).collect();
        Array2::from_shape_vec((self.rows.len(), self.features), values).expect("full rows")
    }

    fn options(&self) -> Options {
        Options {
            iterations: match &self.iterations {
                None => Iterations::All,
                Some(serde_json::Value::String(best)) if best == "best" => Iterations::Best,
                Some(n) => Iterations::First(n.as_u64().expect("a number of iterations") as usize),
            },
            missing: self.missing,
            ..Options::default()
        }
    }

    /// XGBoost sums leaves and linear terms in single precision, LightGBM in double.
    fn tolerance(&self, model: &Ensemble, row: &[f64], margin: f64) -> f64 {
        match self.library.as_str() {
            "XGBoost" => 1e-5 * (1.0 + largest_sum(model) + linear_sum(model, row)),
            "LightGBM" => 1e-12 * (1.0 + margin.abs()),
            other => panic!("{other}"),
        }
    }
}

/// How many tolerances a number is off. Linear leaves may give infinities and NaN, which must agree.
fn off(found: f64, wanted: f64, tolerance: f64) -> f64 {
    if found == wanted || (found.is_nan() && wanted.is_nan()) {
        return 0.0;
    }
    let over = (found - wanted).abs() / tolerance;
    if over.is_nan() { f64::INFINITY } else { over }
}

/// The sum over trees of the largest absolute leaf.
fn largest_sum(model: &Ensemble) -> f64 {
    let largest = |tree: &waage_explain::model::Tree| {
        tree.nodes()
            .iter()
            .filter_map(|node| match node {
                Node::Leaf(leaf) => Some(leaf),
                Node::Split(_) => None,
            })
            .flat_map(|leaf| tree.leaf_values(*leaf))
            .fold(0.0_f64, |most, v| most.max(v.abs()))
    };
    model.trees.iter().map(largest).sum()
}

/// The sum of absolute linear terms of all outputs.
fn linear_sum(model: &Ensemble, row: &[f64]) -> f64 {
    let Some(linear) = &model.linear else {
        return 0.0;
    };
    let weights = linear.weights.chunks_exact(row.len().max(1));
    let terms = weights
        .flat_map(|w| w.iter().zip(row))
        .map(|(w, x)| (w * x).abs());
    terms.filter(|term| !term.is_nan()).sum()
}

fn explain(explainer: &TreeExplainer, rows: ArrayView2<'_, f64>) -> Vec<f64> {
    let model = explainer.model();
    let mut out = vec![0.0; rows.nrows() * model.outputs() * explainer.width()];
    explainer.explain(rows, &mut out).expect("rows that fit");
    out
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/models")
}

fn cases() -> Vec<(PathBuf, Case)> {
    let mut found = Vec::new();
    for library in folder().read_dir().expect("the golden models") {
        let library = library.expect("an entry").path();
        let name = library
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if !library.is_dir() || !(name.starts_with("xgboost-") || name.starts_with("lightgbm-")) {
            continue;
        }
        for file in library.read_dir().expect("a folder") {
            let path = file.expect("an entry").path();
            if path.to_string_lossy().ends_with(".case.json") {
                let bytes = std::fs::read(&path).expect("a case");
                let case = serde_json::from_slice(&bytes)
                    .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                found.push((path, case));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn read(path: &Path, file: &str, options: &Options) -> Ensemble {
    let bytes = std::fs::read(path.with_file_name(file)).expect("a model");
    read::model(&bytes, options).unwrap_or_else(|e| panic!("{}, {file}: {e}", path.display()))
}

#[test]
fn margins_are_those_of_the_library() {
    let cases = cases();
    assert!(cases.len() >= 100, "{} cases", cases.len());
    let mut wrong = Vec::new();
    for (path, case) in &cases {
        let model = read(path, &case.model_file, &case.options());
        assert_eq!(model.source.library, case.library);
        if case.library == "XGBoost" {
            assert_eq!(model.source.version.as_deref(), Some(case.version.as_str()));
        }
        assert_eq!(model.features.len(), case.features, "{}", path.display());
        assert_eq!(case.rows.len(), case.margin.len());
        let mut worst: (f64, usize) = (0.0, 0);
        for (at, (row, wanted)) in case.rows.iter().zip(&case.margin).enumerate() {
            let row: Vec<f64> = row.iter().map(|v| v.0).collect();
            let mut found = vec![0.0; model.outputs()];
            model.margin(&row, &mut found);
            assert_eq!(found.len(), wanted.len(), "{}", path.display());
            for (found, wanted) in found.iter().zip(wanted) {
                let over = off(
                    *found,
                    wanted.0 / case.times,
                    case.tolerance(&model, &row, wanted.0),
                );
                if over > worst.0 {
                    worst = (over, at);
                }
            }
        }
        if worst.0 > 1.0 {
            wrong.push(format!(
                "{}: row {} is off by {:.3} tolerances",
                path.display(),
                worst.1,
                worst.0
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn contributions_are_those_of_the_library() {
    let mut compared = 0;
    for (path, case) in cases() {
        let (Some(wanted), Some(base)) = (&case.contributions, &case.base) else {
            continue;
        };
        let model = Arc::new(read(&path, &case.model_file, &case.options()));
        let explainer = Params::new(Arc::clone(&model)).build().expect("covers");
        for (found, wanted) in explainer.base().iter().zip(base) {
            let wanted = wanted / case.times;
            let tolerance = case
                .tolerance(&model, &[], wanted)
                .max(1e-9 * (1.0 + wanted.abs()));
            assert!(
                (found - wanted).abs() <= tolerance,
                "{}: base {found}, {wanted}",
                path.display()
            );
        }
        let rows = case.rows();
        let found = explain(&explainer, rows.view());
        let stride = model.outputs() * case.features;
        for (at, (found, wanted)) in found.chunks_exact(stride).zip(wanted).enumerate() {
            let row = rows.row(at).to_vec();
            let mut margin = vec![0.0; model.outputs()];
            model.margin(&row, &mut margin);
            let outputs = found.chunks_exact(case.features).zip(wanted).zip(margin);
            for ((found, wanted), margin) in outputs {
                let tolerance = case
                    .tolerance(&model, &row, margin)
                    .max(1e-9 * (1.0 + margin.abs()));
                for (found, wanted) in found.iter().zip(wanted) {
                    let wanted = wanted / case.times;
                    assert!(
                        (found - wanted).abs() <= tolerance,
                        "{}, row {at}: {found}, {wanted}",
                        path.display()
                    );
                }
            }
        }
        compared += 1;
    }
    assert!(compared >= 70, "{compared}");
}

#[test]
fn interactions_are_those_of_the_library() {
    let mut compared = 0;
    for (path, case) in cases() {
        let Some(Interactions { rows, values }) = &case.interactions else {
            continue;
        };
        let model = Arc::new(read(&path, &case.model_file, &case.options()));
        let params = Params::new(Arc::clone(&model)).index(Index::ShapleyInteraction);
        let explainer = params.build().expect("covers");
        let found = explain(&explainer, case.rows().select(Axis(0), rows).view());
        let wanted: Vec<f64> = values
            .iter()
            .flatten()
            .flatten()
            .flatten()
            .copied()
            .collect();
        assert_eq!(found.len(), wanted.len(), "{}", path.display());
        let tolerance = 5.0 * case.tolerance(&model, &[], 0.0);
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (found - wanted).abs() <= tolerance,
                "{}: {found}, {wanted}",
                path.display()
            );
        }
        compared += 1;
    }
    assert!(compared >= 5, "{compared}");
}

#[test]
fn both_encodings_of_xgboost_give_one_model() {
    let mut compared = 0;
    for (path, case) in cases() {
        let one = read(&path, &case.model_file, &case.options());
        for file in &case.same_model {
            assert_eq!(
                one,
                read(&path, file, &case.options()),
                "{}",
                path.display()
            );
            compared += 1;
        }
    }
    assert!(compared >= 25, "{compared}");
}

#[test]
fn labels_of_categories_stand_in_the_order_of_their_codes() {
    let mut compared = 0;
    for (path, case) in cases() {
        let model = read(&path, &case.model_file, &case.options());
        let wanted = case.labels.unwrap_or_default();
        for (at, feature) in model.features.iter().enumerate() {
            let found = feature.labels.as_ref().map(|labels| match labels {
                Labels::Text(texts) => serde_json::json!(texts),
                Labels::Numbers(numbers) => serde_json::json!(numbers),
                Labels::Hashes(hashes) => serde_json::json!(hashes),
            });
            let wanted = wanted.get(&at).map(|labels| match labels[0] {
                serde_json::Value::Number(_) => {
                    labels.iter().map(serde_json::Value::as_f64).collect()
                }
                _ => serde_json::json!(labels),
            });
            assert_eq!(found, wanted, "{}", path.display());
            compared += usize::from(found.is_some());
        }
    }
    assert!(compared >= 6, "{compared}");
}
