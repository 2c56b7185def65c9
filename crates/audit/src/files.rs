//! Reports as text and as files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use waage_charts::Figure;
use waage_data::DataError;
use waage_data::output::AtomicFile;
use waage_report::{Format, Options};
use waage_result::document::AuditResult;
use waage_result::power::PowerResult;
use waage_result::privacy::Hidden;
use waage_result::text::{Catalogue, Language};

use crate::{AuditError, Style};

/// Columns of a terminal that does not tell its width.
pub(crate) const WIDTH: usize = 100;

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

/// A report in Markdown, best in [`Format::Print`], as PDF. With `pages_max` the type becomes smaller until
/// that many pages hold it.
///
/// # Errors
/// [`AuditError`] when the PDF cannot be made.
pub fn pdf(
    markdown: &str,
    language: Language,
    pages_max: Option<usize>,
) -> Result<Vec<u8>, AuditError> {
    Ok(waage_report::pdf(markdown, language, pages_max)?)
}

/// A plan for a terminal.
#[must_use]
pub fn power_text(result: &PowerResult, language: Language, style: Style) -> String {
    let options = Options {
        hide_below: 0,
        color: style.color,
        width: style.width.unwrap_or(WIDTH),
    };
    waage_report::power_text(result, language, &options)
}

/// A plan as one JSON document.
///
/// # Errors
/// Never for a plan that this library made.
pub fn power_json(result: &PowerResult) -> Result<String, AuditError> {
    Ok(waage_report::power_json(result)?)
}

/// The figures of a report.
///
/// # Errors
/// [`AuditError`] when one cannot be drawn.
pub fn figures(result: &AuditResult, language: Language) -> Result<Vec<Figure>, AuditError> {
    let options = waage_charts::Options {
        hide_below: result.policy.privacy_k,
    };
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
            (
                "verdict",
                words.text(&format!("verdict.{}", result.verdict.name())),
            ),
            ("rows", &words.integer(result.dataset.rows)),
            ("seconds", &words.decimal(seconds, 2)),
        ],
    )
}

/// Makes a folder and its parents; gives those that were not there, outermost first.
pub fn make_folder(folder: &Path) -> Result<Vec<PathBuf>, AuditError> {
    let failed = |cause| DataError::Write {
        path: folder.display().to_string(),
        cause,
    };
    if folder.exists() && !folder.is_dir() {
        return Err(failed(io::ErrorKind::NotADirectory.into()).into());
    }
    let named = |path: &&Path| *path != Path::new("");
    let mut made: Vec<PathBuf> = folder
        .ancestors()
        .filter(named)
        .take_while(|path| !path.exists())
        .map(Path::to_path_buf)
        .collect();
    made.reverse();
    std::fs::create_dir_all(folder).map_err(failed)?;
    Ok(made)
}

/// Leaves `report.html`, `audit.json` and `charts/` (SVG and PNG at twice the size) in a folder.
/// Everything is written beside its place first, so that a failure leaves nothing half-written and
/// no empty folder.
///
/// # Errors
/// [`AuditError`] when a file cannot be written.
pub fn write_folder(
    folder: &Path,
    result: &AuditResult,
    language: Language,
) -> Result<(), AuditError> {
    let mut made = make_folder(folder)?;
    let charts = folder.join("charts");
    let outcome = make_folder(&charts).and_then(|inner| {
        made.extend(inner);
        let contents = contents(folder, &charts, result, language)?;
        Ok(write_all(&contents)?)
    });
    if outcome.is_err() {
        // Only what was made here, and only what is empty.
        for folder in made.iter().rev() {
            let _ = std::fs::remove_dir(folder);
        }
    }
    outcome
}

/// The files of a report's folder.
fn contents(
    folder: &Path,
    charts: &Path,
    result: &AuditResult,
    language: Language,
) -> Result<Vec<(PathBuf, Vec<u8>)>, AuditError> {
    let text = |format| render(result, format, language, Style::default()).map(String::into_bytes);
    let mut contents = vec![
        (folder.join("audit.json"), text(Format::Json)?),
        (folder.join("report.html"), text(Format::Html)?),
    ];
    for figure in figures(result, language)? {
        let file = |extension: &str| charts.join(format!("{}.{extension}", figure.id));
        contents.push((file("svg"), figure.svg_with_font().into_bytes()));
        contents.push((file("png"), figure.png(2.0)?));
    }
    Ok(contents)
}

/// Writes all files beside their places, then renames them.
fn write_all(contents: &[(PathBuf, Vec<u8>)]) -> Result<(), DataError> {
    let written = contents
        .iter()
        .map(|(path, bytes)| {
            let mut file = AtomicFile::create(path)?;
            file.write_all(bytes).map_err(|cause| DataError::Write {
                path: path.display().to_string(),
                cause,
            })?;
            Ok(file)
        })
        .collect::<Result<Vec<_>, DataError>>()?;
    written.into_iter().try_for_each(AtomicFile::commit)
}
