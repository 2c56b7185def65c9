//! The findings of the checks that a gate asks for.

use waage_result::finding::{Bilingual, Finding, Severity, State};
use waage_result::gate::GateReason;
use waage_result::text::{Catalogue, Language};

use super::consecutive::{self, TooOften};
use super::demand::Which;
use super::request::{Audit, Request};
use super::signed;
use super::told::{List, Told, reason, sentence, sentence_with};
use crate::approval::Exception;
use crate::judge::{Standing, waivers_of};
use crate::policy::{Check, OnInconclusive};

/// What becomes of the findings of each check.
pub(super) fn checks(told: &mut Told, request: &Request<'_>, which: Which) {
    let asked: Vec<&Check> = request
        .policy
        .checks
        .iter()
        .filter(|check| which == Which::All || check.gates.contains(request.gate))
        .collect();
    if asked.is_empty() {
        told.say(
            List::Error,
            "check",
            request.gate,
            "no_checks",
            &[("gate", request.gate)],
        );
        return;
    }
    let Some(audit) = told.need(&request.audit, "result", "check") else {
        return;
    };
    let judged = Judged { request, audit };
    for check in asked {
        judged.check(told, check);
    }
}

struct Judged<'a> {
    request: &'a Request<'a>,
    audit: &'a Audit,
}

impl Judged<'_> {
    fn check(&self, told: &mut Told, check: &Check) {
        let result = &self.audit.result;
        let findings: Vec<&Finding> = result
            .findings
            .iter()
            .filter(|f| f.check == check.id)
            .collect();
        let not_run = result.not_run.iter().filter(|n| n.check == check.id);
        let mut undecided: Vec<GateReason> = Vec::new();
        for one in not_run {
            let key = format!("reason.{}", one.reason);
            let word = |language| {
                let catalogue = Catalogue::of(language);
                catalogue.get(&key).unwrap_or(&one.reason).to_owned()
            };
            let words = Bilingual {
                de: word(Language::De),
                en: word(Language::En),
            };
            let values = [("check", check.id.as_str()), ("attribute", &one.attribute)];
            let text = sentence_with("check_not_run", &values, &[("reason", words)]);
            undecided.push(GateReason {
                group: Some(one.attribute.clone()),
                severity: Some(check.severity),
                ..reason("check", &check.id, text)
            });
        }
        if findings.is_empty() && undecided.is_empty() {
            told.say(
                List::Breach,
                "check",
                &check.id,
                "check_absent",
                &[("check", &check.id)],
            );
            return;
        }
        let mut passes = 0_usize;
        for finding in findings {
            match finding.state {
                State::Pass => passes += 1,
                _ if finding.severity == Severity::Info => told.push(List::Noted, of(finding)),
                State::Breach => self.objection(told, finding),
                State::Inconclusive => undecided.push(of(finding)),
            }
        }
        if passes > 0 {
            let groups = passes.to_string();
            let values = [("check", check.id.as_str()), ("groups", &groups)];
            told.say(List::Passed, "check", &check.id, "check_pass", &values);
        }
        if !undecided.is_empty() {
            self.undecided(told, check, undecided);
        }
    }

    /// Findings that could not be decided: by the gate, or because it is not the first time.
    fn undecided(&self, told: &mut Told, check: &Check, reasons: Vec<GateReason>) {
        let gate = self.request.policy.kept.gates.get(self.request.gate);
        let fails = gate.is_some_and(|gate| gate.inconclusive == OnInconclusive::Fail);
        let info = check.severity == Severity::Info;
        let too_often = match fails || info {
            true => None,
            false => TooOften::of(told, self.request, &check.id),
        };
        for one in reasons {
            if info {
                told.push(List::Noted, one);
            } else if fails {
                self.object(told, one);
            } else if let Some(too_often) = &too_often {
                let one = GateReason {
                    requirement: consecutive::REQUIREMENT.to_owned(),
                    text: too_often.text(one.text.clone()),
                    ..one
                };
                self.object(told, one);
            } else {
                told.push(List::Inconclusive, one);
            }
        }
    }

    fn objection(&self, told: &mut Told, finding: &Finding) {
        self.object(told, of(finding));
    }

    /// Something that is not met, unless a waiver in force and signed covers it.
    fn object(&self, told: &mut Told, one: GateReason) {
        let (attribute, group) = scope(&one);
        let found = waivers_of(
            self.request.policy,
            self.request.as_of,
            &one.subject,
            attribute,
            group,
        );
        let Some((waiver, standing)) = found else {
            told.push(List::Breach, one);
            return;
        };
        let expires = waiver.expires.to_string();
        let values = [("waiver", waiver.id.as_str()), ("expires", &expires)];
        let text = |key: &str, more: &[(&str, &str)]| {
            let values: Vec<(&str, &str)> = values.iter().chain(more).copied().collect();
            sentence_with(key, &values, &[("text", one.text.clone())])
        };
        let (list, text) = match standing {
            Standing::NotYet => return told.push(List::Breach, one),
            Standing::Expired => (List::Breach, text("waiver_expired", &[])),
            Standing::InForce => {
                let exception = Exception::of_waiver(self.request.policy, waiver);
                match signed::agreed(told, self.request, &exception, "waiver") {
                    // A waiver that nobody can prove excuses nothing.
                    None => (List::Breach, text("waiver_unproven", &[])),
                    Some(state) if state.complete => (List::Waived, text("waiver_in_force", &[])),
                    Some(state) => {
                        let names = [("names", &state.missing.join(", ")[..])];
                        (List::Breach, text("waiver_unsigned", &names))
                    }
                }
            }
        };
        let waived_by = (list == List::Waived).then(|| waiver.id.clone());
        told.push(
            list,
            GateReason {
                text,
                waived_by,
                ..one
            },
        );
    }
}

/// A finding as a reason.
fn of(finding: &Finding) -> GateReason {
    let group = match &finding.group {
        Some(group) => format!("{} = {group}", finding.attribute),
        None => finding.attribute.clone(),
    };
    let text = if finding.text.en.is_empty() {
        sentence("check_absent", &[("check", &finding.check)])
    } else {
        finding.text.clone()
    };
    GateReason {
        group: Some(group),
        severity: Some(finding.severity),
        ..reason("check", &finding.check, text)
    }
}

/// Attribute and group of a reason, as a waiver's scope names them.
fn scope(one: &GateReason) -> (&str, Option<&str>) {
    let of = one.group.as_deref().unwrap_or_default();
    match of.split_once(" = ") {
        Some((attribute, group)) => (attribute, Some(group)),
        None => (of, None),
    }
}
