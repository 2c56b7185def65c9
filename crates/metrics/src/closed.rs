//! Comparisons of two independent sets of rows by closed forms.

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::Form;
use waage_core::quantity::Comparison;
use waage_core::tally::Sums;

use crate::catalogue::{Kind, Metric};
use crate::confusion::Tie;
use crate::disparity::{Rule, Value};
use crate::rate::{Rate, difference, is_unweighted, mean, mean_difference, ratio, test};
use crate::shape::Split;

/// Sums of the group and of what it is compared with.
pub(crate) type Sides<'a> = [&'a [Sums; outcome::COUNT]; 2];

/// An estimate and the test of equality, where one is made.
pub(crate) struct Compared {
    pub estimate: Estimate,
    pub test: Option<(f64, &'static str)>,
}

impl From<Estimate> for Compared {
    fn from(estimate: Estimate) -> Self {
        Self {
            estimate,
            test: None,
        }
    }
}

/// A metric of a group against that of other rows; `None` where replicates are needed.
pub(crate) fn compared(
    metric: Metric,
    sides: Sides<'_>,
    comparison: Comparison,
    value: Value,
    tie: Tie,
    level: f64,
) -> Option<Compared> {
    match metric.row().kind {
        Kind::Proportion { hit, miss, empty } => {
            let [group, reference] = sides.map(|sums| Rate::of(sums, hit, miss, tie, empty));
            let estimate = match comparison {
                Comparison::Ratio => ratio(&group, &reference, level),
                _ => difference(&group, &reference, level),
            };
            Some(Compared {
                estimate,
                test: test(&group, &reference),
            })
        }
        Kind::Shaped(shape) => Some(shape.compared(value, sides, comparison, tie, level).into()),
        Kind::Mean if comparison == Comparison::Difference => {
            let [group, reference] = sides.map(|sums| mean(sums, level));
            Some(mean_difference(&group, &reference, level).into())
        }
        Kind::Mean | Kind::ShareOfSelected | Kind::Count => None,
    }
}

/// A named disparity of a group against other rows; `None` where replicates are needed.
pub(crate) fn named(
    rule: Rule,
    sides: Sides<'_>,
    value: Value,
    tie: Tie,
    level: f64,
) -> Option<Compared> {
    let [group, reference] = sides;
    let gap = Comparison::Difference;
    match rule {
        Rule::Gap(metric) => compared(metric, sides, gap, value, tie, level),
        Rule::ReversedGap(metric) => compared(metric, [reference, group], gap, value, tie, level),
        Rule::Shaped(_, shape) => Some(shape.compared(value, sides, gap, tie, level).into()),
        Rule::Imbalance => {
            let (n, n_r) = effective(sides, Mass::All, tie);
            Some(single(
                value,
                Form::Contrast((n_r, n + n_r)),
                rows(sides),
                level,
            ))
        }
        Rule::Selected => {
            let (s, s_r) = effective(sides, Mass::Selected, tie);
            Some(single(value, Form::Odds((s, s + s_r)), rows(sides), level))
        }
        Rule::Distance(distance, _, split) => {
            let scale = distance.of_gap()?;
            let rate = |sums| Rate::of(sums, split.hit, split.miss, tie, Reason::NoRows);
            let (one, other) = (rate(group), rate(reference));
            let evidence = Evidence::Folded {
                group: (one.successes, one.trials),
                reference: (other.successes, other.trials),
                scale,
            };
            let n = one.rows + other.rows;
            Some(made(value, n, Method::NewcombeFolded, evidence, level).into())
        }
        Rule::Shares(split) => Some(shares(split, sides, value, tie, level)),
        Rule::Ranges(..) | Rule::Index(_) | Rule::AbsoluteGaps(_) | Rule::Best => None,
    }
}

/// The group's share of the misses minus its share of the hits, both of all rows.
fn shares(split: Split, [group, rest]: Sides<'_>, value: Value, tie: Tie, level: f64) -> Compared {
    let share = |parts| Rate::of_parts(group, rest, parts, tie, Reason::NoRows);
    let (misses, hits) = (share(split.miss), share(split.hit));
    let evidence = Evidence::Pair {
        group: (misses.successes, misses.trials),
        reference: (hits.successes, hits.trials),
    };
    let n = misses.rows + hits.rows;
    made(value, n, Method::Newcombe, evidence, level).into()
}

fn single(value: Value, form: Form, rows: u64, level: f64) -> Compared {
    made(
        value,
        rows,
        Method::WilsonMapped,
        Evidence::Form(form),
        level,
    )
    .into()
}

fn made(value: Value, rows: u64, method: Method, evidence: Evidence, level: f64) -> Estimate {
    match value {
        Ok(value) => Estimate::new(value, rows, method, evidence, level),
        Err(reason) => Estimate::undefined(rows, method, reason),
    }
}

fn rows(sides: Sides<'_>) -> u64 {
    sides.iter().flat_map(|s| s.iter()).map(|s| s.n).sum()
}

/// Which rows of either side are weighed against each other.
#[derive(Clone, Copy)]
enum Mass {
    All,
    Selected,
}

/// The effective rows of both sides: the share of one of them has the variance of a proportion of
/// their sum (`n* = p(1−p)/Var` of the linearised ratio, as of other weighted shares).
fn effective(sides: Sides<'_>, which: Mass, tie: Tie) -> (f64, f64) {
    use crate::confusion::{ANY, Decisions, Part, mass};
    let parts = match which {
        Mass::All => [Part(ANY, Decisions::Any)],
        Mass::Selected => [Part(ANY, Decisions::Selected)],
    };
    if sides.iter().all(|sums| is_unweighted(sums)) {
        let [one, other] = sides.map(|sums| mass(sums, &parts, tie).weight);
        return (one, other);
    }
    let [group, rest] = sides;
    let share = Rate::of_parts(group, rest, &parts, tie, Reason::NoRows);
    (share.successes, share.trials - share.successes)
}
