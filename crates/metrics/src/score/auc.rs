//! The area under the ROC curve, its influence function, and the Gini coefficient.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{Masses, NEGATIVE, POSITIVE};
use crate::confusion::exact_ratio;
use crate::disparity::Value;

/// `Σ w_i w_j (1[s_i > s_j] + ½·1[s_i = s_j]) / (W_pos·W_neg)` over positives i and negatives j: the
/// probability that a positive scores higher than a negative, ties half.
///
/// Range 0..1. Unweighted it is the exact rational, rounded once. Source: Hanley & McNeil 1982;
/// FORMULAS §2.2.
///
/// # Errors
/// `one_class_only` without positives or without negatives.
///
/// ```
/// use waage_metrics::score::{auc::roc_auc, table::from_rows};
/// let rows = [(0.1, 0, 1.0), (0.4, 0, 1.0), (0.35, 1, 1.0), (0.8, 1, 1.0)];
/// assert_eq!(roc_auc(&from_rows(&rows, false)), Ok(0.75));
/// ```
pub fn roc_auc(table: &ScoreTable) -> Value {
    if table.is_weighted() {
        let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
        if positive <= 0.0 || negative <= 0.0 {
            return Err(Reason::OneClassOnly);
        }
        let (mut below, mut won) = (0.0, 0.0);
        for at in 0..table.places() {
            let here = table.mass(NEGATIVE, at);
            won += table.mass(POSITIVE, at) * (below + here / 2.0);
            below += here;
        }
        return Ok((won / (positive * negative)).min(1.0));
    }
    let (positive, negative) = (table.count(POSITIVE), table.count(NEGATIVE));
    if positive == 0 || negative == 0 {
        return Err(Reason::OneClassOnly);
    }
    let (mut below, mut halves) = (0_u64, 0_u128);
    for (&p, &q) in table.rows[POSITIVE].iter().zip(&table.rows[NEGATIVE]) {
        halves += u128::from(p) * u128::from(2 * below + q);
        below += q;
    }
    let pairs = u128::from(positive) * u128::from(negative);
    Ok(exact_ratio(halves, 2 * pairs))
}

/// `2·AUC − 1`: −1..1, 0 for scores that say nothing of the label.
///
/// # Errors
/// Those of [`roc_auc`].
pub fn gini(table: &ScoreTable) -> Value {
    if table.is_weighted() {
        return roc_auc(table).map(|area| 2.0 * area - 1.0);
    }
    // 2A − 1 loses bits near A = ½; the pairs won less those lost do not.
    let (mut below, mut balance) = (0_i128, 0_i128);
    let negative = i128::from(table.count(NEGATIVE));
    for (&p, &q) in table.rows[POSITIVE].iter().zip(&table.rows[NEGATIVE]) {
        let (p, q) = (i128::from(p), i128::from(q));
        balance += p * (2 * below + q - negative);
        below += q;
    }
    let pairs = u128::from(table.count(POSITIVE)) * u128::from(table.count(NEGATIVE));
    if pairs == 0 {
        return Err(Reason::OneClassOnly);
    }
    let size = exact_ratio(balance.unsigned_abs(), pairs);
    Ok(if balance < 0 { -size } else { size })
}

/// The influence of a row on the area, by place and label: DeLong's structural components,
/// `(V10 − A)/W_pos` of a positive, `(V01 − A)/W_neg` of a negative, where `V10` is the share of
/// negatives that it beats and `V01` that of the positives which beat it.
///
/// Their squares, weighted, sum to the variance of DeLong, DeLong & Clarke-Pearson 1988 (in the
/// O(N) form of Sun & Xu 2014, for the table is sorted). `area` is the value on this table.
pub fn influence(table: &ScoreTable, area: f64, mut sink: impl FnMut(usize, usize, f64)) {
    let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
    let (mut positives, mut negatives) = (0.0, 0.0);
    for at in 0..table.places() {
        let (p, q) = (table.mass(POSITIVE, at), table.mass(NEGATIVE, at));
        let beats = (negatives + q / 2.0) / negative;
        let beaten = (positive - positives - p / 2.0) / positive;
        sink(at, POSITIVE, (beats - area) / positive);
        sink(at, NEGATIVE, (beaten - area) / negative);
        positives += p;
        negatives += q;
    }
}

/// Σ of the squared influences of the rows of each label code, weights squared: what the variance is
/// made of.
#[must_use]
pub fn squared_influences(table: &ScoreTable, area: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    if table.is_weighted() {
        influence(table, area, |at, label, phi| {
            sums[label] += table.square(label, at) * phi * phi;
        });
        return sums;
    }
    let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
    let (mut positives, mut negatives) = (0_u64, 0_u64);
    for (&p, &q) in table.rows[POSITIVE].iter().zip(&table.rows[NEGATIVE]) {
        let beats = (2 * negatives + q) as f64 / (2.0 * negative) - area;
        let beaten = 1.0 - (2 * positives + p) as f64 / (2.0 * positive) - area;
        sums[POSITIVE] += p as f64 * (beats * beats);
        sums[NEGATIVE] += q as f64 * (beaten * beaten);
        positives += p;
        negatives += q;
    }
    sums[POSITIVE] /= positive * positive;
    sums[NEGATIVE] /= negative * negative;
    sums
}

/// How far the area of binned scores may be from that of the scores: `½ Σ_b p_b·q_b`, with the
/// shares of positives and of negatives in each bin, for their order inside is unknown.
#[must_use]
pub fn slack(table: &ScoreTable) -> f64 {
    let (positive, negative) = (table.total(POSITIVE), table.total(NEGATIVE));
    if positive <= 0.0 || negative <= 0.0 {
        return 0.0;
    }
    let pairs = (0..table.places()).map(|at| table.mass(POSITIVE, at) * table.mass(NEGATIVE, at));
    pairs.sum::<f64>() / (2.0 * positive * negative)
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn areas_are_those_of_the_worked_examples() {
        let all = fixture::e3_all();
        assert_eq!(roc_auc(&all), Ok(57.0 / 70.0));
        assert!((gini(&all).unwrap() - 0.628_571_429).abs() < 1e-9);
        let [a, b] = fixture::e3();
        assert_eq!((roc_auc(&a), roc_auc(&b)), (Ok(1.0), Ok(0.5)));
        assert_eq!(gini(&b), Ok(0.0));
    }

    #[test]
    fn the_area_is_the_share_of_pairs_won() {
        for seed in 0..40 {
            for weighted in [false, true] {
                let rows = fixture::random(seed, 30, 6, weighted);
                let table = from_rows(&rows, weighted);
                let (mut won, mut pairs) = (0.0, 0.0);
                for i in rows.iter().filter(|r| r.1 == 1) {
                    for j in rows.iter().filter(|r| r.1 == 0) {
                        let share =
                            f64::from(u8::from(i.0 > j.0)) + 0.5 * f64::from(u8::from(i.0 == j.0));
                        won += i.2 * j.2 * share;
                        pairs += i.2 * j.2;
                    }
                }
                let area = roc_auc(&table).unwrap();
                assert!((area - won / pairs).abs() < 1e-12);
                assert!((gini(&table).unwrap() - (2.0 * area - 1.0)).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn one_class_has_no_area() {
        let table = from_rows(&[(0.1, 1, 1.0), (0.2, 1, 1.0), (0.3, 2, 1.0)], false);
        assert_eq!(roc_auc(&table), Err(Reason::OneClassOnly));
        assert_eq!(gini(&table), Err(Reason::OneClassOnly));
        assert_eq!(roc_auc(&ScoreTable::default()), Err(Reason::OneClassOnly));
    }

    #[test]
    fn no_order_inside_bins_moves_the_area_beyond_the_bound() {
        for seed in 0..20 {
            let rows = fixture::random(seed, 80, 1000, false);
            let binned: Vec<_> = rows
                .iter()
                .map(|r| ((r.0 * 8.0).floor() / 8.0, r.1, r.2))
                .collect();
            let (exact, binned) = (from_rows(&rows, false), from_rows(&binned, false));
            let gap = (roc_auc(&exact).unwrap() - roc_auc(&binned).unwrap()).abs();
            assert!(gap <= slack(&binned) + 1e-12);
        }
    }
}
