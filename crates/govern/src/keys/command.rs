//! Who signs: a private key here, or a command that has access to one elsewhere.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{KeyError, SecretKey};
use crate::ledger::hash::from_hex;

/// More than any form of a signature.
const ANSWER_BYTES_MAX: u64 = 4096;

/// Something that signs.
#[derive(Debug)]
pub enum Signer {
    /// A private key in memory.
    Secret(Box<SecretKey>),
    /// A command of the system's shell: the message on standard input, the signature on standard
    /// output as 64 bytes, 128 hexadecimal digits or base64. So an HSM, an agent or a card signs.
    Command(String),
}

impl From<SecretKey> for Signer {
    fn from(key: SecretKey) -> Self {
        Self::Secret(Box::new(key))
    }
}

impl Signer {
    /// The signature of a message; what a command answered is not yet verified.
    ///
    /// # Errors
    /// A command that fails or answers with anything else.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        match self {
            Self::Secret(key) => Ok(key.sign(message)),
            Self::Command(command) => run(command, message),
        }
    }
}

fn run(command: &str, message: &[u8]) -> Result<[u8; 64], KeyError> {
    let failed = |what: String| KeyError::Command {
        what,
        mend: "it must read the message from standard input and print the signature".to_owned(),
    };
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let mut child = Command::new(shell)
        .args([flag, command])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("cannot be started ({error})")))?;
    // A message is at most some hundred kilobytes; a command that does not read it says so by its
    // answer, not by a broken pipe.
    let writer = child.stdin.take().map(|mut stdin| {
        let message = message.to_vec();
        std::thread::spawn(move || stdin.write_all(&message))
    });
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout
            .take(ANSWER_BYTES_MAX)
            .read_to_end(&mut answer)
            .map_err(|error| failed(format!("gives no answer ({error})")))?;
    }
    let status = child
        .wait()
        .map_err(|error| failed(format!("did not end ({error})")))?;
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    if !status.success() {
        return Err(failed(format!("failed ({status})")));
    }
    signature(&answer)
        .ok_or_else(|| failed("answered with something that is no signature".to_owned()))
}

/// 64 bytes, or their digits, or their base64.
pub(crate) fn signature(answer: &[u8]) -> Option<[u8; 64]> {
    if let Ok(raw) = answer.try_into() {
        return Some(raw);
    }
    let text = answer.trim_ascii();
    let mut out = [0; 64];
    if from_hex(text, &mut out).is_some() {
        return Some(out);
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_read_in_three_forms() {
        let raw: [u8; 64] = std::array::from_fn(|i| i as u8);
        let hex = crate::ledger::hash::to_hex(&raw);
        assert_eq!(signature(&raw), Some(raw));
        assert_eq!(signature(format!("{hex}\n").as_bytes()), Some(raw));
        assert_eq!(
            signature(format!(" {}\n", STANDARD.encode(raw)).as_bytes()),
            Some(raw)
        );
        assert_eq!(signature(b""), None);
        assert_eq!(signature(&raw[1..]), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_command_signs() {
        let sign = |command: &str| Signer::Command(command.to_owned()).sign(b"message");
        let digits = "ab".repeat(64);
        let echo = format!("test \"$(cat)\" = message && echo {digits}");
        assert_eq!(sign(&echo).unwrap(), [0xab; 64]);
        for (command, want) in [
            ("exit 3", "failed (exit status: 3)"),
            ("echo no", "no signature"),
            ("yes", "failed"),
            (
                "no-such-command-here 2>/dev/null",
                "failed (exit status: 127)",
            ),
        ] {
            let said = sign(command).unwrap_err().to_string();
            assert!(said.contains(want), "{said}");
        }
    }
}
