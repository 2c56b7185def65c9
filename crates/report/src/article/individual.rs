//! Whether rows that are alike are treated alike.

use waage_result::document::AuditResult;
use waage_result::individual::{Consistency, IndividualResult};

use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::Unit;
use crate::words::Words;

/// The section, where it was asked for.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let found = result.individual.as_ref()?;
    let mut blocks = vec![
        Block::Text(intro(found, words)),
        Block::List(points(found, words)),
    ];
    blocks.extend(table(found, words).map(Block::Table));
    blocks.push(Block::Note(words.text("report.individual.note")));
    Some(Section {
        id: "individual",
        title: words.text("report.individual.title"),
        blocks,
    })
}

/// Which rows are compared, and by what.
pub(crate) fn intro(found: &IndividualResult, words: Words) -> String {
    let names: Vec<String> = found
        .features
        .iter()
        .map(|name| words.attribute(name))
        .collect();
    let mut text = words.fill(
        "report.individual.intro",
        &[
            ("rows", &words.integer(found.rows)),
            ("features", &names.join(", ")),
            ("neighbours", &words.integer(found.neighbours)),
        ],
    );
    if found.rows_left_out > 0 {
        let count = words.integer(found.rows_left_out);
        text.push(' ');
        text.push_str(&words.fill("report.individual.left_out", &[("count", &count)]));
    }
    if !found.constant.is_empty() {
        let names: Vec<String> = found
            .constant
            .iter()
            .map(|name| words.attribute(name))
            .collect();
        text.push(' ');
        text.push_str(&words.fill(
            "report.individual.constant",
            &[("features", &names.join(", "))],
        ));
    }
    text
}

/// What was found, a sentence each.
pub(crate) fn points(found: &IndividualResult, words: Words) -> Vec<String> {
    let consistency = |key: &str, of: &Option<Consistency>| {
        let of = of.as_ref()?;
        let value = match (of.value, &of.reason) {
            (Some(value), _) => words.number(value, Unit::Number),
            (None, Some(reason)) => format!("– ({})", words.name_in("reason", reason)),
            (None, None) => "–".to_owned(),
        };
        let values = [("value", value.as_str()), ("n", &words.integer(of.n))];
        Some(words.fill(&format!("report.individual.{key}"), &values))
    };
    let mut out: Vec<String> = [("decisions", &found.decisions), ("labels", &found.labels)]
        .into_iter()
        .filter_map(|(key, of)| consistency(key, of))
        .collect();
    if let Some(scores) = &found.scores {
        if let Some(constant) = scores.lipschitz_constant {
            let values = [
                ("value", words.number(constant, Unit::Number)),
                ("pairs", words.integer(scores.pairs)),
                ("twins", words.integer(scores.twins)),
            ];
            let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
            out.push(words.fill("report.individual.constant_of_scores", &values));
        }
        if let (Some(limit), Some(share)) = (scores.limit, scores.lipschitz_violation) {
            let values = [
                ("limit", words.number(limit, Unit::Number)),
                ("share", words.number(share, Unit::Share)),
            ];
            let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
            out.push(words.fill("report.individual.violation", &values));
        }
    }
    out
}

/// Consistency by group.
pub(crate) fn table(found: &IndividualResult, words: Words) -> Option<Table> {
    let key = |key: &str| words.text(&format!("report.individual.{key}"));
    let of = |of: &Option<Consistency>| of.as_ref().map(|of| of.groups.clone()).unwrap_or_default();
    let (decisions, labels) = (of(&found.decisions), of(&found.labels));
    let lead = match decisions.is_empty() {
        true => &labels,
        false => &decisions,
    };
    lead.first()?;
    let cell = |value: Option<f64>| match value {
        Some(value) => Cell::text(words.number(value, Unit::Number)),
        None => Cell::none(),
    };
    let row = |group: &waage_result::individual::GroupConsistency| {
        let same = |other: &&waage_result::individual::GroupConsistency| {
            (&other.attribute, &other.group) == (&group.attribute, &group.group)
        };
        let name = group
            .group
            .as_deref()
            .unwrap_or(waage_result::privacy::MISSING);
        let value = |of: &[waage_result::individual::GroupConsistency]| {
            cell(of.iter().find(same).and_then(|found| found.value))
        };
        Row {
            cells: vec![
                Cell::text(words.attribute(&group.attribute)),
                Cell::text(words.group(&group.attribute, Some(name))),
                Cell::text(words.integer(group.n)),
                value(&decisions),
                value(&labels),
            ],
            ..Row::default()
        }
    };
    Some(Table {
        caption: key("caption"),
        columns: vec![
            Column::text(key("attribute")),
            Column::text(key("group")),
            Column::number(key("rows")),
            Column::number(key("of_decisions")),
            Column::number(key("of_labels")),
        ],
        rows: lead.iter().map(row).collect(),
    })
}
