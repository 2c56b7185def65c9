//! What a person signs of a result.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;
use serde_json::{Map, Value, json};

use super::signed::{message, seal};
use crate::date::Date;
use crate::keys::{KeyError, Role, Signer};
use crate::time::Timestamp;

/// What stands before the signed bytes, so that no signature means anything else elsewhere.
const DOMAIN: &str = "waage.approval.v1\n";
/// Longest comment or task, in characters.
const TEXT_MAX: usize = 4000;
/// Most conditions.
const CONDITIONS_MAX: usize = 100;

/// A decision about a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be used.
    Approve,
    /// It may not.
    Reject,
    /// It may, if something is done.
    ApproveWithConditions,
}

impl Decision {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Reject, Self::ApproveWithConditions];

    /// The name in statements.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::ApproveWithConditions => "approve_with_conditions",
        }
    }
}

impl FromStr for Decision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.name() == text)
            .ok_or_else(|| {
                let hint = crate::did_you_mean(text, Self::ALL.map(Self::name));
                format!("unknown decision {text:?}; {hint}")
            })
    }
}

/// What an approval depends on: a check that passes, or a task with a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The id of a check.
    Check(String),
    /// What is done by the end of a day.
    Task {
        /// What.
        task: String,
        /// The last day.
        due: Date,
    },
}

impl FromStr for Condition {
    type Err = String;

    /// `FAIR-01`, or `2026-10-01: retrain without the postcode`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if let Some((day, task)) = text.split_once(':')
            && let Ok(due) = day.trim().parse()
        {
            let task = one_line(task, "a task")?;
            return Ok(Self::Task { task, due });
        }
        if is_check_id(text) {
            return Ok(Self::Check(text.to_owned()));
        }
        Err(format!(
            "{text:?} is no condition: give the id of a check, such as FAIR-01, or a day and a task, such as \"2026-10-01: retrain without the postcode\""
        ))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(id) => f.write_str(id),
            Self::Task { task, due } => write!(f, "{due}: {task}"),
        }
    }
}

/// `FAIR-01`: 2 to 8 capitals, a hyphen, 2 to 4 digits.
fn is_check_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(word, number)| {
        (2..=8).contains(&word.len())
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && (2..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

pub(super) fn one_line(text: &str, what: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(format!(
            "{what} has no text or more than {TEXT_MAX} characters; shorten it"
        ));
    }
    Ok(text.to_owned())
}

/// A statement that a person signs (GOVERNANCE §4.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Digest of the result.
    pub audit_digest: String,
    /// Digest of the policy.
    pub policy_digest: String,
    /// In which role.
    pub role: Role,
    /// Id of the key.
    pub signer: String,
    /// What is decided.
    pub decision: Decision,
    /// What the decision depends on.
    pub conditions: Vec<Condition>,
    /// Why.
    pub comment: Option<String>,
    /// When.
    pub ts: Timestamp,
    /// Last day on which it counts.
    pub expires: Option<Date>,
}

impl Statement {
    /// Checks what a signer should not sign.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self) -> Result<(), String> {
        if let Some(comment) = &self.comment {
            one_line(comment, "the comment")?;
        }
        if self.conditions.len() > CONDITIONS_MAX {
            return Err(format!(
                "there are more than {CONDITIONS_MAX} conditions; join some"
            ));
        }
        match (self.decision, self.conditions.is_empty()) {
            (Decision::ApproveWithConditions, true) => {
                return Err(
                    "the approval has no conditions; name them with --condition or use --decision approve"
                        .to_owned(),
                );
            }
            (Decision::Approve | Decision::Reject, false) => {
                return Err(
                    "conditions belong to --decision approve_with_conditions; use that or leave them out"
                        .to_owned(),
                );
            }
            _ => {}
        }
        if self.expires.is_some_and(|day| day < self.ts.date()) {
            return Err(
                "the approval would expire before it is given; give a later --expires".to_owned(),
            );
        }
        Ok(())
    }

    /// The statement as it stands in a ledger.
    #[must_use]
    pub fn value(&self) -> Value {
        let mut out = json!({
            "audit_digest": self.audit_digest,
            "policy_digest": self.policy_digest,
            "role": self.role,
            "signer": self.signer,
            "decision": self.decision.name(),
            "ts": self.ts,
            "v": 1,
        });
        let conditions: Vec<Value> = self
            .conditions
            .iter()
            .map(|condition| match condition {
                Condition::Check(id) => json!({ "check": id }),
                Condition::Task { task, due } => json!({ "task": task, "due": due }),
            })
            .collect();
        if !conditions.is_empty() {
            out["conditions"] = conditions.into();
        }
        if let Some(comment) = &self.comment {
            out["comment"] = comment.as_str().into();
        }
        if let Some(day) = self.expires {
            out["expires"] = day.to_string().into();
        }
        out
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        message(DOMAIN, &self.value())
    }

    /// Signs, and gives the payload of the ledger's entry.
    ///
    /// # Errors
    /// A signer that fails or signs with another key than the one named.
    pub fn sign(&self, signer: &Signer, public: &VerifyingKey) -> Result<Value, KeyError> {
        seal(DOMAIN, &self.value(), &self.signer, signer, public)
    }

    pub(super) fn of(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        let text = |name: &str| map.get(name).and_then(Value::as_str);
        let conditions = match map.get("conditions") {
            None => Vec::new(),
            Some(list) => list
                .as_array()?
                .iter()
                .map(condition)
                .collect::<Option<_>>()?,
        };
        let statement = Self {
            audit_digest: text("audit_digest")?.to_owned(),
            policy_digest: text("policy_digest")?.to_owned(),
            role: text("role")?.parse().ok()?,
            signer: text("signer")?.to_owned(),
            decision: text("decision")?.parse().ok()?,
            conditions,
            comment: text("comment").map(str::to_owned),
            ts: text("ts")?.parse().ok()?,
            expires: match text("expires") {
                None => None,
                Some(day) => Some(day.parse().ok()?),
            },
        };
        // Nothing else may stand in what was signed, and nothing in another form.
        (statement.value() == *value && statement.conditions.len() <= CONDITIONS_MAX)
            .then_some(statement)
    }
}

fn condition(value: &Value) -> Option<Condition> {
    let map: &Map<_, _> = value.as_object()?;
    let text = |name: &str| map.get(name).and_then(Value::as_str);
    match (text("check"), text("task"), text("due")) {
        (Some(id), None, None) => Some(Condition::Check(id.to_owned())),
        (None, Some(task), Some(due)) => Some(Condition::Task {
            task: task.to_owned(),
            due: due.parse().ok()?,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;

    fn worked() -> Statement {
        Statement {
            audit_digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
                .to_owned(),
            policy_digest:
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            role: Role::Approver,
            signer: "a.approver".to_owned(),
            decision: Decision::Approve,
            conditions: Vec::new(),
            comment: None,
            ts: "2026-01-05T09:00:00Z".parse().unwrap(),
            expires: Some("2026-07-05".parse().unwrap()),
        }
    }

    /// GOVERNANCE §4.2.
    #[test]
    fn the_worked_statement_has_the_worked_signature() {
        let statement = worked();
        assert_eq!(
            String::from_utf8(statement.message()).unwrap(),
            "waage.approval.v1\n{\"audit_digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"decision\":\"approve\",\"expires\":\"2026-07-05\",\"policy_digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"role\":\"approver\",\"signer\":\"a.approver\",\"ts\":\"2026-01-05T09:00:00Z\",\"v\":1}"
        );
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let key = SecretKey::parse(seed, "test", || unreachable!()).unwrap();
        let public = key.public();
        let payload = statement.sign(&Signer::from(key), &public).unwrap();
        assert_eq!(payload["key"], "21fe31dfa154a261");
        assert_eq!(
            payload["signature"],
            "abc09e7e267d5c4b6705de02a5df781c88b54db8abb7f43c5e82df0193d0842534faaa9ea4f3ab9a697ee102342256517f727a626a3c12807109921a8ce33e0c"
        );
        let other = SecretKey::from_seed(&[2; 32]);
        assert!(statement.sign(&Signer::from(other), &public).is_err());
    }

    #[test]
    fn statements_are_read_as_they_are_written_and_in_no_other_form() {
        let mut full = worked();
        full.decision = Decision::ApproveWithConditions;
        full.comment = Some("fine \u{1b}[2J\nif the list is checked".to_owned());
        full.conditions = vec![
            "FAIR-01".parse().unwrap(),
            "2026-10-01: retrain: no postcode".parse().unwrap(),
        ];
        full.check().unwrap();
        for statement in [worked(), full.clone()] {
            assert_eq!(Statement::of(&statement.value()), Some(statement));
        }
        for (name, value) in [
            ("v", json!(2)),
            ("extra", json!(1)),
            ("role", json!("boss")),
            ("decision", json!("maybe")),
            ("ts", json!("2026-01-05")),
            ("expires", json!("soon")),
            ("comment", json!(7)),
            ("conditions", json!([])),
            (
                "conditions",
                json!([{"check": "FAIR-01", "due": "2026-01-01"}]),
            ),
        ] {
            let mut other = full.value();
            other[name] = value;
            assert_eq!(Statement::of(&other), None, "{name}");
        }
    }

    #[test]
    fn what_should_not_be_signed_is_told() {
        let with = |change: &dyn Fn(&mut Statement)| {
            let mut statement = worked();
            change(&mut statement);
            statement.check()
        };
        assert!(with(&|_| ()).is_ok());
        assert!(with(&|s| s.decision = Decision::ApproveWithConditions).is_err());
        assert!(with(&|s| s.conditions = vec![Condition::Check("FAIR-01".to_owned())]).is_err());
        assert!(with(&|s| s.expires = Some("2026-01-04".parse().unwrap())).is_err());
        assert!(with(&|s| s.expires = Some("2026-01-05".parse().unwrap())).is_ok());
        assert!(with(&|s| s.comment = Some("x".repeat(TEXT_MAX + 1))).is_err());
        for text in [
            "",
            "fair-01",
            "FAIR01",
            "2026-13-01: x",
            "2026-10-01:",
            "F-01",
        ] {
            assert!(text.parse::<Condition>().is_err(), "{text}");
        }
    }
}
