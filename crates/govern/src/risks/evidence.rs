//! A result's file as evidence for a register.

use std::path::Path;

use waage_result::document::{AUDIT_SCHEMA, AuditResult};

use super::rule::Evidence;
use crate::canonical;
use crate::date::Date;
use crate::records::{RecordError, file};

impl Evidence {
    /// Reads the document of an audit. The day that it stands for is the one stated, else the one as
    /// of which it was judged, else the fallback: a document itself holds no clock.
    ///
    /// # Errors
    /// [`RecordError`] if the file cannot be read or is no document of an audit.
    pub fn read(path: &Path, stated: Option<Date>, fallback: Date) -> Result<Self, RecordError> {
        let mend = "give the file that waage audit --format json wrote";
        let text = file::read_within(path, "the result", mend, file::RESULT_MAX_BYTES)?;
        let wrong = |problem: String| {
            RecordError::rule(
                format!(
                    "{:?} is no result of an audit ({problem})",
                    path.display().to_string()
                ),
                mend,
            )
        };
        let mut value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let schema = value.get("schema").and_then(serde_json::Value::as_str);
        if schema != Some(AUDIT_SCHEMA) {
            return Err(wrong(format!("its schema is not {AUDIT_SCHEMA}")));
        }
        let result: AuditResult =
            serde_json::from_value(value.clone()).map_err(|error| wrong(error.to_string()))?;
        if let Some(document) = value.as_object_mut() {
            document.remove("stamp");
        }
        let judged = result
            .settings
            .as_of
            .as_ref()
            .and_then(|day| day.parse().ok());
        Ok(Self {
            day: stated.or(judged).unwrap_or(fallback),
            digest: canonical::digest(&value),
            result,
        })
    }
}
