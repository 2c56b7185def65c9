//! Registers of governance as articles: risks, incidents, systems. Each document becomes one article,
//! which the terminal, Markdown and the page write.

mod export;
pub(crate) mod incidents;
mod incidents_lessons;
mod questionnaire;
mod risk;
pub(crate) mod risks;
pub(crate) mod systems;

pub use export::risks_export;

use waage_charts::Figure;
use waage_result::finding::Bilingual;
use waage_result::incidents::IncidentsResult;
use waage_result::risks::RisksResult;
use waage_result::systems::SystemsResult;
use waage_result::text::Language;

use crate::article::{Article, Block, Cell, Column, Fact, Mark, Row, Section, Table};
use crate::words::{Words, clean, isolated};
use crate::{Format, Options, ReportError, html, markdown, text};

/// What is told of a register of risks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RisksView {
    /// A line for each risk.
    List,
    /// Everything about each risk.
    Show,
    /// The whole report.
    Report,
    /// What results and answers change.
    Assess,
    /// The 5×5 matrix as a table.
    Matrix,
}

/// What is told of incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentsView {
    /// A line for each.
    List,
    /// Everything about each.
    Show,
    /// Every step in order of time.
    Timeline,
    /// What was learnt and what it changed.
    Lessons,
}

/// Writes a register of risks.
///
/// # Errors
/// [`ReportError`] where a figure or the page cannot be written.
pub fn render_risks(
    result: &RisksResult,
    view: RisksView,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let figures = match (format, view) {
        (Format::Html | Format::Print, RisksView::Report | RisksView::Matrix) => {
            vec![waage_charts::risk_matrix(result, language)?]
        }
        _ => Vec::new(),
    };
    let article = || risks::article(result, view, Words::of(language));
    write(
        result, article, &figures, "matrix", format, language, options,
    )
}

/// Writes incidents.
///
/// # Errors
/// As [`render_risks`].
pub fn render_incidents(
    result: &IncidentsResult,
    view: IncidentsView,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let figures = match (format, view) {
        (Format::Html | Format::Print, IncidentsView::Timeline) => {
            vec![waage_charts::incident_timeline(result, language)?]
        }
        _ => Vec::new(),
    };
    let article = || incidents::article(result, view, Words::of(language));
    write(
        result, article, &figures, "timeline", format, language, options,
    )
}

/// Writes an inventory of systems.
///
/// # Errors
/// As [`render_risks`].
pub fn render_systems(
    result: &SystemsResult,
    full: bool,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    let article = || systems::article(result, full, Words::of(language));
    write(result, article, &[], "systems", format, language, options)
}

fn write<T: serde::Serialize>(
    document: &T,
    article: impl FnOnce() -> Article,
    figures: &[Figure],
    before: &'static str,
    format: Format,
    language: Language,
    options: &Options,
) -> Result<String, ReportError> {
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(document)? + "\n",
        Format::Text => text::article(&article(), options),
        Format::Markdown => markdown::markdown(&article()),
        Format::Html => html::page(&article(), figures, before, language)?,
        Format::Print => markdown::printed(&article(), figures, before, Words::of(language)),
    })
}

/// Free text from a file, on one line, that turns nothing around it.
pub(crate) fn data(text: &str) -> String {
    isolated(&clean(text))
}

/// The text of the language, from a file.
pub(crate) fn pick(text: &Bilingual, words: Words) -> String {
    data(match words.catalogue.language() {
        Language::En => &text.en,
        Language::De => &text.de,
    })
}

/// Names and what they are; those without a text are left out.
struct Facts {
    words: Words,
    section: &'static str,
    list: Vec<Fact>,
}

impl Facts {
    const fn of(section: &'static str, words: Words) -> Self {
        Self {
            words,
            section,
            list: Vec::new(),
        }
    }

    fn add(&mut self, key: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.list.push(Fact {
                name: self.words.text(&format!("{}.{key}", self.section)),
                text,
            });
        }
    }

    fn add_some(&mut self, key: &str, text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.add(key, text);
        }
    }
}

/// A table whose titles stand in the catalogue.
pub(crate) fn table(
    caption: String,
    section: &str,
    columns: &[(&str, bool)],
    words: Words,
) -> Table {
    let column = |(key, number): &(&str, bool)| {
        let title = words.text(&format!("{section}.{key}"));
        if *number {
            Column::number(title)
        } else {
            Column::text(title)
        }
    };
    Table {
        caption,
        columns: columns.iter().map(column).collect(),
        rows: Vec::new(),
    }
}

pub(crate) fn row(cells: Vec<Cell>) -> Row {
    Row {
        cells,
        ..Row::default()
    }
}

pub(crate) fn section(id: &'static str, title: String, blocks: Vec<Block>) -> Option<Section> {
    (!blocks.is_empty()).then_some(Section { id, title, blocks })
}

/// An article about what is kept, under a state.
pub(crate) fn article(
    title: String,
    system: Option<String>,
    verdict: Mark,
    sentence: String,
    tally: Vec<Mark>,
    sections: Vec<Option<Section>>,
    words: Words,
) -> Article {
    Article {
        lang: words.catalogue.language().code(),
        title,
        system,
        headline: format!("{}: {}", verdict.word, words.after_colon(&sentence)),
        sentence,
        verdict,
        tally,
        sections: sections.into_iter().flatten().collect(),
        footer: words.text("report.footer"),
    }
}

fn mark(state: &'static str, word: String) -> Mark {
    Mark {
        state,
        symbol: match state {
            "breach" => "✗",
            "inconclusive" => "?",
            "pass" => "✓",
            _ => "–",
        },
        word,
    }
}

/// An amount of money with its currency.
pub(crate) fn money(amount: f64, currency: Option<&str>, words: Words) -> String {
    // Money in a report is read in whole units; a document keeps every digit.
    let whole = amount.round().clamp(0.0, 1e15) as u64;
    let number = words.integer(whole);
    match (currency, words.catalogue.language()) {
        (Some(currency), Language::De) => format!("{number}\u{a0}{}", data(currency)),
        (Some(currency), Language::En) => format!("{}\u{a0}{number}", data(currency)),
        (None, _) => number,
    }
}
