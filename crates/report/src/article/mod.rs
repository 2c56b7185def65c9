//! A report as an article: headings, paragraphs, facts and tables in one language, ready for any
//! writer (Markdown, HTML). Everything here is plain text; each writer escapes for its own format.

mod attributes;
mod audited;
mod classes;
mod data;
pub(crate) mod explanation;
mod findings;
mod glossary;
pub(crate) mod impact;
pub(crate) mod individual;
mod method;
pub(crate) mod ranking;
mod scores;
mod strata;
pub(crate) mod unknown;
mod views;

use serde::Serialize;
use waage_result::document::AuditResult;
use waage_result::finding::State;
use waage_result::privacy::Hidden;
use waage_result::text::Language;

use crate::headline::{account, headline};
use crate::words::{Words, capitalised};

pub(crate) use attributes::{compared, disparities, metrics_shown, rates};
pub(crate) use data::{facts_of_data, noted};
use findings::four_fifths;
pub(crate) use findings::{left_out, reasons_in_order};
pub(crate) use method::methods;
pub(crate) use strata::{effects, reversals, within};
pub(crate) use views::{CELLS_MAX, Views, worst_cells};

/// A whole report.
#[derive(Debug, Serialize)]
pub(crate) struct Article {
    pub(crate) lang: &'static str,
    pub(crate) title: String,
    pub(crate) system: Option<String>,
    pub(crate) verdict: Mark,
    /// The verdict and what it rests on, in a sentence.
    pub(crate) headline: String,
    /// The same without the verdict's word.
    pub(crate) sentence: String,
    pub(crate) tally: Vec<Mark>,
    pub(crate) sections: Vec<Section>,
    pub(crate) footer: String,
}

/// A state: name for styles, symbol and words.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mark {
    pub(crate) state: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) word: String,
}

/// A part of the article.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// What a section consists of.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", content = "body", rename_all = "snake_case")]
pub(crate) enum Block {
    /// A heading within the section.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph in small type.
    Note(String),
    /// Points.
    List(Vec<String>),
    /// Names and what they are.
    Facts(Vec<Fact>),
    /// Terms and their explanation.
    Terms(Vec<Fact>),
    /// A table.
    Table(Table),
}

/// A name and what it is.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fact {
    pub(crate) name: String,
    pub(crate) text: String,
}

/// A table; every row has a cell per column.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// The head of a column.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Column {
    pub(crate) title: String,
    /// The title for a terminal.
    pub(crate) short: String,
    /// Right-aligned figures.
    pub(crate) number: bool,
}

/// A row, with a sentence that belongs to it.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) note: Option<String>,
    /// The reference or the total: set apart.
    pub(crate) strong: bool,
}

/// A cell.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// Second line: an interval, a reference.
    pub(crate) detail: Option<String>,
    /// Third line: a p-value.
    pub(crate) aside: Option<String>,
    /// A state before the text.
    pub(crate) mark: Option<Mark>,
    /// A remark, such as the four-fifths flag.
    pub(crate) flag: Option<String>,
    /// A share between 0 and 1 of the longest bar in the column.
    pub(crate) bar: Option<f64>,
}

impl Column {
    pub(crate) fn text(title: String) -> Self {
        Self {
            short: title.clone(),
            title,
            number: false,
        }
    }

    pub(crate) fn number(title: String) -> Self {
        Self {
            short: title.clone(),
            title,
            number: true,
        }
    }

    pub(crate) fn figures(title: String, short: String) -> Self {
        Self {
            title,
            short,
            number: true,
        }
    }
}

impl Cell {
    pub(crate) fn text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The sign for a value that is undefined or hidden.
    pub(crate) fn none() -> Self {
        Self::text("–".to_owned())
    }
}

/// The symbol of a state, which never stands for the word.
pub(crate) const fn symbol(state: State) -> &'static str {
    match state {
        State::Pass => "✓",
        State::Inconclusive => "?",
        State::Breach => "✗",
    }
}

/// A state as a mark.
pub(crate) fn mark(state: State, words: Words) -> Mark {
    Mark {
        state: state.name(),
        symbol: symbol(state),
        word: words.text(&format!("verdict.{}", state.name())),
    }
}

impl Article {
    /// The article of a result from which hidden groups are already removed.
    pub(crate) fn of(result: &AuditResult, hidden: &Hidden, language: Language) -> Self {
        let words = Words::of(language);
        let views = Views::of(result);
        let sections = [
            audited::section(result, words),
            findings::section(result, words),
            findings::next_steps(result, words),
            attributes::section(result, &views, hidden, words),
            attributes::intersections(result, &views, hidden, words),
            strata::section(result, words),
            unknown::membership::section(result, words),
            unknown::propensity::section(result, words),
            classes::section(result, hidden, words),
            scores::section(result, words),
            ranking::section(result, words),
            impact::section(result, words),
            individual::section(result, words),
            explanation::section(result, words),
            data::section(result, hidden, words),
            method::section(result, words),
            glossary::section(result, hidden, words),
            audited::reproduction(result, words),
        ];
        Self {
            lang: language.code(),
            title: words.text("report.title"),
            system: result.policy.system.as_ref().map(|names| match language {
                Language::En => names.en.clone(),
                Language::De => names.de.clone(),
            }),
            verdict: mark(result.verdict, words),
            sentence: format!("{}.", capitalised(&account(result, words))),
            headline: headline(result, language),
            tally: tally(result, words),
            sections: sections.into_iter().flatten().collect(),
            footer: words.text("report.footer"),
        }
    }
}

/// How many comparisons ended in each state, and how many checks were not run.
pub(crate) fn tally(result: &AuditResult, words: Words) -> Vec<Mark> {
    let mut tally: Vec<Mark> = [State::Breach, State::Inconclusive, State::Pass]
        .into_iter()
        .map(|state| {
            let count = result.findings.iter().filter(|f| f.state == state).count() as u64;
            let word = words.fill(
                &format!("report.tally.{}", state.name()),
                &[("count", &words.integer(count))],
            );
            Mark {
                word,
                ..mark(state, words)
            }
        })
        .collect();
    if !result.not_run.is_empty() {
        let count = words.integer(result.not_run.len() as u64);
        tally.push(Mark {
            state: "not_run",
            symbol: "–",
            word: words.fill("report.tally.not_run", &[("count", &count)]),
        });
    }
    tally
}
