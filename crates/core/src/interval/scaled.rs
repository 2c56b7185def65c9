//! Normal limits on the scale on which an estimate is closest to normal.

use super::Interval;

/// The scale on which a normal interval is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The value's own: `v ± z·se`.
    Linear,
    /// `ln(v/(1−v))`, for values in (0, 1): limits stay inside.
    Logit,
    /// `artanh v`, for values in (−1, 1): the logit of `(1 + v)/2`.
    Atanh,
    /// `ln v`, for positive values such as ratios.
    Log,
}

impl Link {
    /// A value moved by a step of its own scale, carried to this one by the delta method.
    ///
    /// ```
    /// use waage_core::interval::Link;
    /// assert_eq!(Link::Linear.moved(0.9, 0.3), 1.2);
    /// assert!(Link::Logit.moved(0.9, 0.3) < 1.0);
    /// ```
    #[must_use]
    pub fn moved(self, value: f64, by: f64) -> f64 {
        match self {
            Self::Linear => value + by,
            Self::Logit => expit(libm::log(value / (1.0 - value)) + by / (value * (1.0 - value))),
            Self::Atanh => libm::tanh(libm::atanh(value) + by / (1.0 - value * value)),
            Self::Log => value * libm::exp(by / value),
        }
    }
}

/// A standard error, the scale of its interval, and what else the interval has to respect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaled {
    /// Where the limits are made.
    pub link: Link,
    /// Standard error of the value, on the value's own scale.
    pub se: f64,
    /// How far the value itself may be off because its data were binned; both limits move out by it.
    pub slack: f64,
    /// Least possible value; −∞ where there is none.
    pub floor: f64,
    /// Greatest possible value; ∞ where there is none.
    pub ceiling: f64,
}

impl Scaled {
    /// The limits of `value` at the critical value `z`, standard errors carried to the scale by the
    /// delta method; nothing where the value has no place on the scale.
    ///
    /// ```
    /// use waage_core::interval::{Link, Scaled};
    /// let se = 0.132_223_270;
    /// let auc = Scaled { link: Link::Logit, se, slack: 0.0, floor: 0.0, ceiling: 1.0 };
    /// let limits = auc.limits_z(57.0 / 70.0, 1.959_963_984_540_054);
    /// assert!((limits.low.unwrap() - 0.441_372_330).abs() < 1e-8);
    /// assert!((limits.high.unwrap() - 0.960_524_460).abs() < 1e-8);
    /// ```
    #[must_use]
    pub fn limits_z(&self, value: f64, z: f64) -> Interval {
        let (low, high) = match self.link {
            Link::Linear => (value - z * self.se, value + z * self.se),
            Link::Logit if value > 0.0 && value < 1.0 => {
                let centre = libm::log(value / (1.0 - value));
                let half = z * self.se / (value * (1.0 - value));
                (expit(centre - half), expit(centre + half))
            }
            Link::Atanh if value > -1.0 && value < 1.0 => {
                let centre = libm::atanh(value);
                let half = z * self.se / (1.0 - value * value);
                (libm::tanh(centre - half), libm::tanh(centre + half))
            }
            Link::Log if value > 0.0 => {
                let factor = libm::exp(z * self.se / value);
                (value / factor, value * factor)
            }
            Link::Logit | Link::Atanh | Link::Log => return Interval::NONE,
        };
        // Scales are left and entered again with a rounding: the value stays inside.
        let low = (low.min(value) - self.slack).max(self.floor);
        let high = (high.max(value) + self.slack).min(self.ceiling);
        Interval {
            low: Some(low),
            high: high.is_finite().then_some(high),
        }
    }
}

/// `1/(1 + e^−x)` without overflow.
fn expit(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(link: Link, slack: f64) -> Scaled {
        Scaled {
            link,
            se: 0.1,
            slack,
            floor: 0.0,
            ceiling: 1.0,
        }
    }

    #[test]
    fn limits_hold_the_value_and_keep_to_the_range() {
        for link in [Link::Linear, Link::Logit, Link::Log] {
            for value in [0.01, 0.5, 0.99] {
                for slack in [0.0, 0.02] {
                    let limits = scaled(link, slack).limits_z(value, 1.96);
                    assert!(limits.contains(value), "{link:?} {value}");
                    assert!(limits.low.unwrap() >= 0.0 && limits.high.unwrap() <= 1.0);
                    let narrow = scaled(link, 0.0).limits_z(value, 1.0);
                    assert!(limits.low <= narrow.low && narrow.high <= limits.high);
                }
            }
        }
        assert_eq!(scaled(Link::Log, 0.0).limits_z(0.0, 1.96), Interval::NONE);
        assert_eq!(scaled(Link::Logit, 0.0).limits_z(1.0, 1.96), Interval::NONE);
    }

    #[test]
    fn twice_an_area_less_one_has_the_limits_of_the_area() {
        let area = scaled(Link::Logit, 0.0).limits_z(0.8, 1.96);
        let gini = Scaled {
            se: 0.2,
            floor: -1.0,
            ..scaled(Link::Atanh, 0.0)
        };
        let gini = gini.limits_z(0.6, 1.96);
        assert!((gini.low.unwrap() - (2.0 * area.low.unwrap() - 1.0)).abs() < 1e-12);
        assert!((gini.high.unwrap() - (2.0 * area.high.unwrap() - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn the_log_scale_is_symmetric_in_factors() {
        let ratio = Scaled {
            ceiling: f64::INFINITY,
            ..scaled(Link::Log, 0.0)
        };
        let limits = ratio.limits_z(2.0, 1.96);
        assert!((limits.low.unwrap() * limits.high.unwrap() - 4.0).abs() < 1e-12);
        assert!((limits.high.unwrap() - 2.0 * 0.098_f64.exp()).abs() < 1e-12);
    }
}
