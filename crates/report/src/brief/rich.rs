//! Sentences in which some words are terms of the glossary.

use serde::Serialize;
use waage_result::text::fill;

use crate::words::Words;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Span {
    pub(super) text: String,
    /// Id of the term that it is, if it is one.
    pub(super) term: Option<String>,
    /// What the term means.
    pub(super) meaning: Option<String>,
}

/// A sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct Rich(pub(super) Vec<Span>);

impl Rich {
    /// The catalogue's text of a key with its terms marked and its `{names}` filled. Terms are read off the
    /// template before values are filled in, so that no value can make one.
    pub(super) fn of(key: &str, values: &[(&str, &str)], words: Words) -> Self {
        let mut spans = Vec::new();
        let text = words.text(key);
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("[[") {
            let Some((marked, end)) = after.split_once("]]") else {
                break;
            };
            let (id, shown) = marked.split_once('|').unwrap_or((marked, marked));
            spans.extend(plain(&fill(before, values)));
            spans.push(Span {
                text: fill(shown, values),
                term: Some(id.to_owned()),
                meaning: Some(words.text(&format!("glossary.{id}.text"))),
            });
            rest = end;
        }
        spans.extend(plain(&fill(rest, values)));
        Self(spans)
    }

    /// A text without terms.
    pub(super) fn plain(text: &str) -> Self {
        Self(plain(text).into_iter().collect())
    }

    /// The same with more after it.
    pub(super) fn then(mut self, more: Self) -> Self {
        if !self.0.is_empty() && !more.0.is_empty() {
            self.0.extend(plain(" "));
        }
        self.0.extend(more.0);
        self
    }

    /// Without marks.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// Ids of its terms, and the words that stand for them.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter_map(|span| Some((span.term.as_deref()?, span.text.as_str())))
    }
}

fn plain(text: &str) -> Option<Span> {
    (!text.is_empty()).then(|| Span {
        text: text.to_owned(),
        term: None,
        meaning: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::{Catalogue, Language};

    #[test]
    fn values_make_no_terms() {
        let words = Words::of(Language::En);
        let rich = Rich::of(
            "brief.what.purpose",
            &[("purpose", "[[policy|x]] {purpose}")],
            words,
        );
        assert_eq!(rich.terms().count(), 0);
        assert!(rich.text().ends_with("[[policy|x]] {purpose}"));
    }

    #[test]
    fn every_marked_term_is_in_the_glossary_in_both_languages() {
        let marked = |language| {
            let words = Words::of(language);
            let keys = Catalogue::of(language).keys().into_iter();
            let keys = keys.filter(|key| key.starts_with("brief."));
            let mut found = Vec::new();
            for key in keys {
                let rich = Rich::of(key, &[], words);
                assert!(!rich.text().contains("[["), "{key}");
                for span in rich.0.iter().filter(|span| span.term.is_some()) {
                    assert!(
                        !span
                            .meaning
                            .as_ref()
                            .is_some_and(|m| m.starts_with("glossary.")),
                        "{key}"
                    );
                }
                found.push((
                    key,
                    rich.terms()
                        .map(|(id, _)| id.to_owned())
                        .collect::<Vec<_>>(),
                ));
            }
            found
        };
        let english = marked(Language::En);
        assert!(
            english
                .iter()
                .filter(|(_, terms)| !terms.is_empty())
                .count()
                > 15
        );
        assert_eq!(english, marked(Language::De));
    }
}
