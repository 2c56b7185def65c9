//! Planning: how many rows show a gap, or that there is none, and what given rows can show
//! (FORMULAS §4.8).
//!
//! Large-sample formulas for two independent proportions:
//!
//! ```
//! use waage_metrics::power::Design;
//! let design = Design::new(0.95, 0.8).unwrap();
//! assert_eq!(design.rows_to_detect(0.5, 0.4).unwrap().ceil(), 388.0);
//! assert_eq!(design.rows_to_show_equivalence(0.4, 0.1, 0.0).unwrap().ceil(), 412.0);
//! assert!((design.smallest_gap(0.5, 100.0, 60.0).unwrap() - 0.228748475).abs() < 1e-9);
//! ```

mod detect;
mod equivalence;
mod plan;

pub use plan::{Gap, gaps};

use waage_core::special::quantile;

/// How sure a test has to be, in both ways of being wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    confidence: f64,
    power: f64,
    /// `z(1 − α/2)`, for a test of both sides.
    two_sided: f64,
    /// `z(1 − α)`.
    one_sided: f64,
    /// `z(1 − β)`.
    power_z: f64,
    /// `z(1 − β/2)`, where both of two one-sided tests have to succeed.
    power_both_z: f64,
}

impl Design {
    /// Tests at `1 − α = confidence` that find what is there with probability `1 − β = power`;
    /// `None` unless ½ < confidence < 1 and ½ ≤ power < 1.
    #[must_use]
    pub fn new(confidence: f64, power: f64) -> Option<Self> {
        if !(confidence > 0.5 && confidence < 1.0 && (0.5..1.0).contains(&power)) {
            return None;
        }
        // From the small tails, which 1 − x would round.
        let (alpha, beta) = (1.0 - confidence, 1.0 - power);
        let upper = |tail: f64| quantile(tail).map(|z| -z);
        Some(Self {
            confidence,
            power,
            two_sided: upper(alpha / 2.0)?,
            one_sided: upper(alpha)?,
            power_z: upper(beta)?,
            power_both_z: upper(beta / 2.0)?,
        })
    }

    /// `1 − α`.
    #[must_use]
    pub const fn confidence(&self) -> f64 {
        self.confidence
    }

    /// `1 − β`.
    #[must_use]
    pub const fn power(&self) -> f64 {
        self.power
    }
}

/// Whether a number is a rate.
fn is_rate(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}

/// `p(1 − p)`.
fn variance(p: f64) -> f64 {
    p * (1.0 - p)
}
