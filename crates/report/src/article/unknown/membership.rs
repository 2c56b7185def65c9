//! Groups that nobody is known to belong to, in three answers.

use waage_result::document::AuditResult;
use waage_result::unknown::{BoundsDoc, MembershipAnswers, MembershipResult};

use super::super::attributes::estimate_cell;
use super::super::{Block, Cell, Column, Row, Section, Table};
use super::{Names, named, range, shown};
use crate::numbers::{Unit, unit};
use crate::words::Words;

/// The section of groups known by probabilities, where there are any.
pub(in crate::article) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    result.membership.first()?;
    let mut parts = Vec::new();
    for found in &result.membership {
        parts.push(Block::Heading(heading(found, words)));
        parts.push(Block::Text(cells(found, words)));
        parts.extend(
            tables(result, found, Names::Long, words)
                .into_iter()
                .map(Block::Table),
        );
    }
    let confidence = result.settings.confidence;
    let note = match result.dataset.clusters {
        Some(_) => "note_clusters",
        None => "note",
    };
    Some(super::section("membership", note, parts, confidence, words))
}

/// The title of an attribute's part.
pub(crate) fn heading(found: &MembershipResult, words: Words) -> String {
    let name = words.attribute(&found.attribute);
    words.fill("report.membership.heading", &[("attribute", &name)])
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
pub(crate) fn tables(
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
    let cells = |metric: &str, comparison: &str, group: &str, answers: &MembershipAnswers| {
        let unit = unit(metric, comparison);
        vec![
            Cell::text(named([metric, comparison, &name(group)], names, words)),
            estimate_cell(Some(&answers.weighted), unit, words),
            estimate_cell(Some(&answers.threshold), unit, words),
            bounds_cell(&answers.bounds, unit, words),
        ]
    };
    let row = |cells| Row {
        cells,
        ..Row::default()
    };
    let mut rates = Vec::new();
    for metric in shown(result) {
        for group in &found.groups {
            let of_metric = group.metrics.iter().find(|rate| rate.metric == metric);
            let of_metric = of_metric.map(|r| cells(metric, "none", &group.group, &r.answers));
            rates.extend(of_metric.map(row));
        }
    }
    let mut gaps = Vec::new();
    for metric in shown(result) {
        let share = metric == result.favourable_share();
        let of_metric = found.gaps.iter().filter(|gap| gap.metric == metric);
        let of_metric = of_metric.filter(|gap| share || gap.comparison == "difference");
        gaps.extend(of_metric.map(|g| {
            let mut cells = cells(metric, &g.comparison, &g.group, &g.answers);
            let p = g.p.bounds.map(|p| Cell::text(words.p_value(p)));
            cells.push(p.unwrap_or_else(Cell::none));
            row(cells)
        }));
    }
    let mut with_p = columns();
    with_p.push(Column::figures(key("p"), key("p_short")));
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
            columns: with_p,
            rows: gaps,
        },
    ]
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
