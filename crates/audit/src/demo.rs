//! The main job on leads that the program itself makes.

use std::path::Path;

use waage_core::observer::Observer;
use waage_data::Source;
use waage_data::synthetic::{LeadSpec, generate};
use waage_govern::Policy;
use waage_result::document::AuditResult;
use waage_result::spec::{AttributeSpec, AuditSpec, Cut, RolesSpec};
use waage_result::text::Language;

use crate::{AuditError, Job, files, run};

/// Audits the 20 000 leads of `datasets/lead_scoring.parquet`, made anew from their seed, by the
/// built-in policy: the 30 % with the highest scores are selected, groups by gender and region.
/// Leaves the data and the report in `folder`.
///
/// # Errors
/// [`AuditError`] when the folder cannot be written.
pub fn demo(
    folder: &Path,
    as_of: &str,
    language: Language,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let path = folder.join("lead_scoring.parquet");
    files::make_folder(folder)?;
    let mut leads = Vec::new();
    generate(&LeadSpec::default(), &mut leads, observer)?;
    waage_data::output::write(&path, &leads)?;
    let job = Job {
        source: Source::paths([path.display().to_string()]),
        spec: AuditSpec {
            roles: RolesSpec {
                label: Some("converted".to_owned()),
                score: Some("score".to_owned()),
                cut: Some(Cut::TopFraction("0.3".to_owned())),
                sensitive: vec![
                    AttributeSpec::column("gender"),
                    AttributeSpec::column("region"),
                ],
                ..RolesSpec::default()
            },
            ..AuditSpec::default()
        },
        policy: Policy::built_in(),
        as_of: as_of.to_owned(),
        explanation: None,
    };
    let result = run(&job, observer)?;
    files::write_folder(folder, &result, language)?;
    Ok(result)
}
