//! scikit-learn models as plain arrays.
//!
//! Nothing here unpickles. Whoever holds the fitted estimator (the Python package), or its skops
//! file, hands over [`SklearnModel`]; [`SklearnModel::ensemble`] makes the model of it.
//!
//! - `DecisionTree*`, `ExtraTree*`, `RandomForest*`, `ExtraTrees*`: margins are means of leaf
//!   values, probabilities for classifiers, one output per class. Values are compared in single
//!   precision.
//! - `GradientBoosting*`: `init + learning_rate · Σ value`, in single precision too.
//! - `HistGradientBoosting*`: `baseline + Σ value`, compared in double precision.
//! - linear models: `intercept + Σ coefficient · x`, with a scaler before them folded in.

mod build;
mod hist;
mod number;

use serde::Deserialize;

use crate::model::{Ensemble, Labels, Link};
use crate::read::shown::line;
use crate::{Error, Result};

pub(crate) const FORMAT: &str = "scikit-learn";

/// A fitted scikit-learn model. As JSON, numbers that are not finite are the texts `inf`, `-inf`
/// and `nan`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SklearnModel {
    /// The class, such as `RandomForestClassifier`.
    pub class: String,
    /// The library's version.
    pub version: Option<String>,
    /// `n_features_in_`.
    pub features: usize,
    /// `feature_names_in_`.
    pub feature_names: Option<Vec<String>>,
    /// Whether the model accepts missing values (its tag `allow_nan`).
    pub missing: bool,
    /// What it computes.
    pub form: Form,
}

/// What a scikit-learn model computes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Form {
    /// The mean of trees; one tree is a mean too.
    Mean {
        /// The number of classes of each target; `None` for regression.
        classes: Option<Vec<usize>>,
        /// `n_outputs_`.
        targets: usize,
        /// `tree_` of each estimator.
        trees: Vec<TreeArrays>,
    },
    /// `init + learning_rate · Σ value`.
    Boosting {
        /// `learning_rate`.
        learning_rate: f64,
        /// The raw prediction before the first tree, one per output.
        init: Vec<f64>,
        /// From margins to predictions.
        link: SklearnLink,
        /// `estimators_`: stages × outputs, outputs fastest.
        trees: Vec<TreeArrays>,
    },
    /// Histogram gradient boosting: `baseline + Σ value`.
    Histogram {
        /// `_baseline_prediction`, one per output.
        baseline: Vec<f64>,
        /// From margins to predictions.
        link: SklearnLink,
        /// The input column of each column the trees see. scikit-learn puts categorical columns
        /// first.
        columns: Vec<usize>,
        /// The categories of each input column, whose places are the codes; `None` for numeric ones.
        categories: Vec<Option<Categories>>,
        /// `_predictors`: iterations × outputs, outputs fastest.
        trees: Vec<HistArrays>,
    },
    /// `intercept + Σ coefficient · x`.
    Linear {
        /// Outputs × features.
        coefficients: Vec<f64>,
        /// One per output.
        intercepts: Vec<f64>,
        /// From margins to predictions.
        link: SklearnLink,
    },
}

/// From margins to predictions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SklearnLink {
    /// The margin itself.
    Identity,
    /// The logistic function.
    Logit,
    /// The logistic function of twice the margin (exponential loss).
    HalfLogit,
    /// Normalised exponentials over the outputs.
    Softmax,
    /// The exponential function.
    Log,
    /// One that is not told: margins only.
    Unknown,
}

impl SklearnLink {
    fn link(self) -> Link {
        match self {
            Self::Identity => Link::Identity,
            Self::Logit => Link::Logistic { scale: 1.0 },
            Self::HalfLogit => Link::Logistic { scale: 2.0 },
            Self::Softmax => Link::Softmax,
            Self::Log => Link::Exp,
            Self::Unknown => Link::Unknown,
        }
    }
}

/// The categories of a column in the order of their codes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Categories {
    /// Numbers.
    Numbers(Vec<f64>),
    /// Texts.
    Text(Vec<String>),
}

impl Categories {
    fn labels(self) -> Labels {
        match self {
            Self::Numbers(numbers) => Labels::Numbers(numbers),
            Self::Text(texts) => Labels::Text(texts),
        }
    }
}

/// The arrays of a `tree_`, one entry per node.
#[derive(Clone, Debug, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeArrays {
    /// `children_left`; −1 at leaves.
    pub left: Vec<i64>,
    /// `children_right`.
    pub right: Vec<i64>,
    /// `feature`.
    pub feature: Vec<i64>,
    /// `threshold`.
    #[serde(deserialize_with = "number::list")]
    pub threshold: Vec<f64>,
    /// `missing_go_to_left`; empty before scikit-learn 1.3, when trees took no missing values.
    #[serde(default)]
    pub missing_left: Vec<u8>,
    /// `weighted_n_node_samples`.
    pub cover: Vec<f64>,
    /// `value`, nodes × targets × classes.
    pub value: Vec<f64>,
}

/// The arrays of a histogram tree's `nodes`, one entry per node.
#[derive(Clone, Debug, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistArrays {
    /// `is_leaf`.
    pub is_leaf: Vec<u8>,
    /// `left`.
    pub left: Vec<u32>,
    /// `right`.
    pub right: Vec<u32>,
    /// `feature_idx`, a column as the trees see it.
    pub feature: Vec<i64>,
    /// `num_threshold`; infinite when every value that is there goes left.
    #[serde(deserialize_with = "number::list")]
    pub threshold: Vec<f64>,
    /// `missing_go_to_left`.
    pub missing_left: Vec<u8>,
    /// `is_categorical`.
    pub is_categorical: Vec<u8>,
    /// `bitset_idx`, the row of `left_categories`.
    pub bitset: Vec<u32>,
    /// `count`.
    pub cover: Vec<f64>,
    /// `value`, the learning rate included.
    pub value: Vec<f64>,
    /// `raw_left_cat_bitsets`: eight words per categorical split.
    pub left_categories: Vec<u32>,
}

/// Reads a model from the JSON form of its arrays.
///
/// # Errors
/// [`Error::Malformed`], naming the tree and the array.
pub fn read(bytes: &[u8]) -> Result<Ensemble> {
    SklearnModel::from_json(bytes)?.ensemble()
}

impl SklearnModel {
    /// Reads the JSON form of the arrays.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the text is not such a model.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map_err(|e| Error::malformed(FORMAT, "the JSON text", line(&e.to_string())))
    }

    /// Puts a scaler `shift + factor · x` before a linear model, feature by feature.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for trees, where rounding could send a row the other way.
    pub fn scaled_before(&mut self, shift: &[f64], factor: &[f64]) -> Result<()> {
        build::same("the scaler", shift.len(), self.features)?;
        build::same("the scaler", factor.len(), self.features)?;
        let Form::Linear {
            coefficients,
            intercepts,
            ..
        } = &mut self.form
        else {
            return Err(Error::unsupported(
                format!("the pipeline scales before {}", self.class),
                "trees need no scaler: fit the model without it",
            ));
        };
        let rows = coefficients.chunks_exact_mut(self.features.max(1));
        for (intercept, row) in intercepts.iter_mut().zip(rows) {
            for ((weight, shift), factor) in row.iter_mut().zip(shift).zip(factor) {
                *intercept += *weight * shift;
                *weight *= factor;
            }
        }
        Ok(())
    }

    /// Makes the model of the arrays.
    ///
    /// # Errors
    /// [`Error::Malformed`] when arrays do not fit together, naming the tree and the array.
    pub fn ensemble(self) -> Result<Ensemble> {
        build::ensemble(self)
    }
}

#[cfg(test)]
mod tests;
