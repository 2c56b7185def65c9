//! Words of a file in an error's sentence.

/// At most 60 characters of a text, those without a face escaped.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

/// A parser's message on one line: it may quote the file.
pub(super) fn line(message: &str) -> String {
    let mut line = String::new();
    for c in message.chars().take(300) {
        if c.is_control() {
            line.extend(c.escape_debug());
        } else {
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_sentence_stays_one_line() {
        assert_eq!(super::shown("a\nb"), "a\\nb");
        assert_eq!(super::line("'a\nb'"), "'a\\nb'");
        assert_eq!(super::shown(&"x".repeat(1_000)).len(), 60);
    }
}
