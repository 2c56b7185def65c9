//! Weighted means of independent proportions, one of each stratum.

use std::sync::Arc;

use super::form::Limits;
use super::is_proportion;
use super::proportion::wilson_limits;

/// One proportion of a blend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Its weight, at least 0; weights need not add up to 1.
    pub weight: f64,
    /// Successes.
    pub x: f64,
    /// Trials.
    pub n: f64,
}

/// A weighted mean of independent proportions with fixed weights, in [0, 1]: `Σ wₖpₖ / Σ wₖ`.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend(pub Arc<[Share]>);

impl Blend {
    /// The mean and its limits at the critical value `z`: Wilson's of each proportion, put together
    /// by adding squared distances (MOVER, Zou & Donner 2008). A proportion of 0 or 1 keeps the
    /// uncertainty that a variance estimated from it would lack; 0 of no trials counts as 0 and may
    /// be anything up to 1, as Wilson's limits have it when trials go to 0. `None` where a
    /// proportion is no such thing or the weights add up to nothing.
    ///
    /// ```
    /// use waage_core::interval::{Blend, Share};
    /// let one = Share { weight: 1.0, x: 8.0, n: 10.0 };
    /// let limits = Blend([one].into()).limits_z(1.959963984540054).unwrap();
    /// assert!((limits.low - 0.490162472).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn limits_z(&self, z: f64) -> Option<Limits> {
        let total: f64 = self.0.iter().map(|share| share.weight).sum();
        if !(total > 0.0 && total.is_finite()) {
            return None;
        }
        let (mut value, mut below, mut above) = (0.0, 0.0, 0.0);
        for share in self.0.iter().filter(|share| share.weight > 0.0) {
            let weight = share.weight / total;
            let (low, p, high) = match (share.x, share.n) {
                (0.0, 0.0) => (0.0, 0.0, 1.0),
                (x, n) if is_proportion(x, n, z) => {
                    let (low, high) = wilson_limits(x, n, z);
                    (low, x / n, high)
                }
                _ => return None,
            };
            value += weight * p;
            below += weight * weight * (p - low) * (p - low);
            above += weight * weight * (high - p) * (high - p);
        }
        Some(Limits {
            low: (value - f64::sqrt(below)).max(0.0),
            value,
            high: (value + f64::sqrt(above)).min(1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(weight: f64, x: f64, n: f64) -> Share {
        Share { weight, x, n }
    }

    #[test]
    fn equal_parts_narrow_by_the_root_of_their_number() {
        let one = Blend([share(3.0, 40.0, 50.0)].into())
            .limits_z(1.96)
            .unwrap();
        let four = Blend([share(1.0, 40.0, 50.0); 4].into())
            .limits_z(1.96)
            .unwrap();
        assert!((one.value - four.value).abs() < 1e-15);
        assert!(((one.high - one.low) / (four.high - four.low) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn certain_parts_stay_uncertain_and_nonsense_gives_nothing() {
        let none = Blend([share(1.0, 0.0, 3.0), share(1.0, 0.0, 4.0)].into());
        let limits = none.limits_z(1.96).unwrap();
        assert_eq!((limits.low, limits.value), (0.0, 0.0));
        assert!(limits.high > 0.3);
        let empty = Blend([share(1.0, 0.0, 0.0), share(3.0, 8.0, 8.0)].into());
        let limits = empty.limits_z(1.96).unwrap();
        assert_eq!((limits.value, limits.high), (0.75, 1.0));
        assert!(limits.low > 0.4);
        assert_eq!(Blend([].into()).limits_z(1.96), None);
        assert_eq!(Blend([share(1.0, 2.0, 0.0)].into()).limits_z(1.96), None);
        assert!(
            Blend([share(0.0, 2.0, 0.0), share(1.0, 1.0, 2.0)].into())
                .limits_z(1.96)
                .is_some()
        );
    }
}
