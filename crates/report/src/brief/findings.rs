//! The worst findings in plain words: each number with out of how many, and its range.

use serde::Serialize;
use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::finding::{Finding, State};
use waage_result::privacy::{group_name, view_name};

use super::own;
use super::rich::Rich;
use crate::article::{Mark, mark};
use crate::numbers::{Unit, limits, unit};
use crate::order::worst_first;
use crate::words::Words;

/// Findings that are told.
const TOLD: usize = 3;

/// A finding.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) mark: Mark,
    pub(super) title: Rich,
    pub(super) text: Rich,
}

/// The worst findings.
pub(super) fn findings(audit: &AuditResult, words: Words) -> Vec<Told> {
    let sorted = worst_first(&audit.findings);
    sorted
        .into_iter()
        .take(TOLD)
        .map(|finding| told(audit, finding, words))
        .collect()
}

fn told(audit: &AuditResult, finding: &Finding, words: Words) -> Told {
    let metric = words.of_finding(words.metric_title(&finding.metric), finding);
    let attribute = attribute(&finding.attribute, words);
    let group = finding
        .group
        .as_deref()
        .map(|group| group_of(finding, group, words));
    let values = [
        ("metric", metric.as_str()),
        ("attribute", &attribute),
        ("group", group.as_deref().unwrap_or_default()),
    ];
    let key = if group.is_some() {
        "brief.finding.title"
    } else {
        "brief.finding.title_range"
    };
    Told {
        mark: mark(finding.state, words),
        title: Rich::of(key, &values, words),
        text: account(audit, finding, words),
    }
}

/// An attribute in the marks of others' words.
pub(super) fn attribute(name: &str, words: Words) -> String {
    own(&name.replace('*', " × "), words)
}

pub(super) fn group_of(finding: &Finding, group: &str, words: Words) -> String {
    own(&words.group(&finding.attribute, Some(group)), words)
}

fn account(audit: &AuditResult, finding: &Finding, words: Words) -> Rich {
    let Some(value) = finding.estimate.value else {
        return Rich::of("brief.finding.hidden", &[], words);
    };
    let mut out = Rich::default();
    if let (Some(group), Some(_)) = (&finding.group, &finding.reference) {
        let named = [Some(group.as_str()), finding.reference.as_deref()];
        for name in named.into_iter().flatten() {
            out = out.then(rate(audit, finding, name, words).unwrap_or_default());
        }
    }
    out = out.then(compared(finding, value, words));
    let demand = words.allowed(finding);
    out = out.then(Rich::of(
        "brief.finding.allowed",
        &[("demand", &demand)],
        words,
    ));
    if let (State::Inconclusive, Some(rows)) = (finding.state, finding.rows_needed) {
        let (rows, n) = (words.about(rows), words.integer(finding.rows));
        out = out.then(Rich::of(
            "brief.finding.rows",
            &[("rows", &rows), ("n", &n)],
            words,
        ));
    }
    out
}

fn range(estimate: &EstimateDoc, unit: Unit, words: Words) -> String {
    let told = words.range_in_words(estimate.low, estimate.high, unit);
    told.unwrap_or_else(|| words.text("brief.finding.no_range"))
}

/// The share of one group, of how many, with its range.
fn rate(audit: &AuditResult, finding: &Finding, name: &str, words: Words) -> Option<Rich> {
    let metric = match finding.metric.as_str() {
        "impact_ratio" => audit.favourable_share(),
        other => other,
    };
    if unit(metric, "none") != Unit::Share {
        return None;
    }
    let groups = match &finding.class {
        None => &audit.groups,
        Some(class) => &audit.classes.iter().find(|of| of.class == *class)?.groups,
    };
    let group = groups
        .iter()
        .find(|group| view_name(group) == finding.attribute && group_name(group) == name)?;
    let estimate = group.metrics.get(metric)?;
    let values = [
        ("group", group_of(finding, name, words)),
        ("share", words.number(estimate.value?, Unit::Share)),
        ("n", words.integer(estimate.n)),
        ("range", range(estimate, Unit::Share, words)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    Some(Rich::of("brief.finding.rate", &values, words))
}

fn compared(finding: &Finding, value: f64, words: Words) -> Rich {
    let unit = unit(&finding.metric, &finding.comparison);
    let between = finding.group.is_none();
    let (form, shown) = match (finding.comparison.as_str(), between) {
        ("ratio", true) => ("between_ratio", value),
        (_, true) => ("between", value),
        ("ratio", false) => ("ratio", value),
        ("difference", false) if value < 0.0 => ("difference_below", -value),
        ("difference", false) => ("difference_above", value),
        _ => ("value", value),
    };
    // A gap told downwards has its range turned too, so that both are read in one direction.
    let turned = |estimate: &EstimateDoc| EstimateDoc {
        low: estimate.high.map(|high| -high),
        high: estimate.low.map(|low| -low),
        ..estimate.clone()
    };
    let range = match form {
        "difference_below" => range(&turned(&finding.estimate), unit, words),
        _ => range(&finding.estimate, unit, words),
    };
    let reference = finding
        .reference
        .as_deref()
        .map(|name| group_of(finding, name, words));
    let limits: Vec<f64> = limits(finding).into_iter().map(f64::abs).collect();
    let values = [
        ("value", words.number_in_words(shown, &limits, unit)),
        ("range", range),
        (
            "reference",
            reference.unwrap_or_else(|| words.text("brief.finding.others")),
        ),
        ("n", words.integer(finding.rows)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    Rich::of(&format!("brief.finding.{form}"), &values, words)
}
