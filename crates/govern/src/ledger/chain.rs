//! Does a line hold where it stands? The chain is followed from its beginning, or from an end that is
//! known to hold.

use super::entry::{Parts, parts};
use super::hash::{Hash, Hasher};
use super::lines::Line;
use super::merkle::Tree;
use crate::time::Timestamp;

/// What is wrong with the first line that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The file ends before the line does.
    NoLineEnd,
    /// It is not an entry in canonical form.
    Form,
    /// Its hash is not that of its content.
    OwnHash,
    /// It has another number than comes next.
    Number,
    /// It follows another entry than the one before it.
    Prev,
    /// A first entry that is not the genesis, or a genesis that is not first.
    Genesis,
}

impl Flaw {
    /// For errors.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoLineEnd => "its line has no end",
            Self::Form => "its line is not an entry in canonical form",
            Self::OwnHash => "its hash is not that of its content",
            Self::Number => "another number comes next",
            Self::Prev => "it follows another entry than the one before it",
            Self::Genesis => "a ledger begins with one genesis and has no other",
        }
    }
}

/// A chain as far as it holds.
pub(crate) struct Chain {
    /// Number of the next entry, which is the number of entries.
    pub next: u64,
    /// Hash of the last entry.
    pub last: Hash,
    last_hex: [u8; 64],
    /// The Merkle tree over the lines, if anybody asks for it: it doubles the hashes.
    pub tree: Option<Tree>,
    /// When the last entry was made.
    pub ts: Option<Timestamp>,
    ts_text: [u8; 20],
    /// The beginning of the last entry's day.
    day: Option<Timestamp>,
    /// Of an entry of kind `checkpoint`, the root over those before it.
    pub root_before: Option<Hash>,
    pub hasher: Hasher,
}

impl Chain {
    /// The chain from its beginning.
    pub fn begin(with_tree: bool) -> Self {
        Self::after(0, Hash::ZERO, with_tree.then(Tree::default))
    }

    /// The chain that follows so many entries, with the last hash and the tree over them.
    pub fn after(entries: u64, last: Hash, tree: Option<Tree>) -> Self {
        Self {
            next: entries,
            last,
            last_hex: last.hex(),
            tree,
            ts: None,
            ts_text: [0; 20],
            day: None,
            root_before: None,
            hasher: Hasher::default(),
        }
    }

    /// Takes the next line if it holds here. The chain does not change if it does not.
    pub fn take<'a>(&mut self, line: &Line<'a>) -> Result<Parts<'a>, Flaw> {
        if !line.is_whole {
            return Err(Flaw::NoLineEnd);
        }
        let parts = parts(line.bytes).ok_or(Flaw::Form)?;
        let hash = parts.computed(&mut self.hasher);
        let hex = hash.hex();
        if parts.hash != hex {
            return Err(Flaw::OwnHash);
        }
        if parts.seq != self.next {
            return Err(Flaw::Number);
        }
        if parts.prev != self.last_hex {
            return Err(Flaw::Prev);
        }
        if (parts.kind == "genesis") != (parts.seq == 0) {
            return Err(Flaw::Genesis);
        }
        if self.ts_text != parts.ts {
            self.ts = Some(self.time(parts.ts).ok_or(Flaw::Form)?);
            self.ts_text.copy_from_slice(parts.ts);
        }
        if let Some(tree) = &mut self.tree {
            self.root_before = (parts.kind == "checkpoint").then(|| tree.root());
            let leaf = self.hasher.hash([&[0], line.bytes]);
            tree.push_with(leaf, &mut self.hasher);
        }
        self.next += 1;
        self.last = hash;
        self.last_hex = hex;
        Ok(parts)
    }

    /// Reads a time; the calendar is consulted only when the day changes.
    fn time(&mut self, text: &[u8]) -> Option<Timestamp> {
        const DAY: usize = "2026-01-05T".len();
        if let Some(day) = self.day
            && text.get(..DAY) == Some(&self.ts_text[..DAY])
        {
            return day.at_time(text.get(DAY..)?);
        }
        let ts = Timestamp::parse_bytes(text)?;
        self.day = Some(Timestamp::start_of(ts.date()));
        Some(ts)
    }
}
