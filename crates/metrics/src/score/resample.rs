//! Replicates of score tables: of values, of pairs and of disparities.
//!
//! Each group's rows are drawn with replacement: a multinomial draw of the counts by place and label
//! (without weights exactly the row bootstrap within groups), or gamma weights with the moments of the
//! cell (the Bayesian bootstrap). Rough metrics are evaluated on the draw, smooth ones move by their
//! influence function, and both are centred on the value of the scores themselves. Replicate `r`
//! draws from its own stream.
//!
//! Where rows come in clusters, whole ones are drawn, for all groups at once. Then nothing has a
//! closed form, and everybody else's values and areas against a background move here too.

use std::sync::Arc;

use rayon::prelude::*;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::{Clusters, ScoreTable};

use super::catalogue::{Nature, ScoreDisparity, ScoreMetric};
use super::movement::Movement;
use super::named;
use super::profile::Profile;
use super::replica::{Asked, Drawn, Fixed, Frame, Pair, Rough, abroca};
use super::sample::Sample;
use super::scoring_rate::Median;
use super::table::ALL;
use crate::disparity::Value;
use crate::draws::{self, Law};
use crate::lanes::dot;
use crate::statistic::Reference;

/// Streams of these replicates begin here, apart from those of the cube and of permutations.
const STREAM: u64 = 1 << 41;
/// Numbers kept of all replicates of a view (8 bytes each).
const KEPT_MAX: usize = 1 << 25;

/// What is replicated of a view.
pub(crate) struct Plan<'a> {
    /// Compared metrics; of clusters, areas against a background too.
    pub metrics: &'a [ScoreMetric],
    /// Named disparities.
    pub disparities: &'a [ScoreDisparity],
    /// Tables of the groups on common places, with weights.
    pub groups: &'a [ScoreTable],
    /// Everybody else's, by group; empty where no metric needs them.
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
    /// Clusters that are drawn whole: their rows by group, label and place, one number together.
    pub clusters: Option<&'a Clusters>,
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
    /// By metric: each group's, all rows', everybody else's by group where drawn.
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

    /// Of the value of everybody but a group: of rough metrics, and of all where clusters are drawn.
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
    /// Label × place.
    at: Vec<usize>,
    /// By metric: influence by cell if smooth and defined.
    influence: Vec<Option<Vec<f64>>>,
}

/// How cells are drawn.
enum Laws {
    /// Those of each group by themselves.
    Groups(Vec<Law>),
    /// Those of all groups together, one group's after the other's.
    Clusters(Law),
}

impl Plan<'_> {
    fn is_rough(metric: ScoreMetric) -> bool {
        metric.row().nature == Nature::Rough
    }

    /// What has to be known of each draw.
    fn asked(&self) -> Asked {
        let wants = |metric: ScoreMetric| self.metrics.contains(&metric);
        Asked {
            ks: wants(ScoreMetric::KsStatistic),
            bins: wants(ScoreMetric::ExpectedCalibrationError)
                || wants(ScoreMetric::MaximumCalibrationError)
                || self
                    .disparities
                    .contains(&ScoreDisparity::MulticalibrationError),
            equal_mass: wants(ScoreMetric::ExpectedCalibrationErrorEqualMass),
        }
    }

    /// Whether values of everybody else are drawn: of two groups each is the other's.
    fn draws_others(&self, metric: ScoreMetric) -> bool {
        let drawn = Self::is_rough(metric) || self.clusters.is_some();
        drawn && metric.is_compared() && self.groups.len() > 2 && !self.others.is_empty()
    }

    /// Everybody else's table.
    fn others(&self, g: usize) -> Option<&ScoreTable> {
        match self.groups.len() {
            2 => self.groups.get(1 - g),
            _ => self.others.get(g),
        }
    }

    /// What moves with a group's rows and with everybody else's: areas between both, and where it is
    /// drawn the value of everybody else, of a metric that is not rough.
    fn movements(&self, metric: ScoreMetric) -> Vec<Option<Movement>> {
        let groups = self.groups.par_iter().enumerate();
        if self.clusters.is_some() && !metric.is_compared() {
            let between = |(g, group)| Movement::between(metric, group, self.others(g)?);
            return groups.map(between).collect();
        }
        if Self::is_rough(metric) || !self.draws_others(metric) {
            return Vec::new();
        }
        let of_others = |table| Movement::of_others(metric, table, self.median);
        self.others.par_iter().map(of_others).collect()
    }

    /// Series of a metric.
    fn width(&self, metric: ScoreMetric) -> usize {
        let groups = self.groups.len();
        groups + 1 + if self.draws_others(metric) { groups } else { 0 }
    }

    /// The influence of every label and place on the smooth metrics.
    fn influences(&self, table: &ScoreTable) -> Vec<Option<Vec<f64>>> {
        let sample = Sample::new(table, self.median);
        let places = table.scores.len();
        let of = |&metric: &ScoreMetric| {
            if Self::is_rough(metric) {
                return None;
            }
            let mut flat = vec![0.0; ALL.len() * places];
            let value = sample.value(metric).ok()?;
            sample.influence(metric, value, |at, label, phi| {
                flat[label * places + at] = phi;
            });
            Some(flat)
        };
        self.metrics.iter().map(of).collect()
    }

    fn cells(&self, table: &ScoreTable) -> Cells {
        let places = table.scores.len();
        let occupied = |at: &usize| table.rows[at / places][at % places] > 0;
        let at: Vec<usize> = (0..ALL.len() * places).filter(occupied).collect();
        let chosen = |flat: Vec<f64>| at.iter().map(|&at| flat[at]).collect();
        let influence = self.influences(table).into_iter();
        Cells {
            influence: influence.map(|of| of.map(chosen)).collect(),
            at,
        }
    }

    /// How the occupied cells of every group are drawn.
    fn laws(&self, cells: &[Cells]) -> Laws {
        let width = ALL.len() * self.all.scores.len();
        let Some(clusters) = self.clusters else {
            let of_group = |(table, cells): (&ScoreTable, &Cells)| {
                let places = table.scores.len();
                let cell = |&at: &usize| {
                    let (label, at) = (at / places, at % places);
                    let sum =
                        |sums: &Option<[Vec<f64>; 3]>| sums.as_ref().map_or(0.0, |s| s[label][at]);
                    let (w1, w2) = (sum(&table.weights), sum(&table.squares));
                    (table.rows[label][at], w1, w2)
                };
                Law::of(cells.at.iter().map(cell), self.weighted)
            };
            return Laws::Groups(self.groups.iter().zip(cells).map(of_group).collect());
        };
        let mut number = vec![0; width * cells.len()];
        let mut count = 0;
        for (g, cells) in cells.iter().enumerate() {
            for &at in &cells.at {
                number[g * width + at] = count;
                count += 1;
            }
        }
        let place = |cell: u32, _| number[cell as usize];
        Laws::Clusters(Law::of_clusters(clusters, count, place))
    }

    /// The value of every series on the scores themselves, NaN where undefined.
    fn exact(&self) -> Vec<f64> {
        let [groups, others] = self.profiles;
        let mut out = Vec::new();
        for &metric in self.metrics {
            let value = |profile: &Profile| profile.get(metric).value.unwrap_or(f64::NAN);
            out.extend(groups.iter().map(value));
            out.push(value(self.overall));
            if self.draws_others(metric) {
                out.extend(others.iter().map(value));
            }
        }
        let named = self.disparity_values.iter().flatten();
        out.extend(named.map(|value| value.unwrap_or(f64::NAN)));
        out
    }
}

/// The replicates of a view; `None` when cancelled. Empty where there would be too many to keep.
pub(crate) fn run(plan: &Plan<'_>, observer: &dyn Observer) -> Option<Draws> {
    let widths: Vec<usize> = plan
        .metrics
        .iter()
        .map(|&metric| plan.width(metric))
        .chain(plan.disparity_values.iter().map(Vec::len))
        .collect();
    let width: usize = widths.iter().sum();
    if plan.replicates == 0 || width == 0 || width * plan.replicates > KEPT_MAX {
        return Some(Draws::default());
    }
    let view = View::of(plan);
    let room = || Scratch::of(&view);
    let one = |scratch: &mut Scratch<'_>, r: usize, out: &mut Vec<f64>| {
        let mut stream = Stream::new(plan.seed, STREAM + r as u64);
        scratch.draw(&mut stream);
        scratch.evaluate(out);
    };
    let series = draws::series(plan.replicates, width, observer, room, one)?;
    let mut series = series.into_iter();
    let mut parted = widths.iter().map(|w| series.by_ref().take(*w).collect());
    let values = parted.by_ref().take(plan.metrics.len()).collect();
    Some(Draws {
        metrics: plan.metrics.to_vec(),
        disparities: plan.disparities.to_vec(),
        groups: plan.groups.len(),
        values,
        named: parted.collect(),
    })
}

/// What does not change from draw to draw.
struct View<'a> {
    plan: &'a Plan<'a>,
    frame: Frame,
    cells: Vec<Cells>,
    laws: Laws,
    /// By metric, then by group.
    movements: Vec<Vec<Option<Movement>>>,
    groups: Vec<Fixed>,
    others: Vec<Fixed>,
    all: Fixed,
    /// By metric: influences on the value of all rows by label and place.
    overall: Vec<Option<Vec<f64>>>,
    /// What is added to every series: the value on the scores themselves to what moves about 0, the
    /// distance to it to what is evaluated on the places.
    offsets: Vec<f64>,
    /// By metric: where its series begin; last where those of disparities do.
    starts: Vec<usize>,
    curves: bool,
}

impl<'a> View<'a> {
    fn of(plan: &'a Plan<'a>) -> Self {
        let frame = Frame::of(plan.all, plan.asked());
        let fixed = |table: &ScoreTable| Fixed::of(&frame, table);
        let wants = |d: ScoreDisparity| plan.disparities.contains(&d);
        let widths = plan.metrics.iter().map(|&metric| plan.width(metric));
        let starts = std::iter::once(0).chain(widths.scan(0, |at, width| {
            *at += width;
            Some(*at)
        }));
        let cells: Vec<Cells> = plan.groups.par_iter().map(|t| plan.cells(t)).collect();
        let movements = plan.metrics.iter().map(|&metric| plan.movements(metric));
        let mut view = Self {
            laws: plan.laws(&cells),
            cells,
            movements: movements.collect(),
            groups: plan.groups.iter().map(fixed).collect(),
            others: plan.others.iter().map(fixed).collect(),
            all: fixed(plan.all),
            overall: plan.influences(plan.all),
            offsets: Vec::new(),
            starts: starts.collect(),
            curves: wants(ScoreDisparity::Abroca),
            frame,
            plan,
        };
        let mut scratch = Scratch::of(&view);
        scratch.take_data();
        let mut placed = Vec::new();
        scratch.append(&mut placed);
        let pairs = plan.exact().into_iter().zip(placed);
        view.offsets = pairs.map(|(exact, placed)| exact - placed).collect();
        view
    }
}

/// Room for one replicate.
struct Scratch<'a> {
    view: &'a View<'a>,
    /// Weights of each group's occupied cells.
    weights: Vec<Vec<f64>>,
    /// Those of all groups together.
    together: Vec<f64>,
    counts: Vec<u64>,
    groups: Vec<Drawn>,
    all: Drawn,
    rest: Drawn,
    of_groups: Vec<Rough>,
    of_others: Vec<Rough>,
    of_all: Rough,
    /// ROC curves of the groups and of all rows.
    curves: Vec<Vec<(f64, f64)>>,
}

impl<'a> Scratch<'a> {
    fn of(view: &'a View<'a>) -> Self {
        let groups = view.plan.groups.len();
        let empty = Drawn::empty(view.plan.all.scores.len());
        Self {
            weights: vec![Vec::new(); groups],
            together: Vec::new(),
            counts: Vec::new(),
            groups: vec![empty.clone(); groups],
            all: empty.clone(),
            rest: empty,
            of_groups: vec![Rough::default(); groups],
            of_others: vec![Rough::default(); view.others.len()],
            of_all: Rough::default(),
            curves: vec![Vec::new(); groups + 1],
            view,
        }
    }

    /// Takes the data instead of a draw.
    fn take_data(&mut self) {
        for (g, table) in self.view.plan.groups.iter().enumerate() {
            self.groups[g] = Drawn::of(table);
            let flat = self.groups[g].flat();
            let at = self.view.cells[g].at.iter();
            self.weights[g] = at.map(|&at| flat[at]).collect();
        }
        self.look();
    }

    fn draw(&mut self, stream: &mut Stream) {
        match &self.view.laws {
            Laws::Groups(laws) => {
                for (law, weights) in laws.iter().zip(&mut self.weights) {
                    law.draw(stream, &mut self.counts, weights);
                }
            }
            Laws::Clusters(law) => {
                law.draw(stream, &mut self.counts, &mut self.together);
                let mut rest = self.together.as_slice();
                for (cells, weights) in self.view.cells.iter().zip(&mut self.weights) {
                    let (own, others) = rest.split_at(cells.at.len());
                    weights.clear();
                    weights.extend_from_slice(own);
                    rest = others;
                }
            }
        }
        for ((cells, weights), drawn) in self
            .view
            .cells
            .iter()
            .zip(&self.weights)
            .zip(&mut self.groups)
        {
            drawn.take(&cells.at, weights);
        }
        self.look();
    }

    /// Looks at the drawn tables: all rows, everybody else, curves.
    fn look(&mut self) {
        let view = self.view;
        self.all.take_sum(&self.groups);
        if !view.frame.asked.is_empty() {
            let frame = &view.frame;
            self.of_all = Rough::of(frame, &view.all, &self.all);
            let groups = view.groups.iter().zip(&self.groups);
            for (rough, (fixed, drawn)) in self.of_groups.iter_mut().zip(groups) {
                *rough = Rough::of(frame, fixed, drawn);
            }
            let others = view.others.iter().zip(&self.groups);
            for (rough, (fixed, drawn)) in self.of_others.iter_mut().zip(others) {
                self.rest.take_rest(&self.all, drawn);
                *rough = Rough::of(frame, fixed, &self.rest);
            }
        }
        if view.curves {
            let tables = self.groups.iter().chain([&self.all]);
            for (curve, drawn) in self.curves.iter_mut().zip(tables) {
                drawn.curve(curve);
            }
        }
    }

    /// Appends the values of the draw, in the order of the series.
    fn evaluate(&self, out: &mut Vec<f64>) {
        let plan = self.view.plan;
        let begin = out.len();
        self.append(out);
        for (value, offset) in out[begin..].iter_mut().zip(&self.view.offsets) {
            *value += offset;
        }
        // Disparities of the groups' values are made of those that have their offsets.
        let mut place = begin + self.view.starts[plan.metrics.len()];
        for (&disparity, exact) in plan.disparities.iter().zip(plan.disparity_values) {
            if let (Some(metric), [Ok(_)]) = (named::metric_of(disparity), exact.as_slice()) {
                let groups = match plan.metrics.iter().position(|m| *m == metric) {
                    Some(m) => &out[begin + self.view.starts[m]..][..self.groups.len()],
                    None => &[],
                };
                let defined = groups.iter().copied().filter(|v| !v.is_nan());
                out[place] = named::of_values(disparity, defined).unwrap_or(f64::NAN);
            }
            place += exact.len();
        }
    }

    /// Appends how far smooth metrics move, and the values of the others on the places.
    fn append(&self, out: &mut Vec<f64>) {
        let view = self.view;
        let plan = view.plan;
        let moved = |influence: &Option<Vec<f64>>, weights: &[f64]| match influence {
            Some(phi) => dot(phi, weights),
            None => f64::NAN,
        };
        for (m, &metric) in plan.metrics.iter().enumerate() {
            if Plan::is_rough(metric) {
                let all = std::iter::once(&self.of_all);
                let others = match plan.draws_others(metric) {
                    true => self.of_others.as_slice(),
                    false => &[],
                };
                let tables = self.of_groups.iter().chain(all).chain(others);
                out.extend(tables.map(|rough| rough_value(metric, rough)));
                continue;
            }
            let both = |(g, movement): (usize, &Option<Movement>)| match movement {
                Some(movement) => movement.by(self.groups[g].flat(), self.all.flat()),
                None => f64::NAN,
            };
            let between = view.movements[m].iter().enumerate().map(both);
            if !metric.is_compared() {
                out.extend(between);
                out.push(f64::NAN);
                continue;
            }
            let groups = view.cells.iter().zip(&self.weights);
            out.extend(groups.map(|(cells, weights)| moved(&cells.influence[m], weights)));
            out.push(moved(&view.overall[m], self.all.flat()));
            out.extend(between);
        }
        for (&disparity, exact) in plan.disparities.iter().zip(plan.disparity_values) {
            out.extend((0..exact.len()).map(|g| self.named(disparity, g)));
        }
    }

    /// A disparity of tables on the places; NaN for one of the groups' values.
    fn named(&self, disparity: ScoreDisparity, g: usize) -> f64 {
        let view = self.view;
        if disparity == ScoreDisparity::MulticalibrationError {
            let total: f64 = self.of_groups.iter().map(|rough| rough.weight).sum();
            let gaps = self.of_groups.iter().filter(|rough| rough.weight > 0.0);
            let most = gaps.flat_map(|rough| rough.gaps).fold(0.0, larger);
            return most / total;
        }
        let against = match view.plan.reference {
            Some(Reference::Group(r)) => (&view.groups[r], &self.groups[r], &self.curves[r]),
            Some(Reference::Overall) => (&view.all, &self.all, &self.curves[self.groups.len()]),
            None => return f64::NAN,
        };
        let pair = Pair {
            frame: &view.frame,
            fixed: [&view.groups[g], against.0],
            drawn: [&self.groups[g], against.1],
        };
        match disparity {
            ScoreDisparity::Abroca => abroca(&self.curves[g], against.2),
            ScoreDisparity::Wasserstein1 => pair.wasserstein_1(),
            ScoreDisparity::KsOrdered => pair.ks_ordered(),
            ScoreDisparity::CohenD => pair.cohen_d(),
            _ => f64::NAN,
        }
    }
}

/// The larger number; NaN with one.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

fn rough_value(metric: ScoreMetric, rough: &Rough) -> f64 {
    match metric {
        ScoreMetric::KsStatistic => rough.ks,
        ScoreMetric::ExpectedCalibrationError => rough.error,
        ScoreMetric::ExpectedCalibrationErrorEqualMass => rough.error_equal_mass,
        ScoreMetric::MaximumCalibrationError => rough.largest_error,
        _ => f64::NAN,
    }
}
