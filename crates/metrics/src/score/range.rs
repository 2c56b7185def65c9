//! Ranges of a score metric over the groups, with their simultaneous bands.

use std::borrow::Cow;
use std::sync::Arc;

use waage_core::estimate::{DrawnClusters, Estimate, Evidence, Method, Reason};
use waage_core::interval::Band;
use waage_core::quantity::{Comparison, Quantity, Scheme};

use super::estimate::from_replicates;
use super::profile::Point;
use crate::band::{Column, Gaps, Part, Shape, bands};
use crate::disparity::{Ends, Value};
use crate::ranges::REPLICATES_MIN;
use crate::replicates::bare;

/// One range: of which metric, how, and what is known of the groups.
pub(crate) struct Ranged<'a> {
    pub quantity: &'static Quantity,
    /// Whether it is a maximum or a sum of absolute values, whose replicates are lifted by chance.
    pub rough: bool,
    pub scheme: Scheme,
    pub comparison: Comparison,
    /// By group.
    pub points: &'a [Point],
    /// The replicates of each group's value.
    pub series: Vec<Option<&'a [f64]>>,
    /// The value of all rows and its replicates.
    pub overall: (&'a Point, Option<&'a [f64]>),
    /// Groups of unknown membership.
    pub unknown: Vec<usize>,
    /// Whether scores were counted in bins.
    pub binned: bool,
    /// The clusters that are drawn, and what a row weighs at most then.
    pub clusters: Option<DrawnClusters>,
    pub row_weight: Option<f64>,
    pub level: f64,
}

impl Ranged<'_> {
    /// The range over all groups, and that over those of known membership where others occur.
    ///
    /// With a simultaneous band of all gaps (max-T): a range is lifted by chance alone, and its
    /// replicates are once more. Of scores in bins, whose places replicates do not know, only those
    /// replicates.
    pub fn estimates(&self) -> (Estimate, Option<Estimate>) {
        let all: Vec<usize> = (0..self.points.len()).collect();
        let known: Vec<usize> = all
            .iter()
            .copied()
            .filter(|g| !self.unknown.contains(g))
            .collect();
        let some_unknown = known.len() < all.len();
        if self.binned {
            let known = some_unknown.then(|| self.lifted(&known));
            return (self.lifted(&all), known);
        }
        let [of_all, of_known] = match self.value(&all) {
            Ok(_) => self.bands(),
            // Without a value there is nothing to bound.
            Err(_) => [None, None],
        };
        let known = some_unknown.then(|| self.banded(&known, of_known));
        (self.banded(&all, of_all), known)
    }

    fn of(&self, values: impl Iterator<Item = Value>, all: Value) -> Value {
        let low = self.quantity.range.0;
        if self.comparison == Comparison::Ratio && low.is_some_and(|low| low < 0.0) {
            return Err(Reason::RatioUndefined);
        }
        Ends::of(values).over(self.scheme, all, self.comparison)
    }

    fn value(&self, groups: &[usize]) -> Value {
        let each = groups.iter().map(|&g| self.points[g].value);
        self.of(each, self.overall.0.value)
    }

    fn rows(&self, groups: &[usize]) -> u64 {
        groups.iter().map(|&g| self.points[g].rows).sum()
    }

    fn bands(&self) -> [Option<Band>; 2] {
        let rough = self.rough;
        let ratio = self.comparison == Comparison::Ratio;
        let to_overall = self.scheme == Scheme::ToOverall;
        let groups = self.points.iter().zip(self.series.iter().copied());
        let all = to_overall.then_some(self.overall);
        let drawn: Vec<(&Point, Option<Cow<'_, [f64]>>)> = groups
            .chain(all)
            .map(|(point, series)| (point, spread(point, series, rough)))
            .collect();
        if drawn
            .iter()
            .flat_map(|(_, s)| s)
            .any(|s| s.len() < REPLICATES_MIN)
        {
            return [None, None];
        }
        let columns: Vec<Option<Column<'_>>> = drawn
            .iter()
            .map(|(point, series)| {
                let weight = self.row_weight.unwrap_or(1.0).max(f64::MIN_POSITIVE);
                let trials = point.rate.as_ref().map(|rate| rate.trials / weight);
                let column = Column::new(series.as_deref()?, true, ratio);
                Some(column.of_trials(trials.filter(|_| !ratio)))
            })
            .collect();
        let part = Part {
            columns: columns.iter().map(Option::as_ref).collect(),
            unknown: self.unknown.clone(),
            gaps: match to_overall {
                true => Gaps::AgainstLast,
                false => Gaps::Pairs,
            },
            // Groups share no rows, but perhaps clusters; all rows share some with each.
            independent: !to_overall && self.clusters.is_none(),
        };
        let width = match self.quantity.range {
            (Some(low), Some(high)) => Some(high - low),
            _ => None,
        };
        bands(&[part], Shape::of_range(self.comparison, width, true))
    }

    fn banded(&self, groups: &[usize], band: Option<Band>) -> Estimate {
        let rows = self.rows(groups);
        let value = match self.value(groups) {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, Method::MaxT, reason),
        };
        let reason = match (band, self.overall.1) {
            (Some(band), _) => {
                let evidence = Evidence::Band(Arc::new(band));
                let estimate = Estimate::new(value, rows, Method::MaxT, evidence, self.level);
                return match self.clusters {
                    Some(clusters) => estimate.of_clusters(clusters, self.level),
                    None => estimate,
                };
            }
            (None, Some(series)) if series.len() >= REPLICATES_MIN => {
                Reason::TooManyUndefinedReplicates
            }
            (None, _) => Reason::NoReplicates,
        };
        bare(value, rows, Method::MaxT, reason)
    }

    /// The range with percentiles of its replicates, which chance lifts once more.
    fn lifted(&self, groups: &[usize]) -> Estimate {
        let method = Method::BootstrapPercentileBiased;
        let rows = self.rows(groups);
        let value = match self.value(groups) {
            Ok(value) => value,
            Err(reason) => return Estimate::undefined(rows, method, reason),
        };
        let defined = |v: f64| match v.is_nan() {
            true => Err(Reason::NotAvailable),
            false => Ok(v),
        };
        let series = self.overall.1.map(|overall| {
            let of_replicate = |(r, all): (usize, &f64)| {
                let drawn = |&g: &usize| {
                    let at = self.series[g].and_then(|series| series.get(r));
                    defined(at.copied().unwrap_or(f64::NAN))
                };
                self.of(groups.iter().map(drawn), defined(*all))
                    .unwrap_or(f64::NAN)
            };
            overall.iter().enumerate().map(of_replicate).collect()
        });
        from_replicates(value, rows, method, series, self.level)
    }
}

/// The replicates of a value for a band: rough ones mirrored at it, for resampling lifts them once
/// more. None where there is no value or they do not spread, so that nothing tells how it varies.
fn spread<'a>(point: &Point, series: Option<&'a [f64]>, rough: bool) -> Option<Cow<'a, [f64]>> {
    let (value, series) = (point.value.ok()?, series?);
    let first = *series.first()?;
    if series.iter().all(|drawn| *drawn == first) {
        return None;
    }
    Some(match rough {
        true => series.iter().map(|drawn| 2.0 * value - drawn).collect(),
        false => Cow::Borrowed(series),
    })
}
