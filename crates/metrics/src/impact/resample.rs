//! How impact ratios vary: the rates of all categories drawn together, and the band around a ratio to the
//! best of them.

use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::draw::gamma;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::Extent;
use waage_core::label::GroupName;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::{Tally, View};

use crate::band::{Column, Gaps, Part as Columns, Shape, bands};
use crate::catalogue::Kind;
use crate::clustered::ViewClusters;
use crate::confusion::Part;
use crate::draws::{self, Law};
use crate::measure::{MeasureError, Request};
use crate::ranges::REPLICATES_MIN;
use crate::rate::Rate;

/// Streams of these replicates begin here, apart from all others'.
const STREAM: u64 = 7 << 40;
/// Jeffreys' prior on each outcome, so that a rate of 0 or 1 is not certain.
const PRIOR: f64 = 0.5;

/// How clusters are drawn, and what of a draw is a hit and a miss.
pub(super) struct Drawn {
    law: Law,
    /// Hits and misses of a row by its kind, of which every group has its own.
    shares: [Vec<f64>; 2],
    pub clusters: ViewClusters,
}

impl Drawn {
    /// Kinds are outcomes.
    pub fn of_decisions(tally: &Tally, view: &View, request: &Request) -> Option<Self> {
        let Kind::Proportion { hit, miss, .. } = request.favourable.share().row().kind else {
            return None;
        };
        let tie = request.tie;
        let share = |parts: &[Part]| -> Vec<f64> {
            let units = |o| -> u64 { parts.iter().map(|part| part.units(o, tie)).sum() };
            let outcomes = 0..outcome::COUNT as u8;
            outcomes
                .map(|o| units(o) as f64 / tie.tied as f64)
                .collect()
        };
        let place = |group: u32, o: u8| group as usize * outcome::COUNT + usize::from(o);
        let clusters = tally.clusters(&view.axes)?;
        Some(Self {
            law: Law::of_clusters(&clusters, view.groups.len() * outcome::COUNT, place),
            shares: [share(hit), share(miss)],
            clusters: ViewClusters::of(tally, view)?,
        })
    }

    /// Kinds are scores above the median and others.
    pub fn of_scores(tally: &Tally, view: &View, median: f64) -> Option<Self> {
        let clusters = tally.scored_clusters(&view.axes)?;
        let clusters = clusters.placed(|group, _, score| Some((group, u8::from(score? <= median))));
        let place = |group: u32, kind: u8| 2 * group as usize + usize::from(kind);
        Some(Self {
            law: Law::of_clusters(&clusters, 2 * view.groups.len(), place),
            shares: [vec![1.0, 0.0], vec![0.0, 1.0]],
            clusters: ViewClusters::of(tally, view)?,
        })
    }

    /// Hits and misses of a group in a draw.
    fn sides(&self, weights: &[f64], g: usize) -> [f64; 2] {
        [0, 1].map(|side: usize| {
            let shares = &self.shares[side];
            let own = &weights[g * shares.len()..][..shares.len()];
            own.iter().zip(shares).map(|(w, share)| w * share).sum()
        })
    }
}

/// A category that is known: its position among all, its name and its rate.
pub(super) type Known = (usize, GroupName, Rate);

/// A ratio to the best category with the band of those to all that count.
pub(super) fn to_best(
    g: usize,
    value: f64,
    known: &[Known],
    counted: &[bool],
    series: &[Arc<[f64]>],
    drawn: Option<&Drawn>,
    level: f64,
) -> Estimate {
    let rows = known[g].2.rows;
    let others: Vec<usize> = (0..known.len()).filter(|&c| c != g && counted[c]).collect();
    if others.is_empty() {
        return Estimate::new(value, rows, Method::MaxTBest, Evidence::None, level)
            .bare(Reason::OneGroup);
    }
    let columns: Vec<Option<Column<'_>>> = std::iter::once(g)
        .chain(others)
        .map(|c| {
            let defined = known[c].2.value.is_ok();
            let series = series.get(c).filter(|s| s.len() >= REPLICATES_MIN)?;
            Some(Column::new(series, defined, true))
        })
        .collect();
    let part = Columns {
        columns: columns.iter().map(Option::as_ref).collect(),
        unknown: Vec::new(),
        gaps: Gaps::FromFirst,
        independent: drawn.is_none(),
    };
    let shape = Shape {
        merged: true,
        extent: Extent::LeastOfRatios,
        // Nobody is above the best of a set that holds oneself.
        greatest: Some(1.0),
    };
    let [band, _] = bands(&[part], shape);
    match band {
        Some(band) => {
            let evidence = Evidence::Band(Arc::new(band));
            Estimate::new(value, rows, Method::MaxTBest, evidence, level)
        }
        None => Estimate::new(value, rows, Method::MaxTBest, Evidence::None, level)
            .bare(Reason::NoReplicates),
    }
}

/// Replicates of the rates by category.
pub(super) fn replicates(
    known: &[Known],
    drawn: Option<&Drawn>,
    request: &Request,
    observer: &dyn Observer,
) -> Result<Vec<Arc<[f64]>>, MeasureError> {
    if request.replicates == 0 {
        return Ok(Vec::new());
    }
    let room = || (Vec::new(), Vec::new());
    let one = |(weights, counts): &mut (Vec<f64>, Vec<u64>), r: usize, out: &mut Vec<f64>| {
        let mut stream = Stream::new(request.seed, STREAM + r as u64);
        if let Some(drawn) = drawn {
            drawn.law.draw(&mut stream, counts, weights);
        }
        for (at, _, rate) in known {
            let [hit, miss] = match drawn {
                Some(drawn) => {
                    let weight = drawn.clusters.groups()[*at].row_weight;
                    let sides = drawn.sides(weights, *at);
                    sides.map(|side| side + weight * gamma(&mut stream, PRIOR))
                }
                None => [rate.successes, rate.trials - rate.successes]
                    .map(|side| gamma(&mut stream, side + PRIOR)),
            };
            out.push(hit / (hit + miss));
        }
    };
    draws::series(request.replicates, known.len(), observer, room, one)
        .ok_or(MeasureError::Interrupted)
}
