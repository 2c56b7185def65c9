//! Each class against the rest, where labels and decisions have several.

use waage_result::document::AuditResult;
use waage_result::privacy::Hidden;

use super::views::Views;
use super::{Block, Section, attributes};
use crate::words::Words;

/// The tables of every attribute, class by class.
pub(super) fn section(result: &AuditResult, hidden: &Hidden, words: Words) -> Option<Section> {
    if result.classes.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::Text(words.text("report.classes.intro"))];
    for class in &result.classes {
        let of_class = result.of_class(class);
        let views = Views::of(&of_class);
        let Some(section) = attributes::section(&of_class, &views, hidden, words) else {
            continue;
        };
        blocks.extend(section.blocks.into_iter().filter_map(|block| match block {
            Block::Heading(attribute) => {
                Some(Block::Heading(heading(&class.class, &attribute, words)))
            }
            Block::Note(_) => None,
            other => Some(other),
        }));
    }
    Some(Section {
        id: "classes",
        title: words.text("report.classes.title"),
        blocks,
    })
}

/// The class and the attribute of a table.
fn heading(class: &str, attribute: &str, words: Words) -> String {
    let values = [("class", class), ("attribute", attribute)];
    words.fill("report.classes.heading", &values)
}
