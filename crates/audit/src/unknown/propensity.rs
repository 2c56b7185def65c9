//! Rates of labels that are missing with known probabilities.

use waage_core::estimate::Estimate;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::tally::Tally;
use waage_metrics::measure::{Measured, Request};
use waage_metrics::propensity::{self, WeightedGap, WeightedGroup, WeightedView};
use waage_result::document::{EstimateDoc, Note};
use waage_result::spec::AuditSpec;
use waage_result::unknown::{PropensityGap, PropensityGroup, PropensityRate, PropensityResult};

use crate::observer::Observer;
use crate::{AuditError, plan};

/// Rates of labels with propensities beside their bounds, where some labels are missing, and what must
/// be told of the propensities.
pub fn propensities(
    weighted: Option<&Tally>,
    spec: &AuditSpec,
    request: &Request,
    measured: &Measured,
    uncovered: u64,
    observer: &dyn Observer,
) -> Result<(Vec<PropensityResult>, Vec<Note>), AuditError> {
    let (Some(tally), Some(column)) = (weighted, &spec.roles.propensity) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let note = |code: &str, rows: u64| Note {
        code: code.to_owned(),
        values: [
            ("column".to_owned(), column.clone()),
            ("rows".to_owned(), rows.to_string()),
        ]
        .into(),
    };
    if measured.labels.as_given() {
        return Ok((Vec::new(), vec![note("propensity_idle", tally.rows())]));
    }
    let notes = (uncovered > 0).then(|| note("propensity_uncovered", uncovered));
    let views = propensity::weighted(tally, request, measured, observer)?;
    let told = views.iter().map(|view| weighted_view(view, spec, measured));
    Ok((told.collect(), notes.into_iter().collect()))
}

/// An estimate of labelled rows weighted by the inverse of their propensity, named so.
fn inverse(estimate: &Estimate) -> EstimateDoc {
    EstimateDoc {
        method: format!("ipw_{}", estimate.method.name()),
        ..EstimateDoc::from(estimate)
    }
}

fn weighted_view(view: &WeightedView, spec: &AuditSpec, measured: &Measured) -> PropensityResult {
    let bound = |name: &str, group: &str, scheme: Scheme, comparison: Comparison| {
        let of = |m: &&Measurement| {
            m.quantity.name == name
                && m.scheme == scheme
                && m.comparison == comparison
                && m.subject.attribute == view.attribute
                && m.subject
                    .group
                    .as_ref()
                    .is_some_and(|g| g.to_string() == group)
        };
        let found = measured.measurements.iter().find(of);
        found.map_or_else(EstimateDoc::default, |m| EstimateDoc::from(&m.estimate))
    };
    let group = |group: &WeightedGroup| {
        let name = group.name.to_string();
        let rates = group.rates.iter().map(|(metric, estimate)| {
            let metric = metric.quantity().name;
            PropensityRate {
                metric: metric.to_owned(),
                bounds: bound(metric, &name, Scheme::Value, Comparison::None),
                ipw: inverse(estimate),
            }
        });
        PropensityGroup {
            n: group.rows,
            labelled: group.labelled,
            effective: group.effective,
            metrics: rates
                .filter(|rate| plan::shown(spec, &rate.metric))
                .collect(),
            group: name,
        }
    };
    let gap = |gap: &WeightedGap| {
        let name = gap.group.to_string();
        PropensityGap {
            metric: gap.metric.name.to_owned(),
            comparison: gap.comparison.name().to_owned(),
            bounds: bound(gap.metric.name, &name, Scheme::ToReference, gap.comparison),
            ipw: inverse(&gap.estimate),
            group: name,
        }
    };
    PropensityResult {
        attribute: view.attribute.clone(),
        reference: view.reference.clone(),
        groups: view.groups.iter().map(group).collect(),
        gaps: view
            .gaps
            .iter()
            .map(gap)
            .filter(|gap| plan::shown(spec, &gap.metric))
            .collect(),
    }
}
