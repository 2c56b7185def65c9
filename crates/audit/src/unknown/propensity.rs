//! Rates and score metrics of labels that are missing with known probabilities.

use std::collections::HashMap;

use waage_core::estimate::Estimate;
use waage_core::label::GroupName;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::tally::Tally;
use waage_metrics::measure::{Measured, Request};
use waage_metrics::propensity::{self, WeightedGap, WeightedGroup, WeightedView};
use waage_result::document::{EstimateDoc, Note};
use waage_result::spec::AuditSpec;
use waage_result::unknown::{PropensityGap, PropensityGroup, PropensityRate, PropensityResult};

use crate::AuditError;
use crate::observer::Observer;
use crate::plan::Shown;

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

/// What is measured of a view without the propensities, by metric, scheme, comparison and group.
type Bounds<'a> = HashMap<Key<'a>, &'a Estimate>;

type Key<'a> = (&'a str, Scheme, Comparison, &'a GroupName);

fn bound(bounds: &Bounds<'_>, key: Key<'_>) -> EstimateDoc {
    let found = bounds.get(&key);
    found.map_or_else(EstimateDoc::default, |found| EstimateDoc::from(*found))
}

fn weighted_view(view: &WeightedView, spec: &AuditSpec, measured: &Measured) -> PropensityResult {
    let own = measured.measurements.iter();
    let own = own.filter(|m| m.subject.attribute == view.attribute);
    let bounds: Bounds<'_> = own
        .filter_map(|m| {
            let group = m.subject.group.as_ref()?;
            let key = (m.quantity.name, m.scheme, m.comparison, group);
            Some((key, &m.estimate))
        })
        .collect();
    let shown = Shown::of(spec);
    let group = |group: &WeightedGroup| {
        let rates = group
            .rates
            .iter()
            .map(|(quantity, estimate)| PropensityRate {
                metric: quantity.name.to_owned(),
                bounds: bound(
                    &bounds,
                    (quantity.name, Scheme::Value, Comparison::None, &group.name),
                ),
                ipw: inverse(estimate),
            });
        PropensityGroup {
            n: group.rows,
            labelled: group.labelled,
            effective: group.effective,
            metrics: rates.filter(|rate| shown.has(&rate.metric)).collect(),
            group: group.name.to_string(),
        }
    };
    let gap = |gap: &WeightedGap| PropensityGap {
        metric: gap.metric.name.to_owned(),
        comparison: gap.comparison.name().to_owned(),
        bounds: bound(
            &bounds,
            (
                gap.metric.name,
                Scheme::ToReference,
                gap.comparison,
                &gap.group,
            ),
        ),
        ipw: inverse(&gap.estimate),
        group: gap.group.to_string(),
    };
    PropensityResult {
        attribute: view.attribute.clone(),
        reference: view.reference.clone(),
        groups: view.groups.iter().map(group).collect(),
        gaps: view
            .gaps
            .iter()
            .map(gap)
            .filter(|gap| shown.has(&gap.metric))
            .collect(),
    }
}
