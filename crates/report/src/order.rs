//! Findings, worst first.

use std::cmp::Ordering;

use waage_result::finding::{Finding, Margin, State};

/// How far an estimate has gone towards or beyond its margin: 1 on the margin, more beyond it, 0
/// where it is unknown. For sorting only.
pub(crate) fn excess(finding: &Finding) -> f64 {
    let Some(value) = finding.estimate.value else {
        return 0.0;
    };
    let share = match (
        finding.margin,
        finding.comparison.as_str(),
        finding.op.as_str(),
    ) {
        (Margin::One(limit), "ratio", _) => libm::log(value) / libm::log(limit),
        (Margin::One(limit), "difference", _) => value.abs() / limit,
        (Margin::One(limit), _, ">=" | ">") => limit / value,
        (Margin::One(limit), _, _) => value / limit,
        (Margin::Between([low, high]), _, _) => {
            (value - (low + high) / 2.0).abs() / ((high - low) / 2.0)
        }
    };
    if share.is_nan() { 0.0 } else { share }
}

fn worse(a: &Finding, b: &Finding) -> Ordering {
    let key = |f: &Finding| {
        (
            f.state,
            f.state == State::Breach && f.waived_by.is_none(),
            f.severity,
        )
    };
    let known = |f: &Finding| f.estimate.value.is_some();
    key(b)
        .cmp(&key(a))
        .then(known(b).cmp(&known(a)))
        .then(excess(b).total_cmp(&excess(a)))
}

/// The findings: breaches, breaches under a waiver, inconclusive ones, passes; within each by
/// severity, then by how far they lie beyond the margin; equals in the document's order.
pub(crate) fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| worse(a, b));
    sorted
}
