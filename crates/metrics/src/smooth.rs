//! Intervals of smooth comparisons that have no closed form: BCa where it can be trusted.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::acceleration;
use waage_core::tally::Sums;

use crate::catalogue::{FOUND, Kind, Metric, STRUCK};
use crate::confusion::{Confusion, Part, mass};
use crate::disparity::Rule;
use crate::estimator::Estimator;
use crate::measure::Request;
use crate::replicates::{UNDEFINED_SHARE_MAX, bare, replicated};
use crate::shape::{Shape, Split};
use crate::statistic::{Reference, Statistic, Tables};
use crate::view::PreparedView;

/// Fewest rows of every part of the table that a statistic rests on for BCa; with fewer the
/// percentiles of replicates with the prior are taken.
pub(crate) const ROWS_MIN: u64 = 5;
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
    let drawn_whole = view.candidates.is_some() || view.clusters.is_some();
    if smooth.is_empty() || drawn_whole || view.view.groups.len() > GROUPS_MAX {
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
            let tables = Tables::of(
                &changed,
                &overall,
                view.tables.eligible(),
                request.favourable,
            );
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
        if self.view.clusters.is_some() {
            let estimate = match value {
                Ok(value) => bare(
                    value,
                    rows,
                    Method::ClusterBootstrapPercentile,
                    Reason::NoReplicates,
                ),
                Err(reason) => {
                    Estimate::undefined(rows, Method::ClusterBootstrapPercentile, reason)
                }
            };
            return self.on_clusters(statistic, estimate);
        }
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

    /// Whether a part of the table that the statistic rests on has fewer than [`ROWS_MIN`] rows, or
    /// clusters where these are drawn.
    pub(crate) fn is_thin(&self, statistic: Statistic) -> bool {
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
        let (metric, sides) = match statistic {
            Statistic::Value(g, metric) => (Some(metric), [Side::Group(g); 2]),
            Statistic::Overall(metric) => (Some(metric), [Side::All; 2]),
            Statistic::ToReference(g, metric, _) => {
                (Some(metric), [Side::Group(g), self.against()])
            }
            Statistic::ToComplement(g, metric, _) => {
                (Some(metric), [Side::Group(g), Side::Rest(g)])
            }
            Statistic::Pairwise(g, h, metric, _) => {
                (Some(metric), [Side::Group(g), Side::Group(h)])
            }
            Statistic::NamedAgainst(g, named) | Statistic::NamedToRest(g, named) => {
                let side = match statistic {
                    Statistic::NamedToRest(..) => Side::Rest(g),
                    _ => self.against(),
                };
                let metric = match named.row().rule {
                    Rule::Gap(metric) | Rule::ReversedGap(metric) => Some(metric),
                    _ if named.row().quantity.needs_label => None,
                    _ => Some(Metric::ShareOfSelected),
                };
                (metric, [Side::Group(g), side])
            }
            _ => return true,
        };
        sides
            .into_iter()
            .any(|side| thin(metric, &self.observed(side)))
    }

    /// The side that groups are compared with.
    const fn against(&self) -> Side {
        match self.view.reference {
            Some(Reference::Group(r)) => Side::Group(r),
            _ => Side::All,
        }
    }

    /// How often each outcome was observed independently: by rows, or by clusters.
    fn observed(&self, side: Side) -> [Sums; outcome::COUNT] {
        let Some(clusters) = &self.view.clusters else {
            return match side {
                Side::Group(g) => self.view.view.groups[g].outcomes,
                Side::Rest(g) => self.view.complements[g],
                Side::All => *self.overall,
            };
        };
        let of_groups = |but: Option<usize>| {
            let groups = clusters.groups().iter().enumerate();
            groups
                .filter(|(g, _)| Some(*g) != but)
                .fold([Sums::ZERO; outcome::COUNT], |sum, (_, group)| {
                    std::array::from_fn(|o| sum[o].plus(&group.holding[o]))
                })
        };
        match side {
            Side::Group(g) => clusters.groups()[g].holding,
            Side::Rest(g) => of_groups(Some(g)),
            Side::All => of_groups(None),
        }
    }
}

/// Rows that a statistic rests on.
#[derive(Clone, Copy)]
enum Side {
    Group(usize),
    Rest(usize),
    All,
}
