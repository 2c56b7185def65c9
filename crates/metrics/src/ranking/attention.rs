//! Attention by place, and how much of it each group gets.

use super::list::List;

/// Places whose attention is added up one by one.
const EACH_MAX: u64 = 1024;
/// Euler's constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// The attention that a place gets, `1/log2(place + 1)`, the first being 1.
///
/// Source: the discount of DCG (Järvelin & Kekäläinen 2002), as in Singh & Joachims 2018.
#[must_use]
pub fn weight(place: u64) -> f64 {
    1.0 / libm::log2(place as f64 + 1.0)
}

/// The attention that a group gets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// All of its rows.
    pub rows: f64,
    /// Its relevant rows.
    pub relevant: f64,
}

/// Sums of attention over places, by Euler and Maclaurin beyond the first: relative errors stay below
/// 1e-12, and a stretch of 10^9 places costs what one of ten does.
#[derive(Clone, Debug)]
pub struct Attention {
    /// Attention of the first places together, by their number.
    first: Vec<f64>,
}

impl Default for Attention {
    fn default() -> Self {
        let mut first = Vec::with_capacity(EACH_MAX as usize + 1);
        let mut sum = 0.0;
        first.push(0.0);
        for place in 1..=EACH_MAX {
            sum += weight(place);
            first.push(sum);
        }
        Self { first }
    }
}

impl Attention {
    /// Of the first places together.
    #[must_use]
    pub fn up_to(&self, places: u64) -> f64 {
        if places <= EACH_MAX {
            return self.first[places as usize];
        }
        let (a, b) = (EACH_MAX as f64 + 1.0, places as f64 + 1.0);
        let (low, high) = (libm::log(a), libm::log(b));
        let integral = exponential_integral(high) - exponential_integral(low);
        let ends = (1.0 / high - 1.0 / low) / 2.0;
        let slopes = (1.0 / (a * low * low) - 1.0 / (b * high * high)) / 12.0;
        self.first[EACH_MAX as usize] + core::f64::consts::LN_2 * (integral + ends + slopes)
    }

    /// Of the places after `from` up to `to` together.
    #[must_use]
    pub fn between(&self, from: u64, to: u64) -> f64 {
        match to.saturating_sub(from) {
            0 => 0.0,
            few if few <= 8 => (from + 1..=to).map(weight).sum(),
            _ => self.up_to(to) - self.up_to(from),
        }
    }

    /// The attention that each group gets of the places looked at, together; tied rows have the mean of
    /// their places each.
    ///
    /// Divided by a group's rows it is its mean exposure, by the sum of all its share of exposure.
    ///
    /// ```
    /// use waage_metrics::ranking::{attention::Attention, list::List};
    /// use waage_metrics::score::table::from_rows;
    /// let a = from_rows(&[(2.0, 2, 1.0)], false);
    /// let b = from_rows(&[(1.0, 2, 1.0)], false);
    /// let seen = Attention::default().by_group(&List::of(&[a, b], None));
    /// assert_eq!(seen[0], 1.0);
    /// assert!((seen[1] - 0.630_929_754).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn by_group(&self, list: &List) -> Vec<f64> {
        self.seen(list).into_iter().map(|seen| seen.rows).collect()
    }

    /// The attention that each group's rows get of the places looked at, and that its relevant rows get:
    /// its discounted cumulative gain.
    pub(super) fn seen(&self, list: &List) -> Vec<Seen> {
        let mut out = vec![Seen::default(); list.sizes().len()];
        for block in list.blocks() {
            let end = (block.above + block.rows).min(list.length());
            let each = self.between(block.above, end) / block.rows as f64;
            for entry in block.entries {
                let seen = &mut out[entry.group];
                seen.rows += each * entry.rows as f64;
                seen.relevant += each * entry.relevant as f64;
            }
        }
        out
    }
}

/// Ei(x) for x in about [7, 40]: its power series, all terms of which are positive.
fn exponential_integral(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 0.0);
    for k in 1..400 {
        let k = f64::from(k);
        term *= x / k;
        sum += term / k;
        if term < 1e-18 * sum {
            break;
        }
    }
    EULER_GAMMA + libm::log(x) + sum
}

#[cfg(test)]
mod tests {
    use super::super::list::fixture::{ordered, r1};
    use super::*;

    #[test]
    fn sums_are_those_of_the_places_one_by_one() {
        let attention = Attention::default();
        let mut sum = 0.0;
        for place in 1..=200_000_u64 {
            sum += weight(place);
            if [1, 2, 1024, 1025, 2000, 20_000, 200_000].contains(&place) {
                let found = attention.up_to(place);
                assert!((found / sum - 1.0).abs() < 1e-12, "{place}: {found} {sum}");
            }
        }
        let few = attention.between(5000, 5008);
        assert!((few - (attention.up_to(5008) - attention.up_to(5000))).abs() < 1e-9);
    }

    #[test]
    fn exposure_is_that_of_the_worked_example() {
        let list = r1();
        let seen = Attention::default().by_group(&list);
        let mean = |g: usize| seen[g] / list.sizes()[g] as f64;
        assert!((mean(1) - 0.355_927_068).abs() < 1e-9);
        assert!((mean(0) - 0.552_784_799).abs() < 1e-9);
        assert!((mean(1) / mean(0) - 0.643_879_986).abs() < 1e-9);
        assert!((seen[1] / (seen[0] + seen[1]) - 0.391_683_086).abs() < 1e-9);
    }

    #[test]
    fn tied_rows_share_their_places_evenly() {
        use crate::score::table::from_rows;
        let a = from_rows(&[(1.0, 2, 1.0), (0.5, 2, 1.0)], false);
        let b = from_rows(&[(0.5, 2, 1.0), (0.5, 2, 1.0)], false);
        let list = List::of(&[a, b], Some(3));
        let seen = Attention::default().by_group(&list);
        // Places 2 and 3 go to three rows.
        let each = (weight(2) + weight(3)) / 3.0;
        assert!((seen[0] - 1.0 - each).abs() < 1e-12);
        assert!((seen[1] - 2.0 * each).abs() < 1e-12);
        assert_eq!(Attention::default().by_group(&ordered(1, &[])), [0.0]);
    }
}
