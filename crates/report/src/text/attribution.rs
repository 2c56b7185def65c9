//! An explanation for a terminal.

use waage_result::attribution::{ExplainResult, FeatureDoc};
use waage_result::text::Language;

use super::Page;
use super::grid::{Column, Grid, Style};
use crate::Options;
use crate::article::explanation::base;
use crate::attribution::Told;
use crate::words::{Words, clean, isolated};

/// The longest bar.
const BAR: usize = 12;

/// Writes an explanation for a terminal: the features that matter most first, then by group.
pub(crate) fn explanation(result: &ExplainResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let told = Told { result, words };
    let mut page = Page::new(options);
    page.paragraph(&told.headline(), Style::Bold, 0);
    page.line("");
    page.paragraph(&told.facts(), Style::Plain, 0);
    for output in told.outputs() {
        page.line("");
        let style = output.map_or(Style::Dim, |_| Style::Bold);
        page.paragraph(&base(&told, output), style, 0);
        table(&mut page, &told, output);
    }
    page.list(&words.text("report.data.title"), &told.notes());
    page.line("");
    for sentence in told.method() {
        page.paragraph(&sentence, Style::Dim, 0);
    }
    page.paragraph(&words.text("report.footer"), Style::Dim, 0);
    page.out
}

/// The same beside an audit: the features that matter most.
pub(super) fn beside(page: &mut Page, result: &ExplainResult, words: Words) {
    let told = Told { result, words };
    page.heading(&words.text("attribution.title"), &[]);
    page.paragraph(&told.headline(), Style::Plain, 2);
    for output in told.outputs() {
        page.paragraph(&base(&told, output), Style::Dim, 2);
        table(page, &told, output);
    }
}

fn table(page: &mut Page, told: &Told<'_>, output: Option<u64>) {
    let words = told.words;
    let title = |key: &str| words.text(&format!("attribution.column.{key}"));
    let (features, more) = told.shown(output);
    let groups: Vec<String> = features.first().map_or(Vec::new(), |f| {
        f.by_group.iter().map(|g| told.group(g)).collect()
    });
    let largest = features
        .first()
        .and_then(|f| f.mean_abs.value)
        .unwrap_or(0.0);
    let mut grid = Grid::new(vec![
        Column::flexible(&title("feature")),
        Column::number(&title("mean_abs")),
        Column::number(&title("mean")),
        Column::flexible(""),
    ]);
    for feature in &features {
        grid.row(vec![
            (isolated(&clean(&feature.feature)), Style::Bold),
            (told.estimate(&feature.mean_abs), Style::Plain),
            (told.estimate(&feature.mean), Style::Plain),
            (bar(feature, largest), Style::Dim),
        ]);
    }
    for line in grid.lines(page.width - 2, page.color) {
        page.line(&format!("  {line}"));
    }
    if more > 0 {
        page.paragraph(
            &words.fill("attribution.more", &[("count", &more.to_string())]),
            Style::Dim,
            2,
        );
    }
    if groups.is_empty() {
        return;
    }
    page.line("");
    page.paragraph(&words.text("attribution.by_group"), Style::Bold, 0);
    let mut grid = Grid::new(vec![
        Column::flexible(&title("feature")),
        Column::flexible(&title("group")),
        Column::number(&title("rows")),
        Column::number(&title("mean")),
        Column::number(&title("mean_abs")),
    ]);
    for feature in features.iter().take(5) {
        for (at, group) in feature.by_group.iter().enumerate() {
            let name = if at == 0 {
                isolated(&clean(&feature.feature))
            } else {
                String::new()
            };
            grid.row(vec![
                (name, Style::Bold),
                (told.group(group), Style::Plain),
                (words.integer(group.mean.n), Style::Plain),
                (told.estimate(&group.mean), Style::Plain),
                (told.number(group.mean_abs.value), Style::Plain),
            ]);
        }
    }
    for line in grid.lines(page.width - 2, page.color) {
        page.line(&format!("  {line}"));
    }
}

fn bar(feature: &FeatureDoc, largest: f64) -> String {
    let share = feature.mean_abs.value.unwrap_or(0.0) / largest.max(f64::MIN_POSITIVE);
    "█".repeat((share * BAR as f64).round() as usize)
}
