//! Rows as codes: one column after another.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::bins::{Bins, Column, Scale};
use crate::kernel::{self, STRIP};
use crate::model::{CategoryRule, InputCast};
use crate::simd::{self, Level};

/// The codes of one column for all rows of a block.
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
    /// One entry per column of the bins.
    pub columns: Vec<Codes>,
    /// The number of rows.
    pub rows: usize,
}

impl CodeBlock {
    /// Turns rows (rows × features; NaN is missing) into codes, columns in parallel.
    #[must_use]
    pub fn new(
        bins: &Bins,
        rows: ArrayView2<'_, f64>,
        cast: InputCast,
        rule: CategoryRule,
    ) -> Self {
        let columns = bins.columns().par_iter().map(|column| {
            let values = rows.column(column.feature as usize);
            if column.codes() <= 256 {
                Codes::Narrow(encode(column, values.iter().copied(), cast, rule, |c| {
                    c as u8
                }))
            } else {
                Codes::Wide(encode(column, values.iter().copied(), cast, rule, |c| c))
            }
        });
        Self {
            columns: columns.collect(),
            rows: rows.nrows(),
        }
    }
}

fn encode<C: Copy>(
    column: &Column,
    values: impl ExactSizeIterator<Item = f64>,
    cast: InputCast,
    rule: CategoryRule,
    narrow: impl Fn(u16) -> C,
) -> Vec<C> {
    let Scale::Cuts(cuts) = &column.scale else {
        return values.map(|x| narrow(column.code(x, cast, rule))).collect();
    };
    let level = Level::best();
    let cuts = kernel::padded(cuts);
    let mut out = Vec::with_capacity(values.len());
    let mut strip = [0.0; STRIP];
    let mut codes = [0_u16; STRIP];
    let mut values = values;
    while values.len() > 0 {
        let count = STRIP.min(values.len());
        for (place, x) in strip.iter_mut().zip(values.by_ref().take(count)) {
            *place = cast.apply(x);
        }
        simd::search(level, &cuts, &strip, &mut codes);
        out.extend(codes[..count].iter().map(|code| narrow(*code)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bins::Questions;
    use crate::model::{Missing, Split, Test};

    #[test]
    fn fast_codes_are_the_codes_of_the_column() {
        for count in [1_usize, 2, 3, 4, 7, 8, 9, 255, 256, 300] {
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
            let mut values: Vec<f64> = (0..700).map(|i| f64::from(i) / 2.0 - 10.0).collect();
            values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            let rows = ArrayView2::from_shape((values.len(), 1), &values).expect("one column");
            let block = CodeBlock::new(&bins, rows, InputCast::F64, CategoryRule::Exact);
            let found: Vec<u16> = match &block.columns[0] {
                Codes::Narrow(c) => c.iter().map(|c| u16::from(*c)).collect(),
                Codes::Wide(c) => c.clone(),
            };
            let column = &bins.columns()[0];
            let wanted: Vec<u16> = values
                .iter()
                .map(|x| column.code(*x, InputCast::F64, CategoryRule::Exact))
                .collect();
            assert_eq!(found, wanted, "{count} cuts");
        }
    }
}
