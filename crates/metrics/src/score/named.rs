//! Score disparities with a name: over all groups, or of one against the reference.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::bins::BINS;
use super::catalogue::{ScoreDisparity, ScoreMetric};
use super::subgroup::{POWER, generalized_mean};
use super::{between, ks, multicalibration};
use crate::disparity::Value;
use crate::statistic::Reference;

/// The metric whose values of the groups a disparity is a function of, where it is one.
pub(crate) const fn metric_of(disparity: ScoreDisparity) -> Option<ScoreMetric> {
    match disparity {
        ScoreDisparity::BalancePositive => Some(ScoreMetric::GeneralizedTruePositiveRate),
        ScoreDisparity::BalanceNegative => Some(ScoreMetric::GeneralizedFalsePositiveRate),
        ScoreDisparity::CalibrationParity | ScoreDisparity::MultiaccuracyError => {
            Some(ScoreMetric::CalibrationInTheLarge)
        }
        ScoreDisparity::AucParity | ScoreDisparity::GeneralizedMeanAuc => Some(ScoreMetric::RocAuc),
        _ => None,
    }
}

/// Whether a disparity is the range of its metric over the groups.
pub(crate) const fn is_range(disparity: ScoreDisparity) -> bool {
    matches!(
        disparity,
        ScoreDisparity::BalancePositive
            | ScoreDisparity::BalanceNegative
            | ScoreDisparity::CalibrationParity
            | ScoreDisparity::AucParity
    )
}

/// A disparity of the defined values of the groups.
///
/// # Errors
/// `one_group` for fewer than two values, `not_available` for a disparity of tables.
pub(crate) fn of_values(disparity: ScoreDisparity, values: impl Iterator<Item = f64>) -> Value {
    let values: Vec<f64> = values.collect();
    if values.len() < 2 {
        return Err(Reason::OneGroup);
    }
    let fold = |join: fn(f64, f64) -> f64| values.iter().copied().reduce(join);
    let value = match disparity {
        ScoreDisparity::GeneralizedMeanAuc => generalized_mean(values.iter().copied(), POWER),
        ScoreDisparity::MultiaccuracyError => values.iter().map(|v| v.abs()).reduce(f64::max),
        _ => fold(f64::max)
            .zip(fold(f64::min))
            .map(|(high, low)| high - low),
    };
    value.ok_or(Reason::NotAvailable)
}

/// A disparity of the tables: of group `g` against the reference, or over all groups.
///
/// # Errors
/// The reason of an undefined side.
pub(crate) fn value(
    disparity: ScoreDisparity,
    g: usize,
    groups: &[ScoreTable],
    all: &ScoreTable,
    reference: Option<Reference>,
) -> Value {
    if disparity == ScoreDisparity::MulticalibrationError {
        return match groups.len() {
            0 | 1 => Err(Reason::OneGroup),
            _ => multicalibration::multicalibration_error(groups, BINS),
        };
    }
    let against = match reference {
        Some(Reference::Group(r)) => &groups[r],
        Some(Reference::Overall) => all,
        None => return Err(Reason::OneGroup),
    };
    match disparity {
        ScoreDisparity::Abroca => between::abroca(&groups[g], against),
        ScoreDisparity::Wasserstein1 => ks::wasserstein_1(&groups[g], against),
        ScoreDisparity::KsOrdered => ks::ks_ordered(&groups[g], against),
        ScoreDisparity::CohenD => between::cohen_d(&groups[g], against),
        _ => Err(Reason::NotAvailable),
    }
}

/// How far a disparity of tables may be off because scores were binned.
pub(crate) fn slack(disparity: ScoreDisparity, group: &ScoreTable, reference: &ScoreTable) -> f64 {
    if group.widths.is_none() {
        return 0.0;
    }
    match disparity {
        ScoreDisparity::Abroca => between::abroca_slack(group, reference),
        ScoreDisparity::Wasserstein1 => between::width(group) + between::width(reference),
        ScoreDisparity::KsOrdered => ks::share_max(group).max(ks::share_max(reference)),
        ScoreDisparity::CohenD => between::cohen_slack(group, reference),
        _ => 0.0,
    }
}
