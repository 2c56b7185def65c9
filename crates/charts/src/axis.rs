//! Horizontal axes: a range of values, the pixels it fills, and round numbers to label it with.

use waage_result::text::Catalogue;

/// The unit in which values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A share, in per cent.
    Percent,
    /// A difference of shares, in percentage points with a sign.
    Points,
    /// A plain number.
    Number,
    /// A signed plain number.
    Signed,
    /// A ratio.
    Ratio,
}

impl Unit {
    /// A value as the figure prints it.
    pub(crate) fn write(self, value: f64, words: &Catalogue) -> String {
        match self {
            Self::Percent => words.percent(value, 1),
            Self::Points => signed(&words.decimal(value * 100.0, 1), value),
            Self::Number => words.decimal(value, 3),
            Self::Signed => signed(&words.decimal(value, 3), value),
            Self::Ratio => words.decimal(value, 2),
        }
    }

    /// A tick's label at a distance `step` from its neighbours.
    pub(crate) fn tick(self, value: f64, step: f64, words: &Catalogue) -> String {
        match self {
            Self::Percent => words.percent(value, decimals(step * 100.0)),
            Self::Points => signed(&words.decimal(value * 100.0, decimals(step * 100.0)), value),
            Self::Number | Self::Ratio => words.decimal(value, decimals(step)),
            Self::Signed => signed(&words.decimal(value, decimals(step)), value),
        }
    }
}

/// The text with a plus sign if it is a positive number.
fn signed(text: &str, value: f64) -> String {
    let zero = !text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
    if value > 0.0 && !zero {
        format!("+{text}")
    } else {
        text.to_owned()
    }
}

/// Decimals that write multiples of `step` exactly, six at most.
fn decimals(step: f64) -> usize {
    let mut scaled = step;
    for digits in 0..6 {
        if (scaled - scaled.round()).abs() < 1e-6 * scaled.abs().max(1e-3) {
            return digits;
        }
        scaled *= 10.0;
    }
    6
}

/// An axis from `left` to `right` in pixels.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    pub(crate) left: f64,
    pub(crate) right: f64,
    ticks: Vec<f64>,
    step: f64,
}

impl Axis {
    /// A linear axis that holds `low..high`, widened to round numbers.
    pub(crate) fn linear(low: f64, high: f64, left: f64, right: f64) -> Self {
        let (low, high) = if high - low > f64::MIN_POSITIVE {
            (low, high)
        } else {
            (low - 0.5, low + 0.5)
        };
        let step = round_step((high - low) / ((right - left) / 62.0).clamp(2.0, 8.0));
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let count = (last - first).clamp(1.0, 50.0) as u32;
        let ticks = (0..=count).map(|i| (first + f64::from(i)) * step).collect();
        Self {
            low: first * step,
            high: (first + f64::from(count)) * step,
            log: false,
            left,
            right,
            ticks,
            step,
        }
    }

    /// A logarithmic axis that holds `low..high`, both above zero.
    pub(crate) fn log(low: f64, high: f64, left: f64, right: f64) -> Self {
        const FINE: [f64; 15] = [
            0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0,
        ];
        const COARSE: [f64; 13] = [
            0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0,
        ];
        let (low, high) = (low.clamp(0.01, 0.99), high.clamp(1.01, 100.0));
        let candidates: &[f64] = if high / low < 3.0 { &FINE } else { &COARSE };
        let mut axis = Self {
            low,
            high,
            log: true,
            left,
            right,
            ticks: Vec::new(),
            step: 0.01,
        };
        let mut ticks: Vec<f64> = vec![1.0];
        // From 1 outwards, so that 1 is always labelled and the rest keep their distance.
        for outward in [
            candidates
                .iter()
                .copied()
                .filter(|t| *t > 1.0)
                .collect::<Vec<_>>(),
            candidates
                .iter()
                .rev()
                .copied()
                .filter(|t| *t < 1.0)
                .collect(),
        ] {
            let mut last = 1.0;
            for tick in outward.into_iter().filter(|t| (low..=high).contains(t)) {
                if (axis.at(tick) - axis.at(last)).abs() >= 34.0 {
                    ticks.push(tick);
                    last = tick;
                }
            }
        }
        ticks.sort_by(f64::total_cmp);
        axis.ticks = ticks;
        axis
    }

    /// The pixel of a value, kept on the axis.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = if self.log {
            if value <= 0.0 {
                0.0
            } else {
                libm::log(value / self.low) / libm::log(self.high / self.low)
            }
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    /// Whether a value lies to the left (-1), on (0) or to the right (1) of the axis.
    pub(crate) fn side(&self, value: f64) -> i8 {
        let slack = 1e-9 * (self.high - self.low);
        if value < self.low - slack {
            -1
        } else {
            i8::from(value > self.high + slack)
        }
    }

    /// A value between the ticks, with two decimals more than they have.
    pub(crate) fn write(&self, value: f64, words: &Catalogue) -> String {
        words.decimal(value, (decimals(self.step) + 2).min(6))
    }

    /// Round numbers along the axis, with their labels.
    pub(crate) fn ticks(&self, unit: Unit, words: &Catalogue) -> Vec<(f64, String)> {
        let label = |tick: f64| {
            if self.log {
                words.decimal(tick, decimals(tick))
            } else {
                unit.tick(tick, self.step, words)
            }
        };
        self.ticks.iter().map(|&tick| (tick, label(tick))).collect()
    }
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `raw`.
fn round_step(raw: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(raw).floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= raw * (1.0 - 1e-9))
        .unwrap_or(raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::Language;

    #[test]
    fn linear_axes_end_on_round_numbers() {
        let axis = Axis::linear(0.0, 0.43, 0.0, 200.0);
        let labels: Vec<String> = axis
            .ticks(Unit::Percent, Catalogue::of(Language::De))
            .into_iter()
            .map(|t| t.1)
            .collect();
        assert_eq!(
            labels,
            ["0\u{202f}%", "20\u{202f}%", "40\u{202f}%", "60\u{202f}%"]
        );
        assert!((axis.at(0.3) - 100.0).abs() < 1e-9);
        assert_eq!(
            (axis.side(-0.1), axis.side(0.6), axis.side(0.61)),
            (-1, 0, 1)
        );
    }

    #[test]
    fn log_axes_put_a_ratio_and_its_inverse_at_equal_distance() {
        let axis = Axis::log(0.5, 2.0, 0.0, 200.0);
        assert!((axis.at(1.0) - 100.0).abs() < 1e-9);
        assert!((axis.at(0.8) + axis.at(1.25) - 200.0).abs() < 1e-9);
        assert_eq!(axis.at(0.0), 0.0);
        assert!(
            axis.ticks(Unit::Ratio, Catalogue::of(Language::En))
                .iter()
                .any(|(t, l)| *t == 1.0 && l == "1")
        );
    }

    #[test]
    fn a_range_of_one_value_still_has_an_axis() {
        let axis = Axis::linear(0.2, 0.2, 0.0, 100.0);
        assert!(axis.at(0.2) > 0.0 && axis.at(0.2) < 100.0);
    }

    #[test]
    fn values_carry_sign_and_unit() {
        let (en, de) = (Catalogue::of(Language::En), Catalogue::of(Language::De));
        assert_eq!(Unit::Points.write(-0.1234, en), "\u{2212}12.3");
        assert_eq!(Unit::Points.write(0.05, de), "+5,0");
        assert_eq!(Unit::Points.write(0.0001, de), "0,0");
        assert_eq!(Unit::Ratio.write(0.8, de), "0,80");
    }
}
