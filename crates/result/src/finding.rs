//! What the policy made of the measurements.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::EstimateDoc;

/// The three states of a finding and of a verdict.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Within the margin, shown with the policy's confidence.
    Pass,
    /// Neither shown.
    Inconclusive,
    /// Beyond the margin, shown with the policy's confidence.
    Breach,
}

/// The verdict of an audit has the same three states.
pub type Verdict = State;

impl State {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Breach => "breach",
        }
    }
}

/// How grave a breach is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; never violates the policy by itself.
    Info,
    /// Minor.
    Minor,
    /// Major.
    #[default]
    Major,
    /// Critical.
    Critical,
}

impl Severity {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// A limit: one number, or two for `between`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Margin {
    /// One limit.
    One(f64),
    /// Lower and upper limit.
    Between([f64; 2]),
}

/// The same sentence in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bilingual {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

/// One check applied to one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// Metric.
    pub metric: String,
    /// `difference`, `ratio` or `none`.
    pub comparison: String,
    /// The class that counts as positive, where labels and decisions have several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// `between_groups` or `to_overall` of ranges over all groups; absent otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Of how many first places of the ranking, where the metric is told of some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u64>,
    /// The group judged; null of a range, which is judged over all groups.
    pub group: Option<String>,
    /// Group with the highest value, of a range between groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest: Option<String>,
    /// Group with the lowest value, of a range between groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest: Option<String>,
    /// Groups of which a range says nothing, because their value is undefined.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_skipped: Vec<String>,
    /// What it was compared with.
    pub reference: Option<String>,
    /// The estimate with the interval that the family's correction asks for.
    pub estimate: EstimateDoc,
    /// Confidence of the estimate's interval: the check's, widened for its family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// `<=`, `<`, `>=`, `>` or `between`.
    pub op: String,
    /// The limit.
    pub margin: Margin,
    /// Pass, breach or inconclusive.
    pub state: State,
    /// How grave a breach is.
    pub severity: Severity,
    /// Why an inconclusive finding could not be decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Rows of the two groups together that would settle an inconclusive finding at the present mix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_needed: Option<u64>,
    /// Rows of the two groups together now.
    pub rows: u64,
    /// p-value against the margin (breach).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// p-value of two one-sided tests against the margins (pass), where the check asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_equivalence: Option<f64>,
    /// The same as `p` after the family's correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_adjusted: Option<f64>,
    /// The four-fifths flag, a point estimate, beside ratios of selection rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub four_fifths_adverse: Option<bool>,
    /// Whether one selection more and one fewer would reverse the advantage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flips_with_one_selection: Option<bool>,
    /// The waiver under which a breach stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_by: Option<String>,
    /// The finding in a sentence.
    pub text: Bilingual,
}

/// The worst state of one check over its groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckOutcome {
    /// The check's id.
    pub check: String,
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// Metric.
    pub metric: String,
    /// `difference`, `ratio` or `none`.
    pub comparison: String,
    /// Worst state over the groups.
    pub state: State,
    /// Severity.
    pub severity: Severity,
    /// The multiplicity family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Groups in each state: pass, inconclusive, breach.
    pub counts: IndexMap<String, u64>,
    /// The group that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst_group: Option<String>,
    /// Groups that it leaves out, because they have less than the least share of the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// Why the check exists, from the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Bilingual>,
}

/// A check that was not run, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotRun {
    /// The check's id.
    pub check: String,
    /// Attribute, where one is meant.
    pub attribute: String,
    /// Metric.
    pub metric: String,
    /// `no_labels`, `no_scores`, `no_decisions`, `one_group`, …
    pub reason: String,
}

/// The policy that judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySummary {
    /// `built-in` or `file`.
    pub source: String,
    /// SHA-256 of the policy in canonical form, defaults filled in.
    pub digest: String,
    /// Whether an inconclusive verdict violates the policy.
    pub inconclusive: String,
    /// Smallest group that is judged.
    pub group_min_n: u64,
    /// Cells below this are hidden in reports for people.
    pub privacy_k: u64,
    /// Multiplicity families: name, method and number of comparisons judged.
    pub families: Vec<FamilySummary>,
    /// Waivers in force or expired, as judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverSummary>,
    /// Name of the audited system, if the policy names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Bilingual>,
    /// Why its criticality is below the minimum of its use, if the policy says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality_reason: Option<String>,
    /// The policies that it extends, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<String>,
    /// What it changes of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<crate::policy::PolicyOverride>,
    /// Whether the verdict violates the policy: exit code 1.
    pub violated: bool,
}

/// A multiplicity family as used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FamilySummary {
    /// Its name.
    pub name: String,
    /// `none`, `bonferroni`, `holm` or `bh`.
    pub method: String,
    /// Comparisons that were judged together.
    pub size: u64,
}

/// A waiver as judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverSummary {
    /// Its id.
    pub id: String,
    /// The check.
    pub check: String,
    /// The attribute and the group that it is limited to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The justification.
    pub justification: String,
    /// What is done instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub compensating_control: String,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_by: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
    /// Last day of validity, ISO 8601.
    pub expires: String,
    /// `in_force`, `expired`, `not_yet` or `unused`.
    pub state: String,
}
