//! How often in a row something was inconclusive at a gate, by the decisions that the ledger holds.

use std::collections::BTreeSet;

use waage_result::finding::Bilingual;

use super::request::Request;
use super::told::{Told, sentence_with};
use crate::ledger::Entry;

/// What the requirement is called where something was inconclusive too often.
pub(super) const REQUIREMENT: &str = "consecutive";

/// More inconclusive decisions in a row than the gate allows.
pub(super) struct TooOften<'a> {
    subject: &'a str,
    count: u32,
    limit: u32,
}

impl<'a> TooOften<'a> {
    /// Whether a subject that is inconclusive now was so too often in a row; none where the gate sets no
    /// limit, and where nobody can count, which is told.
    pub fn of(told: &mut Told, request: &Request<'_>, subject: &'a str) -> Option<Self> {
        let gate = request.policy.kept.gates.get(request.gate)?;
        let limit = gate.max_consecutive_inconclusive?;
        let entries = told.need(&request.entries, "ledger", REQUIREMENT)?;
        let count = in_a_row(request, entries, subject) + 1;
        (count > limit).then_some(Self {
            subject,
            count,
            limit,
        })
    }

    /// The sentence, before the one about what is inconclusive.
    pub fn text(&self, text: Bilingual) -> Bilingual {
        let (count, limit) = (self.count.to_string(), self.limit.to_string());
        let values = [
            ("check", self.subject),
            ("count", &count),
            ("limit", &limit),
        ];
        sentence_with("consecutive", &values, &[("text", text)])
    }
}

/// How often a subject was inconclusive at this gate without a break before, results counted once. A
/// decision breaks the row if it decided about the subject; others say nothing of it.
fn in_a_row(request: &Request<'_>, entries: &[Entry], subject: &str) -> u32 {
    let own = request
        .audit
        .given()
        .map(|audit| audit.subject.digest.as_str());
    let decisions = entries
        .iter()
        .rev()
        .filter(|entry| entry.kind == "gate.decision" && entry.payload["gate"] == request.gate);
    let mut seen = BTreeSet::new();
    for entry in decisions {
        let lists = |name: &str| {
            let subjects = entry.payload[name].as_array();
            subjects.is_some_and(|subjects| subjects.iter().any(|one| one == subject))
        };
        let digest = entry.payload["audit_digest"].as_str();
        if digest == own || seen.contains(&digest) {
            continue;
        }
        if lists("inconclusive") {
            seen.insert(digest);
        } else if ["passed", "breaches", "waived"].into_iter().any(lists) {
            break;
        }
    }
    u32::try_from(seen.len()).unwrap_or(u32::MAX)
}
