//! Measurements of two groups from counts, and policies from one check.

#![allow(dead_code, reason = "each test binary uses a part")]

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_govern::{Facts, Judgement, Policy, judge};

const fn rate(name: &'static str, aliases: &'static [&'static str], needs_label: bool) -> Quantity {
    Quantity {
        aliases,
        needs_label,
        ..Quantity::new(name, "x/n").needs("d")
    }
}

pub static SELECTION_RATE: Quantity = rate("selection_rate", &["acceptance_rate"], false);
pub static TRUE_POSITIVE_RATE: Quantity = rate("true_positive_rate", &["tpr", "recall"], true);
pub static FALSE_POSITIVE_RATE: Quantity = rate("false_positive_rate", &["fpr"], true);
pub static MEAN_SCORE: Quantity = Quantity {
    range: (None, None),
    needs_decision: false,
    needs_score: true,
    ..rate("mean_score", &[], false)
};

pub static IMPACT_RATIO: Quantity = rate("impact_ratio", &[], false);

pub static SCORING_RATE_IMPACT_RATIO: Quantity = Quantity {
    needs_decision: false,
    needs_score: true,
    only: Some(Comparison::Ratio),
    ..rate("scoring_rate_impact_ratio", &[], false)
};

/// The catalogue of these tests.
pub static CATALOGUE: [&Quantity; 4] = [
    &SELECTION_RATE,
    &TRUE_POSITIVE_RATE,
    &FALSE_POSITIVE_RATE,
    &MEAN_SCORE,
];

/// A group of a one-attribute view.
pub fn group(name: &str) -> GroupName {
    GroupName(vec![if name.is_empty() {
        Label::Missing
    } else {
        Label::text(name)
    }])
}

/// `x` of `n` in a group.
#[derive(Clone, Copy, Debug)]
pub struct Counts<'a>(pub &'a str, pub u64, pub u64);

/// A comparison to a reference of the attribute `g`, from counts.
pub fn compared(
    quantity: &'static Quantity,
    comparison: Comparison,
    Counts(name, x, n): Counts<'_>,
    Counts(reference, y, m): Counts<'_>,
) -> Measurement {
    let (p, q) = (x as f64 / n as f64, y as f64 / m as f64);
    let evidence = Evidence::Pair {
        group: (x as f64, n as f64),
        reference: (y as f64, m as f64),
    };
    let estimate = match comparison {
        Comparison::Ratio if y == 0 => {
            Estimate::undefined(n + m, Method::Koopman, Reason::ZeroReference)
        }
        Comparison::Ratio => Estimate::new(p / q, n + m, Method::Koopman, evidence, 0.95),
        _ => Estimate::new(p - q, n + m, Method::Newcombe, evidence, 0.95),
    };
    let mut measurement = Measurement::blank(quantity, "g", Scheme::ToReference, comparison);
    measurement.subject.group = Some(group(name));
    measurement.subject.reference = Some(group(reference));
    measurement.estimate = estimate;
    measurement.context.group_rows = n;
    measurement.context.reference_rows = m;
    measurement.context.unknown_group = name.is_empty();
    measurement
}

/// A difference of selection rates.
pub fn gap(group: Counts<'_>, reference: Counts<'_>) -> Measurement {
    compared(&SELECTION_RATE, Comparison::Difference, group, reference)
}

/// A ratio of selection rates.
pub fn ratio(group: Counts<'_>, reference: Counts<'_>) -> Measurement {
    compared(&SELECTION_RATE, Comparison::Ratio, group, reference)
}

/// A rate itself.
pub fn value(Counts(name, x, n): Counts<'_>) -> Measurement {
    let evidence = Evidence::Proportion {
        x: x as f64,
        n: n as f64,
    };
    let mut measurement = gap(Counts(name, x, n), Counts("r", 1, 2));
    measurement.scheme = Scheme::Value;
    measurement.comparison = Comparison::None;
    measurement.subject.reference = None;
    measurement.context.reference_rows = 0;
    measurement.estimate = Estimate::new(x as f64 / n as f64, n, Method::Wilson, evidence, 0.95);
    measurement
}

/// A policy of one check on selection rates of `g`: `rest` are further lines of the check, and of
/// whatever follows.
pub fn policy(comparison: &str, op: &str, margin: &str, rest: &str) -> Policy {
    Policy::parse(
        &format!(
            "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\n\
             comparison = \"{comparison}\"\nattribute = \"g\"\nop = \"{op}\"\nmargin = {margin}\n{rest}"
        ),
        "audit.toml",
    )
    .expect("a valid policy")
}

/// Judges with labels, decisions and scores given, as of the first of December 2026.
pub fn judged(policy: &Policy, measurements: &[Measurement]) -> Judgement {
    let views = ["g".to_owned(), "h".to_owned(), "g*h".to_owned()];
    let facts = Facts {
        catalogue: &CATALOGUE,
        views: &views,
        has_label: true,
        has_decision: true,
        has_score: true,
    };
    let day = "2026-12-01".parse().expect("a day");
    judge(policy, measurements, &facts, Some(day)).expect("a judgement")
}
