//! The metrics of errors: values, influence functions and their covariances.

use waage_core::estimate::Reason;
use waage_core::numeric::{Moments, Term};
use waage_core::quantity::{Direction, Quantity};

use crate::disparity::Value;

const fn row(name: &'static str, formula: &'static str, direction: Direction) -> Quantity {
    let mut row = Quantity::new(name, formula).needs("ys");
    row.direction = direction;
    row.range = match direction {
        Direction::Lower => (Some(0.0), None),
        Direction::Higher => (None, Some(1.0)),
        Direction::Neutral => (None, None),
    };
    row
}

const fn shown(mut row: Quantity) -> Quantity {
    row.headline = true;
    row
}

use Direction::{Higher, Lower, Neutral};

/// What is measured, in the order of documents.
pub static QUANTITIES: [Quantity; 5] = [
    shown(row("mean_error", "Σw(p−y)/W", Neutral)),
    shown(row("mean_absolute_error", "Σw|p−y|/W", Lower)),
    row("mean_squared_error", "Σw(p−y)²/W", Lower),
    shown(row("root_mean_squared_error", "√(Σw(p−y)²/W)", Lower)),
    shown(row("r2_score", "1 − Σw(p−y)²/Σw(y−ȳ)²", Higher)),
];

/// A metric of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ErrorMetric {
    Mean(Term),
    Root,
    Explained,
    /// The rows' weight, which is no error but what errors are averaged by.
    Weight,
}

/// By quantity.
pub(super) const METRICS: [ErrorMetric; 5] = [
    ErrorMetric::Mean(Term::Error),
    ErrorMetric::Mean(Term::Absolute),
    ErrorMetric::Mean(Term::Square),
    ErrorMetric::Root,
    ErrorMetric::Explained,
];

impl ErrorMetric {
    pub fn value(self, of: &Moments) -> Value {
        let weight = of.sum(Term::One);
        if weight <= 0.0 && self != Self::Weight {
            return Err(Reason::NoRows);
        }
        match self {
            Self::Mean(term) => Ok(of.sum(term) / weight),
            Self::Root => Ok((of.sum(Term::Square) / weight).sqrt()),
            Self::Explained => match spread(of) {
                spread if spread > 0.0 => Ok(1.0 - of.sum(Term::Square) / weight / spread),
                _ => Err(Reason::ZeroReference),
            },
            Self::Weight => Ok(weight),
        }
    }

    /// What a row of weight 1 moves, as factors of the terms.
    pub fn influence(self, of: &Moments) -> Vec<(Term, f64)> {
        let weight = of.sum(Term::One);
        let mean = |term: Term| of.sum(term) / weight;
        match self {
            Self::Weight => vec![(Term::One, 1.0)],
            Self::Mean(term) => vec![(term, 1.0 / weight), (Term::One, -mean(term) / weight)],
            Self::Root => {
                let square = mean(Term::Square);
                let scale = 1.0 / (2.0 * square.sqrt() * weight);
                vec![(Term::Square, scale), (Term::One, -square * scale)]
            }
            Self::Explained => {
                let (spread, centre) = (spread(of), mean(Term::Outcome));
                let scale = 1.0 / (spread * weight);
                let lost = mean(Term::Square) / spread;
                vec![
                    (Term::Square, -scale),
                    (Term::OutcomeSquare, lost * scale),
                    (Term::Outcome, -2.0 * centre * lost * scale),
                    (Term::One, centre * centre * lost * scale),
                ]
            }
        }
    }
}

/// The weighted variance of the outcomes.
fn spread(of: &Moments) -> f64 {
    let weight = of.sum(Term::One);
    let centre = of.sum(Term::Outcome) / weight;
    let spread = of.sum(Term::OutcomeSquare) / weight - centre * centre;
    // Residues of rounding are no spread.
    match spread > 1e-13 * centre * centre {
        true => spread,
        false => 0.0,
    }
}

/// The covariance of two influences over rows.
pub(super) fn covariance(one: &[(Term, f64)], other: &[(Term, f64)], rows: &Moments) -> f64 {
    let pairs = one.iter().flat_map(|a| other.iter().map(move |b| (a, b)));
    let sum: f64 = pairs
        .filter_map(|((a, x), (b, y))| Some(x * y * rows.product(*a, *b)?))
        .sum();
    sum * rows.rows as f64 / (rows.rows.max(2) - 1) as f64
}
