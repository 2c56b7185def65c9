//! Proofs as documents: made from a ledger, checked without it.

use std::path::Path;

use waage_result::ledger::{PROOF_SCHEMA, ProofKind, ProofResult};

use super::checkpoint::Checkpoint;
use super::error::LedgerError;
use super::hash::{Hash, Hasher};
use super::merkle::{Tree, leaf};
use super::place::{Options, Place};
use super::proof::{Collector, consistency_ranges, inclusion_ranges, is_consistent, is_included};
use super::sound::walk;

/// Proves that an entry is in the tree over the first `size` entries, or over all of them.
///
/// # Errors
/// [`LedgerError`]: a ledger that does not hold, or no such entry.
pub fn prove_inclusion(
    path: &Path,
    options: &Options,
    seq: u64,
    size: Option<u64>,
) -> Result<ProofResult, LedgerError> {
    let (place, size) = sized(path, options, size)?;
    let ranges = inclusion_ranges(seq, size).ok_or_else(|| {
        LedgerError::entry(
            format!("there is no entry {seq} among {size}"),
            "entries are numbered from 0",
        )
    })?;
    let mut collector = Collector::new(ranges);
    let mut line = None;
    let root = collect(&place, options, size, &mut collector, |at, bytes, _| {
        if at == seq {
            line = std::str::from_utf8(bytes).ok().map(str::to_owned);
        }
    })?;
    finish(collector, ProofKind::Inclusion, seq, size, line, None, root)
}

/// Proves that the tree over the first `size` entries, or over all of them, begins with the first `from`.
///
/// # Errors
/// [`LedgerError`]: a ledger that does not hold, or sizes that do not ascend.
pub fn prove_consistency(
    path: &Path,
    options: &Options,
    from: u64,
    size: Option<u64>,
) -> Result<ProofResult, LedgerError> {
    let (place, size) = sized(path, options, size)?;
    let ranges = consistency_ranges(from, size).ok_or_else(|| {
        LedgerError::entry(
            format!("there is no proof from {from} to {size} entries"),
            "give sizes of at least 1 that ascend",
        )
    })?;
    let mut collector = Collector::new(ranges);
    let mut from_root = None;
    let root = collect(&place, options, size, &mut collector, |at, _, tree| {
        if at + 1 == from {
            from_root = Some(tree.root());
        }
    })?;
    finish(
        collector,
        ProofKind::Consistency,
        from,
        size,
        None,
        from_root,
        root,
    )
}

fn sized(path: &Path, options: &Options, size: Option<u64>) -> Result<(Place, u64), LedgerError> {
    let place = Place::of(path);
    let entries = walk(&place, options, false, |_| ())?.entries;
    match size {
        Some(size) if size > entries => Err(LedgerError::entry(
            format!("the ledger has {entries} entries, not {size}"),
            "ask for a smaller tree",
        )),
        Some(size) => Ok((place, size)),
        None => Ok((place, entries)),
    }
}

/// Passes the first `size` leaves to the collector; gives the root over them.
fn collect(
    place: &Place,
    options: &Options,
    size: u64,
    collector: &mut Collector,
    mut seen: impl FnMut(u64, &[u8], &Tree),
) -> Result<Hash, LedgerError> {
    let mut tree = Tree::default();
    let mut hasher = Hasher::default();
    walk(place, options, false, |parts| {
        if parts.seq < size {
            let hash = hasher.hash([&[0], parts.line]);
            collector.push(hash);
            tree.push(hash);
            seen(parts.seq, parts.line, &tree);
        }
    })?;
    Ok(tree.root())
}

fn finish(
    collector: Collector,
    kind: ProofKind,
    from: u64,
    size: u64,
    line: Option<String>,
    from_root: Option<Hash>,
    root: Hash,
) -> Result<ProofResult, LedgerError> {
    let hashes = collector.finish().ok_or_else(|| {
        LedgerError::entry("the ledger became shorter while it was read", "repeat it")
    })?;
    Ok(ProofResult {
        schema: PROOF_SCHEMA.to_owned(),
        kind,
        from,
        size,
        line,
        from_root: from_root.map(|root| root.to_string()),
        root: root.to_string(),
        hashes: hashes.iter().map(Hash::to_string).collect(),
    })
}

/// Checks a proof without the ledger, and against a checkpoint of the same size if one is given.
///
/// # Errors
/// In words, why it does not hold.
pub fn check_proof(proof: &ProofResult, checkpoint: Option<&Checkpoint>) -> Result<(), String> {
    if proof.schema != PROOF_SCHEMA {
        return Err(format!("its schema is not {PROOF_SCHEMA:?}"));
    }
    let root: Hash = proof.root.parse()?;
    let hashes = proof
        .hashes
        .iter()
        .map(|hash| hash.parse())
        .collect::<Result<Vec<Hash>, String>>()?;
    match proof.kind {
        ProofKind::Inclusion => {
            let line = proof.line.as_ref().ok_or("it has no line")?;
            let entry =
                super::Entry::parse(line).ok_or("its line is no entry with its own hash")?;
            if entry.seq != proof.from {
                return Err(format!(
                    "its line is entry {}, not {}",
                    entry.seq, proof.from
                ));
            }
            if !is_included(leaf(line.as_bytes()), proof.from, proof.size, &hashes, root) {
                return Err("its hashes do not lead from the line to the root".to_owned());
            }
        }
        ProofKind::Consistency => {
            let from: Hash = proof
                .from_root
                .as_ref()
                .ok_or("it has no from_root")?
                .parse()?;
            if !is_consistent((proof.from, from), (proof.size, root), &hashes) {
                return Err("its hashes do not lead from the smaller root to the larger".to_owned());
            }
        }
    }
    let Some(checkpoint) = checkpoint else {
        return Ok(());
    };
    let from = proof
        .from_root
        .as_ref()
        .map(|root| (proof.from, root.as_str()));
    let checkpoint_root = checkpoint.root.to_string();
    let named = (checkpoint.size, checkpoint_root.as_str());
    if named == (proof.size, proof.root.as_str()) || from == Some(named) {
        return Ok(());
    }
    Err(format!(
        "the checkpoint of {} over {} entries has another size or root",
        checkpoint.origin, checkpoint.size
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{SecretKey, Signer};
    use crate::ledger::{Ledger, VerifyOptions, verify};
    use serde_json::json;

    #[test]
    fn proofs_are_checked_without_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let options = Options::default();
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let (ledger, _) = Ledger::create(&path, &options, "demo", now).unwrap();
        for i in 0..5 {
            ledger
                .append("note", "waage", &json!({ "n": i }), now)
                .unwrap();
        }
        let key = SecretKey::from_seed(&[1; 32]);
        let public = key.public();
        let signer = Signer::from(key);
        let sign = |record| {
            ledger
                .checkpoint(None, &signer, ("log", &public), record, now)
                .unwrap()
        };
        let first = sign(true);
        assert_eq!((first.origin.as_str(), first.size), ("demo", 6));
        let second = sign(false);
        assert_eq!(second.size, 7, "the first one was recorded");
        for seq in 0..7 {
            let proof = prove_inclusion(&path, &options, seq, None).unwrap();
            check_proof(&proof, Some(&second)).unwrap();
            assert!(check_proof(&proof, Some(&first)).is_err());
            let again = serde_json::to_string(&proof).unwrap();
            assert_eq!(serde_json::from_str::<ProofResult>(&again).unwrap(), proof);
            let mut other = proof.clone();
            other.line = prove_inclusion(&path, &options, (seq + 1) % 7, None)
                .unwrap()
                .line;
            assert!(check_proof(&other, None).is_err());
            other = proof;
            other.hashes.pop();
            assert!(check_proof(&other, None).is_err());
        }
        for from in 1..=7 {
            let proof = prove_consistency(&path, &options, from, None).unwrap();
            check_proof(&proof, Some(&second)).unwrap();
            assert_eq!(check_proof(&proof, Some(&first)).is_ok(), from == 6);
            let mut other = proof;
            other.from_root = Some(Hash::ZERO.to_string());
            assert!(check_proof(&other, None).is_err());
        }
        let small = prove_inclusion(&path, &options, 2, Some(6)).unwrap();
        check_proof(&small, Some(&first)).unwrap();
        for (seq, size) in [(7, None), (3, Some(3)), (0, Some(8))] {
            assert!(prove_inclusion(&path, &options, seq, size).is_err());
        }
        assert!(prove_consistency(&path, &options, 0, None).is_err());
        assert!(prove_consistency(&path, &options, 5, Some(4)).is_err());
        let asked = VerifyOptions {
            checkpoints: &[first, second],
            ..VerifyOptions::default()
        };
        let result = verify(&path, &asked).unwrap();
        assert!(result.valid, "{:?}", result.first_bad);
    }

    #[test]
    fn a_recorded_checkpoint_of_other_entries_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let (ledger, _) = Ledger::create(&path, &Options::default(), "demo", now).unwrap();
        let payload = json!({"size": 1, "root": Hash::ZERO});
        ledger.append("checkpoint", "log", &payload, now).unwrap();
        let asked = VerifyOptions {
            with_root: true,
            ..VerifyOptions::default()
        };
        let bad = verify(&path, &asked).unwrap().first_bad.unwrap();
        assert_eq!((bad.seq, bad.reason.as_str()), (1, "recorded_checkpoint"));
    }
}
