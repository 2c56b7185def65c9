//! XGBoost's models, versions 1.0 to 3: the same tree of names in JSON and in UBJSON.
//!
//! [`file`] is what stands in the file, key by key; the other parts make an [`Ensemble`] of it.

mod boosted;
mod ensemble;
mod file;
mod iterations;
mod labels;
mod linear;
mod objective;
mod relaxed;
mod trees;

use super::record::{Read, malformed};
use super::{Options, ubjson as binary};
use crate::Result;
use crate::model::Ensemble;
use file::File;

const JSON: &str = "XGBoost JSON";
const UBJSON: &str = "XGBoost UBJSON";

/// Reads `.json`.
pub(super) fn json(bytes: &[u8], options: &Options) -> Result<Ensemble> {
    let Read(file) = match serde_json::from_slice::<Read<File>>(bytes) {
        Ok(file) => file,
        // XGBoost writes numbers that JSON has not; only then are the bytes copied.
        Err(error) => match relaxed::standard(bytes) {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|e| malformed(JSON, &e))?,
            None => return Err(malformed(JSON, &error)),
        },
    };
    ensemble::build(file, options, JSON)
}

/// Reads `.ubj`.
pub(super) fn ubjson(bytes: &[u8], options: &Options) -> Result<Ensemble> {
    let Read(file) =
        binary::from_slice::<Read<File>>(bytes).map_err(|error| malformed(UBJSON, &error))?;
    ensemble::build(file, options, UBJSON)
}
