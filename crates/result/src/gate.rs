//! Whether a gate may be passed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Bilingual, Severity};

/// First key of the document of `waage gate --format json`.
pub const GATE_SCHEMA: &str = "waage/gate/1";

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// Everything that the gate asks for is shown.
    Pass,
    /// Something that it asks for is shown not to hold.
    Breach,
    /// Something that it asks for could not be evaluated, and nothing is shown not to hold.
    Error,
}

impl GateVerdict {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Breach => "breach",
            Self::Error => "error",
        }
    }
}

/// One reason of a gate: what it asks for and how that stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateReason {
    /// What was asked for: `check`, `stale`, `audit_age`, `signature`, `document`, `risk`, `incident`, …
    pub requirement: String,
    /// Whom or what it is about: a check's id, a role, a document's id.
    pub subject: String,
    /// Attribute and group of a finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// How grave a finding is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The waiver that covers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waived_by: Option<String>,
    /// The reason in a sentence.
    pub text: Bilingual,
}

/// The document of `waage gate --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateResult {
    /// Always `waage/gate/1`.
    pub schema: String,
    /// The gate.
    pub gate: String,
    /// The day as of which it was judged.
    pub as_of: String,
    /// Pass, breach or error.
    pub verdict: GateVerdict,
    /// 0 pass, 1 breach, 2 error; a breach comes before an error.
    pub exit: u8,
    /// SHA-256 of the policy in canonical form.
    pub policy_digest: String,
    /// SHA-256 of the audit's result in canonical form; absent without a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit_digest: Option<String>,
    /// What is shown not to hold.
    pub breaches: Vec<GateReason>,
    /// What could not be decided; the gate lets it pass.
    pub inconclusive: Vec<GateReason>,
    /// What would be a breach and is covered by a waiver.
    pub waived: Vec<GateReason>,
    /// What could not be evaluated.
    pub errors: Vec<GateReason>,
    /// What holds.
    pub passed: Vec<GateReason>,
    /// What is told and never decides: findings of severity `info`.
    pub noted: Vec<GateReason>,
}
