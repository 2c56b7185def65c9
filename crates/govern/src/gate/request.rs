//! What a gate looks at, all of it given.

use std::collections::BTreeMap;

use serde_json::Value;
use waage_result::document::AuditResult;

use crate::approval::Subject;
use crate::date::Date;
use crate::incident::Log;
use crate::keys::Keys;
use crate::ledger::Entry;
use crate::policy::Policy;
use crate::review::Reviewed;
use crate::risks::Register;

/// A part of the evidence: given, not given, or given and unusable.
#[derive(Clone, Debug, Default)]
pub enum Part<T> {
    /// Nobody named it.
    #[default]
    Absent,
    /// It was named and cannot be used, for this reason.
    Failed(String),
    /// Here it is.
    Given(T),
}

impl<T> Part<T> {
    /// What is given, if it is.
    pub const fn given(&self) -> Option<&T> {
        match self {
            Self::Given(part) => Some(part),
            Self::Absent | Self::Failed(_) => None,
        }
    }
}

/// An audit's result: what people sign and what it says.
#[derive(Clone, Debug)]
pub struct Audit {
    /// Its digests.
    pub subject: Subject,
    /// The document.
    pub result: AuditResult,
}

impl Audit {
    /// Reads a document of `waage audit --format json`.
    ///
    /// # Errors
    /// What it lacks.
    pub fn of(document: Value) -> Result<Self, String> {
        let subject = Subject::of(document.clone())?;
        let result = serde_json::from_value(document)
            .map_err(|error| format!("it is not a whole result of an audit ({error})"))?;
        Ok(Self { subject, result })
    }
}

/// A document that a gate asks for, as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Its SHA-256, 64 hexadecimal digits.
    Digest(String),
    /// There is no such file.
    Missing,
    /// It cannot be read.
    Failed(String),
}

/// Everything that a gate looks at.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The gate: one of [`GATES`](super::GATES), or one that the policy describes.
    pub gate: &'a str,
    /// The policy.
    pub policy: &'a Policy,
    /// The policy before a change.
    pub against: Part<Policy>,
    /// The audit's result.
    pub audit: Part<Audit>,
    /// Entries of the ledger, in order: approvals, audits, decisions of gates, checkpoints.
    pub entries: Part<Vec<Entry>>,
    /// Public keys.
    pub keys: Part<Keys>,
    /// The risk register.
    pub risks: Part<Register>,
    /// Incidents.
    pub incidents: Part<Log>,
    /// Batches of cases for review, with what was decided.
    pub review: Part<Vec<Reviewed>>,
    /// Documents of the policy by id.
    pub documents: BTreeMap<String, Found>,
    /// The digest that the result's data must have, if one is given.
    pub data_digest: Option<&'a str>,
    /// The day.
    pub as_of: Date,
}
