//! One comparison in its three scales.

use waage_core::estimate::Estimate;

use crate::rate::{self, Rate};
use crate::stratified::{self, Table};

/// A gap as a difference of rates, as their ratio, and as the ratio of their odds.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// Group minus reference.
    pub difference: Estimate,
    /// Group over reference.
    pub ratio: Estimate,
    /// Odds of the group over odds of the reference.
    pub odds_ratio: Estimate,
}

impl Effect {
    /// Two groups compared as they are: Newcombe's and Koopman's intervals, Woolf's for the odds
    /// ratio.
    #[must_use]
    pub fn plain(group: &Rate, reference: &Rate, level: f64) -> Self {
        Self {
            difference: rate::difference(group, reference, level),
            ratio: rate::ratio(group, reference, level),
            odds_ratio: stratified::odds_ratio(
                &[table(group, reference)],
                group.rows + reference.rows,
                level,
            ),
        }
    }

    /// Pooled over strata after Mantel and Haenszel.
    #[must_use]
    pub fn pooled(tables: &[Table], rows: u64, level: f64) -> Self {
        Self {
            difference: stratified::risk_difference(tables, rows, level),
            ratio: stratified::ratio(tables, rows, level),
            odds_ratio: stratified::odds_ratio(tables, rows, level),
        }
    }
}

/// The fourfold table of two rates; counts are effective where rows are weighted.
pub(super) fn table(group: &Rate, reference: &Rate) -> Table {
    Table::new(
        group.successes,
        (group.trials - group.successes).max(0.0),
        reference.successes,
        (reference.trials - reference.successes).max(0.0),
    )
}
