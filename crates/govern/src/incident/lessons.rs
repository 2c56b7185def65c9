//! What an incident changes in the register: a draft of a risk, a planned control.

use waage_result::incidents::Incident;

use crate::date::Date;
use crate::records::RecordError;
use crate::risks::words::{Category, ControlKind, ControlState, Per, Status, Treatment};
use crate::risks::{Book, Control, Money, Risk, plain, scale};

/// Days until a drafted risk is looked at.
const REVIEW_DAYS: u32 = 30;

/// A draft of the risk that an incident showed: cause, event and amounts are the incident's. Its
/// likelihood before controls is 4: it has happened.
#[must_use]
pub fn draft_risk(incident: &Incident, id: String, title: &str, day: Date) -> Risk {
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
        scale::money_level(money.mean(), &scale::MONEY_SCALE)
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
    pub fn add_to(&self, book: &mut Book) -> Result<String, RecordError> {
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
