//! Groups known by probabilities and labels with propensities, for a terminal.

use waage_result::document::AuditResult;

use super::Page;
use super::grid::Style;
use super::ranking::grid;
use crate::article::Table;
use crate::article::unknown::{Names, membership, propensity};
use crate::words::Words;

/// Rows of a table.
const ROWS_MAX: usize = 12;

/// Each attribute that is known by probabilities, then each with rates by propensities.
pub(super) fn write(page: &mut Page, result: &AuditResult, words: Words) {
    for found in &result.membership {
        page.heading(&membership::heading(found, words), &[]);
        page.paragraph(&membership::cells(found, words), Style::Plain, 2);
        tables(
            page,
            &membership::tables(result, found, Names::Short, words),
            words,
        );
    }
    if !result.membership.is_empty() {
        let assumption = words.text("report.membership.assumption");
        page.paragraph(&assumption, Style::Dim, 2);
    }
    for found in &result.propensity {
        page.heading(&propensity::heading(found, words), &[]);
        tables(
            page,
            &propensity::tables(result, found, Names::Short, words),
            words,
        );
    }
    if !result.propensity.is_empty() {
        let assumption = words.text("report.propensity.assumption");
        page.paragraph(&assumption, Style::Dim, 2);
    }
}

fn tables(page: &mut Page, tables: &[Table], words: Words) {
    for table in tables.iter().filter(|table| !table.rows.is_empty()) {
        page.paragraph(&table.caption, Style::Dim, 2);
        page.grid(&grid(table, ROWS_MAX, false));
        if table.rows.len() > ROWS_MAX {
            let count = words.integer((table.rows.len() - ROWS_MAX) as u64);
            let more = words.fill("text.more_rows", &[("count", &count)]);
            page.paragraph(&more, Style::Dim, 2);
        }
    }
}
