//! The inventory of systems: what they are for, who answers, and what each tier asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Bilingual;

/// The schema's name, first key of the document of `waage systems`.
pub const SYSTEMS_SCHEMA: &str = "waage/systems/1";

/// The inventory (`waage systems list --format json`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SystemsResult {
    /// Always `waage/systems/1`.
    pub schema: String,
    /// The day as of which it is told, ISO 8601.
    pub as_of: String,
    /// The systems asked for, in the order of the file.
    pub systems: Vec<System>,
    /// Systems in the file, whatever was asked for.
    pub total: u64,
    /// What is missing or contradicts itself.
    pub problems: Vec<Problem>,
}

/// One system.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Its id, stable for life; empty where answers of no system were classified.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Bilingual>,
    /// What it is used for, as a word.
    pub use_case: String,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The policy that judges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// What others supply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub third_party: Vec<String>,
    /// When the entry is looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_date: Option<String>,
    /// The tier given.
    pub criticality: String,
    /// The least tier of this use.
    pub criticality_minimum: String,
    /// Why the tier is below the minimum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criticality_reason: Option<String>,
    /// What the tier asks for.
    pub tier: Tier,
    /// The AI Act's class as a suggestion; absent without answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// Where a ledger says that it stands; absent if none was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

/// Where a system stands, by the steps that a ledger holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// `draft`, `audited`, `validated`, `approved`, `live`, `suspended` or `retired`.
    pub state: String,
    /// Since when, RFC 3339; absent for a system without a step, as are the next four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Who moved it there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Number of the step's entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Digest of the result that the step rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_digest: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The states that may follow.
    pub next: Vec<String>,
    /// Entries about it that may not stand where they stand, and so do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<u64>,
}

/// What a tier asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tier {
    /// Roles whose signatures are needed, each of another person.
    pub signatures: Vec<String>,
    /// Gates that are passed, in order.
    pub gates: Vec<String>,
}

/// A suggestion of the AI Act's risk class: a note for counsel, not a decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Classification {
    /// `prohibited_question`, `high_risk_question`, `outside_annex_iii` or `open`.
    pub class: String,
    /// What led to it.
    pub reasons: Vec<Reason>,
    /// Duties that stand whatever the class.
    pub further: Vec<Reason>,
    /// Questions whose answer is missing or unknown.
    pub open: Vec<String>,
    /// The day of the legal knowledge that the rules are made of.
    pub knowledge: String,
}

/// A reason, with the provision that it rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Its code.
    pub code: String,
    /// The provision.
    pub law: String,
    /// The reason in a sentence.
    pub text: Bilingual,
}

/// Something missing or contradictory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// The system.
    pub system: String,
    /// `error` or `warning`.
    pub level: String,
    /// What, and how to mend it.
    pub text: Bilingual,
}
