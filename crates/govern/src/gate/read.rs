//! The files of a gate. What cannot be read is no reason to stop: a breach that is shown elsewhere
//! must not be hidden by it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::demand::GateError;
use super::request::{Audit, Found, Part, Request};
use crate::date::Date;
use crate::incident::Log;
use crate::keys::Keys;
use crate::ledger;
use crate::policy::Policy;
use crate::records::file::{self, RESULT_MAX_BYTES, text_within};
use crate::review::{Folder, Reviewed, StoreError};
use crate::risks::Register;

/// Kinds of entries that a gate looks at.
const KINDS: [&str; 6] = [
    "approval",
    "audit.result",
    "checkpoint",
    "gate.decision",
    "review.batch",
    "waiver",
];

/// The files that a gate looks at, as they were named.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The policy.
    pub policy: PathBuf,
    /// The policy before a change.
    pub against: Option<PathBuf>,
    /// The audit's result.
    pub result: Option<PathBuf>,
    /// The ledger.
    pub ledger: Option<PathBuf>,
    /// Public keys.
    pub keys: Option<PathBuf>,
    /// The risk register.
    pub risks: Option<PathBuf>,
    /// Incidents.
    pub incidents: Option<PathBuf>,
    /// Folders of batches of cases for review.
    pub review: Vec<PathBuf>,
    /// How the ledger is opened.
    pub options: ledger::Options,
}

/// Reads everything and judges the gate on a day.
///
/// # Errors
/// [`GateError`] only for a policy that cannot be read and a gate that nobody knows.
pub fn read(
    gate: &str,
    files: &Files,
    data_digest: Option<&str>,
    as_of: Date,
) -> Result<waage_result::gate::GateResult, GateError> {
    let policy = Policy::read(&files.policy)?;
    let folder = files.policy.parent().unwrap_or(Path::new(""));
    super::judge(&Request {
        gate,
        policy: &policy,
        against: part(files.against.as_deref(), Policy::read),
        audit: part(files.result.as_deref(), audit),
        entries: part(files.ledger.as_deref(), |path| {
            ledger::read(path, &files.options, |kind| KINDS.contains(&kind))
        }),
        keys: part(files.keys.as_deref(), Keys::read),
        risks: part(files.risks.as_deref(), Register::read),
        incidents: part(files.incidents.as_deref(), incidents),
        review: reviewed(&files.review),
        documents: documents(&policy, folder),
        data_digest,
        as_of,
    })
}

fn part<T, E: ToString>(path: Option<&Path>, read: impl Fn(&Path) -> Result<T, E>) -> Part<T> {
    match path.map(read) {
        None => Part::Absent,
        Some(Ok(part)) => Part::Given(part),
        Some(Err(error)) => Part::Failed(error.to_string()),
    }
}

/// A file that is not there is no proof that nothing happened.
fn incidents(path: &Path) -> Result<Log, String> {
    if !path.exists() {
        return Err(format!(
            "the incidents {:?} are not there; name an existing file, an empty one if there are none",
            path.display().to_string()
        ));
    }
    Log::read(path).map_err(|error| error.to_string())
}

fn reviewed(folders: &[PathBuf]) -> Part<Vec<Reviewed>> {
    if folders.is_empty() {
        return Part::Absent;
    }
    let read = folders.iter().map(|path| Folder::at(path).reviewed());
    match read.collect::<Result<_, StoreError>>() {
        Ok(batches) => Part::Given(batches),
        Err(error) => Part::Failed(error.to_string()),
    }
}

fn audit(path: &Path) -> Result<Audit, String> {
    let file = path.display().to_string();
    let refuse = |what: String| {
        format!(
            "{file:?} is no result of an audit: {what}; give a document of waage audit --format json"
        )
    };
    let text = text_within(path, RESULT_MAX_BYTES)
        .map_err(|error| refuse(format!("it cannot be read ({error})")))?;
    let document =
        serde_json::from_str(&text).map_err(|error| refuse(format!("it is not JSON ({error})")))?;
    Audit::of(document).map_err(refuse)
}

/// The digests of the documents that a policy lists; their paths start at its folder.
pub(crate) fn documents(policy: &Policy, folder: &Path) -> BTreeMap<String, Found> {
    let of = |path: &str| match file::sha256(&folder.join(path)) {
        Ok(hash) => Found::Digest(hash.to_string()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Missing,
        Err(error) => Found::Failed(error.to_string()),
    };
    let listed = policy.kept.documents.iter();
    listed
        .map(|(id, document)| (id.clone(), of(&document.path)))
        .collect()
}
