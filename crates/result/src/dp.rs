//! The document of `waage privacy release`: counts with noise.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The schema's name, first key of every document of a release.
pub const DP_SCHEMA: &str = "waage/dp-release/1";

/// Counts with two-sided geometric noise and what follows from them (`waage privacy release --format json`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpRelease {
    /// Always `waage/dp-release/1`.
    pub schema: String,
    /// What this release costs of the privacy of everybody in the data, as it was asked for.
    pub epsilon: String,
    /// The cost of each table: the whole over their number, for everybody is in each.
    pub epsilon_per_table: f64,
    /// Confidence of the intervals, which hold the noise.
    pub confidence: f64,
    /// The noise on each count.
    pub noise: DpNoise,
    /// What was spent, where a ledger keeps account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<DpBudget>,
    /// The tables.
    pub tables: Vec<DpTable>,
}

/// The law of the noise: `P(x) = (1 - alpha)/(1 + alpha) * alpha^|x|`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpNoise {
    /// Always `two_sided_geometric`.
    pub law: String,
    /// `exp(-epsilon)` of one table.
    pub alpha: f64,
    /// Variance of the noise on one count.
    pub variance: f64,
    /// Within which distance of 0 at least 95 % of the noise lies.
    pub within_95: u64,
}

/// What was spent on the same data within a year.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpBudget {
    /// What may be spent within 365 days.
    pub per_year: String,
    /// What had been spent before.
    pub before: String,
    /// What has been spent with this release.
    pub after: String,
}

/// Cells that hold everybody once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpTable {
    /// Attributes, joined by `*`.
    pub view: String,
    /// Its attributes.
    pub attributes: Vec<String>,
    /// One for each combination of labels, those that nobody has included.
    pub cells: Vec<DpCell>,
    /// Rates of its groups, and of the groups of each of its attributes.
    pub rates: Vec<DpRate>,
    /// Every group against the one with the most rows.
    pub gaps: Vec<DpGap>,
}

/// One combination of labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpCell {
    /// Label by attribute; null is the missing level.
    pub group: IndexMap<String, Option<String>>,
    /// Counts by outcome.
    pub counts: IndexMap<String, DpCount>,
}

/// A count with noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DpCount {
    /// To compute with; may be negative.
    pub noisy: i64,
    /// To show: 0 where it is negative.
    pub shown: u64,
}

/// A rate with noise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpRate {
    /// The attribute, or attributes joined by `*`.
    pub view: String,
    /// The group.
    pub group: String,
    /// `selection_rate`, `base_rate`, `true_positive_rate` or `false_positive_rate`.
    pub metric: String,
    /// The rate; null where the noisy counts allow none.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Noisy rows that the rate rests on.
    pub n: i64,
    /// Standard error with the noise.
    pub standard_error: Option<f64>,
    /// Standard error that sampling alone would leave.
    pub standard_error_sampling: Option<f64>,
    /// Why there is no rate: `dp_noise`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// A difference of two rates with noise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DpGap {
    /// The attribute, or attributes joined by `*`.
    pub view: String,
    /// The group.
    pub group: String,
    /// The group with the most noisy rows.
    pub reference: String,
    /// The rate.
    pub metric: String,
    /// Group minus reference.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// `differs` where the interval does not hold 0, else `open`.
    pub state: String,
    /// `dp_noise` where it would differ without the noise's part of the interval, or where noise leaves no rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}
