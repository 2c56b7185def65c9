//! Horizontal axes: a range of values, the pixels it fills, and round numbers to label it with.

use waage_result::text::Catalogue;

/// The unit in which values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A share, in per cent with so many decimals.
    Percent(usize),
    /// A difference of shares, in percentage points with a sign and so many decimals.
    Points(usize),
    /// A plain number.
    Number,
    /// A signed plain number.
    Signed,
    /// A ratio.
    Ratio,
}

impl Unit {
    /// The unit for values up to `largest`: shares below 2 % have a second decimal.
    pub(crate) fn fine(self, largest: f64) -> Self {
        let digits = if largest < 0.02 { 2 } else { 1 };
        match self {
            Self::Percent(_) => Self::Percent(digits),
            Self::Points(_) => Self::Points(digits),
            other => other,
        }
    }

    /// A value as the figure prints it: fewer decimals the larger it is.
    pub(crate) fn write(self, value: f64, words: &Catalogue) -> String {
        let digits = |most: usize| {
            let whole = [10.0, 100.0, 1000.0]
                .into_iter()
                .filter(|bound| value.abs() >= *bound)
                .count();
            most.saturating_sub(whole)
        };
        match self {
            Self::Percent(most) | Self::Points(most) => self.text(value, most, words),
            Self::Number | Self::Signed => self.text(value, digits(3), words),
            Self::Ratio => self.text(value, digits(2), words),
        }
    }

    /// A tick's label at a distance `step` from its neighbours.
    pub(crate) fn tick(self, value: f64, step: f64, words: &Catalogue) -> String {
        match self {
            Self::Percent(_) | Self::Points(_) => self.text(value, decimals(step * 100.0), words),
            Self::Number | Self::Signed | Self::Ratio => self.text(value, decimals(step), words),
        }
    }

    fn text(self, value: f64, digits: usize, words: &Catalogue) -> String {
        match self {
            Self::Percent(_) if (value * 100.0).abs() < LARGE => words.percent(value, digits),
            Self::Percent(_) | Self::Number | Self::Ratio => number(value, digits, words),
            Self::Points(_) => signed(
                &number((value * 100.0).clamp(f64::MIN, f64::MAX), digits, words),
                value,
            ),
            Self::Signed => signed(&number(value, digits, words), value),
        }
    }
}

/// From here on numbers are written with an exponent.
const LARGE: f64 = 1e7;

fn number(value: f64, digits: usize, words: &Catalogue) -> String {
    if digits == 0 && value.abs() < LARGE {
        let whole = words.integer(value.abs().round() as u64);
        return if value <= -0.5 {
            format!("\u{2212}{whole}")
        } else {
            whole
        };
    }
    if value.abs() < LARGE {
        return words.decimal(value, digits);
    }
    let power = libm::log10(value.abs()).floor();
    format!(
        "{}e{power}",
        words.decimal(value / libm::pow(10.0, power), 1)
    )
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

/// No axis reaches further from zero.
const RANGE_MAX: f64 = 1e100;

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
    /// A linear axis that holds `low..high` and a little more, except beyond zero.
    pub(crate) fn linear(low: f64, high: f64, left: f64, right: f64) -> Self {
        let (low, high) = (
            low.clamp(-RANGE_MAX, RANGE_MAX),
            high.clamp(-RANGE_MAX, RANGE_MAX),
        );
        let (low, high) = if high - low > f64::MIN_POSITIVE {
            (low, high)
        } else {
            (low - 0.5, low + 0.5)
        };
        let step = round_step((high - low) / ((right - left) / 44.0).clamp(2.0, 8.0));
        let pad = 0.04 * (high - low);
        let low = if low == 0.0 { low } else { low - pad };
        let high = if high == 0.0 { high } else { high + pad };
        let (first, last) = ((low / step - 1e-9).ceil(), (high / step + 1e-9).floor());
        let count = (last - first).clamp(0.0, 50.0) as u32;
        let ticks = (0..=count).map(|i| (first + f64::from(i)) * step).collect();
        Self {
            low,
            high,
            log: false,
            left,
            right,
            ticks,
            step,
        }
    }

    /// A logarithmic axis that holds `low..high`, both above zero, and the ratio 1.
    pub(crate) fn log(low: f64, high: f64, left: f64, right: f64) -> Self {
        /// By rank: a tick is labelled where those before it leave room.
        const RANKED: [f64; 21] = [
            1.0, 0.5, 2.0, 0.8, 1.25, 0.2, 5.0, 0.1, 10.0, 0.05, 20.0, 0.7, 1.5, 0.3, 3.0, 0.9,
            1.1, 0.6, 0.4, 4.0, 1.75,
        ];
        const ROOM: f64 = 36.0;
        let (low, high) = (low.clamp(0.01, 0.99), high.clamp(1.01, 100.0));
        let mut axis = Self {
            low,
            high,
            log: true,
            left,
            right,
            ticks: Vec::new(),
            step: 0.01,
        };
        for tick in RANKED.into_iter().filter(|t| (low..=high).contains(t)) {
            if axis
                .ticks
                .iter()
                .all(|other| (axis.at(tick) - axis.at(*other)).abs() >= ROOM)
            {
                axis.ticks.push(tick);
            }
        }
        axis.ticks.sort_by(f64::total_cmp);
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
        number(value, (decimals(self.step) + 2).min(6), words)
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
    fn linear_axes_start_at_zero_and_label_round_numbers() {
        let axis = Axis::linear(0.0, 0.5, 0.0, 208.0);
        let labels: Vec<String> = axis
            .ticks(Unit::Percent(1), Catalogue::of(Language::De))
            .into_iter()
            .map(|t| t.1)
            .collect();
        assert_eq!(labels, ["0\u{202f}%", "20\u{202f}%", "40\u{202f}%"]);
        // 208 pixels hold 0.52: four for each hundredth.
        assert!((axis.at(0.3) - 120.0).abs() < 1e-9);
        assert_eq!(
            (axis.side(-0.1), axis.side(0.5), axis.side(0.6)),
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
        assert_eq!(Unit::Points(1).write(-0.1234, en), "\u{2212}12.3");
        assert_eq!(Unit::Points(1).write(0.05, de), "+5,0");
        assert_eq!(Unit::Points(1).write(0.0001, de), "0,0");
        assert_eq!(Unit::Ratio.write(0.8, de), "0,80");
        assert_eq!(Unit::Number.write(1234.5678, en), "1,235");
        assert_eq!(Unit::Signed.write(-1234.5678, de), "\u{2212}1.235");
        assert_eq!(Unit::Percent(1).fine(0.012).write(0.0043, en), "0.43%");
        assert_eq!(Unit::Number.write(12.345, de), "12,35");
        assert_eq!(Unit::Signed.write(2.5e300, de), "+2,5e300");
    }
}
