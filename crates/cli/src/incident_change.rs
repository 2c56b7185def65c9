//! The options of `waage incident update` as a change.

use waage_audit::govern::Timestamp;
use waage_audit::govern::incident::{Change, Learning, NewControl, words};
use waage_audit::registers::incidents::{CorrectiveAction, Notification};

use crate::args::incident as args;
use crate::incident::{findings, money, severity};
use crate::output::{Failure, word};
use crate::registers::moment;

/// Everything that the options say.
pub fn change(args: &args::Update, at: Timestamp) -> Result<Learning, Failure> {
    let (facts, learnt) = (&args.facts, &args.learnt);
    let change = Change {
        state: args
            .state
            .and_then(|state| words::State::parse(&word(state))),
        note: args.note.clone(),
        severity: args.severity.map(severity),
        began_at: moment(facts.began.as_deref())?,
        affected_count: facts.affected,
        affected_groups: facts.groups.clone(),
        money_estimate: money(&facts.money)?,
        personal_data_breach: facts.personal_data,
        high_risk_system: facts.high_risk,
        serious: facts
            .serious
            .and_then(|value| words::Serious::parse(&word(value))),
        linked_findings: findings(&facts.finding, at.date())?,
        linked_alerts: facts.alert.clone(),
        linked_risks: facts.risk.clone(),
        containment: learnt.containment.clone(),
        root_cause: learnt.root_cause.clone(),
        root_cause_code: learnt.cause.clone(),
        corrective_actions: learnt
            .action
            .iter()
            .map(|text| action(text))
            .collect::<Result<_, _>>()?,
        done: learnt.done.clone(),
        lesson_en: learnt.lesson_en.clone(),
        lesson_de: learnt.lesson_de.clone(),
        new_risks: Vec::new(),
        changed_controls: learnt.changed_control.clone(),
        no_change_reason: learnt.no_change_reason.clone(),
        detecting_check: learnt.detecting_check.clone(),
        no_check_reason: learnt.no_check_reason.clone(),
        notifications: learnt
            .notified
            .iter()
            .map(|text| notified(text))
            .collect::<Result<_, _>>()?,
    };
    Ok(Learning {
        change,
        new_risks: learnt.new_risk.clone(),
        new_controls: learnt
            .new_control
            .iter()
            .map(|text| control(text))
            .collect::<Result<_, _>>()?,
    })
}

/// `TEXT;OWNER[;DUE[;CHECK]]`.
fn action(option: &str) -> Result<CorrectiveAction, Failure> {
    let parts: Vec<&str> = option.split(';').map(str::trim).collect();
    let (text, owner, due, check) = match parts[..] {
        [text, owner] => (text, owner, None, None),
        [text, owner, due] => (text, owner, Some(due), None),
        [text, owner, due, check] => (text, owner, Some(due), Some(check)),
        _ => {
            return Err(Failure::Message(format!(
                "--action {option:?} has {} parts; write it as \"Validate the source;d.engineer;2026-12-15;DV-01\"",
                parts.len()
            )));
        }
    };
    let due = due.filter(|due| !due.is_empty());
    Ok(CorrectiveAction {
        text: text.to_owned(),
        owner: owner.to_owned(),
        due: moment(due)?.map(|at| at.to_string()),
        done_at: None,
        check: check.map(str::to_owned),
    })
}

/// `TO;BASIS[;SENT]`.
fn notified(option: &str) -> Result<Notification, Failure> {
    let parts: Vec<&str> = option.split(';').map(str::trim).collect();
    let (to, basis, sent) = match parts[..] {
        [to, basis] => (to, basis, None),
        [to, basis, sent] => (to, basis, Some(sent)),
        _ => {
            return Err(Failure::Message(format!(
                "--notified {option:?} has {} parts; write it as \"supervisory authority;GDPR Art. 33;2026-11-25T10:00:00Z\"",
                parts.len()
            )));
        }
    };
    Ok(Notification {
        to: to.to_owned(),
        legal_basis: basis.to_owned(),
        due: None,
        sent_at: moment(sent)?.map(|at| at.to_string()),
    })
}

/// `R-…=TEXT[@CHECK]`.
fn control(option: &str) -> Result<NewControl, Failure> {
    let Some((risk, text)) = option.split_once('=') else {
        return Err(Failure::Message(format!(
            "--new-control {option:?} names no risk; write it as \"R-013=Validate each delivery@DV-01\""
        )));
    };
    let (text, check) = match text.rsplit_once('@') {
        Some((text, check)) => (text, Some(check.to_owned())),
        None => (text, None),
    };
    Ok(NewControl {
        risk: risk.to_owned(),
        text: text.to_owned(),
        check,
    })
}
