//! Contact data in free text: registers and incidents hold none (GOVERNANCE §9), so a text with an
//! e-mail address, a phone number or an IBAN is refused before it is stored.
//!
//! Names cannot be told from other words; this is a net for the plain cases, not a promise.

/// What kind of contact data a text holds, if it holds some.
///
/// ```
/// use waage_govern::records::personal::contact;
/// assert_eq!(contact("Ask jo@example.org first"), Some("an e-mail address"));
/// assert_eq!(contact("call +49 30 1234567"), Some("a phone number"));
/// assert_eq!(contact("12 of 400 leads, 160 000 EUR on 2026-11-24"), None);
/// ```
#[must_use]
pub fn contact(text: &str) -> Option<&'static str> {
    if text.split_whitespace().any(is_mail) {
        return Some("an e-mail address");
    }
    if has_iban(text) {
        return Some("an IBAN");
    }
    has_phone(text).then_some("a phone number")
}

fn is_mail(word: &str) -> bool {
    let Some((user, host)) = word.split_once('@') else {
        return false;
    };
    let host = host.trim_end_matches(|c: char| !c.is_alphanumeric());
    user.chars().next_back().is_some_and(char::is_alphanumeric)
        && host
            .rsplit_once('.')
            .is_some_and(|(name, top)| !name.is_empty() && top.len() >= 2 && !top.contains('/'))
}

/// A number of eight digits or more that begins with `+` or `0`, in the usual groupings.
fn has_phone(text: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len()).any(|start| {
        let before = start.checked_sub(1).map(|at| letters[at]);
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && !".,:-".contains(c))
            && matches!(letters[start], '+' | '0')
            && letters.get(start + 1).is_some_and(char::is_ascii_digit);
        let grouped = |c: &char| c.is_ascii_digit() || " /-()+\u{a0}\u{202f}".contains(*c);
        let run = letters[start..].iter().take_while(|c| grouped(c));
        starts && run.filter(|c| c.is_ascii_digit()).count() >= 8
    })
}

/// Two letters, two check digits and 11 to 30 more letters and digits whose remainder by 97 is 1.
fn has_iban(text: &str) -> bool {
    let packed: Vec<u8> = text
        .bytes()
        .filter(|b| !matches!(b, b' ' | b'\t'))
        .collect();
    let head = |at: usize| {
        packed.len() >= at + 15
            && packed[at..at + 2].iter().all(u8::is_ascii_uppercase)
            && packed[at + 2..at + 4].iter().all(u8::is_ascii_digit)
    };
    (0..packed.len()).filter(|at| head(*at)).any(|at| {
        let run = packed[at..]
            .iter()
            .take(34)
            .take_while(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            .count();
        (15..=run).any(|length| is_iban(&packed[at..at + length]))
    })
}

fn is_iban(text: &[u8]) -> bool {
    let digit = |rest: u32, b: u8| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b - b'A') + 10) % 97,
    };
    let letters = text[4..].iter().chain(&text[..4]);
    letters.fold(0, |rest, &b| digit(rest, b)) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contact_data_are_found_among_words() {
        for (text, kind) in [
            ("mailto: a.b@firma.de.", Some("an e-mail address")),
            ("(x@y.org)", Some("an e-mail address")),
            ("0171/1234567", Some("a phone number")),
            ("Tel. (0 30) 123 45 67", None),
            ("Tel. (030) 123 45 67", Some("a phone number")),
            ("Tel. 030 123 45 67 8", Some("a phone number")),
            ("DE89 3704 0044 0532 0130 00", Some("an IBAN")),
            ("DE89370400440532013001", None),
            ("@everyone", None),
            ("FAIR-01@sha256:0123456789", None),
            ("gap 0.074 (0.035 to 0.113)", None),
            ("0.00001234567", None),
            ("", None),
        ] {
            assert_eq!(contact(text), kind, "{text}");
        }
    }
}
