//! What incidents say together, and one by one at a moment.

use std::collections::BTreeMap;

use waage_result::incidents::{
    INCIDENTS_SCHEMA, Incident, IncidentsResult, Metrics, Repeated, Told,
};

use super::rules::{clocks, missing};
use super::words::{DetectedBy, State};
use crate::records::moment::hours_between;
use crate::time::Timestamp;

/// Which incidents are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that are not closed.
    pub open: bool,
    /// Only those of a kind.
    pub kind: Option<String>,
    /// Only the one of this id.
    pub id: Option<String>,
    /// Only those of a system.
    pub system: Option<String>,
}

/// Tells incidents as of a moment.
#[must_use]
pub fn tell(incidents: &[Incident], now: Timestamp, filter: &Filter) -> IncidentsResult {
    let keeps = |incident: &&Incident| {
        (!filter.open || is_open(incident))
            && filter
                .kind
                .as_ref()
                .is_none_or(|kind| incident.kind == *kind)
            && filter.id.as_ref().is_none_or(|id| incident.id == *id)
            && filter
                .system
                .as_ref()
                .is_none_or(|id| incident.system.as_ref() == Some(id))
    };
    let told = |incident: &Incident| Told {
        clocks: clocks(incident, now),
        missing: if is_open(incident) {
            missing(incident, State::Closed)
                .into_iter()
                .map(str::to_owned)
                .collect()
        } else {
            Vec::new()
        },
        hours_to_detect: hours_to_detect(incident),
        hours_to_contain: hours_to_contain(incident),
        incident: incident.clone(),
    };
    IncidentsResult {
        schema: INCIDENTS_SCHEMA.to_owned(),
        as_of: now.to_string(),
        incidents: incidents.iter().filter(keeps).map(told).collect(),
        total: incidents.len() as u64,
        metrics: metrics(incidents),
    }
}

/// Whether an incident is not closed.
#[must_use]
pub fn is_open(incident: &Incident) -> bool {
    incident.state != State::Closed.name()
}

/// Incidents of severity major or critical that are not closed: what a gate before launch asks for.
#[must_use]
pub fn open_majors<'a>(incidents: &'a [Incident], system: Option<&str>) -> Vec<&'a Incident> {
    let of_system = |incident: &Incident| match (system, incident.system.as_deref()) {
        (Some(asked), Some(of)) => asked == of,
        // An incident that names no system may be any's.
        _ => true,
    };
    incidents
        .iter()
        .filter(|incident| is_open(incident) && is_major(incident) && of_system(incident))
        .collect()
}

fn is_major(incident: &Incident) -> bool {
    matches!(incident.severity.as_str(), "major" | "critical")
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

fn hours_to_detect(incident: &Incident) -> Option<f64> {
    let began = moment(incident.began_at.as_deref()?)?;
    Some(hours_between(began, moment(&incident.opened_at)?))
}

fn hours_to_contain(incident: &Incident) -> Option<f64> {
    let contained = State::Contained.name();
    let step = incident.history.iter().find(|step| step.to == contained)?;
    Some(hours_between(
        moment(&incident.opened_at)?,
        moment(&step.at)?,
    ))
}

/// What names the root cause: its short name, else the last why without case and outer space.
fn cause(incident: &Incident) -> Option<String> {
    let why = || {
        incident
            .root_cause
            .iter()
            .rfind(|why| !why.trim().is_empty())
    };
    let named = incident.root_cause_code.clone();
    named.or_else(|| why().map(|why| why.trim().to_lowercase()))
}

/// Counts over all incidents, in the order of their ids.
#[must_use]
pub fn metrics(incidents: &[Incident]) -> Metrics {
    let values = |of: fn(&Incident) -> Option<f64>| -> Vec<f64> {
        incidents.iter().filter_map(of).collect()
    };
    let (detect, contain) = (values(hours_to_detect), values(hours_to_contain));
    let mut causes: BTreeMap<String, u64> = BTreeMap::new();
    let mut repeats = 0_u64;
    for cause in incidents.iter().filter_map(cause) {
        let count = causes.entry(cause).or_default();
        repeats += u64::from(*count > 0);
        *count += 1;
    }
    let with_root_cause: u64 = causes.values().sum();
    let is_caught = |incident: &&Incident| {
        DetectedBy::parse(&incident.detected_by).is_some_and(DetectedBy::is_caught)
    };
    let caught = incidents.iter().filter(is_caught).count() as u64;
    let all = incidents.len() as u64;
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let mut repeated: Vec<Repeated> = causes
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(cause, count)| Repeated { cause, count })
        .collect();
    repeated.sort_by_key(|of| std::cmp::Reverse(of.count));
    Metrics {
        open: incidents.iter().filter(|i| is_open(i)).count() as u64,
        open_major: open_majors(incidents, None).len() as u64,
        detect_known: detect.len() as u64,
        median_hours_to_detect: median(detect),
        contained: contain.len() as u64,
        median_hours_to_contain: median(contain),
        repeat_rate: share(repeats, with_root_cause),
        with_root_cause,
        repeated,
        share_caught: share(caught, all),
        caught,
        all,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}
