//! Intervals of smooth comparisons that have no closed form: BCa where it can be trusted.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method};
use waage_core::interval::acceleration;
use waage_core::tally::Sums;

use crate::catalogue::{FOUND, Kind, Metric, STRUCK};
use crate::confusion::{Confusion, Part, mass};
use crate::estimator::Estimator;
use crate::measure::Request;
use crate::replicates::{UNDEFINED_SHARE_MAX, replicated};
use crate::shape::{Shape, Split};
use crate::statistic::{Reference, Statistic, Tables};
use crate::view::PreparedView;

/// Fewest rows of every part of the table that a statistic rests on for BCa; with fewer the
/// percentiles of replicates with the prior are taken.
const ROWS_MIN: u64 = 5;
/// Groups up to which the jackknife is made: its cost grows with their square.
const GROUPS_MAX: usize = 200;

/// The accelerations of the smooth series of a view, by the grouped jackknife: one row of one
/// outcome of one group removed at a time. Weighted, `w1²/w2` rows of the weight `w2/w1` stand for
/// those of a cell. Rows of one outcome count as alike in score.
pub(crate) fn accelerations(view: &PreparedView, request: &Request) -> HashMap<Statistic, f64> {
    let smooth: Vec<Statistic> = view
        .series
        .iter()
        .copied()
        .filter(|s| is_smooth(*s))
        .collect();
    if smooth.is_empty() || view.candidates.is_some() || view.view.groups.len() > GROUPS_MAX {
        return HashMap::new();
    }
    let groups: Vec<[Sums; outcome::COUNT]> = view.view.groups.iter().map(|g| g.outcomes).collect();
    let tables: Vec<Confusion> = groups
        .iter()
        .map(|sums| Confusion::of(sums, request.tie))
        .collect();
    let mut cells: Vec<Vec<(f64, f64)>> = vec![Vec::new(); smooth.len()];
    for (g, sums) in groups.iter().enumerate() {
        for o in 0..outcome::COUNT {
            let Sums { w1, w2, .. } = sums[o];
            if w1 <= 0.0 {
                continue;
            }
            let left = 1.0 - w2 / (w1 * w1);
            let mut fewer = *sums;
            fewer[o].w1 *= left;
            fewer[o].sw *= left;
            fewer[o].ws *= left;
            let mut changed = tables.clone();
            changed[g] = Confusion::of(&fewer, request.tie);
            let overall = changed
                .iter()
                .fold(Confusion::default(), |sum, table| sum.plus(table));
            let tables = Tables::of(&changed, &overall, view.tables.eligible());
            for (cells, statistic) in cells.iter_mut().zip(&smooth) {
                let value = tables.value(*statistic, view.reference);
                cells.push((w1 * w1 / w2, value.unwrap_or(f64::NAN)));
            }
        }
    }
    smooth
        .into_iter()
        .zip(cells)
        .map(|(statistic, cells)| (statistic, acceleration(&cells)))
        .filter(|(_, a)| a.is_finite())
        .collect()
}

/// Whether a small change of the counts changes the statistic by as little.
fn is_smooth(statistic: Statistic) -> bool {
    match statistic {
        Statistic::ToReference(..) | Statistic::ToComplement(..) => true,
        Statistic::NamedAgainst(_, disparity) => disparity.is_smooth(),
        _ => false,
    }
}

/// The defined replicates of a series; none where more are undefined than an interval bears.
fn defined(series: &Arc<[f64]>) -> Option<Arc<[f64]>> {
    let undefined = series.iter().filter(|value| value.is_nan()).count();
    match undefined {
        _ if series.is_empty() => None,
        0 => Some(Arc::clone(series)),
        few if few as f64 > UNDEFINED_SHARE_MAX * series.len() as f64 => None,
        _ => Some(series.iter().copied().filter(|v| !v.is_nan()).collect()),
    }
}

impl Estimator<'_> {
    /// A smooth comparison: BCa on the replicates, or percentiles of the replicates with the prior
    /// where a part of the table is so small that BCa cannot be trusted.
    pub(crate) fn smooth(&self, statistic: Statistic, rows: u64) -> Estimate {
        let value = self.view.tables.value(statistic, self.view.reference);
        let at = self.view.position(statistic);
        let level = self.request.level;
        let primed = at.and_then(|at| self.replicates.primed(at));
        if self.view.candidates.is_some() && !matches!(statistic, Statistic::ToComplement(..)) {
            return replicated(value, rows, Method::BootstrapBest, primed, level);
        }
        let plain = at.and_then(|at| self.replicates.plain.get(at));
        match (
            value,
            plain.and_then(defined),
            self.accelerations.get(&statistic),
        ) {
            (Ok(value), Some(replicates), Some(&acceleration)) if !self.is_thin(statistic) => {
                let evidence = Evidence::Accelerated {
                    replicates,
                    acceleration,
                };
                Estimate::new(value, rows, Method::BootstrapBca, evidence, level)
            }
            (value, ..) => replicated(value, rows, Method::BootstrapPercentile, primed, level),
        }
    }

    /// Whether a part of the table that the statistic rests on has fewer than [`ROWS_MIN`] rows.
    fn is_thin(&self, statistic: Statistic) -> bool {
        let groups = &self.view.view.groups;
        let thin = |metric: Option<Metric>, sums: &[Sums; outcome::COUNT]| {
            let few = |parts: &[Part]| mass(sums, parts, self.request.tie).rows < ROWS_MIN;
            let split = |split: Split| few(split.hit) || few(split.miss);
            let Some(metric) = metric else {
                return split(FOUND) || split(STRUCK);
            };
            match metric.row().kind {
                Kind::Proportion { hit, miss, .. } => few(hit) || few(miss),
                Kind::Shaped(Shape::Dice(one) | Shape::Odds(one)) => split(one),
                Kind::Shaped(Shape::Mean([one, other])) => split(one) || split(other),
                Kind::Mean => sums.iter().map(|s| s.scored).sum::<u64>() < ROWS_MIN,
                _ => sums.iter().any(|s| (1..ROWS_MIN).contains(&s.n)),
            }
        };
        let (g, metric, complement) = match statistic {
            Statistic::ToReference(g, metric, _) => (g, Some(metric), false),
            Statistic::ToComplement(g, metric, _) => (g, Some(metric), true),
            Statistic::NamedAgainst(g, _) => (g, None, false),
            _ => return true,
        };
        let against = match (complement, self.view.reference) {
            (true, _) => &self.view.complements[g],
            (false, Some(Reference::Group(r))) => &groups[r].outcomes,
            (false, _) => self.overall,
        };
        thin(metric, &groups[g].outcomes) || thin(metric, against)
    }
}
