//! Groups known by probabilities and labels with propensities, for a terminal.

use waage_result::document::AuditResult;

use super::Page;
use super::grid::Style;
use super::ranking::first_rows;
use crate::article::Table;
use crate::article::unknown::{Names, membership, propensity};
use crate::words::Words;

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
        first_rows(page, table, false, words);
    }
}
