//! `incidents.jsonl`: a line for every change, each the whole record after it; the last line of an
//! incident is how it stands. Lines are added, never changed.

use std::collections::BTreeMap;
use std::path::Path;

use waage_result::incidents::Incident;

use super::words::{DetectedBy, Kind, Serious, State};
use crate::date::Date;
use crate::records::toml::check_text;
use crate::records::{RecordError, file};
use crate::risks::{is_check_id, is_numbered};
use crate::time::Timestamp;

/// A file of incidents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Log {
    /// How each incident stands, by id.
    pub incidents: Vec<Incident>,
}

impl Log {
    /// Reads a file; one that is not there holds no incident.
    ///
    /// # Errors
    /// [`RecordError`] with file and line of the first mistake.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let text = read_text(path)?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads a file's text; `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, RecordError> {
        let mut by_id: BTreeMap<String, Incident> = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let wrong = |problem: String| RecordError::Line {
                file: file.to_owned(),
                line: at + 1,
                problem,
                mend: "restore the line from a copy; lines are only ever added".to_owned(),
            };
            let incident: Incident = serde_json::from_str(line)
                .map_err(|error| wrong(format!("the line is no incident ({error})")))?;
            check(&incident).map_err(|(what, _)| wrong(what))?;
            follows(by_id.get(&incident.id), &incident).map_err(wrong)?;
            by_id.insert(incident.id.clone(), incident);
        }
        Ok(Self {
            incidents: by_id.into_values().collect(),
        })
    }

    /// The incident of an id.
    ///
    /// # Errors
    /// [`RecordError::Rule`] if there is none.
    pub fn incident(&self, id: &str) -> Result<&Incident, RecordError> {
        self.incidents
            .iter()
            .find(|incident| incident.id == id)
            .ok_or_else(|| {
                let known: Vec<&str> = self.incidents.iter().map(|i| i.id.as_str()).collect();
                RecordError::rule(
                    format!("there is no incident {id:?}"),
                    crate::did_you_mean(id, known),
                )
            })
    }

    /// The first free id of a year.
    #[must_use]
    pub fn next_id(&self, day: Date) -> String {
        let year = day.to_string()[..4].to_owned();
        let prefix = format!("I-{year}-");
        let number = |i: &Incident| i.id.strip_prefix(&prefix)?.parse::<u32>().ok();
        let last = self.incidents.iter().filter_map(number).max().unwrap_or(0);
        format!("{prefix}{:03}", last + 1)
    }
}

/// That a record is the next one of its incident, with the history so far.
fn follows(before: Option<&Incident>, incident: &Incident) -> Result<(), String> {
    let expected = before.map_or(1, |before| before.revision + 1);
    if incident.revision != expected {
        return Err(format!(
            "revision {} of {} stands where {expected} is expected",
            incident.revision, incident.id
        ));
    }
    let kept = before.map_or(&[][..], |before| &before.history[..]);
    if !incident.history.starts_with(kept) {
        return Err(format!("the history of {} was changed", incident.id));
    }
    Ok(())
}

fn read_text(path: &Path) -> Result<String, RecordError> {
    if !path.exists() {
        return Ok(String::new());
    }
    let mend = "give the path of a readable file of JSON lines";
    file::read(path, "the file of incidents", mend)
}

/// A file of incidents under its lock, to which a line is to be added.
pub(super) struct Locked<'a> {
    path: &'a Path,
    text: String,
    /// The incidents so far.
    pub log: Log,
    _lock: file::Lock,
}

impl<'a> Locked<'a> {
    /// Locks and reads a file.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn take(path: &'a Path) -> Result<Self, RecordError> {
        let lock = file::Lock::take(path)?;
        let text = read_text(path)?;
        Ok(Self {
            path,
            log: Log::parse(&text, &path.display().to_string())?,
            text,
            _lock: lock,
        })
    }

    /// The file's text with a record more. Nothing is written.
    ///
    /// # Errors
    /// [`RecordError`] if the record may not stand there.
    pub fn with(&self, incident: &Incident) -> Result<String, RecordError> {
        check(incident).map_err(|(what, mend)| RecordError::rule(what, mend))?;
        let before = self.log.incidents.iter().find(|of| of.id == incident.id);
        follows(before, incident)
            .map_err(|what| RecordError::rule(what, "change the last line alone"))?;
        let line = serde_json::to_string(incident).map_err(|error| {
            RecordError::rule(
                format!("the incident cannot be written ({error})"),
                "use finite amounts",
            )
        })?;
        let gap = if self.text.is_empty() || self.text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        Ok(format!("{}{gap}{line}\n", self.text))
    }

    /// Replaces the file.
    ///
    /// # Errors
    /// [`RecordError::Write`]; the file is then as it was.
    pub fn replace(self, text: &str) -> Result<(), RecordError> {
        file::replace(self.path, text)
    }
}

/// Adds a line under the file's lock: what `change` makes of the incidents so far.
///
/// # Errors
/// [`RecordError`] of reading, of the change, or of writing; the file is then as it was.
pub fn add(
    path: &Path,
    change: impl FnOnce(&Log) -> Result<Incident, RecordError>,
) -> Result<Incident, RecordError> {
    let file = Locked::take(path)?;
    let incident = change(&file.log)?;
    let text = file.with(&incident)?;
    file.replace(&text)?;
    Ok(incident)
}

/// Most entries of a list.
const LIST_MAX: usize = 1_000;

/// What is wrong with a record and how to mend it.
fn check(incident: &Incident) -> Result<(), (String, String)> {
    let of = |what: String, mend: &str| Err((what, mend.to_owned()));
    let numbered = incident
        .id
        .strip_prefix("I-")
        .and_then(|rest| rest.split_once('-'));
    let id = numbered.is_some_and(|(year, number)| {
        is_numbered(&format!("I-{year}"), "I-", 4..=4)
            && is_numbered(&format!("I-{number}"), "I-", 3..=6)
    });
    if !id {
        return of(
            format!("{:?} is no id of an incident", incident.id),
            "write it as I-2026-007",
        );
    }
    word(
        "detected_by",
        &incident.detected_by,
        DetectedBy::ALL.iter().map(|w| w.name()),
    )?;
    word("kind", &incident.kind, Kind::ALL.iter().map(|w| w.name()))?;
    word(
        "state",
        &incident.state,
        State::ALL.iter().map(|w| w.name()),
    )?;
    word(
        "severity",
        &incident.severity,
        ["info", "minor", "major", "critical"],
    )?;
    if let Some(serious) = &incident.serious {
        word("serious", serious, Serious::ALL.iter().map(|w| w.name()))?;
    }
    if incident.summary.trim().is_empty() {
        return of(
            "the summary is empty".to_owned(),
            "say in a sentence what happened",
        );
    }
    for check in incident
        .detecting_check
        .iter()
        .chain(incident.linked_findings.iter().map(|f| &f.check))
    {
        if !is_check_id(check) {
            return of(
                format!("{check:?} is no id of a check"),
                "write it as the policy does, such as FAIR-01",
            );
        }
    }
    for risk in incident.linked_risks.iter().chain(&incident.new_risks) {
        if !is_numbered(risk, "R-", 3..=6) {
            return of(
                format!("{risk:?} is no id of a risk"),
                "write it as the register does, such as R-004",
            );
        }
    }
    for changed in &incident.changed_controls {
        let control = changed.split_once('/').is_some_and(|(risk, control)| {
            is_numbered(risk, "R-", 3..=6) && is_numbered(control, "C-", 2..=4)
        });
        if !control && !changed.strip_prefix("check:").is_some_and(is_check_id) {
            return of(
                format!("{changed:?} is neither a control nor a check"),
                "write a control as R-004/C-02 and a check as check:FAIR-01",
            );
        }
    }
    moments(incident)?;
    if let Some(money) = &incident.money_estimate {
        let ordered = 0.0 <= money.low && money.low <= money.likely && money.likely <= money.high;
        if !ordered || money.high > 1e15 {
            return of(
                "the money estimate is not in order".to_owned(),
                "give 0 <= low <= likely <= high",
            );
        }
    }
    let lists = [
        incident.history.len(),
        incident.root_cause.len(),
        incident.corrective_actions.len(),
        incident.notifications.len(),
        incident.linked_findings.len(),
        incident.affected_groups.len(),
        incident.linked_alerts.len(),
    ];
    if lists.iter().any(|length| *length > LIST_MAX) {
        return of(
            format!("a list has more than {LIST_MAX} entries"),
            "open another incident",
        );
    }
    for (name, text) in texts(incident) {
        check_text(name, text)?;
    }
    match incident.history.last() {
        Some(last) if last.to == incident.state => Ok(()),
        _ => of(
            "the state is not the last of the history".to_owned(),
            "change states with waage incident update",
        ),
    }
}

fn word<'a>(
    name: &str,
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<(), (String, String)> {
    let known: Vec<&str> = known.into_iter().collect();
    if known.contains(&given) {
        return Ok(());
    }
    Err((
        format!("{name} is {given:?}"),
        crate::did_you_mean(given, known),
    ))
}

/// That every moment is one, and that time does not run backwards.
fn moments(incident: &Incident) -> Result<(), (String, String)> {
    let read = |name: &str, text: &str| {
        text.parse::<Timestamp>()
            .map_err(|error| (format!("{name}: {error}"), "correct it".to_owned()))
    };
    let opened = read("opened_at", &incident.opened_at)?;
    if let Some(began) = &incident.began_at
        && read("began_at", began)? > opened
    {
        return Err((
            "it began after it was opened".to_owned(),
            "correct --began".to_owned(),
        ));
    }
    if let Some(aware) = &incident.aware_at {
        read("aware_at", aware)?;
    }
    for note in &incident.notifications {
        for at in note.due.iter().chain(&note.sent_at) {
            read("a notification", at)?;
        }
    }
    for action in &incident.corrective_actions {
        for at in action.due.iter().chain(&action.done_at) {
            read("a corrective action", at)?;
        }
    }
    let mut last = opened;
    for step in &incident.history {
        let at = read("the history", &step.at)?;
        if at < last {
            return Err((
                format!("{} lies before the step before it", step.at),
                "give a later moment with --at, or check the clock".to_owned(),
            ));
        }
        last = at;
        if State::parse(&step.to).is_none() {
            return Err((
                format!("{:?} is no state", step.to),
                "correct it".to_owned(),
            ));
        }
    }
    Ok(())
}

/// Every free text, with what it is called.
fn texts(incident: &Incident) -> impl Iterator<Item = (&'static str, &str)> {
    fn one<'a>(name: &'static str, text: &'a Option<String>) -> Option<(&'static str, &'a str)> {
        text.as_deref().map(|text| (name, text))
    }
    fn many<'a>(
        name: &'static str,
        list: &'a [String],
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        list.iter().map(move |text| (name, text.as_str()))
    }
    let mut all = vec![("the summary", incident.summary.as_str())];
    all.extend(one("the containment", &incident.containment));
    all.extend(one("the system", &incident.system));
    all.extend(one("the version", &incident.system_version));
    all.extend(one("the root cause's name", &incident.root_cause_code));
    all.extend(one("no_change_reason", &incident.no_change_reason));
    all.extend(one("no_check_reason", &incident.no_check_reason));
    all.extend(many("a why", &incident.root_cause));
    all.extend(many("a group", &incident.affected_groups));
    all.extend(many("an alert", &incident.linked_alerts));
    if let Some(lessons) = &incident.lessons {
        all.extend([
            ("the lesson", lessons.de.as_str()),
            ("the lesson", lessons.en.as_str()),
        ]);
    }
    for action in &incident.corrective_actions {
        all.extend([
            ("an action", action.text.as_str()),
            ("an action's owner", action.owner.as_str()),
        ]);
    }
    for note in &incident.notifications {
        all.extend([
            ("a notification", note.to.as_str()),
            ("a legal basis", note.legal_basis.as_str()),
        ]);
    }
    for step in &incident.history {
        all.push(("the actor", step.actor.as_str()));
        all.extend(step.note.as_deref().map(|note| ("a note", note)));
    }
    all.into_iter()
}
