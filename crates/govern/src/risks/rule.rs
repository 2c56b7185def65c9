//! How measured findings move a risk's likelihood from period to period (GOVERNANCE §2.2).
//!
//! A risk's residual likelihood is the level kept from its linked checks while that is fresh, else
//! its inherent likelihood. The level rises at once and falls at most one step per passing period:
//! every linked check was measured and passed, and the gate's `every_days` have gone by since it last
//! changed. A control moves nothing by itself; what it does shows in what is measured.

use std::collections::BTreeMap;

use waage_result::document::AuditResult;
use waage_result::finding::State;

use super::exceedance::{Exceedance, of_finding};
use super::register::{Control, Measured, Register, Risk};
use super::words::ControlState;
use crate::date::Date;
use crate::policy::Policy;

/// Days of a period where no policy says.
pub const EVERY_DAYS_DEFAULT: u32 = 30;

/// A measured value counts for so many periods.
const FRESH_PERIODS: u32 = 2;

/// One result, and the day that it stands for.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The day.
    pub day: Date,
    /// `sha256:…` of the result's canonical form without its stamp.
    pub digest: String,
    /// The result.
    pub result: AuditResult,
}

/// How often checks run, as the gates of a policy say.
#[derive(Clone, Copy)]
pub struct Periods<'a> {
    policy: Option<&'a Policy>,
}

impl<'a> Periods<'a> {
    /// The periods of a policy; [`EVERY_DAYS_DEFAULT`] without one.
    #[must_use]
    pub const fn of(policy: Option<&'a Policy>) -> Self {
        Self { policy }
    }

    /// The shortest period of the gates that ask for a check; that of the periodic gate where none
    /// does; 30 days where the policy has none.
    fn of_check(&self, id: &str) -> u32 {
        let Some(policy) = self.policy else {
            return EVERY_DAYS_DEFAULT;
        };
        let every = |gate: &str| policy.kept.gates.get(gate).and_then(|gate| gate.every_days);
        let check = policy.checks.iter().find(|check| check.id == id);
        let own = check.and_then(|check| check.gates.iter().filter_map(|gate| every(gate)).min());
        own.or_else(|| every("periodic"))
            .unwrap_or(EVERY_DAYS_DEFAULT)
            .max(1)
    }

    /// The shortest period of a risk's linked checks.
    fn of_risk(&self, risk: &Risk) -> u32 {
        let checks = risk.linked_checks.iter();
        checks
            .map(|check| self.of_check(check))
            .min()
            .unwrap_or_else(|| self.of_check(""))
    }

    /// For how many days after its own a measurement counts.
    #[must_use]
    pub fn fresh_days(&self, risk: &Risk) -> u32 {
        self.of_risk(risk).saturating_mul(FRESH_PERIODS)
    }

    /// Whether what was measured of a risk counts on a day.
    #[must_use]
    pub fn is_fresh(&self, risk: &Risk, measured: &Measured, day: Date) -> bool {
        i64::from(day.days_since(&measured.day)) <= i64::from(self.fresh_days(risk))
    }

    /// The likelihood that remains on a day: the one kept from fresh measurements, else the inherent.
    #[must_use]
    pub fn likelihood(&self, risk: &Risk, day: Date) -> u8 {
        risk.measured
            .as_ref()
            .filter(|measured| self.is_fresh(risk, measured, day))
            .map_or(risk.likelihood_inherent, |measured| measured.likelihood)
    }

    /// Whether a control counts on a day: tested, and its check ran within its period.
    ///
    /// # Errors
    /// Why it does not: `planned`, `untested`, `no_check`, `never_ran` or `ran_too_long_ago`.
    pub fn counts(&self, control: &Control, risk: &Risk, day: Date) -> Result<(), &'static str> {
        match control.state {
            ControlState::Planned => return Err("planned"),
            ControlState::Implemented => return Err("untested"),
            ControlState::Tested => {}
        }
        let check = control.check.as_ref().ok_or("no_check")?;
        let ran = risk.ran.get(check).ok_or("never_ran")?;
        if i64::from(day.days_since(ran)) > i64::from(self.of_check(check)) {
            return Err("ran_too_long_ago");
        }
        Ok(())
    }
}

/// A linked check in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The check.
    pub check: String,
    /// The attribute and group of the greatest probability.
    pub attribute: String,
    /// The group.
    pub group: Option<String>,
    /// The greatest probability over its groups.
    pub exceedance: Exceedance,
    /// Its worst state.
    pub state: State,
    /// The result that it stands in.
    pub digest: String,
}

/// What happened to a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A higher level counts at once.
    Rises,
    /// One level lower after a passing period.
    FallsOneLevel,
    /// Lower, but not every linked check was measured and passed.
    HeldNotPassing,
    /// Lower, but the period since the last change is not over.
    HeldSamePeriod,
    /// The same level.
    Stays,
    /// A later measurement is kept already.
    Older,
}

impl Rule {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rises => "rises",
            Self::FallsOneLevel => "falls_one_level",
            Self::HeldNotPassing => "held_not_passing",
            Self::HeldSamePeriod => "held_same_period",
            Self::Stays => "stays",
            Self::Older => "older",
        }
    }
}

/// What one day's results do to one risk.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The risk.
    pub risk: String,
    /// The day.
    pub day: Date,
    /// Likelihood before and after.
    pub likelihood: (u8, u8),
    /// The risk's impact.
    pub impact: u8,
    /// Why.
    pub rule: Rule,
    /// The linked checks that have a value.
    pub seen: Vec<Seen>,
    /// Those that have none, and why.
    pub missing: Vec<(String, String)>,
}

/// Moves a register through results, oldest first; gives what happened to every risk whose checks
/// occur in them. Results of one day are one period.
pub fn assess(register: &mut Register, evidence: &[Evidence], periods: Periods<'_>) -> Vec<Step> {
    let mut by_day: BTreeMap<Date, Vec<&Evidence>> = BTreeMap::new();
    for one in evidence {
        by_day.entry(one.day).or_default().push(one);
    }
    let mut steps = Vec::new();
    for (day, results) in by_day {
        for risk in &mut register.risks {
            note_runs(risk, &results, day);
            steps.extend(step(risk, &results, day, periods));
        }
    }
    steps
}

/// Keeps the last day on which the checks of a risk and of its controls ran.
fn note_runs(risk: &mut Risk, results: &[&Evidence], day: Date) {
    for check in named(risk) {
        let ran = results
            .iter()
            .any(|one| one.result.findings.iter().any(|f| f.check == check));
        if ran {
            ran_on(risk, check, day);
        }
    }
}

/// Keeps that a check that stands in no result of an audit ran on a day.
pub(super) fn note_run(register: &mut Register, check: &str, day: Date) {
    for risk in &mut register.risks {
        if named(risk).iter().any(|name| name == check) {
            ran_on(risk, check.to_owned(), day);
        }
    }
}

/// The checks of a risk and of its controls.
fn named(risk: &Risk) -> Vec<String> {
    let of_controls = risk.controls.iter().filter_map(|c| c.check.clone());
    risk.linked_checks
        .iter()
        .cloned()
        .chain(of_controls)
        .collect()
}

fn ran_on(risk: &mut Risk, check: String, day: Date) {
    let last = risk.ran.entry(check).or_insert(day);
    *last = (*last).max(day);
}

fn step(risk: &mut Risk, results: &[&Evidence], day: Date, periods: Periods<'_>) -> Option<Step> {
    let mut seen = Vec::new();
    let mut missing = Vec::new();
    for check in &risk.linked_checks {
        match look(check, results) {
            Ok(found) => seen.push(found),
            Err(reason) => missing.push((check.clone(), reason)),
        }
    }
    let worst = seen.iter().max_by(|a, b| {
        let of = |seen: &Seen| seen.exceedance.probability;
        of(a).total_cmp(&of(b))
    })?;
    let before = periods.likelihood(risk, day);
    let level = worst.exceedance.level();
    let fresh = risk
        .measured
        .as_ref()
        .filter(|measured| periods.is_fresh(risk, measured, day));
    let since = fresh.and_then(|measured| measured.since);
    let passing = missing.is_empty() && seen.iter().all(|seen| seen.state == State::Pass);
    let every = i64::from(periods.of_risk(risk));
    let waited = since.is_none_or(|since| i64::from(day.days_since(&since)) >= every);
    let older = risk.measured.as_ref().is_some_and(|m| m.day > day);
    let (rule, after) = match (older, level.cmp(&before)) {
        (true, _) => (Rule::Older, before),
        (_, std::cmp::Ordering::Greater) => (Rule::Rises, level),
        (_, std::cmp::Ordering::Equal) => (Rule::Stays, before),
        (_, std::cmp::Ordering::Less) if !passing => (Rule::HeldNotPassing, before),
        (_, std::cmp::Ordering::Less) if !waited => (Rule::HeldSamePeriod, before),
        (_, std::cmp::Ordering::Less) => (Rule::FallsOneLevel, before - 1),
    };
    let measured = Measured {
        likelihood: after,
        level,
        probability: worst.exceedance.probability,
        check: worst.check.clone(),
        attribute: worst.attribute.clone(),
        group: worst.group.clone(),
        state: seen.iter().map(|seen| seen.state).max()?,
        day,
        since: if after == before { since } else { Some(day) },
        digest: worst.digest.clone(),
    };
    if rule != Rule::Older {
        risk.measured = Some(measured);
    }
    Some(Step {
        risk: risk.id.clone(),
        day,
        likelihood: (before, after),
        impact: risk.impact,
        rule,
        seen,
        missing,
    })
}

/// The worst group of a check in a period's results.
///
/// # Errors
/// Why there is no value.
fn look(check: &str, results: &[&Evidence]) -> Result<Seen, String> {
    let mut worst: Option<Seen> = None;
    let mut state = State::Pass;
    let mut reason = "not_in_result".to_owned();
    for one in results {
        for skipped in one.result.not_run.iter().filter(|n| n.check == check) {
            reason.clone_from(&skipped.reason);
        }
        for finding in one.result.findings.iter().filter(|f| f.check == check) {
            state = state.max(finding.state);
            let Some(exceedance) = of_finding(finding) else {
                reason = finding
                    .reason
                    .clone()
                    .unwrap_or_else(|| "no_value".to_owned());
                continue;
            };
            let greater = worst
                .as_ref()
                .is_none_or(|w| exceedance.probability > w.exceedance.probability);
            if greater {
                worst = Some(Seen {
                    check: check.to_owned(),
                    attribute: finding.attribute.clone(),
                    group: finding.group.clone(),
                    exceedance,
                    state,
                    digest: one.digest.clone(),
                });
            }
        }
    }
    match worst {
        Some(seen) => Ok(Seen { state, ..seen }),
        None => Err(reason),
    }
}
