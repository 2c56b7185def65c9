//! A policy as it is meant: resolved, with its digest.

use std::path::Path;

use serde::Deserialize;
use toml::de::Deserializer;
use waage_result::policy::{POLICY_SHOW_SCHEMA, PolicyShow};

use super::inherit;
use super::read::{Extent, read};
use super::source::Sources;
use crate::error::PolicyError;

/// The resolved policy of a file or `preset:NAME`: as a document with defaults filled in, and as a
/// file that extends nothing and has the same digest.
///
/// # Errors
/// The first [`PolicyError`] of the policy.
pub fn show(path: &Path) -> Result<PolicyShow, PolicyError> {
    let sources = Sources::read(path)?;
    let policy = read(&sources, Extent::Whole).into_result()?;
    let table = inherit::resolve(&sources).map_err(|mut errors| errors.swap_remove(0))?;
    let resolved = toml::Table::deserialize(Deserializer::from(table)).unwrap_or_default();
    let mut value = serde_json::to_value(&policy).unwrap_or_default();
    value.sort_all_objects();
    Ok(PolicyShow {
        schema: POLICY_SHOW_SCHEMA.to_owned(),
        file: path.display().to_string(),
        digest: policy.digest(),
        extends: policy.lineage.extends,
        overrides: policy.lineage.overrides,
        policy: value,
        toml: toml::to_string(&resolved).unwrap_or_default(),
    })
}
