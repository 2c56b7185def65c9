//! The documents of a dossier: which headings each has, and what stands below them.

use super::fill::{Filled, Part};
use crate::article::{Article, Block, Fact, Mark, Section};
use crate::governance::{article as make, section};
use crate::words::Words;

/// A document: its name as a file, its key in the catalogue, its headings.
struct Form {
    file: &'static str,
    key: &'static str,
    headings: &'static [(&'static str, Part)],
}

/// The headings follow Annex IV, GDPR Art. 35(7) and AI Act Art. 27(1).
const FORMS: [Form; 4] = [
    Form {
        file: "system-card",
        key: "system_card",
        headings: &[
            ("general", Part::System),
            ("development", Part::Suppliers),
            ("design", Part::Explanation),
            ("architecture", Part::People),
            ("data", Part::Data),
            ("oversight", Part::Oversight),
            ("planned_changes", Part::People),
            ("tests", Part::Tests),
            ("security", Part::People),
            ("monitoring", Part::Groups),
            ("metrics", Part::Checks),
            ("risks", Part::Risks),
            ("changes", Part::People),
            ("standards", Part::People),
            ("declaration", Part::People),
            ("post_market", Part::Monitoring),
        ],
    },
    Form {
        file: "data-sheet",
        key: "data_sheet",
        headings: &[
            ("motivation", Part::People),
            ("composition", Part::Composition),
            ("quality", Part::Data),
            ("groups", Part::Groups),
            ("collection", Part::People),
            ("preparation", Part::People),
            ("sensitive", Part::Attributes),
            ("representativeness", Part::People),
            ("privacy", Part::Privacy),
            ("retention", Part::People),
        ],
    },
    Form {
        file: "dpia",
        key: "dpia",
        headings: &[
            ("description", Part::System),
            ("data", Part::Composition),
            ("necessity", Part::People),
            ("basis", Part::Attributes),
            ("risks", Part::Risks),
            ("measured", Part::Tests),
            ("measures", Part::Measures),
            ("oversight", Part::Oversight),
            ("dpo", Part::People),
            ("people", Part::People),
            ("rest", Part::Rest),
            ("review", Part::Monitoring),
        ],
    },
    Form {
        file: "fria",
        key: "fria",
        headings: &[
            ("process", Part::System),
            ("period", Part::People),
            ("people", Part::Groups),
            ("harms", Part::Risks),
            ("measured", Part::Tests),
            ("oversight", Part::Oversight),
            ("measures", Part::Measures),
            ("class", Part::Class),
            ("notice", Part::People),
        ],
    },
];

/// Every document, by its name as a file.
pub(super) fn articles(filled: &Filled<'_>) -> Vec<(&'static str, Article)> {
    FORMS
        .iter()
        .map(|form| (form.file, article(form, filled)))
        .collect()
}

fn article(form: &Form, filled: &Filled<'_>) -> Article {
    let words = filled.words;
    let text = |part: &str, name: &str| words.text(&format!("dossier.{}.{part}.{name}", form.key));
    let mut sections = Vec::with_capacity(form.headings.len() + 1);
    let mut gaps = Vec::new();
    for (name, part) in form.headings {
        let (heading, ask) = (text("heading", name), text("ask", name));
        let mut blocks = filled.part(*part);
        if blocks.is_empty() {
            blocks.push(Block::Text(words.text("dossier.empty")));
            gaps.push(words.fill("dossier.gap", &[("heading", &heading), ("ask", &ask)]));
        }
        blocks.push(Block::Note(words.fill("dossier.ask", &[("ask", &ask)])));
        sections.push(section(name, heading, blocks));
    }
    let gaps = match gaps.is_empty() {
        true => Block::Text(words.text("dossier.gaps_none")),
        false => Block::List(gaps),
    };
    sections.push(section("gaps", words.text("dossier.gaps"), vec![gaps]));
    make(
        words.text(&format!("dossier.{}.title", form.key)),
        filled.name(),
        draft(words.text("dossier.word")),
        words.fill("dossier.sentence", &[("day", &filled.day())]),
        Vec::new(),
        sections,
        words,
    )
}

/// All terms of the glossary.
pub(super) fn glossary(words: Words) -> Article {
    let mut terms: Vec<Fact> = words
        .catalogue
        .terms()
        .into_iter()
        .map(|id| Fact {
            name: words.text(&format!("glossary.{id}.term")),
            text: words.text(&format!("glossary.{id}.text")),
        })
        .collect();
    terms.sort_by_key(|term| term.name.to_lowercase());
    let title = words.text("dossier.glossary.title");
    let section = Section {
        id: "glossary",
        title: title.clone(),
        blocks: vec![Block::Terms(terms)],
    };
    make(
        title,
        None,
        draft(words.text("dossier.glossary.word")),
        words.text("dossier.glossary.sentence"),
        Vec::new(),
        vec![Some(section)],
        words,
    )
}

/// A document has no verdict: it is a draft.
fn draft(word: String) -> Mark {
    Mark {
        state: "not_run",
        symbol: "–",
        word,
    }
}
