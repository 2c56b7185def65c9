//! `[[waiver]]`.

use toml::Spanned;
use waage_result::finding::Severity;

use crate::policy::faults::Faults;
use crate::policy::form::WaiverForm;
use crate::policy::{Check, Waiver};

/// Shortest justification of a waiver, in characters.
const JUSTIFICATION_MIN: usize = 40;
/// Longest life of a waiver, in days.
const WAIVER_DAYS_MAX: i32 = 180;
/// The same for a critical check.
const WAIVER_DAYS_MAX_CRITICAL: i32 = 90;

pub(in crate::policy) fn waiver(at: &mut Faults<'_>, form: WaiverForm, checks: &[Check]) -> Waiver {
    let check = checks
        .iter()
        .find(|check| check.id == *form.check.get_ref());
    if check.is_none() && !at.left_out.contains("check") {
        let ids = checks.iter().map(|check| check.id.as_str());
        at.unknown(&form.check, "check", ids);
    }
    let control = form.compensating_control.as_ref();
    if control.is_none_or(|control| control.get_ref().trim().is_empty()) {
        at.invalid(
            control.map_or_else(|| form.id.span(), Spanned::span),
            format!(
                "the waiver {:?} has no compensating control",
                form.id.get_ref()
            ),
            "say in compensating_control what is done instead",
        );
    }
    let length = form.justification.get_ref().trim().chars().count();
    if length < JUSTIFICATION_MIN {
        at.invalid(
            form.justification.span(),
            format!("the justification has {length} characters"),
            format!("give the reason in at least {JUSTIFICATION_MIN}"),
        );
    }
    let nobody = |name: &String| name.trim().is_empty();
    if form.approved_by.get_ref().iter().all(nobody) {
        at.invalid(
            form.approved_by.span(),
            "nobody approved the waiver",
            "name at least one person in approved_by",
        );
    }
    if let Some(requester) = &form.requested_by {
        if nobody(requester.get_ref()) {
            at.invalid(
                requester.span(),
                "requested_by names nobody",
                "name who asked for the waiver, by an id of keys.toml, or leave it out",
            );
        } else if form.approved_by.get_ref().contains(requester.get_ref()) {
            at.invalid(
                requester.span(),
                format!(
                    "{:?} both asked for the waiver and approves it",
                    requester.get_ref()
                ),
                "let somebody else approve it: take the id out of approved_by",
            );
        }
    }
    let days = form.expires.get_ref().days_since(form.created.get_ref());
    let severity = check.map_or(Severity::Major, |check| check.severity);
    let most = if severity == Severity::Critical {
        WAIVER_DAYS_MAX_CRITICAL
    } else {
        WAIVER_DAYS_MAX
    };
    if days < 0 || days > most {
        at.invalid(
            form.expires.span(),
            if days < 0 {
                "the waiver expires before it was created".to_owned()
            } else {
                format!("the waiver lasts {days} days")
            },
            format!(
                "a check of severity {} is waived for at most {most} days after created",
                severity.name()
            ),
        );
    }
    Waiver {
        id: form.id.into_inner(),
        check: form.check.into_inner(),
        attribute: form.scope.attribute,
        group: form.scope.group,
        justification: form.justification.into_inner(),
        compensating_control: form
            .compensating_control
            .map(Spanned::into_inner)
            .unwrap_or_default(),
        requested_by: form.requested_by.map(Spanned::into_inner),
        approved_by: form.approved_by.into_inner().into_iter().collect(),
        created: form.created.into_inner(),
        expires: form.expires.into_inner(),
    }
}
