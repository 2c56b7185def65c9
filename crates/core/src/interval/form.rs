//! Values made of independent proportions, with limits recovered from Wilson's.
//!
//! A monotone function of a proportion has the function of its limits; a mean, a difference or a
//! ratio of independent values has the limits that *method of variance estimates recovery* gives
//! (MOVER: Zou & Donner 2008 for sums and differences, Donner & Zou 2012 for ratios): the distance
//! from the value to a limit is read as a standard error at that limit, and distances add in
//! squares. Newcombe's interval is the difference of two plain proportions.

use super::proportion::wilson_limits;
use super::{Interval, is_proportion};

/// A value of one group that is a function of independent proportions `(x, n)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// `p = x/n` itself, in [0, 1].
    Share((f64, f64)),
    /// `2p/(1 + p)`, in [0, 1]: F1 where p is the share of TP among TP + FP + FN.
    Dice((f64, f64)),
    /// `p/(1 − p)`, in [0, ∞): FN/FP where p is the share of FN among FN + FP. Undefined at p = 1.
    Odds((f64, f64)),
    /// `(p + q)/2`, in [0, 1]: balanced accuracy from the true-positive and true-negative rates.
    Mean((f64, f64), (f64, f64)),
    /// `p − q`, in [−1, 1]: Youden's J from the true- and false-positive rates (Newcombe 1998).
    Gap((f64, f64), (f64, f64)),
    /// `2p − 1`, in [−1, 1]: the imbalance of two classes where p is the share of one.
    Contrast((f64, f64)),
    /// `2·asin √p`, in [0, π]: the scale of Cohen's h.
    Angle((f64, f64)),
    /// `1 + (up − down)/n`, in [0, 2]: a mean of rows that are worth 2, 1 or 0. Its limits are
    /// those of a difference of shares of the same rows with one row added to either and two to
    /// all (Bonett & Price 2012).
    Net {
        /// Rows worth 2.
        up: f64,
        /// Rows worth nothing.
        down: f64,
        /// All rows.
        n: f64,
    },
    /// A smooth function of counts with its large-sample error on a scale where that is nearly
    /// normal.
    Smooth {
        /// The scale of `centre` and `error`.
        scale: Scale,
        /// The value itself, not on the scale.
        value: f64,
        /// The middle of the interval on the scale.
        centre: f64,
        /// Its standard error.
        error: f64,
    },
}

/// A scale on which a value varies more nearly as a normal variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// `ln v`, for values in [0, ∞).
    Log,
    /// `atanh v`, for values in [−1, 1] (Fisher's z).
    Fisher,
}

impl Scale {
    /// The value on the scale.
    #[must_use]
    pub fn of(self, value: f64) -> f64 {
        match self {
            Self::Log => libm::log(value),
            Self::Fisher => libm::atanh(value),
        }
    }

    /// The value that stands there on the scale.
    #[must_use]
    pub fn back(self, at: f64) -> f64 {
        match self {
            Self::Log => libm::exp(at),
            Self::Fisher => libm::tanh(at),
        }
    }
}

/// A value between its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub low: f64,
    /// The value.
    pub value: f64,
    /// Upper limit.
    pub high: f64,
}

impl Form {
    /// The value and its limits at the critical value `z`; `None` where a proportion or the value
    /// is undefined.
    ///
    /// ```
    /// use waage_core::interval::Form;
    /// // 40 TP, 30 FP and FN: j = 4/7, F1 = 8/11.
    /// let f1 = Form::Dice((40.0, 70.0)).limits_z(1.959963984540054).unwrap();
    /// assert!((f1.value - 8.0 / 11.0).abs() < 1e-12);
    /// assert!((f1.low - 0.625_220).abs() < 1e-6 && (f1.high - 0.809_982).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn limits_z(&self, z: f64) -> Option<Limits> {
        let dice = |p: f64| 2.0 * p / (1.0 + p);
        match *self {
            Self::Share(counts) => share(counts, z),
            Self::Dice(counts) => share(counts, z).map(|p| Limits {
                low: dice(p.low),
                value: dice(p.value),
                high: dice(p.high),
            }),
            Self::Odds((x, n)) => {
                let hit = share((x, n), z)?;
                // The failures' limits: 1 − p without cancellation.
                let miss = share((n - x, n), z)?;
                (miss.low > 0.0).then(|| Limits {
                    low: hit.low / miss.high,
                    value: x / (n - x),
                    high: hit.high / miss.low,
                })
            }
            Self::Mean(p, q) => {
                let (p, q) = (share(p, z)?, share(q, z)?);
                let value = f64::midpoint(p.value, q.value);
                Some(Limits {
                    low: value - length(p.value - p.low, q.value - q.low) / 2.0,
                    value,
                    high: value + length(p.high - p.value, q.high - q.value) / 2.0,
                })
            }
            Self::Gap(p, q) => {
                let (p, q) = (share(p, z)?, share(q, z)?);
                let value = p.value - q.value;
                Some(Limits {
                    low: value - length(p.value - p.low, q.high - q.value),
                    value,
                    high: value + length(p.high - p.value, q.value - q.low),
                })
            }
            Self::Contrast(counts) => share(counts, z).map(|p| p.map(|p| 2.0 * p - 1.0)),
            Self::Angle(counts) => {
                let angle = |p: f64| 2.0 * libm::asin(p.sqrt());
                share(counts, z).map(|p| p.map(angle))
            }
            Self::Net { up, down, n } => net(up, down, n, z),
            Self::Smooth {
                scale,
                value,
                centre,
                error,
            } => (z >= 0.0 && centre.is_finite() && error.is_finite()).then(|| Limits {
                low: scale.back(centre - z * error).min(value),
                value,
                high: scale.back(centre + z * error).max(value),
            }),
        }
    }

    /// Least and greatest possible value; infinite where unbounded.
    #[must_use]
    pub const fn range(&self) -> (f64, f64) {
        match self {
            Self::Share(_) | Self::Dice(_) | Self::Mean(..) => (0.0, 1.0),
            Self::Gap(..) | Self::Contrast(_) => (-1.0, 1.0),
            Self::Angle(_) => (0.0, std::f64::consts::PI),
            Self::Net { .. } => (0.0, 2.0),
            Self::Odds(_) => (0.0, f64::INFINITY),
            Self::Smooth { scale, .. } => match scale {
                Scale::Log => (0.0, f64::INFINITY),
                Scale::Fisher => (-1.0, 1.0),
            },
        }
    }
}

impl Limits {
    /// The limits of an increasing function of the value.
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self {
            low: f(self.low),
            value: f(self.value),
            high: f(self.high),
        }
    }
}

fn net(up: f64, down: f64, n: f64, z: f64) -> Option<Limits> {
    if !(up >= 0.0 && down >= 0.0 && n > 0.0 && z >= 0.0) {
        return None;
    }
    let value = 1.0 + (up - down) / n;
    let total = n + 2.0;
    let centre = (up - down) / total;
    let spread = (up + down + 2.0) / total - centre * centre;
    let reach = z * (spread.max(0.0) / total).sqrt();
    Some(Limits {
        low: (1.0 + centre - reach).clamp(0.0, value),
        value,
        high: (1.0 + centre + reach).clamp(value, 2.0),
    })
}

fn share((x, n): (f64, f64), z: f64) -> Option<Limits> {
    is_proportion(x, n, z).then(|| {
        let (low, high) = wilson_limits(x, n, z);
        Limits {
            low,
            value: x / n,
            high,
        }
    })
}

fn length(a: f64, b: f64) -> f64 {
    f64::sqrt(a * a + b * b)
}

/// MOVER's interval of the difference of two independent values:
/// `d − √((v1 − l1)² + (u2 − v2)²)` to `d + √((u1 − v1)² + (v2 − l2)²)`.
#[must_use]
pub fn mover_difference(one: Limits, other: Limits) -> Interval {
    let d = one.value - other.value;
    Interval::new(
        d - length(one.value - one.low, other.high - other.value),
        d + length(one.high - one.value, other.value - other.low),
    )
}

/// MOVER's interval of the ratio of two independent values that are not negative (Donner & Zou
/// 2012): `[v1v2 ∓ √((v1v2)² − l1u2(2v1 − l1)(2v2 − u2))]/(u2(2v2 − u2))`, likewise above.
/// Unbounded above where the other's lower limit is 0, undefined where both values are 0.
#[must_use]
pub fn mover_ratio(one: Limits, other: Limits) -> Interval {
    if one.value <= 0.0 && other.value <= 0.0 {
        return Interval::NONE;
    }
    let product = one.value * other.value;
    let root = |a: f64, b: f64| f64::sqrt((product * product - a * b).max(0.0));
    let stretch = |value: f64, limit: f64| limit * (2.0 * value - limit);
    // The published lower limit multiplied out: its denominator may vanish.
    let below = stretch(one.value, one.low);
    let low = if below > 0.0 {
        below / (product + root(below, stretch(other.value, other.high)))
    } else {
        0.0
    };
    let under = stretch(other.value, other.low);
    let high = (under > 0.0).then(|| (product + root(stretch(one.value, one.high), under)) / under);
    Interval {
        low: Some(low),
        high,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{mover_z, newcombe_z, wilson_z};
    use super::*;

    const Z: f64 = 1.959_963_984_540_054;

    #[test]
    fn plain_shares_give_wilson_newcombe_and_donner_zou() {
        for (a, b) in [
            ((24.0, 60.0), (60.0, 100.0)),
            ((0.0, 40.0), (12.0, 50.0)),
            ((9.0, 9.0), (1.0, 70.0)),
        ] {
            let of = |c| Form::Share(c).limits_z(Z).unwrap();
            let (one, other) = (of(a), of(b));
            assert_eq!(Interval::new(one.low, one.high), wilson_z(a.0, a.1, Z),);
            assert_eq!(
                mover_difference(one, other),
                newcombe_z(a.0, a.1, b.0, b.1, Z)
            );
            assert_eq!(mover_ratio(one, other), mover_z(a.0, a.1, b.0, b.1, Z));
        }
    }

    #[test]
    fn a_mean_of_equal_shares_is_narrower_by_the_root_of_two() {
        let one = Form::Share((80.0, 100.0)).limits_z(Z).unwrap();
        let mean = Form::Mean((80.0, 100.0), (80.0, 100.0))
            .limits_z(Z)
            .unwrap();
        let narrower = (one.high - one.low) / (mean.high - mean.low);
        assert!((narrower - 2f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn odds_are_the_map_of_their_share_and_turn_round() {
        let odds = Form::Odds((30.0, 40.0)).limits_z(Z).unwrap();
        let share = Form::Share((30.0, 40.0)).limits_z(Z).unwrap();
        assert!((odds.low - share.low / (1.0 - share.low)).abs() < 1e-12);
        assert!((odds.high - share.high / (1.0 - share.high)).abs() < 1e-12);
        let turned = Form::Odds((10.0, 40.0)).limits_z(Z).unwrap();
        assert!((turned.low * odds.high - 1.0).abs() < 1e-12);
        assert_eq!(Form::Odds((5.0, 5.0)).limits_z(Z), None);
        assert_eq!(Form::Odds((0.0, 5.0)).limits_z(Z).unwrap().low, 0.0);
    }

    #[test]
    fn a_gap_of_shares_is_newcombes() {
        let gap = Form::Gap((40.0, 50.0), (20.0, 50.0)).limits_z(Z).unwrap();
        let newcombe = newcombe_z(40.0, 50.0, 20.0, 50.0, Z);
        assert_eq!(Interval::new(gap.low, gap.high), newcombe);
        let h = Form::Angle((60.0, 100.0)).limits_z(Z).unwrap().value
            - Form::Angle((24.0, 60.0)).limits_z(Z).unwrap().value;
        assert!((h - 0.402_715_842).abs() < 1e-9);
        let imbalance = Form::Contrast((100.0, 160.0)).limits_z(Z).unwrap();
        assert_eq!(imbalance.value, 0.25);
        assert!(imbalance.low > 0.0 && imbalance.high < 0.5);
    }

    #[test]
    fn nets_hold_their_value_even_without_a_change() {
        let none = Form::Net {
            up: 0.0,
            down: 0.0,
            n: 20.0,
        };
        let limits = none.limits_z(Z).unwrap();
        assert_eq!(limits.value, 1.0);
        // Centre 0, spread 2/22 over 22 rows.
        let reach = Z * (2.0 / 22.0 / 22.0_f64).sqrt();
        assert!((limits.high - 1.0 - reach).abs() < 1e-12);
        assert!((limits.low - 1.0 + reach).abs() < 1e-12);
        let all = Form::Net {
            up: 5.0,
            down: 0.0,
            n: 5.0,
        };
        assert_eq!(all.limits_z(Z).unwrap().high, 2.0);
    }

    #[test]
    fn scales_go_there_and_back() {
        for (scale, value) in [(Scale::Log, 2.5), (Scale::Fisher, -0.7)] {
            assert!((scale.back(scale.of(value)) - value).abs() < 1e-15);
            let smooth = Form::Smooth {
                scale,
                value,
                centre: scale.of(value),
                error: 0.2,
            };
            let limits = smooth.limits_z(Z).unwrap();
            assert!(limits.low < value && value < limits.high);
        }
    }

    #[test]
    fn ends_are_exact_and_undefined_parts_give_nothing() {
        let all = Form::Dice((7.0, 7.0)).limits_z(Z).unwrap();
        assert_eq!((all.value, all.high), (1.0, 1.0));
        let none = Form::Dice((0.0, 7.0)).limits_z(Z).unwrap();
        assert_eq!((none.value, none.low), (0.0, 0.0));
        let perfect = Form::Mean((3.0, 3.0), (8.0, 8.0)).limits_z(Z).unwrap();
        assert_eq!((perfect.value, perfect.high), (1.0, 1.0));
        assert_eq!(Form::Mean((0.0, 0.0), (1.0, 2.0)).limits_z(Z), None);
        assert_eq!(Form::Dice((3.0, 2.0)).limits_z(Z), None);
    }
}
