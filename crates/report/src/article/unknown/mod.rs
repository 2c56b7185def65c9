//! What is not known of each row: groups by probabilities, and labels with propensities.

pub(crate) mod membership;
pub(crate) mod propensity;

use waage_result::document::AuditResult;

use super::{Block, Section};

use crate::numbers::{Unit, unit};
use crate::words::Words;

/// Rates that say the same as another one that is shown.
const MIRRORED: [&str; 6] = [
    "rejection_share",
    "true_negative_rate",
    "false_negative_rate",
    "false_discovery_rate",
    "false_omission_rate",
    "error_rate",
];

/// How rows of a table are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// In full.
    Long,
    /// For a terminal.
    Short,
}

/// A section: its introduction, the parts, what is assumed, and a note on the intervals; its texts
/// stand under `report.{id}` in the catalogue.
fn section(
    id: &'static str,
    note: &str,
    parts: Vec<Block>,
    confidence: f64,
    words: Words,
) -> Section {
    let key = |key: &str| format!("report.{id}.{key}");
    let level = words.level(confidence);
    let mut blocks = vec![Block::Text(words.text(&key("intro")))];
    blocks.extend(parts);
    blocks.push(Block::Text(words.text(&key("assumption"))));
    blocks.push(Block::Note(words.fill(&key(note), &[("level", &level)])));
    Section {
        id,
        title: words.text(&key("title")),
        blocks,
    }
}

/// The metrics that tables show, without those that say the same as another.
fn shown(result: &AuditResult) -> Vec<&str> {
    let headline = result.settings.headline.iter().map(String::as_str);
    let all: Vec<&str> = headline.collect();
    let few: Vec<&str> = all
        .iter()
        .copied()
        .filter(|name| !MIRRORED.contains(name) || *name == result.favourable_share())
        .collect();
    if few.is_empty() { all } else { few }
}

/// `Selection rate, p_black`, of a metric, a comparison and a group; points and quotients are named as
/// such.
fn named([metric, comparison, group]: [&str; 3], names: Names, words: Words) -> String {
    let form = match unit(metric, comparison) {
        Unit::Points => "of_points",
        Unit::Ratio => "of_ratio",
        _ => "of",
    };
    let (metric, short) = match names {
        Names::Long => (words.metric_title(metric), ""),
        Names::Short => (words.metric_short(metric), "_short"),
    };
    words.fill(
        &format!("report.membership.{form}{short}"),
        &[("metric", &metric), ("group", group)],
    )
}

/// A range in the place of a value: with its unit where values have theirs.
fn range(low: Option<f64>, high: Option<f64>, unit: Unit, words: Words) -> Option<String> {
    match unit {
        Unit::Share => words.range(low, high, unit),
        _ => words.plain_range(low, high, unit),
    }
}
