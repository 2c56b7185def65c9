//! The binding `waage._waage`: inputs in, one call of the pipeline, results out. The Python package
//! around it is thin; all computation is in the crates below.

mod arrays;
mod command;
mod explain;
mod individual;
mod input;
mod observer;
mod result;
mod scan;

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use waage_audit::{AuditError, AuditSpec, Job, Policy, PowerJob, PowerSpec};

use crate::input::Given;
use crate::observer::{Shared, wait};
use crate::result::{AuditHandle, PowerHandle};

create_exception!(
    waage,
    WaageError,
    PyValueError,
    "Input, policy or options that cannot be used; the message says what, where and how to mend it."
);

/// What a call without roles is told.
const NO_ROLES: &str =
    "no roles were given: name at least sensitive= and one of label=, decision=, score=";

/// An error of the pipeline as a Python exception with the same sentence.
fn raise(error: &AuditError) -> PyErr {
    WaageError::new_err(error.to_string())
}

/// Runs an audit without the GIL; Ctrl-C stops it.
#[pyfunction]
#[pyo3(signature = (data, spec, *, policy=None, explanation=None, as_of, threads=None, separator=None, decimal=None, progress=None))]
#[allow(clippy::too_many_arguments)] // keyword-only, filled by the package alone
fn audit(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    spec: &str,
    policy: Option<std::path::PathBuf>,
    explanation: Option<&str>,
    as_of: String,
    threads: Option<usize>,
    separator: Option<char>,
    decimal: Option<char>,
    progress: Option<Py<PyAny>>,
) -> PyResult<AuditHandle> {
    let spec: AuditSpec = serde_json::from_str(spec)
        .map_err(|e| WaageError::new_err(format!("the options cannot be read: {e}")))?;
    let policy = match policy {
        Some(path) => Policy::read(&path).map_err(|e| raise(&e.into()))?,
        None => Policy::built_in(),
    };
    let explanation = explanation
        .map(waage_audit::Beside::of_document)
        .transpose()
        .map_err(|e| raise(&e))?;
    let csv = waage_audit::csv_format(separator, decimal).map_err(WaageError::new_err)?;
    let given = Given::of(data, csv)?;
    let shared = Shared::default();
    let outcome = wait(py, &shared, progress.as_ref(), || {
        let job = Job {
            source: given.read(&shared)?,
            spec,
            policy,
            as_of,
            explanation,
        };
        if job.names_no_roles() {
            return Err(NO_ROLES.to_owned());
        }
        let run = || waage_audit::run(&job, &shared).map_err(|e| e.to_string());
        waage_audit::with_threads(threads, run)?
    })?;
    outcome.map(AuditHandle::new).map_err(WaageError::new_err)
}

/// Plans without the GIL; Ctrl-C stops it. Without data, only the questions of the spec are
/// answered.
#[pyfunction]
#[pyo3(signature = (data, spec, *, policy=None, threads=None, separator=None, decimal=None, progress=None))]
#[allow(clippy::too_many_arguments)] // keyword-only, filled by the package alone
fn power(
    py: Python<'_>,
    data: Option<&Bound<'_, PyAny>>,
    spec: &str,
    policy: Option<std::path::PathBuf>,
    threads: Option<usize>,
    separator: Option<char>,
    decimal: Option<char>,
    progress: Option<Py<PyAny>>,
) -> PyResult<PowerHandle> {
    let spec: PowerSpec = serde_json::from_str(spec)
        .map_err(|e| WaageError::new_err(format!("the options cannot be read: {e}")))?;
    let policy = match policy {
        Some(path) => Policy::read(&path).map_err(|e| raise(&e.into()))?,
        None => Policy::built_in(),
    };
    let csv = waage_audit::csv_format(separator, decimal).map_err(WaageError::new_err)?;
    let given = data.map(|data| Given::of(data, csv)).transpose()?;
    let shared = Shared::default();
    let outcome = wait(py, &shared, progress.as_ref(), || {
        let source = given.map(|given| given.read(&shared)).transpose()?;
        let job = PowerJob {
            source,
            spec,
            policy,
        };
        let run = || waage_audit::power(&job, &shared).map_err(|e| e.to_string());
        waage_audit::with_threads(threads, run)?
    })?;
    outcome.map(PowerHandle::new).map_err(WaageError::new_err)
}

/// The attribute that a text such as `age:25:40` means, as JSON.
#[pyfunction]
fn attribute(text: &str) -> PyResult<String> {
    let spec =
        waage_audit::AttributeSpec::parse(text).map_err(|e| WaageError::new_err(e.to_string()))?;
    serde_json::to_string(&spec).map_err(|e| WaageError::new_err(e.to_string()))
}

/// The bytes that a text such as `512MiB` means.
#[pyfunction]
fn memory(text: &str) -> PyResult<u64> {
    waage_audit::parse_memory(text).map_err(|e| WaageError::new_err(e.to_string()))
}

/// What a metric means, as `text`, `json` or `markdown`; all of them without a name.
#[pyfunction]
#[pyo3(signature = (name, format, lang))]
fn explain_metric(name: Option<&str>, format: &str, lang: &str) -> PyResult<String> {
    let format = format
        .parse()
        .map_err(|e: waage_audit::ReportError| raise(&e.into()))?;
    let language = result::language(lang)?;
    let style = waage_audit::Style::default();
    waage_audit::render_explanations(name, format, language, style).map_err(|e| raise(&e))
}

/// A report in Markdown, laid out as PDF.
#[pyfunction]
fn pdf<'py>(py: Python<'py>, markdown: &str, lang: &str) -> PyResult<Bound<'py, PyBytes>> {
    let language = result::language(lang)?;
    let content = observer::guarded(py, || waage_audit::pdf(markdown, language, None))?;
    Ok(PyBytes::new(py, &content.map_err(|e| raise(&e))?))
}

/// Every metric that is measured, one row each.
#[pyfunction]
fn catalogue(lang: &str) -> PyResult<result::Table> {
    let document = waage_audit::explanations(result::language(lang)?).map_err(|e| raise(&e))?;
    result::Table::of(waage_audit::tables::metrics(&document))
}

/// The style sheet that a page with several figures needs once.
#[pyfunction]
fn font_css() -> String {
    waage_audit::font_face_css()
}

/// The extension module.
#[pymodule]
fn _waage(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", waage_audit::VERSION)?;
    module.add("WaageError", module.py().get_type::<WaageError>())?;
    module.add_function(wrap_pyfunction!(audit, module)?)?;
    module.add_function(wrap_pyfunction!(power, module)?)?;
    module.add_function(wrap_pyfunction!(attribute, module)?)?;
    module.add_function(wrap_pyfunction!(memory, module)?)?;
    module.add_function(wrap_pyfunction!(command::tell, module)?)?;
    module.add_function(wrap_pyfunction!(command::main, module)?)?;
    module.add_function(wrap_pyfunction!(command::commands, module)?)?;
    module.add_function(wrap_pyfunction!(catalogue, module)?)?;
    module.add_function(wrap_pyfunction!(explain_metric, module)?)?;
    module.add_function(wrap_pyfunction!(pdf, module)?)?;
    module.add_function(wrap_pyfunction!(font_css, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::codes_of, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::combine, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::labels_of, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::count_cells, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::cells_of, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::sum_cells, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::draw_counts, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::draw_sums, module)?)?;
    module.add_function(wrap_pyfunction!(arrays::rank, module)?)?;
    module.add_class::<arrays::Ranking>()?;
    module.add_function(wrap_pyfunction!(individual::consistency, module)?)?;
    module.add_function(wrap_pyfunction!(individual::steepness, module)?)?;
    module.add_function(wrap_pyfunction!(individual::flips, module)?)?;
    module.add_function(wrap_pyfunction!(individual::regression_gap, module)?)?;
    module.add_function(wrap_pyfunction!(scan::scan, module)?)?;
    module.add_function(wrap_pyfunction!(explain::explain, module)?)?;
    module.add_class::<AuditHandle>()?;
    module.add_class::<PowerHandle>()?;
    module.add_class::<scan::ScanHandle>()?;
    module.add_class::<explain::ExplainHandle>()?;
    module.add_class::<explain::Model>()?;
    module.add_class::<explain::Explainer>()?;
    module.add_class::<result::Table>()?;
    module.add_class::<result::FigureHandle>()?;
    Ok(())
}
