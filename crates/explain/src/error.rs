//! What can go wrong with a model or with the rows it is to explain.

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// An error that names the place and says how to mend it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A model file that does not hold what its format demands.
    #[error("{format} model, {place}: {what}")]
    Malformed {
        /// The format as people call it, such as `XGBoost JSON`.
        format: &'static str,
        /// The field, tree and node, such as `tree 3, node 7, split_indices`.
        place: String,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// A model of a kind that cannot be read or explained; the text says what to do instead.
    #[error("{what}: {mend}")]
    Unsupported {
        /// What is not supported.
        what: String,
        /// What to do instead.
        mend: String,
    },
    /// A file larger than the limit.
    #[error("the model has {found} {unit}, more than the limit of {limit}")]
    TooLarge {
        /// What is counted: `bytes`, `nodes`, `trees`.
        unit: &'static str,
        /// How many there are.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The rows do not fit the model.
    #[error("{0}")]
    Rows(String),
    /// The observer stopped the computation.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// A malformed model.
    #[must_use]
    pub fn malformed(
        format: &'static str,
        place: impl Into<String>,
        what: impl Into<String>,
    ) -> Self {
        Self::Malformed {
            format,
            place: place.into(),
            what: what.into(),
        }
    }

    /// Something that is not supported, and what to do instead.
    #[must_use]
    pub fn unsupported(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Unsupported {
            what: what.into(),
            mend: mend.into(),
        }
    }

    /// The same error inside of `place`, such as a tree.
    #[must_use]
    pub fn at(self, outer: &str) -> Self {
        match self {
            Self::Malformed {
                format,
                place,
                what,
            } => Self::Malformed {
                format,
                place: format!("{outer}, {place}"),
                what,
            },
            other => other,
        }
    }
}
