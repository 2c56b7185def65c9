//! Keys for people.

use waage_result::approval::{KEYS_SCHEMA, KeyDoc, KeysResult};

use super::{Keys, Standing};
use crate::ledger::hash::to_hex;
use crate::time::Timestamp;

impl Keys {
    /// All keys, and what each is worth at a moment.
    #[must_use]
    pub fn describe(&self, now: Timestamp) -> KeysResult {
        let doc = |(id, key): (&String, &super::Key)| KeyDoc {
            id: id.clone(),
            person: key.person.clone(),
            fingerprint: key.fingerprint(),
            public: to_hex(key.public.as_bytes()),
            roles: key
                .roles
                .iter()
                .map(|role| role.name().to_owned())
                .collect(),
            valid_from: key.valid_from.to_string(),
            valid_to: key.valid_to.map(|ts| ts.to_string()),
            revoked_at: key.revoked_at.map(|ts| ts.to_string()),
            reason: key.reason.clone(),
            standing: match key.standing(now) {
                Standing::Valid | Standing::Doubtful => "valid",
                Standing::NotYet => "not_yet",
                Standing::Over => "over",
                Standing::Revoked => "revoked",
            }
            .to_owned(),
        };
        KeysResult {
            schema: KEYS_SCHEMA.to_owned(),
            keys: self.by_id.iter().map(doc).collect(),
        }
    }

    /// The id under which a signer's key is listed: the one that is named, else the one that the key's
    /// file gives if it is that key, else the one that lists the key.
    ///
    /// # Errors
    /// A sentence if there is none.
    pub fn id_of(
        &self,
        named: Option<&str>,
        signer: &super::Signer,
    ) -> Result<String, super::KeyError> {
        if let Some(id) = named {
            return self.named(id).map(|_| id.to_owned());
        }
        let super::Signer::Secret(key) = signer else {
            return Err(super::KeyError::asked(
                "a command that signs does not say whose key it has",
                "name the key with --signer",
            ));
        };
        self.of_public(&key.public())
            .map(|(id, _)| id.to_owned())
            .ok_or_else(|| {
                super::KeyError::asked(
                    format!(
                        "the key {} is not listed",
                        super::fingerprint(&key.public())
                    ),
                    "list its public half in keys.toml, or give the right --keys",
                )
            })
    }
}
