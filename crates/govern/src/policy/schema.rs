//! The JSON Schema of the policy file, for editors, and the reference of its keys, from one table.

use serde_json::{Map, Value, json};

use super::keys::{Key, SECTIONS, Section, Shape, section};
use super::{POLICY_SCHEMA, preset};

/// The JSON Schema of the policy file. Unknown keys fail; what only the reader can tell (ids that
/// exist, margins within a metric's range) is left to `waage policy check`.
#[must_use]
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for section in SECTIONS.iter().filter(|section| !section.name.is_empty()) {
        definitions.insert(section.name.to_owned(), table(section));
    }
    definitions.insert("text".to_owned(), localised());
    let mut root = Map::new();
    root.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    root.insert("$id".to_owned(), POLICY_SCHEMA.into());
    root.insert("title".to_owned(), "audit.toml".into());
    if let Some(Value::Object(body)) = section("").map(table) {
        root.extend(body);
    }
    // A policy that extends another may hold only what it changes.
    root.insert("required".to_owned(), json!(["schema"]));
    root.insert(
        "if".to_owned(),
        json!({ "not": { "required": ["extends"] } }),
    );
    root.insert("then".to_owned(), json!({ "properties": complete() }));
    root.insert("$defs".to_owned(), definitions.into());
    root.into()
}

fn table(section: &Section) -> Value {
    let mut properties = Map::new();
    for key in section.keys {
        let mut body = shape(&key.shape);
        if let Value::Object(body) = &mut body {
            body.insert("description".to_owned(), key.doc.into());
            if key.name == "extends" {
                let names: Vec<String> = preset::names().map(|n| format!("preset:{n}")).collect();
                body.insert("examples".to_owned(), names.into());
            }
        }
        properties.insert(key.name.to_owned(), body);
    }
    let required = if is_partial(section) {
        Vec::new()
    } else {
        required(section)
    };
    json!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn required(section: &Section) -> Vec<&'static str> {
    let needed = section.keys.iter().filter(|key| key.required);
    needed.map(|key| key.name).collect()
}

/// Whether a table may hold only what it changes of an inherited one.
fn is_partial(section: &Section) -> bool {
    let name = section.name;
    !name.is_empty() && !name.contains('.') && name != "intersection"
}

/// What the tables of a policy must hold that extends no other.
fn complete() -> Value {
    let mut out = Map::new();
    for key in section("").into_iter().flat_map(|file| file.keys) {
        let of = |name: &str| section(name).map(required).filter(|keys| !keys.is_empty());
        let body = match key.shape {
            Shape::Table(name) => of(name).map(|keys| json!({ "required": keys })),
            Shape::Tables(name) => of(name).map(|keys| json!({ "items": { "required": keys } })),
            Shape::Named(name) => {
                of(name).map(|keys| json!({ "additionalProperties": { "required": keys } }))
            }
            _ => None,
        };
        out.extend(body.map(|body| (key.name.to_owned(), body)));
    }
    out.into()
}

fn reference_to(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn localised() -> Value {
    json!({
        "anyOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "en": { "type": "string" }, "de": { "type": "string" } },
                "required": ["en", "de"],
                "additionalProperties": false,
            },
        ],
    })
}

fn shape(shape: &Shape) -> Value {
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    match shape {
        Shape::Text => json!({ "type": "string" }),
        Shape::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
        Shape::Localised => reference_to("text"),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Number(least, most) => {
            let mut body = Map::from_iter([("type".to_owned(), Value::from("number"))]);
            body.extend(least.map(|least| ("minimum".to_owned(), least.into())));
            body.extend(most.map(|most| ("maximum".to_owned(), most.into())));
            body.into()
        }
        Shape::Whole(least) => json!({ "type": "integer", "minimum": least }),
        // TOML has dates of its own; tools show them to a schema as text.
        Shape::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Words(words) => json!({ "type": "string", "enum": words }),
        Shape::Texts => texts(),
        Shape::ListOf(words) => json!({ "type": "array", "items": { "enum": words } }),
        Shape::TextOrTexts => json!({ "anyOf": [{ "type": "string" }, texts()] }),
        Shape::Margin => json!({ "anyOf": [
            { "type": "number" },
            { "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2 },
        ] }),
        Shape::Bins => json!({ "anyOf": [
            { "type": "integer", "minimum": 2, "maximum": 100 },
            { "type": "array", "items": { "type": "number" }, "minItems": 1 },
        ] }),
        Shape::Decimal => json!({ "anyOf": [
            { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
            { "type": "string", "pattern": "^[0-9.]+$" },
        ] }),
        Shape::Value => json!({ "type": ["string", "integer", "boolean"] }),
        Shape::FourNumbers => json!({
            "type": "array", "items": { "type": "number", "exclusiveMinimum": 0 },
            "minItems": 4, "maxItems": 4,
        }),
        Shape::Table(name) => reference_to(name),
        Shape::Tables(name) => json!({ "type": "array", "items": reference_to(name) }),
        Shape::Named(name) => {
            json!({ "type": "object", "additionalProperties": reference_to(name) })
        }
        Shape::MapOf(inner) => {
            json!({ "type": "object", "additionalProperties": self::shape(inner) })
        }
        Shape::MapOfWords(words) => json!({
            "type": "object",
            "propertyNames": { "enum": words },
            "additionalProperties": { "type": "integer", "minimum": 1, "maximum": 25 },
        }),
    }
}

/// Every key with its meaning, as a page of Markdown.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# Keys of `audit.toml`\n\nWritten by `waage policy keys`; the same table makes the JSON Schema of `waage schema policy`.\n",
    );
    for section in SECTIONS {
        let title = match section.name {
            "" => "The file".to_owned(),
            name @ ("attribute" | "intersection" | "check" | "waiver" | "system.third_party") => {
                format!("`[[{name}]]`")
            }
            name @ ("family" | "gate" | "documents") => format!("`[{name}.NAME]`"),
            name => format!("`[{name}]`"),
        };
        out.push_str(&format!("\n## {title}\n\n{}\n\n", section.doc));
        out.push_str("| key | value | meaning |\n| --- | --- | --- |\n");
        for key in section.keys {
            out.push_str(&row(key));
        }
    }
    out
}

fn row(key: &Key) -> String {
    let needed = if key.required { " (needed)" } else { "" };
    let value = value(&key.shape).replace('|', "\\|");
    let doc = key.doc.replace('|', "\\|").replace('*', "\\*");
    format!("| `{}`{needed} | {value} | {doc} |\n", key.name)
}

fn value(shape: &Shape) -> String {
    let words = |words: &[&str]| {
        let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        quoted.join(", ")
    };
    match shape {
        Shape::Text | Shape::Pattern(_) => "text".to_owned(),
        Shape::Localised => "text, or `{ en, de }`".to_owned(),
        Shape::Flag => "`true`, `false`".to_owned(),
        Shape::Number(least, most) => match (least, most) {
            (Some(least), Some(most)) => format!("number from {least} to {most}"),
            (Some(least), None) => format!("number of at least {least}"),
            _ => "number".to_owned(),
        },
        Shape::Whole(least) => format!("whole number of at least {least}"),
        Shape::Day => "date".to_owned(),
        Shape::Words(list) => words(list),
        Shape::Texts => "list of texts".to_owned(),
        Shape::ListOf(list) => format!("list of {}", words(list)),
        Shape::TextOrTexts => "text, or list of texts".to_owned(),
        Shape::Margin => "number, or `[low, high]`".to_owned(),
        Shape::Bins => "list of edges, or number of bins".to_owned(),
        Shape::Decimal => "number, or the same in quotes".to_owned(),
        Shape::Value => "text, whole number, `true` or `false`".to_owned(),
        Shape::FourNumbers => "four amounts".to_owned(),
        Shape::Table(_) => "table".to_owned(),
        Shape::Tables(_) => "list of tables".to_owned(),
        Shape::Named(_) => "tables by name".to_owned(),
        Shape::MapOf(inner) => format!("by name: {}", value(inner)),
        Shape::MapOfWords(list) => format!("1 to 25 for {}", words(list)),
    }
}
