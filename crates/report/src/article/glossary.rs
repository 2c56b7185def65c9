//! The terms that a report uses, in a plain sentence each.

use waage_result::document::AuditResult;
use waage_result::privacy::Hidden;

use super::{Block, Fact, Section};
use crate::words::Words;

/// Terms that every audit uses.
const ALWAYS: [&str; 8] = [
    "protected_attribute",
    "reference_group",
    "disparity",
    "confidence_interval",
    "inconclusive",
    "minimum_group_size",
    "finding",
    "policy",
];

/// Terms that belong to a metric or summary quantity, by how its name begins.
const BY_NAME: [(&str, &str); 10] = [
    ("selection_rate", "selection_rate"),
    ("base_rate", "base_rate"),
    ("true_positive_rate", "true_positive_rate"),
    ("false_positive_rate", "false_positive_rate"),
    ("precision", "precision"),
    ("accuracy", "accuracy"),
    ("demographic_parity", "demographic_parity"),
    ("equal_opportunity", "equal_opportunity"),
    ("equalized_odds", "equalized_odds"),
    ("predictive_parity", "predictive_parity"),
];

/// The glossary, sorted by term.
pub(super) fn section(result: &AuditResult, hidden: &Hidden, words: Words) -> Option<Section> {
    let mut keys: Vec<&str> = ALWAYS.to_vec();
    let shows = |name: &str| {
        result
            .overall
            .keys()
            .chain(result.summary.values().flat_map(|s| s.keys()))
            .any(|key| key.starts_with(name))
    };
    keys.extend(
        BY_NAME
            .iter()
            .filter(|(name, _)| shows(name))
            .map(|(_, term)| *term),
    );
    let ratios = result
        .disparities
        .iter()
        .any(|d| d.metric == "selection_rate" && d.comparison == "ratio");
    let optional = [
        (ratios, "impact_ratio"),
        (ratios, "four_fifths_rule"),
        (
            result.policy.families.iter().any(|f| f.method != "none"),
            "multiple_testing",
        ),
        (result.roles.score.is_some(), "score"),
        (result.roles.cut.is_some(), "threshold"),
        (
            result.groups.iter().any(|g| g.attributes.len() > 1),
            "subgroup",
        ),
        (!hidden.is_empty(), "suppression"),
        (!result.policy.waivers.is_empty(), "waiver"),
        (true, "digest"),
    ];
    keys.extend(
        optional
            .iter()
            .filter(|(applies, _)| *applies)
            .map(|(_, key)| *key),
    );
    let mut terms: Vec<Fact> = keys
        .into_iter()
        .map(|key| Fact {
            name: words.text(&format!("glossary.{key}.term")),
            text: words.text(&format!("glossary.{key}.text")),
        })
        .collect();
    terms.sort_by_key(|fact| fact.name.to_lowercase());
    Some(Section {
        id: "glossary",
        title: words.text("glossary.title"),
        blocks: vec![Block::Terms(terms)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::Language;

    #[test]
    fn every_term_is_explained_in_both_languages() {
        let optional = [
            "impact_ratio",
            "four_fifths_rule",
            "multiple_testing",
            "score",
            "threshold",
            "subgroup",
            "suppression",
            "waiver",
            "digest",
        ];
        let named = BY_NAME.iter().map(|(_, term)| *term);
        for term in ALWAYS.into_iter().chain(named).chain(optional) {
            for language in Language::ALL {
                let words = Words::of(language);
                for part in ["term", "text"] {
                    let key = format!("glossary.{term}.{part}");
                    assert!(words.catalogue.get(&key).is_some(), "{key} in {language}");
                }
            }
        }
    }
}
