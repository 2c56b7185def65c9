//! The document of an audit: everything a report may show.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use waage_core::estimate::Estimate;

use crate::attribution::ExplainResult;
use crate::conditional::{Conditional, StratumResult};
use crate::finding::{CheckOutcome, Finding, NotRun, PolicySummary, Verdict};
use crate::individual::IndividualResult;
use crate::privacy::PrivacySummary;
use crate::ranking::{ImpactTable, RankingResult};
use crate::unknown::{MembershipResult, PropensityResult};

/// The schema's name, first key of every audit document.
pub const AUDIT_SCHEMA: &str = "waage/audit/1";

/// The result of an audit (`waage audit --format json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AuditResult {
    /// Always `waage/audit/1`.
    pub schema: String,
    /// What was read.
    pub dataset: DatasetSummary,
    /// Which column played which part.
    pub roles: crate::spec::RolesSpec,
    /// What else determined the result.
    pub settings: Settings,
    /// Every non-empty group of every view, small ones included.
    pub groups: Vec<GroupResult>,
    /// All rows together, by metric.
    pub overall: IndexMap<String, EstimateDoc>,
    /// Every comparison, ordered by attribute, metric, scheme, comparison and group.
    pub disparities: Vec<Disparity>,
    /// Plain numbers per attribute under the names that Fairlearn's users know.
    pub summary: IndexMap<String, IndexMap<String, Option<f64>>>,
    /// Gaps within strata beside those over all rows, by attribute, group and metric; empty without
    /// strata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<Conditional>,
    /// What is measured inside each of the largest strata; empty without strata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<StratumResult>,
    /// Where labels and decisions share three or more classes: each class against the rest. `groups`,
    /// `overall` and `disparities` then hold averages over the classes, `summary` the worst class or the
    /// favourable one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassResult>,
    /// Score distributions per group, for charts; empty without scores.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distributions: Vec<Distribution>,
    /// Who stands where in the list of all scored rows, by view; empty unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranking: Vec<RankingResult>,
    /// The tables of New York City's Local Law 144, by measure and view; empty unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impact_ratios: Vec<ImpactTable>,
    /// Attributes of which only probabilities are known; empty unless asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub membership: Vec<MembershipResult>,
    /// Rates of labels with known propensities, by attribute; empty unless asked for and some labels
    /// are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub propensity: Vec<PropensityResult>,
    /// Whether rows that are alike are treated alike, where features were named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub individual: Option<IndividualResult>,
    /// What the model relies on, of all rows and of each group, where a model was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<ExplainResult>,
    /// The policy that judged.
    pub policy: PolicySummary,
    /// One outcome per check, worst group first.
    pub checks: Vec<CheckOutcome>,
    /// Checks that the roles or the data did not allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<NotRun>,
    /// One per check and group.
    pub findings: Vec<Finding>,
    /// Pass, breach or inconclusive.
    pub verdict: Verdict,
    /// How small counts are hidden, where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<PrivacySummary>,
    /// Facts about this run; only when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<IndexMap<String, String>>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetSummary {
    /// Rows that count.
    pub rows: u64,
    /// Rows that the filter left out.
    pub rows_filtered_out: u64,
    /// Rows without a label: they count for label-free metrics only. Absent without a label role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_label_missing: Option<u64>,
    /// Rows without a decision. Absent without decisions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_decision_missing: Option<u64>,
    /// Rows without a score. Absent without a score role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_score_missing: Option<u64>,
    /// Sum of the weights. Absent without a weight role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_sum: Option<f64>,
    /// Clusters that the rows are of. Absent without a cluster role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// SHA-256 of the finished tally: the same for any files, row groups, threads or engines.
    pub digest: String,
    /// What a reader of the numbers must know of the data, as `{code, values}`; texts are in the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A fact worth telling: a code of the message catalogue (`note.<code>`) and its values.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Key in the catalogue, without `note.`.
    pub code: String,
    /// Values of the text's placeholders.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub values: IndexMap<String, String>,
}

/// What else determined the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Confidence of the intervals shown.
    pub confidence: f64,
    /// Bootstrap replicates.
    pub bootstrap: u32,
    /// Seed.
    pub seed: u64,
    /// The row filter, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The score at which the cut fell, where a cut was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutResult>,
    /// Metrics that tables for people show: the headline ones, or those that were named. All
    /// where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headline: Vec<String>,
    /// Attributes of each view, in order; intersections have several.
    pub views: Vec<Vec<String>>,
    /// Reference group by view (`gender`, `gender*region`); null where there is none.
    pub references: IndexMap<String, Option<String>>,
    /// `rejected` where not to be selected is the favourable decision; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourable: Option<String>,
    /// The class that people want, where labels and decisions share several and one was named: it
    /// stands first in `classes`, `summary` is its own, and the policy judges it and the averages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourable_class: Option<String>,
    /// The date as of which waivers were judged, where one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The language-independent version of the software that made the result.
    pub version: String,
}

/// Where a cut of the score fell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CutResult {
    /// Scores above are selected; equal ones with the share `tied_selected / tied`.
    pub score: f64,
    /// Rows selected.
    pub selected: u64,
    /// Rows whose score equals the cut and that compete for the last places.
    pub tied: u64,
    /// Places left for them.
    pub tied_selected: u64,
}

/// An estimate as documents show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EstimateDoc {
    /// The value; null when undefined.
    pub value: Option<f64>,
    /// Lower limit; null when unbounded or undefined.
    pub low: Option<f64>,
    /// Upper limit; null when unbounded or undefined.
    pub high: Option<f64>,
    /// Rows the value rests on.
    pub n: u64,
    /// Clusters that these rows are of, where intervals rest on clusters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// How it was made.
    pub method: String,
    /// Why value or interval are undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a group's proportion, where there are at least three groups: the same drawn towards the
    /// rate of all groups together, for display and never judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pooled: Option<Box<EstimateDoc>>,
}

impl From<&Estimate> for EstimateDoc {
    fn from(estimate: &Estimate) -> Self {
        Self {
            value: estimate.value,
            low: estimate.low,
            high: estimate.high,
            n: estimate.n,
            clusters: estimate.clusters.map(|drawn| drawn.count),
            method: estimate.method.name().to_owned(),
            reason: estimate.reason.map(|r| r.name().to_owned()),
            pooled: None,
        }
    }
}

/// One group of one view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupResult {
    /// Label by attribute; null is the missing level.
    pub attributes: IndexMap<String, Option<String>>,
    /// Rows.
    pub n: u64,
    /// Estimates by metric.
    pub metrics: IndexMap<String, EstimateDoc>,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disparity {
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// Metric, or the name of a summary quantity such as `equalized_odds_difference`.
    pub metric: String,
    /// `to_reference`, `to_complement`, `between_groups` or `to_overall`.
    pub scheme: String,
    /// `difference` or `ratio`.
    pub comparison: String,
    /// The value, its interval and method.
    #[serde(flatten)]
    pub estimate: EstimateDoc,
    /// The group compared; null where the scheme ranges over all.
    pub group: Option<String>,
    /// What it is compared with; null where the scheme has none.
    pub reference: Option<String>,
    /// p-value of the test of equality; null where none is made.
    pub p: Option<f64>,
    /// The same after Benjamini-Hochberg within metric, attribute and comparison.
    pub p_adjusted: Option<f64>,
    /// The test behind `p`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Group with the highest value, for ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<String>,
    /// Group with the lowest value, for ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest: Option<String>,
    /// What a range would be on average if membership made no difference (permutation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_mean: Option<f64>,
    /// A range less the bootstrap's estimate of its bias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias_corrected: Option<f64>,
    /// Groups left out because their value is undefined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_skipped: Vec<String>,
    /// For ratios of the favourable share to a reference: below four fifths, decided exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub four_fifths_adverse: Option<bool>,
    /// For the same: whether one selection more and one fewer would reverse the advantage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flips_with_one_selection: Option<bool>,
}

/// How one group's scores are distributed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// Attribute.
    pub attribute: String,
    /// Group; null is the missing level.
    pub group: Option<String>,
    /// Scored rows.
    pub n: u64,
    /// Edges of equal-width bins, one more than shares.
    pub edges: Vec<f64>,
    /// Share of the group's scored rows in each bin.
    pub shares: Vec<f64>,
}

/// One class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClassResult {
    /// The class that counts as 1.
    pub class: String,
    /// Every non-empty group of every view.
    pub groups: Vec<GroupResult>,
    /// All rows together, by metric.
    pub overall: IndexMap<String, EstimateDoc>,
    /// Every comparison.
    pub disparities: Vec<Disparity>,
    /// Plain numbers per attribute.
    pub summary: IndexMap<String, IndexMap<String, Option<f64>>>,
    /// Gaps within strata beside those over all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditional: Vec<Conditional>,
    /// What is measured inside each of the largest strata.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strata: Vec<StratumResult>,
}

impl AuditResult {
    /// The share of the favourable decision, which comparisons show first.
    #[must_use]
    pub fn favourable_share(&self) -> &'static str {
        match self.settings.favourable.as_deref() {
            Some("rejected") => "rejection_share",
            _ => "selection_rate",
        }
    }

    /// The result of one class in the place of the averages over all: what tables that know
    /// nothing of classes show of it.
    #[must_use]
    pub fn of_class(&self, class: &ClassResult) -> Self {
        Self {
            groups: class.groups.clone(),
            overall: class.overall.clone(),
            disparities: class.disparities.clone(),
            summary: class.summary.clone(),
            conditional: class.conditional.clone(),
            strata: class.strata.clone(),
            findings: self
                .findings
                .iter()
                .filter(|finding| finding.class.as_deref() == Some(&class.class))
                .cloned()
                .collect(),
            schema: self.schema.clone(),
            dataset: self.dataset.clone(),
            roles: self.roles.clone(),
            settings: self.settings.clone(),
            classes: Vec::new(),
            distributions: Vec::new(),
            ranking: Vec::new(),
            impact_ratios: Vec::new(),
            membership: Vec::new(),
            propensity: Vec::new(),
            individual: None,
            explanation: None,
            policy: self.policy.clone(),
            checks: self.checks.clone(),
            not_run: self.not_run.clone(),
            verdict: self.verdict,
            privacy: self.privacy.clone(),
            stamp: self.stamp.clone(),
        }
    }
}
