//! Every way to damage a ledger is found and named.

use super::*;
use crate::keys::{SecretKey, Signer};
use crate::ledger::{Entry, Ledger};
use proptest::prelude::*;
use serde_json::json;
use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::OnceLock;
use tempfile::TempDir;

fn now() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

/// A ledger of a genesis and some notes.
fn ledger(notes: u64) -> (TempDir, PathBuf) {
    branch(notes, "a")
}

fn branch(notes: u64, word: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let (ledger, _) = Ledger::create(&path, &Options::default(), "demo", now()).unwrap();
    for i in 0..notes {
        // The first two entries are the same in every branch.
        let word = if i == 0 { "same" } else { word };
        let payload = json!({"text": format!("{word} {i}"), "n": i as f64 / 3.0});
        ledger.append("note", "m.owner", &payload, now()).unwrap();
    }
    (folder, path)
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn write(path: &Path, lines: &[String]) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(path, text).unwrap();
}

fn check(path: &Path) -> LedgerResult {
    verify(path, &VerifyOptions::default()).unwrap()
}

/// Damages the lines of a ledger of seven entries, with its head left and taken away; what is found.
fn damaged(with_head: bool, damage: impl Fn(&mut Vec<String>)) -> (Damage, u64, String) {
    let (folder, path) = ledger(6);
    let mut all = lines(&path);
    damage(&mut all);
    write(&path, &all);
    if !with_head {
        std::fs::remove_file(folder.path().join("ledger.head")).unwrap();
    }
    let bad = check(&path).first_bad.expect("the damage is found");
    assert!(
        !bad.text.en.contains('{') && !bad.text.de.contains('{'),
        "{}",
        bad.text.en
    );
    (bad.class, bad.seq, bad.reason)
}

/// A line with another text, hash and chain right in themselves.
fn rewritten(line: &str, text: &str) -> String {
    let mut entry = Entry::parse(line).unwrap();
    entry.payload["text"] = text.into();
    let draft =
        crate::ledger::entry::Draft::new(&entry.kind, &entry.actor, &entry.payload, entry.ts);
    draft.unwrap().place(entry.seq, entry.prev).unwrap().1
}

/// A line of a day that no calendar has, hash and chain right in themselves.
fn of_no_day(line: &str) -> String {
    let mut entry: serde_json::Value = serde_json::from_str(line).unwrap();
    entry["ts"] = "2026-02-30T08:00:00Z".into();
    entry.as_object_mut().unwrap().remove("hash");
    let bytes = format!("waage.ledger.v1\n{}", crate::canonical::canonical(&entry));
    entry["hash"] = super::super::hash::sha256(bytes.as_bytes())
        .to_string()
        .into();
    crate::canonical::canonical(&entry)
}

#[test]
fn a_whole_ledger_holds() {
    let (folder, path) = ledger(6);
    let asked = VerifyOptions {
        with_root: true,
        ..VerifyOptions::default()
    };
    let result = verify(&path, &asked).unwrap();
    assert!(result.valid, "{:?}", result.first_bad);
    assert_eq!(result.root, Some(signed(&path, 7).root.to_string()));
    assert_eq!(check(&path).root, None);
    assert_eq!(result.entries, 7);
    assert_eq!(result.ledger_id.as_deref(), Some("demo"));
    assert_eq!(result.size_bytes, std::fs::metadata(&path).unwrap().len());
    assert_eq!(result.warnings, []);
    std::fs::remove_file(folder.path().join("ledger.head")).unwrap();
    let result = check(&path);
    assert!(result.valid);
    assert_eq!(result.warnings[0].reason, "no_head");
}

#[test]
fn damage_has_its_class_and_place() {
    for with_head in [true, false] {
        let found = |damage: &dyn Fn(&mut Vec<String>)| {
            let (class, seq, reason) = damaged(with_head, damage);
            (class.name(), seq, reason)
        };
        let is = |class: &'static str, seq: u64, reason: &str| (class, seq, reason.to_owned());
        assert_eq!(
            found(&|all| all[3] = all[3].replace("a 2", "a 9")),
            is("edited", 3, "own_hash")
        );
        assert_eq!(
            found(&|all| all[3] = all[3].replace("\"seq\":3", "\"seq\": 3")),
            is("edited", 3, "form")
        );
        assert_eq!(
            found(&|all| all[3] = rewritten(&all[3], "other")),
            is("edited", 3, "successor")
        );
        assert_eq!(
            found(&|all| all[3] = of_no_day(&all[3])),
            is("edited", 3, "form")
        );
        assert_eq!(
            found(&|all| drop(all.remove(3))),
            is("deleted", 3, "missing")
        );
        assert_eq!(
            found(&|all| drop(all.drain(1..4))),
            is("deleted", 1, "missing")
        );
        assert_eq!(
            found(&|all| drop(all.remove(0))),
            is("deleted", 0, "missing")
        );
        assert_eq!(found(&|all| all.swap(3, 4)), is("reordered", 3, "order"));
        assert_eq!(found(&|all| all.swap(1, 5)), is("reordered", 1, "order"));
        assert_eq!(
            found(&|all| all[1..].reverse()),
            is("reordered", 1, "order")
        );
        assert_eq!(
            found(&|all| {
                let line = all.remove(2);
                all.insert(5, line);
            }),
            is("reordered", 2, "order")
        );
        assert_eq!(
            found(&|all| all.insert(4, all[1].clone())),
            is("inserted", 4, "repeated")
        );
        assert_eq!(
            found(&|all| all.insert(2, all[5].clone())),
            is("inserted", 2, "repeated")
        );
        assert_eq!(
            found(&|all| all.insert(4, "{\"note\":\"mine\"}".to_owned())),
            is("inserted", 4, "foreign")
        );
        assert_eq!(
            found(&|all| all.insert(3, rewritten(&all[3], "mine"))),
            is("inserted", 3, "foreign"),
        );
        assert_eq!(found(&Vec::clear).0, "truncated");
    }
}

#[test]
fn a_cut_tail_shows_against_the_head() {
    assert_eq!(
        damaged(true, |all| all.truncate(5)),
        (Damage::Truncated, 5, "shorter".to_owned())
    );
    let (_folder, path) = ledger(6);
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 30]).unwrap();
    let bad = check(&path).first_bad.unwrap();
    assert_eq!((bad.class, bad.seq), (Damage::Truncated, 6));
    std::fs::write(&path, [&bytes[..bytes.len() - 1], b"x"].concat()).unwrap();
    let bad = check(&path).first_bad.unwrap();
    assert_eq!((bad.class, bad.seq), (Damage::Edited, 6));
    std::fs::write(&path, [&bytes[..], b"{\"act"].concat()).unwrap();
    let bad = check(&path).first_bad.unwrap();
    assert_eq!((bad.class, bad.seq, bad.line), (Damage::Torn, 7, Some(8)));
}

#[test]
fn another_history_is_a_fork() {
    let (_a, ours) = branch(6, "a");
    let (_b, theirs) = branch(6, "b");
    let (a, b) = (lines(&ours), lines(&theirs));
    assert_eq!(a[..2], b[..2]);
    // Both histories in one file.
    write(&ours, &[&a[..5], &b[2..]].concat());
    let bad = check(&ours).first_bad.unwrap();
    assert_eq!((bad.class, bad.seq, bad.line), (Damage::Forked, 2, Some(6)));
    // Theirs in the place of ours: whole in itself, and not what was last written.
    write(&ours, &b);
    let bad = check(&ours).first_bad.unwrap();
    assert_eq!((bad.class, bad.reason.as_str()), (Damage::Forked, "head"));
}

fn signed(path: &Path, size: u64) -> Checkpoint {
    let mut tree = Tree::default();
    for line in &lines(path)[..size as usize] {
        tree.push(super::super::merkle::leaf(line.as_bytes()));
    }
    let key = SecretKey::from_seed(&[1; 32]);
    let public = key.public();
    Checkpoint::sign("demo", size, tree.root(), &Signer::from(key), &public).unwrap()
}

#[test]
fn checkpoints_show_what_a_chain_cannot() {
    let (folder, path) = branch(6, "a");
    let checkpoints = [signed(&path, 7), signed(&path, 2), signed(&path, 5)];
    let against = |path: &Path| {
        let asked = VerifyOptions {
            checkpoints: &checkpoints,
            ..VerifyOptions::default()
        };
        verify(path, &asked).unwrap()
    };
    let result = against(&path);
    assert!(result.valid && result.checkpoints.iter().all(|c| c.agrees));
    assert_eq!(result.warnings.len(), 3, "signatures were not verified");
    std::fs::remove_file(folder.path().join("ledger.head")).unwrap();
    let all = lines(&path);
    write(&path, &all[..6]);
    assert!(check(&path).valid, "the chain alone shows nothing");
    let bad = against(&path).first_bad.unwrap();
    assert_eq!((bad.class, bad.seq), (Damage::Truncated, 6));
    // All of it written again, from the third entry on.
    let (_other, theirs) = branch(6, "b");
    write(&path, &lines(&theirs));
    assert!(check(&path).valid);
    let result = against(&path);
    let bad = result.first_bad.unwrap();
    assert_eq!((bad.class, bad.seq), (Damage::Forked, 2));
    assert!(
        bad.text.en.contains("The first 5 entries"),
        "{}",
        bad.text.en
    );
    let agrees: Vec<bool> = result.checkpoints.iter().map(|c| c.agrees).collect();
    assert_eq!(agrees, [true, false, false]);
}

#[test]
fn clocks_that_go_back_are_told_and_do_not_count() {
    let (_folder, path) = ledger(1);
    let ledger = Ledger::open(&path, &Options::default()).unwrap();
    for ts in [
        "2026-01-05T07:55:00Z",
        "2026-01-05T07:00:00Z",
        "2026-01-06T00:00:00Z",
    ] {
        ledger
            .append("note", "waage", &json!({}), ts.parse().unwrap())
            .unwrap();
    }
    let result = check(&path);
    assert!(result.valid);
    let told: Vec<_> = result
        .warnings
        .iter()
        .map(|w| (w.seq, w.reason.as_str()))
        .collect();
    assert_eq!(told, [(Some(3), "clock")]);
    assert!(result.warnings[0].text.en.contains("55 minutes"));
}

#[test]
fn a_head_that_is_behind_is_told() {
    let (folder, path) = ledger(2);
    let head = folder.path().join("ledger.head");
    let before = std::fs::read(&head).unwrap();
    let ledger = Ledger::open(&path, &Options::default()).unwrap();
    ledger.append("note", "waage", &json!({}), now()).unwrap();
    std::fs::write(&head, before).unwrap();
    let result = check(&path);
    assert!(result.valid);
    assert_eq!(result.warnings[0].reason, "head_behind");
    ledger.append("note", "waage", &json!({}), now()).unwrap();
    assert_eq!(check(&path).warnings, []);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("no.jsonl");
    let end = verify(&missing, &VerifyOptions::default());
    assert!(matches!(end, Err(LedgerError::Missing { .. })));
    assert!(verify(folder.path(), &VerifyOptions::default()).is_err());
}

/// Every bit of a ledger, one after another.
#[test]
fn every_flipped_bit_is_found_in_its_entry() {
    let (folder, path) = ledger(3);
    let bytes = std::fs::read(&path).unwrap();
    for with_head in [true, false] {
        if !with_head {
            std::fs::remove_file(folder.path().join("ledger.head")).unwrap();
        }
        let mut file = File::options().write(true).open(&path).unwrap();
        let mut put = |at: usize, byte: u8| {
            file.seek(SeekFrom::Start(at as u64)).unwrap();
            file.write_all(&[byte]).unwrap();
        };
        for at in 0..bytes.len() {
            for bit in 0..8 {
                put(at, bytes[at] ^ (1 << bit));
                let result = check(&path);
                put(at, bytes[at]);
                let bad = result.first_bad.expect("the flip is found");
                let entry = bytes[..at].iter().filter(|b| **b == b'\n').count() as u64;
                assert_eq!(bad.seq, entry, "byte {at} bit {bit}: {bad:?}");
                let torn = at == bytes.len() - 1 && !with_head;
                let want = if torn { Damage::Torn } else { Damage::Edited };
                assert_eq!(bad.class, want, "byte {at} bit {bit}: {bad:?}");
                assert_eq!(result.entries, entry);
            }
        }
    }
}

proptest! {
    /// Bytes changed, removed and put in at random: never a panic, never unseen.
    #[test]
    fn random_damage_is_found(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4), 1..4),
    ) {
        static WHOLE: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
        let (before, head) = WHOLE.get_or_init(|| {
            let (folder, path) = ledger(3);
            let head = folder.path().join("ledger.head");
            (std::fs::read(&path).unwrap(), std::fs::read(head).unwrap())
        });
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ledger.jsonl");
        std::fs::write(folder.path().join("ledger.head"), head).unwrap();
        let mut bytes = before.clone();
        for (at, byte, how) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, byte),
                _ => bytes.truncate(at),
            }
        }
        std::fs::write(&path, &bytes).unwrap();
        prop_assert_eq!(check(&path).valid, bytes == *before);
    }
}
