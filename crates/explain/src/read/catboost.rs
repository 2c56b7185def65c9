//! CatBoost's JSON (`model.save_model(path, format="json")`).
//!
//! Oblivious and non-symmetric trees over numeric and one-hot features. A split is true when the
//! value, rounded to single precision, exceeds the border, or when the category is the one asked
//! for; true goes right. Categories are known by the hashes of their texts ([`category_hash`]).

mod city;
mod file;
mod trees;

use std::collections::HashMap;

use file::{File, NanTreatment, SplitKind};

use crate::model::{CategoryRule, Ensemble, Feature, InputCast, Labels, Link, Source};
use crate::read::limit;
use crate::read::shown::line;
use crate::{Error, Result};

pub(super) const FORMAT: &str = "CatBoost JSON";

/// The 32-bit number by which CatBoost knows a category: the lower half of CityHash64 1.0 of its
/// text. Whole numbers are categories by their decimal text.
#[must_use]
pub fn category_hash(label: &str) -> u32 {
    (city::hash64(label.as_bytes()) & 0xffff_ffff) as u32
}

/// Reads a model.
///
/// # Errors
/// [`Error::Malformed`] for a file that is damaged, [`Error::Unsupported`] for target statistics,
/// text and embedding features.
pub fn read(bytes: &[u8]) -> Result<Ensemble> {
    let file: File = serde_json::from_slice(bytes)
        .map_err(|e| Error::malformed(FORMAT, "the JSON text", line(&e.to_string())))?;
    let inputs = inputs(&file)?;
    let (scale, bias) = match &file.scale_and_bias {
        None => (1.0, vec![0.0]),
        Some((scale, bias)) => (*scale, bias.clone().into_vec()),
    };
    if !scale.is_finite() || bias.is_empty() || bias.iter().any(|b| !b.is_finite()) {
        return Err(Error::malformed(
            FORMAT,
            "scale_and_bias",
            "it must hold a finite scale and at least one finite bias",
        ));
    }
    let mut forest = trees::forest(&file, &inputs, bias.len())?;
    for tree in &mut forest.trees {
        tree.scale(scale);
    }
    let base = match (bias.as_slice(), forest.outputs) {
        (&[one], outputs) => vec![one; outputs],
        _ => bias,
    };
    let objective = file.objective();
    let mut notes = Vec::new();
    if inputs
        .numeric
        .iter()
        .any(|f| f.nan == NanTreatment::Compared)
    {
        notes.push(
            "Features without missing values in training take a missing value as below every border."
                .to_owned(),
        );
    }
    let link = link(objective.as_deref());
    if link == Link::Unknown {
        notes.push("The loss function names no known link: only margins can be told.".to_owned());
    }
    Ok(Ensemble {
        features: inputs.features,
        base,
        cast: InputCast::F32,
        category: CategoryRule::Exact,
        trees: forest.trees,
        linear: None,
        missing: None,
        link,
        covers: forest.covers,
        source: Source {
            library: "CatBoost".to_owned(),
            version: file.version(),
            objective,
            notes,
        },
    })
}

/// A numeric feature of the file.
struct Numeric {
    /// Its column.
    column: u32,
    nan: NanTreatment,
}

/// A categorical feature of the file.
struct Categorical {
    /// Its column.
    column: u32,
    /// The codes of its categories by their hashes.
    codes: HashMap<u32, u32>,
}

/// The columns, and the file's own numberings of numeric and categorical ones.
pub(super) struct Inputs {
    features: Vec<Feature>,
    numeric: Vec<Numeric>,
    categorical: Vec<Categorical>,
}

fn inputs(file: &File) -> Result<Inputs> {
    let info = &file.features_info;
    for (kind, found) in [
        ("text", &info.text_features),
        ("embedding", &info.embedding_features),
    ] {
        if found.as_ref().is_some_and(|f| !f.is_empty()) {
            return Err(Error::unsupported(
                format!("the CatBoost model uses {kind} features"),
                "train it on numeric and categorical columns",
            ));
        }
    }
    let count = info.float_features.len() + info.categorical_features.len();
    limit::features(count)?;
    limit::categories(
        info.categorical_features
            .iter()
            .map(|f| f.values.len())
            .sum(),
    )?;
    let mut columns: Vec<Option<Feature>> = vec![None; count];
    let mut place =
        |index: usize, flat: usize, feature: Feature, kind: &str| match columns.get_mut(flat) {
            Some(slot @ None) => {
                *slot = Some(feature);
                Ok(flat as u32)
            }
            _ => Err(Error::malformed(
                FORMAT,
                format!("features_info.{kind}[{index}].flat_feature_index"),
                format!("{flat} is taken already or not below the {count} features"),
            )),
        };
    let mut numeric = Vec::with_capacity(info.float_features.len());
    for (index, found) in info.float_features.iter().enumerate() {
        let feature = Feature {
            name: found.name(),
            ..Feature::default()
        };
        numeric.push(Numeric {
            column: place(index, found.flat_feature_index, feature, "float_features")?,
            nan: found.nan_value_treatment,
        });
    }
    let mut categorical = Vec::with_capacity(info.categorical_features.len());
    for (index, found) in info.categorical_features.iter().enumerate() {
        let hashes: Vec<u32> = found.values.iter().map(|v| *v as u32).collect();
        let feature = Feature {
            name: found.name(),
            labels: Some(Labels::Hashes(hashes.clone())),
            ..Feature::default()
        };
        categorical.push(Categorical {
            column: place(
                index,
                found.flat_feature_index,
                feature,
                "categorical_features",
            )?,
            codes: hashes.into_iter().zip(0..).collect(),
        });
    }
    Ok(Inputs {
        features: columns.into_iter().flatten().collect(),
        numeric,
        categorical,
    })
}

fn link(objective: Option<&str>) -> Link {
    match objective {
        Some(
            "Logloss" | "CrossEntropy" | "MultiClassOneVsAll" | "MultiLogloss"
            | "MultiCrossEntropy",
        ) => Link::Logistic { scale: 1.0 },
        Some("MultiClass") => Link::Softmax,
        Some("Poisson" | "Tweedie" | "LogLinQuantile") => Link::Exp,
        Some(
            "RMSE" | "MAE" | "MAPE" | "Quantile" | "MultiQuantile" | "Huber" | "Expectile" | "Lq"
            | "LogCosh" | "MultiRMSE" | "PairLogit" | "PairLogitPairwise" | "YetiRank"
            | "YetiRankPairwise" | "QueryRMSE" | "QuerySoftMax",
        ) => Link::Identity,
        _ => Link::Unknown,
    }
}

/// What a split asks, in the numbers of columns and codes.
fn test(split: &file::Split, inputs: &Inputs) -> std::result::Result<crate::model::Split, String> {
    use crate::model::{IdSet, Missing, Test};
    let (feature, test, missing) = match split.split_type {
        SplitKind::FloatFeature => {
            let (index, border) = (split.float_feature_index, split.border);
            let (Some(index), Some(border)) = (index, border) else {
                return Err("a FloatFeature split needs float_feature_index and border".to_owned());
            };
            let feature = inputs.numeric.get(index).ok_or_else(|| {
                format!(
                    "float_feature_index is {index}, but there are {} numeric features",
                    inputs.numeric.len()
                )
            })?;
            let test = Test::Below {
                threshold: InputCast::F32.apply(border),
                or_equal: true,
            };
            let missing = Missing::Left(feature.nan != NanTreatment::High);
            (feature.column, test, missing)
        }
        SplitKind::OneHotFeature => {
            let (Some(index), Some(value)) = (split.cat_feature_index, split.value) else {
                return Err("a OneHotFeature split needs cat_feature_index and value".to_owned());
            };
            let feature = inputs.categorical.get(index).ok_or_else(|| {
                format!(
                    "cat_feature_index is {index}, but there are {} categorical features",
                    inputs.categorical.len()
                )
            })?;
            let code = feature
                .codes
                .get(&(value as u32))
                .ok_or_else(|| format!("value {value} is not among the feature's values"))?;
            let test = Test::Category {
                listed: IdSet::new(vec![*code]),
                listed_left: false,
                known: None,
            };
            (feature.column, test, Missing::Left(true))
        }
        SplitKind::OnlineCtr => return Err(String::new()),
    };
    Ok(crate::model::Split {
        feature,
        test,
        missing,
        left: 0,
        right: 0,
        cover: 0.0,
    })
}

#[cfg(test)]
mod tests;
