//! Appends stopped at every step, one after another and many at once.

use super::*;
use crate::ledger::{Ledger, read};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const STEPS: [Step; 7] = [
    Step::TornCopied,
    Step::TornCut,
    Step::Written,
    Step::Synced,
    Step::HeadWritten,
    Step::HeadSynced,
    Step::HeadRenamed,
];

fn now() -> Timestamp {
    "2026-01-05T08:00:00Z".parse().unwrap()
}

fn begun() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    Ledger::create(&path, &Options::default(), "demo", now()).unwrap();
    (folder, path)
}

fn draft(text: &str) -> Draft {
    Draft::new("note", "m.owner", &json!({ "text": text }), now()).unwrap()
}

fn texts(path: &Path) -> Vec<String> {
    let notes = read(path, &Options::default(), |kind| kind != "genesis").unwrap();
    let text = |entry: &Entry| match entry.payload["text"].as_str() {
        Some(text) => text.to_owned(),
        None => entry.kind.clone(),
    };
    notes.iter().map(text).collect()
}

/// A power cut at a step, or in the middle of the write.
struct Crash {
    at: Option<Step>,
    /// Bytes of the line that reach the file.
    bytes: Option<usize>,
}

impl Watch for Crash {
    fn reached(&mut self, step: Step) -> Result<(), LedgerError> {
        if self.at == Some(step) || (self.bytes.is_some() && step == Step::Written) {
            return Err(LedgerError::Stopped);
        }
        Ok(())
    }

    fn write(&mut self, mut file: &File, line: &[u8]) -> io::Result<usize> {
        file.write_all(&line[..self.bytes.unwrap_or(line.len())])?;
        Ok(line.len())
    }
}

fn crash(path: &Path, text: &str, at: Option<Step>, bytes: Option<usize>) {
    let place = Place::of(path);
    let mut crash = Crash { at, bytes };
    let end = append(&place, &Options::default(), draft(text), now(), &mut crash);
    assert!(matches!(end, Err(LedgerError::Stopped)), "{at:?} {end:?}");
}

fn add(path: &Path, text: &str) -> Entry {
    let ledger = Ledger::open(path, &Options::default()).unwrap();
    ledger
        .append("note", "m.owner", &json!({ "text": text }), now())
        .unwrap()
}

#[test]
fn a_crash_at_any_step_leaves_the_old_or_the_new_ledger() {
    for step in STEPS.into_iter().skip(2) {
        let (_folder, path) = begun();
        add(&path, "a");
        crash(&path, "b", Some(step), None);
        assert_eq!(texts(&path), ["a", "b"], "{step:?}: the line was whole");
        add(&path, "c");
        assert_eq!(texts(&path), ["a", "b", "c"], "{step:?}");
    }
}

#[test]
fn a_torn_line_is_moved_aside_and_recorded_whatever_stops_that_too() {
    let (_folder, path) = begun();
    let line_bytes = draft("b").place(2, Hash::ZERO).unwrap().1.len();
    for bytes in [1, 2, 80, line_bytes - 1, line_bytes] {
        for step in [None].into_iter().chain(STEPS.map(Some)) {
            let (folder, path) = begun();
            add(&path, "a");
            crash(&path, "b", None, Some(bytes));
            let tail = std::fs::read(&path).unwrap();
            assert_ne!(tail.last(), Some(&b'\n'));
            if let Some(step) = step {
                crash(&path, "x", Some(step), None);
            }
            add(&path, "c");
            let recovered = read(&path, &Options::default(), |k| k == "ledger.recovered").unwrap();
            assert_eq!(recovered.len(), 1, "{bytes} {step:?}");
            assert_eq!(recovered[0].seq, 2);
            let torn = std::fs::read(folder.path().join("ledger.torn-2")).unwrap();
            assert!(tail.ends_with(&torn[torn.len() - bytes..]));
            assert_eq!(recovered[0].payload["bytes"], torn.len());
            assert_eq!(
                recovered[0].payload["sha256"],
                super::super::hash::sha256(&torn).to_string()
            );
            let told = texts(&path);
            assert_eq!(told[..2], ["a", "ledger.recovered"]);
            assert_eq!(told.last().unwrap(), "c");
            assert_eq!(add(&path, "d").seq, told.len() as u64 + 1);
        }
    }
    assert_eq!(texts(&path), [""; 0]);
}

/// The disk fills up in the middle of a line.
struct Full(usize);

impl Watch for Full {
    fn reached(&mut self, _: Step) -> Result<(), LedgerError> {
        Ok(())
    }

    fn write(&mut self, mut file: &File, line: &[u8]) -> io::Result<usize> {
        file.write_all(&line[..self.0])?;
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(self.0)
    }
}

#[test]
fn a_full_disk_leaves_the_ledger_as_it_was() {
    for bytes in [0, 1, 100] {
        let (_folder, path) = begun();
        add(&path, "a");
        let before = std::fs::read(&path).unwrap();
        let place = Place::of(&path);
        let end = append(
            &place,
            &Options::default(),
            draft("b"),
            now(),
            &mut Full(bytes),
        );
        let said = end.unwrap_err().to_string();
        assert!(
            said.contains("nothing was added; free some space"),
            "{said}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);
        add(&path, "c");
        assert_eq!(texts(&path), ["a", "c"]);
    }
}

#[test]
fn nothing_is_added_to_a_ledger_that_does_not_hold() {
    let damage = |name: &str, damage: &dyn Fn(&mut Vec<u8>)| {
        let (_folder, path) = begun();
        add(&path, "a");
        add(&path, "b");
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        let ledger = Ledger::open(&path, &Options::default()).unwrap();
        let end = ledger.append("note", "m.owner", &json!({}), now());
        assert!(
            matches!(end, Err(LedgerError::Damaged { .. })),
            "{name}: {end:?}"
        );
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "{name}");
    };
    damage("cut by one line", &|bytes| {
        let start = bytes[..bytes.len() - 1]
            .iter()
            .rposition(|b| *b == b'\n')
            .unwrap();
        bytes.truncate(start + 1);
    });
    damage("cut within a line", &|bytes| {
        bytes.truncate(bytes.len() - 10)
    });
    damage("the last line end gone", &|bytes| {
        bytes.truncate(bytes.len() - 1)
    });
    damage("an edit", &|bytes| {
        let at = bytes.len() - 20;
        bytes[at] ^= 1;
    });
    damage("nothing left", &Vec::clear);
}

#[test]
fn without_a_head_all_lines_are_read_again() {
    let (folder, path) = begun();
    add(&path, "a");
    let head = folder.path().join("ledger.head");
    let before = std::fs::read(&head).unwrap();
    for text in [None, Some("{}"), Some("{\"hash\":1")] {
        match text {
            None => std::fs::remove_file(&head).unwrap(),
            Some(text) => std::fs::write(&head, text).unwrap(),
        }
        let ledger = Ledger::open(&path, &Options::default()).unwrap();
        ledger.append("note", "m.owner", &json!({}), now()).unwrap();
    }
    assert_ne!(std::fs::read(&head).unwrap(), before);
    assert_eq!(texts(&path).len(), 4);
}

#[test]
fn a_ledger_begins_once() {
    let (_folder, path) = begun();
    let again = || Ledger::create(&path, &Options::default(), "demo", now());
    assert!(matches!(again(), Err(LedgerError::Exists { .. })));
    let whole = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let said = again().unwrap_err().to_string();
    assert!(said.contains("stands where no ledger should be"), "{said}");
    std::fs::write(&path, whole).unwrap();
    let folder = TempDir::new().unwrap();
    let other = folder.path().join("ledger.jsonl");
    std::fs::write(&other, "somebody's text").unwrap();
    let end = Ledger::create(&other, &Options::default(), "demo", now());
    assert!(matches!(end, Err(LedgerError::Exists { .. })));
    assert_eq!(std::fs::read(&other).unwrap(), b"somebody's text");
    std::fs::write(&other, "{\"actor\":\"waa").unwrap();
    Ledger::create(&other, &Options::default(), "demo", now()).unwrap();
    assert_eq!(texts(&other), [""; 0]);
    let missing = Ledger::open(&folder.path().join("no.jsonl"), &Options::default());
    assert!(matches!(missing, Err(LedgerError::Missing { .. })));
    for id in ["", "a b", "ä"] {
        assert!(Ledger::create(&folder.path().join("x"), &Options::default(), id, now()).is_err());
    }
    let ledger = Ledger::open(&path, &Options::default()).unwrap();
    assert!(
        ledger
            .append("genesis", "waage", &json!({}), now())
            .is_err()
    );
}

#[test]
fn a_writer_that_holds_on_is_waited_for_and_then_named() {
    let (_folder, path) = begun();
    let place = Place::of(&path);
    let held = place.lock(&Options::default()).unwrap();
    let options = Options {
        wait_seconds: 0,
        ..Options::default()
    };
    let ledger = Ledger::open(&path, &options).unwrap();
    let said = ledger
        .append("note", "waage", &json!({}), now())
        .unwrap_err();
    assert!(
        said.to_string().contains("is held by another program"),
        "{said}"
    );
    drop(held);
    assert!(ledger.append("note", "waage", &json!({}), now()).is_ok());
}

#[test]
fn many_threads_append_at_once() {
    let (_folder, path) = begun();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let path = &path;
            scope.spawn(move || {
                for turn in 0..10 {
                    add(path, &format!("{thread} {turn}"));
                }
            });
        }
    });
    let told = texts(&path);
    assert_eq!(told.len(), 80);
    for thread in 0..8 {
        let own: Vec<_> = told
            .iter()
            .filter(|t| t.starts_with(&format!("{thread} ")))
            .collect();
        let want: Vec<_> = (0..10).map(|turn| format!("{thread} {turn}")).collect();
        assert_eq!(own, want.iter().collect::<Vec<_>>());
    }
}

#[test]
fn an_emptied_ledger_is_refused_whatever_its_head_says() {
    for head in [None, Some("no head"), Some("")] {
        let (folder, path) = begun();
        add(&path, "a");
        std::fs::write(&path, "").unwrap();
        if let Some(head) = head {
            std::fs::write(folder.path().join("ledger.head"), head).unwrap();
        }
        let ledger = Ledger::open(&path, &Options::default()).unwrap();
        let said = ledger.append("note", "waage", &json!({}), now());
        let said = said.unwrap_err().to_string();
        assert!(said.contains("bring it back from a copy"), "{said}");
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
    }
}

#[cfg(unix)]
#[test]
fn a_ledger_reached_by_a_link_has_one_lock_and_one_head() {
    let (folder, path) = begun();
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let link = elsewhere.join("current.jsonl");
    std::os::unix::fs::symlink("../ledger.jsonl", &link).unwrap();
    add(&link, "by the link");
    add(&path, "by its name");
    assert_eq!(texts(&link), ["by the link", "by its name"]);
    let left = std::fs::read_dir(&elsewhere).unwrap().count();
    assert_eq!(left, 1, "nothing but the link lies beside it");
    let _held = Place::of(&path).lock(&Options::default()).unwrap();
    let options = Options {
        wait_seconds: 0,
        ..Options::default()
    };
    let said = Ledger::open(&link, &options)
        .unwrap()
        .append("note", "waage", &json!({}), now());
    assert!(matches!(said, Err(LedgerError::Locked { .. })), "{said:?}");
}
