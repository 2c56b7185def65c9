//! Metrics of scores, as pure functions of a [`ScoreTable`](waage_core::tally::ScoreTable), and their
//! uncertainty (FORMULAS §2.2, §3.3, §3.5, §3.7, §3.8, §4.12).
//!
//! A table holds distinct scores in order with the rows of each label at each, so every metric is one
//! walk over it. Three kinds of uncertainty: smooth metrics have an *influence function*, which a
//! visitor delivers by place and label and whose weighted squares sum to the variance (DeLong's for
//! the area under the curve); `scoring_rate` is a proportion; maxima and absolute values
//! ([`ks`], [`bins`]) have neither and are resampled.

pub mod auc;
pub mod between;
pub mod bins;
pub mod brier;
pub mod catalogue;
pub(crate) mod estimate;
mod grid;
pub mod ks;
pub mod logistic;
pub mod mean;
pub(crate) mod measured;
mod movement;
pub mod multicalibration;
mod named;
pub mod precision;
pub(crate) mod profile;
pub(crate) mod range;
pub(crate) mod ranked;
mod replica;
mod resample;
mod sample;
pub mod scoring_rate;
pub mod subgroup;
pub mod table;
pub(crate) mod walk;

pub use catalogue::{SCORE_DISPARITIES, SCORES, ScoreDisparity, ScoreMetric};
pub use measured::{ScoreEstimates, ScoreRequest};
