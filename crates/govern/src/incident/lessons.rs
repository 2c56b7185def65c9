//! What an incident changes in the register: a draft of a risk, a planned control.

use std::path::Path;

use waage_result::incidents::Incident;

use super::change::{Change, changed};
use super::log;

use crate::date::Date;
use crate::policy::Policy;
use crate::records::RecordError;
use crate::risks::words::{Category, ControlKind, ControlState, Per, Status, Treatment};
use crate::risks::{Book, Control, Money, Risk, money_scale, plain, scale};
use crate::time::Timestamp;

/// Days until a drafted risk is looked at.
const REVIEW_DAYS: u32 = 30;

/// A draft of the risk that an incident showed: cause, event and amounts are the incident's. Its
/// likelihood before controls is 4: it has happened; its impact is at least what its amounts are on the
/// policy's scale.
#[must_use]
pub fn draft_risk(
    incident: &Incident,
    id: String,
    title: &str,
    day: Date,
    policy: Option<&Policy>,
) -> Risk {
    let category = match incident.kind.as_str() {
        "bias" => Category::Bias,
        "privacy" => Category::Privacy,
        "security" => Category::Security,
        "oversight" => Category::Oversight,
        "performance" | "data" => Category::Performance,
        _ => Category::Business,
    };
    let impact = match incident.severity.as_str() {
        "critical" => 5,
        "major" => 4,
        "minor" => 2,
        _ => 1,
    };
    let money = incident.money_estimate.map(|money| Money {
        low: money.low,
        likely: money.likely,
        high: money.high,
        per: Per::Event,
    });
    let of_money = money.map_or(1, |money| {
        scale::money_level(money.mean(), &money_scale(policy))
    });
    let cause = incident.root_cause.last().unwrap_or(&incident.summary);
    Risk {
        id,
        category,
        title: plain(title),
        cause: plain(cause),
        event: plain(&incident.summary),
        impact_text: None,
        money,
        frequency_per_year: None,
        impact: impact.max(of_money),
        likelihood_inherent: 4,
        owner: None,
        treatment: Treatment::Reduce,
        controls: Vec::new(),
        linked_checks: incident.detecting_check.iter().cloned().collect(),
        status: Status::Draft,
        review_date: Some(day.plus_days(REVIEW_DAYS)),
        accepted_until: None,
        sources: vec![format!("incident:{}", incident.id)],
        measured: None,
        ran: std::collections::BTreeMap::new(),
    }
}

/// A change, and what it adds to the register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learning {
    /// The change.
    pub change: Change,
    /// Titles of risks to draft.
    pub new_risks: Vec<String>,
    /// Controls to plan.
    pub new_controls: Vec<NewControl>,
}

/// Changes an incident and adds what it taught to the register at `risks`, under the locks of both
/// files. Nothing is written unless both may change so. The register is written first: a draft that
/// no incident names is seen in the register, a name without a draft would be lost. Amounts of new
/// risks are levelled by the scale of `policy`, as the register is assessed.
///
/// # Errors
/// [`RecordError`] as of [`update`](super::update) and of the register.
pub fn learn(
    path: &Path,
    id: &str,
    learning: Learning,
    (risks, policy): (&Path, Option<&Policy>),
    actor: &str,
    at: Timestamp,
) -> Result<Incident, RecordError> {
    let Learning {
        mut change,
        new_risks,
        new_controls,
    } = learning;
    if new_risks.is_empty() && new_controls.is_empty() {
        return super::update(path, id, change, actor, at);
    }
    let file = log::Locked::take(path)?;
    let before = file.log.incident(id)?;
    let (incident, text) = Book::update(risks, |book| {
        for title in &new_risks {
            let number = book.register.next_id();
            // Drafted from what the change makes known, not from what was known before it.
            let known = super::change::applied(before, &change);
            let risk = draft_risk(&known, number.clone(), title, at.date(), policy);
            book.add_risk(&risk)?;
            change.new_risks.push(number);
        }
        for control in &new_controls {
            change.changed_controls.push(control.add_to(book)?);
        }
        let incident = changed(before, change, actor, at)?;
        let text = file.with(&incident)?;
        Ok((incident, text))
    })?;
    file.replace(&text)?;
    Ok(incident)
}

/// A control that an incident asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewControl {
    /// The risk that it works against.
    pub risk: String,
    /// What is done.
    pub text: String,
    /// The check that will show it works.
    pub check: Option<String>,
}

impl NewControl {
    /// Adds it to a register as planned; gives its name, such as `R-004/C-03`.
    ///
    /// # Errors
    /// [`RecordError::Rule`] if there is no such risk.
    fn add_to(&self, book: &mut Book) -> Result<String, RecordError> {
        let Some(risk) = book.register.risk(&self.risk) else {
            return Err(RecordError::rule(
                format!("the register has no risk {:?}", self.risk),
                "see waage risks list for those that there are",
            ));
        };
        let id = risk.next_control_id();
        let control = Control {
            id: id.clone(),
            text: plain(&self.text),
            kind: if self.check.is_some() {
                ControlKind::Detective
            } else {
                ControlKind::Preventive
            },
            check: self.check.clone(),
            state: ControlState::Planned,
        };
        book.add_control(&self.risk, &control)?;
        Ok(format!("{}/{id}", self.risk))
    }
}
