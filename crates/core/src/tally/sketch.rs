//! What a cell keeps of the scores of one outcome.

use super::grid::Grid;
use super::key::{Key, Weighted};
use super::run::{Run, ScoreSums};

/// The scores of one list: one by one, or on the grid. All lists of a tally are of one kind.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scores {
    /// Distinct scores.
    Plain(Run<u64>),
    /// Distinct pairs of score and weight.
    Weighted(Run<Weighted>),
    /// Too many to be kept.
    Grid(Grid),
}

/// A kind of key that scores can be kept by.
pub(crate) trait Kind: Key {
    fn wrap(run: Run<Self>) -> Scores;
    fn unwrap(scores: &Scores) -> Option<&Run<Self>>;
}

impl Kind for u64 {
    fn wrap(run: Run<Self>) -> Scores {
        Scores::Plain(run)
    }
    fn unwrap(scores: &Scores) -> Option<&Run<Self>> {
        match scores {
            Scores::Plain(run) => Some(run),
            _ => None,
        }
    }
}

impl Kind for Weighted {
    fn wrap(run: Run<Self>) -> Scores {
        Scores::Weighted(run)
    }
    fn unwrap(scores: &Scores) -> Option<&Run<Self>> {
        match scores {
            Scores::Weighted(run) => Some(run),
            _ => None,
        }
    }
}

impl Scores {
    /// Entries that count against the limit; none on the grid.
    pub fn entries(&self) -> usize {
        match self {
            Self::Plain(run) => run.len(),
            Self::Weighted(run) => run.len(),
            Self::Grid(_) => 0,
        }
    }

    fn folded(self) -> Grid {
        match self {
            Self::Plain(run) => Grid::of(&run),
            Self::Weighted(run) => Grid::of(&run),
            Self::Grid(grid) => grid,
        }
    }
}

/// The scores of one (cell, outcome) and their exact sums.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScoreList {
    /// Follows from the scores unless they are on the grid.
    pub sums: ScoreSums,
    pub scores: Scores,
}

impl ScoreList {
    pub fn of<K: Kind>(run: Run<K>) -> Self {
        Self {
            sums: ScoreSums::of(&run),
            scores: K::wrap(run),
        }
    }

    /// Counts the scores on the grid, where they are not yet.
    pub fn fold(&mut self) {
        let scores = std::mem::replace(&mut self.scores, Scores::Grid(Grid::default()));
        self.scores = Scores::Grid(scores.folded());
    }

    /// The list of both lists' rows.
    pub fn merge(self, other: Self) -> Self {
        let mut sums = self.sums;
        sums.merge(&other.sums);
        let scores = match (self.scores, other.scores) {
            (Scores::Plain(a), Scores::Plain(b)) => Scores::Plain(a.merge(b)),
            (Scores::Weighted(a), Scores::Weighted(b)) => Scores::Weighted(a.merge(b)),
            (a, b) => Scores::Grid(a.folded().merge(&b.folded())),
        };
        Self { sums, scores }
    }
}
