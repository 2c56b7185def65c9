//! The inventory as the document `waage/systems/1`, with what each tier asks for.

use waage_result::finding::Bilingual;
use waage_result::systems::{self as document, Problem, SystemsResult, Tier};

use super::classify::{Answer, Answers, classify};
use super::file::{Inventory, System};
use crate::approval::roles;
use crate::date::Date;
use crate::policy::{Criticality, UseCase};

/// Characters of a reason for a tier below the minimum.
const REASON_MIN: usize = 80;

/// The least tier of a use (GOVERNANCE §1.3). Lead scoring that sets price, terms or access of
/// contracts of mass character is high, other lead scoring medium; a use of Annex III makes any
/// system critical where it concerns work or credit, and high otherwise.
#[must_use]
pub fn minimum(use_case: UseCase, answers: &Answers) -> Criticality {
    let yes = |question: &str| answers.get(question) == Some(&Answer::Yes);
    let of_use = match use_case {
        UseCase::Employment | UseCase::Credit => Criticality::Critical,
        UseCase::Insurance | UseCase::Housing | UseCase::Education => Criticality::High,
        UseCase::LeadScoring => Criticality::Medium,
        UseCase::Other => Criticality::Low,
    };
    let credit = yes("credit") && !yes("fraud_only");
    let of_answers = if credit || yes("employment") {
        Criticality::Critical
    } else if [
        "mass_contracts",
        "life_health_insurance",
        "public_benefits",
        "other_annex_iii",
    ]
    .into_iter()
    .any(yes)
    {
        Criticality::High
    } else {
        Criticality::Low
    };
    of_use.max(of_answers)
}

/// What a tier asks for (GOVERNANCE §3 and §4.4): signatures of different persons, and gates.
#[must_use]
pub fn tier(criticality: Criticality) -> Tier {
    let gates = ["design", "pre_deployment", "periodic", "change", "retire"];
    Tier {
        signatures: roles(criticality)
            .iter()
            .map(|role| role.name().to_owned())
            .collect(),
        gates: gates.iter().map(|gate| (*gate).to_owned()).collect(),
    }
}

/// Tells an inventory as of a day: all systems, or the one of an id.
#[must_use]
pub fn tell(inventory: &Inventory, id: Option<&str>, day: Date) -> SystemsResult {
    let asked = |system: &&System| id.is_none_or(|id| system.id == id);
    let systems = || inventory.systems.iter().filter(asked);
    SystemsResult {
        schema: document::SYSTEMS_SCHEMA.to_owned(),
        as_of: day.to_string(),
        systems: systems().map(tell_system).collect(),
        total: inventory.systems.len() as u64,
        problems: systems().flat_map(|system| problems(system, day)).collect(),
    }
}

/// Tells what answers suggest that are kept nowhere.
#[must_use]
pub fn tell_answers(answers: &Answers, day: Date) -> SystemsResult {
    SystemsResult {
        schema: document::SYSTEMS_SCHEMA.to_owned(),
        as_of: day.to_string(),
        systems: vec![document::System {
            classification: Some(classify(answers)),
            criticality_minimum: minimum(UseCase::Other, answers).name().to_owned(),
            ..document::System::default()
        }],
        ..SystemsResult::default()
    }
}

fn tell_system(system: &System) -> document::System {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    document::System {
        id: system.id.clone(),
        name: system.name.clone(),
        purpose: system.purpose.clone(),
        use_case: serde_json::to_value(system.use_case)
            .ok()
            .and_then(word)
            .unwrap_or_default(),
        lifecycle: system
            .lifecycle
            .and_then(|stage| serde_json::to_value(stage).ok().and_then(word)),
        owner: system.owner.clone(),
        policy: system.policy.clone(),
        third_party: system.third_party.clone(),
        review_date: system.review_date.map(|day| day.to_string()),
        criticality: system.criticality.name().to_owned(),
        criticality_minimum: minimum(system.use_case, &system.classification)
            .name()
            .to_owned(),
        criticality_reason: system.criticality_reason.clone(),
        tier: tier(system.criticality),
        classification: (!system.classification.is_empty())
            .then(|| classify(&system.classification)),
        standing: None,
    }
}

fn problems(system: &System, day: Date) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |level: &str, en: String, de: String| {
        problems.push(Problem {
            system: system.id.clone(),
            level: level.to_owned(),
            text: Bilingual { de, en },
        });
    };
    let least = minimum(system.use_case, &system.classification);
    let reasoned = system
        .criticality_reason
        .as_ref()
        .is_some_and(|reason| reason.trim().chars().count() >= REASON_MIN);
    if system.criticality < least && !reasoned {
        let (given, least) = (system.criticality.name(), least.name());
        tell(
            "error",
            format!(
                "criticality {given} is below the minimum {least} of this use; set {least}, or give a criticality_reason of at least {REASON_MIN} characters"
            ),
            format!(
                "criticality {given} liegt unter dem Minimum {least} dieser Verwendung; setzen Sie {least} oder geben Sie eine criticality_reason von mindestens {REASON_MIN} Zeichen an"
            ),
        );
    }
    if system.owner.is_none() {
        tell(
            "error",
            "nobody answers for it; name an owner".to_owned(),
            "niemand steht dafür ein; benennen Sie einen owner".to_owned(),
        );
    }
    if system.purpose.is_none() {
        tell(
            "error",
            "its purpose is not stated; add purpose".to_owned(),
            "der Zweck ist nicht genannt; ergänzen Sie purpose".to_owned(),
        );
    }
    if system.classification.is_empty() {
        let id = &system.id;
        tell(
            "warning",
            format!(
                "no answers about its risk class; run waage systems classify --system {id} --write"
            ),
            format!(
                "keine Antworten zur Risikoklasse; führen Sie waage systems classify --system {id} --write aus"
            ),
        );
    } else {
        let found = classify(&system.classification);
        if found.class == "open" {
            let open = found.open.join(", ");
            tell(
                "warning",
                format!("the risk class stays open until these are answered: {open}"),
                format!("die Risikoklasse bleibt offen, bis dies beantwortet ist: {open}"),
            );
        }
        if found.class == "prohibited_question" {
            tell(
                "error",
                "an answer points to a prohibited practice; stop and ask counsel".to_owned(),
                "eine Antwort deutet auf eine verbotene Praktik; anhalten und Rechtsrat einholen"
                    .to_owned(),
            );
        }
    }
    if system.policy.is_none() {
        tell(
            "warning",
            "no policy judges it; add policy = \"audit.toml\"".to_owned(),
            "keine Richtlinie beurteilt es; ergänzen Sie policy = \"audit.toml\"".to_owned(),
        );
    }
    if system.review_date.is_some_and(|review| review < day) {
        tell(
            "warning",
            "its review date has passed; look at it and set a new one".to_owned(),
            "das Prüfdatum ist verstrichen; prüfen Sie es und setzen Sie ein neues".to_owned(),
        );
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_ask_for_more_the_more_depends_on_them() {
        let counts = Criticality::ALL.map(|of| tier(of).signatures.len());
        assert_eq!(counts, [1, 2, 3, 4]);
    }

    #[test]
    fn answers_raise_the_minimum() {
        let yes = |question: &str| Answers::from([(question.to_owned(), Answer::Yes)]);
        let none = Answers::new();
        assert_eq!(minimum(UseCase::LeadScoring, &none), Criticality::Medium);
        assert_eq!(
            minimum(UseCase::LeadScoring, &yes("mass_contracts")),
            Criticality::High
        );
        assert_eq!(
            minimum(UseCase::Other, &yes("credit")),
            Criticality::Critical
        );
        assert_eq!(minimum(UseCase::Housing, &none), Criticality::High);
        assert_eq!(minimum(UseCase::Employment, &none), Criticality::Critical);
        assert_eq!(minimum(UseCase::Other, &none), Criticality::Low);
    }
}
