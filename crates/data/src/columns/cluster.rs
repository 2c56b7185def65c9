//! The cluster of every row: whole numbers and texts as keys of one size.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, UInt64Type};
use sha2::{Digest, Sha256};
use waage_core::block::{ClusterKey, Clustered, Id, Span};

/// Reads clusters; keeps its memory between batches.
#[derive(Default)]
pub(crate) struct ClusterKeys {
    keys: Vec<ClusterKey>,
    /// Where ids ascend as numbers, other texts behind them, and where they do as texts.
    spans: [Option<Span>; 2],
}

impl ClusterKeys {
    /// One key per row; the first row without a cluster where there is one.
    ///
    /// `7` in a CSV file and the integer 7 are one cluster. Other texts are 126 bits of their
    /// SHA-256: two of ten million are taken for one with a chance below 10⁻²³.
    pub fn read(&mut self, array: &ArrayRef) -> Result<Clustered<'_>, usize> {
        self.keys.clear();
        if let Some(nulls) = array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            let unset = !nulls.inner();
            if let Some(row) = unset.set_indices().next() {
                return Err(row);
            }
        }
        self.fill(array);
        let text = texts(array);
        let number = |row: usize| number_of(self.keys[row]);
        let by_number = |row: usize| match (number(row), &text) {
            (Some(number), _) => Some(Id::Int(number)),
            (None, Some(text)) => Some(Id::Text(text(row).into())),
            (None, None) => None,
        };
        self.spans[0] = self.span(by_number);
        self.spans[1] = match &text {
            Some(text) => self.span(|row| Some(Id::Text(text(row).into()))),
            None => None,
        };
        Ok(Clustered {
            keys: &self.keys,
            spans: self.spans.each_ref().map(Option::as_ref),
        })
    }

    /// The first and the last row, if no row's id is before that of the row before it. Rows of one
    /// key have one id, so that only the others are looked at.
    fn span(&self, id: impl Fn(usize) -> Option<Id>) -> Option<Span> {
        let last = self.keys.len().checked_sub(1)?;
        let mut changes = (1..=last).filter(|&row| self.keys[row] != self.keys[row - 1]);
        let end = |row: usize| Some((id(row)?, self.keys[row]));
        changes.all(|row| id(row - 1) < id(row)).then_some(())?;
        Some(Span {
            first: end(0)?,
            last: end(last)?,
        })
    }

    fn fill(&mut self, array: &ArrayRef) {
        match array.data_type() {
            DataType::Utf8 => self.texts(array.as_string::<i32>().iter()),
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>().iter()),
            DataType::Utf8View => self.texts(array.as_string_view().iter()),
            DataType::UInt64 => {
                let values = array.as_primitive::<UInt64Type>().values();
                self.keys.extend(values.iter().map(|value| [0, *value]));
            }
            DataType::Dictionary(..) => {
                let coded = array.as_any_dictionary();
                self.fill(coded.values());
                let of_values = std::mem::take(&mut self.keys);
                let keys = coded.normalized_keys();
                self.keys.extend(keys.into_iter().map(|key| of_values[key]));
            }
            _ => {
                // The role admits whole numbers beside texts; whatever else came is one cluster.
                let whole = cast(array, &DataType::Int64).ok();
                let whole = whole
                    .as_ref()
                    .map(|array| array.as_primitive::<Int64Type>());
                match whole {
                    Some(values) => self.keys.extend(values.values().iter().map(|v| of_int(*v))),
                    None => self.keys.resize(array.len(), [0, 0]),
                }
            }
        }
    }

    fn texts<'t>(&mut self, rows: impl Iterator<Item = Option<&'t str>>) {
        let mut last: Option<(&str, ClusterKey)> = None;
        for text in rows {
            let text = text.unwrap_or_default();
            let key = match last {
                Some((known, key)) if known == text => key,
                _ => of_text(text),
            };
            last = Some((text, key));
            self.keys.push(key);
        }
    }
}

/// The texts of a column's rows, if it is one of texts.
fn texts<'a>(array: &'a ArrayRef) -> Option<Box<dyn Fn(usize) -> &'a str + 'a>> {
    Some(match array.data_type() {
        DataType::Utf8 => Box::new(|row| array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Box::new(|row| array.as_string::<i64>().value(row)),
        DataType::Utf8View => Box::new(|row| array.as_string_view().value(row)),
        DataType::Dictionary(..) => {
            let coded = array.as_any_dictionary();
            let (keys, text) = (coded.normalized_keys(), texts(coded.values())?);
            Box::new(move |row| text(keys[row]))
        }
        _ => return None,
    })
}

/// The whole number that a key is of; `None` of other texts.
const fn number_of([high, low]: ClusterKey) -> Option<i128> {
    match high {
        0 | u64::MAX => Some(((high as u128) << 64 | low as u128) as i128),
        _ => None,
    }
}

/// In two's complement: the first half is 0 or all ones.
const fn of_int(value: i64) -> ClusterKey {
    [if value < 0 { u64::MAX } else { 0 }, value.cast_unsigned()]
}

fn of_text(text: &str) -> ClusterKey {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain =
        digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    if plain && text != "-0" {
        if let Ok(value) = text.parse::<i64>() {
            return of_int(value);
        }
        if let Ok(value) = text.parse::<u64>() {
            return [0, value];
        }
    }
    let hash = Sha256::digest(text.as_bytes());
    let half = |from: usize| {
        hash[from..from + 8]
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    };
    [half(0) >> 2 | 1 << 62, half(8)]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{DictionaryArray, Int32Array, Int64Array, StringArray, UInt64Array};
    use arrow::datatypes::Int32Type as Key;

    use super::*;

    fn keys(array: impl Array + 'static) -> Vec<ClusterKey> {
        let array: ArrayRef = Arc::new(array);
        let mut keys = ClusterKeys::default();
        keys.read(&array).unwrap().keys.to_vec()
    }

    #[test]
    fn ids_ascend_as_numbers_or_as_texts() {
        let spans = |array: ArrayRef| {
            let mut keys = ClusterKeys::default();
            let spans = keys
                .read(&array)
                .unwrap()
                .spans
                .map(Option::<&Span>::cloned);
            spans.map(|span| span.map(|s| (s.first.0.to_string(), s.last.0.to_string())))
        };
        let ends = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        let whole = |values: Vec<i64>| spans(Arc::new(Int64Array::from(values)));
        assert_eq!(whole(vec![-12, -3, -3, 9, 10]), [ends("-12", "10"), None]);
        assert_eq!(whole(vec![-3, -12]), [None, None]);
        assert_eq!(whole(vec![]), [None, None]);
        let large = UInt64Array::from(vec![5, u64::MAX]);
        let most = u64::MAX.to_string();
        assert_eq!(spans(Arc::new(large)), [ends("5", &most), None]);
        let numbered = vec!["9", "9", "10", "ada"];
        let as_texts = vec!["10", "10", "9", "ada"];
        for (texts, found) in [
            (numbered, [ends("9", "ada"), None]),
            (as_texts, [None, ends("10", "ada")]),
            (vec!["ada", "bob"], [ends("ada", "bob"), ends("ada", "bob")]),
            (vec!["b", "a", "b"], [None, None]),
        ] {
            let coded: DictionaryArray<Key> = texts.iter().copied().collect();
            assert_eq!(spans(Arc::new(coded)), found);
            assert_eq!(spans(Arc::new(StringArray::from(texts))), found);
        }
    }

    #[test]
    fn a_cluster_has_one_key_however_it_is_written() {
        let texts = keys(StringArray::from(vec!["7", "-3", "ada", "007"]));
        assert_eq!(texts[..2], keys(Int64Array::from(vec![7, -3])));
        assert_eq!(texts[..1], keys(UInt64Array::from(vec![7])));
        assert_eq!(texts[1..2], keys(Int32Array::from(vec![-3])));
        let coded: DictionaryArray<Key> = ["7", "-3", "ada", "007"].into_iter().collect();
        assert_eq!(texts, keys(coded));
        let distinct: std::collections::HashSet<_> = texts.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn a_row_without_a_cluster_is_found() {
        let array: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        assert_eq!(ClusterKeys::default().read(&array).err(), Some(1));
    }
}
