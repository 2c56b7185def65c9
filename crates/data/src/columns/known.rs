//! Probabilities that somebody knows: of having got a label, of belonging to a group.

use waage_core::block::outcome;

use super::number::Numbers;
use crate::DataError;
use crate::decode::{PlannedColumn, PlannedMembership};
use crate::fold::Piece;

/// How far the probabilities of a row may sum beside 1.
const SUM_TOLERANCE: f64 = 1e-6;

/// The least propensity of a row with a label: a weight over it stays within what sums hold.
const PROPENSITY_MIN: f64 = 1e-12;

/// A number as a message shows it.
fn shown(value: f64) -> String {
    match value.is_nan() {
        true => "missing or no number".to_owned(),
        false => value.to_string(),
    }
}

/// Reads propensities; keeps its memory between batches.
#[derive(Default)]
pub(crate) struct Propensities {
    numbers: Numbers,
}

impl Propensities {
    /// One propensity per row, NaN where a row without a label has none, and how many rows without
    /// a label could not get one.
    pub fn read<'a>(
        &'a mut self,
        piece: &'a Piece<'_>,
        PlannedColumn { at, name }: &PlannedColumn,
        outcomes: &[u8],
    ) -> Result<(&'a [f64], u64), DataError> {
        let values = self
            .numbers
            .read(piece.columns[*at].array(), piece.decimal)
            .map_err(|error| piece.explain(name, error))?;
        let mut uncovered = 0;
        for (row, (value, outcome)) in values.iter().zip(outcomes).enumerate() {
            let labelled = outcome::label(*outcome) != outcome::LABEL_MISSING;
            let good = match labelled {
                true => (PROPENSITY_MIN..=1.0).contains(value),
                false => value.is_nan() || (0.0..=1.0).contains(value),
            };
            if !good {
                return Err(DataError::Propensity {
                    column: name.clone(),
                    value: shown(*value),
                    place: piece.place(row),
                });
            }
            uncovered += u64::from(!labelled && *value == 0.0);
        }
        Ok((values, uncovered))
    }
}

/// Reads probabilities of belonging to groups; keeps its memory between batches.
#[derive(Default)]
pub(crate) struct Members {
    numbers: Vec<Numbers>,
    sums: Vec<f64>,
}

impl Members {
    /// The columns of every attribute, one after the other: one probability per row.
    pub fn read<'a>(
        &'a mut self,
        piece: &'a Piece<'_>,
        plan: &[PlannedMembership],
    ) -> Result<Vec<&'a [f64]>, DataError> {
        let columns = plan.iter().map(|of| of.columns.len()).sum();
        self.numbers.resize_with(columns, Numbers::default);
        let mut numbers = self.numbers.iter_mut();
        let mut read: Vec<&[f64]> = Vec::with_capacity(columns);
        for of in plan {
            let first = read.len();
            for (PlannedColumn { at, name }, numbers) in of.columns.iter().zip(&mut numbers) {
                let values = numbers
                    .read(piece.columns[*at].array(), piece.decimal)
                    .map_err(|error| piece.explain(name, error))?;
                read.push(values);
            }
            check(piece, of, &read[first..], &mut self.sums)?;
        }
        Ok(read)
    }
}

/// Fails at the first row whose numbers are no probabilities of all groups.
fn check(
    piece: &Piece<'_>,
    of: &PlannedMembership,
    columns: &[&[f64]],
    sums: &mut Vec<f64>,
) -> Result<(), DataError> {
    sums.clear();
    sums.resize(piece.len, 0.0);
    for column in columns {
        for (sum, q) in sums.iter_mut().zip(*column) {
            // What is no probability makes the sum none either.
            *sum += if (0.0..=1.0).contains(q) {
                *q
            } else {
                f64::NAN
            };
        }
    }
    let wrong = |sum: &f64| sum.is_nan() || (sum - 1.0).abs() > SUM_TOLERANCE;
    let Some(row) = sums.iter().position(wrong) else {
        return Ok(());
    };
    let attribute = of.name.clone();
    let place = piece.place(row);
    let odd = columns
        .iter()
        .zip(&of.columns)
        .find(|(column, _)| !(0.0..=1.0).contains(&column[row]));
    Err(match odd {
        Some((column, PlannedColumn { name, .. })) => DataError::Probability {
            attribute,
            column: name.clone(),
            value: shown(column[row]),
            place,
        },
        None => DataError::ProbabilitySum {
            attribute,
            sum: sums[row],
            place,
        },
    })
}
