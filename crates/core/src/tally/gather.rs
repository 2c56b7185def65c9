//! Gathering rows by cluster: one gatherer per thread.
//!
//! Every cluster has its entries until all rows are counted, for any later row may be of it. Past
//! the limit of clusters that is given up for rows sorted by them: there a cluster that neither
//! begins nor ends a block is complete, and counts as one of its pattern. Rows turn out not to be
//! sorted when a block does not ascend or two blocks overlap; then the limit stands. So whether it
//! does depends on the rows and their blocks, never on a thread.

use std::collections::{HashMap, HashSet};

use super::TallyError;
use super::clusters::{Clusters, Held, NO_SCORE, joined};
use super::scores::ordered_bits;
use crate::block::{ClusterKey, Clustered, Span};

/// Entries that may gather before they are put in order for the first time.
const GATHERED_MIN: u64 = 1 << 16;
/// The same where very few clusters may occur.
const GATHERED_LEAST: u64 = 1 << 8;

/// Equal rows of one cluster at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Part {
    at: u32,
    /// Bits of the weight, which is not negative: ordered as the weights are.
    weight: u64,
    /// Image of the score, or [`NO_SCORE`].
    score: u64,
    rows: u64,
}

impl Part {
    const fn key(&self) -> (u32, u64, u64) {
        (self.at, self.weight, self.score)
    }

    const fn without_score(mut self) -> Self {
        self.score = NO_SCORE;
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    cluster: ClusterKey,
    part: Part,
}

/// Clusters that are complete, by what they hold.
#[derive(Clone, Debug, Default)]
struct Complete {
    patterns: HashMap<Box<[Part]>, u64>,
    clusters: u64,
    /// Parts of all of them, each cluster by itself.
    parts: u64,
}

impl Complete {
    fn add(&mut self, held: Box<[Part]>, clusters: u64) {
        self.clusters += clusters;
        self.parts += held.len() as u64 * clusters;
        *self.patterns.entry(held).or_default() += clusters;
    }

    /// The same with other parts, which may fall together.
    fn change(&mut self, change: impl Fn(Part) -> Part) {
        let patterns = std::mem::take(self).patterns;
        for (held, clusters) in patterns {
            let mut held: Vec<Part> = held.iter().map(|part| change(*part)).collect();
            held.sort_unstable();
            held.dedup_by(|next, first| {
                let alike = first.key() == next.key();
                if alike {
                    first.rows += next.rows;
                }
                alike
            });
            self.add(held.into(), clusters);
        }
    }
}

/// Gathers rows by cluster on one thread; merged by [`Gatherer::absorb`].
#[derive(Clone, Debug)]
pub(crate) struct Gatherer {
    clusters_max: u64,
    /// Parts with scores that may be kept; beyond, scores are forgotten.
    parts_max: u64,
    scored: bool,
    entries: Vec<Entry>,
    ordered: usize,
    complete: Complete,
    /// What blocks lie between in each order, as long as all ascend in it.
    spans: [Option<Vec<Span>>; 2],
}

impl Gatherer {
    /// Keeps the scores of at most so many parts; none of 0.
    pub fn new(clusters_max: u64, parts_max: u64) -> Self {
        Self {
            clusters_max,
            parts_max,
            scored: parts_max > 0,
            entries: Vec::new(),
            ordered: 0,
            complete: Complete::default(),
            spans: [(); 2].map(|()| Some(Vec::new())),
        }
    }

    /// Takes the rows at these places (`slot · 12 + outcome`).
    pub fn add(
        &mut self,
        places: &[u32],
        clusters: Clustered<'_>,
        weights: Option<&[f64]>,
        scores: Option<&[f64]>,
    ) -> Result<(), TallyError> {
        for (row, (&at, &cluster)) in places.iter().zip(clusters.keys).enumerate() {
            // −0 and 0 weigh alike.
            let weight = weights.map_or(1.0, |weights| weights[row]) + 0.0;
            let score = scores.filter(|_| self.scored).map(|scores| scores[row]);
            let score = score.filter(|score| score.is_finite());
            self.entries.push(Entry {
                cluster,
                part: Part {
                    at,
                    weight: weight.to_bits(),
                    score: score.map_or(NO_SCORE, ordered_bits),
                    rows: 1,
                },
            });
        }
        for (known, span) in self.spans.iter_mut().zip(clusters.spans) {
            match (known.as_mut(), span) {
                (Some(known), Some(span)) => known.push(span.clone()),
                _ => *known = None,
            }
        }
        let least = self.clusters_max.clamp(GATHERED_LEAST, GATHERED_MIN) as usize;
        if self.entries.len() < 2 * self.ordered.max(least) {
            return Ok(());
        }
        self.order()
    }

    /// Joins equal entries. Whoever passes a limit alone passes it with others too.
    fn order(&mut self) -> Result<(), TallyError> {
        self.join();
        if self.scored && self.entries.len() as u64 + self.complete.parts > self.parts_max {
            self.forget_scores();
        }
        let open = self.entries.chunk_by(|a, b| a.cluster == b.cluster).count();
        if open as u64 + self.complete.clusters > self.clusters_max {
            self.complete_all()?;
        }
        self.ordered = self.entries.len();
        Ok(())
    }

    fn join(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup_by(|next, first| {
            let alike = (first.cluster, first.part.key()) == (next.cluster, next.part.key());
            if alike {
                first.part.rows += next.part.rows;
            }
            alike
        });
    }

    fn forget_scores(&mut self) {
        self.scored = false;
        for entry in &mut self.entries {
            entry.part = entry.part.without_score();
        }
        self.join();
        self.complete.change(Part::without_score);
    }

    /// Counts every cluster that no other row can be of as one of its pattern.
    fn complete_all(&mut self) -> Result<(), TallyError> {
        let mut sorted = self.spans.iter_mut().flatten();
        let Some(spans) = sorted.find_map(|spans| are_apart(spans).then_some(spans)) else {
            return Err(TallyError::TooManyClusters {
                limit: self.clusters_max,
            });
        };
        let ends = spans.iter().flat_map(|span| [span.first.1, span.last.1]);
        let ends: HashSet<ClusterKey> = ends.collect();
        let mut open = Vec::new();
        for of_cluster in self.entries.chunk_by(|a, b| a.cluster == b.cluster) {
            if ends.contains(&of_cluster[0].cluster) {
                open.extend_from_slice(of_cluster);
            } else {
                let held = of_cluster.iter().map(|entry| entry.part).collect();
                self.complete.add(held, 1);
            }
        }
        self.entries = open;
        Ok(())
    }

    pub fn relocate(&mut self, place: impl Fn(u64) -> u64) {
        let relocated = |part: Part| Part {
            at: place(u64::from(part.at)) as u32,
            ..part
        };
        for entry in &mut self.entries {
            entry.part = relocated(entry.part);
        }
        self.complete.change(relocated);
    }

    pub fn absorb(&mut self, mut other: Self) -> Result<(), TallyError> {
        if self.scored != other.scored {
            self.forget_scores();
            other.forget_scores();
        }
        self.entries.extend(other.entries);
        for (held, clusters) in other.complete.patterns {
            self.complete.add(held, clusters);
        }
        for (mine, theirs) in self.spans.iter_mut().zip(other.spans) {
            *mine = mine.take().zip(theirs).map(|(mut mine, theirs)| {
                mine.extend(theirs);
                mine
            });
        }
        self.order()
    }

    /// What the clusters hold, given the cell and outcome of every place.
    pub fn finish(mut self, place: impl Fn(u64) -> (u32, u8)) -> Result<Clusters, TallyError> {
        self.order()?;
        let of_cluster = |parts: &mut dyn Iterator<Item = Part>| {
            // Parts of a place ascend in weight, whoever counted them: so sums are always the same.
            let mut held: Vec<Held> = parts
                .map(|part| {
                    let (cell, outcome) = place(u64::from(part.at));
                    Held {
                        cell,
                        outcome,
                        rows: part.rows,
                        weight: part.rows as f64 * f64::from_bits(part.weight),
                        image: part.score,
                    }
                })
                .collect();
            held.sort_by_key(Held::place);
            joined(held)
        };
        let open = self.entries.chunk_by(|a, b| a.cluster == b.cluster);
        let open = open.map(|entries| (of_cluster(&mut entries.iter().map(|e| e.part)), 1));
        let complete = self.complete.patterns.iter();
        let complete =
            complete.map(|(held, clusters)| (of_cluster(&mut held.iter().copied()), *clusters));
        Ok(Clusters::of(open.chain(complete).collect(), self.scored))
    }
}

/// Whether no two of the spans share more than an end; puts them in order.
fn are_apart(spans: &mut [Span]) -> bool {
    spans.sort_unstable();
    spans
        .windows(2)
        .all(|pair| pair[0].last.0 <= pair[1].first.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Id;

    type Row = (u64, u32, f64, f64);

    fn plain(cluster: u64, at: u32, weight: f64) -> Row {
        (cluster, at, weight, f64::NAN)
    }

    /// One block of rows, with its span where they ascend.
    fn add(gatherer: &mut Gatherer, rows: &[Row]) -> Result<(), TallyError> {
        let places: Vec<u32> = rows.iter().map(|row| row.1).collect();
        let keys: Vec<ClusterKey> = rows.iter().map(|row| [0, row.0]).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let scores: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let end = |row: &Row| (Id::Int(row.0.into()), [0, row.0]);
        let span = Span {
            first: end(&rows[0]),
            last: end(&rows[rows.len() - 1]),
        };
        let clusters = Clustered {
            keys: &keys,
            spans: [rows.is_sorted_by_key(|row| row.0).then_some(&span), None],
        };
        gatherer.add(&places, clusters, Some(&weights), Some(&scores))
    }

    fn gathered(rows: &[Row], block: usize, limits: (u64, u64)) -> Result<Gatherer, TallyError> {
        let mut gatherer = Gatherer::new(limits.0, limits.1);
        rows.chunks(block)
            .try_for_each(|rows| add(&mut gatherer, rows))?;
        Ok(gatherer)
    }

    fn finished(gatherer: Gatherer) -> Result<Clusters, TallyError> {
        gatherer.finish(|at| ((at / 12) as u32, (at % 12) as u8))
    }

    fn of_rows(rows: &[Row]) -> Clusters {
        finished(gathered(rows, 1, (10, 0)).unwrap()).unwrap()
    }

    #[test]
    fn clusters_that_hold_the_same_are_one_pattern() {
        let rows = [(7, 0), (9, 0), (7, 13), (9, 13), (8, 0)];
        let clusters = of_rows(&rows.map(|(cluster, at)| plain(cluster, at, 1.0)));
        let patterns = clusters.patterns().iter();
        let found: Vec<(usize, u64)> = patterns.map(|p| (p.held.len(), p.clusters)).collect();
        assert_eq!(found, [(1, 1), (2, 2)]);
        assert_eq!(clusters.count(), 3);
    }

    #[test]
    fn sums_of_weights_do_not_depend_on_who_gathers_which_row() {
        let rows = [
            plain(1, 0, 0.1),
            plain(1, 0, 0.7),
            plain(2, 5, 1e16),
            plain(1, 0, 0.3),
            plain(2, 5, 1.0),
            plain(2, 5, 1.0),
        ];
        let whole = of_rows(&rows);
        for cut in 1..rows.len() {
            let mut late = gathered(&rows[cut..], 2, (10, 0)).unwrap();
            let early = gathered(&rows[..cut], 2, (10, 0)).unwrap();
            late.absorb(early).unwrap();
            assert_eq!(finished(late).unwrap(), whole, "{cut}");
        }
    }

    /// Three rows of every cluster, sorted; places and scores repeat.
    fn sorted(clusters: u64) -> Vec<Row> {
        let row = |i: u64| (i / 3, (i * i % 25) as u32, 1.0, (i % 7) as f64 / 8.0);
        (0..3 * clusters).map(row).collect()
    }

    #[test]
    fn sorted_rows_may_be_of_more_clusters_than_the_limit() {
        let rows = sorted(5_000);
        for parts_max in [0, u64::MAX] {
            let whole = finished(gathered(&rows, 100, (5_000, parts_max)).unwrap()).unwrap();
            assert_eq!((whole.count(), whole.has_scores()), (5_000, parts_max > 0));
            let one = gathered(&rows, 100, (40, parts_max)).unwrap();
            assert!(one.entries.len() < 4_000, "{}", one.entries.len());
            assert_eq!(finished(one).unwrap(), whole);
            // Blocks dealt out to two threads, which end in the midst of a cluster.
            let [mut a, mut b] = [(); 2].map(|()| Gatherer::new(40, parts_max));
            for (i, rows) in rows.chunks(100).enumerate() {
                add(if i % 3 == 0 { &mut a } else { &mut b }, rows).unwrap();
            }
            b.absorb(a).unwrap();
            assert_eq!(finished(b).unwrap(), whole);
        }
    }

    #[test]
    fn unsorted_rows_of_more_clusters_than_the_limit_are_refused() {
        let error = TallyError::TooManyClusters { limit: 40 };
        let refused = |rows: &[Row]| {
            let found = gathered(rows, 100, (40, 0)).and_then(finished);
            assert_eq!(found.unwrap_err(), error);
            // Whichever thread sees which half.
            let halves = rows.split_at(rows.len() / 2);
            let both = gathered(halves.0, 100, (40, 0)).and_then(|mut first| {
                first.absorb(gathered(halves.1, 100, (40, 0))?)?;
                finished(first)
            });
            assert_eq!(both.unwrap_err(), error);
        };
        let mut twice = sorted(1_000);
        twice.extend(sorted(1_000));
        refused(&twice);
        let mut turned = sorted(1_000);
        turned.reverse();
        refused(&turned);
        let mut once = sorted(1_000);
        once.push(once[10]);
        refused(&once);
        let few: Vec<Row> = (0..41).map(|c| plain(40 - c, 0, 1.0)).collect();
        assert_eq!(gathered(&few, 41, (40, 0)).and_then(finished), Err(error));
        assert!(gathered(&few[1..], 41, (40, 0)).and_then(finished).is_ok());
    }

    #[test]
    fn scores_are_kept_until_they_are_too_many() {
        let rows = sorted(300);
        let scored = finished(gathered(&rows, 100, (300, 900)).unwrap()).unwrap();
        assert!(scored.has_scores());
        let parts: u64 = scored
            .patterns()
            .iter()
            .map(|p| p.held.len() as u64 * p.clusters)
            .sum();
        let bare = finished(gathered(&rows, 100, (300, 0)).unwrap()).unwrap();
        for (limit, kept) in [(parts, true), (parts - 1, false)] {
            for halved in [false, true] {
                let mut found = gathered(&rows[..450], 100, (300, limit)).unwrap();
                let rest = gathered(&rows[450..], 100, (300, limit)).unwrap();
                if halved {
                    found.absorb(rest).unwrap();
                } else {
                    found = gathered(&rows, 100, (300, limit)).unwrap();
                }
                let found = finished(found).unwrap();
                assert_eq!(found.has_scores(), kept);
                assert_eq!(found, if kept { scored.clone() } else { bare.clone() });
            }
        }
        let merged = scored.placed(|cell, outcome, _| Some((cell, outcome)));
        assert_eq!(merged, bare);
    }
}
