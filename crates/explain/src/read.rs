//! Model files, read into [`Ensemble`]s.
//!
//! [`model`] tells the format by the first bytes. Readers take bytes, never paths; they execute
//! nothing, allocate nothing that the bytes do not back, and name the field, tree and node of what
//! is wrong.

pub mod catboost;
mod detect;
mod lightgbm;
mod limit;
pub mod linear;
mod number;
pub mod onnx;
mod record;
mod shown;
pub mod sklearn;
pub mod skops;
mod ubjson;
pub mod walk;
mod xgboost;

pub use detect::{Format, detect};

use crate::model::Ensemble;
use crate::{Error, Result};

/// The largest file read unless told otherwise: 1 GiB.
pub const BYTES_MAX: u64 = 1 << 30;

/// Which rounds of boosting count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Iterations {
    /// All in the file.
    #[default]
    All,
    /// Those up to the best one, where early stopping wrote it down; else all.
    Best,
    /// The first so many.
    First(usize),
}

/// What a file does not say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Which rounds of boosting count, of XGBoost and LightGBM.
    pub iterations: Iterations,
    /// The largest file to read, in bytes.
    pub bytes_max: u64,
    /// A value that counts as missing besides NaN (XGBoost's `missing=`).
    pub missing: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            iterations: Iterations::All,
            bytes_max: BYTES_MAX,
            missing: None,
        }
    }
}

/// Reads a model in any format of [`Format`].
///
/// # Errors
/// The bytes are more than the limit, of no known format, or do not hold what their format demands.
pub fn model(bytes: &[u8], options: &Options) -> Result<Ensemble> {
    let found = bytes.len() as u64;
    if found > options.bytes_max {
        return Err(Error::TooLarge {
            unit: "bytes",
            found,
            limit: options.bytes_max,
        });
    }
    let mut model = match detect(bytes)? {
        Format::XgboostJson => xgboost::json(bytes, options),
        Format::XgboostUbjson => xgboost::ubjson(bytes, options),
        Format::LightGbmText => lightgbm::text(bytes, options),
        Format::CatBoostJson => catboost::read(bytes),
        Format::Onnx => onnx::read(bytes),
        Format::SklearnJson => sklearn::read(bytes),
        Format::Skops => skops::read(bytes),
        Format::WaageLinear => linear::read(bytes),
    }?;
    model.missing = options.missing;
    Ok(model)
}
