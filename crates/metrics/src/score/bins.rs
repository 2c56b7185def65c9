//! Calibration error over bins of scores.

use std::ops::Range;

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::mean::Rows;
use super::table::{LABELLED, Masses, POSITIVE, Stretch, stretches};
use crate::disparity::Value;
use crate::lanes::sum_of;

/// Bins unless another number is asked for.
pub const BINS: usize = 10;
/// Least rows of a bin that [`maximum_calibration_error`] looks at: the largest of several means of a
/// few rows each would measure their noise.
pub const BIN_ROWS_MIN: u64 = 10;

/// What lies in one bin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bin {
    /// Labelled rows with a score.
    pub rows: u64,
    /// Σw.
    pub weight: f64,
    /// Σw·s.
    pub score_sum: f64,
    /// Σw·y.
    pub label_sum: f64,
}

impl Bin {
    /// Mean score; 0 of an empty bin.
    #[must_use]
    pub fn mean_score(&self) -> f64 {
        if self.weight > 0.0 {
            self.score_sum / self.weight
        } else {
            0.0
        }
    }

    /// Mean label; 0 of an empty bin.
    #[must_use]
    pub fn mean_label(&self) -> f64 {
        if self.weight > 0.0 {
            self.label_sum / self.weight
        } else {
            0.0
        }
    }

    /// `W_b·|s̄_b − ȳ_b|`.
    #[must_use]
    pub fn gap(&self) -> f64 {
        (self.score_sum - self.label_sum).abs()
    }

    /// Adds unweighted places.
    fn add_rows(&mut self, stretch: Stretch<'_>, places: Range<usize>) {
        let [negative, positive] = stretch.rows.map(|rows| &rows[places.clone()]);
        let positives: u64 = positive.iter().sum();
        let rows = positives + negative.iter().sum::<u64>();
        let scores = &stretch.scores[places.clone()];
        self.rows += rows;
        self.weight += rows as f64;
        self.label_sum += positives as f64;
        let sum = |rows| sum_of(rows, scores, |n: u64, score| n as f64 * score);
        self.score_sum += sum(negative) + sum(positive);
    }

    fn add(&mut self, table: &ScoreTable, at: usize) {
        let here = table.mass_of(&LABELLED, at);
        self.rows += LABELLED.iter().map(|&l| table.rows[l][at]).sum::<u64>();
        self.weight += here;
        self.score_sum += here * table.scores[at];
        self.label_sum += table.mass(POSITIVE, at);
    }
}

/// The bin of a score among `bins` of equal width on [0, 1]: `min(B − 1, ⌊s·B⌋)`, left-closed. Never
/// by comparison with accumulated edges, which rounding puts a hair beside 3/5.
///
/// ```
/// use waage_metrics::score::bins::bin;
/// assert_eq!([bin(0.6, 5), bin(0.59, 5), bin(1.0, 5)], [3, 2, 4]);
/// ```
#[must_use]
pub fn bin(score: f64, bins: usize) -> usize {
    // Truncation is the floor of what is not negative, and what is becomes 0.
    ((score * bins as f64) as usize).min(bins.saturating_sub(1))
}

/// The bins of equal width of a table of probabilities.
#[must_use]
pub fn equal_width(table: &ScoreTable, bins: usize) -> Vec<Bin> {
    let mut out = EqualWidth::new(bins);
    if table.is_weighted() {
        let count = out.bins.len();
        for (at, &score) in table.scores.iter().enumerate() {
            out.bins[bin(score, count)].add(table, at);
        }
    } else {
        stretches(table, |stretch| out.add(stretch));
    }
    out.bins
}

/// Bins of equal width while places are walked.
#[derive(Clone)]
pub(crate) struct EqualWidth {
    /// At least one.
    pub bins: Vec<Bin>,
}

impl EqualWidth {
    /// Empty bins.
    pub fn new(bins: usize) -> Self {
        let bins = vec![Bin::default(); bins.max(1)];
        Self { bins }
    }

    /// Adds unweighted places. Scores ascend, and so do their bins.
    pub fn add(&mut self, stretch: Stretch<'_>) {
        let (count, mut from) = (self.bins.len(), 0);
        while let Some(first) = stretch.scores.get(from) {
            let here = bin(*first, count);
            let after = &stretch.scores[from..];
            let to = from + after.partition_point(|score| bin(*score, count) <= here);
            self.bins[here].add_rows(stretch, from..to);
            from = to;
        }
    }

    /// Adds rows of one label, whose scores ascend.
    pub fn add_rows(&mut self, rows: Rows<'_>) {
        let (count, mut from) = (self.bins.len(), 0);
        while let Some(first) = rows.scores.get(from) {
            let here = bin(*first, count);
            let after = &rows.scores[from..];
            let to = match bin(after[after.len() - 1], count) == here {
                true => rows.scores.len(),
                false => from + after.partition_point(|score| bin(*score, count) <= here),
            };
            let part = rows.part(from..to);
            let bin = &mut self.bins[here];
            let n = part.count();
            bin.rows += n;
            bin.weight += n as f64;
            bin.label_sum += if rows.label == POSITIVE {
                n as f64
            } else {
                0.0
            };
            bin.score_sum += part.sum(part.scores, |score| score);
            from = to;
        }
    }

    /// Adds what lies in the bins of other rows.
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.bins.iter_mut().zip(&other.bins) {
            mine.rows += theirs.rows;
            mine.weight += theirs.weight;
            mine.score_sum += theirs.score_sum;
            mine.label_sum += theirs.label_sum;
        }
    }
}

/// The bins of equal mass: the rows of one score, with cumulative weight `c` before them and their
/// own weight `m`, go whole to `min(B − 1, ⌊B(c + m/2)/W⌋)`. Ties are never split, so that the order
/// of rows means nothing.
#[must_use]
pub fn equal_mass(table: &ScoreTable, bins: usize) -> Vec<Bin> {
    let weight = table.total_of(&LABELLED);
    let bins = bins.max(1);
    let mut out = vec![Bin::default(); bins];
    let mut before = 0.0;
    for at in 0..table.places() {
        let here = table.mass_of(&LABELLED, at);
        if here > 0.0 {
            // 2c + m in one product keeps whole counts exact at the edges.
            let place = bins as f64 * (2.0 * before + here) / (2.0 * weight);
            out[(place.floor() as usize).min(bins - 1)].add(table, at);
        }
        before += here;
    }
    out
}

/// `expected_calibration_error`: `Σ_b (W_b/W)·|s̄_b − ȳ_b|` over bins of equal width.
///
/// Range 0..1. Biased upward: noise in a bin counts as error whatever its sign, about
/// `√(2B·ȳ(1−ȳ)/(πn))` of it for well-calibrated scores; its interval takes the bias out.
///
/// # Errors
/// `no_rows`, `score_not_probability`.
pub fn expected_calibration_error(table: &ScoreTable, bins: usize) -> Value {
    check(table)?;
    Ok(expected(&equal_width(table, bins)))
}

/// `expected_calibration_error_equal_mass`: the same over bins of equal mass.
///
/// # Errors
/// `no_rows`, `score_not_probability`.
pub fn expected_calibration_error_equal_mass(table: &ScoreTable, bins: usize) -> Value {
    check(table)?;
    Ok(expected(&equal_mass(table, bins)))
}

/// `maximum_calibration_error`: `max_b |s̄_b − ȳ_b|` over the bins of equal width with at least
/// `rows_min` rows.
///
/// # Errors
/// `no_rows`, `score_not_probability`; `too_few_rows` when no bin has so many.
pub fn maximum_calibration_error(table: &ScoreTable, bins: usize, rows_min: u64) -> Value {
    check(table)?;
    largest(&equal_width(table, bins), rows_min)
}

/// The largest mean gap of the bins with enough rows.
pub(crate) fn largest(bins: &[Bin], rows_min: u64) -> Value {
    bins.iter()
        .filter(|bin| bin.rows >= rows_min && bin.weight > 0.0)
        .map(|bin| bin.gap() / bin.weight)
        .reduce(f64::max)
        .ok_or(Reason::TooFewRows)
}

fn check(table: &ScoreTable) -> Result<(), Reason> {
    if table.total_of(&LABELLED) <= 0.0 {
        return Err(Reason::NoRows);
    }
    match table.is_probability() {
        true => Ok(()),
        false => Err(Reason::ScoreNotProbability),
    }
}

/// The mean gap.
pub(crate) fn expected(bins: &[Bin]) -> f64 {
    let (gap, weight) = bins.iter().fold((0.0, 0.0), |(gap, weight), bin| {
        (gap + bin.gap(), weight + bin.weight)
    });
    gap / weight
}

/// How far errors over bins may be off because scores were counted on a grid: the mean width, twice
/// the mass of grid bins that an edge of these bins cuts, over the least mass that an error is
/// divided by (`share` of all for the largest error, 1 for the expected ones).
#[must_use]
pub fn slack(table: &ScoreTable, bins: usize, share: f64) -> f64 {
    let Some(widths) = &table.widths else {
        return 0.0;
    };
    let mut sum = 0.0;
    for (at, &(low, high)) in widths.iter().enumerate() {
        let cut = bin(low, bins) != bin(high.min(1.0), bins);
        let off = (high.min(1.0) - low) + if cut { 2.0 } else { 0.0 };
        sum += table.mass_of(&LABELLED, at) * off;
    }
    sum / (table.total_of(&LABELLED) * share).max(f64::MIN_POSITIVE)
}

/// The same for bins of equal mass: at each of their `B − 1` edges one grid bin may fall to the other
/// side.
#[must_use]
pub fn slack_equal_mass(table: &ScoreTable, bins: usize) -> f64 {
    let Some(widths) = &table.widths else {
        return 0.0;
    };
    let (mut sum, mut most) = (0.0, 0.0_f64);
    for (at, &(low, high)) in widths.iter().enumerate() {
        let here = table.mass_of(&LABELLED, at);
        sum += here * (high.min(1.0) - low);
        most = most.max(here);
    }
    let edges = bins.saturating_sub(1) as f64;
    (sum + 2.0 * edges * most) / table.total_of(&LABELLED).max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    fn near(found: Value, expected: f64) {
        assert!(
            (found.unwrap() - expected).abs() < 1e-12,
            "{found:?} {expected}"
        );
    }

    #[test]
    fn errors_are_those_of_the_worked_example() {
        let all = fixture::e3_all();
        near(expected_calibration_error(&all, 5), 2.05 / 12.0);
        near(maximum_calibration_error(&all, 5, 1), 1.0 / 3.0);
        near(
            expected_calibration_error_equal_mass(&all, 4),
            0.120_833_333_333_333_33,
        );
        let means: Vec<_> = equal_width(&all, 5)
            .iter()
            .map(|b| (b.rows, b.mean_score(), b.mean_label()))
            .collect();
        let expected = [
            (0, 0.0, 0.0),
            (2, 0.25, 0.0),
            (5, 0.45, 0.4),
            (3, 2.0 / 3.0, 1.0 / 3.0),
            (2, 0.85, 1.0),
        ];
        for (found, expected) in means.iter().zip(expected) {
            assert_eq!(found.0, expected.0);
            assert!((found.1 - expected.1).abs() < 1e-12 && (found.2 - expected.2).abs() < 1e-12);
        }
        let sizes: Vec<_> = equal_mass(&all, 4).iter().map(|b| b.rows).collect();
        assert_eq!(sizes, [2, 4, 2, 4]);
        let [a, b] = fixture::e3();
        near(expected_calibration_error(&a, 5), 0.141_666_666_666_666_67);
        near(expected_calibration_error(&b, 5), 0.216_666_666_666_666_67);
    }

    #[test]
    fn bins_are_left_closed_and_no_edge_is_accumulated() {
        for bins in [1, 2, 4, 5, 8, 10, 15, 20_usize] {
            for k in 0..bins {
                assert_eq!(bin(k as f64 / bins as f64, bins), k, "{k}/{bins}");
            }
        }
        assert_eq!(bin(1.0, 10), 9);
    }

    #[test]
    fn bins_agree_with_rows_put_one_by_one() {
        for seed in 0..20 {
            for weighted in [false, true] {
                let rows = fixture::random(seed, 50, 23, weighted);
                let mut sums = [(0.0, 0.0); 10];
                let mut total = 0.0;
                for (s, y, w) in &rows {
                    let b = ((s * 10.0).floor() as usize).min(9);
                    sums[b].0 += w * s;
                    sums[b].1 += w * f64::from(*y);
                    total += w;
                }
                let error: f64 = sums.iter().map(|(s, y)| (s - y).abs()).sum::<f64>() / total;
                near(
                    expected_calibration_error(&from_rows(&rows, weighted), 10),
                    error,
                );
            }
        }
    }

    #[test]
    fn the_largest_error_needs_a_bin_with_rows() {
        let all = fixture::e3_all();
        near(maximum_calibration_error(&all, 5, 5), 0.05);
        assert_eq!(
            maximum_calibration_error(&all, 5, 6),
            Err(Reason::TooFewRows)
        );
        let logits = from_rows(&[(-1.0, 0, 1.0), (2.0, 1, 1.0)], false);
        assert_eq!(
            expected_calibration_error(&logits, 10),
            Err(Reason::ScoreNotProbability)
        );
    }
}
