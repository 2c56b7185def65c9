//! Rates and comparisons of the groups of an attribute or an intersection.

use waage_result::document::{AuditResult, GroupResult};
use waage_result::privacy::{Hidden, group_name};

use super::Page;
use super::grid::{Column, Grid, Style, composites};
use crate::article::{
    self, CELLS_MAX, Cell, Table, Views, compared, disparities, rates, worst_cells,
};
use crate::words::Words;

/// Groups of an attribute listed.
const GROUPS_MAX: usize = 12;
/// Columns of a full bar.
const BAR: usize = 5;
/// Rates shown, with an interval for the first.
pub(super) const RATES: [&str; 8] = [
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "precision",
    "base_rate",
    "multiclass_accuracy",
    "macro_true_positive_rate",
    "macro_f1",
];
/// Rates in a line.
const RATES_MAX: usize = 5;
/// Comparisons shown.
const COMPARED: [(&str, &str); 3] = [
    ("selection_rate", "ratio"),
    ("true_positive_rate", "difference"),
    ("false_positive_rate", "difference"),
];

/// The first metrics that tables show, usual ones first: as many as fit a line.
fn metrics_shown(result: &AuditResult) -> Vec<&str> {
    let headline = article::metrics_shown(result);
    let usual = RATES.into_iter().filter(|metric| headline.contains(metric));
    let others = headline.iter().copied().filter(|m| !RATES.contains(m));
    usual.chain(others).take(RATES_MAX).collect()
}

/// The groups of an attribute: their rates, then how they compare with the reference.
pub(super) fn attribute(
    page: &mut Page,
    result: &AuditResult,
    views: &Views<'_>,
    view: &str,
    groups: &[&GroupResult],
    words: Words,
) {
    let shown = if groups.len() > GROUPS_MAX {
        worst_cells(views, view, groups)
    } else {
        groups.to_vec()
    };
    let reference = heading(page, result, view, (shown.len(), groups.len()), words);
    let metrics = metrics_shown(result);
    if !metrics.is_empty() {
        let table = rates(result, view, &shown, &metrics, &Hidden::default(), words);
        page.grid(&rates_grid(&table, words));
    }
    if let Some(table) = disparities(
        result,
        views,
        view,
        &shown,
        compared(result, &COMPARED),
        words,
    ) {
        let title = words.fill("text.to", &[("reference", &words.group(view, reference))]);
        let mut grid = Grid::new(
            std::iter::once(Column::flexible(&title))
                .chain(
                    table.columns[1..]
                        .iter()
                        .map(|column| Column::fixed(&column.short)),
                )
                .collect(),
        );
        let columns: Vec<Vec<String>> = (1..table.columns.len())
            .map(|i| composites(&column(&table, i), 0))
            .collect();
        for (i, row) in table.rows.iter().enumerate() {
            let mut cells = vec![(row.cells[0].text.clone(), Style::Plain)];
            cells.extend(
                columns
                    .iter()
                    .map(|column| (column[i].clone(), Style::Plain)),
            );
            grid.row(cells);
        }
        page.line("");
        page.grid(&grid);
    }
}

/// The view's name, its reference, and how many of its groups are shown. Returns the reference.
fn heading<'a>(
    page: &mut Page,
    result: &'a AuditResult,
    view: &str,
    (shown, total): (usize, usize),
    words: Words,
) -> Option<&'a str> {
    let reference = result
        .settings
        .references
        .get(view)
        .and_then(Option::as_deref);
    let mut remarks = Vec::new();
    if let Some(reference) = reference {
        let name = words.group(view, Some(reference));
        remarks.push(words.fill("text.reference", &[("reference", &name)]));
    }
    if shown < total {
        let (shown, total) = (words.integer(shown as u64), words.integer(total as u64));
        remarks.push(words.fill("text.worst_groups", &[("shown", &shown), ("total", &total)]));
    }
    let remarks: Vec<(String, String)> = remarks
        .into_iter()
        .map(|remark| {
            let styled = page.styled(&remark, Style::Dim);
            (remark, styled)
        })
        .collect();
    page.heading(&words.attribute(view), &remarks);
    reference
}

/// Group, rows, the first metric with interval and bar, the others as plain figures.
fn rates_grid(table: &Table, words: Words) -> Grid {
    let first = Column::flexible(&words.text("report.groups.group"));
    let rest = table.columns[1..].iter().enumerate().map(|(i, column)| {
        if i == 1 {
            Column::fixed(&column.short)
        } else {
            Column::number(&column.short)
        }
    });
    let mut grid = Grid::new(std::iter::once(first).chain(rest).collect());
    for (row, composite) in table.rows.iter().zip(composites(&column(table, 2), BAR)) {
        let style = if row.strong { Style::Dim } else { Style::Plain };
        let texts = row.cells.iter().enumerate().map(|(i, cell)| {
            let text = match i {
                0 if row.strong => words.text("text.all"),
                2 => composite.clone(),
                _ => cell.text.clone(),
            };
            (text, style)
        });
        grid.row(texts.collect());
    }
    grid
}

/// The worst cells of an intersection: rows, rate and comparisons in one table.
pub(super) fn intersection(
    page: &mut Page,
    result: &AuditResult,
    views: &Views<'_>,
    view: &str,
    groups: &[&GroupResult],
    words: Words,
) {
    let cells = worst_cells(views, view, groups);
    let shown = if groups.len() > CELLS_MAX {
        cells.len()
    } else {
        groups.len()
    };
    let reference = heading(page, result, view, (shown, groups.len()), words);
    let Some(&metric) = metrics_shown(result).first() else {
        return;
    };
    let table = rates(result, view, &cells, &[metric], &Hidden::default(), words);
    let compared = disparities(
        result,
        views,
        view,
        &cells,
        &compared(result, &COMPARED)[..2],
        words,
    );
    let titles = compared.iter().flat_map(|table| &table.columns[1..]);
    let mut grid = Grid::new(
        [
            Column::flexible(&words.text("report.groups.group")),
            Column::number(&table.columns[1].short),
            Column::fixed(&table.columns[2].short),
        ]
        .into_iter()
        .chain(titles.map(|column| Column::fixed(&column.short)))
        .collect(),
    );
    let rates = composites(&column(&table, 2)[..cells.len()], 0);
    let columns: Vec<Vec<String>> = compared
        .iter()
        .flat_map(|table| (1..table.columns.len()).map(|i| composites(&column(table, i), 0)))
        .collect();
    // The reference has no row among the comparisons.
    let mut next = 0;
    for (i, group) in cells.iter().enumerate() {
        let is_reference = reference == Some(group_name(group).as_str());
        let mut line = vec![
            (table.rows[i].cells[0].text.clone(), Style::Plain),
            (table.rows[i].cells[1].text.clone(), Style::Plain),
            (rates[i].clone(), Style::Plain),
        ];
        line.extend(columns.iter().map(|column| {
            let text = if is_reference { None } else { column.get(next) };
            (
                text.cloned().unwrap_or_else(|| "–".to_owned()),
                Style::Plain,
            )
        }));
        next += usize::from(!is_reference);
        grid.row(line);
    }
    page.grid(&grid);
}

/// The cells of a column.
fn column(table: &Table, index: usize) -> Vec<&Cell> {
    table.rows.iter().map(|row| &row.cells[index]).collect()
}
