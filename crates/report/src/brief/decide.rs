//! The one decision that is asked for, and what to do next.

use waage_result::finding::{Finding, State};

use super::findings::group_of;
use super::rich::Rich;
use super::{Brief, own, people};
use crate::order::worst_first;
use crate::words::Words;

/// Actions that are told.
const TOLD: usize = 3;

/// The question, and who answers it.
pub(super) fn decision(brief: &Brief<'_>, words: Words) -> Vec<Rich> {
    let named = brief
        .described
        .people
        .get("approver")
        .filter(|ids| !ids.is_empty());
    let named = named.or_else(|| {
        brief
            .described
            .people
            .get("owner")
            .filter(|ids| !ids.is_empty())
    });
    let who = match named {
        Some(ids) => Rich::of("brief.decide.who", &[("who", &people(ids, words))], words),
        None => Rich::of("brief.decide.no_who", &[], words),
    };
    vec![question(brief, words), who]
}

/// The worst finding that nothing excuses.
fn worst<'a>(brief: &Brief<'a>, state: State) -> Option<&'a Finding> {
    let excused = |finding: &Finding| finding.waived_by.is_some() && state == State::Breach;
    worst_first(&brief.audit.findings)
        .into_iter()
        .find(|finding| finding.state == state && !excused(finding))
}

fn question(brief: &Brief<'_>, words: Words) -> Rich {
    let ask = |key: &str, values: &[(&str, &str)]| {
        Rich::of(&format!("brief.decide.{key}"), values, words)
    };
    if brief.audit.findings.is_empty() {
        return ask("measure", &[]);
    }
    if let Some(finding) = worst(brief, State::Breach) {
        let runs = brief.described.lifecycle.as_deref() == Some("production");
        let check = own(&finding.check, words);
        return ask(if runs { "run" } else { "start" }, &[("check", &check)]);
    }
    if worst(brief, State::Inconclusive).is_some() {
        return ask("open", &[]);
    }
    if let Some(risk) = brief.risks.and_then(|told| told.appetite.over.first()) {
        return ask("risk", &[("risk", &own(risk, words))]);
    }
    let signed = brief
        .recorded
        .is_some_and(|of| of.verified && !of.approvals.is_empty());
    ask(if signed { "none" } else { "approve" }, &[])
}

/// What to do next, the most urgent first.
pub(super) fn actions(brief: &Brief<'_>, words: Words) -> Vec<Rich> {
    let by = |role: &str, action: Rich| match brief.described.people.get(role) {
        Some(ids) if !ids.is_empty() => {
            action.then(Rich::plain(&format!("({})", people(ids, words))))
        }
        _ => action,
    };
    let act = |key: &str, values: &[(&str, &str)]| {
        Rich::of(&format!("brief.action.{key}"), values, words)
    };
    let mut out = Vec::new();
    if let Some(finding) = worst(brief, State::Breach) {
        out.push(by("developer", mend(finding, words)));
    }
    if let Some(finding) = worst(brief, State::Inconclusive) {
        let check = own(&finding.check, words);
        out.push(by(
            "developer",
            match finding.rows_needed {
                Some(rows) => act(
                    "collect",
                    &[("rows", &words.about(rows)), ("check", &check)],
                ),
                None => act("collect_some", &[("check", &check)]),
            },
        ));
    }
    if !brief.audit.not_run.is_empty() {
        let count = words.integer(brief.audit.not_run.len() as u64);
        out.push(by("developer", act("run", &[("count", &count)])));
    }
    if let Some(told) = brief.risks {
        let over = told
            .appetite
            .over
            .first()
            .and_then(|id| told.risks.iter().find(|r| r.id == *id));
        if let (Some(risk), Some(limit)) = (over, told.appetite.max_residual) {
            let (score, limit) = (risk.score_residual.to_string(), limit.to_string());
            let id = own(&risk.id, words);
            out.push(by(
                "owner",
                act(
                    "risk",
                    &[("risk", &id), ("score", &score), ("limit", &limit)],
                ),
            ));
        }
    }
    let mut count = |key: &str, role: &str, count: u64| {
        if count > 0 {
            out.push(by(role, act(key, &[("count", &words.integer(count))])));
        }
    };
    count(
        "incidents",
        "owner",
        brief.incidents.map_or(0, |told| told.metrics.open),
    );
    if let Some(told) = brief.risks {
        count("drafts", "owner", told.appetite.drafts);
        count(
            "reviews",
            "owner",
            told.risks.iter().filter(|risk| risk.overdue).count() as u64,
        );
        count("amounts", "owner", told.appetite.without_amounts);
    }
    let missing = |role: &str| brief.described.people.get(role).is_none_or(Vec::is_empty);
    let roles = ["owner", "approver"]
        .into_iter()
        .filter(|role| missing(role));
    let roles: Vec<String> = roles
        .map(|role| words.name_in("dossier.role", role))
        .collect();
    if !roles.is_empty() {
        out.push(act("people", &[("roles", &words.list(&roles))]));
    }
    let signed = brief
        .recorded
        .is_some_and(|of| of.verified && !of.approvals.is_empty());
    if worst(brief, State::Breach).is_none() && !signed {
        out.push(act("sign", &[]));
    }
    out.extend([act("repeat", &[]), act("keep", &[]), act("train", &[])]);
    out.truncate(TOLD);
    out
}

fn mend(finding: &Finding, words: Words) -> Rich {
    let check = own(&finding.check, words);
    match &finding.group {
        Some(group) => {
            let group = group_of(finding, group, words);
            Rich::of(
                "brief.action.mend",
                &[("check", &check), ("group", &group)],
                words,
            )
        }
        None => Rich::of("brief.action.mend_all", &[("check", &check)], words),
    }
}
