//! Individual fairness: whether rows that are alike are treated alike.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows compared with rows by their features; each row counts once, whatever it weighs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IndividualResult {
    /// The features by which rows are alike: Euclidean distance, each in its own standard deviations.
    pub features: Vec<String>,
    /// Features that are the same in every row, which tell nothing apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub constant: Vec<String>,
    /// Rows that are compared, each with each.
    pub rows: u64,
    /// Rows left out, because a feature is missing.
    pub rows_left_out: u64,
    /// Nearest rows that a row is compared with, itself among them.
    pub neighbours: u64,
    /// Of decisions: `1 − mean |d − mean d of the nearest rows|`, 1 where neighbours are decided alike.
    /// Absent without decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisions: Option<Consistency>,
    /// The same of labels. Absent without labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Consistency>,
    /// How steeply scores change with the features. Absent without scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scores: Option<Lipschitz>,
}

/// Consistency of an outcome. It describes the rows at hand: neighbourhoods overlap, and no interval
/// says what other rows would give.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Consistency {
    /// Rows with the outcome, among which neighbours are looked for.
    pub n: u64,
    /// Of all of them.
    pub value: Option<f64>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The mean over the rows of each group, neighbours being those among all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupConsistency>,
}

/// Consistency of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupConsistency {
    /// The attribute.
    pub attribute: String,
    /// The group; null where the attribute is missing.
    pub group: Option<String>,
    /// Its rows.
    pub n: u64,
    /// The value; null of a hidden group.
    pub value: Option<f64>,
}

/// How steeply scores change from row to row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lipschitz {
    /// Rows with a score.
    pub n: u64,
    /// Pairs of them.
    pub pairs: u64,
    /// The largest difference of scores per unit of distance; null without two rows apart.
    pub lipschitz_constant: Option<f64>,
    /// Pairs of equal features and different scores.
    pub twins: u64,
    /// The limit asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// Share of pairs whose scores differ by more than the limit times their distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lipschitz_violation: Option<f64>,
}
