//! How the numbers were made, and what they do not say.

use std::collections::HashMap;

use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::ranking::RankingResult;

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
    points.extend(families_of_p_values(result, words));
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

/// How the p-values of equality were corrected, and over how many comparisons at once.
fn families_of_p_values(result: &AuditResult, words: Words) -> Option<String> {
    let mut sizes: HashMap<[&str; 4], u64> = HashMap::new();
    for d in result.disparities.iter().filter(|d| d.p_adjusted.is_some()) {
        let family = [&*d.metric, &*d.attribute, &*d.scheme, &*d.comparison];
        *sizes.entry(family).or_default() += 1;
    }
    let (least, most) = (sizes.values().min()?, sizes.values().max()?);
    let range = if least == most {
        words.integer(*most)
    } else {
        let (low, high) = (words.integer(*least), words.integer(*most));
        words.fill("report.range", &[("low", &low), ("high", &high)])
    };
    let count = words.integer(sizes.len() as u64);
    Some(words.fill(
        "report.method.p_values",
        &[("families", &count), ("size", &range)],
    ))
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
    let pooled = result
        .groups
        .iter()
        .flat_map(|group| group.metrics.values().filter_map(|e| e.pooled.as_deref()));
    let within = result.conditional.iter().flat_map(|found| {
        let pooled = &found.mantel_haenszel;
        let shares = found.demographic_disparity.iter();
        let shares = shares.flat_map(|d| [&d.marginal, &d.conditional]);
        shares.chain([
            &pooled.difference,
            &pooled.ratio,
            &pooled.odds_ratio,
            &found.standardized,
        ])
    });
    let ranked = result.ranking.iter().flat_map(RankingResult::entries);
    let ratios = result.impact_ratios.iter().flat_map(|table| &table.groups);
    groups
        .chain(result.overall.values())
        .chain(compared)
        .chain(judged)
        .chain(within)
        .chain(pooled)
        .chain(ranked.map(|entry| entry.estimate))
        .chain(memberships(result))
        .chain(ratios.flat_map(|group| [&group.rate, &group.impact_ratio]))
}

/// What is told of groups known by probabilities.
fn memberships(result: &AuditResult) -> impl Iterator<Item = &EstimateDoc> {
    let rates = result.membership.iter().flat_map(|found| &found.groups);
    let rates = rates.flat_map(|group| group.metrics.iter().map(|rate| &rate.answers));
    let gaps = result.membership.iter().flat_map(|found| &found.gaps);
    let gaps = gaps.map(|gap| &gap.answers);
    rates
        .chain(gaps)
        .flat_map(|of| [&of.weighted, &of.threshold, &of.bounds.estimate])
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
