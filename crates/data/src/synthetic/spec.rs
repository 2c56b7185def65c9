//! What to generate, and the rows in memory.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Schema, SchemaRef};

use super::world::{Outcome, World};
use super::{Bias, Column, SyntheticError};

/// Which synthetic leads to make.
///
/// Only `seed`, `bias` and the row decide about a value; `rows`, `columns` and `row_group_rows`
/// decide which values are written, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadSpec {
    /// Number of leads, 1 to 9 999 999 999 (default 20 000).
    pub rows: u64,
    /// Seed of every stream (default 0).
    pub seed: u64,
    /// The planted bias (default [`Bias::planted`]).
    pub bias: Bias,
    /// Names of the columns in the wanted order; `None` (default) is all of [`Column::all`].
    pub columns: Option<Vec<String>>,
    /// Rows of a Parquet row group, 1 to 16 777 216 (default 524 288). Every thread holds one
    /// encoded row group in memory.
    pub row_group_rows: usize,
}

impl Default for LeadSpec {
    fn default() -> Self {
        Self {
            rows: 20_000,
            seed: 0,
            bias: Bias::planted(),
            columns: None,
            row_group_rows: 1 << 19,
        }
    }
}

impl LeadSpec {
    /// The most rows that `lead_id` can number.
    pub const MAX_ROWS: u64 = 9_999_999_999;
    /// The most rows of a row group.
    pub const MAX_ROW_GROUP_ROWS: usize = 1 << 24;

    /// The checked specification, which can make rows.
    ///
    /// # Errors
    /// Names the first field that is out of range, or the unknown column with the nearest name.
    pub fn check(&self) -> Result<Leads, SyntheticError> {
        if !(1..=Self::MAX_ROWS).contains(&self.rows) {
            return Err(SyntheticError::Rows {
                rows: self.rows,
                max: Self::MAX_ROWS,
            });
        }
        if !(1..=Self::MAX_ROW_GROUP_ROWS).contains(&self.row_group_rows) {
            return Err(SyntheticError::RowGroupRows {
                rows: self.row_group_rows,
                max: Self::MAX_ROW_GROUP_ROWS,
            });
        }
        self.bias.check()?;
        let columns = match &self.columns {
            Some(names) => chosen(names)?,
            None => Column::all(),
        };
        let fields: Vec<_> = columns.iter().map(|column| column.field()).collect();
        Ok(Leads {
            world: World::new(self.seed, self.bias),
            rows: self.rows,
            row_group_rows: self.row_group_rows,
            schema: Arc::new(Schema::new(fields)),
            columns,
        })
    }
}

fn chosen(names: &[String]) -> Result<Vec<Column>, SyntheticError> {
    if names.is_empty() {
        return Err(SyntheticError::NoColumns);
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let column = Column::named(name).ok_or_else(|| unknown(name))?;
        if columns.contains(&column) {
            return Err(SyntheticError::DuplicateColumn { name: name.clone() });
        }
        columns.push(column);
    }
    Ok(columns)
}

fn unknown(name: &str) -> SyntheticError {
    let known: Vec<_> = Column::all().into_iter().map(Column::name).collect();
    let nearest = known
        .iter()
        .map(|&known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|&(distance, known)| 3 * distance <= known.len())
        .map(|(_, known)| format!("; did you mean \"{known}\"?"));
    SyntheticError::UnknownColumn {
        name: name.to_owned(),
        hint: nearest.unwrap_or_else(|| ";".to_owned()),
        known: known.join(", "),
    }
}

/// A checked [`LeadSpec`]: any of its rows, at any time, from any thread.
pub struct Leads {
    pub(super) world: World,
    pub(super) rows: u64,
    pub(super) row_group_rows: usize,
    schema: SchemaRef,
    columns: Vec<Column>,
}

impl Leads {
    /// The Arrow schema of the chosen columns.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The chosen columns in their order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// `len` rows from `start`, counted from 0.
    ///
    /// # Errors
    /// [`SyntheticError::PastTheEnd`] when they reach past the last row.
    pub fn batch(&self, start: u64, len: usize) -> Result<RecordBatch, SyntheticError> {
        let end = start
            .checked_add(len as u64)
            .filter(|&end| end <= self.rows)
            .ok_or(SyntheticError::PastTheEnd {
                start,
                len,
                rows: self.rows,
            })?;
        let outcomes: Vec<Outcome> = if self.columns.iter().any(|column| column.is_outcome()) {
            (start..end).map(|row| self.world.outcome(row)).collect()
        } else {
            Vec::new()
        };
        let arrays = self
            .columns
            .iter()
            .map(|column| column.values(&self.world, start..end, &outcomes))
            .collect::<Result<Vec<ArrayRef>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(len));
        Ok(RecordBatch::try_new_with_options(
            self.schema(),
            arrays,
            &options,
        )?)
    }
}

/// `len` rows of `spec` from row `start` (counted from 0) as one Arrow batch.
///
/// # Errors
/// Those of [`LeadSpec::check`] and [`Leads::batch`].
pub fn batch(spec: &LeadSpec, start: u64, len: usize) -> Result<RecordBatch, SyntheticError> {
    spec.check()?.batch(start, len)
}
