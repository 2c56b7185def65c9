//! The area under the ROC curve, its influence function, and the Gini coefficient.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{LABELLED, Masses, NEGATIVE, POSITIVE, Stretch, stretches};
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
    Pairs::of(table).area()
}

/// `2·AUC − 1`: −1..1, 0 for scores that say nothing of the label.
///
/// # Errors
/// Those of [`roc_auc`].
pub fn gini(table: &ScoreTable) -> Value {
    if table.is_weighted() {
        return roc_auc(table).map(|area| 2.0 * area - 1.0);
    }
    Pairs::of(table).gini()
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
    Pairs::of(table).squared_influences()
}

/// The pairs of unweighted positives and negatives, in halves, counted exactly while places are walked
/// in order.
#[derive(Clone)]
pub(crate) struct Pairs {
    classes: [u64; 2],
    /// Negatives passed, positives still to come.
    below: u64,
    above: u64,
    /// Halves of pairs that positives win.
    won: u128,
    /// Σ over negatives, over positives of the squares of the halves each loses or wins.
    squares: [u128; 2],
}

/// Rows of a stretch up to which all that is summed of it fits 64 bits: `4·FEW³ < 2⁶⁴`.
pub(crate) const FEW: u64 = 1 << 20;

impl Pairs {
    /// No pairs yet, of so many negatives and positives.
    pub const fn new(classes: [u64; 2]) -> Self {
        Self {
            classes,
            below: 0,
            above: classes[POSITIVE],
            won: 0,
            squares: [0; 2],
        }
    }

    /// All pairs of so many negatives and positives: the halves that positives win, and by class the
    /// squares of those that each loses or wins.
    pub const fn counted(classes: [u64; 2], won: u128, squares: [u128; 2]) -> Self {
        Self {
            below: classes[NEGATIVE],
            above: 0,
            won,
            squares,
            classes,
        }
    }

    fn of(table: &ScoreTable) -> Self {
        let mut pairs = Self::new(LABELLED.map(|label| table.count(label)));
        stretches(table, |stretch| pairs.add(stretch));
        pairs
    }

    /// Goes on over the next places.
    pub fn add(&mut self, stretch: Stretch<'_>) {
        let [negative, positive] = stretch.rows;
        let [here, there] = [positive, negative].map(|rows| rows.iter().sum::<u64>());
        let places = positive.iter().zip(negative);
        if here.max(there) > FEW {
            for (&p, &q) in places {
                self.add_place(p, q);
            }
            return;
        }
        // With the halves x that a positive wins within the stretch, and b negatives below it, its
        // square is (2b + x)² = 4b² + 4b·x + x²; that of a negative (2a − y)².
        let (mut p_below, mut q_below) = (0, 0);
        let (mut x1, mut x2, mut y1, mut y2) = (0_u64, 0_u64, 0_u64, 0_u64);
        for (&p, &q) in places {
            let (x, y) = (2 * q_below + q, 2 * p_below + p);
            x1 += p * x;
            x2 += p * x * x;
            y1 += q * y;
            y2 += q * y * y;
            p_below += p;
            q_below += q;
        }
        let [a, b, here, there] = [self.above, self.below, here, there].map(u128::from);
        let [x1, x2, y1, y2] = [x1, x2, y1, y2].map(u128::from);
        self.won += 2 * b * here + x1;
        self.squares[POSITIVE] += 4 * b * (b * here + x1) + x2;
        self.squares[NEGATIVE] += 4 * a * a * there + y2 - 4 * a * y1;
        self.below += q_below;
        self.above -= p_below;
    }

    fn add_place(&mut self, p: u64, q: u64) {
        let [wins, losses] = [2 * self.below + q, 2 * self.above - p].map(u128::from);
        self.won += u128::from(p) * wins;
        self.squares[POSITIVE] += u128::from(p) * wins * wins;
        self.squares[NEGATIVE] += u128::from(q) * losses * losses;
        self.below += q;
        self.above -= p;
    }

    fn all(&self) -> Result<u128, Reason> {
        match self.classes.map(u128::from).iter().product() {
            0 => Err(Reason::OneClassOnly),
            pairs => Ok(pairs),
        }
    }

    /// The area.
    pub fn area(&self) -> Value {
        Ok(exact_ratio(self.won, 2 * self.all()?))
    }

    /// The Gini coefficient. 2A − 1 loses bits near A = ½; the pairs won less those lost do not.
    pub fn gini(&self) -> Value {
        let pairs = self.all()?;
        let size = exact_ratio(self.won.abs_diff(pairs), pairs);
        Ok(if self.won < pairs { -size } else { size })
    }

    /// See [`squared_influences`]: `(m·Σh² − H²)/(4·m³·k²)` of a class of m rows against one of k,
    /// with the halves h that each wins and their sum H; the difference is exact.
    pub fn squared_influences(&self) -> [f64; 3] {
        let mut sums = [0.0; 3];
        for label in LABELLED {
            let own = self.classes[label];
            let (m, k) = (own as f64, self.classes[1 - label] as f64);
            let square = self.won.checked_mul(self.won);
            let spread = u128::from(own).checked_mul(self.squares[label]).zip(square);
            let spread = spread.map_or_else(
                || m * self.squares[label] as f64 - (self.won as f64) * (self.won as f64),
                |(all, square)| (all - square) as f64,
            );
            sums[label] = spread.max(0.0) / (4.0 * m * m * m * k * k);
        }
        sums
    }
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
