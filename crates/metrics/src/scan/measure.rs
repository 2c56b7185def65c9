//! A metric of a slice, and of two sets of rows compared.

use waage_core::block::outcome;
use waage_core::estimate::{DrawnClusters, Estimate, Evidence, Method, Reason};
use waage_core::special::beta_inc;
use waage_core::tally::Sums;

use super::score::Score;
use super::tables::{Cell, Tables};
use crate::catalogue::{Kind, Metric};
use crate::confusion::Tie;
use crate::rate::{self, Rate};

/// What is measured of every slice.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// A proportion of the catalogue, or the mean score.
    pub metric: Metric,
    /// How rows tied at a cut are shared out.
    pub tie: Tie,
}

/// A metric of one set of rows.
#[derive(Clone, Debug)]
pub(crate) struct Stat {
    /// Rows of the set.
    pub rows: u64,
    body: Body,
    /// The clusters that its spread rests on; `None` where rows do not depend on each other.
    clusters: Option<DrawnClusters>,
}

#[derive(Clone, Debug)]
enum Body {
    Rate(Rate),
    Mean {
        estimate: Estimate,
        /// Population variance of the scores.
        variance: f64,
    },
}

impl Measure {
    /// The metric of a cell.
    pub(crate) fn of(&self, tables: &Tables, cell: &Cell<'_>) -> Stat {
        self.stat(&tables.sums(cell.counts, cell.sums), cell.rows())
    }

    /// The metric of the rows of `whole` that are not in `part`.
    pub(crate) fn rest(&self, tables: &Tables, whole: &Cell<'_>, part: &Cell<'_>) -> Stat {
        let (counts, sums) = whole.minus(part);
        self.stat(&tables.sums(&counts, &sums), counts.iter().sum())
    }

    fn stat(&self, sums: &[Sums; outcome::COUNT], rows: u64) -> Stat {
        let body = match self.metric.row().kind {
            Kind::Proportion { hit, miss, empty } => {
                Body::Rate(Rate::of(sums, hit, miss, self.tie, empty))
            }
            _ => {
                let add = |part: fn(&Sums) -> f64| sums.iter().map(part).sum::<f64>();
                let weight = add(|s| s.sw);
                let mean = add(|s| s.ws) / weight;
                let variance = (add(|s| s.wss) / weight - mean * mean).max(0.0);
                Body::Mean {
                    estimate: rate::mean(sums, 0.95),
                    variance: if weight > 0.0 { variance } else { 0.0 },
                }
            }
        };
        Stat {
            rows,
            body,
            clusters: None,
        }
    }
}

/// A subgroup beside everybody else.
#[derive(Clone, Debug)]
pub(crate) struct Apart {
    /// The subgroup.
    pub slice: Stat,
    /// Everybody else.
    pub rest: Stat,
    /// Both as their difference varies; `None` where they vary apart.
    pub pair: Option<[Stat; 2]>,
    /// The test of clusters; `None` where rows are tested.
    pub tested: Option<Option<(f64, &'static str)>>,
}

impl Apart {
    /// Two sets of rows that do not depend on each other.
    pub const fn new(slice: Stat, rest: Stat) -> Self {
        Self {
            slice,
            rest,
            pair: None,
            tested: None,
        }
    }

    fn sides(&self) -> (&Stat, &Stat) {
        match &self.pair {
            Some([slice, rest]) => (slice, rest),
            None => (&self.slice, &self.rest),
        }
    }

    /// The subgroup minus everybody else.
    pub fn difference(&self, level: f64) -> Estimate {
        let (slice, rest) = self.sides();
        slice.minus(rest, level)
    }

    /// p-value and name of the test that they are alike; `None` where a side is undefined or has a
    /// single cluster.
    pub fn test(&self) -> Option<(f64, &'static str)> {
        self.tested.unwrap_or_else(|| self.slice.test(&self.rest))
    }

    /// What orders the subgroup.
    pub fn score(&self, score: Score, all: &Stat) -> f64 {
        let (slice, rest) = self.sides();
        score.of(slice, rest, all)
    }
}

impl Stat {
    /// The metric; `None` where it is undefined.
    pub fn value(&self) -> Option<f64> {
        match &self.body {
            Body::Rate(rate) => rate.value.ok(),
            Body::Mean { estimate, .. } => estimate.value,
        }
    }

    /// Rows that the metric rests on: those of its denominator.
    pub fn support(&self) -> u64 {
        match &self.body {
            Body::Rate(rate) => rate.rows,
            Body::Mean { estimate, .. } => estimate.n,
        }
    }

    /// Hits and trials where the metric is a proportion, effective where weighted.
    pub fn hits(&self) -> Option<(f64, f64)> {
        match &self.body {
            Body::Rate(rate) => Some((rate.successes, rate.trials)),
            Body::Mean { .. } => None,
        }
    }

    /// The variance of a single row's contribution.
    pub fn variance(&self) -> f64 {
        match &self.body {
            Body::Rate(rate) => rate.value.map_or(0.0, |p| p * (1.0 - p)),
            Body::Mean { variance, .. } => *variance,
        }
    }

    /// The estimate with its interval.
    pub fn estimate(&self, level: f64) -> Estimate {
        let estimate = match &self.body {
            Body::Rate(rate) => rate.estimate(level),
            Body::Mean { estimate, .. } => at_level(estimate, level),
        };
        self.on_clusters(estimate, level)
    }

    /// An estimate whose spread is that of the clusters, if rows have any.
    fn on_clusters(&self, estimate: Estimate, level: f64) -> Estimate {
        match self.clusters {
            Some(clusters) => estimate.of_clusters(clusters, level),
            None => estimate,
        }
    }

    /// The same with the variance that its clusters tell. A proportion p has as many effective trials
    /// as independent rows of that variance, `p(1−p)/Var`, no more than it has; where all or none are
    /// hits, as many as clusters.
    pub fn varying(self, variance: f64, clusters: DrawnClusters) -> Self {
        let body = match self.body {
            Body::Rate(rate) => Body::Rate(match rate.value {
                Ok(p) if p > 0.0 && p < 1.0 && variance > 0.0 => {
                    of_trials(rate, rate.trials.min(p * (1.0 - p) / variance))
                }
                Ok(_) => of_trials(rate, rate.trials.min(clusters.count as f64)),
                Err(_) => rate,
            }),
            Body::Mean {
                mut estimate,
                variance: of_row,
            } => {
                if matches!(estimate.evidence, Evidence::StandardError(_)) {
                    estimate.evidence = Evidence::StandardError(variance.sqrt());
                }
                Body::Mean {
                    estimate,
                    variance: of_row,
                }
            }
        };
        Self {
            rows: self.rows,
            body,
            clusters: Some(clusters),
        }
    }

    /// The same on clusters of a comparison, its variance divided by a factor.
    pub fn surer(&self, factor: f64, clusters: DrawnClusters) -> Self {
        Self {
            clusters: Some(clusters),
            ..self.clone().inflated(1.0 / factor)
        }
    }

    /// The same with its variance multiplied by a factor.
    pub fn inflated(mut self, factor: f64) -> Self {
        match &mut self.body {
            Body::Rate(rate) => *rate = of_trials(*rate, rate.trials / factor),
            Body::Mean { estimate, .. } => {
                if let Evidence::StandardError(se) = &mut estimate.evidence {
                    *se *= factor.sqrt();
                }
            }
        }
        self
    }

    /// How many times the variance that independent rows have this one has, `plain` being the same of
    /// independent rows.
    pub fn design_effect(&self, plain: &Self) -> f64 {
        let effect = match (&self.body, &plain.body) {
            (Body::Rate(mine), Body::Rate(plain)) => plain.trials / mine.trials,
            (
                Body::Mean { estimate: mine, .. },
                Body::Mean {
                    estimate: plain, ..
                },
            ) => match (&mine.evidence, &plain.evidence) {
                (Evidence::StandardError(mine), Evidence::StandardError(plain)) => {
                    mine * mine / (plain * plain)
                }
                _ => 1.0,
            },
            _ => 1.0,
        };
        if effect.is_finite() && effect > 0.0 {
            effect
        } else {
            1.0
        }
    }

    /// This minus another, disjoint set of rows: Newcombe's interval of proportions, a normal one
    /// of means.
    pub fn minus(&self, other: &Self, level: f64) -> Estimate {
        let estimate = match (&self.body, &other.body) {
            (Body::Rate(a), Body::Rate(b)) => rate::difference(a, b, level),
            (Body::Mean { estimate: a, .. }, Body::Mean { estimate: b, .. }) => {
                rate::mean_difference(a, b, level)
            }
            _ => Estimate::undefined(0, Method::Normal, Reason::NoRows),
        };
        self.on_clusters(estimate, level)
    }

    /// The test that two disjoint sets of rows are alike: Fisher's mid-p or chi-square for
    /// proportions, Welch's t for means. `None` where a side is undefined.
    pub fn test(&self, other: &Self) -> Option<(f64, &'static str)> {
        match (&self.body, &other.body) {
            (Body::Rate(a), Body::Rate(b)) => rate::test(a, b),
            (Body::Mean { estimate: a, .. }, Body::Mean { estimate: b, .. }) => {
                let side = |e: &Estimate| match (e.value, &e.evidence) {
                    (Some(mean), Evidence::StandardError(se)) => Some(Sample {
                        mean,
                        variance_of_mean: se * se,
                        n: e.n,
                    }),
                    _ => None,
                };
                welch(&side(a)?, &side(b)?).map(|test| (test.p, "welch_t"))
            }
            _ => None,
        }
    }
}

/// The same proportion of so many effective trials.
fn of_trials(rate: Rate, trials: f64) -> Rate {
    Rate {
        successes: rate.value.unwrap_or(0.0) * trials,
        trials,
        whole: None,
        ..rate
    }
}

/// The same estimate with its interval at another level.
fn at_level(estimate: &Estimate, level: f64) -> Estimate {
    let mut out = estimate.clone();
    (out.low, out.high) = estimate.interval(level);
    out
}

/// A mean of independent rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The mean.
    pub mean: f64,
    /// Its variance, `s²/n` with the sample variance s² (n − 1 in the denominator).
    pub variance_of_mean: f64,
    /// Rows, at least 2.
    pub n: u64,
}

/// Welch's test of two means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// The statistic, first minus second in standard errors.
    pub t: f64,
    /// Degrees of freedom after Welch and Satterthwaite.
    pub df: f64,
    /// Two-sided p-value.
    pub p: f64,
}

/// Welch's t test: `t = (m₁ − m₂)/√(v₁ + v₂)` with `(v₁ + v₂)²/(v₁²/(n₁−1) + v₂²/(n₂−1))` degrees
/// of freedom. `None` for a sample of fewer than two rows, or where both have no variance and equal
/// means; p is 0 where they have none and differ.
///
/// ```
/// use waage_metrics::scan::{Sample, welch};
/// // 13 of 40 against 48 of 160, as means of zeros and ones.
/// let of = |x: f64, n: f64| Sample {
///     mean: x / n,
///     variance_of_mean: x / n * (1.0 - x / n) / (n - 1.0),
///     n: n as u64,
/// };
/// let test = welch(&of(13.0, 40.0), &of(48.0, 160.0)).unwrap();
/// assert!((test.t - 0.299971702).abs() < 1e-9);
/// ```
#[must_use]
pub fn welch(one: &Sample, other: &Sample) -> Option<Welch> {
    if one.n < 2 || other.n < 2 {
        return None;
    }
    let (v, w) = (one.variance_of_mean, other.variance_of_mean);
    let gap = one.mean - other.mean;
    if v + w <= 0.0 {
        let p = 0.0;
        return (gap != 0.0).then_some(Welch {
            t: f64::INFINITY.copysign(gap),
            df: (one.n + other.n - 2) as f64,
            p,
        });
    }
    let t = gap / (v + w).sqrt();
    let share = v / (v + w);
    let df = 1.0
        / (share * share / (one.n - 1) as f64
            + (1.0 - share) * (1.0 - share) / (other.n - 1) as f64);
    let p = beta_inc(df / 2.0, 0.5, df / (df + t * t))?;
    Some(Welch { t, df, p })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FORMULAS §5: slice c of E1 against the rest, errors 13/40 and 48/160.
    #[test]
    fn welch_of_the_worked_example() {
        let of = |x: f64, n: f64| Sample {
            mean: x / n,
            variance_of_mean: x / n * (1.0 - x / n) / (n - 1.0),
            n: n as u64,
        };
        let test = welch(&of(13.0, 40.0), &of(48.0, 160.0)).unwrap();
        assert!((test.t - 0.299971702).abs() < 1e-9, "{test:?}");
        assert!((test.df - 58.671192).abs() < 1e-6, "{test:?}");
        assert!((test.p - 0.765258982).abs() < 1e-9, "{test:?}");
    }

    #[test]
    fn means_without_variance_are_settled() {
        let fixed = |mean| Sample {
            mean,
            variance_of_mean: 0.0,
            n: 9,
        };
        assert_eq!(welch(&fixed(1.0), &fixed(1.0)), None);
        assert_eq!(welch(&fixed(2.0), &fixed(1.0)).unwrap().p, 0.0);
        let one = Sample { n: 1, ..fixed(1.0) };
        assert_eq!(welch(&one, &fixed(2.0)), None);
    }
}
