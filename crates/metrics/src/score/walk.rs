//! Metrics of unweighted rows with exact scores, from what is gathered while they are walked: what several
//! metrics are made of is gathered once.

use waage_core::estimate::Reason;

use super::auc::Pairs;
use super::bins::{self, BIN_ROWS_MIN, BINS, EqualWidth};
use super::catalogue::{Nature, ScoreMetric};
use super::ks::Gap;
use super::mean::{Averaged, Moments, Rows};
use super::profile::Point;
use super::sample::{Spread, averaged, labels};
use super::table::LABELLED;
use crate::disparity::Value;

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

/// The metrics of one set of rows, while they are walked.
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
}

impl Walks {
    /// Whether a metric is had by a walk.
    pub const fn serve(metric: ScoreMetric) -> bool {
        Kind::of(metric).is_some()
    }

    /// Walks over no rows yet, for those of the metrics that are had so.
    pub fn new(metrics: &[ScoreMetric]) -> Self {
        let mut walks = Self {
            counts: [0; 3],
            spans: [None; 2],
            area: None,
            distance: None,
            bins: None,
            means: Vec::new(),
        };
        for &metric in metrics {
            match Kind::of(metric) {
                Some(Kind::Area) => walks.area = Some(Pairs::new([0; 2])),
                Some(Kind::Distance) => walks.distance = Some(Gap::new([0; 2])),
                Some(Kind::Bins) => walks.bins = Some(EqualWidth::new(BINS)),
                Some(Kind::Mean(mean)) => {
                    walks.means.push((metric, mean, Moments::default()));
                }
                None => {}
            }
        }
        walks
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
