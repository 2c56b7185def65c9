//! One comparison that a check judges: what is known of it before the family is corrected.

use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Measurement, Scheme};

use super::region::Region;
use crate::policy::{Check, Policy, Unknown};

/// A check applied to one group.
pub(crate) struct Case<'a> {
    pub check: &'a Check,
    pub measurement: &'a Measurement,
    pub region: Region,
    /// The estimate with the interval method that the check asks for.
    pub estimate: Estimate,
    /// Rows of the two groups together.
    pub rows: u64,
    /// Why it cannot be evaluated, if it cannot.
    pub obstacle: Option<Reason>,
    /// p-value of "the true value is allowed", 1 where the estimate itself is.
    pub p: Option<f64>,
}

impl<'a> Case<'a> {
    /// Whether a measurement is one that this check judges.
    pub(crate) fn fits(check: &Check, attribute: &str, measurement: &Measurement) -> bool {
        let scheme = match check.comparison {
            Comparison::None => Scheme::Value,
            Comparison::Difference | Comparison::Ratio => Scheme::ToReference,
        };
        measurement.scheme == scheme
            && measurement.comparison == check.comparison
            && measurement.quantity.name == check.metric
            && same_attribute(&measurement.subject.attribute, attribute)
            && measurement.subject.group.is_some()
            && measurement.subject.group != measurement.subject.reference
    }

    /// The case of a fitting measurement.
    pub(crate) fn new(policy: &Policy, check: &'a Check, measurement: &'a Measurement) -> Self {
        let region = Region::of(check);
        let context = &measurement.context;
        let compared = check.comparison != Comparison::None;
        let with_reference = compared && measurement.subject.reference.is_some();
        let rows = context.group_rows + if compared { context.reference_rows } else { 0 };
        let given = &measurement.estimate;
        let chosen = match check.interval {
            Some(method) if method != given.method => given.with_method(method, check.confidence),
            _ => Some(given.clone()),
        };
        let small = context.group_rows < policy.data.group_min_n
            || (with_reference && context.reference_rows < policy.data.group_min_n);
        let few = measurement.quantity.needs_label
            && context
                .fewest_events
                .is_some_and(|events| events < policy.data.group_min_events);
        let obstacle = if small {
            Some(Reason::BelowMinN)
        } else if few {
            Some(Reason::TooFewRows)
        } else if given.value.is_none() {
            Some(given.reason.unwrap_or(Reason::NotAvailable))
        } else if chosen.is_none() || given.method == Method::BootstrapPercentileBiased {
            // Lifted by chance where there is no gap: it would be shown to be beyond any margin.
            Some(Reason::NotAvailable)
        } else {
            None
        };
        let estimate = chosen.unwrap_or_else(|| given.clone());
        let p = match (obstacle, estimate.value) {
            (None, Some(value)) => {
                match region.outside(value).and_then(|side| region.limit(side)) {
                    Some(limit) => estimate.p_value(limit),
                    None => Some(1.0),
                }
            }
            _ => None,
        };
        Self {
            check,
            measurement,
            region,
            estimate,
            rows,
            obstacle,
            p,
        }
    }

    /// The class that counts as positive, where there are several.
    pub(crate) fn class(&self) -> Option<&Label> {
        self.measurement.subject.class.as_ref()
    }

    /// The group judged.
    pub(crate) fn group(&self) -> Option<&GroupName> {
        self.measurement.subject.group.as_ref()
    }
}

/// Whether two names are the same attribute or the same intersection in another order.
pub(crate) fn same_attribute(a: &str, b: &str) -> bool {
    let parts = |name: &str| {
        let mut parts: Vec<String> = name.split('*').map(str::to_owned).collect();
        parts.sort_unstable();
        parts
    };
    a == b || (a.contains('*') && parts(a) == parts(b))
}

/// Whether a measurement is about rows without a value that the policy does not judge.
pub(crate) fn is_unjudged_unknown(policy: &Policy, measurement: &Measurement) -> bool {
    let judged = |name: &str| {
        policy
            .attribute(name)
            .is_some_and(|attribute| attribute.unknown == Unknown::Judge)
    };
    let names: Vec<&str> = measurement.subject.attribute.split('*').collect();
    let groups = [&measurement.subject.group, &measurement.subject.reference];
    let mut any_missing = false;
    for group in groups.into_iter().flatten() {
        for (i, label) in group.0.iter().enumerate() {
            if label.is_missing() {
                any_missing = true;
                if !names.get(i).is_some_and(|name| judged(name)) {
                    return true;
                }
            }
        }
    }
    measurement.context.unknown_group && !any_missing
}
