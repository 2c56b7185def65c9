//! Rankings and the tables of Local Law 144, from measurements to the document.

use waage_core::estimate::Estimate;
use waage_core::quantity::Measurement;
use waage_core::tally::Tally;
use waage_govern::Policy;
use waage_metrics::impact::{self, impact_tables};
use waage_metrics::measure::{Measured, Request};
use waage_metrics::ranking::fair::FairTest;
use waage_metrics::ranking::{self, RankingRequest};
use waage_result::document::{CutResult, EstimateDoc};
use waage_result::ranking::{
    FairTestDoc, ImpactGroup, ImpactTable, RankedGroup, RankedGroupAt, RankingAt, RankingResult,
};
use waage_result::spec::{AuditSpec, Cut};

use crate::AuditError;
use crate::error::fail;
use crate::observer::Observer;

/// Most cut-offs that may be asked for.
const CUTOFFS_MAX: usize = 20;

/// Options of rankings and of Local Law 144 that nothing can be made of.
pub fn check(spec: &AuditSpec) -> Result<(), AuditError> {
    let roles = &spec.roles;
    if let Some(cutoffs) = &spec.ranking {
        if roles.score.is_none() {
            return fail("--ranking orders rows by their score: name it with --score".to_owned());
        }
        if roles.weight.is_some() {
            return fail(
                "--ranking counts places, which weighted rows do not have: leave out --weight or --ranking"
                    .to_owned(),
            );
        }
        if cutoffs.first() == Some(&0) || cutoffs.windows(2).any(|pair| pair[0] >= pair[1]) {
            return fail(
                "the numbers of --ranking must ascend from 1 on, such as --ranking=10,50,100"
                    .to_owned(),
            );
        }
        if cutoffs.len() > CUTOFFS_MAX {
            return fail(format!(
                "--ranking counts groups at {} numbers of first places, more than the limit of {CUTOFFS_MAX}: name fewer",
                cutoffs.len()
            ));
        }
    }
    let decided = roles.decision.is_some() || roles.cut.is_some();
    if spec.ll144 && !decided && roles.score.is_none() {
        return fail("--ll144 needs selections or scores: name --decision, or --score".to_owned());
    }
    Ok(())
}

/// That an outcome of several classes has neither a ranking nor impact ratios.
pub fn refuse_classes(spec: &AuditSpec) -> Result<(), AuditError> {
    let asked = [
        (spec.ranking.is_some(), "--ranking"),
        (spec.ll144, "--ll144"),
    ];
    match asked.into_iter().find(|(asked, _)| *asked) {
        Some((_, option)) => Err(AuditError::Option(format!(
            "{option} needs labels and decisions of two values, and these have more: name the one that counts with --positive, or leave {option} out"
        ))),
        None => Ok(()),
    }
}

/// What an audit measures beside the cube's disparities because it was asked for, or because the policy
/// judges it.
#[derive(Default)]
pub struct Ranked {
    views: Vec<ranking::RankedView>,
    tables: Vec<impact::ImpactTable>,
    /// What the policy judges of them.
    pub measurements: Vec<Measurement>,
    /// Whether the tables of Local Law 144 were asked for.
    law: bool,
    min_share: f64,
}

impl Ranked {
    /// The rankings for the document.
    pub fn rankings(&self) -> Vec<RankingResult> {
        self.views.iter().map(told).collect()
    }

    /// The tables of Local Law 144 for the document, where they were asked for.
    pub fn impact_ratios(&self) -> Vec<ImpactTable> {
        let tables = self.tables.iter().filter(|_| self.law);
        tables.map(|table| law(table, self.min_share)).collect()
    }
}

/// Whether a policy judges rankings, and of which numbers of first places.
fn judged(policy: &Policy) -> Option<Vec<u64>> {
    let mut checks = policy
        .checks
        .iter()
        .filter(|check| ranking::catalogue::quantity(&check.metric).is_some())
        .peekable();
    checks.peek()?;
    let mut places: Vec<u64> = checks.filter_map(|check| check.top_k).collect();
    places.sort_unstable();
    places.dedup();
    Some(places)
}

/// Whether a policy judges the ratios of scoring rates.
fn judges_scoring_rates(policy: &Policy) -> bool {
    let name = impact::SCORING_RATE_IMPACT_RATIO.name;
    policy.checks.iter().any(|check| check.metric == name)
}

/// Whether anything here reads scores.
pub fn reads_scores(spec: &AuditSpec, policy: &Policy) -> bool {
    let ranked = spec.ranking.is_some() || judged(policy).is_some();
    spec.roles.score.is_some() && (ranked || spec.ll144 || judges_scoring_rates(policy))
}

/// The rankings and the impact ratios that are asked for or judged.
pub fn ranked(
    tally: &Tally,
    (spec, policy): (&AuditSpec, &Policy),
    request: &Request,
    measured: &Measured,
    cut: Option<&CutResult>,
    observer: &dyn Observer,
) -> Result<Ranked, AuditError> {
    let mut out = Ranked {
        law: spec.ll144,
        min_share: request.min_share,
        ..Ranked::default()
    };
    let judged = judged(policy);
    let scored = request.roles.score;
    if spec.ranking.is_some() || (scored && judged.is_some()) {
        let places = judged.clone().unwrap_or_default();
        out.views = rankings(tally, spec, places, (request, measured), cut, observer)?;
    }
    let judges_rates = scored && judges_scoring_rates(policy);
    if spec.ll144 || judges_rates {
        out.tables = impact_tables(tally, request, observer)?;
    }
    if let Some(places) = &judged {
        let each = out.views.iter().flat_map(|view| view.measurements(places));
        out.measurements.extend(each);
    }
    if judges_rates {
        let each = out
            .tables
            .iter()
            .flat_map(impact::ImpactTable::measurements);
        out.measurements.extend(each);
    }
    Ok(out)
}

/// The rankings of every view.
fn rankings(
    tally: &Tally,
    spec: &AuditSpec,
    judged: Vec<u64>,
    (request, measured): (&Request, &Measured),
    cut: Option<&CutResult>,
    observer: &dyn Observer,
) -> Result<Vec<ranking::RankedView>, AuditError> {
    let cutoffs = spec.ranking.clone().unwrap_or_default();
    let length = match spec.roles.cut {
        Some(Cut::TopK(_) | Cut::TopFraction(_)) => cut.map(|cut| cut.selected),
        _ => None,
    };
    let asked = RankingRequest {
        length,
        cutoffs: cutoffs.clone(),
        judged,
    };
    let views = ranking::rank(tally, request, measured, &asked, observer)?;
    if let (Some(view), Some(last)) = (views.first(), cutoffs.last())
        && *last > view.length
    {
        return Err(AuditError::Option(format!(
            "--ranking counts groups among the first {last} places, but the list has {}: name at most so many{}",
            view.length,
            if length.is_some() {
                ", or select more"
            } else {
                ""
            }
        )));
    }
    Ok(views)
}

fn doc(estimate: &Estimate) -> EstimateDoc {
    EstimateDoc::from(estimate)
}

fn told(view: &ranking::RankedView) -> RankingResult {
    let at = |at: &ranking::ViewAt| RankingAt {
        k: at.k,
        min_skew: doc(&at.min_skew),
        max_skew: doc(&at.max_skew),
    };
    RankingResult {
        attribute: view.attributes.join("*"),
        n: view.rows,
        length: view.length,
        reference: view.reference.clone(),
        ndkl: doc(&view.ndkl),
        ndcg: view.ndcg.as_ref().map(doc),
        infeasible_index: doc(&view.infeasible_index),
        at: view.at.iter().map(at).collect(),
        groups: view.groups.iter().map(group).collect(),
    }
}

fn group(group: &ranking::RankedGroup) -> RankedGroup {
    let relevance = group.relevance.as_ref();
    let at = |at: &ranking::GroupAt| RankedGroupAt {
        k: at.k,
        top_k_selection_rate: doc(&at.selection_rate),
        representation_at: doc(&at.representation),
        skew_at: doc(&at.skew),
    };
    RankedGroup {
        group: group.name.to_string(),
        n: group.rows,
        mean_exposure: doc(&group.mean_exposure),
        exposure_share: doc(&group.exposure_share),
        demographic_parity_of_exposure: group.parity.as_ref().map(doc),
        rnd: doc(&group.rnd),
        rkl: doc(&group.rkl),
        rrd: doc(&group.rrd),
        exposure_per_relevance: relevance.map(|of| doc(&of.exposure_per_relevance)),
        exposure_per_relevance_ratio: relevance.and_then(|of| of.ratio.as_ref()).map(doc),
        dcg: relevance.map(|of| doc(&of.dcg)),
        at: group.at.iter().map(at).collect(),
        fa_ir: group.fair.as_ref().ok().map(fair),
    }
}

fn fair(test: &FairTest) -> FairTestDoc {
    FairTestDoc {
        p: test.p,
        alpha: test.alpha,
        alpha_adjusted: test.alpha_adjusted,
        places: test.places,
        passes: test.fails.is_none(),
        fails_at: test.fails.map(|failure| failure.at),
        found: test.fails.map(|failure| failure.found),
        needed: test.fails.map(|failure| failure.needed),
    }
}

fn law(table: &impact::ImpactTable, min_share: f64) -> ImpactTable {
    let group = |row: &impact::ImpactRow| ImpactGroup {
        group: row.name.to_string(),
        n: row.rows,
        hits: Some(row.hits),
        rate: doc(&row.rate),
        impact_ratio: doc(&row.ratio),
        left_out: row.left_out,
    };
    ImpactTable {
        attribute: table.attributes.join("*"),
        measure: table.measure.quantity().name.to_owned(),
        median: table.median,
        n: table.rows,
        unknown: Some(table.unknown),
        min_share,
        highest: table.best.as_ref().map(ToString::to_string),
        groups: table.groups.iter().map(group).collect(),
    }
}
