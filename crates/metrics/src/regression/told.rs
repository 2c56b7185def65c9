//! One metric of one set of rows, and how it compares with others.

use std::sync::Arc;

use waage_core::estimate::{DrawnClusters, Estimate, Evidence, Method, Reason};
use waage_core::interval::{Link, Scaled};
use waage_core::numeric::Moments;
use waage_core::quantity::{Comparison, Measurement, Quantity};

use super::metric::{ErrorMetric, METRICS, QUANTITIES, covariance};
use crate::disparity::{Value, compare};
use crate::replicates::{bare, replicated, spreads};
use crate::score::profile::Point;

/// One metric of one set of rows.
pub(super) struct Told {
    /// Position of the metric.
    pub at: usize,
    pub point: Point,
    /// Replicates that draw clusters, and how many of them the rows are of.
    drawn: Option<(Arc<[f64]>, DrawnClusters)>,
}

impl Told {
    pub fn of(at: usize, moments: &Moments) -> Self {
        let metric = METRICS[at];
        let value = metric.value(moments);
        let se = value.and_then(|value| {
            if moments.rows < 2 {
                return Err(Reason::TooFewRows);
            }
            let influence = metric.influence(moments);
            let variance = covariance(&influence, &influence, moments);
            // A root of 0 has no derivative, and residues of rounding are no spread.
            match variance.is_finite() && variance.sqrt() > 1e-12 * value.abs() {
                true => Ok(variance.sqrt()),
                false => Err(Reason::NoSpread),
            }
        });
        Self {
            at,
            point: Point::new(value, se, moments.rows),
            drawn: None,
        }
    }

    /// The same with replicates that draw so many clusters.
    pub fn on_clusters(mut self, series: &Arc<[f64]>, clusters: DrawnClusters) -> Self {
        self.drawn = Some((Arc::clone(series), clusters));
        self
    }

    /// The replicates that draw clusters; `None` where rows do not depend on each other.
    pub fn series(&self) -> Option<&[f64]> {
        self.drawn.as_ref().map(|(series, _)| &**series)
    }

    /// Whether there is a value and something that tells how sure it is.
    pub fn is_sure(&self) -> bool {
        self.point.value.is_ok() && (self.point.se.is_ok() || self.drawn.is_some())
    }

    fn quantity(&self) -> &'static Quantity {
        &QUANTITIES[self.at]
    }

    fn is_mean(&self) -> bool {
        matches!(METRICS[self.at], ErrorMetric::Mean(_))
    }

    pub fn estimate(&self, level: f64) -> Estimate {
        if let Some((series, clusters)) = &self.drawn {
            return of_series(self.point.value, self.point.rows, series, *clusters, level);
        }
        let method = if self.is_mean() {
            Method::Normal
        } else {
            Method::Influence
        };
        let (floor, ceiling) = self.quantity().range;
        let scaled = |se| Scaled {
            link: Link::Linear,
            se,
            slack: 0.0,
            floor: floor.unwrap_or(f64::NEG_INFINITY),
            ceiling: ceiling.unwrap_or(f64::INFINITY),
        };
        made(
            self.point.value,
            self.point.se.map(scaled),
            self.point.rows,
            method,
            level,
        )
    }

    /// The comparison's value, or why there is none.
    fn compared(&self, other: &Self, comparison: Comparison) -> Value {
        let (one, two) = (self.point.value, other.point.value);
        let signed = self.quantity().range.0.is_none();
        match comparison == Comparison::Ratio && signed {
            true => one.and(two).and(Err(Reason::RatioUndefined)),
            false => compare(one, two, comparison),
        }
    }

    /// Against other rows, of so many clusters where rows have some; else it shares none with them.
    pub fn against(
        &self,
        other: &Self,
        comparison: Comparison,
        clusters: Option<DrawnClusters>,
        level: f64,
    ) -> Estimate {
        let (one, two) = (&self.point, &other.point);
        let rows = one.rows + two.rows;
        let ratio = comparison == Comparison::Ratio;
        let value = self.compared(other, comparison);
        if let (Some((a, _)), Some((b, _)), Some(clusters)) = (&self.drawn, &other.drawn, clusters)
        {
            let pairs = a.iter().zip(b.iter());
            let of_pair = |(a, b): (&f64, &f64)| {
                let gap = compare(defined(*a), defined(*b), comparison);
                gap.unwrap_or(f64::NAN)
            };
            return of_series(value, rows, &pairs.map(of_pair).collect(), clusters, level);
        }
        let se = one.se.and_then(|a| two.se.map(|b| (a, b)));
        let scaled = match (value, one.value, two.value) {
            (Ok(value), Ok(x), Ok(y)) if ratio && x > 0.0 => se.map(|(a, b)| Scaled {
                link: Link::Log,
                se: value * (a / x).hypot(b / y),
                slack: 0.0,
                floor: 0.0,
                ceiling: f64::INFINITY,
            }),
            _ => se.map(|(a, b)| Scaled {
                link: Link::Linear,
                se: a.hypot(b),
                slack: 0.0,
                floor: f64::NEG_INFINITY,
                ceiling: f64::INFINITY,
            }),
        };
        let method = match (ratio, self.is_mean()) {
            (true, _) => Method::InfluenceLog,
            (_, true) => Method::Normal,
            _ => Method::Influence,
        };
        made(value, scaled, rows, method, level)
    }
}

fn defined(value: f64) -> Value {
    match value.is_nan() {
        true => Err(Reason::NoRows),
        false => Ok(value),
    }
}

/// An estimate from replicates that draw clusters; none of an interval that does not spread.
pub(super) fn of_series(
    value: Value,
    rows: u64,
    series: &Arc<[f64]>,
    clusters: DrawnClusters,
    level: f64,
) -> Estimate {
    let method = Method::ClusterBootstrapPercentile;
    match value {
        Ok(value) if !series.is_empty() && !spreads(series) => {
            bare(value, rows, method, Reason::NoSpread)
        }
        _ => replicated(value, rows, method, Some(series), level),
    }
    .of_clusters(clusters, level)
}

pub(super) fn made(
    value: Value,
    scaled: Result<Scaled, Reason>,
    rows: u64,
    method: Method,
    level: f64,
) -> Estimate {
    match (value, scaled) {
        (Err(reason), _) => Estimate::undefined(rows, method, reason),
        (Ok(value), Err(reason)) => bare(value, rows, method, reason),
        (Ok(value), Ok(scaled)) => {
            Estimate::new(value, rows, method, Evidence::Scaled(scaled), level)
        }
    }
}

/// The test of equality: by the normal law of the difference, or on clusters by the interval.
pub(super) fn test(m: &mut Measurement, one: &Told, other: &Told, level: f64) {
    if m.estimate.value.is_none() {
        return;
    }
    (m.p, m.test) = match one.drawn {
        Some(_) => {
            let p = m.estimate.p_value(m.comparison.of_equals());
            (p, p.map(|_| "cluster_bootstrap"))
        }
        None => {
            let gap = one.against(other, Comparison::Difference, None, level);
            let p = gap.p_value(0.0);
            (p, p.map(|_| "z_test"))
        }
    };
}
