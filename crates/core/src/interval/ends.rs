//! Limits of a value that the data leave open between two ends.

use super::{Interval, quantile};

/// The ends between which a value lies whatever the data do not tell, and their replicates.
///
/// An end that is not finite bounds nothing on its side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ends {
    /// The least and the greatest value that the data allow.
    pub at: [f64; 2],
    /// Replicates of both, in any order.
    pub replicates: [Vec<f64>; 2],
}

impl Ends {
    /// The interval that holds both ends with confidence `level`: each end is exceeded with at most
    /// half of what is left (Bonferroni), so the percentiles are those of a two-sided interval.
    ///
    /// ```
    /// use waage_core::interval::Ends;
    /// let replicates = |end: f64| (0..=1000).map(|i| end + f64::from(i - 500) / 1000.0).collect();
    /// let ends = Ends { at: [1.0, 2.0], replicates: [replicates(1.0), replicates(2.0)] };
    /// let (low, high) = { let i = ends.interval(0.9); (i.low.unwrap(), i.high.unwrap()) };
    /// assert!((low - 0.55).abs() < 1e-9 && (high - 2.45).abs() < 1e-9);
    /// assert_eq!(ends.p_value(1.5), Some(1.0));
    /// ```
    #[must_use]
    pub fn interval(&self, level: f64) -> Interval {
        let tail = (1.0 - level) / 2.0;
        let end = |side: usize, q: f64| {
            let mut values = self.replicates[side].clone();
            quantile(&mut values, q).filter(|end| end.is_finite())
        };
        if !(level > 0.0 && level < 1.0) {
            return Interval::NONE;
        }
        Interval {
            low: end(0, tail).map(|low| low.min(self.at[0])),
            high: end(1, 1.0 - tail).map(|high| high.max(self.at[1])),
        }
    }

    /// Twice the share of replicates whose end is not beyond `null`; 1 between the ends, `None`
    /// without replicates.
    #[must_use]
    pub fn p_value(&self, null: f64) -> Option<f64> {
        let beyond = |side: usize, reaches: &dyn Fn(&f64) -> bool| {
            let values = &self.replicates[side];
            let count = values.iter().filter(|v| reaches(v)).count() as f64;
            (!values.is_empty())
                .then(|| (2.0 * (1.0 + count) / (1.0 + values.len() as f64)).min(1.0))
        };
        if null < self.at[0] {
            beyond(0, &|end| *end <= null)
        } else if null > self.at[1] {
            beyond(1, &|end| *end >= null)
        } else {
            beyond(0, &|_| true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_p_value_inverts_the_interval() {
        let spread = |end: f64| (0..999).map(|i| end + f64::from(i) / 999.0 - 0.5).collect();
        let ends = Ends {
            at: [1.0, 2.0],
            replicates: [spread(1.0), spread(2.0)],
        };
        for level in [0.8, 0.9, 0.95] {
            let interval = ends.interval(level);
            for limit in [interval.low.unwrap(), interval.high.unwrap()] {
                let p = ends.p_value(limit).unwrap();
                assert!((p - (1.0 - level)).abs() < 0.005, "{level} {limit} {p}");
            }
        }
    }

    #[test]
    fn an_end_that_is_not_finite_bounds_nothing() {
        let ends = Ends {
            at: [0.5, f64::INFINITY],
            replicates: [vec![0.5; 100], vec![f64::INFINITY; 100]],
        };
        let interval = ends.interval(0.95);
        assert_eq!((interval.low, interval.high), (Some(0.5), None));
        assert_eq!(ends.p_value(3.0), Some(1.0));
        assert_eq!(Ends::default().p_value(0.0), None);
    }
}
