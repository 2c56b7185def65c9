//! Subgroup discovery: which conjunctions of conditions differ most from the rest, by how much, and
//! is it more than luck (FORMULAS §5)?
//!
//! ```text
//! rows → Counter → Tables → search → Found
//! ```
//!
//! [`Counter`] counts every combination of up to three columns in one pass over the rows; everything
//! after it is algebra on these tables. [`search`] tests every conjunction with enough support
//! against its complement, corrects for all of them, folds what a more general subgroup explains and
//! orders the rest. [`permute`] asks how large the largest difference would be if there were none.

mod classes;
mod clusters;
mod count;
mod cube;
mod fixed;
mod fold;
mod measure;
mod permute;
mod plan;
mod score;
mod search;
mod shapley;
mod tables;

pub use classes::{Classes, Magnitudes};
pub use clusters::{Clusters, Gatherer};
pub use count::{Counter, Layout};
pub use cube::Cube;
pub use fold::Parent;
pub use measure::{Measure, Sample, Welch, welch};
pub use permute::permute;
pub use score::{Score, bound};
pub use search::{Conditions, Found, Reestimated, Request, Side, Subgroup, reestimate, search};
pub use shapley::Contribution;
pub use tables::{Column, Tables};

/// Columns of a scan at most: every three of them are counted together.
pub const COLUMNS_MAX: usize = 40;
/// Combinations of levels that a scan may count.
pub const COMBINATIONS_MAX: usize = count::CELLS_ALL_MAX;
