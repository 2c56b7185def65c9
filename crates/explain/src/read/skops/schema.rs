//! The schema's tree of objects, asked for attributes.

use std::cell::Cell;
use std::collections::HashMap;

use serde_json::Value;

use super::malformed;
use super::npy::Array;
use crate::Result;
use crate::read::shown::shown;

/// The files beside the schema.
pub struct Files<'a> {
    entries: HashMap<&'a str, &'a [u8]>,
    /// How many more bytes of arrays may be read: a schema may name one file many times.
    left: Cell<usize>,
}

impl<'a> Files<'a> {
    pub fn new(entries: HashMap<&'a str, &'a [u8]>) -> Self {
        let arrays = entries.iter().filter(|(name, _)| **name != "schema.json");
        let bytes: usize = arrays.map(|(_, b)| b.len()).sum();
        Self {
            entries,
            left: Cell::new(bytes.saturating_mul(2)),
        }
    }

    fn array(&self, name: &str) -> std::result::Result<Array<'a>, String> {
        let bytes = self.entries.get(name);
        let bytes = bytes.ok_or_else(|| format!("its file {} is missing", shown(name)))?;
        let left = self.left.get().checked_sub(bytes.len());
        self.left
            .set(left.ok_or("the same files are named again and again")?);
        Array::parse(bytes)
    }
}

/// An object of the schema.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub value: &'a Value,
    pub files: &'a Files<'a>,
}

impl<'a> Item<'a> {
    fn of(self, value: &'a Value) -> Self {
        Self { value, ..self }
    }

    fn loader(self) -> &'a str {
        self.value["__loader__"].as_str().unwrap_or("")
    }

    /// Its class, without the module.
    pub fn class(self) -> &'a str {
        self.value["__class__"].as_str().unwrap_or("")
    }

    /// Its class's module.
    pub fn module(self) -> &'a str {
        self.value["__module__"].as_str().unwrap_or("")
    }

    /// An attribute; `None` when it is absent or `None`.
    pub fn maybe(self, name: &str) -> Option<Self> {
        let content = &self.value["content"];
        // An object's attributes are a dictionary, which is an object of the schema again.
        let content = if content["__loader__"] == "DictNode" {
            &content["content"]
        } else {
            content
        };
        let found = self.of(content.get(name)?);
        let none = found.loader() == "JsonNode" && found.value["content"] == "null";
        (!none).then_some(found)
    }

    /// An attribute that must be there.
    pub fn get(self, name: &str) -> Result<Self> {
        self.maybe(name)
            .ok_or_else(|| malformed(self.place(name), "it is missing"))
    }

    fn place(self, name: &str) -> String {
        format!("{}.{name}", shown(self.class()))
    }

    /// Its entries: of a list, a tuple, or an array of objects.
    pub fn list(self) -> Option<Vec<Self>> {
        let array = self.loader() == "NdArrayNode" && self.value["type"] == "json";
        if !array && !matches!(self.loader(), "ListNode" | "TupleNode") {
            return None;
        }
        let entries = self.value["content"].as_array()?;
        Some(entries.iter().map(|entry| self.of(entry)).collect())
    }

    /// The entries of an attribute that is a list.
    pub fn entries_of(self, name: &str) -> Result<Vec<Self>> {
        let found = self.get(name)?;
        found
            .list()
            .ok_or_else(|| malformed(self.place(name), "it is no list"))
    }

    /// The plain value it holds.
    fn json(self) -> Option<Value> {
        if self.loader() != "JsonNode" {
            return None;
        }
        serde_json::from_str(self.value["content"].as_str()?).ok()
    }

    /// The text it holds.
    pub fn text(self) -> Option<String> {
        Some(self.json()?.as_str()?.to_owned())
    }

    /// The array it holds.
    pub fn array(self) -> Option<std::result::Result<Array<'a>, String>> {
        if self.loader() != "NdArrayNode" {
            return None;
        }
        Some(self.files.array(self.value["file"].as_str()?))
    }

    /// An attribute that is an array.
    pub fn array_of(self, name: &str) -> Result<Array<'a>> {
        match self.get(name)?.array() {
            Some(found) => found.map_err(|what| malformed(self.place(name), what)),
            None => Err(malformed(self.place(name), "it is no array")),
        }
    }

    /// The numbers it holds: an array, a list or a single one.
    fn numbers(self) -> std::result::Result<Vec<f64>, String> {
        if let Some(array) = self.array() {
            return array?.numbers();
        }
        if let Some(list) = self.list() {
            let inner = list.into_iter().map(Self::numbers);
            return Ok(inner.collect::<std::result::Result<Vec<_>, _>>()?.concat());
        }
        match self.json().as_ref().and_then(Value::as_f64) {
            Some(number) => Ok(vec![number]),
            None => Err("it holds no numbers".to_owned()),
        }
    }

    /// The numbers of an attribute.
    pub fn numbers_of(self, name: &str) -> Result<Vec<f64>> {
        self.get(name)?
            .numbers()
            .map_err(|what| malformed(self.place(name), what))
    }

    /// A number of an attribute.
    pub fn number_of(self, name: &str) -> Result<f64> {
        match self.numbers_of(name)?.as_slice() {
            [one] => Ok(*one),
            _ => Err(malformed(self.place(name), "it is not one number")),
        }
    }

    /// A count in an attribute.
    pub fn count_of(self, name: &str) -> Result<usize> {
        whole(self.number_of(name)?).ok_or_else(|| malformed(self.place(name), "it is no count"))
    }

    /// A text in an attribute.
    pub fn text_of(self, name: &str) -> Result<String> {
        let found = self.get(name)?.text();
        found.ok_or_else(|| malformed(self.place(name), "it is no text"))
    }

    /// A truth value in an attribute.
    pub fn flag_of(self, name: &str) -> Result<bool> {
        let found = self.get(name)?.json();
        let found = found.as_ref().and_then(Value::as_bool);
        found.ok_or_else(|| malformed(self.place(name), "it is neither true nor false"))
    }
}

/// A number as a count.
pub fn whole(number: f64) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked first"
    )]
    ((0.0..9e15).contains(&number) && number.fract() == 0.0).then_some(number as usize)
}
