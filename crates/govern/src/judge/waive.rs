//! Waivers as of a day.

use waage_result::finding::WaiverSummary;

use crate::date::Date;
use crate::policy::{Policy, Waiver};

/// The waivers of a policy, as of a day, and which of them were needed.
pub(crate) struct Waivers<'a> {
    policy: &'a Policy,
    as_of: Option<Date>,
    used: Vec<bool>,
}

/// How a waiver stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    InForce,
    Expired,
    NotYet,
}

impl Standing {
    fn of(waiver: &Waiver, day: Date) -> Self {
        if day > waiver.expires {
            Self::Expired
        } else if day >= waiver.created {
            Self::InForce
        } else {
            Self::NotYet
        }
    }
}

/// Whether a waiver is about a group of a check.
fn covers(waiver: &Waiver, check: &str, attribute: &str, group: Option<&str>) -> bool {
    waiver.check == check
        && waiver
            .attribute
            .as_ref()
            .is_none_or(|a| super::case::same_attribute(a, attribute))
        && waiver
            .group
            .as_ref()
            .is_none_or(|g| Some(g.as_str()) == group)
}

/// The waiver about a group of a check and how it stands on a day: one in force before one that
/// ended, that before one that has not begun.
pub(crate) fn waivers_of<'p>(
    policy: &'p Policy,
    day: Date,
    check: &str,
    attribute: &str,
    group: Option<&str>,
) -> Option<(&'p Waiver, Standing)> {
    let about = policy
        .waivers
        .iter()
        .filter(|w| covers(w, check, attribute, group));
    let standing = about.map(|waiver| (waiver, Standing::of(waiver, day)));
    standing.min_by_key(|(_, standing)| match standing {
        Standing::InForce => 0,
        Standing::Expired => 1,
        Standing::NotYet => 2,
    })
}

impl<'a> Waivers<'a> {
    pub(crate) fn new(policy: &'a Policy, as_of: Option<Date>) -> Self {
        Self {
            policy,
            as_of,
            used: vec![false; policy.waivers.len()],
        }
    }

    fn standing(&self, waiver: &Waiver) -> Standing {
        self.as_of
            .map_or(Standing::NotYet, |day| Standing::of(waiver, day))
    }

    /// The first waiver in force that covers a group of a check.
    pub(crate) fn covering(
        &mut self,
        check: &str,
        attribute: &str,
        group: Option<&str>,
    ) -> Option<&'a Waiver> {
        let policy = self.policy;
        let (index, waiver) = policy.waivers.iter().enumerate().find(|(_, waiver)| {
            covers(waiver, check, attribute, group) && self.standing(waiver) == Standing::InForce
        })?;
        self.used[index] = true;
        Some(waiver)
    }

    /// Every waiver and how it stood.
    pub(crate) fn summary(&self) -> Vec<WaiverSummary> {
        let state = |waiver: &Waiver, used: bool| match self.standing(waiver) {
            Standing::Expired => "expired",
            Standing::NotYet => "not_yet",
            Standing::InForce if used => "in_force",
            Standing::InForce => "unused",
        };
        self.policy
            .waivers
            .iter()
            .zip(&self.used)
            .map(|(waiver, &used)| WaiverSummary {
                id: waiver.id.clone(),
                check: waiver.check.clone(),
                scope: scope(waiver),
                justification: waiver.justification.clone(),
                compensating_control: waiver.compensating_control.clone(),
                requested_by: waiver.requested_by.clone(),
                approved_by: waiver.approved_by.iter().cloned().collect(),
                expires: waiver.expires.to_string(),
                state: state(waiver, used).to_owned(),
            })
            .collect()
    }
}

/// The attribute and the group that a waiver is limited to.
fn scope(waiver: &Waiver) -> Option<String> {
    match (&waiver.attribute, &waiver.group) {
        (Some(attribute), Some(group)) => Some(format!("{attribute} = {group}")),
        (one, other) => one.clone().or_else(|| other.clone()),
    }
}
