//! An explanation: a model and rows in, attributions and what they say out.
//!
//! ```text
//! model file → Ensemble ─┐
//! Source → Frame ────────┴► TreeExplainer → φ ─► Parquet
//! data     data             explain             └► Summary → Document
//! ```

mod memory;
mod model;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::ArrayView2;
use sha2::{Digest, Sha256};
use waage_core::label::Label;
use waage_data::{AttributionWriter, Dataset, FeatureColumn, Frame, FrameRead, Limits};
use waage_explain::model::Ensemble;
use waage_explain::read;
use waage_explain::summary::Summary;
use waage_explain::{Background, Index, Params, Perturbation, TreeExplainer};
use waage_report::render_explain;
use waage_result::attribution::{
    BackgroundDoc, EXPLAIN_SCHEMA, ExplainResult, ExplainSettings, ExplainSpec, FeatureDoc,
    FeatureGroupDoc, ModelDoc,
};
use waage_result::document::{DatasetSummary, EstimateDoc};
use waage_result::spec::RolesSpec;
use waage_result::text::{Catalogue, Language};

use crate::digest;
use crate::observer::{Observer, Silent};
use crate::page::PageFormat;
use crate::{AuditError, Source, Style, page, personal};

pub use memory::{Explainer, Loaded, Space};
pub use model::{Model, categories};
use model::{check_finite, columns, index, model_bytes, options};
pub use waage_explain::model::{Labels, Link};

/// Rows that are explained at a time.
const BLOCK: usize = 1 << 16;
/// How many rows tables are made for, whatever their number: the same bits for any file.
const ROWS_PLANNED: u64 = 1_000_000;
/// Rows whose margins are compared with their attributions: the first of so many.
const CHECK_EVERY: usize = 64;
/// The largest background, in numbers.
const BACKGROUND_MAX: usize = 1 << 27;

/// An explanation to be run.
pub struct ExplainJob {
    /// The model.
    pub model: Model,
    /// The rows.
    pub source: Source,
    /// The rows that stand in for unknown features; the training rows if absent.
    pub background: Option<Source>,
    /// What to explain.
    pub spec: ExplainSpec,
    /// Where the attributions go, as Parquet.
    pub out: Option<PathBuf>,
    /// Whether the id that goes there may look like personal data.
    pub personal: bool,
}

/// Explains every row and summarises.
///
/// # Errors
/// [`AuditError`]: options out of range, a model or data that cannot be read, columns that do not
/// suit, an id that looks like personal data and would go into the file, or an interruption by the
/// observer. The file of attributions is then not there.
pub fn explain(job: &ExplainJob, observer: &dyn Observer) -> Result<ExplainResult, AuditError> {
    run(job, None, observer).map(|(result, _)| result)
}

/// The same, and keeps the attributions of every row.
///
/// # Errors
/// Those of [`explain`].
pub fn explain_keeping(
    job: &ExplainJob,
    observer: &dyn Observer,
) -> Result<(ExplainResult, Kept), AuditError> {
    let (result, kept) = run(job, Some(Kept::default()), observer)?;
    Ok((result, kept.unwrap_or_default()))
}

/// The rows that were explained and what was found, in the order of the data.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The columns, in the order of the model's features.
    pub names: Vec<String>,
    /// Rows × features, as the model takes them: categories as codes, NaN for missing.
    pub data: Vec<f64>,
    /// Rows × outputs × features.
    pub values: Vec<f64>,
}

fn run(
    job: &ExplainJob,
    kept: Option<Kept>,
    observer: &dyn Observer,
) -> Result<(ExplainResult, Option<Kept>), AuditError> {
    let spec = &job.spec;
    let index = index(spec)?;
    let bytes = model_bytes(&job.model)?;
    let model = Arc::new(read::model(&bytes, &options(spec)?)?);
    let digest = digest::of(Sha256::digest(&bytes));
    drop(bytes);
    let features = columns(&model, spec)?;
    let background = match &job.background {
        None => None,
        Some(source) => Some(read_background(
            source.clone(),
            &model,
            &features,
            observer,
        )?),
    };
    let mut params = Params::new(Arc::clone(&model))
        .index(index)
        .rows(ROWS_PLANNED);
    if let Some((background, _)) = &background {
        params = params.perturbation(Perturbation::Interventional(background.clone()));
    }
    let explainer = params.build()?;
    let roles = RolesSpec {
        id: spec.roles.id.clone(),
        weight: spec.roles.weight.clone(),
        sensitive: spec.roles.sensitive.clone(),
        ..RolesSpec::default()
    };
    let names: Vec<String> = features.iter().map(|f| f.name.clone()).collect();
    let dataset = Dataset::open(
        job.source.clone(),
        &roles,
        spec.filter.as_deref(),
        Limits::default(),
        observer,
    )?;
    if job.out.is_some() && !job.personal {
        personal::refuse_columns(&dataset, roles.id.as_deref())?;
    }
    let dataset = dataset.with_features(features)?;
    let mut pass = Pass {
        explainer: &explainer,
        observer,
        names: &names,
        rows: 0,
        additive: index == Index::Shapley,
        summary: Summary::new(names.len() * model.outputs(), roles.sensitive.len()),
        digest: Sha256::new(),
        error: 0.0,
        missing: 0,
        phi: Vec::new(),
        kept,
        out: job.out.as_deref().map(|target| Out {
            target,
            id: roles.id.as_deref(),
            names: out_names(&names, model.outputs()),
            writer: None,
        }),
    };
    let read = dataset.in_order(BLOCK, observer, |frame| pass.frame(&frame))?;
    let result = document(
        job,
        &explainer,
        &pass,
        &read,
        &names,
        digest,
        background.map(|(_, doc)| doc),
        roles.clone(),
    );
    let kept = pass.kept.take();
    if let Some(writer) = pass.out.and_then(|out| out.writer) {
        writer.finish()?;
    }
    Ok((result, kept.map(|kept| Kept { names, ..kept })))
}

/// All rows of a background.
fn read_background(
    source: Source,
    model: &Ensemble,
    features: &[FeatureColumn],
    observer: &dyn Observer,
) -> Result<(Background, BackgroundDoc), AuditError> {
    let width = features.len();
    let dataset = Dataset::open(
        source,
        &RolesSpec::default(),
        None,
        Limits::default(),
        &Silent,
    )?;
    let dataset = dataset.with_features(features.to_vec())?;
    let mut values: Vec<f64> = Vec::new();
    dataset.in_order(BLOCK, observer, |frame| {
        values.extend_from_slice(&frame.values);
        if values.len() > BACKGROUND_MAX {
            return Err(AuditError::Option(format!(
                "the background has more than {} rows of {width} features, the most that are held; sample it",
                BACKGROUND_MAX / width.max(1)
            )));
        }
        Ok(())
    })?;
    let names: Vec<String> = features.iter().map(|f| f.name.clone()).collect();
    check_finite(model, &names, &values, 0)?;
    let rows = values.len() / width.max(1);
    let mut digest = Sha256::new();
    update(&mut digest, &values);
    let doc = BackgroundDoc {
        rows: rows as u64,
        digest: digest::of(digest.finalize()),
    };
    Ok((Background::new(view(rows, width, &values)?, None)?, doc))
}

fn view(rows: usize, width: usize, values: &[f64]) -> Result<ArrayView2<'_, f64>, AuditError> {
    ArrayView2::from_shape((rows, width), values)
        .map_err(|cause| AuditError::Option(cause.to_string()))
}

fn update(digest: &mut Sha256, values: &[f64]) {
    let mut bytes = [0_u8; 8 * 512];
    for chunk in values.chunks(512) {
        for (place, x) in bytes.chunks_exact_mut(8).zip(chunk) {
            // Every missing value is one.
            let bits = if x.is_nan() {
                f64::NAN.to_bits()
            } else {
                x.to_bits()
            };
            place.copy_from_slice(&bits.to_le_bytes());
        }
        digest.update(&bytes[..8 * chunk.len()]);
    }
}

/// The columns of numbers in the file of attributions.
fn out_names(features: &[String], outputs: usize) -> Vec<String> {
    let last = ["base_value".to_owned(), "prediction".to_owned()];
    let plain = features.iter().chain(&last);
    if outputs == 1 {
        return plain.cloned().collect();
    }
    (0..outputs)
        .flat_map(|k| plain.clone().map(move |name| format!("{name}.{k}")))
        .collect()
}

/// Where attributions go.
struct Out<'a> {
    target: &'a Path,
    id: Option<&'a str>,
    names: Vec<String>,
    writer: Option<AttributionWriter>,
}

/// One pass over the rows.
struct Pass<'a> {
    explainer: &'a TreeExplainer,
    observer: &'a dyn Observer,
    names: &'a [String],
    rows: u64,
    additive: bool,
    summary: Summary,
    digest: Sha256,
    error: f64,
    missing: u64,
    phi: Vec<f64>,
    kept: Option<Kept>,
    out: Option<Out<'a>>,
}

impl Pass<'_> {
    fn frame(&mut self, frame: &Frame) -> Result<(), AuditError> {
        let model = self.explainer.model();
        let (width, outputs) = (model.features.len(), model.outputs());
        check_finite(model, self.names, &frame.values, self.rows)?;
        self.rows += frame.rows as u64;
        self.phi.resize(frame.rows * width * outputs, 0.0);
        let rows = view(frame.rows, width, &frame.values)?;
        self.explainer
            .explain_observed(rows, &mut self.phi, self.observer)?;
        if let Some(kept) = &mut self.kept {
            kept.data.extend_from_slice(&frame.values);
            kept.values.extend_from_slice(&self.phi);
        }
        update(&mut self.digest, &frame.values);
        let rows = frame.values.chunks(width);
        self.missing += rows.filter(|row| row.iter().any(|x| x.is_nan())).count() as u64;
        if self.additive {
            self.check(frame);
        }
        self.summary
            .add(&self.phi, &frame.groups, frame.weights.as_deref());
        self.write(frame)
    }

    /// Compares some rows' sums with the model's own margin.
    fn check(&mut self, frame: &Frame) {
        let model = self.explainer.model();
        let width = model.features.len();
        let mut margin = vec![0.0; model.outputs()];
        let rows = frame
            .values
            .chunks(width)
            .zip(self.phi.chunks(width * model.outputs()));
        for (row, phi) in rows.step_by(CHECK_EVERY) {
            model.margin(row, &mut margin);
            for ((phi, base), margin) in phi.chunks(width).zip(self.explainer.base()).zip(&margin) {
                let error = (base + phi.iter().sum::<f64>() - margin).abs();
                self.error = self.error.max(error);
            }
        }
    }

    fn write(&mut self, frame: &Frame) -> Result<(), AuditError> {
        let Some(out) = &mut self.out else {
            return Ok(());
        };
        let writer = match &mut out.writer {
            Some(writer) => writer,
            None => {
                let id = out.id.zip(frame.ids.first().map(|id| id.data_type()));
                out.writer
                    .insert(AttributionWriter::create(out.target, id, &out.names)?)
            }
        };
        let width = self.explainer.model().features.len();
        let outputs = self.explainer.base().iter().cycle();
        let mut numbers = Vec::with_capacity(self.phi.len() / width * (width + 2));
        for (phi, base) in self.phi.chunks(width).zip(outputs) {
            numbers.extend_from_slice(phi);
            numbers.extend([*base, base + phi.iter().sum::<f64>()]);
        }
        Ok(writer.write(frame.ids.clone(), numbers)?)
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "a document is made of everything once"
)]
fn document(
    job: &ExplainJob,
    explainer: &TreeExplainer,
    pass: &Pass<'_>,
    read: &FrameRead,
    names: &[String],
    digest: String,
    background: Option<BackgroundDoc>,
    roles: RolesSpec,
) -> ExplainResult {
    let (spec, model) = (&job.spec, explainer.model());
    let groups: Vec<Vec<usize>> = read.axes.iter().map(|labels| sorted(labels)).collect();
    let mut features = Vec::with_capacity(names.len() * model.outputs());
    for output in 0..model.outputs() {
        let mut of_output: Vec<FeatureDoc> = names
            .iter()
            .enumerate()
            .map(|(j, name)| {
                feature(
                    pass,
                    read,
                    &groups,
                    output * names.len() + j,
                    name,
                    &roles,
                    spec.confidence,
                )
            })
            .collect();
        let size = |f: &FeatureDoc| f.mean_abs.value.unwrap_or(0.0);
        of_output.sort_by(|a, b| size(b).total_cmp(&size(a)));
        if model.outputs() > 1 {
            of_output
                .iter_mut()
                .for_each(|f| f.output = Some(output as u64));
        }
        features.extend(of_output);
    }
    let source = &model.source;
    ExplainResult {
        schema: EXPLAIN_SCHEMA.to_owned(),
        dataset: DatasetSummary {
            rows: read.rows,
            rows_filtered_out: read.rows_filtered_out,
            digest: digest::of(pass.digest.clone().finalize()),
            notes: read.notes.clone(),
            ..DatasetSummary::default()
        },
        roles,
        model: ModelDoc {
            library: source.library.clone(),
            version: source.version.clone(),
            objective: source.objective.clone(),
            digest,
            features: model.features.len() as u64,
            outputs: model.outputs() as u64,
            trees: model.trees.len() as u64,
            nodes: model.nodes() as u64,
            notes: source.notes.clone(),
        },
        settings: ExplainSettings {
            value_function: if background.is_some() {
                "interventional"
            } else {
                "path_dependent"
            }
            .to_owned(),
            index: spec.index.clone(),
            space: "margin".to_owned(),
            background,
            iterations: spec.iterations.clone(),
            unseen: spec.unseen.clone(),
            missing: spec.missing,
            codes: spec.codes,
            confidence: spec.confidence,
            filter: spec.filter.clone(),
            version: crate::VERSION.to_owned(),
        },
        base_value: explainer.base().to_vec(),
        additivity_error: pass.additive.then_some(pass.error),
        rows_with_missing: pass.missing,
        features,
    }
}

/// Level codes in the order of their labels, missing last.
fn sorted(labels: &[Label]) -> Vec<usize> {
    let mut codes: Vec<usize> = (0..labels.len()).collect();
    codes.sort_by(|a, b| labels[*a].cmp(&labels[*b]));
    codes
}

fn feature(
    pass: &Pass<'_>,
    read: &FrameRead,
    groups: &[Vec<usize>],
    number: usize,
    name: &str,
    roles: &RolesSpec,
    level: f64,
) -> FeatureDoc {
    let overall = pass.summary.overall(number, level);
    let by_group = groups.iter().enumerate().flat_map(|(attribute, codes)| {
        let used = codes
            .iter()
            .filter(move |code| pass.summary.count(attribute, **code) > 0);
        used.map(move |code| {
            let mean = pass.summary.group(number, attribute, *code, level);
            FeatureGroupDoc {
                attribute: roles.sensitive[attribute].name.clone(),
                group: read.axes[attribute][*code].name(),
                mean_abs: EstimateDoc::from(&mean.mean_abs),
                mean: EstimateDoc::from(&mean.mean),
            }
        })
    });
    FeatureDoc {
        feature: name.to_owned(),
        output: None,
        mean_abs: EstimateDoc::from(&overall.mean_abs),
        mean: EstimateDoc::from(&overall.mean),
        by_group: by_group.collect(),
    }
}

/// An explanation as text; Markdown hides groups of fewer than five rows.
///
/// # Errors
/// [`AuditError`] when the document cannot be written.
pub fn render(
    result: &ExplainResult,
    format: PageFormat,
    language: Language,
    style: Style,
) -> Result<String, AuditError> {
    Ok(render_explain(
        result,
        format.of_report(),
        language,
        &page::options(style),
    )?)
}

/// Rows and seconds in one line.
#[must_use]
pub fn summary_line(result: &ExplainResult, language: Language, seconds: f64) -> String {
    let words = Catalogue::of(language);
    let rate = result.dataset.rows as f64 / seconds.max(1e-9);
    words.fill(
        "attribution.summary_line",
        &[
            ("features", &words.integer(result.model.features)),
            ("rows", &words.integer(result.dataset.rows)),
            ("seconds", &words.decimal(seconds, 2)),
            ("rate", &words.integer(rate as u64)),
        ],
    )
}
