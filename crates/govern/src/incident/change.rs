//! Changing an incident: what is given replaces or adds, and a new state must be allowed.

use std::path::Path;

use waage_result::incidents::{
    CorrectiveAction, Incident, LinkedFinding, MoneyEstimate, Notification, Step,
};

use super::log;
use super::rules::{mend, missing};
use super::words::{Serious, State};
use crate::records::RecordError;
use crate::time::Timestamp;
use waage_result::finding::{Bilingual, Severity};

/// What is changed; what is absent or empty stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// The new state.
    pub state: Option<State>,
    /// A remark for the history; with it alone the state stays.
    pub note: Option<String>,
    /// How grave it is.
    pub severity: Option<Severity>,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// How many are affected.
    pub affected_count: Option<u64>,
    /// Further groups.
    pub affected_groups: Vec<String>,
    /// The loss.
    pub money_estimate: Option<MoneyEstimate>,
    /// That personal data are involved.
    pub personal_data_breach: bool,
    /// That the system is held to be high-risk.
    pub high_risk_system: bool,
    /// Whether it may be serious.
    pub serious: Option<Serious>,
    /// Further findings.
    pub linked_findings: Vec<LinkedFinding>,
    /// Further alerts.
    pub linked_alerts: Vec<String>,
    /// Further risks.
    pub linked_risks: Vec<String>,
    /// What stopped it.
    pub containment: Option<String>,
    /// All whys, in place of those so far.
    pub root_cause: Vec<String>,
    /// The root cause's short name.
    pub root_cause_code: Option<String>,
    /// Further actions; one with the text of a known one replaces it.
    pub corrective_actions: Vec<CorrectiveAction>,
    /// Actions that are done, by their text.
    pub done: Vec<String>,
    /// The lesson in English.
    pub lesson_en: Option<String>,
    /// The lesson in German.
    pub lesson_de: Option<String>,
    /// Risks that were added to the register.
    pub new_risks: Vec<String>,
    /// Controls and checks that were added or changed.
    pub changed_controls: Vec<String>,
    /// Why nothing changes.
    pub no_change_reason: Option<String>,
    /// The check that would have caught it.
    pub detecting_check: Option<String>,
    /// Why none can.
    pub no_check_reason: Option<String>,
    /// Further notifications; one to the same office on the same basis replaces it.
    pub notifications: Vec<Notification>,
}

/// Changes an incident: adds a line with the whole record after the change.
///
/// # Errors
/// [`RecordError`] if the state may not follow or lacks something, or the file cannot be changed.
pub fn update(
    path: &Path,
    id: &str,
    change: Change,
    actor: &str,
    at: Timestamp,
) -> Result<Incident, RecordError> {
    log::add(path, |log| changed(log.incident(id)?, change, actor, at))
}

/// The record after a change.
///
/// # Errors
/// As [`update`].
pub(super) fn changed(
    before: &Incident,
    change: Change,
    actor: &str,
    at: Timestamp,
) -> Result<Incident, RecordError> {
    if change == Change::default() {
        return Err(RecordError::rule(
            format!("nothing is said about {}", before.id),
            "give a new state or what is now known, see waage incident update --help",
        ));
    }
    let mut incident = before.clone();
    incident.revision += 1;
    let (state, note) = (change.state, change.note.clone());
    let done = change.done.clone();
    apply(&mut incident, change);
    finish_actions(&mut incident, &done, at)?;
    advance(&mut incident, state, note, actor, at)?;
    Ok(incident)
}

/// The record with what a change makes known, its state as before.
pub(super) fn applied(before: &Incident, change: &Change) -> Incident {
    let mut incident = before.clone();
    apply(&mut incident, change.clone());
    incident
}

fn apply(incident: &mut Incident, change: Change) {
    fn put<T>(place: &mut Option<T>, value: Option<T>) {
        if value.is_some() {
            *place = value;
        }
    }
    fn extend<T: PartialEq>(place: &mut Vec<T>, more: Vec<T>) {
        for one in more {
            if !place.contains(&one) {
                place.push(one);
            }
        }
    }
    if let Some(severity) = change.severity {
        severity.name().clone_into(&mut incident.severity);
    }
    put(
        &mut incident.began_at,
        change.began_at.map(|at| at.to_string()),
    );
    put(&mut incident.affected_count, change.affected_count);
    put(&mut incident.money_estimate, change.money_estimate);
    incident.personal_data_breach |= change.personal_data_breach;
    incident.high_risk_system |= change.high_risk_system;
    put(
        &mut incident.serious,
        change.serious.map(|word| word.name().to_owned()),
    );
    put(&mut incident.containment, change.containment);
    put(&mut incident.root_cause_code, change.root_cause_code);
    put(&mut incident.no_change_reason, change.no_change_reason);
    put(&mut incident.detecting_check, change.detecting_check);
    put(&mut incident.no_check_reason, change.no_check_reason);
    extend(&mut incident.affected_groups, change.affected_groups);
    extend(&mut incident.linked_findings, change.linked_findings);
    extend(&mut incident.linked_alerts, change.linked_alerts);
    extend(&mut incident.linked_risks, change.linked_risks);
    extend(&mut incident.new_risks, change.new_risks);
    extend(&mut incident.changed_controls, change.changed_controls);
    if !change.root_cause.is_empty() {
        incident.root_cause = change.root_cause;
    }
    for action in change.corrective_actions {
        incident
            .corrective_actions
            .retain(|known| known.text != action.text);
        incident.corrective_actions.push(action);
    }
    for note in change.notifications {
        let same =
            |known: &Notification| known.to == note.to && known.legal_basis == note.legal_basis;
        incident.notifications.retain(|known| !same(known));
        incident.notifications.push(note);
    }
    if change.lesson_en.is_some() || change.lesson_de.is_some() {
        let lessons = incident.lessons.get_or_insert_with(Bilingual::default);
        if let Some(en) = change.lesson_en {
            lessons.en = en;
        }
        if let Some(de) = change.lesson_de {
            lessons.de = de;
        }
    }
}

/// Marks actions as done.
fn finish_actions(
    incident: &mut Incident,
    done: &[String],
    at: Timestamp,
) -> Result<(), RecordError> {
    for text in done {
        let known = incident
            .corrective_actions
            .iter()
            .map(|action| action.text.clone());
        let known: Vec<String> = known.collect();
        let action = incident
            .corrective_actions
            .iter_mut()
            .find(|action| action.text == *text);
        let Some(action) = action else {
            return Err(RecordError::rule(
                format!("{} has no action {text:?}", incident.id),
                crate::did_you_mean(text, known.iter().map(String::as_str)),
            ));
        };
        action.done_at = Some(at.to_string());
    }
    Ok(())
}

/// Enters a state, if it may follow and nothing is missing.
fn advance(
    incident: &mut Incident,
    to: Option<State>,
    note: Option<String>,
    actor: &str,
    at: Timestamp,
) -> Result<(), RecordError> {
    let from = State::parse(&incident.state).unwrap_or(State::Open);
    let to = to.unwrap_or(from);
    if to != from && !from.next().contains(&to) {
        let next: Vec<&str> = from.next().iter().map(|state| state.name()).collect();
        return Err(RecordError::rule(
            format!(
                "{} is {} and cannot become {}",
                incident.id,
                from.name(),
                to.name()
            ),
            format!("the next state is {}", next.join(" or ")),
        ));
    }
    let lacks = missing(incident, to);
    if !lacks.is_empty() {
        let lacks: Vec<&str> = lacks.into_iter().map(mend).collect();
        let (id, name) = (&incident.id, to.name());
        return Err(RecordError::rule(
            if to == from {
                format!("{id} cannot stay {name} so")
            } else {
                format!("{id} cannot become {name} yet")
            },
            format!("it lacks {}", lacks.join("; and ")),
        ));
    }
    to.name().clone_into(&mut incident.state);
    incident.history.push(Step {
        from: Some(from.name().to_owned()),
        to: to.name().to_owned(),
        at: at.to_string(),
        actor: actor.to_owned(),
        note,
    });
    Ok(())
}
