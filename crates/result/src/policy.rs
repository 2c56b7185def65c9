//! What is said of a policy file: whether it can be used, what changed, what it means when resolved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Bilingual;

/// First key of the document of `waage policy check --format json`.
pub const POLICY_CHECK_SCHEMA: &str = "waage/policy-check/1";
/// First key of the document of `waage policy diff --format json`.
pub const POLICY_DIFF_SCHEMA: &str = "waage/policy-diff/1";
/// First key of the document of `waage policy show --format json`.
pub const POLICY_SHOW_SCHEMA: &str = "waage/policy-show/1";
/// First key of the document of `waage policy presets --format json`.
pub const POLICY_PRESETS_SCHEMA: &str = "waage/policy-presets/1";

/// What a change of a policy does to what it demands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Neither more nor less is demanded.
    Neutral,
    /// More is demanded.
    Stricter,
    /// Less is demanded, or something that cannot be compared: it needs a new approval.
    Looser,
}

impl Effect {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Stricter => "stricter",
            Self::Looser => "looser",
        }
    }
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyChange {
    /// The key, with ids in place of numbers: `check.FAIR-01.margin`.
    pub key: String,
    /// The value before, defaults filled in; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The value after, defaults filled in; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
    /// Whether more or less is demanded.
    pub effect: Effect,
    /// Why it counts as that.
    pub why: Bilingual,
}

/// A key of an inherited policy that a policy changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyOverride {
    /// The policy that is changed, as `extends` names it.
    pub base: String,
    /// What changes.
    #[serde(flatten)]
    pub change: PolicyChange,
}

/// A place in a policy file; lines and columns count from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyPlace {
    /// The file as it was named.
    pub file: String,
    /// Line; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
    /// The text of that line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// Something that makes a policy unusable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyFault {
    /// Where.
    pub place: PolicyPlace,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub mend: String,
}

/// Something worth knowing of a policy that can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRemark {
    /// Which rule says so, such as `attribute_unchecked`.
    pub rule: String,
    /// Where.
    pub place: PolicyPlace,
    /// What, and how to mend it.
    pub text: Bilingual,
}

/// The document of `waage policy check --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyCheck {
    /// Always `waage/policy-check/1`.
    pub schema: String,
    /// The file as it was named.
    pub file: String,
    /// SHA-256 of the resolved policy in canonical form; absent if it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What it extends, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<String>,
    /// What it changes of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<PolicyOverride>,
    /// Checks that it asks for.
    pub checks: u64,
    /// What makes it unusable, in the order of the file.
    pub errors: Vec<PolicyFault>,
    /// What is probably not meant.
    pub warnings: Vec<PolicyRemark>,
    /// What to know.
    pub notes: Vec<PolicyRemark>,
    /// `true` if there is no error.
    pub valid: bool,
}

/// A policy by its name and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyName {
    /// The file as it was named.
    pub file: String,
    /// SHA-256 of the resolved policy in canonical form.
    pub digest: String,
}

/// The document of `waage policy diff --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyDiff {
    /// Always `waage/policy-diff/1`.
    pub schema: String,
    /// The policy before.
    pub old: PolicyName,
    /// The policy after.
    pub new: PolicyName,
    /// Looser if any change is, else stricter if any is, else neutral.
    pub effect: Effect,
    /// Every change, in the order of keys.
    pub changes: Vec<PolicyChange>,
}

/// The document of `waage policy show --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyShow {
    /// Always `waage/policy-show/1`.
    pub schema: String,
    /// The file as it was named.
    pub file: String,
    /// SHA-256 of `policy` in canonical form.
    pub digest: String,
    /// What it extends, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extends: Vec<String>,
    /// What it changes of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<PolicyOverride>,
    /// The resolved policy, defaults filled in.
    pub policy: Value,
    /// The resolved policy as a file that extends nothing and has the same digest.
    #[serde(skip)]
    pub toml: String,
}

/// A policy that comes with Waage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyPreset {
    /// Its name: `extends = "preset:NAME"`.
    pub name: String,
    /// What it is for.
    pub title: Bilingual,
    /// SHA-256 of the policy in canonical form.
    pub digest: String,
    /// Checks that it asks for.
    pub checks: u64,
    /// Columns that it reads.
    pub columns: Vec<String>,
}

/// The document of `waage policy presets --format json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyPresets {
    /// Always `waage/policy-presets/1`.
    pub schema: String,
    /// Every preset, by name.
    pub presets: Vec<PolicyPreset>,
}
