//! Steps in the ledger: entries of kind `lifecycle`.

use super::history::{DECISION, History, KIND, Step};
use crate::ledger::{self, Entry, Ledger, Options};
use crate::records::RecordError;
use crate::time::Timestamp;

/// The entries of a ledger that lives of systems follow from, and the approvals.
///
/// # Errors
/// [`RecordError::Ledger`] if it cannot be read or does not hold.
pub fn read(ledger: &Ledger, options: &Options) -> Result<Vec<Entry>, RecordError> {
    let wanted = |kind: &str| [KIND, DECISION, "approval"].contains(&kind);
    Ok(ledger::read(ledger.path(), options, wanted)?)
}

/// Adds a step that was [asked for](History::ask), and gives all entries as they are then.
///
/// # Errors
/// [`RecordError`] if it cannot be added, or does not count because another step came before it.
pub fn record(
    ledger: &Ledger,
    options: &Options,
    history: &History,
    step: &Step,
    actor: &str,
    now: Timestamp,
) -> Result<Vec<Entry>, RecordError> {
    let system = &history.system;
    let payload = step.payload(system, history.state());
    let entry = ledger.append(KIND, actor, &payload, now)?;
    let entries = read(ledger, options)?;
    if History::of(system, &entries)
        .passed_over
        .contains(&entry.seq)
    {
        return Err(RecordError::rule(
            format!(
                "another step of the system {system:?} came first, so that entry {} does not count",
                entry.seq
            ),
            "look at waage systems show with --ledger, and move it again if it still should be",
        ));
    }
    Ok(entries)
}
