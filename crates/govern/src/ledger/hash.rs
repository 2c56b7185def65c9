//! SHA-256 values, SHA-256 of streams, and of short messages that lie in several pieces.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

/// A SHA-256 value, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 64 zeros: what stands before the first entry.
    pub const ZERO: Self = Self([0; 32]);

    /// The value as documents name a digest: `sha256:` and the digits.
    ///
    /// ```
    /// use waage_govern::ledger::Hash;
    /// assert_eq!(Hash([0xab; 32]).digest(), format!("sha256:{}", "ab".repeat(32)));
    /// ```
    #[must_use]
    pub fn digest(&self) -> String {
        format!("sha256:{self}")
    }

    /// The digits.
    #[must_use]
    pub fn hex(&self) -> [u8; 64] {
        let mut out = [0; 64];
        for (pair, byte) in out.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&PAIRS[usize::from(byte)]);
        }
        out
    }

    /// Reads 64 lower-case digits.
    #[must_use]
    pub fn from_hex(digits: &[u8]) -> Option<Self> {
        let mut out = [0; 32];
        from_hex(digits, &mut out)?;
        Some(Self(out))
    }
}

/// Reads lower-case hexadecimal digits into exactly the bytes that they stand for.
pub(crate) fn from_hex(digits: &[u8], out: &mut [u8]) -> Option<()> {
    if digits.len() != out.len() * 2 {
        return None;
    }
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(())
}

/// Lower-case hexadecimal digits of bytes, in one allocation: some are secret and wiped afterwards.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    let digits = bytes.iter().flat_map(|byte| PAIRS[usize::from(*byte)]);
    out.extend(digits.map(char::from));
    out
}

/// The two digits of each byte.
static PAIRS: [[u8; 2]; 256] = {
    let digits = b"0123456789abcdef";
    let mut pairs = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        pairs[byte] = [digits[byte >> 4], digits[byte & 15]];
        byte += 1;
    }
    pairs
};

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_hex(text.as_bytes())
            .ok_or_else(|| format!("{text:?} is not a SHA-256 value of 64 digits 0-9 and a-f"))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Hashes many short messages: each is laid out with its padding in one buffer that is kept, and
/// all its blocks go through the processor's SHA instructions in one call.
#[derive(Default)]
pub(crate) struct Hasher {
    buffer: Vec<[u8; 64]>,
}

impl Hasher {
    /// SHA-256 of the pieces, one after another.
    pub fn hash<const N: usize>(&mut self, pieces: [&[u8]; N]) -> Hash {
        let length: usize = pieces.iter().map(|piece| piece.len()).sum();
        let blocks = (length + 9).div_ceil(64);
        if self.buffer.len() < blocks {
            self.buffer.resize(blocks, [0; 64]);
        }
        let laid = &mut self.buffer[..blocks];
        let bytes = laid.as_flattened_mut();
        let mut at = 0;
        for piece in pieces {
            bytes[at..at + piece.len()].copy_from_slice(piece);
            at += piece.len();
        }
        let end = bytes.len() - 8;
        bytes[at] = 0x80;
        bytes[at + 1..end].fill(0);
        bytes[end..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
        let mut state = START;
        compress256(&mut state, laid);
        let mut out = [0; 32];
        for (four, word) in out.chunks_exact_mut(4).zip(state) {
            four.copy_from_slice(&word.to_be_bytes());
        }
        Hash(out)
    }
}

/// SHA-256 of some bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// SHA-256 of all that can be read, and how many bytes that is.
pub(crate) fn sha256_of(mut reader: impl Read) -> io::Result<(Hash, u64)> {
    let mut hashing = Hashing(Sha256::new());
    let bytes = io::copy(&mut reader, &mut hashing)?;
    Ok((Hash(hashing.0.finalize().into()), bytes))
}

/// Bytes on their way into a digest.
struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_like_the_whole() {
        let bytes: Vec<u8> = (0..700_u32).map(|i| (i * 31 % 251) as u8).collect();
        let mut hasher = Hasher::default();
        for length in (0..200).chain([511, 512, 513, 700]) {
            let cut = length / 3;
            let got = hasher.hash([&bytes[..cut], &bytes[cut..length]]);
            assert_eq!(got, sha256(&bytes[..length]), "{length} bytes");
        }
    }

    #[test]
    fn streams_hash_like_their_bytes() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i % 253) as u8).collect();
        for length in [0, 1, 8_191, 8_192, 8_193, bytes.len()] {
            let read = sha256_of(&bytes[..length]).unwrap();
            assert_eq!(read, (sha256(&bytes[..length]), length as u64));
        }
    }

    #[test]
    fn digits_are_lower_case_and_sixty_four() {
        let hash = sha256(b"");
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(hash.to_string(), text);
        assert_eq!(hash.hex(), text.as_bytes());
        assert_eq!(text.parse::<Hash>().unwrap(), hash);
        assert!(text.to_uppercase().parse::<Hash>().is_err());
        assert!(text[1..].parse::<Hash>().is_err());
    }
}
