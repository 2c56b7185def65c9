//! Private keys: 32 bytes that are wiped when they are dropped and never shown.

use std::fmt;
use std::path::Path;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::wrap::{self, Wrapped};
use super::{KeyError, fingerprint};
use crate::ledger::hash::{from_hex, to_hex};

/// Largest file of a private key.
const BYTES_MAX: u64 = 16 * 1024;

/// A private key.
pub struct SecretKey {
    key: SigningKey,
    /// The id that its file gives.
    id: Option<String>,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", fingerprint(&self.public()))
    }
}

impl SecretKey {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// When the system has none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|error| {
            KeyError::asked(
                format!("the system gives no random numbers ({error})"),
                "make the key on another machine",
            )
        })?;
        Ok(Self::from_seed(&seed))
    }

    /// The key of a seed (RFC 8032 calls it the secret key).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            key: SigningKey::from_bytes(seed),
            id: None,
        }
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> VerifyingKey {
        self.key.verifying_key()
    }

    /// The id that its file gives.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The signature of a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    /// Reads a file. On Unix nobody but its owner may be able to read it.
    ///
    /// `passphrase` is asked only if the file is wrapped.
    ///
    /// # Errors
    /// A sentence that names the file and never what is in it.
    pub fn read(
        path: &Path,
        passphrase: impl FnOnce() -> Result<Zeroizing<String>, KeyError>,
    ) -> Result<Self, KeyError> {
        use std::io::Read;
        let file = path.display().to_string();
        let failed = |source| KeyError::Read {
            file: file.clone(),
            source,
        };
        let mut open = std::fs::File::open(path).map_err(failed)?;
        check_mode(&open, &file)?;
        let mut text = Zeroizing::new(String::with_capacity(BYTES_MAX as usize));
        open.by_ref()
            .take(BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(failed)?;
        Self::parse(&text, &file, passphrase)
    }

    /// Reads the text of a key file, or 64 hexadecimal digits of a seed; `from` names it in errors.
    ///
    /// # Errors
    /// A sentence that never holds the text.
    pub fn parse(
        text: &str,
        from: &str,
        passphrase: impl FnOnce() -> Result<Zeroizing<String>, KeyError>,
    ) -> Result<Self, KeyError> {
        let refuse = |what: &str, mend: &str| KeyError::Secret {
            file: from.to_owned(),
            what: what.to_owned(),
            mend: mend.to_owned(),
        };
        let text = text.trim();
        let mut seed = Zeroizing::new([0; 32]);
        if !text.starts_with('{') {
            from_hex(text.as_bytes(), &mut *seed).ok_or_else(|| {
                refuse(
                    "it is no private key",
                    "give a file of waage keys new or the 64 hexadecimal digits of a seed",
                )
            })?;
            return Ok(Self::from_seed(&seed));
        }
        let wrapped: Wrapped = serde_json::from_str(text).map_err(|_| {
            refuse(
                "it is no key file of this version",
                "make one with waage keys new",
            )
        })?;
        let seed = wrapped.open(passphrase).map_err(|problem| match problem {
            wrap::Problem::Text(what, mend) => refuse(&what, &mend),
            wrap::Problem::Key(error) => error,
        })?;
        let mut key = Self::from_seed(&seed);
        if to_hex(key.public().as_bytes()) != wrapped.public {
            return Err(refuse(
                "its public and private halves do not belong together",
                "take an undamaged copy",
            ));
        }
        key.id = Some(wrapped.id.clone());
        Ok(key)
    }

    /// The text of a key file: wrapped by a passphrase, or open.
    ///
    /// # Errors
    /// An empty passphrase, or a system without random numbers.
    pub fn file(&self, id: &str, passphrase: Option<&str>) -> Result<Zeroizing<String>, KeyError> {
        let seed = Zeroizing::new(self.key.to_bytes());
        let public = to_hex(self.public().as_bytes());
        let wrapped = Wrapped::seal(id, &public, &seed, passphrase)?;
        let mut text = Zeroizing::new(serde_json::to_string(&wrapped).unwrap_or_default());
        text.push('\n');
        Ok(text)
    }

    /// Writes a key file that only its owner can read; one that is there is never replaced.
    ///
    /// # Errors
    /// A file that exists or cannot be written.
    pub fn write(&self, path: &Path, id: &str, passphrase: Option<&str>) -> Result<(), KeyError> {
        use std::io::Write;
        let text = self.file(id, passphrase)?;
        let failed = |source| KeyError::Write {
            file: path.display().to_string(),
            source,
        };
        let mut options = std::fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)
    }
}

/// Whether others may read a private key.
#[cfg(unix)]
fn check_mode(file: &std::fs::File, name: &str) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file
        .metadata()
        .map_or(0, |about| about.permissions().mode());
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyError::Secret {
        file: name.to_owned(),
        what: format!("others may read it (mode {:04o})", mode & 0o7777),
        mend: "use chmod 600 on it".to_owned(),
    })
}

#[cfg(not(unix))]
fn check_mode(_: &std::fs::File, _: &str) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Result<Zeroizing<String>, KeyError> {
        Err(KeyError::asked("no passphrase", "give one"))
    }

    fn seed(digits: &str) -> SecretKey {
        SecretKey::parse(digits, "test", none).unwrap()
    }

    /// RFC 8032 §7.1, tests 1, 2, 3 and SHA(abc).
    #[test]
    fn signatures_are_those_of_the_standard() {
        let abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        for (secret, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
            (
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                abc,
                "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
            ),
        ] {
            let key = seed(secret);
            assert_eq!(to_hex(key.public().as_bytes()), public);
            let mut bytes = vec![0; message.len() / 2];
            from_hex(message.as_bytes(), &mut bytes).unwrap();
            assert_eq!(to_hex(&key.sign(&bytes)), signature);
            assert!(
                key.public()
                    .verify_strict(&bytes, &key.sign(&bytes).into())
                    .is_ok()
            );
        }
    }

    #[test]
    fn a_key_file_gives_the_key_back() {
        let key = SecretKey::generate().unwrap();
        let folder = tempfile::tempdir().unwrap();
        for passphrase in [None, Some("correct horse")] {
            let path = folder.path().join(format!("{}.key", passphrase.is_some()));
            key.write(&path, "a.approver", passphrase).unwrap();
            let give = || Ok(Zeroizing::new(passphrase.unwrap().to_owned()));
            let again = SecretKey::read(&path, give).unwrap();
            assert_eq!(again.public(), key.public());
            assert_eq!(again.id(), Some("a.approver"));
            assert!(key.write(&path, "a.approver", passphrase).is_err());
            let text = std::fs::read_to_string(&path).unwrap();
            let open = text.contains(&to_hex(&key.key.to_bytes()));
            assert_eq!(open, passphrase.is_none());
        }
        let path = folder.path().join("true.key");
        let wrong = || Ok(Zeroizing::new("incorrect horse".to_owned()));
        let said = SecretKey::read(&path, wrong).unwrap_err().to_string();
        assert!(said.contains("passphrase"), "{said}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
            let said = SecretKey::read(&path, none).unwrap_err().to_string();
            assert!(said.contains("others may read it (mode 0640)"), "{said}");
        }
    }

    #[test]
    fn no_message_and_no_debug_form_holds_the_secret() {
        let digits = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let key = seed(digits);
        assert_eq!(format!("{key:?}"), "SecretKey(21fe31dfa154a261)");
        for text in [
            &digits[1..],
            &format!("{digits}0"),
            &format!("{{\"secret\":\"{digits}\"}}"),
        ] {
            let said = SecretKey::parse(text, "K", none).unwrap_err().to_string();
            assert!(!said.contains(&digits[2..10]), "{said}");
        }
    }
}
