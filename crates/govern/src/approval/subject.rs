//! The result that is signed: read, and reduced to what its digest covers.

use std::path::Path;

use serde_json::Value;

use super::add::ApprovalError;
use crate::canonical;
use crate::policy::Policy;
use crate::records::file::{RESULT_MAX_BYTES, text_within};

/// What is known of a result that people sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Digest of the document without its key `stamp` (GOVERNANCE §4.1).
    pub digest: String,
    /// Digest of the policy that it was judged by.
    pub policy_digest: String,
    /// Its verdict.
    pub verdict: String,
    /// Digest of the data, if the document has one.
    pub dataset_digest: Option<String>,
}

impl Subject {
    /// Reads a document of `waage audit --format json`.
    ///
    /// # Errors
    /// [`ApprovalError`]: unreadable, not JSON, or another document.
    pub fn read(path: &Path) -> Result<Self, ApprovalError> {
        let file = path.display().to_string();
        let refuse = |what: String| ApprovalError::Document {
            file: file.clone(),
            what,
        };
        let text = text_within(path, RESULT_MAX_BYTES)
            .map_err(|error| refuse(format!("it cannot be read ({error})")))?;
        let value = serde_json::from_str(&text)
            .map_err(|error| refuse(format!("it is not JSON ({error})")))?;
        Self::of(value).map_err(refuse)
    }

    /// The same of a document in memory.
    ///
    /// # Errors
    /// What it lacks.
    pub fn of(mut document: Value) -> Result<Self, String> {
        if document["schema"] != "waage/audit/1" {
            return Err("its schema is not \"waage/audit/1\"".to_owned());
        }
        if let Some(map) = document.as_object_mut() {
            map.remove("stamp");
        }
        let word = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Self {
            policy_digest: word(&document["policy"]["digest"])
                .ok_or("it names no digest of a policy")?,
            verdict: word(&document["verdict"]).ok_or("it has no verdict")?,
            dataset_digest: word(&document["dataset"]["digest"]),
            digest: canonical::digest(&document),
        })
    }

    /// Checks that a policy is the one that judged.
    ///
    /// # Errors
    /// [`ApprovalError::Statement`] if it is another one.
    pub fn check_policy(&self, policy: &Policy, path: &Path) -> Result<(), ApprovalError> {
        if policy.digest() == self.policy_digest {
            return Ok(());
        }
        Err(ApprovalError::Statement(format!(
            "the result was not judged by {:?} as it is now; audit again with this policy, or give the policy of that audit",
            path.display().to_string()
        )))
    }

    /// The payload of its entry in a ledger: digests and a verdict, nothing of the data.
    #[must_use]
    pub fn payload(&self) -> Value {
        let mut out = serde_json::json!({
            "digest": self.digest,
            "policy_digest": self.policy_digest,
            "verdict": self.verdict,
        });
        if let Some(digest) = &self.dataset_digest {
            out["dataset_digest"] = digest.as_str().into();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_stamp_is_not_signed_and_everything_else_is() {
        let document = json!({
            "schema": "waage/audit/1", "dataset": {"digest": "sha256:d", "rows": 3},
            "policy": {"digest": "sha256:p"}, "verdict": "pass",
        });
        let plain = Subject::of(document.clone()).unwrap();
        let mut stamped = document.clone();
        stamped["stamp"] = json!({"host": "h"});
        assert_eq!(Subject::of(stamped).unwrap(), plain);
        let mut changed = document.clone();
        changed["dataset"]["rows"] = json!(4);
        assert_ne!(Subject::of(changed).unwrap().digest, plain.digest);
        assert_eq!(
            plain.payload(),
            json!({"digest": plain.digest, "policy_digest": "sha256:p", "verdict": "pass", "dataset_digest": "sha256:d"})
        );
        for name in ["schema", "policy", "verdict"] {
            let mut other = document.clone();
            other[name] = json!(1);
            assert!(Subject::of(other).is_err(), "{name}");
        }
        assert!(Subject::of(json!([1])).is_err());
    }
}
