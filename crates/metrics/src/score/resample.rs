//! Replicates of score tables: of values, of pairs and of disparities.
//!
//! Each group's rows are drawn with replacement: a multinomial draw of the counts by place and label
//! (without weights exactly the row bootstrap within groups), or gamma weights with the moments of the
//! cell (the Bayesian bootstrap). Rough metrics are evaluated on the draw, smooth ones move by their
//! influence function, and both are centred on the value of the scores themselves. Replicate `r`
//! draws from its own stream.

use std::sync::Arc;

use rayon::prelude::*;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::ScoreTable;

use super::catalogue::{Nature, ScoreDisparity, ScoreMetric};
use super::named;
use super::profile::Profile;
use super::sample::Sample;
use super::scoring_rate::Median;
use super::table::ALL;
use crate::disparity::Value;
use crate::draws::{self, Law};
use crate::statistic::Reference;

/// Streams of these replicates begin here, apart from those of the cube's.
const STREAM: u64 = 1 << 41;
/// Numbers kept of all replicates of a view (8 bytes each).
const KEPT_MAX: usize = 1 << 25;

/// What is replicated of a view.
pub(crate) struct Plan<'a> {
    /// Compared metrics.
    pub metrics: &'a [ScoreMetric],
    /// Named disparities.
    pub disparities: &'a [ScoreDisparity],
    /// Tables of the groups on common places, with weights.
    pub groups: &'a [ScoreTable],
    /// Everybody else's, by group; empty where no rough metric needs them.
    pub others: &'a [ScoreTable],
    /// All rows'.
    pub all: &'a ScoreTable,
    /// Values of the groups, of everybody else and of all rows on the scores themselves.
    pub profiles: [&'a [Profile]; 2],
    /// Of all rows.
    pub overall: &'a Profile,
    /// Values of the disparities on the scores themselves, by disparity, then by group (one for
    /// those over all groups).
    pub disparity_values: &'a [Vec<Value>],
    /// With whom groups are compared.
    pub reference: Option<Reference>,
    /// The median of all rows.
    pub median: Option<Median>,
    /// Whether rows have weights.
    pub weighted: bool,
    /// Number of replicates.
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
}

/// Replicates by series, NaN where undefined.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draws {
    metrics: Vec<ScoreMetric>,
    disparities: Vec<ScoreDisparity>,
    groups: usize,
    /// By metric: each group's, all rows', everybody else's by group where rough.
    values: Vec<Vec<Arc<[f64]>>>,
    /// By disparity: each group's, or one.
    named: Vec<Vec<Arc<[f64]>>>,
}

impl Draws {
    /// Of a group's value.
    pub fn group(&self, metric: ScoreMetric, g: usize) -> Option<&[f64]> {
        let m = self.metrics.iter().position(|m| *m == metric)?;
        self.values.get(m)?.get(g).map(AsRef::as_ref)
    }

    /// Of the value of all rows.
    pub fn overall(&self, metric: ScoreMetric) -> Option<&[f64]> {
        self.group(metric, self.groups)
    }

    /// Of the value of everybody but a group, of rough metrics.
    pub fn others(&self, metric: ScoreMetric, g: usize) -> Option<&[f64]> {
        match self.groups {
            2 => self.group(metric, 1 - g),
            _ => self.group(metric, self.groups + 1 + g),
        }
    }

    /// Of a disparity, of one group or over all (`g` 0).
    pub fn named(&self, disparity: ScoreDisparity, g: usize) -> Option<&[f64]> {
        let d = self.disparities.iter().position(|d| *d == disparity)?;
        self.named.get(d)?.get(g).map(AsRef::as_ref)
    }
}

/// One group's occupied cells.
struct Cells {
    /// Label and place.
    at: Vec<(usize, usize)>,
    law: Law,
    /// By metric: influence by cell if smooth.
    influence: Vec<Option<Vec<f64>>>,
}

impl Plan<'_> {
    fn is_rough(metric: ScoreMetric) -> bool {
        metric.row().nature == Nature::Rough
    }

    /// Whether rough values of everybody else are drawn: of two groups each is the other's.
    fn draws_others(&self, metric: ScoreMetric) -> bool {
        Self::is_rough(metric) && self.groups.len() > 2 && !self.others.is_empty()
    }

    /// The influence of each of `at` on the smooth metrics.
    fn influences(&self, table: &ScoreTable, at: &[(usize, usize)]) -> Vec<Option<Vec<f64>>> {
        let sample = Sample::new(table, self.median);
        let places = table.scores.len();
        let of = |&metric: &ScoreMetric| {
            if Self::is_rough(metric) {
                return None;
            }
            let mut flat = vec![0.0; ALL.len() * places];
            let value = sample.value(metric).ok()?;
            sample.influence(metric, value, |at, label, phi| {
                flat[label * places + at] = phi
            });
            Some(
                at.iter()
                    .map(|(label, at)| flat[label * places + at])
                    .collect(),
            )
        };
        self.metrics.iter().map(of).collect()
    }

    fn cells(&self, table: &ScoreTable) -> Cells {
        let occupied = |label: usize| {
            let rows = table.rows[label].iter().enumerate();
            rows.filter(|(_, n)| **n > 0)
                .map(move |(at, _)| (label, at))
        };
        let at: Vec<(usize, usize)> = ALL.into_iter().flat_map(occupied).collect();
        let cell = |&(label, at): &(usize, usize)| {
            let sum = |sums: &Option<[Vec<f64>; 3]>| sums.as_ref().map_or(0.0, |s| s[label][at]);
            let (w1, w2) = (sum(&table.weights), sum(&table.squares));
            (table.rows[label][at], w1, w2)
        };
        Cells {
            law: Law::of(at.iter().map(cell), self.weighted),
            influence: self.influences(table, &at),
            at,
        }
    }

    /// How far rough values on the places are from those on the scores.
    fn shift(&self, metric: ScoreMetric, table: &ScoreTable, profile: &Profile) -> f64 {
        if !Self::is_rough(metric) {
            return profile.get(metric).value.unwrap_or(f64::NAN);
        }
        let placed = Sample::new(table, self.median).value(metric);
        match (profile.get(metric).value, placed) {
            (Ok(exact), Ok(placed)) => exact - placed,
            _ => f64::NAN,
        }
    }
}

/// A table and what its replicates are read with.
struct Drawn {
    table: ScoreTable,
    /// By metric: the value (smooth) or the distance to it (rough).
    shifts: Vec<f64>,
}

/// The replicates of a view; `None` when cancelled. Empty where there would be too many to keep.
pub(crate) fn run(plan: &Plan<'_>, observer: &dyn Observer) -> Option<Draws> {
    let groups = plan.groups.len();
    let per_metric = |&m: &ScoreMetric| groups + 1 + if plan.draws_others(m) { groups } else { 0 };
    let widths: Vec<usize> = plan
        .metrics
        .iter()
        .map(per_metric)
        .chain(plan.disparity_values.iter().map(Vec::len))
        .collect();
    let width: usize = widths.iter().sum();
    if plan.replicates == 0 || width == 0 || width * plan.replicates > KEPT_MAX {
        return Some(Draws::default());
    }
    let cells: Vec<Cells> = plan
        .groups
        .par_iter()
        .map(|table| plan.cells(table))
        .collect();
    let overall = Overall::of(plan);
    let begin = |table: &ScoreTable, profile: &Profile| Drawn {
        shifts: plan
            .metrics
            .iter()
            .map(|&metric| plan.shift(metric, table, profile))
            .collect(),
        table: table.clone(),
    };
    let start = |tables: &[ScoreTable], profiles: &[Profile]| -> Vec<Drawn> {
        tables
            .iter()
            .zip(profiles)
            .map(|(t, p)| begin(t, p))
            .collect()
    };
    let named_shifts: Vec<Vec<f64>> = named_shifts(plan);
    let starts = (
        start(plan.groups, plan.profiles[0]),
        start(plan.others, plan.profiles[1]),
        begin(plan.all, plan.overall),
    );
    let room = || Scratch::of(&starts.0, &starts.1, &starts.2);
    let one = |scratch: &mut Scratch<'_>, r: usize, out: &mut Vec<f64>| {
        let mut stream = Stream::new(plan.seed, STREAM + r as u64);
        scratch.draw(&cells, &mut stream);
        scratch.evaluate(plan, &cells, &overall, &named_shifts, out);
    };
    let series = draws::series(plan.replicates, width, observer, room, one)?;
    let mut series = series.into_iter().map(Arc::<[f64]>::from);
    let mut parted = widths.iter().map(|w| series.by_ref().take(*w).collect());
    let values = parted.by_ref().take(plan.metrics.len()).collect();
    Some(Draws {
        metrics: plan.metrics.to_vec(),
        disparities: plan.disparities.to_vec(),
        groups,
        values,
        named: parted.collect(),
    })
}

/// How far disparities on the places are from those on the scores.
fn named_shifts(plan: &Plan<'_>) -> Vec<Vec<f64>> {
    let apart = |exact: &Value, placed: Value| match (exact, placed) {
        (Ok(exact), Ok(placed)) => exact - placed,
        _ => f64::NAN,
    };
    let of = |(&disparity, values): (&ScoreDisparity, &Vec<Value>)| {
        let placed = |g: usize| match named::metric_of(disparity) {
            // Made of values that are centred already.
            Some(_) => values[g],
            None => named::value(disparity, g, plan.groups, plan.all, plan.reference),
        };
        values
            .iter()
            .enumerate()
            .map(|(g, exact)| apart(exact, placed(g)))
            .collect()
    };
    plan.disparities
        .iter()
        .zip(plan.disparity_values)
        .map(of)
        .collect()
}

/// Influences on the values of all rows, by group's cell.
struct Overall {
    /// By group, then by metric.
    influence: Vec<Vec<Option<Vec<f64>>>>,
}

impl Overall {
    fn of(plan: &Plan<'_>) -> Self {
        let places = |table: &ScoreTable| -> Vec<(usize, usize)> {
            let occupied = |label: usize| {
                let rows = table.rows[label].iter().enumerate();
                rows.filter(|(_, n)| **n > 0)
                    .map(move |(at, _)| (label, at))
            };
            ALL.into_iter().flat_map(occupied).collect()
        };
        let of = |table: &ScoreTable| plan.influences(plan.all, &places(table));
        Self {
            influence: plan.groups.par_iter().map(of).collect(),
        }
    }
}

/// Room for one replicate.
struct Scratch<'a> {
    starts: (&'a [Drawn], &'a [Drawn], &'a Drawn),
    tables: Vec<ScoreTable>,
    others: Vec<ScoreTable>,
    all: ScoreTable,
    weights: Vec<Vec<f64>>,
    counts: Vec<u64>,
}

impl<'a> Scratch<'a> {
    fn of(groups: &'a [Drawn], others: &'a [Drawn], all: &'a Drawn) -> Self {
        let tables = |drawn: &[Drawn]| drawn.iter().map(|d| d.table.clone()).collect();
        Self {
            tables: tables(groups),
            others: tables(others),
            all: all.table.clone(),
            weights: vec![Vec::new(); groups.len()],
            counts: Vec::new(),
            starts: (groups, others, all),
        }
    }

    fn draw(&mut self, cells: &[Cells], stream: &mut Stream) {
        clear(&mut self.all);
        for ((cells, weights), table) in cells.iter().zip(&mut self.weights).zip(&mut self.tables) {
            cells.law.draw(stream, &mut self.counts, weights);
            if let (Some(into), Some(all)) = (&mut table.weights, &mut self.all.weights) {
                for (&(label, at), &weight) in cells.at.iter().zip(weights.iter()) {
                    into[label][at] = weight;
                    all[label][at] += weight;
                }
            }
        }
        for (rest, group) in self.others.iter_mut().zip(&self.tables) {
            let (Some(into), Some(all), Some(own)) =
                (&mut rest.weights, &self.all.weights, &group.weights)
            else {
                continue;
            };
            for label in ALL {
                let pairs = all[label].iter().zip(&own[label]);
                for (into, (all, own)) in into[label].iter_mut().zip(pairs) {
                    *into = (all - own).max(0.0);
                }
            }
        }
    }

    /// Appends the values of the draw, in the order of the series.
    fn evaluate(
        &self,
        plan: &Plan<'_>,
        cells: &[Cells],
        overall: &Overall,
        named_shifts: &[Vec<f64>],
        out: &mut Vec<f64>,
    ) {
        let begin = out.len();
        let rough = |metric: ScoreMetric, table: &ScoreTable, shift: f64| {
            let value = Sample::new(table, plan.median).value(metric);
            value.map_or(f64::NAN, |value| value + shift)
        };
        let moved = |influence: &Option<Vec<f64>>, weights: &[f64]| match influence {
            Some(phi) => phi.iter().zip(weights).map(|(phi, w)| phi * w).sum::<f64>(),
            None => f64::NAN,
        };
        let (groups, others, all) = self.starts;
        for (m, &metric) in plan.metrics.iter().enumerate() {
            let is_rough = Plan::is_rough(metric);
            for (g, table) in self.tables.iter().enumerate() {
                let shift = groups[g].shifts[m];
                out.push(match is_rough {
                    true => rough(metric, table, shift),
                    false => shift + moved(&cells[g].influence[m], &self.weights[g]),
                });
            }
            let by = overall.influence.iter().zip(&self.weights);
            out.push(match is_rough {
                true => rough(metric, &self.all, all.shifts[m]),
                false => all.shifts[m] + by.map(|(of, w)| moved(&of[m], w)).sum::<f64>(),
            });
            if plan.draws_others(metric) {
                let tables = self.others.iter().zip(others);
                out.extend(tables.map(|(t, start)| rough(metric, t, start.shifts[m])));
            }
        }
        let values = out[begin..].to_vec();
        let group_values = |metric: ScoreMetric| -> &[f64] {
            let mut at = 0;
            for &m in plan.metrics {
                if m == metric {
                    return &values[at..at + self.tables.len()];
                }
                let rest = if plan.draws_others(m) {
                    self.tables.len()
                } else {
                    0
                };
                at += self.tables.len() + 1 + rest;
            }
            &[]
        };
        for (&disparity, shifts) in plan.disparities.iter().zip(named_shifts) {
            for (g, shift) in shifts.iter().enumerate() {
                let value = match named::metric_of(disparity) {
                    Some(metric) => {
                        let defined = group_values(metric).iter().copied().filter(|v| !v.is_nan());
                        named::of_values(disparity, defined)
                    }
                    None => named::value(disparity, g, &self.tables, &self.all, plan.reference),
                };
                out.push(value.map_or(f64::NAN, |value| value + shift));
            }
        }
    }
}

fn clear(table: &mut ScoreTable) {
    for list in table.weights.iter_mut().flatten() {
        list.fill(0.0);
    }
}
