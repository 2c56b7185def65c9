//! Models that score people, and why they score as they do.
//!
//! [`model::Ensemble`] is what every reader makes of a model file: trees, linear terms, a base value
//! per output. [`model::Ensemble::margin`] is the model itself.

pub mod error;
pub mod model;

pub use error::{Error, Result};
