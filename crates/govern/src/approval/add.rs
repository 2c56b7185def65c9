//! Signing a result: everything is checked before anybody signs, and the entry is appended last.

use serde_json::json;
use waage_result::approval::ApprovalResult;

use super::state::{refusal, state};
use super::statement::Statement;
use crate::keys::{KeyError, Keys, Signer};
use crate::ledger::{Entry, Ledger, LedgerError, Options, read};
use crate::policy::Policy;
use crate::time::Timestamp;

/// Why a result was not signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApprovalError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A document that is not a result.
    #[error(
        "{file:?} is no result that can be signed: {what}; give a document of waage audit --format json"
    )]
    Document {
        /// The file.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// A signature that would not count.
    #[error("the signature would not count: {0}; nothing was signed")]
    Refused(String),
    /// A statement that nobody should sign.
    #[error("{0}")]
    Statement(String),
}

/// Signs a statement, adds it to the ledger and tells which signatures the result has now.
///
/// # Errors
/// [`ApprovalError`]; nothing was signed if the signature would not count.
pub fn approve(
    ledger: &Ledger,
    options: &Options,
    policy: &Policy,
    keys: &Keys,
    statement: &Statement,
    signer: &Signer,
    now: Timestamp,
) -> Result<(Entry, ApprovalResult), ApprovalError> {
    statement.check().map_err(ApprovalError::Statement)?;
    let wanted = |kind: &str| kind == "approval";
    let before = read(ledger.path(), options, wanted)?;
    if let Some(text) = refusal(policy, keys, &before, statement) {
        return Err(ApprovalError::Refused(text.en));
    }
    let key = keys.named(&statement.signer)?;
    // What a ledger would refuse is found before a card or an HSM signs.
    let probe = json!({ "statement": statement.value() });
    crate::ledger::check_payload("approval", &statement.signer, &probe, now)?;
    let payload = statement.sign(signer, &key.public)?;
    let entry = ledger.append("approval", &statement.signer, &payload, now)?;
    let after = read(ledger.path(), options, wanted)?;
    let state = state(policy, keys, &after, &statement.audit_digest, now.date());
    Ok((entry, state))
}
