//! Whether the result is the one that was meant, and recent enough.

use super::request::Request;
use super::told::{List, Told};
use crate::date::Date;

/// The result's digests against those given.
pub(super) fn digests(told: &mut Told, request: &Request<'_>) {
    let Some(audit) = told.need(&request.audit, "result", "digest") else {
        return;
    };
    let mut compare = |subject: &str, found: &str, expected: &str| {
        if found == expected {
            told.say(
                List::Passed,
                "digest",
                subject,
                &format!("digest_{subject}"),
                &[],
            );
        } else {
            let values = [("found", found), ("expected", expected)];
            told.say(
                List::Breach,
                "stale",
                subject,
                &format!("stale_{subject}"),
                &values,
            );
        }
    };
    let expected = request.policy.digest();
    compare("policy", &audit.subject.policy_digest, &expected);
    if let Some(expected) = request.data_digest {
        let found = audit.subject.dataset_digest.as_deref().unwrap_or("–");
        compare("data", found, expected);
    }
}

/// The age of the audit.
pub(super) fn age(told: &mut Told, request: &Request<'_>, limit: u32) {
    if told.need(&request.audit, "result", "audit_age").is_none() {
        return;
    }
    let Some(day) = day_of(request) else {
        // Without a ledger the day may be known from the result itself; with one, it is not there.
        told.say(List::Error, "audit_age", "audit", "age_unknown", &[]);
        return;
    };
    let age = request.as_of.days_since(&day);
    let (day, limit_text, age_text) = (day.to_string(), limit.to_string(), age.to_string());
    let values = [
        ("day", day.as_str()),
        ("age", &age_text),
        ("limit", &limit_text),
    ];
    let (list, key) = if age < 0 {
        (List::Error, "age_future")
    } else if i64::from(age) > i64::from(limit) {
        (List::Breach, "age_over")
    } else {
        (List::Passed, "age")
    };
    told.say(list, "audit_age", "audit", key, &values);
}

/// The day of the audit: that of its last entry in the ledger, else that by which it judged waivers.
pub(super) fn day_of(request: &Request<'_>) -> Option<Date> {
    let audit = request.audit.given()?;
    let recorded = request.entries.given().and_then(|entries| {
        let of_this = |entry: &&crate::ledger::Entry| {
            entry.kind == "audit.result" && entry.payload["digest"] == audit.subject.digest.as_str()
        };
        entries
            .iter()
            .rev()
            .find(of_this)
            .map(|entry| entry.ts.date())
    });
    let judged = || audit.result.settings.as_of.as_deref()?.parse().ok();
    recorded.or_else(judged)
}

/// Whether a checkpoint stands after the last decision.
pub(super) fn checkpoint(told: &mut Told, request: &Request<'_>) {
    let Some(entries) = told.need(&request.entries, "ledger", "checkpoint") else {
        return;
    };
    let last = |checkpoint: bool| {
        let of_kind = entries
            .iter()
            .filter(|e| (e.kind == "checkpoint") == checkpoint);
        of_kind.map(|entry| entry.seq).max()
    };
    let (list, key) = match (last(true), last(false)) {
        (Some(checkpoint), other) if Some(checkpoint) > other => (List::Passed, "checkpoint"),
        _ => (List::Breach, "checkpoint_missing"),
    };
    told.say(list, "checkpoint", "ledger", key, &[]);
}
