//! Gaps within strata where rows come in clusters: replicates draw whole clusters, whatever strata
//! their rows are in.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::draw;
use waage_core::estimate::{DrawnClusters, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::{Tally, View};

use super::pair::Conditional;
use crate::catalogue::{Kind, Metric};
use crate::clustered::ViewClusters;
use crate::confusion::{Part, Tie, mass};
use crate::draws::{self, Law};
use crate::favourable::Favourable;
use crate::measure::{MeasureError, Request};
use crate::replicates::{bare, replicated, spreads};
use crate::smooth::ROWS_MIN;
use crate::stratified::{Table, reversal};

/// Streams of these replicates begin here, apart from all others'.
const STREAM: u64 = 10 << 40;
/// Numbers kept of all replicates of an attribute (8 bytes each).
const KEPT_MAX: usize = 1 << 25;
/// Jeffreys' prior on hits and on misses where few clusters tell of them, in rows.
const PRIOR: f64 = 0.5;
/// Numbers of a comparison over all strata; those in single strata follow.
const OVER_ALL: usize = 9;

/// Gives the comparisons of one attribute, whose axis comes before those of the strata, the intervals
/// of clusters in the place of those of independent rows. `told` are the strata told one by one.
///
/// # Errors
/// [`MeasureError::Interrupted`].
pub(super) fn draw_clusters(
    found: &mut [Conditional],
    tally: &Tally,
    axes: &[usize],
    told: &[usize],
    request: &Request,
    observer: &dyn Observer,
) -> Result<(), MeasureError> {
    let Some(cube) = Cube::of(tally, axes, request.tie) else {
        return Ok(());
    };
    let sign = match request.favourable {
        Favourable::Selected => 1.0,
        Favourable::Rejected => -1.0,
    };
    let compared: Vec<Compared> = found.iter().map(|c| cube.compared(c, sign, told)).collect();
    let kept = |width: usize| width * compared.len() * request.replicates <= KEPT_MAX;
    let all = OVER_ALL + 4 * told.len();
    let width = [all, OVER_ALL].into_iter().find(|width| kept(*width));
    let width = width.unwrap_or(0);
    let series = cube
        .series(&compared, width, request, observer)
        .ok_or(MeasureError::Interrupted)?;
    let data = Draw::of(cube.weights.clone(), Vec::new());
    for (c, (conditional, of)) in found.iter_mut().zip(&compared).enumerate() {
        let mut observed = Vec::new();
        cube.append(of, &data, all, &mut observed);
        let of_series = series.get(c * width..(c + 1) * width).unwrap_or_default();
        for (slot, estimate) in conditional.estimates_mut() {
            let Some(value) = estimate.value else {
                continue;
            };
            let drawn = of_series.get(slot);
            let placed = drawn.map(|series| place(series, observed[slot], value, is_ratio(slot)));
            let method = Method::ClusterBootstrapPercentile;
            let level = request.level;
            *estimate = match &placed {
                Some(series) if !spreads(series) => {
                    bare(value, estimate.n, method, Reason::NoSpread)
                }
                _ => replicated(Ok(value), estimate.n, method, placed.as_ref(), level),
            }
            .of_clusters(of.clusters(slot), level);
        }
        conditional.forget_tests();
        let (over, within) = (&conditional.marginal, &conditional.pooled);
        conditional.reversal = reversal(&over.difference, &within.difference);
    }
    Ok(())
}

/// Whether the number at a position is a ratio: of the three scales the second and the third.
const fn is_ratio(slot: usize) -> bool {
    match slot {
        0..6 => !slot.is_multiple_of(3),
        6..OVER_ALL => false,
        _ => (slot - OVER_ALL) % 4 == 3,
    }
}

/// Replicates about the value shown, which effective counts of weighted rows move a little.
fn place(series: &[f64], observed: f64, value: f64, ratio: bool) -> Arc<[f64]> {
    let placed = |drawn: &f64| match ratio {
        true if observed > 0.0 => drawn * (value / observed),
        true => *drawn,
        false => drawn + (value - observed),
    };
    series.iter().map(placed).collect()
}

/// The groups of one attribute by stratum.
struct Cube {
    law: Law,
    /// Weights by cell, then by outcome, of the data.
    weights: Vec<f64>,
    /// The cell of every group in every stratum.
    cell: HashMap<(Label, usize), usize>,
    /// By stratum: its cells.
    strata: Vec<Vec<usize>>,
    of_cells: ViewClusters,
    of_groups: ViewClusters,
    groups: Vec<GroupName>,
    tie: Tie,
}

/// A group, its reference, and what counts as a hit and as a miss.
struct Compared {
    /// By side, then by stratum.
    cells: [Vec<Option<usize>>; 2],
    /// Hits and misses of one row by outcome.
    shares: [[f64; outcome::COUNT]; 2],
    told: Vec<usize>,
    /// Sides with few clusters: over all rows, and in each stratum that is told.
    thin: Vec<[bool; 2]>,
    pair: DrawnClusters,
    rest: DrawnClusters,
    in_strata: Vec<[DrawnClusters; 3]>,
    /// The sign of demographic disparities, where there are any.
    demographic: Option<f64>,
}

impl Compared {
    fn clusters(&self, slot: usize) -> DrawnClusters {
        match slot {
            0..7 => self.pair,
            7..OVER_ALL => self.rest,
            _ => {
                let (at, which) = ((slot - OVER_ALL) / 4, (slot - OVER_ALL) % 4);
                self.in_strata[at][which.min(2)]
            }
        }
    }
}

/// Weights by cell and outcome, and the prior's mass by cell for hits and misses.
struct Draw {
    weights: Vec<f64>,
    prior: Vec<f64>,
}

impl Draw {
    const fn of(weights: Vec<f64>, prior: Vec<f64>) -> Self {
        Self { weights, prior }
    }

    /// Hits and misses of a cell.
    fn sides(&self, shares: &[[f64; outcome::COUNT]; 2], cell: Option<usize>) -> [f64; 2] {
        let Some(cell) = cell else {
            return [0.0; 2];
        };
        let weights = &self.weights[cell * outcome::COUNT..][..outcome::COUNT];
        shares.map(|share| share.iter().zip(weights).map(|(s, w)| s * w).sum())
    }

    /// The prior's hits and misses in a cell, none of the data themselves.
    fn prior(&self, cell: Option<usize>) -> [f64; 2] {
        match cell.and_then(|cell| self.prior.get(2 * cell..2 * cell + 2)) {
            Some(&[hits, misses]) => [hits, misses],
            _ => [0.0; 2],
        }
    }
}

impl Cube {
    fn of(tally: &Tally, axes: &[usize], tie: Tie) -> Option<Self> {
        let view = tally.view(axes);
        let clusters = tally.clusters(axes)?;
        let place = |cell: u32, o: u8| cell as usize * outcome::COUNT + usize::from(o);
        let names = strata_of(tally, &axes[1..]);
        let mut strata = vec![Vec::new(); names.len()];
        let mut cell = HashMap::new();
        for (at, totals) in view.groups.iter().enumerate() {
            let (group, stratum) = totals.name.0.split_at(1);
            let k = *names.get(stratum)?;
            strata[k].push(at);
            cell.insert((group[0].clone(), k), at);
        }
        let groups = tally.view(&axes[..1]);
        Some(Self {
            law: Law::of_clusters(&clusters, view.groups.len() * outcome::COUNT, place),
            weights: view
                .groups
                .iter()
                .flat_map(|totals| totals.outcomes.iter().map(|sums| sums.w1))
                .collect(),
            cell,
            strata,
            of_cells: ViewClusters::of(tally, &view)?,
            of_groups: ViewClusters::of(tally, &groups)?,
            groups: groups
                .groups
                .into_iter()
                .map(|totals| totals.name)
                .collect(),
            tie,
        })
    }

    fn compared(&self, found: &Conditional, sign: f64, told: &[usize]) -> Compared {
        let kind = Metric::parse(found.quantity.name).map(|metric| metric.row().kind);
        let (hit, miss): (&[Part], &[Part]) = match kind {
            Some(Kind::Proportion { hit, miss, .. }) => (hit, miss),
            _ => (&[], &[]),
        };
        let share = |parts: &[Part]| -> [f64; outcome::COUNT] {
            let units =
                |o: usize| -> u64 { parts.iter().map(|part| part.units(o as u8, self.tie)).sum() };
            std::array::from_fn(|o| units(o) as f64 / self.tie.tied as f64)
        };
        let names = [&found.group, &found.reference];
        let cells = names.map(|name| {
            let of_stratum = |k| self.cell.get(&(name.0.first()?.clone(), k)).copied();
            (0..self.strata.len()).map(of_stratum).collect::<Vec<_>>()
        });
        let position = |name: &GroupName| self.groups.iter().position(|g| g == name).unwrap_or(0);
        let [group, reference] = names.map(position);
        let few = |clusters: &ViewClusters, at: Option<usize>| {
            let holding = at.map(|at| &clusters.groups()[at].holding);
            holding.is_none_or(|sums| {
                [hit, miss]
                    .iter()
                    .any(|parts| mass(sums, parts, self.tie).rows < ROWS_MIN)
            })
        };
        let over_all = [group, reference].map(|g| few(&self.of_groups, Some(g)));
        let in_strata = told
            .iter()
            .map(|&k| [0, 1].map(|side: usize| few(&self.of_cells, cells[side][k])));
        let drawn = |k: &usize| {
            let none = DrawnClusters {
                count: 0,
                fewest: 0,
            };
            let one =
                |side: usize| cells[side][*k].map_or(none, |c| self.of_cells.touching.group(c));
            let both = match (cells[0][*k], cells[1][*k]) {
                (Some(a), Some(b)) => self.of_cells.touching.pair(a, b),
                _ => none,
            };
            [one(0), one(1), both]
        };
        Compared {
            shares: [share(hit), share(miss)],
            thin: std::iter::once(over_all).chain(in_strata).collect(),
            pair: self.of_groups.touching.pair(group, reference),
            rest: self.of_groups.touching.against_rest(group),
            in_strata: told.iter().map(drawn).collect(),
            demographic: found.demographic.as_ref().map(|_| sign),
            told: told.to_vec(),
            cells,
        }
    }

    /// The replicates of every number, comparison by comparison; empty for none; `None` when cancelled.
    fn series(
        &self,
        compared: &[Compared],
        width: usize,
        request: &Request,
        observer: &dyn Observer,
    ) -> Option<Vec<Arc<[f64]>>> {
        let row_weights: Vec<f64> = self
            .of_cells
            .groups()
            .iter()
            .map(|g| g.row_weight)
            .collect();
        let room = || (Draw::of(Vec::new(), Vec::new()), Vec::new());
        if width * compared.len() * request.replicates == 0 {
            return Some(Vec::new());
        }
        draws::series(
            request.replicates,
            width * compared.len(),
            observer,
            room,
            |(draw, counts), r, out| {
                let mut stream = Stream::new(request.seed, STREAM + r as u64);
                self.law.draw(&mut stream, counts, &mut draw.weights);
                draw.prior.clear();
                for weight in &row_weights {
                    for _ in 0..2 {
                        draw.prior.push(weight * draw::gamma(&mut stream, PRIOR));
                    }
                }
                for of in compared {
                    self.append(of, draw, width, out);
                }
            },
        )
    }

    /// Appends the first `width` numbers of a comparison: over all rows and pooled on three scales,
    /// standardised, two demographic disparities; then of every stratum both rates, their difference
    /// and their ratio. NaN where undefined.
    fn append(&self, of: &Compared, draw: &Draw, width: usize, out: &mut Vec<f64>) {
        let table = |k: usize| {
            let [a, b] = draw.sides(&of.shares, of.cells[0][k]);
            let [c, d] = draw.sides(&of.shares, of.cells[1][k]);
            Table::new(a, b, c, d)
        };
        let tables: Vec<Table> = (0..self.strata.len()).map(table).collect();
        let totals: Vec<[f64; 2]> = self
            .strata
            .iter()
            .map(|cells| {
                let sides = cells.iter().map(|&cell| draw.sides(&of.shares, Some(cell)));
                sides.fold([0.0; 2], |sum, side| [sum[0] + side[0], sum[1] + side[1]])
            })
            .collect();
        let mut all = tables.iter().fold(Table::default(), |sum, t| sum.plus(t));
        // One cell's prior stands for that of the whole group.
        let first = [0, 1].map(|side: usize| of.cells[side].iter().copied().flatten().next());
        prime(&mut all, of.thin[0], first, draw);
        out.extend(scales(&all));
        out.extend(pooled(&tables));
        let sizes: Vec<f64> = totals.iter().map(|[hits, misses]| hits + misses).collect();
        out.push(standardized(&tables, &sizes));
        out.extend(match of.demographic {
            Some(sign) => demographic(&tables, &totals).map(|gap| sign * gap),
            None => [f64::NAN; 2],
        });
        if width == OVER_ALL {
            return;
        }
        for (&k, thin) in of.told.iter().zip(&of.thin[1..]) {
            let mut table = tables[k];
            let cells = [of.cells[0][k], of.cells[1][k]];
            prime(&mut table, *thin, cells, draw);
            let [difference, ratio, _] = scales(&table);
            let rate = |hits: f64, rows: f64| if rows > 0.0 { hits / rows } else { f64::NAN };
            out.push(rate(table.group_hits, table.group()));
            out.push(rate(table.reference_hits, table.reference()));
            out.extend([difference, ratio]);
        }
    }
}

/// The strata by name, in the order of the tally's view of their axes.
fn strata_of(tally: &Tally, axes: &[usize]) -> HashMap<Vec<Label>, usize> {
    let View { groups, .. } = tally.view(axes);
    let names = groups.into_iter().map(|totals| totals.name.0);
    names.zip(0..).collect()
}

/// Adds the prior to the sides of which few clusters tell.
fn prime(table: &mut Table, thin: [bool; 2], cells: [Option<usize>; 2], draw: &Draw) {
    let [a, b] = if thin[0] {
        draw.prior(cells[0])
    } else {
        [0.0; 2]
    };
    let [c, d] = if thin[1] {
        draw.prior(cells[1])
    } else {
        [0.0; 2]
    };
    *table = table.plus(&Table::new(a, b, c, d));
}

/// The difference, the ratio and the ratio of odds.
fn scales(t: &Table) -> [f64; 3] {
    let difference = t.difference().unwrap_or(f64::NAN);
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::NAN };
    let rate = over(t.group_hits, t.group());
    let ratio = over(rate, over(t.reference_hits, t.reference()));
    let odds = over(
        t.group_hits * t.reference_misses,
        t.group_misses * t.reference_hits,
    );
    [difference, ratio, odds]
}

/// The same pooled over the strata after Mantel and Haenszel.
fn pooled(tables: &[Table]) -> [f64; 3] {
    let mut sums = [0.0; 6];
    for t in tables.iter().filter(|t| t.is_comparable()) {
        let n = t.rows();
        let terms = [
            t.group_hits * t.reference() - t.reference_hits * t.group(),
            t.group() * t.reference(),
            t.group_hits * t.reference(),
            t.reference_hits * t.group(),
            t.group_hits * t.reference_misses,
            t.group_misses * t.reference_hits,
        ];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += term / n;
        }
    }
    let over = |a: f64, b: f64| if b > 0.0 { a / b } else { f64::NAN };
    [
        over(sums[0], sums[1]),
        over(sums[2], sums[3]),
        over(sums[4], sums[5]),
    ]
}

fn standardized(tables: &[Table], sizes: &[f64]) -> f64 {
    let gaps = tables.iter().zip(sizes);
    let (mut gap, mut size) = (0.0, 0.0);
    for (difference, weight) in gaps.filter_map(|(t, size)| Some((t.difference()?, *size))) {
        gap += weight * difference;
        size += weight;
    }
    if size > 0.0 { gap / size } else { f64::NAN }
}

/// The group's share of all misses minus that of all hits, over all rows and as the mean of strata.
fn demographic(tables: &[Table], totals: &[[f64; 2]]) -> [f64; 2] {
    let share = |part: f64, all: f64| if all > 0.0 { part / all } else { 0.0 };
    let (mut own, mut all) = ([0.0; 2], [0.0; 2]);
    let (mut gap, mut size) = (0.0, 0.0);
    for (t, [hits, misses]) in tables.iter().zip(totals) {
        own = [own[0] + t.group_hits, own[1] + t.group_misses];
        all = [all[0] + hits, all[1] + misses];
        let weight = hits + misses;
        gap += weight * (share(t.group_misses, *misses) - share(t.group_hits, *hits));
        size += weight;
    }
    let marginal = match all[0] > 0.0 && all[1] > 0.0 {
        true => own[1] / all[1] - own[0] / all[0],
        false => f64::NAN,
    };
    [marginal, if size > 0.0 { gap / size } else { f64::NAN }]
}
