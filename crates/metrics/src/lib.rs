//! Fairness metrics of groups, their disparities, and how sure they are.
//!
//! Everything is algebra on the cube: [`measure()`] takes a [`waage_core::tally::Tally`] and gives
//! the estimate of every metric of every group and of every comparison, intervals included.

pub mod agreement;
pub mod arrays;
mod band;
pub mod bootstrap;
pub mod catalogue;
mod closed;
mod clustered;
pub mod conditional;
pub mod confusion;
pub mod context;
pub mod cut;
pub mod disparity;
mod draws;
mod estimator;
pub mod favourable;
pub mod hypothesis;
pub mod impact;
pub mod individual;
pub mod inequality;
mod lanes;
pub mod measure;
pub mod membership;
pub mod multiclass;
mod named;
pub mod permutation;
pub mod pooling;
pub mod power;
pub mod propensity;
mod ranges;
pub mod ranking;
pub mod rate;
pub mod regression;
mod replicates;
pub mod scan;
pub mod score;
pub mod selective;
pub mod shape;
mod smooth;
pub mod statistic;
pub mod stratified;
mod view;

pub use catalogue::{CATALOGUE, Metric};
pub use disparity::Disparity;
pub use favourable::Favourable;
pub use measure::{Measured, Request, measure};

use waage_core::quantity::Quantity;

/// Every quantity that this crate estimates: the metrics, the named disparities, the averages over
/// classes, what rankings are measured by, the impact ratio of scoring rates.
#[must_use]
pub fn quantities() -> Vec<&'static Quantity> {
    let metrics = CATALOGUE.iter().map(|row| &row.quantity);
    metrics
        .chain(score::SCORES.iter().map(|row| &row.quantity))
        .chain(disparity::NAMED.iter().map(|row| &row.quantity))
        .chain(&multiclass::AVERAGES)
        .chain(score::SCORE_DISPARITIES.iter().map(|row| &row.quantity))
        .chain(&regression::QUANTITIES)
        .chain(ranking::catalogue::estimated())
        .chain([&impact::SCORING_RATE_IMPACT_RATIO])
        .collect()
}
