//! Is this text in canonical form? Answered in one pass over its bytes, without building a value.
//!
//! A ledger of a million lines is checked line by line; parsing each and writing it again would cost
//! ten times its hashes. The rules are RFC 8785's: no white space, keys in the order of their UTF-16
//! code units and none twice, the shortest escapes, numbers as ECMAScript writes them.

use super::es_number;

/// Deepest nesting that is followed.
pub const DEPTH_MAX: usize = 64;

/// Whether UTF-8 text is one JSON value in canonical form, nested no deeper than [`DEPTH_MAX`].
///
/// ```
/// use waage_govern::canonical::is_canonical;
/// assert!(is_canonical(r#"{"a":[1,0.05],"b":"ü\n"}"#));
/// assert!(!is_canonical(r#"{"a": 1}"#));
/// assert!(!is_canonical(r#"{"b":1,"a":2}"#));
/// assert!(!is_canonical("1.0"));
/// ```
#[must_use]
pub fn is_canonical(text: &str) -> bool {
    value(text.as_bytes(), 0, DEPTH_MAX) == Some(text.len())
}

/// The end of the canonical value that begins at a byte of UTF-8 text; `None` if there is none.
pub(crate) fn value(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    match *bytes.get(at)? {
        b'"' => string(bytes, at),
        b'{' => object(bytes, at, depth.checked_sub(1)?),
        b'[' => array(bytes, at, depth.checked_sub(1)?),
        b't' => word(bytes, at, b"true"),
        b'f' => word(bytes, at, b"false"),
        b'n' => word(bytes, at, b"null"),
        _ => number(bytes, at),
    }
}

/// The place after a word that stands at a byte.
pub(crate) fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes
        .get(at..)?
        .starts_with(word)
        .then_some(at + word.len())
}

fn array(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    let mut at = at + 1;
    if bytes.get(at) == Some(&b']') {
        return Some(at + 1);
    }
    loop {
        at = value(bytes, at, depth)?;
        match bytes.get(at)? {
            b',' => at += 1,
            b']' => return Some(at + 1),
            _ => return None,
        }
    }
}

fn object(bytes: &[u8], at: usize, depth: usize) -> Option<usize> {
    let mut at = at + 1;
    if bytes.get(at) == Some(&b'}') {
        return Some(at + 1);
    }
    let mut before: Option<&[u8]> = None;
    loop {
        let end = string(bytes, at)?;
        let key = &bytes[at..end];
        if before.is_some_and(|before| !ascend(before, key)) {
            return None;
        }
        before = Some(key);
        at = word(bytes, end, b":")?;
        at = value(bytes, at, depth)?;
        match bytes.get(at)? {
            b',' => at += 1,
            b'}' => return Some(at + 1),
            _ => return None,
        }
    }
}

/// Whether the first of two quoted keys comes before the second.
fn ascend(first: &[u8], second: &[u8]) -> bool {
    let inner = |key: &[u8]| key.len() - 1;
    let (a, b) = (&first[1..inner(first)], &second[1..inner(second)]);
    let plain = |key: &[u8]| key.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
    if plain(a) && plain(b) {
        return a < b;
    }
    let decoded = |key: &[u8]| -> Option<Vec<u16>> {
        let text: String = serde_json::from_slice(key).ok()?;
        Some(text.encode_utf16().collect())
    };
    match (decoded(first), decoded(second)) {
        (Some(a), Some(b)) => a < b,
        _ => false,
    }
}

/// The place after a quoted string with no other escapes than those that must be.
pub(crate) fn string(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = word(bytes, at, b"\"")?;
    loop {
        at = plain(bytes, at);
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match *bytes.get(at + 1)? {
                b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' => {
                    let digits = bytes.get(at + 2..at + 6)?;
                    if !is_needed(digits) {
                        return None;
                    }
                    at += 6;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
}

/// Whether four digits stand for a control character that has no shorter escape.
fn is_needed(digits: &[u8]) -> bool {
    digits.starts_with(b"00")
        && matches!(digits[2], b'0' | b'1')
        && matches!(digits[3], b'0'..=b'9' | b'a'..=b'f')
        && !matches!(&digits[2..], b"08" | b"09" | b"0a" | b"0c" | b"0d")
}

/// The first byte from `at` on that is a quote, a backslash or a control character, or the end.
fn plain(bytes: &[u8], at: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = at;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|b| b.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let zero = |w: u64| w.wrapping_sub(ONES) & !w;
        // Bytes below 0x20; the other two are zero after the exclusive or. Borrows only reach
        // bytes above the lowest hit, which alone is looked at.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let hit = (control | quote | backslash) & HIGH;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let stops = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    bytes[at..]
        .iter()
        .position(stops)
        .map_or(bytes.len(), |more| at + more)
}

/// The place after a number as ECMAScript writes it.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let length = bytes[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e'))
        .count();
    let token = &bytes[at..at + length];
    let digits = token.strip_prefix(b"-").unwrap_or(token);
    let whole = matches!(digits.first(), Some(b'1'..=b'9'))
        && digits.len() <= 15
        && digits.iter().all(u8::is_ascii_digit);
    if whole || token == b"0" {
        return Some(at + length);
    }
    let token = std::str::from_utf8(token).ok()?;
    let value: f64 = token.parse().ok()?;
    (value.is_finite() && es_number(value) == token).then_some(at + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::canonical;
    use proptest::prelude::*;
    use serde_json::{Map, Number, Value};

    /// The same question by way of a value: read, write, compare. Every number is a double there.
    fn by_value(text: &str) -> bool {
        fn doubles(value: Value) -> Value {
            match value {
                Value::Number(n) => n.as_f64().and_then(Number::from_f64).into(),
                Value::Array(items) => items.into_iter().map(doubles).collect(),
                Value::Object(map) => {
                    let map: Map<_, _> = map.into_iter().map(|(k, v)| (k, doubles(v))).collect();
                    map.into()
                }
                other => other,
            }
        }
        serde_json::from_str::<Value>(text).is_ok_and(|value| canonical(&doubles(value)) == text)
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            "[a-c\"\\\\\u{0}-\u{1f}é\u{fb33}\u{1f600}\u{7f}\u{2028}/]{0,12}",
            "[a-z0-9]{0,20}",
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-20_i64..20).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            (-1e4..1e4_f64).prop_map(|v| Value::from((v * 16.0).round() / 16.0)),
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_canonical(value in any_value()) {
            let text = canonical(&value);
            prop_assert!(is_canonical(&text), "{text}");
            prop_assert!(by_value(&text), "{text}");
        }

        /// One byte of a canonical text replaced, removed or doubled: both ways say the same.
        #[test]
        fn both_ways_agree_on_damaged_text(value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..4) {
            let mut bytes = canonical(&value).into_bytes();
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => { bytes.remove(at); }
                _ => bytes.insert(at, bytes[at]),
            }
            if let Ok(text) = std::str::from_utf8(&bytes) {
                prop_assert_eq!(is_canonical(text), by_value(text), "{}", text);
            }
        }

        /// Written by serde_json: canonical only by chance, and then both see it.
        #[test]
        fn both_ways_agree_on_other_writers(value in any_value()) {
            let text = value.to_string();
            prop_assert_eq!(is_canonical(&text), by_value(&text), "{}", text);
        }
    }

    #[test]
    fn both_ways_agree_on_corner_cases() {
        for text in [
            "",
            " ",
            "0",
            "-0",
            "00",
            "-",
            "1.",
            ".5",
            "1e5",
            "1e21",
            "1e+21",
            "1E+21",
            "1e400",
            "+1",
            "9007199254740991",
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "295147905179352830000",
            "18446744073709551615",
            "0.1e1",
            "1e-7",
            "0.000001",
            "NaN",
            "true",
            "tru",
            "truex",
            "nul",
            "[]",
            "[,]",
            "[1,]",
            "[1 ]",
            "{}",
            "{\"a\":1,}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"b\":1}",
            "{\"b\":1,\"a\":1}",
            "{\"\":1,\"\\n\":1}",
            "{\"\\n\":1,\"\":1}",
            "{\"\u{1f600}\":1,\"\u{fb33}\":2}",
            "{\"\u{fb33}\":1,\"\u{1f600}\":2}",
            "{\"\\\\\":1,\"a\":1}",
            "{\"!\":1,\"\\\"\":1}",
            "\"\\u0007\"",
            "\"\\u000A\"",
            "\"\\u001F\"",
            "\"\\u001f\"",
            "\"\\u0008\"",
            "\"\\u00e9\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud800\"",
            "\"\\/\"",
            "\"/\"",
            "\"\t\"",
            "\"\u{7f}\"",
            "\"open",
            "\"a\"b",
            "1 ",
            "\u{feff}1",
        ] {
            assert_eq!(is_canonical(text), by_value(text), "{text:?}");
        }
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_canonical(&nested(DEPTH_MAX)));
        assert!(!is_canonical(&nested(DEPTH_MAX + 1)));
        assert!(!is_canonical(&nested(1_000_000)));
    }
}
