//! Rows in clusters: replicates draw clusters, and every estimate rests on them.
//!
//! A person who occurs in ten rows is one observation, not ten. Closed forms and tests that take
//! rows as independent are therefore replaced by percentiles of replicates that draw clusters
//! (FORMULAS §4.5); what cannot be replicated keeps its value and loses its interval.

use std::collections::HashMap;

use waage_core::block::outcome;
use waage_core::estimate::{DrawnClusters, Estimate, Method, Reason};
use waage_core::quantity::Measurement;
use waage_core::tally::{Clusters, Pattern, Sums, Tally, View};

use crate::catalogue::{Kind, Metric};
use crate::estimator::{Estimator, group_estimates};
use crate::measure::GroupEstimates;
use crate::replicates::replicated;
use crate::statistic::{Reference, Statistic};

/// Which clusters have rows in which groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touching {
    all: u64,
    /// By group.
    groups: Vec<Touched>,
    /// Clusters with rows in both of two groups, the earlier one first.
    both: HashMap<(usize, usize), u64>,
}

/// The clusters of one group.
#[derive(Clone, Copy, Debug, Default)]
struct Touched {
    /// With a row in the group.
    any: u64,
    /// With rows nowhere else.
    only: u64,
}

impl Touching {
    /// Clusters by the groups that they have rows in, ascending.
    pub fn of<Groups: AsRef<[usize]>>(
        groups: usize,
        clusters: impl IntoIterator<Item = (u64, Groups)>,
    ) -> Self {
        let mut out = Self {
            groups: vec![Touched::default(); groups],
            ..Self::default()
        };
        for (n, touched) in clusters {
            let touched = touched.as_ref();
            out.all += n;
            for (at, &g) in touched.iter().enumerate() {
                out.groups[g].any += n;
                out.groups[g].only += if touched.len() == 1 { n } else { 0 };
                for &h in &touched[at + 1..] {
                    *out.both.entry((g, h)).or_default() += n;
                }
            }
        }
        out
    }

    /// The clusters of a tally by groups of its cells.
    pub fn of_cells(clusters: &Clusters, groups: usize, group_of_cell: &[usize]) -> Self {
        let of_pattern = |pattern: &Pattern| {
            let held = pattern.held.iter();
            let mut touched: Vec<usize> =
                held.map(|held| group_of_cell[held.cell as usize]).collect();
            touched.sort_unstable();
            touched.dedup();
            (pattern.clusters, touched)
        };
        Self::of(groups, clusters.patterns().iter().map(of_pattern))
    }

    /// All clusters.
    pub const fn whole(&self) -> DrawnClusters {
        DrawnClusters {
            count: self.all,
            fewest: self.all,
        }
    }

    pub fn group(&self, g: usize) -> DrawnClusters {
        let touching = self.groups[g].any;
        DrawnClusters {
            count: touching,
            fewest: touching,
        }
    }

    pub fn pair(&self, g: usize, h: usize) -> DrawnClusters {
        let both = self.both.get(&(g.min(h), g.max(h))).copied().unwrap_or(0);
        let (one, other) = (self.groups[g].any, self.groups[h].any);
        DrawnClusters {
            count: one + other - if g == h { one } else { both },
            fewest: one.min(other),
        }
    }

    /// A group against all rows, which it is part of.
    pub fn against_all(&self, g: usize) -> DrawnClusters {
        DrawnClusters {
            fewest: self.groups[g].any,
            ..self.whole()
        }
    }

    pub fn against_rest(&self, g: usize) -> DrawnClusters {
        let Touched { any, only } = self.groups[g];
        DrawnClusters {
            count: self.all,
            fewest: any.min(self.all - only),
        }
    }
}

/// The clusters of a view.
#[derive(Clone, Debug)]
pub(crate) struct ViewClusters {
    /// How many touch what.
    pub touching: Touching,
    /// Whether their scores are kept, so that means of scores can be drawn.
    pub scored: bool,
    /// By group.
    groups: Vec<GroupClusters>,
}

/// What the clusters of one group hold.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupClusters {
    /// As rows: those that hold each outcome.
    pub holding: [Sums; outcome::COUNT],
    /// Weight of one independent row: the design effect of the outcomes (the variance of their
    /// shares over that of as many independent rows of weight 1).
    pub row_weight: f64,
}

impl ViewClusters {
    /// The clusters of a view's groups; `None` where none are kept.
    pub fn of(tally: &Tally, view: &View) -> Option<Self> {
        let clusters = tally.clusters(&view.axes)?;
        let sums: Vec<_> = view.groups.iter().map(|g| g.outcomes).collect();
        Some(Self::counted(
            &clusters,
            tally.clusters_have_scores(),
            &sums,
        ))
    }

    /// Of clusters whose cells are the groups, which hold these sums.
    pub fn counted(clusters: &Clusters, scored: bool, sums: &[[Sums; outcome::COUNT]]) -> Self {
        let each: Vec<usize> = (0..sums.len()).collect();
        let mut out = Self {
            touching: Touching::of_cells(clusters, sums.len(), &each),
            scored,
            groups: vec![GroupClusters::default(); sums.len()],
        };
        let totals: Vec<f64> = sums.iter().map(|s| s.iter().map(|o| o.w1).sum()).collect();
        // By group: Σ (w_co − p_o·W_c)² and Σ W_c² over clusters.
        let mut spread = vec![(0.0, 0.0); sums.len()];
        for pattern in clusters.patterns() {
            let (n, times) = (pattern.clusters, pattern.clusters as f64);
            for held in pattern.held.chunk_by(|a, b| a.cell == b.cell) {
                let g = held[0].cell as usize;
                let group = &mut out.groups[g];
                let weight: f64 = held.iter().map(|h| h.weight).sum();
                let mut own = [0.0; outcome::COUNT];
                for part in held {
                    own[usize::from(part.outcome)] = part.weight;
                    group.holding[usize::from(part.outcome)].n += n;
                }
                for (mine, all) in own.iter().zip(&sums[g]) {
                    let away = mine - all.w1 / totals[g].max(f64::MIN_POSITIVE) * weight;
                    spread[g].0 += times * away * away;
                }
                spread[g].1 += times * weight * weight;
            }
        }
        for (((group, sums), total), (apart, squares)) in
            out.groups.iter_mut().zip(sums).zip(totals).zip(spread)
        {
            let share = |o: &Sums| o.w1 / total;
            let independent: f64 = sums.iter().map(|o| o.w1 * (1.0 - share(o))).sum();
            let rows: f64 = sums.iter().map(|o| o.w2).sum();
            group.row_weight = match total > 0.0 {
                // Of one outcome alone nothing tells how alike the rows of a cluster are.
                true if independent <= 0.0 => squares / total,
                true => {
                    (apart / independent).clamp(rows / total, (squares / total).max(rows / total))
                }
                false => 1.0,
            };
        }
        out
    }

    /// What the clusters of each group hold.
    pub fn groups(&self) -> &[GroupClusters] {
        &self.groups
    }
}

impl Estimator<'_> {
    /// The clusters that a statistic rests on; `None` where rows are drawn.
    pub(crate) fn clusters_of(&self, statistic: Statistic) -> Option<DrawnClusters> {
        let clusters = &self.view.clusters.as_ref()?.touching;
        let against = |g: usize| match self.view.reference {
            Some(Reference::Group(r)) if self.view.candidates.is_none() => clusters.pair(g, r),
            _ => clusters.against_all(g),
        };
        Some(match statistic {
            Statistic::Value(g, _) => clusters.group(g),
            Statistic::ToReference(g, ..) | Statistic::NamedAgainst(g, _) => against(g),
            Statistic::ToComplement(g, ..) | Statistic::NamedToRest(g, _) => {
                clusters.against_rest(g)
            }
            Statistic::Pairwise(g, h, ..) => clusters.pair(g, h),
            Statistic::ToBest(g, ..) => match self.view.tables.best() {
                Some(best) => clusters.pair(g, best),
                None => clusters.whole(),
            },
            _ => clusters.whole(),
        })
    }

    /// Whether a metric is one of scores, and those of clusters are not kept.
    pub(crate) fn lacks_scores(&self, metric: Option<Metric>) -> bool {
        let clusters = self.view.clusters.as_ref();
        let of_scores = metric.is_some_and(|metric| matches!(metric.row().kind, Kind::Mean));
        of_scores && clusters.is_some_and(|clusters| !clusters.scored)
    }

    /// An estimate of a statistic with the interval of replicates that draw clusters, in the place
    /// of one of independent rows; as it is where rows are drawn.
    pub(crate) fn on_clusters(&self, statistic: Statistic, estimate: Estimate) -> Estimate {
        let Some(drawn) = self.clusters_of(statistic) else {
            return estimate;
        };
        if self.lacks_scores(statistic.metric()) {
            return estimate.bare(Reason::RowsClustered);
        }
        let thin = self.is_thin(statistic);
        let series = self.view.position(statistic).and_then(|at| match thin {
            true => self.replicates.primed(at),
            false => self.replicates.plain.get(at),
        });
        let value = estimate
            .value
            .ok_or(estimate.reason.unwrap_or(Reason::NoRows));
        let best = matches!(
            statistic,
            Statistic::ToReference(..) | Statistic::NamedAgainst(..)
        ) && self.view.candidates.is_some();
        let method = match best {
            true => Method::BootstrapBest,
            false => Method::ClusterBootstrapPercentile,
        };
        replicated(value, estimate.n, method, series, self.request.level)
            .of_clusters(drawn, self.request.level)
    }

    /// An estimate from replicates, with the clusters that they drew, if they did.
    pub(crate) fn drawn(&self, statistic: Statistic, estimate: Estimate) -> Estimate {
        match self.clusters_of(statistic) {
            Some(_) if self.lacks_scores(statistic.metric()) => {
                estimate.bare(Reason::RowsClustered)
            }
            Some(clusters) => estimate.of_clusters(clusters, self.request.level),
            None => estimate,
        }
    }

    /// A comparison on clusters: its interval, and the p-value that inverts it where a test of
    /// equality was made.
    pub(crate) fn compare_on_clusters(&self, statistic: Statistic, measurement: &mut Measurement) {
        if self.view.clusters.is_none() {
            return;
        }
        let estimate = std::mem::replace(&mut measurement.estimate, Estimate::count(0.0, 0));
        measurement.estimate = self.on_clusters(statistic, estimate);
        let equal = measurement.comparison.of_equals();
        measurement.p = match measurement.p {
            Some(_) => measurement.estimate.p_value(equal),
            None => None,
        };
        measurement.test = measurement.p.map(|_| "cluster_bootstrap");
    }

    /// The estimates of every group on clusters.
    pub(crate) fn groups_on_clusters(&self, groups: Vec<GroupEstimates>) -> Vec<GroupEstimates> {
        let of_group = |(g, estimates): (usize, GroupEstimates)| {
            let one = |(metric, estimate)| {
                (
                    metric,
                    self.counted_or_drawn(metric, Statistic::Value(g, metric), estimate),
                )
            };
            estimates.into_iter().map(one).collect()
        };
        groups.into_iter().enumerate().map(of_group).collect()
    }

    /// The estimates of all rows on clusters.
    pub(crate) fn overall_on_clusters(&self) -> GroupEstimates {
        let none = [Sums::ZERO; outcome::COUNT];
        let estimates = group_estimates(self.overall, &none, self.request);
        let one = |(metric, estimate)| {
            (
                metric,
                self.counted_or_drawn(metric, Statistic::Overall(metric), estimate),
            )
        };
        estimates.into_iter().map(one).collect()
    }

    fn counted_or_drawn(&self, metric: Metric, of: Statistic, estimate: Estimate) -> Estimate {
        match metric.row().kind {
            Kind::Count => estimate,
            _ => self.on_clusters(of, estimate),
        }
    }
}
