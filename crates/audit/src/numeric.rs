//! Audits of numeric predictions: errors by group instead of rates.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use waage_core::numeric::{self, Numeric};
use waage_core::tally::{Builder, Kept, Limits as CubeLimits, Tally};
use waage_data::{Dataset, Limits};
use waage_metrics::conditional::{Level, levels};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured, Request};
use waage_metrics::regression::{QUANTITIES, conditional, errors};
use waage_metrics::score::ScoreRequest;
use waage_metrics::{Favourable, Metric};
use waage_result::conditional::StratumResult;
use waage_result::spec::{AuditSpec, RolesSpec};

use crate::count;
use crate::digest;
use crate::error::fail;
use crate::multiclass::{estimates, groups};
use crate::observer::Observer;
use crate::strata::{self, Strata};
use crate::{
    AuditError, AuditResult, Job, ScanFacts, Told, assemble, clusters, document, judge, plan,
};

/// Whether an audit is one of errors.
pub fn is_asked(spec: &AuditSpec) -> bool {
    spec.roles.outcome.is_some()
}

/// Options that an audit of errors cannot use, each in a sentence.
pub fn check(spec: &AuditSpec) -> Result<(), AuditError> {
    let roles = &spec.roles;
    let Some(outcome) = &roles.outcome else {
        return Ok(());
    };
    if roles.score.is_none() {
        return fail(format!(
            "a regression audit compares the outcome \"{outcome}\" with its prediction; name the column of predictions with --score"
        ));
    }
    if roles.score.as_ref() == Some(outcome) {
        return fail(format!(
            "the column \"{outcome}\" is outcome and prediction at once; name the column of predictions with --score"
        ));
    }
    let refused = [
        (roles.decision.is_some(), "a decision (--decision)"),
        (
            roles.cut.is_some(),
            "a cut (--threshold, --top-k, --top-fraction)",
        ),
        (
            roles.favourable.is_some(),
            "a favourable decision (--favourable)",
        ),
        (roles.positive.is_some(), "a positive value (--positive)"),
        (roles.propensity.is_some(), "propensities (--propensity)"),
        (
            !roles.membership.is_empty(),
            "groups known by probabilities (--membership)",
        ),
        (spec.ranking.is_some(), "a ranking (--ranking)"),
        (spec.ll144, "impact ratios (--ll144)"),
        (!spec.schemes.is_empty(), "further comparisons (--schemes)"),
        (
            !spec.features.is_empty(),
            "individual fairness (--features)",
        ),
    ];
    if let Some((_, what)) = refused.iter().find(|(given, _)| *given) {
        return fail(format!(
            "a regression audit measures the errors of numbers and cannot use {what}; leave it out"
        ));
    }
    metrics(spec).map(|_| ())
}

/// Positions of the metrics asked for, all without a word.
fn metrics(spec: &AuditSpec) -> Result<Vec<usize>, AuditError> {
    let Some(names) = &spec.metrics else {
        return Ok((0..QUANTITIES.len()).collect());
    };
    let known = || QUANTITIES.iter().map(|quantity| quantity.name);
    let mut wanted = Vec::new();
    for name in names {
        match known().position(|known| known == name) {
            Some(at) => wanted.push(at),
            None => return Err(plan::unknown(name, known)),
        }
    }
    Ok((0..QUANTITIES.len())
        .filter(|at| wanted.contains(at))
        .collect())
}

/// Runs an audit of errors: one scan, then algebra on sums.
pub fn run(
    job: &Job,
    spec: &AuditSpec,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let dataset = Dataset::open(
        job.source.clone(),
        &spec.roles,
        spec.filter.as_deref(),
        Limits {
            memory_max: spec.memory,
            ..Limits::default()
        },
        observer,
    )?;
    let (sensitive, strata) = count::axes(&spec.roles);
    let clustered = spec.roles.cluster.is_some();
    let kept = Kept {
        weights: spec.roles.weight.is_some(),
        clusters: clustered,
        ..Kept::default()
    };
    let limits = CubeLimits {
        clusters_max: spec.max_clusters,
        ..CubeLimits::default()
    };
    let rows_max = spec.memory / numeric::Builder::BYTES_PER_ROW as u64;
    let numbers = || match numeric::Builder::new(limits.cells_max) {
        builder if clustered => builder.of_clusters(rows_max as usize),
        builder => builder,
    };
    let scan = dataset.scan(
        observer,
        || (Builder::new(&sensitive, &strata, kept, limits), numbers()),
        |(tally, numeric), block| {
            tally.add(block);
            numeric.add(block);
        },
        |(tally, numeric), (others, further)| (tally.merge(others), numeric.merge(further)),
    )?;
    let (tally, numeric) = scan.state;
    let (tally, numeric) = (tally.finish(&scan.axes)?, numeric.finish(&scan.axes)?);
    if numeric.groups(&[]).is_empty() {
        return Err(AuditError::Option(
            "no row has both an outcome and a prediction; audit rows that have both".to_owned(),
        ));
    }
    let mut notes = scan.notes;
    notes.extend(clusters(&tally));
    let facts = ScanFacts {
        cut: None,
        rows_filtered_out: scan.rows_filtered_out,
        rows_scored: scan.rows_scored,
        rows_uncovered: 0,
        digest: digest(&tally, &numeric),
        favourable: Favourable::default(),
        notes,
    };
    result(&tally, &numeric, job, spec, facts, observer)
}

fn result(
    tally: &Tally,
    numeric: &Numeric,
    job: &Job,
    spec: &AuditSpec,
    facts: ScanFacts,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    // Groups and their references, without a single rate.
    let counting = AuditSpec {
        roles: RolesSpec {
            outcome: None,
            score: None,
            ..spec.roles.clone()
        },
        metrics: Some(vec![Metric::Count.quantity().name.to_owned()]),
        ..spec.clone()
    };
    let request = plan::request(tally, &counting, &job.policy, Tie::NONE, None)?;
    let counted = waage_metrics::measure(tally, &request, observer)?;
    let wanted = metrics(spec)?;
    let over_all = match tally.strata().is_empty() {
        true => Cow::Borrowed(numeric),
        false => Cow::Owned(numeric.over(tally.sensitive().len())),
    };
    let found = errors(&over_all, &request, &counted, &wanted, observer)?;
    let shown: Vec<usize> = wanted
        .iter()
        .copied()
        .filter(|at| spec.metrics.is_some() || QUANTITIES[*at].headline)
        .collect();
    let within = within(
        tally,
        [numeric, &over_all],
        (&request, &counted),
        (&wanted, &shown),
        observer,
    )?;
    let judged = Measured {
        overall: Vec::new(),
        overall_scores: Vec::new(),
        measurements: found.measurements.clone(),
        ..counted.clone()
    };
    let roles = GivenRoles {
        label: true,
        decision: false,
        score: true,
    };
    let judgement = judge(&job.policy, &judged, &[], spec, roles, &job.as_of)?;
    let told = Told {
        groups: groups(&found),
        overall: estimates(&found.overall),
        disparities: found.measurements.iter().map(assemble::disparity).collect(),
        summary: Default::default(),
        distributions: Vec::new(),
        strata: within,
        ranking: Vec::new(),
        impact_ratios: Vec::new(),
        membership: Vec::new(),
        propensity: Vec::new(),
    };
    let mut result = document(tally, spec, &counted, told, judgement, facts, &job.as_of);
    result.dataset.rows_label_missing = Some(numeric.outcome_missing);
    result.dataset.rows_score_missing = Some(numeric.prediction_missing);
    let headline = shown.iter().map(|at| QUANTITIES[*at].name.to_owned());
    result.settings.headline = headline.collect();
    Ok(result)
}

/// Compares within strata, where there are any: every metric that was asked for, and inside each
/// stratum those that tables show. Only rows with an outcome and a prediction count, by attribute and
/// stratum, and by attribute alone.
fn within(
    tally: &Tally,
    rows: [&Numeric; 2],
    (request, counted): (&Request, &Measured),
    (wanted, shown): (&[usize], &[usize]),
    observer: &dyn Observer,
) -> Result<Strata, AuditError> {
    let found = conditional(rows, tally, request, counted, wanted, observer)?;
    let levels = levels(
        tally,
        request,
        counted,
        &[],
        &ScoreRequest::default(),
        observer,
    )?;
    let sensitive = tally.sensitive().len();
    let single = Request {
        views: (0..sensitive).map(|axis| vec![axis]).collect(),
        ..request.clone()
    };
    let inside = |level: &Level| {
        let rows = rows[0].within(sensitive, &level.name);
        let found = errors(&rows, &single, &level.measured, shown, observer)?;
        Ok(StratumResult {
            stratum: strata::name(tally),
            level: level.name.to_string(),
            n: rows.groups(&[]).iter().map(|(_, all)| all.rows).sum(),
            groups: groups(&found),
            disparities: found.measurements.iter().map(assemble::disparity).collect(),
        })
    };
    Ok(Strata {
        conditional: found.iter().map(strata::told).collect(),
        levels: levels
            .iter()
            .map(inside)
            .collect::<Result<_, AuditError>>()?,
    })
}

/// The digest of the rows counted and of their sums.
fn digest(tally: &Tally, numeric: &Numeric) -> String {
    let mut bytes = count::digest(&[tally], &[]).into_bytes();
    numeric.put(&mut bytes);
    digest::of(Sha256::digest(&bytes))
}
