//! Adding an entry so that a crash at any point leaves the old ledger or the new one.
//!
//! Under the lock of writers: move a torn tail aside, check the end against the head, write the line
//! with one write, bring it to the disk, replace the head. An entry is reported as written only when
//! all of that is done. A crash before the line is whole leaves a torn tail, which the next append
//! moves to `ledger.torn-N` and records; a crash after it leaves a head that is behind, which the next
//! append brings up to date from the lines after it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use serde_json::{Value, json};

use super::entry::{Draft, Entry, LINE_BYTES_MAX, parts};
use super::error::LedgerError;
use super::hash::{Hash, Hasher, sha256_of};
use super::head::Head;
use super::merkle::leaf;
use super::place::{Options, Place};
use super::sound::{Sound, follow};
use crate::time::Timestamp;

/// Points between which a crash may fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The torn tail is copied and on the disk.
    TornCopied,
    /// The torn tail is cut off.
    TornCut,
    /// The line is written.
    Written,
    /// The line is on the disk.
    Synced,
    /// The new head stands in its temporary file.
    HeadWritten,
    /// It is on the disk.
    HeadSynced,
    /// It has replaced the old one.
    HeadRenamed,
}

/// What looks on; a test's stops the append at a step or lets a write fail.
pub(crate) trait Watch {
    fn reached(&mut self, step: Step) -> Result<(), LedgerError>;

    fn write(&mut self, mut file: &File, line: &[u8]) -> io::Result<usize> {
        file.write(line)
    }
}

/// Nobody looks on.
pub(crate) struct Unwatched;

impl Watch for Unwatched {
    fn reached(&mut self, _: Step) -> Result<(), LedgerError> {
        Ok(())
    }
}

/// Adds an entry.
pub(crate) fn append(
    place: &Place,
    options: &Options,
    draft: Draft,
    now: Timestamp,
    watch: &mut dyn Watch,
) -> Result<Entry, LedgerError> {
    place.check_file_system(options)?;
    let _lock = place.lock(options)?;
    let (file, mut end) = recovered(place, now, watch)?;
    write(place, &file, &mut end, draft, watch)
}

/// The ledger and its end, after a torn tail was moved aside and that was recorded.
fn recovered(
    place: &Place,
    now: Timestamp,
    watch: &mut dyn Watch,
) -> Result<(File, Sound), LedgerError> {
    let mut file = open(place)?;
    let tail = cut_torn_tail(place, &mut file, watch)?;
    let mut end = end(place, &file)?;
    if let Some(tail) = unfinished(place, end.entries, tail)? {
        let draft = Draft::new("ledger.recovered", "waage", &tail, now)?;
        write(place, &file, &mut end, draft, watch)?;
    }
    Ok((file, end))
}

/// Adds an entry about all entries before it, which are read again from the beginning.
pub(crate) fn append_about<E: From<LedgerError>>(
    place: &Place,
    options: &Options,
    now: Timestamp,
    about: impl FnOnce(&Sound) -> Result<Draft, E>,
) -> Result<Entry, E> {
    place.check_file_system(options)?;
    let _lock = place.lock(options)?;
    let (file, end) = recovered(place, now, &mut Unwatched)?;
    let mut whole = follow(place, Sound::begin(true), end.size_bytes, |_| ())?;
    let draft = about(&whole)?;
    Ok(write(place, &file, &mut whole, draft, &mut Unwatched)?)
}

/// Begins a ledger where there is none.
pub(crate) fn create(
    place: &Place,
    options: &Options,
    draft: Draft,
    watch: &mut dyn Watch,
) -> Result<Entry, LedgerError> {
    place.check_file_system(options)?;
    let _lock = place.lock(options)?;
    let is_there = std::fs::metadata(&place.ledger).is_ok_and(|about| about.len() > 0);
    if place.head.exists() && !is_there {
        return Err(LedgerError::Damaged {
            file: place.name(),
            seq: 0,
            what: format!("{} stands where no ledger should be", place.head.display()),
        });
    }
    let mut file = File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(&place.ledger)
        .map_err(|source| write_error(place, source))?;
    // A first entry that was torn was never reported; anything else is somebody's file.
    if size(place, &file)? > 0 {
        let begins = begins_like_an_entry(&mut file).map_err(|e| read_error(place, e))?;
        if !begins || last_line_end(place, &mut file)? > 0 || place.head.exists() {
            return Err(LedgerError::Exists { file: place.name() });
        }
        cut_torn_tail(place, &mut file, watch)?;
    }
    write(place, &file, &mut Sound::begin(true), draft, watch)
}

fn begins_like_an_entry(file: &mut File) -> io::Result<bool> {
    let want = b"{\"actor\":\"";
    let mut begin = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(want.len() as u64).read_to_end(&mut begin)?;
    Ok(want.starts_with(&begin))
}

fn open(place: &Place) -> Result<File, LedgerError> {
    File::options()
        .read(true)
        .append(true)
        .open(&place.ledger)
        .map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => LedgerError::Missing { file: place.name() },
            _ => write_error(place, source),
        })
}

fn write_error(place: &Place, source: io::Error) -> LedgerError {
    LedgerError::Write {
        file: place.name(),
        source,
    }
}

fn read_error(place: &Place, source: io::Error) -> LedgerError {
    LedgerError::Read {
        file: place.name(),
        source,
    }
}

fn size(place: &Place, file: &File) -> Result<u64, LedgerError> {
    Ok(file.metadata().map_err(|e| read_error(place, e))?.len())
}

/// The offset after the last line end; 0 if there is none.
fn last_line_end(place: &Place, file: &mut File) -> Result<u64, LedgerError> {
    let mut end = size(place, file)?;
    let mut buffer = vec![0; 8 * 1024];
    while end > 0 {
        let from = end.saturating_sub(buffer.len() as u64);
        let part = &mut buffer[..(end - from) as usize];
        file.seek(SeekFrom::Start(from))
            .and_then(|_| file.read_exact(part))
            .map_err(|e| read_error(place, e))?;
        if let Some(at) = memchr::memrchr(b'\n', part) {
            return Ok(from + at as u64 + 1);
        }
        end = from;
    }
    Ok(0)
}

/// Moves what follows the last line end to a file of its own; whether there was anything.
fn cut_torn_tail(
    place: &Place,
    file: &mut File,
    watch: &mut dyn Watch,
) -> Result<bool, LedgerError> {
    let whole = last_line_end(place, file)?;
    if size(place, file)? == whole {
        return Ok(false);
    }
    // A tail that the head vouches for was reported as written: then it is damage, not a crash.
    if let Some(head) = Head::read(&place.head)
        && head.size_bytes > whole
    {
        return Err(LedgerError::Damaged {
            file: place.name(),
            seq: head.seq,
            what: "its line has no end".to_owned(),
        });
    }
    let seq = number_of_next(place, file, whole)?;
    let torn = place.torn(seq);
    let failed = |source| LedgerError::Write {
        file: torn.display().to_string(),
        source,
    };
    // After a crash in the middle of this there may be an earlier tail, which must not be lost.
    let mut copy = File::options()
        .append(true)
        .create(true)
        .open(&torn)
        .map_err(failed)?;
    file.seek(SeekFrom::Start(whole))
        .map_err(|e| read_error(place, e))?;
    io::copy(file, &mut copy).map_err(failed)?;
    copy.sync_all().map_err(failed)?;
    place.sync_folder().map_err(failed)?;
    watch.reached(Step::TornCopied)?;
    cut(place, whole)?;
    watch.reached(Step::TornCut)?;
    Ok(true)
}

/// Cuts the ledger to a size. The file that is appended to cannot do that on every system.
fn cut(place: &Place, size_bytes: u64) -> Result<(), LedgerError> {
    let file = File::options().write(true).open(&place.ledger);
    file.and_then(|file| {
        file.set_len(size_bytes)?;
        file.sync_all()
    })
    .map_err(|source| write_error(place, source))
}

/// The number that follows the last whole line.
fn number_of_next(place: &Place, file: &mut File, whole: u64) -> Result<u64, LedgerError> {
    if whole == 0 {
        return Ok(0);
    }
    let (_, seq) = last_entry(place, file, whole)?;
    Ok(seq + 1)
}

/// Hash and number of the entry whose line ends at an offset; its own hash is checked.
fn last_entry(place: &Place, file: &mut File, end: u64) -> Result<(Hash, u64), LedgerError> {
    let from = end.saturating_sub(LINE_BYTES_MAX as u64 + 2);
    let mut bytes = vec![0; (end - from) as usize];
    file.seek(SeekFrom::Start(from))
        .and_then(|_| file.read_exact(&mut bytes))
        .map_err(|e| read_error(place, e))?;
    bytes.pop();
    let start = memchr::memrchr(b'\n', &bytes).map_or(0, |at| at + 1);
    let entry = parts(&bytes[start..]).and_then(|parts| {
        let hash = Hash::from_hex(parts.hash)?;
        (parts.computed(&mut Hasher::default()) == hash).then_some((hash, parts.seq))
    });
    entry.ok_or_else(|| LedgerError::Damaged {
        file: place.name(),
        seq: Head::read(&place.head).map_or(0, |head| head.seq),
        what: "the last line is no entry".to_owned(),
    })
}

/// The end of the ledger as the head and the lines after it tell; without a head, as all lines tell.
fn end(place: &Place, file: &File) -> Result<Sound, LedgerError> {
    let size_bytes = size(place, file)?;
    let damaged = |seq, what: &str| LedgerError::Damaged {
        file: place.name(),
        seq,
        what: what.to_owned(),
    };
    if size_bytes == 0 {
        // Whatever its head says, or cannot say any more, an entry 0 here would begin a second history.
        let what = match place.head.exists() {
            true => "it is empty, though its head says that it was not; bring it back from a copy",
            false => "it is empty; delete it and use waage ledger init",
        };
        return Err(damaged(0, what));
    }
    let Some(head) = Head::read(&place.head) else {
        return follow(place, Sound::begin(true), size_bytes, |_| ());
    };
    let Some(tree) = head.tree() else {
        return Err(damaged(head.seq, "the head contradicts itself"));
    };
    if size_bytes < head.size_bytes {
        return Err(damaged(
            head.seq,
            "the file is shorter than when it was last written",
        ));
    }
    let mut reader = File::open(&place.ledger).map_err(|e| read_error(place, e))?;
    if last_entry(place, &mut reader, head.size_bytes)? != (head.hash, head.seq) {
        return Err(damaged(
            head.seq,
            "the entry is not the one that was last written",
        ));
    }
    let known = Sound {
        entries: head.seq + 1,
        size_bytes: head.size_bytes,
        last: head.hash,
        ts: None,
        tree: Some(tree),
    };
    follow(place, known, size_bytes, |_| ())
}

/// What to record of a torn tail that was cut off now, or before a crash; `None` if there is none.
fn unfinished(place: &Place, next: u64, cut_now: bool) -> Result<Option<Value>, LedgerError> {
    let torn = place.torn(next);
    let file = match File::open(&torn) {
        Ok(file) => file,
        Err(_) if !cut_now => return Ok(None),
        Err(source) => {
            return Err(LedgerError::Read {
                file: torn.display().to_string(),
                source,
            });
        }
    };
    let (hash, bytes) = sha256_of(file).map_err(|source| LedgerError::Read {
        file: torn.display().to_string(),
        source,
    })?;
    Ok(Some(json!({"bytes": bytes, "sha256": hash})))
}

/// Writes one line, brings it to the disk and replaces the head.
fn write(
    place: &Place,
    file: &File,
    end: &mut Sound,
    draft: Draft,
    watch: &mut dyn Watch,
) -> Result<Entry, LedgerError> {
    let (entry, mut line) = draft.place(end.entries, end.last)?;
    let hash = leaf(line.as_bytes());
    line.push('\n');
    let failed = match watch.write(file, line.as_bytes()) {
        Ok(count) if count == line.len() => None,
        Ok(_) => Some(io::ErrorKind::StorageFull.into()),
        Err(error) => Some(error),
    };
    if let Some(source) = failed {
        // What little was written goes again; if that fails too, it is a torn tail.
        let _ = cut(place, end.size_bytes);
        return Err(write_error(place, source));
    }
    watch.reached(Step::Written)?;
    file.sync_all().map_err(|source| LedgerError::Sync {
        file: place.name(),
        seq: entry.seq,
        source,
    })?;
    watch.reached(Step::Synced)?;
    end.size_bytes += line.len() as u64;
    end.entries += 1;
    end.last = entry.hash;
    let tree = end.tree.get_or_insert_default();
    tree.push(hash);
    Head {
        hash: end.last,
        peaks: tree.peaks().to_vec(),
        root: tree.root(),
        seq: entry.seq,
        size_bytes: end.size_bytes,
    }
    .write(place, watch)?;
    Ok(entry)
}

#[cfg(test)]
#[path = "append_tests.rs"]
mod tests;
