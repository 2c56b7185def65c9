//! How the numbers were made, and what they do not say.

use waage_result::document::{AuditResult, EstimateDoc};

use super::{Block, Section};
use crate::words::{Words, clean};

/// Method and limits.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let mut points = vec![words.fill(
        "report.method.states",
        &[("level", &words.level(result.settings.confidence))],
    )];
    points.extend(families(result, words));
    points.extend(
        schemes(result)
            .into_iter()
            .map(|name| words.name_in("scheme", name)),
    );
    points.extend(
        methods(result)
            .into_iter()
            .map(|name| words.name_in("method", name)),
    );
    if result.settings.bootstrap > 0 {
        points.push(words.fill(
            "report.method.bootstrap",
            &[
                (
                    "count",
                    &words.integer(u64::from(result.settings.bootstrap)),
                ),
                ("seed", &result.settings.seed.to_string()),
            ],
        ));
    }
    if result.disparities.iter().any(|d| d.p_adjusted.is_some()) {
        points.push(words.text("report.method.p_values"));
    }
    Some(Section {
        id: "method",
        title: words.text("report.method.title"),
        blocks: vec![
            Block::List(points),
            Block::Heading(words.text("report.limits.title")),
            Block::List(limits(result, words)),
        ],
    })
}

/// How each multiplicity family was corrected.
pub(crate) fn families(result: &AuditResult, words: Words) -> Vec<String> {
    let sentence = |family: &waage_result::finding::FamilySummary| {
        words.fill(
            &format!("report.family.{}", family.method),
            &[
                ("name", &clean(&family.name)),
                ("size", &words.integer(family.size)),
            ],
        )
    };
    result.policy.families.iter().map(sentence).collect()
}

/// Every estimate of a result.
fn estimates(result: &AuditResult) -> impl Iterator<Item = &EstimateDoc> {
    let groups = result
        .groups
        .iter()
        .flat_map(|group| group.metrics.values());
    let compared = result
        .disparities
        .iter()
        .map(|disparity| &disparity.estimate);
    let judged = result.findings.iter().map(|finding| &finding.estimate);
    groups
        .chain(result.overall.values())
        .chain(compared)
        .chain(judged)
}

/// The methods used, by first appearance.
pub(crate) fn methods(result: &AuditResult) -> Vec<&str> {
    distinct(
        estimates(result)
            .filter(|e| e.value.is_some())
            .map(|e| e.method.as_str()),
    )
}

fn schemes(result: &AuditResult) -> Vec<&str> {
    distinct(
        result
            .disparities
            .iter()
            .map(|disparity| disparity.scheme.as_str()),
    )
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names.filter(|name| !name.is_empty()) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn limits(result: &AuditResult, words: Words) -> Vec<String> {
    let roles = &result.roles;
    let biased = methods(result).contains(&"bootstrap_percentile_biased");
    let with_labels = roles.label.is_some();
    [
        (true, "cause"),
        (with_labels, "labels"),
        (
            result.dataset.rows_label_missing.unwrap_or(0) > 0,
            "missing_labels",
        ),
        (roles.cut.is_some(), "cut"),
        (biased, "biased"),
        (roles.weight.is_some(), "weights"),
        (roles.sensitive.len() > 1, "intersections"),
        (true, "snapshot"),
    ]
    .into_iter()
    .filter(|(applies, _)| *applies)
    .map(|(_, key)| words.text(&format!("report.limits.{key}")))
    .collect()
}
