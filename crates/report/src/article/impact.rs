//! The tables of New York City's Local Law 144.

use waage_result::document::AuditResult;
use waage_result::ranking::{ImpactGroup, ImpactTable};

use super::attributes::estimate_cell;
use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::Unit;
use crate::words::Words;

/// The section, where it was asked for.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    result.impact_ratios.first()?;
    let mut blocks = vec![Block::Text(words.text("report.impact.intro"))];
    for found in &result.impact_ratios {
        blocks.push(Block::Table(table(found, words)));
        blocks.push(Block::Text(unknown(found, words)));
    }
    let level = words.level(result.settings.confidence);
    blocks.push(Block::Note(
        words.fill("report.impact.note", &[("level", &level)]),
    ));
    Some(Section {
        id: "impact",
        title: words.text("report.impact.title"),
        blocks,
    })
}

/// Categories with their numbers, rates and ratios.
pub(crate) fn table(found: &ImpactTable, words: Words) -> Table {
    let key = |key: &str| words.text(&format!("report.impact.{key}"));
    let (hits, rate, caption) = match found.measure.as_str() {
        "scoring_rate" => ("above", "scoring_rate", "scoring"),
        "rejection_share" => ("not_selected", "rejection_share", "rejection"),
        _ => ("selected", "selection_rate", "selection"),
    };
    let name = words.attribute(&found.attribute);
    Table {
        caption: words.fill(&format!("report.impact.{caption}"), &[("attribute", &name)]),
        columns: vec![
            Column::text(name),
            Column::number(key("people")),
            Column::number(key(hits)),
            Column::number(key(rate)),
            Column::number(key("ratio")),
        ],
        rows: found.groups.iter().map(|g| row(found, g, words)).collect(),
    }
}

fn row(found: &ImpactTable, group: &ImpactGroup, words: Words) -> Row {
    let mut ratio = estimate_cell(Some(&group.impact_ratio), Unit::Ratio, words);
    if group.left_out {
        let share = words.number(found.min_share, Unit::Share);
        ratio.flag = Some(words.fill("report.impact.left_out", &[("share", &share)]));
    }
    let count = |n: f64| match n.fract() == 0.0 {
        true => words.integer(n as u64),
        false => words.number(n, Unit::Ratio),
    };
    Row {
        cells: vec![
            Cell::text(words.group(&found.attribute, Some(&group.group))),
            match group.n {
                0 => Cell::none(),
                n => Cell::text(words.integer(n)),
            },
            group.hits.map_or_else(Cell::none, |n| Cell::text(count(n))),
            estimate_cell(Some(&group.rate), Unit::Share, words),
            ratio,
        ],
        strong: found.highest.as_ref() == Some(&group.group),
        note: None,
    }
}

/// How many people are in no category, and where the median lies.
pub(crate) fn unknown(found: &ImpactTable, words: Words) -> String {
    let mut sentences = vec![match found.unknown {
        Some(n) => words.fill("report.impact.unknown", &[("count", &words.integer(n))]),
        None => words.text("report.impact.unknown_hidden"),
    }];
    if let Some(median) = found.median {
        let median = words.number(median, Unit::Number);
        sentences.push(words.fill("report.impact.median", &[("median", &median)]));
    }
    sentences.join(" ")
}
