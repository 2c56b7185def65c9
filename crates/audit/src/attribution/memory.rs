//! Models and rows that are in memory already: what notebooks call.

use std::sync::Arc;

use ndarray::{ArrayView1, ArrayView2, s};
use rayon::prelude::*;
use waage_data::{DataError, Dataset, Limits};
use waage_explain::model::Ensemble;
use waage_explain::read;
use waage_explain::rescaled::{Rescaled, Target};
use waage_explain::{Background, Error, Index, Params, Perturbation, TreeExplainer};
use waage_result::attribution::ExplainSpec;
use waage_result::spec::RolesSpec;

use super::model::{check_finite, columns, model_bytes, options};
use super::{BLOCK, Model, ROWS_PLANNED};
use crate::observer::Observer;
use crate::{AuditError, Source};

/// Rows whose margins are computed between two questions to the observer.
const MARGIN_BLOCK: usize = 1 << 10;

/// A model that was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    model: Arc<Ensemble>,
}

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// The margin, by an index.
    Margin(Index),
    /// The probability: margin attributions rescaled (see [`waage_explain::rescaled`]).
    Probability,
    /// The logarithmic loss, in the same way.
    LogLoss,
}

impl Space {
    /// The space of a name: that of an index, `probability` or `log_loss`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn of(name: &str) -> Result<Self, AuditError> {
        Ok(match name {
            "shapley" => Self::Margin(Index::Shapley),
            "banzhaf" => Self::Margin(Index::Banzhaf),
            "shapley_interaction" => Self::Margin(Index::ShapleyInteraction),
            "banzhaf_interaction" => Self::Margin(Index::BanzhafInteraction),
            "probability" => Self::Probability,
            "log_loss" => Self::LogLoss,
            other => {
                return Err(AuditError::Option(format!(
                    "there is no index {other:?}; use shapley or banzhaf"
                )));
            }
        })
    }
}

impl Loaded {
    /// Reads a model; of the spec, `iterations` and `missing` count.
    ///
    /// # Errors
    /// When the model or the options cannot be read.
    pub fn read(model: &Model, spec: &ExplainSpec) -> Result<Self, AuditError> {
        let model = read::model(&model_bytes(model)?, &options(spec)?)?;
        let model = Arc::new(model);
        Ok(Self { model })
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Ensemble {
        &self.model
    }

    /// A table as the model takes it: rows × features, categories as codes, NaN for missing.
    ///
    /// # Errors
    /// When a column is absent, of the wrong kind, or holds an unknown category.
    pub fn matrix(
        &self,
        source: Source,
        spec: &ExplainSpec,
        observer: &dyn Observer,
    ) -> Result<Vec<f64>, AuditError> {
        let features = columns(&self.model, spec)?;
        let roles = RolesSpec::default();
        let dataset = Dataset::open(source, &roles, None, Limits::default(), observer)?;
        let dataset = dataset.with_features(features)?;
        let mut values: Vec<f64> = Vec::new();
        let read = dataset.in_order(BLOCK, observer, |frame| {
            values.extend_from_slice(&frame.values);
            Ok::<_, AuditError>(())
        });
        match read {
            Ok(_) | Err(AuditError::Data(DataError::NoRows { .. })) => Ok(values),
            Err(error) => Err(error),
        }
    }

    /// Margins, or predictions: rows × outputs.
    ///
    /// # Errors
    /// When the rows do not fit the model, or the observer stops.
    pub fn predict(
        &self,
        rows: ArrayView2<'_, f64>,
        margins: bool,
        observer: &dyn Observer,
    ) -> Result<Vec<f64>, AuditError> {
        self.check(rows, observer)?;
        let model = &*self.model;
        let outputs = model.outputs();
        let mut out = reserve(rows.nrows(), outputs)?;
        out.par_chunks_mut(MARGIN_BLOCK * outputs)
            .enumerate()
            .for_each(|(block, out)| {
                let mut row = Vec::with_capacity(rows.ncols());
                for (at, out) in out.chunks_mut(outputs).enumerate() {
                    if at == 0 && observer.cancelled() {
                        return;
                    }
                    row.clear();
                    row.extend(rows.row(block * MARGIN_BLOCK + at));
                    model.margin(&row, out);
                    if !margins {
                        model.link.apply(out);
                    }
                }
            });
        going_on(observer)?;
        Ok(out)
    }

    fn check(&self, rows: ArrayView2<'_, f64>, observer: &dyn Observer) -> Result<(), AuditError> {
        let count = self.model.features.len();
        if rows.ncols() != count {
            return Err(Error::Rows(format!(
                "the rows have {} columns, the model has {count} features: give one column per feature, in the model's order",
                rows.ncols()
            ))
            .into());
        }
        let names: Vec<String> = (0..count).map(|j| self.model.feature_name(j)).collect();
        for start in (0..rows.nrows()).step_by(BLOCK) {
            going_on(observer)?;
            let block = rows.slice(s![start..rows.nrows().min(start + BLOCK), ..]);
            let block = block.as_standard_layout();
            let values = block.as_slice().unwrap_or_default();
            check_finite(&self.model, &names, values, start as u64)?;
        }
        Ok(())
    }
}

/// Explains rows in memory.
#[derive(Debug)]
pub struct Explainer {
    loaded: Loaded,
    how: How,
}

#[derive(Debug)]
enum How {
    Margin(TreeExplainer),
    Rescaled(Rescaled),
}

impl Explainer {
    /// Makes the explainer of a model, with the same tables as for files.
    ///
    /// # Errors
    /// When model, background and space do not go together.
    pub fn new(
        loaded: &Loaded,
        background: Option<(ArrayView2<'_, f64>, Option<ArrayView1<'_, f64>>)>,
        space: Space,
        observer: &dyn Observer,
    ) -> Result<Self, AuditError> {
        let background = match background {
            None => None,
            Some((rows, weights)) => {
                loaded.check(rows, observer)?;
                Some(Background::new(rows, weights)?)
            }
        };
        let model = Arc::clone(&loaded.model);
        let how = match (space, background) {
            (Space::Margin(index), background) => {
                let mut params = Params::new(model).index(index).rows(ROWS_PLANNED);
                if let Some(background) = background {
                    params = params.perturbation(Perturbation::Interventional(background));
                }
                How::Margin(params.build()?)
            }
            (_, Some(background)) => How::Rescaled(Rescaled::new(model, background)?),
            (_, None) => {
                return Err(AuditError::Option(
                    "probabilities and losses are explained against a background: give data=, such as a few hundred training rows".to_owned(),
                ));
            }
        };
        Ok(Self {
            loaded: loaded.clone(),
            how,
        })
    }

    /// Numbers per row and output.
    #[must_use]
    pub fn width(&self) -> usize {
        match &self.how {
            How::Margin(explainer) => explainer.width(),
            How::Rescaled(_) => self.loaded.model.features.len(),
        }
    }

    /// The base value of each output; of losses, against `label`.
    ///
    /// # Errors
    /// When the label is not from 0 to 1.
    pub fn base(&self, label: Option<f64>) -> Result<Vec<f64>, AuditError> {
        Ok(match (&self.how, label) {
            (How::Margin(explainer), _) => explainer.base().to_vec(),
            (How::Rescaled(rescaled), None) => rescaled.base(),
            (How::Rescaled(rescaled), Some(label)) => rescaled.base_loss(label)?,
        })
    }

    /// Attributions: rows × outputs × width, of losses with `labels`.
    ///
    /// # Errors
    /// When rows or labels do not fit the model, memory does not suffice, or the observer stops.
    pub fn explain(
        &self,
        rows: ArrayView2<'_, f64>,
        labels: Option<&[f64]>,
        observer: &dyn Observer,
    ) -> Result<Vec<f64>, AuditError> {
        self.loaded.check(rows, observer)?;
        let stride = self.loaded.model.outputs() * self.width();
        let mut out = reserve(rows.nrows(), stride)?;
        match &self.how {
            How::Margin(explainer) => {
                let blocks = out.chunks_mut((BLOCK * stride).max(1));
                for (block, out) in blocks.enumerate() {
                    let first = block * BLOCK;
                    let rows = rows.slice(s![first..rows.nrows().min(first + BLOCK), ..]);
                    explainer.explain_observed(rows, out, observer)?;
                }
            }
            How::Rescaled(rescaled) => {
                let target = labels.map_or(Target::Probability, Target::LogLoss);
                rescaled.explain(rows, target, &mut out, observer)?;
            }
        }
        Ok(out)
    }
}

fn going_on(observer: &dyn Observer) -> Result<(), AuditError> {
    if observer.cancelled() {
        return Err(Error::Interrupted.into());
    }
    Ok(())
}

/// Room for results, or an error instead of an abort.
fn reserve(rows: usize, stride: usize) -> Result<Vec<f64>, AuditError> {
    let mut out = Vec::new();
    let numbers = rows.saturating_mul(stride);
    out.try_reserve_exact(numbers).map_err(|_| {
        AuditError::Option(format!(
            "{rows} rows of {stride} numbers do not fit into memory: explain fewer rows at a time"
        ))
    })?;
    out.resize(numbers, 0.0);
    Ok(out)
}
