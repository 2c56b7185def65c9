//! What columns there are: kind, distinct values, missing share, range.

mod column;
mod guess;

use std::io::Read;

use waage_core::observer::{Observer, Phase};

use self::column::Watch;
pub use self::guess::guess_roles;
use crate::DataError;
use crate::fold::Table;
use crate::input::Source;
use crate::kind::Kind;
use crate::open;
use crate::read::Store;
use crate::table::Needed;

/// Distinct values that are counted exactly.
pub const DISTINCT_MAX: usize = 10_000;

/// What is known of a column after all its rows were read.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// What it holds; for CSV files, what all of its fields can be read as.
    pub kind: Kind,
    /// Rows.
    pub rows: u64,
    /// Rows without a value: null, NaN, an empty CSV field.
    pub missing: u64,
    /// Distinct values, without the missing one; `None` beyond [`DISTINCT_MAX`], and for columns
    /// that are not read.
    pub distinct: Option<usize>,
    /// The smallest value, as people write it; `None` without any.
    pub min: Option<String>,
    /// The largest value; `None` without any.
    pub max: Option<String>,
    /// All values in order, if there are at most five.
    pub values: Vec<String>,
}

impl ColumnFacts {
    /// The share of rows without a value, 0 to 1; 0 without rows.
    #[must_use]
    pub fn missing_share(&self) -> f64 {
        if self.rows == 0 {
            0.0
        } else {
            self.missing as f64 / self.rows as f64
        }
    }

    /// The distinct count as text: `3`, `>10000`, or `-` for columns that are not read.
    #[must_use]
    pub fn distinct_text(&self) -> String {
        match self.distinct {
            Some(distinct) => distinct.to_string(),
            None if self.kind == Kind::Other => "-".to_owned(),
            None => format!(">{DISTINCT_MAX}"),
        }
    }
}

/// Reads all rows of a source and describes its columns, in the order of the first file.
///
/// # Errors
/// [`DataError`] when the source cannot be read, or its files differ.
pub fn inspect(source: Source, observer: &dyn Observer) -> Result<Vec<ColumnFacts>, DataError> {
    inspect_with(source, None, observer)
}

/// As [`inspect`], with `-` read from `input` instead of standard input.
///
/// # Errors
/// Those of [`inspect`].
pub fn inspect_with(
    source: Source,
    input: Option<Box<dyn Read + Send>>,
    observer: &dyn Observer,
) -> Result<Vec<ColumnFacts>, DataError> {
    let opened = open::source(source, input, observer)?;
    let mut parts = opened.parts;
    for part in &mut parts {
        if let Store::Parquet(file) = &mut part.store {
            file.read_text_as_codes(&std::collections::HashSet::new());
        }
    }
    let mut needed = Needed::default();
    let names: Vec<String> = match parts.first() {
        Some(part) => part.columns().into_iter().map(str::to_owned).collect(),
        None => Vec::new(),
    };
    for name in &names {
        needed.position(&parts, name)?;
    }
    let kinds: Vec<Kind> = (0..names.len()).map(|at| needed.kind(at)).collect();
    // Nested columns are listed, not read.
    let read: Vec<usize> = (0..names.len())
        .filter(|at| kinds[*at] != Kind::Other)
        .collect();
    let table = Table {
        parts,
        needed,
        filter: None,
    };
    let folded = table.fold(
        Phase::Prepare,
        &read,
        observer,
        || {
            read.iter()
                .map(|at| Watch::new(kinds[*at]))
                .collect::<Vec<_>>()
        },
        |watches, piece| {
            for (at, (watch, column)) in watches.iter_mut().zip(piece.columns).enumerate() {
                watch
                    .add(column.array(), piece.decimal)
                    .map_err(|error| piece.explain(&names[read[at]], error))?;
            }
            Ok(())
        },
    )?;
    let mut watches: Vec<Watch> = read.iter().map(|at| Watch::new(kinds[*at])).collect();
    for state in folded.states {
        watches
            .iter_mut()
            .zip(state)
            .for_each(|(watch, other)| watch.merge(other));
    }
    let mut watches = watches.into_iter();
    let facts = names.into_iter().zip(kinds).map(|(name, kind)| match kind {
        Kind::Other => ColumnFacts {
            name,
            kind,
            rows: folded.rows,
            missing: 0,
            distinct: None,
            min: None,
            max: None,
            values: Vec::new(),
        },
        _ => watches
            .next()
            .unwrap_or_else(|| Watch::new(kind))
            .facts(name, folded.rows),
    });
    Ok(facts.collect())
}
