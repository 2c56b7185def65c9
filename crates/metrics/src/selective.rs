//! Selective labels: what can be said when only selected rows have an outcome.
//!
//! Where nobody who was rejected has a label (a lead that was not contacted cannot convert, a loan
//! that was not granted cannot be repaid), rates that count the labels of rejected rows are not
//! identified: computed from the rows that have a label, every group would seem to be found without
//! a miss. What remains are worst-case bounds, the unknown labels all positive or all negative
//! (FORMULAS §6). Precision and the false-discovery rate need no label of a rejected row and stand.

use waage_core::block::outcome::{self, LABEL_MISSING};
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::wilson;
use waage_core::label::GroupName;
use waage_core::quantity::{Comparison, Measurement, Quantity, RangeFacts, Scheme};
use waage_core::tally::Sums;

use crate::catalogue::Metric;
use crate::confusion::{Decisions, NEGATIVE, POSITIVE, Part, Tie, mass};
use crate::measure::{GroupEstimates, Request};
use crate::score::ScoreEstimates;
use crate::statistic::Reference;
use crate::view::PreparedView;

/// Label-based quantities that need no label of a rejected row.
const IDENTIFIED: [&str; 7] = [
    "precision",
    "false_discovery_rate",
    "true_positives",
    "false_positives",
    "predictive_parity_difference",
    "predictive_parity_ratio",
    "false_discovery_rate_difference",
];

/// The rows of one outcome or group, by label and decision.
type Outcomes = [Sums; outcome::COUNT];

/// Whether labels are missing for every rejected row and given for some selected one.
///
/// Rows tied at a cut count as rejected: part of them is.
#[must_use]
pub fn applies(all: &Outcomes) -> bool {
    let rows = |labels: &[u8], decisions: &[u8]| -> u64 {
        let pairs = labels.iter().flat_map(|label| {
            decisions
                .iter()
                .map(|decision| outcome::of(*label, *decision))
        });
        pairs.map(|o| all[usize::from(o)].n).sum()
    };
    let known = [outcome::LABEL_NEGATIVE, outcome::LABEL_POSITIVE];
    rows(&known, &[outcome::REJECTED, outcome::TIED]) == 0
        && rows(&[LABEL_MISSING], &[outcome::REJECTED]) > 0
        && rows(&known, &[outcome::SELECTED]) > 0
}

/// Whether a quantity can be known although labels are selective.
#[must_use]
pub fn identified(quantity: &Quantity) -> bool {
    !quantity.needs_label || IDENTIFIED.contains(&quantity.name)
}

/// Successes and trials if every unknown label is negative, and if every one is positive.
struct Ends {
    negative: (f64, f64),
    positive: (f64, f64),
}

/// The worst cases of a rate of one group; `None` for what has no bounds in closed form.
fn ends(metric: Metric, sums: &Outcomes, tie: Tie) -> Option<Ends> {
    let weight = |labels, decisions| mass(sums, &[Part(labels, decisions)], tie).weight;
    let unlabelled = 1 << LABEL_MISSING;
    let tp = weight(POSITIVE, Decisions::Selected);
    let fp = weight(NEGATIVE, Decisions::Selected);
    let misses = weight(POSITIVE, Decisions::Rejected);
    let tn = weight(NEGATIVE, Decisions::Rejected);
    let u = weight(unlabelled, Decisions::Rejected);
    let labelled = tp + fp + misses + tn;
    let both = |negative, positive| Some(Ends { negative, positive });
    match metric {
        Metric::TruePositiveRate => both((tp, tp + misses), (tp, tp + misses + u)),
        Metric::FalseNegativeRate => both((misses, tp + misses), (misses + u, tp + misses + u)),
        Metric::FalsePositiveRate => both((fp, fp + tn + u), (fp, fp + tn)),
        Metric::TrueNegativeRate => both((tn + u, fp + tn + u), (tn, fp + tn)),
        Metric::NegativePredictiveValue => both((tn + u, misses + tn + u), (tn, misses + tn + u)),
        Metric::FalseOmissionRate => both((misses, misses + tn + u), (misses + u, misses + tn + u)),
        Metric::Accuracy => both((tp + tn + u, labelled + u), (tp + tn, labelled + u)),
        Metric::ErrorRate => both((fp + misses, labelled + u), (fp + misses + u, labelled + u)),
        Metric::BaseRate => both((tp + misses, labelled + u), (tp + misses + u, labelled + u)),
        _ => None,
    }
}

/// The limits of a rate: the worst cases, widened by the sampling error of each.
fn limits(
    metric: Metric,
    sums: &Outcomes,
    tie: Tie,
    level: f64,
    row_weight: Option<f64>,
) -> Option<(f64, f64)> {
    let ends = ends(metric, sums, tie)?;
    // Weights count as Kish's effective rows, rows in clusters as their design effect says.
    let weight: f64 = sums.iter().map(|s| s.w1).sum();
    let squares: f64 = sums.iter().map(|s| s.w2).sum();
    let scale = match row_weight.filter(|weight| *weight > 0.0) {
        Some(weight) => 1.0 / weight,
        None if squares > 0.0 => weight / squares,
        None => 1.0,
    };
    let interval = |(x, n): (f64, f64)| (n > 0.0).then(|| wilson(x * scale, n * scale, level));
    let found: Vec<_> = [ends.negative, ends.positive]
        .into_iter()
        .filter_map(interval)
        .collect();
    let low = found.iter().filter_map(|i| i.low).reduce(f64::min)?;
    let high = found.iter().filter_map(|i| i.high).reduce(f64::max)?;
    // A denominator that may be empty bounds nothing.
    if found.len() < 2 {
        return Some((0.0, 1.0));
    }
    Some((low, high))
}

fn rows(sums: &Outcomes) -> u64 {
    sums.iter().map(|s| s.n).sum()
}

fn bounded(n: u64, limits: Option<(f64, f64)>) -> Estimate {
    Estimate {
        low: limits.map(|(low, _)| low),
        high: limits.map(|(_, high)| high),
        evidence: Evidence::None,
        ..Estimate::undefined(n, Method::Bounds, Reason::NotIdentified)
    }
}

/// What is known of a metric of one group: no value, but the limits between which it lies. Rows in
/// clusters weigh `row_weight` independent ones.
#[must_use]
pub fn of_group(
    metric: Metric,
    sums: &Outcomes,
    tie: Tie,
    level: f64,
    row_weight: Option<f64>,
) -> Estimate {
    bounded(rows(sums), limits(metric, sums, tie, level, row_weight))
}

/// The same of a comparison: for differences the extremes of both groups' limits, nothing for
/// ratios.
#[must_use]
pub fn of_pair(
    metric: Metric,
    [group, reference]: [&Outcomes; 2],
    comparison: Comparison,
    tie: Tie,
    level: f64,
    row_weight: Option<f64>,
) -> Estimate {
    let of = |sums| limits(metric, sums, tie, level, row_weight);
    let limits = match comparison {
        Comparison::Difference => of(group)
            .zip(of(reference))
            .map(|(one, other)| (one.0 - other.1, one.1 - other.0)),
        _ => None,
    };
    bounded(rows(group) + rows(reference), limits)
}

/// Replaces every estimate of one set of rows that is not identified.
pub(crate) fn restrict(
    estimates: &mut GroupEstimates,
    sums: &Outcomes,
    request: &Request,
    row_weight: Option<f64>,
) {
    for (metric, estimate) in estimates {
        if !identified(metric.quantity()) {
            *estimate = of_group(*metric, sums, request.tie, request.level, row_weight);
        }
    }
}

/// Replaces every score metric that is not identified: an area or a calibration among the selected
/// says nothing of the rejected, and the unknown labels bound it in no closed form.
pub(crate) fn restrict_scores(estimates: &mut ScoreEstimates) {
    for (metric, estimate) in estimates {
        if !identified(metric.quantity()) {
            *estimate = bounded(estimate.n, None);
        }
    }
}

/// The same of measurements of scores: values and comparisons.
pub(crate) fn restrict_measurements(measurements: &mut [Measurement]) {
    for measurement in measurements {
        if identified(measurement.quantity) {
            continue;
        }
        *measurement = Measurement {
            estimate: bounded(measurement.estimate.n, None),
            context: measurement.context,
            subject: measurement.subject.clone(),
            ..Measurement::blank(
                measurement.quantity,
                &measurement.subject.attribute,
                measurement.scheme,
                measurement.comparison,
            )
        };
    }
}

/// Replaces every comparison of a view that is not identified.
pub(crate) fn restrict_comparisons(
    view: &PreparedView,
    overall: &Outcomes,
    request: &Request,
    comparisons: &mut [Measurement],
) {
    for measurement in comparisons {
        if identified(measurement.quantity) {
            continue;
        }
        (measurement.p, measurement.p_adjusted, measurement.test) = (None, None, None);
        measurement.extremes = None;
        measurement.range = RangeFacts::default();
        let position = |name: &GroupName| {
            let mut groups = view.view.groups.iter();
            groups.position(|group| group.name == *name)
        };
        let group = measurement.subject.group.as_ref().and_then(position);
        let against = match (measurement.scheme, view.reference) {
            (Scheme::ToComplement, _) => group.map(|g| &view.complements[g]),
            (Scheme::ToReference, Some(Reference::Group(r))) => Some(&view.view.groups[r].outcomes),
            (Scheme::ToReference, Some(Reference::Overall)) => Some(overall),
            _ => None,
        };
        let metric = Metric::parse(measurement.quantity.name);
        measurement.estimate = match (metric, group, against) {
            (Some(metric), Some(g), Some(against)) => of_pair(
                metric,
                [&view.view.groups[g].outcomes, against],
                measurement.comparison,
                request.tie,
                request.level,
                view.cluster_weight(),
            ),
            _ => bounded(measurement.estimate.n, None),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(counts: &[(u8, u8, u64)]) -> Outcomes {
        let mut out = [Sums::default(); outcome::COUNT];
        for &(label, decision, n) in counts {
            out[usize::from(outcome::of(label, decision))] = Sums {
                n,
                w1: n as f64,
                w2: n as f64,
                ..Sums::default()
            };
        }
        out
    }

    use outcome::{LABEL_NEGATIVE, LABEL_POSITIVE, REJECTED, SELECTED};

    #[test]
    fn labels_are_selective_only_if_no_rejected_row_has_one() {
        let selective = [
            (LABEL_POSITIVE, SELECTED, 30),
            (LABEL_NEGATIVE, SELECTED, 20),
            (LABEL_MISSING, REJECTED, 50),
        ];
        assert!(applies(&sums(&selective)));
        let mut explored = selective.to_vec();
        explored.push((LABEL_NEGATIVE, REJECTED, 1));
        assert!(!applies(&sums(&explored)));
        assert!(!applies(&sums(&selective[..2])));
        assert!(!applies(&sums(&selective[2..])));
    }

    #[test]
    fn bounds_hold_every_way_the_unknown_labels_may_fall() {
        let (tp, fp, u) = (30_u64, 20_u64, 50_u64);
        let known = sums(&[
            (LABEL_POSITIVE, SELECTED, tp),
            (LABEL_NEGATIVE, SELECTED, fp),
            (LABEL_MISSING, REJECTED, u),
        ]);
        for metric in [
            Metric::TruePositiveRate,
            Metric::FalsePositiveRate,
            Metric::TrueNegativeRate,
            Metric::FalseNegativeRate,
            Metric::NegativePredictiveValue,
            Metric::FalseOmissionRate,
            Metric::Accuracy,
            Metric::ErrorRate,
            Metric::BaseRate,
        ] {
            let ends = ends(metric, &known, Tie::NONE).unwrap();
            let values = [ends.negative, ends.positive].map(|(x, n)| x / n);
            let (low, high) = (values[0].min(values[1]), values[0].max(values[1]));
            let mut reached = [false; 2];
            for positives in 0..=u {
                let table = crate::confusion::Confusion::of_cells(
                    tp as f64,
                    fp as f64,
                    positives as f64,
                    (u - positives) as f64,
                );
                let value = metric.value(&table).unwrap();
                assert!(low - 1e-12 <= value && value <= high + 1e-12, "{metric:?}");
                reached[0] |= (value - low).abs() < 1e-12;
                reached[1] |= (value - high).abs() < 1e-12;
            }
            assert_eq!(reached, [true; 2], "{metric:?}: the bounds are sharp");
            let estimate = of_group(metric, &known, Tie::NONE, 0.95, None);
            assert_eq!(estimate.value, None);
            assert!(estimate.low.unwrap() <= low && estimate.high.unwrap() >= high);
        }
    }

    #[test]
    fn differences_are_bounded_by_the_extremes_of_both() {
        let group = sums(&[
            (LABEL_POSITIVE, SELECTED, 30),
            (LABEL_MISSING, REJECTED, 10),
        ]);
        let other = sums(&[(LABEL_POSITIVE, SELECTED, 60), (LABEL_MISSING, REJECTED, 5)]);
        let of = |c| {
            of_pair(
                Metric::TruePositiveRate,
                [&group, &other],
                c,
                Tie::NONE,
                0.95,
                None,
            )
        };
        let difference = of(Comparison::Difference);
        assert!(difference.low.unwrap() <= 0.75 - 1.0);
        assert!(difference.high.unwrap() >= 1.0 - 60.0 / 65.0);
        assert_eq!(of(Comparison::Ratio).low, None);
    }
}
