//! Whether a clause applies at all, as far as a record says so.

use waage_result::finding::Bilingual;

use super::artefact::both;
use super::given::Given;
use crate::inventory::classify;
use crate::policy::UseCase;
use crate::risks::words::words;

words! {
    /// What a clause is limited to.
    Applies {
        /// Systems of Annex III of the AI Act.
        HighRisk = "high_risk",
        /// Data of natural persons.
        NaturalPersons = "natural_persons",
        /// Special categories of personal data.
        SpecialCategories = "special_categories",
        /// Credit.
        Credit = "credit",
        /// Selection for work.
        Employment = "employment",
    }
}

/// Why a clause does not apply; `None` where no record says so.
pub(super) fn reason(limit: Applies, given: &Given) -> Option<Bilingual> {
    let told = |values: &[(&str, &str)]| {
        let key = format!("evidence.reason.{}", limit.name());
        both(|words| words.fill(&key, values))
    };
    let system = given.system();
    match limit {
        Applies::HighRisk => {
            let answers = &given.entry()?.classification;
            let outside = !answers.is_empty() && classify(answers).class == "outside_annex_iii";
            outside.then(|| told(&[]))
        }
        Applies::NaturalPersons => {
            (system?.affects_natural_persons == Some(false)).then(|| told(&[]))
        }
        Applies::SpecialCategories => {
            (!given.policy.as_ref()?.data.special_categories).then(|| told(&[]))
        }
        Applies::Credit => other_use(system?.use_case?, UseCase::Credit)
            .map(|word| told(&[("use", word.as_str())])),
        Applies::Employment => other_use(system?.use_case?, UseCase::Employment)
            .map(|word| told(&[("use", word.as_str())])),
    }
}

/// The word of a use that is clearly another one.
fn other_use(given: UseCase, limit: UseCase) -> Option<String> {
    let word = serde_json::to_value(given).ok()?;
    (given != limit && given != UseCase::Other)
        .then(|| word.as_str().unwrap_or_default().to_owned())
}
