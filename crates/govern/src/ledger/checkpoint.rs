//! Checkpoints: the size and the root of a ledger's tree, signed, to be kept where the ledger is not.
//!
//! A checkpoint has the form of C2SP tlog-checkpoint: origin, decimal size, base64 of the root, each in
//! a line of its own, as the text of a signed note. The name of the signing key is the origin.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;

use serde_json::json;

use super::Ledger;
use super::append::append_about;
use super::entry::Draft;
use super::error::LedgerError;
use super::hash::Hash;
use super::note::{NOTE_BYTES_MAX, NoteSignature, SignedNote, is_name, key_hash};
use super::sound::whole;
use crate::keys::{KeyError, Keys, Signer};
use crate::records::file::text_within;
use crate::time::Timestamp;

/// A checkpoint and the note that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is about.
    pub origin: String,
    /// Entries that it covers.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The note, with its signatures.
    pub note: SignedNote,
}

/// Why no checkpoint was made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Ledger {
    /// Signs the root over all entries, each of which is checked again; `origin` is the ledger's id if
    /// absent.
    ///
    /// With `record`, an entry of kind `checkpoint` follows that names size and root, so that another
    /// history would have to leave it out.
    ///
    /// # Errors
    /// [`CheckpointError`]: a ledger that does not hold, a signer that fails.
    pub fn checkpoint(
        &self,
        origin: Option<&str>,
        signer: &Signer,
        (id, public): (&str, &VerifyingKey),
        record: bool,
        now: Timestamp,
    ) -> Result<Checkpoint, CheckpointError> {
        let origin = match origin {
            Some(origin) => origin.to_owned(),
            None => self.id()?,
        };
        if !record {
            let whole = whole(&self.place, &self.options)?;
            let (size, root) = (whole.entries, whole.root());
            return Ok(Checkpoint::sign(&origin, size, root, signer, public)?);
        }
        let mut made = None;
        append_about(&self.place, &self.options, now, |whole| {
            let (size, root) = (whole.entries, whole.root());
            let checkpoint = Checkpoint::sign(&origin, size, root, signer, public)?;
            let payload = json!({
                "key": crate::keys::fingerprint(public), "origin": origin, "root": root, "size": size,
            });
            made = Some(checkpoint);
            Ok::<_, CheckpointError>(Draft::new("checkpoint", id, &payload, now)?)
        })?;
        made.ok_or_else(|| LedgerError::entry("no checkpoint was made", "repeat it").into())
    }
}

impl Checkpoint {
    /// Signs the root of a tree.
    ///
    /// # Errors
    /// An origin that can name no key; a signer that fails or signs with another key.
    pub fn sign(
        origin: &str,
        size: u64,
        root: Hash,
        signer: &Signer,
        public: &VerifyingKey,
    ) -> Result<Self, KeyError> {
        if !is_name(origin) {
            return Err(KeyError::asked(
                format!("{origin:?} is no origin of a checkpoint"),
                "use up to 128 characters without blanks and plus signs, such as example.org/lead-score",
            ));
        }
        let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root.0));
        let signature = signer.sign(text.as_bytes())?;
        if public
            .verify_strict(text.as_bytes(), &signature.into())
            .is_err()
        {
            return Err(KeyError::asked(
                "what signed has another private key than the one named",
                "name the key that signs with --signer",
            ));
        }
        let signature = NoteSignature {
            name: origin.to_owned(),
            key_hash: key_hash(origin, public),
            signature: signature.to_vec(),
        };
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            note: SignedNote {
                text,
                signatures: vec![signature],
            },
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`LedgerError`]: unreadable, or not a checkpoint.
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        let name = path.display().to_string();
        let text =
            text_within(path, NOTE_BYTES_MAX as u64).map_err(|source| LedgerError::Read {
                file: name.clone(),
                source,
            })?;
        Self::parse(&text, &name)
    }

    /// Reads a note; `file` names it in errors.
    ///
    /// # Errors
    /// [`LedgerError::Note`] with what is not as it should be.
    pub fn parse(note: &str, file: &str) -> Result<Self, LedgerError> {
        let refuse = |what: &str| LedgerError::Note {
            file: file.to_owned(),
            what: format!("this is no checkpoint: {what}"),
            mend: "give an unchanged note of waage ledger checkpoint".to_owned(),
        };
        let note = SignedNote::parse(note).map_err(refuse)?;
        let mut lines = note.text.lines();
        let mut line = || lines.next().unwrap_or("");
        let (origin, size, root) = (line(), line(), line());
        if origin.is_empty() {
            return Err(refuse("its first line names no origin"));
        }
        let plain =
            size.bytes().all(|b| b.is_ascii_digit()) && (size == "0" || !size.starts_with('0'));
        let size = size
            .parse()
            .ok()
            .filter(|_| plain)
            .ok_or_else(|| refuse("its second line is no size"))?;
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(Hash)
            .ok_or_else(|| refuse("its third line is no root"))?;
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            note,
        })
    }

    /// The ids of the listed keys that signed. Lines of other keys are passed over; at least one must
    /// be of a listed key, and none of those may be wrong.
    ///
    /// # Errors
    /// [`LedgerError::Note`] if no listed key signed, or a signature is not that of its key.
    pub fn signed_by(&self, keys: &Keys, file: &str) -> Result<Vec<String>, LedgerError> {
        let refuse = |what: String, mend: &str| LedgerError::Note {
            file: file.to_owned(),
            what,
            mend: mend.to_owned(),
        };
        let mut out = Vec::new();
        for line in &self.note.signatures {
            let signer = keys
                .by_id
                .iter()
                .find(|(_, key)| key_hash(&line.name, &key.public) == line.key_hash);
            let Some((id, key)) = signer else {
                continue;
            };
            let signature = <&[u8; 64]>::try_from(line.signature.as_slice());
            if line.name != self.origin
                || !signature.is_ok_and(|s| key.verifies(self.note.text.as_bytes(), s))
            {
                return Err(refuse(
                    format!("the signature of {id} does not belong to this checkpoint"),
                    "do not trust it; get an unchanged copy",
                ));
            }
            if key.reason.as_deref() == Some(crate::keys::COMPROMISE) {
                return Err(refuse(
                    format!("the key {id} that signed this checkpoint is compromised"),
                    "use a checkpoint of another key",
                ));
            }
            out.push(id.clone());
        }
        if out.is_empty() {
            return Err(refuse(
                "no listed key signed this checkpoint".to_owned(),
                "list the key in keys.toml, or leave --keys out to trust the file as it is",
            ));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;

    const ROOT: &str = "e14e43627e473070de926fe026cc670820e60288089abd1f95f83f42fe81f7ab";
    const NOTE: &str = "waage.example/demo
5
4U5DYn5HMHDekm/gJsxnCCDmAogImr0flfg/Qv6B96s=

\u{2014} waage.example/demo Y8p1QmdGXXN7kZdmkUoShyQYUnHcqe5X+Q0Y4bDqdOPrEK7xc/9D1uhxQhciu3lZbOU5G/XZKsS+Zx6qKUx0POiangQ=
";

    fn signer() -> SecretKey {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        SecretKey::parse(seed, "test", || unreachable!()).unwrap()
    }

    fn keys(more: &str) -> Keys {
        let text = format!(
            "[key.log]\nperson = \"p\"\npublic = \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"\nroles = []\nvalid_from = 2026-01-01\n{more}"
        );
        Keys::parse(&text, "keys.toml").unwrap()
    }

    /// GOVERNANCE §4.5.
    #[test]
    fn the_worked_note_is_written_and_read() {
        let key = signer();
        let public = key.public();
        assert_eq!(
            key_hash("waage.example/demo", &public),
            [0x63, 0xca, 0x75, 0x42]
        );
        let root = ROOT.parse().unwrap();
        let signer = Signer::from(key);
        let made = Checkpoint::sign("waage.example/demo", 5, root, &signer, &public).unwrap();
        assert_eq!(made.note.write(), NOTE);
        let read = Checkpoint::parse(NOTE, "cp").unwrap();
        assert_eq!(read, made);
        assert_eq!(read.signed_by(&keys(""), "cp").unwrap(), ["log"]);
        assert!(Checkpoint::sign("a b", 5, root, &signer, &public).is_err());
        let other = SecretKey::from_seed(&[1; 32]).public();
        assert!(Checkpoint::sign("a", 5, root, &signer, &other).is_err());
    }

    #[test]
    fn cosignatures_of_others_are_passed_over() {
        let note = format!("{NOTE}\u{2014} witness.example AAAAAAECAwQF\n");
        let read = Checkpoint::parse(&note, "cp").unwrap();
        assert_eq!(read.note.signatures.len(), 2);
        assert_eq!(read.signed_by(&keys(""), "cp").unwrap(), ["log"]);
    }

    #[test]
    fn what_is_not_signed_is_not_trusted() {
        let said = |note: &str, keys: &Keys| {
            let read = Checkpoint::parse(note, "cp").unwrap();
            read.signed_by(keys, "cp").unwrap_err().to_string()
        };
        assert!(said(&NOTE.replace("\n5\n", "\n6\n"), &keys("")).contains("does not belong"));
        assert!(said(NOTE, &Keys::default()).contains("no listed key"));
        let stolen = keys("revoked_at = 2026-02-01\nreason = \"compromise\"");
        assert!(said(NOTE, &stolen).contains("compromised"));
        for (from, to) in [
            ("\n5\n", "\n05\n"),
            ("\n5\n", "\n-5\n"),
            ("\n5\n", "\n99999999999999999999\n"),
            ("4U5D", "4U5"),
            ("waage.example/demo\n5", "\n5"),
            ("\n\n", "\n"),
            ("\u{2014} ", "- "),
            ("ngQ=\n", "ngQ="),
            ("demo Y8p1", "demo  Y8p1"),
            ("5\n", "5\r\n"),
        ] {
            let other = NOTE.replacen(from, to, 1);
            assert_ne!(other, NOTE);
            assert!(Checkpoint::parse(&other, "cp").is_err(), "{other:?}");
        }
        assert!(Checkpoint::parse("", "cp").is_err());
        assert!(Checkpoint::parse(&"a\n".repeat(100_000), "cp").is_err());
    }
}
