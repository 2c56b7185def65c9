//! The cut of a top-k moves with the rows: each replicate draws it again.
//!
//! Resampled rows have their own k-th score. If a replicate, at the cut of the data, selects `D`
//! rows too few, its own cut lies `D` rows lower, and those rows come from the cells in the
//! proportions in which cells occur next to the cut. To first order (Bahadur 1966) that is
//! `selected + D·f` with `f` the local shares, taken from the scores around the cut as far as the
//! cut itself strays. What is left out is of the order of the fourth root of the rows.

use waage_core::block::outcome;
use waage_core::tally::ScoreTable;

use crate::confusion::Tie;

/// Labels of an outcome.
const LABELS: usize = 3;
/// Standard deviations of the cut's rank within which scores count as next to it.
const REACH: f64 = 2.0;

/// A cut that holds a share of all decided rows.
#[derive(Clone, Debug, PartialEq)]
pub struct MovingCut {
    /// Share of the decided weight that is selected.
    share: f64,
    /// By cell and label: its part of the rows next to the cut; all together 1.
    local: Vec<[f64; LABELS]>,
}

impl MovingCut {
    /// The cut at `score` between the rows of `tables`, one per cell. `None` where nobody or
    /// everybody is selected, or where no row has a score.
    #[must_use]
    pub fn new(
        score: f64,
        tie: Tie,
        cells: &[[f64; outcome::COUNT]],
        tables: &[ScoreTable],
    ) -> Option<Self> {
        let (mut selected, mut decided) = (0.0, 0.0);
        for cell in cells {
            selected += selected_of(cell, tie.share());
            decided += decided_of(cell);
        }
        let share = selected / decided;
        if !(share > 0.0 && share < 1.0) || tables.len() != cells.len() {
            return None;
        }
        // Rows by distance from the cut in ranks: the nearest of both sides until the reach is full.
        let mut near: Vec<(f64, usize, usize, f64)> = Vec::new();
        for (cell, table) in tables.iter().enumerate() {
            for (at, value) in table.scores.iter().enumerate() {
                for label in 0..LABELS {
                    let rows = table.rows[label][at] as f64;
                    if rows > 0.0 {
                        near.push((value - score, cell, label, rows));
                    }
                }
            }
        }
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let rows: f64 = near.iter().map(|n| n.3).sum();
        let reach = (REACH * (rows * share * (1.0 - share)).sqrt()).max(1.0);
        let middle = near.partition_point(|n| n.0 < 0.0);
        let mut local = vec![[0.0; LABELS]; cells.len()];
        let mut take = |side: &mut dyn Iterator<Item = &(f64, usize, usize, f64)>| {
            // Whole groups of equal scores, so that no order among them matters.
            let (mut taken, mut last) = (0.0, None);
            for &(distance, cell, label, rows) in side {
                if taken >= reach && last != Some(distance) {
                    break;
                }
                local[cell][label] += rows;
                taken += rows;
                last = Some(distance);
            }
        };
        take(&mut near[middle..].iter());
        take(&mut near[..middle].iter().rev());
        let total: f64 = local.iter().flatten().sum();
        if total <= 0.0 {
            return None;
        }
        for part in local.iter_mut().flatten() {
            *part /= total;
        }
        Some(Self { share, local })
    }

    /// Moves the cut of drawn cells so that the share selected is that of the data.
    pub fn settle(&self, cells: &mut [[f64; outcome::COUNT]], tie_share: f64) {
        let (mut selected, mut decided) = (0.0, 0.0);
        for cell in cells.iter() {
            selected += selected_of(cell, tie_share);
            decided += decided_of(cell);
        }
        let missing = self.share * decided - selected;
        for (cell, local) in cells.iter_mut().zip(&self.local) {
            for (label, part) in local.iter().enumerate() {
                let (up, down) = (at(label, outcome::SELECTED), at(label, outcome::REJECTED));
                // The tie block is next to the cut: its rows move as others do.
                let tied = std::mem::take(&mut cell[at(label, outcome::TIED)]);
                cell[up] += tie_share * tied;
                cell[down] += (1.0 - tie_share) * tied;
                // Nobody can be moved who is not there.
                let moved = (missing * part).clamp(-cell[up], cell[down]);
                cell[up] += moved;
                cell[down] -= moved;
            }
        }
    }
}

const fn at(label: usize, decision: u8) -> usize {
    outcome::of(label as u8, decision) as usize
}

fn selected_of(cell: &[f64; outcome::COUNT], tie_share: f64) -> f64 {
    (0..LABELS)
        .map(|l| cell[at(l, outcome::SELECTED)] + tie_share * cell[at(l, outcome::TIED)])
        .sum()
}

fn decided_of(cell: &[f64; outcome::COUNT]) -> f64 {
    let decisions = [outcome::SELECTED, outcome::REJECTED, outcome::TIED];
    (0..LABELS)
        .flat_map(|l| decisions.map(|d| cell[at(l, d)]))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_core::random::Stream;

    /// Two groups with uniform scores, the second's shifted down; the same grid as a tally's.
    fn rows(n: usize, stream: &mut Stream) -> Vec<(usize, f64)> {
        (0..n)
            .map(|i| {
                let group = usize::from(i % 3 == 0);
                (group, stream.next_unit() - 0.2 * group as f64)
            })
            .collect()
    }

    fn cut(rows: &[(usize, f64)], share: f64) -> (f64, [[f64; outcome::COUNT]; 2]) {
        let mut scores: Vec<f64> = rows.iter().map(|(_, s)| *s).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let score = scores[(share * rows.len() as f64) as usize - 1];
        let mut cells = [[0.0; outcome::COUNT]; 2];
        for (group, s) in rows {
            let decision = if *s >= score {
                outcome::SELECTED
            } else {
                outcome::REJECTED
            };
            cells[*group][at(2, decision)] += 1.0;
        }
        (score, cells)
    }

    fn tables(rows: &[(usize, f64)]) -> Vec<ScoreTable> {
        (0..2)
            .map(|group| {
                let mut scores: Vec<f64> = rows
                    .iter()
                    .filter(|(g, _)| *g == group)
                    .map(|(_, s)| *s)
                    .collect();
                scores.sort_by(f64::total_cmp);
                let mut table = ScoreTable::default();
                for list in &mut table.rows {
                    list.resize(scores.len(), 0);
                }
                table.rows[2].fill(1);
                table.scores = scores;
                table
            })
            .collect()
    }

    /// Against the honest way: resample the rows, sort them, cut them.
    #[test]
    fn replicates_spread_as_those_of_rows_that_are_cut_again() {
        let (mut settled, mut fixed) = (0.0, 0.0);
        const SETS: u64 = 8;
        for seed in 0..SETS {
            let [one, other] = spreads(seed);
            assert!((0.85..1.15).contains(&one), "{seed}: {one}");
            settled += one / SETS as f64;
            fixed += other / SETS as f64;
        }
        assert!((settled - 1.0).abs() < 0.04, "{settled}");
        // A fixed cut lets the number selected vary too.
        assert!(fixed > 1.3, "{fixed}");
    }

    /// The spreads of a group's rate over replicates that settle the cut and over those that do not,
    /// as shares of that over rows which are drawn and cut again.
    fn spreads(seed: u64) -> [f64; 2] {
        let (n, share) = (1500, 0.3);
        let data = rows(n, &mut Stream::new(seed, 0));
        let (score, cells) = cut(&data, share);
        let moving = MovingCut::new(score, Tie::NONE, &cells, &tables(&data)).unwrap();
        let rate = |cell: &[f64; outcome::COUNT]| selected_of(cell, 0.0) / decided_of(cell);
        let mut spread = [Vec::new(), Vec::new(), Vec::new()];
        for replicate in 1..=1500 {
            let mut stream = Stream::new(seed, replicate);
            let drawn: Vec<(usize, f64)> = (0..n)
                .map(|_| data[(stream.next_unit() * n as f64) as usize])
                .collect();
            let (_, again) = cut(&drawn, share);
            let mut fixed = [[0.0; outcome::COUNT]; 2];
            for (group, s) in &drawn {
                let decision = if *s >= score {
                    outcome::SELECTED
                } else {
                    outcome::REJECTED
                };
                fixed[*group][at(2, decision)] += 1.0;
            }
            let mut settled = fixed;
            moving.settle(&mut settled, 0.0);
            assert!(
                (selected_of(&settled[0], 0.0) + selected_of(&settled[1], 0.0) - 450.0).abs()
                    < 1e-6
            );
            for (values, cells) in spread.iter_mut().zip([again, settled, fixed]) {
                values.push(rate(&cells[0]));
            }
        }
        let deviation = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            (squares / values.len() as f64).sqrt()
        };
        let [honest, settled, fixed] = spread.map(|values| deviation(&values));
        [settled / honest, fixed / honest]
    }

    #[test]
    fn cuts_that_select_nobody_or_everybody_do_not_move() {
        let data = rows(90, &mut Stream::new(1, 0));
        let mut cells = [[0.0; outcome::COUNT]; 2];
        cells[0][at(2, outcome::SELECTED)] = 90.0;
        assert_eq!(MovingCut::new(0.0, Tie::NONE, &cells, &tables(&data)), None);
    }
}
