//! Rates and disparities of every group: one set of tables per attribute, the worst cells of
//! intersections.

use waage_result::document::{AuditResult, Disparity, EstimateDoc, GroupResult};
use waage_result::privacy::{Hidden, group_name, view_name};

use super::views::{Views, worst_cells};
use super::{Block, Cell, Column, Row, Section, Table, four_fifths};
use crate::numbers::{Unit, unit};
use crate::words::Words;

/// Metrics that come first, in this order; the others follow as the result lists them.
const FIRST: [&str; 7] = [
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "accuracy",
    "mean_score",
];

/// What is compared with the reference, in this order, where the result has it.
const COMPARED: [(&str, &str); 6] = [
    ("selection_rate", "ratio"),
    ("selection_rate", "difference"),
    ("true_positive_rate", "difference"),
    ("false_positive_rate", "difference"),
    ("precision", "difference"),
    ("mean_score", "difference"),
];

/// The same where numbers were predicted.
const ERRORS: [(&str, &str); 3] = [
    ("mean_error", "difference"),
    ("mean_absolute_error", "difference"),
    ("root_mean_squared_error", "ratio"),
];

/// What of the `usual` is compared; of numbers their errors.
pub(crate) fn compared<'a>(
    result: &AuditResult,
    usual: &'a [(&'static str, &'static str)],
) -> &'a [(&'static str, &'static str)] {
    match result.roles.outcome {
        Some(_) => &ERRORS,
        None => usual,
    }
}

/// Columns of metrics in one table.
const COLUMNS_MAX: usize = 7;

/// Rates and disparities by each attribute.
pub(super) fn section(
    result: &AuditResult,
    views: &Views<'_>,
    hidden: &Hidden,
    words: Words,
) -> Option<Section> {
    let metrics = metrics_shown(result);
    let mut blocks = Vec::new();
    for (view, groups) in views.marginals() {
        blocks.push(Block::Heading(words.attribute(view)));
        for part in metrics.chunks(COLUMNS_MAX) {
            blocks.push(Block::Table(rates(
                result, view, groups, part, hidden, words,
            )));
        }
        let table = disparities(
            result,
            views,
            view,
            groups,
            compared(result, &COMPARED),
            words,
        );
        if let Some(table) = table {
            blocks.push(Block::Table(table));
        }
        blocks.extend(ranges(result, view, words).map(Block::Table));
    }
    if blocks.is_empty() {
        return None;
    }
    let level = words.level(result.settings.confidence);
    blocks.push(Block::Note(
        words.fill("report.groups.note", &[("level", &level)]),
    ));
    if shows_pooled(result) {
        let min = words.integer(result.policy.group_min_n);
        blocks.push(Block::Note(
            words.fill("report.groups.pooled_note", &[("min", &min)]),
        ));
    }
    Some(Section {
        id: "groups",
        title: words.text("report.groups.title"),
        blocks,
    })
}

/// The metrics that tables show: estimates, not counts, as far as the settings name them.
pub(crate) fn metrics_shown(result: &AuditResult) -> Vec<&str> {
    let headline = &result.settings.headline;
    let is_rate = |(name, estimate): &(&String, &EstimateDoc)| {
        estimate.method != "count" && (headline.is_empty() || headline.contains(name))
    };
    let mut found: Vec<&str> = Vec::new();
    let all = result
        .groups
        .iter()
        .map(|g| &g.metrics)
        .chain([&result.overall]);
    for (name, _) in all.flat_map(|metrics| metrics.iter().filter(is_rate)) {
        if !found.contains(&name.as_str()) {
            found.push(name);
        }
    }
    let position = |name: &str| FIRST.iter().position(|f| *f == name).unwrap_or(FIRST.len());
    found.sort_by_key(|name| position(name));
    found
}

/// One row per group: rows, then each metric with its interval; all rows last.
pub(crate) fn rates(
    result: &AuditResult,
    view: &str,
    groups: &[&GroupResult],
    metrics: &[&str],
    hidden: &Hidden,
    words: Words,
) -> Table {
    let reference = result
        .settings
        .references
        .get(view)
        .and_then(Option::as_deref);
    let longest = metrics.first().map_or(0.0, |metric| {
        groups
            .iter()
            .filter_map(|g| g.metrics.get(*metric)?.value)
            .fold(0.0, |longest: f64, value| longest.max(value))
    });
    let cell = |i: usize, metric: &str, estimate: Option<&EstimateDoc>| {
        let mut cell = estimate_cell(estimate, unit(metric, "none"), words);
        if i == 0 && unit(metric, "none") == Unit::Share && longest > 0.0 {
            cell.bar = estimate
                .and_then(|e| e.value)
                .map(|value| (value / longest).clamp(0.0, 1.0));
        }
        cell
    };
    let mut rows: Vec<Row> = groups
        .iter()
        .map(|group| {
            let name = group_name(group);
            let is_reference = reference == Some(name.as_str());
            let mut cells = vec![
                Cell {
                    text: words.group(view, Some(&name)),
                    flag: is_reference.then(|| words.text("report.groups.reference")),
                    ..Cell::default()
                },
                rows_cell(group, view, &name, hidden, words),
            ];
            let small = group.n < result.policy.group_min_n;
            cells.extend(metrics.iter().enumerate().map(|(i, m)| {
                let estimate = group.metrics.get(*m);
                Cell {
                    aside: estimate
                        .filter(|_| small)
                        .and_then(|estimate| pooled(estimate, m, words)),
                    ..cell(i, m, estimate)
                }
            }));
            Row {
                cells,
                note: None,
                strong: false,
            }
        })
        .collect();
    let mut total = vec![
        Cell::text(words.text("report.all_groups")),
        Cell::text(words.integer(result.dataset.rows)),
    ];
    total.extend(
        metrics
            .iter()
            .map(|m| estimate_cell(result.overall.get(*m), unit(m, "none"), words)),
    );
    rows.push(Row {
        cells: total,
        note: None,
        strong: true,
    });
    let mut columns = vec![
        Column::text(words.attribute(view)),
        Column::number(words.text("report.groups.rows")),
    ];
    columns.extend(
        metrics
            .iter()
            .map(|metric| Column::figures(words.metric_title(metric), words.metric_short(metric))),
    );
    let name = words.attribute(view);
    Table {
        caption: words.fill("report.groups.rates", &[("attribute", &name)]),
        columns,
        rows,
    }
}

/// The rate of a small group drawn towards that of all, beside the raw one.
fn pooled(estimate: &EstimateDoc, metric: &str, words: Words) -> Option<String> {
    let value = estimate.pooled.as_ref()?.value?;
    let value = words.plain(value, unit(metric, "none"));
    Some(words.fill("report.groups.pooled", &[("value", &value)]))
}

/// Whether a table shows a pooled rate.
fn shows_pooled(result: &AuditResult) -> bool {
    let small = |group: &&GroupResult| group.n < result.policy.group_min_n;
    let has = |estimate: &EstimateDoc| estimate.pooled.as_ref().is_some_and(|p| p.value.is_some());
    let shown = metrics_shown(result);
    result.groups.iter().filter(small).any(|group| {
        shown
            .iter()
            .any(|metric| group.metrics.get(*metric).is_some_and(has))
    })
}

fn rows_cell(group: &GroupResult, view: &str, name: &str, hidden: &Hidden, words: Words) -> Cell {
    if !hidden.contains(view, name) {
        return Cell::text(words.integer(group.n));
    }
    if hidden.is_small(view, name) {
        Cell::text(format!("<{}", words.integer(hidden.limit())))
    } else {
        Cell::none()
    }
}

pub(super) fn estimate_cell(estimate: Option<&EstimateDoc>, unit: Unit, words: Words) -> Cell {
    let Some(estimate) = estimate else {
        return Cell::none();
    };
    match estimate.value {
        None => Cell::none(),
        Some(value) => Cell {
            text: words.plain(value, unit),
            detail: words.plain_range(estimate.low, estimate.high, unit),
            ..Cell::default()
        },
    }
}

/// One row per group other than the reference: each comparison with its interval.
pub(crate) fn disparities(
    result: &AuditResult,
    views: &Views<'_>,
    view: &str,
    groups: &[&GroupResult],
    compared: &[(&'static str, &'static str)],
    words: Words,
) -> Option<Table> {
    let reference = result
        .settings
        .references
        .get(view)
        .and_then(Option::as_deref)?;
    let names: Vec<String> = groups
        .iter()
        .map(|g| group_name(g))
        .filter(|name| name != reference)
        .collect();
    // What is said of being selected is said of the favourable decision.
    let oriented = |&(metric, comparison): &(&'static str, &'static str)| match metric {
        "selection_rate" => (result.favourable_share(), comparison),
        _ => (metric, comparison),
    };
    let present: Vec<(&str, &str)> = compared
        .iter()
        .map(oriented)
        .filter(|(metric, comparison)| {
            names
                .iter()
                .any(|name| views.compared(view, metric, comparison, name).is_some())
        })
        .collect();
    if names.is_empty() || present.is_empty() {
        return None;
    }
    let rows = names.iter().map(|name| {
        let mut cells = vec![Cell::text(words.group(view, Some(name)))];
        cells.extend(present.iter().map(|(metric, comparison)| {
            compared_cell(views.compared(view, metric, comparison, name), words)
        }));
        Row {
            cells,
            ..Row::default()
        }
    });
    let mut columns = vec![Column::text(words.attribute(view))];
    columns.extend(
        present
            .iter()
            .map(|(metric, comparison)| comparison_column(metric, comparison, words)),
    );
    let reference = words.group(view, Some(reference));
    Some(Table {
        caption: words.fill("report.groups.to_reference", &[("reference", &reference)]),
        columns,
        rows: rows.collect(),
    })
}

fn comparison_column(metric: &str, comparison: &str, words: Words) -> Column {
    let form = match unit(metric, comparison) {
        Unit::Points => "points",
        Unit::Ratio => "ratio",
        _ => "difference",
    };
    let title = |section: &str, metric: &str| {
        words.fill(&format!("{section}{form}"), &[("metric", metric)])
    };
    Column::figures(
        title("report.groups.column_", &words.metric_title(metric)),
        title("text.column.", &words.metric_short(metric)),
    )
}

fn compared_cell(disparity: Option<&Disparity>, words: Words) -> Cell {
    let Some(disparity) = disparity else {
        return Cell::none();
    };
    let p = disparity.p_adjusted.map(|p| words.p_phrase(p));
    Cell {
        aside: p.filter(|_| disparity.estimate.value.is_some()),
        flag: four_fifths(disparity.four_fifths_adverse, words),
        ..estimate_cell(
            Some(&disparity.estimate),
            unit(&disparity.metric, &disparity.comparison),
            words,
        )
    }
}

/// The ranges over all groups, under the names that the summary has.
fn ranges(result: &AuditResult, view: &str, words: Words) -> Option<Table> {
    let named = result.summary.get(view)?;
    let found = result.disparities.iter().filter(|d| {
        d.attribute == view && d.scheme == "between_groups" && named.contains_key(&d.metric)
    });
    let rows: Vec<Row> = found
        .map(|d| {
            let unit = unit(&d.metric, &d.comparison);
            let group = |name: &Option<String>| {
                name.as_deref()
                    .map_or_else(Cell::none, |name| Cell::text(words.group(view, Some(name))))
            };
            let mut value = match d.estimate.value {
                Some(value) => Cell::text(words.number(value, unit)),
                None => Cell::none(),
            };
            value.detail = words.interval(&d.estimate, unit);
            value.aside = d.p.map(|p| words.p_phrase(p));
            let chance = d.null_mean.filter(|_| d.estimate.value.is_some());
            Row {
                cells: vec![
                    Cell::text(words.metric_title(&d.metric)),
                    value,
                    group(&d.highest),
                    group(&d.lowest),
                    chance.map_or_else(Cell::none, |mean| Cell::text(words.number(mean, unit))),
                ],
                note: skipped(result, d, words),
                ..Row::default()
            }
        })
        .collect();
    let title = |key: &str| words.text(&format!("report.ranges.{key}"));
    (!rows.is_empty()).then(|| Table {
        caption: title("caption"),
        columns: vec![
            Column::text(title("measure")),
            Column::number(title("value")),
            Column::text(title("highest")),
            Column::text(title("lowest")),
            Column::number(title("chance")),
        ],
        rows,
    })
}

/// The groups that a range says nothing of, with their rows.
fn skipped(result: &AuditResult, range: &Disparity, words: Words) -> Option<String> {
    let with_rows = |name: &String| {
        let mut groups = result.groups.iter();
        let group = groups.find(|g| {
            g.attributes.len() == range.attribute.split('*').count()
                && view_name(g) == range.attribute
                && group_name(g) == *name
        });
        let shown = words.quoted(&range.attribute, Some(name));
        match group.filter(|g| g.n > 0) {
            Some(group) => words.fill(
                "report.ranges.skipped_group",
                &[("group", &shown), ("rows", &words.integer(group.n))],
            ),
            None => shown,
        }
    };
    let names: Vec<String> = range.groups_skipped.iter().map(with_rows).collect();
    (!names.is_empty())
        .then(|| words.fill("report.ranges.skipped", &[("groups", &names.join(", "))]))
}

/// The worst cells of each intersection.
pub(super) fn intersections(
    result: &AuditResult,
    views: &Views<'_>,
    hidden: &Hidden,
    words: Words,
) -> Option<Section> {
    let metrics: Vec<&str> = metrics_shown(result).into_iter().take(4).collect();
    let mut blocks = Vec::new();
    for (view, groups) in views.intersections() {
        let cells = worst_cells(views, view, groups);
        blocks.push(Block::Heading(words.attribute(view)));
        let total = words.integer(groups.len() as u64);
        let shown = words.integer(cells.len() as u64);
        let key = if cells.len() < groups.len() {
            "intro"
        } else {
            "intro_all"
        };
        blocks.push(Block::Text(words.fill(
            &format!("report.intersections.{key}"),
            &[("shown", &shown), ("total", &total)],
        )));
        blocks.push(Block::Table(rates(
            result, view, &cells, &metrics, hidden, words,
        )));
        let table = disparities(
            result,
            views,
            view,
            &cells,
            compared(result, &COMPARED[..4]),
            words,
        );
        blocks.extend(table.map(Block::Table));
    }
    (!blocks.is_empty()).then(|| Section {
        id: "intersections",
        title: words.text("report.intersections.title"),
        blocks,
    })
}
