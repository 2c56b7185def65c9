//! Rates of labels, and of how scores tell labels apart, from rows weighted by the inverse of the known
//! probability of having a label.
//!
//! A row that got its label with probability `e` stands for `1/e` rows like it, so rates of the
//! labelled rows with weights `w/e` are those of all rows (Hájek's ratio of two such sums; FORMULAS
//! §6), and an area under the ROC curve counts the pair of a positive and a negative `1/(e·e′)` times.
//! Everything else is the machinery of weights: a tally of the labelled rows with these weights gives
//! values, Kish's effective rows and intervals by the linearised variance, of single attributes and of
//! their intersections.
//!
//! It rests on two assumptions: the probabilities are right, and every kind of row could get a label.
//! Where nobody of a group's rejected (or selected) rows has a label, what needs those is not
//! estimated.

use std::collections::HashMap;

use waage_core::block::outcome::{self, LABEL_MISSING};
use waage_core::estimate::{Estimate, Reason};
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_core::tally::{GroupTotals, Sums, Tally};

use crate::catalogue::{Kind, Metric};
use crate::measure::{
    Cut, MeasureError, Measured, MissingLabels, ReferenceRule, Request, chosen_references, measure,
};
use crate::score::catalogue::Nature;
use crate::score::{ScoreMetric, ScoreRequest};
use crate::selective::Labels;

/// Rates that need labels of rejected rows alone.
const OF_REJECTED: [&str; 2] = ["negative_predictive_value", "false_omission_rate"];

const EVERY_DECISION: [u8; 4] = [
    outcome::REJECTED,
    outcome::SELECTED,
    outcome::DECISION_MISSING,
    outcome::TIED,
];

/// The rows of one group, by label and decision.
type Outcomes = [Sums; outcome::COUNT];

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
    /// Its rates and score metrics.
    pub rates: Vec<(&'static Quantity, Estimate)>,
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

/// The groups of one attribute or of an intersection.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedView {
    /// The attribute; those of an intersection joined by `*`.
    pub attribute: String,
    /// The reference group, where there is one.
    pub reference: Option<String>,
    /// By group.
    pub groups: Vec<WeightedGroup>,
    /// Every other group against the reference.
    pub gaps: Vec<WeightedGap>,
}

/// Measures every rate and score metric of labels asked for on the weighted tally, by view, against
/// the same reference groups as `measured`.
///
/// # Errors
/// Those of [`measure`].
pub fn weighted(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    observer: &dyn Observer,
) -> Result<Vec<WeightedView>, MeasureError> {
    let views = request.views.iter().cloned();
    let (single, several): (Vec<_>, Vec<_>) = views.partition(|axes| axes.len() == 1);
    // The weights must not choose other groups.
    let chosen = chosen_references(request, tally.sensitive(), &measured.views);
    let mut out = of_views(tally, single, chosen, request, observer)?;
    // The reference of an intersection rests on what was named alone.
    let references = request.references.clone();
    out.extend(of_views(tally, several, references, request, observer)?);
    Ok(out)
}

fn of_views(
    tally: &Tally,
    views: Vec<Vec<usize>>,
    references: Vec<ReferenceRule>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Vec<WeightedView>, MeasureError> {
    if views.is_empty() {
        return Ok(Vec::new());
    }
    let metrics = request.metrics.iter().copied();
    let scores = request.scores.metrics.iter().copied();
    let scores: Vec<ScoreMetric> = scores.filter(is_weighted_score).collect();
    let is_rough = |metric: &ScoreMetric| metric.row().nature == Nature::Rough;
    let closed = !tally.kept().clusters
        && !references.contains(&ReferenceRule::Overall)
        && !scores.iter().any(is_rough);
    let asked = Request {
        metrics: metrics.filter(is_weighted).collect(),
        scores: ScoreRequest {
            metrics: scores,
            disparities: Vec::new(),
        },
        disparities: Vec::new(),
        schemes: Vec::new(),
        missing_labels: MissingLabels::Weighted,
        // Two sides that share no rows have closed forms.
        replicates: if closed { 0 } else { request.replicates },
        cut: request.cut.map(|cut| Cut {
            moves: false,
            ..cut
        }),
        views,
        references,
        ..request.clone()
    };
    let found = measure(tally, &asked, observer)?;
    let of_view = |(at, axes): (usize, &Vec<usize>)| {
        let groups = tally.view(axes).groups;
        weighted_view(&found, at, &groups)
    };
    Ok(asked.views.iter().enumerate().map(of_view).collect())
}

/// The view at a position of what was measured, as far as its groups' labels tell it.
fn weighted_view(found: &Measured, at: usize, groups: &[GroupTotals]) -> WeightedView {
    let view = &found.views[at];
    let attribute = view.attributes.join("*");
    let outcomes: HashMap<&GroupName, &Outcomes> = groups
        .iter()
        .map(|group| (&group.name, &group.outcomes))
        .collect();
    let estimated = |estimate: &Estimate, quantity: &Quantity, sides: &[&GroupName]| {
        let covers = |name: &&GroupName| {
            let outcomes = outcomes.get(*name);
            outcomes.is_none_or(|outcomes| covered(outcomes, quantity))
        };
        match sides.iter().all(covers) {
            true => estimate.clone(),
            false => Estimate::undefined(estimate.n, estimate.method, Reason::NotIdentified),
        }
    };
    let group = |(g, group): (usize, &GroupTotals)| {
        let rates = view.groups[g]
            .2
            .iter()
            .map(|(metric, e)| (metric.quantity(), e));
        let scores = view.scores.get(g).into_iter().flatten();
        let scores = scores.map(|(metric, e)| (metric.quantity(), e));
        let of_outcome = group.outcomes.iter().enumerate();
        let labelled: Vec<&Sums> = of_outcome
            .filter(|(o, _)| outcome::label(*o as u8) != LABEL_MISSING)
            .map(|(_, sums)| sums)
            .collect();
        let add = |part: fn(&Sums) -> f64| labelled.iter().map(|s| part(s)).sum::<f64>();
        let (weight, squares) = (add(|s| s.w1), add(|s| s.w2));
        WeightedGroup {
            name: group.name.clone(),
            rows: group.rows(),
            labelled: labelled.iter().map(|sums| sums.n).sum(),
            effective: (squares > 0.0).then(|| weight * weight / squares),
            rates: rates
                .chain(scores)
                .map(|(quantity, e)| (quantity, estimated(e, quantity, &[&group.name])))
                .collect(),
        }
    };
    let gap = |measurement: &Measurement| {
        let subject = &measurement.subject;
        let here = measurement.scheme == Scheme::ToReference && subject.attribute == attribute;
        let group = subject.group.clone().filter(|_| here)?;
        let sides: Vec<_> = [&group].into_iter().chain(&subject.reference).collect();
        Some(WeightedGap {
            metric: measurement.quantity,
            comparison: measurement.comparison,
            estimate: estimated(&measurement.estimate, measurement.quantity, &sides),
            group,
        })
    };
    WeightedView {
        groups: groups.iter().enumerate().map(group).collect(),
        gaps: found.measurements.iter().filter_map(gap).collect(),
        reference: view.reference.clone(),
        attribute,
    }
}

/// Whether a metric is a rate of labels.
fn is_weighted(metric: &Metric) -> bool {
    metric.quantity().needs_label
        && matches!(metric.row().kind, Kind::Proportion { .. } | Kind::Shaped(_))
}

/// Whether a score metric is of labels, and of the rows of a group alone: an area against a background
/// needs everybody else's as well.
#[must_use]
pub fn is_weighted_score(metric: &ScoreMetric) -> bool {
    metric.quantity().needs_label && metric.is_compared()
}

/// Whether all decisions that a metric needs have labelled rows, as far as they have rows at all.
fn covered(outcomes: &Outcomes, quantity: &Quantity) -> bool {
    let open = |decision: &u8| {
        let of_decision = |o: &u8| outcome::decision(*o) == *decision;
        let rows = |missing: bool| -> u64 {
            (0..outcome::COUNT as u8)
                .filter(of_decision)
                .filter(|o| (outcome::label(*o) == LABEL_MISSING) == missing)
                .map(|o| outcomes[usize::from(o)].n)
                .sum()
        };
        rows(true) > 0 && rows(false) == 0
    };
    let needed: &[u8] = match () {
        () if OF_REJECTED.contains(&quantity.name) => &[outcome::REJECTED],
        () if Labels::OfSelected.identify(quantity) => &[outcome::SELECTED],
        () if quantity.needs_score => &EVERY_DECISION,
        () => &[outcome::SELECTED, outcome::REJECTED],
    };
    !needed.iter().any(open)
}
