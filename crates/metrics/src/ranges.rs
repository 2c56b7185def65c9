//! Ranges over groups: values, simultaneous bands, and what chance alone would make of them.

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::Extent;
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_core::tally::Sums;

use crate::band::{Column, Gaps, Part, band};
use crate::catalogue::{Kind, Metric};
use crate::disparity::{self, Join, Value, Values, farthest, range};
use crate::estimator::Estimator;
use crate::permutation::{self, GROUPS_MAX, Null, Permutation, Question};
use crate::rate::Rate;
use crate::replicates::{bare, replicated};
use crate::statistic::{Reference, Statistic};

/// Streams of permutations begin here, apart from those of other tasks.
const STREAM: u64 = 1 << 41;
/// Fewer replicates tell no spread.
const REPLICATES_MIN: usize = 20;
/// In the place of a metric's number: draws of several metrics together.
const TOGETHER: u64 = 1023;

/// One number over the groups: of which metrics, and how it is made of them.
#[derive(Clone, Copy)]
struct Over {
    metrics: &'static [Metric],
    join: Join,
    scheme: Scheme,
    comparison: Comparison,
}

impl Over {
    /// Its value on some groups.
    fn value(&self, groups: &[&Values], all: &Values) -> Value {
        let signed = self.metrics.iter().any(|metric| metric.may_be_negative());
        if self.comparison == Comparison::Ratio && signed {
            return Err(Reason::RatioUndefined);
        }
        let each: Vec<Value> =
            self.metrics
                .iter()
                .map(|&metric| {
                    let values = groups.iter().map(|v| v.get(metric));
                    match self.scheme {
                        Scheme::ToOverall => farthest(values, all.get(metric), self.comparison)
                            .map(|(value, _)| value),
                        _ => range(values, self.comparison),
                    }
                })
                .collect();
        joined(&each, self.join, self.comparison)
    }
}

/// One number of several: the widest of those defined, or the mean of all.
fn joined(values: &[Value], join: Join, comparison: Comparison) -> Value {
    let widest = |a: f64, b: f64| match comparison {
        Comparison::Ratio => a.min(b),
        _ => a.max(b),
    };
    match join {
        Join::Mean => {
            let sum: f64 = values.iter().copied().sum::<Result<f64, Reason>>()?;
            Ok(sum / values.len() as f64)
        }
        Join::Widest => values
            .iter()
            .copied()
            .reduce(|a, b| match (a, b) {
                (Ok(a), Ok(b)) => Ok(widest(a, b)),
                (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
                (Err(reason), Err(_)) => Err(reason),
            })
            .unwrap_or(Err(Reason::NotAvailable)),
    }
}

impl Estimator<'_> {
    /// The ranges of one metric: between groups and to all rows, difference and ratio each.
    pub(crate) fn ranges(&self, metric: &'static [Metric]) -> Vec<Measurement> {
        let mut overs = Vec::new();
        for scheme in [Scheme::BetweenGroups, Scheme::ToOverall] {
            for comparison in [Comparison::Difference, Comparison::Ratio] {
                overs.push(Over {
                    metrics: metric,
                    join: Join::Widest,
                    scheme,
                    comparison,
                });
            }
        }
        let Some(&first) = metric.first() else {
            return Vec::new();
        };
        let laws = self.laws(&overs);
        let made = overs.iter().zip(laws).map(|(over, law)| {
            let statistic = match over.scheme {
                Scheme::ToOverall => Statistic::ToOverall(first, over.comparison),
                _ => Statistic::Between(first, over.comparison),
            };
            self.over(first.quantity(), *over, statistic, law)
        });
        made.collect()
    }

    /// A named disparity over all groups; `known` are the ranges of metrics already measured.
    pub(crate) fn named_over(
        &self,
        row: &'static disparity::Row,
        measured: &[Measurement],
    ) -> Measurement {
        let statistic = Statistic::NamedOver(row.disparity);
        let Some((metrics, join)) = row.disparity.ranges() else {
            let mut measurement = self.blank(&row.quantity, row.scheme, row.comparison);
            measurement.estimate = self.lifted(statistic, self.rows());
            return measurement;
        };
        if let [metric] = metrics {
            let same = measured.iter().find(|m| {
                *m.quantity == *metric.quantity()
                    && m.scheme == row.scheme
                    && m.comparison == row.comparison
            });
            if let Some(same) = same {
                let mut measurement = same.clone();
                measurement.quantity = &row.quantity;
                return measurement;
            }
        }
        let over = Over {
            metrics,
            join,
            scheme: row.scheme,
            comparison: row.comparison,
        };
        let law = self.laws(&[over]).pop().flatten();
        self.over(&row.quantity, over, statistic, law)
    }

    /// `½(|ΔFPR| + |ΔTPR|)` of a group: the mean of two absolute gaps with one band.
    pub(crate) fn absolute_odds(&self, g: usize, statistic: Statistic, rows: u64) -> Estimate {
        let value = self.view.tables.value(statistic, self.view.reference);
        if self.view.candidates.is_some() {
            return self.lifted(statistic, rows);
        }
        let part = |metric: Metric| {
            let against = match self.view.reference {
                Some(Reference::Group(r)) => self.column(metric, r, false),
                _ => self.overall_column(metric, false),
            };
            Part {
                columns: vec![self.column(metric, g, false), against],
                gaps: Gaps::Pairs,
            }
        };
        let metrics = [Metric::TruePositiveRate, Metric::FalsePositiveRate];
        let parts = || metrics.map(part).into_iter().collect();
        self.banded(value, rows, parts, false, Extent::Largest, Some(1.0))
    }

    /// A group's metric against the best of several, each of which may be it.
    pub(crate) fn to_best(
        &self,
        g: usize,
        metric: Metric,
        comparison: Comparison,
        candidates: &[usize],
        rows: u64,
    ) -> Estimate {
        let statistic = Statistic::ToReference(g, metric, comparison);
        let value = self.view.tables.value(statistic, self.view.reference);
        let ratio = comparison == Comparison::Ratio;
        let parts = || {
            let others = candidates.iter().copied().filter(|&c| c != g);
            let columns = std::iter::once(g).chain(others);
            vec![Part {
                columns: columns.map(|c| self.column(metric, c, ratio)).collect(),
                gaps: Gaps::FromFirst,
            }]
        };
        let (extent, equal) = match ratio {
            true => (Extent::LeastOfRatios, 1.0),
            false => (Extent::Least, 0.0),
        };
        // Nobody is above the best of a set that holds oneself.
        let greatest = candidates.contains(&g).then_some(equal);
        let mut estimate = self.banded(value, rows, parts, true, extent, greatest);
        estimate.method = Method::MaxTBest;
        estimate
    }

    /// A value that cannot be negative and that chance alone lifts above 0, from replicates that
    /// are lifted once more.
    pub(crate) fn lifted(&self, statistic: Statistic, rows: u64) -> Estimate {
        let position = self.view.position(statistic);
        replicated(
            self.view.tables.value(statistic, self.view.reference),
            rows,
            Method::BootstrapPercentileBiased,
            position.and_then(|at| self.replicates.primed.get(at)),
            self.request.level,
        )
    }

    fn over(
        &self,
        quantity: &'static Quantity,
        over: Over,
        statistic: Statistic,
        law: Option<Null>,
    ) -> Measurement {
        let tables = &self.view.tables;
        let mut measurement = self.blank(quantity, over.scheme, over.comparison);
        let groups: Vec<&Values> = tables.groups().iter().collect();
        let name = |g: usize| self.view.view.groups[g].name.clone();
        let undefined = |v: &&Values| over.metrics.iter().any(|m| v.get(*m).is_err());
        let skipped = groups.iter().enumerate().filter(|(_, v)| undefined(v));
        measurement.skipped = skipped.map(|(g, _)| name(g)).collect();
        self.name_extremes(&mut measurement, over);
        measurement.context.group_rows = self.rows();
        let all: Vec<usize> = (0..groups.len()).collect();
        let value = over.value(&groups, tables.overall());
        measurement.estimate = self.range_estimate(over, value, &all);
        let known: Vec<usize> = all
            .into_iter()
            .filter(|&g| !self.view.view.groups[g].name.has_missing())
            .collect();
        if known.len() < groups.len() {
            let some: Vec<&Values> = known.iter().map(|&g| groups[g]).collect();
            let value = over.value(&some, tables.overall());
            measurement.range.known = Some(self.range_estimate(over, value, &known));
        }
        let law = law.filter(|_| measurement.estimate.value.is_some());
        measurement.range.null_mean = law.as_ref().and_then(Null::mean);
        measurement.range.bias_corrected =
            self.bias_corrected(statistic, &measurement.estimate, over.comparison);
        let equal = if over.comparison == Comparison::Ratio {
            1.0
        } else {
            0.0
        };
        if let Some(p) = law.as_ref().and_then(Null::p) {
            (measurement.p, measurement.test) = (Some(p), Some("permutation"));
        } else if let Some(p) = measurement.estimate.p_value(equal) {
            (measurement.p, measurement.test) = (Some(p), Some("max_t"));
        }
        measurement.p_adjusted = measurement.p;
        measurement
    }

    /// The highest and the lowest group, or the farthest one; of several metrics, of the widest.
    fn name_extremes(&self, measurement: &mut Measurement, over: Over) {
        let tables = &self.view.tables;
        let name = |g: usize| self.view.view.groups[g].name.clone();
        let each = |metric: Metric| tables.groups().iter().map(move |v| v.get(metric));
        if let (Scheme::ToOverall, [metric]) = (over.scheme, over.metrics) {
            let all = tables.overall().get(*metric);
            let found = farthest(each(*metric), all, over.comparison);
            measurement.subject.group = found.ok().map(|(_, g)| name(g));
            return;
        }
        let widest = over.metrics.iter().copied().reduce(|a, b| {
            let (first, second) = (
                range(each(a), over.comparison),
                range(each(b), over.comparison),
            );
            match (first, second) {
                (Ok(x), Ok(y))
                    if joined(&[first, second], Join::Widest, over.comparison) == Ok(y)
                        && x != y =>
                {
                    b
                }
                (Err(_), Ok(_)) => b,
                _ => a,
            }
        });
        let found = widest.and_then(|metric| extremes(each(metric)));
        measurement.extremes = found.map(|(high, low)| (name(high), name(low)));
    }

    fn range_estimate(&self, over: Over, value: Value, groups: &[usize]) -> Estimate {
        let ratio = over.comparison == Comparison::Ratio;
        let parts = || {
            let part = |&metric: &Metric| {
                let mut columns: Vec<Option<Column<'_>>> = groups
                    .iter()
                    .map(|&g| self.column(metric, g, ratio))
                    .collect();
                let mut gaps = Gaps::Pairs;
                if over.scheme == Scheme::ToOverall {
                    columns.push(self.overall_column(metric, ratio));
                    gaps = Gaps::AgainstLast;
                }
                Part { columns, gaps }
            };
            over.metrics.iter().map(part).collect()
        };
        let widths = over.metrics.iter().map(|m| match m.quantity().range {
            (Some(low), Some(high)) => Some(high - low),
            _ => None,
        });
        let (extent, greatest) = match ratio {
            true => (Extent::LeastRatio, Some(1.0)),
            false => (
                Extent::Largest,
                widths.reduce(|a, b| Some(a?.max(b?))).flatten(),
            ),
        };
        let merged = over.join == Join::Widest;
        self.banded(value, self.rows(), parts, merged, extent, greatest)
    }

    /// A value with the band of its parts.
    fn banded<'a>(
        &'a self,
        value: Value,
        rows: u64,
        parts: impl FnOnce() -> Vec<Part<'a>>,
        merged: bool,
        extent: Extent,
        greatest: Option<f64>,
    ) -> Estimate {
        let value = match value {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, Method::MaxT, reason),
        };
        if self.request.replicates < REPLICATES_MIN {
            return bare(value, rows, Method::MaxT, Reason::NoReplicates);
        }
        if self.replicates.joint.is_none() {
            return bare(value, rows, Method::MaxT, Reason::TooManyGroups);
        }
        match band(&parts(), merged, extent, greatest) {
            Some(band) => {
                let evidence = Evidence::Band(Arc::new(band));
                Estimate::new(value, rows, Method::MaxT, evidence, self.request.level)
            }
            None => bare(
                value,
                rows,
                Method::MaxT,
                Reason::TooManyUndefinedReplicates,
            ),
        }
    }

    /// The replicates of a group's metric; none where nothing tells how it varies.
    fn column(&self, metric: Metric, g: usize, logarithms: bool) -> Option<Column<'_>> {
        let scored = || -> u64 {
            let sums = &self.view.view.groups[g].outcomes;
            sums.iter().map(|s| s.scored).sum()
        };
        if matches!(metric.row().kind, Kind::Mean) && scored() < 2 {
            return None;
        }
        let values = self.replicates.joint.as_ref()?.group(metric, g)?;
        let defined = self.view.tables.groups()[g].get(metric).is_ok();
        let column = Column::new(values, defined, logarithms);
        let sums = &self.view.view.groups[g].outcomes;
        Some(column.of_trials(self.trials(metric, sums).filter(|_| !logarithms)))
    }

    fn overall_column(&self, metric: Metric, logarithms: bool) -> Option<Column<'_>> {
        let values = self.replicates.joint.as_ref()?.overall(metric)?;
        let defined = self.view.tables.overall().get(metric).is_ok();
        let column = Column::new(values, defined, logarithms);
        Some(column.of_trials(self.trials(metric, self.overall).filter(|_| !logarithms)))
    }

    /// Trials of a proportion, effective where weighted; none where rows are not independent.
    fn trials(&self, metric: Metric, sums: &[Sums; outcome::COUNT]) -> Option<f64> {
        match metric.row().kind {
            Kind::Proportion { hit, miss, empty } => {
                Some(Rate::of(sums, hit, miss, self.request.tie, empty).trials)
            }
            _ => None,
        }
    }

    /// `2θ̂ − mean(θ*)`, at least 0 and for ratios at most 1.
    fn bias_corrected(
        &self,
        statistic: Statistic,
        estimate: &Estimate,
        comparison: Comparison,
    ) -> Option<f64> {
        let value = estimate.value?;
        let at = self.view.position(statistic)?;
        let replicates = self.replicates.plain.get(at)?;
        let defined = || replicates.iter().filter(|v| !v.is_nan());
        let count = defined().count();
        if count == 0 || (replicates.len() - count) * 20 > replicates.len() {
            return None;
        }
        let corrected = 2.0 * value - defined().sum::<f64>() / count as f64;
        Some(match comparison {
            Comparison::Ratio => corrected.clamp(0.0, 1.0),
            _ => corrected.max(0.0),
        })
    }

    /// What the numbers would be if membership made no difference. Weighted rows cannot be
    /// exchanged, nor can the rows of a cluster; and very many groups take too long.
    fn laws(&self, overs: &[Over]) -> Vec<Option<Null>> {
        let none = || vec![None; overs.len()];
        let Some(Over { metrics, join, .. }) = overs.first().copied() else {
            return Vec::new();
        };
        if !self.exchangeable || self.view.view.groups.len() > GROUPS_MAX {
            return none();
        }
        let groups: Vec<[Sums; outcome::COUNT]> =
            self.view.view.groups.iter().map(|g| g.outcomes).collect();
        let of = |&metric: &Metric| permutation::classes(metric, &groups, self.request.tie);
        let Some(classes) = metrics.iter().map(of).collect::<Option<Vec<_>>>() else {
            return none();
        };
        let number = match metrics {
            [metric] => *metric as u64,
            _ => TOGETHER,
        };
        let difference = |values: &[Value]| joined(values, Join::Widest, Comparison::Difference);
        let ratio = |values: &[Value]| joined(values, Join::Widest, Comparison::Ratio);
        let mean = |values: &[Value]| joined(values, Join::Mean, Comparison::Difference);
        let permutation = Permutation {
            metrics: &classes,
            join: match (join, overs.first().map(|over| over.comparison)) {
                (Join::Mean, _) => mean,
                (Join::Widest, _) if metrics.len() == 1 => permutation::first,
                (Join::Widest, Some(Comparison::Ratio)) => ratio,
                (Join::Widest, _) => difference,
            },
            draws: self.request.replicates,
            seed: self.request.seed,
            stream: STREAM + ((self.index as u64) << 27) + (number << 17),
        };
        let questions: Vec<Question> = overs
            .iter()
            .map(|over| Question {
                scheme: over.scheme,
                comparison: over.comparison,
            })
            .collect();
        permutation.laws(&questions)
    }
}

/// Positions of the highest and the lowest defined value.
pub(crate) fn extremes(values: impl Iterator<Item = Value>) -> Option<(usize, usize)> {
    let defined: Vec<(usize, f64)> = values
        .enumerate()
        .filter_map(|(g, v)| v.ok().map(|v| (g, v)))
        .collect();
    if defined.len() < 2 {
        return None;
    }
    let first_best = |better: fn(f64, f64) -> bool| {
        defined
            .iter()
            .copied()
            .reduce(|best, next| if better(next.1, best.1) { next } else { best })
            .map(|(g, _)| g)
    };
    let (high, low) = (first_best(|a, b| a > b)?, first_best(|a, b| a < b)?);
    // Of equal values none is the highest.
    (high != low).then_some((high, low))
}
