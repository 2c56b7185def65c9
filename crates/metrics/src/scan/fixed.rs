//! Sums that no order of adding changes: numbers as integers on a grid fixed beforehand.
//!
//! With `|x| < 2^e` for every row, `x` is cut to a multiple of `2^(e − 62)`, which an `i64` holds,
//! and an `i128` holds the sum of 2^64 of them exactly. A number down to `2^(e − 9)` loses nothing;
//! the others lose less than `2^−62` of the largest, so that a mean is off by less than that.

/// The grid of one kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Numbers are multiplied by two to this power.
    shift: i32,
}

/// Bits of the largest number on its grid.
const BITS: i32 = 62;
/// Beyond, the scale itself would not be a number.
const SHIFT_MAX: i32 = 1000;

impl Grid {
    /// The grid of numbers whose magnitude is at most `most`.
    pub fn for_magnitude(most: f64) -> Self {
        let (_, exponent) = libm::frexp(most);
        Self {
            shift: (BITS - exponent).min(SHIFT_MAX),
        }
    }

    /// The factor by which numbers are multiplied, a power of two.
    pub fn scale(self) -> f64 {
        libm::ldexp(1.0, self.shift)
    }

    /// A sum of numbers on the grid, rounded once.
    pub fn value(self, sum: i128) -> f64 {
        libm::ldexp(sum as f64, -self.shift)
    }
}

/// A number on the grid of that scale.
#[inline]
pub(crate) fn place(x: f64, scale: f64) -> i64 {
    (x * scale) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_where_the_grid_reaches_and_close_elsewhere() {
        let numbers = [0.1, 0.7, -0.3, 0.999, 1.0 / 3.0];
        let grid = Grid::for_magnitude(1.0);
        let sum: i128 = numbers
            .iter()
            .map(|x| i128::from(place(*x, grid.scale())))
            .sum();
        let direct = 0.1 + 0.7 - 0.3 + 0.999 + 1.0 / 3.0;
        assert!((grid.value(sum) - direct).abs() < 1e-15);
        for most in [1e60, 1e-60, 5e-324, 3.0, 0.0] {
            let grid = Grid::for_magnitude(most);
            let back = grid.value(i128::from(place(most, grid.scale())));
            assert!(back == most || most < 1e-300, "{most} {back}");
        }
    }
}
