//! Incidents: what went wrong in real use, what was done, and what was learnt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Bilingual;

/// The schema's name, first key of the document of `waage incident`.
pub const INCIDENTS_SCHEMA: &str = "waage/incidents/1";

/// The incidents as of a moment (`waage incident list --format json`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentsResult {
    /// Always `waage/incidents/1`.
    pub schema: String,
    /// The moment as of which it is told, RFC 3339.
    pub as_of: String,
    /// The incidents asked for, by id.
    pub incidents: Vec<Told>,
    /// Incidents in the file, whatever was asked for.
    pub total: u64,
    /// What they say together.
    pub metrics: Metrics,
}

/// One incident, and what follows from it at the moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// The record.
    #[serde(flatten)]
    pub incident: Incident,
    /// Reminder clocks.
    pub clocks: Vec<Clock>,
    /// What is missing before it may be closed: codes of the catalogue, empty when nothing is.
    pub missing: Vec<String>,
    /// Hours from the beginning to the opening, if the beginning is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_to_detect: Option<f64>,
    /// Hours from the opening to containment, once contained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_to_contain: Option<f64>,
}

/// The record of an incident: a line of `incidents.jsonl`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// `I-YYYY-NNN`.
    pub id: String,
    /// Counts the lines about this incident, from 1.
    pub revision: u64,
    /// When it was opened.
    pub opened_at: String,
    /// When it began, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<String>,
    /// When somebody became aware; the opening, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aware_at: Option<String>,
    /// `monitor`, `reviewer`, `customer`, `employee`, `authority` or `vendor`.
    pub detected_by: String,
    /// `bias`, `privacy`, `security`, `performance`, `data`, `oversight` or `other`.
    pub kind: String,
    /// `info`, `minor`, `major` or `critical`.
    pub severity: String,
    /// The system, if named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The version of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_version: Option<String>,
    /// What happened, without personal data.
    pub summary: String,
    /// People or cases affected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected_count: Option<u64>,
    /// Groups affected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected_groups: Vec<String>,
    /// The loss in money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_estimate: Option<MoneyEstimate>,
    /// Whether personal data were lost, seen or changed by those who must not.
    #[serde(default)]
    pub personal_data_breach: bool,
    /// Whether the system is held to be high-risk under the AI Act.
    #[serde(default)]
    pub high_risk_system: bool,
    /// `serious`, `widespread` or `death`, if it may be a serious incident under the AI Act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serious: Option<String>,
    /// Findings that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked_findings: Vec<LinkedFinding>,
    /// Alerts that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked_alerts: Vec<String>,
    /// Risks of the register that it is a case of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked_risks: Vec<String>,
    /// What stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containment: Option<String>,
    /// The whys, the last one the root cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub root_cause: Vec<String>,
    /// A short name of the root cause, by which repeats are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_cause_code: Option<String>,
    /// What is done so that it does not happen again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrective_actions: Vec<CorrectiveAction>,
    /// What was learnt, in both languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessons: Option<Bilingual>,
    /// Risks added to the register because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub new_risks: Vec<String>,
    /// Controls (`R-004/C-02`) and checks of the policy (`check:FAIR-01`) added or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_controls: Vec<String>,
    /// Why nothing was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_change_reason: Option<String>,
    /// The check that would have caught it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detecting_check: Option<String>,
    /// Why no check can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_check_reason: Option<String>,
    /// Who was told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<Notification>,
    /// `open`, `triaged`, `contained`, `resolved`, `lessons`, `closed` or `reopened`.
    pub state: String,
    /// Every change of state, oldest first.
    pub history: Vec<Step>,
}

/// A loss in money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyEstimate {
    /// At least.
    pub low: f64,
    /// Most likely.
    pub likely: f64,
    /// At most.
    pub high: f64,
}

/// A finding of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkedFinding {
    /// The check.
    pub check: String,
    /// The digest of the result that it stands in.
    pub result: String,
}

/// Something that is done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectiveAction {
    /// What.
    pub text: String,
    /// By whom.
    pub owner: String,
    /// Until when, a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<String>,
    /// The check that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
}

/// Somebody who was or must be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Whom: an office or a role.
    pub to: String,
    /// Under which rule.
    pub legal_basis: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<String>,
}

/// A change of state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The state before; absent at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// When.
    pub at: String,
    /// Who acted.
    pub actor: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A reminder: Waage counts hours, it never decides whether a duty applies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// `triage`, `gdpr_33`, `ai_act_73`, `ai_act_73_widespread` or `ai_act_73_death`.
    pub code: String,
    /// When it began.
    pub from: String,
    /// When it ends.
    pub due: String,
    /// `running`, `overdue`, `met` or `met_late`.
    pub state: String,
    /// Hours left, negative when overdue; of one that was met, hours to spare.
    pub hours_left: f64,
}

/// What incidents say together; shares are absent where nothing can be counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Metrics {
    /// Incidents that are not closed.
    pub open: u64,
    /// Of these, those of severity major or critical.
    pub open_major: u64,
    /// Median hours from the beginning to the opening, and of how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_hours_to_detect: Option<f64>,
    /// Incidents whose beginning is known.
    pub detect_known: u64,
    /// Median hours from the opening to containment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_hours_to_contain: Option<f64>,
    /// Incidents that were contained.
    pub contained: u64,
    /// Share of incidents with a root cause whose root cause occurred in an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_rate: Option<f64>,
    /// Incidents with a root cause.
    pub with_root_cause: u64,
    /// Root causes that occurred more than once, and how often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<Repeated>,
    /// Share of incidents that monitoring or review caught, before anybody outside noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_caught: Option<f64>,
    /// Incidents that monitoring or review caught.
    pub caught: u64,
    /// All incidents.
    pub all: u64,
}

/// A root cause that occurred more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Repeated {
    /// Its short name, or the last why.
    pub cause: String,
    /// How often.
    pub count: u64,
}
