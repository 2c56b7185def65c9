//! Plain files that people and Waage both write: the risk register, the inventory of systems, the
//! incidents.
//!
//! They are read with the place of every mistake ([`mod@toml`]), changed under a lock and replaced
//! whole ([`mod@file`]), dated by the caller ([`moment`]), and hold no contact data
//! ([`personal`]).

pub mod file;
pub mod moment;
pub mod personal;
pub mod toml;

use std::io;

use crate::error::PolicyError;
use crate::ledger::LedgerError;

/// Why a file of records cannot be used; one sentence that says how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The file cannot be read.
    #[error("{what} {file:?} cannot be read ({source}); {mend}")]
    Read {
        /// What the file is.
        what: &'static str,
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: io::Error,
        /// How to mend it.
        mend: &'static str,
    },
    /// The file cannot be written.
    #[error(
        "{file:?} cannot be written ({source}); check the folder and its free space, nothing was changed"
    )]
    Write {
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the lock.
    #[error(
        "{file:?} has been locked by another process for {seconds} seconds; wait for it to end and try again"
    )]
    Locked {
        /// The lock file.
        file: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A mistake at a place of a TOML file.
    #[error(transparent)]
    Place(#[from] PolicyError),
    /// A mistake in a line of a JSON Lines file.
    #[error("{file}:{line}: {problem}; {mend}")]
    Line {
        /// The file as the caller named it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
        /// How to mend it.
        mend: String,
    },
    /// The ledger could not be added to.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Something asked for that the rules do not allow.
    #[error("{0}")]
    Rule(String),
}

impl RecordError {
    /// What is wrong and how to mend it.
    pub(crate) fn rule(what: impl std::fmt::Display, mend: impl std::fmt::Display) -> Self {
        Self::Rule(format!("{what}; {mend}"))
    }
}
