//! The value of each named disparity.

use waage_core::estimate::Reason;
use waage_core::quantity::Comparison;

use super::{Disparity, Join, Rule, Value, Values, compare, of_both, range};
use crate::catalogue::Metric;
use crate::confusion::{Confusion, Decisions, POSITIVE, Part};
use crate::favourable::Favourable;
use crate::shape::Split;

impl Disparity {
    /// Its value over all groups of a view.
    ///
    /// # Errors
    /// The reason of an undefined constituent; `not_available` for disparities of one group.
    pub fn over(self, groups: &[Values], all: &Values) -> Value {
        let row = self.row();
        match row.rule {
            Rule::Ranges(metrics, join) => {
                let ranges = metrics
                    .iter()
                    .map(|&metric| range(groups.iter().map(|v| v.get(metric)), row.comparison));
                joined(ranges, join, row.comparison)
            }
            Rule::Index(index) => index(groups, all),
            _ => Err(Reason::NotAvailable),
        }
    }

    /// Its value for one group against a reference or against everybody else.
    ///
    /// # Errors
    /// The reason of an undefined constituent; `not_available` for disparities over all groups.
    pub fn against(self, group: &Values, reference: &Values) -> Value {
        self.row().rule.against(group, reference)
    }
}

impl Rule {
    /// The rule where that decision is favourable: shares of the unfavourable outcomes stand first.
    pub(crate) const fn favouring(self, favourable: Favourable) -> Self {
        match (self, favourable) {
            (Self::Shares(Split { hit, miss }), Favourable::Rejected) => Self::Shares(Split {
                hit: miss,
                miss: hit,
            }),
            _ => self,
        }
    }

    /// Its value for one group against a reference or against everybody else.
    pub(crate) fn against(self, group: &Values, reference: &Values) -> Value {
        let (g, r) = (&group.table, &reference.table);
        let gap =
            |metric: Metric| compare(metric.value(g), metric.value(r), Comparison::Difference);
        match self {
            Rule::Gap(metric) => gap(metric),
            Rule::ReversedGap(metric) => {
                compare(metric.value(r), metric.value(g), Comparison::Difference)
            }
            Rule::Shaped(value, _) => compare(value(g), value(r), Comparison::Difference),
            Rule::AbsoluteGaps([one, other]) => {
                Ok(f64::midpoint(gap(one)?.abs(), gap(other)?.abs()))
            }
            Rule::Imbalance => match g.total + r.total > 0.0 {
                true => Ok((r.total - g.total) / (r.total + g.total)),
                false => Err(Reason::NoRows),
            },
            Rule::Selected => compare(Ok(g.selected), Ok(r.selected), Comparison::Ratio),
            Rule::Distance(distance, base, _) => distance.of(&base.shares(r)?, &base.shares(g)?),
            Rule::Shares(split) => {
                let share = |parts: &[Part], empty| {
                    let (own, others) = (weight(g, parts), weight(r, parts));
                    match own + others > 0.0 {
                        true => Ok(own / (own + others)),
                        false => Err(empty),
                    }
                };
                let [hits, misses] = shares_empty(split);
                let selected = share(split.hit, hits)?;
                Ok(share(split.miss, misses)? - selected)
            }
            Rule::Ranges(..) | Rule::Index(_) | Rule::Best => Err(Reason::NotAvailable),
        }
    }
}

/// Why shares of a split's hits and misses are undefined.
pub(crate) fn shares_empty(split: Split) -> [Reason; 2] {
    [split.hit, split.miss].map(|parts| match parts {
        [Part(_, Decisions::Selected)] => Reason::NoneSelected,
        [Part(_, Decisions::Rejected)] => Reason::NoneRejected,
        [Part(POSITIVE, _)] => Reason::NoPositives,
        _ => Reason::NoNegatives,
    })
}

/// The weight of the parts of a table that shares are made of: all selected or rejected rows, all
/// rows of a label.
fn weight(table: &Confusion, parts: &[Part]) -> f64 {
    let of = |part: &Part| match part.1 {
        Decisions::Selected => table.selected,
        Decisions::Rejected => table.rejected,
        Decisions::Missing => table.undecided,
        Decisions::Any if part.0 == POSITIVE => table.positives,
        Decisions::Any => table.negatives,
    };
    parts.iter().map(of).sum()
}

/// One number of the ranges of several metrics.
fn joined(
    mut ranges: impl ExactSizeIterator<Item = Value>,
    join: Join,
    comparison: Comparison,
) -> Value {
    let count = ranges.len() as f64;
    match join {
        Join::Mean => Ok(ranges.sum::<Result<f64, Reason>>()? / count),
        Join::Widest => {
            let widest = match comparison {
                Comparison::Ratio => f64::min,
                Comparison::Difference | Comparison::None => f64::max,
            };
            let first = ranges.next().unwrap_or(Err(Reason::NotAvailable));
            ranges.fold(first, |a, b| of_both(a, b, widest))
        }
    }
}
