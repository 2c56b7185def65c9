//! What the rows of an audit could have shown.

use waage_core::block::outcome;
use waage_core::estimate::Reason;
use waage_core::label::GroupName;
use waage_core::tally::{GroupTotals, Sums, Tally};

use super::Design;
use crate::catalogue::{Kind, Metric};
use crate::measure::{Measured, MeasuredView, Request};
use crate::rate::Rate;

/// What the rows of a group and of its reference could have shown of one rate.
#[derive(Clone, Debug)]
pub struct Gap {
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// The group.
    pub group: GroupName,
    /// The reference.
    pub reference: GroupName,
    /// Which rate.
    pub metric: Metric,
    /// Rows of the group that count for the rate; effective ones where weighted.
    pub trials: f64,
    /// The same of the reference.
    pub reference_trials: f64,
    /// Rows of both groups, whether they count for the rate or not.
    pub rows: u64,
    /// The rate of both together.
    pub rate: Option<f64>,
    /// The smallest gap that these rows find at the power asked for.
    pub smallest_gap: Option<f64>,
    /// The smallest margin within which they show that there is no gap, when there is none.
    pub smallest_margin: Option<f64>,
    /// Rows of both groups at their present mix that find a gap of the size asked for.
    pub rows_to_detect: Option<u64>,
    /// Rows of both groups that show that there is no gap as large as that, when there is none.
    pub rows_to_show_none: Option<u64>,
    /// Why a number above is undefined.
    pub reason: Option<Reason>,
}

/// What the rows could have shown of every proportion of every group against its reference, planning
/// for gaps of size `gap`. Nothing where there is no reference group.
#[must_use]
pub fn gaps(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    design: &Design,
    gap: f64,
) -> Vec<Gap> {
    let mut out = Vec::new();
    for (axes, view) in request.views.iter().zip(&measured.views) {
        let totals = tally.view(axes).groups;
        let Some(reference) = reference(view, &totals) else {
            continue;
        };
        for group in totals.iter().filter(|group| group.name != reference.name) {
            for &metric in &request.metrics {
                let Kind::Proportion { hit, miss, empty } = metric.row().kind else {
                    continue;
                };
                let rate =
                    |sums: &[Sums; outcome::COUNT]| Rate::of(sums, hit, miss, request.tie, empty);
                let (one, other) = (rate(&group.outcomes), rate(&reference.outcomes));
                let rows = group.rows() + reference.rows();
                let mut found = plan(&one, &other, rows, design, gap);
                found.attribute = view.attributes.join("*");
                found.group = group.name.clone();
                found.reference = reference.name.clone();
                found.metric = metric;
                out.push(found);
            }
        }
    }
    out
}

/// The group that a view is compared with, if it is one.
fn reference<'a>(view: &MeasuredView, totals: &'a [GroupTotals]) -> Option<&'a GroupTotals> {
    totals
        .iter()
        .find(|t| !t.name.has_missing() && Some(t.name.to_string()) == view.reference)
}

/// The plan of one pair, without its names.
fn plan(one: &Rate, other: &Rate, rows: u64, design: &Design, gap: f64) -> Gap {
    let mut found = Gap {
        attribute: String::new(),
        group: GroupName(Vec::new()),
        reference: GroupName(Vec::new()),
        metric: Metric::SelectionRate,
        trials: one.trials,
        reference_trials: other.trials,
        rows,
        rate: None,
        smallest_gap: None,
        smallest_margin: None,
        rows_to_detect: None,
        rows_to_show_none: None,
        reason: one.value.err().or(other.value.err()),
    };
    let (n1, n2) = (one.trials, other.trials);
    if found.reason.is_some() {
        return found;
    }
    let rate = ((one.successes + other.successes) / (n1 + n2)).clamp(0.0, 1.0);
    let share = n1 / (n1 + n2);
    // Rows that count for the rate are a part of all.
    let all = |trials: f64| {
        let needed = (trials * rows as f64 / (n1 + n2)).ceil();
        (needed < u64::MAX as f64).then_some(needed as u64)
    };
    let (p1, p2) = around(rate, gap, share);
    found.rate = Some(rate);
    found.smallest_gap = design.smallest_gap(rate, n1, n2);
    found.smallest_margin = design.smallest_margin(rate, n1, n2);
    found.rows_to_detect = design.rows_in_all_to_detect(p1, p2, share).and_then(all);
    found.rows_to_show_none = design
        .rows_in_all_to_show_equivalence(rate, gap, 0.0, share)
        .and_then(all);
    if found.smallest_gap.is_none() || found.smallest_margin.is_none() {
        found.reason = Some(Reason::TooFewRows);
    }
    found
}

/// Two rates that lie `gap` apart and are `rate` at the mix of the groups, moved into [0, 1] where
/// they would leave it; the group has the lower one.
fn around(rate: f64, gap: f64, share: f64) -> (f64, f64) {
    let lower = (rate - (1.0 - share) * gap).clamp(0.0, 1.0 - gap);
    (lower, lower + gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(successes: f64, trials: f64) -> Rate {
        Rate {
            value: Ok(successes / trials),
            successes,
            trials,
            rows: trials as u64,
            whole: Some((successes as u64, (trials - successes) as u64)),
        }
    }

    #[test]
    fn a_pair_is_planned_at_its_mix_and_rate() {
        let design = Design::new(0.95, 0.8).unwrap();
        let found = plan(&rate(200.0, 500.0), &rate(200.0, 500.0), 2000, &design, 0.1);
        assert!((found.smallest_gap.unwrap() - 0.086_803_943).abs() < 1e-9);
        // Half of the rows count: 2·2·412 rows show a margin of 0.1 (FORMULAS §4.8).
        assert_eq!(found.rows_to_show_none, Some(1645));
        let each = design.rows_to_detect(0.35, 0.45).unwrap();
        assert_eq!(found.rows_to_detect, Some((4.0 * each).ceil() as u64));
        assert_eq!(found.reason, None);
    }

    #[test]
    fn rates_stay_rates_and_keep_their_distance() {
        for rate in [0.0, 0.02, 0.5, 0.97, 1.0] {
            for share in [0.05, 0.5, 0.9] {
                let (p, q) = around(rate, 0.1, share);
                assert!(
                    (0.0..=1.0).contains(&p) && (0.0..=1.0).contains(&q),
                    "{p} {q}"
                );
                assert!((q - p - 0.1).abs() < 1e-12);
            }
        }
        let (p, q) = around(0.5, 0.1, 0.3);
        assert!((0.3 * p + 0.7 * q - 0.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_known_is_a_reason() {
        let design = Design::new(0.95, 0.8).unwrap();
        let none = Rate {
            value: Err(Reason::NoPositives),
            successes: 0.0,
            trials: 0.0,
            rows: 0,
            whole: None,
        };
        let found = plan(&none, &rate(3.0, 9.0), 20, &design, 0.1);
        assert_eq!(found.reason, Some(Reason::NoPositives));
        assert_eq!(found.smallest_gap, None);
        let tiny = plan(&rate(1.0, 2.0), &rate(1.0, 2.0), 4, &design, 0.1);
        assert_eq!(tiny.reason, Some(Reason::TooFewRows));
        assert!(tiny.rows_to_detect.is_some());
    }
}
