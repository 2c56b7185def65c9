//! A policy laid over the one that it extends: checks by id, attributes by name, sections key by key.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::source::Sources;
use crate::error::PolicyError;

/// How the score is cut or decided: of these, a policy's own replaces the inherited one.
const CUTS: [&str; 4] = ["threshold", "top_k", "top_fraction", "decision"];
/// Tables that are one value: what stands here replaces what stands there.
const WHOLE: [&str; 4] = ["name", "purpose", "why", "scope"];

/// The resolved table, with spans on the shared line of offsets; syntax errors if there are any.
pub(super) fn resolve(sources: &Sources) -> Result<Spanned<DeTable<'_>>, Vec<PolicyError>> {
    let mut errors = Vec::new();
    let mut merged: Option<Spanned<DeTable<'_>>> = None;
    for source in sources.list.iter().rev() {
        let (table, faults) = DeTable::parse_recoverable(&source.text);
        errors.extend(faults.iter().map(|fault| {
            let span = shifted(fault.span().unwrap_or(0..0), source.start());
            super::text::in_our_words(sources.place(&span), fault)
        }));
        let span = shifted(table.span(), source.start());
        let mut over = shift_table(table.into_inner(), source.start());
        // A value that is no text stays, so that the reader can say so.
        if over
            .get("extends")
            .is_some_and(|value| value.get_ref().is_str())
        {
            over.remove("extends");
        }
        let table = match merged {
            None => over,
            Some(base) => merge(base.into_inner(), over, ""),
        };
        merged = Some(Spanned::new(span, table));
    }
    match merged {
        Some(table) if errors.is_empty() => Ok(table),
        _ => Err(errors),
    }
}

fn shifted(span: Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn shift_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    table
        .into_iter()
        .map(|(key, value)| {
            let key = Spanned::new(shifted(key.span(), by), key.into_inner());
            (key, shift(value, by))
        })
        .collect()
}

fn shift(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let span = shifted(value.span(), by);
    let value = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(shift_table(table, by)),
        DeValue::Array(items) => {
            DeValue::Array(items.into_iter().map(|item| shift(item, by)).collect())
        }
        other => other,
    };
    Spanned::new(span, value)
}

type Entry<'a> = (Spanned<DeString<'a>>, Spanned<DeValue<'a>>);

fn merge<'a>(mut base: DeTable<'a>, mut over: DeTable<'a>, path: &str) -> DeTable<'a> {
    if path == "data" && CUTS.iter().any(|cut| over.contains_key(*cut)) {
        for cut in CUTS {
            base.remove(cut);
        }
    }
    let unbinned = |kind: &Spanned<DeValue<'_>>| kind.get_ref().as_str() != Some("numeric_binned");
    if path == "attribute" && over.get("kind").is_some_and(unbinned) {
        base.remove("bins");
    }
    let keys: Vec<String> = over.keys().map(|key| key.get_ref().to_string()).collect();
    for key in keys {
        let Some((name, value)) = over.remove_entry(key.as_str()) else {
            continue;
        };
        let old = base.remove_entry(key.as_str()).map(|(_, value)| value);
        let (name, value) = laid_over(old, (name, value), path, &key);
        base.insert(name, value);
    }
    base
}

fn laid_over<'a>(
    old: Option<Spanned<DeValue<'a>>>,
    (name, value): Entry<'a>,
    path: &str,
    key: &str,
) -> Entry<'a> {
    let span = value.span();
    let merged = match (old.map(Spanned::into_inner), value.into_inner()) {
        (Some(DeValue::Table(base)), DeValue::Table(over)) if joins(path, key) => {
            let path = if path.is_empty() {
                key.to_owned()
            } else {
                format!("{path}.{key}")
            };
            DeValue::Table(merge(base, over, &path))
        }
        (Some(DeValue::Array(base)), DeValue::Array(over)) if path.is_empty() => {
            DeValue::Array(elements(base, over, key))
        }
        (_, value) => value,
    };
    (name, Spanned::new(span, merged))
}

/// Whether a table is laid over key by key.
fn joins(path: &str, key: &str) -> bool {
    !WHOLE.contains(&key) && !path.ends_with("groups")
}

/// Elements of the same id are laid over each other; new ones follow.
fn elements<'a>(base: DeArray<'a>, over: DeArray<'a>, section: &str) -> DeArray<'a> {
    let mut items: Vec<(Spanned<DeValue<'a>>, bool)> =
        base.into_iter().map(|item| (item, false)).collect();
    for item in over {
        let id = identity(&item, section);
        // A second element of one id in the same file is an error that the reader finds.
        let found = id.and_then(|id| {
            items
                .iter()
                .position(|(old, taken)| !taken && identity(old, section).as_ref() == Some(&id))
        });
        match found {
            Some(at) => {
                let span = item.span();
                let (old, taken) = &mut items[at];
                *taken = true;
                let old = std::mem::replace(old, Spanned::new(0..0, DeValue::Boolean(false)));
                let merged = match (old.into_inner(), item.into_inner()) {
                    (DeValue::Table(base), DeValue::Table(over)) => {
                        DeValue::Table(merge(base, over, section))
                    }
                    (_, over) => over,
                };
                items[at].0 = Spanned::new(span, merged);
            }
            None => items.push((item, true)),
        }
    }
    items.into_iter().map(|(item, _)| item).collect()
}

/// What makes two elements of a list the same one.
fn identity(item: &Spanned<DeValue<'_>>, section: &str) -> Option<String> {
    let table = item.get_ref().as_table()?;
    match section {
        "check" | "waiver" => Some(table.get("id")?.get_ref().as_str()?.to_owned()),
        "attribute" => Some(table.get("name")?.get_ref().as_str()?.to_owned()),
        "intersection" => {
            let names = table.get("attributes")?.get_ref().as_array()?;
            let mut names: Vec<&str> = names.iter().filter_map(|n| n.get_ref().as_str()).collect();
            names.sort_unstable();
            Some(names.join("*"))
        }
        _ => None,
    }
}
