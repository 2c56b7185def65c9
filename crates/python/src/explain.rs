//! Explanations of models: a run over a table with its document, and models and rows in memory.

use std::path::PathBuf;

use numpy::{IntoPyArray, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use waage_audit::attribution::{self, ExplainJob, Kept, Labels, Link, Loaded, Space};
use waage_audit::observer::Observer;
use waage_audit::{AuditError, ExplainResult, ExplainSpec, PageFormat, Style, tables};

use crate::input::Given;
use crate::observer::{Shared, guarded, wait};
use crate::result::{Table, language};
use crate::{WaageError, raise};

/// Names, attributions (rows × outputs × features) and rows (rows × features).
type Values<'py> = (
    Vec<String>,
    Bound<'py, PyArray3<f64>>,
    Bound<'py, PyArray2<f64>>,
);

/// A model's bytes, or the path of its file.
fn source(model: &Bound<'_, PyAny>) -> PyResult<attribution::Model> {
    if let Ok(bytes) = model.cast::<PyBytes>() {
        return Ok(attribution::Model::Bytes(bytes.as_bytes().to_vec()));
    }
    Ok(attribution::Model::File(model.extract::<PathBuf>()?))
}

fn options(spec: &str) -> PyResult<ExplainSpec> {
    serde_json::from_str(spec)
        .map_err(|e| WaageError::new_err(format!("the options cannot be read: {e}")))
}

/// Works without the GIL on as many threads as asked for; Ctrl-C stops it.
fn work<T: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    progress: Option<&Py<PyAny>>,
    task: impl FnOnce(&Shared) -> Result<T, String> + Send,
) -> PyResult<T> {
    let shared = Shared::default();
    wait(py, &shared, progress, || {
        waage_audit::with_threads(threads, || task(&shared))?
    })?
    .map_err(WaageError::new_err)
}

fn told(error: AuditError) -> String {
    error.to_string()
}

/// Explains every row without the GIL; Ctrl-C stops it. With `keep`, the attributions come along.
#[pyfunction]
#[pyo3(signature = (model, data, background, spec, *, keep=false, out=None, personal=false, threads=None, separator=None, decimal=None, progress=None))]
#[allow(clippy::too_many_arguments)] // keyword-only, filled by the package alone
pub fn explain<'py>(
    py: Python<'py>,
    model: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    background: Option<&Bound<'py, PyAny>>,
    spec: &str,
    keep: bool,
    out: Option<PathBuf>,
    personal: bool,
    threads: Option<usize>,
    separator: Option<char>,
    decimal: Option<char>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(ExplainHandle, Option<Values<'py>>)> {
    let spec = options(spec)?;
    let model = source(model)?;
    let csv = waage_audit::csv_format(separator, decimal).map_err(WaageError::new_err)?;
    let given = Given::of(data, csv)?;
    let background = background.map(|data| Given::of(data, csv)).transpose()?;
    let (result, kept) = work(py, threads, progress.as_ref(), |shared| {
        let job = ExplainJob {
            model,
            source: given.read(shared)?,
            background: background.map(|data| data.read(shared)).transpose()?,
            spec,
            out,
            personal,
        };
        if keep {
            let (result, kept) = attribution::explain_keeping(&job, shared).map_err(told)?;
            return Ok((result, Some(kept)));
        }
        let result = attribution::explain(&job, shared).map_err(told)?;
        Ok((result, None))
    })?;
    let outputs = result.base_value.len();
    let values = kept.map(|kept| values_of(py, kept, outputs)).transpose()?;
    Ok((ExplainHandle { result }, values))
}

fn values_of(py: Python<'_>, kept: Kept, outputs: usize) -> PyResult<Values<'_>> {
    let features = kept.names.len();
    let rows = kept.data.len() / features.max(1);
    let values = kept.values.into_pyarray(py);
    let data = kept.data.into_pyarray(py);
    Ok((
        kept.names,
        values.reshape([rows, outputs, features])?,
        data.reshape([rows, features])?,
    ))
}

/// A finished explanation.
#[pyclass(frozen, module = "waage._waage")]
pub struct ExplainHandle {
    result: ExplainResult,
}

#[pymethods]
impl ExplainHandle {
    /// The explanation in a format: `text`, `json` or `markdown`.
    #[pyo3(signature = (format, lang="en", width=None))]
    fn render(
        &self,
        py: Python<'_>,
        format: &str,
        lang: &str,
        width: Option<usize>,
    ) -> PyResult<String> {
        let format = PageFormat::named(format, "an explanation").map_err(|e| raise(&e))?;
        let language = language(lang)?;
        let style = Style {
            color: false,
            width,
        };
        guarded(py, || {
            attribution::render(&self.result, format, language, style)
        })?
        .map_err(|e| raise(&e))
    }

    /// The base value of each output.
    #[getter]
    fn base_value(&self) -> Vec<f64> {
        self.result.base_value.clone()
    }

    /// One row per feature.
    fn features(&self) -> PyResult<Table> {
        Table::of(tables::features(&self.result))
    }

    /// One row per feature and group.
    fn by_group(&self) -> PyResult<Table> {
        Table::of(tables::feature_groups(&self.result))
    }
}

/// A model that was read.
#[pyclass(frozen, module = "waage._waage")]
pub struct Model {
    loaded: Loaded,
}

#[pymethods]
impl Model {
    /// Reads bytes or a file; of the spec, `iterations` and `missing` count.
    #[staticmethod]
    fn read(py: Python<'_>, model: &Bound<'_, PyAny>, spec: &str) -> PyResult<Self> {
        let spec = options(spec)?;
        let model = source(model)?;
        let loaded = guarded(py, || Loaded::read(&model, &spec))?.map_err(|e| raise(&e))?;
        Ok(Self { loaded })
    }

    /// The library that made it.
    #[getter]
    fn library(&self) -> &str {
        &self.loaded.model().source.library
    }

    /// The library's version, where the model says it.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.loaded.model().source.version.as_deref()
    }

    /// The objective as the library names it.
    #[getter]
    fn objective(&self) -> Option<&str> {
        self.loaded.model().source.objective.as_deref()
    }

    /// What a user should know about how it was read.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.loaded.model().source.notes.clone()
    }

    /// Names of the features; None where the model has none.
    #[getter]
    fn names(&self) -> Vec<Option<String>> {
        let features = self.loaded.model().features.iter();
        features.map(|feature| feature.name.clone()).collect()
    }

    /// Labels of the categories of each feature, in the order of their codes; None without.
    #[getter]
    fn labels<'py>(&self, py: Python<'py>) -> PyResult<Vec<Option<Bound<'py, PyAny>>>> {
        let features = self.loaded.model().features.iter();
        let labels = features.map(|feature| match &feature.labels {
            None => Ok(None),
            Some(Labels::Text(labels)) => labels.into_pyobject(py).map(Some),
            Some(Labels::Numbers(labels)) => labels.into_pyobject(py).map(Some),
            Some(Labels::Hashes(hashes)) => hashes.into_pyobject(py).map(Some),
        });
        labels.collect()
    }

    /// Whether each feature's labels are known by their hashes alone.
    #[getter]
    fn hashed(&self) -> Vec<bool> {
        let features = self.loaded.model().features.iter();
        let hashed = features.map(|feature| matches!(feature.labels, Some(Labels::Hashes(_))));
        hashed.collect()
    }

    /// Outputs.
    #[getter]
    fn outputs(&self) -> usize {
        self.loaded.model().outputs()
    }

    /// From margins to predictions: `identity`, `logistic`, `softmax`, `exp`, `step`,
    /// `signed_square`, `probit` or `unknown`.
    #[getter]
    fn link(&self) -> &'static str {
        match self.loaded.model().link {
            Link::Identity => "identity",
            Link::Logistic { .. } => "logistic",
            Link::Softmax => "softmax",
            Link::Exp => "exp",
            Link::Step => "step",
            Link::SignedSquare => "signed_square",
            Link::Probit => "probit",
            Link::Unknown => "unknown",
        }
    }

    /// A table as the model takes it: rows × features.
    fn matrix<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        spec: &str,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let spec = options(spec)?;
        let csv = waage_audit::csv_format(None, None).map_err(WaageError::new_err)?;
        let given = Given::of(data, csv)?;
        let values = work(py, None, None, |shared| {
            let source = given.read(shared)?;
            self.loaded.matrix(source, &spec, shared).map_err(told)
        })?;
        let features = self.loaded.model().features.len();
        let rows = values.len() / features.max(1);
        values.into_pyarray(py).reshape([rows, features])
    }

    /// Margins, or predictions: rows × outputs.
    #[pyo3(signature = (rows, margins, threads=None))]
    fn predict<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray2<'py, f64>,
        margins: bool,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let view = rows.as_array();
        let values = work(py, threads, None, |shared| {
            self.loaded.predict(view, margins, shared).map_err(told)
        })?;
        let shape = [view.nrows(), self.loaded.model().outputs()];
        values.into_pyarray(py).reshape(shape)
    }
}

/// Explains rows in memory.
#[pyclass(frozen, module = "waage._waage")]
pub struct Explainer {
    explainer: attribution::Explainer,
    outputs: usize,
}

#[pymethods]
impl Explainer {
    /// The explainer of a model for a space: the name of an index, `probability` or `log_loss`.
    #[staticmethod]
    #[pyo3(signature = (model, background, weights, space, threads=None))]
    fn of(
        py: Python<'_>,
        model: &Model,
        background: Option<PyReadonlyArray2<'_, f64>>,
        weights: Option<PyReadonlyArray1<'_, f64>>,
        space: &str,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let space = Space::of(space).map_err(|e| raise(&e))?;
        let rows = background.as_ref().map(PyReadonlyArray2::as_array);
        let weights = weights.as_ref().map(PyReadonlyArray1::as_array);
        let explainer = work(py, threads, None, |shared| {
            let background = rows.map(|rows| (rows, weights));
            attribution::Explainer::new(&model.loaded, background, space, shared).map_err(told)
        })?;
        Ok(Self {
            explainer,
            outputs: model.loaded.model().outputs(),
        })
    }

    /// The base value of each output; of losses, against a label.
    #[pyo3(signature = (label=None))]
    fn base(&self, label: Option<f64>) -> PyResult<Vec<f64>> {
        self.explainer.base(label).map_err(|e| raise(&e))
    }

    /// Attributions: rows × outputs × numbers of each (the features, or their square).
    #[pyo3(signature = (rows, labels=None, threads=None))]
    fn explain<'py>(
        &self,
        py: Python<'py>,
        rows: PyReadonlyArray2<'py, f64>,
        labels: Option<PyReadonlyArray1<'py, f64>>,
        threads: Option<usize>,
    ) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let view = rows.as_array();
        let labels = labels
            .as_ref()
            .map(PyReadonlyArray1::as_slice)
            .transpose()?;
        let values = work(py, threads, None, |shared| {
            let observer: &dyn Observer = shared;
            self.explainer.explain(view, labels, observer).map_err(told)
        })?;
        let shape = [view.nrows(), self.outputs, self.explainer.width()];
        values.into_pyarray(py).reshape(shape)
    }
}
