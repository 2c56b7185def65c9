//! Decoded columns: Arrow arrays, or codes that were looked at as they were unpacked.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch};
use arrow::compute::FilterPredicate;
use arrow::error::ArrowError;

/// One column of some rows.
#[derive(Clone, Debug)]
pub(crate) enum Decoded {
    /// As Arrow has it.
    Array(ArrayRef),
    /// As codes, and the array of them once somebody asked for it: Arrow looks at each of them.
    Codes(Coded, OnceCell<ArrayRef>),
}

/// Codes of texts.
#[derive(Clone, Debug)]
pub(crate) struct Coded {
    /// Of a row that is not null, a place in `values`.
    pub keys: Int32Array,
    /// The texts.
    pub values: ArrayRef,
}

impl Decoded {
    /// The column of these codes.
    pub fn codes(keys: Int32Array, values: ArrayRef) -> Self {
        Self::Codes(Coded { keys, values }, OnceCell::new())
    }

    /// The column as Arrow has it.
    pub fn array(&self) -> &ArrayRef {
        match self {
            Self::Array(array) => array,
            Self::Codes(Coded { keys, values }, array) => array
                .get_or_init(|| Arc::new(DictionaryArray::new(keys.clone(), Arc::clone(values)))),
        }
    }

    /// Some of its rows.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        match self {
            Self::Array(array) => array.slice(start, len).into(),
            Self::Codes(Coded { keys, values }, _) => {
                Self::codes(keys.slice(start, len), Arc::clone(values))
            }
        }
    }

    /// The rows that a filter keeps.
    pub fn filter(&self, kept: &FilterPredicate) -> Result<Self, ArrowError> {
        Ok(match self {
            Self::Array(array) => kept.filter(array)?.into(),
            Self::Codes(Coded { keys, values }, _) => {
                let keys = kept.filter(keys)?;
                Self::codes(keys.as_primitive().clone(), Arc::clone(values))
            }
        })
    }
}

impl From<ArrayRef> for Decoded {
    fn from(array: ArrayRef) -> Self {
        Self::Array(array)
    }
}

/// Rows of some columns.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub columns: Vec<Decoded>,
    pub rows: usize,
}

impl From<RecordBatch> for Batch {
    fn from(batch: RecordBatch) -> Self {
        let (_, columns, rows) = batch.into_parts();
        Self {
            columns: columns.into_iter().map(Decoded::from).collect(),
            rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{BooleanArray, StringArray};
    use arrow::compute::FilterBuilder;

    #[test]
    fn codes_are_the_column_that_arrow_makes_of_them() {
        let keys = Int32Array::from(vec![Some(1), None, Some(0), Some(1), Some(1)]);
        let values: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let array: ArrayRef = Arc::new(DictionaryArray::new(keys.clone(), Arc::clone(&values)));
        let (coded, whole) = (Decoded::codes(keys, values), Decoded::from(array));
        assert!(matches!(coded, Decoded::Codes(..)) && matches!(whole, Decoded::Array(_)));
        assert_eq!(coded.array(), whole.array());
        assert_eq!(coded.slice(1, 3).array(), whole.slice(1, 3).array());
        let mask = BooleanArray::from(vec![true, true, false, false, true]);
        let kept = FilterBuilder::new(&mask).build();
        let (coded, whole) = (coded.filter(&kept).unwrap(), whole.filter(&kept).unwrap());
        assert!(matches!(coded, Decoded::Codes(..)));
        assert_eq!(coded.array(), whole.array());
    }
}
