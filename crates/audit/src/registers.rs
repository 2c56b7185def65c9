//! Registers of governance as text and figures: risks, incidents, systems.
//!
//! What they hold and by which rules they change is [`crate::govern`]'s; here documents become what
//! leaves the house.

use std::path::Path;

use waage_data::output;
use waage_result::incidents::IncidentsResult;
use waage_result::risks::RisksResult;
use waage_result::systems::SystemsResult;

use crate::{AuditError, Figure, Format, Language, Style, page};

pub use waage_report::{IncidentsView, RisksView};
pub use waage_result::{incidents, risks, systems};

/// A register of risks as text.
///
/// # Errors
/// [`AuditError`] when a figure cannot be drawn.
pub fn render_risks(
    result: &RisksResult,
    view: RisksView,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = page::options(style);
    Ok(waage_report::render_risks(
        result, view, format, language, &options,
    )?)
}

/// Incidents as text.
///
/// # Errors
/// As [`render_risks`].
pub fn render_incidents(
    result: &IncidentsResult,
    view: IncidentsView,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = page::options(style);
    Ok(waage_report::render_incidents(
        result, view, format, language, &options,
    )?)
}

/// An inventory of systems as text: a line for each, or everything about each.
///
/// # Errors
/// As [`render_risks`].
pub fn render_systems(
    result: &SystemsResult,
    full: bool,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = page::options(style);
    Ok(waage_report::render_systems(
        result, full, format, language, &options,
    )?)
}

/// The risks of a document as flat JSON lines for other tools.
///
/// # Errors
/// Never for a document that this library made.
pub fn export_risks(result: &RisksResult) -> Result<String, AuditError> {
    Ok(waage_report::risks_export(result)?)
}

/// The matrix of risks.
///
/// # Errors
/// [`AuditError`] when it cannot be drawn.
pub fn risk_matrix(result: &RisksResult, language: Language) -> Result<Figure, AuditError> {
    Ok(waage_charts::risk_matrix(result, language)?)
}

/// Incidents over time.
///
/// # Errors
/// [`AuditError`] when they cannot be drawn.
pub fn incident_timeline(
    result: &IncidentsResult,
    language: Language,
) -> Result<Figure, AuditError> {
    Ok(waage_charts::incident_timeline(result, language)?)
}

/// Writes a figure as SVG with its font, as PNG at twice its size, or both.
///
/// # Errors
/// [`AuditError`] when a file cannot be written.
pub fn write_figure(
    figure: &Figure,
    svg: Option<&Path>,
    png: Option<&Path>,
) -> Result<(), AuditError> {
    if let Some(path) = svg {
        output::write(path, figure.svg_with_font().as_bytes())?;
    }
    if let Some(path) = png {
        output::write(path, &figure.png(2.0)?)?;
    }
    Ok(())
}

/// Writes a text to a file that is not there yet: what people fill in is not written over.
///
/// # Errors
/// [`AuditError`] if the file is there or cannot be written.
pub fn write_form(path: &Path, text: &str) -> Result<(), AuditError> {
    if path.exists() {
        return Err(AuditError::Option(format!(
            "{:?} is there already; choose another name, or remove it first",
            path.display().to_string()
        )));
    }
    Ok(output::write(path, text.as_bytes())?)
}
