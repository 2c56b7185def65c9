//! Where a system stands by the entries of a ledger, and which step may come next.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::State;
use crate::ledger::Entry;
use crate::records::RecordError;
use crate::records::toml::check_text;
use crate::time::Timestamp;

/// The kind of entries of steps.
pub(super) const KIND: &str = "lifecycle";
/// The kind of entries of gates.
pub(super) const DECISION: &str = "gate.decision";
/// The gate that a system passes before it goes live.
const GATE: &str = "pre_deployment";

/// A step of a system to its next state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The state that it leads to.
    pub to: State,
    /// Digest of the result that it rests on.
    pub audit_digest: String,
    /// Why.
    pub reason: Option<String>,
}

impl Step {
    pub(super) fn payload(&self, system: &str, from: State) -> Value {
        let mut out = json!({
            "system": system,
            "from": from.name(),
            "to": self.to.name(),
            "audit_digest": self.audit_digest,
        });
        if let Some(reason) = &self.reason {
            out["reason"] = reason.as_str().into();
        }
        out
    }

    /// The step of an entry and the state that it leaves.
    fn of(payload: &Value) -> Option<(State, Self)> {
        let word = |key: &str| payload[key].as_str();
        let step = Self {
            to: State::parse(word("to")?)?,
            audit_digest: word("audit_digest")?.to_owned(),
            reason: word("reason").map(str::to_owned),
        };
        Some((State::parse(word("from")?)?, step))
    }
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The step.
    pub step: Step,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// Number of its entry.
    pub seq: u64,
}

/// The last decision of the gate about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decision {
    seq: u64,
    passed: bool,
}

/// The life of a system so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Its id in the inventory.
    pub system: String,
    /// The steps that count, in order.
    pub steps: Vec<Taken>,
    /// Entries about it that may not stand where they stand, and so do not count.
    pub passed_over: Vec<u64>,
    /// By digest of the result.
    decisions: BTreeMap<String, Decision>,
}

impl History {
    /// The life of a system by entries in the order of their ledger; others than steps and decisions of
    /// gates are passed over.
    ///
    /// ```
    /// use waage_govern::lifecycle::{History, State};
    /// let history = History::of("lead-score-dach", []);
    /// assert_eq!(history.state(), State::Draft);
    /// assert!(history.ask(State::Live, None, None).is_err());
    /// ```
    pub fn of<'a>(system: &str, entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut out = Self {
            system: system.to_owned(),
            ..Self::default()
        };
        for entry in entries {
            match entry.kind.as_str() {
                DECISION => out.decide(entry),
                KIND if entry.payload["system"] == system => out.follow(entry),
                _ => {}
            }
        }
        out
    }

    fn decide(&mut self, entry: &Entry) {
        let payload = &entry.payload;
        if payload["gate"] != GATE {
            return;
        }
        if let Some(digest) = payload["audit_digest"].as_str() {
            let decision = Decision {
                seq: entry.seq,
                passed: payload["verdict"] == "pass",
            };
            self.decisions.insert(digest.to_owned(), decision);
        }
    }

    fn follow(&mut self, entry: &Entry) {
        match Step::of(&entry.payload) {
            Some((from, step)) if from == self.state() && self.check(&step).is_ok() => {
                self.steps.push(Taken {
                    step,
                    at: entry.ts,
                    actor: entry.actor.clone(),
                    seq: entry.seq,
                });
            }
            _ => self.passed_over.push(entry.seq),
        }
    }

    /// The last step.
    #[must_use]
    pub fn last(&self) -> Option<&Taken> {
        self.steps.last()
    }

    /// Where the system stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.last().map_or(State::Draft, |last| last.step.to)
    }

    /// The next step, if it may be taken. It rests on the result of a digest, else on that of the step
    /// before.
    ///
    /// # Errors
    /// [`RecordError::Rule`]: a state that may not follow, or something that the step lacks.
    pub fn ask(
        &self,
        to: State,
        audit_digest: Option<String>,
        reason: Option<String>,
    ) -> Result<Step, RecordError> {
        let before = || self.last().map(|last| last.step.audit_digest.clone());
        let step = Step {
            to,
            audit_digest: audit_digest.or_else(before).unwrap_or_default(),
            reason,
        };
        self.check(&step)?;
        if let Some(reason) = &step.reason {
            check_text("the reason", reason)
                .map_err(|(what, mend)| RecordError::rule(what, mend))?;
        }
        Ok(step)
    }

    fn check(&self, step: &Step) -> Result<(), RecordError> {
        let (system, from, to) = (&self.system, self.state(), step.to);
        if !from.next().contains(&to) {
            let next: Vec<&str> = from.next().iter().map(|state| state.name()).collect();
            let mend = if next.is_empty() {
                "nothing follows, so give a successor another id".to_owned()
            } else {
                format!("what may follow is {}", next.join(" or "))
            };
            return Err(RecordError::rule(
                format!(
                    "the system {system:?} is {} and cannot become {}",
                    from.name(),
                    to.name()
                ),
                mend,
            ));
        }
        if step.audit_digest.is_empty() {
            return Err(RecordError::rule(
                format!("the system {system:?} becomes audited by a result, and none was given"),
                "give a document of waage audit --format json with --result",
            ));
        }
        let reasoned = step
            .reason
            .as_ref()
            .is_some_and(|why| !why.trim().is_empty());
        if to.needs_reason() && !reasoned {
            return Err(RecordError::rule(
                format!(
                    "why the system {system:?} becomes {} is not said",
                    to.name()
                ),
                "give --reason, without personal data",
            ));
        }
        if to == State::Live {
            self.check_gate(&step.audit_digest)?;
        }
        Ok(())
    }

    /// That the gate last said yes to a result; to one that was suspended, since then.
    fn check_gate(&self, digest: &str) -> Result<(), RecordError> {
        let suspended = self.last().filter(|_| self.state() == State::Suspended);
        let decision = self.decisions.get(digest);
        let decision = decision.filter(|one| suspended.is_none_or(|last| one.seq > last.seq));
        let what = match decision {
            Some(one) if one.passed => return Ok(()),
            Some(one) => format!(
                "entry {} of the ledger says that the gate {GATE} was not passed by the result {digest}",
                one.seq
            ),
            None if suspended.is_some() => format!(
                "since the suspension the ledger holds no decision of the gate {GATE} about the result {digest}"
            ),
            None => {
                format!("the ledger holds no decision of the gate {GATE} about the result {digest}")
            }
        };
        let mend = format!(
            "pass it with waage gate {GATE} --record, or name another result with --result"
        );
        Err(RecordError::rule(what, mend))
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
