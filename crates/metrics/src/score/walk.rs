//! Metrics of unweighted tables of exact scores in one walk over their places, a stretch at a time:
//! what one metric has read of a stretch is still at hand for the next one, and for the next group.

use std::ops::Range;

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::auc::Pairs;
use super::bins::{self, BIN_ROWS_MIN, BINS, EqualWidth};
use super::catalogue::{Nature, ScoreMetric};
use super::ks::Gap;
use super::mean::{Averaged, Moments, Rows, Term};
use super::profile::Point;
use super::sample::{Spread, averaged, labels};
use super::table::LABELLED;
use crate::disparity::Value;

/// Places of a stretch: scores, rows and terms of so many stay in a core's nearest cache.
const STRETCH: usize = 1 << 9;

/// Places that lie side by side.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    /// Distinct scores, ascending.
    pub scores: &'a [f64],
    /// Rows by label: negatives, positives.
    pub rows: [&'a [u64]; 2],
    /// The same as reals.
    pub masses: [&'a [f64]; 2],
    /// The loss of a row of each label at each place where there are any; empty unless asked for.
    pub losses: [&'a [f64]; 2],
}

/// A stretch of a table, ready to be walked; the room is used again for the next one.
#[derive(Default)]
struct Room {
    table: ScoreTable,
    masses: [Vec<f64>; 2],
    losses: [Vec<f64>; 2],
}

impl Room {
    /// Takes some places of a table.
    fn take(&mut self, table: &ScoreTable, places: Range<usize>, with_losses: bool) {
        let here = &mut self.table;
        here.scores.clear();
        here.scores.extend_from_slice(&table.scores[places.clone()]);
        for (here, all) in here.rows.iter_mut().zip(&table.rows) {
            here.clear();
            here.extend_from_slice(&all[places.clone()]);
        }
        for label in LABELLED {
            let (rows, masses) = (&here.rows[label], &mut self.masses[label]);
            masses.clear();
            masses.extend(rows.iter().map(|n| *n as f64));
            let losses = &mut self.losses[label];
            losses.clear();
            if with_losses {
                let loss = |(score, n): (&f64, &u64)| match n {
                    0 => 0.0,
                    _ => Term::Log.at(*score, label),
                };
                losses.extend(here.scores.iter().zip(rows).map(loss));
            }
        }
    }

    fn stretch(&self) -> Stretch<'_> {
        Stretch {
            scores: &self.table.scores,
            rows: LABELLED.map(|label| self.table.rows[label].as_slice()),
            masses: self.masses.each_ref().map(Vec::as_slice),
            losses: self.losses.each_ref().map(Vec::as_slice),
        }
    }
}

/// Shows a whole table, stretch by stretch.
pub(crate) fn stretches(table: &ScoreTable, with_losses: bool, mut visit: impl FnMut(Stretch<'_>)) {
    let mut room = Room::default();
    for from in (0..table.scores.len()).step_by(STRETCH) {
        let to = (from + STRETCH).min(table.scores.len());
        room.take(table, from..to, with_losses);
        visit(room.stretch());
    }
}

/// How a metric is had by a walk.
#[derive(Clone, Copy)]
enum Kind {
    Area,
    Distance,
    Bins,
    Mean(Averaged),
}

impl Kind {
    const fn of(metric: ScoreMetric) -> Option<Self> {
        match metric {
            ScoreMetric::RocAuc | ScoreMetric::Gini => Some(Self::Area),
            ScoreMetric::KsStatistic => Some(Self::Distance),
            ScoreMetric::ExpectedCalibrationError | ScoreMetric::MaximumCalibrationError => {
                Some(Self::Bins)
            }
            _ => match averaged(metric) {
                Some(mean) => Some(Self::Mean(mean)),
                None => None,
            },
        }
    }
}

/// The metrics of one set of rows, while its places are walked. What several metrics are made of is
/// gathered once.
#[derive(Clone)]
pub(crate) struct Walks {
    /// Rows by label code.
    pub counts: [u64; 3],
    /// Least and greatest score of each label.
    spans: [Option<(f64, f64)>; 2],
    pub area: Option<Pairs>,
    pub distance: Option<Gap>,
    bins: Option<EqualWidth>,
    means: Vec<(ScoreMetric, Averaged, Moments)>,
    terms: Vec<f64>,
}

impl Walks {
    /// Whether a metric is had by a walk.
    pub const fn serve(metric: ScoreMetric) -> bool {
        Kind::of(metric).is_some()
    }

    /// Walks for those of the metrics that are had so, of rows in these numbers by label code.
    pub fn new(metrics: &[ScoreMetric], counts: [u64; 3]) -> Self {
        let classes = LABELLED.map(|label| counts[label]);
        let mut walks = Self {
            counts,
            spans: [None; 2],
            area: None,
            distance: None,
            bins: None,
            means: Vec::new(),
            terms: Vec::new(),
        };
        for &metric in metrics {
            match Kind::of(metric) {
                Some(Kind::Area) => walks.area = Some(Pairs::new(classes)),
                Some(Kind::Distance) => walks.distance = Some(Gap::new(classes)),
                Some(Kind::Bins) => walks.bins = Some(EqualWidth::new(BINS)),
                Some(Kind::Mean(mean)) => {
                    walks.means.push((metric, mean, Moments::default()));
                }
                None => {}
            }
        }
        walks
    }

    /// The walks over a whole table; `None` where rows are weighted or scores binned.
    pub fn over(table: &ScoreTable, metrics: &[ScoreMetric]) -> Option<Self> {
        if table.weights.is_some() || !table.is_exact() {
            return None;
        }
        let counts = std::array::from_fn(|label| table.count(label));
        let mut walks = Self::new(metrics, counts);
        if metrics.iter().any(|metric| Self::serve(*metric)) {
            stretches(table, needs_losses(metrics), |stretch| walks.add(stretch));
        }
        Some(walks)
    }

    /// Goes on over rows of one label, whose scores ascend: what does not depend on the others'.
    pub fn add_rows(&mut self, rows: Rows<'_>, terms: &mut Vec<f64>) {
        self.counts[rows.label] += rows.count();
        let (Some(span), Some(low), Some(high)) = (
            self.spans.get_mut(rows.label),
            rows.scores.first(),
            rows.scores.last(),
        ) else {
            return;
        };
        *span = wider(*span, Some((*low, *high)));
        if let Some(bins) = &mut self.bins {
            bins.add_rows(rows);
        }
        for (_, mean, moments) in &mut self.means {
            moments.add_rows(mean, rows, terms);
        }
    }

    /// Adds other rows, but for what depends on the order of them all.
    pub fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        for (mine, theirs) in self.spans.iter_mut().zip(other.spans) {
            *mine = wider(*mine, theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.bins, &other.bins) {
            mine.join(theirs);
        }
        for ((_, _, mine), (_, _, theirs)) in self.means.iter_mut().zip(&other.means) {
            mine.join(theirs);
        }
    }

    fn add(&mut self, stretch: Stretch<'_>) {
        for (span, rows) in self.spans.iter_mut().zip(stretch.rows) {
            if let Some(last) = rows.iter().rposition(|n| *n > 0) {
                let high = stretch.scores[last];
                let first = || rows.iter().position(|n| *n > 0).unwrap_or(last);
                let low = span.map_or_else(|| stretch.scores[first()], |(low, _)| low);
                *span = Some((low, high));
            }
        }
        if let Some(pairs) = &mut self.area {
            pairs.add(stretch);
        }
        if let Some(gap) = &mut self.distance {
            gap.add(stretch);
        }
        if let Some(bins) = &mut self.bins {
            bins.add(stretch);
        }
        for (_, mean, moments) in &mut self.means {
            moments.add(mean, stretch, &mut self.terms);
        }
    }

    /// What was found for a metric; `None` where it is had otherwise, or was not asked for.
    pub fn point(&self, metric: ScoreMetric) -> Option<Point> {
        let (value, sums) = match Kind::of(metric)? {
            Kind::Area => {
                let pairs = self.area.as_ref()?;
                let sums = pairs.squared_influences();
                match metric {
                    ScoreMetric::Gini => (pairs.gini(), Some(sums.map(|sum| 4.0 * sum))),
                    _ => (pairs.area(), Some(sums)),
                }
            }
            Kind::Distance => (self.distance.as_ref()?.value(), None),
            Kind::Bins => (self.error(metric, self.bins.as_ref()?), None),
            Kind::Mean(mean) => {
                let (_, _, moments) = self.means.iter().find(|(walked, ..)| *walked == metric)?;
                // The rows of all labels of a mean count alike.
                let mut sums = [0.0; 3];
                sums[mean.labels[0]] = moments.squared_influences();
                (self.mean(&mean, moments), Some(sums))
            }
        };
        let rows = labels(metric).iter().map(|&label| self.counts[label]).sum();
        let value = match value {
            _ if self.counts == [0; 3] => return Some(Point::undefined(Reason::NoScores, rows)),
            Err(reason) => return Some(Point::undefined(reason, rows)),
            Ok(value) => value,
        };
        let se = sums.map_or(Err(Reason::NoReplicates), |sums| {
            let spread = Spread {
                metric,
                value,
                counts: self.counts,
                sums,
            };
            spread.standard_error(|| self.is_constant())
        });
        let [negative, positive] = LABELLED.map(|label| self.counts[label] as f64);
        Some(Point {
            smaller: match metric.row().nature {
                Nature::Area => negative.min(positive),
                _ => 0.0,
            },
            ..Point::new(Ok(value), se, rows)
        })
    }

    fn mean(&self, of: &Averaged, moments: &Moments) -> Value {
        let mean = moments.mean().ok_or(of.empty)?;
        match of.probability {
            true => self.check_probability().map(|()| mean),
            false => Ok(mean),
        }
    }

    fn error(&self, metric: ScoreMetric, EqualWidth { bins }: &EqualWidth) -> Value {
        if LABELLED.iter().all(|&label| self.counts[label] == 0) {
            return Err(Reason::NoRows);
        }
        self.check_probability()?;
        match metric {
            ScoreMetric::MaximumCalibrationError => bins::largest(bins, BIN_ROWS_MIN),
            _ => Ok(bins::expected(bins)),
        }
    }

    fn is_constant(&self) -> bool {
        let [negative, positive] = self.spans;
        negative == positive && positive.is_some_and(|(low, high)| low == high)
    }

    fn check_probability(&self) -> Result<(), Reason> {
        let within = |(low, high): &(f64, f64)| *low >= 0.0 && *high <= 1.0;
        match self.spans.iter().flatten().all(within) {
            true => Ok(()),
            false => Err(Reason::ScoreNotProbability),
        }
    }
}

/// What two spans span.
fn wider(one: Option<(f64, f64)>, other: Option<(f64, f64)>) -> Option<(f64, f64)> {
    match (one, other) {
        (Some((low, high)), Some((least, most))) => Some((low.min(least), high.max(most))),
        (one, other) => one.or(other),
    }
}

fn needs_losses(metrics: &[ScoreMetric]) -> bool {
    metrics.contains(&ScoreMetric::LogLoss)
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::SCORES;
    use super::super::sample::Sample;
    use super::super::table::{fixture, from_rows};
    use super::*;

    fn walked() -> Vec<ScoreMetric> {
        let metrics = SCORES.iter().map(|row| row.metric);
        metrics.filter(|metric| Walks::serve(*metric)).collect()
    }

    fn near(one: Result<f64, Reason>, other: Result<f64, Reason>) -> bool {
        match (one, other) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
            (a, b) => a == b,
        }
    }

    /// Against the rows with weights of 1, which take the other path.
    #[test]
    fn walks_find_what_influences_of_weighted_rows_do() {
        for (seed, n, levels) in [(1, 40, 7), (2, 900, 50), (3, 5000, 100_000), (4, 3, 2)] {
            let rows = fixture::random(seed, n, levels, false);
            let (plain, weighted) = (from_rows(&rows, false), from_rows(&rows, true));
            let walks = Walks::over(&plain, &walked()).unwrap();
            let sample = Sample::new(&weighted, None);
            for metric in walked() {
                let point = walks.point(metric).unwrap();
                let value = sample.value(metric);
                assert!(near(point.value, value), "{metric:?} {value:?} {point:?}");
                if let (Ok(value), Ok(_)) = (value, point.se) {
                    let se = sample.standard_error(metric, value);
                    assert!(near(point.se, se), "{metric:?} {se:?} {point:?}");
                }
            }
        }
    }

    #[test]
    fn undefined_values_have_their_reasons() {
        let of = |rows: &[(f64, u8, f64)], metric| {
            let walks = Walks::over(&from_rows(rows, false), &[metric]).unwrap();
            let point = walks.point(metric).unwrap();
            (point.value, point.se)
        };
        let one = [(0.5, 1, 1.0), (0.7, 1, 1.0)];
        let gone = Err(Reason::OneClassOnly);
        assert_eq!(of(&one, ScoreMetric::RocAuc), (gone, gone));
        assert_eq!(of(&[], ScoreMetric::BrierScore).0, Err(Reason::NoScores));
        let unlabelled = [(0.5, 2, 1.0)];
        let none = Err(Reason::NoRows);
        assert_eq!(of(&unlabelled, ScoreMetric::BrierScore).0, none);
        assert_eq!(
            of(&unlabelled, ScoreMetric::ExpectedCalibrationError).0,
            none
        );
        let logits = [(-1.0, 0, 1.0), (2.0, 1, 1.0), (2.5, 1, 1.0)];
        let beyond = Err(Reason::ScoreNotProbability);
        assert_eq!(of(&logits, ScoreMetric::LogLoss).0, beyond);
        assert_eq!(of(&logits, ScoreMetric::MaximumCalibrationError).0, beyond);
        let alike: Vec<_> = (0..3000)
            .map(|i| (0.3, u8::from(i % 3 == 0), 1.0))
            .collect();
        let constant = (Ok(0.5), Err(Reason::ConstantScore));
        assert_eq!(of(&alike, ScoreMetric::RocAuc), constant);
        let spread = of(&alike, ScoreMetric::GeneralizedTruePositiveRate).1;
        assert_eq!(spread, Err(Reason::NoSpread));
        let perfect = [(0.1, 0, 1.0), (0.2, 0, 1.0), (0.8, 1, 1.0), (0.9, 1, 1.0)];
        let certain = (Ok(1.0), Err(Reason::NoSpread));
        assert_eq!(of(&perfect, ScoreMetric::RocAuc), certain);
    }
}
