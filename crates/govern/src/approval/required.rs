//! Which signatures a policy asks for.

use std::collections::BTreeMap;

use crate::keys::Role;
use crate::policy::{Criticality, Policy};

/// Persons needed, by role.
pub type Required = BTreeMap<Role, u32>;

/// The roles of which a tier asks for a signature each (GOVERNANCE §4.4).
#[must_use]
pub const fn roles(tier: Criticality) -> &'static [Role] {
    match tier {
        Criticality::Low => &[Role::Owner],
        Criticality::Medium => &[Role::Owner, Role::Approver],
        Criticality::High => &[Role::Owner, Role::Validator, Role::Approver],
        Criticality::Critical => &[Role::Owner, Role::Validator, Role::Approver, Role::Dpo],
    }
}

/// The signatures that a policy needs: by the criticality of its system (GOVERNANCE §4.4), and what a
/// gate asks for besides, if one is named. A system without a
/// criticality has the lowest of its use case; without that, the owner's signature is enough.
///
/// ```
/// use waage_govern::{Policy, approval::required, keys::Role};
/// let needed = required(&Policy::built_in(), None)?;
/// assert_eq!(needed.into_iter().collect::<Vec<_>>(), [(Role::Owner, 1)]);
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// A gate that the policy does not have, or that asks for an unknown role.
pub fn required(policy: &Policy, gate: Option<&str>) -> Result<Required, String> {
    let criticality = policy
        .kept
        .system
        .as_ref()
        .map_or(Criticality::Low, |system| {
            system
                .criticality
                .unwrap_or_else(|| system.least_criticality())
        });
    let mut out: Required = roles(criticality).iter().map(|role| (*role, 1)).collect();
    if let Some(name) = gate {
        let gates = &policy.kept.gates;
        let gate = gates.get(name).ok_or_else(|| {
            let hint = crate::did_you_mean(name, gates.keys().map(String::as_str));
            format!("the policy has no gate {name:?}; {hint}")
        })?;
        for (role, count) in &gate.required_signatures {
            let role: Role = role
                .parse()
                .map_err(|what| format!("gate {name:?} of the policy: {what}"))?;
            let needed = out.entry(role).or_insert(0);
            *needed = (*needed).max(*count);
        }
    }
    Ok(out)
}
