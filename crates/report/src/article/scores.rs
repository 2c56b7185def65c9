//! How each group's scores are distributed, as quartiles.

use waage_result::document::{AuditResult, Distribution};

use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::Unit;
use crate::words::Words;

use waage_result::privacy::MISSING;

/// Scored rows and quartiles of each group.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut attributes: Vec<&str> = Vec::new();
    for distribution in &result.distributions {
        if !attributes.contains(&distribution.attribute.as_str()) {
            attributes.push(&distribution.attribute);
        }
    }
    for attribute in attributes {
        let rows = result
            .distributions
            .iter()
            .filter(|d| d.attribute == attribute)
            .map(|d| row(d, words))
            .collect();
        let title = |key: &str| words.text(&format!("report.scores.{key}"));
        let name = words.attribute(attribute);
        blocks.push(Block::Table(Table {
            caption: words.fill("report.scores.caption", &[("attribute", &name)]),
            columns: vec![
                Column::text(name),
                Column::number(title("rows")),
                Column::number(title("lower")),
                Column::number(title("median")),
                Column::number(title("upper")),
            ],
            rows,
        }));
    }
    if blocks.is_empty() {
        return None;
    }
    blocks.push(Block::Note(words.text("report.scores.note")));
    Some(Section {
        id: "scores",
        title: words.text("report.scores.title"),
        blocks,
    })
}

fn row(distribution: &Distribution, words: Words) -> Row {
    let group = distribution.group.as_deref().unwrap_or(MISSING);
    let mut cells = vec![
        Cell::text(words.group(&distribution.attribute, Some(group))),
        Cell::text(words.integer(distribution.n)),
    ];
    cells.extend([0.25, 0.5, 0.75].map(|share| {
        quantile(distribution, share).map_or_else(Cell::none, |score| {
            Cell::text(words.plain(score, Unit::Number))
        })
    }));
    Row {
        cells,
        ..Row::default()
    }
}

/// The score below which a share of the rows lies, rows spread evenly within each bin.
fn quantile(distribution: &Distribution, share: f64) -> Option<f64> {
    let mut below = 0.0;
    for (edges, &mass) in distribution.edges.windows(2).zip(&distribution.shares) {
        if mass > 0.0 && below + mass >= share - 1e-12 {
            let within = ((share - below) / mass).clamp(0.0, 1.0);
            return Some(edges[0] + within * (edges[1] - edges[0]));
        }
        below += mass;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_read_off_the_bins() {
        let distribution = Distribution {
            attribute: "g".into(),
            group: None,
            n: 10,
            edges: vec![0.0, 1.0, 2.0, 3.0],
            shares: vec![0.5, 0.0, 0.5],
        };
        assert_eq!(quantile(&distribution, 0.25), Some(0.5));
        assert_eq!(quantile(&distribution, 0.5), Some(1.0));
        assert_eq!(quantile(&distribution, 0.75), Some(2.5));
        let empty = Distribution {
            shares: vec![0.0; 3],
            ..distribution
        };
        assert_eq!(quantile(&empty, 0.5), None);
    }
}
