//! Gaps within strata, for a terminal.

use waage_result::document::AuditResult;

use super::Page;
use super::grid::{Column, Grid, Style, composites};
use crate::article::{Cell, effects, reversals, within};
use crate::words::Words;

/// Rows of a table.
const ROWS_MAX: usize = 12;

/// Each attribute's gaps over all rows and within strata, and those that turn round in words.
pub(super) fn write(page: &mut Page, result: &AuditResult, words: Words) {
    for within in within(result) {
        let Some(first) = within.found.first() else {
            continue;
        };
        let title = words.fill(
            "report.strata.heading",
            &[
                ("attribute", &words.attribute(within.attribute)),
                ("stratum", &words.attribute(&first.stratum)),
            ],
        );
        let reference = words.group(within.attribute, Some(&first.reference));
        let remark = words.fill("text.reference", &[("reference", &reference)]);
        let styled = page.styled(&remark, Style::Dim);
        page.heading(&title, &[(remark, styled)]);
        let table = effects(&within, words);
        let mut grid = Grid::new(
            table
                .columns
                .iter()
                .enumerate()
                .map(|(i, column)| match i {
                    0 | 1 => Column::flexible(&column.short),
                    _ => Column::fixed(&column.short),
                })
                .collect(),
        );
        let rows = &table.rows[..table.rows.len().min(ROWS_MAX)];
        let columns: Vec<Vec<String>> = (0..table.columns.len())
            .map(|i| {
                let cells: Vec<&Cell> = rows.iter().map(|row| &row.cells[i]).collect();
                composites(&cells, 0)
            })
            .collect();
        for (r, row) in rows.iter().enumerate() {
            let texts = row.cells.iter().enumerate().map(|(i, cell)| {
                let text = match i {
                    0 => words.metric_short(&within.found[r].metric),
                    2 | 3 => columns[i][r].clone(),
                    _ => cell.text.clone(),
                };
                (text, Style::Plain)
            });
            grid.row(texts.collect());
        }
        page.grid(&grid);
        if table.rows.len() > rows.len() {
            let count = words.integer((table.rows.len() - rows.len()) as u64);
            let more = words.fill("text.more_rows", &[("count", &count)]);
            page.paragraph(&more, Style::Dim, 2);
        }
        for sentence in reversals(&within, words) {
            page.paragraph(&sentence, Style::Plain, 2);
        }
    }
}
