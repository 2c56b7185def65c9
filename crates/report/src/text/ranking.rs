//! Rankings and the tables of Local Law 144, for a terminal.

use waage_result::document::AuditResult;

use super::Page;
use super::grid::{Column, Grid, Style, composites};
use crate::article::{Cell, Table, impact, individual, ranking};
use crate::words::Words;

/// Rows of a table; those of the law are shown in full.
const ROWS_MAX: usize = 12;

/// Each view's list, then each table of impact ratios, then how alike like rows are treated.
pub(super) fn write(page: &mut Page, result: &AuditResult, words: Words) {
    for (at, found) in result.ranking.iter().enumerate() {
        page.heading(&ranking::heading(found, words), &[]);
        if at == 0 {
            page.paragraph(&ranking::length(found, words), Style::Plain, 2);
        }
        page.paragraph(&ranking::whole(found, words), Style::Plain, 2);
        if let Some(gain) = ranking::gain(found, words) {
            page.paragraph(&gain, Style::Plain, 2);
        }
        for table in ranking::tables(found, words) {
            page.paragraph(&table.caption, Style::Dim, 2);
            first_rows(page, &table, true, words);
        }
    }
    for found in &result.impact_ratios {
        let table = impact::table(found, words);
        page.heading(&table.caption, &[]);
        // What is said of a row would push the ratios out of a narrow terminal.
        page.grid(&grid(&table, table.rows.len(), false));
        let mut flags = table.rows.iter().flat_map(|row| &row.cells);
        if let Some(flag) = flags.find_map(|cell| cell.flag.as_ref()) {
            page.paragraph(&format!("– {flag}"), Style::Dim, 2);
        }
        page.paragraph(&impact::unknown(found, words), Style::Plain, 2);
    }
    if !result.impact_ratios.is_empty() {
        page.paragraph(&words.text("report.impact.evidence"), Style::Dim, 2);
    }
    if let Some(found) = &result.individual {
        page.heading(&words.text("report.individual.title"), &[]);
        page.paragraph(&individual::intro(found, words), Style::Plain, 2);
        for point in individual::points(found, words) {
            page.paragraph(&point, Style::Plain, 2);
        }
        if let Some(table) = individual::table(found, words) {
            first_rows(page, &table, false, words);
        }
    }
}

/// The first rows of a table, and how many others there are.
pub(super) fn first_rows(page: &mut Page, table: &Table, flags: bool, words: Words) {
    page.grid(&grid(table, ROWS_MAX, flags));
    if table.rows.len() > ROWS_MAX {
        let count = words.integer((table.rows.len() - ROWS_MAX) as u64);
        let more = words.fill("text.more_rows", &[("count", &count)]);
        page.paragraph(&more, Style::Dim, 2);
    }
}

/// A table as a grid: values, intervals and remarks aligned down each column.
fn grid(table: &Table, rows: usize, flags: bool) -> Grid {
    let rows = &table.rows[..table.rows.len().min(rows)];
    let columns = table.columns.iter().enumerate().map(|(i, column)| match i {
        0 => Column::flexible(&column.short),
        _ => Column::fixed(&column.short),
    });
    let mut grid = Grid::new(columns.collect());
    let texts: Vec<Vec<String>> = (0..table.columns.len())
        .map(|i| {
            let cells: Vec<&Cell> = rows.iter().map(|row| &row.cells[i]).collect();
            let whole = cells.iter().all(|cell| cell.detail.is_none());
            match i > 0 && (table.columns[i].number || !whole) {
                true => composites(&cells, 0),
                false => cells.iter().map(|cell| cell.text.clone()).collect(),
            }
        })
        .collect();
    for (r, row) in rows.iter().enumerate() {
        let style = match row.strong {
            true => Style::Bold,
            false => Style::Plain,
        };
        let cells = row.cells.iter().enumerate().map(|(i, cell)| {
            let flag = cell.flag.iter().filter(|_| flags);
            let flag = flag.map(|flag| format!("  {flag}"));
            (texts[i][r].clone() + &flag.collect::<String>(), style)
        });
        grid.row(cells.collect());
    }
    grid
}
