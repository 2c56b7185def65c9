//! Opening an incident.

use std::path::Path;

use waage_result::incidents::{Incident, LinkedFinding, MoneyEstimate, Step};

use super::log;
use super::words::{DetectedBy, Kind, Serious, State};
use crate::records::RecordError;
use crate::time::Timestamp;
use waage_result::finding::Severity;

/// What is known when an incident is opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// When it is opened.
    pub at: Timestamp,
    /// Who opens it: the id of a person or program.
    pub actor: String,
    /// When it began.
    pub began_at: Option<Timestamp>,
    /// When somebody became aware.
    pub aware_at: Option<Timestamp>,
    /// Who noticed.
    pub detected_by: DetectedBy,
    /// What kind.
    pub kind: Kind,
    /// How grave.
    pub severity: Severity,
    /// Which system.
    pub system: Option<String>,
    /// Which version.
    pub system_version: Option<String>,
    /// What happened.
    pub summary: String,
    /// How many are affected.
    pub affected_count: Option<u64>,
    /// Which groups.
    pub affected_groups: Vec<String>,
    /// The loss.
    pub money_estimate: Option<MoneyEstimate>,
    /// Whether personal data are involved.
    pub personal_data_breach: bool,
    /// Whether the system is held to be high-risk.
    pub high_risk_system: bool,
    /// Whether it may be serious.
    pub serious: Option<Serious>,
    /// Findings that show it.
    pub linked_findings: Vec<LinkedFinding>,
    /// Alerts that show it.
    pub linked_alerts: Vec<String>,
    /// Risks that it is a case of.
    pub linked_risks: Vec<String>,
}

/// Opens an incident: adds its first line to the file, which is made if it is not there.
///
/// # Errors
/// [`RecordError`] if something is not allowed or the file cannot be changed.
pub fn open(path: &Path, opening: Opening) -> Result<Incident, RecordError> {
    log::add(path, |log| {
        Ok(Incident {
            id: log.next_id(opening.at.date()),
            revision: 1,
            opened_at: opening.at.to_string(),
            began_at: opening.began_at.map(|at| at.to_string()),
            aware_at: opening.aware_at.map(|at| at.to_string()),
            detected_by: opening.detected_by.name().to_owned(),
            kind: opening.kind.name().to_owned(),
            severity: opening.severity.name().to_owned(),
            system: opening.system,
            system_version: opening.system_version,
            summary: opening.summary,
            affected_count: opening.affected_count,
            affected_groups: opening.affected_groups,
            money_estimate: opening.money_estimate,
            personal_data_breach: opening.personal_data_breach,
            high_risk_system: opening.high_risk_system,
            serious: opening.serious.map(|serious| serious.name().to_owned()),
            linked_findings: opening.linked_findings,
            linked_alerts: opening.linked_alerts,
            linked_risks: opening.linked_risks,
            state: State::Open.name().to_owned(),
            history: vec![Step {
                from: None,
                to: State::Open.name().to_owned(),
                at: opening.at.to_string(),
                actor: opening.actor,
                note: None,
            }],
            ..Incident::default()
        })
    })
}
