//! The brief as a page, as Markdown and for a terminal.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use waage_charts::font_face_css;

use super::page::Page;
use super::rich::Rich;
use crate::article::{Article, Block, Cell, Column, Fact, Row, Section, Table};
use crate::words::Words;
use crate::{Options, ReportError, markdown as md, text as terminal};

const PAGE: &str = include_str!("../templates/brief.html");
const STYLE: &str = include_str!("../templates/brief.css");

#[derive(Serialize)]
struct Filled<'a> {
    page: &'a Page,
    font: String,
    style: &'a str,
}

/// One self-contained page that prints on two sheets.
pub(super) fn html(page: &Page) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("brief.html", PAGE)?;
    let filled = Filled {
        page,
        font: font_face_css(),
        style: STYLE,
    };
    Ok(environment
        .get_template("brief.html")?
        .render(Serde(&filled))?)
}

/// GitHub-flavoured Markdown.
pub(super) fn markdown(page: &Page) -> String {
    md::markdown(&article(page, true))
}

/// The Markdown of the PDF.
pub(super) fn printed(page: &Page, words: Words) -> String {
    md::printed(&article(page, true), &[], "", words)
}

/// Lines for a terminal.
pub(super) fn text(page: &Page, options: &Options) -> String {
    terminal::article(&article(page, false), options)
}

/// The brief as an article; a terminal is too narrow for the table of risks, which is a list there.
fn article(page: &Page, wide: bool) -> Article {
    let told = |points: &[Rich]| points.iter().map(Rich::text).collect::<Vec<_>>();
    let paragraphs = |points: &[Rich]| told(points).into_iter().map(Block::Text).collect();
    let head = &page.head;
    let section = |id, title: &String, blocks: Vec<Block>| Section {
        id,
        title: title.clone(),
        blocks,
    };
    let findings = page.findings.iter().flat_map(|finding| {
        let title = format!(
            "{} {}: {}",
            finding.mark.symbol,
            finding.mark.word,
            finding.title.text()
        );
        [Block::Heading(title), Block::Text(finding.text.text())]
    });
    let mut risks = Vec::new();
    if wide && !page.risks.is_empty() {
        risks.push(Block::Table(risk_table(page)));
    } else if !page.risks.is_empty() {
        let lines = page.risks.iter().map(|risk| {
            let told = [&risk.loss, &risk.event, &risk.score, &risk.owner];
            let named = page.risk_columns.iter().skip(1).zip(told);
            let parts: Vec<String> = named
                .map(|(name, text)| format!("{name}: {text}"))
                .collect();
            format!("{}. {}", risk.title, parts.join("; "))
        });
        risks.push(Block::List(lines.collect()));
    }
    risks.extend(told(&page.risk_notes).into_iter().map(Block::Note));
    let owners = page.owners.iter().map(|fact| Fact {
        name: fact.name.clone(),
        text: fact.text.clone(),
    });
    let mut owned = vec![Block::Facts(owners.collect())];
    owned.extend(told(&page.owner_notes).into_iter().map(Block::Text));
    let terms = page.terms.iter().map(|term| Fact {
        name: term.name.clone(),
        text: term.text.clone(),
    });
    // The terminal has no line of titles.
    let title = (!wide).then(|| page.title.clone());
    let mut system: Vec<String> = title.into_iter().chain(page.system.clone()).collect();
    system.extend(page.stand.iter().cloned());
    let sentence = told(&page.result).join(" ");
    Article {
        lang: page.lang,
        title: page.title.clone(),
        system: Some(system.join(" · ")),
        verdict: page.verdict.clone(),
        headline: format!("{}: {sentence}", page.verdict.word),
        sentence,
        tally: Vec::new(),
        sections: vec![
            section("what", &head.what, paragraphs(&page.what)),
            section("findings", &head.findings, findings.collect()),
            section("decision", &head.decision, paragraphs(&page.decision)),
            section(
                "actions",
                &head.actions,
                vec![Block::List(told(&page.actions))],
            ),
            section("risks", &head.risks, risks),
            section(
                "changes",
                &head.changes,
                vec![Block::List(told(&page.changes))],
            ),
            section("owners", &head.owners, owned),
            section(
                "unknown",
                &head.unknown,
                vec![Block::List(told(&page.unknown))],
            ),
            section(
                "glossary",
                &head.glossary,
                vec![Block::Terms(terms.collect())],
            ),
        ],
        footer: page.footer.clone(),
    }
}

fn risk_table(page: &Page) -> Table {
    Table {
        caption: page.head.risks.clone(),
        columns: page
            .risk_columns
            .iter()
            .cloned()
            .map(Column::text)
            .collect(),
        rows: page
            .risks
            .iter()
            .map(|risk| Row {
                cells: [
                    &risk.title,
                    &risk.loss,
                    &risk.event,
                    &risk.score,
                    &risk.owner,
                ]
                .map(|text| Cell::text(text.clone()))
                .to_vec(),
                ..Row::default()
            })
            .collect(),
    }
}
