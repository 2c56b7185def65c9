//! A column of a batch against a value, row by row.

use std::cmp::Ordering;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, LargeStringArray, Scalar, StringArray, StringViewArray,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::kernels::cmp;
use arrow::compute::{cast, take};
use arrow::datatypes::{
    DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType, UInt64Type,
};
use arrow::error::ArrowError;

use super::Comparison;
use super::literal::{Literal, Number};
use crate::columns::number::Numbers;
use crate::columns::{Bad, ColumnError};
use crate::kind::Kind;
use crate::read::Decimal;

/// Where a column compares so with a value; null where it is missing.
pub(super) fn compare(
    array: &ArrayRef,
    comparison: Comparison,
    literal: &Literal,
    decimal: Decimal,
) -> Result<BooleanArray, ColumnError> {
    if *array.data_type() == DataType::Null {
        return Ok(BooleanArray::new_null(array.len()));
    }
    if let Some(coded) = array.as_any_dictionary_opt() {
        let of_values = compare(coded.values(), comparison, literal, decimal)?;
        let rows = take(&of_values, coded.keys(), None).map_err(kernel)?;
        return Ok(rows.as_boolean().clone());
    }
    match literal {
        Literal::Text(text) => text_rows(array, comparison, text),
        Literal::Number(number) => number_rows(array, comparison, number, decimal),
        Literal::Bool(value) => bool_rows(array, comparison, *value),
        Literal::Date(days) => {
            let dates = cast(array, &DataType::Date32).map_err(kernel)?;
            let dates = dates.as_primitive::<Date32Type>();
            let values = dates.values();
            Ok(rows(
                array.len(),
                dates.nulls().cloned(),
                comparison,
                |row| values[row].cmp(days),
            ))
        }
        Literal::Moment(moment) => {
            let zone = match array.data_type() {
                DataType::Timestamp(_, zone) => zone.clone(),
                _ => None,
            };
            let moments = DataType::Timestamp(TimeUnit::Microsecond, zone);
            let moments = cast(array, &moments).map_err(kernel)?;
            let moments = moments.as_primitive::<TimestampMicrosecondType>();
            let values = moments.values();
            let order = |row: usize| values[row].cmp(moment);
            Ok(rows(
                array.len(),
                moments.nulls().cloned(),
                comparison,
                order,
            ))
        }
    }
}

/// Where a column has no value: null, NaN, an empty CSV field.
pub(super) fn missing(
    array: &ArrayRef,
    kind: Kind,
    decimal: Decimal,
) -> Result<BooleanBuffer, ColumnError> {
    if kind == Kind::Float {
        let mut numbers = Numbers::default();
        let values = numbers.read(array, decimal)?;
        return Ok(BooleanBuffer::collect_bool(values.len(), |row| {
            values[row].is_nan()
        }));
    }
    Ok(match array.logical_nulls() {
        Some(nulls) => !nulls.inner(),
        None => BooleanBuffer::new_unset(array.len()),
    })
}

fn text_rows(
    array: &ArrayRef,
    comparison: Comparison,
    text: &str,
) -> Result<BooleanArray, ColumnError> {
    let kernels = match comparison {
        Comparison::Equal => cmp::eq,
        Comparison::NotEqual => cmp::neq,
        Comparison::Less => cmp::lt,
        Comparison::LessOrEqual => cmp::lt_eq,
        Comparison::Greater => cmp::gt,
        Comparison::GreaterOrEqual => cmp::gt_eq,
    };
    let result = match array.data_type() {
        DataType::LargeUtf8 => kernels(
            array,
            &Scalar::new(LargeStringArray::from_iter_values([text])),
        ),
        DataType::Utf8View => kernels(
            array,
            &Scalar::new(StringViewArray::from_iter_values([text])),
        ),
        _ => kernels(array, &Scalar::new(StringArray::from_iter_values([text]))),
    };
    result.map_err(kernel)
}

fn number_rows(
    array: &ArrayRef,
    comparison: Comparison,
    number: &Number,
    decimal: Decimal,
) -> Result<BooleanArray, ColumnError> {
    let len = array.len();
    match array.data_type() {
        DataType::UInt64 => {
            let integers = array.as_primitive::<UInt64Type>();
            let values = integers.values();
            let order = |row: usize| number.order_of(i128::from(values[row]));
            Ok(rows(len, integers.nulls().cloned(), comparison, order))
        }
        other if Kind::of(other) == Kind::Int => {
            let integers = cast(array, &DataType::Int64).map_err(kernel)?;
            let integers = integers.as_primitive::<Int64Type>();
            let values = integers.values();
            let order = |row: usize| number.order_of(i128::from(values[row]));
            Ok(rows(len, integers.nulls().cloned(), comparison, order))
        }
        _ => {
            let mut numbers = Numbers::default();
            let values = numbers.read(array, decimal)?;
            let known = BooleanBuffer::collect_bool(len, |row| !values[row].is_nan());
            let nulls = (known.count_set_bits() < len).then(|| NullBuffer::new(known));
            Ok(rows(len, nulls, comparison, |row| {
                number.order_of_float(values[row])
            }))
        }
    }
}

fn bool_rows(
    array: &ArrayRef,
    comparison: Comparison,
    value: bool,
) -> Result<BooleanArray, ColumnError> {
    if let Some(bools) = array.as_boolean_opt() {
        let values = bools.values();
        let order = |row: usize| values.value(row).cmp(&value);
        return Ok(rows(array.len(), bools.nulls().cloned(), comparison, order));
    }
    // CSV fields: every one must be a bool.
    let texts = array.as_string::<i32>();
    let bools = texts
        .iter()
        .enumerate()
        .map(|(row, text)| match text.map(str::trim) {
            None => Ok(None),
            Some("true" | "True" | "TRUE" | "1") => Ok(Some(true)),
            Some("false" | "False" | "FALSE" | "0") => Ok(Some(false)),
            Some(other) => Err(ColumnError::NotNumber(Bad {
                row,
                value: other.chars().take(40).collect(),
            })),
        })
        .collect::<Result<BooleanArray, _>>()?;
    let values = bools.values();
    let order = |row: usize| values.value(row).cmp(&value);
    Ok(rows(array.len(), bools.nulls().cloned(), comparison, order))
}

fn rows(
    len: usize,
    nulls: Option<NullBuffer>,
    comparison: Comparison,
    order: impl Fn(usize) -> Ordering,
) -> BooleanArray {
    let holds = BooleanBuffer::collect_bool(len, |row| comparison.holds(order(row)));
    BooleanArray::new(holds, nulls)
}

fn kernel(cause: ArrowError) -> ColumnError {
    ColumnError::Data(crate::DataError::damaged(
        "the table",
        "Arrow batches",
        &cause,
    ))
}
