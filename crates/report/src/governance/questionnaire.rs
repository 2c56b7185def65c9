//! What answers to the questionnaire suggest.

use waage_result::risks::{RisksResult, Suggestion};

use super::{Block, Cell, Row, Section, data, pick, row, section, table};
use crate::words::Words;

/// Suggestions, each with its reasons.
pub(super) fn suggestions(result: &RisksResult, words: Words) -> Option<Section> {
    let columns = [
        ("id", false),
        ("risk", false),
        ("action", false),
        ("likelihood", true),
        ("impact", true),
    ];
    let caption = words.text("risks.suggestions.caption");
    let mut out = table(caption, "risks.column", &columns, words);
    for suggestion in &result.suggestions {
        let mut action = Cell::text(words.name_in("risks.action", &suggestion.action));
        action.flag = suggestion.taken.then(|| words.text("risks.action.taken"));
        out.rows.push(Row {
            note: Some(reasons(suggestion, words)),
            ..row(vec![
                Cell::text(data(&suggestion.risk)),
                Cell::text(pick(&suggestion.title, words)),
                action,
                Cell::text(beside(
                    suggestion.likelihood,
                    suggestion.likelihood_suggested,
                )),
                Cell::text(beside(suggestion.impact, suggestion.impact_suggested)),
            ])
        });
    }
    let mut blocks = Vec::new();
    if !out.rows.is_empty() {
        blocks.push(Block::Table(out));
        blocks.push(Block::Note(words.text("risks.suggestions.note")));
    }
    section("suggestions", words.text("risks.suggestions.title"), blocks)
}

/// The register's level beside the one suggested.
fn beside(known: Option<u8>, suggested: u8) -> String {
    match known {
        Some(known) if known != suggested => format!("{known} / {suggested}"),
        _ => suggested.to_string(),
    }
}

fn reasons(suggestion: &Suggestion, words: Words) -> String {
    let told = suggestion.reasons.iter().map(|reason| {
        let answer = match words
            .catalogue
            .get(&format!("risks.answer.{}", reason.answer))
        {
            Some(word) => word.to_owned(),
            None => data(&reason.answer),
        };
        format!(
            "{} ({answer}): {}",
            data(&reason.question),
            pick(&reason.text, words)
        )
    });
    told.collect::<Vec<_>>().join("; ")
}

/// Questions without an answer.
pub(super) fn unanswered(result: &RisksResult, words: Words) -> Option<Section> {
    if result.unanswered.is_empty() {
        return None;
    }
    let ids: Vec<String> = result.unanswered.iter().map(|id| data(id)).collect();
    let text = words.fill("risks.unanswered.text", &[("list", &words.list(&ids))]);
    section(
        "unanswered",
        words.text("risks.unanswered.title"),
        vec![Block::Text(text)],
    )
}
