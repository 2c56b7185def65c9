//! From margins to predictions.

/// The function that turns margins into predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Link {
    /// The margin is the prediction.
    Identity,
    /// `1 / (1 + exp(-scale * margin))` of each output.
    Logistic {
        /// LightGBM's `sigmoid`; 1 elsewhere.
        scale: f64,
    },
    /// `exp(margin)` of each output, divided by their sum.
    Softmax,
    /// `exp(margin)`.
    Exp,
    /// 1 when the margin is above 0, else 0 (XGBoost's hinge).
    Step,
    /// `sign(margin) * margin²` (LightGBM's `sqrt` regression).
    SignedSquare,
    /// The standard normal distribution function of the margin.
    Probit,
    /// The file does not say; only margins can be explained.
    Unknown,
}

impl Link {
    /// Turns the margins of one row into predictions, in place. `Unknown` leaves them.
    pub fn apply(self, margins: &mut [f64]) {
        match self {
            Self::Identity | Self::Unknown => {}
            Self::Logistic { scale } => each(margins, |m| 1.0 / (1.0 + libm::exp(-scale * m))),
            Self::Exp => each(margins, libm::exp),
            Self::Step => each(margins, |m| if m > 0.0 { 1.0 } else { 0.0 }),
            Self::SignedSquare => each(margins, |m| m * m.abs()),
            Self::Probit => each(margins, |m| 0.5 * libm::erfc(-m / std::f64::consts::SQRT_2)),
            Self::Softmax => {
                let top = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                each(margins, |m| libm::exp(m - top));
                let sum: f64 = margins.iter().sum();
                each(margins, |m| m / sum);
            }
        }
    }
}

fn each(values: &mut [f64], f: impl Fn(f64) -> f64) {
    for value in values {
        *value = f(*value);
    }
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn a_softmax_of_large_margins_is_finite() {
        let mut m = [1000.0, 1000.0];
        Link::Softmax.apply(&mut m);
        assert_eq!(m, [0.5, 0.5]);
    }

    #[test]
    fn a_signed_square_keeps_its_sign() {
        let mut m = [-3.0];
        Link::SignedSquare.apply(&mut m);
        assert_eq!(m, [-9.0]);
    }
}
