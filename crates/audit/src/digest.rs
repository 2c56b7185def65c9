//! Digests as documents show them.

/// `sha256:` and the bytes of a digest in hexadecimal.
pub fn of(sha256: impl AsRef<[u8]>) -> String {
    let mut out = String::from("sha256:");
    out.extend(sha256.as_ref().iter().map(|byte| format!("{byte:02x}")));
    out
}
