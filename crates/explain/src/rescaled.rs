//! Attributions of predictions and of losses, by rescaling those of margins.
//!
//! A prediction is no sum over leaves, so its exact Shapley values are out of reach of trees. Against a
//! single background row `z`, margin attributions times `(g(f(x)) − g(f(z))) / (f(x) − f(z))` add up to
//! the change of the prediction `g`; their mean over the background is what `shap`'s tree explainer
//! gives for `model_output="probability"` and `"log_loss"`. They add up, and they are no Shapley values
//! of the prediction.

use std::sync::Arc;

use ndarray::{ArrayView2, s};
use waage_core::observer::Observer;

use crate::error::{Error, Result};
use crate::explainer::{Background, Params, Perturbation, going_on};
use crate::model::{Ensemble, Link};

/// The most background rows: each is a pass over all rows.
pub const BACKGROUND_MAX: usize = 1_000;
/// Rows of one pass.
const BLOCK: usize = 1 << 14;
/// Margins nearer to each other than this share a slope: the chord would be all rounding.
const NEAR: f64 = 1e-5;

/// What is explained instead of the margin.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// The prediction, a probability.
    Probability,
    /// The logarithmic loss against a label from 0 to 1 per row.
    LogLoss(&'a [f64]),
}

/// Explains probabilities or losses of a model whose link acts on each output alone.
#[derive(Clone, Debug)]
pub struct Rescaled {
    model: Arc<Ensemble>,
    background: Background,
    /// Background rows × outputs.
    margins: Vec<f64>,
}

impl Rescaled {
    /// Holds a model against a background.
    ///
    /// # Errors
    /// When the background does not fit the model or has more than [`BACKGROUND_MAX`] rows, or the
    /// link is neither logistic nor probit.
    pub fn new(model: Arc<Ensemble>, mut background: Background) -> Result<Self> {
        background.check(&model)?;
        background.clean(&model);
        if !matches!(model.link, Link::Logistic { .. } | Link::Probit) {
            return Err(Error::unsupported(
                "the model's predictions are no probabilities of one margin each",
                "explain its margin (model_output=\"raw\")",
            ));
        }
        let count = background.weights().len();
        if count > BACKGROUND_MAX {
            return Err(Error::Rows(format!(
                "the background has {count} rows, and probabilities and losses take each of them with each explained row: sample at most {BACKGROUND_MAX}"
            )));
        }
        let margins = margins(&model, background.rows());
        Ok(Self {
            model,
            background,
            margins,
        })
    }

    /// The mean probability of the background, per output.
    #[must_use]
    pub fn base(&self) -> Vec<f64> {
        self.mean(Curve::Probability(self.model.link))
    }

    /// The mean loss of the background against one label, per output.
    ///
    /// # Errors
    /// When the link is not logistic, or the label is not from 0 to 1.
    pub fn base_loss(&self, label: f64) -> Result<Vec<f64>> {
        Ok(self.mean(self.loss(label, 0)?))
    }

    fn mean(&self, curve: Curve) -> Vec<f64> {
        let outputs = self.model.outputs();
        let mut mean = vec![0.0; outputs];
        for (row, weight) in self.margins.chunks(outputs).zip(self.background.weights()) {
            for (mean, margin) in mean.iter_mut().zip(row) {
                *mean += weight * curve.value(*margin);
            }
        }
        mean
    }

    fn loss(&self, label: f64, row: usize) -> Result<Curve> {
        let Link::Logistic { scale } = self.model.link else {
            return Err(Error::unsupported(
                "the logarithmic loss is that of logistic models",
                "explain the margin or the probability",
            ));
        };
        if !(0.0..=1.0).contains(&label) {
            return Err(Error::Rows(format!(
                "the label of row {row} is {label}: labels are 0 or 1, or a probability between"
            )));
        }
        Ok(Curve::LogLoss { scale, label })
    }

    /// Writes the attributions of rows: `rows × outputs × features` places, row-major.
    ///
    /// # Errors
    /// When rows, labels or `out` do not fit, or the observer stops.
    pub fn explain(
        &self,
        rows: ArrayView2<'_, f64>,
        target: Target<'_>,
        out: &mut [f64],
        observer: &dyn Observer,
    ) -> Result<()> {
        let curves = self.curves(rows.nrows(), target)?;
        self.model.complete(rows, "row")?;
        out.fill(0.0);
        if out.is_empty() {
            return Ok(());
        }
        let outputs = self.model.outputs();
        let width = rows.ncols();
        let at = margins(&self.model, rows);
        let mut phi = Vec::new();
        for (z, weight) in self.background.weights().iter().enumerate() {
            if *weight == 0.0 {
                continue;
            }
            let one = Background::new(self.background.rows().slice(s![z..=z, ..]), None)?;
            let explainer = Params::new(Arc::clone(&self.model))
                .perturbation(Perturbation::Interventional(one))
                .rows(rows.nrows() as u64)
                .build()?;
            let from = &self.margins[z * outputs..][..outputs];
            for start in (0..rows.nrows()).step_by(BLOCK) {
                let stop = rows.nrows().min(start + BLOCK);
                phi.resize((stop - start) * outputs * width, 0.0);
                explainer.explain_observed(rows.slice(s![start..stop, ..]), &mut phi, observer)?;
                let out = &mut out[start * outputs * width..stop * outputs * width];
                let cells = out.chunks_mut(width).zip(phi.chunks(width)).enumerate();
                for (cell, (out, phi)) in cells {
                    let cell = start * outputs + cell;
                    let curve = curves.get(cell / outputs).or(curves.first());
                    let scale = curve.map_or(0.0, |c| c.chord(at[cell], from[cell % outputs]));
                    for (out, phi) in out.iter_mut().zip(phi) {
                        *out += weight * scale * phi;
                    }
                }
            }
            going_on(observer)?;
        }
        Ok(())
    }

    /// One curve for all rows, or one per row.
    fn curves(&self, rows: usize, target: Target<'_>) -> Result<Vec<Curve>> {
        let labels = match target {
            Target::Probability => return Ok(vec![Curve::Probability(self.model.link)]),
            Target::LogLoss(labels) => labels,
        };
        if labels.len() != rows {
            return Err(Error::Rows(format!(
                "there are {} labels for {rows} rows: give one label per row",
                labels.len()
            )));
        }
        let labels = labels.iter().enumerate();
        labels.map(|(row, label)| self.loss(*label, row)).collect()
    }
}

fn margins(model: &Ensemble, rows: ArrayView2<'_, f64>) -> Vec<f64> {
    let outputs = model.outputs();
    let mut margins = vec![0.0; rows.nrows() * outputs];
    let mut values = Vec::with_capacity(rows.ncols());
    for (row, margin) in rows.outer_iter().zip(margins.chunks_mut(outputs)) {
        values.clear();
        values.extend(row);
        model.margin(&values, margin);
    }
    margins
}

/// A function of one margin.
#[derive(Clone, Copy, Debug)]
enum Curve {
    Probability(Link),
    LogLoss { scale: f64, label: f64 },
}

impl Curve {
    fn value(self, margin: f64) -> f64 {
        match self {
            Self::Probability(link) => {
                let mut value = [margin];
                link.apply(&mut value);
                value[0]
            }
            Self::LogLoss { scale, label } => {
                let m = scale * margin;
                m.max(0.0) + libm::log1p(libm::exp(-m.abs())) - label * m
            }
        }
    }

    fn slope(self, margin: f64) -> f64 {
        let logistic = |scale: f64| 1.0 / (1.0 + libm::exp(-scale * margin));
        match self {
            Self::Probability(Link::Logistic { scale }) => {
                let p = logistic(scale);
                scale * p * (1.0 - p)
            }
            // Probit, the only other link there is.
            Self::Probability(_) => {
                libm::exp(-margin * margin / 2.0) / (2.0 * std::f64::consts::PI).sqrt()
            }
            Self::LogLoss { scale, label } => scale * (logistic(scale) - label),
        }
    }

    /// The mean slope between two margins.
    fn chord(self, a: f64, b: f64) -> f64 {
        if (a - b).abs() <= NEAR * (1.0 + a.abs()) {
            self.slope(f64::midpoint(a, b))
        } else {
            (self.value(a) - self.value(b)) / (a - b)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Curve, Link};

    /// Slopes are derivatives of the values, and chords go over into them.
    #[test]
    fn chords_of_near_margins_are_slopes() {
        let curves = [
            Curve::Probability(Link::Logistic { scale: 1.7 }),
            Curve::Probability(Link::Probit),
            Curve::LogLoss {
                scale: 0.6,
                label: 0.3,
            },
        ];
        for curve in curves {
            for m in [-3.0, -0.2, 0.0, 1.1, 2.5] {
                let h = 1e-4;
                let difference = (curve.value(m + h) - curve.value(m - h)) / (2.0 * h);
                assert!((curve.slope(m) - difference).abs() < 1e-8, "{curve:?} {m}");
                let wide = curve.chord(m, m + 2e-5 * (1.0 + m.abs()));
                assert!((curve.chord(m, m) - wide).abs() < 1e-4, "{curve:?} {m}");
            }
        }
    }

    #[test]
    fn losses_are_finite_far_out() {
        let curve = Curve::LogLoss {
            scale: 1.0,
            label: 1.0,
        };
        assert_eq!(curve.value(800.0), 0.0);
        assert_eq!(curve.value(-800.0), 800.0);
        // ln 2 at a probability of one half.
        assert!((curve.value(0.0) - std::f64::consts::LN_2).abs() < 1e-15);
    }
}
