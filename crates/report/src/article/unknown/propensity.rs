//! Rates of labels that are missing with known probabilities: bounds, and weighted estimates.

use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::unknown::{PropensityGap, PropensityResult};

use super::super::attributes::estimate_cell;
use super::super::{Block, Cell, Column, Row, Section, Table};
use super::{Names, named, range, shown};
use crate::numbers::{Unit, unit};
use crate::words::Words;

/// The section of labels with propensities, where some are missing.
pub(in crate::article) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    result.propensity.first()?;
    let mut parts = Vec::new();
    for found in &result.propensity {
        parts.push(Block::Heading(heading(found, words)));
        parts.extend(
            tables(result, found, Names::Long, words)
                .into_iter()
                .map(Block::Table),
        );
    }
    let confidence = result.settings.confidence;
    Some(super::section(
        "propensity",
        "note",
        parts,
        confidence,
        words,
    ))
}

/// The title of an attribute's part.
pub(crate) fn heading(found: &PropensityResult, words: Words) -> String {
    let name = words.attribute(&found.attribute);
    words.fill("report.propensity.heading", &[("attribute", &name)])
}

/// The tables of an attribute: its groups, their rates, their gaps.
pub(crate) fn tables(
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

/// A value, or the limits of what has none.
fn open_cell(estimate: &EstimateDoc, unit: Unit, words: Words) -> Cell {
    match estimate.value {
        Some(_) => estimate_cell(Some(estimate), unit, words),
        None => range(estimate.low, estimate.high, unit, words).map_or_else(Cell::none, Cell::text),
    }
}
