//! The roles in which people sign.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::did_you_mean;

/// A role in which a person signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Answers for the outcome.
    Owner,
    /// Built the model.
    Developer,
    /// Examined it independently.
    Validator,
    /// Decides that it may be used.
    Approver,
    /// Data protection officer.
    Dpo,
    /// Compliance; may sign in place of the data protection officer.
    Compliance,
    /// Leads human review.
    ReviewLead,
    /// Reviews single cases.
    Reviewer,
    /// Audits the overrides of reviewers.
    OverrideAuditor,
    /// Asks for a waiver.
    WaiverRequester,
    /// Grants a waiver.
    WaiverApprover,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Owner,
        Self::Developer,
        Self::Validator,
        Self::Approver,
        Self::Dpo,
        Self::Compliance,
        Self::ReviewLead,
        Self::Reviewer,
        Self::OverrideAuditor,
        Self::WaiverRequester,
        Self::WaiverApprover,
    ];

    /// The name in files, documents and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Developer => "developer",
            Self::Validator => "validator",
            Self::Approver => "approver",
            Self::Dpo => "dpo",
            Self::Compliance => "compliance",
            Self::ReviewLead => "review_lead",
            Self::Reviewer => "reviewer",
            Self::OverrideAuditor => "override_auditor",
            Self::WaiverRequester => "waiver_requester",
            Self::WaiverApprover => "waiver_approver",
        }
    }

    /// Whether one person may not have both roles for one result (GOVERNANCE §4.4).
    ///
    /// ```
    /// use waage_govern::keys::Role;
    /// assert!(Role::Owner.excludes(Role::Approver));
    /// assert!(Role::Approver.excludes(Role::Developer));
    /// assert!(!Role::Owner.excludes(Role::Validator));
    /// ```
    #[must_use]
    pub fn excludes(self, other: Self) -> bool {
        const PAIRS: [(Role, Role); 5] = [
            (Role::Developer, Role::Validator),
            (Role::Developer, Role::Approver),
            (Role::Owner, Role::Approver),
            (Role::WaiverRequester, Role::WaiverApprover),
            (Role::Reviewer, Role::OverrideAuditor),
        ];
        PAIRS.contains(&(self, other)) || PAIRS.contains(&(other, self))
    }

    /// Whether a signature in this role counts for a needed one.
    #[must_use]
    pub fn serves(self, needed: Self) -> bool {
        self == needed || (self == Self::Compliance && needed == Self::Dpo)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.name() == text)
            .ok_or_else(|| {
                let hint = did_you_mean(text, Self::ALL.map(Self::name));
                format!("unknown role {text:?}; {hint}")
            })
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
