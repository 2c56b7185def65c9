//! The first rows of a source as texts, without reading the rest.

use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use waage_core::observer::{Observer, Phase};

use crate::DataError;
use crate::columns::axis::cast_to;
use crate::fold::Table;
use crate::input::Source;
use crate::kind::Kind;
use crate::open;
use crate::read::Store;
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

/// Hands the values of at most `rows_max` rows, from the first on, to `see`: the column's place and the
/// value as text. Missing values and nested columns are left out.
///
/// # Errors
/// [`DataError`] when the source cannot be read, or its files differ.
pub fn glance(
    source: Source,
    rows_max: usize,
    observer: &dyn Observer,
    see: impl FnMut(usize, &str) + Send,
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
    let columns: Vec<(String, Kind)> = names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name, needed.kind(at)))
        .collect();
    let read: Vec<usize> = (0..columns.len())
        .filter(|at| columns[*at].1 != Kind::Other)
        .collect();
    let table = Table {
        parts,
        needed,
        filter: None,
    };
    let state = Mutex::new((0_usize, false, see));
    // One thread takes the units in their order, and an error ends it.
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .map_err(|cause| DataError::io("a reading thread", std::io::Error::other(cause)))?;
    let folded = pool.install(|| {
        table.fold(
            Phase::Scan,
            &read,
            observer,
            || (),
            |(), piece| {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let (rows, stopped, see) = &mut *state;
                let take = piece.len.min(rows_max - *rows);
                for (array, &at) in piece.columns.iter().zip(&read) {
                    let texts = cast_to(&array.slice(0, take), &DataType::Utf8)
                        .map_err(|error| piece.explain(&columns[at].0, error))?;
                    let texts = texts.as_string::<i32>();
                    (0..texts.len())
                        .filter(|&row| !texts.is_null(row))
                        .for_each(|row| see(at, texts.value(row)));
                }
                *rows += take;
                if take < piece.len {
                    *stopped = true;
                    return Err(DataError::Interrupted);
                }
                Ok(())
            },
        )
    });
    let (rows, stopped, _) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !stopped {
        folded?;
    }
    Ok(Glance {
        columns,
        rows: rows as u64,
        all_rows: !stopped,
    })
}
