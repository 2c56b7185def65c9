//! Ledgers, approvals and keys: what the command line shows of them.

use waage_report::Record;
use waage_result::text::Language;

use crate::page::options;
use crate::{AuditError, PageFormat, Style};

/// Writes a record.
///
/// # Errors
/// [`AuditError::Report`] if the document cannot be written.
pub fn render_record(
    record: Record<'_>,
    format: PageFormat,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let format = format.of_report();
    Ok(waage_report::render_record(
        record,
        format,
        language,
        &options(style),
    )?)
}
