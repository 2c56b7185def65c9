//! Reading a ledger that must hold: the first line that does not is an error.

use std::fs::File;
use std::path::Path;

use super::chain::Chain;
use super::entry::{Entry, LINE_BYTES_MAX, Parts, parts};
use super::error::LedgerError;
use super::hash::Hash;
use super::lines::Lines;
use super::merkle::Tree;
use super::place::{Options, Place};
use crate::time::Timestamp;

/// A ledger, or a part of it from the beginning, that holds.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    /// Number of entries.
    pub entries: u64,
    /// Bytes, line ends included.
    pub size_bytes: u64,
    /// Hash of the last entry.
    pub last: Hash,
    /// When the last entry was made, if one was read.
    pub ts: Option<Timestamp>,
    /// The tree over its lines, if it is followed.
    pub tree: Option<Tree>,
}

impl Sound {
    /// Nothing yet.
    pub fn begin(with_tree: bool) -> Self {
        Self {
            entries: 0,
            size_bytes: 0,
            last: Hash::ZERO,
            ts: None,
            tree: with_tree.then(Tree::default),
        }
    }

    /// The root of the tree, which must be followed.
    pub fn root(&self) -> Hash {
        self.tree.as_ref().map_or(Hash::ZERO, Tree::root)
    }
}

/// Follows the chain from an end that holds to another offset.
pub(crate) fn follow(
    place: &Place,
    known: Sound,
    to: u64,
    mut seen: impl FnMut(&Parts<'_>),
) -> Result<Sound, LedgerError> {
    let failed = |source| LedgerError::Read {
        file: place.name(),
        source,
    };
    let file = File::open(&place.ledger).map_err(failed)?;
    let mut lines = Lines::new(file, known.size_bytes, to).map_err(failed)?;
    let mut chain = Chain::after(known.entries, known.last, known.tree);
    let mut size_bytes = known.size_bytes;
    while let Some(line) = lines.next().map_err(failed)? {
        let parts = chain.take(&line).map_err(|flaw| LedgerError::Damaged {
            file: place.name(),
            seq: chain.next,
            what: flaw.sentence().to_owned(),
        })?;
        seen(&parts);
        size_bytes = line.end;
    }
    Ok(Sound {
        entries: chain.next,
        size_bytes,
        last: chain.last,
        ts: chain.ts.or(known.ts),
        tree: chain.tree,
    })
}

/// The entries of a ledger of which the kinds are asked for, in their order. The whole chain is
/// checked on the way; memory grows only with the entries given.
///
/// ```no_run
/// # use std::path::Path;
/// use waage_govern::ledger::{Options, read};
/// let approvals = read(Path::new("ledger.jsonl"), &Options::default(), |kind| kind == "approval")?;
/// # Ok::<(), waage_govern::ledger::LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError`]: a file that cannot be read, or [`LedgerError::Damaged`] with the first entry that
/// does not hold.
pub fn read(
    path: &Path,
    options: &Options,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Entry>, LedgerError> {
    Ok(read_with(path, options, wanted)?.0)
}

/// The same, and what holds of the whole ledger.
pub(crate) fn read_with(
    path: &Path,
    options: &Options,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Vec<Entry>, Sound), LedgerError> {
    let mut out = Vec::new();
    let sound = walk(&Place::of(path), options, false, |parts| {
        if wanted(parts.kind) {
            out.extend(parts.entry());
        }
    })?;
    Ok((out, sound))
}

/// All of a ledger as it stands now.
pub(crate) fn whole(place: &Place, options: &Options) -> Result<Sound, LedgerError> {
    walk(place, options, true, |_| ())
}

/// Follows a ledger from its beginning to its end, which must not lie before the head's.
pub(crate) fn walk(
    place: &Place,
    options: &Options,
    with_tree: bool,
    seen: impl FnMut(&Parts<'_>),
) -> Result<Sound, LedgerError> {
    let (size_bytes, head) = place.snapshot(options)?;
    let sound = follow(place, Sound::begin(with_tree), size_bytes, seen)?;
    let entries = sound.entries;
    let damaged = |what: &str| LedgerError::Damaged {
        file: place.name(),
        seq: entries,
        what: what.to_owned(),
    };
    if entries == 0 {
        return Err(damaged("it is empty"));
    }
    if head.is_some_and(|head| entries <= head.seq) {
        return Err(damaged("entries are missing at its end"));
    }
    Ok(sound)
}

/// The id that the first entry gives.
pub(crate) fn id(place: &Place) -> Result<String, LedgerError> {
    let failed = |source| LedgerError::Read {
        file: place.name(),
        source,
    };
    let file = File::open(&place.ledger).map_err(failed)?;
    let mut lines = Lines::new(file, 0, LINE_BYTES_MAX as u64 + 1).map_err(failed)?;
    let entry = lines
        .next()
        .map_err(failed)?
        .and_then(|line| parts(line.bytes)?.entry())
        .filter(|entry| entry.kind == "genesis");
    entry
        .and_then(|entry| entry.payload["ledger_id"].as_str().map(str::to_owned))
        .ok_or_else(|| LedgerError::Damaged {
            file: place.name(),
            seq: 0,
            what: "it does not begin with a genesis that names it".to_owned(),
        })
}
