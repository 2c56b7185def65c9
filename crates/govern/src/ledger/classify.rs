//! What was done to a ledger, judged from the first line that does not hold and those around it.
//!
//! A line that does not hold may still be an entry of its own: of canonical form, with the hash of its
//! content. Such a line was not edited; it stands in the wrong place. Which one follows from its number
//! and from whether the entry that should stand there comes later.

use std::fs::File;
use std::io;

use waage_result::ledger::{Damage, FirstBad};

use super::chain::{Chain, Flaw};
use super::entry::parts;
use super::hash::{Hash, Hasher};
use super::head::Head;
use super::lines::{Line, Lines};
use super::place::Place;
use super::verify::bilingual;

/// A place that does not hold.
pub(super) struct Bad {
    pub seq: u64,
    /// Line of the file, from 1.
    line: Option<u64>,
    class: Damage,
    reason: &'static str,
    values: Vec<(&'static str, u64)>,
}

impl Bad {
    pub fn at(seq: u64, line: u64, class: Damage, reason: &'static str) -> Self {
        Self {
            seq,
            line: Some(line),
            class,
            reason,
            values: Vec::new(),
        }
    }

    /// Entries are missing at the end.
    pub fn missing(seq: u64, reason: &'static str, values: &[(&'static str, u64)]) -> Self {
        Self {
            line: None,
            ..Self::at(seq, 0, Damage::Truncated, reason).with(values)
        }
    }

    pub fn with(mut self, values: &[(&'static str, u64)]) -> Self {
        self.values.extend(values);
        self
    }

    fn found(self, seq: u64) -> Self {
        self.with(&[("found", seq)])
    }

    pub fn doc(self) -> FirstBad {
        let mut values = self.values;
        values.push(("seq", self.seq));
        values.extend(self.line.map(|line| ("line", line)));
        FirstBad {
            seq: self.seq,
            class: self.class,
            line: self.line,
            reason: self.reason.to_owned(),
            text: bilingual(&format!("ledger.reason.{}", self.reason), &values),
        }
    }
}

/// An entry that has the hash of its content, wherever it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Own {
    seq: u64,
    prev: Hash,
    hash: Hash,
}

fn own(line: &Line<'_>, hasher: &mut Hasher) -> Option<Own> {
    let parts = parts(line.bytes).filter(|_| line.is_whole)?;
    let hash = parts.computed(hasher);
    (parts.hash == hash.hex()).then_some(())?;
    Some(Own {
        seq: parts.seq,
        prev: Hash::from_hex(parts.prev)?,
        hash,
    })
}

/// Judges the line that begins at an offset and does not continue the chain.
pub(super) fn classify(
    place: &Place,
    size_bytes: u64,
    start: u64,
    chain: &Chain,
    flaw: Flaw,
    head: Option<&Head>,
) -> io::Result<Bad> {
    let (seq, number) = (chain.next, chain.next + 1);
    if flaw == Flaw::NoLineEnd {
        // What the head vouches for had been written with its line end.
        return Ok(match head {
            Some(head) if size_bytes < head.size_bytes => {
                Bad::at(seq, number, Damage::Truncated, "cut_line")
            }
            Some(head) if start < head.size_bytes => {
                Bad::at(seq, number, Damage::Edited, "cut_line")
            }
            _ => Bad::at(seq, number, Damage::Torn, "no_line_end"),
        });
    }
    if flaw == Flaw::Genesis {
        return Ok(Bad::at(seq, number, Damage::Edited, "genesis"));
    }
    let look = Look::ahead(place, start, size_bytes, seq, chain.last)?;
    let inserted = Bad::at(seq, number, Damage::Inserted, "foreign");
    let Some(bad) = look.first else {
        let reason = match flaw {
            Flaw::OwnHash => "own_hash",
            _ => "form",
        };
        return Ok(if look.next_fits {
            inserted
        } else {
            Bad::at(seq, number, Damage::Edited, reason)
        });
    };
    if bad.seq > seq {
        return Ok(match (look.fits_later, look.first_again) {
            (true, true) => Bad::at(seq, number, Damage::Inserted, "repeated").found(bad.seq),
            (true, false) => Bad::at(seq, number, Damage::Reordered, "order").found(bad.seq),
            (false, _) => Bad::at(seq, number, Damage::Deleted, "missing").found(bad.seq),
        });
    }
    if bad.seq == seq {
        // The line is whole and names another predecessor: either it is foreign, or the entry
        // before it was replaced by one with a hash of its own.
        return Ok(match seq.checked_sub(1) {
            _ if look.next_fits => inserted,
            // It follows the right entry: what is wrong is its own time.
            _ if flaw == Flaw::Form => Bad::at(seq, number, Damage::Edited, "form"),
            Some(before) => Bad::at(before, seq, Damage::Edited, "successor"),
            None => Bad::at(seq, number, Damage::Edited, "genesis"),
        });
    }
    let (before, same) = earlier(place, start, bad.seq)?;
    if same == bad.hash {
        return Ok(Bad::at(seq, number, Damage::Inserted, "repeated").found(bad.seq));
    }
    if before != bad.prev {
        return Ok(inserted);
    }
    // Two entries follow the same one. A single one before a chain that goes on was put there.
    let is_single = seq == bad.seq + 1 && look.next_follows_first;
    Ok(if is_single {
        Bad::at(bad.seq, seq, Damage::Inserted, "foreign")
    } else {
        Bad::at(bad.seq, number, Damage::Forked, "branch")
    })
}

/// What the lines from the first bad one on show.
#[derive(Default)]
struct Look {
    /// The first one, if it is an entry of its own.
    first: Option<Own>,
    /// Whether the line after it is the entry that should stand in its place.
    next_fits: bool,
    /// Whether the line after it continues from it.
    next_follows_first: bool,
    /// Whether any later line is the entry that should stand in its place.
    fits_later: bool,
    /// Whether the first one occurs again.
    first_again: bool,
}

impl Look {
    fn ahead(place: &Place, start: u64, end: u64, seq: u64, last: Hash) -> io::Result<Self> {
        let mut lines = Lines::new(File::open(&place.ledger)?, start, end)?;
        let mut hasher = Hasher::default();
        let mut look = Self::default();
        let mut at = 0_u64;
        while let Some(line) = lines.next()? {
            let found = own(&line, &mut hasher);
            if at == 0 {
                look.first = found;
            } else if let Some(found) = found {
                let fits = found.seq == seq && found.prev == last;
                look.fits_later |= fits;
                if at == 1 {
                    look.next_fits = fits;
                    look.next_follows_first = look
                        .first
                        .is_some_and(|first| found.prev == first.hash && found.seq == seq);
                }
                look.first_again |= look.first == Some(found);
            }
            if at == 1 && look.first.is_none() {
                break;
            }
            at += 1;
        }
        Ok(look)
    }
}

/// The hashes of the entry before a number and of the one with it, among those that hold.
fn earlier(place: &Place, end: u64, seq: u64) -> io::Result<(Hash, Hash)> {
    let mut lines = Lines::new(File::open(&place.ledger)?, 0, end)?;
    let mut before = Hash::ZERO;
    let mut at = 0;
    while let Some(line) = lines.next()? {
        let hash = parts(line.bytes).and_then(|parts| Hash::from_hex(parts.hash));
        let hash = hash.unwrap_or(Hash::ZERO);
        if at == seq {
            return Ok((before, hash));
        }
        before = hash;
        at += 1;
    }
    Ok((before, Hash::ZERO))
}
