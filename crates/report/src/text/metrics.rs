//! The list of quantities and their pages, for a terminal.

use unicode_width::UnicodeWidthStr;
use waage_result::explanation::{Explanation, Explanations};
use waage_result::text::Language;

use super::Page;
use super::grid::{Style, wrap};
use crate::Options;
use crate::explanation::{grouped, lines, needs, range, title, unmeasured};
use crate::words::Words;

/// Every quantity with its definition, by group.
pub(crate) fn list(document: &Explanations, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut page = Page::new(options);
    for (group, quantities) in grouped(document) {
        page.heading(&words.text(&format!("explain.group.{group}")), &[]);
        for quantity in quantities {
            entry(&mut page, quantity, words);
        }
    }
    let rest: Vec<&str> = unmeasured(document).map(|p| p.name.as_str()).collect();
    if !rest.is_empty() {
        page.heading(&words.text("explain.rest"), &[]);
        page.paragraph(&rest.join(", "), Style::Dim, 2);
    }
    page.line("");
    page.paragraph(&words.text("explain.one"), Style::Dim, 0);
    page.out.trim_start_matches('\n').to_owned()
}

/// Name and facts on one line, the definition below.
fn entry(page: &mut Page, quantity: &Explanation, words: Words) {
    let facts = [range(quantity, words), needs(quantity, words)];
    let facts: Vec<String> = facts.into_iter().filter(|f| !f.is_empty()).collect();
    let facts = facts.join(" · ");
    let name = page.styled(&quantity.name, Style::Bold);
    if quantity.name.width() + facts.width() + 4 <= page.width {
        let facts = page.styled(&facts, Style::Dim);
        page.line(&format!("  {name}  {facts}"));
    } else {
        page.line(&format!("  {name}"));
        page.paragraph(&facts, Style::Dim, 6);
    }
    page.paragraph(&quantity.definition, Style::Plain, 6);
}

/// The whole page of each quantity of a document.
pub(crate) fn pages(document: &Explanations, language: Language, options: &Options) -> String {
    let words = Words::of(language);
    let mut page = Page::new(options);
    for (i, quantity) in document.metrics.iter().enumerate() {
        if i > 0 {
            page.line("");
        }
        one(&mut page, quantity, words);
    }
    page.out
}

fn one(page: &mut Page, quantity: &Explanation, words: Words) {
    let heading = match title(quantity) {
        Some(title) => format!("{}: {title}", quantity.name),
        None => quantity.name.clone(),
    };
    for part in wrap(&heading, page.width) {
        let part = page.styled(&part, Style::Bold);
        page.line(&part);
    }
    page.paragraph(&quantity.definition, Style::Plain, 2);
    if !quantity.measured {
        page.paragraph(&words.text("explain.not_measured"), Style::Dim, 2);
    }
    page.line("");
    let lines = lines(quantity, words);
    let wide = lines.iter().map(|l| l.name.width()).max().unwrap_or(0) + 2;
    for line in lines {
        let gap = " ".repeat(wide - line.name.width());
        let name = page.styled(&line.name, Style::Dim);
        let room = page.width.saturating_sub(wide + 2);
        for (i, part) in wrap(&line.text, room).iter().enumerate() {
            if i == 0 {
                page.line(&format!("  {name}{gap}{part}"));
            } else {
                page.line(&format!("  {}{part}", " ".repeat(wide)));
            }
        }
    }
}
