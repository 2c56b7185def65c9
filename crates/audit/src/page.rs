//! Scans and explanations as text: one form and one width for both.

use waage_report::Options;

use crate::{AuditError, Style};

/// A form in which a scan or an explanation leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFormat {
    /// Tables for a terminal.
    Text,
    /// The document itself.
    Json,
    /// GitHub-flavoured Markdown.
    Markdown,
}

impl PageFormat {
    /// The form of a name, of what is written: `a scan`, `an explanation`.
    ///
    /// # Errors
    /// [`AuditError::Option`] with the names that there are.
    pub fn named(name: &str, written: &str) -> Result<Self, AuditError> {
        match name {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            "markdown" => Ok(Self::Markdown),
            other => Err(AuditError::Option(format!(
                "{written} has no format {other:?}; use text, json or markdown"
            ))),
        }
    }

    pub(crate) const fn of_report(self) -> waage_report::Format {
        match self {
            Self::Text => waage_report::Format::Text,
            Self::Json => waage_report::Format::Json,
            Self::Markdown => waage_report::Format::Markdown,
        }
    }
}

/// What a style asks of a page.
pub(crate) fn options(style: Style) -> Options {
    Options {
        color: style.color,
        width: style.width.unwrap_or(crate::files::WIDTH),
        ..Options::default()
    }
}
