//! Decoded columns: Arrow arrays, or codes that were looked at as they were unpacked.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch};
use arrow::compute::FilterPredicate;
use arrow::error::ArrowError;

/// One column of some rows.
#[derive(Clone, Debug)]
pub(crate) struct Decoded {
    coded: Option<Coded>,
    /// As Arrow has it; made of codes only where somebody asks, for Arrow looks at each of them.
    array: OnceCell<ArrayRef>,
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
    pub fn codes(coded: Coded) -> Self {
        Self {
            coded: Some(coded),
            array: OnceCell::new(),
        }
    }

    /// Its codes, where it was unpacked as codes.
    pub const fn coded(&self) -> Option<&Coded> {
        self.coded.as_ref()
    }

    /// The column as Arrow has it.
    pub fn array(&self) -> &ArrayRef {
        self.array.get_or_init(|| match &self.coded {
            Some(Coded { keys, values }) => {
                Arc::new(DictionaryArray::new(keys.clone(), Arc::clone(values)))
            }
            None => arrow::array::new_empty_array(&arrow::datatypes::DataType::Null),
        })
    }

    /// Some of its rows.
    pub fn slice(&self, start: usize, len: usize) -> Self {
        match &self.coded {
            Some(Coded { keys, values }) => Self::codes(Coded {
                keys: keys.slice(start, len),
                values: Arc::clone(values),
            }),
            None => self.array().slice(start, len).into(),
        }
    }

    /// The rows that a filter keeps.
    pub fn filter(&self, kept: &FilterPredicate) -> Result<Self, ArrowError> {
        Ok(match &self.coded {
            Some(Coded { keys, values }) => {
                let keys: &dyn Array = keys;
                let keys = kept.filter(keys)?;
                Self::codes(Coded {
                    keys: arrow::array::AsArray::as_primitive(&keys).clone(),
                    values: Arc::clone(values),
                })
            }
            None => kept.filter(self.array())?.into(),
        })
    }
}

impl From<ArrayRef> for Decoded {
    fn from(array: ArrayRef) -> Self {
        Self {
            coded: None,
            array: array.into(),
        }
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
        let (coded, whole) = (Decoded::codes(Coded { keys, values }), Decoded::from(array));
        assert!(coded.coded().is_some() && whole.coded().is_none());
        assert_eq!(coded.array(), whole.array());
        assert_eq!(coded.slice(1, 3).array(), whole.slice(1, 3).array());
        let mask = BooleanArray::from(vec![true, true, false, false, true]);
        let kept = FilterBuilder::new(&mask).build();
        let (coded, whole) = (coded.filter(&kept).unwrap(), whole.filter(&kept).unwrap());
        assert!(coded.coded().is_some());
        assert_eq!(coded.array(), whole.array());
    }
}
