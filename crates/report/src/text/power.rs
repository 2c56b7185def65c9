//! A plan for a terminal: sentences for questions, tables for data.

use std::cmp::Ordering;

use waage_result::power::{Plan, PowerGap, PowerResult};
use waage_result::text::Language;

use super::grid::{Column, Grid, Style};
use super::groups::RATES;
use super::{Page, clean};
use crate::Options;
use crate::numbers::{Unit, unit};
use crate::words::{Words, capitalised};

/// Rows of a table.
const ROWS_MAX: usize = 12;

/// Writes a plan for a terminal.
#[must_use]
pub fn power_text(result: &PowerResult, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut page = Page {
        out: String::new(),
        width: options.width.max(40),
        color: options.color,
    };
    for plan in &result.plans {
        page.paragraph(&sentence(plan, words), Style::Plain, 0);
    }
    let mut attributes: Vec<&str> = Vec::new();
    for gap in &result.gaps {
        if !attributes.contains(&gap.attribute.as_str()) {
            attributes.push(&gap.attribute);
        }
    }
    for attribute in attributes {
        table(&mut page, result, attribute, words);
    }
    let without = result.references.iter().filter(|(attribute, _)| {
        result.dataset.is_some() && !result.gaps.iter().any(|gap| gap.attribute == **attribute)
    });
    let without: Vec<String> = without.map(|(name, _)| words.attribute(name)).collect();
    if !without.is_empty() {
        let list = words.list(&without);
        let text = words.fill("text.power.nothing", &[("attributes", &list)]);
        page.line("");
        page.paragraph(&text, Style::Plain, 0);
    }
    let settings = &result.settings;
    page.line("");
    if let Some(gap) = settings.gap.filter(|_| !result.gaps.is_empty()) {
        let gap = words.number_after_of(gap, Unit::Points);
        let legend = words.fill("text.power.legend", &[("gap", &gap)]);
        page.paragraph(&legend, Style::Dim, 0);
    }
    let values = [
        ("level", words.level(settings.confidence)),
        ("power", words.level(settings.power)),
        ("version", clean(&settings.version)),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
    page.paragraph(&words.fill("text.power.method", &values), Style::Dim, 0);
    page.out.trim_start_matches('\n').to_owned()
}

fn sentence(plan: &Plan, words: Words) -> String {
    let share = |rate: f64| words.number(rate, Unit::Share);
    let points = |gap: f64| words.number_in_words(gap, &[], Unit::Points);
    match plan {
        Plan::Detect {
            rates,
            rows_per_group,
            ..
        } => words.fill(
            "text.power.detect",
            &[
                ("one", &share(rates[0])),
                ("other", &share(rates[1])),
                ("rows", &words.integer(*rows_per_group)),
            ],
        ),
        Plan::Equivalence {
            rate,
            margin,
            true_gap,
            rows_per_group,
            ..
        } => {
            let key = if *true_gap == 0.0 {
                "text.power.equivalence"
            } else {
                "text.power.equivalence_of"
            };
            words.fill(
                key,
                &[
                    ("rate", &share(*rate)),
                    ("margin", &points(*margin)),
                    ("gap", &points(true_gap.abs())),
                    ("rows", &words.integer(*rows_per_group)),
                ],
            )
        }
        Plan::Sizes {
            rate,
            rows,
            smallest_gap,
            smallest_margin,
        } => {
            let found = |value: &Option<f64>, key: &str| match value {
                Some(value) => words.fill(key, &[("gap", &points(*value))]),
                None => words.text(&format!("{key}_none")),
            };
            words.fill(
                "text.power.sizes",
                &[
                    ("one", &words.integer(rows[0])),
                    ("other", &words.integer(rows[1])),
                    ("rate", &share(*rate)),
                    ("gap", &found(smallest_gap, "text.power.smallest_gap")),
                    (
                        "margin",
                        &capitalised(&found(smallest_margin, "text.power.smallest_margin")),
                    ),
                ],
            )
        }
    }
}

/// What the data could have shown by one attribute: all comparisons of the metrics that tables show,
/// or the least certain ones.
fn table(page: &mut Page, result: &PowerResult, attribute: &str, words: Words) {
    let metrics = metrics(result);
    let mut gaps: Vec<&PowerGap> = result
        .gaps
        .iter()
        .filter(|gap| gap.attribute == attribute && metrics.contains(&gap.metric.as_str()))
        .collect();
    let total = gaps.len();
    if total > ROWS_MAX {
        gaps.sort_by(|a, b| blindest(a, b));
        gaps.truncate(ROWS_MAX);
    }
    let Some(first) = gaps.first() else {
        return;
    };
    let reference = words.group(attribute, Some(&first.reference));
    let mut remarks = vec![words.fill("text.reference", &[("reference", &reference)])];
    if gaps.len() < total {
        let (shown, total) = (
            words.integer(gaps.len() as u64),
            words.integer(total as u64),
        );
        remarks.push(words.fill(
            "text.power.blindest",
            &[("shown", &shown), ("total", &total)],
        ));
    }
    let remarks: Vec<(String, String)> = remarks
        .into_iter()
        .map(|remark| {
            let styled = page.styled(&remark, Style::Dim);
            (remark, styled)
        })
        .collect();
    page.heading(&words.attribute(attribute), &remarks);
    let planned = result.settings.gap.unwrap_or_default();
    let planned = words.number(planned, Unit::Points);
    let title = |key: &str| words.fill(&format!("text.power.{key}"), &[("gap", &planned)]);
    let mut grid = Grid::new(vec![
        Column::flexible(&words.text("report.groups.group")),
        Column::fixed(&title("measure")),
        Column::number(&title("rate")),
        Column::number(&title("column_gap")),
        Column::number(&title("column_margin")),
        Column::number(&title("now")),
        Column::number(&title("to_detect")),
        Column::number(&title("to_show_none")),
    ]);
    for gap in gaps {
        let points = unit(&gap.metric, "difference");
        let number = |value: Option<f64>, unit| {
            value.map_or_else(|| "–".to_owned(), |value| words.number(value, unit))
        };
        let rows =
            |value: Option<u64>| value.map_or_else(|| "–".to_owned(), |value| words.about(value));
        let cells = [
            words.group(attribute, Some(&gap.group)),
            words.metric_short(&gap.metric),
            number(gap.rate, unit(&gap.metric, "none")),
            number(gap.smallest_gap, points),
            number(gap.smallest_margin, points),
            words.integer(gap.rows),
            rows(gap.rows_needed),
            rows(gap.rows_needed_equivalence),
        ];
        grid.row(cells.map(|text| (text, Style::Plain)).into());
    }
    page.grid(&grid);
}

/// The metrics that a table shows: the usual ones, whose complements need the same rows; all that
/// were planned for where none of them was.
fn metrics(result: &PowerResult) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for gap in &result.gaps {
        if !found.contains(&gap.metric.as_str()) {
            found.push(&gap.metric);
        }
    }
    let headline = &result.settings.headline;
    let is_usual =
        |metric: &&str| RATES.contains(metric) && headline.iter().any(|name| name == metric);
    let usual: Vec<&str> = found.iter().copied().filter(is_usual).collect();
    if usual.is_empty() { found } else { usual }
}

/// Larger smallest gaps first, none at all before them.
fn blindest(a: &PowerGap, b: &PowerGap) -> Ordering {
    let key = |gap: &PowerGap| gap.smallest_gap.unwrap_or(f64::INFINITY);
    key(b).total_cmp(&key(a))
}
