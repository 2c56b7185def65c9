//! The report as one self-contained HTML page: no script, nothing loaded from elsewhere.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use waage_charts::{Figure, font_face_css};
use waage_result::text::Language;

use crate::ReportError;
use crate::article::Article;
use crate::words::Words;

const PAGE: &str = include_str!("templates/page.html");
const STYLE: &str = include_str!("templates/page.css");

/// What the template fills in.
#[derive(Serialize)]
struct Page<'a> {
    article: &'a Article,
    pictures: Vec<Picture<'a>>,
    /// Id of the section that the pictures stand before.
    pictures_before: &'a str,
    font: String,
    style: &'a str,
    charts_title: String,
    contents_title: String,
    generator: String,
}

/// A figure as the page shows it.
#[derive(Serialize)]
struct Picture<'a> {
    id: &'a str,
    svg: &'a str,
}

/// Writes an article and its figures as a page.
///
/// # Errors
/// [`ReportError::Template`] if the page's template fails, which no result can cause.
pub(crate) fn html(
    article: &Article,
    figures: &[Figure],
    language: Language,
) -> Result<String, ReportError> {
    page(article, figures, "groups", language)
}

/// The same, with the figures before the section of an id.
///
/// # Errors
/// As [`html`].
pub(crate) fn page(
    article: &Article,
    figures: &[Figure],
    pictures_before: &str,
    language: Language,
) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page.html", PAGE)?;
    let words = Words::of(language);
    let page = Page {
        article,
        pictures: figures
            .iter()
            .map(|f| Picture {
                id: &f.id,
                svg: inline(&f.svg),
            })
            .collect(),
        pictures_before,
        font: font_face_css(),
        style: STYLE,
        charts_title: words.text("report.charts.title"),
        contents_title: words.text("report.contents"),
        generator: words.text("report.generator"),
    };
    Ok(environment
        .get_template("page.html")?
        .render(Serde(&page))?)
}

/// An SVG document as an element of a page: without its XML declaration.
fn inline(svg: &str) -> &str {
    svg.find("<svg").map_or(svg, |start| &svg[start..])
}
