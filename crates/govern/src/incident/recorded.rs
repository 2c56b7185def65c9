//! Steps of incidents in the ledger: kinds `incident.opened`, `incident.updated` and so on.

use serde_json::json;
use waage_result::incidents::Incident;

use crate::canonical;
use crate::ledger::{Ledger, LedgerError};
use crate::time::Timestamp;

/// Adds the last step of an incident. The entry holds states and the digest of the record, no free
/// text: what stands in a ledger cannot be erased.
///
/// # Errors
/// [`LedgerError`] if the entry cannot be added.
pub fn record(
    ledger: &Ledger,
    incident: &Incident,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let last = incident.history.last();
    let from = last.and_then(|step| step.from.clone());
    let kind = match &from {
        None => "incident.opened".to_owned(),
        Some(from) if *from == incident.state => "incident.updated".to_owned(),
        Some(_) => format!("incident.{}", incident.state),
    };
    let digest = canonical::digest(&serde_json::to_value(incident).unwrap_or_default());
    let payload = json!({
        "incident": incident.id,
        "revision": incident.revision,
        "severity": incident.severity,
        "from": from,
        "to": incident.state,
        "risks": incident.new_risks,
        "controls": incident.changed_controls,
        "record": digest,
    });
    ledger.append(&kind, actor, &payload, now)?;
    Ok(())
}
