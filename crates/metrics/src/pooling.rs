//! Rates of small groups drawn towards the rate of all (FORMULAS §4.11).
//!
//! For display and ranking beside the raw rate: tests and verdicts use raw counts.

use rayon::prelude::*;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::special::beta_inc_inv;

use crate::catalogue::Kind;
use crate::measure::MeasuredView;

/// Fewer groups do not show how rates vary between groups.
pub const GROUPS_MIN: usize = 3;

/// The largest correlation within groups that is believed: beyond it the prior would have next to
/// no weight and its quantiles no meaning.
const CORRELATION_MAX: f64 = 0.999;

/// The prior that all groups share: a beta distribution with mean `mean` and weight `weight` rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Mean rate of all groups, `μ̂ = Σx/Σn`.
    pub mean: f64,
    /// Correlation of two rows of one group, `ρ̂` in [0, 1): how much of the variance lies between
    /// groups.
    pub correlation: f64,
    /// How many rows the prior counts for, `M = (1 − ρ)/ρ`; `None` where no variance between groups
    /// was detected.
    pub weight: Option<f64>,
}

impl Prior {
    /// The prior of groups with `x` successes of `n` trials, by moments (Kleinman 1973):
    /// `ρ̂ = (Q/(μ̂(1 − μ̂)) − (k − 1)) / (N − Σn²/N − (k − 1))` with `Q = Σn(p − μ̂)²`.
    ///
    /// Groups without trials are left out; `None` for fewer than [`GROUPS_MIN`] others.
    ///
    /// ```
    /// use waage_metrics::pooling::Prior;
    /// let groups = [(60.0, 100.0), (24.0, 60.0), (10.0, 40.0), (3.0, 4.0), (1.0, 5.0)];
    /// let prior = Prior::of(&groups).unwrap();
    /// assert!((prior.weight.unwrap() - 8.132144355).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn of(groups: &[(f64, f64)]) -> Option<Self> {
        let groups: Vec<(f64, f64)> = groups.iter().copied().filter(|(_, n)| *n > 0.0).collect();
        if groups.len() < GROUPS_MIN {
            return None;
        }
        let successes: f64 = groups.iter().map(|(x, _)| x).sum();
        let trials: f64 = groups.iter().map(|(_, n)| n).sum();
        let mean = (successes / trials).clamp(0.0, 1.0);
        let spread: f64 = groups
            .iter()
            .map(|(x, n)| n * (x / n - mean) * (x / n - mean))
            .sum();
        let free = groups.len() as f64 - 1.0;
        let squares: f64 = groups.iter().map(|(_, n)| n * n).sum();
        let room = trials - squares / trials - free;
        let within = mean * (1.0 - mean);
        let correlation = if within > 0.0 && room > 0.0 {
            ((spread / within - free) / room).clamp(0.0, CORRELATION_MAX)
        } else {
            0.0
        };
        Some(Self {
            mean,
            correlation,
            weight: (correlation > 0.0).then(|| (1.0 - correlation) / correlation),
        })
    }

    /// The pooled rate `(x + a)/(n + M)` with `a = μ̂M`, between the raw rate and the mean; its
    /// interval are quantiles of `Beta(a + x, b + n − x)`, too narrow by what is not known of the
    /// prior. Where no variance between groups was detected: the mean, without an interval
    /// ([`Reason::NoGroupVariance`]). `rows` are those of the group.
    #[must_use]
    pub fn pooled(&self, x: f64, n: f64, rows: u64, level: f64) -> Estimate {
        let bare =
            |value| Estimate::new(value, rows, Method::EbBetabinomial, Evidence::None, level);
        let Some(weight) = self.weight else {
            let mut mean = bare(self.mean);
            mean.reason = Some(Reason::NoGroupVariance);
            return mean;
        };
        let (a, b) = (
            self.mean * weight + x,
            (1.0 - self.mean) * weight + (n - x).max(0.0),
        );
        let mut pooled = bare(a / (a + b));
        let tail = (1.0 - level) / 2.0;
        pooled.low = beta_inc_inv(a, b, tail);
        pooled.high = beta_inc_inv(a, b, 1.0 - tail);
        pooled
    }
}

/// The pooled rates of a view, by group and by metric in the view's order; `None` for what is no
/// proportion, for a group without rows that count for it, and in views of fewer than
/// [`GROUPS_MIN`] groups.
#[must_use]
pub fn pooled(view: &MeasuredView, level: f64) -> Vec<Vec<Option<Estimate>>> {
    let metrics = view
        .groups
        .first()
        .map_or(0, |(.., estimates)| estimates.len());
    let share = |estimates: &[(crate::Metric, Estimate)], i: usize| {
        let (metric, estimate) = estimates.get(i)?;
        match (&metric.row().kind, &estimate.evidence) {
            (Kind::Proportion { .. }, Evidence::Proportion { x, n }) => Some((*x, *n)),
            _ => None,
        }
    };
    let priors: Vec<Option<Prior>> = (0..metrics)
        .map(|i| {
            let groups = view.groups.iter();
            let shares: Vec<(f64, f64)> = groups.filter_map(|(.., e)| share(e, i)).collect();
            Prior::of(&shares)
        })
        .collect();
    view.groups
        .par_iter()
        .map(|(_, _, estimates)| {
            let one = |(i, prior): (usize, &Option<Prior>)| {
                let (x, n) = share(estimates, i)?;
                Some(prior.as_ref()?.pooled(x, n, estimates[i].1.n, level))
            };
            priors.iter().enumerate().map(one).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUPS: [(f64, f64); 5] = [
        (60.0, 100.0),
        (24.0, 60.0),
        (10.0, 40.0),
        (3.0, 4.0),
        (1.0, 5.0),
    ];

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-9, "{got} is not {want}");
    }

    /// FORMULAS §4.11.
    #[test]
    fn the_worked_example() {
        let prior = Prior::of(&GROUPS).unwrap();
        close(prior.mean, 0.468_899_522);
        close(prior.correlation, 0.109_503_306);
        close(prior.weight.unwrap(), 8.132_144_355);
        let shrunk = [
            0.590_140_508,
            0.408_223_737,
            0.286_984_068,
            0.561_579_091,
            0.366_517_338,
        ];
        for ((x, n), want) in GROUPS.into_iter().zip(shrunk) {
            let pooled = prior.pooled(x, n, n as u64, 0.95);
            close(pooled.value.unwrap(), want);
            assert!(pooled.low.unwrap() < want && want < pooled.high.unwrap());
        }
        let third = prior.pooled(10.0, 40.0, 40, 0.95);
        close(third.low.unwrap(), 0.169_649_880);
        close(third.high.unwrap(), 0.421_075_554);
    }

    #[test]
    fn a_pooled_rate_lies_between_the_raw_one_and_the_mean() {
        let prior = Prior::of(&GROUPS).unwrap();
        for (x, n) in [(0.0, 1.0), (5.0, 5.0), (300.0, 1000.0)] {
            let value = prior.pooled(x, n, n as u64, 0.95).value.unwrap();
            let (least, most) = ((x / n).min(prior.mean), (x / n).max(prior.mean));
            assert!(least <= value && value <= most, "{x}/{n} {value}");
        }
        let far = prior.pooled(300.0, 1000.0, 1000, 0.95).value.unwrap();
        assert!(
            (far - 0.3).abs() < 0.002,
            "many rows speak for themselves: {far}"
        );
    }

    #[test]
    fn groups_alike_have_the_mean_and_no_interval() {
        let prior = Prior::of(&[(30.0, 100.0), (31.0, 100.0), (29.0, 100.0)]).unwrap();
        assert_eq!((prior.correlation, prior.weight), (0.0, None));
        let pooled = prior.pooled(29.0, 100.0, 100, 0.95);
        assert_eq!(pooled.value, Some(0.3));
        assert_eq!((pooled.low, pooled.high), (None, None));
        assert_eq!(pooled.reason, Some(Reason::NoGroupVariance));
    }

    #[test]
    fn extremes_stay_numbers() {
        assert_eq!(Prior::of(&GROUPS[..2]), None);
        assert_eq!(Prior::of(&[(1.0, 2.0), (0.0, 0.0), (1.0, 3.0)]), None);
        for groups in [
            [(0.0, 5.0), (0.0, 9.0), (0.0, 2.0)],
            [(5.0, 5.0), (9.0, 9.0), (2.0, 2.0)],
            [(0.0, 50.0), (90.0, 90.0), (0.0, 70.0)],
            [(1.0, 1.0), (0.0, 1.0), (1.0, 1.0)],
        ] {
            let prior = Prior::of(&groups).unwrap();
            for (x, n) in groups {
                let pooled = prior.pooled(x, n, n as u64, 0.95);
                let value = pooled.value.unwrap();
                assert!((0.0..=1.0).contains(&value), "{groups:?} {pooled:?}");
                if let (Some(low), Some(high)) = (pooled.low, pooled.high) {
                    assert!(0.0 <= low && low <= high && high <= 1.0, "{pooled:?}");
                }
            }
        }
    }
}
