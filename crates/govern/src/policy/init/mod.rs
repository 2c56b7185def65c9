//! A first policy from a few answers.

mod draft;

pub use draft::draft;

use waage_result::spec::{AttributeSpec, Bins, Cut, RolesSpec};
use waage_result::text::{Catalogue, Language};

use super::kept::{Criticality, UseCase};
use super::{Policy, preset};
use crate::error::did_you_mean;

/// Longest answer, in characters.
const ANSWER_MAX: usize = 500;

/// What a first policy is drafted from. Everything may be left out but the sensitive attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// A policy that comes with Waage, whose checks are used.
    pub preset: Option<String>,
    /// Id of the system.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is used for.
    pub use_case: Option<UseCase>,
    /// How much depends on it.
    pub criticality: Option<Criticality>,
    /// Why that is below the minimum of the use case.
    pub criticality_reason: Option<String>,
    /// Highest residual risk score that is accepted at that criticality.
    pub max_residual: Option<u8>,
    /// The goal that it serves.
    pub strategy_link: Option<String>,
    /// Who is accountable.
    pub owner: Option<String>,
    /// Who approves.
    pub approver: Option<String>,
    /// Who validates.
    pub validator: Option<String>,
    /// The data protection officer.
    pub dpo: Option<String>,
    /// Columns and attributes.
    pub roles: RolesSpec,
}

/// Something to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about, for [`Answers::answer`].
    pub key: &'static str,
    /// The question in one language.
    pub text: String,
    /// What an empty answer means.
    pub default: String,
}

const USE_CASES: [(&str, UseCase); 7] = [
    ("lead_scoring", UseCase::LeadScoring),
    ("credit", UseCase::Credit),
    ("employment", UseCase::Employment),
    ("insurance", UseCase::Insurance),
    ("housing", UseCase::Housing),
    ("education", UseCase::Education),
    ("other", UseCase::Other),
];

/// Every question, in the order in which they are asked.
const KEYS: [&str; 15] = [
    "name",
    "id",
    "use_case",
    "criticality",
    "max_residual",
    "strategy_link",
    "owner",
    "approver",
    "validator",
    "dpo",
    "label",
    "score",
    "decision",
    "cut",
    "sensitive",
];

impl Answers {
    /// The question after `asked` others, with what is known so far as its default.
    #[must_use]
    pub fn question(&self, asked: usize, language: Language) -> Option<Question> {
        let key = *KEYS.get(asked)?;
        let catalogue = Catalogue::of(language);
        let mut text = catalogue.text(&format!("policy.ask.{key}")).to_owned();
        let choices: Vec<&str> = match key {
            "use_case" => USE_CASES.iter().map(|(name, _)| *name).collect(),
            "criticality" => Criticality::ALL.iter().map(|c| c.name()).collect(),
            _ => Vec::new(),
        };
        if !choices.is_empty() {
            let choices = choices.join(", ");
            let of = catalogue.fill("policy.ask.choices", &[("choices", &choices)]);
            text = format!("{text}, {of}");
        }
        Some(Question {
            key,
            text,
            default: self.default_of(key),
        })
    }

    /// Whether a question has no use any more: a cut of the score where decisions are a column.
    #[must_use]
    pub fn skips(&self, key: &str) -> bool {
        key == "cut" && (self.roles.decision.is_some() || self.roles.score.is_none())
    }

    fn default_of(&self, key: &str) -> String {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        match key {
            "name" => self.system_name(),
            "id" => self.system_id(),
            "use_case" => use_case_name(self.use_case()).to_owned(),
            "criticality" => self.criticality().name().to_owned(),
            "max_residual" => self.max_residual().to_string(),
            "strategy_link" => text(&self.strategy_link),
            "owner" => text(&self.owner),
            "approver" => text(&self.approver),
            "validator" => text(&self.validator),
            "dpo" => text(&self.dpo),
            "label" => text(&self.roles.label),
            "score" => text(&self.roles.score),
            "decision" => text(&self.roles.decision),
            "cut" => self.roles.cut.as_ref().map_or_else(String::new, cut_text),
            _ => {
                let names = self.sensitive();
                names
                    .iter()
                    .map(attribute_text)
                    .collect::<Vec<_>>()
                    .join(",")
            }
        }
    }

    /// Takes an answer; an empty one leaves the default.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn answer(&mut self, key: &str, given: &str) -> Result<(), String> {
        let given = given.trim();
        if given.is_empty() {
            return Ok(());
        }
        if given.chars().count() > ANSWER_MAX || given.chars().any(char::is_control) {
            return Err(format!(
                "the answer has more than {ANSWER_MAX} characters or control characters; shorten it"
            ));
        }
        let some = || Some(given.to_owned());
        match key {
            "preset" => {
                if preset::preset(given).is_none() {
                    let hint = did_you_mean(given, preset::names());
                    return Err(format!("no preset is called {given:?}; {hint}"));
                }
                self.preset = some();
            }
            "name" => self.name = some(),
            "id" => {
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
                if !(3..=64).contains(&given.len()) || !given.bytes().all(plain) {
                    return Err(format!(
                        "{given:?} is not an id; use 3 to 64 of a-z, 0-9 and the hyphen"
                    ));
                }
                self.id = some();
            }
            "use_case" => {
                let found = USE_CASES.iter().find(|(name, _)| *name == given);
                self.use_case = Some(found.map(|(_, case)| *case).ok_or_else(|| {
                    let names = USE_CASES.iter().map(|(name, _)| *name);
                    format!("unknown use case {given:?}; {}", did_you_mean(given, names))
                })?);
            }
            "criticality" => {
                let found = Criticality::ALL.iter().find(|c| c.name() == given);
                self.criticality = Some(*found.ok_or_else(|| {
                    let names = Criticality::ALL.iter().map(|c| c.name());
                    format!(
                        "unknown criticality {given:?}; {}",
                        did_you_mean(given, names)
                    )
                })?);
            }
            "criticality_reason" => self.criticality_reason = some(),
            "max_residual" => {
                let score = given.parse::<u8>().ok().filter(|s| (1..=25).contains(s));
                self.max_residual = Some(score.ok_or_else(|| {
                    format!("{given:?} is not a risk score; use likelihood times impact, 1 to 25")
                })?);
            }
            "strategy_link" => self.strategy_link = some(),
            "owner" => self.owner = some(),
            "approver" => {
                if self.owner.as_deref() == Some(given) {
                    return Err(
                        "owner and approver are the same person; name another approver".to_owned(),
                    );
                }
                self.approver = some();
            }
            "validator" => self.validator = some(),
            "dpo" => self.dpo = some(),
            "label" => self.roles.label = some(),
            "score" => self.roles.score = some(),
            "decision" => {
                self.roles.decision = some();
                self.roles.cut = None;
            }
            "cut" => self.roles.cut = Some(cut(given)?),
            "sensitive" => {
                let parse = |text: &str| AttributeSpec::parse(text).map_err(|e| e.to_string());
                self.roles.sensitive = given.split(',').map(parse).collect::<Result<_, _>>()?;
            }
            other => return Err(format!("nothing is asked about {other:?}")),
        }
        Ok(())
    }

    /// The policy that it builds on, if one is named.
    fn base(&self) -> Option<Policy> {
        let preset = preset::preset(self.preset.as_deref()?)?;
        Policy::parse(preset.text, preset.name).ok()
    }

    fn use_case(&self) -> UseCase {
        let of_base = || self.base()?.kept.system?.use_case;
        self.use_case
            .or_else(of_base)
            .unwrap_or(UseCase::LeadScoring)
    }

    /// The attributes named, or those of the preset.
    fn sensitive(&self) -> Vec<AttributeSpec> {
        if !self.roles.sensitive.is_empty() {
            return self.roles.sensitive.clone();
        }
        let base = self.base().into_iter().flat_map(|base| base.attributes);
        base.map(|attribute| attribute.spec).collect()
    }

    fn system_name(&self) -> String {
        let name = match self.use_case() {
            UseCase::LeadScoring => "Lead scoring",
            UseCase::Credit => "Credit score",
            UseCase::Employment => "Selection procedure",
            UseCase::Insurance => "Insurance score",
            UseCase::Housing => "Housing score",
            UseCase::Education => "Education score",
            UseCase::Other => "Decision model",
        };
        self.name.clone().unwrap_or_else(|| name.to_owned())
    }

    /// The id given, or one made of the name.
    fn system_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| {
            let plain = |c: char| match c {
                'a'..='z' | '0'..='9' => c,
                _ => '-',
            };
            let name: String = self
                .system_name()
                .to_lowercase()
                .chars()
                .map(plain)
                .collect();
            let words: Vec<&str> = name.split('-').filter(|word| !word.is_empty()).collect();
            let id: String = words.join("-").chars().take(64).collect();
            if id.len() < 3 {
                "system".to_owned()
            } else {
                id
            }
        })
    }

    fn criticality(&self) -> Criticality {
        self.criticality.unwrap_or_else(|| self.use_case().least())
    }

    fn max_residual(&self) -> u8 {
        self.max_residual
            .unwrap_or_else(|| default_residual(self.criticality()))
    }
}

/// The residual score that is accepted where nobody says otherwise.
const fn default_residual(criticality: Criticality) -> u8 {
    match criticality {
        Criticality::Low => 12,
        Criticality::Medium => 9,
        Criticality::High => 6,
        Criticality::Critical => 4,
    }
}

const fn use_case_name(case: UseCase) -> &'static str {
    match case {
        UseCase::LeadScoring => "lead_scoring",
        UseCase::Credit => "credit",
        UseCase::Employment => "employment",
        UseCase::Insurance => "insurance",
        UseCase::Housing => "housing",
        UseCase::Education => "education",
        UseCase::Other => "other",
    }
}

/// A cut as it is asked for: `top_fraction=0.3`.
fn cut(text: &str) -> Result<Cut, String> {
    let wrong =
        || format!("{text:?} is no cut; write threshold=0.5, top_k=400 or top_fraction=0.3");
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    let value = value.trim();
    let number = value.parse::<f64>().ok().filter(|v| v.is_finite());
    match name.trim() {
        "threshold" => number.map(Cut::Threshold).ok_or_else(wrong),
        "top_k" => {
            let k = value.parse::<u64>().ok().filter(|k| *k > 0);
            k.map(Cut::TopK).ok_or_else(wrong)
        }
        "top_fraction" => {
            let plain = value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let share = number.filter(|share| plain && *share > 0.0 && *share <= 1.0);
            share
                .map(|_| Cut::TopFraction(value.to_owned()))
                .ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// An attribute as it is asked for: `gender`, `age:25:40`, `age/4`.
fn attribute_text(attribute: &AttributeSpec) -> String {
    match &attribute.bins {
        None => attribute.column.clone(),
        Some(Bins::Quantiles(count)) => format!("{}/{count}", attribute.column),
        Some(Bins::Edges(edges)) => {
            let edges: Vec<String> = edges.iter().map(f64::to_string).collect();
            format!("{}:{}", attribute.column, edges.join(":"))
        }
    }
}

fn cut_text(cut: &Cut) -> String {
    match cut {
        Cut::Threshold(at) => format!("threshold={at}"),
        Cut::TopK(k) => format!("top_k={k}"),
        Cut::TopFraction(share) => format!("top_fraction={share}"),
    }
}
