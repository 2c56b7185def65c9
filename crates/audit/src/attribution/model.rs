//! What is explained: a model's bytes, and the columns its features are.

use std::path::PathBuf;

use indexmap::IndexMap;
use waage_data::{Categories, FeatureColumn, Unseen};
use waage_explain::Index;
use waage_explain::model::{Ensemble, Labels};
use waage_explain::read::{self, Iterations};
use waage_result::attribution::ExplainSpec;

use crate::AuditError;

/// A model file.
#[derive(Clone, Debug)]
pub enum Model {
    /// On disk.
    File(PathBuf),
    /// In memory.
    Bytes(Vec<u8>),
}

pub(super) fn index(spec: &ExplainSpec) -> Result<Index, AuditError> {
    if !(spec.confidence > 0.0 && spec.confidence < 1.0) {
        return Err(AuditError::Option(format!(
            "--confidence {} is no level; give one between 0 and 1, such as 0.95",
            spec.confidence
        )));
    }
    match spec.index.as_str() {
        "shapley" => Ok(Index::Shapley),
        "banzhaf" => Ok(Index::Banzhaf),
        other => Err(AuditError::Option(format!(
            "there is no index {other:?}; use shapley or banzhaf"
        ))),
    }
}

pub(super) fn options(spec: &ExplainSpec) -> Result<read::Options, AuditError> {
    let iterations = match spec.iterations.as_str() {
        "all" => Iterations::All,
        "best" => Iterations::Best,
        number => match number.parse() {
            Ok(first) if first > 0 => Iterations::First(first),
            _ => {
                return Err(AuditError::Option(format!(
                    "--iterations {number:?} is no number of iterations; use all, best or a number from 1 on"
                )));
            }
        },
    };
    Ok(read::Options {
        iterations,
        missing: spec.missing,
        ..read::Options::default()
    })
}

pub(super) fn model_bytes(model: &Model) -> Result<Vec<u8>, AuditError> {
    match model {
        Model::Bytes(bytes) => Ok(bytes.clone()),
        Model::File(path) => {
            let failed = |cause: std::io::Error| {
                AuditError::Option(format!(
                    "the model {} cannot be read ({cause}); check the path",
                    path.display()
                ))
            };
            let size = std::fs::metadata(path).map_err(failed)?.len();
            if size > read::BYTES_MAX {
                return Err(AuditError::Explain(waage_explain::Error::TooLarge {
                    unit: "bytes",
                    found: size,
                    limit: read::BYTES_MAX,
                }));
            }
            std::fs::read(path).map_err(failed)
        }
    }
}

/// Labels per feature from a JSON object of lists of texts.
///
/// # Errors
/// When the text is not that.
pub fn categories(json: &str) -> Result<IndexMap<String, Vec<String>>, serde_json::Error> {
    serde_json::from_str(json)
}

/// The columns of a model's features: its own names, or those given in its order.
pub(super) fn columns(
    model: &Ensemble,
    spec: &ExplainSpec,
) -> Result<Vec<FeatureColumn>, AuditError> {
    let count = model.features.len();
    if !spec.features.is_empty() && spec.features.len() != count {
        return Err(AuditError::Option(format!(
            "--features names {} columns, the model has {count} features; name one column per feature, in the model's order",
            spec.features.len()
        )));
    }
    let unseen = match spec.unseen.as_str() {
        "refuse" => Unseen::Refuse,
        "missing" => Unseen::Missing,
        other => {
            return Err(AuditError::Option(format!(
                "--unseen {other:?} is not known; use refuse or missing"
            )));
        }
    };
    let known = |name: &String| match spec.features.is_empty() {
        true => model.features.iter().any(|f| f.name.as_ref() == Some(name)),
        false => spec.features.contains(name),
    };
    if let Some(name) = spec.categories.keys().find(|name| !known(name)) {
        return Err(AuditError::Option(format!(
            "--categories names \"{name}\", which is no feature of the model; name features as the model does"
        )));
    }
    for (name, labels) in &spec.categories {
        let twice = |(at, label): &(usize, &String)| labels[..*at].contains(label);
        if let Some((_, label)) = labels.iter().enumerate().find(twice) {
            return Err(AuditError::Option(format!(
                "--categories names \"{label}\" twice for \"{name}\"; name each label once, in the order of the codes"
            )));
        }
    }
    let named = model.features.iter().enumerate().map(|(at, feature)| {
        let given = spec.features.get(at).or(feature.name.as_ref());
        let Some(name) = given else {
            return Err(AuditError::Option(format!(
                "the model does not name its {count} features; name their columns in the model's order with --features"
            )));
        };
        let own = || {
            feature.labels.as_ref().map(|labels| match labels {
                Labels::Text(labels) => Categories::Text(labels.clone()),
                Labels::Numbers(labels) => Categories::Numbers(labels.clone()),
                Labels::Hashes(hashes) => Categories::Hashes {
                    hashes: hashes.clone(),
                    hash: waage_explain::read::catboost::category_hash,
                },
            })
        };
        let given = spec.categories.get(name).cloned().map(Categories::Text);
        Ok(FeatureColumn {
            name: name.clone(),
            categories: if spec.codes { None } else { given.or_else(own) },
            unseen,
        })
    });
    named.collect()
}

/// Refuses values that the model's own library refuses: XGBoost and most of scikit-learn take no
/// number that is infinite in their precision.
pub(super) fn check_finite(
    model: &Ensemble,
    names: &[String],
    values: &[f64],
    first: u64,
) -> Result<(), AuditError> {
    let source = &model.source;
    let histogram = |class: &String| class.starts_with("Hist");
    let refuses = match source.library.as_str() {
        "XGBoost" => true,
        "scikit-learn" => !source.objective.as_ref().is_some_and(histogram),
        _ => false,
    };
    let width = model.features.len();
    let infinite = |x: &f64| model.cast.apply(*x).is_infinite() && !model.clean(*x).is_nan();
    match values.iter().position(infinite).filter(|_| refuses) {
        None => Ok(()),
        Some(at) => Err(AuditError::Option(format!(
            "row {} holds {:?} in \"{}\", and {} takes no infinite values: make it missing or a number within single precision",
            first + (at / width) as u64,
            values[at],
            names[at % width],
            source.library,
        ))),
    }
}
