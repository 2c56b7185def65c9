//! Where systems stand, in the document of the inventory.

use waage_result::finding::Bilingual;
use waage_result::systems::{Problem, Standing, System, SystemsResult};

use super::history::History;
use super::state::State;
use crate::date::Date;
use crate::ledger::Entry;

/// Adds where entries of a ledger up to a day say that the systems stand, and what contradicts that.
pub fn tell(result: &mut SystemsResult, entries: &[Entry], day: Date) {
    let until: Vec<&Entry> = entries.iter().filter(|e| e.ts.date() <= day).collect();
    for system in &mut result.systems {
        let history = History::of(&system.id, until.iter().copied());
        let found = [contradiction(system, &history), strayed(system, &history)];
        result.problems.extend(found.into_iter().flatten());
        system.standing = Some(standing(history));
    }
}

fn standing(history: History) -> Standing {
    let state = history.state();
    let told = Standing {
        state: state.name().to_owned(),
        next: state
            .next()
            .iter()
            .map(|next| next.name().to_owned())
            .collect(),
        passed_over: history.passed_over,
        ..Standing::default()
    };
    match history.steps.into_iter().next_back() {
        None => told,
        Some(last) => Standing {
            since: Some(last.at.to_string()),
            by: Some(last.actor),
            entry: Some(last.seq),
            audit_digest: Some(last.step.audit_digest),
            reason: last.step.reason,
            ..told
        },
    }
}

/// What the inventory calls a system that is in one of these states.
const fn stage(state: State) -> &'static [&'static str] {
    match state {
        State::Draft => &["design", "pre_deployment"],
        State::Audited | State::Validated | State::Approved => &["pre_deployment"],
        State::Live | State::Suspended => &["production"],
        State::Retired => &["retired"],
    }
}

fn contradiction(system: &System, history: &History) -> Option<Problem> {
    let stated = system.lifecycle.as_deref()?;
    let state = history.state();
    let fits = stage(state);
    if fits.contains(&stated) {
        return None;
    }
    let (state, fits) = (state.name(), fits.join("\" or \""));
    Some(warning(
        system,
        format!(
            "lifecycle = \"{stated}\" contradicts the ledger, by which it is {state}; write \"{fits}\", or record its steps with waage systems move"
        ),
        format!(
            "lifecycle = \"{stated}\" widerspricht dem Prüfprotokoll, nach dem es im Zustand {state} ist; schreiben Sie \"{}\" oder halten Sie seine Schritte mit waage systems move fest",
            fits.replace(" or ", " oder ")
        ),
    ))
}

fn strayed(system: &System, history: &History) -> Option<Problem> {
    let entries: Vec<String> = history.passed_over.iter().map(u64::to_string).collect();
    let list = entries.join(", ");
    (!entries.is_empty()).then(|| {
        warning(
            system,
            format!("steps in the ledger that may not follow do not count (entries: {list}); find out who wrote them"),
            format!("Schritte im Prüfprotokoll, die nicht folgen dürfen, zählen nicht (Einträge: {list}); klären Sie, wer sie geschrieben hat"),
        )
    })
}

fn warning(system: &System, en: String, de: String) -> Problem {
    Problem {
        system: system.id.clone(),
        level: "warning".to_owned(),
        text: Bilingual { de, en },
    }
}
