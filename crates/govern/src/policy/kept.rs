//! Sections that other commands serve: read, checked for form and kept, so that one file holds the
//! whole policy and its digest covers all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer, Serialize};
use waage_result::finding::Bilingual;

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
