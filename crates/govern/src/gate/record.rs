//! A gate's decision in the ledger.

use std::path::Path;

use serde_json::json;
use waage_result::gate::{GateReason, GateResult};

use super::consecutive;
use crate::ledger::{Entry, Ledger, LedgerError, Options};
use crate::time::Timestamp;

/// Why a decision was not recorded.
pub type RecordError = LedgerError;

/// Adds what a gate said to a ledger, as an entry of kind `gate.decision`: digests, ids and the
/// verdict, nothing of the data. Later runs of the gate count from it how often a check, or the review
/// queue, was inconclusive in a row.
///
/// # Errors
/// [`LedgerError`] if the entry cannot be added.
pub fn record(
    ledger: &Path,
    options: &Options,
    result: &GateResult,
    actor: &str,
    now: Timestamp,
) -> Result<Entry, RecordError> {
    // A check that was inconclusive too often still was inconclusive, waived or not.
    let objections = result.breaches.iter().chain(&result.waived);
    let again = objections.filter(|reason| reason.requirement == consecutive::REQUIREMENT);
    let undecided = result.inconclusive.iter().chain(again);
    let payload = json!({
        "gate": result.gate,
        "verdict": result.verdict.name(),
        "as_of": result.as_of,
        "policy_digest": result.policy_digest,
        "audit_digest": result.audit_digest,
        "breaches": subjects(result.breaches.iter()),
        "errors": subjects(result.errors.iter()),
        "inconclusive": subjects(undecided),
        "passed": subjects(result.passed.iter()),
        "waived": subjects(result.waived.iter()),
    });
    Ledger::open(ledger, options)?.append("gate.decision", actor, &payload, now)
}

/// What reasons are about, each once, in order.
fn subjects<'a>(reasons: impl Iterator<Item = &'a GateReason>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = reasons.map(|reason| reason.subject.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
