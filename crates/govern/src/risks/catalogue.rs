//! The starter catalogue: twenty risks of lead scoring and sales, and the register begun from it.

use std::path::Path;
use std::sync::OnceLock;

use super::book::Book;
use super::register::{Register, Risk};
use super::scale::money_level;
use crate::date::Date;
use crate::policy::Policy;
use crate::records::{RecordError, file};

const TEXT: &str = include_str!("catalogue.toml");

/// Days until a seeded risk is looked at.
const FIRST_REVIEW_DAYS: u32 = 90;

/// What a register begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Who answers for the risks until somebody else is named.
    pub owner: Option<String>,
    /// The day from which the first review is counted.
    pub day: Date,
}

/// The catalogue's risks, as drafts.
///
/// ```
/// let risks = waage_govern::risks::catalogue::risks();
/// assert_eq!((risks.len(), risks[0].id.as_str()), (20, "R-001"));
/// ```
#[must_use]
pub fn risks() -> &'static [Risk] {
    static RISKS: OnceLock<Vec<Risk>> = OnceLock::new();
    // A test reads it: what is compiled in cannot be mistaken.
    RISKS.get_or_init(|| Register::parse(TEXT, "catalogue").unwrap_or_default().risks)
}

/// The text of a new register: the catalogue with owner, first review, and with a policy the checks
/// and amounts that it knows.
///
/// # Errors
/// [`RecordError`] if the owner is no name that a register may hold.
pub fn text(start: &Start, policy: Option<&Policy>) -> Result<String, RecordError> {
    let mut book = Book::parse(TEXT, "catalogue")?;
    for seed in risks() {
        let risk = seeded(seed, start.day, policy);
        if let Some(review) = risk.review_date {
            book.set_review(&risk.id, review)?;
        }
        if let Some(owner) = start.owner.as_ref().or(risk.owner.as_ref()) {
            book.set_owner(&risk.id, owner)?;
        }
        book.set_level(&risk.id, "impact", risk.impact)?;
        book.set_checks(&risk.id, &risk.linked_checks)?;
    }
    let text = book.text();
    Register::parse(&text, "the new register")?;
    Ok(text)
}

/// A risk of the catalogue as a register takes it in on a day: with a policy's owner, the checks that
/// it has, and no impact below the level of the amounts on its scale.
pub(super) fn seeded(seed: &Risk, day: Date, policy: Option<&Policy>) -> Risk {
    let scale = super::appetite::money_scale(policy);
    let level = seed
        .money
        .map_or(1, |money| money_level(money.mean(), &scale));
    let owner = policy.and_then(|policy| policy.kept.people.as_ref()?.owner.clone());
    Risk {
        impact: seed.impact.max(level),
        owner: owner.or_else(|| seed.owner.clone()),
        linked_checks: match policy {
            Some(policy) => linked(seed, policy),
            None => seed.linked_checks.clone(),
        },
        review_date: Some(day.plus_days(FIRST_REVIEW_DAYS)),
        ..seed.clone()
    }
}

/// The checks of a policy that measure a risk: those that the catalogue links and the policy has,
/// and those that name the risk.
fn linked(risk: &Risk, policy: &Policy) -> Vec<String> {
    let checks = policy.checks.iter();
    checks
        .filter(|check| risk.linked_checks.contains(&check.id) || check.risk.contains(&risk.id))
        .map(|check| check.id.clone())
        .collect()
}

/// Begins a register file; one that is there stays as it is.
///
/// # Errors
/// [`RecordError`] if the file is there or cannot be written.
pub fn begin(path: &Path, start: &Start, policy: Option<&Policy>) -> Result<Register, RecordError> {
    let text = text(start, policy)?;
    let _lock = file::Lock::take(path)?;
    if path.exists() {
        return Err(RecordError::rule(
            format!("{:?} is there already", path.display().to_string()),
            "choose another name with --file, or remove it first",
        ));
    }
    file::replace(path, &text)?;
    Register::parse(&text, &path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use waage_result::text::Language;

    use super::super::words::AREAS;
    use super::*;
    use crate::wording::forbidden_word;

    #[test]
    fn twenty_risks_in_four_areas_and_two_languages() {
        let register = Register::parse(TEXT, "catalogue").unwrap();
        let ids: Vec<_> = register.risks.iter().map(|risk| risk.id.clone()).collect();
        let expected: Vec<_> = (1..=20).map(|at| format!("R-{at:03}")).collect();
        assert_eq!(ids, expected);
        register
            .check_money(&super::super::scale::MONEY_SCALE)
            .unwrap();
        let areas: BTreeSet<_> = register.risks.iter().map(|r| r.category.area()).collect();
        assert_eq!(areas, BTreeSet::from(AREAS));
        for risk in &register.risks {
            assert_ne!(risk.title.de, risk.title.en, "{}", risk.id);
            assert!(risk.money.is_some() && risk.annual_loss().is_some());
            assert!(!risk.controls.is_empty());
            let mut texts = vec![&risk.title, &risk.cause, &risk.event];
            texts.extend(&risk.impact_text);
            texts.extend(risk.controls.iter().map(|control| &control.text));
            for text in texts {
                assert_eq!(forbidden_word(&text.en, Language::En), None);
                assert_eq!(forbidden_word(&text.de, Language::De), None);
            }
        }
    }
}
