//! What each gate asks for (GOVERNANCE §3).

use super::request::{Part, Request};
use crate::did_you_mean;

/// The gates that every policy has.
pub const GATES: [&str; 5] = ["design", "pre_deployment", "periodic", "change", "retire"];

/// Why a gate cannot be judged at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// Nobody knows it.
    #[error("unknown gate {name:?}; {hint}, or describe it as [gate.NAME] in the policy")]
    Unknown {
        /// The name given.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// The policy cannot be read.
    #[error(transparent)]
    Policy(#[from] crate::error::PolicyError),
}

/// Which checks of a policy a gate looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them.
    All,
    /// Those that name it.
    Named,
}

/// One thing that a gate asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// Owner, purpose and attributes are named.
    Names,
    /// The result is of this policy, and of these data if they are given.
    Digests,
    /// The audit is at most so many days old.
    Age(u32),
    /// The checks hold.
    Checks(Which),
    /// The signatures of the policy's criticality and of the gate.
    Signatures,
    /// The documents that the gate names.
    Documents,
    /// A record of something that this version does not measure.
    Record(&'static str),
    /// The review queue was served.
    ReviewQueue,
    /// At least five confirmed risks.
    RiskCount,
    /// Residual risks and losses are within the appetite.
    Appetite,
    /// No review of a risk is overdue.
    RiskReviews,
    /// No incident is open: of severity major and above, or any.
    Incidents {
        /// Any.
        all: bool,
    },
    /// What is demanded less than before is shown, and signed anew.
    Changes,
    /// A checkpoint of the ledger stands after the last decision.
    Checkpoint,
}

/// What a gate asks for, in the order in which it is told.
pub(super) fn demands(request: &Request<'_>) -> Result<Vec<Demand>, GateError> {
    let (name, policy) = (request.gate, request.policy);
    let described = policy.kept.gates.get(name);
    if described.is_none() && !GATES.contains(&name) {
        let own = policy.kept.gates.keys().map(String::as_str);
        return Err(GateError::Unknown {
            name: name.to_owned(),
            hint: did_you_mean(name, GATES.into_iter().chain(own)),
        });
    }
    // Batches that somebody gives are looked at, whatever the policy says of reviews.
    let review = policy.kept.review.is_some() || !matches!(request.review, Part::Absent);
    let mut demands = match name {
        "design" => vec![
            Demand::Names,
            Demand::RiskCount,
            Demand::Record("classification"),
        ],
        "pre_deployment" => vec![
            Demand::Digests,
            Demand::Checks(Which::All),
            Demand::Record("data_validation"),
            Demand::Appetite,
            Demand::Signatures,
            Demand::Incidents { all: false },
        ],
        "periodic" => {
            let mut demands = vec![
                Demand::Digests,
                Demand::Checks(Which::Named),
                Demand::Record("drift"),
                Demand::RiskReviews,
            ];
            if review {
                demands.push(Demand::ReviewQueue);
            }
            demands
        }
        "change" => vec![Demand::Digests, Demand::Changes, Demand::Signatures],
        "retire" => vec![
            Demand::Incidents { all: true },
            Demand::Record("retention_plan"),
            Demand::Checkpoint,
        ],
        _ => vec![Demand::Digests, Demand::Checks(Which::Named)],
    };
    let Some(gate) = described else {
        return Ok(demands);
    };
    let limit = gate
        .max_audit_age_days
        .or(gate.every_days.filter(|_| name == "periodic"));
    if let Some(limit) = limit {
        demands.insert(
            usize::from(demands.contains(&Demand::Digests)),
            Demand::Age(limit),
        );
    }
    if !gate.required_signatures.is_empty() && !demands.contains(&Demand::Signatures) {
        demands.push(Demand::Signatures);
    }
    if !gate.require_documents.is_empty() {
        demands.push(Demand::Documents);
    }
    // A step that only names checks still has to look at them.
    let named = policy.checks.iter().any(|check| check.gates.contains(name));
    let looks = demands
        .iter()
        .any(|demand| matches!(demand, Demand::Checks(_)));
    if named && !looks {
        demands.push(Demand::Checks(Which::Named));
    }
    Ok(demands)
}
