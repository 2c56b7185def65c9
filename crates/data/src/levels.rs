//! The levels of one attribute over a whole scan: labels to codes, by first sight.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use waage_core::label::Label;

use crate::DataError;
use crate::error::thousands;

/// Labels and their codes, shared by all threads of a scan.
///
/// Asked once per dictionary entry or new value and thread, never per row: decoders remember what
/// they were told.
pub(crate) struct Levels {
    column: String,
    max: usize,
    /// The code of labels that have none of their own, where only some are kept.
    rest: Option<u32>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    codes: HashMap<Label, u32>,
    labels: Vec<Label>,
}

impl Levels {
    pub fn new(column: &str, max: usize) -> Self {
        Self {
            column: column.to_owned(),
            max,
            rest: None,
            inner: Mutex::default(),
        }
    }

    /// Only these labels and the missing one; all others are [`Label::others`].
    pub fn only(column: &str, kept: Vec<Label>) -> Self {
        let mut inner = Inner::default();
        for (code, label) in kept.into_iter().chain([Label::others()]).enumerate() {
            inner.codes.insert(label.clone(), code as u32);
            inner.labels.push(label);
        }
        Self {
            column: column.to_owned(),
            max: inner.labels.len(),
            rest: Some(inner.labels.len() as u32 - 1),
            inner: Mutex::new(inner),
        }
    }

    /// The code of a label, new or known.
    pub fn code(&self, label: Label) -> Result<u32, DataError> {
        let mut inner = self.lock();
        if let Some(code) = inner.codes.get(&label) {
            return Ok(*code);
        }
        if let (Some(rest), false) = (self.rest, label.is_missing()) {
            return Ok(rest);
        }
        let known = inner.labels.len() - usize::from(inner.codes.contains_key(&Label::Missing));
        if known >= self.max && !label.is_missing() {
            let limit = thousands(self.max);
            return Err(DataError::TooManyLevels {
                column: self.column.clone(),
                limit,
            });
        }
        let code = u32::try_from(inner.labels.len()).unwrap_or(u32::MAX);
        inner.labels.push(label.clone());
        inner.codes.insert(label, code);
        Ok(code)
    }

    /// The label of a code that was given out.
    pub fn label(&self, code: u32) -> Label {
        self.lock()
            .labels
            .get(code as usize)
            .cloned()
            .unwrap_or(Label::Missing)
    }

    /// All labels by code.
    pub fn labels(&self) -> Vec<Label> {
        self.lock().labels.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives labels read as text their own kind, if all of them have it: bool, whole numbers, dates.
///
/// So a CSV file and a typed file of the same rows have the same groups in the same order. Only
/// texts that the kind would write back unchanged count (`7` but not `007`), which also keeps two
/// labels from becoming one.
pub(crate) fn typed(labels: Vec<Label>) -> Vec<Label> {
    let kinds: [fn(&str) -> Option<Label>; 4] = [as_bool, as_int, as_whole, as_date];
    for kind in kinds {
        let converted: Option<Vec<Label>> = labels
            .iter()
            .map(|label| match label {
                Label::Text(text) => kind(text),
                other => Some(other.clone()),
            })
            .collect();
        let distinct = |labels: &[Label]| {
            let mut sorted = labels.to_vec();
            sorted.sort();
            sorted.windows(2).all(|pair| pair[0] != pair[1])
        };
        if let Some(converted) = converted
            && distinct(&converted)
        {
            return converted;
        }
    }
    labels
}

fn as_bool(text: &str) -> Option<Label> {
    match text {
        "true" | "True" | "TRUE" => Some(Label::Bool(true)),
        "false" | "False" | "FALSE" => Some(Label::Bool(false)),
        _ => None,
    }
}

fn as_int(text: &str) -> Option<Label> {
    let value: i128 = text.parse().ok()?;
    (value.to_string() == text).then_some(Label::Int(value))
}

/// A whole number written as a float, as data frames write integers with gaps.
fn as_whole(text: &str) -> Option<Label> {
    as_int(text.strip_suffix(".0")?)
}

fn as_date(text: &str) -> Option<Label> {
    crate::date::parse(text).map(Label::Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_labels_take_a_kind_that_fits_all_of_them() {
        let retyped = |texts: &[&str]| typed(texts.iter().map(|text| Label::text(text)).collect());
        assert_eq!(retyped(&["10", "-9"]), [Label::Int(10), Label::Int(-9)]);
        assert_eq!(retyped(&["10.0", "-9.0"]), [Label::Int(10), Label::Int(-9)]);
        assert_eq!(
            retyped(&["True", "false"]),
            [Label::Bool(true), Label::Bool(false)]
        );
        assert_eq!(retyped(&["1970-01-02"]), [Label::Date(1)]);
        for texts in [
            &["01067", "10115"][..],
            &["1", "n/a"],
            &["true", "TRUE"],
            &["2024-02-30"],
        ] {
            assert!(
                retyped(texts).iter().all(|l| matches!(l, Label::Text(_))),
                "{texts:?}"
            );
        }
    }

    #[test]
    fn the_limit_counts_labels_without_the_missing_one() {
        let levels = Levels::new("lead_id", 2);
        assert_eq!(levels.code(Label::Missing).unwrap(), 0);
        assert_eq!(levels.code(Label::Int(5)).unwrap(), 1);
        assert_eq!(levels.code(Label::Int(6)).unwrap(), 2);
        assert_eq!(levels.code(Label::Int(5)).unwrap(), 1);
        let message = levels.code(Label::Int(7)).unwrap_err().to_string();
        assert!(message.contains("more than 2 distinct values"), "{message}");
    }
}
