//! Replicates of the series of every view, and estimates from them.

use std::sync::Arc;

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::observer::Observer;
use waage_core::tally::{GroupTotals, Tally};

use crate::bootstrap::{self, Plan, Target};
use crate::catalogue::Metric;
use crate::disparity::Value;
use crate::measure::{MeasureError, Request};
use crate::statistic::{Needs, Statistic, Tables};
use crate::view::PreparedView;

/// Replicates that may be undefined before an interval is withheld.
const UNDEFINED_SHARE_MAX: f64 = 0.05;

/// The replicates of every series, by view.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub(crate) fn replicate(
    views: &[PreparedView],
    cells: &[GroupTotals],
    request: &Request,
    observer: &dyn Observer,
    tally: &Tally,
) -> Result<Vec<Vec<Arc<[f64]>>>, MeasureError> {
    let total = views.iter().map(|view| view.series.len()).sum();
    let targets: Vec<Target> = views.iter().map(|view| view.target.clone()).collect();
    let plan = Plan {
        cells,
        targets: &targets,
        tie_share: request.tie.share(),
        weighted: tally.kept().weights,
        scored: request.metrics.contains(&Metric::MeanScore),
        replicates: request.replicates,
        seed: request.seed,
    };
    let needs: Vec<Needs> = views.iter().map(|view| Needs::of(&view.series)).collect();
    let room = || -> Vec<Tables> {
        let sizes = targets.iter().map(|target| target.groups);
        sizes.map(Tables::room).collect()
    };
    let drawn = bootstrap::run(&plan, total, observer, room, |tables, replicate, out| {
        let each = views.iter().zip(&replicate.views).zip(&needs);
        for (((view, groups), needs), tables) in each.zip(tables) {
            tables.fill(groups, &replicate.overall, needs);
            let value = |s: &Statistic| tables.value(*s, view.reference).unwrap_or(f64::NAN);
            out.extend(view.series.iter().map(value));
        }
    })
    .ok_or(MeasureError::Interrupted)?;
    let mut drawn = drawn.into_iter().map(Arc::<[f64]>::from);
    let of_view = |view: &PreparedView| drawn.by_ref().take(view.series.len()).collect();
    Ok(views.iter().map(of_view).collect())
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
        let mut bare = Estimate::new(value, rows, method, Evidence::None, level);
        bare.reason = Some(Reason::NoReplicates);
        return bare;
    };
    let undefined = series.iter().filter(|v| v.is_nan()).count();
    if undefined as f64 > UNDEFINED_SHARE_MAX * series.len() as f64 {
        let mut bare = Estimate::new(value, rows, method, Evidence::None, level);
        bare.reason = Some(Reason::TooManyUndefinedReplicates);
        return bare;
    }
    let defined = match undefined {
        0 => Arc::clone(series),
        _ => series.iter().copied().filter(|v| !v.is_nan()).collect(),
    };
    Estimate::new(value, rows, method, Evidence::Replicates(defined), level)
}
