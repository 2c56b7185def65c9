//! The register: `risks.toml`, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;
use waage_result::finding::{Bilingual, State};

use super::form::{ControlForm, MeasuredForm, MoneyForm, RegisterForm, RiskForm};
use super::scale;
use super::words::{Category, ControlKind, ControlState, Per, Status, Treatment};
use crate::date::Date;
use crate::policy::Localised;
use crate::records::{RecordError, file, toml::Source};

/// The first key of a register file.
pub const REGISTER_SCHEMA: &str = waage_result::risks::RISKS_SCHEMA;

/// Most risks of a register.
pub const RISKS_MAX: usize = 10_000;

/// A register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Register {
    /// Its risks, in the order of the file.
    pub risks: Vec<Risk>,
}

/// One risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// `R-` and three to six digits.
    pub id: String,
    /// What it is about.
    pub category: Category,
    /// Its name.
    pub title: Bilingual,
    /// Why it may happen.
    pub cause: Bilingual,
    /// What would happen.
    pub event: Bilingual,
    /// What that would do.
    pub impact_text: Option<Bilingual>,
    /// The same in money.
    pub money: Option<Money>,
    /// Events a year.
    pub frequency_per_year: Option<f64>,
    /// Impact, 1 to 5.
    pub impact: u8,
    /// Likelihood before controls, 1 to 5.
    pub likelihood_inherent: u8,
    /// Who answers for it; none while the placeholder stands.
    pub owner: Option<String>,
    /// What is done about it.
    pub treatment: Treatment,
    /// Controls.
    pub controls: Vec<Control>,
    /// Checks whose findings measure it.
    pub linked_checks: Vec<String>,
    /// Where it stands.
    pub status: Status,
    /// When it is looked at again.
    pub review_date: Option<Date>,
    /// Until when it is accepted.
    pub accepted_until: Option<Date>,
    /// Where it came from.
    pub sources: Vec<String>,
    /// What was last measured.
    pub measured: Option<Measured>,
    /// The last day on which each check ran, linked or named by a control.
    pub ran: BTreeMap<String, Date>,
}

/// An impact in money.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Money {
    /// At least.
    pub low: f64,
    /// Most likely.
    pub likely: f64,
    /// At most.
    pub high: f64,
    /// What it is counted by.
    pub per: Per,
}

impl Money {
    /// The PERT mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        scale::pert_mean(self.low, self.likely, self.high)
    }
}

/// A control.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// `C-` and two to four digits.
    pub id: String,
    /// What is done.
    pub text: Bilingual,
    /// How it works.
    pub kind: ControlKind,
    /// The check that shows it works.
    pub check: Option<String>,
    /// How far it is.
    pub state: ControlState,
}

/// The likelihood kept from measurements, and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// The likelihood kept, 1 to 5.
    pub likelihood: u8,
    /// The level of the last probability, 1 to 5.
    pub level: u8,
    /// The last probability of exceedance.
    pub probability: f64,
    /// The check that decided.
    pub check: String,
    /// Its attribute.
    pub attribute: String,
    /// Its group; none of a range over groups.
    pub group: Option<String>,
    /// The worst state of the linked checks.
    pub state: State,
    /// The day of the last result.
    pub day: Date,
    /// The day on which the likelihood kept last changed: the period that the next fall waits for
    /// begins here; none if it never did.
    pub since: Option<Date>,
    /// The digest of the last result.
    pub digest: String,
}

impl Risk {
    /// Expected loss of a year: frequency times mean, or the mean of amounts that are by the year.
    #[must_use]
    pub fn annual_loss(&self) -> Option<f64> {
        let money = self.money.as_ref()?;
        match money.per {
            Per::Year => Some(money.mean()),
            Per::Event => Some(money.mean() * self.frequency_per_year?),
        }
    }
}

/// The text of a register file.
pub(super) fn text(path: &Path) -> Result<String, RecordError> {
    file::read(path, "the risk register", "make one with waage risks init")
}

impl Register {
    /// Reads a register file.
    ///
    /// # Errors
    /// [`RecordError`] with file, line and column of the first mistake.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        Self::parse(&text(path)?, &path.display().to_string())
    }

    /// Reads a register from its text; `file` is what errors call it.
    ///
    /// # Errors
    /// As [`Register::read`].
    pub fn parse(text: &str, file: &str) -> Result<Self, RecordError> {
        let source = Source::new(text, file);
        let form: RegisterForm = source.form()?;
        source.schema(&form.schema, REGISTER_SCHEMA)?;
        if form.risk.len() > RISKS_MAX {
            return Err(source.invalid(
                &form.schema,
                format!("the register has {} risks", form.risk.len()),
                format!("keep at most {RISKS_MAX}"),
            ));
        }
        let mut ids = BTreeSet::new();
        let mut risks = Vec::with_capacity(form.risk.len());
        for risk in form.risk {
            if !ids.insert(risk.id.get_ref().clone()) {
                return Err(source.invalid(
                    &risk.id,
                    format!("the risk {:?} is defined twice", risk.id.get_ref()),
                    "give one of the two another id",
                ));
            }
            risks.push(read_risk(source, risk)?);
        }
        Ok(Self { risks })
    }

    /// The risk of an id.
    #[must_use]
    pub fn risk(&self, id: &str) -> Option<&Risk> {
        self.risks.iter().find(|risk| risk.id == id)
    }

    /// That amounts fit the impacts that stand beside them, on the policy's scale.
    ///
    /// # Errors
    /// [`RecordError::Rule`] names the first risk whose impact is below the level of its amounts.
    pub fn check_money(&self, scale: &[f64; 4]) -> Result<(), RecordError> {
        for risk in &self.risks {
            let Some(money) = &risk.money else { continue };
            let level = scale::money_level(money.mean(), scale);
            if risk.impact < level {
                return Err(RecordError::rule(
                    format!(
                        "the impact {} of {} is below {level}, the level of its mean amount {:.0} on the policy's money_scale",
                        risk.impact,
                        risk.id,
                        money.mean()
                    ),
                    format!("set impact = {level} or higher, or correct impact_money"),
                ));
            }
        }
        Ok(())
    }

    /// The first free id: one above the highest.
    #[must_use]
    pub fn next_id(&self) -> String {
        let number = |risk: &Risk| risk.id.strip_prefix("R-")?.parse::<u32>().ok();
        let last = self.risks.iter().filter_map(number).max().unwrap_or(0);
        format!("R-{:03}", last + 1)
    }
}

impl Risk {
    /// The first free id of a control.
    #[must_use]
    pub fn next_control_id(&self) -> String {
        let number = |control: &Control| control.id.strip_prefix("C-")?.parse::<u32>().ok();
        let last = self.controls.iter().filter_map(number).max().unwrap_or(0);
        format!("C-{:02}", last + 1)
    }
}

/// Whether a text is a prefix, a hyphen and so many digits.
pub(crate) fn is_numbered(
    text: &str,
    prefix: &str,
    digits: std::ops::RangeInclusive<usize>,
) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        digits.contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Whether a text is a check's id: two to eight capital letters, a hyphen, two to four digits.
pub(crate) fn is_check_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(name, number)| {
        (2..=8).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_uppercase())
            && (2..=4).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn read_risk(source: Source<'_>, form: RiskForm) -> Result<Risk, RecordError> {
    let id = form.id.get_ref().clone();
    if !is_numbered(&id, "R-", 3..=6) {
        return Err(source.invalid(
            &form.id,
            format!("{id:?} is no id of a risk"),
            "write R- and three to six digits, such as R-021",
        ));
    }
    let text = |place: Spanned<Localised>, name: &str| bilingual(source, place, name);
    let checks = form
        .linked_checks
        .into_iter()
        .map(|check| check_id(source, check))
        .collect::<Result<Vec<_>, _>>()?;
    let accepted_until = match (form.treatment, form.accepted_until) {
        (_, None) => None,
        (Treatment::Accept, Some(until)) => Some(until.into_inner()),
        (_, Some(until)) => {
            return Err(source.invalid(
                &until,
                format!("{id} has accepted_until, and its treatment is not accept"),
                "set treatment = \"accept\" or remove accepted_until",
            ));
        }
    };
    let mut control_ids = BTreeSet::new();
    let mut controls = Vec::with_capacity(form.controls.len());
    for control in form.controls {
        if !control_ids.insert(control.id.get_ref().clone()) {
            return Err(source.invalid(
                &control.id,
                format!("{id} has the control {:?} twice", control.id.get_ref()),
                "give one of the two another id",
            ));
        }
        controls.push(read_control(source, control)?);
    }
    let owner = form
        .owner
        .filter(|owner| !owner.get_ref().trim().is_empty());
    if let Some(owner) = &owner {
        source.free_text(owner, "the owner", owner.get_ref())?;
    }
    for named in &form.sources {
        source.free_text(named, "a source", named.get_ref())?;
    }
    Ok(Risk {
        category: form.category,
        title: text(form.title, "the title")?,
        cause: text(form.cause, "the cause")?,
        event: text(form.event, "the event")?,
        impact_text: form
            .impact_text
            .map(|impact| text(impact, "impact_text"))
            .transpose()?,
        money: form
            .impact_money
            .map(|money| read_money(source, &money))
            .transpose()?,
        frequency_per_year: form
            .frequency_per_year
            .map(|frequency| amount(source, &frequency, "frequency_per_year"))
            .transpose()?,
        impact: level(source, &form.impact, "impact")?,
        likelihood_inherent: level(source, &form.likelihood_inherent, "likelihood_inherent")?,
        owner: owner.map(Spanned::into_inner),
        treatment: form.treatment,
        controls,
        linked_checks: checks,
        status: form.status,
        review_date: form.review_date,
        accepted_until,
        sources: form.sources.into_iter().map(Spanned::into_inner).collect(),
        measured: form
            .measured
            .map(|measured| read_measured(source, measured))
            .transpose()?,
        ran: form.ran,
        id,
    })
}

fn bilingual(
    source: Source<'_>,
    place: Spanned<Localised>,
    name: &str,
) -> Result<Bilingual, RecordError> {
    let text = Bilingual::from(place.get_ref().clone());
    for part in [&text.de, &text.en] {
        source.free_text(&place, name, part)?;
        if part.trim().is_empty() {
            return Err(source.invalid(&place, format!("{name} is empty"), "write a sentence"));
        }
    }
    Ok(text)
}

fn check_id(source: Source<'_>, check: Spanned<String>) -> Result<String, RecordError> {
    if is_check_id(check.get_ref()) {
        return Ok(check.into_inner());
    }
    Err(source.invalid(
        &check,
        format!("{:?} is no id of a check", check.get_ref()),
        "write it as the policy does, such as FAIR-01",
    ))
}

fn level(source: Source<'_>, value: &Spanned<i64>, name: &str) -> Result<u8, RecordError> {
    u8::try_from(*value.get_ref())
        .ok()
        .filter(|level| (1..=5).contains(level))
        .ok_or_else(|| {
            source.invalid(
                value,
                format!("{name} is {}", value.get_ref()),
                "use a level from 1 to 5",
            )
        })
}

fn amount(source: Source<'_>, value: &Spanned<f64>, name: &str) -> Result<f64, RecordError> {
    let number = *value.get_ref();
    if (0.0..=1e15).contains(&number) {
        return Ok(number);
    }
    Err(source.invalid(
        value,
        format!("{name} is {number}"),
        "use a number of at least 0 and at most 1e15",
    ))
}

fn read_money(source: Source<'_>, form: &Spanned<MoneyForm>) -> Result<Money, RecordError> {
    let MoneyForm {
        low,
        likely,
        high,
        per,
    } = *form.get_ref();
    let ordered = 0.0 <= low && low <= likely && likely <= high && high <= 1e15;
    if !ordered {
        return Err(source.invalid(
            form,
            "impact_money is not in order",
            "give 0 <= low <= likely <= high <= 1e15",
        ));
    }
    Ok(Money {
        low,
        likely,
        high,
        per,
    })
}

fn read_control(source: Source<'_>, form: ControlForm) -> Result<Control, RecordError> {
    if !is_numbered(form.id.get_ref(), "C-", 2..=4) {
        return Err(source.invalid(
            &form.id,
            format!("{:?} is no id of a control", form.id.get_ref()),
            "write C- and two to four digits, such as C-01",
        ));
    }
    if form.state == ControlState::Tested && form.check.is_none() {
        return Err(source.invalid(
            &form.id,
            format!(
                "the control {} is tested and names no check",
                form.id.get_ref()
            ),
            "name the check that shows it works, or set state = \"implemented\"",
        ));
    }
    Ok(Control {
        text: bilingual(source, form.text, "the control's text")?,
        check: form
            .check
            .map(|check| check_id(source, check))
            .transpose()?,
        id: form.id.into_inner(),
        kind: form.kind,
        state: form.state,
    })
}

fn read_measured(source: Source<'_>, form: Spanned<MeasuredForm>) -> Result<Measured, RecordError> {
    let of = form.get_ref();
    let level = |value: i64| u8::try_from(value).ok().filter(|v| (1..=5).contains(v));
    let levels = level(of.likelihood).zip(level(of.level));
    let (Some((likelihood, level)), true) = (levels, (0.0..=1.0).contains(&of.probability)) else {
        return Err(source.invalid(
            &form,
            "what was measured is out of range",
            "remove this table and run waage risks assess --write again",
        ));
    };
    let of = form.into_inner();
    Ok(Measured {
        likelihood,
        level,
        probability: of.probability,
        check: of.check,
        attribute: of.attribute,
        group: of.group,
        state: of.state,
        day: of.day,
        since: of.since,
        digest: of.digest,
    })
}
