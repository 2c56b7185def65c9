//! Human review: cases drawn from the data, what reviewers decided, and what that says.

mod measure;
mod sample;

use std::path::Path;

pub use waage_govern::review::{Design, Form, PseudonymKey, Stratum};
use waage_govern::review::Folder;
use waage_result::review::{ReviewBatch, ReviewResult};

use crate::AuditError;
use crate::policy::moment;

pub use sample::{GroupOf, SampleJob, sample};

/// Writes a drawn batch into a new folder: `batch.json`, the exchange file and the work-sheet.
///
/// # Errors
/// [`AuditError`] if the folder holds a batch already or cannot be written.
pub fn create(folder: &Path, batch: &ReviewBatch) -> Result<(), AuditError> {
    Ok(Folder::at(folder).create(batch)?)
}

/// The text of the exchange file, with the groups of the cases only if reviewers may see them.
#[must_use]
pub fn exchange(batch: &ReviewBatch, form: Form, groups: bool) -> String {
    waage_govern::review::write(batch, form, groups)
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

/// Records the decisions of a returned file in the batch's folder, all or none; `now` is the moment,
/// RFC 3339.
///
/// # Errors
/// [`AuditError`] with every row that does not fit.
pub fn import(
    folder: &Path,
    returned: &Path,
    form: Form,
    now: &str,
) -> Result<Imported, AuditError> {
    let taken = Folder::at(folder).import(returned, form, moment(now)?)?;
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

/// What the reviews of some batches say, as of a moment, RFC 3339.
///
/// # Errors
/// [`AuditError`] if a folder cannot be read.
pub fn report(folders: &[&Path], as_of: &str) -> Result<ReviewResult, AuditError> {
    let as_of = moment(as_of)?;
    let read = folders.iter().map(|path| {
        let folder = Folder::at(path);
        Ok((folder.batch()?, folder.decisions()?))
    });
    let reviewed: Vec<_> = read.collect::<Result<_, AuditError>>()?;
    Ok(measure::result(&reviewed, as_of))
}
