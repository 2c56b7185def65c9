//! Everything that `waage policy check` says of a file.

use std::path::Path;

use waage_core::quantity::Quantity;
use waage_result::policy::{
    POLICY_CHECK_SCHEMA, PolicyCheck, PolicyFault, PolicyPlace, PolicyRemark,
};

use super::read::{Extent, read};
use super::review::{Remark, Review, Subject};
use super::source::Sources;
use crate::date::Date;
use crate::error::{Place, PolicyError};

/// Reads a policy file, or `preset:NAME`, with what it extends, and reviews it: every error, not only
/// the first, and what is probably not meant. Waivers are looked at as of a day.
#[must_use]
pub fn check(path: &Path, catalogue: &[&'static Quantity], as_of: Date) -> PolicyCheck {
    let file = path.display().to_string();
    let document = |errors| PolicyCheck {
        schema: POLICY_CHECK_SCHEMA.to_owned(),
        file: file.clone(),
        digest: None,
        extends: Vec::new(),
        overrides: Vec::new(),
        checks: 0,
        errors,
        warnings: Vec::new(),
        notes: Vec::new(),
        valid: false,
    };
    let sources = match Sources::read(path) {
        Ok(sources) => sources,
        Err(error) => return document(vec![fault(&error, None, &file)]),
    };
    let of = |errors: &[PolicyError]| -> Vec<PolicyFault> {
        let told = |error| fault(error, Some(&sources), &file);
        errors.iter().map(told).collect()
    };
    let reading = read(&sources, Extent::Whole);
    let Some(policy) = reading.policy else {
        let errors = match reading.errors.as_slice() {
            [] => &[PolicyError::TooManyFaults],
            errors => errors,
        };
        return document(of(errors));
    };
    let subject = Subject {
        policy: &policy,
        places: &reading.places,
        catalogue,
        as_of,
    };
    let Review {
        mut errors,
        warnings,
        notes,
    } = subject.review();
    errors.sort_by_key(|error| sources.order(error.place()));
    let remarks = |remarks: Vec<Remark>| {
        let mut remarks = remarks;
        remarks.sort_by_key(|remark| sources.order(remark.place.as_ref()));
        let told = |remark: Remark| PolicyRemark {
            rule: remark.rule.to_owned(),
            place: shown(remark.place.as_ref(), Some(&sources), &file),
            text: remark.text,
        };
        remarks.into_iter().map(told).collect()
    };
    PolicyCheck {
        digest: Some(policy.digest()),
        checks: policy.checks.len() as u64,
        extends: policy.lineage.extends.clone(),
        overrides: policy.lineage.overrides.clone(),
        valid: errors.is_empty(),
        warnings: remarks(warnings),
        notes: remarks(notes),
        ..document(of(&errors))
    }
}

fn fault(error: &PolicyError, sources: Option<&Sources>, file: &str) -> PolicyFault {
    let (what, mend) = error.parts();
    PolicyFault {
        place: shown(error.place(), sources, file),
        what,
        mend,
    }
}

/// A place with the text of its line; the file as a whole where there is none.
fn shown(place: Option<&Place>, sources: Option<&Sources>, file: &str) -> PolicyPlace {
    match place {
        Some(place) => PolicyPlace {
            file: place.file.clone(),
            line: place.line,
            column: place.column,
            text: sources.map(|s| s.line(place)).unwrap_or_default(),
        },
        None => PolicyPlace {
            file: file.to_owned(),
            ..PolicyPlace::default()
        },
    }
}
