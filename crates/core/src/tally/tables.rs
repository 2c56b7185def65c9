//! Score tables: the scores of a group in order, with the rows of each label at each score.

use std::collections::BTreeMap;

use super::{Cell, Tally, bin_range};
use crate::block::outcome;

/// The scores of a group, ascending, and what lies at each: all that a score metric needs.
///
/// Layout: parallel vectors, one place per distinct score (or per bin of the fixed grid where the
/// scores were too many to be kept). Indices of the outer arrays are label codes
/// ([`outcome::LABEL_NEGATIVE`], [`outcome::LABEL_POSITIVE`], [`outcome::LABEL_MISSING`]). Rows
/// without a score are in none of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreTable {
    /// Distinct scores; on the grid the middle of each bin.
    pub scores: Vec<f64>,
    /// Rows by label code.
    pub rows: [Vec<u64>; 3],
    /// Σw by label code; `None` where every row weighs 1.
    pub weights: Option<[Vec<f64>; 3]>,
    /// Σw² by label code; `None` where every row weighs 1.
    pub squares: Option<[Vec<f64>; 3]>,
    /// On the grid: least and greatest score of each bin; `None` where the scores are exact.
    pub widths: Option<Vec<(f64, f64)>>,
}

impl ScoreTable {
    /// Whether `scores` are the scores of the rows themselves, not the middles of bins.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.widths.is_none()
    }
}

impl Tally {
    /// The score tables of the groups of a view, in the order of [`Tally::view`]'s groups; empty
    /// ones where no scores are kept.
    #[must_use]
    pub fn score_tables(&self, axes: &[usize]) -> Vec<ScoreTable> {
        let mut merged: BTreeMap<Vec<u32>, Vec<&Cell>> = BTreeMap::new();
        for (codes, cell) in &self.cells {
            let key = axes.iter().map(|&axis| codes[axis]).collect();
            merged.entry(key).or_default().push(cell);
        }
        merged.values().map(|cells| table(cells)).collect()
    }

    /// The score table of all rows.
    #[must_use]
    pub fn score_table_all(&self) -> ScoreTable {
        self.score_tables(&[]).pop().unwrap_or_default()
    }
}

fn table(cells: &[&Cell]) -> ScoreTable {
    let mut bins: BTreeMap<u32, [u64; 3]> = BTreeMap::new();
    for ((o, bin), n) in cells.iter().flat_map(|cell| &cell.scores) {
        bins.entry(*bin).or_default()[usize::from(outcome::label(*o))] += n;
    }
    let mut table = ScoreTable::default();
    let mut widths = Vec::with_capacity(bins.len());
    for (bin, rows) in bins {
        let (low, high) = bin_range(bin);
        table.scores.push(low + (high - low) / 2.0);
        widths.push((low, high));
        for (list, n) in table.rows.iter_mut().zip(rows) {
            list.push(n);
        }
    }
    table.widths = Some(widths);
    table
}
