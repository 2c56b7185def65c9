//! Exact Shapley values, Banzhaf values and interactions of tree ensembles.

use std::sync::{Arc, OnceLock};

use ndarray::ArrayView2;
use rayon::prelude::*;
use waage_core::observer::{Observer, Silent};

use crate::codes::CodeBlock;
use crate::direct;
use crate::error::{Error, Result};
use crate::model::{Ensemble, Node, Output};
use crate::plan::{Part, Plan, Shape};
use crate::quadrature::Rule;
use crate::simd::Level;
use crate::table::Index;

mod background;
mod deep;
mod rows;
mod tables;

pub use background::Background;
use tables::{Chunk, Prepared, Tables};

/// Who stands in for features that are not known.
#[derive(Clone, Debug)]
pub enum Perturbation {
    /// The training rows as the covers of the branches counted them.
    PathDependent,
    /// The rows of a background.
    Interventional(Background),
}

/// What to compute, and for how many rows.
#[derive(Clone, Debug)]
pub struct Params {
    model: Arc<Ensemble>,
    perturbation: Perturbation,
    index: Index,
    rows: u64,
    table_bytes: usize,
    level: Level,
}

/// Explains the rows of one model.
///
/// Attributions are in margin space, the sum before the link function. With
/// [`Index::Shapley`], `base + Σ φ = margin` for every row and output, to rounding.
#[derive(Debug)]
pub struct TreeExplainer {
    params: Params,
    parts: Vec<Prepared>,
    /// With few rows in all: what takes the place of tables.
    rules: Option<Vec<Rule>>,
    base: Vec<f64>,
    tables: OnceLock<Tables>,
}

impl Params {
    /// Shapley values, path-dependent, for an unknown number of rows.
    #[must_use]
    pub fn new(model: Arc<Ensemble>) -> Self {
        Self {
            model,
            perturbation: Perturbation::PathDependent,
            index: Index::Shapley,
            rows: 100_000,
            table_bytes: 24 << 20,
            level: Level::best(),
        }
    }

    /// Who stands in for unknown features; default: the training rows.
    #[must_use]
    pub fn perturbation(mut self, perturbation: Perturbation) -> Self {
        self.perturbation = perturbation;
        self
    }

    /// What is computed; default: Shapley values.
    #[must_use]
    pub fn index(mut self, index: Index) -> Self {
        self.index = index;
        self
    }

    /// How many rows will be explained in all; default 100 000. It decides how large tables pay off
    /// (none at all up to 64 rows), and may change results in their last bits; blocks and threads
    /// never do.
    #[must_use]
    pub fn rows(mut self, rows: u64) -> Self {
        self.rows = rows;
        self
    }

    /// The most bytes of tables held at once; default 24 MiB.
    #[must_use]
    pub fn table_bytes(mut self, bytes: usize) -> Self {
        self.table_bytes = bytes;
        self
    }

    /// Uses no instructions but those that every machine of its kind has; the bits stay the same. For
    /// comparing.
    #[must_use]
    pub fn portable(mut self) -> Self {
        self.level = Level::Portable;
        self
    }

    /// Cuts the model into tables.
    ///
    /// # Errors
    /// When the model has linear leaves, or no covers and no background is given, or a background
    /// does not fit the model.
    pub fn build(mut self) -> Result<TreeExplainer> {
        let model = &self.model;
        if model.trees.iter().any(crate::model::Tree::is_linear) {
            return Err(Error::unsupported(
                "the model's leaves hold linear models, which have no exact tree explanation",
                "train with linear_tree=false, or use a sampling explainer",
            ));
        }
        if let Perturbation::PathDependent = self.perturbation
            && !model.covers
        {
            return Err(Error::unsupported(
                "the model file does not say how many training rows reached each node, which path-dependent values need",
                "give a background",
            ));
        }
        if let Perturbation::Interventional(background) = &mut self.perturbation {
            background.check(model)?;
            background.clean(model);
        }
        let shape = if self.index.pairs() {
            Shape::Pairs
        } else {
            Shape::Values
        };
        let covers = matches!(self.perturbation, Perturbation::PathDependent);
        let few = covers && self.index == Index::Shapley && self.rows <= direct::ROWS_MAX;
        let rules = few.then(|| direct::rules(model));
        let parts: Vec<Prepared> = if few {
            Vec::new()
        } else {
            let plan = Plan::new(model, self.rows, shape)?;
            let parts = plan.parts.into_iter().map(|part| self.prepare(part));
            parts.collect::<Result<_>>()?
        };
        let base = match &self.perturbation {
            Perturbation::PathDependent => expected_margin(model),
            Perturbation::Interventional(background) => {
                mean_margin(model, background, &parts, self.level)
            }
        };
        Ok(TreeExplainer {
            parts,
            rules,
            base,
            tables: OnceLock::new(),
            params: self,
        })
    }

    fn prepare(&self, part: Part) -> Result<Prepared> {
        Prepared::new(
            &self.model,
            part,
            &self.perturbation,
            self.index,
            self.table_bytes,
            self.level,
        )
    }
}

impl TreeExplainer {
    /// The base value of each output: the margin when no feature is known.
    #[must_use]
    pub fn base(&self) -> &[f64] {
        &self.base
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &Ensemble {
        &self.params.model
    }

    /// How many numbers each row and output has: the features, or their square.
    #[must_use]
    pub fn width(&self) -> usize {
        let features = self.params.model.features.len();
        if self.params.index.pairs() {
            features * features
        } else {
            features
        }
    }

    /// Writes the attributions of rows (rows × features, NaN is missing).
    ///
    /// `out` has `rows × outputs × width` places, row-major, and is overwritten. Work is shared among
    /// the threads of the current rayon pool.
    ///
    /// # Errors
    /// When the rows have another number of features than the model, or `out` another size.
    pub fn explain(&self, rows: ArrayView2<'_, f64>, out: &mut [f64]) -> Result<()> {
        self.explain_observed(rows, out, &Silent)
    }

    /// The same, but an observer may stop it.
    ///
    /// # Errors
    /// Those of [`TreeExplainer::explain`], and [`Error::Interrupted`]; `out` is then of no use.
    pub fn explain_observed(
        &self,
        rows: ArrayView2<'_, f64>,
        out: &mut [f64],
        observer: &dyn Observer,
    ) -> Result<()> {
        let model = &self.params.model;
        let stride = model.outputs() * self.width();
        if rows.ncols() != model.features.len() {
            return Err(Error::Rows(format!(
                "the rows have {} columns, the model has {} features: give one column per feature, in the model's order",
                rows.ncols(),
                model.features.len()
            )));
        }
        if out.len() != rows.nrows() * stride {
            return Err(Error::Rows(format!(
                "the output has {} places, {} rows of {stride} numbers need {}",
                out.len(),
                rows.nrows(),
                rows.nrows() * stride
            )));
        }
        model.complete(rows, "row")?;
        out.fill(0.0);
        if out.is_empty() {
            return Ok(());
        }
        let rows = model.cleaned(rows);
        let rows = rows.view();
        if let Some(rules) = &self.rules {
            direct::add(model, rules, rows, out);
        }
        for part in &self.parts {
            let block = CodeBlock::new(
                &part.bins,
                rows,
                model.cast,
                model.category,
                self.params.level,
            );
            self.add_tables(part, &block, out, observer)?;
            self.add_deep(part, &block, out, observer);
            going_on(observer)?;
        }
        self.add_linear(rows, out);
        if self.params.index.pairs() {
            rows::mirror(out, model.features.len());
        }
        Ok(())
    }

    fn add_tables(
        &self,
        part: &Prepared,
        block: &CodeBlock,
        out: &mut [f64],
        observer: &dyn Observer,
    ) -> Result<()> {
        let model = &self.params.model;
        let job = rows::Job {
            level: self.params.level,
            stride: model.outputs() * self.width(),
            width: self.width(),
            observer,
        };
        let fits = self.parts.len() == 1 && part.chunks.len() == 1;
        if fits {
            let tables = match self.tables.get() {
                Some(tables) => tables,
                None => {
                    let tables = self.fill(part, &part.chunks[0], observer)?;
                    self.tables.get_or_init(|| tables)
                }
            };
            rows::add(&job, part, &part.chunks[0], tables.numbers(), block, out);
            return going_on(observer);
        }
        for chunk in &part.chunks {
            let tables = self.fill(part, chunk, observer)?;
            rows::add(&job, part, chunk, tables.numbers(), block, out);
        }
        going_on(observer)
    }

    /// Whole tables, or none when the observer stops.
    fn fill(&self, part: &Prepared, chunk: &Chunk, observer: &dyn Observer) -> Result<Tables> {
        let tables = part.fill(
            &self.params.model,
            chunk,
            self.params.index,
            self.params.level,
            observer,
        );
        going_on(observer)?;
        Ok(tables)
    }

    fn add_deep(
        &self,
        part: &Prepared,
        block: &CodeBlock,
        out: &mut [f64],
        observer: &dyn Observer,
    ) {
        deep::add(
            part,
            &self.params.model,
            self.params.index,
            block,
            self.width(),
            out,
            observer,
        );
    }

    /// Linear terms: against the background's mean, or against 0 without a background.
    fn add_linear(&self, rows: ArrayView2<'_, f64>, out: &mut [f64]) {
        let model = &self.params.model;
        let Some(linear) = &model.linear else { return };
        let features = model.features.len();
        let mean = match &self.params.perturbation {
            Perturbation::PathDependent => vec![0.0; features],
            Perturbation::Interventional(background) => background.mean_inputs(model),
        };
        let (width, step) = (
            self.width(),
            if self.params.index.pairs() {
                features + 1
            } else {
                1
            },
        );
        let stride = model.outputs() * width;
        out.par_chunks_mut(stride)
            .zip(rows.outer_iter().collect::<Vec<_>>())
            .for_each(|(out, row)| {
                for (out, weights) in out.chunks_mut(width).zip(linear.weights.chunks(features)) {
                    for (j, weight) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                        let x = if row[j].is_nan() {
                            0.0
                        } else {
                            model.cast.apply(row[j])
                        };
                        out[j * step] += weight * (x - mean[j]);
                    }
                }
            });
    }
}

/// An error when the observer wants to stop.
pub(crate) fn going_on(observer: &dyn Observer) -> Result<()> {
    if observer.cancelled() {
        Err(Error::Interrupted)
    } else {
        Ok(())
    }
}

/// The mean margin over a background, without walking its rows through the trees.
fn mean_margin(
    model: &Ensemble,
    background: &Background,
    parts: &[Prepared],
    level: Level,
) -> Vec<f64> {
    let mut out = model.base.clone();
    if let Some(linear) = &model.linear {
        let mean = background.mean_inputs(model);
        for (out, weights) in out.iter_mut().zip(linear.weights.chunks(mean.len().max(1))) {
            let terms = weights
                .iter()
                .zip(&mean)
                .filter(|(weight, _)| **weight != 0.0);
            *out += terms.map(|(weight, x)| weight * x).sum::<f64>();
        }
    }
    // A tree that asks nothing is in no part's groups.
    for tree in &model.trees {
        if let [Node::Leaf(leaf)] = tree.nodes() {
            let values = tree.leaf_values(*leaf);
            match tree.output() {
                Output::All => out.iter_mut().zip(values).for_each(|(o, v)| *o += v),
                Output::One(k) => out[k as usize] += values[0],
            }
        }
    }
    for part in parts {
        let mean = part.background_mean(model, level);
        out.iter_mut().zip(mean).for_each(|(o, m)| *o += m);
    }
    out
}

/// The margin when no feature is known and covers decide: `base + Σ leaf · share of the cover`.
fn expected_margin(model: &Ensemble) -> Vec<f64> {
    let mut out = model.base.clone();
    for tree in &model.trees {
        let nodes = tree.nodes();
        let mut reach = vec![0.0; nodes.len()];
        reach[0] = 1.0;
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Split(split) => {
                    let (left, right) = crate::plan::shares(tree, split);
                    reach[split.left as usize] = reach[at] * left;
                    reach[split.right as usize] = reach[at] * right;
                }
                Node::Leaf(leaf) => {
                    let values = tree.leaf_values(*leaf);
                    match tree.output() {
                        Output::All => out
                            .iter_mut()
                            .zip(values)
                            .for_each(|(o, v)| *o += reach[at] * v),
                        Output::One(k) => out[k as usize] += reach[at] * values[0],
                    }
                }
            }
        }
    }
    out
}
