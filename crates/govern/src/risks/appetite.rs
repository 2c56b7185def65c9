//! Residual scores and expected losses against the policy's appetite.

use waage_result::risks::Appetite;

use super::register::{Register, Risk};
use super::rule::{Evidence, Periods, assess};
use super::words::Status;
use crate::date::Date;
use crate::policy::Policy;

/// A risk above the appetite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    /// The risk.
    pub id: String,
    /// Its residual score.
    pub score: u8,
    /// The highest score accepted.
    pub limit: u8,
    /// Until when its acceptance runs, if it is marked as accepted and that day has not passed. The
    /// acceptance counts only with a valid signature, which the ledger knows and this does not.
    pub accepted_until: Option<Date>,
}

/// What a register holds against a policy's appetite.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OverAppetite {
    /// Risks whose residual score is above `max_residual` of the system's criticality, in the order
    /// of the register; empty where the policy states none.
    pub risks: Vec<Over>,
    /// The sum of the expected annual losses of open risks.
    pub annual_loss: f64,
    /// The limit of the sum, if the policy has one.
    pub annual_loss_limit: Option<f64>,
    /// Drafts: not compared with the appetite, because nobody has confirmed them yet.
    pub drafts: Vec<String>,
    /// Open risks whose review date has passed.
    pub overdue: Vec<String>,
}

impl OverAppetite {
    /// Whether the sum of losses is above its limit.
    #[must_use]
    pub fn loss_is_over(&self) -> bool {
        self.annual_loss_limit
            .is_some_and(|limit| self.annual_loss > limit)
    }
}

/// What is above the appetite on a day, after the results are taken into account (they change a
/// copy; nothing is written).
///
/// Drafts and closed risks are not compared. A risk with `accepted_until` in the past is not
/// accepted.
#[must_use]
pub fn over_appetite(
    register: &Register,
    policy: &Policy,
    results: &[Evidence],
    day: Date,
) -> OverAppetite {
    let mut moved = register.clone();
    let periods = Periods::of(Some(policy));
    assess(&mut moved, results, periods);
    let open = || moved.risks.iter().filter(|risk| risk.status.counts());
    let ids = |keep: &dyn Fn(&Risk) -> bool| {
        let risks = moved.risks.iter().filter(|risk| keep(risk));
        risks.map(|risk| risk.id.clone()).collect()
    };
    OverAppetite {
        risks: all_over(&moved, Some(policy), day),
        annual_loss: open().filter_map(Risk::annual_loss).sum(),
        annual_loss_limit: appetite_of(Some(policy)).and_then(|of| of.annual_loss_limit),
        drafts: ids(&|risk| risk.status == Status::Draft),
        overdue: ids(&|risk| is_overdue(risk, day)),
    }
}

/// Whether a risk is above the appetite on a day. Drafts and closed risks never are.
pub(super) fn over(risk: &Risk, policy: Option<&Policy>, day: Date) -> Option<Over> {
    let score = Periods::of(policy).likelihood(risk, day) * risk.impact;
    let limit = max_residual(policy).filter(|limit| risk.status.counts() && score > *limit)?;
    Some(Over {
        id: risk.id.clone(),
        score,
        limit,
        accepted_until: accepted_until(risk, day),
    })
}

/// The risks above the appetite, in the order of the register.
fn all_over(register: &Register, policy: Option<&Policy>, day: Date) -> Vec<Over> {
    let risks = register.risks.iter();
    risks.filter_map(|risk| over(risk, policy, day)).collect()
}

/// The day until which a risk's acceptance runs, if it is accepted on a day. An acceptance without
/// an end is none.
pub(super) fn accepted_until(risk: &Risk, day: Date) -> Option<Date> {
    risk.accepted_until
        .filter(|until| risk.status == Status::Accepted && *until >= day)
}

/// Whether an open risk's review date has passed.
pub(super) fn is_overdue(risk: &Risk, day: Date) -> bool {
    risk.status != Status::Closed && risk.review_date.is_some_and(|review| review < day)
}

fn appetite_of(policy: Option<&Policy>) -> Option<&crate::policy::RiskAppetite> {
    policy?.kept.risk_appetite.as_ref()
}

/// The highest residual score that the policy accepts at its system's criticality.
fn max_residual(policy: Option<&Policy>) -> Option<u8> {
    let criticality = policy?.kept.system.as_ref()?.criticality?;
    appetite_of(policy)?.max_residual.get(&criticality).copied()
}

/// The scale of amounts: the policy's, else the default.
pub(crate) fn money_scale(policy: Option<&Policy>) -> [f64; 4] {
    appetite_of(policy)
        .and_then(|of| of.money_scale)
        .unwrap_or(super::scale::MONEY_SCALE)
}

/// The appetite and what there is, for documents.
pub(super) fn told(register: &Register, policy: Option<&Policy>, day: Date) -> Appetite {
    let appetite = appetite_of(policy);
    let open = || register.risks.iter().filter(|risk| risk.status.counts());
    let drafts = || {
        let risks = register.risks.iter();
        risks.filter(|risk| risk.status == Status::Draft)
    };
    let annual_loss: f64 = open().filter_map(Risk::annual_loss).sum();
    let annual_loss_limit = appetite.and_then(|of| of.annual_loss_limit);
    let (accepted, unaccepted): (Vec<Over>, Vec<Over>) = all_over(register, policy, day)
        .into_iter()
        .partition(|over| over.accepted_until.is_some());
    let ids = |over: Vec<Over>| over.into_iter().map(|over| over.id).collect();
    Appetite {
        criticality: policy
            .and_then(|policy| policy.kept.system.as_ref()?.criticality)
            .map(|criticality| criticality.name().to_owned()),
        max_residual: max_residual(policy),
        currency: appetite.and_then(|of| of.currency.clone()),
        annual_loss_limit,
        annual_loss,
        without_amounts: open().filter(|risk| risk.annual_loss().is_none()).count() as u64,
        annual_loss_drafts: drafts().filter_map(Risk::annual_loss).sum(),
        drafts: drafts().count() as u64,
        loss_over: annual_loss_limit.is_some_and(|limit| annual_loss > limit),
        over: ids(unaccepted),
        accepted_over: ids(accepted),
    }
}
