//! What incidents taught, and what that changed.

use waage_result::incidents::{IncidentsResult, Told};
use waage_result::text::Language;

use super::{Block, Facts, Section, data, section as make};
use crate::words::Words;

/// A heading and facts for each incident with lessons or changes.
pub(super) fn section(result: &IncidentsResult, words: Words) -> Option<Section> {
    let taught = result.incidents.iter().filter(|told| has_lesson(told));
    let blocks = taught.flat_map(|told| lesson(told, words)).collect();
    make("lessons", words.text("incident.lessons.title"), blocks)
}

/// How many have none.
pub(super) fn without(result: &IncidentsResult, words: Words) -> Option<Section> {
    let count = result
        .incidents
        .iter()
        .filter(|told| !has_lesson(told))
        .count() as u64;
    if count == 0 {
        return None;
    }
    let text = words.fill(
        "incident.lessons.without",
        &[("count", &*words.integer(count))],
    );
    let title = words.text("incident.lessons.without_title");
    make("without", title, vec![Block::Text(text)])
}

fn has_lesson(told: &Told) -> bool {
    let of = &told.incident;
    of.lessons.is_some() || !of.new_risks.is_empty() || !of.changed_controls.is_empty()
}

fn lesson(told: &Told, words: Words) -> [Block; 2] {
    let incident = &told.incident;
    let mut facts = Facts::of("incident.fact", words);
    facts.add("summary", data(&incident.summary));
    let root = incident.root_cause.last().map(|why| data(why));
    facts.add_some("root_cause", root);
    if let Some(lessons) = &incident.lessons {
        facts.add(
            "lesson",
            data(match words.catalogue.language() {
                Language::En => &lessons.en,
                Language::De => &lessons.de,
            }),
        );
    }
    let join =
        |list: &[String]| words.list(&list.iter().map(|text| data(text)).collect::<Vec<_>>());
    facts.add("new_risks", join(&incident.new_risks));
    facts.add("changed_controls", join(&incident.changed_controls));
    facts.add_some(
        "no_change_reason",
        incident.no_change_reason.as_deref().map(data),
    );
    facts.add_some(
        "detecting_check",
        incident.detecting_check.as_deref().map(data),
    );
    facts.add_some(
        "no_check_reason",
        incident.no_check_reason.as_deref().map(data),
    );
    facts.add("state", words.name_in("incident.state", &incident.state));
    [Block::Heading(data(&incident.id)), Block::Facts(facts.list)]
}
