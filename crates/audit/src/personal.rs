//! What an audit's columns look like: a note where one holds personal data, and no export of it.

use std::collections::HashMap;

use waage_data::{Dataset, Kind};
use waage_govern::pii::{self, Watch};
use waage_result::document::{AuditResult, Note};

use crate::AuditError;
use crate::observer::Silent;

/// The code of the note about a column.
const COLUMN: &str = "pii_column";
/// Columns that a note lists at most.
const LISTED_MAX: usize = 10;

/// Which of the needed columns likely hold personal data, by their names and first rows.
///
/// # Errors
/// [`AuditError`] when the rows cannot be read.
pub fn likely(dataset: &Dataset) -> Result<Vec<String>, AuditError> {
    // Measured numbers and truth values are nobody's.
    let may_be = |kind: Kind| !matches!(kind, Kind::Bool | Kind::Float | Kind::Decimal);
    let mut values: Vec<HashMap<String, u64>> = Vec::new();
    let seen = dataset.glance(pii::ROWS_MAX, may_be, &Silent, |column, _, text| {
        if values.len() <= column {
            values.resize_with(column + 1, HashMap::new);
        }
        match values[column].get_mut(text) {
            Some(times) => *times += 1,
            None => drop(values[column].insert(text.to_owned(), 1)),
        }
    })?;
    let likely = |(name, values): (String, HashMap<String, u64>)| {
        let mut watch = Watch::new(&name, false);
        for (text, times) in &values {
            watch.see_times(text, *times);
        }
        (watch.column().verdict == "likely").then_some(name)
    };
    let columns = seen.columns.into_iter().zip(values);
    Ok(columns
        .filter(|((_, kind), _)| may_be(*kind))
        .filter_map(|((name, _), values)| likely((name, values)))
        .collect())
}

/// Refuses an export whose columns likely hold personal data.
///
/// # Errors
/// [`AuditError::Option`] names the first.
pub fn refuse(likely: Option<&str>) -> Result<(), AuditError> {
    likely.map_or(Ok(()), |column| {
        Err(AuditError::Option(format!(
            "the column {column:?} looks like personal data, and its values would leave the house; leave it out, or add --i-know if that is meant"
        )))
    })
}

/// Refuses an export of columns of a dataset of which one likely holds personal data.
///
/// # Errors
/// As [`refuse`] and [`likely`].
pub fn refuse_columns<'a>(
    dataset: &Dataset,
    exported: impl IntoIterator<Item = &'a str>,
) -> Result<(), AuditError> {
    let mut exported = exported.into_iter().peekable();
    if exported.peek().is_none() {
        return Ok(());
    }
    let likely = likely(dataset)?;
    refuse(exported.find(|column| likely.iter().any(|name| name == column)))
}

/// The first attribute of a result whose labels likely are personal data, as its notes say.
pub fn labels(result: &AuditResult) -> Option<&str> {
    let noted = |column: &&str| {
        let of = |note: &Note| {
            note.code == COLUMN && note.values.get("column").is_some_and(|name| name == column)
        };
        result.dataset.notes.iter().any(of)
    };
    let attributes = result.roles.sensitive.iter().chain(&result.roles.stratum);
    attributes.map(|of| of.column.as_str()).find(noted)
}

/// What is to be told of personal data: columns that the audit reads, and names of others.
///
/// # Errors
/// As [`likely`].
pub fn notes(dataset: &Dataset) -> Result<Vec<Note>, AuditError> {
    let note = |code: &str, name: &str, value: String| Note {
        code: code.to_owned(),
        values: [(name.to_owned(), value)].into(),
    };
    let read = likely(dataset)?;
    let needed = dataset.needed_names();
    let unread: Vec<&str> = dataset
        .column_names()
        .into_iter()
        .filter(|name| pii::is_named(name) && !needed.contains(name))
        .collect();
    let mut notes: Vec<Note> = read
        .into_iter()
        .map(|column| note(COLUMN, "column", column))
        .collect();
    if !unread.is_empty() {
        let mut columns = unread[..unread.len().min(LISTED_MAX)].join(", ");
        if unread.len() > LISTED_MAX {
            columns.push_str(&format!(", … ({})", unread.len()));
        }
        notes.push(note("pii_headers", "columns", columns));
    }
    Ok(notes)
}
