//! One line of a ledger: how it is made, and how it is read again without believing it.

use serde_json::Value;

use super::error::LedgerError;
use super::hash::{Hash, Hasher};
use super::kind;
use crate::canonical::{self, DEPTH_MAX, canonical, is_canonical};
use crate::time::Timestamp;

/// What stands before the bytes that an entry's hash covers.
const DOMAIN: &[u8] = b"waage.ledger.v1\n";
/// Largest payload in canonical form.
pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// Longest line without its line end: the payload and everything around it.
pub(crate) const LINE_BYTES_MAX: usize = PAYLOAD_BYTES_MAX + 1024;
/// Largest sequence number that JSON keeps.
const SEQ_MAX: u64 = (1 << 53) - 1;

/// An entry of a ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Who acted: the id of a key, or `waage`.
    pub actor: String,
    /// SHA-256 of the domain and the entry without this hash.
    pub hash: Hash,
    /// What it is about: one of [`KINDS`](super::KINDS).
    pub kind: String,
    /// What there is to say, without personal data.
    pub payload: Value,
    /// The hash of the entry before.
    pub prev: Hash,
    /// Its number, from 0.
    pub seq: u64,
    /// When it was made.
    pub ts: Timestamp,
}

/// What is to be written, before it has a place in the chain.
pub(crate) struct Draft {
    actor: String,
    kind: String,
    payload: String,
    ts: Timestamp,
}

impl Draft {
    /// Checks everything that does not depend on the entries before.
    pub fn new(
        kind: &str,
        actor: &str,
        payload: &Value,
        ts: Timestamp,
    ) -> Result<Self, LedgerError> {
        kind::check(kind)?;
        kind::check_actor(actor)?;
        if !payload.is_object() {
            return Err(LedgerError::entry(
                "the payload is not an object",
                "give named values, such as {\"digest\": …}",
            ));
        }
        if let Some(address) = address_in(payload) {
            return Err(LedgerError::entry(
                format!("the payload seems to hold an e-mail address ({address})"),
                "name people by their ids: what stands in a ledger cannot be erased",
            ));
        }
        let payload = canonical(payload);
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(LedgerError::entry(
                format!("the payload has {} bytes", payload.len()),
                format!(
                    "store it elsewhere and write its digest; at most {PAYLOAD_BYTES_MAX} bytes fit"
                ),
            ));
        }
        // An entry is one level deeper than its payload.
        if canonical::value(payload.as_bytes(), 0, DEPTH_MAX - 1) != Some(payload.len()) {
            return Err(LedgerError::entry(
                "the payload is nested too deep",
                format!("use at most {} levels", DEPTH_MAX - 1),
            ));
        }
        Ok(Self {
            actor: actor.to_owned(),
            kind: kind.to_owned(),
            payload,
            ts,
        })
    }

    /// The entry at a place in the chain, and its line without the line end.
    pub fn place(self, seq: u64, prev: Hash) -> Result<(Entry, String), LedgerError> {
        if seq > SEQ_MAX {
            return Err(LedgerError::entry(
                "the ledger is full",
                "begin another one",
            ));
        }
        let Self {
            actor,
            kind,
            payload,
            ts,
        } = self;
        let before = format!("{{\"actor\":\"{actor}\",");
        let after = format!(
            "\"kind\":\"{kind}\",\"payload\":{payload},\"prev\":\"{prev}\",\"seq\":{seq},\"ts\":\"{ts}\",\"v\":1}}"
        );
        let hash = Hasher::default().hash([DOMAIN, before.as_bytes(), after.as_bytes()]);
        let line = format!("{before}\"hash\":\"{hash}\",{after}");
        let payload = serde_json::from_str(&payload).unwrap_or(Value::Null);
        let entry = Entry {
            actor,
            hash,
            kind,
            payload,
            prev,
            seq,
            ts,
        };
        Ok((entry, line))
    }
}

/// Something that looks like an e-mail address in any text of a value, keys included.
fn address_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => address(text),
        Value::Array(items) => items.iter().find_map(address_in),
        Value::Object(map) => map
            .iter()
            .find_map(|(key, item)| address(key).or_else(|| address_in(item))),
        _ => None,
    }
}

fn address(text: &str) -> Option<String> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '%');
    text.match_indices('@').find_map(|(at, _)| {
        let before = text[..at].rsplit(|c| !part(c)).next()?;
        let after = text[at + 1..].split(|c: char| !part(c)).next()?;
        let after = after.trim_end_matches('.');
        let (host, top) = after.rsplit_once('.')?;
        let is_address = !before.is_empty()
            && !host.is_empty()
            && top.chars().count() >= 2
            && top.chars().all(char::is_alphabetic);
        // Enough to find it, too little to repeat it.
        is_address.then(|| format!("…@{after}"))
    })
}

/// A line taken apart, its parts unchanged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// The whole line.
    pub line: &'a [u8],
    pub actor: &'a str,
    pub hash: &'a [u8],
    pub kind: &'a str,
    pub payload: &'a str,
    pub prev: &'a [u8],
    pub seq: u64,
    pub ts: &'a [u8],
    /// Where the member `hash` begins and where the next one does.
    cut: (usize, usize),
}

/// The parts of a line that is a canonical entry; its hash is not looked at.
pub(crate) fn parts(line: &[u8]) -> Option<Parts<'_>> {
    let text = std::str::from_utf8(line).ok()?;
    let fixed = |at: usize, word: &[u8]| canonical::word(line, at, word);
    let id = |at: usize| {
        let end = canonical::string(line, at)?;
        Some((&text[at + 1..end - 1], end))
    };
    // Whether these are digits shows when they are compared with a hash.
    let digits = |at: usize| Some((line.get(at..at + 64)?, at + 64));
    let (actor, at) = id(fixed(0, b"{\"actor\":")?)?;
    let hash_from = fixed(at, b",")?;
    let (hash, at) = digits(fixed(hash_from, b"\"hash\":\"")?)?;
    let hash_to = fixed(at, b"\",")?;
    let (kind, at) = id(fixed(hash_to, b"\"kind\":")?)?;
    let payload_from = fixed(at, b",\"payload\":")?;
    if line.get(payload_from) != Some(&b'{') {
        return None;
    }
    let at = canonical::value(line, payload_from, DEPTH_MAX - 1)?;
    let payload = &text[payload_from..at];
    let (prev, at) = digits(fixed(at, b",\"prev\":\"")?)?;
    let seq_from = fixed(at, b"\",\"seq\":")?;
    let (seq, at) = number(line, seq_from)?;
    let ts_from = fixed(at, b",\"ts\":\"")?;
    let ts = line.get(ts_from..ts_from + 20)?;
    let end = fixed(ts_from + 20, b"\",\"v\":1}")?;
    let fits = end == line.len() && payload.len() <= PAYLOAD_BYTES_MAX;
    fits.then_some(Parts {
        line,
        actor,
        hash,
        kind,
        payload,
        prev,
        seq,
        ts,
        cut: (hash_from, hash_to),
    })
}

/// A sequence number and the place after it.
fn number(line: &[u8], from: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    let mut at = from;
    while let Some(digit @ b'0'..=b'9') = line.get(at) {
        value = value * 10 + u64::from(digit - b'0');
        at += 1;
        if value > SEQ_MAX {
            return None;
        }
    }
    let is_plain = at > from && (line[from] != b'0' || at == from + 1);
    is_plain.then_some((value, at))
}

impl Parts<'_> {
    /// The hash that this entry should have.
    pub fn computed(&self, hasher: &mut Hasher) -> Hash {
        let (from, to) = self.cut;
        hasher.hash([DOMAIN, &self.line[..from], &self.line[to..]])
    }

    /// The entry; `None` where its time is none or its actor has an escape.
    pub fn entry(&self) -> Option<Entry> {
        Some(Entry {
            actor: serde_json::from_str(&format!("\"{}\"", self.actor)).ok()?,
            hash: Hash::from_hex(self.hash)?,
            kind: serde_json::from_str(&format!("\"{}\"", self.kind)).ok()?,
            payload: serde_json::from_str(self.payload).ok()?,
            prev: Hash::from_hex(self.prev)?,
            seq: self.seq,
            ts: Timestamp::parse_bytes(self.ts)?,
        })
    }
}

impl Entry {
    /// Reads a line without its line end, and checks its form and its own hash; `None` if they do
    /// not hold.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let parts = parts(line.as_bytes())?;
        let entry = parts.entry()?;
        (parts.computed(&mut Hasher::default()) == entry.hash).then_some(entry)
    }

    /// The line without its line end.
    #[must_use]
    pub fn line(&self) -> String {
        let text = canonical(&serde_json::json!({
            "actor": self.actor, "hash": self.hash, "kind": self.kind, "payload": self.payload,
            "prev": self.prev, "seq": self.seq, "ts": self.ts, "v": 1,
        }));
        debug_assert!(is_canonical(&text));
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(kind: &str, payload: Value, ts: &str, seq: u64, prev: Hash) -> (Entry, String) {
        Draft::new(kind, "waage", &payload, ts.parse().unwrap())
            .unwrap()
            .place(seq, prev)
            .unwrap()
    }

    /// GOVERNANCE §4.5.
    #[test]
    fn the_worked_entries_have_the_worked_hashes() {
        let (genesis, line) = place(
            "genesis",
            json!({"ledger_id": "demo"}),
            "2026-01-05T08:00:00Z",
            0,
            Hash::ZERO,
        );
        assert_eq!(
            genesis.hash.to_string(),
            "7386a5a15074f8d6395acb250686794934fd7eb6eb00a22d5aefe5f195a332ed"
        );
        assert_eq!(line, genesis.line());
        let digest = canonical::digest(&json!({}));
        let (second, line) = place(
            "audit.result",
            json!({"verdict": "pass", "digest": digest}),
            "2026-01-05T08:00:01Z",
            1,
            genesis.hash,
        );
        assert_eq!(
            second.hash.to_string(),
            "50448963ff69ba570053182de4369dceca220721db85d21d13230a3e3146a26d"
        );
        assert_eq!(Entry::parse(&line), Some(second));
    }

    #[test]
    fn a_line_in_another_form_is_no_entry() {
        let (_, line) = place(
            "note",
            json!({"text": "ä\n"}),
            "2026-01-05T08:00:00Z",
            7,
            Hash::ZERO,
        );
        assert!(Entry::parse(&line).is_some());
        for (from, to) in [
            ("{\"actor\"", "{ \"actor\""),
            ("\"v\":1", "\"v\":2"),
            ("\"v\":1", "\"v\":1,\"w\":1"),
            ("\"seq\":7", "\"seq\":07"),
            ("\"seq\":7", "\"seq\":8"),
            ("\"seq\":7", "\"seq\":-7"),
            ("\"seq\":7", "\"seq\":99999999999999999999"),
            ("{\"text\":\"ä\\n\"}", "[]"),
            ("\\n", "\\u000a"),
            ("08:00:00Z", "08:00:00z"),
            ("waage", "\\u0077aage"),
        ] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line);
            assert_eq!(Entry::parse(&other), None, "{other}");
        }
        assert_eq!(Entry::parse(&line[..line.len() - 1]), None);
        assert_eq!(Entry::parse(&format!("{line}\n")), None);
        assert_eq!(Entry::parse(""), None);
    }

    #[test]
    fn large_integers_become_texts_and_hostile_texts_stay_in_their_line() {
        let hostile = "\u{1b}[31m\r\n{\"seq\":1}\u{2028}=cmd()\u{202e}<script>";
        let payload = json!({"n": u64::MAX, "x": 1e17, "y": 0.1, "text": hostile});
        let (entry, line) = place("note", payload, "2026-01-05T08:00:00Z", 1, Hash::ZERO);
        assert_eq!(entry.payload["n"], "18446744073709551615");
        assert_eq!(entry.payload["text"], hostile);
        assert!(!line.bytes().any(|b| b < 0x20));
        assert_eq!(Entry::parse(&line), Some(entry));
    }

    #[test]
    fn what_may_not_be_written_is_refused() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let refusal = |kind: &str, actor: &str, payload: Value| {
            Draft::new(kind, actor, &payload, now)
                .err()
                .map(|e| e.to_string())
        };
        let mut deep = json!({});
        for _ in 0..DEPTH_MAX - 1 {
            deep = json!({ "a": deep });
        }
        for (payload, want) in [
            (json!([]), "not an object"),
            (json!({"text": "x".repeat(PAYLOAD_BYTES_MAX)}), "bytes"),
            (deep, "too deep"),
            (
                json!({"a": ["ask anna.huber@firma.example, please"]}),
                "e-mail address (…@firma.example)",
            ),
            (json!({"a@b.example": 1}), "e-mail"),
        ] {
            let said = refusal("note", "waage", payload).unwrap();
            assert!(said.contains(want), "{said}");
        }
        let fine = json!({"source": "finding:FAIR-01@sha256:ab", "at": "me @ work", "v": "1@2.3"});
        assert_eq!(refusal("note", "waage", fine), None);
        assert!(refusal("notes", "waage", json!({})).is_some());
        assert!(refusal("note", "Anna Huber", json!({})).is_some());
    }
}
