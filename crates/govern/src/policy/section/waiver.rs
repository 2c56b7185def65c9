//! `[[waiver]]`.

use waage_result::finding::Severity;

use crate::error::PolicyError;
use crate::policy::form::WaiverForm;
use crate::policy::read::Text;
use crate::policy::{Check, Waiver};

/// Shortest justification of a waiver, in characters.
const JUSTIFICATION_MIN: usize = 40;
/// Longest life of a waiver, in days.
const WAIVER_DAYS_MAX: i32 = 180;
/// The same for a critical check.
const WAIVER_DAYS_MAX_CRITICAL: i32 = 90;

pub(in crate::policy) fn waiver(
    at: Text<'_>,
    form: WaiverForm,
    checks: &[Check],
) -> Result<Waiver, PolicyError> {
    let Some(check) = checks
        .iter()
        .find(|check| check.id == *form.check.get_ref())
    else {
        return Err(at.unknown(
            &form.check,
            "check",
            checks.iter().map(|check| check.id.as_str()),
        ));
    };
    let control = match form.compensating_control {
        Some(control) if !control.get_ref().trim().is_empty() => control.into_inner(),
        other => {
            return Err(at.invalid(
                other.map_or_else(|| form.id.span(), |control| control.span()),
                format!(
                    "the waiver {:?} has no compensating control",
                    form.id.get_ref()
                ),
                "say in compensating_control what is done instead",
            ));
        }
    };
    let length = form.justification.get_ref().trim().chars().count();
    if length < JUSTIFICATION_MIN {
        return Err(at.invalid(
            form.justification.span(),
            format!("the justification has {length} characters"),
            format!("give the reason in at least {JUSTIFICATION_MIN}"),
        ));
    }
    if form
        .approved_by
        .get_ref()
        .iter()
        .all(|name| name.trim().is_empty())
    {
        return Err(at.invalid(
            form.approved_by.span(),
            "nobody approved the waiver",
            "name at least one person in approved_by",
        ));
    }
    let days = form.expires.get_ref().days_since(&form.created);
    let most = if check.severity == Severity::Critical {
        WAIVER_DAYS_MAX_CRITICAL
    } else {
        WAIVER_DAYS_MAX
    };
    if days < 0 || days > most {
        return Err(at.invalid(
            form.expires.span(),
            if days < 0 {
                "the waiver expires before it was created".to_owned()
            } else {
                format!("the waiver lasts {days} days")
            },
            format!(
                "a check of severity {} is waived for at most {most} days after created",
                check.severity.name()
            ),
        ));
    }
    Ok(Waiver {
        id: form.id.into_inner(),
        check: form.check.into_inner(),
        attribute: form.scope.attribute,
        group: form.scope.group,
        justification: form.justification.into_inner(),
        compensating_control: control,
        approved_by: form.approved_by.into_inner().into_iter().collect(),
        created: form.created,
        expires: form.expires.into_inner(),
    })
}
