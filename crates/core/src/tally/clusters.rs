//! Clusters: which rows are of one person or household, and what those hold together.
//!
//! Rows of a cluster depend on each other, so replicates draw clusters. All that a draw needs of a
//! cluster is its rows (with weights: their sum) by cell and outcome, and by score where scores are
//! kept; clusters that hold the same are one [`Pattern`] with a number: a multinomial draw of
//! patterns is a draw of clusters.

use super::scores::from_ordered_bits;

/// The image of no score, behind those of all scores.
pub(super) const NO_SCORE: u64 = u64::MAX;

/// What a cluster holds of one cell and outcome, and of one score where scores are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Position of the cell.
    pub cell: u32,
    /// The outcome.
    pub outcome: u8,
    /// Rows.
    pub rows: u64,
    /// Σw; the rows without weights.
    pub weight: f64,
    /// Image of the score, or [`NO_SCORE`].
    pub(super) image: u64,
}

impl Held {
    /// The score of these rows; `None` for rows without one, and where scores are not kept.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        (self.image != NO_SCORE).then(|| from_ordered_bits(self.image))
    }

    /// Where it is held.
    pub(super) const fn place(&self) -> (u32, u8, u64) {
        (self.cell, self.outcome, self.image)
    }

    /// The order of what is held; weights are compared as bits, for they are not negative.
    const fn key(&self) -> ((u32, u8, u64), u64, u64) {
        (self.place(), self.rows, self.weight.to_bits())
    }
}

/// Clusters that hold the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// By cell, then by outcome, then by score; never empty.
    pub held: Box<[Held]>,
    /// How many clusters.
    pub clusters: u64,
}

/// All clusters of a tally as distinct patterns, in the order of what they hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    patterns: Vec<Pattern>,
    scored: bool,
}

impl Clusters {
    /// The distinct patterns of some that may be alike; empty ones are left out.
    pub(super) fn of(mut patterns: Vec<(Vec<Held>, u64)>, scored: bool) -> Self {
        let order = |held: &[Held], other: &[Held]| {
            held.iter().map(Held::key).cmp(other.iter().map(Held::key))
        };
        patterns.retain(|(held, _)| !held.is_empty());
        patterns.sort_by(|(a, _), (b, _)| order(a, b));
        patterns.dedup_by(|next, first| {
            let alike = order(&first.0, &next.0).is_eq();
            if alike {
                first.1 += next.1;
            }
            alike
        });
        Self {
            patterns: patterns
                .into_iter()
                .map(|(held, clusters)| Pattern {
                    held: held.into(),
                    clusters,
                })
                .collect(),
            scored,
        }
    }

    /// The same clusters with what they hold at other places, scores forgotten; rows whose place is
    /// `None` are left out, and clusters without any row.
    #[must_use]
    pub fn placed(&self, place: impl Fn(u32, u8, Option<f64>) -> Option<(u32, u8)>) -> Self {
        let moved = |held: &Held| {
            let (cell, outcome) = place(held.cell, held.outcome, held.score())?;
            Some((cell, outcome, NO_SCORE))
        };
        self.moved(moved, false)
    }

    /// The same clusters in other cells, scores kept; rows whose cell is `None` are left out.
    #[must_use]
    pub(super) fn in_cells(&self, place: impl Fn(u32) -> Option<u32>) -> Self {
        let moved = |held: &Held| Some((place(held.cell)?, held.outcome, held.image));
        self.moved(moved, self.scored)
    }

    fn moved(&self, place: impl Fn(&Held) -> Option<(u32, u8, u64)>, scored: bool) -> Self {
        let of_pattern = |pattern: &Pattern| {
            let held = pattern.held.iter().filter_map(|held| {
                let (cell, outcome, image) = place(held)?;
                Some(Held {
                    cell,
                    outcome,
                    image,
                    ..*held
                })
            });
            let mut held: Vec<Held> = held.collect();
            // Stable: what falls together is added in the order of the old places.
            held.sort_by_key(Held::place);
            (joined(held), pattern.clusters)
        };
        Self::of(self.patterns.iter().map(of_pattern).collect(), scored)
    }

    /// Whether what is held is told by score too.
    #[must_use]
    pub const fn has_scores(&self) -> bool {
        self.scored
    }

    /// The distinct patterns.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The number of clusters.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.patterns.iter().map(|pattern| pattern.clusters).sum()
    }
}

/// What is held in order, each place once.
pub(super) fn joined(mut held: Vec<Held>) -> Vec<Held> {
    held.dedup_by(|next, first| {
        let same = first.place() == next.place();
        if same {
            first.rows += next.rows;
            first.weight += next.weight;
        }
        same
    });
    held
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(cell: u32, image: u64) -> Held {
        Held {
            cell,
            outcome: 0,
            rows: 1,
            weight: 1.0,
            image,
        }
    }

    #[test]
    fn places_that_fall_together_are_added_and_empty_clusters_leave() {
        let patterns = vec![
            (vec![held(0, NO_SCORE), held(1, NO_SCORE)], 1),
            (vec![held(2, NO_SCORE)], 1),
        ];
        let clusters = Clusters::of(patterns, false);
        let fewer = clusters.placed(|cell, outcome, _| (cell < 2).then_some((0, outcome)));
        assert_eq!((fewer.count(), fewer.patterns()[0].held[0].rows), (1, 2));
    }

    #[test]
    fn cells_change_and_scores_stay() {
        let scored = super::super::scores::ordered_bits(0.25);
        let patterns = vec![(vec![held(0, scored), held(1, scored)], 1)];
        let clusters = Clusters::of(patterns, true);
        let one = clusters.in_cells(|_| Some(0));
        let part = one.patterns()[0].held[0];
        assert_eq!((part.rows, part.score()), (2, Some(0.25)));
        assert!(one.has_scores());
        let by_score = |_, outcome, score: Option<f64>| Some(((score? * 4.0) as u32, outcome));
        assert_eq!(one.placed(by_score).patterns()[0].held[0].cell, 1);
    }
}
