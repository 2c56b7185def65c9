//! Policies: checked, drafted, compared and shown.

use std::io::{ErrorKind, Write};
use std::path::Path;

use waage_data::{Source, guess_roles, inspect};
use waage_govern::policy::{self, Answers};
use waage_govern::{Date, Policy};
use waage_report::{Format, NoticeFormat};
use waage_result::policy::{PolicyCheck, PolicyDiff, PolicyPresets, PolicyShow};
use waage_result::spec::RolesSpec;
use waage_result::text::Language;

use crate::observer::Observer;
use crate::page::options;
use crate::{AuditError, Style};

/// A day as it is written.
///
/// # Errors
/// [`AuditError::Option`] for what is none.
pub fn day(text: &str) -> Result<Date, AuditError> {
    text.parse().map_err(AuditError::Option)
}

/// Everything that is wrong with a policy file, or `preset:NAME`, and what is probably not meant.
///
/// # Errors
/// [`AuditError::Option`] for a day that is none.
pub fn check(path: &Path, as_of: &str) -> Result<PolicyCheck, AuditError> {
    let catalogue = waage_metrics::quantities();
    Ok(policy::check(path, &catalogue, day(as_of)?))
}

/// A check as text.
///
/// # Errors
/// [`AuditError`] for JUnit, which a check does not have.
pub fn render_check(
    check: &PolicyCheck,
    format: NoticeFormat,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = options(style);
    Ok(waage_report::policy_check(
        check, format, language, &options,
    )?)
}

/// What changed between two policies.
///
/// # Errors
/// [`AuditError::Policy`] for one that cannot be read.
pub fn diff(old: &Path, new: &Path) -> Result<PolicyDiff, AuditError> {
    Ok(policy::diff(&Policy::read(old)?, &Policy::read(new)?))
}

/// A comparison as text.
///
/// # Errors
/// [`AuditError`] for HTML.
pub fn render_diff(
    diff: &PolicyDiff,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = options(style);
    Ok(waage_report::policy_diff(diff, format, language, &options)?)
}

/// The resolved policy of a file.
///
/// # Errors
/// [`AuditError::Policy`] for one that cannot be read.
pub fn show(path: &Path) -> Result<PolicyShow, AuditError> {
    Ok(policy::show(path)?)
}

/// A resolved policy as a file with its digest above, or as a document.
///
/// # Errors
/// [`AuditError`] where the document cannot be written.
pub fn render_show(show: &PolicyShow, json: bool) -> Result<String, AuditError> {
    if json {
        let text = serde_json::to_string_pretty(show).map_err(waage_report::ReportError::Json)?;
        return Ok(text + "\n");
    }
    let mut out = format!("# {}\n", show.digest);
    for name in &show.extends {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        out.push_str(&format!("# extends {name}\n"));
    }
    Ok(out + &show.toml)
}

/// The policies that come with Waage.
///
/// # Errors
/// Never for those that come with this version.
pub fn presets() -> Result<PolicyPresets, AuditError> {
    Ok(policy::presets()?)
}

/// The list of presets as text.
///
/// # Errors
/// [`AuditError`] for HTML.
pub fn render_presets(
    presets: &PolicyPresets,
    format: Format,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    let options = options(style);
    Ok(waage_report::policy_presets(
        presets, format, language, &options,
    )?)
}

/// The file of a preset.
///
/// # Errors
/// [`AuditError::Policy`] with the nearest name.
pub fn preset_text(name: &str) -> Result<&'static str, AuditError> {
    Ok(policy::preset_text(name)?)
}

/// The roles that the columns of some data suggest: what is given goes before what is guessed.
///
/// # Errors
/// [`AuditError`] for data that cannot be read.
pub fn roles_of(
    source: Source,
    given: RolesSpec,
    observer: &dyn Observer,
) -> Result<RolesSpec, AuditError> {
    let guessed = guess_roles(&inspect(source, observer)?);
    let decided = given.decision.is_some() || given.cut.is_some();
    let sensitive = match given.sensitive.is_empty() {
        true => guessed.sensitive,
        false => given.sensitive,
    };
    Ok(RolesSpec {
        label: given.label.or(guessed.label),
        score: given.score.or(guessed.score),
        decision: given.decision.or(guessed.decision.filter(|_| !decided)),
        cut: given.cut.or(guessed.cut.filter(|_| !decided)),
        sensitive,
        weight: given.weight.or(guessed.weight),
        id: given.id,
        ..RolesSpec::default()
    })
}

/// A first policy from answers.
///
/// # Errors
/// [`AuditError::Option`] where the answers make none.
pub fn draft(answers: &Answers, language: Language) -> Result<String, AuditError> {
    policy::draft(answers, language).map_err(AuditError::Option)
}

/// Writes a new file; one that is there is replaced only if that is asked for.
///
/// # Errors
/// [`AuditError`] for a file that is there, and for one that cannot be written.
pub fn write_new(path: &Path, text: &str, replace: bool) -> Result<(), AuditError> {
    if replace {
        return Ok(waage_data::output::write(path, text.as_bytes())?);
    }
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| {
        AuditError::Option(match error.kind() {
            ErrorKind::AlreadyExists => {
                format!(
                    "{shown:?} is there already; choose another --out, or replace it with --force"
                )
            }
            _ => format!("{shown:?} cannot be written ({error}); choose another --out"),
        })
    };
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // A half-written policy would be read as a whole one.
        let _ = std::fs::remove_file(path);
        failed(error)
    })
}
