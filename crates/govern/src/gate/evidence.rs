//! Documents, names, risks, incidents and changes: what a gate asks for beside the checks.

use waage_result::policy::Effect;

use super::audit::day_of;
use super::request::{Found, Request};
use super::signed::agreed;
use super::told::{List, Told, reason, sentence_with, word};
use crate::approval::Exception;
use crate::incident::{is_open, open_majors};
use crate::policy::diff;
use crate::risks::words::Status;
use crate::risks::{Evidence, Register, over_appetite};

/// Fewest confirmed risks of a design.
const RISKS_MIN: usize = 5;

/// Owner, purpose and attributes.
pub(super) fn names(told: &mut Told, request: &Request<'_>) {
    let kept = &request.policy.kept;
    let system = kept.system.as_ref();
    for (what, named) in [
        (
            "owner",
            kept.people
                .as_ref()
                .is_some_and(|people| people.owner.is_some()),
        ),
        (
            "purpose",
            system.is_some_and(|system| system.purpose.is_some()),
        ),
        ("attributes", !request.policy.attributes.is_empty()),
    ] {
        let (list, key) = match named {
            true => (List::Passed, "named"),
            false => (List::Breach, "unnamed"),
        };
        let text = sentence_with(key, &[], &[("what", word(&format!("gate.what.{what}")))]);
        told.push(list, reason("named", what, text));
    }
}

/// The documents that the gate names.
pub(super) fn documents(told: &mut Told, request: &Request<'_>) {
    let Some(gate) = request.policy.kept.gates.get(request.gate) else {
        return;
    };
    for id in &gate.require_documents {
        if document(told, request, id, List::Breach) {
            told.say(
                List::Passed,
                "document",
                id,
                "document",
                &[("document", id)],
            );
        }
    }
}

/// A record of something that this version does not measure: as a document, or not evaluated.
pub(super) fn record(told: &mut Told, request: &Request<'_>, id: &'static str) {
    let title = || ("requirement", word(&format!("gate.requirement.{id}")));
    let values = [("document", id)];
    if !request.policy.kept.documents.contains_key(id) {
        let text = sentence_with("evidence_absent", &values, &[title()]);
        told.push(List::Error, reason(id, id, text));
    } else if document(told, request, id, List::Breach) {
        let text = sentence_with("evidence", &values, &[title()]);
        told.push(List::Passed, reason(id, id, text));
    }
}

/// Whether a document is there, unchanged and valid; says what is not.
fn document(told: &mut Told, request: &Request<'_>, id: &str, list: List) -> bool {
    let mut say = |list: List, key: &str, more: &[(&str, &str)]| {
        let values: Vec<(&str, &str)> = std::iter::once(&("document", id))
            .chain(more)
            .copied()
            .collect();
        told.say(list, "document", id, key, &values);
        false
    };
    let Some(listed) = request.policy.kept.documents.get(id) else {
        return say(list, "document_unlisted", &[]);
    };
    if !listed.has_digest() {
        return say(list, "document_undigested", &[]);
    }
    match request.documents.get(id) {
        None | Some(Found::Missing) => {
            return say(list, "document_missing", &[("path", &listed.path)]);
        }
        Some(Found::Failed(error)) => {
            return say(List::Error, "document_failed", &[("error", error)]);
        }
        Some(Found::Digest(found)) => {
            let same = |digest: &String| digest.eq_ignore_ascii_case(found);
            if !listed.sha256.as_ref().is_some_and(same) {
                return say(list, "document_changed", &[("found", found)]);
            }
        }
    }
    match listed.valid_until {
        Some(day) if request.as_of > day => {
            say(list, "document_expired", &[("day", &day.to_string())])
        }
        _ => true,
    }
}

/// At least five risks that somebody confirmed.
pub(super) fn risk_count(told: &mut Told, request: &Request<'_>) {
    let Some(register) = told.need(&request.risks, "risks", "risk") else {
        return;
    };
    let confirmed = register
        .risks
        .iter()
        .filter(|risk| risk.status != Status::Draft);
    let (count, least) = (confirmed.count(), RISKS_MIN.to_string());
    let (list, key) = match count >= RISKS_MIN {
        true => (List::Passed, "risks_count"),
        false => (List::Breach, "risks_few"),
    };
    let values = [("count", &count.to_string()[..]), ("least", &least)];
    told.say(list, "risk", "risks", key, &values);
}

/// The result as evidence of risks, as old as it is. Of an unknown day it could be of any age, so that
/// it shows nothing.
fn measured(request: &Request<'_>) -> Option<Evidence> {
    let audit = request.audit.given()?;
    Some(Evidence {
        day: day_of(request)?,
        digest: audit.subject.digest.clone(),
        result: audit.result.clone(),
    })
}

/// Residual scores and expected losses against the appetite.
pub(super) fn appetite(told: &mut Told, request: &Request<'_>) {
    let Some(register) = told.need(&request.risks, "risks", "risk") else {
        return;
    };
    let kept = &request.policy.kept;
    let criticality = kept.system.as_ref().and_then(|system| system.criticality);
    let limit = kept
        .risk_appetite
        .as_ref()
        .and_then(|appetite| appetite.max_residual.get(&criticality?));
    if limit.is_none() {
        told.say(List::Error, "risk", "risk_appetite", "risk_no_limit", &[]);
    }
    let over = over_appetite(
        register,
        request.policy,
        measured(request).as_slice(),
        request.as_of,
    );
    for risk in &over.risks {
        let (score, limit) = (risk.score.to_string(), risk.limit.to_string());
        let mut values = vec![
            ("risk", risk.id.as_str()),
            ("score", &score),
            ("limit", &limit),
        ];
        let accepted = risk.accepted_until.and_then(|until| {
            let marked = register.risk(&risk.id)?;
            let exception = Exception::of_risk(request.policy, marked, risk.score)?;
            Some((until.to_string(), exception))
        });
        let Some((until, exception)) = accepted else {
            told.say(List::Breach, "risk", &risk.id, "risk_over", &values);
            continue;
        };
        let names: Vec<&str> = exception.approvers.iter().map(String::as_str).collect();
        let names = names.join(", ");
        values.extend([("until", until.as_str()), ("names", &names)]);
        let (list, key) = match agreed(told, request, &exception, "risk_acceptance") {
            None => (List::Breach, "risk_unproven"),
            Some(state) if state.complete => (List::Waived, "risk_accepted"),
            Some(_) => (List::Breach, "risk_unsigned"),
        };
        told.say(list, "risk", &risk.id, key, &values);
    }
    if over.loss_is_over() {
        let currency = kept.risk_appetite.as_ref().and_then(|a| a.currency.clone());
        let amount = |value: f64| {
            let amount = format!("{value:.2}");
            currency
                .as_ref()
                .map_or_else(|| amount.clone(), |c| format!("{amount} {c}"))
        };
        let (loss, limit) = (
            amount(over.annual_loss),
            amount(over.annual_loss_limit.unwrap_or_default()),
        );
        let values = [("loss", loss.as_str()), ("limit", &limit)];
        told.say(List::Breach, "risk", "annual_loss", "risk_loss", &values);
    }
    if !over.drafts.is_empty() {
        let count = over.drafts.len().to_string();
        let names = over.drafts.join(", ");
        let values = [("count", count.as_str()), ("names", &names)];
        told.say(List::Error, "risk", "drafts", "risk_drafts", &values);
    }
    if !has_any(register) && over.drafts.is_empty() {
        let values = [("count", "0"), ("least", "1")];
        told.say(List::Error, "risk", "risks", "risks_few", &values);
    } else if over.risks.is_empty() && !over.loss_is_over() && limit.is_some() && has_any(register)
    {
        told.say(List::Passed, "risk", "risks", "risks_within", &[]);
    }
}

fn has_any(register: &Register) -> bool {
    register
        .risks
        .iter()
        .any(|risk| risk.status != Status::Draft)
}

/// Reviews of risks that are overdue.
pub(super) fn risk_reviews(told: &mut Told, request: &Request<'_>) {
    let Some(register) = told.need(&request.risks, "risks", "risk_review") else {
        return;
    };
    let over = over_appetite(register, request.policy, &[], request.as_of);
    for risk in &over.overdue {
        told.say(
            List::Breach,
            "risk_review",
            risk,
            "risk_overdue",
            &[("risk", risk)],
        );
    }
    if over.overdue.is_empty() {
        told.say(List::Passed, "risk_review", "risks", "risk_reviews", &[]);
    }
}

/// Open incidents: those of severity major and above, or all.
pub(super) fn incidents(told: &mut Told, request: &Request<'_>, all: bool) {
    let Some(log) = told.need(&request.incidents, "incidents", "incident") else {
        return;
    };
    let system = request
        .policy
        .kept
        .system
        .as_ref()
        .map(|system| system.id.as_str());
    let open = if all {
        let of_system =
            |other: Option<&str>| system.is_none() || other.is_none() || other == system;
        let incidents = log.incidents.iter();
        incidents
            .filter(|incident| is_open(incident) && of_system(incident.system.as_deref()))
            .collect()
    } else {
        open_majors(&log.incidents, system)
    };
    for incident in &open {
        let values = [
            ("incident", incident.id.as_str()),
            ("severity", &incident.severity),
            ("state", &incident.state),
        ];
        told.say(
            List::Breach,
            "incident",
            &incident.id,
            "incident_open",
            &values,
        );
    }
    if open.is_empty() {
        told.say(List::Passed, "incident", "incidents", "incidents_none", &[]);
    }
}

/// What is demanded less than before. It is shown; the signatures of the gate, which name the new
/// policy's digest, are the approval that it needs.
pub(super) fn changes(told: &mut Told, request: &Request<'_>) {
    let Some(before) = told.need(&request.against, "against", "change") else {
        return;
    };
    let diff = diff(before, request.policy);
    let looser = diff
        .changes
        .iter()
        .filter(|change| change.effect == Effect::Looser);
    let mut any = false;
    for change in looser {
        any = true;
        let value = |value: &Option<serde_json::Value>| match value {
            Some(value) if !value.is_object() => value.to_string(),
            Some(_) => "…".to_owned(),
            None => "–".to_owned(),
        };
        let (from, to) = (value(&change.from), value(&change.to));
        let values = [("key", change.key.as_str()), ("from", &from), ("to", &to)];
        told.say(List::Noted, "change", &change.key, "change_looser", &values);
    }
    if !any {
        told.say(List::Passed, "change", "policy", "changes_none", &[]);
    }
}
