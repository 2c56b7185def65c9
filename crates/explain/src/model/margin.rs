//! The model itself: a row in, margins out.

use ndarray::{ArrayView2, CowArray, Ix2};

use super::{Ensemble, Output};
use crate::{Error, Result};

impl Ensemble {
    /// The margin of each output for one row: base + linear terms + leaves, summed in that order.
    ///
    /// `row[j]` is feature `j` (category codes as numbers), NaN when missing; `out` has one place per
    /// output and is overwritten. All margins are NaN when a required feature is missing.
    ///
    /// # Panics
    /// When `row` is shorter than the features or `out` than the outputs.
    pub fn margin(&self, row: &[f64], out: &mut [f64]) {
        if self.missing.is_none() {
            return self.margin_of_clean(row, out);
        }
        let row: Vec<f64> = row.iter().map(|x| self.clean(*x)).collect();
        self.margin_of_clean(&row, out);
    }

    /// The same rows with NaN for values that count as missing ([`Ensemble::missing`]).
    pub(crate) fn cleaned<'a>(&self, rows: ArrayView2<'a, f64>) -> CowArray<'a, f64, Ix2> {
        if self.missing.is_none() {
            return rows.into();
        }
        let mut rows = rows.to_owned();
        rows.iter_mut().for_each(|x| *x = self.clean(*x));
        rows.into()
    }

    /// The value, or NaN when it counts as missing ([`Ensemble::missing`]).
    #[must_use]
    pub fn clean(&self, x: f64) -> f64 {
        let marked = |missing: f64| self.cast.apply(x) == self.cast.apply(missing);
        if self.missing.is_some_and(marked) {
            f64::NAN
        } else {
            x
        }
    }

    fn margin_of_clean(&self, row: &[f64], out: &mut [f64]) {
        if self.lacks(row.iter().copied()).is_some() {
            out.fill(f64::NAN);
            return;
        }
        out.copy_from_slice(&self.base);
        if let Some(linear) = &self.linear {
            // A model without features has no weights, only its bias.
            let features = self.features.len().max(1);
            for (out, weights) in out.iter_mut().zip(linear.weights.chunks_exact(features)) {
                for (weight, x) in weights.iter().zip(row) {
                    // A weight of 0 adds nothing, even of an infinite value.
                    if !x.is_nan() && *weight != 0.0 {
                        *out += weight * self.cast.apply(*x);
                    }
                }
            }
        }
        for tree in &self.trees {
            let leaf = tree.leaf(row, self.cast, self.category);
            let values = tree.leaf_values(leaf);
            match tree.output() {
                Output::All => out.iter_mut().zip(values).for_each(|(o, v)| *o += v),
                Output::One(k) => {
                    let model = tree.leaf_model(leaf);
                    let known = |m: &&super::LeafModel| {
                        m.terms.iter().all(|(f, _)| !row[*f as usize].is_nan())
                    };
                    out[k as usize] += match model.filter(known) {
                        None => values[0],
                        Some(m) => m.terms.iter().fold(m.constant, |sum, (f, c)| {
                            sum + c * self.cast.apply(row[*f as usize])
                        }),
                    };
                }
            }
        }
    }

    /// Refuses rows that lack a required feature or hold an unknown category of it; `what` names the rows.
    pub(crate) fn complete(&self, rows: ArrayView2<'_, f64>, what: &str) -> Result<()> {
        if !self.features.iter().any(|feature| feature.required) {
            return Ok(());
        }
        for (number, row) in rows.outer_iter().enumerate() {
            if let Some(feature) = self.lacks(row.iter().copied()) {
                return Err(Error::Rows(format!(
                    "{what} {number} lacks {} or has an unknown category of it, for which the model has no rule: fill it in or leave the row out",
                    self.feature_name(feature)
                )));
            }
        }
        Ok(())
    }

    /// The first required feature that a row lacks, or of which it has no known category.
    fn lacks(&self, row: impl IntoIterator<Item = f64>) -> Option<usize> {
        let mut pairs = self.features.iter().zip(row);
        pairs.position(|(feature, x)| feature.required && !self.has(feature, self.clean(x)))
    }

    fn has(&self, feature: &super::Feature, x: f64) -> bool {
        match &feature.labels {
            None => !x.is_nan(),
            Some(labels) => (self.category.id(x)).is_some_and(|id| (id as usize) < labels.len()),
        }
    }
}
