//! Reports as text and as files.

use std::io::Write;
use std::path::Path;

use waage_charts::Figure;
use waage_data::DataError;
use waage_data::output::AtomicFile;
use waage_report::{Format, Options};
use waage_result::document::AuditResult;
use waage_result::privacy::Hidden;
use waage_result::text::{Catalogue, Language};

use crate::{AuditError, Style};

/// Columns of a terminal that does not tell its width.
const WIDTH: usize = 100;

/// A report as text. Reports for people hide groups below the policy's `k`.
///
/// # Errors
/// [`AuditError`] when a figure cannot be drawn.
pub fn render(
    result: &AuditResult,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = Options {
        hide_below: result.policy.privacy_k,
        color: style.color,
        width: style.width.unwrap_or(WIDTH),
    };
    Ok(waage_report::render(result, format, language, &options)?)
}

/// The figures of a report.
///
/// # Errors
/// [`AuditError`] when one cannot be drawn.
pub fn figures(result: &AuditResult, language: Language) -> Result<Vec<Figure>, AuditError> {
    let options = waage_charts::Options { hide_below: result.policy.privacy_k };
    Ok(waage_charts::figures(result, language, &options)?)
}

/// The document with groups of fewer than `limit` rows hidden.
#[must_use]
pub fn suppress(result: &AuditResult, limit: u64) -> AuditResult {
    waage_result::privacy::suppress(result, &Hidden::below(result, limit))
}

/// Verdict, rows and seconds in one line.
#[must_use]
pub fn summary_line(result: &AuditResult, language: Language, seconds: f64) -> String {
    let words = Catalogue::of(language);
    words.fill(
        "text.summary_line",
        &[
            ("verdict", words.text(&format!("verdict.{}", result.verdict.name()))),
            ("rows", &words.integer(result.dataset.rows)),
            ("seconds", &words.decimal(seconds, 2)),
        ],
    )
}

/// Makes a folder and its parents.
pub fn make_folder(folder: &Path) -> Result<(), AuditError> {
    std::fs::create_dir_all(folder)
        .map_err(|cause| DataError::Write { path: folder.display().to_string(), cause }.into())
}

/// Leaves `report.html`, `audit.json` and `charts/` (SVG and PNG at twice the size) in a folder.
/// Everything is written beside its place first, so that a failure leaves nothing half-written.
///
/// # Errors
/// [`AuditError`] when a file cannot be written.
pub fn write_folder(
    folder: &Path,
    result: &AuditResult,
    language: Language,
) -> Result<(), AuditError> {
    let charts = folder.join("charts");
    make_folder(&charts)?;
    let style = Style::default();
    let mut contents = vec![
        (folder.join("audit.json"), render(result, Format::Json, language, style)?.into_bytes()),
        (folder.join("report.html"), render(result, Format::Html, language, style)?.into_bytes()),
    ];
    for figure in figures(result, language)? {
        contents.push((charts.join(format!("{}.svg", figure.id)), figure.svg_with_font().into_bytes()));
        contents.push((charts.join(format!("{}.png", figure.id)), figure.png(2.0)?));
    }
    let written = contents
        .iter()
        .map(|(path, bytes)| {
            let mut file = AtomicFile::create(path)?;
            file.write_all(bytes)
                .map_err(|cause| DataError::Write { path: path.display().to_string(), cause })?;
            Ok(file)
        })
        .collect::<Result<Vec<_>, DataError>>()?;
    for file in written {
        file.commit()?;
    }
    Ok(())
}
