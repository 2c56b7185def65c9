//! From measurements and judgement to the document.

use indexmap::IndexMap;
use waage_core::estimate::Estimate;
use waage_core::label::GroupName;
use waage_core::quantity::{Measurement, Scheme};
use waage_metrics::Metric;
use waage_metrics::disparity::NAMED;
use waage_metrics::measure::{GroupEstimates, Measured, MeasuredView};
use waage_metrics::pooling;
use waage_metrics::score::ScoreMetric;
use waage_result::document::{Disparity, EstimateDoc, GroupResult};

use crate::plan::Shown;

/// A line per non-empty group of every view; rates of views with enough groups beside themselves
/// pooled, where `level` is the confidence of their intervals.
pub fn groups(measured: &Measured, shown: &Shown, level: Option<f64>) -> Vec<GroupResult> {
    let of_view = |view: &MeasuredView| {
        let pooled = level.map(|level| pooling::pooled(view, level));
        view.groups
            .iter()
            .enumerate()
            .map(|(g, (name, rows, estimates))| {
                let mut found = metrics(estimates, shown);
                let of_group = pooled.iter().flat_map(|pooled| &pooled[g]);
                for ((metric, _), pooled) in estimates.iter().zip(of_group) {
                    if let (Some(doc), Some(pooled)) =
                        (found.get_mut(metric.quantity().name), pooled)
                    {
                        doc.pooled = Some(Box::new(EstimateDoc::from(pooled)));
                    }
                }
                let scores = view.scores.get(g).into_iter().flatten();
                found.extend(of_scores(scores, shown));
                GroupResult {
                    attributes: view
                        .attributes
                        .iter()
                        .cloned()
                        .zip(name.0.iter().map(waage_core::label::Label::name))
                        .collect(),
                    n: *rows,
                    metrics: found,
                }
            })
            .collect::<Vec<_>>()
    };
    measured.views.iter().flat_map(of_view).collect()
}

/// Estimates by metric name.
pub fn metrics(estimates: &GroupEstimates, shown: &Shown) -> IndexMap<String, EstimateDoc> {
    estimates
        .iter()
        .filter(|(metric, _)| shown.has(metric.quantity().name))
        .map(|(metric, estimate): &(Metric, Estimate)| {
            (
                metric.quantity().name.to_owned(),
                EstimateDoc::from(estimate),
            )
        })
        .collect()
}

/// Score metrics by name.
pub fn of_scores<'a>(
    estimates: impl IntoIterator<Item = &'a (ScoreMetric, Estimate)>,
    shown: &Shown,
) -> impl Iterator<Item = (String, EstimateDoc)> {
    estimates
        .into_iter()
        .map(|(metric, estimate)| (metric.quantity().name, estimate))
        .filter(|(name, _)| shown.has(name))
        .map(|(name, estimate)| (name.to_owned(), EstimateDoc::from(estimate)))
}

/// Every comparison.
pub fn disparities(measured: &Measured, shown: &Shown) -> Vec<Disparity> {
    let wanted = |m: &&Measurement| m.scheme != Scheme::Value && shown.has(m.quantity.name);
    let comparisons = || measured.measurements.iter().filter(wanted);
    let mut disparities = Vec::with_capacity(comparisons().count());
    disparities.extend(comparisons().map(disparity));
    disparities
}

/// One comparison.
pub fn disparity(m: &Measurement) -> Disparity {
    let text = |name: &GroupName| name.to_string();
    let flags = m.scheme == Scheme::ToReference
        && m.comparison == waage_core::quantity::Comparison::Ratio
        && [Metric::SelectionRate, Metric::RejectionShare]
            .iter()
            .any(|metric| metric.quantity().name == m.quantity.name);
    Disparity {
        attribute: m.subject.attribute.clone(),
        metric: m.quantity.name.to_owned(),
        scheme: m.scheme.name().to_owned(),
        comparison: m.comparison.name().to_owned(),
        estimate: EstimateDoc::from(&m.estimate),
        group: m.subject.group.as_ref().map(text),
        reference: m.subject.reference.as_ref().map(text),
        p: m.p,
        p_adjusted: m.p_adjusted,
        test: m.test.map(str::to_owned),
        highest: m.range().extremes.as_ref().map(|(high, _)| text(high)),
        lowest: m.range().extremes.as_ref().map(|(_, low)| text(low)),
        null_mean: m.range().null_mean,
        bias_corrected: m.range().bias_corrected,
        groups_skipped: m.range().skipped.iter().map(text).collect(),
        four_fifths_adverse: m.context.four_fifths_adverse.filter(|_| flags),
        flips_with_one_selection: m.context.flips_with_one_selection.filter(|_| flags),
    }
}

/// The plain numbers of every view under the names of the table, null where undefined or not
/// measured.
pub fn summary(measured: &Measured) -> IndexMap<String, IndexMap<String, Option<f64>>> {
    measured
        .views
        .iter()
        .map(|view| {
            let attribute = view.attributes.join("*");
            let values = NAMED
                .iter()
                .filter(|row| row.in_summary)
                .map(|row| {
                    let found = measured
                        .measurements
                        .iter()
                        .find(|m| m.subject.attribute == attribute && *m.quantity == row.quantity);
                    (
                        row.quantity.name.to_owned(),
                        found.and_then(|m| m.estimate.value),
                    )
                })
                .collect();
            (attribute, values)
        })
        .collect()
}
