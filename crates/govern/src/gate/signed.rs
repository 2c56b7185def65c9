//! Who signed the result, and whether that is enough.

use waage_result::approval::{ApprovalResult, ExceptionResult};
use waage_result::finding::Bilingual;
use waage_result::text::{Catalogue, Language};

use super::request::Request;
use super::told::{List, Told, reason, sentence, sentence_with};
use crate::approval::{self, Exception};
use crate::ledger::Entry;

/// The state of the approvals of a result, if ledger, keys and result are given.
fn signatures(request: &Request<'_>) -> Option<ApprovalResult> {
    let (entries, keys) = (request.entries.given()?, request.keys.given()?);
    let digest = &request.audit.given()?.subject.digest;
    let needed = needed(request).ok()?;
    let approvals: Vec<Entry> = entries
        .iter()
        .filter(|e| e.kind == "approval")
        .cloned()
        .collect();
    Some(approval::state_for(
        request.policy,
        &needed,
        keys,
        &approvals,
        digest,
        request.as_of,
    ))
}

fn needed(request: &Request<'_>) -> Result<approval::Required, String> {
    let described = request.policy.kept.gates.contains_key(request.gate);
    approval::required(request.policy, described.then_some(request.gate))
}

/// Who agreed to a waiver or to an accepted risk; none where ledger or keys are not there, which is told
/// as what a requirement lacks.
pub(super) fn agreed(
    told: &mut Told,
    request: &Request<'_>,
    exception: &Exception,
    requirement: &str,
) -> Option<ExceptionResult> {
    let entries = told.need(&request.entries, "ledger", requirement);
    let keys = told.need(&request.keys, "keys", requirement);
    let (policy, day) = (request.policy, request.as_of);
    Some(approval::agreed(policy, keys?, entries?, exception, day))
}

/// The signatures that the policy and the gate ask for.
pub(super) fn required(told: &mut Told, request: &Request<'_>) {
    if let Err(error) = needed(request) {
        let text = sentence_with(
            "failed",
            &[("error", &error)],
            &[(
                "requirement",
                super::told::word("gate.requirement.signature"),
            )],
        );
        told.push(List::Error, reason("signature", request.gate, text));
        return;
    }
    let parts = [
        told.need(&request.audit, "result", "signature").is_some(),
        told.need(&request.entries, "ledger", "signature").is_some(),
        told.need(&request.keys, "keys", "signature").is_some(),
    ];
    if parts.contains(&false) {
        return;
    }
    let Some(state) = signatures(request) else {
        return;
    };
    for one in &state.signatures {
        let text = of_role("signature", &one.role, &[("signer", &one.signer)]);
        told.push(List::Passed, reason("signature", &one.role, text));
    }
    for missing in &state.missing {
        let count = missing.count.to_string();
        let text = of_role("signature_missing", &missing.role, &[("count", &count)]);
        told.push(List::Breach, reason("signature", &missing.role, text));
    }
    // Signatures that do not count matter where one is missing, and to nobody else.
    if !state.missing.is_empty() {
        for one in &state.invalid {
            let (signer, role) = (("signer", one.signer.as_str()), named(&one.role));
            let words = [("role", role), ("text", one.text.clone())];
            let text = sentence_with("signature_invalid", &[signer], &words);
            told.push(List::Breach, reason("signature", &one.role, text));
        }
    }
    for one in state.rejections.iter().filter(|one| one.blocks) {
        let text = of_role("signature_rejected", &one.role, &[("signer", &one.signer)]);
        told.push(List::Breach, reason("signature", &one.role, text));
    }
    for condition in state
        .conditions
        .iter()
        .filter(|condition| condition.overdue)
    {
        let task = condition
            .task
            .as_deref()
            .or(condition.check.as_deref())
            .unwrap_or_default();
        let due = condition.due.as_deref().unwrap_or("–");
        let text = sentence("signature_condition", &[("due", due), ("task", task)]);
        told.push(List::Breach, reason("condition", task, text));
    }
}

/// A sentence about a role.
fn of_role(key: &str, role: &str, values: &[(&str, &str)]) -> Bilingual {
    sentence_with(key, values, &[("role", named(role))])
}

/// What people call a role; one that nobody knows as it was written.
fn named(role: &str) -> Bilingual {
    let key = format!("approval.role.{role}");
    let of = |language| Catalogue::of(language).get(&key).unwrap_or(role).to_owned();
    Bilingual {
        de: of(Language::De),
        en: of(Language::En),
    }
}
