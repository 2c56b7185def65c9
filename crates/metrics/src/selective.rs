//! Selective labels: what can be said when only selected rows have an outcome.
//!
//! Where nobody who was rejected has a label (a lead that was not contacted cannot convert, a loan
//! that was not granted cannot be repaid), rates that count the labels of rejected rows are not
//! identified: computed from the rows that have a label, every group would seem to be found without
//! a miss. What remains are worst-case bounds, the unknown labels all positive or all negative
//! (FORMULAS §6). Precision and the false-discovery rate need no label of a rejected row and stand.
//!
//! Where labels were explored with known propensities, rejected rows may have one and selected rows
//! may lack one: then no rate of labels is identified without the propensities, and bounds hold the
//! unknown labels of selected and rejected rows each all positive or all negative.

use waage_core::block::outcome::{self, LABEL_MISSING};
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::wilson;
use waage_core::label::GroupName;
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
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

/// Whom labels are known of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// Whoever has one: nothing says that those without differ.
    #[default]
    AsGiven,
    /// Selected rows; rejected ones have none, or only by exploration.
    OfSelected,
    /// Part of the rows of either decision, by exploration.
    Explored,
}

impl Labels {
    /// Whom labels are known of; `explored` where a propensity says that they are missing by design.
    ///
    /// Rows tied at a cut count as rejected: part of them is.
    #[must_use]
    pub fn of(all: &Outcomes, explored: bool) -> Self {
        let rows = |labels: &[u8], decisions: &[u8]| -> u64 {
            let pairs = labels.iter().flat_map(|label| {
                decisions
                    .iter()
                    .map(|decision| outcome::of(*label, *decision))
            });
            pairs.map(|o| all[usize::from(o)].n).sum()
        };
        let known = [outcome::LABEL_NEGATIVE, outcome::LABEL_POSITIVE];
        let missing = |decisions: &[u8]| rows(&[LABEL_MISSING], decisions) > 0;
        if explored && missing(&[outcome::SELECTED, outcome::TIED]) {
            return Self::Explored;
        }
        let of_rejected = rows(&known, &[outcome::REJECTED, outcome::TIED]);
        let selective = missing(&[outcome::REJECTED])
            && (of_rejected == 0 || explored)
            && rows(&known, &[outcome::SELECTED]) > 0;
        match selective {
            true => Self::OfSelected,
            false if explored && missing(&[outcome::REJECTED, outcome::DECISION_MISSING]) => {
                Self::Explored
            }
            false => Self::AsGiven,
        }
    }

    /// Whether nothing is left out.
    #[must_use]
    pub const fn as_given(self) -> bool {
        matches!(self, Self::AsGiven)
    }

    /// Whether a quantity can be known from such labels alone.
    #[must_use]
    pub fn identify(self, quantity: &Quantity) -> bool {
        match self {
            Self::AsGiven => true,
            Self::OfSelected => !quantity.needs_label || IDENTIFIED.contains(&quantity.name),
            Self::Explored => !quantity.needs_label,
        }
    }
}

/// Successes and trials in each way that all unknown labels of the selected, and all of the rejected,
/// may be alike: a rate is monotone in the positives of either, so these hold its least and greatest.
type Corners = Vec<(f64, f64)>;

/// The worst cases of a rate of one group; `None` for what has no bounds in closed form.
fn corners(metric: Metric, sums: &Outcomes, tie: Tie) -> Option<Corners> {
    let weight = |labels, decisions| mass(sums, &[Part(labels, decisions)], tie).weight;
    let unlabelled = 1 << LABEL_MISSING;
    let tp = weight(POSITIVE, Decisions::Selected);
    let fp = weight(NEGATIVE, Decisions::Selected);
    let misses = weight(POSITIVE, Decisions::Rejected);
    let tn = weight(NEGATIVE, Decisions::Rejected);
    let u = weight(unlabelled, Decisions::Rejected);
    // Of rows tied at the cut only the rejected share counts, as long as no selected row lacks a label.
    let v = sums[usize::from(outcome::of(LABEL_MISSING, outcome::SELECTED))].w1;
    // Rows whose unknown label is positive: selected and rejected ones.
    let of = |p: f64, q: f64| {
        let (tp, fp) = (tp + p, fp + (v - p));
        let (misses, tn) = (misses + q, tn + (u - q));
        let all = tp + fp + misses + tn;
        match metric {
            Metric::TruePositiveRate => Some((tp, tp + misses)),
            Metric::FalseNegativeRate => Some((misses, tp + misses)),
            Metric::FalsePositiveRate => Some((fp, fp + tn)),
            Metric::TrueNegativeRate => Some((tn, fp + tn)),
            Metric::Precision => Some((tp, tp + fp)),
            Metric::FalseDiscoveryRate => Some((fp, tp + fp)),
            Metric::NegativePredictiveValue => Some((tn, misses + tn)),
            Metric::FalseOmissionRate => Some((misses, misses + tn)),
            Metric::Accuracy => Some((tp + tn, all)),
            Metric::ErrorRate => Some((fp + misses, all)),
            Metric::BaseRate => Some((tp + misses, all)),
            _ => None,
        }
    };
    let of_selected: &[f64] = if v > 0.0 { &[0.0, v] } else { &[0.0] };
    let pairs = of_selected.iter().flat_map(|p| [(*p, 0.0), (*p, u)]);
    pairs.map(|(p, q)| of(p, q)).collect()
}

/// The limits of a rate: the worst cases, widened by the sampling error of each.
fn limits(
    metric: Metric,
    sums: &Outcomes,
    tie: Tie,
    level: f64,
    row_weight: Option<f64>,
) -> Option<(f64, f64)> {
    let corners = corners(metric, sums, tie)?;
    // Weights count as Kish's effective rows, rows in clusters as their design effect says.
    let weight: f64 = sums.iter().map(|s| s.w1).sum();
    let squares: f64 = sums.iter().map(|s| s.w2).sum();
    let scale = match row_weight.filter(|weight| *weight > 0.0) {
        Some(weight) => 1.0 / weight,
        None if squares > 0.0 => weight / squares,
        None => 1.0,
    };
    let interval = |(x, n): (f64, f64)| (n > 0.0).then(|| wilson(x * scale, n * scale, level));
    let found: Vec<_> = corners.iter().filter_map(|c| interval(*c)).collect();
    let low = found.iter().filter_map(|i| i.low).reduce(f64::min)?;
    let high = found.iter().filter_map(|i| i.high).reduce(f64::max)?;
    // A denominator that may be empty bounds nothing.
    if found.len() < corners.len() {
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
    labels: Labels,
    estimates: &mut GroupEstimates,
    sums: &Outcomes,
    request: &Request,
    row_weight: Option<f64>,
) {
    for (metric, estimate) in estimates {
        if !labels.identify(metric.quantity()) {
            *estimate = of_group(*metric, sums, request.tie, request.level, row_weight);
        }
    }
}

/// Replaces every score metric that is not identified: an area or a calibration among the selected
/// says nothing of the rejected, and the unknown labels bound it in no closed form.
pub(crate) fn restrict_scores(labels: Labels, estimates: &mut ScoreEstimates) {
    for (metric, estimate) in estimates {
        if !labels.identify(metric.quantity()) {
            *estimate = bounded(estimate.n, None);
        }
    }
}

/// The same of measurements of scores: values and comparisons.
pub(crate) fn restrict_measurements(labels: Labels, measurements: &mut [Measurement]) {
    for measurement in measurements {
        if labels.identify(measurement.quantity) {
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
    labels: Labels,
    view: &PreparedView,
    overall: &Outcomes,
    request: &Request,
    comparisons: &mut [Measurement],
) {
    for measurement in comparisons {
        if labels.identify(measurement.quantity) {
            continue;
        }
        (measurement.p, measurement.p_adjusted, measurement.test) = (None, None, None);
        measurement.range = None;
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
        let of = |counts: &[_], explored| Labels::of(&sums(counts), explored);
        assert_eq!(of(&selective, false), Labels::OfSelected);
        let mut explored = selective.to_vec();
        explored.push((LABEL_NEGATIVE, REJECTED, 1));
        assert_eq!(of(&explored, false), Labels::AsGiven);
        assert_eq!(of(&explored, true), Labels::OfSelected);
        explored.push((LABEL_MISSING, SELECTED, 1));
        assert_eq!(of(&explored, true), Labels::Explored);
        assert_eq!(of(&selective[..2], true), Labels::AsGiven);
        assert_eq!(of(&selective[2..], false), Labels::AsGiven);
    }

    #[test]
    fn bounds_hold_every_way_the_unknown_labels_may_fall() {
        let (tp, fp, misses, tn) = (30_u64, 20_u64, 4_u64, 7_u64);
        for (v, u, explored) in [(0, 50_u64, 0), (6, 50, 1), (6, 0, 1)] {
            let known = sums(&[
                (LABEL_POSITIVE, SELECTED, tp),
                (LABEL_NEGATIVE, SELECTED, fp),
                (LABEL_POSITIVE, REJECTED, explored * misses),
                (LABEL_NEGATIVE, REJECTED, explored * tn),
                (LABEL_MISSING, SELECTED, v),
                (LABEL_MISSING, REJECTED, u),
            ]);
            for metric in [
                Metric::TruePositiveRate,
                Metric::FalsePositiveRate,
                Metric::TrueNegativeRate,
                Metric::FalseNegativeRate,
                Metric::Precision,
                Metric::FalseDiscoveryRate,
                Metric::NegativePredictiveValue,
                Metric::FalseOmissionRate,
                Metric::Accuracy,
                Metric::ErrorRate,
                Metric::BaseRate,
            ] {
                let corners = corners(metric, &known, Tie::NONE).unwrap();
                let values: Vec<f64> = corners.iter().map(|(x, n)| x / n).collect();
                let low = values.iter().copied().fold(f64::INFINITY, f64::min);
                let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let mut reached = [false; 2];
                for (p, q) in (0..=v).flat_map(|p| (0..=u).map(move |q| (p, q))) {
                    let table = crate::confusion::Confusion::of_cells(
                        (tp + p) as f64,
                        (fp + v - p) as f64,
                        (explored * misses + q) as f64,
                        (explored * tn + u - q) as f64,
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
