//! Arrow columns to plain slices: levels of attributes, outcomes, numbers.

pub(crate) mod axis;
pub(crate) mod binary;
pub(crate) mod cluster;
pub(crate) mod known;
pub(crate) mod number;

/// A row that an error or a count is about: where in the batch, and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bad {
    /// Position in the batch.
    pub row: usize,
    /// The value, as people write it.
    pub value: String,
}

/// Why a column cannot be decoded; the scan adds file and row.
pub(crate) enum ColumnError {
    /// A value that cannot be a group.
    NotWhole(Bad),
    /// A text that is no number.
    NotNumber(Bad),
    /// An error that says everything itself.
    Data(crate::DataError),
}

impl From<crate::DataError> for ColumnError {
    fn from(error: crate::DataError) -> Self {
        Self::Data(error)
    }
}
