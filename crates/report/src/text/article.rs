//! Any article for a terminal: heading, sections, facts and tables, in the given width.

use unicode_width::UnicodeWidthStr;

use super::Page;
use super::grid::{Column, Grid, Style, pad_right, wrap};
use crate::Options;
use crate::article::{Article, Block, Cell, Fact, Table};

/// Writes an article for a terminal.
pub(crate) fn article(article: &Article, options: &Options) -> String {
    let mut page = Page::new(options);
    if let Some(system) = &article.system {
        page.paragraph(system, Style::Bold, 0);
    }
    page.point(&article.verdict, &article.headline);
    if !article.tally.is_empty() {
        let tally: Vec<String> = article
            .tally
            .iter()
            .map(|mark| format!("{} {}", mark.symbol, mark.word))
            .collect();
        page.paragraph(&tally.join(" · "), Style::Dim, 2);
    }
    for section in &article.sections {
        page.heading(&section.title, &[]);
        for block in &section.blocks {
            write(&mut page, block, &section.title);
        }
    }
    page.line("");
    page.paragraph(&article.footer, Style::Dim, 0);
    page.out
}

fn write(page: &mut Page, block: &Block, title: &str) {
    match block {
        Block::Heading(text) => page.heading(text, &[]),
        Block::Text(text) => page.paragraph(text, Style::Plain, 2),
        Block::Note(text) => page.paragraph(text, Style::Dim, 2),
        Block::List(points) => points.iter().for_each(|point| hang(page, "• ", point)),
        Block::Facts(facts) | Block::Terms(facts) => write_facts(page, facts),
        Block::Table(table) => {
            // A caption that repeats the heading says nothing.
            if table.caption != title {
                page.paragraph(&table.caption, Style::Dim, 2);
            }
            write_table(page, table);
        }
    }
}

/// A text with something before its first line; the others stand below the text.
fn hang(page: &mut Page, before: &str, text: &str) {
    let indent = before.width();
    for (i, part) in wrap(text, page.width.saturating_sub(2 + indent).max(20))
        .iter()
        .enumerate()
    {
        let start = if i == 0 {
            before.to_owned()
        } else {
            " ".repeat(indent)
        };
        page.line(&format!("  {start}{part}"));
    }
}

fn write_facts(page: &mut Page, facts: &[Fact]) {
    // Names longer than this stand on a line of their own.
    let most = (page.width / 3).min(30);
    let widest = facts
        .iter()
        .map(|fact| fact.name.width())
        .filter(|w| *w <= most)
        .max();
    let column = widest.unwrap_or(0) + 2;
    for fact in facts {
        if fact.name.width() > most {
            hang(page, "", &fact.name);
            hang(page, &" ".repeat(column), &fact.text);
        } else {
            hang(page, &pad_right(&fact.name, column), &fact.text);
        }
    }
}

fn write_table(page: &mut Page, table: &Table) {
    let columns = table.columns.iter().enumerate().map(|(at, column)| {
        if column.number {
            Column::number(&column.short)
        } else if at == 0 {
            Column::fixed(&column.short)
        } else {
            Column::flexible(&column.short)
        }
    });
    let mut grid = Grid::new(columns.collect());
    for row in &table.rows {
        grid.row(
            row.cells
                .iter()
                .map(|content| (cell(content), style(content, row.strong)))
                .collect(),
        );
    }
    let noted = table.rows.iter().any(|row| row.note.is_some());
    let lines = grid.lines(page.width - 2, page.color);
    for (at, line) in lines.iter().enumerate() {
        page.line(&format!("  {line}"));
        let row = at.checked_sub(1).and_then(|at| table.rows.get(at));
        if let Some(note) = row.filter(|_| noted).and_then(|row| row.note.as_ref()) {
            page.paragraph(note, Style::Dim, 6);
        }
    }
}

/// A cell on one line.
fn cell(cell: &Cell) -> String {
    let mark = cell
        .mark
        .as_ref()
        .map(|mark| format!("{} {}", mark.symbol, mark.word));
    let text = (!cell.text.is_empty()).then(|| cell.text.clone());
    let bracketed = |text: &String| format!("({text})");
    let parts: Vec<String> = mark
        .into_iter()
        .chain(text)
        .chain(cell.detail.iter().map(bracketed))
        .chain(cell.flag.iter().map(|flag| format!("! {flag}")))
        .collect();
    parts.join(" ")
}

fn style(cell: &Cell, strong: bool) -> Style {
    match (&cell.mark, &cell.flag) {
        (Some(mark), _) => Style::of(mark.state),
        (None, Some(_)) => Style::Yellow,
        (None, None) if strong => Style::Bold,
        (None, None) => Style::Plain,
    }
}
