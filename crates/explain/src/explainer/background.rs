//! The rows that stand in for unknown features.

use std::sync::Arc;

use ndarray::{ArrayView1, ArrayView2};

use crate::error::{Error, Result};
use crate::model::Ensemble;

/// Background rows and their weights.
#[derive(Clone, Debug)]
pub struct Background {
    rows: Arc<Vec<f64>>,
    features: usize,
    /// One per row, adding up to 1.
    weights: Arc<Vec<f64>>,
}

impl Background {
    /// Rows (rows × features, NaN is missing), each with its weight, or all alike.
    ///
    /// # Errors
    /// When there is no row, or the weights are not as many as the rows, negative, not finite, or
    /// all zero.
    pub fn new(rows: ArrayView2<'_, f64>, weights: Option<ArrayView1<'_, f64>>) -> Result<Self> {
        let count = rows.nrows();
        if count == 0 {
            return Err(Error::Rows(
                "the background has no row: give at least one".to_owned(),
            ));
        }
        let weights = match weights {
            None => vec![1.0 / count as f64; count],
            Some(weights) => {
                if weights.len() != count {
                    return Err(Error::Rows(format!(
                        "the background has {count} rows and {} weights: give one weight per row",
                        weights.len()
                    )));
                }
                if let Some((row, weight)) = weights
                    .iter()
                    .enumerate()
                    .find(|(_, w)| !(**w >= 0.0 && w.is_finite()))
                {
                    return Err(Error::Rows(format!(
                        "the weight of background row {row} is {weight}: weights are finite and not negative"
                    )));
                }
                let sum: f64 = weights.sum();
                if !(sum > 0.0 && sum.is_finite()) {
                    return Err(Error::Rows(
                        "the weights of the background add up to nothing".to_owned(),
                    ));
                }
                weights.iter().map(|w| w / sum).collect()
            }
        };
        Ok(Self {
            rows: Arc::new(rows.iter().copied().collect()),
            features: rows.ncols(),
            weights: Arc::new(weights),
        })
    }

    /// The rows.
    ///
    /// # Panics
    /// Never: there are as many numbers as rows times features.
    #[must_use]
    pub fn rows(&self) -> ArrayView2<'_, f64> {
        let shape = (self.weights.len(), self.features);
        ArrayView2::from_shape(shape, &self.rows).expect("as many numbers as rows times features")
    }

    /// The weights, adding up to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    pub(crate) fn check(&self, model: &Ensemble) -> Result<()> {
        if self.features == model.features.len() {
            model.complete(self.rows(), "background row")
        } else {
            Err(Error::Rows(format!(
                "the background has {} columns, the model has {} features: give one column per feature, in the model's order",
                self.features,
                model.features.len()
            )))
        }
    }

    /// Makes values that the model counts as missing NaN.
    pub(crate) fn clean(&mut self, model: &Ensemble) {
        if model.missing.is_some() {
            let rows = Arc::make_mut(&mut self.rows);
            rows.iter_mut().for_each(|x| *x = model.clean(*x));
        }
    }

    /// The mean of each feature as the model's linear terms see it: missing counts as 0.
    pub(super) fn mean_inputs(&self, model: &Ensemble) -> Vec<f64> {
        let mut mean = vec![0.0; self.features];
        for (row, weight) in self.rows().outer_iter().zip(&*self.weights) {
            for (mean, x) in mean.iter_mut().zip(row) {
                if !x.is_nan() {
                    *mean += weight * model.cast.apply(*x);
                }
            }
        }
        mean
    }
}
