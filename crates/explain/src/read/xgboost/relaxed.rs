//! `NaN` and `Infinity`, which XGBoost writes where JSON has no number.

/// What XGBoost writes, and what stands for it.
const TOKENS: &[(&[u8], &[u8])] = &[
    (b"NaN", b"null"),
    (b"-Infinity", b"\"-Infinity\""),
    (b"Infinity", b"\"Infinity\""),
];

/// The same JSON with those tokens, outside of texts, as `null` and as texts; `None` when there are none.
pub(super) fn standard(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = text_end(bytes, at),
            b'N' | b'I' | b'-' => {
                let token = TOKENS
                    .iter()
                    .find(|(token, _)| bytes[at..].starts_with(token));
                if let Some((token, stand_in)) = token {
                    out.extend_from_slice(&bytes[copied..at]);
                    out.extend_from_slice(stand_in);
                    at += token.len();
                    copied = at;
                } else {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    out.extend_from_slice(&bytes[copied..]);
    Some(out)
}

/// The place behind a text that opens at `at`.
fn text_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::standard;

    #[test]
    fn only_tokens_outside_of_texts_are_replaced() {
        assert_eq!(
            standard(br#"{"NaN\"":[NaN,-Infinity,Infinity,-1]}"#).expect("a copy"),
            br#"{"NaN\"":[null,"-Infinity","Infinity",-1]}"#
        );
        assert_eq!(standard(br#"{"NaN":[-1,"\\"]}"#), None);
        assert_eq!(standard(br#"["\"#), None);
    }
}
