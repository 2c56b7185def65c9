//! The ledger: one line for everything that was decided, in a chain that shows every change.
//!
//! `ledger.jsonl` has one canonical JSON object per line; each holds the hash of the one before.
//! [`Ledger`] adds to it so that neither a crash nor another writer tears a line. [`verify()`] reads it
//! again and says where it first does not hold and what was done to it. A chain cannot show that its
//! tail was cut or that all of it was rewritten: for that a [`Checkpoint`], signed and kept elsewhere,
//! names the size and the root of the Merkle tree over the lines.
//!
//! ```
//! use serde_json::json;
//! use waage_govern::ledger::{Ledger, Options, VerifyOptions, verify};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("ledger.jsonl");
//! let now = "2026-01-05T08:00:00Z".parse()?;
//! Ledger::create(&path, &Options::default(), "demo", now)?;
//! let ledger = Ledger::open(&path, &Options::default())?;
//! let entry = ledger.append("note", "m.owner", &json!({"text": "first audit planned"}), now)?;
//! assert_eq!(entry.seq, 1);
//! let found = verify(&path, &VerifyOptions::default())?;
//! assert!(found.valid && found.entries == 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod append;
mod chain;
mod checkpoint;
mod classify;
mod entry;
mod error;
pub(crate) mod hash;
mod head;
mod kind;
mod lines;
pub mod merkle;
pub mod note;
mod place;
pub mod proof;
mod prove;
mod show;
mod sound;
mod verify;

use std::path::Path;

use serde_json::{Value, json};

pub use checkpoint::{Checkpoint, CheckpointError};
pub use entry::{Entry, PAYLOAD_BYTES_MAX};
pub use error::LedgerError;
pub use hash::Hash;
pub(crate) use kind::is_id;
pub use kind::{KINDS, is_kind};
pub use place::Options;
pub use prove::{check_proof, prove_consistency, prove_inclusion};
pub use show::{Shown, git_note, show};
pub use sound::read;
pub(crate) use sound::read_with;
pub use verify::{VerifyOptions, verify};

use append::Unwatched;
use entry::Draft;
use place::Place;

use crate::time::Timestamp;

/// Whether an entry could be written, without writing it.
pub(crate) fn check_payload(
    kind: &str,
    actor: &str,
    payload: &Value,
    now: Timestamp,
) -> Result<(), LedgerError> {
    Draft::new(kind, actor, payload, now).map(|_| ())
}

/// A ledger that entries are added to.
#[derive(Clone, Debug)]
pub struct Ledger {
    place: Place,
    options: Options,
}

impl Ledger {
    /// A ledger that is there.
    ///
    /// # Errors
    /// [`LedgerError::Missing`] if there is no such file, [`LedgerError::Network`] if it lies where
    /// locks cannot be trusted.
    pub fn open(path: &Path, options: &Options) -> Result<Self, LedgerError> {
        let place = Place::of(path);
        if !path.exists() {
            return Err(LedgerError::Missing { file: place.name() });
        }
        place.check_file_system(options)?;
        Ok(Self {
            place,
            options: *options,
        })
    }

    /// Begins a ledger with an entry of kind `genesis` that holds its id.
    ///
    /// # Errors
    /// [`LedgerError::Exists`] if there is one; an id that is none; a file that cannot be written.
    pub fn create(
        path: &Path,
        options: &Options,
        id: &str,
        now: Timestamp,
    ) -> Result<(Self, Entry), LedgerError> {
        if !kind::is_id(id) {
            return Err(LedgerError::entry(
                format!("{id:?} is no id of a ledger"),
                "use 1 to 64 letters, digits, dots, hyphens and underscores, such as lead-score-dach",
            ));
        }
        let place = Place::of(path);
        let draft = Draft::new("genesis", "waage", &json!({"ledger_id": id}), now)?;
        let entry = append::create(&place, options, draft, &mut Unwatched)?;
        let ledger = Self {
            place,
            options: *options,
        };
        Ok((ledger, entry))
    }

    /// Adds an entry. When this returns, the entry is on the disk.
    ///
    /// `kind` is one of [`KINDS`]; `actor` the id of a key, or `waage`; `payload` an object of at most
    /// [`PAYLOAD_BYTES_MAX`] bytes without personal data, larger things by their digest.
    ///
    /// # Errors
    /// [`LedgerError`]: an entry that may not be written, another writer that does not end, a ledger
    /// that does not hold, a disk that is full. Nothing was added then, but for
    /// [`LedgerError::Head`] and [`LedgerError::Sync`], which say so.
    pub fn append(
        &self,
        kind: &str,
        actor: &str,
        payload: &Value,
        now: Timestamp,
    ) -> Result<Entry, LedgerError> {
        if kind == "genesis" {
            return Err(LedgerError::entry(
                "a ledger begins only once",
                "use another kind",
            ));
        }
        let draft = Draft::new(kind, actor, payload, now)?;
        append::append(&self.place, &self.options, draft, now, &mut Unwatched)
    }

    /// The id that its first entry gives.
    ///
    /// # Errors
    /// [`LedgerError`] if the first line cannot be read or is no genesis.
    pub fn id(&self) -> Result<String, LedgerError> {
        sound::id(&self.place)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.place.ledger
    }
}
