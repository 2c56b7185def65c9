//! When cases and the system itself go to a higher level, and when a queue is served (GOVERNANCE
//! §6.5, §6.6).

use std::collections::HashMap;

use waage_result::review::{EscalatedCase, ReviewBatch, ReviewDecision, ReviewQueue};

use super::batch::working_days_later;
use super::design::{RANDOM_MIN, SLA_WORKING_DAYS};
use crate::time::Timestamp;

/// The check whether a queue is served.
pub const REV_01: &str = "REV-01";
/// Share of due cases that a served queue has decided.
const SERVED_SHARE: f64 = 0.9;

/// The decisions of each case of a batch, the first first.
pub(super) fn by_case(decisions: &[ReviewDecision]) -> HashMap<&str, Vec<&ReviewDecision>> {
    let mut found: HashMap<&str, Vec<&ReviewDecision>> = HashMap::new();
    for decision in decisions {
        found.entry(&decision.case_id).or_default().push(decision);
    }
    for of_case in found.values_mut() {
        of_case
            .sort_by(|a, b| (&a.decided_at, &a.reviewer_id).cmp(&(&b.decided_at, &b.reviewer_id)));
    }
    found
}

/// How far the queue of a batch is served as of a moment, added to what is there.
pub fn queue(
    into: &mut ReviewQueue,
    batch: &ReviewBatch,
    decisions: &[ReviewDecision],
    as_of: Timestamp,
) {
    let due = read(&batch.due_at);
    let drawn = read(&batch.drawn_at);
    let sla = due.zip(drawn).map_or(SLA_WORKING_DAYS, |(due, drawn)| {
        (1..400)
            .find(|days| working_days_later(drawn, *days) >= due)
            .unwrap_or(SLA_WORKING_DAYS)
    });
    let too_old = drawn.is_some_and(|drawn| working_days_later(drawn, 2 * sla) < as_of);
    let is_due = due.is_some_and(|due| due < as_of);
    let of_case = by_case(decisions);
    for case in &batch.cases {
        let wanted = if case.double { 2 } else { 1 };
        let found = of_case
            .get(case.case_id.as_str())
            .map_or(&[][..], Vec::as_slice);
        let decided = found.len() >= wanted;
        let in_time = || {
            let moments = found.iter().filter_map(|d| read(&d.decided_at));
            moments.max().zip(due).is_none_or(|(last, due)| last <= due)
        };
        let random = case.strata.iter().any(|name| name == "random");
        into.cases += 1;
        into.decided += u64::from(decided);
        into.due += u64::from(is_due);
        into.due_decided += u64::from(is_due && decided);
        into.late += u64::from(if decided { !in_time() } else { is_due });
        into.overdue += u64::from(!decided && too_old);
        into.random += u64::from(random);
        into.random_decided += u64::from(random && decided);
    }
}

fn read(moment: &str) -> Option<Timestamp> {
    moment.parse().ok()
}

/// The state of check REV-01: at least 90 % of the due cases decided, at least 59 cases of the random
/// stratum, none older than twice the time to answer. Without due cases nothing can be said yet.
#[must_use]
pub fn served(queue: &ReviewQueue) -> &'static str {
    if queue.overdue > 0 || (queue.due_decided as f64) < SERVED_SHARE * queue.due as f64 {
        "breach"
    } else if queue.due == 0 || queue.random_decided < u64::from(RANDOM_MIN) {
        "inconclusive"
    } else {
        "pass"
    }
}

/// The cases of a batch that go to a higher level, in the order of the batch, the first reason each.
#[must_use]
pub fn escalated(
    batch: &ReviewBatch,
    decisions: &[ReviewDecision],
    as_of: Timestamp,
) -> Vec<EscalatedCase> {
    let of_case = by_case(decisions);
    let mut queue_of = ReviewQueue::default();
    queue(&mut queue_of, batch, decisions, as_of);
    let any_overdue = queue_of.overdue > 0;
    let reason = |found: &[&ReviewDecision], wanted: usize| {
        let finals: Vec<&str> = found.iter().map(|d| d.decision_final.as_str()).collect();
        if found
            .iter()
            .any(|d| d.reason_code.as_deref() == Some("suspected_bias"))
        {
            Some("suspected_bias")
        } else if finals.windows(2).any(|pair| pair[0] != pair[1]) {
            Some("reviewers_disagree")
        } else if found.iter().any(|d| d.escalate) {
            Some("asked")
        } else if any_overdue && found.len() < wanted {
            Some("overdue")
        } else {
            None
        }
    };
    batch
        .cases
        .iter()
        .filter_map(|case| {
            let found = of_case
                .get(case.case_id.as_str())
                .map_or(&[][..], Vec::as_slice);
            let reason = reason(found, if case.double { 2 } else { 1 })?;
            Some(EscalatedCase {
                case_id: case.case_id.clone(),
                reason: reason.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::batch;
    use super::*;

    fn decision(case: &str, reviewer: &str, last: &str, at: &str) -> ReviewDecision {
        ReviewDecision {
            batch_id: "B".to_owned(),
            case_id: case.to_owned(),
            reviewer_id: reviewer.to_owned(),
            decision_blind: None,
            decision_final: last.to_owned(),
            reason_code: None,
            reason_text: None,
            confidence: None,
            opened_at: at.to_owned(),
            decided_at: at.to_owned(),
            escalate: false,
        }
    }

    fn state(decided: usize, at: &str, as_of: &str, cases: usize) -> (ReviewQueue, &'static str) {
        let mut batch = batch(cases);
        batch.cases.iter_mut().for_each(|case| case.double = false);
        let decisions: Vec<ReviewDecision> = batch.cases[..decided]
            .iter()
            .map(|case| decision(&case.case_id, "r", "accept", at))
            .collect();
        let mut found = ReviewQueue::default();
        queue(&mut found, &batch, &decisions, as_of.parse().unwrap());
        let state = served(&found);
        (found, state)
    }

    #[test]
    fn a_queue_is_served_or_not_or_not_yet() {
        // Drawn on Friday the 27th, due on Friday the 4th, too old after Friday the 11th.
        let on = "2026-12-01T10:00:00Z";
        assert_eq!(state(0, on, "2026-12-04T12:00:00Z", 70).1, "inconclusive");
        let (queue, late) = state(62, on, "2026-12-07T12:00:00Z", 70);
        assert_eq!(
            (queue.due, queue.due_decided, queue.late, late),
            (70, 62, 8, "breach")
        );
        assert_eq!(state(63, on, "2026-12-07T12:00:00Z", 70).1, "pass");
        assert_eq!(state(58, on, "2026-12-07T12:00:00Z", 60).1, "inconclusive");
        let (queue, old) = state(69, on, "2026-12-14T12:00:00Z", 70);
        assert_eq!((queue.overdue, old), (1, "breach"));
        let (queue, _) = state(70, "2026-12-06T10:00:00Z", "2026-12-07T12:00:00Z", 70);
        assert_eq!(queue.late, 70);
    }

    #[test]
    fn cases_are_escalated_for_stated_reasons() {
        let batch = batch(8);
        let id = |at: usize| batch.cases[at].case_id.as_str();
        let at = "2026-12-01T10:00:00Z";
        let mut decisions = vec![
            decision(id(0), "r-1", "accept", at),
            decision(id(0), "r-2", "reject", at),
            decision(id(1), "r-1", "reject", at),
            decision(id(2), "r-1", "accept", at),
            decision(id(3), "r-1", "reject", at),
        ];
        decisions[3].reason_code = Some("suspected_bias".to_owned());
        decisions[4].escalate = true;
        let found = escalated(&batch, &decisions, "2026-12-02T00:00:00Z".parse().unwrap());
        let reasons: Vec<&str> = found.iter().map(|case| case.reason.as_str()).collect();
        assert_eq!(reasons, ["reviewers_disagree", "suspected_bias", "asked"]);
        let late = escalated(&batch, &decisions, "2027-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(
            late.iter().filter(|case| case.reason == "overdue").count(),
            4
        );
    }
}
