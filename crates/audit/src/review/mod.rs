//! Human review: cases drawn from the data, what reviewers decided, and what that says.

mod file;
mod measure;
mod reasons;
mod sample;

use std::io::Write;
use std::path::Path;

use serde_json::{Map, json};
use waage_govern::ledger::Ledger;
use waage_govern::review::Folder;
pub use waage_govern::review::{Design, PseudonymKey, Stratum};
use waage_govern::{Timestamp, canonical};
use waage_result::review::{ReviewBatch, ReviewResult};
use waage_result::text::Language;

use crate::AuditError;

pub use file::{CaseFile, exchange};
pub use sample::{GroupOf, SampleJob, sample};

/// Who records batches in a ledger.
const ACTOR: &str = "waage";

/// Writes a drawn batch into a new folder, as `batch.json`.
///
/// # Errors
/// [`AuditError`] if the folder holds a batch already or cannot be written.
pub fn create(folder: &Path, batch: &ReviewBatch) -> Result<(), AuditError> {
    Ok(Folder::at(folder).create(batch)?)
}

/// The work-sheet of a batch: one page that a reviewer fills in in a browser.
///
/// # Errors
/// [`AuditError::Report`] if the page cannot be written.
pub fn worksheet(batch: &ReviewBatch, language: Language) -> Result<String, AuditError> {
    let columns = waage_govern::review::columns(batch);
    let rows = waage_govern::review::rows(batch, false);
    Ok(waage_report::worksheet(batch, &columns, &rows, language)?)
}

/// Writes a file into a batch's folder.
///
/// # Errors
/// [`AuditError`] if it cannot be written.
pub fn write_beside(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), AuditError> {
    Ok(waage_data::output::write(folder.join(name), bytes)?)
}

/// Reads a key of pseudonyms.
///
/// # Errors
/// [`AuditError`] if there is none; the message never holds what the file does.
pub fn read_key(path: &Path) -> Result<PseudonymKey, AuditError> {
    let named = |cause: String| AuditError::Option(format!("{}: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| {
        named(format!(
            "the key of pseudonyms cannot be read ({cause}); make one with waage review key FILE"
        ))
    })?;
    PseudonymKey::from_hex(&text).map_err(named)
}

/// Writes a new key of pseudonyms, readable by its owner alone.
///
/// # Errors
/// [`AuditError`] if there is a file already, which is never replaced, or it cannot be written.
pub fn write_key(path: &Path, key: &PseudonymKey) -> Result<(), AuditError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = key.to_hex();
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        })
        .map_err(|cause| {
            AuditError::Option(format!(
                "the key {} cannot be written ({cause}); keys are never replaced, choose another place",
                path.display()
            ))
        })
}

/// Records a new batch in a ledger: its name, how it was drawn, how many cases.
///
/// # Errors
/// [`AuditError::Ledger`] if the entry cannot be added.
pub fn record_batch(
    ledger: &Ledger,
    batch: &ReviewBatch,
    now: Timestamp,
) -> Result<(), AuditError> {
    let strata = batch.design.strata.iter();
    let payload = json!({
        "event": "drawn",
        "batch": batch.batch_id,
        "audit_digest": batch.audit_digest,
        "cases": batch.cases.len(),
        "population": batch.design.population,
        "seed": batch.design.seed,
        "strata": strata.map(|s| (s.name.clone(), json!(s.drawn))).collect::<Map<_, _>>(),
        "due_at": batch.due_at,
    });
    ledger.append("review.batch", ACTOR, &payload, now)?;
    Ok(())
}

/// Records in a ledger that decisions came in: how many, and the digest of all so far.
///
/// # Errors
/// [`AuditError`] if the folder cannot be read or the entry not be added.
pub fn record_import(
    ledger: &Ledger,
    folder: &Path,
    taken: Imported,
    now: Timestamp,
) -> Result<(), AuditError> {
    let store = Folder::at(folder);
    let (batch, decisions) = (store.batch()?, store.decisions()?);
    let payload = json!({
        "event": "decided",
        "batch": batch.batch_id,
        "new": taken.decisions,
        "decisions": decisions.len(),
        "digest": canonical::digest(&json!(decisions)),
    });
    ledger.append("review.batch", ACTOR, &payload, now)?;
    Ok(())
}

/// What an import took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// New decisions.
    pub decisions: usize,
    /// Rows that nobody has decided yet.
    pub open: u64,
    /// Decisions recorded before.
    pub known: u64,
}

/// Records the decisions of a returned file in the batch's folder, all or none.
///
/// # Errors
/// [`AuditError`] with every row that does not fit.
pub fn import(folder: &Path, returned: &Path, now: Timestamp) -> Result<Imported, AuditError> {
    let taken = file::import(&Folder::at(folder), returned, now)?;
    Ok(Imported {
        decisions: taken.decisions.len(),
        open: taken.open,
        known: taken.known,
    })
}

/// The batch of a folder.
///
/// # Errors
/// [`AuditError`] if there is none, or one that was changed.
pub fn batch(folder: &Path) -> Result<ReviewBatch, AuditError> {
    Ok(Folder::at(folder).batch()?)
}

/// What the reviews of some batches say, as of a moment.
///
/// # Errors
/// [`AuditError`] if a folder cannot be read.
pub fn report(folders: &[&Path], as_of: Timestamp) -> Result<ReviewResult, AuditError> {
    let read = folders.iter().map(|path| {
        let folder = Folder::at(path);
        Ok((folder.batch()?, folder.decisions()?))
    });
    let reviewed: Vec<_> = read.collect::<Result<_, AuditError>>()?;
    Ok(measure::result(&reviewed, as_of))
}
