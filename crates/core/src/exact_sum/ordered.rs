//! Exact sums of numbers that come in order of size.

use super::{ExactSum, MANTISSA_BITS, mantissa_and_shift};

/// An [`ExactSum`] that is fed ascending numbers with their counts.
///
/// Neighbours mostly share sign and exponent, so their mantissas are integers on one grid: they
/// are added as such, and reach the sum when the exponent changes. Any order gives the same sum;
/// order alone makes it fast.
///
/// ```
/// use waage_core::exact_sum::OrderedSum;
/// let mut sum = OrderedSum::default();
/// sum.add(0.1, 10);
/// sum.add(0.25, 4);
/// assert_eq!(sum.finish().value(), 2.0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct OrderedSum {
    sum: ExactSum,
    /// Sign and exponent of the numbers held back.
    head: u64,
    /// Sum of their mantissas times counts: below 2^53 times the rows, and so below 2^117.
    held: u128,
}

impl OrderedSum {
    /// Adds a finite `x` so many times; all counts together stay below 2^64.
    #[inline]
    pub fn add(&mut self, x: f64, times: u64) {
        debug_assert!(x.is_finite(), "only finite numbers have a sum");
        let bits = x.to_bits();
        let head = bits >> MANTISSA_BITS;
        if head != self.head {
            self.flush();
            self.head = head;
        }
        self.held += u128::from(mantissa_and_shift(bits).0) * u128::from(times);
    }

    /// The sum.
    #[must_use]
    pub fn finish(mut self) -> ExactSum {
        self.flush();
        self.sum
    }

    fn flush(&mut self) {
        let held = std::mem::take(&mut self.held);
        let (_, shift) = mantissa_and_shift(self.head << MANTISSA_BITS);
        self.sum.add_wide(held, shift, self.head >> 11 == 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_equals_the_exact_sum_in_any_order(
            xs in prop::collection::vec((any::<f64>(), 0..1_u64 << 40), 0..60),
            near in prop::collection::vec((-2.0..2.0_f64, 0..5_u64), 0..60),
        ) {
            let (mut ordered, mut plain) = (OrderedSum::default(), ExactSum::new());
            for (x, times) in xs.into_iter().chain(near).filter(|(x, _)| x.is_finite()) {
                ordered.add(x, times);
                plain.add_times(x, times);
            }
            prop_assert_eq!(ordered.finish(), plain);
        }
    }
}
