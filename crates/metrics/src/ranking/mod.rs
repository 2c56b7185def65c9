//! Rankings and lead lists: who stands where, and how much is seen of whom (FORMULAS §2.4, §3.10).
//!
//! A ranking is all scored rows, the highest score first. It is read off score tables
//! ([`waage_core::tally::ScoreTable`]), so no row is sorted and any way of cutting the data into pieces
//! gives the same list. Rows with equal scores share their places: each has the mean attention of them,
//! and a prefix that ends among them holds the expected number of each group.

pub mod attention;
pub mod catalogue;
pub mod fair;
pub mod infeasible;
mod judged;
pub mod list;
mod measured;
pub mod ndkl;
mod places;
pub mod prefix;
mod relevance;
mod resample;
pub mod skew;

pub use catalogue::QUANTITIES;
pub use measured::{
    GroupAt, GroupRelevance, RankedGroup, RankedView, RankingRequest, ViewAt, rank,
};
