//! From the resolved table to the form, telling every mistake and not only the first: what cannot be
//! read is told, taken out, and the rest is read again.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, Deserializer, Error};

use super::faults::Faults;
use super::form::Form;
use super::text::{in_our_words, missing_key};
use super::{POLICY_SCHEMA, keys};
use crate::error::nearest;

/// Mistakes of form that are told of one policy.
const ROUNDS_MAX: usize = 64;

/// The form of a table, as far as it can be read.
pub(super) fn form(mut table: Spanned<DeTable<'_>>, at: &mut Faults<'_>) -> Option<Form> {
    // Required keys whose value could not be read: told already, so their absence is not.
    let mut told: BTreeSet<(usize, String)> = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let error = match Form::deserialize(Deserializer::from(table.clone())) {
            Ok(form) => return Some(form),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| table.span());
        let start = span.start;
        let begin = table.span().start;
        let mended = match Kind::of(&error) {
            Kind::UnknownKey(name, known) => {
                at.push(in_our_words(at.place(span), &error));
                // What is mistyped is read as what was meant, so that the rest is looked at too.
                take_key(table.get_mut(), start, nearest(&name, &known))
            }
            Kind::Missing(name) if name == "schema" => {
                at.push(missing_key(at.place(span), &name));
                table.get_mut().insert(
                    Spanned::new(0..0, name.into()),
                    Spanned::new(0..0, DeValue::String(POLICY_SCHEMA.into())),
                );
                true
            }
            Kind::Missing(name) => {
                let present = find(&table, &span);
                for key in missing(present, &name) {
                    if !told.contains(&(start, key.clone())) {
                        at.push(missing_key(at.place(span.clone()), &key));
                    }
                }
                at.left_out.extend(section_of(table.get_ref(), &span));
                take_table(table.get_mut(), &span)
            }
            Kind::Value => {
                at.push(in_our_words(at.place(span.clone()), &error));
                match take_value(table.get_mut(), begin, &span) {
                    Some(key) => {
                        told.insert(key);
                        true
                    }
                    None => false,
                }
            }
        };
        if !mended {
            return None;
        }
    }
    None
}

/// What kind of mistake the reader met.
enum Kind {
    UnknownKey(String, Vec<String>),
    Missing(String),
    Value,
}

impl Kind {
    fn of(error: &Error) -> Self {
        let message = error.message();
        if message.starts_with("unknown field") {
            let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
            Self::UnknownKey(quoted.next().unwrap_or_default(), quoted.collect())
        } else if message.starts_with("missing field") {
            let name = message.split('`').nth(1).unwrap_or_default();
            Self::Missing(name.to_owned())
        } else {
            Self::Value
        }
    }
}

/// Every needed key that a table lacks: those of the section that needs `first`, and `first`.
fn missing(table: Option<&DeTable<'_>>, first: &str) -> Vec<String> {
    let Some(table) = table else {
        return vec![first.to_owned()];
    };
    // The section is that whose keys hold all of the table's.
    let fits = |section: &&keys::Section| {
        let known = |name: &str| section.keys.iter().any(|key| key.name == name);
        let needed = section
            .keys
            .iter()
            .any(|key| key.required && key.name == first);
        needed && table.keys().all(|key| known(key.get_ref()))
    };
    let mut out = vec![first.to_owned()];
    if let Some(section) = keys::SECTIONS.iter().find(fits) {
        let absent = |key: &&keys::Key| key.required && !table.contains_key(key.name);
        let more = section.keys.iter().filter(absent).map(|key| key.name);
        out.extend(more.filter(|name| *name != first).map(str::to_owned));
    }
    out
}

/// The section that holds the table of a span.
fn section_of(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let mut sections = table.iter();
    let found = sections.find(|(_, value)| inner(value, span).is_some());
    found.map(|(key, _)| key.get_ref().to_string())
}

/// The innermost table of a span within a value.
fn inner<'t, 'i>(value: &'t Spanned<DeValue<'i>>, span: &Range<usize>) -> Option<&'t DeTable<'i>> {
    let deeper = match value.get_ref() {
        DeValue::Table(table) => table.iter().find_map(|(_, value)| inner(value, span)),
        DeValue::Array(items) => items.iter().find_map(|item| inner(item, span)),
        _ => None,
    };
    deeper.or_else(|| value.get_ref().as_table().filter(|_| value.span() == *span))
}

/// The innermost table of a span.
fn find<'t, 'i>(table: &'t Spanned<DeTable<'i>>, span: &Range<usize>) -> Option<&'t DeTable<'i>> {
    let within = table.get_ref().iter();
    let found = within.into_iter().find_map(|(_, value)| inner(value, span));
    found.or_else(|| (table.span() == *span).then(|| table.get_ref()))
}

/// Takes out the key that stands at an offset, or renames it where its table lacks that name.
fn take_key(table: &mut DeTable<'_>, start: usize, meant: Option<&str>) -> bool {
    let here = table.keys().find(|key| key.span().start == start);
    if let Some(name) = here.map(|key| key.get_ref().to_string()) {
        let taken = table.remove_entry(name.as_str());
        if let (Some((key, value)), Some(meant)) = (taken, meant)
            && !table.contains_key(meant)
        {
            let key = Spanned::new(key.span(), meant.to_owned().into());
            table.insert(key, value);
        }
        return true;
    }
    table.iter_mut().any(|(_, value)| match value.get_mut() {
        DeValue::Table(table) => take_key(table, start, meant),
        DeValue::Array(items) => items.iter_mut().any(|item| match item.get_mut() {
            DeValue::Table(table) => take_key(table, start, meant),
            _ => false,
        }),
        _ => false,
    })
}

/// Takes out the innermost table of a span, from its list or under its key.
fn take_table<'i>(table: &mut DeTable<'i>, span: &Range<usize>) -> bool {
    let keys: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    for key in keys {
        let Some(value) = table.get_mut(key.as_str()) else {
            continue;
        };
        let own = value.span() == *span;
        let done = match value.get_mut() {
            DeValue::Table(inner) => take_table(inner, span),
            DeValue::Array(items) => {
                let deeper = items.iter_mut().any(|item| match item.get_mut() {
                    DeValue::Table(inner) => take_table(inner, span),
                    _ => false,
                });
                deeper || {
                    let before = items.len();
                    let rest = std::mem::replace(items, DeArray::new()).into_iter();
                    *items = rest
                        .filter(|item| item.span() != *span)
                        .collect::<DeArray<'i>>();
                    items.len() < before
                }
            }
            _ => false,
        };
        if done {
            return true;
        }
        if own && value.get_ref().is_table() {
            return table.remove(key.as_str()).is_some();
        }
    }
    false
}

/// Takes out the innermost key whose value holds a span; gives its table's place and its name.
fn take_value(
    table: &mut DeTable<'_>,
    start: usize,
    span: &Range<usize>,
) -> Option<(usize, String)> {
    let holds = |value: &Spanned<DeValue<'_>>| {
        value.span().start <= span.start && span.end <= value.span().end
    };
    let keys: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    for key in keys {
        let value = table.get_mut(key.as_str())?;
        let own = holds(value);
        let begin = value.span().start;
        let deeper = match value.get_mut() {
            DeValue::Table(inner) => take_value(inner, begin, span),
            DeValue::Array(items) => items.iter_mut().find_map(|item| {
                let begin = item.span().start;
                match item.get_mut() {
                    DeValue::Table(inner) => take_value(inner, begin, span),
                    _ => None,
                }
            }),
            _ => None,
        };
        if deeper.is_some() {
            return deeper;
        }
        if own {
            table.remove(key.as_str());
            return Some((start, key));
        }
    }
    None
}
