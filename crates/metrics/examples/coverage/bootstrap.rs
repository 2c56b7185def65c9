//! Coverage of the percentile bootstrap by simulation, drawn as an audit draws it: one multinomial
//! over all cells of the table per replicate.

use rayon::prelude::*;
use waage_core::draw::{binomial, multinomial};
use waage_core::interval::percentile;
use waage_core::random::Stream;

use crate::exact::{GAPS, LEVEL, Point, RATES, SIZES};

/// Simulated data sets per point.
pub const DATA_SETS: u64 = 8000;
/// Bootstrap replicates per data set.
pub const REPLICATES: u64 = 1000;
/// True-positive rate of the base group, and so its F1.
pub const TPR: f64 = 0.7;
/// More undefined replicates than this share leave no interval.
const UNDEFINED_MAX: f64 = 0.05;
const SEED: u64 = 20_261_124;

/// Rows of one group: true positives, false positives, false negatives, true negatives.
type Table = [u64; 4];

/// `2TP/(2TP + FP + FN)`.
fn f1([tp, fp, missed, _]: Table) -> Option<f64> {
    let under = 2 * tp + fp + missed;
    (under > 0).then(|| (2 * tp) as f64 / under as f64)
}

/// Mean of the true-positive and the true-negative rate.
fn balanced_accuracy([tp, fp, missed, tn]: Table) -> Option<f64> {
    let (positives, negatives) = (tp + missed, fp + tn);
    (positives > 0 && negatives > 0)
        .then(|| (tp as f64 / positives as f64 + tn as f64 / negatives as f64) / 2.0)
}

/// A group whose base rate and selection rate are both `rate`: then F1 equals the true-positive rate.
#[derive(Clone, Copy)]
struct Group {
    n: u64,
    rate: f64,
    tpr: f64,
}

impl Group {
    fn fpr(&self) -> f64 {
        self.rate * (1.0 - self.tpr) / (1.0 - self.rate)
    }

    fn draw(&self, stream: &mut Stream) -> Table {
        let positives = binomial(stream, self.n, self.rate);
        let tp = binomial(stream, positives, self.tpr);
        let fp = binomial(stream, self.n - positives, self.fpr());
        [tp, fp, positives - tp, self.n - positives - fp]
    }
}

/// A statistic's true value and its value on the tables of all groups.
type Statistic<'a> = (f64, &'a (dyn Fn(&[u64]) -> Option<f64> + Sync));

/// Whether each statistic's interval holds its truth on one simulated data set; `None` without an
/// interval.
fn trial(
    groups: &[Group],
    statistics: &[Statistic<'_>],
    point: u64,
    set: u64,
) -> Vec<Option<bool>> {
    let task = (point * DATA_SETS + set) * (REPLICATES + 1);
    let mut stream = Stream::new(SEED, task);
    let cells: Vec<u64> = groups.iter().flat_map(|g| g.draw(&mut stream)).collect();
    let rows = cells.iter().sum();
    let mut replicates = vec![Vec::with_capacity(REPLICATES as usize); statistics.len()];
    let mut drawn = vec![0; cells.len()];
    for replicate in 1..=REPLICATES {
        multinomial(
            &mut Stream::new(SEED, task + replicate),
            rows,
            &cells,
            &mut drawn,
        );
        for (values, (_, statistic)) in replicates.iter_mut().zip(statistics) {
            values.extend(statistic(&drawn));
        }
    }
    let one = |(mut values, (truth, _)): (Vec<f64>, &Statistic<'_>)| {
        let undefined = 1.0 - values.len() as f64 / REPLICATES as f64;
        values.sort_unstable_by(f64::total_cmp);
        (undefined <= UNDEFINED_MAX).then(|| percentile(&values, LEVEL).contains(*truth))
    };
    replicates.into_iter().zip(statistics).map(one).collect()
}

/// One [`Point`] per statistic; coverage is that of the data sets that have an interval.
fn simulate(groups: &[Group], statistics: &[Statistic<'_>], point: u64, gap: f64) -> Vec<Point> {
    let trials: Vec<_> = (0..DATA_SETS)
        .into_par_iter()
        .map(|set| trial(groups, statistics, point, set))
        .collect();
    let Group { n, rate, .. } = groups[0];
    (0..statistics.len())
        .map(|s| {
            let held = |want: Option<bool>| trials.iter().filter(|t| t[s] == want).count() as f64;
            let (yes, no, none) = (held(Some(true)), held(Some(false)), held(None));
            Point {
                n,
                rate,
                gap,
                coverage: yes / (yes + no),
                undefined: none / DATA_SETS as f64,
            }
        })
        .collect()
}

fn table(cells: &[u64], group: usize) -> Table {
    std::array::from_fn(|i| cells[4 * group + i])
}

/// F1 and balanced accuracy of one group, over the grid.
pub fn single() -> [Vec<Point>; 2] {
    let mut out = [vec![], vec![]];
    for n in SIZES {
        for rate in RATES {
            let group = Group { n, rate, tpr: TPR };
            let truth = (TPR + 1.0 - group.fpr()) / 2.0;
            let statistics: [Statistic<'_>; 2] = [
                (TPR, &|cells| f1(table(cells, 0))),
                (truth, &|cells| balanced_accuracy(table(cells, 0))),
            ];
            let point = out[0].len() as u64;
            for (points, at) in out
                .iter_mut()
                .zip(simulate(&[group], &statistics, point, 0.0))
            {
                points.push(at);
            }
        }
    }
    out
}

/// The difference of F1 between two groups, over the grid.
pub fn differences() -> Vec<Point> {
    let mut out = vec![];
    for n in SIZES {
        for rate in RATES {
            for gap in GAPS {
                let base = Group { n, rate, tpr: TPR };
                let other = Group {
                    n,
                    rate,
                    tpr: TPR + gap,
                };
                let statistic: Statistic<'_> = (gap, &|cells| {
                    Some(f1(table(cells, 1))? - f1(table(cells, 0))?)
                });
                let point = 1000 + out.len() as u64;
                out.extend(simulate(&[base, other], &[statistic], point, gap));
            }
        }
    }
    out
}
