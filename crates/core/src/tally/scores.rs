//! Scores as integers in their order, and the fixed grid on them.
//!
//! A score's bin is the top 20 bits of the order-preserving integer image of its f64: sign, eleven
//! exponent bits and eight of the mantissa. The grid covers the whole line, needs no range in
//! advance, and no bin is wider than 1/256 of the scores in it.

use crate::block::MAGNITUDE_MAX;

const SHIFT: u32 = 44;

/// The 64-bit image whose unsigned order is the order of the reals; −0 counts as 0.
#[inline]
#[must_use]
pub fn ordered_bits(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// The real of an image.
#[inline]
#[must_use]
pub fn from_ordered_bits(image: u64) -> f64 {
    f64::from_bits(if image >> 63 == 1 {
        image & !(1 << 63)
    } else {
        !image
    })
}

/// The grid bin of an image.
#[inline]
pub(crate) const fn bin_of(image: u64) -> u32 {
    (image >> SHIFT) as u32
}

/// Whether an image is that of a score which a block may hold.
pub(crate) fn is_image(image: u64) -> bool {
    let score = from_ordered_bits(image);
    score.abs() <= MAGNITUDE_MAX && ordered_bits(score) == image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_and_bins_keep_the_order_of_scores() {
        let scores = [
            -1e60, -1.5, -1e-310, 0.0, 5e-324, 0.25, 0.5, 0.500_1, 1.0, 1e60,
        ];
        for pair in scores.windows(2) {
            let [a, b] = [pair[0], pair[1]].map(ordered_bits);
            assert!(a < b && bin_of(a) <= bin_of(b), "{pair:?}");
        }
        for score in scores {
            assert_eq!(from_ordered_bits(ordered_bits(score)), score);
            assert!(is_image(ordered_bits(score)));
        }
        assert_eq!(ordered_bits(-0.0), ordered_bits(0.0));
    }

    #[test]
    fn what_is_no_score_has_no_image() {
        for bits in [f64::NAN, f64::INFINITY, -1e61].map(ordered_bits) {
            assert!(!is_image(bits));
        }
        assert!(!is_image(!(-0.0_f64).to_bits()), "−0 is written as 0");
    }

    #[test]
    fn a_bin_is_no_wider_than_a_256th() {
        let low = ordered_bits(0.5);
        let high = low | ((1 << SHIFT) - 1);
        assert_eq!(bin_of(low), bin_of(high));
        assert_ne!(bin_of(low), bin_of(high + 1));
        assert!(from_ordered_bits(high + 1) - 0.5 <= 0.5 / 256.0);
    }
}
