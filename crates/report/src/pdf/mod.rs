//! Reports as PDF: the Markdown that a report has anyway, laid out on pages of A4.
//!
//! [`read`] turns Markdown into blocks, [`lines`] breaks their text into lines of shaped glyphs,
//! [`flow`] puts lines, tables and figures on pages, and [`paint`] writes the pages with their
//! outline and structure. There is no clock, no host and no font of the system in it.

mod figure;
mod flow;
mod lines;
mod paint;
mod read;
mod table;

use waage_result::text::Language;

pub(crate) use read::image;

use crate::ReportError;

/// By how much type is made smaller, where pages are few.
const SCALES: [f32; 8] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65];

/// Lays out a report in Markdown. With `pages_max` the type becomes smaller, down to two thirds,
/// until that many pages hold it.
///
/// # Errors
/// [`ReportError::Pdf`] for a figure that cannot be read or a file that cannot be written.
pub fn pdf(
    markdown: &str,
    language: Language,
    pages_max: Option<usize>,
) -> Result<Vec<u8>, ReportError> {
    let fonts = lines::Fonts::load()?;
    let blocks = read::blocks(markdown);
    let most = pages_max.unwrap_or(usize::MAX);
    let mut scales = SCALES.into_iter();
    let mut pages = flow::lay_out(&blocks, &fonts, scales.next().unwrap_or(1.0))?;
    for scale in scales {
        if pages.sheets.len() <= most {
            break;
        }
        pages = flow::lay_out(&blocks, &fonts, scale)?;
    }
    paint::paint(pages, &fonts, language)
}
