//! Units of a table folded in parallel into states, one per thread.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use arrow::compute::FilterBuilder;
use rayon::prelude::*;
use waage_core::observer::{Observer, Phase};

use crate::DataError;
use crate::columns::ColumnError;
use crate::decoded::Decoded;
use crate::filter::Filter;
use crate::read::{Decimal, Part, Rows, Unit};
use crate::table::Needed;

/// What is read: the parts, the columns needed of them, and the rows that count.
pub(crate) struct Table {
    pub parts: Vec<Part>,
    pub needed: Needed,
    pub filter: Option<Filter>,
}

/// Rows that count, as the columns that were asked for.
pub(crate) struct Piece<'a> {
    pub columns: &'a [Decoded],
    pub len: usize,
    pub decimal: Decimal,
    part: &'a Part,
    unit: Unit,
    first: u64,
    lines: Option<&'a [u64]>,
    mask: Option<&'a arrow::array::BooleanArray>,
}

/// Where a row is, in an order that no thread changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    part: usize,
    chunk: usize,
    row: u64,
}

impl Piece<'_> {
    /// Where a row of the piece is in the data.
    pub fn position(&self, row: usize) -> Position {
        let row = (self.unit.start + self.in_batch(row)) as u64 + self.first;
        Position {
            part: self.unit.part,
            chunk: self.unit.chunk,
            row,
        }
    }

    /// The same for people.
    pub fn place(&self, row: usize) -> String {
        let row = self.in_batch(row);
        let line = self.lines.and_then(|lines| lines.get(row).copied());
        self.part.place(self.unit, self.first + row as u64, line)
    }

    /// Adds column and place to what a decoder found.
    pub fn explain(&self, column: &str, error: ColumnError) -> DataError {
        let column = column.to_owned();
        match error {
            ColumnError::Data(error) => error,
            ColumnError::NotWhole(bad) => DataError::NotWhole {
                column,
                value: bad.value,
                place: self.place(bad.row),
            },
            ColumnError::NotNumber(bad) => DataError::NotNumber {
                column,
                value: bad.value,
                place: self.place(bad.row),
            },
        }
    }

    /// The row before filtering of a row after it.
    fn in_batch(&self, row: usize) -> usize {
        match self.mask {
            Some(mask) => mask.values().set_indices().nth(row).unwrap_or(row),
            None => row,
        }
    }
}

/// States of all threads, and rows.
pub(crate) struct Folded<S> {
    pub states: Vec<S>,
    pub rows: u64,
    pub rows_filtered_out: u64,
}

impl Table {
    /// Folds all rows that count, unit by unit, on the threads of the current pool.
    ///
    /// `columns` are positions of needed columns. Every thread has a state of its own; which rows
    /// fall to which is chance, so states must not depend on it. Of several errors, the one of the
    /// first unit is returned, whatever the threads did.
    pub fn fold<S: Send>(
        &self,
        phase: Phase,
        columns: &[usize],
        observer: &dyn Observer,
        new: impl Fn() -> S + Sync,
        step: impl Fn(&mut S, &Piece<'_>) -> Result<(), DataError> + Sync,
    ) -> Result<Folded<S>, DataError> {
        let units: Vec<Unit> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(at, part)| part.units(at))
            .collect();
        let total = units.iter().map(|unit| unit.rows).sum::<Option<u64>>();
        observer.begin(phase, total);
        let run = Run {
            table: self,
            columns,
            observer,
            units: &units,
            next: AtomicUsize::new(0),
            failed: AtomicUsize::new(usize::MAX),
            interrupted: AtomicBool::new(false),
            error: Mutex::new(None),
            rows: AtomicU64::new(0),
            filtered_out: AtomicU64::new(0),
        };
        let threads = rayon::current_num_threads().clamp(1, units.len().max(1));
        let states: Vec<S> = (0..threads)
            .into_par_iter()
            .with_max_len(1)
            .map(|_| {
                let mut state = new();
                run.work(&mut |piece| step(&mut state, piece));
                state
            })
            .collect();
        if run.interrupted.into_inner() {
            return Err(DataError::Interrupted);
        }
        if let Some(error) = run
            .error
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            return Err(error);
        }
        let rows = run.rows.into_inner();
        Ok(Folded {
            states,
            rows,
            rows_filtered_out: run.filtered_out.into_inner(),
        })
    }
}

/// What the threads of one fold share.
struct Run<'a> {
    table: &'a Table,
    columns: &'a [usize],
    observer: &'a dyn Observer,
    units: &'a [Unit],
    next: AtomicUsize,
    failed: AtomicUsize,
    interrupted: AtomicBool,
    error: Mutex<Option<DataError>>,
    rows: AtomicU64,
    filtered_out: AtomicU64,
}

impl Run<'_> {
    /// Takes units in order until none is left or an earlier one failed.
    fn work(&self, step: &mut dyn FnMut(&Piece<'_>) -> Result<(), DataError>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = self.units.get(at) else {
                return;
            };
            if at > self.failed.load(Ordering::Relaxed) || self.interrupted.load(Ordering::Relaxed)
            {
                return;
            }
            match self.unit(*unit, step) {
                Ok(()) => {}
                Err(DataError::Interrupted) => {
                    self.interrupted.store(true, Ordering::Relaxed);
                    return;
                }
                Err(error) => {
                    let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
                    if at < self.failed.fetch_min(at, Ordering::Relaxed) {
                        *first = Some(error);
                    }
                    return;
                }
            }
        }
    }

    fn unit(
        &self,
        unit: Unit,
        step: &mut dyn FnMut(&Piece<'_>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let part = &self.table.parts[unit.part];
        let filter = self.table.filter.as_ref();
        if let (Some(filter), Some(rows)) = (filter, unit.rows)
            && filter.excludes(part, unit)
        {
            self.filtered_out.fetch_add(rows, Ordering::Relaxed);
            self.observer.advance(rows);
            return Ok(());
        }
        let mut positions = self.columns.to_vec();
        positions.extend(filter.into_iter().flat_map(Filter::columns));
        let slots = self.table.needed.slots(unit.part, &positions);
        part.read(unit, &slots, &mut |rows| {
            if self.observer.cancelled() || self.interrupted.load(Ordering::Relaxed) {
                return Err(DataError::Interrupted);
            }
            self.rows(part, unit, rows, step)?;
            self.observer.advance(rows.len as u64);
            Ok(())
        })
    }

    fn rows(
        &self,
        part: &Part,
        unit: Unit,
        rows: &Rows<'_>,
        step: &mut dyn FnMut(&Piece<'_>) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let (columns, for_filter) = rows.columns.split_at(self.columns.len());
        let decimal = part.decimal();
        let (first, lines) = (rows.first, rows.lines);
        let mut piece = Piece {
            columns,
            len: rows.len,
            decimal,
            part,
            unit,
            first,
            lines,
            mask: None,
        };
        let Some(filter) = self.table.filter.as_ref() else {
            self.rows.fetch_add(rows.len as u64, Ordering::Relaxed);
            return step(&piece);
        };
        let explain = |(at, error): (usize, ColumnError)| piece.explain(filter.name(at), error);
        let mask = filter
            .mask(for_filter, rows.len, decimal)
            .map_err(explain)?;
        let kept = mask.true_count();
        self.rows.fetch_add(kept as u64, Ordering::Relaxed);
        self.filtered_out
            .fetch_add((rows.len - kept) as u64, Ordering::Relaxed);
        if kept == 0 {
            return Ok(());
        }
        if kept == rows.len {
            return step(&piece);
        }
        let kernel = FilterBuilder::new(&mask).optimize().build();
        let kept_columns = columns
            .iter()
            .map(|column| column.filter(&kernel).map_err(|cause| part.damaged(&cause)))
            .collect::<Result<Vec<_>, _>>()?;
        piece.columns = &kept_columns;
        piece.len = kept;
        piece.mask = Some(&mask);
        step(&piece)
    }
}
