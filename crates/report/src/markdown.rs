//! The report as Markdown: GitHub's tables, everything escaped.

use waage_charts::Figure;

use crate::article::{Article, Block, Cell, Mark, Table};
use crate::pdf;
use crate::words::Words;

/// Writes an article as GitHub-flavoured Markdown.
pub(crate) fn markdown(article: &Article) -> String {
    write(article, None)
}

/// Writes an article as the Markdown that becomes a PDF: with its figures before the section of an id, under
/// a title, and with cells of several lines.
pub(crate) fn printed(
    article: &Article,
    figures: &[Figure],
    figures_before: &str,
    words: Words,
) -> String {
    let mut pictures = vec![format!("## {}", escape(&words.text("report.charts.title")))];
    pictures.extend(figures.iter().map(|of| pdf::image(&of.alt, &of.svg)));
    let pictures = match figures {
        [] => String::new(),
        _ => pictures.join("\n\n"),
    };
    write(article, Some((&pictures, figures_before)))
}

/// With pictures, and the section that they stand before, it is for print.
fn write(article: &Article, print: Option<(&str, &str)>) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push_str("\n\n");
    };
    line(format!("# {}", escape(&article.title)));
    if let Some(system) = &article.system {
        line(escape(system));
    }
    line(format!(
        "**{} {}**",
        article.verdict.symbol,
        escape(&article.headline)
    ));
    let tally: Vec<String> = article.tally.iter().map(mark).collect();
    line(tally.join(" · "));
    for section in &article.sections {
        if let Some((pictures, _)) = print.filter(|(_, before)| *before == section.id) {
            line(pictures.to_owned());
        }
        line(format!("## {}", escape(&section.title)));
        for block in &section.blocks {
            line(match block {
                Block::Heading(text) => format!("### {}", escape(text)),
                Block::Text(text) => escape(text),
                Block::Note(text) => format!("*{}*", escape(text)),
                Block::List(points) => {
                    join(points.iter().map(|text| format!("- {}", escape(text))))
                }
                Block::Facts(facts) | Block::Terms(facts) => {
                    join(facts.iter().map(|fact| {
                        format!("- **{}:** {}", escape(&fact.name), escape(&fact.text))
                    }))
                }
                Block::Table(table) => table_in(table, print.is_some()),
            });
        }
    }
    line("---".to_owned());
    out.push_str(&escape(&article.footer));
    out.push('\n');
    out
}

fn join(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

fn mark(mark: &Mark) -> String {
    format!("{} {}", mark.symbol, escape(&mark.word))
}

pub(crate) fn table_lines(table: &Table) -> String {
    table_in(table, false)
}

/// A table whose cells have several lines, or one.
fn table_in(table: &Table, several: bool) -> String {
    let titles = table.columns.iter().map(|column| escape(&column.title));
    let rule = table
        .columns
        .iter()
        .map(|c| if c.number { "---:" } else { "---" }.to_owned());
    let mut lines = vec![row(titles), row(rule)];
    for table_row in &table.rows {
        let cells = table_row.cells.iter().map(|content| {
            let text = cell(content, several);
            if table_row.strong && !text.is_empty() {
                format!("**{text}**")
            } else {
                text
            }
        });
        lines.push(row(cells));
    }
    let mut out = format!("**{}**\n\n{}", escape(&table.caption), lines.join("\n"));
    let notes: Vec<String> = table
        .rows
        .iter()
        .filter_map(|row| row.note.as_ref().map(|note| (row, note)))
        .map(|(row, note)| {
            let symbol = row
                .cells
                .iter()
                .find_map(|cell| cell.mark.as_ref())
                .map_or("", |m| m.symbol);
            format!("- {symbol} {}", escape(note))
        })
        .collect();
    if !notes.is_empty() {
        out.push_str("\n\n");
        out.push_str(&notes.join("\n"));
    }
    out
}

pub(crate) fn row(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

/// How it was made and the footer, which end every page.
pub(crate) fn close(mut parts: Vec<String>, method: &[String], words: Words) -> String {
    parts.push(format!("## {}", escape(&words.text("report.method.title"))));
    parts.push(escape(&method.join(" ")));
    parts.push("---".to_owned());
    parts.push(escape(&words.text("report.footer")));
    parts.join("\n\n") + "\n"
}

/// Notes as a list; `None` without any.
pub(crate) fn bullets(notes: &[String]) -> Option<String> {
    let lines: Vec<String> = notes
        .iter()
        .map(|note| format!("- {}", escape(note)))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A cell on one line: state, text, detail in brackets, remark. On several, details need no brackets.
fn cell(cell: &Cell, several: bool) -> String {
    let mut parts = Vec::new();
    parts.extend(cell.mark.as_ref().map(mark));
    if !cell.text.is_empty() {
        parts.push(escape(&cell.text));
    }
    let details: Vec<String> = [&cell.detail, &cell.aside]
        .into_iter()
        .flatten()
        .map(|text| escape(text))
        .collect();
    let flag = cell.flag.as_ref().map(|flag| format!("*{}*", escape(flag)));
    if several {
        let details = details.iter().map(|text| format!("*{text}*"));
        let lines = [parts.join(" ")].into_iter().chain(details).chain(flag);
        return lines
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("<br>");
    }
    if !details.is_empty() {
        parts.push(format!("({})", details.join("; ")));
    }
    parts.extend(flag);
    parts.join(" ")
}

/// Text that Markdown and HTML leave alone.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_in_data_is_markup() {
        assert_eq!(escape("a|b"), "a\\|b");
        assert_eq!(escape("<script>"), "&lt;script&gt;");
        assert_eq!(escape("**x** [y](z)"), "\\*\\*x\\*\\* \\[y\\](z)");
        assert_eq!(escape("Größe – 20,5 %"), "Größe – 20,5 %");
    }
}
