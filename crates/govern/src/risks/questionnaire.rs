//! A questionnaire before launch and at reviews: data sources, model assumptions, possible bias,
//! business impact. Answers suggest levels of risks and risks that a register lacks, by the rules of
//! `questions.toml`; people decide what is taken over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use serde::Deserialize;
use toml::Spanned;
use waage_result::finding::Bilingual;
use waage_result::risks::{Reason, Suggestion};
use waage_result::text::Language;

use super::appetite::money_scale;
use super::book::Book;
use super::catalogue;
use super::register::{Register, Risk};
use super::scale::money_level;
use super::words::words;
use crate::date::Date;
use crate::policy::{Localised, Policy};
use crate::records::{RecordError, file, toml::Source};

/// The first key of a file of answers.
pub const ANSWERS_SCHEMA: &str = "waage/risk-answers/1";

const QUESTIONS: &str = include_str!("questions.toml");

words! {
    /// When the questions are asked.
    Occasion {
        /// Before first use and after each change of model, data or purpose.
        PreDeployment = "pre_deployment",
        /// At reviews.
        Periodic = "periodic",
    }
}

/// A question.
#[derive(Debug)]
pub struct Question {
    /// Its id, such as `DATA-1`.
    pub id: String,
    /// `data_sources`, `model_assumptions`, `possible_bias` or `business_impact`.
    pub section: String,
    /// When it is asked.
    pub occasions: Vec<Occasion>,
    /// The question.
    pub text: Bilingual,
    /// What may be answered; `amount` stands for a number.
    pub answers: Vec<String>,
    /// What follows.
    rules: Vec<RuleForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionsForm {
    question: Vec<QuestionForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionForm {
    id: String,
    section: String,
    occasions: Vec<Occasion>,
    text: Localised,
    answers: Vec<String>,
    rules: Vec<RuleForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    answers: Vec<String>,
    risk: String,
    likelihood: Option<u8>,
    impact: Option<u8>,
    why: Localised,
}

/// Every question, in order.
#[must_use]
pub fn questions() -> &'static [Question] {
    static ALL: OnceLock<Vec<Question>> = OnceLock::new();
    ALL.get_or_init(|| read_questions().unwrap_or_default())
}

fn read_questions() -> Result<Vec<Question>, RecordError> {
    let form: QuestionsForm = Source::new(QUESTIONS, "questions").form()?;
    let question = |form: QuestionForm| Question {
        id: form.id,
        section: form.section,
        occasions: form.occasions,
        text: form.text.into(),
        answers: form.answers,
        rules: form.rules,
    };
    Ok(form.question.into_iter().map(question).collect())
}

/// The questionnaire as a TOML file to fill in.
#[must_use]
pub fn template(occasion: Occasion, language: Language) -> String {
    let pick = |text: &Bilingual| match language {
        Language::En => text.en.clone(),
        Language::De => text.de.clone(),
    };
    let (head, may_be) = match language {
        Language::En => (
            "Questionnaire on risks. Write an answer between the quotation marks; leave open what is\n# not yet known to you. Then: waage risks assess --answers THIS-FILE",
            "one of",
        ),
        Language::De => (
            "Fragebogen zu Risiken. Schreiben Sie eine Antwort zwischen die Anführungszeichen; lassen Sie\n# offen, was Sie noch nicht wissen. Danach: waage risks assess --answers DIESE-DATEI",
            "eines von",
        ),
    };
    let mut out = format!(
        "# {head}\n\nschema = \"{ANSWERS_SCHEMA}\"\noccasion = \"{}\"\nanswered_by = \"\"\n\n[answer]\n",
        occasion.name()
    );
    let mut last = "";
    for question in asked(occasion) {
        if question.section != last {
            last = &question.section;
            out.push_str(&format!("\n# --- {} ---\n", section_title(last, language)));
        }
        out.push_str(&format!("\n# {}\n", pick(&question.text)));
        if question.answers == ["amount"] {
            out.push_str(&format!("{} = \"\"\n", question.id));
        } else {
            let answers = question.answers.join(", ");
            out.push_str(&format!("# {may_be}: {answers}\n{} = \"\"\n", question.id));
        }
    }
    out
}

fn section_title(section: &str, language: Language) -> String {
    let german = match section {
        "data_sources" => "Datenquellen",
        "model_assumptions" => "Annahmen des Modells",
        "possible_bias" => "Mögliche Verzerrung",
        _ => "Geschäftliche Auswirkung",
    };
    match language {
        Language::En => waage_result::text::capitalised(&section.replace('_', " ")),
        Language::De => german.to_owned(),
    }
}

fn asked(occasion: Occasion) -> impl Iterator<Item = &'static Question> {
    let asked = move |question: &&Question| question.occasions.contains(&occasion);
    questions().iter().filter(asked)
}

/// A filled-in questionnaire.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// When it was asked.
    pub occasion: Occasion,
    /// Who answered.
    pub answered_by: Option<String>,
    /// Answers by question.
    answers: BTreeMap<String, Answer>,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Word(String),
    Amount(f64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswersForm {
    schema: Spanned<String>,
    occasion: Occasion,
    answered_by: Option<Spanned<String>>,
    #[serde(default)]
    answer: BTreeMap<Spanned<String>, Spanned<AnswerForm>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected an answer in quotes, or an amount")]
enum AnswerForm {
    Word(String),
    Amount(f64),
}

impl Answers {
    /// Reads a file of answers.
    ///
    /// # Errors
    /// [`RecordError`] with the place of the first mistake.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let mend = "make one with waage risks questionnaire";
        let text = file::read(path, "the file of answers", mend)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads answers from a text; `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Answers::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, RecordError> {
        let source = Source::new(text, file);
        let form: AnswersForm = source.form()?;
        source.schema(&form.schema, ANSWERS_SCHEMA)?;
        if let Some(by) = &form.answered_by {
            source.free_text(by, "answered_by", by.get_ref())?;
        }
        let mut answers = BTreeMap::new();
        for (id, answer) in form.answer {
            let Some(question) = questions().iter().find(|q| q.id == *id.get_ref()) else {
                let known = questions().iter().map(|question| question.id.as_str());
                return Err(source.unknown(&id, "question", known));
            };
            if let Some(answer) = read_answer(source, question, &answer)? {
                answers.insert(id.into_inner(), answer);
            }
        }
        let by = form.answered_by.map(Spanned::into_inner);
        Ok(Self {
            occasion: form.occasion,
            answered_by: by.filter(|by| !by.trim().is_empty()),
            answers,
        })
    }

    /// The questions of the occasion that have no answer.
    #[must_use]
    pub fn unanswered(&self) -> Vec<String> {
        asked(self.occasion)
            .filter(|question| !self.answers.contains_key(&question.id))
            .map(|question| question.id.clone())
            .collect()
    }

    /// What the answers suggest for a register on a day, risk by risk.
    #[must_use]
    pub fn suggest(
        &self,
        register: &Register,
        policy: Option<&Policy>,
        day: Date,
    ) -> Vec<Suggestion> {
        let money_scale = money_scale(policy);
        let mut reasons: BTreeMap<&str, Suggested> = BTreeMap::new();
        for question in questions() {
            let Some(answer) = self.answers.get(&question.id) else {
                continue;
            };
            let (word, level) = match answer {
                Answer::Word(word) => (word.as_str(), None),
                Answer::Amount(amount) => ("amount", Some(money_level(*amount, &money_scale))),
            };
            for rule in question
                .rules
                .iter()
                .filter(|r| r.answers.iter().any(|a| a == word))
            {
                let of = reasons.entry(&rule.risk).or_default();
                of.likelihood = of.likelihood.max(rule.likelihood);
                of.impact = of.impact.max(rule.impact).max(level);
                of.reasons.push(Reason {
                    question: question.id.clone(),
                    answer: match answer {
                        Answer::Word(word) => word.clone(),
                        Answer::Amount(amount) => amount.to_string(),
                    },
                    text: rule.why.clone().into(),
                });
            }
        }
        let suggestion = |(id, of): (&str, Suggested)| {
            let seed = catalogue::risks().iter().find(|risk| risk.id == id)?;
            let seed = catalogue::seeded(seed, day, policy);
            Some(of.against(&seed, register.risk(id)))
        };
        reasons.into_iter().filter_map(suggestion).collect()
    }
}

fn read_answer(
    source: Source<'_>,
    question: &Question,
    answer: &Spanned<AnswerForm>,
) -> Result<Option<Answer>, RecordError> {
    let number = question.answers == ["amount"];
    match answer.get_ref() {
        AnswerForm::Word(word) if word.trim().is_empty() => Ok(None),
        AnswerForm::Word(word) if !number && question.answers.contains(word) => {
            Ok(Some(Answer::Word(word.clone())))
        }
        AnswerForm::Amount(amount) if number && (0.0..=1e15).contains(amount) => {
            Ok(Some(Answer::Amount(*amount)))
        }
        _ if number => Err(source.invalid(
            answer,
            format!("the answer to {} is no amount", question.id),
            "write a number of at least 0 without quotes, or leave \"\"",
        )),
        _ => Err(source.invalid(
            answer,
            format!("the answer to {} is none of those offered", question.id),
            format!(
                "write one of {}, or leave \"\"",
                question.answers.join(", ")
            ),
        )),
    }
}

/// What rules add up to for one risk.
#[derive(Default)]
struct Suggested {
    likelihood: Option<u8>,
    impact: Option<u8>,
    reasons: Vec<Reason>,
}

impl Suggested {
    /// Beside the register's risk, if there is one. Where no rule speaks of a level, the register's
    /// stands, else the catalogue's.
    fn against(self, seed: &Risk, known: Option<&Risk>) -> Suggestion {
        let base = known.unwrap_or(seed);
        let likelihood = self.likelihood.unwrap_or(base.likelihood_inherent);
        let impact = self.impact.unwrap_or(base.impact);
        // What a risk to be added costs stands beside its impact, which may not lie below it.
        let impact = if known.is_none() {
            impact.max(seed.impact)
        } else {
            impact
        };
        let action = match known {
            None => "add",
            Some(risk) if likelihood > risk.likelihood_inherent || impact > risk.impact => "raise",
            Some(risk) if likelihood == risk.likelihood_inherent && impact == risk.impact => {
                "agrees"
            }
            Some(_) => "higher_kept",
        };
        Suggestion {
            risk: seed.id.clone(),
            title: base.title.clone(),
            missing: known.is_none(),
            likelihood: known.map(|risk| risk.likelihood_inherent),
            likelihood_suggested: likelihood,
            impact: known.map(|risk| risk.impact),
            impact_suggested: impact,
            action: action.to_owned(),
            taken: false,
            reasons: self.reasons,
        }
    }
}

/// Takes suggestions into a register: what is missing is added as a draft, levels are raised only
/// of the risks named in `accepted`. Nothing is ever lowered: an answer is no measurement.
///
/// # Errors
/// [`RecordError`] if a risk named is not among those to be raised, or the file cannot be changed.
pub fn take(
    book: &mut Book,
    suggestions: &mut [Suggestion],
    answers: &Answers,
    accepted: &BTreeSet<String>,
    policy: Option<&Policy>,
    day: Date,
) -> Result<(), RecordError> {
    for id in accepted.iter().filter(|id| *id != "all") {
        if !suggestions
            .iter()
            .any(|s| s.risk == *id && s.action == "raise")
        {
            return Err(RecordError::rule(
                format!("the answers raise no level of {id}"),
                "name risks that stand under raise, or all",
            ));
        }
    }
    for suggestion in suggestions {
        let id = suggestion.risk.clone();
        match suggestion.action.as_str() {
            "add" => {
                let Some(seed) = catalogue::risks().iter().find(|risk| risk.id == id) else {
                    continue;
                };
                book.add_risk(&Risk {
                    likelihood_inherent: suggestion.likelihood_suggested,
                    impact: suggestion.impact_suggested,
                    sources: vec![format!("answers:{}@{day}", answers.occasion.name())],
                    ..catalogue::seeded(seed, day, policy)
                })?;
            }
            "raise" if accepted.contains(&id) || accepted.contains("all") => {
                let known = (suggestion.likelihood, suggestion.impact);
                if known.0 < Some(suggestion.likelihood_suggested) {
                    book.set_level(&id, "likelihood_inherent", suggestion.likelihood_suggested)?;
                }
                if known.1 < Some(suggestion.impact_suggested) {
                    book.set_level(&id, "impact", suggestion.impact_suggested)?;
                }
            }
            _ => continue,
        }
        suggestion.taken = true;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::forbidden_word;

    #[test]
    fn questions_speak_of_the_catalogue_in_both_languages() {
        let all = read_questions().unwrap();
        let ids: BTreeSet<_> = all.iter().map(|question| &question.id).collect();
        assert_eq!(ids.len(), all.len());
        let mut reached = BTreeSet::new();
        for question in &all {
            assert_ne!(question.text.de, question.text.en);
            assert_eq!(forbidden_word(&question.text.de, Language::De), None);
            assert_eq!(forbidden_word(&question.text.en, Language::En), None);
            for rule in &question.rules {
                reached.insert(rule.risk.as_str());
                assert!(
                    rule.answers.iter().all(|a| question.answers.contains(a)),
                    "{}",
                    question.id
                );
                let levels = [rule.likelihood, rule.impact];
                assert!(levels.iter().flatten().all(|level| (1..=5).contains(level)));
            }
        }
        let catalogue: BTreeSet<_> = catalogue::risks().iter().map(|r| r.id.as_str()).collect();
        assert_eq!(reached, catalogue, "every risk is asked about");
    }

    #[test]
    fn an_empty_form_reads_back_and_leaves_every_question_open() {
        for occasion in Occasion::ALL {
            for language in Language::ALL {
                let text = template(*occasion, language);
                let answers = Answers::parse(&text, "answers.toml").unwrap();
                assert_eq!(answers.unanswered().len(), asked(*occasion).count());
                let day = "2026-11-24".parse().unwrap();
                let suggested = answers.suggest(&Register::default(), None, day);
                assert!(suggested.is_empty());
            }
        }
    }
}
