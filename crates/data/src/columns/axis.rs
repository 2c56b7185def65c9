//! One attribute of a batch as keys and a table of level codes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Array, make_array};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, UInt64Type};
use hashbrown::HashMap;
use waage_core::block::Codes;
use waage_core::label::Label;

use super::number::Numbers;
use super::{Bad, ColumnError};
use crate::bins::BinEdges;
use crate::decoded::{Coded, Decoded};
use crate::kind::Kind;
use crate::levels::Levels;
use crate::read::Decimal;

/// Slots of the direct-mapped memory of integers.
const SLOTS: usize = 1024;

/// Decodes one attribute, with what one thread remembers of its levels.
pub(crate) struct Axis<'a> {
    levels: &'a Levels,
    bins: Option<&'a BinEdges>,
    dictionary: Dictionary,
    keys: Vec<i32>,
    table: Vec<u32>,
    missing: Option<u32>,
    texts: HashMap<Box<str>, u32>,
    integers: Integers,
    numbers: Numbers,
}

/// The last dictionary and the codes of its entries.
#[derive(Default)]
struct Dictionary {
    /// Held, so that no other dictionary can take its place in memory.
    values: Option<ArrayRef>,
    /// Level code per entry, and of the missing level in the last place.
    table: Vec<u32>,
    seen: Vec<bool>,
    unseen: usize,
}

/// What is known of integers: a direct-mapped memory before a complete one.
struct Integers {
    slots: Vec<Option<(i128, u32)>>,
    codes: HashMap<i128, u32>,
}

impl<'a> Axis<'a> {
    /// A decoder into `levels`, of numbers cut into `bins` where given.
    pub fn new(levels: &'a Levels, bins: Option<&'a BinEdges>) -> Self {
        Self {
            levels,
            bins,
            dictionary: Dictionary::default(),
            keys: Vec::new(),
            table: Vec::new(),
            missing: None,
            texts: HashMap::new(),
            integers: Integers {
                slots: vec![None; SLOTS],
                codes: HashMap::new(),
            },
            numbers: Numbers::default(),
        }
    }

    /// Keys and table of a batch's column.
    pub fn decode<'b>(
        &'b mut self,
        column: &'b Decoded,
        decimal: Decimal,
    ) -> Result<Codes<'b>, ColumnError> {
        if self.bins.is_some() {
            return self.binned(column.array(), decimal);
        }
        let array = match column {
            Decoded::Codes(Coded { keys, values }, _) => return self.coded(keys, values),
            Decoded::Array(array) => array,
        };
        match array.data_type() {
            DataType::Dictionary(..) => self.dictionary(array),
            DataType::Boolean => self.bools(array),
            DataType::Utf8 => self.texts(array.as_string::<i32>().iter()),
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>().iter()),
            DataType::Utf8View => self.texts(array.as_string_view().iter()),
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>();
                self.whole(
                    days.values(),
                    days.nulls(),
                    |v| Ok(Some(i128::from(v))),
                    as_date,
                )
            }
            DataType::Date64 => {
                let days = cast_to(array, &DataType::Date32)?;
                let days = days.as_primitive::<Date32Type>();
                self.whole(
                    days.values(),
                    days.nulls(),
                    |v| Ok(Some(i128::from(v))),
                    as_date,
                )
            }
            DataType::UInt64 => {
                let values = array.as_primitive::<UInt64Type>();
                self.whole(
                    values.values(),
                    values.nulls(),
                    |v| Ok(Some(i128::from(v))),
                    Label::Int,
                )
            }
            DataType::Null => self.nulls(array.len()),
            other if Kind::of(other) == Kind::Int => {
                let values = cast_to(array, &DataType::Int64)?;
                let values = values.as_primitive::<Int64Type>();
                self.whole(
                    values.values(),
                    values.nulls(),
                    |v| Ok(Some(i128::from(v))),
                    Label::Int,
                )
            }
            _ => self.floats(array),
        }
    }

    fn dictionary<'b>(&'b mut self, array: &'b ArrayRef) -> Result<Codes<'b>, ColumnError> {
        let dictionary = array.as_any_dictionary();
        let (keys, values) = (dictionary.keys(), dictionary.values());
        if *keys.data_type() == DataType::Int32 {
            return self.coded(keys.as_primitive(), values);
        }
        let keys = cast_to(&make_array(keys.to_data()), &DataType::Int32)?;
        self.copied(keys.as_primitive(), values)
    }

    /// Codes of texts as they are, but for null rows.
    fn coded<'b>(
        &'b mut self,
        keys: &'b Int32Array,
        values: &ArrayRef,
    ) -> Result<Codes<'b>, ColumnError> {
        if keys.null_count() > 0 {
            return self.copied(keys, values);
        }
        let keys = keys.values();
        self.learn(keys, values, false)?;
        Ok(Codes {
            keys,
            table: &self.dictionary.table,
        })
    }

    /// A copy of codes in which null rows have the place behind the last.
    fn copied(&mut self, keys: &Int32Array, values: &ArrayRef) -> Result<Codes<'_>, ColumnError> {
        let mut copy = std::mem::take(&mut self.keys);
        copy.clear();
        copy.extend_from_slice(keys.values());
        if let Some(nulls) = keys.nulls() {
            let unset = !nulls.inner();
            let missing = values.len() as i32;
            unset.set_indices().for_each(|row| copy[row] = missing);
        }
        let learned = self.learn(&copy, values, keys.null_count() > 0);
        self.keys = copy;
        learned?;
        Ok(Codes {
            keys: &self.keys,
            table: &self.dictionary.table,
        })
    }

    /// Sees to it that the table knows every code that occurs; the place behind the last does only
    /// where rows are missing.
    fn learn(
        &mut self,
        keys: &[i32],
        values: &ArrayRef,
        has_missing: bool,
    ) -> Result<(), ColumnError> {
        let dictionary = &mut self.dictionary;
        if !dictionary.is_of(values) {
            dictionary.become_of(values);
        }
        let cannot_occur = !has_missing && !dictionary.seen[values.len()];
        if dictionary.unseen == usize::from(cannot_occur) {
            return Ok(());
        }
        for key in keys {
            let key = *key as usize;
            if !dictionary.seen[key] {
                let code = if key == values.len() || values.is_null(key) {
                    missing_code(self.levels, &mut self.missing)?
                } else {
                    code_of_value(self.levels, &mut self.texts, values, key)?
                };
                dictionary.table[key] = code;
                dictionary.seen[key] = true;
                dictionary.unseen -= 1;
            }
        }
        Ok(())
    }

    fn bools(&mut self, array: &ArrayRef) -> Result<Codes<'_>, ColumnError> {
        let bools = array.as_boolean();
        let (missing, len) = (bools.null_count(), bools.len());
        let (yes, no) = (bools.true_count(), bools.false_count());
        self.table.clear();
        for (count, label) in [
            (no, Label::Bool(false)),
            (yes, Label::Bool(true)),
            (missing, Label::Missing),
        ] {
            let code = if count > 0 {
                self.levels.code(label)?
            } else {
                0
            };
            self.table.push(code);
        }
        self.keys.clear();
        if missing == 0 {
            self.keys.extend(bools.values().iter().map(i32::from));
        } else {
            self.keys
                .extend(bools.iter().map(|value| value.map_or(2, i32::from)));
        }
        debug_assert_eq!(self.keys.len(), len);
        Ok(Codes {
            keys: &self.keys,
            table: &self.table,
        })
    }

    fn nulls(&mut self, len: usize) -> Result<Codes<'_>, ColumnError> {
        let code = missing_code(self.levels, &mut self.missing)?;
        self.table.clear();
        self.table.push(code);
        self.keys.clear();
        self.keys.resize(len, 0);
        Ok(Codes {
            keys: &self.keys,
            table: &self.table,
        })
    }

    fn texts<'t>(
        &mut self,
        rows: impl Iterator<Item = Option<&'t str>>,
    ) -> Result<Codes<'_>, ColumnError> {
        self.keys.clear();
        let mut last: Option<(&str, u32)> = None;
        for text in rows {
            let code = match (text, last) {
                (None, _) => missing_code(self.levels, &mut self.missing)?,
                (Some(text), Some((known, code))) if text == known => code,
                (Some(text), _) => {
                    let code = text_code(self.levels, &mut self.texts, text)?;
                    last = Some((text, code));
                    code
                }
            };
            self.keys.push(code as i32);
        }
        Ok(self.keys_are_codes())
    }

    /// Whole numbers of any kind: `whole` gives the number, none if missing, or what it is instead.
    fn whole<T: Copy>(
        &mut self,
        values: &[T],
        nulls: Option<&NullBuffer>,
        whole: impl Fn(T) -> Result<Option<i128>, String>,
        label: impl Fn(i128) -> Label,
    ) -> Result<Codes<'_>, ColumnError> {
        self.keys.clear();
        for (row, value) in values.iter().enumerate() {
            let code = if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                missing_code(self.levels, &mut self.missing)?
            } else {
                match whole(*value) {
                    Ok(Some(number)) => self.integers.code(self.levels, number, &label)?,
                    Ok(None) => missing_code(self.levels, &mut self.missing)?,
                    Err(value) => return Err(ColumnError::NotWhole(Bad { row, value })),
                }
            };
            self.keys.push(code as i32);
        }
        Ok(self.keys_are_codes())
    }

    fn floats(&mut self, array: &ArrayRef) -> Result<Codes<'_>, ColumnError> {
        let values = cast_to(array, &DataType::Float64)?;
        let values = values.as_primitive::<Float64Type>();
        let whole = |value: f64| {
            // Beyond 2^53 neighbouring integers share a float.
            if libm::trunc(value) == value && value.abs() <= 9_007_199_254_740_992.0 {
                Ok(Some(value as i128))
            } else if value.is_nan() {
                Ok(None)
            } else {
                Err(value.to_string())
            }
        };
        self.whole(values.values(), values.nulls(), whole, Label::Int)
    }

    fn binned(&mut self, array: &ArrayRef, decimal: Decimal) -> Result<Codes<'_>, ColumnError> {
        let Some(bins) = self.bins else {
            return self.nulls(array.len());
        };
        let missing = bins.len();
        if self.dictionary.table.is_empty() {
            self.dictionary.reset(missing + 1);
        }
        let values = self.numbers.read(array, decimal)?;
        self.keys.clear();
        self.keys.extend(values.iter().map(|value| {
            let position = bins.position(*value);
            if value.is_nan() {
                missing as i32
            } else {
                position as i32
            }
        }));
        if self.dictionary.unseen > 0 {
            for key in &self.keys {
                let key = *key as usize;
                if !self.dictionary.seen[key] {
                    let label = if key == missing {
                        Label::Missing
                    } else {
                        bins.label(key)
                    };
                    self.dictionary.table[key] = self.levels.code(label)?;
                    self.dictionary.seen[key] = true;
                    self.dictionary.unseen -= 1;
                }
            }
        }
        Ok(Codes {
            keys: &self.keys,
            table: &self.dictionary.table,
        })
    }

    /// Keys that are codes already: the table says so.
    fn keys_are_codes(&mut self) -> Codes<'_> {
        let codes = self.keys.iter().max().map_or(0, |code| *code as u32 + 1);
        self.table.clear();
        self.table.extend(0..codes);
        Codes {
            keys: &self.keys,
            table: &self.table,
        }
    }
}

impl Dictionary {
    /// Whether the table is that of `values`: the same buffers, not the same texts.
    fn is_of(&self, values: &ArrayRef) -> bool {
        self.values.as_ref().is_some_and(|known| {
            Arc::ptr_eq(known, values) || known.to_data().ptr_eq(&values.to_data())
        })
    }

    fn become_of(&mut self, values: &ArrayRef) {
        self.values = Some(Arc::clone(values));
        self.reset(values.len() + 1);
    }

    fn reset(&mut self, entries: usize) {
        self.table.clear();
        self.table.resize(entries, 0);
        self.seen.clear();
        self.seen.resize(entries, false);
        self.unseen = entries;
    }
}

impl Integers {
    fn code(
        &mut self,
        levels: &Levels,
        number: i128,
        label: impl Fn(i128) -> Label,
    ) -> Result<u32, ColumnError> {
        let slot = (number as u64 ^ (number as u64 >> 10)) as usize % SLOTS;
        if let Some((known, code)) = self.slots[slot]
            && known == number
        {
            return Ok(code);
        }
        let code = match self.codes.get(&number) {
            Some(code) => *code,
            None => {
                let code = levels.code(label(number))?;
                self.codes.insert(number, code);
                code
            }
        };
        self.slots[slot] = Some((number, code));
        Ok(code)
    }
}

fn missing_code(levels: &Levels, known: &mut Option<u32>) -> Result<u32, ColumnError> {
    match *known {
        Some(code) => Ok(code),
        None => {
            let code = levels.code(Label::Missing)?;
            *known = Some(code);
            Ok(code)
        }
    }
}

fn text_code(
    levels: &Levels,
    known: &mut HashMap<Box<str>, u32>,
    text: &str,
) -> Result<u32, ColumnError> {
    if let Some(code) = known.get(text) {
        return Ok(*code);
    }
    let code = levels.code(Label::text(text))?;
    known.insert(Box::from(text), code);
    Ok(code)
}

/// The code of one entry of a dictionary.
fn code_of_value(
    levels: &Levels,
    texts: &mut HashMap<Box<str>, u32>,
    values: &ArrayRef,
    at: usize,
) -> Result<u32, ColumnError> {
    match values.data_type() {
        DataType::Utf8 => text_code(levels, texts, values.as_string::<i32>().value(at)),
        DataType::LargeUtf8 => text_code(levels, texts, values.as_string::<i64>().value(at)),
        DataType::Utf8View => text_code(levels, texts, values.as_string_view().value(at)),
        _ => {
            // Other values are rare and few: decode the one entry as a column of its own.
            let entry = values.slice(at, 1);
            let mut axis = Axis::new(levels, None);
            let entry = entry.into();
            let codes = axis.decode(&entry, Decimal::Point)?;
            let key = codes.keys.first().map_or(0, |key| *key as usize);
            Ok(codes.table.get(key).copied().unwrap_or_default())
        }
    }
}

fn as_date(days: i128) -> Label {
    i32::try_from(days).map_or(Label::Missing, Label::Date)
}

/// Casts between kinds that the roles allowed.
pub(crate) fn cast_to(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ColumnError> {
    if array.data_type() == to {
        return Ok(Arc::clone(array));
    }
    cast(array, to).map_err(|cause| {
        ColumnError::Data(crate::DataError::damaged(
            "the table",
            "Arrow batches",
            &cause,
        ))
    })
}
