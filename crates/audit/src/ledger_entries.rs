//! What commands write into a ledger: results, remarks, changes of keys.

use std::path::Path;

use serde_json::json;
use waage_govern::approval::{ApprovalError, Subject};
use waage_govern::canonical;
use waage_govern::keys::Keys;
use waage_govern::ledger::{Entry, Ledger, LedgerError, Options};
use waage_govern::records::file::text_within;
use waage_govern::{Policy, Timestamp};
use waage_result::document::AuditResult;
use waage_result::ledger::ProofResult;

use crate::AuditError;

/// Largest proof that is read.
const PROOF_BYTES_MAX: u64 = 1 << 20;

/// The ledger of a path; where there is none, one that will begin with the first entry.
///
/// # Errors
/// [`LedgerError`] where it cannot be used.
pub fn ledger_for(path: &Path, options: &Options) -> Result<Option<Ledger>, LedgerError> {
    match Ledger::open(path, options) {
        Ok(ledger) => Ok(Some(ledger)),
        Err(LedgerError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a result into a ledger: digests and verdict, nothing of the data. A ledger that is not there
/// begins with the id of the policy's system.
///
/// # Errors
/// [`AuditError`] where nothing was written.
pub fn record_result(
    path: &Path,
    options: &Options,
    policy: &Policy,
    result: &AuditResult,
    now: Timestamp,
) -> Result<Entry, AuditError> {
    let file = path.display().to_string();
    let refuse = |what: String| ApprovalError::Document {
        file: file.clone(),
        what,
    };
    // The document as it is printed is what people sign later, so its digest is what counts.
    let document = serde_json::from_str(&waage_report::json(result)?)
        .map_err(|error| refuse(error.to_string()))?;
    let subject = Subject::of(document).map_err(refuse)?;
    let ledger = match ledger_for(path, options)? {
        Some(ledger) => ledger,
        None => {
            let system = policy.kept.system.as_ref();
            let id = system.map_or("waage", |system| system.id.as_str());
            Ledger::create(path, options, id, now)?.0
        }
    };
    Ok(ledger.append("audit.result", "waage", &subject.payload(), now)?)
}

/// Writes a remark into a ledger.
///
/// # Errors
/// [`LedgerError`] where nothing was written.
pub fn remark(
    ledger: &Ledger,
    actor: &str,
    text: &str,
    now: Timestamp,
) -> Result<Entry, AuditError> {
    Ok(ledger.append("note", actor, &json!({ "text": text }), now)?)
}

/// Writes into a ledger that a key was added or revoked, with the digest of all keys.
///
/// # Errors
/// [`AuditError`] where the keys cannot be read or nothing was written.
pub fn key_change(
    ledger: &Ledger,
    keys: &Path,
    id: &str,
    change: &str,
    now: Timestamp,
) -> Result<Entry, AuditError> {
    let keys = Keys::read(keys)?;
    let key = keys.named(id)?;
    // Persons stand in keys.toml alone; the ledger, which cannot be shortened, names the key.
    let listed = keys
        .by_id
        .iter()
        .map(|(id, key)| json!([id, key.fingerprint()]));
    let payload = json!({
        "change": change,
        "fingerprint": key.fingerprint(),
        "key": id,
        "keys_digest": canonical::digest(&listed.collect()),
    });
    Ok(ledger.append("key.change", "waage", &payload, now)?)
}

/// Reads a document of `waage ledger prove`.
///
/// # Errors
/// [`LedgerError`] where it is none.
pub fn read_proof(path: &Path) -> Result<ProofResult, AuditError> {
    let file = path.display().to_string();
    let text = text_within(path, PROOF_BYTES_MAX).map_err(|source| LedgerError::Read {
        file: file.clone(),
        source,
    })?;
    let proof = serde_json::from_str(&text).map_err(|error| LedgerError::Note {
        file,
        what: format!("this is no proof ({error})"),
        mend: "give an unchanged document of waage ledger prove".to_owned(),
    })?;
    Ok(proof)
}
