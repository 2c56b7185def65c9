//! The cube: counts and exact sums per (sensitive attributes × strata × label × decision).
//!
//! A [`Builder`] is filled block by block, one per thread; [`Builder::finish`] gives the canonical
//! [`Tally`]: levels sorted, unused ones dropped, cells in order. Two tallies of disjoint rows
//! [`Tally::merge`] into the tally of all of them, to the last bit and in any order, because counts
//! are integers and sums are exact until they are read.

mod build;
mod bytes;
mod classes;
mod cluster_bytes;
mod clusters;
mod collect;
pub(crate) mod gather;
mod grid;
mod histogram;
mod key;
mod run;
mod scores;
mod sequence;
mod sketch;
mod tables;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::block::outcome;
use crate::exact_sum::ExactSum;
use crate::label::Attribute;
use sketch::ScoreList;

pub use build::{Builder, Limits};
pub use bytes::{Piece, TallyBytesError};
pub use clusters::{Clusters, Held, Pattern};
pub use scores::{from_ordered_bits, ordered_bits};
pub use sequence::{List, MergeRoom, Merged, Sequence};
pub use tables::{Counted, ScoreTable};
pub use view::{GroupTotals, Sums, View};

/// What a tally keeps beside the counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Sums of weights and of their squares.
    pub weights: bool,
    /// The scores, and sums of them and their squares.
    pub scores: bool,
    /// Which rows are of one cluster.
    pub clusters: bool,
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
    /// More clusters than the limit.
    #[error(
        "the rows are of more than {limit} clusters, which is the limit for rows that are not sorted by them; sort the rows by the cluster, or raise the limit with --max-clusters (each takes at least 48 bytes)"
    )]
    TooManyClusters {
        /// The limit.
        limit: u64,
    },
    /// Two tallies of different shape.
    #[error("tallies of different shape cannot be merged: {0}; make both with the same roles")]
    Shape(String),
}

/// One non-empty combination of levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    /// Rows by outcome.
    pub n: [u64; outcome::COUNT],
    /// Σw and Σw² by outcome: with weights, where rows occur.
    pub weights: BTreeMap<u8, [ExactSum; 2]>,
    /// Scores by outcome, where scored rows occur. Shared by the cubes that are cut of one.
    pub scores: BTreeMap<u8, Arc<ScoreList>>,
}

impl Cell {
    /// The cell of both cells' rows, as if they were of one kind.
    fn absorb(&mut self, other: Self) {
        for (a, b) in self.n.iter_mut().zip(other.n) {
            *a += b;
        }
        for (outcome, theirs) in other.weights {
            let mine = self.weights.entry(outcome).or_default();
            for (a, b) in mine.iter_mut().zip(&theirs) {
                a.merge(b);
            }
        }
        for (outcome, theirs) in other.scores {
            let merged = match self.scores.remove(&outcome) {
                Some(mine) => Arc::new(ScoreList::merge(
                    Arc::unwrap_or_clone(mine),
                    Arc::unwrap_or_clone(theirs),
                )),
                None => theirs,
            };
            self.scores.insert(outcome, merged);
        }
    }
}

/// The canonical cube: the only thing of the rows that an audit keeps.
///
/// Layout: attributes in the order given, sensitive ones first; cells by their level codes,
/// ascending. Only levels that occur are held. Scores are distinct entries, ascending, per cell and
/// outcome; once all of them are more than the limit, all are counts on the fixed grid instead.
/// Which of the two depends on the rows and the limit alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    attributes: Vec<Attribute>,
    sensitive: usize,
    kept: Kept,
    score_entries_max: u64,
    on_grid: bool,
    cells: BTreeMap<Box<[u32]>, Cell>,
    /// By position of the cells.
    clusters: Option<Clusters>,
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

    /// Distinct scores (with weights: pairs of score and weight) per cell and outcome that may be
    /// kept, in all.
    #[must_use]
    pub const fn score_entries_max(&self) -> u64 {
        self.score_entries_max
    }

    /// Whether every score is kept as it is, so that score metrics are exact; else scores are
    /// counted on the fixed grid. True where no scores are kept.
    #[must_use]
    pub const fn scores_are_exact(&self) -> bool {
        !self.on_grid
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

    /// The tally of both inputs' rows. Associative and commutative to the last bit. Of two limits
    /// of score entries the smaller holds.
    ///
    /// # Errors
    /// [`TallyError::Shape`] when attributes, their order or what is kept differ, or when clusters
    /// are kept: rows of one may be in both.
    pub fn merge(mut self, other: &Self) -> Result<Self, TallyError> {
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
        if self.clusters.is_some() || other.clusters.is_some() {
            return Err(TallyError::Shape(
                "rows of one cluster may be in both".to_owned(),
            ));
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
            score_entries_max: self.score_entries_max.min(other.score_entries_max),
            on_grid: self.on_grid || other.on_grid,
            cells: BTreeMap::new(),
            clusters: None,
            attributes,
        };
        if merged.on_grid {
            self.fold();
        }
        merged.take(std::mem::take(&mut self.cells), &self.attributes);
        merged.take(other.cells.clone(), &other.attributes);
        if merged.on_grid || merged.score_entries() > merged.score_entries_max {
            merged.fold();
        }
        Ok(merged)
    }

    /// Takes over cells whose codes are those of other labels.
    fn take(&mut self, cells: BTreeMap<Box<[u32]>, Cell>, attributes: &[Attribute]) {
        let maps: Vec<Vec<u32>> = attributes
            .iter()
            .zip(&self.attributes)
            .map(|(old, new)| {
                old.labels
                    .iter()
                    .map(|label| position(&new.labels, label))
                    .collect()
            })
            .collect();
        for (codes, cell) in cells {
            let codes = codes
                .iter()
                .zip(&maps)
                .map(|(code, map)| map[*code as usize])
                .collect();
            self.cells.entry(codes).or_default().absorb(cell);
        }
    }

    /// Entries of all score lists.
    fn score_entries(&self) -> u64 {
        let lists = self.cells.values().flat_map(|cell| cell.scores.values());
        lists.map(|list| list.scores.entries() as u64).sum()
    }

    /// Counts all scores on the grid.
    fn fold(&mut self) {
        self.on_grid = true;
        let cells: Vec<&mut Cell> = self.cells.values_mut().collect();
        cells.into_par_iter().for_each(|cell| {
            for list in cell.scores.values_mut() {
                Arc::make_mut(list).fold();
            }
        });
    }
}

/// The code of a label in a sorted list that holds it.
fn position(sorted: &[crate::label::Label], label: &crate::label::Label) -> u32 {
    sorted.partition_point(|l| l < label) as u32
}
