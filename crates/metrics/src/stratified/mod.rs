//! Two groups compared within strata (FORMULAS §3.4, §4.7): pooled effects, tests that they are
//! nothing and that they are the same everywhere, and whether pooling turns a gap around.
//!
//! Everything is a pure function of one [`Table`] per stratum:
//!
//! ```
//! use waage_metrics::stratified::{Table, cochran_mantel_haenszel, odds_ratio};
//! // Selected and rejected of a group and of the reference, in two strata.
//! let strata = [Table::new(20.0, 20.0, 45.0, 15.0), Table::new(6.0, 34.0, 4.0, 16.0)];
//! let pooled = odds_ratio(&strata, 180, 0.95);
//! assert!((pooled.value.unwrap() - 0.408284024).abs() < 1e-9);
//! let test = cochran_mantel_haenszel(&strata, 0.0).unwrap();
//! assert!((test.p - 0.014246710).abs() < 1e-9);
//! ```

mod demographic;
mod homogeneity;
mod mantel_haenszel;
mod reversal;
mod standardized;
mod table;
mod test;

pub use demographic::{conditional_demographic_disparity, demographic_disparity};
pub use homogeneity::{Homogeneity, breslow_day};
pub use mantel_haenszel::{odds_ratio, ratio, risk_difference};
pub use reversal::{Reversal, driver, reversal};
pub(crate) use reversal::{Side, driver_of_means};
pub use standardized::{Standard, standardized_difference};
pub use table::Table;
pub use test::{Cmh, cochran_mantel_haenszel};
