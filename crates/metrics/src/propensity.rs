//! Rates of labels from rows weighted by the inverse of the known probability of having a label.
//!
//! A row that got its label with probability `e` stands for `1/e` rows like it, so rates of the
//! labelled rows with weights `w/e` are those of all rows (Hájek's ratio of two such sums; FORMULAS
//! §6). Everything else is the machinery of weights: a tally of the labelled rows with these weights
//! gives values, Kish's effective rows and intervals by the linearised variance.
//!
//! It rests on two assumptions: the probabilities are right, and every kind of row could get a label.
//! Where nobody of a group's rejected (or selected) rows has a label, the rates that need those are
//! not estimated.

use waage_core::block::outcome::{self, LABEL_MISSING, LABEL_NEGATIVE, LABEL_POSITIVE};
use waage_core::estimate::{Estimate, Reason};
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Quantity, Scheme};
use waage_core::tally::{Sums, Tally};

use crate::catalogue::{Kind, Metric};
use crate::measure::{Cut, MeasureError, Measured, MissingLabels, ReferenceRule, Request, measure};
use crate::score::ScoreRequest;
use crate::selective::Labels;

/// Rates that need labels of rejected rows alone.
const OF_REJECTED: [&str; 2] = ["negative_predictive_value", "false_omission_rate"];

/// The labelled rows of a block weighted by the inverse of their propensity, others by 0.
pub fn inverse_weights(
    outcomes: &[u8],
    weights: Option<&[f64]>,
    propensities: &[f64],
    out: &mut Vec<f64>,
) {
    out.clear();
    let rows = outcomes.iter().zip(propensities).enumerate();
    out.extend(rows.map(|(row, (outcome, propensity))| {
        let weight = weights.map_or(1.0, |weights| weights[row]);
        match outcome::label(*outcome) == LABEL_MISSING {
            true => 0.0,
            false => weight / propensity,
        }
    }));
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedGroup {
    /// Its name.
    pub name: GroupName,
    /// Rows.
    pub rows: u64,
    /// Rows with a label.
    pub labelled: u64,
    /// Kish's effective rows of those; `None` without any.
    pub effective: Option<f64>,
    /// Its rates.
    pub rates: Vec<(Metric, Estimate)>,
}

/// A group against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedGap {
    /// The group.
    pub group: GroupName,
    /// What is compared.
    pub metric: &'static Quantity,
    /// How.
    pub comparison: Comparison,
    /// The estimate.
    pub estimate: Estimate,
}

/// The groups of one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedView {
    /// The attribute.
    pub attribute: String,
    /// The reference group, where there is one.
    pub reference: Option<String>,
    /// By group.
    pub groups: Vec<WeightedGroup>,
    /// Every other group against the reference.
    pub gaps: Vec<WeightedGap>,
}

/// Measures every rate of labels asked for on the weighted tally, by attribute, against the same
/// reference groups as `measured`.
///
/// # Errors
/// Those of [`measure`].
pub fn weighted(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    observer: &dyn Observer,
) -> Result<Vec<WeightedView>, MeasureError> {
    let single = |attributes: &[String]| attributes.len() == 1;
    let references: Vec<ReferenceRule> = request
        .references
        .iter()
        .zip(tally.sensitive())
        .map(|(rule, attribute)| {
            let of_attribute = |attributes: &[String]| attributes == [attribute.name.clone()];
            let view = measured.views.iter().find(|v| of_attribute(&v.attributes));
            match (rule, view.and_then(|view| view.reference.clone())) {
                (ReferenceRule::Overall, _) | (_, None) => rule.clone(),
                (_, Some(label)) => ReferenceRule::Named(label),
            }
        })
        .collect();
    let closed = !tally.kept().clusters && !references.contains(&ReferenceRule::Overall);
    let asked = Request {
        views: (0..tally.sensitive().len())
            .map(|axis| vec![axis])
            .collect(),
        metrics: request
            .metrics
            .iter()
            .copied()
            .filter(is_weighted)
            .collect(),
        scores: ScoreRequest::default(),
        disparities: Vec::new(),
        schemes: Vec::new(),
        missing_labels: MissingLabels::Weighted,
        // Two sides that share no rows have closed forms.
        replicates: if closed { 0 } else { request.replicates },
        cut: request.cut.map(|cut| Cut {
            moves: false,
            ..cut
        }),
        references,
        ..request.clone()
    };
    let found = measure(tally, &asked, observer)?;
    let views = found.views.iter().filter(|view| single(&view.attributes));
    Ok(views
        .enumerate()
        .map(|(axis, view)| {
            let outcomes = tally.view(&[axis]).groups;
            let of = |name: &GroupName| outcomes.iter().find(|group| group.name == *name);
            let covers = |name: &GroupName, quantity: &Quantity| {
                of(name).is_none_or(|group| covered(&group.outcomes, quantity))
            };
            let groups = view.groups.iter().map(|(name, rows, estimates)| {
                let rates = estimates.iter().map(|(metric, estimate)| {
                    let open = !covers(name, metric.quantity());
                    (*metric, left_open(estimate, open))
                });
                let labelled: Vec<&Sums> = of(name)
                    .into_iter()
                    .flat_map(|group| group.outcomes.iter().enumerate())
                    .filter(|(o, _)| outcome::label(*o as u8) != LABEL_MISSING)
                    .map(|(_, sums)| sums)
                    .collect();
                let add = |part: fn(&Sums) -> f64| labelled.iter().map(|s| part(s)).sum::<f64>();
                let (weight, squares) = (add(|s| s.w1), add(|s| s.w2));
                WeightedGroup {
                    name: name.clone(),
                    rows: *rows,
                    labelled: labelled.iter().map(|sums| sums.n).sum(),
                    effective: (squares > 0.0).then(|| weight * weight / squares),
                    rates: rates.collect(),
                }
            });
            let gaps = found.measurements.iter().filter_map(|measurement| {
                let subject = &measurement.subject;
                let here = measurement.scheme == Scheme::ToReference
                    && subject.attribute == view.attributes[0];
                let group = subject.group.clone().filter(|_| here)?;
                let sides = [Some(&group), subject.reference.as_ref()];
                let open = sides
                    .into_iter()
                    .flatten()
                    .any(|name| !covers(name, measurement.quantity));
                Some(WeightedGap {
                    metric: measurement.quantity,
                    comparison: measurement.comparison,
                    estimate: left_open(&measurement.estimate, open),
                    group,
                })
            });
            WeightedView {
                attribute: view.attributes[0].clone(),
                reference: view.reference.clone(),
                groups: groups.collect(),
                gaps: gaps.collect(),
            }
        })
        .collect())
}

/// Whether a metric is a rate of labels.
fn is_weighted(metric: &Metric) -> bool {
    metric.quantity().needs_label
        && matches!(metric.row().kind, Kind::Proportion { .. } | Kind::Shaped(_))
}

/// Whether both decisions that a rate needs have labelled rows, as far as they have rows at all.
fn covered(outcomes: &[Sums; outcome::COUNT], quantity: &Quantity) -> bool {
    let rows = |label: u8, decision: u8| outcomes[usize::from(outcome::of(label, decision))].n;
    let open = |decision: u8| {
        rows(LABEL_MISSING, decision) > 0
            && rows(LABEL_NEGATIVE, decision) + rows(LABEL_POSITIVE, decision) == 0
    };
    let of_rejected = OF_REJECTED.contains(&quantity.name);
    let of_selected = Labels::OfSelected.identify(quantity);
    let selected = of_rejected || !open(outcome::SELECTED);
    let rejected = of_selected || !open(outcome::REJECTED);
    selected && rejected
}

/// The estimate, or that nothing tells it.
fn left_open(estimate: &Estimate, open: bool) -> Estimate {
    match open {
        true => Estimate::undefined(estimate.n, estimate.method, Reason::NotIdentified),
        false => estimate.clone(),
    }
}
