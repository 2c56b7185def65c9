//! Synthetic leads into a file.

use std::path::Path;

use waage_core::observer::Observer;
use waage_data::DataError;
use waage_data::output::AtomicFile;
use waage_data::synthetic::{Bias, LeadSpec, SyntheticError, generate};

use crate::AuditError;

/// What to generate.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadRequest {
    /// Rows.
    pub rows: u64,
    /// Seed.
    pub seed: u64,
    /// A subset of the columns, with the same values.
    pub columns: Option<Vec<String>>,
    /// `planted` or `none`.
    pub bias: String,
    /// Overrides of single strengths.
    pub gender_penalty: Option<f64>,
    /// Strength of region as a proxy.
    pub proxy: Option<f64>,
    /// Strength of label selection.
    pub selection: Option<f64>,
    /// Strength of drift.
    pub drift: Option<f64>,
}

/// Writes synthetic leads as Parquet; gives the size in bytes.
///
/// # Errors
/// [`AuditError`] for a spec out of range or a target that cannot be written; nothing half-written
/// stays.
pub fn generate_leads(
    request: &LeadRequest,
    path: &Path,
    observer: &dyn Observer,
) -> Result<u64, AuditError> {
    let mut bias = Bias::parse(&request.bias)?;
    let strengths = [
        (&mut bias.gender_penalty, request.gender_penalty),
        (&mut bias.proxy, request.proxy),
        (&mut bias.selection, request.selection),
        (&mut bias.drift, request.drift),
    ];
    for (place, given) in strengths {
        *place = given.unwrap_or(*place);
    }
    let spec = LeadSpec {
        rows: request.rows,
        seed: request.seed,
        bias,
        columns: request.columns.clone(),
        ..LeadSpec::default()
    };
    let mut file = AtomicFile::create(path)?;
    let summary = generate(&spec, &mut file, observer).map_err(|error| match error {
        SyntheticError::Write(cause) => AuditError::from(DataError::Write {
            path: path.display().to_string(),
            cause,
        }),
        other => other.into(),
    })?;
    file.commit()?;
    Ok(summary.bytes)
}
