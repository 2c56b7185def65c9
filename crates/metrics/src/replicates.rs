//! Replicates of every view, and estimates from them.

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::observer::Observer;
use waage_core::tally::{GroupTotals, Tally};

use crate::bootstrap::{self, Plan, Target};
use crate::catalogue::{Kind, Metric};
use crate::cut::MovingCut;
use crate::disparity::Value;
use crate::measure::{GivenRoles, MeasureError, Request};
use crate::statistic::{Needs, Statistic, Tables};
use crate::view::PreparedView;

/// Replicates that may be undefined before an interval is withheld.
pub(crate) const UNDEFINED_SHARE_MAX: f64 = 0.05;
/// Values of groups that are kept of all replicates of a view (8 bytes each): what a band needs.
const JOINT_MAX: usize = 1 << 25;

/// Bytes of the replicates of all series: drawn, then by series.
const BYTES_MAX: usize = 4 << 30;

/// The replicates of one view.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replicates {
    /// Of every series, as drawn.
    pub plain: Vec<Arc<[f64]>>,
    /// Of every series but ranges, with the prior.
    primed: Vec<Option<Arc<[f64]>>>,
    /// Of every group's value, with the prior; `None` for more groups than are kept.
    pub joint: Option<Joint>,
}

impl Replicates {
    /// Of the series at a position, with the prior; `None` for ranges.
    pub fn primed(&self, at: usize) -> Option<&Arc<[f64]>> {
        self.primed.get(at)?.as_ref()
    }
}

/// Replicates of the values of all groups, drawn together.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    groups: usize,
    metrics: Vec<Metric>,
    /// By metric, then by group, all rows last.
    values: Vec<Arc<[f64]>>,
}

impl Joint {
    /// The replicates of a group's value, NaN where undefined; none of a metric not asked for.
    pub fn group(&self, metric: Metric, group: usize) -> Option<&[f64]> {
        let metric = self.metrics.iter().position(|m| *m == metric)?;
        let values = self.values.get(metric * (self.groups + 1) + group)?;
        Some(values)
    }

    /// The replicates of the value of all rows.
    pub fn overall(&self, metric: Metric) -> Option<&[f64]> {
        self.group(metric, self.groups)
    }
}

/// The metrics whose groups' values a band may need.
fn banded(request: &Request) -> Vec<Metric> {
    let mut out: Vec<Metric> = request
        .metrics
        .iter()
        .copied()
        .filter(|metric| !matches!(metric.row().kind, Kind::Count))
        .collect();
    let parts = request.disparities.iter().filter_map(|d| d.ranges());
    for &metric in parts.flat_map(|(metrics, _)| metrics) {
        if !out.contains(&metric) {
            out.push(metric);
        }
    }
    out
}

/// The replicates of every view.
///
/// # Errors
/// [`MeasureError::TooManyReplicates`], [`MeasureError::Interrupted`].
pub(crate) fn replicate(
    views: &[PreparedView],
    cells: &[GroupTotals],
    request: &Request,
    observer: &dyn Observer,
    tally: &Tally,
) -> Result<Vec<Replicates>, MeasureError> {
    let metrics = &banded(request);
    let kept = |view: &PreparedView| {
        let width = metrics.len() * (view.target.groups + 1);
        match width * request.replicates <= JOINT_MAX {
            true => width,
            false => 0,
        }
    };
    let primed = |view: &PreparedView| view.series.iter().filter(|s| !s.is_range()).count();
    let total: usize = views
        .iter()
        .map(|v| v.series.len() + primed(v) + kept(v))
        .sum();
    check_size(total, request)?;
    let targets: Vec<Target> = views.iter().map(|view| view.target.clone()).collect();
    let possible = possible(request.roles);
    let cut = request.cut.filter(|cut| cut.moves).and_then(|cut| {
        let axes: Vec<usize> = (0..tally.sensitive().len()).collect();
        let weights = |totals: &GroupTotals| totals.outcomes.each_ref().map(|s| s.w1);
        let drawn: Vec<_> = cells.iter().map(weights).collect();
        MovingCut::new(cut.score, request.tie, &drawn, &tally.score_tables(&axes))
    });
    let axes: Vec<usize> = (0..tally.sensitive().len()).collect();
    let clusters = tally.clusters(&axes);
    let scored = request.metrics.contains(&Metric::MeanScore);
    let scored_clusters = match scored {
        true => tally.scored_clusters(&axes),
        false => None,
    };
    let plan = Plan {
        cells,
        targets: &targets,
        tie_share: request.tie.share(),
        weighted: tally.kept().weights,
        clusters: clusters.as_ref(),
        scored_clusters: scored_clusters.as_ref(),
        scored,
        cut: cut.as_ref(),
        possible: &possible,
        replicates: request.replicates,
        seed: request.seed,
    };
    // Of the draws as such, and of those with the prior, of which bands are made.
    let needs: Vec<[Needs; 2]> = views
        .iter()
        .map(|view| {
            let mut plain = Needs::of(&view.series, request.favourable);
            let others = view.series.iter().copied().filter(|s| !s.is_range());
            let mut needs = Needs::of(&others.collect::<Vec<_>>(), request.favourable);
            for &metric in metrics {
                if !needs.metrics.contains(&metric) {
                    needs.metrics.push(metric);
                }
            }
            for needs in [&mut plain, &mut needs] {
                if view.candidates.is_some() && !needs.metrics.contains(&request.favourable.share())
                {
                    needs.metrics.push(request.favourable.share());
                }
            }
            [plain, needs]
        })
        .collect();
    let room = || -> Vec<Tables> { views.iter().map(|view| view.tables.room()).collect() };
    let drawn = bootstrap::run(&plan, total, observer, room, |tables, replicate, out| {
        for (v, ((view, needs), tables)) in views.iter().zip(&needs).zip(tables).enumerate() {
            for (prior, groups) in [&replicate.views[v], &replicate.primed[v]]
                .into_iter()
                .enumerate()
            {
                let (needs, prior) = (&needs[prior], prior == 1);
                tables.fill(groups, &replicate.overall, needs);
                let reference = view.reference_in(tables);
                let value = |s: &Statistic| tables.value(*s, reference).unwrap_or(f64::NAN);
                let series = view.series.iter().filter(|s| !prior || !s.is_range());
                out.extend(series.map(value));
            }
            if kept(view) == 0 {
                continue;
            }
            // The tables are still those with the prior.
            for &metric in metrics {
                let values = tables.groups().iter().chain([tables.overall()]);
                out.extend(values.map(|v| v.get(metric).unwrap_or(f64::NAN)));
            }
        }
    })
    .ok_or(MeasureError::Interrupted)?;
    let mut drawn = drawn.into_iter();
    let of_view = |view: &PreparedView| {
        let mut take = |count: usize| drawn.by_ref().take(count).collect::<Vec<_>>();
        let plain = take(view.series.len());
        let mut with_prior = take(primed(view)).into_iter();
        let series = view.series.iter();
        let primed = series.map(|s| (!s.is_range()).then(|| with_prior.next()).flatten());
        let primed = primed.collect();
        let values = take(kept(view));
        Replicates {
            plain,
            primed,
            joint: (!values.is_empty()).then(|| Joint {
                groups: view.target.groups,
                metrics: metrics.clone(),
                values,
            }),
        }
    };
    Ok(views.iter().map(of_view).collect())
}

/// Whether the replicates of so many series fit into memory.
///
/// # Errors
/// [`MeasureError::TooManyReplicates`].
pub(crate) fn check_size(series: usize, request: &Request) -> Result<(), MeasureError> {
    let of_one = 2 * size_of::<f64>() * series;
    if of_one * request.replicates <= BYTES_MAX {
        return Ok(());
    }
    let gib = |bytes: usize| bytes as f64 / f64::from(1 << 30);
    Err(MeasureError::TooManyReplicates {
        replicates: request.replicates,
        series,
        gib: gib(of_one * request.replicates),
        limit: gib(BYTES_MAX),
        most: BYTES_MAX / of_one,
    })
}

/// The outcomes that rows can have under the roles given.
pub(crate) fn possible(roles: GivenRoles) -> Vec<u8> {
    let labels: &[u8] = match roles.label {
        true => &[outcome::LABEL_NEGATIVE, outcome::LABEL_POSITIVE],
        false => &[outcome::LABEL_MISSING],
    };
    let decisions: &[u8] = match (roles.decision, roles.label) {
        (true, _) => &[outcome::REJECTED, outcome::SELECTED],
        (false, true) => &[outcome::DECISION_MISSING],
        (false, false) => &[],
    };
    let of_label = |&label| decisions.iter().map(move |&d| outcome::of(label, d));
    labels.iter().flat_map(of_label).collect()
}

/// Whether replicates differ by more than rounding.
pub(crate) fn spreads(series: &[f64]) -> bool {
    let mut defined = series.iter().filter(|v| !v.is_nan());
    let Some(first) = defined.next() else {
        return false;
    };
    defined.any(|v| (v - first).abs() > 1e-12 * first.abs())
}

/// An estimate from replicates: the interval is withheld when too many are undefined.
pub(crate) fn replicated(
    value: Value,
    rows: u64,
    method: Method,
    series: Option<&Arc<[f64]>>,
    level: f64,
) -> Estimate {
    let value = match value {
        Ok(value) => value,
        Err(reason) => return Estimate::undefined(rows, method, reason),
    };
    let series = series.filter(|s| !s.is_empty());
    let Some(series) = series else {
        return bare(value, rows, method, Reason::NoReplicates);
    };
    let undefined = series.iter().filter(|v| v.is_nan()).count();
    if undefined as f64 > UNDEFINED_SHARE_MAX * series.len() as f64 {
        return bare(value, rows, method, Reason::TooManyUndefinedReplicates);
    }
    let defined = match undefined {
        0 => Arc::clone(series),
        _ => series.iter().copied().filter(|v| !v.is_nan()).collect(),
    };
    Estimate::new(value, rows, method, Evidence::Replicates(defined), level)
}

/// A value without an interval, and why.
pub(crate) fn bare(value: f64, rows: u64, method: Method, reason: Reason) -> Estimate {
    let mut bare = Estimate::new(value, rows, method, Evidence::None, 0.5);
    bare.reason = Some(reason);
    bare
}
