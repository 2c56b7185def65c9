//! Pseudonyms of ids (GOVERNANCE §9.2): a keyed hash, so that whoever lacks the key can neither read
//! nor guess an id.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ledger::hash::{from_hex, to_hex};

/// A key of 32 bytes; shown nowhere and wiped when it is dropped.
#[derive(Clone)]
pub struct PseudonymKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PseudonymKey")
    }
}

impl PseudonymKey {
    /// A key of 32 bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A new key from the system's random source.
    ///
    /// # Errors
    /// When there is none.
    pub fn generate() -> Result<Self, String> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut())
            .map_err(|cause| format!("the system gives no random numbers ({cause}); try again"))?;
        Ok(Self(bytes))
    }

    /// Reads 64 hexadecimal digits, white space around them left out.
    ///
    /// # Errors
    /// A sentence that says how to write a key; it never repeats what was given.
    pub fn from_hex(text: &str) -> Result<Self, String> {
        let digits = Zeroizing::new(text.trim().to_ascii_lowercase());
        let mut bytes = Zeroizing::new([0; 32]);
        from_hex(digits.as_bytes(), bytes.as_mut()).ok_or(
            "a key of pseudonyms is 64 hexadecimal digits; make one with waage review key FILE",
        )?;
        Ok(Self(bytes))
    }

    /// The key as 64 hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> Zeroizing<String> {
        Zeroizing::new(to_hex(self.0.as_ref()))
    }

    /// The pseudonym of a case: `c_` and 26 hexadecimal digits.
    ///
    /// ```
    /// use waage_govern::review::PseudonymKey;
    /// let key = PseudonymKey::new([b'k'; 32]);
    /// assert_eq!(key.case_id("L01"), "c_baee38e94f53dd6068a5290025");
    /// ```
    #[must_use]
    pub fn case_id(&self, id: &str) -> String {
        // A key of 32 bytes is one that every HMAC takes.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.as_ref()) else {
            unreachable!()
        };
        mac.update(b"waage.pid.v1\nlead\n");
        mac.update(id.as_bytes());
        let hash = mac.finalize().into_bytes();
        format!("c_{}", to_hex(&hash[..13]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written_and_never_shown() {
        let key = PseudonymKey::generate().unwrap();
        let again = PseudonymKey::from_hex(&format!(" {}\n", *key.to_hex())).unwrap();
        assert_eq!(key.case_id("x"), again.case_id("x"));
        let shouted = PseudonymKey::from_hex(&key.to_hex().to_uppercase()).unwrap();
        assert_eq!(key.case_id("x"), shouted.case_id("x"));
        assert_eq!(format!("{key:?}"), "PseudonymKey");
        assert_ne!(
            key.case_id("x"),
            PseudonymKey::generate().unwrap().case_id("x")
        );
        for text in ["", "zz", &"g".repeat(64), &"0".repeat(63), &"ä".repeat(32)] {
            let error = PseudonymKey::from_hex(text).unwrap_err();
            assert!(
                error.contains("64 hexadecimal digits")
                    && (text.is_empty() || !error.contains(text))
            );
        }
    }
}
