//! A gate's decision in the ledger.

use std::path::Path;

use serde_json::json;
use waage_result::gate::{GateReason, GateResult};

use crate::ledger::{Entry, Ledger, LedgerError, Options};
use crate::time::Timestamp;

/// Why a decision was not recorded.
pub type RecordError = LedgerError;

/// Adds what a gate said to a ledger, as an entry of kind `gate.decision`: digests, ids and the
/// verdict, nothing of the data. Later runs of the gate count from it how often a check was
/// inconclusive in a row.
///
/// # Errors
/// [`LedgerError`] if the entry cannot be added.
pub fn record(
    ledger: &Path,
    result: &GateResult,
    actor: &str,
    now: Timestamp,
) -> Result<Entry, RecordError> {
    let subjects = |reasons: &[GateReason]| {
        let mut ids: Vec<&str> = reasons.iter().map(|reason| reason.subject.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let payload = json!({
        "gate": result.gate,
        "verdict": result.verdict.name(),
        "as_of": result.as_of,
        "policy_digest": result.policy_digest,
        "audit_digest": result.audit_digest,
        "breaches": subjects(&result.breaches),
        "errors": subjects(&result.errors),
        "inconclusive": subjects(&result.inconclusive),
        "waived": subjects(&result.waived),
    });
    Ledger::open(ledger, &Options::default())?.append("gate.decision", actor, &payload, now)
}
