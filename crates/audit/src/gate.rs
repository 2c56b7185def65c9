//! Gates: what must be shown before the next step.

use std::path::Path;

use waage_govern::Timestamp;
pub use waage_govern::gate::Files;
use waage_govern::ledger::Options;
use waage_report::NoticeFormat;
use waage_result::gate::GateResult;
use waage_result::text::Language;

use crate::page::options;
use crate::policy::day;
use crate::{AuditError, Style};

/// Reads what a gate looks at and judges it on a day.
///
/// # Errors
/// [`AuditError`] only for a policy that cannot be read, a gate that nobody knows and a day that is
/// none; whatever else cannot be read stands in the result.
pub fn gate(
    name: &str,
    files: &Files,
    data_digest: Option<&str>,
    as_of: &str,
) -> Result<GateResult, AuditError> {
    Ok(waage_govern::gate::read(
        name,
        files,
        data_digest,
        day(as_of)?,
    )?)
}

/// Adds a gate's decision to a ledger.
///
/// # Errors
/// [`AuditError::Ledger`] if the entry cannot be added.
pub fn record(
    ledger: &Path,
    options: &Options,
    result: &GateResult,
    actor: &str,
    now: Timestamp,
) -> Result<(), AuditError> {
    waage_govern::gate::record(ledger, options, result, actor, now)?;
    Ok(())
}

/// What a gate says as text; with `explain` every reason, a line each.
///
/// # Errors
/// [`AuditError`] where the document cannot be written.
pub fn render(
    result: &GateResult,
    format: NoticeFormat,
    explain: bool,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = options(style);
    Ok(waage_report::gate(
        result, format, explain, language, &options,
    )?)
}
