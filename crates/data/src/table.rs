//! Parts as one table: columns by name, of one kind across all parts.

use crate::DataError;
use crate::kind::Kind;
use crate::read::{Part, Slot};

/// Columns that a message lists at most.
const LISTED_MAX: usize = 30;

/// The needed columns of every part, in one order: what a scan projects.
#[derive(Debug, Default)]
pub(crate) struct Needed {
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// Per part, per needed column.
    slots: Vec<Vec<Slot>>,
}

impl Needed {
    /// The position of a column, added if it is new.
    ///
    /// # Errors
    /// When no part has it, when one lacks it, or when its kinds differ.
    pub fn position(&mut self, parts: &[Part], column: &str) -> Result<usize, DataError> {
        if let Some(at) = self.names.iter().position(|name| name == column) {
            return Ok(at);
        }
        let Some(owner) = parts.iter().find(|part| part.slot(column).is_some()) else {
            return Err(unknown(parts, column));
        };
        let mut kind = Kind::Null;
        let mut decided_by = owner;
        self.slots.resize_with(parts.len(), Vec::new);
        let mut slots = Vec::with_capacity(parts.len());
        for part in parts {
            let Some(slot) = part.slot(column) else {
                return Err(DataError::ColumnMissing {
                    column: column.to_owned(),
                    first: owner.name.clone(),
                    second: part.name.clone(),
                });
            };
            let here = part.kind(slot);
            if !kind.combines(here) {
                return Err(DataError::KindsDiffer {
                    column: column.to_owned(),
                    first: decided_by.name.clone(),
                    first_kind: kind.name(),
                    second: part.name.clone(),
                    second_kind: here.name(),
                });
            }
            if kind == Kind::Null && here != Kind::Null {
                (kind, decided_by) = (here, part);
            }
            slots.push(slot);
        }
        for (of_part, slot) in self.slots.iter_mut().zip(slots) {
            of_part.push(slot);
        }
        self.names.push(column.to_owned());
        self.kinds.push(kind);
        Ok(self.names.len() - 1)
    }

    /// The name of a needed column.
    pub fn name(&self, at: usize) -> &str {
        &self.names[at]
    }

    /// The kind of a needed column.
    pub fn kind(&self, at: usize) -> Kind {
        self.kinds[at]
    }

    /// How many columns are needed.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Where some of the needed columns are in a part.
    pub fn slots(&self, part: usize, positions: &[usize]) -> Vec<Slot> {
        let slots = self.slots.get(part);
        positions
            .iter()
            .filter_map(|at| slots.and_then(|slots| slots.get(*at)).copied())
            .collect()
    }
}

/// Parts as a message names them.
pub(crate) fn place(parts: &[Part]) -> String {
    match parts {
        [] => "the table".to_owned(),
        [part] => part.name.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.name, rest.len()),
    }
}

/// The error for a column that no part has, with the nearest name.
fn unknown(parts: &[Part], column: &str) -> DataError {
    let names = parts.first().map(Part::columns).unwrap_or_default();
    let lower = column.to_lowercase();
    let nearest = names
        .iter()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.map_or(String::new(), |(_, name)| {
        format!("did you mean \"{name}\"? ")
    });
    let mut columns = names
        .iter()
        .take(LISTED_MAX)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > LISTED_MAX {
        columns.push_str(&format!(", … ({} in all)", names.len()));
    }
    DataError::UnknownColumn {
        column: column.to_owned(),
        place: place(parts),
        hint,
        columns,
    }
}
