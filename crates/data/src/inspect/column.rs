//! One column while its rows pass by.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType, UInt64Type,
};
use hashbrown::HashSet;
use waage_core::label::Label;

use super::{ColumnFacts, DISTINCT_MAX};
use crate::columns::ColumnError;
use crate::columns::axis::cast_to;
use crate::columns::number::{Numbers, parse};
use crate::kind::Kind;
use crate::levels::typed;
use crate::rank::{from_image, image};
use crate::read::Decimal;

/// Microseconds of a day.
const DAY_US: i128 = 86_400_000_000;

/// What one thread saw of a column.
pub(super) struct Watch {
    kind: Kind,
    missing: u64,
    integers: Values<i128>,
    /// Floats as ordered integers.
    floats: Values<u64>,
    texts: Values<Box<str>>,
    fields: Fields,
    numbers: Numbers,
}

/// Distinct values up to a limit, and the range of all.
struct Values<T> {
    /// `None` beyond the limit.
    distinct: Option<HashSet<T>>,
    range: Option<(T, T)>,
}

/// What all CSV fields can be read as.
#[derive(Clone, Copy)]
struct Fields {
    integer: bool,
    number: bool,
    range: Option<(f64, f64)>,
}

impl Watch {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            missing: 0,
            integers: Values::new(),
            floats: Values::new(),
            texts: Values::new(),
            fields: Fields {
                integer: true,
                number: true,
                range: None,
            },
            numbers: Numbers::default(),
        }
    }

    /// Sees the rows of a batch.
    pub fn add(&mut self, array: &ArrayRef, decimal: Decimal) -> Result<(), ColumnError> {
        match self.kind {
            Kind::Float | Kind::Decimal => {
                for value in self.numbers.read(array, decimal)? {
                    if value.is_nan() {
                        self.missing += 1;
                    } else {
                        self.floats.add(image(*value));
                    }
                }
                return Ok(());
            }
            _ => self.missing += array.logical_null_count() as u64,
        }
        match self.kind {
            Kind::Text | Kind::Untyped => self.add_texts(array, decimal)?,
            Kind::Bool => {
                let bools = cast_to(array, &DataType::Boolean)?;
                bools
                    .as_boolean()
                    .iter()
                    .flatten()
                    .for_each(|v| self.integers.add(v.into()));
            }
            Kind::Int if *array.data_type() == DataType::UInt64 => {
                let values = array.as_primitive::<UInt64Type>();
                values
                    .iter()
                    .flatten()
                    .for_each(|v| self.integers.add(v.into()));
            }
            Kind::Int => {
                let values = cast_to(array, &DataType::Int64)?;
                let values = values.as_primitive::<Int64Type>();
                values
                    .iter()
                    .flatten()
                    .for_each(|v| self.integers.add(v.into()));
            }
            Kind::Date => {
                let values = cast_to(array, &DataType::Date32)?;
                let values = values.as_primitive::<Date32Type>();
                values
                    .iter()
                    .flatten()
                    .for_each(|v| self.integers.add(v.into()));
            }
            Kind::Timestamp => {
                let zone = match array.data_type() {
                    DataType::Timestamp(_, zone) => zone.clone(),
                    _ => None,
                };
                let values = cast_to(array, &DataType::Timestamp(TimeUnit::Microsecond, zone))?;
                let values = values.as_primitive::<TimestampMicrosecondType>();
                values
                    .iter()
                    .flatten()
                    .for_each(|v| self.integers.add(v.into()));
            }
            Kind::Float | Kind::Decimal | Kind::Null | Kind::Other => {}
        }
        Ok(())
    }

    fn add_texts(&mut self, array: &ArrayRef, decimal: Decimal) -> Result<(), ColumnError> {
        if let Some(coded) = array.as_any_dictionary_opt() {
            // Each entry once, and only if a row has it.
            let values = cast_to(coded.values(), &DataType::Utf8)?;
            let values = values.as_string::<i32>();
            let mut used = vec![false; values.len()];
            let keys = coded.keys();
            if !values.is_empty() {
                let normalized = coded.normalized_keys();
                for (row, key) in normalized.into_iter().enumerate() {
                    used[key] |= keys.is_valid(row);
                }
            }
            let entries = used.iter().zip(values.iter());
            entries
                .filter(|(used, _)| **used)
                .filter_map(|(_, text)| text)
                .for_each(|text| {
                    self.texts.add_text(text);
                });
            return Ok(());
        }
        let texts = cast_to(array, &DataType::Utf8)?;
        for text in texts.as_string::<i32>().iter().flatten() {
            let new = self.texts.add_text(text);
            if self.kind == Kind::Untyped && new {
                self.fields.add(text, decimal);
            }
        }
        Ok(())
    }

    /// Adds what another thread saw.
    pub fn merge(&mut self, other: Self) {
        self.missing += other.missing;
        self.integers.merge(other.integers);
        self.floats.merge(other.floats);
        self.texts.merge(other.texts);
        self.fields.merge(other.fields);
    }

    /// What is known in the end.
    pub fn facts(self, name: String, rows: u64) -> ColumnFacts {
        let kind = self.kind;
        let missing = if kind == Kind::Null {
            rows
        } else {
            self.missing
        };
        let facts = |kind, distinct, range: Option<(String, String)>, values| {
            let (min, max) = range.unzip();
            ColumnFacts {
                name,
                kind,
                rows,
                missing,
                distinct,
                min,
                max,
                values,
            }
        };
        match kind {
            Kind::Float | Kind::Decimal => {
                let show = |image: &u64| from_image(*image).to_string();
                let (distinct, range, values) = self.floats.shown(show);
                facts(kind, distinct, range, values)
            }
            Kind::Text => {
                let (distinct, range, values) = self.texts.shown(|text| text.to_string());
                facts(kind, distinct, range, values)
            }
            Kind::Untyped => {
                let labels: Option<Vec<Label>> = self
                    .texts
                    .distinct
                    .as_ref()
                    .map(|texts| typed(texts.iter().map(|text| Label::text(text)).collect()));
                let kind = match labels.as_ref().and_then(|labels| labels.first()) {
                    _ if self.texts.range.is_none() => Kind::Null,
                    Some(Label::Bool(_)) => Kind::Bool,
                    Some(Label::Date(_)) => Kind::Date,
                    _ if self.fields.integer => Kind::Int,
                    _ if self.fields.number => Kind::Float,
                    _ => Kind::Text,
                };
                let range = self
                    .fields
                    .range
                    .filter(|_| matches!(kind, Kind::Int | Kind::Float));
                let range = range.map(|(low, high)| (low.to_string(), high.to_string()));
                let (distinct, texts, values) = self.texts.shown(|text| text.to_string());
                facts(kind, distinct, range.or(texts), values)
            }
            kind => {
                let show = |value: &i128| match kind {
                    Kind::Bool => (*value == 1).to_string(),
                    Kind::Date => day(*value),
                    Kind::Timestamp => day(value.div_euclid(DAY_US)),
                    _ => value.to_string(),
                };
                let (distinct, range, values) = self.integers.shown(show);
                facts(kind, distinct, range, values)
            }
        }
    }
}

impl<T: Ord + Clone + std::hash::Hash> Values<T> {
    fn new() -> Self {
        Self {
            distinct: Some(HashSet::new()),
            range: None,
        }
    }

    fn add(&mut self, value: T) {
        match &mut self.range {
            None => self.range = Some((value.clone(), value.clone())),
            Some((low, _)) if value < *low => *low = value.clone(),
            Some((_, high)) if value > *high => *high = value.clone(),
            Some(_) => {}
        }
        if let Some(distinct) = &mut self.distinct {
            distinct.insert(value);
            if distinct.len() > DISTINCT_MAX {
                self.distinct = None;
            }
        }
    }

    fn merge(&mut self, other: Self) {
        if let Some((low, high)) = other.range {
            // The range first: the set may end here.
            self.add(low);
            self.add(high);
        }
        match (&mut self.distinct, other.distinct) {
            (Some(mine), Some(theirs)) => {
                mine.extend(theirs);
                if mine.len() > DISTINCT_MAX {
                    self.distinct = None;
                }
            }
            (mine, None) => *mine = None,
            (None, Some(_)) => {}
        }
    }

    /// Count, range and, if few, values.
    fn shown(
        self,
        show: impl Fn(&T) -> String,
    ) -> (Option<usize>, Option<(String, String)>, Vec<String>) {
        let range = self.range.map(|(low, high)| (show(&low), show(&high)));
        let count = self.distinct.as_ref().map(HashSet::len);
        let mut values: Vec<T> = match self.distinct {
            Some(distinct) if distinct.len() <= 5 => distinct.into_iter().collect(),
            _ => Vec::new(),
        };
        values.sort();
        (count, range, values.iter().map(show).collect())
    }
}

impl Values<Box<str>> {
    /// Adds a text without copying one that is known; whether it may be new.
    fn add_text(&mut self, text: &str) -> bool {
        if self
            .distinct
            .as_ref()
            .is_some_and(|distinct| distinct.contains(text))
        {
            return false;
        }
        match (&self.distinct, &self.range) {
            // Only what moves the range is worth a copy once values are not counted any more.
            (None, Some((low, high))) if text >= &**low && text <= &**high => {}
            _ => self.add(Box::from(text)),
        }
        true
    }
}

impl Fields {
    fn add(&mut self, text: &str, decimal: Decimal) {
        self.integer &= text.trim().parse::<i64>().is_ok();
        if !self.number {
            return;
        }
        match parse(text, decimal) {
            Some(value) => {
                let (low, high) = self.range.unwrap_or((value, value));
                self.range = Some((low.min(value), high.max(value)));
            }
            None => self.number = false,
        }
    }

    fn merge(&mut self, other: Self) {
        self.integer &= other.integer;
        self.number &= other.number;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (one, other) => one.or(other),
        };
    }
}

fn day(days: i128) -> String {
    i32::try_from(days).map_or_else(|_| days.to_string(), |days| Label::Date(days).to_string())
}
