//! What the model relies on, beside the audit of its decisions.

use waage_result::attribution::{ExplainResult, FeatureDoc, FeatureGroupDoc};
use waage_result::document::{AuditResult, EstimateDoc};

use super::{Block, Cell, Column, Row, Section, Table};
use crate::attribution::Told;
use crate::words::{Words, clean, isolated};

/// Features whose groups are told apart.
const GROUPED_MAX: usize = 5;

/// The section, where a model was explained.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let told = Told {
        result: result.explanation.as_ref()?,
        words,
    };
    let mut blocks = vec![Block::Text(told.headline()), Block::Text(told.facts())];
    for output in told.outputs() {
        blocks.push(Block::Text(base(&told, output)));
        blocks.push(Block::Table(features(&told, output)));
        blocks.extend(more(&told, output).map(Block::Note));
        blocks.extend(groups(&told, output, |_| true).map(Block::Table));
    }
    let notes = told.notes();
    if !notes.is_empty() {
        blocks.push(Block::List(notes));
    }
    blocks.push(Block::Note(told.method().join(" ")));
    Some(Section {
        id: "explanation",
        title: words.text("attribution.title"),
        blocks,
    })
}

/// The base value of an output.
pub(crate) fn base(told: &Told<'_>, output: Option<u64>) -> String {
    let at = output.unwrap_or(0) as usize;
    let base = told.number(told.result.base_value.get(at).copied());
    let number = output.map_or(String::new(), |k| k.to_string());
    let key = match output {
        Some(_) => "attribution.output",
        None => "attribution.base",
    };
    told.words
        .fill(key, &[("output", &number), ("base", &base)])
}

/// The features of an output, the one that matters most first.
pub(crate) fn features(told: &Told<'_>, output: Option<u64>) -> Table {
    let title = |key: &str| told.words.text(&format!("attribution.column.{key}"));
    let (features, _) = told.shown(output);
    let largest = features.first().and_then(|f| f.mean_abs.value);
    let rows = features.iter().map(|feature| Row {
        cells: vec![
            name(feature),
            Cell {
                bar: bar(feature, largest),
                ..estimate(told, &feature.mean_abs)
            },
            estimate(told, &feature.mean),
        ],
        ..Row::default()
    });
    Table {
        caption: told.words.text("attribution.by_feature"),
        columns: vec![
            Column::text(title("feature")),
            Column::number(title("mean_abs")),
            Column::number(title("mean")),
        ],
        rows: rows.collect(),
    }
}

/// How many features are not shown.
pub(crate) fn more(told: &Told<'_>, output: Option<u64>) -> Option<String> {
    let (_, more) = told.shown(output);
    let count = told.words.integer(more as u64);
    (more > 0).then(|| told.words.fill("attribution.more", &[("count", &count)]))
}

/// What the first features give in each group that is to be shown.
pub(crate) fn groups(
    told: &Told<'_>,
    output: Option<u64>,
    shown: impl Fn(&FeatureGroupDoc) -> bool,
) -> Option<Table> {
    let title = |key: &str| told.words.text(&format!("attribution.column.{key}"));
    let (features, _) = told.shown(output);
    let mut rows = Vec::new();
    for feature in features.iter().take(GROUPED_MAX) {
        let groups = feature.by_group.iter().filter(|group| shown(group));
        rows.extend(groups.map(|group| Row {
            cells: vec![
                name(feature),
                Cell::text(told.group(group)),
                Cell::text(told.words.integer(group.mean.n)),
                estimate(told, &group.mean),
                Cell::text(told.number(group.mean_abs.value)),
            ],
            ..Row::default()
        }));
    }
    (!rows.is_empty()).then(|| Table {
        caption: told.words.text("attribution.by_group"),
        columns: vec![
            Column::text(title("feature")),
            Column::text(title("group")),
            Column::number(title("rows")),
            Column::number(title("mean")),
            Column::number(title("mean_abs")),
        ],
        rows,
    })
}

fn name(feature: &FeatureDoc) -> Cell {
    Cell::text(isolated(&clean(&feature.feature)))
}

fn bar(feature: &FeatureDoc, largest: Option<f64>) -> Option<f64> {
    let (size, largest) = (feature.mean_abs.value?, largest.filter(|x| *x > 0.0)?);
    Some((size / largest).clamp(0.0, 1.0))
}

fn estimate(told: &Told<'_>, estimate: &EstimateDoc) -> Cell {
    Cell {
        text: told.number(estimate.value),
        detail: told.range(estimate),
        ..Cell::default()
    }
}

/// Whether a group of an explanation that stands alone may be shown: it and all others together have
/// so many rows, or one small side would give the other away.
pub(crate) fn is_large(result: &ExplainResult, group: &FeatureGroupDoc, limit: u64) -> bool {
    let (n, all) = (group.mean.n, result.dataset.rows);
    n >= limit && all.saturating_sub(n) >= limit
}
