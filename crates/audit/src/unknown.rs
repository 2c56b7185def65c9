//! What is not known of each row, its group or its label, from measurements to the document.

use waage_core::estimate::Estimate;
use waage_core::proxy::ProxyCells;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::tally::Tally;
use waage_govern::Policy;
use waage_govern::policy::Reference;
use waage_metrics::Metric;
use waage_metrics::measure::{Measured, Request};
use waage_metrics::membership::{Answers, Bounds, Membership, Unknown, membership};
use waage_metrics::propensity::{self, WeightedGap, WeightedGroup, WeightedView};
use waage_result::document::{EstimateDoc, Note};
use waage_result::spec::{AuditSpec, MembershipSpec};
use waage_result::unknown::{
    BoundsDoc, MembershipAnswers, MembershipGap, MembershipGroup, MembershipRate, MembershipResult,
    PropensityGap, PropensityGroup, PropensityRate, PropensityResult,
};

use crate::observer::Observer;
use crate::{AuditError, plan};

/// Options that nothing can be made of.
pub fn check(spec: &AuditSpec) -> Result<(), AuditError> {
    let roles = &spec.roles;
    let fail = |message: String| Err(AuditError::Option(message));
    if let Some(of) = roles.membership.first()
        && let Some(cluster) = &roles.cluster
    {
        return fail(format!(
            "the membership \"{}\" cannot be used with the cluster \"{cluster}\": its replicates draw single rows; leave one of them out",
            of.name
        ));
    }
    for of in &roles.membership {
        let known = roles.sensitive.iter().chain(&roles.stratum);
        if known.into_iter().any(|a| a.name == of.name) {
            return fail(format!(
                "the attribute \"{}\" is given both as a column and as probabilities: name it in --sensitive or --stratum, or in --membership",
                of.name
            ));
        }
    }
    match spec.membership_threshold {
        Some(_) if roles.membership.is_empty() => fail(
            "--membership-threshold assigns rows whose group is known by probabilities: name those with --membership"
                .to_owned(),
        ),
        Some(least) if !(least > 0.0 && least <= 1.0) => fail(format!(
            "the threshold {least} of --membership-threshold must lie above 0 and at most at 1, such as 0.8"
        )),
        _ => Ok(()),
    }
}

/// That an outcome of several classes has neither.
pub fn refuse_classes(spec: &AuditSpec) -> Result<(), AuditError> {
    let asked = [
        (spec.roles.propensity.is_some(), "--propensity"),
        (!spec.roles.membership.is_empty(), "--membership"),
    ];
    match asked.into_iter().find(|(asked, _)| *asked) {
        Some((_, option)) => Err(AuditError::Option(format!(
            "{option} needs labels and decisions of two values, and these have more: name the one that counts with --positive, or leave {option} out"
        ))),
        None => Ok(()),
    }
}

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

fn doc(estimate: &Estimate) -> EstimateDoc {
    EstimateDoc::from(estimate)
}

fn told(
    found: &Membership,
    of: &MembershipSpec,
    cells: &ProxyCells,
    spec: &AuditSpec,
) -> MembershipResult {
    let shown = |metric: &Metric| plan::shown(spec, metric.quantity().name);
    let groups = found.groups.iter().zip(&of.columns);
    let group = |(group, name): (&waage_metrics::membership::MemberGroup, &String)| {
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
        weighted: doc(&found.weighted),
        threshold: doc(&found.threshold),
        bounds: BoundsDoc {
            lower: *lower,
            upper: *upper,
            estimate: doc(estimate),
        },
    }
}

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
        ..doc(estimate)
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
        found.map_or_else(EstimateDoc::default, |m| doc(&m.estimate))
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
