//! The form of a key file, and wrapping by a passphrase.
//!
//! Argon2id (RFC 9106) stretches the passphrase; XChaCha20-Poly1305 seals the seed and binds it to the
//! id and the public key. The parameters stand in the file and are bounded when it is read.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::KeyError;
use crate::ledger::hash::{from_hex, to_hex};

const SCHEMA: &str = "waage/key/1";
/// Memory, passes and lanes of Argon2id: the second choice of RFC 9106 §4.
const COST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 3,
    lanes: 4,
};

/// A private key in its file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wrapped {
    schema: String,
    pub(super) id: String,
    pub(super) public: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    argon2id: Option<Stretch>,
    /// The seed, or what XChaCha20-Poly1305 made of it.
    secret: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    cost: Cost,
    salt: String,
    nonce: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Drop for Wrapped {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// Why a file does not open: what and how to mend it, or what asking for the passphrase said.
pub(super) enum Problem {
    Text(String, String),
    Key(KeyError),
}

impl Wrapped {
    pub fn seal(
        id: &str,
        public: &str,
        seed: &[u8; 32],
        passphrase: Option<&str>,
    ) -> Result<Self, KeyError> {
        let mut wrapped = Self {
            schema: SCHEMA.to_owned(),
            id: id.to_owned(),
            public: public.to_owned(),
            argon2id: None,
            secret: to_hex(seed),
        };
        let Some(passphrase) = passphrase else {
            return Ok(wrapped);
        };
        if passphrase.is_empty() {
            return Err(KeyError::asked(
                "the passphrase is empty",
                "give one, or say --no-passphrase",
            ));
        }
        let failed = |_| {
            KeyError::asked(
                "the system gives no random numbers or no memory",
                "make the key on another machine",
            )
        };
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        getrandom::fill(&mut salt).map_err(|_| failed(()))?;
        getrandom::fill(&mut nonce).map_err(|_| failed(()))?;
        let key = stretched(passphrase, &salt, COST).ok_or_else(|| failed(()))?;
        let payload = Payload {
            msg: seed,
            aad: &wrapped.bound(),
        };
        let sealed = XChaCha20Poly1305::new((&*key).into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| failed(()))?;
        wrapped.secret.zeroize();
        wrapped.secret = to_hex(&sealed);
        wrapped.argon2id = Some(Stretch {
            cost: COST,
            salt: to_hex(&salt),
            nonce: to_hex(&nonce),
        });
        Ok(wrapped)
    }

    pub fn open(
        &self,
        passphrase: impl FnOnce() -> Result<Zeroizing<String>, KeyError>,
    ) -> Result<Zeroizing<[u8; 32]>, Problem> {
        let damaged = || {
            Problem::Text(
                "it is damaged or of another version".to_owned(),
                "take an undamaged copy".to_owned(),
            )
        };
        if self.schema != SCHEMA || !crate::ledger::is_id(&self.id) {
            return Err(damaged());
        }
        let mut seed = Zeroizing::new([0; 32]);
        let Some(stretch) = &self.argon2id else {
            from_hex(self.secret.as_bytes(), &mut *seed).ok_or_else(damaged)?;
            return Ok(seed);
        };
        let (mut salt, mut nonce, mut sealed) = ([0; 16], [0; 24], [0; 48]);
        from_hex(stretch.salt.as_bytes(), &mut salt).ok_or_else(damaged)?;
        from_hex(stretch.nonce.as_bytes(), &mut nonce).ok_or_else(damaged)?;
        from_hex(self.secret.as_bytes(), &mut sealed).ok_or_else(damaged)?;
        let cost = stretch.cost;
        if cost.memory_kib > 1024 * 1024 || cost.passes > 16 || cost.lanes > 16 {
            return Err(damaged());
        }
        let passphrase = passphrase().map_err(Problem::Key)?;
        let key = stretched(&passphrase, &salt, cost).ok_or_else(damaged)?;
        let payload = Payload {
            msg: &sealed,
            aad: &self.bound(),
        };
        let opened = XChaCha20Poly1305::new((&*key).into())
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| {
                Problem::Text(
                    "the passphrase does not open it".to_owned(),
                    "give the one it was made with".to_owned(),
                )
            })?;
        let opened = Zeroizing::new(opened);
        if opened.len() != seed.len() {
            return Err(damaged());
        }
        seed.copy_from_slice(&opened);
        Ok(seed)
    }

    /// What the seal binds the seed to.
    fn bound(&self) -> Vec<u8> {
        format!("{SCHEMA}\n{}\n{}", self.id, self.public).into_bytes()
    }
}

fn stretched(passphrase: &str, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; 32]>> {
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32)).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut *key)
        .ok()?;
    Some(key)
}
