//! Two policies side by side, and the policies that come with Waage.

use serde_json::Value;
use waage_result::policy::{Effect, PolicyChange, PolicyDiff, PolicyPresets};
use waage_result::text::Language;

use super::check::in_language;
use crate::markdown::{escape, row};
use crate::text::{Column, Grid, Page, Style};
use crate::words::{Words, clean};
use crate::{Format, Options, ReportError};

/// Characters of a value that are shown.
const VALUE_MAX: usize = 60;

/// A value as a table shows it: short, on one line.
pub(crate) fn shown(value: Option<&Value>, words: Words) -> String {
    let Some(value) = value else {
        return words.text("policy.diff.absent");
    };
    let text = match value {
        Value::String(text) => clean(text),
        Value::Object(map) if map.contains_key("en") && map.contains_key("de") => clean(
            map[words.catalogue.language().code()]
                .as_str()
                .unwrap_or_default(),
        ),
        // An element that comes or goes is named by its key.
        Value::Object(_) => "…".to_owned(),
        other => clean(&other.to_string()),
    };
    if text.chars().count() <= VALUE_MAX {
        return text;
    }
    let short: String = text.chars().take(VALUE_MAX - 1).collect();
    format!("{short}…")
}

/// Key, before, after, effect and why.
pub(crate) fn cells(change: &PolicyChange, words: Words, language: Language) -> [String; 5] {
    [
        clean(&change.key),
        shown(change.from.as_ref(), words),
        shown(change.to.as_ref(), words),
        words.text(&format!("policy.effect.{}", change.effect.name())),
        clean(in_language(&change.why, language)),
    ]
}

fn verdict(diff: &PolicyDiff, words: Words) -> String {
    let looser = diff
        .changes
        .iter()
        .filter(|c| c.effect == Effect::Looser)
        .count();
    let count = words.integer(looser as u64);
    let key = match (diff.effect, looser) {
        _ if diff.changes.is_empty() => "policy.diff.same",
        (Effect::Looser, 1) => "policy.diff.verdict_looser_one",
        (Effect::Looser, _) => "policy.diff.verdict_looser",
        (Effect::Stricter, _) => "policy.diff.verdict_stricter",
        (Effect::Neutral, _) => "policy.diff.verdict_neutral",
    };
    words.fill(key, &[("count", &count)])
}

/// Both policies by name and digest.
fn names(diff: &PolicyDiff, words: Words) -> [String; 2] {
    let name = |key: &str, policy: &waage_result::policy::PolicyName| {
        let word = words.text(&format!("policy.diff.{key}"));
        format!(
            "{word}: {} ({})",
            clean(&policy.file),
            clean(&policy.digest)
        )
    };
    [name("old", &diff.old), name("new", &diff.new)]
}

const TITLES: [&str; 5] = ["key", "from", "to", "effect", "why"];

/// Writes what changed between two policies.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for HTML; [`ReportError::Json`] if the document cannot be written.
pub fn policy_diff(
    diff: &PolicyDiff,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let words = Words::of(language);
    match format {
        Format::Json => Ok(serde_json::to_string_pretty(diff)? + "\n"),
        Format::Text => Ok(text(diff, words, language, options)),
        Format::Markdown | Format::Print => Ok(markdown(diff, words, language)),
        Format::Html => Err(ReportError::UnknownFormat(format.name().to_owned())),
    }
}

fn text(diff: &PolicyDiff, words: Words, language: Language, options: &Options) -> String {
    let mut page = Page::new(options);
    page.paragraph(&verdict(diff, words), Style::Bold, 0);
    for name in names(diff, words) {
        page.paragraph(&name, Style::Dim, 0);
    }
    for change in &diff.changes {
        let [key, from, to, effect, why] = cells(change, words, language);
        let style = match change.effect {
            Effect::Looser => Style::Red,
            Effect::Stricter => Style::Green,
            Effect::Neutral => Style::Dim,
        };
        let effect = page.styled(&effect, style);
        page.line(&format!("  {effect}: {key}: {from} → {to}"));
        page.paragraph(&why, Style::Dim, 4);
    }
    page.into_text()
}

fn markdown(diff: &PolicyDiff, words: Words, language: Language) -> String {
    let mut parts = vec![
        format!("# {}", escape(&words.text("policy.diff.title"))),
        format!("**{}**", escape(&verdict(diff, words))),
    ];
    let names = names(diff, words).map(|name| format!("- {}", escape(&name)));
    parts.push(names.join("\n"));
    if !diff.changes.is_empty() {
        let title = |key: &str| escape(&words.text(&format!("policy.diff.{key}")));
        let mut lines = vec![
            row(TITLES.map(title).into_iter()),
            row(TITLES.map(|_| "---".to_owned()).into_iter()),
        ];
        lines.extend(diff.changes.iter().map(|change| {
            row(cells(change, words, language)
                .map(|cell| escape(&cell))
                .into_iter())
        }));
        parts.push(lines.join("\n"));
    }
    parts.join("\n\n") + "\n"
}

/// Lists the policies that come with Waage.
///
/// # Errors
/// As [`policy_diff`].
pub fn policy_presets(
    presets: &PolicyPresets,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let words = Words::of(language);
    let title = |key: &str| words.text(&format!("policy.presets.{key}"));
    let rows = presets.presets.iter().map(|preset| {
        [
            preset.name.clone(),
            in_language(&preset.title, language).to_owned(),
            preset.columns.join(", "),
        ]
    });
    match format {
        Format::Json => Ok(serde_json::to_string_pretty(presets)? + "\n"),
        Format::Html => Err(ReportError::UnknownFormat(format.name().to_owned())),
        Format::Text => {
            let mut page = Page::new(options);
            let columns = ["name", "purpose", "columns"].map(title);
            let mut grid = Grid::new(vec![
                Column::fixed(&columns[0]),
                Column::flexible(&columns[1]),
                Column::flexible(&columns[2]),
            ]);
            for cells in rows {
                let [name, purpose, columns] = cells;
                grid.row(vec![
                    (name, Style::Bold),
                    (purpose, Style::Plain),
                    (columns, Style::Dim),
                ]);
            }
            page.grid(&grid);
            page.paragraph(&title("hint"), Style::Dim, 0);
            Ok(page.into_text())
        }
        Format::Markdown | Format::Print => {
            let mut lines = vec![
                row(["name", "purpose", "columns"]
                    .map(|key| escape(&title(key)))
                    .into_iter()),
                row(["---"; 3].map(str::to_owned).into_iter()),
            ];
            lines.extend(rows.map(|cells| row(cells.map(|cell| escape(&cell)).into_iter())));
            let heading = format!("# {}", escape(&title("title")));
            Ok([heading, lines.join("\n"), escape(&title("hint"))].join("\n\n") + "\n")
        }
    }
}
