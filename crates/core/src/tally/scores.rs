//! The fixed grid on which scores are counted.
//!
//! A score's bin is the top 20 bits of the order-preserving integer image of its f64: sign, eleven
//! exponent bits and eight of the mantissa. The grid covers the whole line, needs no range in
//! advance, and no bin is wider than 1/256 of the scores in it.

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

/// The grid bin of a finite score.
#[inline]
#[must_use]
pub fn bin_of_score(score: f64) -> u32 {
    (ordered_bits(score) >> SHIFT) as u32
}

/// Least and greatest score of a bin.
#[must_use]
pub fn bin_range(bin: u32) -> (f64, f64) {
    let low = u64::from(bin) << SHIFT;
    (
        from_ordered_bits(low),
        from_ordered_bits(low | ((1 << SHIFT) - 1)),
    )
}

/// Rows by grid bin, ascending, for one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScoreGrid(pub Vec<(u32, u64)>);

impl ScoreGrid {
    /// Scored rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.iter().map(|(_, n)| n).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_keep_the_order_of_scores_and_hold_them() {
        let scores = [
            -1e300, -1.5, -1e-310, -0.0, 0.0, 5e-324, 0.25, 0.5, 0.500_1, 1.0, 1e300,
        ];
        for pair in scores.windows(2) {
            assert!(bin_of_score(pair[0]) <= bin_of_score(pair[1]), "{pair:?}");
        }
        for score in scores {
            let (low, high) = bin_range(bin_of_score(score));
            assert!(low <= score && score <= high, "{low} {score} {high}");
            assert_eq!(from_ordered_bits(ordered_bits(score)), score);
        }
        assert_eq!(bin_of_score(-0.0), bin_of_score(0.0));
    }
}
