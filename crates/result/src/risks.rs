//! The document of `waage risks`: what can go wrong, how likely and how bad that is before and after
//! controls, and what was measured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Bilingual, State};

/// The schema's name, first key of every register document.
pub const RISKS_SCHEMA: &str = "waage/risks/1";

/// The register as of a day (`waage risks list --format json`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RisksResult {
    /// Always `waage/risks/1`.
    pub schema: String,
    /// The day as of which it is told, ISO 8601.
    pub as_of: String,
    /// Name of the system, if a policy names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Bilingual>,
    /// How much is accepted, and what there is.
    pub appetite: Appetite,
    /// The risks asked for, in the order asked for.
    pub risks: Vec<Risk>,
    /// Risks in the register, whatever was asked for.
    pub total: u64,
    /// What results change; empty unless results were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What answers suggest; empty unless answers were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<Suggestion>,
    /// Questions left without an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<String>,
    /// Whether changes were written to the register.
    pub written: bool,
}

/// How much risk is accepted, and how much there is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Appetite {
    /// `low` to `critical`, if the policy says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality: Option<String>,
    /// Highest residual score accepted at that criticality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_residual: Option<u8>,
    /// Currency of all amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Highest sum of expected annual losses accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual_loss_limit: Option<f64>,
    /// Sum of the expected annual losses of open risks that state amounts.
    pub annual_loss: f64,
    /// Open risks that state no amounts or no frequency: the sum says nothing of them.
    pub without_amounts: u64,
    /// Sum over drafts, which is not compared with the limit.
    pub annual_loss_drafts: f64,
    /// Drafts: not yet confirmed by a person and not compared with the appetite.
    pub drafts: u64,
    /// Whether the sum is above its limit.
    pub loss_over: bool,
    /// Open risks above the highest residual score, that nobody accepted.
    pub over: Vec<String>,
    /// Risks above it that are marked as accepted: that counts only with a valid signature.
    pub accepted_over: Vec<String>,
}

/// One risk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    /// Its id, stable for life.
    pub id: String,
    /// `ethics`, `privacy`, `operation` or `security`.
    pub area: String,
    /// The category within the area.
    pub category: String,
    /// Its name.
    pub title: Bilingual,
    /// Why it may happen.
    pub cause: Bilingual,
    /// What would happen.
    pub event: Bilingual,
    /// What that would do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_text: Option<Bilingual>,
    /// The same in money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// Events a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency_per_year: Option<f64>,
    /// Impact, 1 to 5: the greater of that on people and that in money.
    pub impact: u8,
    /// The level of the mean amount on the policy's scale, or on the default one; absent without amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_money_level: Option<u8>,
    /// Likelihood before controls, 1 to 5.
    pub likelihood_inherent: u8,
    /// Likelihood that remains, 1 to 5.
    pub likelihood_residual: u8,
    /// Likelihood times impact before controls: ordinal, for ranking, not a probability.
    pub score_inherent: u8,
    /// The same after.
    pub score_residual: u8,
    /// `low`, `moderate`, `high` or `severe`.
    pub band_inherent: String,
    /// The same after.
    pub band_residual: String,
    /// `measured`, or `inherent` where no fresh measurement exists.
    pub basis: String,
    /// The last measurement, fresh or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `avoid`, `reduce`, `transfer` or `accept`.
    pub treatment: String,
    /// What is done against it.
    pub controls: Vec<Control>,
    /// Checks of the policy whose findings measure it.
    pub linked_checks: Vec<String>,
    /// `draft`, `open`, `treated`, `accepted` or `closed`.
    pub status: String,
    /// When it is looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_date: Option<String>,
    /// Whether that day has passed.
    pub overdue: bool,
    /// Until when it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_until: Option<String>,
    /// Whether the residual score is above the appetite.
    pub over_appetite: bool,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// An impact in money.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Money {
    /// At least.
    pub low: f64,
    /// Most likely.
    pub likely: f64,
    /// At most.
    pub high: f64,
    /// `event` or `year`.
    pub per: String,
    /// `(low + 4·likely + high)/6`.
    pub mean: f64,
    /// Expected loss of a year; absent without a frequency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annual: Option<f64>,
}

/// What was last measured of a risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// The likelihood kept: at most one level lower per passing period, higher at once.
    pub likelihood: u8,
    /// The level of the probability itself.
    pub level: u8,
    /// Probability that the true value lies beyond the margin.
    pub probability: f64,
    /// The check that decided.
    pub check: String,
    /// Its attribute and group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The worst state of the linked checks.
    pub state: State,
    /// The day of the result.
    pub day: String,
    /// The digest of the result.
    pub digest: String,
    /// Whether it still counts.
    pub fresh: bool,
    /// The last day on which it counts.
    pub fresh_until: String,
}

/// A control.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// Its id.
    pub id: String,
    /// What is done.
    pub text: Bilingual,
    /// `preventive`, `detective` or `corrective`.
    pub kind: String,
    /// The check that shows it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// `planned`, `implemented` or `tested`.
    pub state: String,
    /// Whether it counts: tested, and its check ran within its period.
    pub counts: bool,
    /// Why it does not: `planned`, `untested`, `no_check`, `never_ran` or `ran_too_long_ago`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day on which its check ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<String>,
}

/// What one period's results do to a risk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The risk.
    pub risk: String,
    /// The day of the results.
    pub day: String,
    /// Likelihood before and after.
    pub likelihood: [u8; 2],
    /// Score before and after.
    pub score: [u8; 2],
    /// `rises`, `falls_one_level`, `held_not_passing`, `held_same_period`, `stays`, or `older` where a
    /// later measurement is kept already.
    pub rule: String,
    /// What each linked check says.
    pub exceedances: Vec<Exceedance>,
    /// Linked checks without a value, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_measured: Vec<NotMeasured>,
}

/// The probability that a true value lies beyond its margin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exceedance {
    /// The check.
    pub check: String,
    /// Its attribute.
    pub attribute: String,
    /// The group, the worst of the check's groups; null of a range over groups.
    pub group: Option<String>,
    /// The estimate.
    pub value: f64,
    /// The limit that it is held against.
    pub limit: f64,
    /// The standard error; absent where replicates were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_error: Option<f64>,
    /// The probability.
    pub probability: f64,
    /// Its level, 1 to 5.
    pub level: u8,
    /// The worst state of the check.
    pub state: State,
    /// The digest of the result.
    pub digest: String,
}

/// A linked check without a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotMeasured {
    /// The check.
    pub check: String,
    /// `not_in_result`, `no_value`, or the result's own reason.
    pub reason: String,
}

/// What answers suggest for a risk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// The risk of the catalogue.
    pub risk: String,
    /// Its name.
    pub title: Bilingual,
    /// Whether the register lacks it.
    pub missing: bool,
    /// The register's likelihood before controls; absent where it lacks the risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<u8>,
    /// The likelihood suggested.
    pub likelihood_suggested: u8,
    /// The register's impact; absent where it lacks the risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact: Option<u8>,
    /// The impact suggested.
    pub impact_suggested: u8,
    /// `add`, `raise`, `agrees`, or `higher_kept` where the register is above the suggestion.
    pub action: String,
    /// Whether it was taken into the register.
    pub taken: bool,
    /// What led to it.
    pub reasons: Vec<Reason>,
}

/// A question whose answer led to a suggestion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The question's id.
    pub question: String,
    /// The answer.
    pub answer: String,
    /// What follows from it.
    pub text: Bilingual,
}
