//! What changed since the last result.

use std::collections::BTreeMap;

use waage_result::document::AuditResult;
use waage_result::finding::Finding;

use super::findings::group_of;
use super::rich::Rich;
use super::{Brief, own};
use crate::numbers::unit;
use crate::order::worst_first;
use crate::words::Words;

/// Changed tests that are told one by one.
const TOLD: usize = 2;

/// What names a test in two results.
type Name<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

fn name(finding: &Finding) -> Name<'_> {
    let class = finding.class.as_deref();
    (
        &finding.check,
        &finding.attribute,
        finding.group.as_deref(),
        class,
    )
}

/// The points.
pub(super) fn changes(brief: &Brief<'_>, words: Words) -> Vec<Rich> {
    let mut points = match brief.previous {
        None => vec![Rich::of("brief.change.first", &[], words)],
        Some(previous) => against(brief.audit, previous, words),
    };
    if let Some(told) = brief.incidents {
        let (all, open) = (
            words.integer(told.metrics.all),
            words.integer(told.metrics.open),
        );
        points.push(match told.metrics.all {
            0 => Rich::of("brief.change.no_incidents", &[], words),
            _ => Rich::of(
                "brief.change.incidents",
                &[("all", &all), ("open", &open)],
                words,
            ),
        });
    }
    points
}

fn against(now: &AuditResult, then: &AuditResult, words: Words) -> Vec<Rich> {
    let verdict = |audit: &AuditResult| words.text(&format!("verdict.{}", audit.verdict.name()));
    let (before, after) = (verdict(then), verdict(now));
    let mut points = vec![if now.verdict == then.verdict {
        Rich::of("brief.change.same", &[("verdict", &after)], words)
    } else {
        Rich::of(
            "brief.change.other",
            &[("before", &before), ("after", &after)],
            words,
        )
    }];
    let rows = [then, now].map(|audit| words.integer(audit.dataset.rows));
    let values = [("before", rows[0].as_str()), ("after", &rows[1])];
    points[0] = std::mem::take(&mut points[0]).then(Rich::of("brief.change.rows", &values, words));
    if now.policy.digest != then.policy.digest {
        points.push(Rich::of("brief.change.policy", &[], words));
    }
    let old: BTreeMap<Name<'_>, &Finding> = then.findings.iter().map(|f| (name(f), f)).collect();
    let current: BTreeMap<Name<'_>, &Finding> = now.findings.iter().map(|f| (name(f), f)).collect();
    let changed: Vec<(&Finding, &Finding)> = worst_first(&now.findings)
        .into_iter()
        .filter_map(|finding| Some((*old.get(&name(finding))?, finding)))
        .filter(|(before, after)| before.state != after.state)
        .collect();
    points.extend(
        changed
            .iter()
            .take(TOLD)
            .map(|(before, after)| one(before, after, words)),
    );
    let mut count = |key: &str, count: usize| {
        if count > 0 {
            let count = words.integer(count as u64);
            points.push(Rich::of(key, &[("count", &count)], words));
        }
    };
    count("brief.change.more", changed.len().saturating_sub(TOLD));
    count(
        "brief.change.new",
        current.keys().filter(|key| !old.contains_key(*key)).count(),
    );
    count(
        "brief.change.gone",
        old.keys().filter(|key| !current.contains_key(*key)).count(),
    );
    if changed.is_empty() {
        points.push(Rich::of("brief.change.none", &[], words));
    }
    points
}

fn one(before: &Finding, after: &Finding, words: Words) -> Rich {
    let state = |finding: &Finding| words.text(&format!("verdict.{}", finding.state.name()));
    let value = |finding: &Finding| {
        let unit = unit(&finding.metric, &finding.comparison);
        let told = finding
            .estimate
            .value
            .map(|value| words.number_in_words(value, &[], unit));
        told.unwrap_or_else(|| words.text("brief.change.hidden"))
    };
    let group = after
        .group
        .as_deref()
        .map(|group| group_of(after, group, words));
    let values = [
        ("check", own(&after.check, words)),
        (
            "group",
            group.unwrap_or_else(|| words.text("brief.change.all_groups")),
        ),
        ("before", state(before)),
        ("after", state(after)),
        ("old", value(before)),
        ("new", value(after)),
    ];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    Rich::of("brief.change.state", &values, words)
}
