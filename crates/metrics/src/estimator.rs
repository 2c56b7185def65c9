//! The estimates of one view: values of groups, comparisons, named disparities.

use std::collections::HashMap;

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::label::GroupName;
use waage_core::quantity::{Comparison, Context, Measurement, Quantity, Scheme};
use waage_core::tally::Sums;

use crate::catalogue::{Kind, Metric};
use crate::closed::compared;
use crate::confusion::{ANY, Confusion, Decisions, Part};
use crate::context::context;

use crate::measure::{GroupEstimates, Request};
use crate::permutation::Null;
use crate::ranges::Over;
use crate::rate::{Rate, mean};
use crate::replicates::Replicates;
use crate::statistic::{Reference, Statistic};
use crate::view::PreparedView;

/// Every metric of one set of rows, `others` being all other rows.
pub(crate) fn group_estimates(
    sums: &[Sums; outcome::COUNT],
    others: &[Sums; outcome::COUNT],
    request: &Request,
) -> GroupEstimates {
    let (tie, level) = (request.tie, request.level);
    let table = Confusion::of(sums, tie);
    let estimate = |metric: Metric| match metric.row().kind {
        Kind::Count => counted(metric, &table, sums),
        Kind::Proportion { hit, miss, empty } => {
            Rate::of(sums, hit, miss, tie, empty).estimate(level)
        }
        Kind::ShareOfSelected => {
            let selected = [Part(ANY, Decisions::Selected)];
            Rate::of_parts(sums, others, &selected, tie, Reason::NoneSelected).estimate(level)
        }
        Kind::Shaped(shape) => shape.estimate(metric.value(&table), sums, tie, level),
        Kind::Mean => mean(sums, level),
    };
    let metrics = request.metrics.iter();
    let named = |metric: Metric| request.name_cut(metric.quantity(), estimate(metric));
    metrics.map(|&metric| (metric, named(metric))).collect()
}

/// A fact of the data: rows, weights, cells of the table.
fn counted(metric: Metric, table: &Confusion, sums: &[Sums; outcome::COUNT]) -> Estimate {
    let rows: u64 = sums.iter().map(|s| s.n).sum();
    let add = |part: fn(&Sums) -> f64| sums.iter().map(part).sum::<f64>();
    let value = match metric {
        Metric::Count => Ok(rows as f64),
        Metric::WeightSum => Ok(add(|s| s.w1)),
        Metric::EffectiveCount => {
            let (weight, squares) = (add(|s| s.w1), add(|s| s.w2));
            match squares > 0.0 {
                true => Ok(weight * weight / squares),
                false => Err(Reason::NoRows),
            }
        }
        _ => metric.value(table),
    };
    match value {
        Ok(value) => Estimate::count(value, rows),
        Err(reason) => Estimate::undefined(rows, Method::Count, reason),
    }
}

/// Makes the estimates of one view.
pub(crate) struct Estimator<'a> {
    pub view: &'a PreparedView,
    pub request: &'a Request,
    pub replicates: &'a Replicates,
    /// Of the smooth series.
    pub accelerations: HashMap<Statistic, f64>,
    pub overall: &'a [Sums; outcome::COUNT],
    /// What ranges would be if membership made no difference; empty where that cannot be told.
    pub laws: Vec<(Over, Option<Null>)>,
}

impl Estimator<'_> {
    /// The estimates of every group.
    pub fn groups(&self) -> Vec<GroupEstimates> {
        let groups = self.view.view.groups.iter().zip(&self.view.complements);
        groups
            .map(|(totals, others)| group_estimates(&totals.outcomes, others, self.request))
            .collect()
    }

    /// Every comparison of the view, ordered by metric, scheme, comparison and group, then the
    /// named disparities.
    pub fn comparisons(&self) -> Vec<Measurement> {
        const SCHEMES: [Scheme; 2] = [Scheme::ToReference, Scheme::ToComplement];
        let of_metric = |&metric: &Metric| {
            let mut out = Vec::with_capacity(4 * (self.view.view.groups.len() + 1));
            for scheme in SCHEMES {
                for comparison in [Comparison::Difference, Comparison::Ratio] {
                    out.extend(self.compare(metric, scheme, comparison));
                }
            }
            out.extend(self.ranges(std::slice::from_ref(&metric.row().metric)));
            out
        };
        let metrics = self.request.metrics.par_iter();
        let compared = metrics.filter(|metric| !matches!(metric.row().kind, Kind::Count));
        // Some metrics take longer than others: one task each, in the order of the request.
        let parts: Vec<Vec<Measurement>> = compared.map(of_metric).collect();
        let more = self.more();
        let named = self.request.disparities.len() * (self.view.view.groups.len() + 1);
        let count = parts.iter().map(Vec::len).sum::<usize>() + more.len() + named;
        let mut out = Vec::with_capacity(count);
        out.extend(parts.into_iter().flatten());
        out.extend(more);
        let disparities = self.request.disparities.par_iter();
        let named: Vec<Vec<Measurement>> = disparities
            .map(|disparity| self.named(disparity.row(), &out))
            .collect();
        out.extend(named.into_iter().flatten());
        out
    }

    /// The groups that are compared with the reference.
    pub(crate) fn compared(&self) -> impl Iterator<Item = usize> {
        let reference = self.view.reference;
        (0..self.view.view.groups.len())
            .filter(move |g| reference.is_some_and(|r| r != Reference::Group(*g)))
    }

    /// The rows that groups of the view are compared with.
    pub(crate) fn reference_sums(&self) -> &[Sums; outcome::COUNT] {
        match self.view.reference {
            Some(Reference::Group(r)) => &self.view.view.groups[r].outcomes,
            _ => self.overall,
        }
    }

    fn compare(&self, metric: Metric, scheme: Scheme, comparison: Comparison) -> Vec<Measurement> {
        let groups = self.view.view.groups.len();
        match scheme {
            Scheme::ToReference => self
                .compared()
                .map(|g| self.pair(g, metric, scheme, comparison))
                .collect(),
            Scheme::ToComplement if groups > 1 => (0..groups)
                .map(|g| self.pair(g, metric, scheme, comparison))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// One group against the reference or against everybody else.
    fn pair(
        &self,
        g: usize,
        metric: Metric,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        let sums = &self.view.view.groups[g].outcomes;
        let (against, statistic) = match scheme {
            Scheme::ToReference => (
                self.reference_sums(),
                Statistic::ToReference(g, metric, comparison),
            ),
            _ => (
                &self.view.complements[g],
                Statistic::ToComplement(g, metric, comparison),
            ),
        };
        let independent = self.view.is_independent(scheme);
        let value = || self.view.tables.value(statistic, self.view.reference);
        let level = self.request.level;
        let mut measurement = self.blank(metric.quantity(), scheme, comparison);
        measurement.subject.group = Some(self.view.view.groups[g].name.clone());
        if scheme == Scheme::ToReference {
            measurement.subject.reference = self.view.reference_name();
        }
        measurement.context = self.context(metric, sums, against);
        let missing = |name: &Option<GroupName>| name.as_ref().is_some_and(GroupName::has_missing);
        measurement.context.unknown_group =
            missing(&measurement.subject.group) || missing(&measurement.subject.reference);
        let closed = match independent {
            true => compared(
                metric,
                [sums, against],
                comparison,
                value(),
                self.request.tie,
                level,
            ),
            false => None,
        };
        measurement.estimate = match closed {
            Some(compared) => {
                if let Some((p, name)) = compared.test {
                    (measurement.p, measurement.test) = (Some(p), Some(name));
                }
                compared.estimate
            }
            None => {
                let rows = sums.iter().chain(against.iter()).map(|s| s.n).sum();
                let best = self.view.candidates.as_deref();
                match best.filter(|_| scheme == Scheme::ToReference) {
                    Some(candidates) => {
                        let estimate = self.against_best(g, metric, comparison, candidates, rows);
                        measurement.p = estimate.p_value(comparison.of_equals());
                        measurement.test = measurement.p.map(|_| match estimate.method {
                            Method::MaxTBest => "max_t",
                            _ => "bootstrap",
                        });
                        estimate
                    }
                    None => self.smooth(statistic, rows),
                }
            }
        };
        // Against the best group, and all rows, replicates were taken already.
        if independent {
            self.compare_on_clusters(statistic, &mut measurement);
        }
        let estimate = measurement.estimate;
        measurement.estimate = self.request.name_cut(measurement.quantity, estimate);
        measurement
    }

    /// A group against the best: by the share that chooses the best, from a band; other
    /// metrics from replicates that choose the best again.
    fn against_best(
        &self,
        g: usize,
        metric: Metric,
        comparison: Comparison,
        candidates: &[usize],
        rows: u64,
    ) -> Estimate {
        if metric == self.request.favourable.share() && self.replicates.joint.is_some() {
            let statistic = Statistic::ToReference(g, metric, comparison);
            self.to_best(statistic, (g, metric, comparison), candidates, rows)
        } else {
            self.smooth(Statistic::ToReference(g, metric, comparison), rows)
        }
    }

    /// All rows.
    pub(crate) fn rows(&self) -> u64 {
        self.overall.iter().map(|s| s.n).sum()
    }

    /// The groups' own values as measurements.
    pub fn values(&self, groups: &[GroupEstimates]) -> Vec<Measurement> {
        let mut out = Vec::with_capacity(groups.iter().map(Vec::len).sum());
        for (totals, estimates) in self.view.view.groups.iter().zip(groups) {
            for (metric, estimate) in estimates {
                let mut measurement =
                    self.blank(metric.quantity(), Scheme::Value, Comparison::None);
                measurement.subject.group = Some(totals.name.clone());
                measurement.context = self.context(*metric, &totals.outcomes, &totals.outcomes);
                measurement.context.reference_rows = 0;
                measurement.context.four_fifths_adverse = None;
                measurement.context.flips_with_one_selection = None;
                measurement.context.unknown_group = totals.name.has_missing();
                measurement.estimate = estimate.clone();
                out.push(measurement);
            }
        }
        out
    }

    /// What a policy looks at beside an estimate of two groups.
    pub(crate) fn context(
        &self,
        metric: Metric,
        group: &[Sums; outcome::COUNT],
        reference: &[Sums; outcome::COUNT],
    ) -> Context {
        let Request {
            tie, favourable, ..
        } = *self.request;
        context(metric, group, reference, tie, favourable)
    }

    /// A measurement without an estimate yet.
    pub(crate) fn blank(
        &self,
        quantity: &'static Quantity,
        scheme: Scheme,
        comparison: Comparison,
    ) -> Measurement {
        Measurement::blank(quantity, &self.view.view.name(), scheme, comparison)
    }
}
