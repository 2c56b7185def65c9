//! From measurements to findings and a verdict.

mod case;
mod decide;
mod family;
mod region;
mod sentence;
mod settle;
mod waive;

use std::cmp::Ordering;

use waage_core::estimate::Reason;
use waage_core::label::{GroupName, Label};
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_result::document::EstimateDoc;
use waage_result::finding::{
    CheckOutcome, FamilySummary, Finding, NotRun, PolicySummary, Severity, State, Verdict,
};

use crate::date::Date;
use crate::error::PolicyError;
use crate::policy::{Check, OnInconclusive, Policy, Source, Target};
use case::{Case, is_unjudged_unknown, same_attribute};
use decide::{Decision, decide, is_of_selection};
use family::{Corrected, correct};
use waive::Waivers;
pub(crate) use waive::{Standing, waivers_of};

/// What a judgement needs to know of the audit beside its measurements.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Every quantity that can be measured.
    pub catalogue: &'a [&'static Quantity],
    /// Attributes and intersections (`a*b`) in the document's order.
    pub views: &'a [String],
    /// Whether there are labels.
    pub has_label: bool,
    /// Whether there are decisions.
    pub has_decision: bool,
    /// Whether there are scores.
    pub has_score: bool,
}

/// What a policy made of an audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// One per check and group, ordered by attribute, check and group, missing last.
    pub findings: Vec<Finding>,
    /// One per check and attribute, in the policy's order.
    pub checks: Vec<CheckOutcome>,
    /// What could not be run, and why.
    pub not_run: Vec<NotRun>,
    /// The policy that judged, and whether it is violated.
    pub summary: PolicySummary,
    /// Breach if any finding is, waived or not; else inconclusive if any is, or if there is none;
    /// else pass.
    pub verdict: Verdict,
}

/// Judges every group but the reference by every check that the roles allow.
///
/// Ranges over groups (`between_groups`, `to_overall`) are judged by their simultaneous band, once
/// for all groups; a group without a defined value turns a pass into inconclusive.
///
/// The policy is violated ([`PolicySummary::violated`], exit code 1) by a breach that no waiver in
/// force covers, and with `inconclusive = "fail"` by an uncovered inconclusive finding or by an
/// audit that judged nothing; findings of severity `info` never violate it. An expired waiver
/// covers nothing.
///
/// # Errors
/// [`PolicyError::DateNeeded`] if the policy has waivers and `as_of` is absent.
pub fn judge(
    policy: &Policy,
    measurements: &[Measurement],
    facts: &Facts<'_>,
    as_of: Option<Date>,
) -> Result<Judgement, PolicyError> {
    if as_of.is_none() && !policy.waivers.is_empty() {
        return Err(PolicyError::DateNeeded);
    }
    let Found {
        cases,
        left_out,
        not_run,
    } = cases(policy, measurements, facts);
    let (corrected, families) = correct(policy, &cases);
    let mut waivers = Waivers::new(policy, as_of);
    let mut judged: Vec<Judged<'_>> = cases
        .iter()
        .zip(corrected)
        .map(|(case, corrected)| Judged::new(policy, case, corrected, &mut waivers))
        .collect();
    let mut checks = outcomes(policy, &judged);
    for (check, attribute, groups) in left_out {
        let same =
            |outcome: &&mut CheckOutcome| outcome.check == check && outcome.attribute == attribute;
        for outcome in checks.iter_mut().filter(same) {
            outcome.left_out.clone_from(&groups);
        }
    }
    judged.sort_by(|a, b| a.order(policy, facts).cmp(&b.order(policy, facts)));
    let findings: Vec<Finding> = judged.into_iter().map(|judged| judged.finding).collect();
    let verdict = findings
        .iter()
        .map(|f| f.state)
        .max()
        .unwrap_or(State::Inconclusive);
    let summary = PolicySummary {
        source: match policy.source {
            Source::BuiltIn => "built-in".to_owned(),
            Source::File(_) => "file".to_owned(),
        },
        digest: policy.digest(),
        inconclusive: policy.inconclusive.name().to_owned(),
        group_min_n: policy.data.group_min_n,
        privacy_k: policy.privacy.k,
        families: families
            .into_iter()
            .map(|family| FamilySummary {
                name: family.name,
                method: family.correction.name().to_owned(),
                size: family.size,
            })
            .collect(),
        waivers: waivers.summary(),
        system: policy
            .kept
            .system
            .as_ref()
            .map(|system| system.name.clone()),
        criticality_reason: policy.lowered_criticality().map(str::to_owned),
        extends: policy.lineage.extends.clone(),
        overrides: policy.lineage.overrides.clone(),
        violated: violated(policy, &findings),
    };
    Ok(Judgement {
        findings,
        checks,
        not_run,
        summary,
        verdict,
    })
}

/// What a policy's checks find to judge.
struct Found<'a> {
    /// Every case that can be looked at, in the order of checks, attributes and groups.
    cases: Vec<Case<'a>>,
    /// Check, attribute and groups with less than the least share of the rows.
    left_out: Vec<(String, String, Vec<String>)>,
    /// Every check that has no case.
    not_run: Vec<NotRun>,
}

fn cases<'a>(policy: &'a Policy, measurements: &'a [Measurement], facts: &Facts<'_>) -> Found<'a> {
    let (mut cases, mut left_out, mut not_run) = (Vec::new(), Vec::new(), Vec::new());
    for check in &policy.checks {
        let attributes: Vec<String> = match &check.attribute {
            Target::Named(name) => vec![name.clone()],
            Target::EverySensitive => facts
                .views
                .iter()
                .filter(|view| !view.contains('*'))
                .cloned()
                .collect(),
        };
        for attribute in attributes {
            let (small, fitting): (Vec<&Measurement>, Vec<&Measurement>) = measurements
                .iter()
                .filter(|m| Case::fits(check, &attribute, m) && !is_unjudged_unknown(policy, m))
                .partition(|m| Case::is_left_out(m));
            let reason = missing_role(check, facts).or_else(|| {
                fitting.is_empty().then(|| match small.is_empty() {
                    true => why_nothing(check, &attribute, measurements),
                    false => Reason::SuppressedSmallGroup,
                })
            });
            let names = small.iter().filter_map(|m| m.subject.group.as_ref());
            let mut names: Vec<String> = names.map(GroupName::to_string).collect();
            names.sort_unstable();
            names.dedup();
            if !names.is_empty() {
                left_out.push((check.id.clone(), attribute.clone(), names));
            }
            if let Some(reason) = reason {
                not_run.push(NotRun {
                    check: check.id.clone(),
                    attribute,
                    metric: check.metric.clone(),
                    reason: reason.name().to_owned(),
                });
                continue;
            }
            let mut found: Vec<Case<'a>> = fitting
                .into_iter()
                .map(|m| Case::new(policy, check, m))
                .collect();
            found.sort_by(|a, b| (a.class(), a.group()).cmp(&(b.class(), b.group())));
            cases.extend(found);
        }
    }
    Found {
        cases,
        left_out,
        not_run,
    }
}

/// The role that a check's metric needs and the audit does not have.
fn missing_role(check: &Check, facts: &Facts<'_>) -> Option<Reason> {
    let Some(quantity) = facts.catalogue.iter().find(|q| q.name == check.metric) else {
        return Some(Reason::NotAvailable);
    };
    if quantity.needs_label && !facts.has_label {
        Some(Reason::NoLabels)
    } else if quantity.needs_decision && !facts.has_decision {
        Some(Reason::NoDecisions)
    } else if quantity.needs_score && !facts.has_score {
        Some(Reason::NoScores)
    } else {
        None
    }
}

/// Why a check that the roles allow has nothing to judge.
fn why_nothing(check: &Check, attribute: &str, measurements: &[Measurement]) -> Reason {
    let mut groups: Vec<&GroupName> = measurements
        .iter()
        .filter(|m| m.scheme == Scheme::Value && same_attribute(&m.subject.attribute, attribute))
        .filter_map(|m| m.subject.group.as_ref())
        .filter(|group| !group.has_missing())
        .collect();
    groups.sort_unstable();
    groups.dedup();
    let compared = check.comparison != Comparison::None;
    match groups.len() {
        0 => Reason::NoRows,
        1 if compared => Reason::OneGroup,
        _ => Reason::NotAvailable,
    }
}

/// A finding and what orders it.
struct Judged<'a> {
    case: &'a Case<'a>,
    decision: Decision,
    finding: Finding,
}

impl<'a> Judged<'a> {
    fn new(
        policy: &Policy,
        case: &'a Case<'a>,
        corrected: Corrected,
        waivers: &mut Waivers<'_>,
    ) -> Self {
        let (check, subject) = (case.check, &case.measurement.subject);
        let decision = decide(case, corrected);
        let group = case.group().map(GroupName::to_string);
        let objected = match decision.state {
            State::Pass => false,
            State::Breach => true,
            State::Inconclusive => policy.inconclusive == OnInconclusive::Fail,
        };
        let waiver = if objected {
            waivers.covering(&check.id, &subject.attribute, group.as_deref())
        } else {
            None
        };
        let mut estimate = case.estimate.clone();
        (estimate.low, estimate.high) = estimate.interval(corrected.level);
        let extremes = case.measurement.range().extremes.as_ref();
        let extreme = |side: fn(&(GroupName, GroupName)) -> &GroupName| {
            extremes.map(|both| side(both).to_string())
        };
        let selection = is_of_selection(check);
        let context = &case.measurement.context;
        let finding = Finding {
            check: check.id.clone(),
            attribute: subject.attribute.clone(),
            metric: check.metric.clone(),
            comparison: check.comparison.name().to_owned(),
            class: subject.class.as_ref().map(ToString::to_string),
            scheme: match case.measurement.scheme {
                Scheme::BetweenGroups | Scheme::ToOverall => {
                    Some(case.measurement.scheme.name().to_owned())
                }
                _ => None,
            },
            top_k: case.measurement.first_places,
            group,
            highest: extreme(|(high, _)| high),
            lowest: extreme(|(_, low)| low),
            groups_skipped: case.skipped.iter().map(GroupName::to_string).collect(),
            reference: subject.reference.as_ref().map(GroupName::to_string),
            estimate: EstimateDoc::from(&estimate),
            level: (estimate.low.is_some() || estimate.high.is_some()).then_some(corrected.level),
            op: check.op.name().to_owned(),
            margin: check.margin,
            state: decision.state,
            severity: check.severity,
            reason: decision.reason.map(|reason| reason.name().to_owned()),
            rows_needed: decision.rows_needed,
            rows: case.rows,
            p: case.p,
            p_equivalence: case.equivalence_p().filter(|_| check.equivalence),
            p_adjusted: corrected.p_adjusted,
            four_fifths_adverse: context
                .four_fifths_adverse
                .filter(|_| selection && check.comparison == Comparison::Ratio),
            flips_with_one_selection: context
                .flips_with_one_selection
                .filter(|_| selection && check.comparison != Comparison::None),
            waived_by: waiver.map(|waiver| waiver.id.clone()),
            text: sentence::sentence(policy, case, &decision, waiver),
        };
        Self {
            case,
            decision,
            finding,
        }
    }

    /// Attribute as given, check as in the policy, class, group with the missing one last.
    fn order(
        &self,
        policy: &Policy,
        facts: &Facts<'_>,
    ) -> (usize, usize, Option<&Label>, Option<(bool, &GroupName)>) {
        let attribute = facts
            .views
            .iter()
            .position(|view| same_attribute(view, &self.finding.attribute))
            .unwrap_or(facts.views.len());
        let check = policy
            .checks
            .iter()
            .position(|c| c.id == self.case.check.id);
        let group = self.case.group().map(|group| (group.has_missing(), group));
        let check = check.unwrap_or(policy.checks.len());
        (attribute, check, self.case.class(), group)
    }

    /// How bad it is: the state, then those that could be evaluated, then how far outside.
    fn badness(&self, other: &Self) -> Ordering {
        let excess = |judged: &Self| {
            let value = judged
                .case
                .estimate
                .value
                .filter(|_| judged.case.obstacle.is_none());
            value.map(|value| judged.case.region.excess(value))
        };
        self.decision
            .state
            .cmp(&other.decision.state)
            .then_with(|| match (excess(self), excess(other)) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                (a, b) => a.is_some().cmp(&b.is_some()),
            })
    }
}

/// The worst state of every check over the groups of every attribute.
fn outcomes(policy: &Policy, judged: &[Judged<'_>]) -> Vec<CheckOutcome> {
    let mut out = Vec::new();
    for members in judged.chunk_by(|a, b| {
        a.finding.check == b.finding.check && a.finding.attribute == b.finding.attribute
    }) {
        let Some(worst) = members.iter().reduce(|a, b| {
            if b.badness(a) == Ordering::Greater {
                b
            } else {
                a
            }
        }) else {
            continue;
        };
        let check = worst.case.check;
        let count = |state| members.iter().filter(|m| m.decision.state == state).count() as u64;
        out.push(CheckOutcome {
            check: check.id.clone(),
            attribute: worst.finding.attribute.clone(),
            metric: check.metric.clone(),
            comparison: check.comparison.name().to_owned(),
            state: worst.decision.state,
            severity: check.severity,
            family: check
                .family
                .clone()
                .filter(|name| policy.families.contains_key(name)),
            counts: [State::Pass, State::Inconclusive, State::Breach]
                .map(|state| (state.name().to_owned(), count(state)))
                .into_iter()
                .collect(),
            worst_group: worst.finding.group.clone(),
            left_out: Vec::new(),
            why: check.why.clone(),
        });
    }
    out
}

/// Whether the findings violate the policy.
fn violated(policy: &Policy, findings: &[Finding]) -> bool {
    let fails = policy.inconclusive == OnInconclusive::Fail;
    let objects = |finding: &Finding| match finding.state {
        State::Pass => false,
        State::Breach => true,
        State::Inconclusive => fails,
    };
    (findings.is_empty() && fails)
        || findings
            .iter()
            .any(|f| f.severity > Severity::Info && f.waived_by.is_none() && objects(f))
}
