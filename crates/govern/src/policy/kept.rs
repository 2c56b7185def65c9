//! Sections that other commands serve: read, checked for form and kept, so that one file holds the
//! whole policy and its digest covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use waage_result::finding::Bilingual;

use super::form::Localised;
use super::words::OnInconclusive;
use crate::date::Date;

/// What can be wrong with a kept section: what, and how to mend it.
pub(super) type Problem = (String, String);

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
    /// Every tier, ascending.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The name in documents.
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

/// A problem and its mend.
fn problem<T>(what: &str, mend: &str) -> Result<T, Problem> {
    Err((what.to_owned(), mend.to_owned()))
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
    /// Id and criticality (GOVERNANCE §1.3).
    pub(super) fn check(&self) -> Result<(), Problem> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(3..=64).contains(&self.id.len()) || !self.id.bytes().all(plain) {
            return problem(
                &format!("the system's id {:?} is not an id", self.id),
                "use 3 to 64 of a-z, 0-9 and the hyphen",
            );
        }
        let least = self.use_case.map_or(Criticality::Low, UseCase::least);
        let reasoned = self
            .criticality_reason
            .as_ref()
            .is_some_and(|r| r.chars().count() >= 80);
        if self.criticality.is_some_and(|given| given < least) && !reasoned {
            return problem(
                "the criticality is below the minimum of this use case",
                &format!(
                    "set criticality = {:?} or give a criticality_reason of at least 80 characters",
                    format!("{least:?}").to_lowercase()
                ),
            );
        }
        Ok(())
    }
}

impl People {
    /// Separation of roles.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.owner.is_some() && self.owner == self.approver {
            return problem(
                "owner and approver are the same person",
                "name another approver",
            );
        }
        if self
            .validator
            .as_ref()
            .is_some_and(|v| self.developer.contains(v))
        {
            return problem(
                "the validator is one of the developers",
                "name another validator",
            );
        }
        Ok(())
    }
}

impl RiskAppetite {
    /// Scores and money.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self
            .max_residual
            .values()
            .any(|score| !(1..=25).contains(score))
        {
            return problem(
                "a residual score lies outside 1 to 25",
                "use likelihood times impact, 1 to 25",
            );
        }
        if self
            .annual_loss_limit
            .is_some_and(|limit| !(limit.is_finite() && limit >= 0.0))
        {
            return problem(
                "annual_loss_limit is not an amount",
                "use a number of at least 0",
            );
        }
        let ascends = |scale: [f64; 4]| {
            scale[0] > 0.0 && scale.windows(2).all(|w| w[0] < w[1]) && scale[3].is_finite()
        };
        if self.money_scale.is_some_and(|scale| !ascends(scale)) {
            return problem(
                "money_scale does not ascend",
                "give four ascending amounts above 0",
            );
        }
        Ok(())
    }
}

impl Business {
    /// Costs.
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self
            .contact_cost
            .is_some_and(|cost| !(cost.is_finite() && cost >= 0.0))
        {
            return problem(
                "contact_cost is not an amount",
                "use a number of at least 0",
            );
        }
        Ok(())
    }
}

impl Review {
    /// Shares.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let share = |value: &f64| (0.0..=1.0).contains(value);
        let single = [self.blind_share, self.double_share];
        if !self.shares.values().all(share) || !single.iter().flatten().all(share) {
            return problem("a share lies outside 0 to 1", "use shares such as 0.2");
        }
        if self.shares.values().sum::<f64>() > 1.0 + 1e-9 {
            return problem(
                "the shares add up to more than 1",
                "lower them; what is left is free",
            );
        }
        Ok(())
    }
}

impl Privacy {
    /// The lower limit of small cells (GOVERNANCE §9.1).
    pub(super) fn check(&self) -> Result<(), Problem> {
        if self.k < 3 || self.k_external < self.k {
            return problem(
                "k is below 3, or k_external below k",
                "hide cells below at least 3, and outside no fewer than inside",
            );
        }
        if self
            .dp_epsilon_per_year
            .is_some_and(|e| !(e.is_finite() && e > 0.0))
        {
            return problem(
                "dp_epsilon_per_year is not a budget",
                "use a number above 0",
            );
        }
        Ok(())
    }
}
