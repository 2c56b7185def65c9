//! The documents about approvals and keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Bilingual;

/// The schema's name, first key of every document of `waage approve`.
pub const APPROVAL_SCHEMA: &str = "waage/approval/1";
/// The same of `waage approve --waiver` and `--risk`.
pub const EXCEPTION_SCHEMA: &str = "waage/exception/1";
/// The same of `waage keys list`.
pub const KEYS_SCHEMA: &str = "waage/key-list/1";

/// Which signatures a result has, and which it lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalResult {
    /// `waage/approval/1`.
    pub schema: String,
    /// Digest of the result.
    pub audit_digest: String,
    /// Digest of the policy.
    pub policy_digest: String,
    /// The day it was judged by.
    pub as_of: String,
    /// Whether nothing is missing, nobody rejected it and no condition is overdue.
    pub complete: bool,
    /// Signatures needed, by role.
    pub required: Vec<RoleCount>,
    /// Signatures that count.
    pub signatures: Vec<SignatureDoc>,
    /// Signatures that are missing, by role.
    pub missing: Vec<RoleCount>,
    /// Signatures that do not count, and why.
    pub invalid: Vec<InvalidSignature>,
    /// Valid rejections.
    pub rejections: Vec<Rejection>,
    /// Conditions of approvals that count.
    pub conditions: Vec<ConditionDoc>,
    /// Approvals of other results under this policy: a result that changed needs new ones.
    pub other_results: u64,
}

/// Who agreed to a waiver or to an accepted risk, and who still must.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExceptionResult {
    /// `waage/exception/1`.
    pub schema: String,
    /// `waiver` or `risk`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Digest of all that is agreed to.
    pub digest: String,
    /// The residual score that is to be accepted, of a risk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// The day it was judged by.
    pub as_of: String,
    /// Whether everybody agreed.
    pub complete: bool,
    /// Who must agree.
    pub required: Vec<String>,
    /// Signatures of those who agree.
    pub signatures: Vec<SignatureDoc>,
    /// Who must agree and has not.
    pub missing: Vec<String>,
    /// Signatures of those who do not, or no longer.
    pub rejections: Vec<SignatureDoc>,
    /// Signatures of those who ask for the waiver.
    pub requests: Vec<SignatureDoc>,
    /// Signatures that do not count, and why.
    pub invalid: Vec<InvalidSignature>,
}

/// A role and a number of persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoleCount {
    /// The role.
    pub role: String,
    /// Distinct persons.
    pub count: u32,
}

/// A signature that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureDoc {
    /// Number of its entry.
    pub seq: u64,
    /// Id of the key.
    pub signer: String,
    /// In which role.
    pub role: String,
    /// `approve` or `approve_with_conditions`; of exceptions also `reject`.
    pub decision: String,
    /// When it was signed.
    pub ts: String,
    /// Last day on which it counts.
    pub expires: Option<String>,
    /// Whether the key was found to be compromised after it signed.
    pub doubtful: bool,
}

/// A signature that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InvalidSignature {
    /// Number of its entry.
    pub seq: u64,
    /// Id of the key, as the statement gives it.
    pub signer: String,
    /// The role that the statement gives.
    pub role: String,
    /// Why it does not count, as a word.
    pub reason: String,
    /// The same in a sentence.
    pub text: Bilingual,
}

/// A rejection by a person who may reject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejection {
    /// Number of its entry.
    pub seq: u64,
    /// Id of the key.
    pub signer: String,
    /// In which role.
    pub role: String,
    /// What the person says.
    pub comment: Option<String>,
    /// Whether the role is needed, so that this blocks until there is another result.
    pub blocks: bool,
}

/// A condition of an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionDoc {
    /// Number of the approval's entry.
    pub seq: u64,
    /// The check that must pass.
    pub check: Option<String>,
    /// What must be done.
    pub task: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// Whether that day is over.
    pub overdue: bool,
}

/// The keys of `keys.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeysResult {
    /// `waage/key-list/1`.
    pub schema: String,
    /// Keys by id.
    pub keys: Vec<KeyDoc>,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyDoc {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// First 16 digits of its SHA-256.
    pub fingerprint: String,
    /// The key.
    pub public: String,
    /// In which roles it signs.
    pub roles: Vec<String>,
    /// First moment of its validity.
    pub valid_from: String,
    /// Last moment of its validity.
    pub valid_to: Option<String>,
    /// From when on it is revoked.
    pub revoked_at: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// `valid`, `not_yet`, `over` or `revoked` at the time of asking.
    pub standing: String,
}
