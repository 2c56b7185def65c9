//! The first rows of a source as texts, without reading the rest.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use waage_core::observer::{Observer, Phase};

use crate::DataError;
use crate::dataset::Dataset;
use crate::input::Source;
use crate::kind::Kind;
use crate::open;
use crate::read::{Part, Store};
use crate::table::Needed;

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// Names and kinds of the columns, in the order of the first file.
    pub columns: Vec<(String, Kind)>,
    /// Rows that were handed on.
    pub rows: u64,
    /// Whether there are no more.
    pub all_rows: bool,
}

/// Hands the values of at most `rows_max` rows, from the first on, to `see`: the column's place, the row
/// from 0 and the value as text, moments with a zone in UTC. Missing values and nested columns are left
/// out.
///
/// # Errors
/// [`DataError`] when the source cannot be read, or its files differ.
pub fn glance(
    source: Source,
    rows_max: usize,
    observer: &dyn Observer,
    see: impl FnMut(usize, usize, &str),
) -> Result<Glance, DataError> {
    let opened = open::source(source, None, observer)?;
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
    observer.begin(Phase::Scan, None);
    first_rows(&parts, &needed, rows_max, |_| true, observer, see)
}

impl Dataset {
    /// As [`glance`](crate::glance), of the columns that the roles, the filter and kept columns need,
    /// whether or not the filter keeps the rows; only those of a `wanted` kind are read. Of an Arrow stream
    /// on standard input, which can be read only once, no row is handed on.
    ///
    /// # Errors
    /// [`DataError`] when the rows cannot be read.
    pub fn glance(
        &self,
        rows_max: usize,
        wanted: impl Fn(Kind) -> bool,
        observer: &dyn Observer,
        see: impl FnMut(usize, usize, &str),
    ) -> Result<Glance, DataError> {
        let parts = &self.table.parts;
        let needed = &self.table.needed;
        let once = |part: &Part| matches!(part.store, Store::Stdin(_));
        let is_read = (0..needed.len()).any(|at| wanted(needed.kind(at)));
        let rows_max = match is_read && !parts.iter().any(once) {
            true => rows_max,
            false => 0,
        };
        first_rows(parts, needed, rows_max, wanted, observer, see)
    }

    /// The names of the columns that the roles, the filter and kept columns need.
    #[must_use]
    pub fn needed_names(&self) -> Vec<&str> {
        let needed = &self.table.needed;
        (0..needed.len()).map(|at| needed.name(at)).collect()
    }

    /// The names of all columns of the first file, needed or not.
    #[must_use]
    pub fn column_names(&self) -> Vec<&str> {
        self.table
            .parts
            .first()
            .map(Part::columns)
            .unwrap_or_default()
    }
}

fn first_rows(
    parts: &[Part],
    needed: &Needed,
    rows_max: usize,
    wanted: impl Fn(Kind) -> bool,
    observer: &dyn Observer,
    mut see: impl FnMut(usize, usize, &str),
) -> Result<Glance, DataError> {
    let columns: Vec<(String, Kind)> = (0..needed.len())
        .map(|at| (needed.name(at).to_owned(), needed.kind(at)))
        .collect();
    let read: Vec<usize> = (0..columns.len())
        .filter(|at| columns[*at].1 != Kind::Other && wanted(columns[*at].1))
        .collect();
    let mut seen = 0;
    let mut all_rows = true;
    'units: for (at, part) in parts.iter().enumerate() {
        let slots = needed.slots(at, &read);
        for unit in part.units(at) {
            if seen == rows_max {
                all_rows = false;
                break 'units;
            }
            let outcome = part.read(unit, &slots, &mut |rows| {
                let take = rows.len.min(rows_max - seen);
                if observer.cancelled() {
                    return Err(DataError::Interrupted);
                }
                for (decoded, &column) in rows.columns.iter().zip(&read) {
                    let texts = texts_of(decoded.slice(0, take).array())
                        .map_err(|cause| part.damaged(&cause))?;
                    let texts = texts.as_string::<i32>();
                    (0..take)
                        .filter(|&row| !texts.is_null(row))
                        .for_each(|row| see(column, seen + row, texts.value(row)));
                }
                seen += take;
                if take < rows.len {
                    all_rows = false;
                    return Err(DataError::Interrupted);
                }
                observer.advance(take as u64);
                Ok(())
            });
            // Enough was seen, which is no interruption.
            if !all_rows {
                break 'units;
            }
            outcome?;
        }
    }
    Ok(Glance {
        columns,
        rows: seen as u64,
        all_rows,
    })
}

/// The values of a column as texts.
fn texts_of(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        // Names of zones would need their history; the moment is the same in UTC.
        DataType::Timestamp(unit, Some(_)) => {
            let utc = DataType::Timestamp(*unit, Some("+00:00".into()));
            cast(&cast(array, &utc)?, &DataType::Utf8)
        }
        _ => cast(array, &DataType::Utf8),
    }
}
