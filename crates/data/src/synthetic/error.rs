//! What can go wrong while synthetic data are made.

use parquet::errors::ParquetError;

/// Why synthetic data could not be made; each message says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum SyntheticError {
    /// A column was asked for that the generator does not have.
    #[error("synthetic column \"{name}\" does not exist{hint} columns: {known}")]
    UnknownColumn {
        /// What was asked for.
        name: String,
        /// `; did you mean "…"?`, or `;` when no name is near.
        hint: String,
        /// All columns, joined by commas.
        known: String,
    },
    /// A column was asked for twice.
    #[error("synthetic column \"{name}\" is listed twice; list each column once")]
    DuplicateColumn {
        /// The column.
        name: String,
    },
    /// The list of columns is empty.
    #[error(
        "the list of synthetic columns is empty; name at least one, or leave the list out for all of them"
    )]
    NoColumns,
    /// A bias strength lies outside its range.
    #[error("bias strength \"{name}\" is {value}; give a number from {low} to {high}")]
    Strength {
        /// The strength's name as on the command line.
        name: &'static str,
        /// What was given.
        value: f64,
        /// The smallest allowed value.
        low: f64,
        /// The largest allowed value.
        high: f64,
    },
    /// A named bias does not exist.
    #[error("bias \"{value}\" is unknown; use none or planted")]
    UnknownBias {
        /// What was given.
        value: String,
    },
    /// The number of rows is outside what `lead_id` can number.
    #[error("{rows} synthetic rows cannot be made; ask for 1 to {max} rows")]
    Rows {
        /// What was given.
        rows: u64,
        /// The most rows.
        max: u64,
    },
    /// The row-group size is zero or too large for memory.
    #[error("row groups of {rows} rows cannot be written; use 1 to {max} rows per group")]
    RowGroupRows {
        /// What was given.
        rows: usize,
        /// The most rows of a row group.
        max: usize,
    },
    /// A batch was asked for that reaches past the last row.
    #[error(
        "rows {start} to {start}+{len} reach past the {rows} rows of the specification; raise `rows` or ask for fewer"
    )]
    PastTheEnd {
        /// First row of the batch.
        start: u64,
        /// Rows of the batch.
        len: usize,
        /// Rows of the specification.
        rows: u64,
    },
    /// A fraction that should be selected is not a share.
    #[error("top fraction {value} is not a share; give a number above 0 and up to 1")]
    Fraction {
        /// What was given.
        value: f64,
    },
    /// The caller stopped the work.
    #[error(
        "generating synthetic data was cancelled; the output is incomplete, remove it or run again"
    )]
    Cancelled,
    /// The output could not be written.
    #[error(
        "the synthetic data could not be written ({0}); check the free space and the permissions of the target"
    )]
    Write(#[source] std::io::Error),
    /// The Parquet encoder refused.
    #[error(
        "the synthetic data could not be encoded as Parquet ({0}); use smaller row groups or report this"
    )]
    Encode(#[source] ParquetError),
    /// Arrow refused the columns.
    #[error(
        "the synthetic columns do not fit together ({0}); ask for fewer rows per batch or report this"
    )]
    Arrow(#[from] arrow::error::ArrowError),
}

impl From<ParquetError> for SyntheticError {
    /// Keeps an I/O error (full disk, closed pipe) recognisable.
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
                Ok(io) => Self::Write(*io),
                Err(inner) => Self::Encode(ParquetError::External(inner)),
            },
            other => Self::Encode(other),
        }
    }
}
