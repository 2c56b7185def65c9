//! Entries for people and programs, and a trace of the ledger in git.

use std::collections::VecDeque;
use std::path::Path;
use std::process::Command;

use waage_result::ledger::{ENTRIES_SCHEMA, EntriesResult, EntryDoc};

use super::entry::Entry;
use super::error::LedgerError;
use super::place::{Options, Place};
use super::sound::{id, walk};

/// Which entries are shown.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Only of this kind; `incident.*` for all of a family.
    pub kind: Option<String>,
    /// From this number on.
    pub from: u64,
    /// Up to this number.
    pub to: Option<u64>,
    /// Only so many, the newest.
    pub last: Option<usize>,
}

impl Shown {
    fn wants(&self, kind: &str, seq: u64) -> bool {
        let is_kind = self.kind.as_deref().is_none_or(|wanted| {
            wanted
                .strip_suffix('*')
                .map_or(kind == wanted, |family| kind.starts_with(family))
        });
        is_kind && seq >= self.from && self.to.is_none_or(|to| seq <= to)
    }
}

impl From<Entry> for EntryDoc {
    fn from(entry: Entry) -> Self {
        Self {
            actor: entry.actor,
            hash: entry.hash.to_string(),
            kind: entry.kind,
            payload: entry.payload,
            prev: entry.prev.to_string(),
            seq: entry.seq,
            ts: entry.ts.to_string(),
        }
    }
}

/// The entries asked for, oldest first. The whole chain is checked on the way.
///
/// # Errors
/// [`LedgerError`]: a file that cannot be read, or that does not hold.
pub fn show(path: &Path, options: &Options, shown: &Shown) -> Result<EntriesResult, LedgerError> {
    let mut kept: VecDeque<Entry> = VecDeque::new();
    let most = shown.last.unwrap_or(usize::MAX);
    walk(&Place::of(path), options, false, |parts| {
        if most > 0 && shown.wants(parts.kind, parts.seq) {
            if kept.len() == most {
                kept.pop_front();
            }
            kept.extend(parts.entry());
        }
    })?;
    Ok(EntriesResult {
        schema: ENTRIES_SCHEMA.to_owned(),
        entries: kept.into_iter().map(EntryDoc::from).collect(),
    })
}

/// Writes id, size, last hash and root of a ledger as a git note of a commit, under
/// `refs/notes/waage` of the repository that the ledger lies in; gives the text.
///
/// # Errors
/// [`LedgerError`]: a ledger that does not hold, or git that fails.
pub fn git_note(path: &Path, options: &Options, commit: &str) -> Result<String, LedgerError> {
    let failed = |what: String| {
        LedgerError::entry(
            format!("git wrote no note of {commit:?} ({what})"),
            "run it within a repository that has this commit",
        )
    };
    if commit.starts_with('-') {
        return Err(failed("a commit has no such name".to_owned()));
    }
    let place = Place::of(path);
    let whole = walk(&place, options, true, |_| ())?;
    let text = format!(
        "waage-ledger {}\nentries {}\nhash {}\nroot {}\n",
        id(&place)?,
        whole.entries,
        whole.last,
        whole.root(),
    );
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "notes",
            "--ref=waage",
            "add",
            "--force",
            "-m",
            &text,
            commit,
        ])
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(text);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line: String = said
        .lines()
        .next()
        .unwrap_or("no reason given")
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    Err(failed(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use serde_json::json;

    #[test]
    fn entries_are_chosen_by_kind_and_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let options = Options::default();
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let (ledger, _) = Ledger::create(&path, &options, "demo", now).unwrap();
        for kind in ["note", "incident.opened", "note", "incident.closed"] {
            ledger.append(kind, "waage", &json!({}), now).unwrap();
        }
        let seqs = |shown: &Shown| -> Vec<u64> {
            let result = show(&path, &options, shown).unwrap();
            result.entries.iter().map(|entry| entry.seq).collect()
        };
        assert_eq!(seqs(&Shown::default()), [0, 1, 2, 3, 4]);
        let kind = |kind: &str| Shown {
            kind: Some(kind.to_owned()),
            ..Shown::default()
        };
        assert_eq!(seqs(&kind("note")), [1, 3]);
        assert_eq!(seqs(&kind("incident.*")), [2, 4]);
        let range = Shown {
            from: 1,
            to: Some(3),
            last: Some(2),
            ..Shown::default()
        };
        assert_eq!(seqs(&range), [2, 3]);
        assert!(git_note(&path, &options, "--exec=x").is_err());
    }
}
