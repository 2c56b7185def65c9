//! What comes back from reviewers: checked row by row against the batch, taken as a whole or not at
//! all.

use std::collections::HashMap;

use waage_result::review::{ReviewBatch, ReviewCase, ReviewDecision};

use super::exchange::{Columns, FILLED, GIVEN, INPUT, given};
use super::words::{Decision, ReasonCode};
use crate::records::moment;
use crate::records::personal::contact;
use crate::time::Timestamp;

/// Characters of a reason.
const REASON_MAX: usize = 500;
/// Problems that are told at once.
const TOLD_MAX: usize = 20;
/// Seconds that a reviewer's clock may be ahead.
const SKEW_MAX_S: i64 = 300;

/// What a returned file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Returned {
    /// New decisions, in the order of the file.
    pub decisions: Vec<ReviewDecision>,
    /// Rows that nobody has decided yet.
    pub open: u64,
    /// Decisions that were recorded before, the same.
    pub known: u64,
}

/// Checks the rows of a returned file, each with where it stands there, such as `line 2`.
///
/// # Errors
/// Every row that does not fit, a sentence each: nothing is recorded then.
pub fn accept(
    batch: &ReviewBatch,
    rows: &[(String, Columns)],
    recorded: &[ReviewDecision],
    now: Timestamp,
) -> Result<Returned, Vec<String>> {
    let cases: HashMap<&str, &ReviewCase> = batch
        .cases
        .iter()
        .map(|case| (case.case_id.as_str(), case))
        .collect();
    let mut by_case: HashMap<String, Vec<ReviewDecision>> = HashMap::new();
    for decision in recorded {
        by_case
            .entry(decision.case_id.clone())
            .or_default()
            .push(decision.clone());
    }
    let mut returned = Returned::default();
    let mut faults = Vec::new();
    for (place, row) in rows {
        let outcome = one(batch, &cases, row, now).and_then(|decision| {
            let Some((case, decision)) = decision else {
                returned.open += 1;
                return Ok(());
            };
            let known = by_case.entry(decision.case_id.clone()).or_default();
            if let Some(same) = known.iter().find(|d| d.reviewer_id == decision.reviewer_id) {
                if *same == decision && recorded.contains(same) {
                    returned.known += 1;
                    return Ok(());
                }
                return Err(format!(
                    "reviewer {} has decided {} already; a decision is not changed, open an incident if it was wrong",
                    shown(&decision.reviewer_id),
                    decision.case_id
                ));
            }
            let most = if case.double { 2 } else { 1 };
            if known.len() >= most {
                return Err(format!(
                    "{} has {} already, and no further one is wanted",
                    decision.case_id,
                    if most == 2 { "two decisions" } else { "a decision" }
                ));
            }
            known.push(decision.clone());
            returned.decisions.push(decision);
            Ok(())
        });
        if let Err(problem) = outcome {
            faults.push(format!("{place}: {problem}"));
        }
    }
    if rows.is_empty() {
        faults.push("the file has no rows; export the filled-in cases again".to_owned());
    }
    if faults.is_empty() {
        return Ok(returned);
    }
    let more = faults.len().saturating_sub(TOLD_MAX);
    faults.truncate(TOLD_MAX);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    Err(faults)
}

/// A text of the file as a message shows it.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    format!("{short:?}")
}

type Decided<'a> = Option<(&'a ReviewCase, ReviewDecision)>;

fn one<'a>(
    batch: &ReviewBatch,
    cases: &HashMap<&str, &'a ReviewCase>,
    row: &Columns,
    now: Timestamp,
) -> Result<Decided<'a>, String> {
    let cell = |column: &str| {
        row.get(column)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    };
    let needed = |column: &str| {
        cell(column).ok_or_else(|| format!("{column} is missing; every decided case needs it"))
    };
    let id = cell("case_id").ok_or("case_id is missing; export the cases again")?;
    let case = *cases
        .get(id)
        .ok_or_else(|| format!("the case {} is not of batch {}", shown(id), batch.batch_id))?;
    match cell("batch_id") {
        Some(own) if own == batch.batch_id => {}
        Some(other) => {
            return Err(format!(
                "the case is of batch {}, not of {}; import it into its own folder",
                shown(other),
                batch.batch_id
            ));
        }
        None => return Err("batch_id is missing; keep the columns of the export".to_owned()),
    }
    unchanged(batch, case, row)?;
    let Some(decided) = cell("decision_final") else {
        return Ok(None);
    };
    let word = |column: &str, text: &str| {
        Decision::read(text).map_err(|cause| format!("{column} {} {cause}", shown(text)))
    };
    let last = word("decision_final", decided)?;
    let blind = cell("decision_blind")
        .map(|text| word("decision_blind", text))
        .transpose()?;
    let reviewer = needed("reviewer_id")?;
    let is_code = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if reviewer.len() > 64 || !reviewer.chars().all(is_code) {
        return Err(format!(
            "reviewer_id {} is no code; use 1 to 64 letters, digits, dots, hyphens and underscores, no names or addresses",
            shown(reviewer)
        ));
    }
    let reason = cell("reason_code")
        .map(|text| {
            ReasonCode::read(text).map_err(|cause| format!("reason_code {} {cause}", shown(text)))
        })
        .transpose()?;
    let text = cell("reason_text");
    if let Some(text) = text {
        if text.chars().count() > REASON_MAX {
            return Err(format!(
                "reason_text is longer than {REASON_MAX} characters; shorten it"
            ));
        }
        if let Some(what) = contact(text) {
            return Err(format!("reason_text holds {what}; leave personal data out"));
        }
    }
    let overridden = last != Decision::Defer && last.name() != case.decision_model;
    if let Some(said) = cell("override") {
        let said = truth(said)
            .ok_or_else(|| format!("override {} is neither true nor false", shown(said)))?;
        if said != overridden {
            return Err(format!(
                "override says {said}, but the model's decision was {} and the final one is {}; leave override empty, it follows",
                case.decision_model,
                last.name()
            ));
        }
    }
    if overridden && reason.is_none() {
        return Err(format!(
            "the decision differs from the model's and has no reason_code; give one of {}",
            ReasonCode::ALL
                .iter()
                .map(|code| code.name())
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    if reason == Some(ReasonCode::Other) && text.is_none() {
        return Err("reason_code other needs words in reason_text".to_owned());
    }
    let confidence = cell("confidence")
        .map(|text| match text.parse::<f64>() {
            Ok(value) if value.fract() == 0.0 && (1.0..=5.0).contains(&value) => Ok(value as u8),
            _ => Err(format!(
                "confidence {} is no whole number from 1 to 5",
                shown(text)
            )),
        })
        .transpose()?;
    let at =
        |column: &str| moment::read(needed(column)?).map_err(|cause| format!("{column}: {cause}"));
    let (opened, decided) = (at("opened_at")?, at("decided_at")?);
    if decided < opened {
        return Err(format!(
            "decided_at {decided} lies before opened_at {opened}; correct the times"
        ));
    }
    if decided.seconds_since(now) > SKEW_MAX_S {
        return Err(format!(
            "decided_at {decided} lies in the future; check the reviewer's clock"
        ));
    }
    let escalate = match cell("escalate") {
        None => false,
        Some(said) => truth(said)
            .ok_or_else(|| format!("escalate {} is neither true nor false", shown(said)))?,
    };
    Ok(Some((
        case,
        ReviewDecision {
            batch_id: batch.batch_id.clone(),
            case_id: case.case_id.clone(),
            reviewer_id: reviewer.to_owned(),
            decision_blind: blind.map(|word| word.name().to_owned()),
            decision_final: last.name().to_owned(),
            reason_code: reason.map(|code| code.name().to_owned()),
            reason_text: text.map(str::to_owned),
            confidence,
            opened_at: opened.to_string(),
            decided_at: decided.to_string(),
            escalate,
        },
    )))
}

/// What the batch filled in must be as it was; columns that are not there were dropped, not changed.
fn unchanged(batch: &ReviewBatch, case: &ReviewCase, row: &Columns) -> Result<(), String> {
    for (column, found) in row {
        if FILLED.contains(&column.as_str()) {
            continue;
        }
        if !GIVEN.contains(&column.as_str()) && !column.starts_with(INPUT) {
            // A column of somebody else's program.
            continue;
        }
        let wanted = given(batch, case, column, true);
        let same = match column.as_str() {
            "incl_prob" | "score" => same_number(found, &wanted),
            "due_at" => same_moment(found, &wanted),
            "group_codes" => found.trim().is_empty() || found.trim() == wanted.trim(),
            _ => found.trim() == wanted.trim(),
        };
        if !same {
            return Err(format!(
                "{column} of {} is not what was exported; only the columns {} may be filled in",
                case.case_id,
                FILLED.join(", ")
            ));
        }
    }
    Ok(())
}

/// Spreadsheets write decimal commas and fifteen digits.
fn same_number(found: &str, wanted: &str) -> bool {
    let number = |text: &str| text.trim().replace(',', ".").parse::<f64>().ok();
    match (number(found), number(wanted)) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1e-300),
        _ => found.trim() == wanted.trim(),
    }
}

/// Other programs write a moment in their own zone, or with parts of seconds.
fn same_moment(found: &str, wanted: &str) -> bool {
    let found = found.trim();
    found == wanted || moment::read(found).is_ok() && moment::read(found) == moment::read(wanted)
}

/// A truth value as people and spreadsheets write it.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "ja" | "wahr" => Some(true),
        "false" | "0" | "no" | "nein" | "falsch" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::{Form, read, write};
    use super::super::testing::batch;
    use super::*;

    const NOW: &str = "2026-12-01T12:00:00Z";

    fn exported(batch: &ReviewBatch) -> Vec<(String, Columns)> {
        read(&write(batch, Form::Csv, false), Form::Csv).unwrap()
    }

    fn filled(batch: &ReviewBatch) -> Vec<(String, Columns)> {
        let mut rows = exported(batch);
        for (_, row) in &mut rows {
            let mut set = |column: &str, text: &str| row.insert(column.to_owned(), text.to_owned());
            set("reviewer_id", "r-1");
            set("decision_final", "Accept");
            set("reason_code", "model_wrong");
            set("opened_at", "2026-11-30T09:00:00+01:00");
            set("decided_at", "2026-11-30T08:05:00Z");
        }
        rows
    }

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    #[test]
    fn filled_cases_are_taken_and_open_ones_left() {
        let batch = batch(6);
        let mut rows = filled(&batch);
        rows[4].1.remove("decision_final");
        let returned = accept(&batch, &rows, &[], now()).unwrap();
        assert_eq!((returned.decisions.len(), returned.open), (5, 1));
        assert_eq!(returned.decisions[0].opened_at, "2026-11-30T08:00:00Z");
        let again = accept(&batch, &rows, &returned.decisions, now()).unwrap();
        assert_eq!((again.decisions.len(), again.known), (0, 5));
    }

    #[test]
    fn spreadsheets_may_write_numbers_their_way() {
        let mut batch = batch(4);
        batch.cases[0].score = Some(0.123_456_789_012_345_68);
        let mut rows = filled(&batch);
        rows[0]
            .1
            .insert("score".to_owned(), "0,123456789012346".to_owned());
        assert!(accept(&batch, &rows, &[], now()).is_ok());
    }

    #[test]
    fn two_reviewers_where_two_are_wanted() {
        let mut batch = batch(2);
        (batch.cases[0].double, batch.cases[1].double) = (true, false);
        let mut rows = filled(&batch);
        rows.push(rows[0].clone());
        rows[2].1.insert("reviewer_id".to_owned(), "r-2".to_owned());
        assert_eq!(
            accept(&batch, &rows, &[], now()).unwrap().decisions.len(),
            3
        );
        rows[2].1.insert("reviewer_id".to_owned(), "r-1".to_owned());
        let faults = accept(&batch, &rows, &[], now()).unwrap_err();
        assert!(faults[0].contains("has decided"), "{faults:?}");
        rows.push(rows[1].clone());
        rows[2].1.insert("reviewer_id".to_owned(), "r-2".to_owned());
        rows[3].1.insert("reviewer_id".to_owned(), "r-3".to_owned());
        let faults = accept(&batch, &rows, &[], now()).unwrap_err();
        assert!(faults[0].contains("a decision already"), "{faults:?}");
    }

    #[test]
    fn what_does_not_fit_is_told_and_nothing_taken() {
        let batch = batch(3);
        for (column, text, sentence) in [
            ("case_id", "c_00", "is not of batch"),
            ("case_id", "", "case_id is missing"),
            (
                "batch_id",
                "B-000000000000",
                "import it into its own folder",
            ),
            ("batch_id", "", "batch_id is missing"),
            ("score", "0.99", "score of"),
            ("incl_prob", "0.5", "only the columns"),
            ("decision_model", "maybe", "decision_model of"),
            (
                "decision_final",
                "perhaps",
                "is none of accept, reject, defer",
            ),
            ("decision_blind", "x", "decision_blind \"x\" is none"),
            ("reviewer_id", "", "reviewer_id is missing"),
            ("reviewer_id", "jo@example.org", "is no code"),
            ("reason_code", "", "has no reason_code"),
            ("reason_code", "because", "reason_code \"because\" is none"),
            ("reason_code", "other", "needs words"),
            ("reason_text", "call +49 30 1234567", "holds a phone number"),
            ("confidence", "6", "from 1 to 5"),
            (
                "opened_at",
                "yesterday",
                "opened_at: \"yesterday\" is no moment",
            ),
            ("opened_at", "2026-11-30T08:06:00Z", "lies before opened_at"),
            ("decided_at", "2026-12-01T12:06:00Z", "lies in the future"),
            ("override", "false", "leave override empty"),
            ("escalate", "maybe", "neither true nor false"),
        ] {
            let mut rows = filled(&batch);
            // The second case was rejected by the model.
            assert_eq!(batch.cases[1].decision_model, "reject");
            rows[1].1.insert(column.to_owned(), text.to_owned());
            let faults = accept(&batch, &rows, &[], now()).unwrap_err();
            assert_eq!(faults.len(), 1, "{column}: {faults:?}");
            assert!(
                faults[0].starts_with("line 3: ") && faults[0].contains(sentence),
                "{faults:?}"
            );
        }
        let mut rows = filled(&batch);
        let long = "x".repeat(501);
        rows[0].1.insert("reason_text".to_owned(), long);
        assert!(accept(&batch, &rows, &[], now()).unwrap_err()[0].contains("500"));
        assert!(accept(&batch, &[], &[], now()).unwrap_err()[0].contains("no rows"));
    }
}
