//! Who signs: the public keys of `keys.toml`, and private keys that stay where they are.
//!
//! ```
//! use waage_govern::keys::{Keys, Role};
//!
//! let keys = Keys::parse(
//!     r#"
//!     [key."a.approver"]
//!     person = "p-17"
//!     public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
//!     roles = ["approver"]
//!     valid_from = 2026-01-01
//!     valid_to = 2026-12-31
//!     "#,
//!     "keys.toml",
//! )?;
//! let key = &keys.by_id["a.approver"];
//! assert_eq!(key.fingerprint(), "21fe31dfa154a261");
//! assert!(key.roles.contains(&Role::Approver));
//! # Ok::<(), waage_govern::keys::KeyError>(())
//! ```

mod command;
mod describe;
mod edit;
mod error;
mod list;
mod role;
mod secret;
mod wrap;

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::{Signature, VerifyingKey};

pub use command::Signer;
pub use edit::{NewKey, revoke};
pub use error::KeyError;
pub use list::public;
pub use role::Role;
pub use secret::SecretKey;
pub use zeroize::Zeroizing;

use crate::ledger::hash::{sha256, to_hex};
use crate::time::Timestamp;

/// The reason of a revocation that makes later signatures worthless and earlier ones doubtful.
pub const COMPROMISE: &str = "compromise";

/// The keys of `keys.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    /// Keys by their ids.
    pub by_id: BTreeMap<String, Key>,
}

/// A public key and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// The person, as the house calls him or her; rules are checked over persons, not keys.
    pub person: String,
    /// The key itself.
    pub public: VerifyingKey,
    /// In which roles it may sign.
    pub roles: BTreeSet<Role>,
    /// First moment of its validity.
    pub valid_from: Timestamp,
    /// Last moment of its validity.
    pub valid_to: Option<Timestamp>,
    /// From when on it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub reason: Option<String>,
}

/// What a key is worth at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may sign.
    Valid,
    /// It was valid then, and was found to be compromised later.
    Doubtful,
    /// The moment lies before its validity.
    NotYet,
    /// The moment lies after its validity.
    Over,
    /// It was revoked by then.
    Revoked,
}

impl Key {
    /// The first 16 digits of the SHA-256 of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.public)
    }

    /// What the key is worth at a moment.
    #[must_use]
    pub fn standing(&self, at: Timestamp) -> Standing {
        if self.revoked_at.is_some_and(|revoked| at >= revoked) {
            Standing::Revoked
        } else if at < self.valid_from {
            Standing::NotYet
        } else if self.valid_to.is_some_and(|last| at > last) {
            Standing::Over
        } else if self.revoked_at.is_some() && self.reason.as_deref() == Some(COMPROMISE) {
            Standing::Doubtful
        } else {
            Standing::Valid
        }
    }

    /// What the key was worth for something signed at one moment and recorded at another. A key that is
    /// revoked cannot be made valid again by dating a statement back.
    #[must_use]
    pub fn standing_for(&self, signed: Timestamp, recorded: Timestamp) -> Standing {
        match self.standing(recorded) {
            Standing::Revoked => Standing::Revoked,
            _ => self.standing(signed),
        }
    }

    /// Whether a signature of a message is this key's; strict (no malleable signatures, no weak keys).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        self.public.verify_strict(message, &signature).is_ok()
    }
}

pub(crate) fn fingerprint(public: &VerifyingKey) -> String {
    to_hex(&sha256(public.as_bytes()).0[..8])
}
