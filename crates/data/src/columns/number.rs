//! Numbers of a batch as `f64`, missing ones as NaN.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float64Type};

use super::axis::cast_to;
use super::{Bad, ColumnError};
use crate::read::Decimal;

/// Reads numbers of any kind; keeps its memory between batches.
#[derive(Default)]
pub(crate) struct Numbers {
    scratch: Vec<f64>,
}

impl Numbers {
    /// One number per row: NaN where null, an empty field, or NaN. Without a copy where the column
    /// is `f64` and has no nulls.
    pub fn read<'a>(
        &'a mut self,
        array: &'a ArrayRef,
        decimal: Decimal,
    ) -> Result<&'a [f64], ColumnError> {
        match array.data_type() {
            DataType::Float64 => {
                let numbers = array.as_primitive::<Float64Type>();
                if numbers.null_count() == 0 {
                    return Ok(numbers.values());
                }
                self.copy(numbers)
            }
            DataType::Utf8 => self.parse(array, decimal)?,
            _ => {
                let numbers = cast_to(array, &DataType::Float64)?;
                self.copy(numbers.as_primitive::<Float64Type>());
            }
        }
        Ok(&self.scratch)
    }

    fn copy(&mut self, numbers: &arrow::array::Float64Array) {
        self.scratch.clear();
        self.scratch.extend_from_slice(numbers.values());
        if let Some(nulls) = numbers.nulls() {
            let unset = !nulls.inner();
            unset
                .set_indices()
                .for_each(|row| self.scratch[row] = f64::NAN);
        }
    }

    fn parse(&mut self, array: &ArrayRef, decimal: Decimal) -> Result<(), ColumnError> {
        self.scratch.clear();
        for (row, text) in array.as_string::<i32>().iter().enumerate() {
            let number = match text {
                None => f64::NAN,
                Some(text) => parse(text, decimal).ok_or_else(|| {
                    ColumnError::NotNumber(Bad {
                        row,
                        value: text.chars().take(40).collect(),
                    })
                })?,
            };
            self.scratch.push(number);
        }
        Ok(())
    }
}

/// A number as people and programs write it: `0.75`, `1e-3`, `inf`; with a decimal comma `0,75` and
/// `1.234,56`; with a decimal point also `1,234.56`. Marks between thousands must stand in threes.
pub(crate) fn parse(text: &str, decimal: Decimal) -> Option<f64> {
    let text = text.trim();
    let (mark, thousands) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    if !text.contains([mark, thousands]) || (mark == '.' && !text.contains(thousands)) {
        return text.parse().ok();
    }
    let (whole, fraction) = match text.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    if fraction.is_some_and(|fraction| fraction.contains([mark, thousands])) {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut groups = whole.split(thousands);
    let first = groups.next()?;
    plain.push_str(first);
    let lead = first.trim_start_matches(['+', '-']);
    for group in groups {
        if !(1..=3).contains(&lead.len()) || lead.starts_with('0') || group.len() != 3 {
            return None;
        }
        plain.push_str(group);
    }
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_and_english_numbers_are_read() {
        for (text, number) in [
            ("0,75", 0.75),
            ("1.234,56", 1234.56),
            ("1.234.567", 1_234_567.0),
            ("-12,5", -12.5),
        ] {
            assert_eq!(parse(text, Decimal::Comma), Some(number), "{text}");
        }
        for (text, number) in [
            ("0.75", 0.75),
            ("1,234.56", 1234.56),
            (" 7 ", 7.0),
            ("1e-3", 0.001),
            (".5", 0.5),
        ] {
            assert_eq!(parse(text, Decimal::Point), Some(number), "{text}");
        }
        assert_eq!(parse("1.2.3", Decimal::Point), None);
        for bad in ["0.750", "1.23,4", "1,2,3", "abc", "12.5", "1,23.4"] {
            assert_eq!(parse(bad, Decimal::Comma), None, "{bad}");
        }
    }
}
