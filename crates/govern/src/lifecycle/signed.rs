//! Whether a result has the signatures with which a system becomes approved.

use crate::approval::{required, roles, state_for};
use crate::date::Date;
use crate::keys::Keys;
use crate::ledger::Entry;
use crate::policy::{Criticality, Policy};
use crate::records::RecordError;

/// That everybody signed a result whom its policy or the tier of its system asks for, that nobody
/// whose signature is needed rejected it, and that no condition is overdue.
///
/// # Errors
/// [`RecordError::Rule`] with what is missing.
pub fn signed(
    policy: &Policy,
    keys: &Keys,
    entries: &[Entry],
    tier: Criticality,
    digest: &str,
    day: Date,
) -> Result<(), RecordError> {
    // Without a gate there is nothing that could be unknown.
    let mut needed = required(policy, None).unwrap_or_default();
    for role in roles(tier) {
        needed.entry(*role).or_insert(1);
    }
    let state = state_for(policy, &needed, keys, entries, digest, day);
    if let Some(one) = state.rejections.iter().find(|one| one.blocks) {
        return Err(RecordError::rule(
            format!(
                "{} rejected the result {digest} as {}",
                one.signer, one.role
            ),
            "a rejection stands, so audit again and name that result with --result",
        ));
    }
    let missing: Vec<&str> = state.missing.iter().map(|one| one.role.as_str()).collect();
    if !missing.is_empty() {
        return Err(RecordError::rule(
            format!(
                "under this policy the result {digest} lacks signatures that count: {}",
                missing.join(", ")
            ),
            "let them sign with waage approve, or give the policy of that result with --policy",
        ));
    }
    if !state.complete {
        return Err(RecordError::rule(
            format!("a condition of an approval of the result {digest} is overdue"),
            "approve again when it is fulfilled",
        ));
    }
    Ok(())
}
