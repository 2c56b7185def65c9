//! Individual fairness: whether rows that are alike are treated alike (FORMULAS §3.9).
//!
//! Every function compares rows with rows, so that its time grows with the square of their number:
//! [`ROWS_MAX`] bounds it. Distances are Euclidean on the features as they are given; standardise
//! them first where their units differ.
//!
//! ```
//! use waage_metrics::individual::{Features, consistency};
//! let x = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 13.0];
//! let y = [1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
//! let rows = Features::new(&x, 1).unwrap();
//! let value = consistency(&rows, &y, 3, false).unwrap();
//! assert!((value - 4.0 / 7.0).abs() < 1e-12);
//! ```

use rayon::prelude::*;
use waage_core::interval::{Interval, wilson};

/// The most rows that are compared with each other.
pub const ROWS_MAX: usize = 50_000;

/// Rows that one task compares with all others.
const TASK_ROWS: usize = 64;

/// Why rows cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndividualError {
    /// Not a whole number of rows, or no features.
    #[error(
        "the features are no table: give one row of numbers per person, all of the same length"
    )]
    Shape,
    /// A feature, outcome or score is not finite.
    #[error("row {row} has a value that is no finite number: leave the row out or fill the gap")]
    NotFinite {
        /// The row, from 0.
        row: usize,
    },
    /// One outcome per row is needed.
    #[error("there are {rows} rows of features and {outcomes} outcomes: give one outcome per row")]
    Lengths {
        /// Rows of features.
        rows: usize,
        /// Outcomes.
        outcomes: usize,
    },
    /// Too many rows to compare each with each.
    #[error(
        "{rows} rows are too many to compare each with each, {ROWS_MAX} at most: draw a sample"
    )]
    TooManyRows {
        /// Rows given.
        rows: usize,
    },
    /// Fewer other rows than neighbours.
    #[error(
        "{neighbours} neighbours are asked for and there are {rows} rows to choose from: ask for fewer, at least 1"
    )]
    Neighbours {
        /// Neighbours asked for.
        neighbours: usize,
        /// Rows that can be neighbours.
        rows: usize,
    },
    /// A limit of the slope that is no number from 0.
    #[error(
        "the limit is no number of at least 0: give the largest difference of scores per unit of distance"
    )]
    Limit,
}

/// Rows of features, one after another.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
    values: &'a [f64],
    columns: usize,
}

impl<'a> Features<'a> {
    /// Rows of `columns` numbers each.
    ///
    /// # Errors
    /// [`IndividualError::Shape`], [`IndividualError::NotFinite`], [`IndividualError::TooManyRows`].
    pub fn new(values: &'a [f64], columns: usize) -> Result<Self, IndividualError> {
        if columns == 0 || values.is_empty() || !values.len().is_multiple_of(columns) {
            return Err(IndividualError::Shape);
        }
        let rows = values.len() / columns;
        if rows > ROWS_MAX {
            return Err(IndividualError::TooManyRows { rows });
        }
        match values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(IndividualError::NotFinite { row: at / columns }),
            None => Ok(Self { values, columns }),
        }
    }

    /// How many rows there are, at least one.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    fn squared_distance(&self, i: usize, j: usize) -> f64 {
        let pairs = self.row(i).iter().zip(self.row(j));
        pairs.map(|(a, b)| (a - b) * (a - b)).sum()
    }

    fn check(&self, outcomes: &[f64]) -> Result<(), IndividualError> {
        let rows = self.rows();
        if outcomes.len() != rows {
            let outcomes = outcomes.len();
            return Err(IndividualError::Lengths { rows, outcomes });
        }
        match outcomes.iter().position(|value| !value.is_finite()) {
            Some(row) => Err(IndividualError::NotFinite { row }),
            None => Ok(()),
        }
    }
}

/// `1 − (1/n) Σ |yᵢ − mean of y over the k nearest rows of i|`, for outcomes in [0, 1] in [0, 1]: 1
/// where neighbours have the same outcome (Zemel et al. 2013).
///
/// A row is among its own neighbours, as AIF360 has it, unless `exclude_self` (Zemel's definition).
/// Of equally distant rows the first ones count. Time n² · features.
///
/// # Errors
/// [`IndividualError`]: lengths that differ, numbers that are not finite, too few rows for `k`.
pub fn consistency(
    features: &Features<'_>,
    outcomes: &[f64],
    k: usize,
    exclude_self: bool,
) -> Result<f64, IndividualError> {
    let each = apart(features, outcomes, k, exclude_self)?;
    Ok(1.0 - each.iter().sum::<f64>() / each.len() as f64)
}

/// `|yᵢ − mean of y over the k nearest rows of i|` of every row, of which [`consistency`] is 1 less the
/// mean: also within a group, whose rows have their neighbours among all.
///
/// # Errors
/// As [`consistency`].
pub fn apart(
    features: &Features<'_>,
    outcomes: &[f64],
    k: usize,
    exclude_self: bool,
) -> Result<Vec<f64>, IndividualError> {
    features.check(outcomes)?;
    let n = features.rows();
    let others = n - usize::from(exclude_self);
    if k == 0 || k > others {
        return Err(IndividualError::Neighbours {
            neighbours: k,
            rows: others,
        });
    }
    let apart = |nearest: &mut Vec<(f64, usize)>, i: usize| {
        nearest.clear();
        let candidates = (0..n).filter(|j| !exclude_self || *j != i);
        nearest.extend(candidates.map(|j| (features.squared_distance(i, j), j)));
        let order = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        if k < nearest.len() {
            nearest.select_nth_unstable_by(k - 1, order);
        }
        // Outcomes add up in the order of rows, whatever order selection left.
        let nearest = &mut nearest[..k];
        nearest.sort_unstable_by_key(|(_, j)| *j);
        let sum: f64 = nearest.iter().map(|(_, j)| outcomes[*j]).sum();
        (outcomes[i] - sum / k as f64).abs()
    };
    Ok((0..n)
        .into_par_iter()
        .with_min_len(TASK_ROWS)
        .map_init(Vec::new, apart)
        .collect())
}

/// How steeply scores change with features, over all pairs of rows (Dwork et al. 2012).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Steepness {
    /// Pairs compared, n(n − 1)/2.
    pub pairs: u64,
    /// Pairs whose scores differ by more than the limit times their distance.
    pub violations: u64,
    /// Pairs of equal features and different scores, which no limit allows; among `violations`.
    pub twins: u64,
    /// The largest ratio of a difference of scores to its distance; `None` without a pair at a
    /// distance.
    pub constant: Option<f64>,
}

impl Steepness {
    /// The share of pairs that violate the limit, in [0, 1]; `None` for a single row.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.violations as f64 / self.pairs as f64)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            pairs: self.pairs + other.pairs,
            violations: self.violations + other.violations,
            twins: self.twins + other.twins,
            constant: match (self.constant, other.constant) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            },
        }
    }
}

/// Compares the scores of every two rows with their distance. Exact; time n² · features.
///
/// # Errors
/// [`IndividualError`]: lengths that differ, numbers that are not finite, a negative limit.
pub fn steepness(
    features: &Features<'_>,
    scores: &[f64],
    limit: f64,
) -> Result<Steepness, IndividualError> {
    features.check(scores)?;
    if !(limit >= 0.0 && limit.is_finite()) {
        return Err(IndividualError::Limit);
    }
    let of_row = |i: usize| {
        let mut found = Steepness::default();
        for j in i + 1..features.rows() {
            let distance = features.squared_distance(i, j).sqrt();
            let gap = (scores[i] - scores[j]).abs();
            found.pairs += 1;
            found.violations += u64::from(gap > limit * distance);
            if distance > 0.0 {
                let slope = gap / distance;
                found.constant = Some(found.constant.map_or(slope, |most| most.max(slope)));
            } else {
                found.twins += u64::from(gap > 0.0);
            }
        }
        found
    };
    Ok((0..features.rows())
        .into_par_iter()
        .with_min_len(TASK_ROWS)
        .map(of_row)
        .reduce(Steepness::default, Steepness::plus))
}

/// Decisions before and after nothing but the sensitive attribute was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flips {
    /// Rows decided positively before.
    pub positives: u64,
    /// Rows decided negatively before.
    pub negatives: u64,
    /// Of the positives, those that the alteration makes negative.
    pub to_negative: u64,
    /// Of the negatives, those that the alteration makes positive.
    pub to_positive: u64,
}

impl Flips {
    /// Counts pairs `(before, after)`.
    ///
    /// ```
    /// use waage_metrics::individual::Flips;
    /// let pairs = [(true, true), (true, false), (false, false), (false, true), (false, false)];
    /// let flips = Flips::of(pairs);
    /// assert_eq!(flips.rate(), Some(0.4));
    /// assert_eq!((flips.to_negative, flips.to_positive), (1, 1));
    /// ```
    pub fn of(pairs: impl IntoIterator<Item = (bool, bool)>) -> Self {
        let mut flips = Self {
            positives: 0,
            negatives: 0,
            to_negative: 0,
            to_positive: 0,
        };
        for (before, after) in pairs {
            let (class, flipped) = match before {
                true => (&mut flips.positives, &mut flips.to_negative),
                false => (&mut flips.negatives, &mut flips.to_positive),
            };
            *class += 1;
            *flipped += u64::from(before != after);
        }
        flips
    }

    /// Rows.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.positives + self.negatives
    }

    /// The share of rows whose decision changes, in [0, 1]; `None` without rows.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        let flipped = self.to_negative + self.to_positive;
        (self.rows() > 0).then(|| flipped as f64 / self.rows() as f64)
    }

    /// Wilson's interval of the rate.
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        let flipped = self.to_negative + self.to_positive;
        wilson(flipped as f64, self.rows() as f64, level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 7] = [0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 13.0];
    const Y: [f64; 7] = [1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

    #[test]
    fn consistency_with_and_without_oneself() {
        let rows = Features::new(&X, 1).unwrap();
        // FORMULAS §3.9: with oneself 4/7.
        assert!((consistency(&rows, &Y, 3, false).unwrap() - 4.0 / 7.0).abs() < 1e-12);
        // Without: neighbours of 10 are 11, 12 and so on. By hand, k = 1: 0→1, 1→0 (tie: the first),
        // 2→1, 10→11, 11→10 (tie), 12→11 (tie), 13→12: y differs for 2, 12 and 13.
        assert!((consistency(&rows, &Y, 1, true).unwrap() - 4.0 / 7.0).abs() < 1e-12);
        assert_eq!(consistency(&rows, &Y, 1, false), Ok(1.0));
        assert_eq!(consistency(&rows, &[1.0; 7], 3, true), Ok(1.0));
    }

    #[test]
    fn the_order_of_rows_without_ties_changes_nothing() {
        let x: Vec<f64> = (0..200_u32).map(|i| f64::from(i * i % 997)).collect();
        let y: Vec<f64> = (0..200_u32)
            .map(|i| f64::from(u8::from(i % 3 == 0)))
            .collect();
        let value =
            |x: &[f64], y: &[f64]| consistency(&Features::new(x, 2).unwrap(), y, 5, false).unwrap();
        let there = value(&x, &y[..100]);
        let turned: Vec<f64> = x.chunks(2).rev().flatten().copied().collect();
        let back: Vec<f64> = y[..100].iter().rev().copied().collect();
        assert!((there - value(&turned, &back)).abs() < 1e-12);
    }

    #[test]
    fn scores_may_differ_by_the_limit_times_the_distance() {
        let rows = Features::new(&[0.0, 0.0, 3.0, 4.0, 0.0, 0.0], 2).unwrap();
        // Distances 5, 0 and 5; scores apart by 1, 0.5 and 0.5.
        let found = steepness(&rows, &[0.0, 1.0, 0.5], 0.15).unwrap();
        let expected = Steepness {
            pairs: 3,
            violations: 2,
            twins: 1,
            constant: Some(0.2),
        };
        assert_eq!(found, expected);
        assert_eq!(
            steepness(&rows, &[0.0, 1.0, 0.5], 0.2).unwrap().violations,
            1
        );
        let alone = steepness(&Features::new(&[1.0], 1).unwrap(), &[1.0], 1.0).unwrap();
        assert_eq!((alone.share(), alone.constant), (None, None));
    }

    #[test]
    fn flips_are_counted_by_their_direction() {
        let flips = Flips::of([(true, false); 3].into_iter().chain([(false, false); 7]));
        assert_eq!(flips.rate(), Some(0.3));
        assert_eq!((flips.to_negative, flips.to_positive), (3, 0));
        assert!(flips.interval(0.95).contains(0.3));
        assert_eq!(Flips::of([]).rate(), None);
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        assert!(matches!(
            Features::new(&[1.0; 5], 2),
            Err(IndividualError::Shape)
        ));
        assert!(matches!(
            Features::new(&[1.0, f64::NAN], 1),
            Err(IndividualError::NotFinite { row: 1 })
        ));
        let many = vec![0.0; ROWS_MAX + 1];
        assert!(matches!(
            Features::new(&many, 1),
            Err(IndividualError::TooManyRows { .. })
        ));
        let rows = Features::new(&X, 1).unwrap();
        for k in [0, 8] {
            assert!(matches!(
                consistency(&rows, &Y, k, false),
                Err(IndividualError::Neighbours { .. })
            ));
        }
        assert!(consistency(&rows, &Y, 7, true).is_err());
        assert!(matches!(
            consistency(&rows, &Y[1..], 3, false),
            Err(IndividualError::Lengths { .. })
        ));
        assert_eq!(steepness(&rows, &Y, -1.0), Err(IndividualError::Limit));
    }
}
