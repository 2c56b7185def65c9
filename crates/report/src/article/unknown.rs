//! What is not known of each row: groups by probabilities, and labels with propensities.

use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::unknown::{
    BoundsDoc, MembershipAnswers, MembershipResult, PropensityGap, PropensityResult,
};

use super::attributes::estimate_cell;
use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::{Unit, unit};
use crate::words::Words;

/// Rates that say the same as another one that is shown.
const MIRRORED: [&str; 6] = [
    "rejection_share",
    "true_negative_rate",
    "false_negative_rate",
    "false_discovery_rate",
    "false_omission_rate",
    "error_rate",
];

/// How rows of a table are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// In full.
    Long,
    /// For a terminal.
    Short,
}

/// The section of groups known by probabilities, where there are any.
pub(super) fn membership(result: &AuditResult, words: Words) -> Option<Section> {
    result.membership.first()?;
    let mut blocks = vec![Block::Text(words.text("report.membership.intro"))];
    for found in &result.membership {
        blocks.push(Block::Heading(membership_heading(found, words)));
        blocks.push(Block::Text(cells(found, words)));
        blocks.extend(
            membership_tables(result, found, Names::Long, words)
                .into_iter()
                .map(Block::Table),
        );
    }
    blocks.push(Block::Text(words.text("report.membership.assumption")));
    let level = words.level(result.settings.confidence);
    blocks.push(Block::Note(
        words.fill("report.membership.note", &[("level", &level)]),
    ));
    Some(Section {
        id: "membership",
        title: words.text("report.membership.title"),
        blocks,
    })
}

/// The section of labels with propensities, where some are missing.
pub(super) fn propensity(result: &AuditResult, words: Words) -> Option<Section> {
    result.propensity.first()?;
    let mut blocks = vec![Block::Text(words.text("report.propensity.intro"))];
    for found in &result.propensity {
        blocks.push(Block::Heading(propensity_heading(found, words)));
        blocks.extend(
            propensity_tables(result, found, Names::Long, words)
                .into_iter()
                .map(Block::Table),
        );
    }
    blocks.push(Block::Text(words.text("report.propensity.assumption")));
    let level = words.level(result.settings.confidence);
    blocks.push(Block::Note(
        words.fill("report.propensity.note", &[("level", &level)]),
    ));
    Some(Section {
        id: "propensity",
        title: words.text("report.propensity.title"),
        blocks,
    })
}

/// The title of an attribute's part.
pub(crate) fn membership_heading(found: &MembershipResult, words: Words) -> String {
    let name = words.attribute(&found.attribute);
    words.fill("report.membership.heading", &[("attribute", &name)])
}

/// The title of an attribute's part.
pub(crate) fn propensity_heading(found: &PropensityResult, words: Words) -> String {
    let name = words.attribute(&found.attribute);
    words.fill("report.propensity.heading", &[("attribute", &name)])
}

/// How rows were put into cells and assigned to groups.
pub(crate) fn cells(found: &MembershipResult, words: Words) -> String {
    let (rows, cells) = (words.integer(found.n), words.integer(found.cells));
    let mut sentences = vec![match found.grid_steps {
        None => words.fill(
            "report.membership.exact",
            &[("count", &rows), ("cells", &cells)],
        ),
        Some(steps) => words.fill(
            "report.membership.grid",
            &[
                ("count", &rows),
                ("cells", &cells),
                ("steps", &words.integer(steps)),
            ],
        ),
    }];
    if found.thin_cells {
        sentences.push(words.text("report.membership.thin"));
    }
    sentences.extend(match (found.threshold, found.unclassified) {
        (Some(least), Some(rows)) => Some(words.fill(
            "report.membership.unclassified",
            &[
                ("least", &words.plain_number(least)),
                ("count", &words.integer(rows)),
            ],
        )),
        (Some(least), None) => Some(words.fill(
            "report.membership.unclassified_hidden",
            &[("least", &words.plain_number(least))],
        )),
        (None, _) => Some(words.text("report.membership.all_assigned")),
    });
    sentences.join(" ")
}

/// The tables of an attribute: its groups, their rates, their gaps.
pub(crate) fn membership_tables(
    result: &AuditResult,
    found: &MembershipResult,
    names: Names,
    words: Words,
) -> Vec<Table> {
    let key = |key: &str| words.text(&format!("report.membership.{key}"));
    let count = |n: Option<f64>| match n {
        None => Cell::none(),
        Some(n) => Cell::text(words.integer(n.round() as u64)),
    };
    let name = |group: &str| words.group(&found.attribute, Some(group));
    let groups = Table {
        caption: key("groups"),
        columns: vec![
            Column::text(words.attribute(&found.attribute)),
            Column::number(key("expected")),
            Column::number(key("assigned")),
        ],
        rows: found
            .groups
            .iter()
            .map(|group| Row {
                cells: vec![
                    Cell::text(name(&group.group)),
                    count(group.expected),
                    count(group.assigned.map(|n| n as f64)),
                ],
                strong: group.group == found.reference,
                note: None,
            })
            .collect(),
    };
    let columns = || {
        vec![
            Column::text(key("rate")),
            Column::figures(key("weighted"), key("weighted_short")),
            Column::figures(key("threshold"), key("threshold_short")),
            Column::figures(key("bounds"), key("bounds_short")),
        ]
    };
    let row = |metric: &str, comparison: &str, group: &str, answers: &MembershipAnswers| {
        let unit = unit(metric, comparison);
        Row {
            cells: vec![
                Cell::text(named([metric, comparison, &name(group)], names, words)),
                estimate_cell(Some(&answers.weighted), unit, words),
                estimate_cell(Some(&answers.threshold), unit, words),
                bounds_cell(&answers.bounds, unit, words),
            ],
            ..Row::default()
        }
    };
    let mut rates = Vec::new();
    for metric in shown(result) {
        for group in &found.groups {
            let of_metric = group.metrics.iter().find(|rate| rate.metric == metric);
            rates.extend(of_metric.map(|r| row(metric, "none", &group.group, &r.answers)));
        }
    }
    let mut gaps = Vec::new();
    for metric in shown(result) {
        let share = metric == result.favourable_share();
        let of_metric = found.gaps.iter().filter(|gap| gap.metric == metric);
        let of_metric = of_metric.filter(|gap| share || gap.comparison == "difference");
        gaps.extend(of_metric.map(|g| row(metric, &g.comparison, &g.group, &g.answers)));
    }
    let reference = name(&found.reference);
    vec![
        groups,
        Table {
            caption: key("rates"),
            columns: columns(),
            rows: rates,
        },
        Table {
            caption: words.fill("report.membership.gaps", &[("reference", &reference)]),
            columns: columns(),
            rows: gaps,
        },
    ]
}

/// The tables of an attribute: its groups, their rates, their gaps.
pub(crate) fn propensity_tables(
    result: &AuditResult,
    found: &PropensityResult,
    names: Names,
    words: Words,
) -> Vec<Table> {
    let key = |key: &str| words.text(&format!("report.propensity.{key}"));
    let name = |group: &str| words.group(&found.attribute, Some(group));
    let count = |n: u64| match n {
        0 => Cell::none(),
        n => Cell::text(words.integer(n)),
    };
    let groups = Table {
        caption: key("groups"),
        columns: vec![
            Column::text(words.attribute(&found.attribute)),
            Column::number(key("rows")),
            Column::number(key("labelled")),
            Column::number(key("effective")),
        ],
        rows: found
            .groups
            .iter()
            .map(|group| Row {
                cells: vec![
                    Cell::text(name(&group.group)),
                    count(group.n),
                    count(group.labelled),
                    group
                        .effective
                        .map_or_else(Cell::none, |n| Cell::text(words.integer(n.round() as u64))),
                ],
                strong: found.reference.as_ref() == Some(&group.group),
                note: None,
            })
            .collect(),
    };
    let columns = || {
        vec![
            Column::text(key("rate")),
            Column::figures(key("bounds"), key("bounds_short")),
            Column::figures(key("ipw"), key("ipw_short")),
        ]
    };
    let row = |metric: &str, comparison: &str, group: &str, both: [&EstimateDoc; 2]| {
        let unit = unit(metric, comparison);
        Row {
            cells: vec![
                Cell::text(named([metric, comparison, &name(group)], names, words)),
                open_cell(both[0], unit, words),
                estimate_cell(Some(both[1]), unit, words),
            ],
            ..Row::default()
        }
    };
    let mut rates = Vec::new();
    for metric in shown(result) {
        for group in &found.groups {
            let of_metric = group.metrics.iter().find(|rate| rate.metric == metric);
            rates.extend(of_metric.map(|r| row(metric, "none", &group.group, [&r.bounds, &r.ipw])));
        }
    }
    let differences = |gap: &&PropensityGap| gap.comparison == "difference";
    let mut gaps = Vec::new();
    for metric in shown(result) {
        let of_metric = found.gaps.iter().filter(|gap| gap.metric == metric);
        gaps.extend(
            of_metric
                .filter(differences)
                .map(|g| row(metric, "difference", &g.group, [&g.bounds, &g.ipw])),
        );
    }
    let mut tables = vec![
        groups,
        Table {
            caption: key("rates"),
            columns: columns(),
            rows: rates,
        },
    ];
    if let Some(reference) = &found.reference {
        let reference = name(reference);
        tables.push(Table {
            caption: words.fill("report.propensity.gaps", &[("reference", &reference)]),
            columns: columns(),
            rows: gaps,
        });
    }
    tables
}

/// The metrics that tables show, without those that say the same as another.
fn shown(result: &AuditResult) -> Vec<&str> {
    let headline = result.settings.headline.iter().map(String::as_str);
    let all: Vec<&str> = headline.collect();
    let few: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| !MIRRORED.contains(name) || *name == result.favourable_share())
        .collect();
    if few.is_empty() { all } else { few }
}

/// `Selection rate, p_black`, of a metric, a comparison and a group; points and quotients are named as
/// such.
fn named([metric, comparison, group]: [&str; 3], names: Names, words: Words) -> String {
    let form = match unit(metric, comparison) {
        Unit::Points => "of_points",
        Unit::Ratio => "of_ratio",
        _ => "of",
    };
    let (metric, short) = match names {
        Names::Long => (words.metric_title(metric), ""),
        Names::Short => (words.metric_short(metric), "_short"),
    };
    words.fill(
        &format!("report.membership.{form}{short}"),
        &[("metric", &metric), ("group", group)],
    )
}

/// The least and the greatest value, and the interval that holds both.
fn bounds_cell(bounds: &BoundsDoc, unit: Unit, words: Words) -> Cell {
    match range(bounds.lower, bounds.upper, unit, words) {
        None => Cell::none(),
        Some(text) => Cell {
            text,
            detail: words.plain_range(bounds.estimate.low, bounds.estimate.high, unit),
            ..Cell::default()
        },
    }
}

/// A value, or the limits of what has none.
fn open_cell(estimate: &EstimateDoc, unit: Unit, words: Words) -> Cell {
    match estimate.value {
        Some(_) => estimate_cell(Some(estimate), unit, words),
        None => range(estimate.low, estimate.high, unit, words).map_or_else(Cell::none, Cell::text),
    }
}

/// A range in the place of a value: with its unit where values have theirs.
fn range(low: Option<f64>, high: Option<f64>, unit: Unit, words: Words) -> Option<String> {
    match unit {
        Unit::Share => words.range(low, high, unit),
        _ => words.plain_range(low, high, unit),
    }
}
