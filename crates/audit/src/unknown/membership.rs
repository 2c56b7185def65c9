//! Attributes that are known by probabilities.

use waage_core::proxy::ProxyCells;
use waage_core::quantity::Measurement;
use waage_govern::Policy;
use waage_govern::policy::Reference;
use waage_metrics::Metric;
use waage_metrics::measure::{Measured, Request};
use waage_metrics::membership::{Answers, Bounds, MemberGroup, Membership, Unknown, membership};
use waage_result::document::EstimateDoc;
use waage_result::spec::{AuditSpec, MembershipSpec};
use waage_result::unknown::{
    BoundsDoc, MembershipAnswers, MembershipGap, MembershipGroup, MembershipP, MembershipRate,
    MembershipResult,
};

use crate::AuditError;
use crate::observer::Observer;
use crate::plan::Shown;

/// What all attributes known by probabilities come to.
#[derive(Default)]
pub struct Memberships {
    /// For the document.
    pub told: Vec<MembershipResult>,
    /// For the policy.
    pub measurements: Vec<Measurement>,
}

/// Measures every attribute that is known by probabilities.
pub fn memberships(
    proxies: &[ProxyCells],
    spec: &AuditSpec,
    policy: &Policy,
    request: &Request,
    measured: &Measured,
    observer: &dyn Observer,
) -> Result<Memberships, AuditError> {
    let mut found = Memberships::default();
    let of_spec = spec.roles.membership.iter().zip(proxies).enumerate();
    for (position, (of, cells)) in of_spec {
        let named = reference(of, spec, policy)?;
        let unknown = Unknown {
            attribute: &of.name,
            position,
            groups: &of.columns,
            reference: named.as_deref(),
            weighted: spec.roles.weight.is_some(),
        };
        let one = membership(cells, &unknown, request, measured.labels, observer)?;
        found.told.push(told(&one, of, cells, spec));
        found.measurements.extend(one.measurements);
    }
    Ok(found)
}

/// The reference that the caller or the policy names.
fn reference(
    of: &MembershipSpec,
    spec: &AuditSpec,
    policy: &Policy,
) -> Result<Option<String>, AuditError> {
    if let Some(label) = spec.reference.get(&of.name) {
        return Ok(Some(label.clone()));
    }
    let rule = policy.attributes.iter().find(|a| a.spec.name == of.name);
    match rule.map(|a| &a.reference) {
        None | Some(Reference::Largest) => Ok(None),
        Some(Reference::Value(label)) => Ok(Some(label.clone())),
        Some(Reference::Best | Reference::Overall) => Err(AuditError::Option(format!(
            "the policy compares \"{}\" with its best group or with all rows, which is not known of groups given by probabilities: name one of {} as its reference",
            of.name,
            of.columns.join(", ")
        ))),
    }
}

fn told(
    found: &Membership,
    of: &MembershipSpec,
    cells: &ProxyCells,
    spec: &AuditSpec,
) -> MembershipResult {
    let asked = Shown::of(spec);
    let shown = |metric: &Metric| asked.has(metric.quantity().name);
    let groups = found.groups.iter().zip(&of.columns);
    let group = |(group, name): (&MemberGroup, &String)| {
        let rates = group.rates.iter().filter(|(metric, _)| shown(metric));
        MembershipGroup {
            group: name.clone(),
            expected: Some(group.expected),
            assigned: Some(group.assigned),
            metrics: rates
                .map(|(metric, found)| MembershipRate {
                    metric: metric.quantity().name.to_owned(),
                    answers: answers(found),
                })
                .collect(),
        }
    };
    let gaps = found.gaps.iter().filter(|gap| shown(&gap.metric));
    MembershipResult {
        attribute: of.name.clone(),
        n: cells.rows(),
        reference: of.columns[found.reference].clone(),
        cells: cells.cells.len() as u64,
        grid_steps: cells.grid_bits.map(|bits| 1 << bits),
        thin_cells: cells.thin,
        threshold: spec.membership_threshold,
        unclassified: Some(cells.unclassified()),
        groups: groups.map(group).collect(),
        gaps: gaps
            .map(|gap| MembershipGap {
                group: of.columns[gap.group].clone(),
                metric: gap.metric.quantity().name.to_owned(),
                comparison: gap.comparison.name().to_owned(),
                answers: answers(&gap.answers),
                p: MembershipP {
                    weighted: gap.p.weighted,
                    threshold: gap.p.threshold,
                    bounds: gap.p.bounds,
                },
            })
            .collect(),
    }
}

fn answers(found: &Answers) -> MembershipAnswers {
    let Bounds {
        lower,
        upper,
        estimate,
    } = &found.bounds;
    MembershipAnswers {
        weighted: EstimateDoc::from(&found.weighted),
        threshold: EstimateDoc::from(&found.threshold),
        bounds: BoundsDoc {
            lower: *lower,
            upper: *upper,
            estimate: EstimateDoc::from(estimate),
        },
    }
}
