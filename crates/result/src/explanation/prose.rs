//! The texts about quantities, one file per language, and what is the same in every language.
//!
//! They are parsed when somebody asks what a metric means, so that an audit pays nothing for them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::explanation::Explanation;
use crate::text::{Catalogue, Language};

/// The libraries whose names are told, as documents and people write them.
pub const PEERS: [(&str, &str); 5] = [
    ("fairlearn", "Fairlearn"),
    ("aif360", "AIF360"),
    ("aequitas", "Aequitas"),
    ("clarify", "SageMaker Clarify"),
    ("sklearn", "scikit-learn"),
];

/// What a language says of a quantity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    definition: String,
    #[serde(rename = "use")]
    usage: String,
    misleads: String,
}

/// What no language changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    undefined: Vec<String>,
    fairlearn: Option<String>,
    aif360: Option<String>,
    aequitas: Option<String>,
    clarify: Option<String>,
    sklearn: Option<String>,
    source: Option<String>,
}

type Texts = BTreeMap<String, Text>;
type Groups = BTreeMap<String, BTreeMap<String, Facts>>;

/// The texts of one language about quantities.
#[derive(Clone, Copy)]
pub struct Prose {
    language: Language,
    texts: &'static Texts,
    groups: &'static Groups,
}

impl Prose {
    /// The texts of a language.
    #[must_use]
    pub fn of(language: Language) -> Self {
        static EN: OnceLock<Texts> = OnceLock::new();
        static DE: OnceLock<Texts> = OnceLock::new();
        static FACTS: OnceLock<Groups> = OnceLock::new();
        let texts = match language {
            Language::En => EN.get_or_init(|| read(include_str!("../messages/metrics.en.toml"))),
            Language::De => DE.get_or_init(|| read(include_str!("../messages/metrics.de.toml"))),
        };
        Self {
            language,
            texts,
            groups: FACTS.get_or_init(|| read(include_str!("../messages/metrics.toml"))),
        }
    }

    /// Every name with a text, by group and then by name.
    pub fn names(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let groups = self.groups;
        groups.iter().flat_map(|(group, facts)| {
            facts
                .keys()
                .map(move |name| (group.as_str(), name.as_str()))
        })
    }

    /// The page of a quantity as far as texts fill it; the facts of a measured one stand in its
    /// catalogue. `None` where there is no text.
    #[must_use]
    pub fn page(self, name: &str) -> Option<Explanation> {
        let text = self.texts.get(name)?;
        let (group, facts) = self
            .groups
            .iter()
            .find_map(|(group, facts)| Some((group, facts.get(name)?)))?;
        let named = [
            &facts.fairlearn,
            &facts.aif360,
            &facts.aequitas,
            &facts.clarify,
            &facts.sklearn,
        ];
        let peers = PEERS
            .iter()
            .zip(named)
            .filter_map(|((peer, _), names)| Some(((*peer).to_owned(), names.clone()?)));
        let words = Catalogue::of(self.language);
        let title = words.get(&format!("metric.{name}"));
        Some(Explanation {
            name: name.to_owned(),
            title: title.map_or_else(|| name.replace('_', " "), str::to_owned),
            group: group.clone(),
            definition: text.definition.clone(),
            usage: text.usage.clone(),
            misleads: text.misleads.clone(),
            undefined: facts.undefined.clone(),
            peers: peers.collect::<IndexMap<_, _>>(),
            source: facts.source.clone(),
            ..Explanation::default()
        })
    }
}

/// A file of the program; a test reads each of them.
fn read<T: serde::de::DeserializeOwned + Default>(source: &str) -> T {
    toml::from_str(source).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::explanation::GROUPS;

    #[test]
    fn every_file_holds_the_same_names() {
        let (en, de) = (Prose::of(Language::En), Prose::of(Language::De));
        let names: BTreeSet<&str> = en.names().map(|(_, name)| name).collect();
        assert!(names.len() > 150, "{} names", names.len());
        assert_eq!(
            names.len(),
            en.names().count(),
            "a name stands in one group"
        );
        let of = |texts: &'static Texts| texts.keys().map(String::as_str).collect::<BTreeSet<_>>();
        assert_eq!(of(en.texts), names);
        assert_eq!(of(de.texts), names);
        let groups: BTreeSet<&str> = en.names().map(|(group, _)| group).collect();
        assert_eq!(groups, GROUPS.into_iter().collect());
    }

    #[test]
    fn every_text_is_a_sentence() {
        for language in Language::ALL {
            let prose = Prose::of(language);
            for (_, name) in prose.names() {
                let page = prose.page(name).unwrap();
                for text in [&page.definition, &page.usage, &page.misleads] {
                    assert!(text.ends_with('.'), "{name} {language}: {text}");
                    assert!(!text.contains("  "), "{name} {language}: {text}");
                    assert!(
                        text.chars()
                            .next()
                            .is_some_and(|c| c.is_uppercase() || c.is_numeric()),
                        "{name} {language}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn names_in_texts_are_names_of_quantities() {
        let names: BTreeSet<&str> = Prose::of(Language::En).names().map(|(_, n)| n).collect();
        for language in Language::ALL {
            let prose = Prose::of(language);
            for (_, name) in prose.names() {
                let page = prose.page(name).unwrap();
                for text in [&page.definition, &page.usage, &page.misleads] {
                    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                        assert!(
                            !word.contains('_') || names.contains(word),
                            "{name} {language}: no quantity is called {word}"
                        );
                    }
                }
            }
        }
    }
}
