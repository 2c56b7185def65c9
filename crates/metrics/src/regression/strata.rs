//! Errors of a group against the reference's, over all rows and within strata.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::estimate::{DrawnClusters, Estimate, Evidence, Method, Reason};
use waage_core::label::{GroupName, Label};
use waage_core::numeric::{Moments, Numeric, Term};
use waage_core::observer::Observer;
use waage_core::quantity::Comparison;
use waage_core::tally::Tally;

use super::drawn::{DrawnView, draw};
use super::metric::{ErrorMetric, METRICS, QUANTITIES};
use super::told::{Told, of_series};
use crate::conditional::{Conditional, Effect, InStratum, marginal, strata_axes, told};
use crate::measure::{MeasureError, Measured, Request};
use crate::stratified::{Side, driver_of_means, reversal};

/// Every group of every single attribute against its reference within the strata, by the metrics at
/// these positions of [`QUANTITIES`]; of the rows by attribute and stratum, and by attribute alone, for
/// strata move no draw over all rows. Empty without strata, and for attributes that are compared with
/// all rows, which a group is part of.
///
/// A stratum counts where both groups have a value there and it is known how sure that is: at least
/// two rows that differ, unless replicates draw clusters. Differences are averaged over these strata by
/// their weights (`standardized`), and by `W_g·W_r/(W_g + W_r)` of both groups' weights, which are those
/// of Mantel and Haenszel (`pooled`); with `Var = Σ (wₖ/w)²(se_gₖ² + se_rₖ²)`, or from replicates that
/// draw clusters, strata and all. Odds, tests of odds and pooled ratios are those of shares alone.
///
/// # Errors
/// [`MeasureError::TooManyReplicates`] of clusters, [`MeasureError::Interrupted`].
pub fn conditional(
    [numeric, over_all]: [&Numeric; 2],
    tally: &Tally,
    request: &Request,
    measured: &Measured,
    metrics: &[usize],
    observer: &dyn Observer,
) -> Result<Vec<Conditional>, MeasureError> {
    let axes = strata_axes(tally);
    if axes.is_empty() {
        return Ok(Vec::new());
    }
    let mut wanted: Vec<ErrorMetric> = metrics.iter().map(|&at| METRICS[at]).collect();
    // What strata weigh moves with the clusters drawn.
    wanted.push(ErrorMetric::Weight);
    let mut out = Vec::new();
    for view in &measured.views {
        let Some((axis, Some(reference))) = marginal(tally, request, view) else {
            continue;
        };
        let with_strata: Vec<usize> = std::iter::once(axis).chain(axes.iter().copied()).collect();
        let of_groups = draw(over_all, &[vec![axis]], &wanted, request, observer)?;
        let of_cells = draw(numeric, &[with_strata], &wanted, request, observer)?;
        let drawn = of_groups.as_ref().zip(of_cells.as_ref());
        let drawn = drawn.map(|(groups, cells)| [&groups.views[0], &cells.views[0]]);
        let strata = Strata::of(numeric, axis, &axes, request, drawn);
        let Some(r) = strata.groups.iter().position(|(name, _)| name == reference) else {
            continue;
        };
        for g in (0..strata.groups.len()).filter(|g| *g != r) {
            for (m, &at) in metrics.iter().enumerate() {
                out.push(Conditional {
                    attribute: view.attributes.join("*"),
                    stratum: tally.strata().iter().map(|a| a.name.clone()).collect(),
                    ..strata.compare([g, r], (m, at))
                });
            }
        }
    }
    Ok(out)
}

/// The groups of one attribute by stratum.
struct Strata<'a> {
    request: &'a Request,
    groups: Vec<(GroupName, Moments)>,
    /// The occupied groups of strata.
    cells: Vec<Moments>,
    /// By stratum: its name, its cells, and which of them is each group's.
    levels: Vec<(GroupName, Vec<usize>, HashMap<Label, usize>)>,
    /// Positions of the strata whose own numbers are told.
    told: Vec<usize>,
    /// Of the groups, then of the cells.
    drawn: Option<[&'a DrawnView; 2]>,
}

/// What both sides have in a stratum that counts.
struct Used {
    stratum: usize,
    cells: [usize; 2],
    told: [Told; 2],
}

/// How strata are weighed.
#[derive(Clone, Copy)]
enum Weighing {
    /// By all their rows.
    Standardized,
    /// By the rows of both groups, as Mantel and Haenszel do.
    Pooled,
}

impl Weighing {
    fn weight(self, [group, reference]: [f64; 2], all: f64) -> f64 {
        match self {
            Self::Standardized => all,
            Self::Pooled if group + reference > 0.0 => group * reference / (group + reference),
            Self::Pooled => 0.0,
        }
    }
}

impl<'a> Strata<'a> {
    fn of(
        numeric: &Numeric,
        axis: usize,
        axes: &[usize],
        request: &'a Request,
        drawn: Option<[&'a DrawnView; 2]>,
    ) -> Self {
        let with_strata: Vec<usize> = std::iter::once(axis).chain(axes.iter().copied()).collect();
        let strata = numeric.groups(axes);
        let rows: Vec<u64> = strata.iter().map(|(_, moments)| moments.rows).collect();
        let position: HashMap<Vec<Label>, usize> = strata
            .iter()
            .map(|(name, _)| name.0.clone())
            .zip(0..)
            .collect();
        let names = strata.into_iter().map(|(name, _)| name);
        let mut levels: Vec<_> = names
            .map(|name| (name, Vec::new(), HashMap::new()))
            .collect();
        let mut cells = Vec::new();
        for (name, moments) in numeric.groups(&with_strata) {
            let (_, of_level, of_group) = &mut levels[position[&name.0[1..]]];
            of_level.push(cells.len());
            of_group.insert(name.0[0].clone(), cells.len());
            cells.push(moments);
        }
        Self {
            request,
            groups: numeric.groups(&[axis]),
            cells,
            levels,
            told: told(&rows),
            drawn,
        }
    }

    /// The metric of a group over all rows.
    fn group(&self, g: usize, (m, at): (usize, usize)) -> Told {
        let told = Told::of(at, &self.groups[g].1);
        match self.drawn {
            Some([view, _]) => told.on_clusters(view.group(m, g), view.touching.group(g)),
            None => told,
        }
    }

    /// The metric of a group in a stratum.
    fn cell(&self, cell: Option<usize>, (m, at): (usize, usize)) -> Told {
        let Some(cell) = cell else {
            return Told::of(at, &Moments::default());
        };
        let told = Told::of(at, &self.cells[cell]);
        match self.drawn {
            Some([_, view]) => told.on_clusters(view.group(m, cell), view.touching.group(cell)),
            None => told,
        }
    }

    fn weight(&self, cell: usize) -> f64 {
        self.cells[cell].sum(Term::One)
    }

    /// Everything but the names of attributes, which the caller fills in.
    fn compare(&self, pair: [usize; 2], metric: (usize, usize)) -> Conditional {
        let level = self.request.level;
        let names = pair.map(|g| &self.groups[g].0);
        let sides = pair.map(|g| self.group(g, metric));
        let of_pair = |view: usize, [a, b]: [usize; 2]| -> Option<DrawnClusters> {
            Some(self.drawn?[view].touching.pair(a, b))
        };
        let clusters = of_pair(0, pair);
        let cells_of = |k: usize| {
            let of_group = &self.levels[k].2;
            names.map(|name| of_group.get(&name.0[0]).copied())
        };
        let against =
            |[a, b]: &[Told; 2], comparison, clusters| a.against(b, comparison, clusters, level);
        let used: Vec<Used> = (0..self.levels.len())
            .filter_map(|stratum| {
                let [Some(a), Some(b)] = cells_of(stratum) else {
                    return None;
                };
                let told = [a, b].map(|cell| self.cell(Some(cell), metric));
                let cells = [a, b];
                told.iter().all(Told::is_sure).then_some(Used {
                    stratum,
                    cells,
                    told,
                })
            })
            .collect();
        let size = |k: usize| -> f64 { self.levels[k].1.iter().map(|&c| self.weight(c)).sum() };
        let all: f64 = (0..self.levels.len()).map(size).sum();
        let kept: f64 = used.iter().map(|used| size(used.stratum)).sum();
        let difference = against(&sides, Comparison::Difference, clusters);
        let pooled = self.averaged(&used, Weighing::Pooled, clusters);
        // Of a stratum R² tells how much better than its own mean predictions are: another question.
        let reversed = match METRICS[metric.1] {
            ErrorMetric::Explained => None,
            _ => reversal(&difference, &pooled),
        };
        let bare = |of: &Estimate| Estimate::undefined(of.n, of.method, Reason::NotAShare);
        let in_stratum = |&k: &usize| {
            let cells = cells_of(k);
            let told = cells.map(|cell| self.cell(cell, metric));
            let clusters = match cells {
                [Some(a), Some(b)] => of_pair(1, [a, b]),
                _ => None,
            };
            let is_used = used.iter().any(|used| used.stratum == k);
            InStratum {
                level: self.levels[k].0.clone(),
                weight: if is_used { size(k) / kept } else { 0.0 },
                group: told[0].estimate(level),
                reference: told[1].estimate(level),
                difference: against(&told, Comparison::Difference, clusters),
                ratio: against(&told, Comparison::Ratio, clusters),
            }
        };
        Conditional {
            attribute: String::new(),
            stratum: Vec::new(),
            group: names[0].clone(),
            reference: names[1].clone(),
            quantity: &QUANTITIES[metric.1],
            marginal: Effect {
                ratio: against(&sides, Comparison::Ratio, clusters),
                odds_ratio: bare(&difference),
                difference,
            },
            standardized: self.averaged(&used, Weighing::Standardized, clusters),
            dropped_share: if all > 0.0 { 1.0 - kept / all } else { 0.0 },
            strata_used: used.len(),
            strata_dropped: self.levels.len() - used.len(),
            demographic: None,
            test: None,
            homogeneity: None,
            reversal: reversed,
            driver: reversed.and_then(|_| self.driver(names, metric.1)),
            pooled: Effect {
                ratio: bare(&pooled),
                odds_ratio: bare(&pooled),
                difference: pooled,
            },
            strata: self.told.iter().map(in_stratum).collect(),
        }
    }

    /// The differences of the strata averaged.
    fn averaged(
        &self,
        used: &[Used],
        weighing: Weighing,
        clusters: Option<DrawnClusters>,
    ) -> Estimate {
        let method = match weighing {
            Weighing::Standardized => Method::Standardized,
            Weighing::Pooled => Method::MantelHaenszel,
        };
        let of_used = |used: &Used| used.told.each_ref().map(|told| told.point.rows);
        let rows = used.iter().flat_map(of_used).sum();
        if used.is_empty() {
            return Estimate::undefined(rows, method, Reason::OneGroup);
        }
        let weight = |used: &Used, of_cell: &dyn Fn(usize) -> f64| {
            let all = self.levels[used.stratum]
                .1
                .iter()
                .map(|&c| of_cell(c))
                .sum();
            weighing.weight(used.cells.map(of_cell), all)
        };
        let mean = |of: &dyn Fn(&Used) -> [f64; 2]| {
            let terms = used
                .iter()
                .map(of)
                .filter(|[gap, w]| !gap.is_nan() && *w > 0.0);
            let [sum, total] = terms.fold([0.0; 2], |[sum, total], [gap, w]| {
                [sum + w * gap, total + w]
            });
            sum / total
        };
        let data: Vec<f64> = used
            .iter()
            .map(|u| weight(u, &|c| self.weight(c)))
            .collect();
        let total: f64 = data.iter().sum();
        let gap = |used: &Used, of: &dyn Fn(&Told) -> f64| of(&used.told[0]) - of(&used.told[1]);
        let observed = |told: &Told| told.point.value.unwrap_or(f64::NAN);
        let value = mean(&|used| [gap(used, &observed), weight(used, &|c| self.weight(c))]);
        let Some(([_, view], clusters)) = self.drawn.zip(clusters) else {
            let variance = used.iter().zip(&data).map(|(used, w)| {
                let squares = used.told.each_ref().map(|told| {
                    let se = told.point.se.unwrap_or(f64::NAN);
                    se * se
                });
                (w / total) * (w / total) * squares.iter().sum::<f64>()
            });
            let evidence = Evidence::StandardError(variance.sum::<f64>().sqrt());
            return Estimate::new(value, rows, method, evidence, self.request.level);
        };
        let weights = view.metrics() - 1;
        let series: Arc<[f64]> = (0..self.request.replicates)
            .map(|r| {
                let of = |told: &Told| told.series().map_or(f64::NAN, |series| series[r]);
                let of_cell = |cell: usize| view.group(weights, cell)[r];
                mean(&|used| [gap(used, &of), weight(used, &of_cell)])
            })
            .collect();
        of_series(Ok(value), rows, &series, clusters, self.request.level)
    }

    /// The stratum that does most to turn a gap of means round.
    fn driver(&self, names: [&GroupName; 2], at: usize) -> Option<GroupName> {
        let ErrorMetric::Mean(term) = METRICS[at] else {
            return None;
        };
        let side = |cell: Option<&usize>| {
            cell.map_or_else(Side::default, |&cell| Side {
                sum: self.cells[cell].sum(term),
                rows: self.weight(cell),
            })
        };
        let of_level = |(_, _, of_group): &(GroupName, Vec<usize>, HashMap<Label, usize>)| {
            names.map(|name| side(of_group.get(&name.0[0])))
        };
        let strata: Vec<[Side; 2]> = self.levels.iter().map(of_level).collect();
        driver_of_means(&strata).map(|k| self.levels[k].0.clone())
    }
}
