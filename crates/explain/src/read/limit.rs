//! What a file may claim at most.

use crate::model::{FEATURES_MAX, NODES_MAX, OUTPUTS_MAX};
use crate::{Error, Result};

/// The most category ids and labels of a model.
pub(super) const CATEGORIES_MAX: usize = NODES_MAX;

/// Refuses a model with more nodes than [`NODES_MAX`].
pub(super) fn nodes(found: usize) -> Result<()> {
    at_most("nodes", found, NODES_MAX)
}

/// Refuses a model with more features than [`FEATURES_MAX`].
pub(super) fn features(found: usize) -> Result<()> {
    at_most("features", found, FEATURES_MAX)
}

/// Refuses a model with more outputs than [`OUTPUTS_MAX`].
pub(super) fn outputs(found: usize) -> Result<()> {
    at_most("outputs", found, OUTPUTS_MAX)
}

/// Refuses a model with more categories than [`CATEGORIES_MAX`].
pub(super) fn categories(found: usize) -> Result<()> {
    at_most("categories", found, CATEGORIES_MAX)
}

fn at_most(unit: &'static str, found: usize, limit: usize) -> Result<()> {
    if found > limit {
        return Err(Error::TooLarge {
            unit,
            found: found as u64,
            limit: limit as u64,
        });
    }
    Ok(())
}
