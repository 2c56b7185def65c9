//! The file as it stands; only what the reader needs.

use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
pub struct File {
    pub features_info: FeaturesInfo,
    pub oblivious_trees: Option<Vec<Oblivious>>,
    pub trees: Option<Vec<Branch>>,
    pub scale_and_bias: Option<(f64, Bias)>,
    #[serde(default)]
    model_info: serde_json::Value,
}

#[derive(Deserialize)]
pub struct FeaturesInfo {
    #[serde(default)]
    pub float_features: Vec<FloatFeature>,
    #[serde(default)]
    pub categorical_features: Vec<CategoricalFeature>,
    pub text_features: Option<Vec<IgnoredAny>>,
    pub embedding_features: Option<Vec<IgnoredAny>>,
}

#[derive(Deserialize)]
pub struct FloatFeature {
    pub flat_feature_index: usize,
    #[serde(default)]
    pub nan_value_treatment: NanTreatment,
    feature_id: Option<String>,
    feature_name: Option<String>,
}

#[derive(Deserialize)]
pub struct CategoricalFeature {
    pub flat_feature_index: usize,
    #[serde(default)]
    pub values: Vec<i32>,
    feature_id: Option<String>,
    feature_name: Option<String>,
}

impl FloatFeature {
    pub fn name(&self) -> Option<String> {
        name(&self.feature_name, &self.feature_id)
    }
}

impl CategoricalFeature {
    pub fn name(&self) -> Option<String> {
        name(&self.feature_name, &self.feature_id)
    }
}

fn name(first: &Option<String>, second: &Option<String>) -> Option<String> {
    [first, second]
        .into_iter()
        .flatten()
        .find(|name| !name.is_empty())
        .cloned()
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
pub enum NanTreatment {
    /// No value was missing in training; compared as it is, NaN exceeds no border.
    #[default]
    #[serde(rename = "AsIs")]
    Compared,
    /// Below every border.
    #[serde(rename = "AsFalse")]
    Low,
    /// Above every border.
    #[serde(rename = "AsTrue")]
    High,
}

/// A symmetric tree: bit `b` of a leaf's number is the answer of split `b`.
#[derive(Deserialize)]
pub struct Oblivious {
    pub splits: Option<Vec<Split>>,
    /// Leaves × outputs, outputs fastest.
    pub leaf_values: Vec<f64>,
    pub leaf_weights: Option<Vec<f64>>,
}

#[derive(Deserialize)]
pub struct Split {
    pub split_type: SplitKind,
    pub float_feature_index: Option<usize>,
    pub border: Option<f64>,
    pub cat_feature_index: Option<usize>,
    pub value: Option<i32>,
}

#[derive(Deserialize, Clone, Copy)]
pub enum SplitKind {
    FloatFeature,
    OneHotFeature,
    #[serde(other)]
    OnlineCtr,
}

/// A node of a tree that is not symmetric.
#[derive(Deserialize)]
pub struct Branch {
    pub split: Option<Split>,
    pub left: Option<Box<Branch>>,
    pub right: Option<Box<Branch>>,
    pub value: Option<Bias>,
    pub weight: Option<f64>,
}

/// One number or several.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
pub enum Bias {
    One(f64),
    Many(Vec<f64>),
}

impl Bias {
    pub fn into_vec(self) -> Vec<f64> {
        match self {
            Self::One(value) => vec![value],
            Self::Many(values) => values,
        }
    }
}

impl File {
    /// The loss function's name.
    pub fn objective(&self) -> Option<String> {
        let text = self
            .model_info
            .pointer("/params/loss_function/type")?
            .as_str()?;
        Some(text.to_owned())
    }

    /// The version that trained the model, from the text `Branch: tags/v1.2.10`.
    pub fn version(&self) -> Option<String> {
        let text = self.model_info.get("catboost_version_info")?.as_str()?;
        let (_, tail) = text.split_once("tags/v")?;
        Some(tail.lines().next()?.trim().to_owned())
    }
}
