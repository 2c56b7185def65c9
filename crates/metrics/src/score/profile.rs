//! Everything about one set of rows that estimates and comparisons of its scores need.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::catalogue::{Nature, ScoreMetric};
use super::sample::Sample;
use super::scoring_rate::Median;
use super::walk::Walks;
use crate::disparity::Value;
use crate::rate::Rate;

/// A value and how sure it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// The value.
    pub value: Value,
    /// Its standard error; of areas of exactly 0 or 1 `no_spread`.
    pub se: Result<f64, Reason>,
    /// Of an area, rows of the smaller class, effective where weighted.
    pub smaller: f64,
    /// How far it may be off because scores were binned.
    pub slack: f64,
    /// Whether scores were binned.
    pub binned: bool,
    /// Rows behind it.
    pub rows: u64,
    /// The proportion, where it is one.
    pub rate: Option<Rate>,
}

impl Point {
    /// A value that is no area, of exact scores.
    pub const fn new(value: Value, se: Result<f64, Reason>, rows: u64) -> Self {
        Self {
            value,
            se,
            smaller: 0.0,
            slack: 0.0,
            binned: false,
            rows,
            rate: None,
        }
    }

    /// None, for a reason.
    pub const fn undefined(reason: Reason, rows: u64) -> Self {
        Self::new(Err(reason), Err(reason), rows)
    }
}

/// The points of one set of rows, by the metrics it was made for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    metrics: Vec<ScoreMetric>,
    points: Vec<Point>,
}

impl Profile {
    /// The points of a table, those excepted that walks over its rows found; those against a background
    /// are undefined until [`Self::place`].
    pub fn of(
        table: &ScoreTable,
        metrics: &[ScoreMetric],
        median: Option<Median>,
        walks: Option<&Walks>,
    ) -> Self {
        let sample = Sample::new(table, median);
        let of = |metric| {
            let walked = walks.and_then(|walks| walks.point(metric));
            walked.unwrap_or_else(|| point(&sample, metric, median))
        };
        Self {
            metrics: metrics.to_vec(),
            points: metrics.iter().map(|metric| of(*metric)).collect(),
        }
    }

    /// The point of a metric.
    pub fn get(&self, metric: ScoreMetric) -> Point {
        let at = self.metrics.iter().position(|m| *m == metric);
        at.map_or(Point::undefined(Reason::NotAvailable, 0), |at| {
            self.points[at]
        })
    }

    /// Fills in the areas of a group against its background.
    pub fn place(&mut self, group: &ScoreTable, background: &ScoreTable) {
        let area = |pairing: super::subgroup::Pairing| {
            let table = pairing.table(group, background);
            point(&Sample::new(&table, None), ScoreMetric::RocAuc, None)
        };
        for (metric, point) in self.metrics.iter().zip(&mut self.points) {
            match metric.row().nature {
                Nature::Placed(pairing) => *point = area(pairing),
                Nature::Crossed => {
                    *point = crossed(
                        &area(super::subgroup::Pairing::BackgroundNegative),
                        &area(super::subgroup::Pairing::BackgroundPositive),
                    );
                }
                _ => {}
            }
        }
    }
}

/// The difference of two areas that share no rows.
fn crossed(one: &Point, other: &Point) -> Point {
    let square = |se: f64| se * se;
    Point {
        value: one.value.and_then(|a| other.value.map(|b| a - b)),
        se: free_se(one).and_then(|a| free_se(other).map(|b| (square(a) + square(b)).sqrt())),
        smaller: one.smaller.min(other.smaller),
        slack: one.slack + other.slack,
        binned: one.binned || other.binned,
        rows: one.rows + other.rows,
        rate: None,
    }
}

/// The standard error of a point to be added to others': for an area of exactly 0 or 1, which has
/// none, half of what Wilson's 95 % limit leaves free.
pub(crate) fn free_se(point: &Point) -> Result<f64, Reason> {
    const Z: f64 = 1.959_963_984_540_054;
    match (point.se, point.value) {
        (Err(Reason::NoSpread), Ok(value)) if is_extreme(value) && point.smaller >= 1.0 => {
            let free = Z * Z / (point.smaller + Z * Z);
            Ok(free / Z)
        }
        (se, _) => se,
    }
}

/// Whether an area leaves no room on one side.
pub(crate) fn is_extreme(area: f64) -> bool {
    area <= 0.0 || area >= 1.0
}

fn point(sample: &Sample<'_>, metric: ScoreMetric, median: Option<Median>) -> Point {
    let nature = metric.row().nature;
    let rows = sample.rows(metric);
    if matches!(nature, Nature::Placed(_) | Nature::Crossed) {
        return Point::undefined(Reason::OneGroup, rows);
    }
    let value = match sample.value(metric) {
        Ok(value) => value,
        Err(reason) => return Point::undefined(reason, rows),
    };
    let slack = sample.slack(metric);
    let binned = sample.table().widths.is_some();
    let se = match nature {
        Nature::Rough => Err(Reason::NoReplicates),
        _ => sample.standard_error(metric, value),
    };
    let smaller = match nature {
        Nature::Area => sample.smaller_class(),
        _ => 0.0,
    };
    let rate = match (nature, median) {
        (Nature::Share, Some(median)) => Some(median.rate(sample.table())),
        _ => None,
    };
    Point {
        smaller,
        slack,
        binned,
        rate,
        ..Point::new(Ok(value), se, rows)
    }
}

/// The table of a group on the bins of all rows, where scores are counted in bins: those of the group
/// have the least and greatest score of its own rows, and would not meet those of others.
pub(crate) fn aligned(mut table: ScoreTable, all: &ScoreTable) -> ScoreTable {
    if let (Some(widths), Some(of_all)) = (&mut table.widths, &all.widths) {
        let mut to = 0;
        for (score, width) in table.scores.iter_mut().zip(widths) {
            while to + 1 < of_all.len() && of_all[to].1 < *score {
                to += 1;
            }
            (*score, *width) = (all.scores[to], of_all[to]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::table::fixture;
    use super::*;

    #[test]
    fn points_against_a_background_are_those_of_the_worked_example() {
        let [a, b] = fixture::e3();
        let metrics = [
            ScoreMetric::BpsnAuc,
            ScoreMetric::BnspAuc,
            ScoreMetric::BackgroundAuc,
            ScoreMetric::XaucDisparity,
        ];
        let mut profile = Profile::of(&a, &metrics, None, None);
        assert!(profile.get(ScoreMetric::BpsnAuc).value.is_err());
        profile.place(&a, &b);
        let value = |metric| profile.get(metric).value.unwrap();
        assert_eq!(value(ScoreMetric::BpsnAuc), 11.0 / 12.0);
        assert_eq!(value(ScoreMetric::BnspAuc), 5.0 / 6.0);
        assert_eq!(value(ScoreMetric::BackgroundAuc), 0.5);
        assert!((value(ScoreMetric::XaucDisparity) + 1.0 / 12.0).abs() < 1e-12);
        let [low, high] = [ScoreMetric::BpsnAuc, ScoreMetric::BnspAuc].map(|m| profile.get(m));
        let se = profile.get(ScoreMetric::XaucDisparity).se.unwrap();
        let squares = low.se.unwrap().powi(2) + high.se.unwrap().powi(2);
        assert!((se * se - squares).abs() < 1e-12);
    }

    #[test]
    fn bins_of_groups_meet_those_of_all_rows() {
        let table = |scores: &[f64], widths: &[(f64, f64)]| ScoreTable {
            scores: scores.to_vec(),
            rows: [(); 3].map(|()| vec![1; scores.len()]),
            widths: Some(widths.to_vec()),
            ..ScoreTable::default()
        };
        let all = table(&[0.15, 0.35, 0.55], &[(0.1, 0.2), (0.3, 0.4), (0.5, 0.6)]);
        let group = table(&[0.11, 0.58], &[(0.1, 0.12), (0.56, 0.6)]);
        let aligned = aligned(group, &all);
        assert_eq!(aligned.scores, [0.15, 0.55]);
        assert_eq!(aligned.widths, Some(vec![(0.1, 0.2), (0.5, 0.6)]));
        let rest = super::super::table::minus(&all, &aligned);
        assert_eq!(rest.scores, [0.35]);
    }

    #[test]
    fn a_perfect_area_adds_the_uncertainty_that_its_size_leaves() {
        let [a, _] = fixture::e3();
        let profile = Profile::of(&a, &[ScoreMetric::RocAuc], None, None);
        let point = profile.get(ScoreMetric::RocAuc);
        assert_eq!((point.value, point.se), (Ok(1.0), Err(Reason::NoSpread)));
        assert_eq!(point.smaller, 3.0);
        assert!(free_se(&point).unwrap() > 0.2);
    }
}
