//! Differentially private releases (GOVERNANCE 9.3): counts with exact noise, rates with intervals that
//! hold it, and an account of what was spent on the same data.
//!
//! Everybody is in one cell of each table, so that adding or removing a person changes one count of a
//! table by 1: cells share the cost, tables add it up.

mod budget;
mod rates;
mod release;
mod sampler;

pub use budget::{Account, Budget, DAYS, DEFAULT_PER_YEAR, spend};
pub use rates::{Part, Rate, rate};
pub use release::{Confidence, Cubes, DpError, release};
pub use sampler::{Epsilon, Noise, Source, System};
