//! What a person signs of a waiver or of an accepted risk.

use ed25519_dalek::VerifyingKey;
use serde_json::{Value, json};

use super::exception::{Exception, Kind};
use super::signed::{message, seal};
use super::statement::{Decision, one_line};
use crate::keys::{KeyError, Role, Signer};
use crate::time::Timestamp;

/// A statement about a waiver or an accepted risk: the person agrees to it, or no longer does. In the
/// role `waiver_requester` it asks for the waiver.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// Whether it is about a waiver or about a risk.
    pub kind: Kind,
    /// Of which id.
    pub id: String,
    /// Digest of the waiver or of the acceptance.
    pub digest: String,
    /// The residual score that is accepted, of a risk.
    pub score: Option<u8>,
    /// In which role.
    pub role: Role,
    /// Id of the key.
    pub signer: String,
    /// Whether the person agrees.
    pub agrees: bool,
    /// Why.
    pub comment: Option<String>,
    /// When.
    pub ts: Timestamp,
}

impl Consent {
    /// A statement about an exception as it is now.
    #[must_use]
    pub fn to(exception: &Exception, role: Role, signer: &str, ts: Timestamp) -> Self {
        Self {
            kind: exception.kind,
            id: exception.id.clone(),
            digest: exception.digest.clone(),
            score: exception.score,
            role,
            signer: signer.to_owned(),
            agrees: true,
            comment: None,
            ts,
        }
    }

    /// Checks what a signer should not sign.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self) -> Result<(), String> {
        match &self.comment {
            Some(comment) => one_line(comment, "the comment").map(|_| ()),
            None => Ok(()),
        }
    }

    /// The statement as it stands in a ledger.
    #[must_use]
    pub fn value(&self) -> Value {
        let mut out = json!({
            "about": self.kind.name(),
            "id": self.id,
            "digest": self.digest,
            "role": self.role,
            "signer": self.signer,
            "decision": self.decision().name(),
            "ts": self.ts,
            "v": 1,
        });
        if let Some(score) = self.score {
            out["score"] = score.into();
        }
        if let Some(comment) = &self.comment {
            out["comment"] = comment.as_str().into();
        }
        out
    }

    /// As a decision.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        match self.agrees {
            true => Decision::Approve,
            false => Decision::Reject,
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        message(self.kind.domain(), &self.value())
    }

    /// Signs, and gives the payload of the ledger's entry.
    ///
    /// # Errors
    /// A signer that fails or signs with another key than the one named.
    pub fn sign(&self, signer: &Signer, public: &VerifyingKey) -> Result<Value, KeyError> {
        let domain = self.kind.domain();
        seal(domain, &self.value(), &self.signer, signer, public)
    }

    pub(super) fn of(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        let text = |name: &str| map.get(name).and_then(Value::as_str);
        let score = match map.get("score") {
            None => None,
            Some(score) => Some(u8::try_from(score.as_u64()?).ok()?),
        };
        let consent = Self {
            kind: Kind::named(text("about")?)?,
            id: text("id")?.to_owned(),
            digest: text("digest")?.to_owned(),
            score,
            role: text("role")?.parse().ok()?,
            signer: text("signer")?.to_owned(),
            agrees: text("decision")? == Decision::Approve.name(),
            comment: text("comment").map(str::to_owned),
            ts: text("ts")?.parse().ok()?,
        };
        // Nothing else may stand in what was signed, and nothing in another form.
        (consent.value() == *value).then_some(consent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_as_they_are_written_and_in_no_other_form() {
        let consent = Consent {
            kind: Kind::Waiver,
            id: "W-1".to_owned(),
            digest: "sha256:0".to_owned(),
            score: None,
            role: Role::Dpo,
            signer: "p.privacy".to_owned(),
            agrees: true,
            comment: None,
            ts: "2026-11-29T12:00:00Z".parse().unwrap(),
        };
        assert_eq!(
            String::from_utf8(consent.message()).unwrap(),
            "waage.waiver.v1\n{\"about\":\"waiver\",\"decision\":\"approve\",\"digest\":\"sha256:0\",\"id\":\"W-1\",\"role\":\"dpo\",\"signer\":\"p.privacy\",\"ts\":\"2026-11-29T12:00:00Z\",\"v\":1}"
        );
        let risk = Consent {
            kind: Kind::Risk,
            score: Some(12),
            agrees: false,
            comment: Some("no longer".to_owned()),
            ..consent.clone()
        };
        assert!(risk.message().starts_with(b"waage.risk_acceptance.v1\n"));
        for one in [consent, risk.clone()] {
            assert_eq!(Consent::of(&one.value()), Some(one));
        }
        for (name, value) in [
            ("v", json!(2)),
            ("extra", json!(1)),
            ("about", json!("audit")),
            ("decision", json!("approve_with_conditions")),
            ("score", json!(300)),
            ("comment", json!(7)),
        ] {
            let mut other = risk.value();
            other[name] = value;
            assert_eq!(Consent::of(&other), None, "{name}");
        }
    }
}
