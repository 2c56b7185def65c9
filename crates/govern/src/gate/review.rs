//! Whether the review queue was served (check `REV-01`, GOVERNANCE §6.6).
//!
//! Batches and decisions are read from their folders and held against the ledger: a batch that the ledger
//! does not know could have been drawn to please, one that was left out could hide what nobody looked
//! at, and decisions of another digest were changed after they came in. None of these is a pass.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use waage_result::review::ReviewQueue;

use super::consecutive::{self, TooOften};
use super::evidence::record;
use super::request::{Part, Request};
use super::told::{List, Told, reason, sentence};
use crate::canonical;
use crate::ledger::Entry;
use crate::policy::OnInconclusive;
use crate::review::{RANDOM_MIN, REV_01, Reviewed, queue, served};
use crate::time::Timestamp;

/// What it is called among the requirements.
pub(super) const REQUIREMENT: &str = "review_queue";

/// The queue of the gate's period.
pub(super) fn review_queue(told: &mut Told, request: &Request<'_>) {
    let is_listed = request.policy.kept.documents.contains_key(REQUIREMENT);
    if is_listed && matches!(request.review, Part::Absent) {
        // Reviews that are kept elsewhere are shown like anything that is not measured here.
        record(told, request, REQUIREMENT);
        return;
    }
    let batches = told.need(&request.review, "review", REQUIREMENT);
    let entries = told.need(&request.entries, "ledger", REQUIREMENT);
    let (Some(batches), Some(entries)) = (batches, entries) else {
        return;
    };
    let until = Timestamp::end_of(request.as_of);
    let recorded = Recorded::of(entries, until);
    let gate = request.policy.kept.gates.get(request.gate);
    let from = gate
        .and_then(|gate| gate.every_days)
        .and_then(|days| until.unix().checked_sub(i64::from(days) * 86_400))
        .and_then(Timestamp::from_unix);
    let is_proven = recorded.hold(told, batches, from);
    let mut found = ReviewQueue::default();
    for one in batches {
        let mut own = ReviewQueue::default();
        queue(&mut own, &one.batch, &one.decisions, until);
        // Batches of earlier periods count for what is still open of them.
        let due: Option<Timestamp> = one.batch.due_at.parse().ok();
        if due.zip(from).is_none_or(|(due, from)| due > from) || own.decided < own.cases {
            queue(&mut found, &one.batch, &one.decisions, until);
        }
    }
    let state = served(&found);
    let (list, key) = match state {
        "breach" => (List::Breach, "review_unserved"),
        // What is not proven is told above, and shows nothing.
        _ if !is_proven => return,
        "pass" => (List::Passed, "review_served"),
        _ if gate.is_some_and(|gate| gate.inconclusive == OnInconclusive::Fail) => {
            (List::Breach, "review_open")
        }
        _ => (List::Inconclusive, "review_open"),
    };
    let too_often = match list {
        List::Inconclusive => TooOften::of(told, request, REV_01),
        _ => None,
    };
    let texts = [
        ("due", found.due),
        ("decided", found.due_decided),
        ("overdue", found.overdue),
        ("random", found.random_decided),
        ("least", u64::from(RANDOM_MIN)),
    ]
    .map(|(name, count)| (name, count.to_string()));
    let values = texts.each_ref().map(|(name, text)| (*name, text.as_str()));
    let text = sentence(key, &values);
    match too_often {
        None => told.push(list, reason(REQUIREMENT, REV_01, text)),
        Some(too_often) => {
            let text = too_often.text(text);
            told.push(List::Breach, reason(consecutive::REQUIREMENT, REV_01, text));
        }
    }
}

/// What the ledger says of batches.
struct Recorded<'a> {
    /// Batches with the moment at which they were due and the number of their cases.
    drawn: BTreeMap<&'a str, (Option<Timestamp>, u64)>,
    /// The last digest of the decisions of each, and their number.
    decided: BTreeMap<&'a str, (&'a str, u64)>,
}

impl<'a> Recorded<'a> {
    fn of(entries: &'a [Entry], until: Timestamp) -> Self {
        let mut out = Self {
            drawn: BTreeMap::new(),
            decided: BTreeMap::new(),
        };
        let of_reviews = |entry: &&Entry| entry.kind == "review.batch" && entry.ts <= until;
        for entry in entries.iter().filter(of_reviews) {
            let payload = &entry.payload;
            let text = |name: &str| payload[name].as_str();
            let count = |name: &str| payload[name].as_u64().unwrap_or(0);
            let Some(batch) = text("batch") else { continue };
            match (text("event"), text("digest")) {
                (Some("drawn"), _) => {
                    let due = text("due_at").and_then(|due| due.parse().ok());
                    out.drawn.insert(batch, (due, count("cases")));
                }
                (Some("decided"), Some(digest)) => {
                    out.decided.insert(batch, (digest, count("decisions")));
                }
                _ => {}
            }
        }
        out
    }

    /// Whether the folders hold what the ledger records, and all of it that matters since a moment.
    fn hold(&self, told: &mut Told, batches: &[Reviewed], from: Option<Timestamp>) -> bool {
        let mut holds = true;
        let mut say = |batch: &str, key: &str| {
            told.say(List::Error, REQUIREMENT, batch, key, &[("batch", batch)]);
            holds = false;
        };
        let mut given = BTreeSet::new();
        for one in batches {
            let id = one.batch.batch_id.as_str();
            given.insert(id);
            if !self.drawn.contains_key(id) {
                say(id, "review_unrecorded");
                continue;
            }
            let found = canonical::digest(&json!(one.decisions));
            let is_same = match self.decided.get(id) {
                Some((recorded, _)) => *recorded == found,
                None => one.decisions.is_empty(),
            };
            if !is_same {
                say(id, "review_changed");
            }
        }
        for (id, (due, cases)) in &self.drawn {
            let in_period = due.zip(from).is_none_or(|(due, from)| due > from);
            let decisions = self.decided.get(id).map_or(0, |(_, count)| *count);
            if !given.contains(id) && (in_period || decisions < *cases) {
                say(id, "review_missing");
            }
        }
        holds
    }
}
