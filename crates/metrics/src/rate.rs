//! Proportions of one group and of two, with weights and ties.

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::tally::Sums;

use crate::confusion::{Mass, Part, Tie, exact_ratio, mass};
use crate::hypothesis::{Test, chi_square, two_by_two_p};

/// A proportion and what its intervals and tests need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// The proportion, or why there is none.
    pub value: Result<f64, Reason>,
    /// Successes of `trials`, effective where weighted, fractional where tied.
    pub successes: f64,
    /// Trials, effective where weighted.
    pub trials: f64,
    /// Rows of the denominator.
    pub rows: u64,
    /// Successes and failures when they are whole numbers of rows.
    pub whole: Option<(u64, u64)>,
}

impl Rate {
    /// The proportion `hit/(hit + miss)` of a group.
    ///
    /// Unweighted, the value is the exact rational, rounded once. Weighted, trials are
    /// `n* = p(1−p)/Var` with the linearised variance of a ratio of weight sums
    /// `Var = (B²·Σw²_A + A²·Σw²_B)/(A+B)⁴`, and Kish's `W²/Σw²` where p is 0 or 1 (FORMULAS §4.4).
    #[must_use]
    pub fn of(
        sums: &[Sums; outcome::COUNT],
        hit: &[Part],
        miss: &[Part],
        tie: Tie,
        empty: Reason,
    ) -> Self {
        let touched = |o: u8| hit.iter().chain(miss).any(|part| part.units(o, tie) > 0);
        let rows = (0..outcome::COUNT as u8)
            .filter(|o| touched(*o))
            .map(|o| sums[usize::from(o)].n)
            .sum();
        let masses = (mass(sums, hit, tie), mass(sums, miss, tie));
        Self::of_masses(masses, rows, is_unweighted(sums), tie, empty)
    }

    /// A group's share of the rows of these parts, its own against those of `others`.
    #[must_use]
    pub fn of_parts(
        group: &[Sums; outcome::COUNT],
        others: &[Sums; outcome::COUNT],
        parts: &[Part],
        tie: Tie,
        empty: Reason,
    ) -> Self {
        let masses = (mass(group, parts, tie), mass(others, parts, tie));
        let rows = masses.0.rows + masses.1.rows;
        let unweighted = is_unweighted(group) && is_unweighted(others);
        Self::of_masses(masses, rows, unweighted, tie, empty)
    }

    fn of_masses(
        (a, b): (Mass, Mass),
        rows: u64,
        unweighted: bool,
        tie: Tie,
        empty: Reason,
    ) -> Self {
        let total = a.weight + b.weight;
        if total <= 0.0 {
            return Self {
                value: Err(empty),
                successes: 0.0,
                trials: 0.0,
                rows,
                whole: None,
            };
        }
        if unweighted {
            let units = u128::from(tie.tied);
            let whole = (a.units % units == 0 && b.units % units == 0)
                .then_some(((a.units / units) as u64, (b.units / units) as u64));
            return Self {
                value: Ok(exact_ratio(a.units, a.units + b.units)),
                successes: exact_ratio(a.units, units),
                trials: exact_ratio(a.units + b.units, units),
                rows,
                whole,
            };
        }
        Self::weighted([a.weight, b.weight], [a.squares, b.squares], rows)
    }

    /// The proportion `A/(A + B)` of weight sums, from them and the sums of squares of both parts;
    /// `A + B` is positive.
    #[must_use]
    pub fn weighted([a, b]: [f64; 2], [a2, b2]: [f64; 2], rows: u64) -> Self {
        let total = a + b;
        let p = a / total;
        let variance = (b * b * a2 + a * a * b2) / (total * total * total * total);
        let trials = if p > 0.0 && p < 1.0 && variance > 0.0 {
            p * (1.0 - p) / variance
        } else {
            total * total / (a2 + b2)
        };
        Self {
            value: Ok(p),
            successes: p * trials,
            trials,
            rows,
            whole: None,
        }
    }

    /// The estimate with Wilson's interval.
    #[must_use]
    pub fn estimate(&self, level: f64) -> Estimate {
        match self.value {
            Err(reason) => Estimate::undefined(self.rows, Method::Wilson, reason),
            Ok(value) => Estimate::new(
                value,
                self.rows,
                Method::Wilson,
                Evidence::Proportion {
                    x: self.successes,
                    n: self.trials,
                },
                level,
            ),
        }
    }
}

/// Whether every row counts once.
pub(crate) fn is_unweighted(sums: &[Sums; outcome::COUNT]) -> bool {
    sums.iter()
        .all(|s| s.w1 == s.n as f64 && s.w2 == s.n as f64)
}

fn pair(group: &Rate, reference: &Rate) -> Evidence {
    Evidence::Pair {
        group: (group.successes, group.trials),
        reference: (reference.successes, reference.trials),
    }
}

/// Group minus reference with Newcombe's interval.
#[must_use]
pub fn difference(group: &Rate, reference: &Rate, level: f64) -> Estimate {
    let n = group.rows + reference.rows;
    match (group.value, reference.value) {
        (Ok(a), Ok(b)) => Estimate::new(a - b, n, Method::Newcombe, pair(group, reference), level),
        (Err(reason), _) | (_, Err(reason)) => Estimate::undefined(n, Method::Newcombe, reason),
    }
}

/// Group over reference with Koopman's interval; undefined when the reference is 0.
#[must_use]
pub fn ratio(group: &Rate, reference: &Rate, level: f64) -> Estimate {
    let n = group.rows + reference.rows;
    match (group.value, reference.value) {
        (Ok(_), Ok(0.0)) => Estimate::undefined(n, Method::Koopman, Reason::ZeroReference),
        (Ok(a), Ok(b)) => Estimate::new(a / b, n, Method::Koopman, pair(group, reference), level),
        (Err(reason), _) | (_, Err(reason)) => Estimate::undefined(n, Method::Koopman, reason),
    }
}

/// p-value and name of the test of equal proportions: Fisher's mid-p or chi-square by the rule of
/// FORMULAS §4.6 for whole rows; chi-square on effective or fractional counts otherwise.
#[must_use]
pub fn test(group: &Rate, reference: &Rate) -> Option<(f64, &'static str)> {
    if group.value.is_err() || reference.value.is_err() {
        return None;
    }
    let failures = |rate: &Rate| rate.trials - rate.successes;
    let (a, b) = (group.successes, failures(group));
    let (c, d) = (reference.successes, failures(reference));
    if group.whole.is_some() && reference.whole.is_some() {
        return two_by_two_p(a, b, c, d).map(|(p, test)| (p, test.name()));
    }
    let p = if a + c == 0.0 || b + d == 0.0 {
        1.0
    } else {
        chi_square(a, b, c, d)?.p
    };
    Some((p, Test::ChiSquare.name()))
}

/// The mean score with a normal interval from the linearised variance
/// `Σw²(s−s̄)²/W² · n/(n−1)`; no interval for fewer than two scores.
#[must_use]
pub fn mean(sums: &[Sums; outcome::COUNT], level: f64) -> Estimate {
    let add = |part: fn(&Sums) -> f64| sums.iter().map(part).sum::<f64>();
    let scored: u64 = sums.iter().map(|s| s.scored).sum();
    let weight = add(|s| s.sw);
    if weight <= 0.0 {
        return Estimate::undefined(scored, Method::Normal, Reason::NoScores);
    }
    let mean = add(|s| s.ws) / weight;
    if scored < 2 {
        let mut bare = Estimate::new(mean, scored, Method::Normal, Evidence::None, level);
        bare.reason = Some(Reason::TooFewRows);
        return bare;
    }
    let spread = add(|s| s.w2ss) - 2.0 * mean * add(|s| s.w2s) + mean * mean * add(|s| s.sw2);
    let n = scored as f64;
    let variance = (spread / (weight * weight)).max(0.0) * n / (n - 1.0);
    Estimate::new(
        mean,
        scored,
        Method::Normal,
        Evidence::StandardError(variance.sqrt()),
        level,
    )
}

/// The difference of two independent means.
#[must_use]
pub fn mean_difference(group: &Estimate, reference: &Estimate, level: f64) -> Estimate {
    let n = group.n + reference.n;
    match (group.value, reference.value) {
        (Some(a), Some(b)) => {
            let evidence = match (&group.evidence, &reference.evidence) {
                (Evidence::StandardError(x), Evidence::StandardError(y)) => {
                    Evidence::StandardError((x * x + y * y).sqrt())
                }
                _ => Evidence::None,
            };
            let mut estimate = Estimate::new(a - b, n, Method::Normal, evidence, level);
            if estimate.low.is_none() {
                estimate.reason = group.reason.or(reference.reason);
            }
            estimate
        }
        _ => Estimate::undefined(
            n,
            Method::Normal,
            group
                .reason
                .or(reference.reason)
                .unwrap_or(Reason::NoScores),
        ),
    }
}
