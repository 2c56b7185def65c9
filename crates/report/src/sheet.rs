//! A short record for people: a sentence, facts, lists and tables. Ledgers, approvals and keys are told
//! as sheets, of which the terminal and Markdown have one writer each.

use crate::markdown::{bullets, escape, row};
use crate::words::Words;

/// A record in one language; its texts are clean but not escaped.
#[derive(Default)]
pub(crate) struct Sheet {
    /// What it is about.
    pub title: String,
    /// Whether its sentence is good or bad news.
    pub is_good: Option<bool>,
    /// What it comes to.
    pub headline: String,
    /// What belongs to it.
    pub facts: Vec<String>,
    /// Lists and tables.
    pub parts: Vec<Part>,
}

/// A part of a sheet; one without points or rows is left out.
pub(crate) enum Part {
    /// A title and sentences.
    List(String, Vec<String>),
    /// Heads of columns and rows of cells.
    Table(Vec<String>, Vec<Vec<String>>),
}

impl Sheet {
    /// Before the headline: `✓`, `✗` or nothing.
    pub(crate) const fn symbol(&self) -> &'static str {
        match self.is_good {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "",
        }
    }

    /// GitHub-flavoured Markdown.
    pub(crate) fn markdown(&self, words: Words) -> String {
        let mut out = vec![format!("# {}", escape(&self.title))];
        let headline = format!("{} {}", self.symbol(), escape(&self.headline));
        out.push(format!("**{}**", headline.trim()));
        out.extend(bullets(&self.facts));
        for part in &self.parts {
            match part {
                Part::List(title, points) => {
                    if let Some(points) = bullets(points) {
                        out.push(format!("## {}", escape(title)));
                        out.push(points);
                    }
                }
                Part::Table(_, rows) if rows.is_empty() => {}
                Part::Table(heads, rows) => {
                    let mut lines = vec![
                        row(heads.iter().map(|head| escape(head))),
                        row(heads.iter().map(|_| "---".to_owned())),
                    ];
                    lines.extend(rows.iter().map(|r| row(r.iter().map(|cell| escape(cell)))));
                    out.push(lines.join("\n"));
                }
            }
        }
        out.push("---".to_owned());
        out.push(escape(&words.text("report.footer")));
        out.join("\n\n") + "\n"
    }
}
