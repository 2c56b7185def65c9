//! What reviews say of the model and of the reviewers (GOVERNANCE §6.3, §6.4, §6.5).

mod bias;
mod reviewers;

use std::collections::HashMap;

use indexmap::IndexMap;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::special::z_of_level;
use waage_govern::Timestamp;
use waage_govern::review::{Stratum, escalated, queue, served};
use waage_metrics::agreement::{Judged, kappa};
use waage_result::document::EstimateDoc;
use waage_result::review::{
    EscalationRule, REVIEW_SCHEMA, ReviewAgreement, ReviewBatch, ReviewCase, ReviewDecision,
    ReviewOverrides, ReviewQueue, ReviewResult, ReviewTime,
};

/// Confidence of every interval.
const LEVEL: f64 = 0.95;

/// A batch and its decisions.
pub type Reviewed = (ReviewBatch, Vec<ReviewDecision>);

/// A case with what was decided of it.
struct Judgement<'a> {
    case: &'a ReviewCase,
    /// The first decision first.
    decisions: Vec<&'a ReviewDecision>,
}

impl Judgement<'_> {
    /// The final decision, if it is none to defer: whether it accepts. Of two reviewers the first
    /// counts; where they disagree, the case is escalated.
    fn accepts(&self) -> Option<bool> {
        accepts(&self.decisions.first()?.decision_final)
    }

    fn model_accepts(&self) -> bool {
        self.case.decision_model == "accept"
    }

    /// Whether people decided otherwise than the model.
    fn overrides(&self) -> Option<bool> {
        Some(self.accepts()? != self.model_accepts())
    }
}

/// Whether a decision accepts; `None` of one that defers.
fn accepts(decision: &str) -> Option<bool> {
    match decision {
        "accept" => Some(true),
        "reject" => Some(false),
        _ => None,
    }
}

/// The document of some batches as of a moment.
pub fn result(reviewed: &[Reviewed], as_of: Timestamp) -> ReviewResult {
    let judgements: Vec<Judgement<'_>> = reviewed.iter().flat_map(judgements).collect();
    let mut served_queue = ReviewQueue::default();
    for (batch, decisions) in reviewed {
        queue(&mut served_queue, batch, decisions, as_of);
    }
    let overrides = overrides(reviewed, &judgements);
    let agreement = agreement(&judgements);
    let automation_bias = automation_bias(&judgements);
    let bias = bias::of(&judgements);
    let escalation = escalation(&overrides, &agreement, &bias, &automation_bias);
    ReviewResult {
        schema: REVIEW_SCHEMA.to_owned(),
        batches: reviewed
            .iter()
            .map(|(batch, _)| batch.batch_id.clone())
            .collect(),
        as_of: as_of.to_string(),
        served: served(&served_queue).to_owned(),
        queue: served_queue,
        overrides,
        agreement,
        time: time(&judgements),
        automation_bias,
        bias,
        reviewers: reviewers::of(&judgements),
        escalated_cases: reviewed
            .iter()
            .flat_map(|(batch, decisions)| escalated(batch, decisions, as_of))
            .collect(),
        escalation,
    }
}

fn judgements((batch, decisions): &Reviewed) -> impl Iterator<Item = Judgement<'_>> {
    let mut of_case: HashMap<&str, Vec<&ReviewDecision>> = HashMap::new();
    for decision in decisions {
        of_case.entry(&decision.case_id).or_default().push(decision);
    }
    batch.cases.iter().map(move |case| {
        let mut decisions = of_case.remove(case.case_id.as_str()).unwrap_or_default();
        decisions
            .sort_by(|a, b| (&a.decided_at, &a.reviewer_id).cmp(&(&b.decided_at, &b.reviewer_id)));
        Judgement { case, decisions }
    })
}

/// Successes of so many, as a share.
fn share(hits: usize, n: usize) -> EstimateDoc {
    if n == 0 {
        return (&Estimate::undefined(0, Method::Wilson, Reason::NoRows)).into();
    }
    let (x, trials) = (hits as f64, n as f64);
    let evidence = Evidence::Proportion { x, n: trials };
    (&Estimate::new(x / trials, n as u64, Method::Wilson, evidence, LEVEL)).into()
}

/// The share of one set less that of another.
fn gap((hits, n): (usize, usize), (others, m): (usize, usize)) -> EstimateDoc {
    let rows = (n + m) as u64;
    if n == 0 || m == 0 {
        return (&Estimate::undefined(rows, Method::Newcombe, Reason::NoRows)).into();
    }
    let pair = [(hits as f64, n as f64), (others as f64, m as f64)];
    let evidence = Evidence::Pair {
        group: pair[0],
        reference: pair[1],
    };
    let value = pair[0].0 / pair[0].1 - pair[1].0 / pair[1].1;
    (&Estimate::new(value, rows, Method::Newcombe, evidence, LEVEL)).into()
}

/// How many of some judgements are true, and how many there are.
fn count(judged: impl Iterator<Item = bool>) -> (usize, usize) {
    judged.fold((0, 0), |(hits, n), hit| (hits + usize::from(hit), n + 1))
}

fn counted(judged: impl Iterator<Item = bool>) -> EstimateDoc {
    let (hits, n) = count(judged);
    share(hits, n)
}

fn overrides(reviewed: &[Reviewed], judgements: &[Judgement<'_>]) -> ReviewOverrides {
    let drawn_by = |judgement: &Judgement<'_>, stratum: Stratum| {
        judgement
            .case
            .strata
            .iter()
            .any(|name| name == stratum.name())
    };
    let of = |stratum: Stratum| {
        let drawn = judgements.iter().filter(|j| drawn_by(j, stratum));
        counted(drawn.filter_map(Judgement::overrides))
    };
    let towards = |from: bool| {
        let judged = judgements.iter().filter(|j| j.model_accepts() == from);
        counted(judged.filter_map(Judgement::overrides))
    };
    let mut reasons: IndexMap<String, u64> = IndexMap::new();
    for judgement in judgements.iter().filter(|j| j.overrides() == Some(true)) {
        let reason = judgement.decisions[0].reason_code.as_deref();
        *reasons
            .entry(reason.unwrap_or("none").to_owned())
            .or_default() += 1;
    }
    reasons.sort_by(|a, n, b, m| m.cmp(n).then(a.cmp(b)));
    let decided = judgements.iter().filter_map(|j| j.decisions.first());
    let strata = Stratum::ALL
        .into_iter()
        .filter(|stratum| judgements.iter().any(|j| drawn_by(j, *stratum)));
    ReviewOverrides {
        random: of(Stratum::Random),
        weighted: weighted(reviewed, judgements),
        raw: counted(judgements.iter().filter_map(Judgement::overrides)),
        up: towards(false),
        down: towards(true),
        by_stratum: strata.map(|s| (s.name().to_owned(), of(s))).collect(),
        reasons,
        deferred: decided
            .clone()
            .filter(|d| accepts(&d.decision_final).is_none())
            .count() as u64,
        escalated: counted(decided.map(|d| d.escalate)),
    }
}

/// The rate of overrides among all decisions: `Σ y/π ÷ N` (Horvitz and Thompson 1952) when every case
/// is decided, else `Σ y/π ÷ Σ 1/π` over the decided ones (Hájek). The variance treats cases as drawn
/// apart from each other, which is at least that of the design.
fn weighted(reviewed: &[Reviewed], judgements: &[Judgement<'_>]) -> EstimateDoc {
    let decided: Vec<(f64, f64)> = judgements
        .iter()
        .filter_map(|j| Some((f64::from(u8::from(j.overrides()?)), j.case.incl_prob)))
        .collect();
    let n = decided.len() as u64;
    let complete = decided.len() == judgements.len();
    let method = if complete {
        "horvitz_thompson"
    } else {
        "hajek"
    };
    let undefined = |reason: Reason| EstimateDoc {
        n,
        method: method.to_owned(),
        reason: Some(reason.name().to_owned()),
        ..EstimateDoc::default()
    };
    if decided.is_empty() || decided.iter().any(|(_, p)| !(*p > 0.0 && *p <= 1.0)) {
        return undefined(Reason::NoRows);
    }
    let population: f64 = reviewed
        .iter()
        .map(|(batch, _)| batch.design.population as f64)
        .sum();
    let weights: f64 = decided.iter().map(|(_, p)| 1.0 / p).sum();
    let whole = if complete { population } else { weights };
    let value = decided.iter().map(|(y, p)| y / p).sum::<f64>() / whole;
    let apart = |y: f64| if complete { y } else { y - value };
    let variance: f64 = decided
        .iter()
        .map(|(y, p)| (1.0 - p) * apart(*y) * apart(*y) / (p * p))
        .sum();
    let half = z_of_level(LEVEL).unwrap_or(f64::NAN) * variance.sqrt() / whole;
    EstimateDoc {
        value: Some(value.min(1.0)),
        low: Some((value - half).clamp(0.0, 1.0)),
        high: Some((value + half).clamp(0.0, 1.0)),
        n,
        method: method.to_owned(),
        ..EstimateDoc::default()
    }
}

fn agreement(judgements: &[Judgement<'_>]) -> Vec<ReviewAgreement> {
    let mut reviewers: Judged = [0; 4];
    let mut model: Judged = [0; 4];
    // Both accept, first alone, second alone, both reject.
    let place = |first: bool, second: bool| 2 * usize::from(!first) + usize::from(!second);
    for judgement in judgements {
        if let Some(last) = judgement.accepts() {
            model[place(last, judgement.model_accepts())] += 1;
        }
        if let [one, other, ..] = judgement.decisions.as_slice()
            && let (Some(one), Some(other)) =
                (accepts(&one.decision_final), accepts(&other.decision_final))
        {
            reviewers[place(one, other)] += 1;
        }
    }
    [("reviewers", reviewers), ("model", model)]
        .into_iter()
        .map(|(between, table)| agreed(between, table))
        .collect()
}

fn agreed(between: &str, table: Judged) -> ReviewAgreement {
    let n: u64 = table.iter().sum();
    let found = kappa(table);
    let method = "fleiss_cohen_everitt".to_owned();
    let of_kappa = match found {
        Some(found) => {
            let half = z_of_level(LEVEL).unwrap_or(f64::NAN) * found.standard_error;
            EstimateDoc {
                value: Some(found.value),
                low: Some((found.value - half).max(-1.0)),
                high: Some((found.value + half).min(1.0)),
                n,
                method,
                ..EstimateDoc::default()
            }
        }
        None => EstimateDoc {
            n,
            method,
            reason: Some(
                if n == 0 {
                    Reason::NoRows
                } else {
                    Reason::ZeroReference
                }
                .name()
                .to_owned(),
            ),
            ..EstimateDoc::default()
        },
    };
    ReviewAgreement {
        between: between.to_owned(),
        table,
        observed: share((table[0] + table[3]) as usize, n as usize),
        kappa: of_kappa,
        pabak: found.map(|found| found.pabak),
    }
}

/// P(agrees with the model | saw it first) − P(agrees | judged blind).
fn automation_bias(judgements: &[Judgement<'_>]) -> EstimateDoc {
    let shown = judgements.iter().filter(|j| !j.case.blind);
    let shown = count(shown.filter_map(|j| Some(!j.overrides()?)));
    let blind = judgements.iter().filter(|j| j.case.blind);
    let blind = count(blind.filter_map(|j| {
        let first = j.decisions.first()?.decision_blind.as_deref()?;
        Some(accepts(first)? == j.model_accepts())
    }));
    gap(shown, blind)
}

fn time(judgements: &[Judgement<'_>]) -> ReviewTime {
    let mut seconds: Vec<i64> = judgements
        .iter()
        .flat_map(|j| &j.decisions)
        .filter_map(|d| {
            let (opened, decided): (Timestamp, Timestamp) =
                (d.opened_at.parse().ok()?, d.decided_at.parse().ok()?);
            Some(decided.seconds_since(opened))
        })
        .collect();
    seconds.sort_unstable();
    // The least value that so large a share does not exceed.
    let quantile = |share: f64| {
        let place = (share * seconds.len() as f64).ceil() as usize;
        seconds.get(place.max(1) - 1).map(|s| *s as f64)
    };
    ReviewTime {
        n: seconds.len() as u64,
        median_s: quantile(0.5),
        p90_s: quantile(0.9),
    }
}

/// The rules by which the system itself is escalated.
fn escalation(
    overrides: &ReviewOverrides,
    agreement: &[ReviewAgreement],
    bias: &[waage_result::review::OverrideBias],
    automation_bias: &EstimateDoc,
) -> Vec<EscalationRule> {
    let rule = |name: &str, estimate: &EstimateDoc, limit: f64, met: bool| EscalationRule {
        rule: name.to_owned(),
        estimate: estimate.clone(),
        limit,
        met,
    };
    let mut rules = vec![rule(
        "override_rate",
        &overrides.random,
        0.10,
        overrides.random.low.is_some_and(|low| low > 0.10),
    )];
    if let Some(reviewers) = agreement.iter().find(|a| a.between == "reviewers") {
        let met = reviewers.kappa.high.is_some_and(|high| high < 0.6);
        rules.push(rule("kappa", &reviewers.kappa, 0.6, met));
    }
    // The farthest gap that is proven, else the farthest.
    let proven = |gap: &EstimateDoc| {
        gap.low.is_some_and(|low| low > 0.05) || gap.high.is_some_and(|high| high < -0.05)
    };
    let gaps = bias
        .iter()
        .flat_map(|of| &of.groups)
        .filter_map(|g| g.against.as_ref());
    let worst = gaps.map(|against| &against.difference).max_by(|a, b| {
        let size = |gap: &EstimateDoc| gap.value.map_or(-1.0, f64::abs);
        (proven(a), size(a))
            .partial_cmp(&(proven(b), size(b)))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    if let Some(worst) = worst {
        rules.push(rule("override_gap", worst, 0.05, proven(worst)));
    }
    let met = automation_bias.value.is_some_and(|gap| gap > 0.10);
    rules.push(rule("automation_bias", automation_bias, 0.10, met));
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GOVERNANCE §6.4, item 1.
    #[test]
    fn the_worked_difference_of_override_rates() {
        let found = gap((30, 90), (12, 80));
        let close = |got: Option<f64>, want: f64| assert!((got.unwrap() - want).abs() < 5e-8);
        close(found.value, 0.183_333_333);
        close(found.low, 0.053_926_9);
        close(found.high, 0.303_108_4);
    }
}
