//! The document of `waage scan`: the subgroups that differ most from everybody else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{CutResult, DatasetSummary, EstimateDoc};
use crate::spec::{AttributeSpec, RolesSpec};

/// The schema's name, first key of every scan document.
pub const SCAN_SCHEMA: &str = "waage/scan/1";

/// What to scan and how: the same spec on the same rows gives the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScanSpec {
    /// Which column plays which part; sensitive attributes are scanned.
    pub roles: RolesSpec,
    /// Further columns that are scanned.
    pub features: Vec<AttributeSpec>,
    /// Rows to keep, as a condition on columns; all rows if absent.
    pub filter: Option<String>,
    /// A proportion or `mean_score`; the selection rate, else the base rate, else the mean score,
    /// whichever the roles allow, if absent.
    pub metric: Option<String>,
    /// Conditions of a subgroup at most, 1 to 3.
    pub depth: u32,
    /// Rows that the metric of a subgroup rests on at least; 0.5 % of all, and 30, if absent.
    pub min_support: Option<u64>,
    /// Subgroups listed at most.
    pub top: u32,
    /// Gaps below this are of no interest.
    pub margin: f64,
    /// Level of the false discovery rate.
    pub alpha: f64,
    /// Confidence of the intervals shown.
    pub confidence: f64,
    /// What orders subgroups: `lower_bound`, `divergence`, `effect`, `alpha_beta` or `sliceline`.
    pub score: String,
    /// Which subgroups are listed: `both`, `worse` or `better`.
    pub side: String,
    /// Share of the rows kept back for the estimates, a decimal such as `"0.5"`; needs the id.
    pub holdout: Option<String>,
    /// Permutations for family-wise p-values; 0 for none.
    pub permutations: u32,
    /// Seed of every random stream.
    pub seed: u64,
}

impl Default for ScanSpec {
    fn default() -> Self {
        Self {
            roles: RolesSpec::default(),
            features: Vec::new(),
            filter: None,
            metric: None,
            depth: 3,
            min_support: None,
            top: 20,
            margin: 0.0,
            alpha: 0.05,
            confidence: 0.95,
            score: "lower_bound".to_owned(),
            side: "both".to_owned(),
            holdout: None,
            permutations: 0,
            seed: 0,
        }
    }
}

/// The result of a subgroup scan (`waage scan --format json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanResult {
    /// Always `waage/scan/1`.
    pub schema: String,
    /// What was read.
    pub dataset: DatasetSummary,
    /// Which column played which part.
    pub roles: RolesSpec,
    /// What else determined the result.
    pub settings: ScanSettings,
    /// The scanned columns, in order.
    pub columns: Vec<ScanColumn>,
    /// The metric of all rows.
    pub overall: EstimateDoc,
    /// What was tried.
    pub family: ScanFamily,
    /// Subgroups that differ by more than chance, those ranked first by the score first.
    pub subgroups: Vec<Subgroup>,
}

/// What else determined the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanSettings {
    /// The metric.
    pub metric: String,
    /// Conditions of a subgroup at most.
    pub depth: u32,
    /// Rows that the metric of a subgroup rested on at least.
    pub min_support: u64,
    /// Subgroups listed at most.
    pub top: u32,
    /// Smallest gap of interest.
    pub margin: f64,
    /// Level of the false discovery rate.
    pub alpha: f64,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// What ordered the subgroups.
    pub score: String,
    /// Which subgroups are listed.
    pub side: String,
    /// `rejected` where not to be selected is the favourable decision; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourable: Option<String>,
    /// How the rows were halved, if they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<HoldoutDoc>,
    /// Permutations.
    pub permutations: u32,
    /// Seed.
    pub seed: u64,
    /// The row filter, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The score at which the cut fell, where a cut was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutResult>,
    /// The version of the software that made the result.
    pub version: String,
}

/// How the rows were halved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoldoutDoc {
    /// The share kept back, as given.
    pub share: String,
    /// Rows that were searched.
    pub rows_searched: u64,
    /// Rows that the estimates rest on.
    pub rows_estimated: u64,
}

/// A scanned column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanColumn {
    /// Its name.
    pub name: String,
    /// `sensitive` or `feature`.
    pub role: String,
    /// Its levels in order; null is the missing level, `(other)` stands for all that are not listed.
    pub levels: Vec<Option<String>>,
    /// Ascending edges of its left-closed bins, where numbers were cut into them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edges: Option<Vec<f64>>,
    /// Distinct values in all, where only the most frequent have a level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<u64>,
}

/// What was tried, and so what the p-values are corrected for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScanFamily {
    /// Conjunctions with enough support: what the correction counts.
    pub size: u64,
    /// Those that were tested; the others lie within one whose bound is below the margin, and count
    /// with p = 1.
    pub tested: u64,
    /// How p-values were corrected: `benjamini_yekutieli`.
    pub method: String,
    /// Conjunctions that differ by more than chance.
    pub discoveries: u64,
    /// Discoveries that a more general one explains.
    pub folded: u64,
}

/// A subgroup that differs from everybody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subgroup {
    /// All of these hold.
    pub conditions: Vec<Condition>,
    /// Its rows.
    pub n: u64,
    /// Its share of all rows.
    pub share: f64,
    /// The metric.
    pub metric: String,
    /// The metric of the subgroup.
    pub estimate: EstimateDoc,
    /// The metric of all other rows.
    pub complement: EstimateDoc,
    /// Subgroup minus others: the value of `difference`.
    pub gap: Option<f64>,
    /// Subgroup minus others, with its interval.
    pub difference: EstimateDoc,
    /// Whether the subgroup is worse off: a lower value, or a higher one of a metric where less is
    /// better.
    pub worse: bool,
    /// p-value of the test that subgroup and others are alike.
    pub p: Option<f64>,
    /// The test.
    pub test: Option<String>,
    /// The same after Benjamini-Yekutieli over the family; with a holdout, over the list.
    pub p_adjusted: Option<f64>,
    /// The same after Benjamini-Hochberg, which presumes that tests depend on each other benignly.
    pub p_bh: Option<f64>,
    /// Share of permutations whose largest difference over all conjunctions is as large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_permutation: Option<f64>,
    /// What ordered it.
    pub score: f64,
    /// The largest gap that a subgroup within it could have; null for means and weighted rows.
    pub bound: Option<f64>,
    /// The subgroup with one condition less whose metric is nearest; absent for a single condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentDoc>,
    /// What each condition adds: Shapley values that sum to the metric's divergence from all rows.
    pub contributions: Vec<ContributionDoc>,
    /// Discoveries folded into it.
    pub folded: u64,
    /// What the searched half showed, where estimates come from the other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched: Option<SearchedDoc>,
}

/// A condition on a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// `=` (a value; null is missing), `<`, `>=` (a number), `in` (from the first number to below
    /// the second) or `not_in` (none of these values, and not missing).
    pub op: String,
    /// What it is compared with.
    pub value: ConditionValue,
}

/// What a column is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ConditionValue {
    /// Missing.
    Missing(Option<()>),
    /// An edge.
    Number(f64),
    /// A label.
    Text(String),
    /// A bin: at least the first, below the second.
    Range([f64; 2]),
    /// Labels.
    Labels(Vec<String>),
}

/// A more general subgroup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParentDoc {
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// Its metric.
    pub estimate: EstimateDoc,
    /// p-value of the subgroup against the rest of the parent.
    pub p: Option<f64>,
}

/// What one condition adds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ContributionDoc {
    /// The condition.
    #[serde(flatten)]
    pub condition: Condition,
    /// Its Shapley value.
    pub contribution: f64,
    /// Whether the subgroup without it diverges more.
    pub corrective: bool,
}

/// What the searched half of the rows showed of a subgroup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchedDoc {
    /// Its rows there.
    pub n: u64,
    /// The gap there, exaggerated by having been chosen.
    pub gap: Option<f64>,
    /// Raw p-value there.
    pub p: f64,
    /// After Benjamini-Yekutieli over the family.
    pub p_adjusted: f64,
}
