//! Metrics of unweighted tables of exact scores in one walk over their places, a stretch at a time:
//! what one metric has read of a stretch is still at hand for the next one, and for the next group.

use std::ops::Range;

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::auc::Pairs;
use super::bins::{self, BIN_ROWS_MIN, BINS, EqualWidth};
use super::catalogue::{Nature, ScoreMetric};
use super::ks::Gap;
use super::mean::{Averaged, Moments, Term};
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
    scores: Vec<f64>,
    rows: [Vec<u64>; 2],
    masses: [Vec<f64>; 2],
    losses: [Vec<f64>; 2],
    /// Where the rows of a part lie.
    at: Vec<u32>,
}

impl Room {
    /// Takes some places of a table.
    fn take(&mut self, table: &ScoreTable, places: Range<usize>, with_losses: bool) {
        self.scores.clear();
        self.scores.extend_from_slice(&table.scores[places.clone()]);
        for label in LABELLED {
            let (rows, masses) = (&mut self.rows[label], &mut self.masses[label]);
            rows.clear();
            rows.extend_from_slice(&table.rows[label][places.clone()]);
            masses.clear();
            masses.extend(rows.iter().map(|n| *n as f64));
            let losses = &mut self.losses[label];
            losses.clear();
            if with_losses {
                let loss = |(score, n): (&f64, &u64)| match n {
                    0 => 0.0,
                    _ => Term::Log.at(*score, label),
                };
                losses.extend(self.scores.iter().zip(rows.iter()).map(loss));
            }
        }
    }

    fn stretch(&self) -> Stretch<'_> {
        Stretch {
            scores: &self.scores,
            rows: self.rows.each_ref().map(Vec::as_slice),
            masses: self.masses.each_ref().map(Vec::as_slice),
            losses: self.losses.each_ref().map(Vec::as_slice),
        }
    }

    /// Takes away the rows at some places of a part of what lies here.
    fn take_away(&mut self, part: &ScoreTable, places: Range<usize>) {
        self.at.clear();
        let mut place = 0;
        for score in &part.scores[places.clone()] {
            while self.scores[place] < *score {
                place += 1;
            }
            self.at.push(place as u32);
        }
        self.move_rows(part, places, u64::wrapping_sub);
    }

    /// Undoes [`Self::take_away`].
    fn give_back(&mut self, part: &ScoreTable, places: Range<usize>) {
        self.move_rows(part, places, u64::wrapping_add);
    }

    fn move_rows(&mut self, part: &ScoreTable, places: Range<usize>, by: impl Fn(u64, u64) -> u64) {
        for label in LABELLED {
            let (rows, masses) = (&mut self.rows[label], &mut self.masses[label]);
            for (place, n) in self.at.iter().zip(&part.rows[label][places.clone()]) {
                let place = *place as usize;
                rows[place] = by(rows[place], *n);
                masses[place] = rows[place] as f64;
            }
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

/// What a walk gathers for one metric.
enum Walk {
    Area(Pairs),
    Distance(Gap),
    Mean(Averaged, Moments),
    Bins(EqualWidth),
}

/// The metrics of one set of rows, while its places are walked.
pub(crate) struct Walks {
    /// Rows by label code.
    counts: [u64; 3],
    /// Least and greatest score of each label.
    spans: [Option<(f64, f64)>; 2],
    walks: Vec<(ScoreMetric, Walk)>,
    terms: Vec<f64>,
}

impl Walks {
    /// Whether a metric is had by a walk.
    pub const fn serve(metric: ScoreMetric) -> bool {
        matches!(
            metric,
            ScoreMetric::RocAuc
                | ScoreMetric::Gini
                | ScoreMetric::KsStatistic
                | ScoreMetric::ExpectedCalibrationError
                | ScoreMetric::MaximumCalibrationError
        ) || averaged(metric).is_some()
    }

    /// Walks for those of the metrics that are had so, of rows in these numbers by label code.
    fn new(metrics: &[ScoreMetric], counts: [u64; 3]) -> Self {
        let classes = LABELLED.map(|label| counts[label]);
        let walk = |&metric: &ScoreMetric| {
            let walk = match metric {
                ScoreMetric::RocAuc | ScoreMetric::Gini => Walk::Area(Pairs::new(classes)),
                ScoreMetric::KsStatistic => Walk::Distance(Gap::new(classes)),
                ScoreMetric::ExpectedCalibrationError | ScoreMetric::MaximumCalibrationError => {
                    Walk::Bins(EqualWidth::new(BINS))
                }
                _ => Walk::Mean(averaged(metric)?, Moments::default()),
            };
            Some((metric, walk))
        };
        Self {
            counts,
            spans: [None; 2],
            walks: metrics.iter().filter_map(walk).collect(),
            terms: Vec::new(),
        }
    }

    /// The walks over a whole table; `None` where rows are weighted or scores binned.
    pub fn over(table: &ScoreTable, metrics: &[ScoreMetric]) -> Option<Self> {
        if table.weights.is_some() || !table.is_exact() {
            return None;
        }
        let counts = std::array::from_fn(|label| table.count(label));
        let mut walks = Self::new(metrics, counts);
        if walks.walks.is_empty() {
            return Some(walks);
        }
        stretches(table, needs_losses(metrics), |stretch| walks.add(stretch));
        Some(walks)
    }

    /// The walks over what each of the parts leaves of all rows, whose rows are among them; all are
    /// unweighted and exact. The places of all rows are read once.
    pub fn over_others(
        all: &ScoreTable,
        parts: &[ScoreTable],
        metrics: &[ScoreMetric],
    ) -> Vec<Self> {
        let left = |part: &ScoreTable| {
            let counts = std::array::from_fn(|label| all.count(label) - part.count(label));
            Self::new(metrics, counts)
        };
        let mut walks: Vec<Self> = parts.iter().map(left).collect();
        let mut reached = vec![0; parts.len()];
        let mut room = Room::default();
        for from in (0..all.scores.len()).step_by(STRETCH) {
            let to = (from + STRETCH).min(all.scores.len());
            room.take(all, from..to, needs_losses(metrics));
            for ((part, walks), reached) in parts.iter().zip(&mut walks).zip(&mut reached) {
                let places = *reached..places_up_to(part, *reached, all.scores[to - 1]);
                *reached = places.end;
                room.take_away(part, places.clone());
                walks.add(room.stretch());
                room.give_back(part, places);
            }
        }
        walks
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
        for (_, walk) in &mut self.walks {
            match walk {
                Walk::Area(pairs) => pairs.add(stretch),
                Walk::Distance(gap) => gap.add(stretch),
                Walk::Mean(mean, moments) => moments.add(mean, stretch, &mut self.terms),
                Walk::Bins(bins) => bins.add(stretch),
            }
        }
    }

    /// What was found for a metric; `None` where it is had otherwise.
    pub fn point(&self, metric: ScoreMetric) -> Option<Point> {
        let (_, walk) = self.walks.iter().find(|(walked, _)| *walked == metric)?;
        let rows = labels(metric).iter().map(|&label| self.counts[label]).sum();
        let value = match self.value(metric, walk) {
            Ok(value) => value,
            Err(reason) => return Some(Point::undefined(reason, rows)),
        };
        let area = metric.row().nature == Nature::Area;
        let [negative, positive] = LABELLED.map(|label| self.counts[label] as f64);
        Some(Point {
            value: Ok(value),
            se: self.standard_error(metric, walk, value),
            smaller: if area { negative.min(positive) } else { 0.0 },
            slack: 0.0,
            binned: false,
            rows,
            rate: None,
        })
    }

    fn value(&self, metric: ScoreMetric, walk: &Walk) -> Value {
        if self.counts == [0; 3] {
            return Err(Reason::NoScores);
        }
        match walk {
            Walk::Area(pairs) if metric == ScoreMetric::Gini => pairs.gini(),
            Walk::Area(pairs) => pairs.area(),
            Walk::Distance(gap) => gap.value(),
            Walk::Mean(mean, moments) => {
                let value = moments.mean().ok_or(mean.empty)?;
                match mean.probability {
                    true => self.check_probability().map(|()| value),
                    false => Ok(value),
                }
            }
            Walk::Bins(bins) => {
                if LABELLED.iter().all(|&label| self.counts[label] == 0) {
                    return Err(Reason::NoRows);
                }
                self.check_probability()?;
                match metric {
                    ScoreMetric::MaximumCalibrationError => bins::largest(&bins.bins, BIN_ROWS_MIN),
                    _ => Ok(bins::expected(&bins.bins)),
                }
            }
        }
    }

    fn check_probability(&self) -> Result<(), Reason> {
        let within = |(low, high): &(f64, f64)| *low >= 0.0 && *high <= 1.0;
        match self.spans.iter().flatten().all(within) {
            true => Ok(()),
            false => Err(Reason::ScoreNotProbability),
        }
    }

    fn standard_error(&self, metric: ScoreMetric, walk: &Walk, value: f64) -> Result<f64, Reason> {
        let sums = match walk {
            Walk::Area(pairs) if metric == ScoreMetric::Gini => {
                pairs.squared_influences().map(|sum| 4.0 * sum)
            }
            Walk::Area(pairs) => pairs.squared_influences(),
            Walk::Mean(_, moments) => {
                // The rows of all labels of a mean count alike.
                let mut sums = [0.0; 3];
                sums[labels(metric)[0]] = moments.squared_influences();
                sums
            }
            _ => return Err(Reason::NoReplicates),
        };
        let is_constant = || {
            let [negative, positive] = self.spans;
            negative == positive && positive.is_some_and(|(low, high)| low == high)
        };
        Spread {
            metric,
            value,
            counts: self.counts,
            sums,
        }
        .standard_error(is_constant)
    }
}

fn needs_losses(metrics: &[ScoreMetric]) -> bool {
    metrics.contains(&ScoreMetric::LogLoss)
}

/// The end of a table's places with scores up to `last`, from `from` on.
fn places_up_to(table: &ScoreTable, from: usize, last: f64) -> usize {
    let most = (from + STRETCH).min(table.scores.len());
    from + table.scores[from..most].partition_point(|score| *score <= last)
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::SCORES;
    use super::super::profile::Profile;
    use super::super::sample::Sample;
    use super::super::table::{fixture, from_rows, minus, plus};
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
    fn others_are_walked_as_tables_of_their_own() {
        let rows = |seed, n| fixture::random(seed, n, 20_000, false);
        let parts = [rows(1, 4000), rows(2, 700), rows(3, 2500)].map(|r| from_rows(&r, false));
        let all = parts
            .iter()
            .fold(ScoreTable::default(), |all, part| plus(&all, part));
        assert!(all.scores.len() > 3 * STRETCH);
        let metrics = walked();
        let others = Walks::over_others(&all, &parts, &metrics);
        for (walks, part) in others.iter().zip(&parts) {
            let rest = Profile::of(&minus(&all, part), &metrics, None);
            for &metric in &metrics {
                let (found, alone) = (walks.point(metric).unwrap(), rest.get(metric));
                assert!(
                    near(found.value, alone.value),
                    "{metric:?} {found:?} {alone:?}"
                );
                assert!(near(found.se, alone.se), "{metric:?} {found:?} {alone:?}");
                assert_eq!((found.rows, found.smaller), (alone.rows, alone.smaller));
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
