//! The document of `waage evidence map`: clause by clause what stored evidence there is, and what is missing;
//! and what a policy says of a system, for dossiers and briefs.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Bilingual;

/// The schema's name, first key of every document of `waage evidence map`.
pub const EVIDENCE_SCHEMA: &str = "waage/evidence/1";

/// The evidence map as of a day (`waage evidence map --format json`): evidence for a legal assessment,
/// never the assessment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceResult {
    /// Always `waage/evidence/1`.
    pub schema: String,
    /// The day as of which it is told, ISO 8601.
    pub as_of: String,
    /// The laws and standards asked for.
    pub scope: Vec<String>,
    /// Name of the system, if a policy names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<Bilingual>,
    /// The day of the oldest legal knowledge among what is told.
    pub knowledge: String,
    /// Whether that is more than 180 days before `as_of`: the map may be out of date.
    pub out_of_date: bool,
    /// When which duties apply, as far as known.
    pub dates: Vec<LegalDate>,
    /// Clauses, in the order of the map.
    pub clauses: Vec<Clause>,
}

/// A date of the law.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LegalDate {
    /// The law.
    pub law: String,
    /// ISO 8601, or empty where the date is not the point.
    pub date: String,
    /// What begins.
    pub what: Bilingual,
    /// `verified` in two independent sources, or `check` with counsel.
    pub status: String,
    /// The day of this knowledge.
    pub as_of: String,
}

/// One clause and its evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Clause {
    /// Its id in the map.
    pub id: String,
    /// The law or standard.
    pub law: String,
    /// The provision.
    pub clause: String,
    /// What it is about.
    pub title: Bilingual,
    /// `verified`, `check` with counsel, or `superseded`.
    pub status: String,
    /// The day of this knowledge.
    pub as_of: String,
    /// Whether that is more than 180 days ago.
    pub out_of_date: bool,
    /// What to know about the clause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Bilingual>,
    /// Whether the clause comes from a map of the user's own: its words are theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_user: bool,
    /// Sections of reports that show it (R1 to R11).
    pub sections: Vec<String>,
    /// `present`, `partial`, `none` or `not_applicable`; a statement about records, not about law.
    pub coverage: String,
    /// Why it does not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Bilingual>,
    /// What is there.
    pub evidence: Vec<Piece>,
    /// What is not there, and how to get it.
    pub missing: Vec<Gap>,
}

/// A stored piece of evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Piece {
    /// The artefact that it is.
    pub artefact: String,
    /// What that is.
    pub what: Bilingual,
    /// Where it stands, as the file was named.
    pub source: String,
    /// What it says, as a number of things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Its day, ISO 8601; null where the record holds none.
    pub date: Option<String>,
    /// Its digest.
    pub digest: String,
}

/// A piece of evidence that is not there yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The artefact.
    pub artefact: String,
    /// What that is.
    pub what: Bilingual,
    /// What to do: a sentence.
    pub how: Bilingual,
    /// The command that makes it.
    pub command: String,
}

/// What a policy says of its system, as documents tell it. Free texts are the users' own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Digest of the policy.
    pub policy_digest: String,
    /// Id of the system.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<Bilingual>,
    /// What it is for.
    pub purpose: Option<Bilingual>,
    /// Version of the model.
    pub version: Option<String>,
    /// What it is used for, as a word.
    pub use_case: Option<String>,
    /// How decisions follow from scores, as a word.
    pub decision: Option<String>,
    /// Where it stands, as a word.
    pub lifecycle: Option<String>,
    /// `low` to `critical`.
    pub criticality: Option<String>,
    /// Why it exists.
    pub strategy_link: Option<String>,
    /// Whether it is about natural persons.
    pub affects_natural_persons: Option<bool>,
    /// Ids of people by role: `owner`, `developer`, `validator`, `approver`, `dpo`, `review_lead`.
    pub people: IndexMap<String, Vec<String>>,
    /// Suppliers: who, what, contract.
    pub third_party: Vec<[String; 3]>,
    /// Columns by part: `label`, `score`, `decision`, `weight`, `id`, …
    pub columns: IndexMap<String, String>,
    /// Sensitive attributes.
    pub attributes: Vec<DescribedAttribute>,
    /// Whether special categories of personal data are used for testing.
    pub special_categories: bool,
    /// Checks: id, and why if stated.
    pub checks: Vec<(String, Option<Bilingual>)>,
    /// Gates that the policy describes: name, and days between two passages.
    pub gates: Vec<(String, Option<u32>)>,
    /// Documents: id, path, `same`, `changed`, `missing` or `undigested`.
    pub documents: Vec<(String, String, String)>,
    /// Currency of amounts.
    pub currency: Option<String>,
    /// Smallest count in reports for people.
    pub privacy_k: u64,
    /// Reviews: cases per sample and working days to answer, if stated.
    pub review: Option<(Option<u32>, Option<u32>)>,
}

/// A sensitive attribute of a policy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DescribedAttribute {
    /// Its name.
    pub name: String,
    /// The column.
    pub column: String,
    /// Why it may be used here, in the user's words.
    pub basis: Option<String>,
}

/// What a ledger says of an audit, as a brief tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// The day of the audit.
    pub audited: Option<String>,
    /// Signatures of approval: the signer's id, the role and the day.
    pub approvals: Vec<[String; 3]>,
    /// Whether they were verified against keys.
    pub verified: bool,
    /// The last decision of a gate about it: gate, outcome, day.
    pub gate: Option<[String; 3]>,
}
