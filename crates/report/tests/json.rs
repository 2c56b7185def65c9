//! JSON is the document to the last digit, and its schema names every key.

mod fixture;

use serde_json::Value;
use waage_report::{json, schema};
use waage_result::document::AuditResult;

#[test]
fn the_document_reads_back_as_it_was() {
    for (name, mut result) in fixture::all() {
        result.settings.confidence = 0.1 + 0.2;
        let text = json(&result).unwrap();
        assert!(text.ends_with("}\n") && text.starts_with("{\n  \"schema\": \"waage/audit/1\""));
        let back: AuditResult = serde_json::from_str(&text).unwrap();
        assert_eq!(back, result, "{name}");
    }
}

/// Walks a document along its schema: every key is described, every required key is there.
fn check(value: &Value, schema: &Value, root: &Value, path: &str) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let target = root
            .pointer(name.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{name}"));
        return check(value, target, root, path);
    }
    if let Some(options) = schema.get("anyOf").and_then(Value::as_array) {
        let null = |s: &&Value| s.get("type") != Some(&Value::from("null"));
        if !value.is_null()
            && let Some(option) = options.iter().find(null)
        {
            check(value, option, root, path);
        }
        return;
    }
    if let Some(options) = schema.get("oneOf").and_then(Value::as_array) {
        let fits = |option: &&Value| match value {
            Value::Object(map) => map.keys().all(|key| !option["properties"][key].is_null()),
            _ => option.get("const").is_none_or(|name| name == value),
        };
        let option = options.iter().find(fits);
        check(
            value,
            option.unwrap_or_else(|| panic!("{path}: {value}")),
            root,
            path,
        );
        return;
    }
    match value {
        Value::Object(map) => {
            for required in schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                assert!(
                    map.contains_key(required.as_str().unwrap()),
                    "{path}: {required}"
                );
            }
            for (key, inner) in map {
                let described = schema.pointer(&format!("/properties/{key}"));
                let described = described.or_else(|| schema.get("additionalProperties"));
                let described =
                    described.unwrap_or_else(|| panic!("{path}.{key} is not described"));
                check(inner, described, root, &format!("{path}.{key}"));
            }
        }
        Value::Array(items) => {
            if let Some(described) = schema.get("items") {
                for item in items {
                    check(item, described, root, &format!("{path}[]"));
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_schema_describes_every_document() {
    let schema = schema();
    assert_eq!(schema["$id"], "waage/audit/1");
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert_eq!(schema["properties"]["schema"]["const"], "waage/audit/1");
    for (name, result) in fixture::all() {
        check(
            &serde_json::to_value(&result).unwrap(),
            &schema,
            &schema,
            name,
        );
    }
}
