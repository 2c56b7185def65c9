//! One comparison that a check judges: what is known of it before the family is corrected.

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::special;

use super::region::{Region, Side};
use crate::policy::{Against, Check, Policy, Unknown, is_impact_ratio};

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
    /// Groups whose value is undefined, so that a range says nothing of them.
    pub skipped: Vec<GroupName>,
}

impl<'a> Case<'a> {
    /// Whether a measurement is one that this check judges.
    pub(crate) fn fits(check: &Check, attribute: &str, measurement: &Measurement) -> bool {
        let scheme = match (check.comparison, check.scheme) {
            // An index over all groups has a value and no comparison.
            (Comparison::None, _) => {
                matches!(measurement.scheme, Scheme::Value | Scheme::BetweenGroups)
            }
            (_, Some(Against::ToReference)) => measurement.scheme == Scheme::ToReference,
            (_, Some(Against::BetweenGroups)) => measurement.scheme == Scheme::BetweenGroups,
            (_, Some(Against::ToOverall)) => measurement.scheme == Scheme::ToOverall,
            // A quantity that is itself a range over groups has no other scheme.
            (_, None) if is_impact_ratio(&check.metric) => measurement.scheme == Scheme::ToBest,
            (_, None) => {
                measurement.scheme == Scheme::ToReference
                    || (measurement.scheme == Scheme::BetweenGroups
                        && is_named_range(&check.metric))
            }
        };
        let of_group = measurement.subject.group.is_some()
            && measurement.subject.group != measurement.subject.reference;
        scheme
            && measurement.comparison == check.comparison
            && measurement.quantity.name == check.metric
            && measurement.first_places == check.top_k
            && same_attribute(&measurement.subject.attribute, attribute)
            && (of_group || is_range(measurement))
    }

    /// The case of a fitting measurement.
    pub(crate) fn new(policy: &Policy, check: &'a Check, measurement: &'a Measurement) -> Self {
        let region = Region::of(check);
        let context = &measurement.context;
        let compared = check.comparison != Comparison::None;
        let with_reference = compared && measurement.subject.reference.is_some();
        let rows = context.group_rows + if compared { context.reference_rows } else { 0 };
        // A range that the missing group takes part in is judged over the others.
        let known = measurement.range().known.as_ref();
        let given = known
            .filter(|_| !judges_unknown(policy, &measurement.subject.attribute))
            .unwrap_or(&measurement.estimate);
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
            // Ranges have simultaneous bands instead.
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
        let judged_group = |name: &&GroupName| {
            !name.has_missing() || judges_unknown(policy, &measurement.subject.attribute)
        };
        Self {
            check,
            measurement,
            region,
            estimate,
            rows,
            obstacle,
            p,
            skipped: measurement
                .range()
                .skipped
                .iter()
                .filter(judged_group)
                .cloned()
                .collect(),
        }
    }

    /// Whether the policy's least share of rows leaves the group out.
    pub(crate) fn is_left_out(measurement: &Measurement) -> bool {
        measurement.scheme == Scheme::ToBest
            && measurement.estimate.reason == Some(Reason::SuppressedSmallGroup)
    }

    /// Whether the interval holds every way in which rows may belong to groups.
    pub(crate) fn leaves_membership_open(&self) -> bool {
        self.estimate.method == Method::MembershipBounds
    }

    /// The class that counts as positive, where there are several.
    pub(crate) fn class(&self) -> Option<&Label> {
        self.measurement.subject.class.as_ref()
    }

    /// p-value of the hypothesis that the true value lies beyond the limits: of two one-sided
    /// tests, the greater. For a difference of two proportions by Wald's standard error (FORMULAS
    /// §4.8); otherwise half the p-value against the nearer limit, from the estimate's own
    /// interval. `None` where there is no interval.
    pub(crate) fn equivalence_p(&self) -> Option<f64> {
        let value = self.estimate.value.filter(|_| self.obstacle.is_none())?;
        if let (Evidence::Pair { group, reference }, Comparison::Difference) =
            (&self.estimate.evidence, self.check.comparison)
        {
            let limits = (
                self.region.limit(Side::Low)?,
                self.region.limit(Side::High)?,
            );
            return tost(value, *group, *reference, limits);
        }
        let sides = [Side::Low, Side::High];
        let of_side = |side: Side| {
            let limit = self.region.limit(side)?;
            let p = self.estimate.p_value(limit)? / 2.0;
            let inside = match side {
                Side::Low => value > limit,
                Side::High => value < limit,
            };
            Some(if inside { p } else { 1.0 - p })
        };
        sides.into_iter().filter_map(of_side).reduce(f64::max)
    }

    /// The group judged; none of a range, which is judged over all.
    pub(crate) fn group(&self) -> Option<&GroupName> {
        let group = self.measurement.subject.group.as_ref();
        group.filter(|_| !is_range(self.measurement))
    }
}

/// The greater p-value of the two one-sided tests of a difference of proportions `(x, n)`:
/// `max(1 − Φ((d − low)/se), Φ((d − high)/se))` with `se = √(p₁q₁/n₁ + p₂q₂/n₂)`. `None` where the
/// standard error is 0.
fn tost(d: f64, one: (f64, f64), other: (f64, f64), (low, high): (f64, f64)) -> Option<f64> {
    let variance = |(x, n): (f64, f64)| x / n * (1.0 - x / n) / n;
    let se = (variance(one) + variance(other)).sqrt();
    (se > 0.0).then(|| special::sf((d - low) / se).max(special::cdf((d - high) / se)))
}

/// Whether a measurement ranges over all groups.
pub(crate) const fn is_range(measurement: &Measurement) -> bool {
    matches!(
        measurement.scheme,
        Scheme::BetweenGroups | Scheme::ToOverall
    )
}

/// Whether a metric's name is that of a range over groups.
pub(crate) fn is_named_range(metric: &str) -> bool {
    const OF_SCORES: [&str; 4] = [
        "auc_parity",
        "calibration_parity",
        "balance_positive",
        "balance_negative",
    ];
    let name = metric.strip_suffix("_mean").unwrap_or(metric);
    name.ends_with("_difference") || name.ends_with("_ratio") || OF_SCORES.contains(&metric)
}

/// Whether the policy judges the missing level of all attributes of a view.
fn judges_unknown(policy: &Policy, attributes: &str) -> bool {
    attributes.split('*').all(|name| {
        policy
            .attribute(name)
            .is_some_and(|attribute| attribute.unknown == Unknown::Judge)
    })
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
    if is_range(measurement) {
        return false;
    }
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
