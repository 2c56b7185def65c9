//! Estimates of score metrics: values, differences and ratios with their intervals.

use std::sync::Arc;

use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::interval::{Link, Scaled};
use waage_core::quantity::{Comparison, Quantity};

use super::catalogue::{Nature, ScoreMetric};
use super::profile::{Point, free_se, is_extreme};
use crate::rate;
use crate::replicates::bare;

/// Replicates that may be undefined before an interval is withheld.
const UNDEFINED_SHARE_MAX: f64 = 0.05;

/// What every estimate of a metric needs beside its points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker {
    /// The metric.
    pub metric: ScoreMetric,
    /// Confidence of the intervals.
    pub level: f64,
    /// Whether replicates are of distinct scores.
    pub exact: bool,
}

fn bounds(quantity: &Quantity) -> (f64, f64) {
    let (low, high) = quantity.range;
    (
        low.unwrap_or(f64::NEG_INFINITY),
        high.unwrap_or(f64::INFINITY),
    )
}

impl Maker {
    fn nature(&self) -> Nature {
        self.metric.row().nature
    }

    fn is_area(&self) -> bool {
        matches!(
            self.nature(),
            Nature::Area | Nature::Placed(_) | Nature::Crossed
        )
    }

    /// The method of a normal interval.
    fn method(&self, binned: bool, comparison: Comparison) -> Method {
        match (self.is_area(), binned, comparison) {
            (true, true, _) => Method::DelongBinned,
            (false, true, _) => Method::InfluenceBinned,
            (true, _, Comparison::Ratio) => Method::DelongLog,
            (false, _, Comparison::Ratio) => Method::InfluenceLog,
            (true, _, Comparison::None) if self.nature() != Nature::Crossed => Method::DelongLogit,
            (true, ..) => Method::Delong,
            (false, ..) if super::sample::averaged(self.metric).is_some() => Method::Normal,
            (false, ..) => Method::Influence,
        }
    }

    /// The resampling method.
    pub fn resampled(&self, binned: bool) -> Method {
        match self.exact && !binned {
            true => Method::BootstrapBasic,
            false => Method::BootstrapBasicBinned,
        }
    }

    /// The estimate of a value; rough ones from their replicates.
    pub fn value(&self, point: &Point, series: Option<&[f64]>) -> Estimate {
        let method = match self.nature() {
            Nature::Share if !point.binned => Method::Wilson,
            Nature::Rough => self.resampled(point.binned),
            _ => self.method(point.binned, Comparison::None),
        };
        let value = match point.value {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(point.rows, method, reason),
        };
        let (floor, ceiling) = bounds(self.metric.quantity());
        match (self.nature(), &point.rate) {
            (Nature::Share, Some(rate)) if !point.binned => return rate.estimate(self.level),
            (Nature::Rough, _) => {
                let limits = (floor, ceiling);
                return self.mirrored(value, point, series, Comparison::None, limits);
            }
            _ => {}
        }
        if self.nature() != Nature::Crossed && self.is_area() && point.se == Err(Reason::NoSpread) {
            return self.extreme(value, point);
        }
        let se = match point.se {
            Ok(se) => se,
            Err(reason) => return bare(value, point.rows, method, reason),
        };
        let scaled = Scaled {
            link: self.link(value),
            se,
            slack: point.slack,
            floor,
            ceiling,
        };
        Estimate::new(
            value,
            point.rows,
            method,
            Evidence::Scaled(scaled),
            self.level,
        )
    }

    /// The scale on which a value is closest to normal.
    fn link(&self, value: f64) -> Link {
        let unit = bounds(self.metric.quantity()) == (0.0, 1.0);
        match self.metric {
            ScoreMetric::Gini => Link::Atanh,
            ScoreMetric::AveragePrecision | ScoreMetric::ScoringRate if !is_extreme(value) => {
                Link::Logit
            }
            _ if self.is_area() && unit => Link::Logit,
            _ => Link::Linear,
        }
    }

    /// A value that is not rough, from replicates that draw clusters: moved on its own scale, within
    /// its range. Without an interval where they do not spread, as those of an area of 1 do not.
    pub fn clustered(&self, point: &Point, series: Option<&[f64]>) -> Estimate {
        let method = Method::ClusterBootstrapPercentile;
        let value = match point.value {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(point.rows, method, reason),
        };
        if !series.is_none_or(spreads) {
            return bare(value, point.rows, method, Reason::NoSpread);
        }
        let link = self.link(value);
        let (floor, ceiling) = bounds(self.metric.quantity());
        let moved = |drawn: &f64| link.moved(value, drawn - value).clamp(floor, ceiling);
        let series = series.map(|s| s.iter().map(moved).collect());
        from_replicates(value, point.rows, method, series, self.level)
    }

    /// The comparison of two such values, from replicates of both.
    pub fn clustered_apart(
        &self,
        [group, against]: [&Point; 2],
        comparison: Comparison,
        series: [Option<&[f64]>; 2],
    ) -> Estimate {
        let method = Method::ClusterBootstrapPercentile;
        let rows = group.rows + against.rows;
        let value = match self.apart(group, against, comparison) {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, method, reason),
        };
        if series.iter().flatten().any(|series| !spreads(series)) {
            return bare(value, rows, method, Reason::NoSpread);
        }
        let apart = |(a, b): (&f64, &f64)| match comparison {
            Comparison::Ratio if *b > 0.0 => (a / b).max(0.0),
            Comparison::Ratio => f64::NAN,
            _ => a - b,
        };
        let [one, other] = series;
        let series = one
            .zip(other)
            .map(|(a, b)| a.iter().zip(b).map(apart).collect());
        from_replicates(value, rows, method, series, self.level)
    }

    /// An area of exactly 0 or 1: Wilson's free limit with the size of the smaller class.
    fn extreme(&self, value: f64, point: &Point) -> Estimate {
        if self.metric == ScoreMetric::Gini || point.binned || !is_extreme(value) {
            let method = self.method(point.binned, Comparison::None);
            return bare(value, point.rows, method, Reason::NoSpread);
        }
        let evidence = Evidence::Proportion {
            x: value * point.smaller,
            n: point.smaller,
        };
        Estimate::new(
            value,
            point.rows,
            Method::DelongWilson,
            evidence,
            self.level,
        )
    }

    /// The comparison of two groups that share no rows; rough ones from replicates of both.
    pub fn compared(
        &self,
        group: &Point,
        reference: &Point,
        comparison: Comparison,
        series: Option<&[f64]>,
    ) -> Estimate {
        let rows = group.rows + reference.rows;
        let binned = group.binned || reference.binned;
        if let (Some(one), Some(other), false) = (&group.rate, &reference.rate, binned) {
            return match comparison {
                Comparison::Ratio => rate::ratio(one, other, self.level),
                _ => rate::difference(one, other, self.level),
            };
        }
        let method = match self.nature() {
            Nature::Rough => self.resampled(binned),
            _ => self.method(binned, comparison),
        };
        let value = match self.apart(group, reference, comparison) {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, method, reason),
        };
        let limits = match comparison {
            Comparison::Ratio => (0.0, f64::INFINITY),
            _ => {
                let (floor, ceiling) = bounds(self.metric.quantity());
                (floor - ceiling, ceiling - floor)
            }
        };
        if self.nature() == Nature::Rough {
            let mut both = *group;
            (both.rows, both.binned) = (rows, binned);
            both.slack = apart_slack(group, reference, value, comparison);
            return self.mirrored(value, &both, series, comparison, limits);
        }
        let (one, other) = match (free_se(group), free_se(reference)) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(reason), _) | (_, Err(reason)) => return bare(value, rows, method, reason),
        };
        let (a, b) = (
            group.value.unwrap_or_default(),
            reference.value.unwrap_or_default(),
        );
        let (link, se) = match comparison {
            Comparison::Ratio if a > 0.0 => {
                let relative = (one / a) * (one / a) + (other / b) * (other / b);
                (Link::Log, value * relative.sqrt())
            }
            // A ratio of 0 has no logarithm: its own scale, where only the numerator moves.
            Comparison::Ratio => (Link::Linear, one / b),
            _ => (Link::Linear, (one * one + other * other).sqrt()),
        };
        let scaled = Scaled {
            link,
            se,
            slack: apart_slack(group, reference, value, comparison),
            floor: limits.0,
            ceiling: limits.1,
        };
        Estimate::new(value, rows, method, Evidence::Scaled(scaled), self.level)
    }

    fn apart(
        &self,
        group: &Point,
        reference: &Point,
        comparison: Comparison,
    ) -> Result<f64, Reason> {
        let (low, _) = bounds(self.metric.quantity());
        if comparison == Comparison::Ratio && self.has_no_ratio(low) {
            group.value?;
            reference.value?;
            return Err(Reason::RatioUndefined);
        }
        crate::disparity::compare(group.value, reference.value, comparison)
    }

    /// Whether values may be negative by nature; mean scores are so only where scores are.
    fn has_no_ratio(&self, low: f64) -> bool {
        let mean = matches!(
            self.metric,
            ScoreMetric::GeneralizedTruePositiveRate | ScoreMetric::GeneralizedFalsePositiveRate
        );
        low < 0.0 && !mean
    }

    /// An estimate of a rough statistic: its replicates mirrored at the value, `2θ̂ − θ*` (of a ratio
    /// `θ̂²/θ*`), so that the upward bias that resampling adds once more comes out instead.
    pub fn mirrored(
        &self,
        value: f64,
        point: &Point,
        series: Option<&[f64]>,
        comparison: Comparison,
        (floor, ceiling): (f64, f64),
    ) -> Estimate {
        let mirror = |drawn: f64| match comparison {
            Comparison::Ratio if drawn > 0.0 => value * value / drawn,
            Comparison::Ratio => f64::NAN,
            _ => 2.0 * value - drawn,
        };
        let spread = |mirrored: f64| {
            let wide = match mirrored <= value {
                true => mirrored - point.slack,
                false => mirrored + point.slack,
            };
            wide.clamp(floor, ceiling)
        };
        let method = self.resampled(point.binned);
        let mirrored = series.map(|s| s.iter().map(|v| spread(mirror(*v))).collect::<Vec<_>>());
        from_replicates(value, point.rows, method, mirrored, self.level)
    }
}

/// The estimate of replicates, NaN where undefined.
pub(crate) fn from_replicates(
    value: f64,
    rows: u64,
    method: Method,
    series: Option<Vec<f64>>,
    level: f64,
) -> Estimate {
    let Some(mut series) = series.filter(|s| !s.is_empty()) else {
        return bare(value, rows, method, Reason::NoReplicates);
    };
    let drawn = series.len();
    series.retain(|v| !v.is_nan());
    if (drawn - series.len()) as f64 > UNDEFINED_SHARE_MAX * drawn as f64 {
        return bare(value, rows, method, Reason::TooManyUndefinedReplicates);
    }
    let evidence = Evidence::Replicates(Arc::from(series));
    Estimate::new(value, rows, method, evidence, level)
}

/// Whether replicates differ by more than the last bits.
fn spreads(series: &[f64]) -> bool {
    let defined = || series.iter().filter(|v| !v.is_nan());
    let low = defined().copied().fold(f64::INFINITY, f64::min);
    let high = defined().copied().fold(f64::NEG_INFINITY, f64::max);
    high - low > 1e-13 * high.abs().max(f64::MIN_POSITIVE)
}

/// How far a comparison may be off because scores were binned.
fn apart_slack(group: &Point, reference: &Point, value: f64, comparison: Comparison) -> f64 {
    match (comparison, group.value, reference.value) {
        (Comparison::Ratio, _, Ok(b)) if b > 0.0 => {
            let least = (b - reference.slack).max(f64::MIN_POSITIVE);
            (group.slack + value * reference.slack) / least
        }
        _ => group.slack + reference.slack,
    }
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::super::table::{fixture, from_rows};
    use super::*;

    fn maker(metric: ScoreMetric) -> Maker {
        Maker {
            metric,
            level: 0.95,
            exact: true,
        }
    }

    #[test]
    fn the_area_has_the_interval_of_the_worked_example() {
        let all = fixture::e3_all();
        let point = Profile::of(&all, &[ScoreMetric::RocAuc], None, None).get(ScoreMetric::RocAuc);
        let estimate = maker(ScoreMetric::RocAuc).value(&point, None);
        assert_eq!(estimate.method, Method::DelongLogit);
        assert!((estimate.low.unwrap() - 0.441_372_330).abs() < 1e-9);
        assert!((estimate.high.unwrap() - 0.960_524_460).abs() < 1e-9);
        assert_eq!(estimate.n, 12);
    }

    #[test]
    fn a_perfect_area_keeps_wilson_s_free_limit() {
        let [a, b] = fixture::e3();
        let of =
            |table| Profile::of(table, &[ScoreMetric::RocAuc], None, None).get(ScoreMetric::RocAuc);
        let estimate = maker(ScoreMetric::RocAuc).value(&of(&a), None);
        assert_eq!(estimate.method, Method::DelongWilson);
        let wilson = waage_core::interval::wilson(3.0, 3.0, 0.95);
        assert_eq!((estimate.low, estimate.high), (wilson.low, Some(1.0)));
        let gap =
            maker(ScoreMetric::RocAuc).compared(&of(&a), &of(&b), Comparison::Difference, None);
        assert_eq!((gap.value, gap.method), (Some(0.5), Method::Delong));
        // The perfect side adds its own uncertainty.
        let reference = of(&b).se.unwrap();
        assert!(gap.low.unwrap() < 0.5 - 1.96 * reference - 0.02);
    }

    #[test]
    fn differences_add_variances_and_ratios_add_relative_ones() {
        let rows = |seed| from_rows(&fixture::random(seed, 200, 40, false), false);
        let (a, b) = (rows(1), rows(2));
        for metric in [ScoreMetric::RocAuc, ScoreMetric::BrierScore] {
            let of = |table| Profile::of(table, &[metric], None, None).get(metric);
            let (a, b) = (of(&a), of(&b));
            let se = a.se.unwrap().hypot(b.se.unwrap());
            let gap = maker(metric).compared(&a, &b, Comparison::Difference, None);
            assert!((gap.high.unwrap() - gap.value.unwrap() - 1.959_963_985 * se).abs() < 1e-9);
            let ratio = maker(metric).compared(&a, &b, Comparison::Ratio, None);
            let (x, y) = (a.value.unwrap(), b.value.unwrap());
            let relative = (a.se.unwrap() / x).hypot(b.se.unwrap() / y);
            let factor = ratio.high.unwrap() / ratio.value.unwrap();
            assert!((factor.ln() - 1.959_963_985 * relative).abs() < 1e-9);
        }
        let of =
            |table| Profile::of(table, &[ScoreMetric::Gini], None, None).get(ScoreMetric::Gini);
        let ratio = maker(ScoreMetric::Gini).compared(&of(&a), &of(&b), Comparison::Ratio, None);
        assert_eq!(ratio.reason, Some(Reason::RatioUndefined));
    }

    #[test]
    fn mirrored_replicates_take_the_bias_out() {
        let all = fixture::e3_all();
        let metric = ScoreMetric::KsStatistic;
        let point = Profile::of(&all, &[metric], None, None).get(metric);
        let series: Vec<f64> = (0..=100).map(|i| 0.5 + f64::from(i) / 200.0).collect();
        let estimate = maker(metric).value(&point, Some(&series));
        assert_eq!(estimate.method, Method::BootstrapBasic);
        let value = 18.0 / 35.0;
        assert!((estimate.high.unwrap() - (2.0 * value - 0.5125)).abs() < 1e-9);
        assert!((estimate.low.unwrap() - (2.0 * value - 0.9875)).abs() < 1e-9);
        let none = maker(metric).value(&point, None);
        assert_eq!(
            (none.value, none.reason),
            (Some(value), Some(Reason::NoReplicates))
        );
    }
}
