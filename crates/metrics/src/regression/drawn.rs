//! Errors where rows come in clusters: replicates draw clusters with all that they hold.

use std::sync::Arc;

use waage_core::numeric::{Held, Moments, Numeric, TERMS};
use waage_core::observer::Observer;
use waage_core::random::Stream;

use super::STREAM;
use super::metric::ErrorMetric;
use crate::clustered::Touching;
use crate::confusion::others;
use crate::draws::{self, Law};
use crate::measure::{MeasureError, Request};
use crate::replicates::check_size;

/// The replicates of every value.
pub(super) struct Drawn {
    /// Of all rows, by metric.
    pub overall: Vec<Arc<[f64]>>,
    pub views: Vec<DrawnView>,
}

/// The replicates of one view.
pub(super) struct DrawnView {
    /// Which clusters the groups have rows of.
    pub touching: Touching,
    groups: usize,
    /// By metric: of every group, then of everybody but the group.
    series: Vec<Arc<[f64]>>,
}

impl DrawnView {
    /// How many metrics were drawn.
    pub const fn metrics(&self) -> usize {
        self.series.len() / (2 * self.groups)
    }

    /// Of a group by the metric at a position.
    pub fn group(&self, metric: usize, g: usize) -> &Arc<[f64]> {
        &self.series[metric * 2 * self.groups + g]
    }

    /// Of everybody but the group.
    pub fn rest(&self, metric: usize, g: usize) -> &Arc<[f64]> {
        &self.series[(metric * 2 + 1) * self.groups + g]
    }
}

/// Sums of the terms over some rows.
type Sums = [f64; TERMS];

fn plus(a: &Sums, b: &Sums) -> Sums {
    std::array::from_fn(|i| a[i] + b[i])
}

/// Draws the clusters for the groups of these views; `None` where rows have none.
///
/// # Errors
/// [`MeasureError::TooManyReplicates`], [`MeasureError::Interrupted`].
pub(super) fn draw(
    numeric: &Numeric,
    views: &[Vec<usize>],
    metrics: &[ErrorMetric],
    request: &Request,
    observer: &dyn Observer,
) -> Result<Option<Drawn>, MeasureError> {
    let Some(clusters) = numeric.clusters() else {
        return Ok(None);
    };
    let cells = numeric.positions(&[]).len();
    let law = Law::of_patterns(
        clusters,
        |_| 1,
        cells * TERMS,
        |cluster, held| {
            for part in cluster.iter() {
                let at = part.cell as usize * TERMS;
                held.extend((at..).zip(part.sums));
            }
        },
    );
    let views: Vec<(Vec<usize>, usize)> = views
        .iter()
        .map(|axes| {
            let positions = numeric.positions(axes);
            let groups = positions.iter().max().map_or(0, |last| last + 1);
            (positions, groups)
        })
        .collect();
    let of_groups: usize = views.iter().map(|(_, groups)| 2 * groups).sum();
    let width = metrics.len() * (1 + of_groups);
    check_size(width, request)?;
    let one = |(counts, weights): &mut (Vec<u64>, Vec<f64>), r: usize, out: &mut Vec<f64>| {
        let mut stream = Stream::new(request.seed, STREAM + r as u64);
        law.draw(&mut stream, counts, weights);
        let cells = || weights.as_chunks::<TERMS>().0.iter();
        let all = cells().fold([0.0; TERMS], |sum, cell| plus(&sum, cell));
        append(&[all], metrics, out);
        for (positions, groups) in &views {
            let mut own = vec![[0.0; TERMS]; *groups];
            for (cell, &g) in cells().zip(positions) {
                own[g] = plus(&own[g], cell);
            }
            own.extend(others(&own, [0.0; TERMS], plus));
            append(&own, metrics, out);
        }
    };
    let drawn = draws::series(request.replicates, width, observer, Default::default, one)
        .ok_or(MeasureError::Interrupted)?;
    let mut drawn = drawn.into_iter();
    let mut take = |count: usize| drawn.by_ref().take(count).collect::<Vec<_>>();
    Ok(Some(Drawn {
        overall: take(metrics.len()),
        views: views
            .iter()
            .map(|(positions, groups)| DrawnView {
                touching: touching(clusters, positions, *groups),
                groups: *groups,
                series: take(metrics.len() * 2 * groups),
            })
            .collect(),
    }))
}

/// The values of some sets of rows, metric by metric; NaN where undefined.
fn append(rows: &[Sums], metrics: &[ErrorMetric], out: &mut Vec<f64>) {
    for metric in metrics {
        out.extend(rows.iter().map(|sums| {
            let moments = Moments::of_sums(0, *sums);
            metric.value(&moments).unwrap_or(f64::NAN)
        }));
    }
}

fn touching(clusters: &[Box<[Held]>], positions: &[usize], groups: usize) -> Touching {
    let of_cluster = |held: &[Held]| {
        let touched = held.iter().map(|part| positions[part.cell as usize]);
        let mut touched: Vec<usize> = touched.collect();
        touched.sort_unstable();
        touched.dedup();
        (1, touched)
    };
    Touching::of(groups, clusters.iter().map(|held| of_cluster(held)))
}
