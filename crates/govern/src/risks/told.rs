//! The register as the document `waage/risks/1`.

use waage_result::finding::Bilingual;
use waage_result::risks as document;

use super::appetite::{self, accepted_until, is_overdue, money_scale};
use super::register::{Control, Register, Risk};
use super::rule::{Periods, Step};
use super::scale::{band, money_level};
use crate::date::Date;
use crate::policy::Policy;

/// What orders a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As in the file.
    #[default]
    File,
    /// Residual score, the highest first.
    Score,
    /// Expected annual loss, the highest first.
    Loss,
    /// Review date, the earliest first.
    Review,
    /// Id.
    Id,
}

/// Which risks are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those whose review date has passed.
    pub overdue: bool,
    /// Only those above the appetite.
    pub over_appetite: bool,
    /// Only those of a category or an area.
    pub category: Option<String>,
    /// Only the one of this id.
    pub id: Option<String>,
    /// In which order.
    pub order: Order,
}

/// Tells a register as of a day.
#[must_use]
pub fn tell(
    register: &Register,
    policy: Option<&Policy>,
    day: Date,
    filter: &Filter,
) -> document::RisksResult {
    let mut risks: Vec<document::Risk> = register
        .risks
        .iter()
        .map(|risk| tell_risk(risk, policy, day))
        .filter(|risk| keeps(filter, risk))
        .collect();
    // Stable sorts: ties stay in the order of the file.
    match filter.order {
        Order::File => {}
        Order::Score => {
            risks.sort_by_key(|risk| std::cmp::Reverse((risk.score_residual, risk.score_inherent)))
        }
        Order::Loss => {
            let loss = |risk: &document::Risk| {
                let annual = risk.money.as_ref().and_then(|money| money.annual);
                annual.unwrap_or(f64::NEG_INFINITY)
            };
            risks.sort_by(|a, b| loss(b).total_cmp(&loss(a)));
        }
        Order::Review => risks.sort_by_key(|risk| {
            let day = risk.review_date.clone();
            (day.is_none(), day)
        }),
        Order::Id => risks.sort_by(|a, b| a.id.cmp(&b.id)),
    }
    document::RisksResult {
        schema: document::RISKS_SCHEMA.to_owned(),
        as_of: day.to_string(),
        system: policy.and_then(|policy| Some(policy.kept.system.as_ref()?.name.clone())),
        appetite: appetite::told(register, policy, day),
        risks,
        total: register.risks.len() as u64,
        ..document::RisksResult::default()
    }
}

fn keeps(filter: &Filter, risk: &document::Risk) -> bool {
    let of = |category: &String| risk.category == *category || risk.area == *category;
    (!filter.overdue || risk.overdue)
        && (!filter.over_appetite || risk.over_appetite)
        && filter.category.as_ref().is_none_or(of)
        && filter.id.as_ref().is_none_or(|id| risk.id == *id)
}

fn tell_risk(risk: &Risk, policy: Option<&Policy>, day: Date) -> document::Risk {
    let periods = Periods::of(policy);
    let likelihood = periods.likelihood(risk, day);
    let (inherent, residual) = (
        risk.likelihood_inherent * risk.impact,
        likelihood * risk.impact,
    );
    let fresh = risk
        .measured
        .as_ref()
        .is_some_and(|measured| periods.is_fresh(risk, measured, day));
    document::Risk {
        id: risk.id.clone(),
        area: risk.category.area().to_owned(),
        category: risk.category.name().to_owned(),
        title: risk.title.clone(),
        cause: risk.cause.clone(),
        event: risk.event.clone(),
        impact_text: risk.impact_text.clone(),
        money: risk.money.map(|money| document::Money {
            low: money.low,
            likely: money.likely,
            high: money.high,
            per: money.per.name().to_owned(),
            mean: money.mean(),
            annual: risk.annual_loss(),
        }),
        frequency_per_year: risk.frequency_per_year,
        impact: risk.impact,
        impact_money_level: risk
            .money
            .map(|money| money_level(money.mean(), &money_scale(policy))),
        likelihood_inherent: risk.likelihood_inherent,
        likelihood_residual: likelihood,
        score_inherent: inherent,
        score_residual: residual,
        band_inherent: band(inherent).to_owned(),
        band_residual: band(residual).to_owned(),
        basis: if fresh { "measured" } else { "inherent" }.to_owned(),
        measured: risk.measured.as_ref().map(|measured| document::Measured {
            likelihood: measured.likelihood,
            level: measured.level,
            probability: measured.probability,
            check: measured.check.clone(),
            group: Some(match &measured.group {
                Some(group) => format!("{}: {group}", measured.attribute),
                None => measured.attribute.clone(),
            }),
            state: measured.state,
            day: measured.day.to_string(),
            digest: measured.digest.clone(),
            fresh,
            fresh_until: measured.day.plus_days(periods.fresh_days(risk)).to_string(),
        }),
        owner: risk.owner.clone(),
        treatment: risk.treatment.name().to_owned(),
        controls: risk
            .controls
            .iter()
            .map(|control| tell_control(control, risk, periods, day))
            .collect(),
        linked_checks: risk.linked_checks.clone(),
        status: risk.status.name().to_owned(),
        review_date: risk.review_date.map(|day| day.to_string()),
        overdue: is_overdue(risk, day),
        accepted_until: accepted_until(risk, day).map(|day| day.to_string()),
        over_appetite: appetite::over(risk, policy, day).is_some(),
        sources: risk.sources.clone(),
    }
}

fn tell_control(
    control: &Control,
    risk: &Risk,
    periods: Periods<'_>,
    day: Date,
) -> document::Control {
    let counts = periods.counts(control, risk, day);
    document::Control {
        id: control.id.clone(),
        text: control.text.clone(),
        kind: control.kind.name().to_owned(),
        check: control.check.clone(),
        state: control.state.name().to_owned(),
        counts: counts.is_ok(),
        reason: counts.err().map(str::to_owned),
        ran: control
            .check
            .as_ref()
            .and_then(|check| risk.ran.get(check))
            .map(|day| day.to_string()),
    }
}

/// A step in the document's form.
#[must_use]
pub fn tell_step(step: &Step) -> document::Change {
    document::Change {
        risk: step.risk.clone(),
        day: step.day.to_string(),
        likelihood: [step.likelihood.0, step.likelihood.1],
        score: [
            step.likelihood.0 * step.impact,
            step.likelihood.1 * step.impact,
        ],
        rule: step.rule.name().to_owned(),
        exceedances: step
            .seen
            .iter()
            .map(|seen| document::Exceedance {
                check: seen.check.clone(),
                attribute: seen.attribute.clone(),
                group: seen.group.clone(),
                value: seen.exceedance.value,
                limit: seen.exceedance.limit,
                standard_error: seen.exceedance.standard_error,
                probability: seen.exceedance.probability,
                level: seen.exceedance.level(),
                state: seen.state,
                digest: seen.digest.clone(),
            })
            .collect(),
        not_measured: step
            .missing
            .iter()
            .map(|(check, reason)| document::NotMeasured {
                check: check.clone(),
                reason: reason.clone(),
            })
            .collect(),
    }
}

/// A text for both languages.
#[must_use]
pub fn plain(text: &str) -> Bilingual {
    Bilingual {
        de: text.to_owned(),
        en: text.to_owned(),
    }
}
