//! Where a scaled value crosses a threshold, to the last bit.
//!
//! A scaler computes `(x − offset) · scale` in single precision, which never falls as `x` rises (or
//! never rises, when the scale is negative). So the values of `x` that pass a threshold end at one
//! number of single precision, and halving the interval finds it.

use crate::model::Test;

/// A test of the value itself.
pub struct Unscaled {
    pub test: Test,
    /// Whether the old left values are now those on the right.
    pub upward: bool,
}

/// The test of `x` that says what `scaled(x) < threshold` (or `<=`) says. The scale is not 0.
pub fn below(offset: f64, scale: f64, threshold: f64, or_equal: bool) -> Unscaled {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "they are of single precision"
    )]
    let (offset, scale, threshold) = (offset as f32, scale as f32, threshold as f32);
    let passes = |x: f32| {
        let scaled = (x - offset) * scale;
        scaled < threshold || (or_equal && scaled <= threshold)
    };
    let upward = scale < 0.0;
    // The first number that is on the other side than −∞ may be; one past +∞ when there is none.
    let (mut low, mut high) = (-INFINITE, INFINITE + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(ordered(middle)) == upward {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let test = if low > INFINITE {
        Test::Below {
            threshold: f64::INFINITY,
            or_equal: true,
        }
    } else {
        Test::Below {
            threshold: f64::from(ordered(low)),
            or_equal: false,
        }
    };
    Unscaled { test, upward }
}

const INFINITE: i64 = 0x7f80_0000;

/// The numbers of single precision by their order; 0 is 0, the infinities are ±`INFINITE`.
fn ordered(place: i64) -> f32 {
    let size = f32::from_bits(place.unsigned_abs() as u32);
    if place < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CategoryRule, InputCast, Missing, Split};

    #[test]
    fn a_folded_scaler_decides_as_the_scaler_does() {
        let thresholds = [
            0.3_f32,
            -2.5,
            0.0,
            f32::MAX,
            f32::INFINITY,
            f32::NEG_INFINITY,
        ];
        let scalers = [
            (0.1_f32, 3.7_f32),
            (-5.0, -0.01),
            (1e30, 1e-30),
            (0.0, 1.0),
            (1.0, 1e38),
        ];
        for (offset, scale) in scalers {
            for threshold in thresholds {
                for or_equal in [false, true] {
                    let found = below(offset.into(), scale.into(), threshold.into(), or_equal);
                    let split = Split {
                        feature: 0,
                        test: found.test,
                        missing: Missing::Left(false),
                        left: 1,
                        right: 2,
                        cover: 0.0,
                    };
                    let near = threshold / scale + offset;
                    let mut values = vec![0.0, -0.0, 1.0, -7.5, f32::INFINITY, f32::NEG_INFINITY];
                    for step in -40_i32..=40 {
                        let bits = near.to_bits().wrapping_add_signed(step);
                        values.push(f32::from_bits(bits));
                    }
                    for x in values.into_iter().filter(|x| !x.is_nan()) {
                        let scaled = (x - offset) * scale;
                        let wanted = scaled < threshold || (or_equal && scaled <= threshold);
                        let left = split.goes_left(x.into(), InputCast::F32, CategoryRule::Exact);
                        assert_eq!(
                            left != found.upward,
                            wanted,
                            "({x} - {offset}) * {scale} against {threshold}"
                        );
                    }
                }
            }
        }
    }
}
