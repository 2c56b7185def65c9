//! Rows as codes: strip after strip, in each one column after another.

use ndarray::{ArrayView2, s};
use rayon::prelude::*;

use crate::bins::{Bins, Column, Scale};
use crate::kernel::{Ladder, STRIP};
use crate::model::{CategoryRule, InputCast};
use crate::simd::{self, Level};

/// The codes of one column for the rows of a strip.
#[derive(Clone, Debug, PartialEq)]
pub enum Codes {
    /// At most 256 codes.
    Narrow(Vec<u8>),
    /// More.
    Wide(Vec<u16>),
}

/// The codes of a block of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeBlock {
    /// Strips of [`STRIP`] rows (the last may have fewer), each with one entry per column of the bins:
    /// what a strip needs lies together.
    pub strips: Vec<Vec<Codes>>,
    /// The number of rows.
    pub rows: usize,
}

impl CodeBlock {
    /// Turns rows (rows × features; NaN is missing) into codes, strips in parallel.
    #[must_use]
    pub fn new(
        bins: &Bins,
        rows: ArrayView2<'_, f64>,
        cast: InputCast,
        rule: CategoryRule,
        level: Level,
    ) -> Self {
        let ladders: Vec<Option<Ladder>> = bins
            .columns()
            .iter()
            .map(|column| match &column.scale {
                Scale::Cuts(cuts) => Some(Ladder::new(cuts)),
                Scale::Categories(_) => None,
            })
            .collect();
        let strips = (0..rows.nrows().div_ceil(STRIP))
            .into_par_iter()
            .map(|strip| {
                let end = rows.nrows().min((strip + 1) * STRIP);
                let rows = rows.slice(s![strip * STRIP..end, ..]);
                let columns = bins.columns().iter().zip(&ladders);
                columns
                    .map(|(column, ladder)| {
                        encode(column, ladder.as_ref(), rows, cast, rule, level)
                    })
                    .collect()
            });
        Self {
            strips: strips.collect(),
            rows: rows.nrows(),
        }
    }

    /// The code of one row.
    #[must_use]
    pub fn code(&self, column: u32, row: usize) -> u16 {
        match &self.strips[row / STRIP][column as usize] {
            Codes::Narrow(codes) => u16::from(codes[row % STRIP]),
            Codes::Wide(codes) => codes[row % STRIP],
        }
    }
}

/// The codes of a column for one strip.
#[expect(
    clippy::cast_possible_truncation,
    reason = "narrow columns have at most 256 codes"
)]
fn encode(
    column: &Column,
    ladder: Option<&Ladder>,
    rows: ArrayView2<'_, f64>,
    cast: InputCast,
    rule: CategoryRule,
    level: Level,
) -> Codes {
    let values = rows.column(column.feature as usize);
    let mut codes = [0_u16; STRIP];
    match ladder {
        Some(ladder) => {
            let mut strip = [f64::NAN; STRIP];
            for (place, x) in strip.iter_mut().zip(values) {
                *place = cast.apply(*x);
            }
            simd::search(level, ladder, &strip[..values.len()], &mut codes);
        }
        None => {
            for (code, x) in codes.iter_mut().zip(values) {
                *code = column.code(*x, cast, rule);
            }
        }
    }
    let codes = &codes[..values.len()];
    if column.codes() <= 256 {
        Codes::Narrow(codes.iter().map(|code| *code as u8).collect())
    } else {
        Codes::Wide(codes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::Questions;
    use crate::model::{Missing, Split, Test};

    #[test]
    fn fast_codes_are_the_codes_of_the_column() {
        for count in [1_usize, 2, 15, 16, 17, 32, 255, 256, 257, 300, 5000] {
            let mut questions = Questions::default();
            for i in 0..count {
                questions.add(&Split {
                    feature: 0,
                    test: Test::Below {
                        threshold: i as f64,
                        or_equal: i % 2 == 0,
                    },
                    missing: Missing::Left(true),
                    left: 1,
                    right: 2,
                    cover: 1.0,
                });
            }
            let bins = questions.bins(CategoryRule::Exact);
            let mut values: Vec<f64> = (0..11_000).map(|i| f64::from(i) / 2.0 - 10.0).collect();
            values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            let rows = ArrayView2::from_shape((values.len(), 1), &values).expect("one column");
            let block = CodeBlock::new(
                &bins,
                rows,
                InputCast::F64,
                CategoryRule::Exact,
                Level::best(),
            );
            let found: Vec<u16> = (0..values.len()).map(|row| block.code(0, row)).collect();
            let column = &bins.columns()[0];
            let wanted: Vec<u16> = values
                .iter()
                .map(|x| column.code(*x, InputCast::F64, CategoryRule::Exact))
                .collect();
            assert_eq!(found, wanted, "{count} cuts");
        }
    }
}
