//! What is not known of each row, its group or its label, from measurements to the document.

mod membership;
mod propensity;

use waage_result::spec::AuditSpec;

pub use membership::memberships;
pub use propensity::propensities;

use crate::AuditError;
use crate::error::fail;

/// Options that nothing can be made of.
pub fn check(spec: &AuditSpec) -> Result<(), AuditError> {
    let roles = &spec.roles;
    for of in &roles.membership {
        let known = roles.sensitive.iter().chain(&roles.stratum);
        if known.into_iter().any(|a| a.name == of.name) {
            return fail(format!(
                "the attribute \"{}\" is given both as a column and as probabilities: name it in --sensitive or --stratum, or in --membership",
                of.name
            ));
        }
    }
    match spec.membership_threshold {
        Some(_) if roles.membership.is_empty() => fail(
            "--membership-threshold assigns rows whose group is known by probabilities: name those with --membership"
                .to_owned(),
        ),
        Some(least) if !(least > 0.0 && least <= 1.0) => fail(format!(
            "the threshold {least} of --membership-threshold must lie above 0 and at most at 1, such as 0.8"
        )),
        _ => Ok(()),
    }
}

/// That an outcome of several classes has neither.
pub fn refuse_classes(spec: &AuditSpec) -> Result<(), AuditError> {
    let asked = [
        (spec.roles.propensity.is_some(), "--propensity"),
        (!spec.roles.membership.is_empty(), "--membership"),
    ];
    match asked.into_iter().find(|(asked, _)| *asked) {
        Some((_, option)) => Err(AuditError::Option(format!(
            "{option} needs labels and decisions of two values, and these have more: name the one that counts with --positive, or leave {option} out"
        ))),
        None => Ok(()),
    }
}
