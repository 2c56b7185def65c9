//! What can be wrong with UBJSON, as serde wants it.

use std::fmt;

/// A sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Error(Box<str>);

impl Error {
    pub(super) fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string().into())
    }
}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(what: T) -> Self {
        Self::new(what)
    }
}
