//! Coverage by exact enumeration: the summed probability of the outcomes whose interval holds the
//! truth. No simulation.

use rayon::prelude::*;
use waage_core::interval::{Interval, koopman, newcombe, wilson};
use waage_core::special::ln_binomial_mass;

/// Nominal confidence of every interval.
pub const LEVEL: f64 = 0.95;
/// Rows of a group.
pub const SIZES: [u64; 5] = [30, 50, 100, 300, 1000];
/// Base rates; the second group of a pair has this one.
pub const RATES: [f64; 4] = [0.05, 0.1, 0.3, 0.5];
/// True gaps; the first group of a pair has the base rate plus this.
pub const GAPS: [f64; 2] = [0.0, 0.15];
/// Outcomes of one group with less probability are left out.
const MASS_MIN: f64 = 1e-12;
/// A limit that equals the truth up to rounding holds it.
const ROUNDING: f64 = 1e-12;

/// One point of the grid.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Rows of each group.
    pub n: u64,
    /// Base rate.
    pub rate: f64,
    /// True gap, for pairs.
    pub gap: f64,
    /// Probability that the interval holds the truth; one without ends holds everything.
    pub coverage: f64,
    /// Probability that there is no interval.
    pub undefined: f64,
}

impl Point {
    /// The smallest expected count of successes or failures in a group.
    pub fn events(&self) -> f64 {
        let high = self.rate + self.gap;
        let share = self.rate.min(1.0 - self.rate).min(high).min(1.0 - high);
        self.n as f64 * share
    }

    /// Whether five or more events are expected.
    pub fn is_frequent(&self) -> bool {
        self.events() >= 5.0 - ROUNDING
    }
}

/// All outcomes of a binomial that matter, with their probabilities.
fn outcomes(n: u64, p: f64) -> Vec<(f64, f64)> {
    (0..=n)
        .map(|x| (x as f64, libm::exp(ln_binomial_mass(x, n, p))))
        .filter(|(_, mass)| *mass > MASS_MIN)
        .collect()
}

/// Whether an interval holds the truth; one without ends holds everything.
pub fn holds(interval: Interval, truth: f64) -> bool {
    interval.low.is_none_or(|low| low <= truth + ROUNDING)
        && interval.high.is_none_or(|high| truth <= high + ROUNDING)
}

/// Coverage of Wilson's interval for a proportion of `n` rows.
pub fn proportion(n: u64, rate: f64) -> Point {
    let coverage = outcomes(n, rate)
        .into_iter()
        .filter(|(x, _)| holds(wilson(*x, n as f64, LEVEL), rate))
        .map(|(_, mass)| mass)
        .sum();
    Point {
        n,
        rate,
        gap: 0.0,
        coverage,
        undefined: 0.0,
    }
}

fn pair(
    n: u64,
    rate: f64,
    gap: f64,
    truth: f64,
    interval: fn(f64, f64, f64, f64, f64) -> Interval,
) -> Point {
    let mut point = Point {
        n,
        rate,
        gap,
        coverage: 0.0,
        undefined: 0.0,
    };
    let size = n as f64;
    let second = outcomes(n, rate);
    for (x1, mass1) in outcomes(n, rate + gap) {
        for &(x2, mass2) in &second {
            let interval = interval(x1, size, x2, size, LEVEL);
            if interval == Interval::NONE {
                point.undefined += mass1 * mass2;
            }
            if holds(interval, truth) {
                point.coverage += mass1 * mass2;
            }
        }
    }
    point
}

/// Coverage of Newcombe's interval for the difference of two groups of `n` rows.
pub fn difference(n: u64, rate: f64, gap: f64) -> Point {
    pair(n, rate, gap, gap, newcombe)
}

/// Coverage of Koopman's interval for the ratio of two groups of `n` rows.
pub fn ratio(n: u64, rate: f64, gap: f64) -> Point {
    pair(n, rate, gap, (rate + gap) / rate, koopman)
}

/// One statistic over the grid of sizes and rates.
pub fn over_rates(sizes: &[u64], at: fn(u64, f64) -> Point) -> Vec<Point> {
    let grid: Vec<_> = sizes
        .iter()
        .flat_map(|n| RATES.map(|rate| (*n, rate)))
        .collect();
    grid.into_par_iter().map(|(n, rate)| at(n, rate)).collect()
}

/// One statistic over the grid of sizes, rates and gaps.
pub fn over_gaps(sizes: &[u64], at: fn(u64, f64, f64) -> Point) -> Vec<Point> {
    let grid: Vec<_> = sizes
        .iter()
        .flat_map(|n| RATES.map(|rate| GAPS.map(|gap| (*n, rate, gap))))
        .flatten()
        .collect();
    grid.into_par_iter()
        .map(|(n, rate, gap)| at(n, rate, gap))
        .collect()
}

/// Mean coverage of the points.
pub fn mean(points: &[Point]) -> f64 {
    points.iter().map(|p| p.coverage).sum::<f64>() / points.len() as f64
}

/// The points with five or more expected events.
pub fn frequent(points: &[Point]) -> Vec<Point> {
    points.iter().copied().filter(Point::is_frequent).collect()
}

/// The point of least coverage among those with five or more expected events.
pub fn worst(points: &[Point]) -> Option<Point> {
    frequent(points)
        .into_iter()
        .min_by(|a, b| a.coverage.total_cmp(&b.coverage))
}
