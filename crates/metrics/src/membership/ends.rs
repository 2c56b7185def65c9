//! Between which ends a rate of a group lies when only probabilities of belonging to it are known.
//!
//! In a proxy cell of mass `P` let `h` be the mass of hits, `m` that of misses, and `Q` the mass that
//! belongs to the group. Whatever the rows really are, the group's hits lie between
//! `max(0, Q + h − P)` and `min(Q, h)`, its misses between `max(0, Q + m − P)` and `min(Q, m)`
//! (Fréchet). Lay the cell out as hits, others, misses: taking the group's mass from the front gives
//! the most hits and the fewest misses at once, from the back the reverse. So the ends of the rate
//! `H/(H + M)` of sums over cells are reached, and two groups, one taken from the front and the other
//! from the back, never meet, because their masses sum to `P` at most: the ends of a difference or
//! ratio of two groups are those of interval arithmetic, sharp for any number of groups.

use crate::confusion::{Part, Tie};

/// Masses of one cell: all of it, the hits, the misses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct CellMass {
    pub all: f64,
    pub hits: f64,
    pub misses: f64,
}

/// Hits and misses of a group over cells: what is expected of its probabilities, and both extremes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Extremes {
    /// Fewest hits and most misses.
    least: [f64; 2],
    /// Most hits and fewest misses.
    most: [f64; 2],
}

impl Extremes {
    /// Adds a cell in which the group has the mass `own`.
    pub fn add(&mut self, own: f64, cell: CellMass) {
        let CellMass { all, hits, misses } = cell;
        // What is certain adds no rounding: with `own` all of the cell or nothing, both are exact.
        let least = |part: f64| (own - (all - part)).max(0.0).min(part);
        let most = |part: f64| own.min(part).max(0.0);
        self.least[0] += least(hits);
        self.least[1] += most(misses);
        self.most[0] += most(hits);
        self.most[1] += least(misses);
    }

    /// The same with this mass of hits and misses added.
    pub fn with_prior(mut self, prior: [f64; 2]) -> Self {
        for (side, mass) in prior.into_iter().enumerate() {
            self.least[side] += mass;
            self.most[side] += mass;
        }
        self
    }

    /// The least and the greatest rate; from 0 to 1 where the denominator may be empty, `None` where
    /// it is.
    pub fn ends(&self) -> Option<[f64; 2]> {
        let rate = |[hits, misses]: [f64; 2]| {
            let trials = hits + misses;
            (trials > 0.0).then(|| hits / trials)
        };
        match (rate(self.least), rate(self.most)) {
            (None, None) => None,
            (least, most) => Some([least.unwrap_or(0.0), most.unwrap_or(1.0)]),
        }
    }
}

/// The shares of each outcome that are hits and misses.
pub(super) fn shares(hit: &[Part], miss: &[Part], tie: Tie) -> Vec<(f64, f64)> {
    let share = |parts: &[Part], o: u8| {
        let units: u64 = parts.iter().map(|part| part.units(o, tie)).sum();
        units as f64 / tie.tied as f64
    };
    (0..waage_core::block::outcome::COUNT as u8)
        .map(|o| (share(hit, o), share(miss, o)))
        .collect()
}

/// The ends of the difference of two rates whose ends are reached together.
pub(super) fn difference(group: [f64; 2], reference: [f64; 2]) -> [f64; 2] {
    [group[0] - reference[1], group[1] - reference[0]]
}

/// The ends of their ratio; infinite where the reference may be 0.
pub(super) fn ratio(group: [f64; 2], reference: [f64; 2]) -> [f64; 2] {
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::INFINITY };
    let low = match reference[1] > 0.0 {
        true => group[0] / reference[1],
        false => 0.0,
    };
    [low, over(group[1], reference[0])]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of FORMULAS §6.
    #[test]
    fn the_ends_are_those_of_the_worked_example() {
        let (mut a, mut b) = (Extremes::default(), Extremes::default());
        for (p, q, d) in [(0.5, 0.9, 0.6), (0.3, 0.5, 0.4), (0.2, 0.1, 0.2)] {
            let cell = CellMass {
                all: p,
                hits: p * d,
                misses: p * (1.0 - d),
            };
            a.add(p * q, cell);
            b.add(p * (1.0 - q), cell);
        }
        let near = |found: [f64; 2], want: [f64; 2]| {
            for (x, y) in found.iter().zip(want) {
                assert!((x - y).abs() < 1e-9, "{found:?} {want:?}");
            }
        };
        let (a, b) = (a.ends().unwrap(), b.ends().unwrap());
        near(a, [0.403_225_806, 0.709_677_419]);
        near(b, [0.052_631_579, 0.552_631_579]);
        near(difference(a, b), [-0.149_405_772, 0.657_045_840]);
    }

    #[test]
    fn certain_rows_leave_nothing_open() {
        let mut own = Extremes::default();
        let cell = |hits, misses| CellMass {
            all: 3.0 + hits + misses,
            hits,
            misses,
        };
        let certain = cell(1.0, 7.0);
        own.add(certain.all, certain);
        own.add(0.0, cell(2.0, 4.0));
        let [low, high] = own.ends().unwrap();
        assert_eq!((low, high), (0.125, 0.125));
        assert_eq!(Extremes::default().ends(), None);
    }

    /// Rows of groups × (hit, other, miss) in each of some cells: a true joint distribution.
    fn joints(groups: usize) -> impl Strategy<Value = Vec<Vec<[u32; 3]>>> {
        let counts = prop::array::uniform3(0_u32..9);
        prop::collection::vec(prop::collection::vec(counts, groups), 1..5)
    }

    fn of_cells(cells: &[Vec<[u32; 3]>], group: usize) -> Option<[f64; 2]> {
        let mut extremes = Extremes::default();
        for joint in cells {
            let sum = |o: usize| joint.iter().map(|row| f64::from(row[o])).sum::<f64>();
            let cell = CellMass {
                all: sum(0) + sum(1) + sum(2),
                hits: sum(0),
                misses: sum(2),
            };
            let own = joint[group].iter().copied().map(f64::from).sum();
            extremes.add(own, cell);
        }
        extremes.ends()
    }

    fn rate(cells: &[Vec<[u32; 3]>], group: usize) -> Option<f64> {
        let sum = |o: usize| cells.iter().map(|j| f64::from(j[group][o])).sum::<f64>();
        let trials = sum(0) + sum(2);
        (trials > 0.0).then(|| sum(0) / trials)
    }

    /// Every way to fill the margins of one cell: by group, hits, others, misses.
    fn fillings(rows: &[u32], columns: [u32; 3]) -> Vec<Vec<[u32; 3]>> {
        let Some((own, rest)) = rows.split_first() else {
            return vec![Vec::new()];
        };
        let mut out = Vec::new();
        for h in 0..=(*own).min(columns[0]) {
            for o in 0..=(own - h).min(columns[1]) {
                let m = own - h - o;
                if m > columns[2] {
                    continue;
                }
                let left = [columns[0] - h, columns[1] - o, columns[2] - m];
                for mut tail in fillings(rest, left) {
                    tail.insert(0, [h, o, m]);
                    out.push(tail);
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn ends_hold_the_truth_of_any_joint_distribution(cells in joints(3)) {
            let ends: Vec<_> = (0..3).map(|g| of_cells(&cells, g)).collect();
            for g in 0..3 {
                let Some(truth) = rate(&cells, g) else { continue };
                let [low, high] = ends[g].unwrap();
                prop_assert!(low - 1e-12 <= truth && truth <= high + 1e-12);
                let Some(other) = rate(&cells, (g + 1) % 3) else { continue };
                let pair = [ends[g].unwrap(), ends[(g + 1) % 3].unwrap()];
                let [low, high] = difference(pair[0], pair[1]);
                prop_assert!(low - 1e-12 <= truth - other && truth - other <= high + 1e-12);
                if other > 0.0 {
                    let [low, high] = ratio(pair[0], pair[1]);
                    prop_assert!(low - 1e-12 <= truth / other && truth / other <= high + 1e-12);
                }
            }
        }

        /// All ways to fill two small cells of three groups, tried out.
        #[test]
        fn ends_of_two_of_three_groups_are_reached_together(
            cells in prop::collection::vec(
                prop::collection::vec(prop::array::uniform3(0_u32..3), 3), 1..3),
        ) {
            let each: Vec<Vec<Vec<[u32; 3]>>> = cells
                .iter()
                .map(|joint| {
                    let rows: Vec<u32> = joint.iter().map(|row| row.iter().sum()).collect();
                    let column = |o: usize| joint.iter().map(|row| row[o]).sum();
                    fillings(&rows, [column(0), column(1), column(2)])
                })
                .collect();
            let (Some(a), Some(b)) = (of_cells(&cells, 0), of_cells(&cells, 1)) else {
                return Ok(());
            };
            let [low, high] = difference(a, b);
            let (mut least, mut most, mut open) = (f64::INFINITY, f64::NEG_INFINITY, false);
            let second = each.get(1).map_or_else(|| vec![None], |all| all.iter().map(Some).collect());
            for first in &each[0] {
                for second in &second {
                    let mut filled = vec![first.clone()];
                    filled.extend(second.cloned());
                    match (rate(&filled, 0), rate(&filled, 1)) {
                        (Some(x), Some(y)) => {
                            least = least.min(x - y);
                            most = most.max(x - y);
                        }
                        _ => open = true,
                    }
                }
            }
            // Where a denominator may be empty the ends are outer ones.
            prop_assume!(!open);
            prop_assert!((least - low).abs() < 1e-12, "{} {}", least, low);
            prop_assert!((most - high).abs() < 1e-12, "{} {}", most, high);
        }
    }
}
