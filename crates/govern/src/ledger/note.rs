//! Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;

use super::hash::sha256;

/// Largest note that is read.
pub(crate) const NOTE_BYTES_MAX: usize = 64 * 1024;
/// The signature type of Ed25519.
const ED25519: u8 = 1;
/// The dash, with its blank, that begins a line of a signature.
const DASH: &str = "\u{2014} ";

/// One signature of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key.
    pub name: String,
    /// First four bytes of the hash of name, type and key.
    pub key_hash: [u8; 4],
    /// The signature.
    pub signature: Vec<u8>,
}

/// A text and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    /// The text with its last line end; this is what is signed.
    pub text: String,
    /// The signatures.
    pub signatures: Vec<NoteSignature>,
}

/// The four bytes that tell which key of a name signed.
#[must_use]
pub fn key_hash(name: &str, public: &VerifyingKey) -> [u8; 4] {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend([b'\n', ED25519]);
    bytes.extend(public.as_bytes());
    let hash = sha256(&bytes).0;
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Whether a text can name a key: no white space, no plus sign, not empty.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 128
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl SignedNote {
    /// Reads a note.
    ///
    /// # Errors
    /// What is not as it should be, in words.
    pub fn parse(note: &str) -> Result<Self, &'static str> {
        if note.len() > NOTE_BYTES_MAX {
            return Err("it is too large for a note");
        }
        if note.chars().any(|c| c.is_control() && c != '\n') {
            return Err("it holds control characters");
        }
        let (text, lines) = note
            .rsplit_once("\n\n")
            .ok_or("no empty line divides its text from its signatures")?;
        let lines = lines.strip_suffix('\n').ok_or("its last line has no end")?;
        let signatures = lines
            .split('\n')
            .map(|line| signature(line).ok_or("a line of its signatures is none"))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: format!("{text}\n"),
            signatures,
        })
    }

    /// The note as it is written.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = format!("{}\n", self.text);
        for one in &self.signatures {
            let mut bytes = one.key_hash.to_vec();
            bytes.extend(&one.signature);
            out.push_str(&format!("{DASH}{} {}\n", one.name, STANDARD.encode(bytes)));
        }
        out
    }
}

fn signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (key_hash, signature) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !signature.is_empty()).then(|| NoteSignature {
        name: name.to_owned(),
        key_hash: *key_hash,
        signature: signature.to_vec(),
    })
}
