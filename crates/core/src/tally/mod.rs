//! The cube: counts and exact sums per (sensitive attributes × strata × label × decision).
//!
//! A [`Builder`] is filled block by block, one per thread; [`Builder::finish`] gives the canonical
//! [`Tally`]: levels sorted, unused ones dropped, cells in order. Two tallies of disjoint rows
//! [`Tally::merge`] into the tally of all of them, to the last bit and in any order, because counts
//! are integers and sums are exact until they are read.

mod build;
mod bytes;
mod scores;
mod tables;
mod view;

use std::collections::BTreeMap;

use crate::block::outcome;
use crate::exact_sum::ExactSum;
use crate::label::Attribute;

pub use build::{Builder, Limits};
pub use bytes::TallyBytesError;
pub use scores::{ScoreGrid, bin_of_score, bin_range};
pub use tables::ScoreTable;
pub use view::{GroupTotals, Sums, View};

/// What a tally keeps beside the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Sums of weights and of their squares.
    pub weights: bool,
    /// Sums of scores, their squares and a histogram.
    pub scores: bool,
}

/// A tally that could not be built or merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TallyError {
    /// More cells than the limit.
    #[error(
        "the sensitive attributes and strata form more than {limit} combinations that occur; use fewer attributes or coarser bins"
    )]
    TooManyCells {
        /// The limit.
        limit: usize,
    },
    /// More combinations than can be numbered.
    #[error(
        "the levels of the attributes multiply to more than 2^63 combinations; use fewer attributes or coarser bins"
    )]
    TooManyCombinations,
    /// Two tallies of different shape.
    #[error("tallies of different shape cannot be merged: {0}; make both with the same roles")]
    Shape(String),
}

/// Exact sums over the rows of one cell with one outcome.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExactSums {
    /// Σw, Σw²: with weights.
    pub weights: Option<Box<[ExactSum; 2]>>,
    /// Scored rows; Σws, Σws², and with weights Σw of the scored, Σw², Σw²s, Σw²s² too.
    pub scored: u64,
    /// Score sums in the order ws, wss, w, w2, w2s, w2ss; the last four only with weights.
    pub scores: Vec<ExactSum>,
}

impl ExactSums {
    fn merge(&mut self, other: &Self) {
        match (&mut self.weights, &other.weights) {
            (Some(mine), Some(theirs)) => {
                for (a, b) in mine.iter_mut().zip(theirs.iter()) {
                    a.merge(b);
                }
            }
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            _ => {}
        }
        self.scored += other.scored;
        if self.scores.is_empty() {
            self.scores.clone_from(&other.scores);
        } else {
            for (a, b) in self.scores.iter_mut().zip(&other.scores) {
                a.merge(b);
            }
        }
    }
}

/// One non-empty combination of levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// Rows by outcome.
    pub n: [u64; outcome::COUNT],
    /// Exact sums by outcome, where any are kept and rows occur.
    pub sums: BTreeMap<u8, ExactSums>,
    /// Rows by (outcome, score bin), ascending.
    pub scores: BTreeMap<(u8, u32), u64>,
}

impl Cell {
    fn merge(&mut self, other: &Self) {
        for (a, b) in self.n.iter_mut().zip(other.n) {
            *a += b;
        }
        for (outcome, sums) in &other.sums {
            self.sums.entry(*outcome).or_default().merge(sums);
        }
        for (key, count) in &other.scores {
            *self.scores.entry(*key).or_default() += count;
        }
    }
}

/// The canonical cube: the only thing of the rows that an audit keeps.
///
/// Layout: attributes in the order given, sensitive ones first; cells by their level codes,
/// ascending. Only levels that occur are held.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    attributes: Vec<Attribute>,
    sensitive: usize,
    kept: Kept,
    cells: BTreeMap<Box<[u32]>, Cell>,
}

impl Tally {
    /// The sensitive attributes and their levels.
    #[must_use]
    pub fn sensitive(&self) -> &[Attribute] {
        &self.attributes[..self.sensitive]
    }

    /// The strata and their levels.
    #[must_use]
    pub fn strata(&self) -> &[Attribute] {
        &self.attributes[self.sensitive..]
    }

    /// What is kept beside the counts.
    #[must_use]
    pub const fn kept(&self) -> Kept {
        self.kept
    }

    /// Non-empty cells.
    #[must_use]
    pub fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// Rows by outcome over all cells.
    #[must_use]
    pub fn outcomes(&self) -> [u64; outcome::COUNT] {
        let mut total = [0; outcome::COUNT];
        for cell in self.cells.values() {
            for (sum, n) in total.iter_mut().zip(cell.n) {
                *sum += n;
            }
        }
        total
    }

    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.outcomes().iter().sum()
    }

    /// The tally of both inputs' rows. Associative and commutative to the last bit.
    ///
    /// # Errors
    /// [`TallyError::Shape`] when attributes, their order or what is kept differ.
    pub fn merge(self, other: &Self) -> Result<Self, TallyError> {
        let names = |t: &Self| {
            t.attributes
                .iter()
                .map(|a| a.name.clone())
                .collect::<Vec<_>>()
        };
        if names(&self) != names(other) || self.sensitive != other.sensitive {
            return Err(TallyError::Shape(format!(
                "attributes {:?} and {:?}",
                names(&self),
                names(other)
            )));
        }
        if self.kept != other.kept {
            return Err(TallyError::Shape(
                "only one keeps weights or scores".to_owned(),
            ));
        }
        let attributes: Vec<Attribute> = self
            .attributes
            .iter()
            .zip(&other.attributes)
            .map(|(a, b)| {
                let mut labels = a.labels.clone();
                labels.extend_from_slice(&b.labels);
                labels.sort_unstable();
                labels.dedup();
                Attribute {
                    name: a.name.clone(),
                    labels,
                }
            })
            .collect();
        let mut merged = Self {
            sensitive: self.sensitive,
            kept: self.kept,
            cells: BTreeMap::new(),
            attributes,
        };
        for part in [&self, other] {
            let maps: Vec<Vec<u32>> = part
                .attributes
                .iter()
                .zip(&merged.attributes)
                .map(|(old, new)| {
                    old.labels
                        .iter()
                        .map(|l| position(&new.labels, l))
                        .collect()
                })
                .collect();
            for (codes, cell) in &part.cells {
                let codes = codes
                    .iter()
                    .zip(&maps)
                    .map(|(c, map)| map[*c as usize])
                    .collect();
                merged.cells.entry(codes).or_default().merge(cell);
            }
        }
        Ok(merged)
    }
}

/// The code of a label in a sorted list that holds it.
fn position(sorted: &[crate::label::Label], label: &crate::label::Label) -> u32 {
    sorted.partition_point(|l| l < label) as u32
}
