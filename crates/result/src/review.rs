//! The documents of human review: a batch of cases, a reviewer's decision, what reviews say.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::EstimateDoc;

/// The schema's name of a batch of cases.
pub const REVIEW_BATCH_SCHEMA: &str = "waage/review-batch/1";
/// The schema's name of what reviews say.
pub const REVIEW_SCHEMA: &str = "waage/review/1";

/// Cases drawn for people to review (`batch.json`): the internal record, with groups. Reviewers get
/// the exchange file or the work-sheet made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBatch {
    /// Always `waage/review-batch/1`.
    pub schema: String,
    /// `B-` and the first 12 hexadecimal digits of the digest of what follows.
    pub batch_id: String,
    /// The audited system, if it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    /// Digest of the audit whose findings led to this batch, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_digest: Option<String>,
    /// When it was drawn, RFC 3339.
    pub drawn_at: String,
    /// When it is to be done, RFC 3339.
    pub due_at: String,
    /// How it was drawn.
    pub design: ReviewDesign,
    /// The cases, in the order in which they are to be reviewed.
    pub cases: Vec<ReviewCase>,
}

/// How the cases of a batch were drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDesign {
    /// Cases asked for. One that several strata drew counts in each, so there may be fewer.
    pub n: u64,
    /// Seed of the draw.
    pub seed: u64,
    /// Rows that could be drawn: those with a decision.
    pub population: u64,
    /// Score of the last selected row, where decisions follow from the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<f64>,
    /// The group that the stratum `group` is of, as `attribute=value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Sensitive attributes that cases are told apart by.
    pub attributes: Vec<String>,
    /// Columns that reviewers see.
    pub inputs: Vec<String>,
    /// The strata.
    pub strata: Vec<ReviewStratum>,
}

/// One way of drawing cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewStratum {
    /// `threshold`, `uncertain`, `group`, `random` or `flagged`.
    pub name: String,
    /// Cases it was to draw.
    pub wanted: u64,
    /// Cases it drew; what it lacked was drawn at random.
    pub drawn: u64,
    /// Rows it could draw.
    pub candidates: u64,
    /// Why it could draw none: `no_cut`, `no_probability`, `no_group`, `no_flag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewCase {
    /// Pseudonym of the row's id.
    pub case_id: String,
    /// The strata that drew it.
    pub strata: Vec<String>,
    /// Probability that this design draws it, above 0 and at most 1.
    pub incl_prob: f64,
    /// The model's score, if there is one.
    pub score: Option<f64>,
    /// `accept` or `reject`.
    pub decision_model: String,
    /// Whether the reviewer judges before seeing score and decision.
    pub blind: bool,
    /// Whether two reviewers are to decide.
    pub double: bool,
    /// Groups by attribute; null is missing. Not in the exchange file unless asked for.
    pub groups: IndexMap<String, Option<String>>,
    /// What the reviewer sees of the row, by column; null is missing.
    pub inputs: IndexMap<String, Option<String>>,
    /// The features that moved the score most, the strongest first, each with `+` or `-` for where to, such
    /// as `visits+; region-`; absent without attributions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// What a reviewer decided of a case (a line of `decisions.jsonl`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewDecision {
    /// The batch.
    pub batch_id: String,
    /// The case.
    pub case_id: String,
    /// Who decided: a code, no name.
    pub reviewer_id: String,
    /// The judgement before score and decision were seen: `accept`, `reject` or `defer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_blind: Option<String>,
    /// `accept`, `reject` or `defer`.
    pub decision_final: String,
    /// `data_wrong`, `missing_info`, `model_wrong`, `policy`, `customer_request`, `suspected_bias` or
    /// `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// At most 500 characters, without contact data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    /// 1 (guess) to 5 (sure).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// When the case was opened, RFC 3339 in UTC.
    pub opened_at: String,
    /// When it was decided, RFC 3339 in UTC.
    pub decided_at: String,
    /// Whether the case goes to a higher level.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escalate: bool,
}

/// What reviews say of the model and of the reviewers (`waage review report --format json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewResult {
    /// Always `waage/review/1`.
    pub schema: String,
    /// The batches, in order.
    pub batches: Vec<String>,
    /// The day as of which cases are late, ISO 8601.
    pub as_of: String,
    /// How far the queue is served.
    pub queue: ReviewQueue,
    /// How often people decide otherwise than the model.
    pub overrides: ReviewOverrides,
    /// How far reviewers agree with each other and with the model.
    pub agreement: Vec<ReviewAgreement>,
    /// How long decisions take.
    pub time: ReviewTime,
    /// P(agrees | shown) − P(agrees | blind): how much seeing the model's decision moves people.
    pub automation_bias: EstimateDoc,
    /// Whether overrides treat groups differently, by attribute.
    pub bias: Vec<OverrideBias>,
    /// Reviewers beside each other, by code; those with few cases pooled.
    pub reviewers: Vec<ReviewerResult>,
    /// Cases to be escalated, and why.
    pub escalated_cases: Vec<EscalatedCase>,
    /// Rules by which the system itself is escalated, and whether they are met.
    pub escalation: Vec<EscalationRule>,
    /// `pass`, `breach` or `inconclusive` of check REV-01.
    pub served: String,
}

/// How far a queue is served.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewQueue {
    /// Cases.
    pub cases: u64,
    /// Cases with every decision they want.
    pub decided: u64,
    /// Cases whose day has come.
    pub due: u64,
    /// Of these the decided ones, by that day or later.
    pub due_decided: u64,
    /// Cases decided after their day, or still open after it.
    pub late: u64,
    /// Open cases older than twice the time to answer.
    pub overdue: u64,
    /// Cases drawn at random.
    pub random: u64,
    /// Decided cases of them.
    pub random_decided: u64,
}

/// How often people decide otherwise than the model; deferred cases are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewOverrides {
    /// Of all cases drawn at random: the only plain rate that stands for all decisions.
    pub random: EstimateDoc,
    /// Of all cases, weighted by the inverse of their inclusion probability.
    pub weighted: EstimateDoc,
    /// Of all decided cases as they are.
    pub raw: EstimateDoc,
    /// From rejected to accepted, of those the model rejected.
    pub up: EstimateDoc,
    /// From accepted to rejected, of those the model accepted.
    pub down: EstimateDoc,
    /// By stratum that drew the case.
    pub by_stratum: IndexMap<String, EstimateDoc>,
    /// Overrides by reason code, `none` without one.
    pub reasons: IndexMap<String, u64>,
    /// Deferred cases.
    pub deferred: u64,
    /// Escalated by reviewers, of the decided cases.
    pub escalated: EstimateDoc,
}

/// Agreement of two judgements on the same cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewAgreement {
    /// `reviewers` (two of them), or `model` (the final decision and the model's).
    pub between: String,
    /// Cases: both accept, first alone, second alone, both reject.
    pub table: [u64; 4],
    /// The share on which they agree.
    pub observed: EstimateDoc,
    /// Cohen's κ.
    pub kappa: EstimateDoc,
    /// Prevalence- and bias-adjusted κ: twice the observed agreement less 1.
    pub pabak: Option<f64>,
}

/// How long decisions take, from opening to deciding.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewTime {
    /// Decisions.
    pub n: u64,
    /// Their median in seconds.
    pub median_s: Option<f64>,
    /// What nine in ten take at most, in seconds.
    pub p90_s: Option<f64>,
}

/// Whether overrides treat the groups of an attribute differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideBias {
    /// The attribute.
    pub attribute: String,
    /// The group others are compared with: the one with the most decided cases.
    pub reference: Option<String>,
    /// Every group.
    pub groups: Vec<OverrideGroup>,
}

/// The overrides of one group beside those of the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideGroup {
    /// The group; null is missing.
    pub group: Option<String>,
    /// Decided cases, without deferred ones.
    pub n: u64,
    /// Share of overrides.
    pub rate: EstimateDoc,
    /// Share accepted of those the model rejected.
    pub up: EstimateDoc,
    /// Share rejected of those the model accepted.
    pub down: EstimateDoc,
    /// Share that the model accepted.
    pub selected_model: EstimateDoc,
    /// Share that was accepted in the end.
    pub selected_final: EstimateDoc,
    /// Rates against the reference; none of the reference itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<OverrideGap>,
}

/// A group's overrides against those of the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideGap {
    /// Difference of the rates of overrides.
    pub difference: EstimateDoc,
    /// Fisher's exact p of equal rates.
    pub p: Option<f64>,
    /// Common odds ratio within bands of the score (Mantel and Haenszel).
    pub odds_ratio: EstimateDoc,
    /// p of Cochran, Mantel and Haenszel within bands of the score, without continuity correction.
    pub p_within_bands: Option<f64>,
    /// Difference of the shares accepted by the model.
    pub gap_model: EstimateDoc,
    /// The same in the end.
    pub gap_final: EstimateDoc,
}

/// One reviewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewerResult {
    /// The code of the exchange file; null pools those with few cases.
    pub reviewer: Option<String>,
    /// Decisions, without deferred ones.
    pub n: u64,
    /// Share of overrides.
    pub rate: EstimateDoc,
    /// `within`, `beyond_95` or `beyond_99_8` the control limits around the rate of all.
    pub position: String,
}

/// A case for a higher level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EscalatedCase {
    /// The case.
    pub case_id: String,
    /// `reviewers_disagree`, `suspected_bias`, `overdue` or `asked`.
    pub reason: String,
}

/// A rule by which the system itself is escalated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EscalationRule {
    /// `override_rate`, `kappa`, `override_gap` or `automation_bias`.
    pub rule: String,
    /// What it looks at.
    pub estimate: EstimateDoc,
    /// The limit.
    pub limit: f64,
    /// Whether it is met.
    pub met: bool,
}
