//! The largest difference that luck alone makes: outcomes dealt out anew among the rows.

use rayon::prelude::*;
use waage_core::observer::Observer;
use waage_core::random::Stream;

use super::count::strides;
use super::search::{Conditions, Found, Request};
use super::tables::Tables;

/// Stream of the first permutation; the bootstrap's streams end far below.
const FIRST_STREAM: u64 = 1 << 41;
/// Statistics this close are tied: they come from the same counts by another way.
const TIE: f64 = 1e-9;

/// Family-wise p-values of the subgroups that a search found, in their order: the share of
/// permutations whose largest statistic over all tested conjunctions is at least the subgroup's,
/// `(1 + #{T* ≥ t})/(1 + B)`. The statistic is the pooled z² of slice against complement.
///
/// `cells` are the combinations of a [`super::Cube`]. The outcomes of rows (label and decision
/// together) are dealt out anew, without replacement, so that the dependence between overlapping
/// conjunctions is the data's own. `None` when the observer cancels, or for a metric that is no
/// unweighted proportion.
#[must_use]
pub fn permute(
    tables: &Tables,
    cells: &[(Vec<usize>, Vec<u64>)],
    request: &Request,
    found: &Found,
    permutations: u32,
    seed: u64,
    observer: &dyn Observer,
) -> Option<Vec<f64>> {
    let units = tables.units(&request.measure)?;
    let game = Game::new(tables, units, found);
    let observed = game.statistics(|add| {
        for (levels, counts) in cells {
            add(levels, counts);
        }
    });
    let of: std::collections::HashMap<&Conditions, f64> = found.all.iter().zip(observed).collect();
    let rows: Vec<u64> = cells
        .iter()
        .map(|(_, counts)| counts.iter().sum())
        .collect();
    let pool: Vec<u64> = (0..game.units.len())
        .map(|class| cells.iter().map(|(_, counts)| counts[class]).sum())
        .collect();
    let largest: Vec<f64> = (0..u64::from(permutations))
        .into_par_iter()
        .filter(|_| !observer.cancelled())
        .map(|replicate| {
            let mut stream = Stream::new(seed, FIRST_STREAM + replicate);
            let mut left = pool.clone();
            let mut remaining: u64 = left.iter().sum();
            let mut dealt = vec![0; left.len()];
            let statistics = game.statistics(|add| {
                for ((levels, _), rows) in cells.iter().zip(&rows) {
                    dealt.fill(0);
                    for _ in 0..*rows {
                        let class = deal(&mut stream, &mut left, &mut remaining);
                        dealt[class] += 1;
                    }
                    add(levels, &dealt);
                }
            });
            observer.advance(1);
            statistics.into_iter().fold(0.0, f64::max)
        })
        .collect();
    if observer.cancelled() {
        return None;
    }
    let p = |statistic: f64| {
        let reached = |most: &&f64| **most >= statistic * (1.0 - TIE);
        let count = largest.iter().filter(reached).count();
        (1 + count) as f64 / (1 + largest.len()) as f64
    };
    let values = found.subgroups.iter().map(|subgroup| {
        let statistic = of.get(&subgroup.conditions).copied().unwrap_or(0.0);
        p(statistic)
    });
    Some(values.collect())
}

/// Draws the class of one row from what is left.
fn deal(stream: &mut Stream, left: &mut [u64], remaining: &mut u64) -> usize {
    let mut at = stream.below(*remaining);
    *remaining = remaining.saturating_sub(1);
    for (class, count) in left.iter_mut().enumerate() {
        if at < *count {
            *count -= 1;
            return class;
        }
        at -= *count;
    }
    0
}

/// Everything that stays while outcomes are dealt out.
struct Game {
    /// Hits and trials that a row of each class adds.
    units: Vec<(u64, u64)>,
    /// Trials that one row is.
    whole: f64,
    /// Columns and steps of each table, and where its cells begin.
    tables: Vec<(Vec<usize>, Vec<usize>, usize)>,
    cells: usize,
    /// The cells of the tested conjunctions.
    tested: Vec<usize>,
}

impl Game {
    fn new(tables: &Tables, (units, whole): (Vec<(u64, u64)>, u64), found: &Found) -> Self {
        let mut begin = 0;
        let mut of = Vec::new();
        for table in &tables.tables {
            of.push((table.columns.clone(), strides(&table.sizes), begin));
            begin += table.sizes.iter().product::<usize>();
        }
        let tested = found
            .all
            .iter()
            .filter_map(|conditions| {
                let columns: Vec<usize> = conditions.iter().map(|(column, _)| *column).collect();
                let (_, steps, begin) = &of[tables.position(&columns)?];
                let at = conditions
                    .iter()
                    .zip(steps)
                    .map(|((_, level), step)| level * step);
                Some(begin + at.sum::<usize>())
            })
            .collect();
        Self {
            units,
            whole: whole as f64,
            tables: of,
            cells: begin,
            tested,
        }
    }

    /// The statistic of every tested conjunction for the rows that `fill` adds.
    fn statistics(&self, fill: impl FnOnce(&mut dyn FnMut(&[usize], &[u64]))) -> Vec<f64> {
        let mut sums = vec![(0_u64, 0_u64); self.cells];
        let mut all = (0_u64, 0_u64);
        fill(&mut |levels, counts| {
            let (mut hits, mut trials) = (0, 0);
            for (count, (hit, trial)) in counts.iter().zip(&self.units) {
                hits += count * hit;
                trials += count * trial;
            }
            all = (all.0 + hits, all.1 + trials);
            if trials == 0 {
                return;
            }
            for (columns, steps, begin) in &self.tables {
                let at: usize = columns
                    .iter()
                    .zip(steps)
                    .map(|(c, step)| levels[*c] * step)
                    .sum();
                let sum = &mut sums[begin + at];
                *sum = (sum.0 + hits, sum.1 + trials);
            }
        });
        self.tested
            .iter()
            .map(|at| z_square(sums[*at], all, self.whole))
            .collect()
    }
}

/// The pooled z² of a part against the rest; 0 where either has no trials or nothing differs.
fn z_square(part: (u64, u64), all: (u64, u64), whole: f64) -> f64 {
    let rest = (all.0 - part.0, all.1 - part.1);
    if part.1 == 0 || rest.1 == 0 || all.0 == 0 || all.0 == all.1 {
        return 0.0;
    }
    let share = |(hits, trials): (u64, u64)| hits as f64 / trials as f64;
    let pooled = share(all);
    let gap = share(part) - share(rest);
    let spread = pooled * (1.0 - pooled) * whole * (1.0 / part.1 as f64 + 1.0 / rest.1 as f64);
    gap * gap / spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistic_is_the_pooled_z_of_a_table() {
        let (z, _) = crate::hypothesis::z_pooled(24.0, 36.0, 60.0, 40.0).unwrap();
        let got = z_square((24, 60), (84, 160), 1.0);
        assert!((got - z * z).abs() < 1e-12, "{got}");
        // Rows counted in thirds of a tie.
        let thirds = z_square((72, 180), (252, 480), 3.0);
        assert!((thirds - z * z).abs() < 1e-12, "{thirds}");
    }

    #[test]
    fn dealing_gives_out_every_outcome_once() {
        let (mut left, mut remaining) = (vec![3, 0, 5], 8);
        let mut seen = [0; 3];
        let mut stream = Stream::new(1, FIRST_STREAM);
        for _ in 0..8 {
            seen[deal(&mut stream, &mut left, &mut remaining)] += 1;
        }
        assert_eq!((seen, left), ([3, 0, 5], vec![0, 0, 0]));
    }
}
