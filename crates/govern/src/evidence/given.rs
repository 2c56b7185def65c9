//! The records that are looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use waage_result::document::AuditResult;
use waage_result::review::{ReviewBatch, ReviewDecision};

use crate::canonical;
use crate::date::Date;
use crate::gate::{Found, read as documents};
use crate::incident::Log;
use crate::inventory::{self, Inventory};
use crate::keys::Keys;
use crate::ledger::{self, Entry, LedgerError};
use crate::policy::{Policy, System};
use crate::records::{RecordError, file};
use crate::review::{Folder, StoreError};
use crate::risks::{Evidence, Register};

/// Kinds of entries that are looked at.
const KINDS: [&str; 5] = [
    "approval",
    "audit.result",
    "checkpoint",
    "gate.decision",
    "lifecycle",
];

/// The files that are looked at, as they were named.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Documents of `waage audit --format json`, the most important first.
    pub results: Vec<PathBuf>,
    /// The policy.
    pub policy: Option<PathBuf>,
    /// The risk register.
    pub risks: Option<PathBuf>,
    /// Incidents.
    pub incidents: Option<PathBuf>,
    /// The inventory.
    pub systems: Option<PathBuf>,
    /// The ledger.
    pub ledger: Option<PathBuf>,
    /// Public keys.
    pub keys: Option<PathBuf>,
    /// Folders of reviews.
    pub reviews: Vec<PathBuf>,
    /// How the ledger is opened.
    pub options: ledger::Options,
}

/// A file and its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The file as the caller named it.
    pub file: String,
    /// `sha256:` and 64 digits.
    pub digest: String,
}

/// A result of an audit.
#[derive(Clone, Debug)]
pub struct Audited {
    /// The file as the caller named it.
    pub file: String,
    /// Digest of the document without its stamp.
    pub digest: String,
    /// The day as of which it was judged, if it says so.
    pub day: Option<Date>,
    /// The document.
    pub result: AuditResult,
}

/// A batch of reviewed cases.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The folder as the caller named it.
    pub folder: String,
    /// The cases.
    pub batch: ReviewBatch,
    /// What was decided.
    pub decisions: Vec<ReviewDecision>,
    /// Digest of the decisions, as the ledger has it.
    pub digest: String,
}

/// A ledger that holds.
#[derive(Clone, Debug)]
pub struct Book {
    /// The file and the hash of its last entry.
    pub named: Named,
    /// Entries of the kinds that are looked at.
    pub entries: Vec<Entry>,
    /// Number of all its entries.
    pub count: u64,
    /// The day of the last of them.
    pub last: Option<Date>,
}

/// Everything that may be evidence; what is absent is none.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Results of audits.
    pub audits: Vec<Audited>,
    /// The policy.
    pub policy: Option<Policy>,
    /// The documents that it lists, as they lie on the disk.
    pub documents: BTreeMap<String, Found>,
    /// The risk register.
    pub risks: Option<(Register, Named)>,
    /// Incidents.
    pub incidents: Option<(Log, Named)>,
    /// The inventory.
    pub systems: Option<(Inventory, Named)>,
    /// The ledger.
    pub ledger: Option<Book>,
    /// Public keys.
    pub keys: Option<Keys>,
    /// Reviews.
    pub reviews: Vec<Reviewed>,
}

/// Why a record cannot be used; one sentence that says how to mend it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GivenError {
    /// A register, a result or an inventory.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The policy.
    #[error(transparent)]
    Policy(#[from] crate::error::PolicyError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] crate::keys::KeyError),
    /// A review.
    #[error(transparent)]
    Review(#[from] StoreError),
    /// A file that was named is not there, or is not the right one.
    #[error("{0}")]
    File(String),
}

impl Given {
    /// Reads what was named, as of a day. A record that cannot be read stops it: a part that is silently left out
    /// would look like evidence that was never made.
    ///
    /// # Errors
    /// [`GivenError`] about the first record that cannot be used.
    pub fn read(files: &Files, day: Date) -> Result<Self, GivenError> {
        let mut given = Self::default();
        for path in &files.results {
            given.audits.push(audited(path, day)?);
        }
        if let Some(path) = &files.policy {
            let policy = Policy::read(path)?;
            let folder = path.parent().unwrap_or(Path::new(""));
            given.documents = documents::documents(&policy, folder);
            given.policy = Some(policy);
        }
        given.risks = with(files.risks.as_deref(), Register::read)?;
        given.incidents = with(files.incidents.as_deref(), |path| {
            // A file that is not there is no proof that nothing happened.
            std::fs::File::open(path).map_err(|source| RecordError::Read {
                what: "the log of incidents",
                file: path.display().to_string(),
                source,
                mend: "name an existing file, an empty one if there are none",
            })?;
            Log::read(path)
        })?;
        given.systems = with(files.systems.as_deref(), Inventory::read)?;
        if let Some(path) = &files.ledger {
            given.ledger = Some(book(path, files.options)?);
        }
        given.keys = files.keys.as_deref().map(Keys::read).transpose()?;
        for path in &files.reviews {
            let folder = Folder::at(path);
            let (batch, decisions) = (folder.batch()?, folder.decisions()?);
            given.reviews.push(Reviewed {
                folder: path.display().to_string(),
                digest: canonical::digest(&json!(decisions)),
                batch,
                decisions,
            });
        }
        Ok(given)
    }

    /// `[system]` of the policy.
    pub(super) fn system(&self) -> Option<&System> {
        self.policy.as_ref()?.kept.system.as_ref()
    }

    /// The id of the system, by the inventory or the policy.
    pub(super) fn system_id(&self) -> Option<&str> {
        let listed = self.entry().map(|entry| entry.id.as_str());
        listed.or_else(|| Some(self.system()?.id.as_str()))
    }

    /// The system's entry in the inventory: that of the policy's id, or the only one.
    #[must_use]
    pub fn entry(&self) -> Option<&inventory::System> {
        let systems = &self.systems.as_ref()?.0.systems;
        match (self.system(), &systems[..]) {
            (Some(system), _) => systems.iter().find(|entry| entry.id == system.id),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

fn audited(path: &Path, day: Date) -> Result<Audited, GivenError> {
    let evidence = Evidence::read(path, None, day)?;
    let judged = evidence.result.settings.as_of.as_deref();
    Ok(Audited {
        file: path.display().to_string(),
        day: judged.and_then(|day| day.parse().ok()),
        digest: evidence.digest,
        result: evidence.result,
    })
}

/// A register and the digest of its file.
fn with<T>(
    path: Option<&Path>,
    read: impl Fn(&Path) -> Result<T, RecordError>,
) -> Result<Option<(T, Named)>, GivenError> {
    let Some(path) = path else { return Ok(None) };
    let record = read(path)?;
    let hash = file::sha256(path).map_err(|error| {
        GivenError::File(format!(
            "{:?} cannot be read again for its digest ({error}); leave it alone while it is read",
            path.display().to_string()
        ))
    })?;
    let named = Named {
        file: path.display().to_string(),
        digest: hash.digest(),
    };
    Ok(Some((record, named)))
}

fn book(path: &Path, options: ledger::Options) -> Result<Book, GivenError> {
    // A ledger that does not hold is an error here, for nothing in it counts.
    let (entries, sound) = ledger::read_with(path, &options, |kind| KINDS.contains(&kind))?;
    Ok(Book {
        named: Named {
            file: path.display().to_string(),
            digest: sound.last.digest(),
        },
        entries,
        count: sound.entries,
        last: sound.ts.map(|ts| ts.date()),
    })
}
