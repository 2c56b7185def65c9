//! JSON in one canonical form (RFC 8785), so that equal documents have equal digests.

mod scan;

use serde_json::Value;

pub use scan::{DEPTH_MAX, is_canonical};
pub(crate) use scan::{string, value, word};

use crate::ledger::hash::sha256;

/// The greatest whole number that every JSON reader keeps: 2⁵³ − 1. Larger ones are written as
/// decimal strings (GOVERNANCE §4.1).
const LARGEST_INTEGER: u64 = (1 << 53) - 1;

/// `sha256:` and the digest of a document's canonical form.
///
/// ```
/// assert_eq!(
///     waage_govern::canonical::digest(&serde_json::json!({})),
///     "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
/// );
/// ```
#[must_use]
pub fn digest(document: &Value) -> String {
    sha256(canonical(document).as_bytes()).digest()
}

/// A document without white space, keys sorted by UTF-16 code units, numbers as ECMAScript writes them.
#[must_use]
pub fn canonical(document: &Value) -> String {
    let mut out = String::new();
    write(document, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

fn write_number(number: &serde_json::Number, out: &mut String) {
    let large = number.as_u64().is_some_and(|v| v > LARGEST_INTEGER)
        || number
            .as_i64()
            .is_some_and(|v| v.unsigned_abs() > LARGEST_INTEGER);
    if large {
        write_string(&number.to_string(), out);
    } else if number.is_f64() {
        out.push_str(&number.as_f64().map_or_else(|| "null".to_owned(), es_number));
    } else {
        out.push_str(&number.to_string());
    }
}

/// A finite number as ECMAScript's `Number::toString` writes it (ECMA-262 §6.1.6.1.20); Rust's
/// shortest round-trip digits are the same digits.
fn es_number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:e}", value.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let k = digits.len() as i32;
    let n = exponent.parse::<i32>().unwrap_or(0) + 1;
    let body = if k <= n && n <= 21 {
        format!("{digits}{}", "0".repeat((n - k) as usize))
    } else if 0 < n && n <= 21 {
        let (whole, fraction) = digits.split_at(n as usize);
        format!("{whole}.{fraction}")
    } else if -6 < n && n <= 0 {
        format!("0.{}{digits}", "0".repeat((-n) as usize))
    } else {
        let sign = if n > 0 { '+' } else { '-' };
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{first}{point}{rest}e{sign}{}", (n - 1).abs())
    };
    if value < 0.0 {
        format!("-{body}")
    } else {
        body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_written_as_rfc_8785_lists_them() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (9_007_199_254_740_992.0, "9007199254740992"),
            (295_147_905_179_352_830_000.0, "295147905179352830000"),
            (9.999_999_999_999_997e22, "9.999999999999997e+22"),
            (1e23, "1e+23"),
            (999_999_999_999_999_900_000.0, "999999999999999900000"),
            (1e21, "1e+21"),
            (0.000_001, "0.000001"),
            (9.999_999_999_999_997e-7, "9.999999999999997e-7"),
            (333_333_333.333_333_3, "333333333.3333333"),
            (-0.8, "-0.8"),
            (0.05, "0.05"),
        ] {
            assert_eq!(es_number(value), text);
        }
    }

    #[test]
    fn keys_sort_by_utf_16_and_strings_escape_least() {
        let document = json!({"\u{fb33}": 1, "\u{1f600}": 2, "é": 3, "a": "\u{7}\n\"/ä", "A": [true, null, 1.0]});
        assert_eq!(
            canonical(&document),
            "{\"A\":[true,null,1],\"a\":\"\\u0007\\n\\\"/ä\",\"é\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}"
        );
        assert_eq!(canonical(&json!(u64::MAX)), "\"18446744073709551615\"");
    }
}
