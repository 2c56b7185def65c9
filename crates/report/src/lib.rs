//! Reports of an audit: text for a terminal, JSON, Markdown, one self-contained HTML page and PDF, in
//! German and English.
//!
//! Every report leads with the same sentence ([`headline`]): the verdict, the worst finding and
//! out of how many. Reports for people hide small groups ([`waage_result::privacy`]); text and JSON
//! are working documents and show them.
//!
//! ```no_run
//! # fn show(result: &waage_result::document::AuditResult) -> Result<(), waage_report::ReportError> {
//! use waage_report::{Format, Options, render};
//! use waage_result::text::Language;
//!
//! let page = render(result, Format::Html, Language::De, &Options::default())?;
//! assert!(page.starts_with("<!doctype html>"));
//! # Ok(())
//! # }
//! ```
//!
//! An [`AuditResult`] becomes an article (headings, facts, tables, sentences in one language), and
//! each format is a writer of articles; the terminal has its own, shorter selection.

mod article;
mod attribution;
mod attribution_markdown;
mod brief;
mod evidence;
mod explanation;
mod gate;
mod governance;
mod headline;
mod html;
mod json;
mod lint;
mod markdown;
mod notices;
mod numbers;
mod order;
mod pdf;
mod policy;
mod privacy;
mod record;
mod review;
mod scan;
mod scan_markdown;
mod sheet;
mod text;
mod words;
mod worksheet;

use std::str::FromStr;

use waage_result::document::AuditResult;
use waage_result::explanation::Explanations;
use waage_result::privacy::{Hidden, suppress};
use waage_result::scan::ScanResult;
use waage_result::text::Language;

use crate::article::Article;

pub use brief::{Brief, brief};
pub use evidence::{Dossier, Written, dossier, evidence_map};
pub use gate::gate;
pub use governance::{
    IncidentsView, RisksView, render_incidents, render_risks, render_systems, risks_export,
};
pub use headline::headline;
pub use json::{json, metrics_schema, power_json, power_schema, schema};
pub use notices::NoticeFormat;
pub use pdf::pdf;
pub use policy::{policy_check, policy_diff, policy_presets};
pub use record::{HeldAgainst, Record, render_record};
pub use text::power_text;
pub use worksheet::worksheet;

/// A form in which a report leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Tables for a terminal.
    Text,
    /// The document itself.
    Json,
    /// GitHub-flavoured Markdown.
    Markdown,
    /// One self-contained page.
    Html,
    /// Markdown as [`pdf()`] lays it out: with the figures of the page in it.
    Print,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Text,
        Self::Json,
        Self::Markdown,
        Self::Html,
        Self::Print,
    ];

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Print => "pdf",
        }
    }
}

impl FromStr for Format {
    type Err = ReportError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| ReportError::UnknownFormat(name.to_owned()))
    }
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Markdown and HTML hide groups of fewer rows and what would give them away; 0 hides nothing.
    /// The default is 5, a policy's `[privacy] k` says otherwise.
    pub hide_below: u64,
    /// Whether text may use ANSI colours.
    pub color: bool,
    /// Columns of the terminal, at least 40; the default is 80.
    pub width: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            hide_below: 5,
            color: false,
            width: 80,
        }
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// No format has that name.
    #[error("unknown report format {0:?}; use text, json, markdown, html or pdf")]
    UnknownFormat(String),
    /// Explanations have no HTML form.
    #[error("metrics are explained as text, json or markdown; convert the Markdown for a web page")]
    NoMetricsPage,
    /// The document could not be written as JSON.
    #[error(
        "the result cannot be written as JSON: {0}; this is a defect of Waage, please report it"
    )]
    Json(#[from] serde_json::Error),
    /// The page's template failed.
    #[error("the HTML page cannot be written: {0}; this is a defect of Waage, please report it")]
    Template(#[from] minijinja::Error),
    /// The PDF could not be written.
    #[error("the PDF cannot be written: {0}; this is a defect of Waage, please report it")]
    Pdf(String),
    /// A generated text says more than evidence can.
    #[error(
        "the text would claim {word:?}, which evidence cannot show; this is a defect of Waage, please report it"
    )]
    Claim {
        /// The forbidden word.
        word: String,
    },
    /// A figure could not be drawn.
    #[error("the report's figures cannot be drawn: {0}")]
    Charts(#[from] waage_charts::ChartError),
}

/// Writes a result as a report.
///
/// # Errors
/// [`ReportError`] where a figure, the page or the document cannot be written.
pub fn render(
    result: &AuditResult,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    match format {
        Format::Text => Ok(text::text(result, language, options)),
        Format::Json => json(result),
        Format::Markdown => {
            let (shown, hidden) = for_people(result, options);
            Ok(markdown::markdown(&Article::of(&shown, &hidden, language)))
        }
        Format::Html => {
            let (shown, hidden) = for_people(result, options);
            let figures = figures(&shown, language, options)?;
            html::html(&Article::of(&shown, &hidden, language), &figures, language)
        }
        Format::Print => {
            let (shown, hidden) = for_people(result, options);
            let article = Article::of(&shown, &hidden, language);
            let figures = figures(&shown, language, options)?;
            let words = words::Words::of(language);
            Ok(markdown::printed(&article, &figures, "groups", words))
        }
    }
}

/// Writes what quantities mean: the list of all, or the pages of those that were asked for. Text and
/// Markdown are for people; there is no page in HTML.
///
/// # Errors
/// [`ReportError::NoMetricsPage`] for HTML.
pub fn render_metrics(
    document: &Explanations,
    whole_list: bool,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    match (format, whole_list) {
        (Format::Text, true) => Ok(text::metrics_list(document, language, options)),
        (Format::Text, false) => Ok(text::metrics_pages(document, language, options)),
        (Format::Json, _) => json::metrics_json(document),
        (Format::Markdown | Format::Print, true) => {
            Ok(explanation::markdown_list(document, language))
        }
        (Format::Markdown | Format::Print, false) => {
            Ok(explanation::markdown_pages(document, language))
        }
        (Format::Html, _) => Err(ReportError::NoMetricsPage),
    }
}

/// Writes a subgroup scan.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for a page, which a scan does not have; [`ReportError::Json`]
/// where the document cannot be written.
pub fn render_scan(
    result: &ScanResult,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    match format {
        Format::Text => Ok(text::scan(result, language, options)),
        Format::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        Format::Markdown | Format::Print => Ok(scan_markdown::markdown(result, language, options)),
        Format::Html => Err(ReportError::UnknownFormat(format.name().to_owned())),
    }
}

/// Writes an explanation of a model.
///
/// # Errors
/// [`ReportError::UnknownFormat`] for HTML; otherwise only if the document cannot be serialised.
pub fn render_explain(
    result: &waage_result::attribution::ExplainResult,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    match format {
        Format::Text => Ok(text::explanation(result, language, options)),
        Format::Json => Ok(serde_json::to_string_pretty(result)? + "\n"),
        Format::Markdown | Format::Print => {
            Ok(attribution_markdown::markdown(result, language, options))
        }
        Format::Html => Err(ReportError::UnknownFormat(format.name().to_owned())),
    }
}

/// The figures of a result from which small groups are already removed.
fn figures(
    shown: &AuditResult,
    language: Language,
    options: &Options,
) -> Result<Vec<waage_charts::Figure>, ReportError> {
    let charts = waage_charts::Options {
        hide_below: options.hide_below,
    };
    Ok(waage_charts::figures(shown, language, &charts)?)
}

/// The result without its small groups, and which they are.
fn for_people(result: &AuditResult, options: &Options) -> (AuditResult, Hidden) {
    let hidden = Hidden::below(result, options.hide_below);
    (suppress(result, &hidden), hidden)
}
