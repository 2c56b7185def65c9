//! What can be said of the roles' columns once all rows were seen.

use waage_core::label::Label;
use waage_result::document::Note;

use crate::DataError;
use crate::columns::binary::{BinaryRule, BinarySeen, is_value, word};
use crate::decode::{Decision, Decoder, Fault, Plan, PlannedBinary, PlannedColumn};
use crate::error::listing;
use crate::levels::typed;
use crate::read::{Part, Store};

/// What all threads saw beside the blocks.
#[derive(Default)]
pub(crate) struct Seen {
    label: BinarySeen,
    decision: BinarySeen,
    /// Rows with a score.
    pub scored: u64,
    /// Rows that a cut selected.
    pub selected: u64,
    /// Rows that could not get a label.
    pub uncovered: u64,
    outcomes_known: u64,
    bad_scores: Fault,
    bad_outcomes: Fault,
    bad_weights: Fault,
}

impl Seen {
    /// Adds what one thread saw.
    pub fn add(&mut self, decoder: Decoder<'_>) {
        let take = |mine: &mut BinarySeen, theirs| *mine = std::mem::take(mine).merge(theirs);
        if let Some(label) = decoder.label {
            take(&mut self.label, label.seen);
        }
        if let Some(decision) = decoder.decision {
            take(&mut self.decision, decision.seen);
        }
        self.scored += decoder.scored;
        self.selected += decoder.selected;
        self.uncovered += decoder.uncovered;
        self.outcomes_known += decoder.outcomes_known;
        self.bad_outcomes = std::mem::take(&mut self.bad_outcomes).merge(decoder.bad_outcomes);
        self.bad_scores = std::mem::take(&mut self.bad_scores).merge(decoder.bad_scores);
        self.bad_weights = std::mem::take(&mut self.bad_weights).merge(decoder.bad_weights);
    }
}

/// Fails where columns turned out not to suit their roles; else adds what must be told.
pub(crate) fn columns(
    plan: &Plan,
    seen: &Seen,
    rows: u64,
    notes: &mut Vec<Note>,
) -> Result<(), DataError> {
    let numbers = [
        ("outcome", &plan.outcome, &seen.bad_outcomes),
        ("prediction", &plan.score, &seen.bad_scores),
    ];
    for (role, column, bad) in numbers {
        let (Some(PlannedColumn { name, .. }), Some(first)) = (column, bad.place()) else {
            continue;
        };
        let (column, first, count) = (name.clone(), first.to_owned(), bad.count);
        return Err(match plan.outcome {
            None => DataError::ScoreNotFinite {
                column,
                count,
                first,
            },
            Some(_) => DataError::NumberNotFinite {
                role,
                column,
                count,
                first,
            },
        });
    }
    if let (Some(PlannedColumn { name, .. }), Some(first)) =
        (&plan.weight, seen.bad_weights.place())
    {
        let (column, first) = (name.clone(), first.to_owned());
        return Err(DataError::Weight {
            column,
            count: seen.bad_weights.count,
            first,
        });
    }
    if let Some(label) = &plan.label {
        check_binary("label", label, &seen.label, rows, notes)?;
    }
    if let Decision::Column(decision) = &plan.decision {
        check_binary("decision", decision, &seen.decision, rows, notes)?;
    }
    if let Some(outcome) = &plan.outcome
        && seen.outcomes_known == 0
    {
        return Err(DataError::AllMissing {
            role: "outcome",
            column: outcome.name.clone(),
            rows,
        });
    }
    match &plan.score {
        Some(score) if seen.scored == 0 => Err(DataError::AllMissing {
            role: "score",
            column: score.name.clone(),
            rows,
        }),
        _ => Ok(()),
    }
}

fn check_binary(
    role: &'static str,
    planned: &PlannedBinary,
    seen: &BinarySeen,
    rows: u64,
    notes: &mut Vec<Note>,
) -> Result<(), DataError> {
    let column = planned.column.name.clone();
    if !seen.foreign.is_empty() {
        let values = listing(seen.values());
        return Err(DataError::NotBinary {
            role,
            column,
            values,
        });
    }
    let mut labels = Vec::new();
    if planned.rule.keeps_levels() {
        labels = planned.levels.labels();
        labels.retain(|label| !label.is_missing());
        labels.sort();
        if labels
            .iter()
            .any(|label| planned.rule.code(label).is_none())
        {
            return Err(DataError::NotBinary {
                role,
                column,
                values: listing(typed(labels)),
            });
        }
    }
    if seen.present == 0 {
        return Err(DataError::AllMissing { role, column, rows });
    }
    let positive = match &planned.rule {
        BinaryRule::Equals(positive) => positive,
        BinaryRule::WordsOrEquals(positive)
            if labels
                .iter()
                .any(|label| BinaryRule::Words.code(label).is_none()) =>
        {
            positive
        }
        _ => return Ok(()),
    };
    if !labels.iter().any(|label| is_value(label, positive)) {
        let (positive, values) = (positive.clone(), listing(labels));
        return Err(DataError::PositiveAbsent {
            role,
            column,
            positive,
            values,
        });
    }
    if labels.len() > 2 {
        let others = labels.iter().filter(|label| !is_value(label, positive));
        let values = [
            ("role", role.to_owned()),
            ("column", column),
            ("positive", positive.clone()),
            ("others", listing(others)),
        ];
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        notes.push(Note {
            code: "others_count_as_negative".to_owned(),
            values,
        });
    }
    Ok(())
}

/// Whether the value given as favourable is the decision of the selected: a value of the column, or
/// 0 or 1.
pub(crate) fn favours_selected(plan: &Plan, given: &str) -> Result<bool, DataError> {
    let plain = word(&Label::text(given));
    let planned = match &plan.decision {
        Decision::Column(planned) => planned,
        Decision::Cut { .. } | Decision::None => {
            return plain
                .map(|code| code == 1)
                .ok_or_else(|| DataError::Favourable {
                    given: given.to_owned(),
                    values: "1 (selected by the cut) or 0".to_owned(),
                });
        }
    };
    let mut labels = Vec::new();
    if planned.rule.keeps_levels() {
        labels = planned.levels.labels();
        labels.retain(|label| !label.is_missing());
        labels.sort();
    }
    let value = labels.iter().find(|label| is_value(label, given));
    let code = match (value, &planned.rule) {
        (Some(label), rule) => rule.code(label),
        (None, BinaryRule::Bool { inverted: true }) => plain.map(|code| 1 - code),
        (None, _) => plain,
    };
    code.map(|code| code == 1)
        .ok_or_else(|| DataError::Favourable {
            given: given.to_owned(),
            values: match labels.iter().all(|label| word(label).is_some()) {
                true => "0 or 1".to_owned(),
                false => format!("0, 1, or {}", listing(labels)),
            },
        })
}

/// A note for files that are not in UTF-8.
pub(crate) fn encoding_note(part: &Part) -> Option<Note> {
    let Store::Csv(file) = &part.store else {
        return None;
    };
    file.was_windows_1252().then(|| Note {
        code: "csv_windows_1252".to_owned(),
        values: [("file".to_owned(), part.name.clone())]
            .into_iter()
            .collect(),
    })
}
