//! What can be wrong with keys, each in one sentence. No message holds a secret.

use std::io;

use crate::error::Place;
use crate::records::RecordError;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read.
    #[error("{file:?} cannot be read ({source}); give the path of a readable file")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("{file:?} cannot be written ({source}); choose another place or mend the permissions")]
    Write {
        /// The file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The list cannot be changed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The list of keys is not what it should be.
    #[error("{place}: {what}; {mend}")]
    List {
        /// Where.
        place: Place,
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// A private key cannot be used.
    #[error("the key {file}: {what}; {mend}")]
    Secret {
        /// The file or variable.
        file: String,
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// The command that signs did not.
    #[error("the command of --signer-cmd {what}; {mend}")]
    Command {
        /// What happened.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// Something that was asked for makes no sense.
    #[error("{what}; {mend}")]
    Asked {
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
}

impl KeyError {
    pub(crate) fn asked(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Asked {
            what: what.into(),
            mend: mend.into(),
        }
    }
}
