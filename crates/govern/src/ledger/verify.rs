//! Does the whole ledger hold, and if not, where does it first not hold?

use std::fs::File;
use std::path::Path;

use waage_result::finding::Bilingual;
use waage_result::ledger::{
    CheckpointCheck, Damage, FirstBad, LEDGER_SCHEMA, LedgerResult, SignatureCount, Warning,
};
use waage_result::text::{Catalogue, Language};

use super::chain::Chain;
use super::checkpoint::Checkpoint;
use super::classify::{Bad, classify};
use super::entry::Parts;
use super::error::LedgerError;
use super::hash::Hash;
use super::head::Head;
use super::kind::is_kind;
use super::lines::Lines;
use super::merkle::Tree;
use super::place::{Options, Place};
use crate::approval::Signed;
use crate::keys::{Keys, Standing};
use crate::time::Timestamp;

/// How far times may go back from one entry to the next without a remark.
const BACKWARDS_SECONDS: i64 = 300;
/// Most warnings that are listed.
const WARNINGS_MAX: usize = 100;

/// What a ledger is held against besides itself.
#[derive(Clone, Debug, Default)]
pub struct VerifyOptions<'a> {
    /// How it is opened.
    pub options: Options,
    /// Checkpoints that were kept elsewhere.
    pub checkpoints: &'a [Checkpoint],
    /// Keys for the signatures of entries and checkpoints.
    pub keys: Option<&'a Keys>,
    /// Also the root of the Merkle tree, which is known anyway where there are checkpoints.
    pub with_root: bool,
}

/// Verifies a ledger: every line is a canonical entry, numbers ascend by one, each entry has the hash of
/// its content and names the one before; the head and the checkpoints agree; signatures are those of
/// listed keys. Memory does not grow with the ledger.
///
/// The chain covers every byte of the lines, so the Merkle tree is only followed for checkpoints that are
/// given or if its root is asked for; then those that the ledger records are looked at too.
///
/// # Errors
/// [`LedgerError`] where nothing can be said: a file that cannot be read, a checkpoint that no listed key
/// signed. A ledger that does not hold is no error but a result.
pub fn verify(path: &Path, asked: &VerifyOptions<'_>) -> Result<LedgerResult, LedgerError> {
    let place = Place::of(path);
    let (size_bytes, head) = place.snapshot(&asked.options)?;
    let mut walk = Walk::new(asked, head)?;
    let failed = |source| LedgerError::Read {
        file: place.name(),
        source,
    };
    let file = File::open(&place.ledger).map_err(failed)?;
    let mut lines = Lines::new(file, 0, size_bytes).map_err(failed)?;
    let mut chain = Chain::begin(asked.with_root || !asked.checkpoints.is_empty());
    let mut size_held = 0;
    let mut bad: Vec<Bad> = Vec::new();
    walk.look(&chain);
    while let Some(line) = lines.next().map_err(failed)? {
        let before = chain.ts;
        match chain.take(&line) {
            Ok(parts) => {
                size_held = line.end;
                walk.look(&chain);
                if let Some(reason) = walk.entry(&parts, &chain, before) {
                    bad.push(Bad::at(parts.seq, parts.seq + 1, Damage::Edited, reason));
                    break;
                }
            }
            Err(flaw) => {
                let start = line.start;
                let found = classify(&place, size_bytes, start, &chain, flaw, walk.head.as_ref());
                bad.push(found.map_err(failed)?);
                break;
            }
        }
    }
    if bad.is_empty() {
        bad.extend(walk.at_end(&chain, size_bytes));
    }
    bad.extend(walk.against_checkpoints(chain.next, bad.is_empty()));
    bad.sort_by_key(|one| one.seq);
    let first_bad = bad.into_iter().next().map(Bad::doc);
    Ok(walk.result(&chain, size_held, first_bad))
}

/// Everything that is looked at beside the chain itself.
struct Walk<'a> {
    keys: Option<&'a Keys>,
    head: Option<Head>,
    /// Hash of the entry that the head names.
    at_head: Option<Hash>,
    checkpoints: Vec<(&'a Checkpoint, CheckpointCheck)>,
    /// The next of them.
    next_checkpoint: usize,
    ledger_id: Option<String>,
    /// The last kind that was found to be one.
    kind: String,
    warnings: Vec<Warning>,
    warnings_more: u64,
    signatures: SignatureCount,
}

impl<'a> Walk<'a> {
    fn new(asked: &VerifyOptions<'a>, head: Option<Head>) -> Result<Self, LedgerError> {
        let mut checkpoints = Vec::new();
        let mut unsigned = Vec::new();
        for checkpoint in asked.checkpoints {
            let file = format!("the checkpoint of {}", checkpoint.origin);
            let signed_by = match asked.keys {
                Some(keys) => checkpoint.signed_by(keys, &file)?,
                None => {
                    unsigned.push(checkpoint.size);
                    Vec::new()
                }
            };
            let check = CheckpointCheck {
                origin: checkpoint.origin.clone(),
                size: checkpoint.size,
                root: checkpoint.root.to_string(),
                agrees: false,
                signed_by,
            };
            checkpoints.push((checkpoint, check));
        }
        checkpoints.sort_by_key(|(checkpoint, _)| checkpoint.size);
        let mut walk = Self {
            keys: asked.keys,
            head,
            at_head: None,
            checkpoints,
            next_checkpoint: 0,
            ledger_id: None,
            kind: String::new(),
            warnings: Vec::new(),
            warnings_more: 0,
            signatures: SignatureCount::default(),
        };
        for size in unsigned {
            walk.warn(None, "unsigned_checkpoint", &[("size", size)]);
        }
        Ok(walk)
    }

    fn warn(&mut self, seq: Option<u64>, reason: &str, values: &[(&str, u64)]) {
        if self.warnings.len() == WARNINGS_MAX {
            self.warnings_more += 1;
            return;
        }
        let mut values = values.to_vec();
        values.extend(seq.map(|seq| ("seq", seq)));
        self.warnings.push(Warning {
            seq,
            reason: reason.to_owned(),
            text: bilingual(&format!("ledger.warning.{reason}"), &values),
        });
    }

    /// Holds the checkpoints of this size against the tree.
    fn look(&mut self, chain: &Chain) {
        while let Some((checkpoint, check)) = self.checkpoints.get_mut(self.next_checkpoint)
            && checkpoint.size == chain.next
        {
            let root = chain.tree.as_ref().map(Tree::root);
            check.agrees = root == Some(checkpoint.root);
            self.next_checkpoint += 1;
        }
    }

    /// Looks at an entry that holds in the chain; gives what is wrong with its content.
    fn entry(
        &mut self,
        parts: &Parts<'_>,
        chain: &Chain,
        before: Option<Timestamp>,
    ) -> Option<&'static str> {
        if let (Some(ts), Some(before)) = (chain.ts, before)
            && ts < before
        {
            let back = before.seconds_since(ts);
            if back > BACKWARDS_SECONDS {
                self.warn(Some(parts.seq), "clock", &[("minutes", back as u64 / 60)]);
            }
        }
        if self.head.as_ref().is_some_and(|head| head.seq == parts.seq) {
            self.at_head = Some(chain.last);
        }
        if parts.kind != self.kind {
            if !is_kind(parts.kind) {
                self.warn(Some(parts.seq), "unknown_kind", &[]);
                return None;
            }
            self.kind.clear();
            self.kind.push_str(parts.kind);
        }
        match parts.kind {
            "genesis" => {
                let id = parts.entry()?.payload["ledger_id"].as_str()?.to_owned();
                self.ledger_id = Some(id);
                None
            }
            "checkpoint" => {
                let payload = parts.entry()?.payload;
                let root = chain.root_before?.to_string();
                let holds = payload["size"] == parts.seq && payload["root"] == root.as_str();
                (!holds).then_some("recorded_checkpoint")
            }
            "approval" | "waiver" => self.signature(parts),
            _ => None,
        }
    }

    /// Verifies the signature of an entry that has one.
    fn signature(&mut self, parts: &Parts<'_>) -> Option<&'static str> {
        let entry = parts.entry()?;
        let keys = self.keys?;
        self.signatures.signed += 1;
        let Some(signed) = Signed::of(&entry) else {
            return Some("signature");
        };
        let (signer, role, ts) = signed.by();
        let Some(key) = keys.by_id.get(signer) else {
            self.warn(Some(entry.seq), "unknown_key", &[]);
            return None;
        };
        if !signed.is_of(key) {
            return Some("signature");
        }
        self.signatures.verified += 1;
        let standing = key.standing_for(ts, entry.ts);
        if !matches!(standing, Standing::Valid | Standing::Doubtful) {
            self.warn(Some(entry.seq), "standing", &[]);
        }
        if !key.roles.contains(&role) {
            self.warn(Some(entry.seq), "role", &[]);
        }
        None
    }

    /// What the head says at the end of a chain that holds.
    fn at_end(&mut self, chain: &Chain, size_bytes: u64) -> Option<Bad> {
        let Some(head) = &self.head else {
            if chain.next == 0 {
                return Some(Bad::missing(0, "empty", &[]));
            }
            self.warn(None, "no_head", &[]);
            return None;
        };
        let (seq, entries) = (head.seq, head.seq + 1);
        if chain.next < entries {
            let values = [("size", entries), ("missing", entries - chain.next)];
            return Some(Bad::missing(chain.next, "shorter", &values));
        }
        if self.at_head != Some(head.hash) || size_bytes < head.size_bytes {
            return Some(Bad::at(seq, seq + 1, Damage::Forked, "head"));
        }
        if chain.next > entries {
            self.warn(None, "head_behind", &[("behind", chain.next - entries)]);
        }
        None
    }

    /// What the checkpoints say about the entries that hold; larger ones only if the file ended there.
    fn against_checkpoints(&self, entries: u64, is_end: bool) -> Option<Bad> {
        let mut agreed = 0;
        for (checkpoint, check) in &self.checkpoints[..self.next_checkpoint] {
            if !check.agrees {
                let values = [("size", checkpoint.size), ("agreed", agreed)];
                let bad = Bad::at(agreed, agreed + 1, Damage::Forked, "checkpoint");
                return Some(bad.with(&values));
            }
            agreed = checkpoint.size;
        }
        let (larger, _) = self.checkpoints.get(self.next_checkpoint)?;
        let values = [("size", larger.size), ("entries", entries)];
        is_end.then(|| Bad::missing(entries, "checkpoint_larger", &values))
    }

    fn result(
        mut self,
        chain: &Chain,
        size_bytes: u64,
        first_bad: Option<FirstBad>,
    ) -> LedgerResult {
        if self.warnings_more > 0 {
            let values = [("count", self.warnings_more)];
            self.warnings.push(Warning {
                seq: None,
                reason: "more".to_owned(),
                text: bilingual("ledger.warning.more", &values),
            });
        }
        LedgerResult {
            schema: LEDGER_SCHEMA.to_owned(),
            ledger_id: self.ledger_id,
            entries: chain.next,
            valid: first_bad.is_none(),
            first_bad,
            warnings: self.warnings,
            size_bytes,
            last_hash: (chain.next > 0).then(|| chain.last.to_string()),
            last_ts: chain.ts.map(|ts| ts.to_string()),
            root: chain.tree.as_ref().map(|tree| tree.root().to_string()),
            checkpoints: self
                .checkpoints
                .into_iter()
                .map(|(_, check)| check)
                .collect(),
            signatures: self.keys.map(|_| self.signatures),
        }
    }
}

/// A text of the catalogues in both languages, with numbers as they stand in a ledger.
pub(super) fn bilingual(key: &str, values: &[(&str, u64)]) -> Bilingual {
    let texts: Vec<(&str, String)> = values.iter().map(|(k, v)| (*k, v.to_string())).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let of = |language| Catalogue::of(language).fill(key, &texts);
    Bilingual {
        de: of(Language::De),
        en: of(Language::En),
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
