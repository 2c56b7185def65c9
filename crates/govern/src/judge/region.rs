//! Which values a check allows.

use waage_core::quantity::Comparison;
use waage_result::finding::Margin;

use crate::policy::{Check, Op};

/// The allowed values: from a lower to an upper limit, each of which may be absent or itself
/// forbidden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Region {
    pub low: Option<Limit>,
    pub high: Option<Limit>,
}

/// One end of a region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    pub at: f64,
    /// Whether the limit itself is allowed.
    pub closed: bool,
}

/// An end of an interval or region, as seen from inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Low,
    High,
}

/// What rounding may add to or take from a value that equals a limit (FORMULAS §3.2).
pub(crate) const fn tolerance(limit: f64) -> f64 {
    1e-12 * limit.abs().max(1.0)
}

impl Region {
    /// What a check allows: a difference in either direction alike.
    pub(crate) fn of(check: &Check) -> Self {
        let limit = |at, closed| Some(Limit { at, closed });
        let two_sided = check.comparison == Comparison::Difference;
        match (check.margin, check.op) {
            (Margin::Between([low, high]), _) => Self {
                low: limit(low, true),
                high: limit(high, true),
            },
            (Margin::One(at), Op::AtMost | Op::Less) => {
                let closed = check.op == Op::AtMost;
                let low = if two_sided { limit(-at, closed) } else { None };
                Self {
                    low,
                    high: limit(at, closed),
                }
            }
            (Margin::One(at), Op::AtLeast | Op::Between) => Self {
                low: limit(at, true),
                high: None,
            },
            (Margin::One(at), Op::More) => Self {
                low: limit(at, false),
                high: None,
            },
        }
    }

    /// The limit on a side.
    pub(crate) fn limit(&self, side: Side) -> Option<f64> {
        match side {
            Side::Low => self.low,
            Side::High => self.high,
        }
        .map(|limit| limit.at)
    }

    /// On which side of the region a value lies outside, if it does. A value within
    /// [`tolerance`] of a limit is that limit: `(8/25)/(10/25)` is four fifths.
    pub(crate) fn outside(&self, value: f64) -> Option<Side> {
        let room = |limit: &Limit| {
            if limit.closed {
                tolerance(limit.at)
            } else {
                -tolerance(limit.at)
            }
        };
        if self.low.as_ref().is_some_and(|l| value < l.at - room(l)) {
            Some(Side::Low)
        } else if self.high.as_ref().is_some_and(|l| value > l.at + room(l)) {
            Some(Side::High)
        } else {
            None
        }
    }

    /// Whether the region holds a whole interval; an absent end is unbounded.
    pub(crate) fn holds(&self, interval: (Option<f64>, Option<f64>)) -> bool {
        let end = |limit: Option<Limit>, end: Option<f64>| {
            limit.is_none() || end.is_some_and(|end| self.outside(end).is_none())
        };
        end(self.low, interval.0) && end(self.high, interval.1)
    }

    /// How far a value lies outside; negative inside, where it is the distance to the nearest
    /// limit.
    pub(crate) fn excess(&self, value: f64) -> f64 {
        let below = self.low.map(|limit| limit.at - value);
        let above = self.high.map(|limit| value - limit.at);
        below
            .into_iter()
            .chain(above)
            .fold(f64::NEG_INFINITY, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(low: Option<(f64, bool)>, high: Option<(f64, bool)>) -> Region {
        let limit = |(at, closed)| Limit { at, closed };
        Region {
            low: low.map(limit),
            high: high.map(limit),
        }
    }

    #[test]
    fn limits_belong_to_the_region_only_where_the_sign_says_so() {
        let at_least = region(Some((0.8, true)), None);
        assert_eq!(at_least.outside(0.8), None);
        assert_eq!(at_least.outside(0.799), Some(Side::Low));
        assert_eq!(at_least.outside((8.0 / 25.0) / (10.0 / 25.0)), None);
        assert_eq!(
            region(Some((0.8, false)), None).outside(0.1 + 0.7),
            Some(Side::Low)
        );
        assert!(at_least.holds((Some(0.8), None)));
        assert!(!at_least.holds((None, Some(0.9))));
        let more = region(Some((0.8, false)), None);
        assert_eq!(more.outside(0.8), Some(Side::Low));
        let gap = region(Some((-0.1, true)), Some((0.1, true)));
        assert_eq!(gap.outside(0.11), Some(Side::High));
        assert!(gap.holds((Some(-0.1), Some(0.1))));
        assert!(!gap.holds((Some(-0.1), None)));
        assert!((gap.excess(0.13) - 0.03).abs() < 1e-15);
        assert!((gap.excess(-0.04) + 0.06).abs() < 1e-15);
    }
}
