//! Ranges over groups: values, simultaneous bands, and what chance alone would make of them.

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Band, Extent};
use waage_core::quantity::{Comparison, Measurement, Quantity, Scheme};
use waage_core::tally::Sums;

use crate::band::{Column, Gaps, Part, Shape, bands};
use crate::catalogue::{Kind, Metric};
use crate::confusion::mass;
use crate::disparity::{self, Ends, Join, Value, Values, farthest, range};
use crate::estimator::Estimator;
use crate::measure::Request;
use crate::permutation::{GROUPS_MAX, Job, Null, Permutation, Question};
use crate::rate::Rate;
use crate::replicates::{bare, replicated};
use crate::statistic::{Reference, Statistic};
use crate::view::PreparedView;

/// Streams of permutations begin here, apart from those of other tasks.
const STREAM: u64 = 3 << 40;
/// Fewer replicates tell no spread.
pub(crate) const REPLICATES_MIN: usize = 20;
/// The columns of one metric by group; `None` where nothing is known of a group's value.
type Columns<'a> = Vec<Option<Column<'a>>>;

/// One number over the groups: of which metrics, and how it is made of them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Over {
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
        let each: Vec<Value> = self
            .metrics
            .iter()
            .map(|&metric| {
                let values = groups.iter().map(|v| v.get(metric));
                Ends::of(values).over(self.scheme, all.get(metric), self.comparison)
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
        let Some(&first) = metric.first() else {
            return Vec::new();
        };
        let columns = [Comparison::Difference, Comparison::Ratio]
            .map(|comparison| [self.columns(first, comparison)]);
        let made = overs(metric).into_iter().map(|over| {
            let statistic = match over.scheme {
                Scheme::ToOverall => Statistic::ToOverall(first, over.comparison),
                _ => Statistic::Between(first, over.comparison),
            };
            let columns = &columns[usize::from(over.comparison == Comparison::Ratio)];
            self.over(first.quantity(), over, statistic, columns)
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
        let Some(over) = over_of(row) else {
            let mut measurement = self.blank(&row.quantity, row.scheme, row.comparison);
            measurement.estimate = self.lifted(statistic, self.rows());
            return measurement;
        };
        if let [metric] = over.metrics {
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
        let columns: Vec<Columns<'_>> = over
            .metrics
            .iter()
            .map(|&metric| self.columns(metric, over.comparison))
            .collect();
        self.over(&row.quantity, over, statistic, &columns)
    }

    /// `½(|ΔFPR| + |ΔTPR|)` of a group: the mean of two absolute gaps with one band.
    pub(crate) fn absolute_odds(&self, g: usize, statistic: Statistic, rows: u64) -> Estimate {
        let value = self.view.tables.value(statistic, self.view.reference);
        if self.view.candidates.is_some() {
            return self.lifted(statistic, rows);
        }
        let columns = [Metric::TruePositiveRate, Metric::FalsePositiveRate].map(|metric| {
            let against = match self.view.reference {
                Some(Reference::Group(r)) => self.column(metric, r, false),
                _ => self.overall_column(metric, false),
            };
            [self.column(metric, g, false), against]
        });
        let parts = columns.each_ref().map(|columns| Part {
            columns: columns.iter().map(Option::as_ref).collect(),
            unknown: Vec::new(),
            gaps: Gaps::Pairs,
            independent: false,
        });
        let shape = Shape {
            merged: false,
            extent: Extent::Largest,
            greatest: Some(1.0),
        };
        let [band, _] = self.bands(&parts, shape);
        self.banded(value, rows, band)
    }

    /// A group's metric against the best of several, each of which may be it; `statistic` is its
    /// value on the data.
    pub(crate) fn to_best(
        &self,
        statistic: Statistic,
        (g, metric, comparison): (usize, Metric, Comparison),
        candidates: &[usize],
        rows: u64,
    ) -> Estimate {
        let value = self.view.tables.value(statistic, self.view.reference);
        let ratio = comparison == Comparison::Ratio;
        let others = candidates.iter().copied().filter(|&c| c != g);
        let columns: Columns<'_> = std::iter::once(g)
            .chain(others)
            .map(|c| self.column(metric, c, ratio))
            .collect();
        let part = Part {
            columns: columns.iter().map(Option::as_ref).collect(),
            unknown: Vec::new(),
            gaps: Gaps::FromFirst,
            independent: self.vary_apart(metric),
        };
        let (extent, equal) = match ratio {
            true => (Extent::LeastOfRatios, 1.0),
            false => (Extent::Least, 0.0),
        };
        // Nobody is above the best of a set that holds oneself.
        let greatest = candidates.contains(&g).then_some(equal);
        let shape = Shape {
            merged: true,
            extent,
            greatest,
        };
        let [band, _] = self.bands(&[part], shape);
        let mut estimate = self.banded(value, rows, band);
        estimate.method = Method::MaxTBest;
        estimate
    }

    /// A value that cannot be negative and that chance alone lifts above 0, from replicates that
    /// are lifted once more.
    pub(crate) fn lifted(&self, statistic: Statistic, rows: u64) -> Estimate {
        let position = self.view.position(statistic);
        let estimate = replicated(
            self.view.tables.value(statistic, self.view.reference),
            rows,
            Method::BootstrapPercentileBiased,
            position.and_then(|at| self.replicates.primed(at)),
            self.request.level,
        );
        self.drawn(statistic, estimate)
    }

    fn over(
        &self,
        quantity: &'static Quantity,
        over: Over,
        statistic: Statistic,
        columns: &[Columns<'_>],
    ) -> Measurement {
        let tables = &self.view.tables;
        let mut measurement = self.blank(quantity, over.scheme, over.comparison);
        let groups: Vec<&Values> = tables.groups().iter().collect();
        let name = |g: usize| self.view.view.groups[g].name.clone();
        let undefined = |v: &&Values| over.metrics.iter().any(|m| v.get(*m).is_err());
        let skipped = groups.iter().enumerate().filter(|(_, v)| undefined(v));
        measurement.range_mut().skipped = skipped.map(|(g, _)| name(g)).collect();
        self.name_extremes(&mut measurement, over);
        measurement.context.group_rows = self.rows();
        let is_known = |g: usize| !self.view.view.groups[g].name.has_missing();
        let value = over.value(&groups, tables.overall());
        // Without a value there is nothing to bound.
        let [of_all, of_known] = match value {
            Ok(_) => self.range_bands(over, columns),
            Err(_) => [None, None],
        };
        measurement.estimate = self.banded(value, self.rows(), of_all);
        let known: Vec<&Values> = (0..groups.len())
            .filter(|&g| is_known(g))
            .map(|g| groups[g])
            .collect();
        if known.len() < groups.len() {
            let value = over.value(&known, tables.overall());
            measurement.range_mut().known = Some(self.banded(value, self.rows(), of_known));
        }
        if over
            .metrics
            .iter()
            .any(|metric| self.lacks_scores(Some(*metric)))
        {
            measurement.estimate = measurement.estimate.bare(Reason::RowsClustered);
            measurement.range_mut().known = None;
        }
        let law = self
            .law(over)
            .filter(|_| measurement.estimate.value.is_some());
        measurement.range_mut().null_mean = law.and_then(Null::mean);
        let corrected = self.bias_corrected(statistic, &measurement.estimate, over.comparison);
        measurement.range_mut().bias_corrected = corrected;
        let equal = if over.comparison == Comparison::Ratio {
            1.0
        } else {
            0.0
        };
        if let Some(p) = law.and_then(Null::p) {
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
        measurement.range_mut().extremes = found.map(|(high, low)| (name(high), name(low)));
    }

    /// The bands of all groups and of those of known membership.
    fn range_bands(&self, over: Over, columns: &[Columns<'_>]) -> [Option<Band>; 2] {
        let groups = &self.view.view.groups;
        let unknown: Vec<usize> = (0..groups.len())
            .filter(|&g| groups[g].name.has_missing())
            .collect();
        let (taken, gaps) = match over.scheme {
            Scheme::ToOverall => (groups.len() + 1, Gaps::AgainstLast),
            _ => (groups.len(), Gaps::Pairs),
        };
        let mut parts = Vec::with_capacity(columns.len());
        for (&metric, columns) in over.metrics.iter().zip(columns) {
            parts.push(Part {
                columns: columns.iter().take(taken).map(Option::as_ref).collect(),
                unknown: unknown.clone(),
                gaps,
                independent: over.scheme != Scheme::ToOverall && self.vary_apart(metric),
            });
        }
        let widths = over.metrics.iter().map(|m| match m.quantity().range {
            (Some(low), Some(high)) => Some(high - low),
            _ => None,
        });
        let width = widths.reduce(|a, b| Some(a?.max(b?))).flatten();
        let merged = over.join == Join::Widest;
        self.bands(&parts, Shape::of_range(over.comparison, width, merged))
    }

    fn bands(&self, parts: &[Part<'_>], shape: Shape) -> [Option<Band>; 2] {
        let drawn = self.request.replicates >= REPLICATES_MIN && self.replicates.joint.is_some();
        match drawn {
            true => bands(parts, shape),
            false => [None, None],
        }
    }

    /// A value with the band of its parts.
    fn banded(&self, value: Value, rows: u64, band: Option<Band>) -> Estimate {
        let value = match value {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, Method::MaxT, reason),
        };
        let reason = match band {
            Some(band) => {
                let evidence = Evidence::Band(Arc::new(band));
                let level = self.request.level;
                let estimate = Estimate::new(value, rows, Method::MaxT, evidence, level);
                return match &self.view.clusters {
                    Some(clusters) => estimate.of_clusters(clusters.touching.whole(), level),
                    None => estimate,
                };
            }
            None if self.request.replicates < REPLICATES_MIN => Reason::NoReplicates,
            None if self.replicates.joint.is_none() => Reason::TooManyGroups,
            None => Reason::TooManyUndefinedReplicates,
        };
        bare(value, rows, Method::MaxT, reason)
    }

    /// Whether replicates of a metric of different groups vary apart: groups share no rows, and
    /// nothing that moves from draw to draw ties them together, nor a cluster with rows in both.
    fn vary_apart(&self, metric: Metric) -> bool {
        let own = matches!(
            metric.row().kind,
            Kind::Proportion { .. } | Kind::Shaped(_) | Kind::Mean
        );
        let apart = self.view.clusters.is_none() && !self.request.cut.is_some_and(|cut| cut.moves);
        own && apart
    }

    /// The replicates of every group's metric, or their logarithms; those of all rows last.
    fn columns(&self, metric: Metric, comparison: Comparison) -> Columns<'_> {
        let logarithms = comparison == Comparison::Ratio;
        let groups = 0..self.view.view.groups.len();
        groups
            .map(|g| self.column(metric, g, logarithms))
            .chain([self.overall_column(metric, logarithms)])
            .collect()
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
                let tie = self.request.tie;
                let Some(weight) = self.view.cluster_weight() else {
                    return Some(Rate::of(sums, hit, miss, tie, empty).trials);
                };
                let all = mass(sums, hit, tie).weight + mass(sums, miss, tie).weight;
                Some(all / weight.max(f64::MIN_POSITIVE))
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

    /// What a number would be if membership made no difference.
    fn law(&self, over: Over) -> Option<&Null> {
        let (_, law) = self.laws.iter().find(|(other, _)| *other == over)?;
        law.as_ref()
    }
}

/// The laws of all ranges of a view if membership made no difference, drawn together. Weighted rows
/// cannot be exchanged, nor can the rows of a cluster; and very many groups take too long.
pub(crate) fn laws(
    view: &PreparedView,
    request: &Request,
    index: usize,
    exchangeable: bool,
) -> Vec<(Over, Option<Null>)> {
    if !exchangeable || view.view.groups.len() > GROUPS_MAX {
        return Vec::new();
    }
    let metrics = request
        .metrics
        .iter()
        .map(|m| std::slice::from_ref(&m.row().metric));
    let mut wanted: Vec<Vec<Over>> = metrics.map(overs).collect();
    for disparity in &request.disparities {
        if let Some(over) = over_of(disparity.row())
            && !wanted.iter().any(|overs| overs.contains(&over))
        {
            wanted.push(vec![over]);
        }
    }
    let groups: Vec<[Sums; outcome::COUNT]> = view.view.groups.iter().map(|g| g.outcomes).collect();
    let permutation = Permutation {
        groups: &groups,
        tie: request.tie,
        draws: request.replicates,
        seed: request.seed,
        stream: STREAM + ((index as u64) << 27),
    };
    let jobs: Vec<Job> = wanted
        .iter()
        .filter_map(|overs| {
            let first = overs.first()?;
            Some(Job {
                metrics: first.metrics,
                join: match first.join {
                    Join::Mean => |values, comparison| joined(values, Join::Mean, comparison),
                    Join::Widest => |values, comparison| joined(values, Join::Widest, comparison),
                },
                questions: overs
                    .iter()
                    .map(|over| Question {
                        scheme: over.scheme,
                        comparison: over.comparison,
                    })
                    .collect(),
            })
        })
        .collect();
    let laws = permutation.laws(&jobs).into_iter().flatten();
    wanted.into_iter().flatten().zip(laws).collect()
}

/// The ranges of one metric: between groups and to all rows, difference and ratio each.
fn overs(metrics: &'static [Metric]) -> Vec<Over> {
    let mut overs = Vec::new();
    for scheme in [Scheme::BetweenGroups, Scheme::ToOverall] {
        for comparison in [Comparison::Difference, Comparison::Ratio] {
            overs.push(Over {
                metrics,
                join: Join::Widest,
                scheme,
                comparison,
            });
        }
    }
    overs
}

/// What a named disparity is over the groups; none where it is made of something else.
fn over_of(row: &disparity::Row) -> Option<Over> {
    let (metrics, join) = row.disparity.ranges()?;
    Some(Over {
        metrics,
        join,
        scheme: row.scheme,
        comparison: row.comparison,
    })
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
