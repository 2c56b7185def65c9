//! Digests as documents show them.

use waage_govern::ledger::Hash;

/// `sha256:` and the bytes of a digest in hexadecimal.
pub fn of(sha256: impl Into<[u8; 32]>) -> String {
    Hash(sha256.into()).digest()
}
