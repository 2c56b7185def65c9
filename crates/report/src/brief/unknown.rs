//! What is not known, written out.

use waage_result::finding::State;
use waage_result::privacy::view_name;

use super::Brief;
use super::findings::attribute;
use super::rich::Rich;
use crate::words::Words;

/// Points that are told.
const TOLD: usize = 5;

/// The points; counts of fewer than `limit` cases are not told.
pub(super) fn unknown(brief: &Brief<'_>, limit: u64, words: Words) -> Vec<Rich> {
    let say = |key: &str, values: &[(&str, &str)]| {
        Rich::of(&format!("brief.unknown.{key}"), values, words)
    };
    let audit = brief.audit;
    let mut out = Vec::new();
    let open = audit
        .findings
        .iter()
        .filter(|f| f.state == State::Inconclusive)
        .count() as u64;
    if open > 0 {
        let (count, total) = (
            words.integer(open),
            words.integer(audit.findings.len() as u64),
        );
        out.push(say("open", &[("count", &count), ("total", &total)]));
    }
    if !audit.not_run.is_empty() {
        let count = words.integer(audit.not_run.len() as u64);
        out.push(say("not_run", &[("count", &count)]));
    }
    let total = words.integer(audit.dataset.rows);
    let unlabelled = audit.dataset.rows_label_missing.unwrap_or(0);
    if unlabelled >= limit.max(1) {
        let count = words.integer(unlabelled);
        out.push(say("labels", &[("count", &count), ("total", &total)]));
    }
    let missing = audit.groups.iter().find(|group| {
        group.attributes.len() == 1
            && group.attributes.values().all(Option::is_none)
            && group.n >= limit.max(1)
    });
    if let Some(group) = missing {
        let count = words.integer(group.n);
        let of = attribute(&view_name(group), words);
        let values = [
            ("count", count.as_str()),
            ("total", &total),
            ("attribute", &of),
        ];
        out.push(say("groups", &values));
    }
    out.push(say("cause", &[]));
    match brief.risks {
        None => out.push(say("risks", &[])),
        Some(told) if told.appetite.without_amounts > 0 => {
            let count = words.integer(told.appetite.without_amounts);
            out.push(say("amounts", &[("count", &count)]));
        }
        Some(_) => {}
    }
    if brief.incidents.is_none() {
        out.push(say("incidents", &[]));
    }
    out.truncate(TOLD - 1);
    out.push(say("future", &[]));
    out
}
