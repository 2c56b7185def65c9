//! What an incident needs before it may go on, and the clocks that run meanwhile (GOVERNANCE §5).

use waage_result::incidents::{Clock, Incident};

use super::words::{Serious, State};
use crate::records::moment::{hours_between, later};
use crate::time::Timestamp;

/// A reason that stands for a missing change says more than "none".
pub const REASON_MIN: usize = 80;

/// Hours until an incident is triaged.
const TRIAGE_H: u32 = 24;
/// Hours of GDPR Art. 33 after awareness.
const GDPR_33_H: u32 = 72;

/// Names of the laws, letters and digits alone.
const GDPR: [&str; 4] = ["gdpr", "dsgvo", "datenschutzgrundverordnung", "2016679"];
const AI_ACT: [&str; 5] = ["aiact", "kivo", "kiverordnung", "kigesetz", "20241689"];

/// What is missing before an incident may enter a state: codes, empty when nothing is.
#[must_use]
pub fn missing(incident: &Incident, to: State) -> Vec<&'static str> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let root_cause = incident.root_cause.iter().any(|why| !why.trim().is_empty());
    let lessons = incident
        .lessons
        .as_ref()
        .is_some_and(|both| !both.de.trim().is_empty() && !both.en.trim().is_empty());
    let reasoned = incident
        .no_change_reason
        .as_ref()
        .is_some_and(|reason| reason.trim().chars().count() >= REASON_MIN);
    let changed =
        !incident.new_risks.is_empty() || !incident.changed_controls.is_empty() || reasoned;
    let caught = given(&incident.detecting_check) || given(&incident.no_check_reason);
    let mut needs: Vec<(&'static str, bool)> = Vec::new();
    match to {
        State::Open | State::Reopened | State::Triaged => {}
        State::Contained => needs.push(("containment", given(&incident.containment))),
        State::Resolved => needs.push(("root_cause", root_cause)),
        State::Lessons => needs.push(("lessons", lessons)),
        State::Closed => needs.extend([
            ("root_cause", root_cause),
            ("lessons", lessons),
            ("change", changed),
            ("check", caught),
        ]),
    }
    needs.retain(|(_, holds)| !holds);
    needs.into_iter().map(|(code, _)| code).collect()
}

/// What a code of [`missing`] asks for.
#[must_use]
pub fn mend(code: &str) -> &'static str {
    match code {
        "containment" => "what stopped it (--containment TEXT)",
        "root_cause" => "a root cause (--root-cause WHY, once for each why)",
        "lessons" => "lessons in both languages (--lesson-en TEXT --lesson-de TEXT)",
        "change" => {
            "a new risk (--new-risk TITLE), a new or changed control (--new-control, --changed-control) or a reason of at least 80 characters why nothing changes (--no-change-reason TEXT)"
        }
        _ => {
            "the check that would have caught it (--detecting-check ID) or why none can (--no-check-reason TEXT)"
        }
    }
}

/// The clocks of an incident at a moment.
///
/// They remind; whether a duty applies is for counsel. That of triage runs 24 hours from the
/// opening; GDPR Art. 33 72 hours from awareness, where personal data are involved; AI Act Art. 73
/// 15 days, 2 days for widespread cases and 10 for a death, where the system is high-risk and the
/// incident may be serious.
#[must_use]
pub fn clocks(incident: &Incident, now: Timestamp) -> Vec<Clock> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let Some(opened) = moment(&incident.opened_at) else {
        return Vec::new();
    };
    let aware = incident
        .aware_at
        .as_deref()
        .and_then(moment)
        .unwrap_or(opened);
    let mut clocks = Vec::new();
    let mut run = |code: &str, from: Timestamp, hours: u32, met: Option<Timestamp>| {
        let due = later(from, hours);
        let state = match met {
            Some(at) if at <= due => "met",
            Some(_) => "met_late",
            None if now > due => "overdue",
            None => "running",
        };
        clocks.push(Clock {
            code: code.to_owned(),
            from: from.to_string(),
            due: due.to_string(),
            state: state.to_owned(),
            hours_left: hours_between(met.unwrap_or(now), due),
        });
    };
    let entered = |state: State| {
        let step = incident.history.iter().find(|step| step.to == state.name());
        step.and_then(|step| moment(&step.at))
    };
    run("triage", opened, TRIAGE_H, entered(State::Triaged));
    if incident.personal_data_breach || incident.kind == "privacy" {
        run("gdpr_33", aware, GDPR_33_H, sent(incident, "33", &GDPR));
    }
    let serious = incident.serious.as_deref().and_then(Serious::parse);
    if let (true, Some(serious)) = (incident.high_risk_system, serious) {
        let (code, days) = match serious {
            Serious::Serious => ("ai_act_73", 15),
            Serious::Widespread => ("ai_act_73_widespread", 2),
            Serious::Death => ("ai_act_73_death", 10),
        };
        run(code, aware, days * 24, sent(incident, "73", &AI_ACT));
    }
    clocks
}

/// When the first notification was sent whose legal basis names the article and the law.
fn sent(incident: &Incident, article: &str, laws: &[&str]) -> Option<Timestamp> {
    let names = |basis: &str| {
        let numbers = basis.split(|c: char| !c.is_ascii_digit());
        // DS-GVO, DSGVO and DS GVO are one name.
        let plain: String = basis
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .collect();
        numbers.into_iter().any(|number| number == article)
            && laws.iter().any(|law| plain.contains(law))
    };
    let notes = incident.notifications.iter();
    notes
        .filter(|note| names(&note.legal_basis))
        .filter_map(|note| note.sent_at.as_deref()?.parse().ok())
        .min()
}
