//! Calibration slope and intercept: logistic regression of the label on the score's logit.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::mean::EPSILON;
use super::table::{LABELLED, Masses, NEGATIVE, POSITIVE};

/// Iterations before the fit is given up; Newton's steps need ten where the data fit at all.
const STEPS_MAX: usize = 100;
/// Halvings of a step that would lower the likelihood.
const HALVINGS_MAX: usize = 40;
/// A step below this, relative to the parameters, is the end.
const TOLERANCE: f64 = 1e-10;

/// The fitted line `logit P(y = 1) = intercept + slope·logit(s)`.
///
/// Slope 1 and intercept 0 for calibrated scores; a slope below 1 means scores that are too extreme,
/// an intercept below 0 scores that promise too much. Scores are clipped to `[ε, 1 − ε]`, as for the
/// log loss; scores of exactly 0 or 1 therefore pull hard at the line. Source: Cox 1958.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Intercept.
    pub intercept: f64,
    /// Slope.
    pub slope: f64,
    /// Inverse of the information matrix: of the intercept, of both, of the slope.
    inverse: [f64; 3],
}

/// A coefficient of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coefficient {
    /// The intercept.
    Intercept,
    /// The slope.
    Slope,
}

/// The logit of a score.
fn logit(score: f64) -> f64 {
    let s = score.clamp(EPSILON, 1.0 - EPSILON);
    libm::log(s / (1.0 - s))
}

fn expit(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// `ln(1 + e^x)`.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}

/// Occupied places as (logit, mass of positives, mass of negatives).
fn points(table: &ScoreTable) -> Vec<(f64, f64, f64)> {
    let places = table.scores.iter().enumerate();
    places
        .map(|(at, &s)| (at, s, table.mass(POSITIVE, at), table.mass(NEGATIVE, at)))
        .filter(|(_, _, p, q)| p + q > 0.0)
        .map(|(_, s, p, q)| (logit(s), p, q))
        .collect()
}

impl Line {
    /// The line of greatest likelihood, by Newton's method (iteratively reweighted least squares)
    /// with halved steps, to a relative step of 1e-10.
    ///
    /// # Errors
    /// `one_class_only`; `score_not_probability`; `constant_score` for a single score; `separation`
    /// when all positives score at least as high as all negatives, or at most as high, for then no
    /// finite line is the best.
    pub fn fit(table: &ScoreTable) -> Result<Self, Reason> {
        if LABELLED.iter().any(|&label| table.total(label) <= 0.0) {
            return Err(Reason::OneClassOnly);
        }
        if !table.is_probability() {
            return Err(Reason::ScoreNotProbability);
        }
        let (Some(positive), Some(negative)) = (table.span(POSITIVE), table.span(NEGATIVE)) else {
            return Err(Reason::OneClassOnly);
        };
        if positive == negative && positive.0 == positive.1 {
            return Err(Reason::ConstantScore);
        }
        if positive.0 >= negative.1 || positive.1 <= negative.0 {
            return Err(Reason::Separation);
        }
        Self::climb(&points(table)).ok_or(Reason::Separation)
    }

    fn climb(points: &[(f64, f64, f64)]) -> Option<Self> {
        let likelihood = |a: f64, b: f64| -> f64 {
            let of = |&(x, p, q): &(f64, f64, f64)| {
                let eta = a + b * x;
                p * -softplus(-eta) + q * -softplus(eta)
            };
            points.iter().map(of).sum()
        };
        // The calibrated line is close to the best one of most models.
        let (mut a, mut b) = (0.0, 1.0);
        let mut best = likelihood(a, b);
        for _ in 0..STEPS_MAX {
            let (gradient, inverse) = newton(points, a, b)?;
            let mut step = [
                inverse[0] * gradient[0] + inverse[1] * gradient[1],
                inverse[1] * gradient[0] + inverse[2] * gradient[1],
            ];
            let small = |step: &[f64; 2]| {
                step[0].abs() <= TOLERANCE * a.abs().max(1.0)
                    && step[1].abs() <= TOLERANCE * b.abs().max(1.0)
            };
            if small(&step) {
                let (intercept, slope) = (a + step[0], b + step[1]);
                return Some(Self {
                    intercept,
                    slope,
                    inverse,
                });
            }
            let mut halvings = 0;
            let mut next = likelihood(a + step[0], b + step[1]);
            // Sums of many logarithms are known to some 1e-13 of themselves only.
            while next.is_nan() || next < best - 1e-12 * best.abs() {
                halvings += 1;
                if halvings > HALVINGS_MAX {
                    return None;
                }
                step = step.map(|s| s / 2.0);
                next = likelihood(a + step[0], b + step[1]);
            }
            (a, b, best) = (a + step[0], b + step[1], next);
        }
        None
    }

    /// The coefficient.
    #[must_use]
    pub const fn get(&self, coefficient: Coefficient) -> f64 {
        match coefficient {
            Coefficient::Intercept => self.intercept,
            Coefficient::Slope => self.slope,
        }
    }

    /// The influence of a row on a coefficient, `H⁻¹·(y − p)(1, x)`: their weighted squares sum to
    /// the sandwich variance, valid whether the line is true or only the best.
    pub fn influence(
        &self,
        coefficient: Coefficient,
        table: &ScoreTable,
        mut sink: impl FnMut(usize, usize, f64),
    ) {
        let [first, second] = self.lever(coefficient);
        for (at, &score) in table.scores.iter().enumerate() {
            if LABELLED.iter().all(|&label| table.rows[label][at] == 0) {
                continue;
            }
            let x = logit(score);
            let p = expit(self.intercept + self.slope * x);
            let lever = first + second * x;
            sink(at, POSITIVE, lever * (1.0 - p));
            sink(at, NEGATIVE, -lever * p);
        }
    }
}

impl Line {
    /// How far a coefficient may be off, to first order, because scores were counted on a grid: every
    /// logit moved to the worse end of its bin.
    #[must_use]
    pub fn slack(&self, coefficient: Coefficient, table: &ScoreTable) -> f64 {
        let Some(widths) = &table.widths else {
            return 0.0;
        };
        let [first, second] = self.lever(coefficient);
        let mut sum = 0.0;
        for (at, &(low, high)) in widths.iter().enumerate() {
            let x = logit(table.scores[at]);
            let p = expit(self.intercept + self.slope * x);
            let information = p * (1.0 - p) * self.slope;
            let moved = (logit(low) - x).abs().max((logit(high) - x).abs());
            for (label, residual) in [(POSITIVE, 1.0 - p), (NEGATIVE, -p)] {
                let by = second * (residual - information * x) - first * information;
                sum += table.mass(label, at) * by.abs() * moved;
            }
        }
        sum
    }

    /// The coefficient's row of the inverse information.
    const fn lever(&self, coefficient: Coefficient) -> [f64; 2] {
        match coefficient {
            Coefficient::Intercept => [self.inverse[0], self.inverse[1]],
            Coefficient::Slope => [self.inverse[1], self.inverse[2]],
        }
    }
}

/// Gradient of the log likelihood and inverse information at a line.
fn newton(points: &[(f64, f64, f64)], a: f64, b: f64) -> Option<([f64; 2], [f64; 3])> {
    let (mut g, mut h) = ([0.0; 2], [0.0; 3]);
    for &(x, p, q) in points {
        let fitted = expit(a + b * x);
        let residual = p * (1.0 - fitted) - q * fitted;
        let information = (p + q) * fitted * (1.0 - fitted);
        g[0] += residual;
        g[1] += residual * x;
        h[0] += information;
        h[1] += information * x;
        h[2] += information * x * x;
    }
    let determinant = h[0] * h[2] - h[1] * h[1];
    (determinant > 0.0 && determinant.is_finite()).then(|| {
        let inverse = [h[2], -h[1], h[0]].map(|v| v / determinant);
        (g, inverse)
    })
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn two_scores_have_the_line_through_their_logits() {
        // 30 of 100 positive at 0.2, 60 of 100 at 0.8: the line is exact there.
        let mut rows = Vec::new();
        for (s, positives) in [(0.2, 30), (0.8, 60)] {
            rows.extend((0..100).map(|i| (s, u8::from(i < positives), 1.0)));
        }
        let table = from_rows(&rows, false);
        let line = Line::fit(&table).unwrap();
        let (low, high) = ((0.3_f64 / 0.7).ln(), (0.6_f64 / 0.4).ln());
        let slope = (high - low) / (2.0 * 4.0_f64.ln());
        assert!((line.slope - slope).abs() < 1e-10);
        assert!((line.intercept - (low + high) / 2.0).abs() < 1e-10);
        // There the sandwich is the model's own variance: 1/(np(1−p)) of each logit.
        let variance = (1.0 / 21.0 + 1.0 / 24.0) / (2.0 * 4.0_f64.ln()).powi(2);
        let mut found = 0.0;
        line.influence(Coefficient::Slope, &table, |at, label, phi| {
            found += table.mass(label, at) * phi * phi;
        });
        assert!((found - variance).abs() < 1e-12, "{found} {variance}");
    }

    #[test]
    fn the_gradient_is_zero_at_the_line() {
        for seed in 0..20 {
            for weighted in [false, true] {
                let table = from_rows(&fixture::random(seed, 80, 15, weighted), weighted);
                let line = Line::fit(&table).unwrap();
                let (gradient, _) = newton(&points(&table), line.intercept, line.slope).unwrap();
                assert!(gradient.iter().all(|g| g.abs() < 1e-9), "{gradient:?}");
            }
        }
    }

    #[test]
    fn separated_scores_have_no_line() {
        let fit = |rows: &[(f64, u8)]| {
            let rows: Vec<_> = rows.iter().map(|(s, y)| (*s, *y, 1.0)).collect();
            Line::fit(&from_rows(&rows, false)).err()
        };
        assert_eq!(
            fit(&[(0.2, 0), (0.4, 0), (0.6, 1)]),
            Some(Reason::Separation)
        );
        assert_eq!(
            fit(&[(0.2, 1), (0.4, 0), (0.6, 0)]),
            Some(Reason::Separation)
        );
        // Quasi-complete: they share one score only.
        assert_eq!(
            fit(&[(0.2, 0), (0.4, 0), (0.4, 1), (0.6, 1)]),
            Some(Reason::Separation)
        );
        assert_eq!(fit(&[(0.4, 0), (0.4, 1)]), Some(Reason::ConstantScore));
        assert_eq!(fit(&[(0.4, 1), (0.5, 1)]), Some(Reason::OneClassOnly));
        assert_eq!(fit(&[(0.4, 0), (0.6, 1), (0.5, 1), (0.55, 0)]), None);
    }
}
