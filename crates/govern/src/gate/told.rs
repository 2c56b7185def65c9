//! The lists of a gate, as they grow.

use waage_result::finding::Bilingual;
use waage_result::gate::{GATE_SCHEMA, GateReason, GateResult, GateVerdict};
use waage_result::text::{Catalogue, Language};

use super::request::{Part, Request};

/// Which list a reason belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Breach,
    Inconclusive,
    Waived,
    Error,
    Passed,
    Noted,
}

/// A sentence of the catalogue, in both languages; values are the same in both.
pub(super) fn sentence(key: &str, values: &[(&str, &str)]) -> Bilingual {
    let text = |language| Catalogue::of(language).fill(&format!("gate.reason.{key}"), values);
    Bilingual {
        de: text(Language::De),
        en: text(Language::En),
    }
}

/// The same with values that are words of each language.
pub(super) fn sentence_with(
    key: &str,
    values: &[(&str, &str)],
    words: &[(&str, Bilingual)],
) -> Bilingual {
    let text = |language: Language| {
        let mut all: Vec<(&str, &str)> = values.to_vec();
        all.extend(words.iter().map(|(name, word)| {
            let word = match language {
                Language::De => word.de.as_str(),
                Language::En => word.en.as_str(),
            };
            (*name, word)
        }));
        Catalogue::of(language).fill(&format!("gate.reason.{key}"), &all)
    };
    Bilingual {
        de: text(Language::De),
        en: text(Language::En),
    }
}

/// A word of the catalogue, in both languages.
pub(super) fn word(key: &str) -> Bilingual {
    let text = |language| Catalogue::of(language).text(key).to_owned();
    Bilingual {
        de: text(Language::De),
        en: text(Language::En),
    }
}

/// A reason without a finding behind it.
pub(super) fn reason(requirement: &str, subject: &str, text: Bilingual) -> GateReason {
    GateReason {
        requirement: requirement.to_owned(),
        subject: subject.to_owned(),
        group: None,
        severity: None,
        waived_by: None,
        text,
    }
}

/// The document in the making.
pub(super) struct Told(GateResult);

impl Told {
    pub fn new(request: &Request<'_>) -> Self {
        let audit = request.audit.given();
        Self(GateResult {
            schema: GATE_SCHEMA.to_owned(),
            gate: request.gate.to_owned(),
            as_of: request.as_of.to_string(),
            verdict: GateVerdict::Pass,
            exit: 0,
            policy_digest: request.policy.digest(),
            audit_digest: audit.map(|audit| audit.subject.digest.clone()),
            breaches: Vec::new(),
            inconclusive: Vec::new(),
            waived: Vec::new(),
            errors: Vec::new(),
            passed: Vec::new(),
            noted: Vec::new(),
        })
    }

    pub fn push(&mut self, list: List, reason: GateReason) {
        match list {
            List::Breach => &mut self.0.breaches,
            List::Inconclusive => &mut self.0.inconclusive,
            List::Waived => &mut self.0.waived,
            List::Error => &mut self.0.errors,
            List::Passed => &mut self.0.passed,
            List::Noted => &mut self.0.noted,
        }
        .push(reason);
    }

    /// A reason with a sentence of the catalogue.
    pub fn say(
        &mut self,
        list: List,
        requirement: &str,
        subject: &str,
        key: &str,
        values: &[(&str, &str)],
    ) {
        self.push(list, reason(requirement, subject, sentence(key, values)));
    }

    /// A part, or the error that a requirement could not be evaluated without it.
    pub fn need<'p, T>(
        &mut self,
        part: &'p Part<T>,
        name: &str,
        requirement: &str,
    ) -> Option<&'p T> {
        let title = || {
            (
                "requirement",
                word(&format!("gate.requirement.{requirement}")),
            )
        };
        let text = match part {
            Part::Given(part) => return Some(part),
            Part::Absent => {
                let part = ("part", word(&format!("gate.part.{name}")));
                sentence_with("absent", &[], &[title(), part])
            }
            Part::Failed(error) => sentence_with("failed", &[("error", error)], &[title()]),
        };
        let missing = reason(requirement, name, text);
        // Several checks may ask for the same part.
        if !self.0.errors.contains(&missing) {
            self.push(List::Error, missing);
        }
        None
    }

    /// A breach comes before an error, an error before a pass.
    pub fn finish(mut self) -> GateResult {
        let (verdict, exit) = if !self.0.breaches.is_empty() {
            (GateVerdict::Breach, 1)
        } else if !self.0.errors.is_empty() {
            (GateVerdict::Error, 2)
        } else {
            (GateVerdict::Pass, 0)
        };
        self.0.verdict = verdict;
        self.0.exit = exit;
        self.0
    }
}
