//! Distances between distribution functions of scores.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{ALL, LABELLED, Masses, NEGATIVE, POSITIVE, Stretch, stretches};
use crate::confusion::exact_ratio;
use crate::disparity::Value;

/// `max_t |F_pos(t) − F_neg(t)|`, the largest distance between the distribution functions of the
/// scores of positives and of negatives: also `max |TPR − FPR|` over all thresholds.
///
/// Range 0..1; biased upward in small groups (0.1 and more below a hundred rows of a class even
/// where scores say nothing), which its interval takes out. Unweighted the exact rational.
///
/// # Errors
/// `one_class_only`.
pub fn ks_statistic(table: &ScoreTable) -> Value {
    if table.is_weighted() {
        let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
        if positive <= 0.0 || negative <= 0.0 {
            return Err(Reason::OneClassOnly);
        }
        let (mut p, mut q, mut most) = (0.0, 0.0, 0.0_f64);
        for at in 0..table.places() {
            p += table.mass(POSITIVE, at);
            q += table.mass(NEGATIVE, at);
            most = most.max((p / positive - q / negative).abs());
        }
        return Ok(most.min(1.0));
    }
    let mut gap = Gap::new(LABELLED.map(|label| table.count(label)));
    stretches(table, |stretch| gap.add(stretch));
    gap.value()
}

/// The largest distance between the distribution functions of unweighted negatives and positives,
/// exactly, while places are walked in order.
#[derive(Clone)]
pub(crate) struct Gap {
    classes: [u64; 2],
    /// Distance at the last place, and the largest one, in pairs of all.
    now: i128,
    most: u128,
}

impl Gap {
    /// No place yet, of so many negatives and positives.
    pub const fn new(classes: [u64; 2]) -> Self {
        Self {
            classes,
            now: 0,
            most: 0,
        }
    }

    /// The largest distance of all places, in pairs of all.
    pub const fn measured(classes: [u64; 2], most: u128) -> Self {
        Self {
            classes,
            now: 0,
            most,
        }
    }

    /// Goes on over the next places.
    pub fn add(&mut self, stretch: Stretch<'_>) {
        let [negative, positive] = self.classes;
        let small = positive
            .checked_mul(negative)
            .is_some_and(|pairs| i64::try_from(pairs).is_ok());
        let places = stretch.rows[POSITIVE].iter().zip(stretch.rows[NEGATIVE]);
        if small {
            // No distance is larger than all pairs.
            let (q, p) = (negative as i64, positive as i64);
            let (mut now, mut most) = (self.now as i64, 0_i64);
            for (&here, &there) in places {
                now += here as i64 * q - there as i64 * p;
                most = most.max(now.abs());
            }
            self.now = i128::from(now);
            self.most = self.most.max(u128::from(most.unsigned_abs()));
            return;
        }
        for (&here, &there) in places {
            self.now += i128::from(here) * i128::from(negative);
            self.now -= i128::from(there) * i128::from(positive);
            self.most = self.most.max(self.now.unsigned_abs());
        }
    }

    /// The distance.
    pub fn value(&self) -> Value {
        match self.classes.map(u128::from).iter().product() {
            0 => Err(Reason::OneClassOnly),
            pairs => Ok(exact_ratio(self.most, pairs)),
        }
    }
}

/// How far the statistic of binned scores may be below that of the scores: the largest share of a
/// class in one bin.
#[must_use]
pub fn slack(table: &ScoreTable) -> f64 {
    let totals = LABELLED.map(|label| table.total(label));
    let share = |at: usize| {
        let of = |label: usize| table.mass(label, at) / totals[label].max(f64::MIN_POSITIVE);
        of(NEGATIVE).max(of(POSITIVE))
    };
    (0..table.places()).map(share).fold(0.0, f64::max)
}

/// `max_t |F_g(t) − F_r(t)|` between the scores of two groups, with or without labels: 0 where they
/// are distributed alike, 1 where no score of one reaches the other's.
///
/// # Errors
/// `no_scores` when a side is empty.
pub fn ks_ordered(group: &ScoreTable, reference: &ScoreTable) -> Value {
    let mut most = 0.0_f64;
    steps(group, reference, |_, gap| most = most.max(gap.abs()))?;
    Ok(most.min(1.0))
}

/// `∫ |F_g(t) − F_r(t)| dt`, the least mean distance by which scores of one group have to be moved
/// to become distributed as the other's (Wasserstein's distance of order 1), in units of the score.
///
/// It equals the distance of the means where one group scores higher throughout.
///
/// # Errors
/// `no_scores` when a side is empty.
pub fn wasserstein_1(group: &ScoreTable, reference: &ScoreTable) -> Value {
    let (mut area, mut before) = (0.0, None);
    steps(group, reference, |score, gap| {
        if let Some((from, height)) = before {
            area += (score - from) * height;
        }
        before = Some((score, gap.abs()));
    })?;
    Ok(area)
}

/// The largest share of a table's rows in one bin: how far a distribution function may be off inside
/// it.
#[must_use]
pub fn share_max(table: &ScoreTable) -> f64 {
    let total = table.total_of(&ALL).max(f64::MIN_POSITIVE);
    let shares = (0..table.places()).map(|at| table.mass_of(&ALL, at) / total);
    shares.fold(0.0, f64::max)
}

/// Calls `visit` with every score of either table, ascending, and `F_g − F_r` from there on.
fn steps(
    group: &ScoreTable,
    reference: &ScoreTable,
    mut visit: impl FnMut(f64, f64),
) -> Result<(), Reason> {
    let (of_group, of_reference) = (group.total_of(&ALL), reference.total_of(&ALL));
    if of_group <= 0.0 || of_reference <= 0.0 {
        return Err(Reason::NoScores);
    }
    let (mut i, mut j, mut g, mut r) = (0, 0, 0.0, 0.0);
    while i < group.places() || j < reference.places() {
        let left = group.scores.get(i).copied().unwrap_or(f64::INFINITY);
        let right = reference.scores.get(j).copied().unwrap_or(f64::INFINITY);
        if left <= right {
            g += group.mass_of(&ALL, i);
            i += 1;
        }
        if right <= left {
            r += reference.mass_of(&ALL, j);
            j += 1;
        }
        visit(left.min(right), g / of_group - r / of_reference);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn the_statistic_is_that_of_the_worked_example() {
        assert_eq!(ks_statistic(&fixture::e3_all()), Ok(18.0 / 35.0));
    }

    #[test]
    fn the_statistic_is_the_largest_gap_at_any_threshold() {
        for seed in 0..40 {
            for weighted in [false, true] {
                let rows = fixture::random(seed, 25, 8, weighted);
                let share = |label: u8, t: f64| {
                    let of = |keep: &dyn Fn(f64) -> bool| -> f64 {
                        let rows = rows.iter().filter(|r| r.1 == label && keep(r.0));
                        rows.map(|r| r.2).sum()
                    };
                    of(&|s| s >= t) / of(&|_| true)
                };
                let gaps = rows.iter().map(|r| (share(1, r.0) - share(0, r.0)).abs());
                let most = gaps.fold(0.0, f64::max);
                let found = ks_statistic(&from_rows(&rows, weighted)).unwrap();
                assert!((found - most).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn distances_between_groups_are_those_of_step_functions() {
        let rows = |scores: &[f64]| {
            let rows: Vec<_> = scores.iter().map(|s| (*s, 2, 1.0)).collect();
            from_rows(&rows, false)
        };
        let (a, b) = (rows(&[0.0, 1.0, 3.0]), rows(&[5.0, 6.0, 8.0]));
        assert!((wasserstein_1(&a, &b).unwrap() - 5.0).abs() < 1e-12);
        assert_eq!(ks_ordered(&a, &b), Ok(1.0));
        // Crossing: a 0, 4; b 1, 3. Sorted pairs are 1 and 1 apart.
        let (a, b) = (rows(&[0.0, 4.0]), rows(&[1.0, 3.0]));
        assert!((wasserstein_1(&a, &b).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(ks_ordered(&a, &b), Ok(0.5));
        assert_eq!(ks_ordered(&a, &a), Ok(0.0));
        assert_eq!(
            wasserstein_1(&a, &ScoreTable::default()),
            Err(Reason::NoScores)
        );
    }

    #[test]
    fn binned_statistics_are_too_low_by_the_bound_at_most() {
        for seed in 0..20 {
            let rows = fixture::random(seed, 80, 1000, false);
            let binned: Vec<_> = rows
                .iter()
                .map(|r| ((r.0 * 8.0).floor() / 8.0, r.1, r.2))
                .collect();
            let (exact, binned) = (from_rows(&rows, false), from_rows(&binned, false));
            let gap = ks_statistic(&exact).unwrap() - ks_statistic(&binned).unwrap();
            assert!((0.0..=slack(&binned) + 1e-12).contains(&gap));
        }
    }
}
