//! Average precision.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{Masses, NEGATIVE, POSITIVE};
use crate::disparity::Value;

/// `Σ_t (Rec_t − Rec_{t−1})·Prec_t` over distinct scores, descending: precision at each positive,
/// averaged, without interpolation.
///
/// Range 0..1; scores that say nothing reach about the base rate, so values of groups with different
/// base rates are not alike.
///
/// # Errors
/// `no_positives`.
pub fn average_precision(table: &ScoreTable) -> Value {
    let positive = table.total(POSITIVE);
    if positive <= 0.0 {
        return Err(Reason::NoPositives);
    }
    let (mut p, mut q, mut sum) = (0.0, 0.0, 0.0);
    for at in (0..table.places()).rev() {
        let here = table.mass(POSITIVE, at);
        p += here;
        q += table.mass(NEGATIVE, at);
        if here > 0.0 {
            sum += here * (p / (p + q));
        }
    }
    Ok((sum / positive).min(1.0))
}

/// The influence of a row on average precision, by place and label: the derivative of the value by
/// the mass at a score. A positive at u adds its own precision, less the average, and raises the
/// precision at all scores up to u; a negative lowers those.
pub fn influence(table: &ScoreTable, value: f64, mut sink: impl FnMut(usize, usize, f64)) {
    let positive = table.total(POSITIVE);
    let (mut p, mut q) = (positive, table.total(NEGATIVE));
    let (mut raised, mut lowered) = (0.0, 0.0);
    for at in 0..table.places() {
        let (here, there) = (table.mass(POSITIVE, at), table.mass(NEGATIVE, at));
        let selected = p + q;
        if here > 0.0 && selected > 0.0 {
            raised += here * q / (selected * selected);
            lowered += here * p / (selected * selected);
        }
        let precision = if selected > 0.0 { p / selected } else { 0.0 };
        sink(at, POSITIVE, (precision - value + raised) / positive);
        sink(at, NEGATIVE, -lowered / positive);
        // Rounding may leave a last residue below zero.
        p = (p - here).max(0.0);
        q = (q - there).max(0.0);
    }
}

/// How far the value of binned scores may be from that of the scores: in each bin the positives'
/// precision lies between that of positives first and that of negatives first.
#[must_use]
pub fn slack(table: &ScoreTable) -> f64 {
    let positive = table.total(POSITIVE);
    if positive <= 0.0 {
        return 0.0;
    }
    let (mut p, mut q, mut sum) = (0.0, 0.0, 0.0);
    for at in (0..table.places()).rev() {
        let (here, there) = (table.mass(POSITIVE, at), table.mass(NEGATIVE, at));
        if here > 0.0 && there > 0.0 {
            let best = (p + here) / (p + here + q);
            let worst = p / (p + q + there);
            sum += here * (best - worst);
        }
        p += here;
        q += there;
    }
    sum / positive
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn values_are_those_of_the_worked_examples() {
        let value = average_precision(&fixture::e3_all()).unwrap();
        assert!((value - 0.783_333_333).abs() < 1e-9);
        let rows = [(0.1, 0, 1.0), (0.4, 0, 1.0), (0.35, 1, 1.0), (0.8, 1, 1.0)];
        let value = average_precision(&from_rows(&rows, false)).unwrap();
        assert!((value - 5.0 / 6.0).abs() < 1e-12);
        let none = from_rows(&[(0.3, 0, 1.0)], false);
        assert_eq!(average_precision(&none), Err(Reason::NoPositives));
    }

    #[test]
    fn the_value_is_the_mean_precision_at_the_positives() {
        for seed in 0..40 {
            for weighted in [false, true] {
                let rows = fixture::random(seed, 25, 8, weighted);
                let mass = |keep: &dyn Fn(&(f64, u8, f64)) -> bool| -> f64 {
                    rows.iter().filter(|r| keep(r)).map(|r| r.2).sum()
                };
                let at = |t: f64| mass(&|r| r.1 == 1 && r.0 >= t) / mass(&|r| r.0 >= t);
                let sum: f64 = rows
                    .iter()
                    .filter(|r| r.1 == 1)
                    .map(|r| r.2 * at(r.0))
                    .sum();
                let expected = sum / mass(&|r| r.1 == 1);
                let found = average_precision(&from_rows(&rows, weighted)).unwrap();
                assert!((found - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn binned_values_are_off_by_the_bound_at_most() {
        for seed in 0..20 {
            let rows = fixture::random(seed, 80, 1000, false);
            let binned: Vec<_> = rows
                .iter()
                .map(|r| ((r.0 * 8.0).floor() / 8.0, r.1, r.2))
                .collect();
            let (exact, binned) = (from_rows(&rows, false), from_rows(&binned, false));
            let gap = average_precision(&exact).unwrap() - average_precision(&binned).unwrap();
            assert!(gap.abs() <= slack(&binned) + 1e-12);
        }
    }
}
