//! Signed statements as a ledger holds them.

use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};

use super::consent::Consent;
use super::statement::Statement;
use crate::canonical::canonical;
use crate::keys::{Key, KeyError, Role, Signer};
use crate::ledger::Entry;
use crate::ledger::hash::{from_hex, to_hex};
use crate::time::Timestamp;

/// The bytes that are signed. `domain` stands before them, so that no signature means anything else
/// elsewhere.
pub(super) fn message(domain: &str, statement: &Value) -> Vec<u8> {
    format!("{domain}{}", canonical(statement)).into_bytes()
}

/// Signs a statement, and gives the payload of the ledger's entry.
///
/// # Errors
/// A signer that fails or signs with another key than that of the id.
pub(super) fn seal(
    domain: &str,
    statement: &Value,
    id: &str,
    signer: &Signer,
    public: &VerifyingKey,
) -> Result<Value, KeyError> {
    let message = message(domain, statement);
    let signature = signer.sign(&message)?;
    if public.verify_strict(&message, &signature.into()).is_err() {
        return Err(KeyError::asked(
            format!("what signed is not the key {id:?} of keys.toml"),
            "name the key that signs with --signer, or correct keys.toml",
        ));
    }
    Ok(json!({
        "key": crate::keys::fingerprint(public),
        "signature": to_hex(&signature),
        "statement": statement,
    }))
}

/// What may be signed.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A decision about a result.
    Result(Statement),
    /// One about a waiver or an accepted risk.
    Exception(Consent),
}

/// A statement with its signature.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The statement.
    pub content: Content,
    message: Vec<u8>,
    signature: [u8; 64],
}

impl Signed {
    /// The signed statement of an entry, if it is one.
    #[must_use]
    pub fn of(entry: &Entry) -> Option<Self> {
        let value = entry.payload.get("statement")?;
        let (content, message) = match Consent::of(value) {
            Some(consent) => {
                let message = consent.message();
                (Content::Exception(consent), message)
            }
            None => {
                let statement = Statement::of(value)?;
                let message = statement.message();
                (Content::Result(statement), message)
            }
        };
        let mut signature = [0; 64];
        let digits = entry.payload.get("signature")?.as_str()?;
        from_hex(digits.as_bytes(), &mut signature)?;
        Some(Self {
            content,
            message,
            signature,
        })
    }

    /// Whether the signature is that of a key.
    #[must_use]
    pub fn is_of(&self, key: &Key) -> bool {
        key.verifies(&self.message, &self.signature)
    }

    /// The id of the key, the role and the moment that the statement gives.
    #[must_use]
    pub fn by(&self) -> (&str, Role, Timestamp) {
        match &self.content {
            Content::Result(one) => (&one.signer, one.role, one.ts),
            Content::Exception(one) => (&one.signer, one.role, one.ts),
        }
    }
}
