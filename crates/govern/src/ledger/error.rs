//! What can go wrong with a ledger, each in one sentence.

use std::io;

/// Why a ledger cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// There is no such file.
    #[error(
        "ledger {file:?} does not exist; create it with waage ledger init, or correct the path"
    )]
    Missing {
        /// The file as the caller named it.
        file: String,
    },
    /// A ledger is to be created where one is.
    #[error("ledger {file:?} exists already; append to it, or choose another name")]
    Exists {
        /// The file.
        file: String,
    },
    /// The file cannot be read.
    #[error("{file:?} cannot be read ({source}); give the path of a readable file")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written. Nothing was added.
    #[error(
        "{file:?} cannot be written ({source}), so nothing was added; free some space or mend the permissions and repeat"
    )]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The line stands in the ledger, but the system could not say that it is on the disk.
    #[error(
        "{file:?} could not be brought to the disk ({source}), so entry {seq} may be lost when the power fails; mend the disk and run waage ledger verify"
    )]
    Sync {
        /// The file.
        file: String,
        /// The entry.
        seq: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The entry is written, its head is not.
    #[error(
        "entry {seq} was added, but {file:?} cannot be written ({source}); free some space: the next entry brings it up to date"
    )]
    Head {
        /// The head's file.
        file: String,
        /// The entry.
        seq: u64,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else writes for too long.
    #[error(
        "{file:?} is held by another program for more than {seconds} s; wait for it to end and repeat"
    )]
    Locked {
        /// The lock's file.
        file: String,
        /// How long was waited.
        seconds: u32,
    },
    /// Locks of network file systems are unreliable.
    #[error(
        "ledger {file:?} lies on a network file system ({kind}), where locks are unreliable; keep it on a local disk or add --allow-network-fs"
    )]
    Network {
        /// The file.
        file: String,
        /// Type of the file system.
        kind: String,
    },
    /// What is there does not hold, so nothing is added to it.
    #[error(
        "ledger {file:?} is damaged at entry {seq} ({what}); run waage ledger verify to see more"
    )]
    Damaged {
        /// The file.
        file: String,
        /// The first entry that does not hold.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
    /// An entry that may not be written.
    #[error("{what}; {mend}")]
    Entry {
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// A checkpoint or a proof that cannot be used.
    #[error("{file}: {what}; {mend}")]
    Note {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// The test's injector stopped the program here.
    #[cfg(test)]
    #[error("stopped")]
    Stopped,
}

impl LedgerError {
    pub(crate) fn entry(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Entry {
            what: what.into(),
            mend: mend.into(),
        }
    }
}
