//! The AI Act's risk class of a system as a reasoned suggestion (GOVERNANCE §8.1): a pure function of
//! answers. It is a note for counsel and decides nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;
use waage_result::finding::Bilingual;
use waage_result::systems::{Classification, Reason};
use waage_result::text::Language;

use crate::date::Date;
use crate::policy::Localised;
use crate::records::{RecordError, file, toml::Source};
use crate::risks::words::words;

/// The first key of a file of answers.
pub const ANSWERS_SCHEMA: &str = "waage/class-answers/1";

const TEXT: &str = include_str!("classes.toml");

words! {
    /// What may be answered.
    Answer {
        /// It is so.
        Yes = "yes",
        /// It is not.
        No = "no",
        /// Nobody knows yet.
        Unknown = "unknown",
    }
}

/// What a rule leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Leads {
    /// A prohibited practice may be at hand.
    Prohibited,
    /// A use of Annex III may be at hand.
    HighRisk,
    /// A duty that stands whatever the class.
    Further,
}

/// Answers by question.
pub type Answers = BTreeMap<String, Answer>;

/// A question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionForm {
    id: String,
    text: Localised,
    decides: bool,
    rules: Vec<RuleForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    when: Answer,
    kind: Leads,
    code: String,
    law: String,
    text: Localised,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesForm {
    knowledge: Date,
    question: Vec<QuestionForm>,
}

fn rules() -> Option<&'static RulesForm> {
    static RULES: OnceLock<Option<RulesForm>> = OnceLock::new();
    // A test reads it: what is compiled in cannot be mistaken.
    RULES
        .get_or_init(|| Source::new(TEXT, "classes").form().ok())
        .as_ref()
}

/// The questions, in order: id and text.
#[must_use]
pub fn questions() -> Vec<(&'static str, Bilingual)> {
    let questions = rules().map_or(&[][..], |rules| &rules.question);
    let told = |question: &'static QuestionForm| {
        (question.id.as_str(), Bilingual::from(question.text.clone()))
    };
    questions.iter().map(told).collect()
}

/// What answers suggest.
///
/// A yes to a prohibited practice comes before everything else; then a yes to a use of Annex III,
/// unless it is credit and nothing but the detection of fraud; then any deciding question without an
/// answer, which leaves the class open; only then is the system suggested to be outside.
///
/// ```
/// use waage_govern::inventory::{Answer, classify};
/// let mut answers: std::collections::BTreeMap<String, Answer> = waage_govern::inventory::questions()
///     .into_iter()
///     .map(|(id, _)| (id.to_owned(), Answer::No))
///     .collect();
/// assert_eq!(classify(&answers).class, "outside_annex_iii");
/// answers.insert("credit".to_owned(), Answer::Yes);
/// assert_eq!(classify(&answers).class, "high_risk_question");
/// answers.insert("fraud_only".to_owned(), Answer::Yes);
/// assert_eq!(classify(&answers).class, "outside_annex_iii");
/// answers.remove("employment");
/// assert_eq!(classify(&answers).class, "open");
/// ```
#[must_use]
pub fn classify(answers: &Answers) -> Classification {
    let Some(rules) = rules() else {
        return Classification::default();
    };
    let mut by_kind: BTreeMap<Leads, Vec<Reason>> = BTreeMap::new();
    let mut open = Vec::new();
    let mut undecided = false;
    for question in &rules.question {
        let answer = answers
            .get(&question.id)
            .copied()
            .unwrap_or(Answer::Unknown);
        if answer == Answer::Unknown {
            open.push(question.id.clone());
            undecided |= question.decides;
        }
        for rule in question.rules.iter().filter(|rule| rule.when == answer) {
            by_kind.entry(rule.kind).or_default().push(Reason {
                code: rule.code.clone(),
                law: rule.law.clone(),
                text: rule.text.clone().into(),
            });
        }
    }
    let only_fraud = answers.get("fraud_only") == Some(&Answer::Yes);
    let mut high = by_kind.remove(&Leads::HighRisk).unwrap_or_default();
    let mut further = by_kind.remove(&Leads::Further).unwrap_or_default();
    if only_fraud && let Some(at) = high.iter().position(|reason| reason.code == FRAUD_EXCEPTED) {
        high.remove(at);
        further.push(fraud());
    }
    let prohibited = by_kind.remove(&Leads::Prohibited).unwrap_or_default();
    let (class, reasons) = if !prohibited.is_empty() {
        ("prohibited_question", [prohibited, high].concat())
    } else if !high.is_empty() {
        ("high_risk_question", high)
    } else if undecided {
        ("open", Vec::new())
    } else {
        ("outside_annex_iii", vec![outside()])
    };
    further.push(literacy());
    Classification {
        class: class.to_owned(),
        reasons,
        further,
        open,
        knowledge: rules.knowledge.to_string(),
    }
}

/// The use of Annex III from which the detection of financial fraud is excepted.
const FRAUD_EXCEPTED: &str = "annex_iii_5b";

fn reason(code: &str, law: &str, en: &str, de: &str) -> Reason {
    Reason {
        code: code.to_owned(),
        law: law.to_owned(),
        text: Bilingual {
            de: de.to_owned(),
            en: en.to_owned(),
        },
    }
}

fn outside() -> Reason {
    reason(
        "not_listed",
        "AI Act Art. 6, Annex III",
        "Annex III is a closed list, and no use on it was named; ordering sales leads is not on it",
        "Anhang III ist eine abschließende Liste, und keine Verwendung daraus wurde genannt; die Rangfolge von Vertriebs-Leads steht nicht darauf",
    )
}

fn fraud() -> Reason {
    reason(
        "fraud_excepted",
        "AI Act Annex III 5(b)",
        "Detection of financial fraud is excepted from 5(b); the exception is narrow",
        "Die Aufdeckung von Finanzbetrug ist von 5(b) ausgenommen; die Ausnahme ist eng",
    )
}

fn literacy() -> Reason {
    reason(
        "art_4",
        "AI Act Art. 4",
        "Measures that support AI literacy of those who work with it",
        "Maßnahmen, die die KI-Kompetenz der damit Arbeitenden fördern",
    )
}

/// The questions as a TOML file to fill in.
#[must_use]
pub fn template(language: Language) -> String {
    let head = match language {
        Language::En => {
            "Questions about the AI Act's risk class. Answer \"yes\", \"no\" or \"unknown\".\n# What follows is a note for counsel: waage systems classify --answers THIS-FILE"
        }
        Language::De => {
            "Fragen zur Risikoklasse nach der KI-Verordnung. Antworten Sie \"yes\" (ja), \"no\" (nein) oder\n# \"unknown\" (unbekannt). Das Ergebnis ist ein Hinweis für die Rechtsberatung:\n# waage systems classify --answers DIESE-DATEI"
        }
    };
    let mut out = format!("# {head}\n\nschema = \"{ANSWERS_SCHEMA}\"\n\n[answer]\n");
    for (id, text) in questions() {
        let text = match language {
            Language::En => text.en,
            Language::De => text.de,
        };
        out.push_str(&format!("\n# {text}\n{id} = \"unknown\"\n"));
    }
    out
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersForm {
    schema: Spanned<String>,
    #[serde(default)]
    answer: BTreeMap<Spanned<String>, Answer>,
}

/// Reads a file of answers.
///
/// # Errors
/// [`RecordError`] with the place of the first mistake.
pub fn read_answers(path: &Path) -> Result<Answers, RecordError> {
    let mend = "make one with waage systems classify --template";
    let text = file::read(path, "the file of answers", mend)?;
    let name = path.display().to_string();
    let source = Source::new(&text, &name);
    let form: AnswersForm = source.form()?;
    source.schema(&form.schema, ANSWERS_SCHEMA)?;
    checked(source, form.answer)
}

/// Answers whose questions are known.
pub(super) fn checked(
    source: Source<'_>,
    answers: BTreeMap<Spanned<String>, Answer>,
) -> Result<Answers, RecordError> {
    let known: Vec<&str> = questions().into_iter().map(|(id, _)| id).collect();
    let mut out = Answers::new();
    for (id, answer) in answers {
        if !known.contains(&id.get_ref().as_str()) {
            return Err(source.unknown(&id, "question", known));
        }
        out.insert(id.into_inner(), answer);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::forbidden_word;

    fn all(answer: Answer) -> Answers {
        let ids = questions().into_iter();
        ids.map(|(id, _)| (id.to_owned(), answer)).collect()
    }

    #[test]
    fn the_rules_can_be_read_and_claim_nothing() {
        let rules: RulesForm = Source::new(TEXT, "classes").form().unwrap();
        assert_eq!(rules.question.len(), 12);
        for question in rules.question {
            let text = Bilingual::from(question.text);
            let mut texts = vec![text];
            texts.extend(question.rules.into_iter().map(|rule| rule.text.into()));
            for text in texts {
                assert_ne!(text.de, text.en);
                assert_eq!(forbidden_word(&text.de, Language::De), None);
                assert_eq!(forbidden_word(&text.en, Language::En), None);
            }
        }
    }

    #[test]
    fn the_gravest_answer_decides() {
        let mut answers = all(Answer::No);
        answers.insert("employment".into(), Answer::Yes);
        assert_eq!(classify(&answers).reasons[0].code, "annex_iii_4");
        answers.insert("social_scoring".into(), Answer::Yes);
        let found = classify(&answers);
        assert_eq!(found.class, "prohibited_question");
        assert_eq!(found.reasons.len(), 2, "the use of Annex III is still told");
    }

    #[test]
    fn what_is_unknown_is_never_outside() {
        assert_eq!(classify(&Answers::new()).class, "open");
        assert_eq!(classify(&all(Answer::Unknown)).open.len(), 12);
        for (id, _) in questions() {
            let mut answers = all(Answer::No);
            answers.remove(id);
            let found = classify(&answers);
            let decides = ![
                "fraud_only",
                "talks_to_people",
                "solely_automated",
                "mass_contracts",
            ]
            .contains(&id);
            assert_eq!(found.class == "open", decides, "{id}");
            assert_eq!(found.open, [id]);
        }
    }
}
