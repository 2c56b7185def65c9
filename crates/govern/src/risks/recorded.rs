//! Changes of risks in the ledger: kind `risk.scored`.

use serde_json::json;

use super::rule::Step;
use crate::ledger::{Ledger, LedgerError};
use crate::time::Timestamp;

/// Adds an entry for every step that changed a likelihood, with the old and the new values and the
/// digests of the results that it rests on; gives how many.
///
/// # Errors
/// [`LedgerError`] of the first entry that cannot be added.
pub fn record(
    ledger: &Ledger,
    steps: &[Step],
    actor: &str,
    now: Timestamp,
) -> Result<usize, LedgerError> {
    let changed = steps
        .iter()
        .filter(|step| step.likelihood.0 != step.likelihood.1);
    let mut count = 0;
    for step in changed {
        let (old, new) = step.likelihood;
        let values =
            |likelihood: u8| json!({"likelihood": likelihood, "score": likelihood * step.impact});
        let findings: Vec<_> = step
            .seen
            .iter()
            .map(|seen| {
                json!({
                    "check": seen.check,
                    "result": seen.digest,
                    "state": seen.state.name(),
                    "probability": seen.exceedance.probability,
                })
            })
            .collect();
        let payload = json!({
            "risk": step.risk,
            "day": step.day.to_string(),
            "old": values(old),
            "new": values(new),
            "rule": step.rule.name(),
            "findings": findings,
        });
        ledger.append("risk.scored", actor, &payload, now)?;
        count += 1;
    }
    Ok(count)
}
