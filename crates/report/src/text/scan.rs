//! A subgroup scan for a terminal.

use waage_result::scan::{ScanResult, Subgroup};
use waage_result::text::Language;

use super::Page;
use super::grid::{Column, Grid, Style, wrap};
use crate::Options;
use crate::scan::{Told, dash};
use crate::words::Words;

/// Writes a scan for a terminal: about a screen, the clearest subgroup first.
pub(crate) fn scan(result: &ScanResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let told = Told { result, words };
    let mut page = Page::new(options);
    page.paragraph(&told.headline(), Style::Bold, 0);
    page.line("");
    page.paragraph(&told.overall(), Style::Plain, 0);
    page.paragraph(&told.columns(), Style::Dim, 0);
    if !result.subgroups.is_empty() {
        page.line("");
        table(&mut page, &told);
    }
    if let Some(more) = told.more() {
        page.paragraph(&more, Style::Dim, 2);
    }
    page.list(&words.text("report.data.title"), &told.notes());
    page.line("");
    for sentence in told.method() {
        page.paragraph(&sentence, Style::Dim, 0);
    }
    page.paragraph(&words.text("report.footer"), Style::Dim, 0);
    page.out
}

/// One row per subgroup, its remarks below it.
fn table(page: &mut Page, told: &Told<'_>) {
    let words = told.words;
    let title = |key: &str| words.text(&format!("scan.column.{key}"));
    let permuted = told.result.settings.permutations > 0;
    let mut columns = vec![
        Column::flexible(&title("subgroup")),
        Column::number(&title("rows")),
        Column::number(&words.metric_short(&told.result.settings.metric)),
        Column::number(&title("others")),
        Column::number(&told.gap_title()),
        Column::number(&title("p")),
    ];
    if permuted {
        columns.push(Column::number(&title("p_permutation")));
    }
    let mut grid = Grid::new(columns);
    for (at, subgroup) in told.result.subgroups.iter().enumerate() {
        grid.row(row(told, at, subgroup, permuted));
    }
    let both = told.result.subgroups.iter().any(|s| s.worse)
        && told.result.subgroups.iter().any(|s| !s.worse);
    let lines = grid.lines(page.width - 2, page.color);
    let mut before = None;
    for (at, line) in lines.iter().enumerate() {
        let subgroup = at
            .checked_sub(1)
            .and_then(|at| told.result.subgroups.get(at));
        if let Some(subgroup) = subgroup.filter(|s| both && before != Some(s.worse)) {
            let side = if subgroup.worse { "worse" } else { "better" };
            let title = page.styled(&words.text(&format!("scan.{side}")), Style::Bold);
            page.line(&title);
            before = Some(subgroup.worse);
        }
        page.line(&format!("  {line}"));
        let Some(subgroup) = subgroup else { continue };
        let mut below = Vec::new();
        if line.contains('…') {
            below.extend(wrap(&told.conditions(&subgroup.conditions), page.width - 5));
        }
        if let Some(remarks) = told.remarks(subgroup) {
            below.extend(wrap(&remarks, page.width - 5));
        }
        for part in below {
            let part = page.styled(&part, Style::Dim);
            page.line(&format!("     {part}"));
        }
    }
}

fn row(told: &Told<'_>, at: usize, subgroup: &Subgroup, permuted: bool) -> Vec<(String, Style)> {
    let words = told.words;
    let plain = |text: String| (text, Style::Plain);
    let direction = if subgroup.worse {
        Style::Red
    } else {
        Style::Green
    };
    let gap = match told.gap_interval(subgroup) {
        Some(interval) => format!("{} ({interval})", told.gap(subgroup.gap)),
        None => told.gap(subgroup.gap),
    };
    let p = |p: Option<f64>| p.map_or_else(dash, |p| words.p_value(p));
    let name = told.conditions(&subgroup.conditions);
    let mut cells = vec![
        (format!("{:>2} {name}", at + 1), Style::Bold),
        plain(words.integer(subgroup.n)),
        plain(told.value(subgroup.estimate.value)),
        plain(told.value(subgroup.complement.value)),
        (gap, direction),
        plain(p(subgroup.p_adjusted)),
    ];
    if permuted {
        cells.push(plain(p(subgroup.p_permutation)));
    }
    cells
}
