//! What checks of policies and gates say, for people and for the machines that run them.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::ReportError;

/// A form in which a check of a policy or a gate leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeFormat {
    /// Lines for a terminal.
    Text,
    /// The document itself.
    Json,
    /// GitHub-flavoured Markdown.
    Markdown,
    /// Workflow commands, which annotate the lines of a pull request.
    Github,
    /// JUnit XML: a test case for each requirement.
    Junit,
}

impl NoticeFormat {
    /// Every form.
    pub const ALL: [Self; 5] = [
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Github,
        Self::Junit,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Junit => "junit",
        }
    }
}

impl FromStr for NoticeFormat {
    type Err = ReportError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| ReportError::UnknownFormat(name.to_owned()))
    }
}

/// Where a workflow command points to: file, line and column; 0 where the file as a whole is meant.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
}

/// A workflow command: `::error file=audit.toml,line=8,col=1,title=…::…`.
pub(crate) fn workflow_command(
    level: &str,
    spot: Option<Spot<'_>>,
    title: &str,
    text: &str,
) -> String {
    let mut out = format!("::{level} ");
    if let Some(spot) = spot {
        let _ = write!(out, "file={},", property(spot.file));
        if spot.line > 0 {
            let _ = write!(out, "line={},col={},", spot.line, spot.column);
        }
    }
    let _ = writeln!(out, "title={}::{}", property(title), message(text));
    out
}

/// Text after the `::` of a workflow command: on one line.
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a workflow command: neither `,` nor `:`.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in XML: escaped, and without the controls that XML forbids.
pub(crate) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_command() {
        let spot = Spot {
            file: "a,b:c.toml",
            line: 3,
            column: 1,
        };
        assert_eq!(
            workflow_command("error", Some(spot), "x", "100 %\n::error::y"),
            "::error file=a%2Cb%3Ac.toml,line=3,col=1,title=x::100 %25%0A::error::y\n"
        );
        assert_eq!(
            xml("<a href=\"x\">&\u{1}"),
            "&lt;a href=&quot;x&quot;&gt;&amp;\u{fffd}"
        );
    }
}
