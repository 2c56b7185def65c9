//! Clusters: which rows are of one person or household, and what those hold together.
//!
//! Rows of a cluster depend on each other, so replicates draw clusters. All that a draw needs of a
//! cluster is its rows (with weights: their sum) by cell and outcome, and clusters that hold the
//! same are one [`Pattern`] with a number: a multinomial draw of patterns is a draw of clusters.

use super::TallyError;
use crate::block::ClusterKey;

/// Entries that may gather before they are put in order for the first time.
const GATHERED_MIN: usize = 1 << 16;

/// Rows of one cluster, one place and one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    cluster: ClusterKey,
    at: u32,
    /// Bits of the weight, which is not negative: ordered as the weights are.
    weight: u64,
    rows: u64,
}

impl Entry {
    fn is_like(&self, other: &Self) -> bool {
        (self.cluster, self.at, self.weight) == (other.cluster, other.at, other.weight)
    }
}

/// Gathers rows by cluster on one thread; merged by [`Gatherer::absorb`].
#[derive(Clone, Debug, Default)]
pub(super) struct Gatherer {
    clusters_max: u64,
    entries: Vec<Entry>,
    ordered: usize,
}

impl Gatherer {
    pub fn new(clusters_max: u64) -> Self {
        Self {
            clusters_max,
            ..Self::default()
        }
    }

    /// Takes the rows at these places (`slot · 12 + outcome`).
    pub fn add(
        &mut self,
        places: &[u32],
        clusters: &[ClusterKey],
        weights: Option<&[f64]>,
    ) -> Result<(), TallyError> {
        for (row, (&at, &cluster)) in places.iter().zip(clusters).enumerate() {
            // −0 and 0 weigh alike.
            let weight = weights.map_or(1.0, |weights| weights[row]) + 0.0;
            self.entries.push(Entry {
                cluster,
                at,
                weight: weight.to_bits(),
                rows: 1,
            });
        }
        if self.entries.len() < 2 * self.ordered.max(GATHERED_MIN) {
            return Ok(());
        }
        self.order()
    }

    /// Joins equal entries. Whoever passes the limit alone passes it with others too.
    fn order(&mut self) -> Result<(), TallyError> {
        self.entries.sort_unstable();
        self.entries.dedup_by(|next, first| {
            let alike = first.is_like(next);
            if alike {
                first.rows += next.rows;
            }
            alike
        });
        self.ordered = self.entries.len();
        let clusters = self.entries.chunk_by(|a, b| a.cluster == b.cluster).count();
        match clusters as u64 > self.clusters_max {
            true => Err(TallyError::TooManyClusters {
                limit: self.clusters_max,
            }),
            false => Ok(()),
        }
    }

    pub fn relocate(&mut self, place: impl Fn(u64) -> u64) {
        for entry in &mut self.entries {
            entry.at = place(u64::from(entry.at)) as u32;
        }
    }

    pub fn absorb(&mut self, other: Self) -> Result<(), TallyError> {
        self.entries.extend(other.entries);
        self.order()
    }

    /// What the clusters hold, given the cell and outcome of every place.
    pub fn finish(mut self, place: impl Fn(u64) -> (u32, u8)) -> Result<Clusters, TallyError> {
        self.order()?;
        let of_cluster = |entries: &[Entry]| {
            // Entries of a cell ascend in weight, whoever counted them: so sums are always the same.
            let mut held: Vec<Held> = entries
                .iter()
                .map(|entry| {
                    let (cell, outcome) = place(u64::from(entry.at));
                    Held {
                        cell,
                        outcome,
                        rows: entry.rows,
                        weight: entry.rows as f64 * f64::from_bits(entry.weight),
                    }
                })
                .collect();
            held.sort_by_key(Held::key);
            joined(held)
        };
        let entries = self.entries.chunk_by(|a, b| a.cluster == b.cluster);
        Ok(Clusters::of(
            entries.map(|entries| (of_cluster(entries), 1)).collect(),
        ))
    }
}

/// What a cluster holds of one cell and outcome.
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
}

impl Held {
    /// The order of what is held; weights are compared as bits, for they are not negative.
    const fn key(&self) -> (u32, u8, u64, u64) {
        (self.cell, self.outcome, self.rows, self.weight.to_bits())
    }
}

/// Clusters that hold the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// By cell, then by outcome; never empty.
    pub held: Box<[Held]>,
    /// How many clusters.
    pub clusters: u64,
}

/// All clusters of a tally as distinct patterns, in the order of what they hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    patterns: Vec<Pattern>,
}

impl Clusters {
    /// The distinct patterns of some that may be alike; empty ones are left out.
    pub(super) fn of(mut patterns: Vec<(Vec<Held>, u64)>) -> Self {
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
        }
    }

    /// The same clusters with their cells and outcomes at other places; rows whose place is `None`
    /// are left out, and clusters without any row.
    #[must_use]
    pub fn placed(&self, place: impl Fn(u32, u8) -> Option<(u32, u8)>) -> Self {
        let of_pattern = |pattern: &Pattern| {
            let held = pattern.held.iter().filter_map(|held| {
                let (cell, outcome) = place(held.cell, held.outcome)?;
                Some(Held {
                    cell,
                    outcome,
                    ..*held
                })
            });
            let mut held: Vec<Held> = held.collect();
            // Stable: what falls together is added in the order of the old places.
            held.sort_by_key(|held| (held.cell, held.outcome));
            (joined(held), pattern.clusters)
        };
        Self::of(self.patterns.iter().map(of_pattern).collect())
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

/// What is held in order, each cell and outcome once.
fn joined(mut held: Vec<Held>) -> Vec<Held> {
    held.dedup_by(|next, first| {
        let same = (first.cell, first.outcome) == (next.cell, next.outcome);
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

    fn gathered(rows: &[(u64, u32, f64)]) -> Gatherer {
        let mut gatherer = Gatherer::new(10);
        for &(cluster, at, weight) in rows {
            let weights = [weight];
            gatherer
                .add(&[at], &[[0, cluster]], Some(&weights))
                .unwrap();
        }
        gatherer
    }

    fn finished(gatherer: Gatherer) -> Result<Clusters, TallyError> {
        gatherer.finish(|at| ((at / 12) as u32, (at % 12) as u8))
    }

    #[test]
    fn clusters_that_hold_the_same_are_one_pattern() {
        let rows = [
            (7, 0, 1.0),
            (9, 0, 1.0),
            (7, 13, 1.0),
            (9, 13, 1.0),
            (8, 0, 1.0),
        ];
        let clusters = finished(gathered(&rows)).unwrap();
        let found: Vec<(usize, u64)> = clusters
            .patterns()
            .iter()
            .map(|p| (p.held.len(), p.clusters))
            .collect();
        assert_eq!(found, [(1, 1), (2, 2)]);
        assert_eq!(clusters.count(), 3);
    }

    #[test]
    fn sums_of_weights_do_not_depend_on_who_gathers_which_row() {
        let rows = [
            (1, 0, 0.1),
            (1, 0, 0.7),
            (2, 5, 1e16),
            (1, 0, 0.3),
            (2, 5, 1.0),
            (2, 5, 1.0),
        ];
        let whole = finished(gathered(&rows)).unwrap();
        for cut in 0..rows.len() {
            let mut late = gathered(&rows[cut..]);
            late.absorb(gathered(&rows[..cut])).unwrap();
            assert_eq!(finished(late).unwrap(), whole, "{cut}");
        }
    }

    #[test]
    fn more_clusters_than_the_limit_are_refused() {
        let rows: Vec<(u64, u32, f64)> = (0..11).map(|c| (c, 0, 1.0)).collect();
        let error = finished(gathered(&rows)).unwrap_err();
        assert_eq!(error, TallyError::TooManyClusters { limit: 10 });
        assert!(finished(gathered(&rows[1..])).is_ok());
    }

    #[test]
    fn places_that_fall_together_are_added_and_empty_clusters_leave() {
        let rows = [(1, 0, 1.0), (1, 12, 1.0), (2, 24, 1.0)];
        let clusters = finished(gathered(&rows)).unwrap();
        let fewer = clusters.placed(|cell, outcome| (cell < 2).then_some((0, outcome)));
        assert_eq!((fewer.count(), fewer.patterns()[0].held[0].rows), (1, 2));
    }
}
