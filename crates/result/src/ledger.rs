//! The documents about a ledger: what its verification found, its entries, and proofs about them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::finding::Bilingual;

/// The schema's name, first key of every document of `waage ledger verify`.
pub const LEDGER_SCHEMA: &str = "waage/ledger/1";
/// The same of `waage ledger show`.
pub const ENTRIES_SCHEMA: &str = "waage/entries/1";
/// The same of `waage ledger prove`.
pub const PROOF_SCHEMA: &str = "waage/proof/1";

/// What was done to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Damage {
    /// An entry says something else than when it was written.
    Edited,
    /// Entries are missing between others.
    Deleted,
    /// A line stands between entries that followed each other.
    Inserted,
    /// Entries stand in another order.
    Reordered,
    /// Entries are missing at the end.
    Truncated,
    /// Another history was written after some entry.
    Forked,
    /// The last line is not whole.
    Torn,
}

impl Damage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Edited,
        Self::Deleted,
        Self::Inserted,
        Self::Reordered,
        Self::Truncated,
        Self::Forked,
        Self::Torn,
    ];

    /// The name in documents and catalogues.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Inserted => "inserted",
            Self::Reordered => "reordered",
            Self::Truncated => "truncated",
            Self::Forked => "forked",
            Self::Torn => "torn",
        }
    }
}

/// What the verification of a ledger found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerResult {
    /// `waage/ledger/1`.
    pub schema: String,
    /// The id that its first entry gives.
    pub ledger_id: Option<String>,
    /// Entries from the beginning that hold.
    pub entries: u64,
    /// Whether everything holds.
    pub valid: bool,
    /// Where it first does not hold.
    pub first_bad: Option<FirstBad>,
    /// What does not make it invalid and should be known.
    pub warnings: Vec<Warning>,
    /// Bytes of the entries that hold.
    pub size_bytes: u64,
    /// SHA-256 of the last entry that holds.
    pub last_hash: Option<String>,
    /// When that entry was made.
    pub last_ts: Option<String>,
    /// Root of the Merkle tree over the entries that hold, if it was asked for or a checkpoint was given.
    pub root: Option<String>,
    /// The checkpoints that were given, and what they say.
    pub checkpoints: Vec<CheckpointCheck>,
    /// Signatures of entries, if keys were given.
    pub signatures: Option<SignatureCount>,
}

/// The first place of a ledger that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FirstBad {
    /// Number of the entry, from 0.
    pub seq: u64,
    /// What was done.
    pub class: Damage,
    /// Line of the file, from 1; none where a line is missing.
    pub line: Option<u64>,
    /// What shows it, as a word.
    pub reason: String,
    /// The same in a sentence.
    pub text: Bilingual,
}

/// Something to know about a ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// The entry it is about.
    pub seq: Option<u64>,
    /// What it is, as a word.
    pub reason: String,
    /// The same in a sentence.
    pub text: Bilingual,
}

/// A checkpoint that a ledger was held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckpointCheck {
    /// Where it is from.
    pub origin: String,
    /// Entries that it covers.
    pub size: u64,
    /// Root of the tree over them.
    pub root: String,
    /// Whether the ledger has these entries.
    pub agrees: bool,
    /// Ids of the keys whose signatures were verified; none where no keys were given.
    pub signed_by: Vec<String>,
}

/// How many signatures were looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignatureCount {
    /// Signed entries.
    pub signed: u64,
    /// Those whose signature is that of a listed key.
    pub verified: u64,
}

/// Entries of a ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntriesResult {
    /// `waage/entries/1`.
    pub schema: String,
    /// Entries that were asked for, oldest first.
    pub entries: Vec<EntryDoc>,
}

/// An entry as its line has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntryDoc {
    /// Who acted.
    pub actor: String,
    /// SHA-256 of the entry without this hash.
    pub hash: String,
    /// What it is about.
    pub kind: String,
    /// What there is to say.
    pub payload: Value,
    /// Hash of the entry before.
    pub prev: String,
    /// Its number, from 0.
    pub seq: u64,
    /// When it was made.
    pub ts: String,
}

/// What a proof shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// That an entry is in a tree.
    Inclusion,
    /// That a tree begins with the entries of a smaller one.
    Consistency,
}

/// A proof about the Merkle tree over a ledger's lines (RFC 6962), checked without the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofResult {
    /// `waage/proof/1`.
    pub schema: String,
    /// What it shows.
    pub kind: ProofKind,
    /// Inclusion: number of the entry. Consistency: entries of the smaller tree.
    pub from: u64,
    /// Entries of the tree.
    pub size: u64,
    /// Inclusion: the entry's line without its line end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Consistency: root of the smaller tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_root: Option<String>,
    /// Root of the tree.
    pub root: String,
    /// Roots of subtrees, in the order of the standard.
    pub hashes: Vec<String>,
}
