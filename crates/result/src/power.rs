//! The document of `waage power`: what rows can show.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::DatasetSummary;
use crate::spec::{AuditSpec, RolesSpec};

/// The schema name of a plan.
pub const POWER_SCHEMA: &str = "waage/power/1";

/// What to plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PowerSpec {
    /// Roles, references, metrics and confidence, as of an audit.
    pub audit: AuditSpec,
    /// Probability of finding what is there, at least ½ and below 1.
    pub power: f64,
    /// The gap that rows are planned for, between 0 and 1.
    pub gap: f64,
    /// Questions about rates, without data.
    pub questions: Vec<Question>,
}

impl Default for PowerSpec {
    fn default() -> Self {
        Self {
            audit: AuditSpec::default(),
            power: 0.8,
            gap: 0.1,
            questions: Vec::new(),
        }
    }
}

/// A question that needs no data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "question", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// How many rows of each group tell two rates apart.
    Detect {
        /// The two rates.
        rates: [f64; 2],
    },
    /// How many rows of each group show that two rates differ by less than a margin.
    Equivalence {
        /// The rate of both.
        rate: f64,
        /// The margin.
        margin: f64,
        /// The difference that there really is.
        true_gap: f64,
    },
    /// What groups of given sizes can show.
    Sizes {
        /// The rate of both together.
        rate: f64,
        /// Rows of each group.
        rows: [u64; 2],
    },
}

/// How many rows show a gap or that there is none, and what given rows can show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerResult {
    /// Always `waage/power/1`.
    pub schema: String,
    /// What was asked for.
    pub settings: PowerSettings,
    /// Answers to questions about rates, without data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// What was read, where data were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetSummary>,
    /// Which column played which part, where data were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<RolesSpec>,
    /// Reference group by view; null where there is none, so that nothing is planned.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub references: IndexMap<String, Option<String>>,
    /// What the data could have shown, by attribute, group and metric.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<PowerGap>,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerSettings {
    /// Confidence of the tests, `1 − α`.
    pub confidence: f64,
    /// Probability of finding what is there, `1 − β`.
    pub power: f64,
    /// The gap that `gaps[].rows_needed` and `rows_needed_equivalence` plan for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<f64>,
    /// Metrics that tables for people show. All where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headline: Vec<String>,
    /// The version of the software.
    pub version: String,
}

/// An answer without data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Plan {
    /// Rows that tell two rates apart.
    Detect {
        /// The two rates.
        rates: [f64; 2],
        /// Rows of each group.
        rows_per_group: u64,
        /// The same before rounding up.
        rows_exact: f64,
    },
    /// Rows that show that two rates differ by less than a margin.
    Equivalence {
        /// The rate of both.
        rate: f64,
        /// The margin.
        margin: f64,
        /// The difference that there really is.
        true_gap: f64,
        /// Rows of each group.
        rows_per_group: u64,
        /// The same before rounding up.
        rows_exact: f64,
    },
    /// What groups of given sizes can show.
    Sizes {
        /// The rate of both together.
        rate: f64,
        /// Rows of each group.
        rows: [u64; 2],
        /// The smallest gap that they find; null where none up to 1 is large enough.
        smallest_gap: Option<f64>,
        /// The smallest margin within which they show that there is no gap; null where none is wide
        /// enough or the rate is 0 or 1.
        smallest_margin: Option<f64>,
    },
}

/// What the data could have shown of one rate of one group against its reference.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PowerGap {
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// What it is compared with.
    pub reference: String,
    /// The rate.
    pub metric: String,
    /// Rows of the group that count for the rate; effective ones where weighted.
    pub n: f64,
    /// The same of the reference.
    pub n_reference: f64,
    /// The rate of both together; null without such rows.
    pub rate: Option<f64>,
    /// The smallest gap that the data find with the power asked for; null where none is large
    /// enough.
    pub smallest_gap: Option<f64>,
    /// The smallest margin within which they show that there is no gap, when there is none.
    pub smallest_margin: Option<f64>,
    /// Rows of both groups, whether they count for the rate or not.
    pub rows: u64,
    /// Rows of both groups, at their present mix, that find a gap of `settings.gap`.
    pub rows_needed: Option<u64>,
    /// Rows of both groups that show that there is no gap as large as `settings.gap`, when there is
    /// none.
    pub rows_needed_equivalence: Option<u64>,
    /// Why a number is null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
