//! Groups that nobody knows: rates from the probabilities with which rows belong to them (FORMULAS §6).
//!
//! Three answers for every proportion of the catalogue and every gap to a reference group:
//!
//! - `weighted`: every row counts for each group with its probability. Right where, within rows of
//!   equal probabilities, belonging and outcome do not go together; else its rate is too low by
//!   `E[Cov(1[A = a], outcome | probabilities)]/P(a)`, too high where that is negative.
//! - `threshold`: every row counts for its likeliest group alone. Biased; gaps are often overstated.
//! - `bounds`: every way in which rows may belong to groups with these probabilities (Kallus, Mao,
//!   Zhou), sharp for rates and for gaps of two groups. Only these are judged.
//!
//! Gaps have a p-value of each answer: of the bounds that no way of belonging leaves the groups apart.
//! Where rows have clusters, these are drawn, and all three rest on their number.

mod ends;
mod resample;

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::Ends;
use waage_core::label::{GroupName, Label};
use waage_core::observer::{Observer, Phase};
use waage_core::proxy::ProxyCells;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::tally::{Pattern, Sums};

use crate::catalogue::{Kind, Metric};
use crate::closed::compared;
use crate::clustered::Touching;
use crate::context::quantity_context;
use crate::measure::{MeasureError, Request, adjust};
use crate::rate::Rate;
use crate::replicates::{UNDEFINED_SHARE_MAX, possible};
use crate::selective::Labels;
use ends::{difference, ratio, shares};
use resample::{Point, Table};

/// Which attribute is known by probabilities.
#[derive(Clone, Copy, Debug)]
pub struct Unknown<'a> {
    /// Its name.
    pub attribute: &'a str,
    /// Its position among such attributes, which tells their random streams apart.
    pub position: usize,
    /// Its groups, in the order of the probabilities.
    pub groups: &'a [String],
    /// The reference group; the one of the most expected rows if absent.
    pub reference: Option<&'a str>,
    /// Whether rows have weights.
    pub weighted: bool,
}

/// A value and the ends between which the data leave it open.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    /// The least value that the data allow; `None` where undefined.
    pub lower: Option<f64>,
    /// The greatest; `None` where undefined or unbounded.
    pub upper: Option<f64>,
    /// The weighted value, with the interval that holds both ends: what is judged.
    pub estimate: Estimate,
}

/// The three answers to one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// Rows weighted by their probabilities.
    pub weighted: Estimate,
    /// Rows assigned to their likeliest group.
    pub threshold: Estimate,
    /// All that may be.
    pub bounds: Bounds,
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberGroup {
    /// Rows in expectation: the sum of their probabilities.
    pub expected: f64,
    /// Rows assigned to it.
    pub assigned: u64,
    /// Its rates.
    pub rates: Vec<(Metric, Answers)>,
}

/// A group against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberGap {
    /// Position of the group.
    pub group: usize,
    /// What is compared.
    pub metric: Metric,
    /// How.
    pub comparison: Comparison,
    /// The answers.
    pub answers: Answers,
    /// p-values of equality.
    pub p: Equality,
}

/// p-values of the hypothesis that two groups do not differ, by each answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Equality {
    /// From the replicates of the weighted gap.
    pub weighted: Option<f64>,
    /// Of the rows assigned to either: the test of proportions, from replicates where these draw
    /// clusters.
    pub threshold: Option<f64>,
    /// That some way of belonging makes them equal: 1 where the bounds themselves allow it.
    pub bounds: Option<f64>,
}

/// An attribute that is known by probabilities.
#[derive(Clone, Debug)]
pub struct Membership {
    /// Position of the reference group.
    pub reference: usize,
    /// The groups, as named.
    pub groups: Vec<MemberGroup>,
    /// Every other group against the reference, by metric.
    pub gaps: Vec<MemberGap>,
    /// What a policy judges: rates and gaps by their bounds.
    pub measurements: Vec<Measurement>,
}

type Outcomes = [Sums; outcome::COUNT];

/// Measures every proportion asked for that the labels identify.
///
/// # Errors
/// [`MeasureError::UnknownReference`], [`MeasureError::Interrupted`].
pub fn membership(
    cells: &ProxyCells,
    unknown: &Unknown<'_>,
    request: &Request,
    labels: Labels,
    observer: &dyn Observer,
) -> Result<Membership, MeasureError> {
    let metrics: Vec<Metric> = request
        .metrics
        .iter()
        .copied()
        .filter(|m| matches!(m.row().kind, Kind::Proportion { .. }))
        .filter(|m| labels.identify(m.quantity()))
        .collect();
    let of_outcomes = metrics.iter().map(|m| parts(*m, request)).collect();
    let table = Table::new(
        cells,
        unknown.weighted,
        of_outcomes,
        possible(request.roles),
    );
    observer.begin(Phase::Estimate, Some(request.replicates as u64));
    let replicates = table.replicates(request.replicates, request.seed, unknown.position, observer);
    if observer.cancelled() {
        return Err(MeasureError::Interrupted);
    }
    let holds = |cell: usize, outcome: u8, group: usize| {
        let mut held = cells.cells[cell].held.iter();
        held.any(|held| held.outcome == outcome && held.groups[group].mass > 0.0)
    };
    let measure = Measure {
        unknown,
        request,
        clusters: [
            touching(cells, holds),
            touching(cells, |cell, _, group| {
                cells.cells[cell].class == Some(group)
            }),
        ],
        expected: (0..cells.groups).map(|g| expected(cells, g)).collect(),
        assigned: (0..cells.groups).map(|g| assigned(cells, g)).collect(),
        ends: table.ends(),
        replicates,
        metrics,
    };
    measure.all(cells)
}

/// The share of each outcome that is a hit and that is a miss.
fn parts(metric: Metric, request: &Request) -> Vec<(f64, f64)> {
    match metric.row().kind {
        Kind::Proportion { hit, miss, .. } => shares(hit, miss, request.tie),
        _ => vec![(0.0, 0.0); outcome::COUNT],
    }
}

/// A group's sums with every row weighted by its probability; rows in expectation, rounded.
fn expected(cells: &ProxyCells, group: usize) -> Outcomes {
    let mut sums = [Sums::ZERO; outcome::COUNT];
    let mut rows = [0.0; outcome::COUNT];
    for held in cells.cells.iter().flat_map(|cell| &cell.held) {
        let (at, mass) = (usize::from(held.outcome), held.groups[group]);
        sums[at].w1 += mass.mass;
        sums[at].w2 += mass.squares;
        rows[at] += mass.rows;
    }
    for (sums, rows) in sums.iter_mut().zip(rows) {
        sums.n = rows.round() as u64;
    }
    sums
}

/// A group's sums of the rows assigned to it.
fn assigned(cells: &ProxyCells, group: usize) -> Outcomes {
    let mut sums = [Sums::ZERO; outcome::COUNT];
    let own = cells.cells.iter().filter(|cell| cell.class == Some(group));
    for held in own.flat_map(|cell| &cell.held) {
        let at = &mut sums[usize::from(held.outcome)];
        at.n += held.n;
        at.w1 += held.w1;
        at.w2 += held.w2;
    }
    sums
}

/// The clusters with rows that count for groups, by cell and outcome, as `counts` says; `None` where rows
/// do not depend on each other.
fn touching(cells: &ProxyCells, counts: impl Fn(usize, u8, usize) -> bool) -> Option<Touching> {
    let of_pattern = |pattern: &Pattern| -> (u64, Vec<usize>) {
        let touches = |group: &usize| {
            let mut held = pattern.held.iter();
            held.any(|part| counts(part.cell as usize, part.outcome, *group))
        };
        let touched = (0..cells.groups).filter(touches).collect();
        (pattern.clusters, touched)
    };
    let patterns = cells.clusters.as_ref()?.patterns().iter();
    Some(Touching::of(cells.groups, patterns.map(of_pattern)))
}

/// How rows count for groups.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Weighted,
    Threshold,
}

struct Measure<'a> {
    unknown: &'a Unknown<'a>,
    request: &'a Request,
    /// By way; `None` where rows do not depend on each other.
    clusters: [Option<Touching>; 2],
    expected: Vec<Outcomes>,
    assigned: Vec<Outcomes>,
    metrics: Vec<Metric>,
    /// By metric, then by group.
    ends: Vec<Option<[f64; 2]>>,
    /// The same of every replicate.
    replicates: Vec<Vec<Option<Point>>>,
}

impl Measure<'_> {
    fn all(&self, cells: &ProxyCells) -> Result<Membership, MeasureError> {
        let rows: Vec<f64> = (0..cells.groups)
            .map(|g| {
                let held = cells.cells.iter().flat_map(|cell| &cell.held);
                held.map(|held| held.groups[g].rows).sum()
            })
            .collect();
        let reference = self.reference(&rows)?;
        let groups: Vec<MemberGroup> = rows
            .iter()
            .enumerate()
            .map(|(g, expected)| MemberGroup {
                expected: *expected,
                assigned: self.assigned[g].iter().map(|sums| sums.n).sum(),
                rates: (0..self.metrics.len())
                    .map(|m| (self.metrics[m], self.rate(m, g)))
                    .collect(),
            })
            .collect();
        let mut gaps = Vec::new();
        for m in 0..self.metrics.len() {
            for comparison in [Comparison::Difference, Comparison::Ratio] {
                for group in (0..groups.len()).filter(|g| *g != reference) {
                    let (answers, p) = self.gap(m, [group, reference], comparison);
                    gaps.push(MemberGap {
                        group,
                        metric: self.metrics[m],
                        comparison,
                        answers,
                        p,
                    });
                }
            }
        }
        let measurements = self.measurements(&groups, &gaps, reference);
        Ok(Membership {
            reference,
            groups,
            gaps,
            measurements,
        })
    }

    fn reference(&self, rows: &[f64]) -> Result<usize, MeasureError> {
        let names = self.unknown.groups;
        let Some(label) = self.unknown.reference else {
            let mut most = 0;
            for (g, n) in rows.iter().enumerate() {
                if *n > rows[most] {
                    most = g;
                }
            }
            return Ok(most);
        };
        let found = names.iter().position(|name| name == label);
        found.ok_or_else(|| MeasureError::UnknownReference {
            attribute: self.unknown.attribute.to_owned(),
            label: label.to_owned(),
            groups: names.join(", "),
        })
    }

    fn of(&self, metric: Metric, sums: &Outcomes) -> Rate {
        match metric.row().kind {
            Kind::Proportion { hit, miss, empty } => {
                Rate::of(sums, hit, miss, self.request.tie, empty)
            }
            _ => Rate::of(sums, &[], &[], self.request.tie, Reason::NotAvailable),
        }
    }

    /// A group's sums, its rows counted that way.
    fn sums(&self, way: Way, g: usize) -> &Outcomes {
        match way {
            Way::Weighted => &self.expected[g],
            Way::Threshold => &self.assigned[g],
        }
    }

    /// An estimate from replicates, resting on the clusters of two groups (or one) where rows have any.
    fn on_clusters(&self, way: Way, [g, h]: [usize; 2], estimate: Estimate) -> Estimate {
        match &self.clusters[way as usize] {
            Some(touching) => estimate.of_clusters(touching.pair(g, h), self.request.level),
            None => estimate,
        }
    }

    /// The method of percentiles.
    const fn percentile(&self) -> Method {
        match self.clusters[0] {
            Some(_) => Method::ClusterBootstrapPercentile,
            None => Method::BootstrapPercentile,
        }
    }

    fn named(&self, metric: Metric, estimate: Estimate) -> Estimate {
        self.request.name_cut(metric.quantity(), estimate)
    }

    /// A rate of one group.
    fn rate(&self, m: usize, g: usize) -> Answers {
        let at = m * self.expected.len() + g;
        let of = |way| self.rate_of(way, m, g);
        let weighted = of(Way::Weighted);
        let ends = self.ends[at];
        let bounds = self.bounds([g, g], &weighted, ends, |points| {
            points[at].map(|point| point.ends)
        });
        Answers {
            threshold: of(Way::Threshold),
            bounds,
            weighted,
        }
    }

    fn rate_of(&self, way: Way, m: usize, g: usize) -> Estimate {
        let metric = self.metrics[m];
        let at = m * self.expected.len() + g;
        let rate = self.of(metric, self.sums(way, g));
        let estimate = match self.clusters[0] {
            None => rate.estimate(self.request.level),
            Some(_) => self.replicated(way, [g, g], rate.value, rate.rows, |points| {
                points[at].map(|point| point.of(way))
            }),
        };
        self.named(metric, estimate)
    }

    /// A group against the reference.
    fn gap(&self, m: usize, groups: [usize; 2], comparison: Comparison) -> (Answers, Equality) {
        let at = groups.map(|g| m * self.expected.len() + g);
        let both = |ends: [Option<[f64; 2]>; 2]| match (ends, comparison) {
            ([Some(a), Some(b)], Comparison::Ratio) => Some(ratio(a, b)),
            ([Some(a), Some(b)], _) => Some(difference(a, b)),
            _ => None,
        };
        let weighted = self.replicated_gap(Way::Weighted, m, groups, comparison);
        let ends = both(at.map(|at| self.ends[at]));
        let bounds = self.bounds(groups, &weighted, ends, |points| {
            both(at.map(|at| points[at].map(|point| point.ends)))
        });
        let equal = comparison.of_equals();
        let (threshold, of_threshold) = match self.clusters[0] {
            None => self.closed_gap(m, groups, comparison),
            Some(_) => {
                let estimate = self.replicated_gap(Way::Threshold, m, groups, comparison);
                let p = estimate.p_value(equal);
                (estimate, p)
            }
        };
        let p = Equality {
            weighted: weighted.p_value(equal),
            threshold: of_threshold,
            bounds: bounds.estimate.p_value(equal),
        };
        let answers = Answers {
            weighted,
            threshold,
            bounds,
        };
        (answers, p)
    }

    /// A gap from replicates.
    fn replicated_gap(
        &self,
        way: Way,
        m: usize,
        groups: [usize; 2],
        comparison: Comparison,
    ) -> Estimate {
        let at = groups.map(|g| m * self.expected.len() + g);
        let rates = groups.map(|g| self.of(self.metrics[m], self.sums(way, g)));
        let n = rates.iter().map(|rate| rate.rows).sum();
        let value = match rates.map(|rate| rate.value) {
            [Ok(a), Ok(b)] => value_of(a, b, comparison).ok_or(Reason::ZeroReference),
            [Err(reason), _] | [_, Err(reason)] => Err(reason),
        };
        self.replicated(way, groups, value, n, |points| {
            let [a, b] = at.map(|at| points[at]);
            value_of(a?.of(way), b?.of(way), comparison)
        })
    }

    /// A gap of the rows assigned to two groups by its closed form, and the p-value of its test.
    fn closed_gap(
        &self,
        m: usize,
        groups: [usize; 2],
        comparison: Comparison,
    ) -> (Estimate, Option<f64>) {
        let metric = self.metrics[m];
        let found = compared(
            metric,
            groups.map(|g| &self.assigned[g]),
            comparison,
            Err(Reason::NotAvailable),
            self.request.tie,
            self.request.level,
        );
        found.map_or_else(
            || {
                (
                    Estimate::undefined(0, Method::Newcombe, Reason::NotAvailable),
                    None,
                )
            },
            |found| {
                (
                    self.named(metric, found.estimate),
                    found.test.map(|(p, _)| p),
                )
            },
        )
    }

    /// The replicates that are defined; the reason where too few are.
    fn defined<T>(&self, of: impl Fn(&[Option<Point>]) -> Option<T>) -> Result<Vec<T>, Reason> {
        let count = self.replicates.len();
        if count == 0 {
            return Err(Reason::NoReplicates);
        }
        let found: Vec<T> = self.replicates.iter().filter_map(|p| of(p)).collect();
        let undefined = (count - found.len()) as f64;
        match undefined > UNDEFINED_SHARE_MAX * count as f64 {
            true => Err(Reason::TooManyUndefinedReplicates),
            false => Ok(found),
        }
    }

    fn replicated(
        &self,
        way: Way,
        groups: [usize; 2],
        value: Result<f64, Reason>,
        n: u64,
        of: impl Fn(&[Option<Point>]) -> Option<f64>,
    ) -> Estimate {
        let method = self.percentile();
        let level = self.request.level;
        let value = match value {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(n, method, reason),
        };
        let estimate = match self.defined(of) {
            Ok(found) => {
                // The prior may carry all replicates past a value that is 0.
                let ends = Ends {
                    at: [value; 2],
                    replicates: [found.clone(), found],
                };
                Estimate::new(value, n, method, Evidence::Ends(Arc::new(ends)), level)
            }
            Err(reason) => Estimate::new(value, n, method, Evidence::None, level).bare(reason),
        };
        self.on_clusters(way, groups, estimate)
    }

    /// The bounds around a weighted value of a group, twice, or of a gap.
    fn bounds(
        &self,
        groups: [usize; 2],
        weighted: &Estimate,
        ends: Option<[f64; 2]>,
        of: impl Fn(&[Option<Point>]) -> Option<[f64; 2]>,
    ) -> Bounds {
        let method = Method::MembershipBounds;
        let n = weighted.n;
        let (Some(value), Some(at)) = (weighted.value, ends) else {
            let reason = weighted.reason.unwrap_or(Reason::NotIdentified);
            return Bounds {
                lower: ends.map(|at| at[0]),
                upper: ends.map(|at| at[1]).filter(|end| end.is_finite()),
                estimate: Estimate::undefined(n, method, reason),
            };
        };
        // Rounding must not leave the value outside.
        let at = [at[0].min(value), at[1].max(value)];
        let level = self.request.level;
        let estimate = match self.defined(of) {
            Ok(found) => {
                let side = |side: usize| found.iter().map(|ends| ends[side]).collect();
                let ends = Ends {
                    at,
                    replicates: [side(0), side(1)],
                };
                Estimate::new(value, n, method, Evidence::Ends(Arc::new(ends)), level)
            }
            Err(reason) => Estimate::new(value, n, method, Evidence::None, level).bare(reason),
        };
        Bounds {
            lower: Some(at[0]),
            upper: Some(at[1]).filter(|end| end.is_finite()),
            estimate: self.on_clusters(Way::Weighted, groups, estimate),
        }
    }

    fn measurements(
        &self,
        groups: &[MemberGroup],
        gaps: &[MemberGap],
        reference: usize,
    ) -> Vec<Measurement> {
        let name = |g: usize| {
            let label = Label::Text(self.unknown.groups[g].as_str().into());
            GroupName(vec![label])
        };
        let new = |metric: Metric, scheme, comparison, g: usize, estimate: &Estimate| {
            let attribute = self.unknown.attribute;
            let mut new = Measurement::blank(metric.quantity(), attribute, scheme, comparison);
            new.subject.group = Some(name(g));
            new.estimate = estimate.clone();
            new
        };
        let mut out = Vec::new();
        for gap in gaps {
            let estimate = &gap.answers.bounds.estimate;
            let scheme = Scheme::ToReference;
            let mut gap_of = new(gap.metric, scheme, gap.comparison, gap.group, estimate);
            gap_of.subject.reference = Some(name(reference));
            let sides = [gap.group, reference].map(|g| &self.expected[g]);
            gap_of.context = quantity_context(gap.metric.quantity(), sides[0], sides[1]);
            gap_of.p = gap.p.bounds;
            gap_of.test = gap.p.bounds.map(|_| "membership_bootstrap");
            out.push(gap_of);
        }
        adjust(&mut out);
        for (g, group) in groups.iter().enumerate() {
            for (metric, answers) in &group.rates {
                let estimate = &answers.bounds.estimate;
                let mut rate = new(*metric, Scheme::Value, Comparison::None, g, estimate);
                let own = &self.expected[g];
                rate.context = quantity_context(metric.quantity(), own, own);
                rate.context.reference_rows = 0;
                out.push(rate);
            }
        }
        out
    }
}

/// A gap of two values; `None` for a ratio to 0.
fn value_of(a: f64, b: f64, comparison: Comparison) -> Option<f64> {
    match comparison {
        Comparison::Ratio => (b > 0.0).then(|| a / b),
        _ => Some(a - b),
    }
}
