//! skops files of scikit-learn models: a zip of a schema and numpy arrays.
//!
//! Nothing is instantiated. The schema is read as a tree of attributes, only those of known
//! classes are asked for, and they become a [`SklearnModel`](super::sklearn::SklearnModel).

mod boosting;
mod estimator;
mod npy;
mod schema;
mod zip;

use crate::model::Ensemble;
use crate::read::shown::line;
use crate::{Error, Result};

const FORMAT: &str = "skops";

/// Reads a model.
///
/// # Errors
/// [`Error::Malformed`] for a file that is damaged, [`Error::Unsupported`] for compressed files and
/// for classes that are not read.
pub fn read(bytes: &[u8]) -> Result<Ensemble> {
    let entries = zip::entries(bytes)?;
    let text = entries
        .get("schema.json")
        .ok_or_else(|| malformed("the zip", "it holds no schema.json"))?;
    let schema =
        serde_json::from_slice(text).map_err(|e| malformed("schema.json", line(&e.to_string())))?;
    let root = schema::Item {
        value: &schema,
        files: &schema::Files::new(entries),
    };
    estimator::model(root)?.ensemble()
}

fn malformed(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

#[cfg(test)]
mod tests;
