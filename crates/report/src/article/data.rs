//! What a reader of the numbers must know of the data.

use waage_result::document::{AuditResult, Note};
use waage_result::privacy::{Hidden, MISSING, group_name, view_name};

use super::{Block, Section};
use crate::numbers::Unit;
use crate::words::{Words, clean};

/// Missing values, ties, small groups, hidden groups and the readers' notes.
pub(super) fn section(result: &AuditResult, hidden: &Hidden, words: Words) -> Option<Section> {
    let mut points = facts_of_data(result, hidden, words);
    if !hidden.is_empty() {
        let (limit, count) = (
            words.integer(hidden.limit()),
            words.integer(hidden.len() as u64),
        );
        points.push(words.fill(
            "report.data.hidden",
            &[("limit", &limit), ("count", &count)],
        ));
    }
    let blocks = if points.is_empty() {
        vec![Block::Text(words.text("report.data.nothing"))]
    } else {
        vec![Block::List(points)]
    };
    Some(Section {
        id: "data",
        title: words.text("report.data.title"),
        blocks,
    })
}

/// What a document that may leave the house says of its own hiding.
fn shared(result: &AuditResult, words: Words) -> Vec<String> {
    let Some(privacy) = result.privacy.as_ref().filter(|privacy| privacy.shared) else {
        return Vec::new();
    };
    let k = words.integer(privacy.k);
    let mut points = Vec::new();
    if privacy.outcomes_withheld {
        points.push(words.text("report.privacy.outcomes_withheld"));
    } else if privacy.outcomes_hidden > 0 {
        let key = match privacy.outcomes_hidden {
            1 => "report.privacy.outcomes_one",
            _ => "report.privacy.outcomes_many",
        };
        let count = words.integer(privacy.outcomes_hidden);
        points.push(words.fill(key, &[("count", &count), ("k", &k)]));
    }
    if let Some(rows) = privacy.k_reached {
        let rows = words.integer(rows);
        points.push(words.fill("report.privacy.k_reached", &[("rows", &rows), ("k", &k)]));
    }
    for (key, count) in [
        ("report.privacy.l_decisions", privacy.l_decisions),
        ("report.privacy.l_labels", privacy.l_labels),
    ] {
        points.extend(count.map(|count| words.fill(key, &[("count", &words.integer(count))])));
    }
    if !privacy.withheld.is_empty() {
        let fields: Vec<String> = privacy.withheld.iter().map(|field| clean(field)).collect();
        let fields = words.list(&fields);
        points.push(words.fill("report.privacy.withheld", &[("fields", &fields)]));
    }
    points
}

/// The facts themselves, a sentence each.
pub(crate) fn facts_of_data(result: &AuditResult, hidden: &Hidden, words: Words) -> Vec<String> {
    let dataset = &result.dataset;
    let mut points = Vec::new();
    let missing = [
        ("label", dataset.rows_label_missing),
        ("decision", dataset.rows_decision_missing),
        ("score", dataset.rows_score_missing),
    ];
    for (role, count) in missing {
        let count = count.unwrap_or(0);
        if count > 0 {
            points.push(words.fill(
                &format!("report.data.{role}_missing"),
                &[
                    ("count", &words.integer(count)),
                    ("share", &share(count, dataset.rows, words)),
                ],
            ));
        }
    }
    points.extend(unknown(result, words));
    points.extend(small(result, hidden, words));
    points.extend(dataset.notes.iter().map(|note| noted(note, words)));
    points.extend(shared(result, words));
    points
}

/// What the readers noted, in the catalogue's words; an unknown note as it is.
pub(crate) fn noted(note: &Note, words: Words) -> String {
    const COUNTS: [&str; 6] = ["tied", "places", "k", "rows", "entries", "clusters"];
    let values: Vec<(&str, String)> = note
        .values
        .iter()
        .map(|(name, value)| {
            let text = match value.parse() {
                Ok(count) if COUNTS.contains(&name.as_str()) => words.integer(count),
                _ if name == "role" => words.name_in("report.role", value),
                _ => clean(value),
            };
            (name.as_str(), text)
        })
        .collect();
    let key = format!("note.{}", note.code);
    if words.catalogue.get(&key).is_some() {
        let values: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        return words.fill(&key, &values);
    }
    let values: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("{} {value}", clean(name)))
        .collect();
    format!(
        "{}: {}",
        clean(&note.code.replace('_', " ")),
        words.list(&values)
    )
}

fn share(count: u64, total: u64, words: Words) -> String {
    let share = if total == 0 {
        0.0
    } else {
        count as f64 / total as f64
    };
    words.number(share, Unit::Share)
}

/// Rows whose attribute is missing.
fn unknown(result: &AuditResult, words: Words) -> Vec<String> {
    let missing = result.groups.iter().filter(|group| {
        group.attributes.len() == 1 && group.attributes.values().any(Option::is_none) && group.n > 0
    });
    missing
        .map(|group| {
            words.fill(
                "report.data.attribute_missing",
                &[
                    ("count", &words.integer(group.n)),
                    ("share", &share(group.n, result.dataset.rows, words)),
                    ("attribute", &words.attribute(&view_name(group))),
                ],
            )
        })
        .collect()
}

/// Groups below the smallest size that is judged, by attribute; hidden ones have their own sentence.
fn small(result: &AuditResult, hidden: &Hidden, words: Words) -> Vec<String> {
    let mut by_view: Vec<(String, Vec<String>, u64)> = Vec::new();
    for group in result
        .groups
        .iter()
        .filter(|group| (1..result.policy.group_min_n).contains(&group.n))
    {
        let view = view_name(group);
        let name = group_name(group);
        if name == MISSING || hidden.contains(&view, &name) {
            continue;
        }
        let name = words.group(&view, Some(&name));
        match by_view.iter_mut().find(|(known, _, _)| *known == view) {
            Some((_, names, count)) => {
                *count += 1;
                if names.len() < 6 {
                    names.push(name);
                }
            }
            None => by_view.push((view, vec![name], 1)),
        }
    }
    let min = words.integer(result.policy.group_min_n);
    by_view
        .into_iter()
        .map(|(view, names, count)| {
            let key = if count > names.len() as u64 {
                "small_more"
            } else {
                "small"
            };
            words.fill(
                &format!("report.data.{key}"),
                &[
                    ("attribute", &words.attribute(&view)),
                    ("groups", &words.list(&names)),
                    ("count", &words.integer(count)),
                    ("min", &min),
                ],
            )
        })
        .collect()
}
