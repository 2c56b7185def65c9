//! Sections that other commands serve: read, checked for form and kept, so that one file holds the
//! whole policy and its digest covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use waage_result::finding::Bilingual;

use super::faults::{Faults, Problem};
use super::form::Localised;
use super::words::OnInconclusive;
use crate::date::Date;

/// Everything of the policy that this crate does not judge by.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Kept {
    /// `[system]`: what is audited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// `[people]`: who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<People>,
    /// `[risk_appetite]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_appetite: Option<RiskAppetite>,
    /// `[gate.NAME]`.
    #[serde(rename = "gate", skip_serializing_if = "BTreeMap::is_empty")]
    pub gates: BTreeMap<String, Gate>,
    /// `[documents]`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub documents: BTreeMap<String, Document>,
    /// `[business]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business: Option<Business>,
    /// `[review]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// A word of the lifecycle and of scales: `low` to `critical`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Criticality {
    /// Every word, the least first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in documents and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What the audited model is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCase {
    /// Ordering of leads.
    LeadScoring,
    /// Credit.
    Credit,
    /// Employment.
    Employment,
    /// Insurance.
    Insurance,
    /// Housing.
    Housing,
    /// Education.
    Education,
    /// Anything else.
    Other,
}

/// What a lead score may decide beside the order of contacts (GOVERNANCE §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sets {
    /// The price.
    Price,
    /// Credit terms.
    CreditTerms,
    /// Access to a contract of mass character.
    ContractAccess,
}

/// How decisions follow from scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionRule {
    /// At least a score.
    Threshold,
    /// The best so many.
    CapacityTopK,
    /// No decision, a score only.
    ScoreOnly,
}

/// Where the system stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// On the drawing board.
    Design,
    /// Before launch.
    PreDeployment,
    /// In use.
    Production,
    /// No longer in use.
    Retired,
}

/// `[system]`: what is audited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// Stable for life: `[a-z0-9-]`, 3 to 64 characters.
    pub id: String,
    /// Its name for people.
    #[serde(deserialize_with = "bilingual")]
    pub name: Bilingual,
    /// Version of the audited model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it is for.
    #[serde(
        default,
        deserialize_with = "maybe_bilingual",
        skip_serializing_if = "Option::is_none"
    )]
    pub purpose: Option<Bilingual>,
    /// What it is used for, as a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_case: Option<UseCase>,
    /// What a lead score decides beside the order of contacts.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sets: BTreeSet<Sets>,
    /// How decisions follow from scores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionRule>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
    /// How much depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criticality: Option<Criticality>,
    /// Why the criticality is below the minimum of its use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub criticality_reason: Option<String>,
    /// Why the system exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy_link: Option<String>,
    /// Whether it is about natural persons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affects_natural_persons: Option<bool>,
    /// What others supply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub third_party: Vec<ThirdParty>,
}

/// A supplier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdParty {
    /// Who.
    pub name: String,
    /// What is supplied.
    pub what: String,
    /// Under which contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
}

/// `[people]`: who answers for the system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct People {
    /// Accountable for the outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Who built it.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub developer: BTreeSet<String>,
    /// Who validates it; none of the developers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validator: Option<String>,
    /// Who approves it; not the owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    /// Data protection officer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpo: Option<String>,
    /// Who leads human review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_lead: Option<String>,
}

/// `[risk_appetite]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RiskAppetite {
    /// Highest residual score (1 to 25) by criticality.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub max_residual: BTreeMap<Criticality, u8>,
    /// ISO 4217 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Greatest sum of expected annual losses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annual_loss_limit: Option<f64>,
    /// Cut points between the five impacts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money_scale: Option<[f64; 4]>,
}

/// `[gate.NAME]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gate {
    /// What an inconclusive check does to the gate.
    pub inconclusive: OnInconclusive,
    /// Signatures by role.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required_signatures: BTreeMap<String, u32>,
    /// Ids under `[documents]`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub require_documents: BTreeSet<String>,
    /// Greatest age of the audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_audit_age_days: Option<u32>,
    /// How often the gate is passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_days: Option<u32>,
    /// After so many, inconclusive counts as failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_consecutive_inconclusive: Option<u32>,
}

/// A document that a gate asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Where it lies.
    pub path: String,
    /// Its digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Last day of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// `[business]`: what decisions cost and bring.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Business {
    /// Column with the value of a lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_column: Option<String>,
    /// Cost of one contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_cost: Option<f64>,
    /// Contacts that can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u64>,
}

/// `[review]`: sampling for human review.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Review {
    /// Cases per sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<u32>,
    /// Share of each stratum of the sample; at most 1 together.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<String, f64>,
    /// Least number drawn at random.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_min: Option<u32>,
    /// Share shown without the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blind_share: Option<f64>,
    /// Share reviewed twice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub double_share: Option<f64>,
    /// Time to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sla_working_days: Option<u32>,
}

/// `[privacy]`: what reports for people hide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Cells below this are hidden in reports for people; at least 3, 5 if absent.
    pub k: u64,
    /// The same for reports that leave the house; 10 if absent.
    pub k_external: u64,
    /// Whether empty cells of outcomes are hidden too.
    pub suppress_zero: bool,
    /// Yearly budget of differential privacy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dp_epsilon_per_year: Option<f64>,
    /// File with the key of pseudonyms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pseudonym_key_file: Option<String>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            k: 5,
            k_external: 10,
            suppress_zero: true,
            dp_epsilon_per_year: None,
            pseudonym_key_file: None,
        }
    }
}

fn bilingual<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bilingual, D::Error> {
    Localised::deserialize(deserializer).map(Bilingual::from)
}

fn maybe_bilingual<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Bilingual>, D::Error> {
    Option::<Localised>::deserialize(deserializer).map(|text| text.map(Bilingual::from))
}

/// What is wrong with the value of a key.
fn problem(key: &'static str, what: impl Into<String>, mend: impl Into<String>) -> Problem {
    Problem {
        key,
        what: what.into(),
        mend: mend.into(),
    }
}

/// Shortest reason for a criticality below the minimum, in characters.
const REASON_MIN: usize = 80;

impl Kept {
    /// What is wrong with these sections.
    pub(super) fn check(&self, at: &mut Faults<'_>) {
        let system = self.system.as_ref().map(System::problems);
        at.problems("system", system.unwrap_or_default());
        let people = self.people.as_ref().map(People::problems);
        at.problems("people", people.unwrap_or_default());
        let appetite = self.risk_appetite.as_ref().map(RiskAppetite::problems);
        at.problems("risk_appetite", appetite.unwrap_or_default());
        let business = self.business.as_ref().map(Business::problems);
        at.problems("business", business.unwrap_or_default());
        let review = self.review.as_ref().map(Review::problems);
        at.problems("review", review.unwrap_or_default());
    }
}

impl UseCase {
    /// The lowest criticality of this use (GOVERNANCE §1.3).
    #[must_use]
    pub const fn least(self) -> Criticality {
        match self {
            Self::Employment | Self::Credit => Criticality::Critical,
            Self::Insurance | Self::Housing | Self::Education => Criticality::High,
            Self::LeadScoring => Criticality::Medium,
            Self::Other => Criticality::Low,
        }
    }
}

impl System {
    /// The least criticality that its use allows (GOVERNANCE §1.3).
    #[must_use]
    pub fn least_criticality(&self) -> Criticality {
        match self.use_case {
            Some(UseCase::LeadScoring) if !self.sets.is_empty() => Criticality::High,
            Some(case) => case.least(),
            None => Criticality::Low,
        }
    }

    /// Id and criticality.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(3..=64).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            found.push(problem(
                "id",
                format!("the system's id {:?} is not an id", self.id),
                "use 3 to 64 of a-z, 0-9 and the hyphen",
            ));
        }
        let least = self.least_criticality();
        let reasoned = self
            .criticality_reason
            .as_ref()
            .is_some_and(|r| r.trim().chars().count() >= REASON_MIN);
        if self.criticality.is_some_and(|given| given < least) && !reasoned {
            found.push(problem(
                "criticality",
                "the criticality is below the minimum of this use case",
                format!(
                    "set criticality = {:?} or give a criticality_reason of at least {REASON_MIN} characters",
                    least.name()
                ),
            ));
        }
        found
    }
}

impl Document {
    /// Whether its digest is one: 64 hexadecimal digits.
    #[must_use]
    pub fn has_digest(&self) -> bool {
        let hex =
            |digest: &String| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        self.sha256.as_ref().is_some_and(hex)
    }
}

impl People {
    /// Whether somebody is named for a role.
    #[must_use]
    pub fn fills(&self, role: &str) -> bool {
        match role {
            "owner" => self.owner.is_some(),
            "developer" => !self.developer.is_empty(),
            "validator" => self.validator.is_some(),
            "approver" => self.approver.is_some(),
            "dpo" => self.dpo.is_some(),
            "review_lead" => self.review_lead.is_some(),
            _ => false,
        }
    }

    /// Separation of roles.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.owner.is_some() && self.owner == self.approver {
            found.push(problem(
                "approver",
                "owner and approver are the same person",
                "name another approver",
            ));
        }
        if self
            .validator
            .as_ref()
            .is_some_and(|v| self.developer.contains(v))
        {
            found.push(problem(
                "validator",
                "the validator is one of the developers",
                "name another validator",
            ));
        }
        found
    }
}

impl RiskAppetite {
    /// Scores and money.
    fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let score = |score: &u8| (1..=25).contains(score);
        if !self.max_residual.values().all(score) {
            found.push(problem(
                "max_residual",
                "a residual score lies outside 1 to 25",
                "use likelihood times impact, 1 to 25",
            ));
        }
        if !is_amount(self.annual_loss_limit) {
            found.push(problem(
                "annual_loss_limit",
                "annual_loss_limit is not an amount",
                "use a number of at least 0",
            ));
        }
        let ascends = |scale: [f64; 4]| {
            scale[0] > 0.0 && scale.windows(2).all(|w| w[0] < w[1]) && scale[3].is_finite()
        };
        if self.money_scale.is_some_and(|scale| !ascends(scale)) {
            found.push(problem(
                "money_scale",
                "money_scale does not ascend",
                "give four ascending amounts above 0",
            ));
        }
        found
    }
}

/// Whether a number, if there is one, can be an amount of money.
fn is_amount(amount: Option<f64>) -> bool {
    amount.is_none_or(|amount| amount.is_finite() && amount >= 0.0)
}

impl Business {
    /// Costs.
    fn problems(&self) -> Vec<Problem> {
        if is_amount(self.contact_cost) {
            return Vec::new();
        }
        vec![problem(
            "contact_cost",
            "contact_cost is not an amount",
            "use a number of at least 0",
        )]
    }
}

impl Review {
    /// Shares.
    fn problems(&self) -> Vec<Problem> {
        let share = |value: &f64| (0.0..=1.0).contains(value);
        let outside = |key| problem(key, "a share lies outside 0 to 1", "use shares such as 0.2");
        let mut found = Vec::new();
        if !self.shares.values().all(share) {
            found.push(outside("shares"));
        } else if self.shares.values().sum::<f64>() > 1.0 + 1e-9 {
            found.push(problem(
                "shares",
                "the shares add up to more than 1",
                "lower them; what is left is free",
            ));
        }
        if !self.blind_share.iter().all(share) {
            found.push(outside("blind_share"));
        }
        if !self.double_share.iter().all(share) {
            found.push(outside("double_share"));
        }
        found
    }
}

impl Privacy {
    /// The lower limit of small cells (GOVERNANCE §9.1).
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.k < 3 || self.k_external < self.k {
            found.push(problem(
                if self.k < 3 { "k" } else { "k_external" },
                "k is below 3, or k_external below k",
                "hide cells below at least 3, and outside no fewer than inside",
            ));
        }
        if self
            .dp_epsilon_per_year
            .is_some_and(|e| !(e.is_finite() && e > 0.0))
        {
            found.push(problem(
                "dp_epsilon_per_year",
                "dp_epsilon_per_year is not a budget",
                "use a number above 0",
            ));
        }
        found
    }
}
