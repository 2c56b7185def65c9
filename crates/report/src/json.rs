//! The audit document as JSON, and its schema.

use schemars::JsonSchema;
use serde_json::{Map, Value};
use waage_result::document::{AUDIT_SCHEMA, AuditResult};
use waage_result::explanation::{Explanations, METRICS_SCHEMA};
use waage_result::power::{POWER_SCHEMA, PowerResult};

use crate::ReportError;

/// About how long an estimate with its keys is.
const ESTIMATE_BYTES: usize = 440;

/// The result as one JSON document, indented, every digit kept (reading it back gives the same
/// numbers to the last bit), ending in a newline.
///
/// # Errors
/// [`ReportError::Json`] if a number of the result is not finite.
pub fn json(result: &AuditResult) -> Result<String, ReportError> {
    // One allocation instead of a chain of growing ones, each of them fresh pages to be cleared.
    let metrics = result.groups.iter().map(|g| g.metrics.len()).sum::<usize>();
    let size = ESTIMATE_BYTES * (result.disparities.len() + metrics + 100);
    let mut text = Vec::with_capacity(size);
    serde_json::to_writer_pretty(&mut text, result)?;
    text.push(b'\n');
    String::from_utf8(text).map_err(|e| serde_json::Error::io(std::io::Error::other(e)).into())
}

/// What quantities mean as one JSON document, indented, ending in a newline.
pub(crate) fn metrics_json(document: &Explanations) -> Result<String, ReportError> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}

/// A plan as one JSON document, likewise.
///
/// # Errors
/// [`ReportError::Json`] if a number of the plan is not finite.
pub fn power_json(result: &PowerResult) -> Result<String, ReportError> {
    Ok(format!("{}\n", serde_json::to_string_pretty(result)?))
}

/// The JSON Schema (draft 2020-12) of the audit document, with `$id` `waage/audit/1`.
#[must_use]
pub fn schema() -> Value {
    published::<AuditResult>(AUDIT_SCHEMA)
}

/// The JSON Schema of the document of `waage metrics`, with `$id` `waage/metrics/1`.
#[must_use]
pub fn metrics_schema() -> Value {
    published::<Explanations>(METRICS_SCHEMA)
}

/// The JSON Schema of a plan, with `$id` `waage/power/1`.
#[must_use]
pub fn power_schema() -> Value {
    published::<PowerResult>(POWER_SCHEMA)
}

/// The schema of a document whose first key names it.
fn published<T: JsonSchema>(id: &str) -> Value {
    let generated = schemars::schema_for!(T).to_value();
    let mut schema = Map::new();
    if let Value::Object(generated) = generated {
        for (key, value) in generated {
            if key == "title" {
                schema.insert("$id".to_owned(), id.into());
            }
            schema.insert(key, value);
        }
    }
    schema.insert("$id".to_owned(), id.into());
    if let Some(name) = schema
        .get_mut("properties")
        .and_then(|p| p.get_mut("schema"))
    {
        name["const"] = id.into();
    }
    Value::Object(schema)
}
