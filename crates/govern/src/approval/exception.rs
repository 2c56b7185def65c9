//! Waivers and accepted risks, as they are signed: who must agree to exactly this.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::canonical;
use crate::date::Date;
use crate::error::did_you_mean;
use crate::policy::{Policy, Waiver};
use crate::risks::words::Status;
use crate::risks::{Periods, Register, Risk};

/// What is excepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A check, by a waiver of the policy.
    Waiver,
    /// The appetite, by an accepted risk.
    Risk,
}

impl Kind {
    /// The name in statements and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiver => "waiver",
            Self::Risk => "risk",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Waiver, Self::Risk]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// What stands before the signed bytes.
    pub(super) const fn domain(self) -> &'static str {
        match self {
            Self::Waiver => "waage.waiver.v1\n",
            Self::Risk => "waage.risk_acceptance.v1\n",
        }
    }

    /// The kind of the ledger's entries.
    #[must_use]
    pub const fn entry(self) -> &'static str {
        match self {
            Self::Waiver => "waiver",
            Self::Risk => "approval",
        }
    }
}

/// A waiver or an accepted risk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which of them.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// Digest of all that is agreed to: what is changed has other signatures.
    pub digest: String,
    /// Who must agree: ids of keys or persons.
    pub approvers: BTreeSet<String>,
    /// Who asked for it and therefore cannot agree, of a waiver that says so.
    pub requester: Option<String>,
    /// The residual score to be accepted, of a risk.
    pub score: Option<u8>,
}

impl Exception {
    /// A waiver of a policy.
    #[must_use]
    pub fn of_waiver(policy: &Policy, waiver: &Waiver) -> Self {
        Self {
            kind: Kind::Waiver,
            id: waiver.id.clone(),
            digest: digest(policy, Kind::Waiver, &json!(waiver)),
            approvers: waiver.approved_by.clone(),
            requester: waiver.requested_by.clone(),
            score: None,
        }
    }

    /// The waiver of an id.
    ///
    /// # Errors
    /// A sentence with the nearest id.
    pub fn waiver(policy: &Policy, id: &str) -> Result<Self, String> {
        let waiver = policy.waivers.iter().find(|waiver| waiver.id == id);
        waiver
            .map(|waiver| Self::of_waiver(policy, waiver))
            .ok_or_else(|| {
                let known = policy.waivers.iter().map(|waiver| waiver.id.as_str());
                let hint = did_you_mean(id, known);
                format!("the policy has no waiver {id:?}; {hint}")
            })
    }

    /// The acceptance of a risk at a residual score; none if it is not marked as accepted, with an end
    /// and an owner.
    #[must_use]
    pub fn of_risk(policy: &Policy, risk: &Risk, score: u8) -> Option<Self> {
        let until = risk.accepted_until?;
        let owner = risk.owner.clone()?;
        (risk.status == Status::Accepted).then_some(())?;
        let accepted = json!({
            "id": risk.id,
            "category": risk.category.name(),
            "title": risk.title,
            "cause": risk.cause,
            "event": risk.event,
            "impact_text": risk.impact_text,
            "impact": risk.impact,
            "likelihood_inherent": risk.likelihood_inherent,
            "owner": owner,
            "accepted_until": until.to_string(),
        });
        Some(Self {
            kind: Kind::Risk,
            id: risk.id.clone(),
            digest: digest(policy, Kind::Risk, &accepted),
            approvers: BTreeSet::from([owner]),
            requester: None,
            score: Some(score),
        })
    }

    /// The acceptance of the risk of an id, at its residual score on a day.
    ///
    /// # Errors
    /// A sentence: no such risk, or one that is not marked as accepted.
    pub fn risk(policy: &Policy, register: &Register, id: &str, day: Date) -> Result<Self, String> {
        let risk = register.risk(id).ok_or_else(|| {
            let known = register.risks.iter().map(|risk| risk.id.as_str());
            let hint = did_you_mean(id, known);
            format!("the register has no risk {id:?}; {hint}")
        })?;
        let score = Periods::of(Some(policy)).likelihood(risk, day) * risk.impact;
        Self::of_risk(policy, risk, score).ok_or_else(|| {
            format!(
                "the risk {id} is not marked as accepted; give it an owner, status = \"accepted\" and accepted_until in the register"
            )
        })
    }
}

/// The digest of what is agreed to, for one system.
fn digest(policy: &Policy, kind: Kind, what: &Value) -> String {
    let system = policy.kept.system.as_ref().map(|system| &system.id);
    canonical::digest(&json!({ "about": kind.name(), "system": system, kind.name(): what }))
}
