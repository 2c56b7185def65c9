//! What is measured inside one stratum: every scheme, as over all rows.

use waage_core::label::GroupName;
use waage_core::observer::{Observer, Phase};
use waage_core::tally::Tally;

use super::{marginal, needs_reference, told};
use crate::catalogue::{Kind, Metric};
use crate::measure::{Cut, MeasureError, Measured, ReferenceRule, Request, measure};
use crate::score::ScoreRequest;

/// One stratum.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its labels, in the order of the strata's attributes.
    pub name: GroupName,
    /// Its rows.
    pub rows: u64,
    /// Everything measured inside it. Groups are compared with the reference that they have over
    /// all rows; where that does not occur in the stratum, nothing is compared with a reference.
    pub measured: Measured,
}

/// Measures the proportions among `metrics` and the metrics of `scores` by single attributes inside
/// each of the largest strata; nothing without strata.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub fn levels(
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    metrics: &[Metric],
    scores: &ScoreRequest,
    observer: &dyn Observer,
) -> Result<Vec<Level>, MeasureError> {
    if tally.strata().is_empty() {
        return Ok(Vec::new());
    }
    let strata = tally.by_stratum();
    let rows: Vec<u64> = strata.iter().map(|(_, part)| part.rows()).collect();
    let mut references: Vec<Option<String>> = vec![None; tally.sensitive().len()];
    for view in &measured.views {
        if let Some((axis, Some(reference))) = marginal(tally, request, view) {
            references[axis] = reference.0.first().and_then(|label| label.name());
        }
    }
    let wanted: Vec<Metric> = metrics
        .iter()
        .copied()
        .filter(|metric| matches!(metric.row().kind, Kind::Proportion { .. }))
        .collect();
    let mut out = Vec::new();
    for k in told(&rows) {
        let (name, part) = &strata[k];
        let occurs: Vec<bool> = references
            .iter()
            .zip(part.sensitive())
            .map(|(reference, attribute)| {
                let labels = || attribute.labels.iter().filter_map(|label| label.name());
                reference
                    .as_ref()
                    .is_some_and(|reference| labels().any(|label| label == *reference))
            })
            .collect();
        let rules = references.iter().zip(&occurs).map(|(reference, occurs)| {
            match reference.as_ref().filter(|_| *occurs) {
                Some(label) => ReferenceRule::Named(label.clone()),
                None => ReferenceRule::Largest,
            }
        });
        let headline = request.disparities.iter().copied();
        let headline: Vec<_> = headline.filter(|d| d.row().in_summary).collect();
        let inner = Request {
            views: (0..part.sensitive().len()).map(|axis| vec![axis]).collect(),
            references: rules.collect(),
            metrics: wanted.clone(),
            cut: request.cut.map(|cut| Cut {
                moves: false,
                ..cut
            }),
            scores: scores.clone(),
            disparities: headline,
            schemes: Vec::new(),
            ..request.clone()
        };
        let mut found = measure(part, &inner, &Quiet(observer))?;
        for ((attribute, occurs), view) in
            part.sensitive().iter().zip(&occurs).zip(&mut found.views)
        {
            if !occurs {
                view.reference = None;
                found.measurements.retain(|m| {
                    m.subject.attribute != attribute.name || !needs_reference(m.scheme)
                });
            }
        }
        out.push(Level {
            name: name.clone(),
            rows: rows[k],
            measured: found,
        });
    }
    Ok(out)
}

/// Passes on that the caller wants to stop, but no progress: that is told of the whole.
struct Quiet<'a>(&'a dyn Observer);

impl Observer for Quiet<'_> {
    fn begin(&self, _: Phase, _: Option<u64>) {}

    fn advance(&self, _: u64) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
