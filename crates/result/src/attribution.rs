//! The document of `waage explain`: what a model relies on, of all rows and of each group.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{DatasetSummary, EstimateDoc};
use crate::spec::RolesSpec;

/// The schema's name, first key of every document of an explanation.
pub const EXPLAIN_SCHEMA: &str = "waage/explain/1";

/// What to explain and how: the same spec, model and rows give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ExplainSpec {
    /// The id, the weights and the sensitive attributes whose groups are told apart.
    pub roles: RolesSpec,
    /// Columns of the features in the model's order; by the model's own names if empty.
    pub features: Vec<String>,
    /// Labels of categorical features in the order of their codes, in place of the model's own.
    pub categories: IndexMap<String, Vec<String>>,
    /// Rows to keep, as a condition on columns; all rows if absent.
    pub filter: Option<String>,
    /// `shapley` or `banzhaf`.
    pub index: String,
    /// Trees of the first iterations only: `all`, `best` or a number.
    pub iterations: String,
    /// What categories are that the model has not seen: `refuse` or `missing`.
    pub unseen: String,
    /// A number that counts as missing besides missing values.
    pub missing: Option<f64>,
    /// Whether categorical features hold the codes of their categories, not their labels.
    pub codes: bool,
    /// Confidence of the intervals.
    pub confidence: f64,
}

impl Default for ExplainSpec {
    fn default() -> Self {
        Self {
            roles: RolesSpec::default(),
            features: Vec::new(),
            categories: IndexMap::new(),
            filter: None,
            index: "shapley".to_owned(),
            iterations: "all".to_owned(),
            unseen: "refuse".to_owned(),
            missing: None,
            codes: false,
            confidence: 0.95,
        }
    }
}

/// The result of an explanation (`waage explain --format json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainResult {
    /// Always `waage/explain/1`.
    pub schema: String,
    /// The rows that were explained.
    pub dataset: DatasetSummary,
    /// Which column played which part.
    pub roles: RolesSpec,
    /// The model.
    pub model: ModelDoc,
    /// What else determined the result.
    pub settings: ExplainSettings,
    /// The base value of each output, in the explained space.
    pub base_value: Vec<f64>,
    /// The largest distance of base value plus attributions from the model's own margin, over all
    /// rows; null with an index that does not add up.
    pub additivity_error: Option<f64>,
    /// Rows in which some feature is missing.
    pub rows_with_missing: u64,
    /// Features, the one with the largest mean size first; all of one output, then of the next.
    pub features: Vec<FeatureDoc>,
}

/// The model that was explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ModelDoc {
    /// The library that made it.
    pub library: String,
    /// The library's version, where the file says it.
    pub version: Option<String>,
    /// The objective as the file names it.
    pub objective: Option<String>,
    /// SHA-256 of the file.
    pub digest: String,
    /// Features.
    pub features: u64,
    /// Outputs: 1, or one per class or target.
    pub outputs: u64,
    /// Trees.
    pub trees: u64,
    /// Nodes of all trees.
    pub nodes: u64,
    /// What a user should know about how the file was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What else determined an explanation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainSettings {
    /// Who stands in for features that are not known: `path_dependent` (the training rows, as the
    /// trees counted them) or `interventional` (a background).
    pub value_function: String,
    /// `shapley` or `banzhaf`.
    pub index: String,
    /// The space of the attributions: `margin`, the sum before the link function.
    pub space: String,
    /// The background, with `interventional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<BackgroundDoc>,
    /// Which trees: `all`, `best` or a number of iterations.
    pub iterations: String,
    /// What unseen categories were: `refuse` or `missing`.
    pub unseen: String,
    /// The number that counted as missing besides missing values, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<f64>,
    /// Whether categorical features held codes, not labels.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub codes: bool,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// The row filter, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Version of the program.
    pub version: String,
}

/// The rows that stood in for unknown features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BackgroundDoc {
    /// How many: all rows of the source.
    pub rows: u64,
    /// SHA-256 of their values, row by row.
    pub digest: String,
}

/// What one feature gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureDoc {
    /// The feature.
    pub feature: String,
    /// The output's number, from 0, of a model with several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// The mean size of its attributions.
    pub mean_abs: EstimateDoc,
    /// The mean of its attributions.
    pub mean: EstimateDoc,
    /// The same by group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_group: Vec<FeatureGroupDoc>,
}

/// What one feature gives in one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureGroupDoc {
    /// The sensitive attribute.
    pub attribute: String,
    /// The group; null is missing.
    pub group: Option<String>,
    /// The mean size of its attributions.
    pub mean_abs: EstimateDoc,
    /// The mean of its attributions.
    pub mean: EstimateDoc,
}
