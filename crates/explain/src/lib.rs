//! Models that score people, and why they score as they do.
//!
//! [`read::model`] reads a model file, whatever library wrote it. [`model::Ensemble`] is what every
//! reader makes of it: trees, linear terms, a base value per output; [`model::Ensemble::margin`] is the
//! model itself. [`explainer::TreeExplainer`] divides each row's margin among its features, exactly.
//!
//! A row goes through three steps: values become small codes ([`bins`]), codes become a bit per
//! condition of a small subtree ([`plan`]), and these bits are the number of a row in a table that
//! holds what the subtree gives to each feature ([`table`]). Tables depend on the model (and the
//! background) alone, so a row costs one addition of a few numbers per subtree.

pub mod bins;
mod codes;
mod direct;
pub mod error;
pub mod explainer;
mod kernel;
pub mod model;
pub mod plan;
pub mod quadrature;
pub mod read;
pub mod rescaled;
mod simd;
pub mod summary;
pub mod table;

pub use error::{Error, Result};
pub use explainer::{Background, Params, Perturbation, TreeExplainer};
pub use table::Index;
