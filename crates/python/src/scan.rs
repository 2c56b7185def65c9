//! The subgroup scan: one call, one document.

use pyo3::prelude::*;
use waage_audit::PageFormat;
use waage_audit::scan::ScanJob;
use waage_audit::{ScanResult, ScanSpec, Style, tables};

use crate::input::Given;
use crate::observer::{Shared, guarded, wait};
use crate::result::{Table, language};
use crate::{WaageError, raise};

/// Runs a scan without the GIL; Ctrl-C stops it.
#[pyfunction]
#[pyo3(signature = (data, spec, *, threads=None, separator=None, decimal=None, progress=None))]
pub fn scan(
    py: Python<'_>,
    data: &Bound<'_, PyAny>,
    spec: &str,
    threads: Option<usize>,
    separator: Option<char>,
    decimal: Option<char>,
    progress: Option<Py<PyAny>>,
) -> PyResult<ScanHandle> {
    let spec: ScanSpec = serde_json::from_str(spec)
        .map_err(|e| WaageError::new_err(format!("the options cannot be read: {e}")))?;
    let csv = waage_audit::csv_format(separator, decimal).map_err(WaageError::new_err)?;
    let given = Given::of(data, csv)?;
    let shared = Shared::default();
    let outcome = wait(py, &shared, progress.as_ref(), || {
        let job = ScanJob {
            source: given.read(&shared)?,
            spec,
        };
        let run = || waage_audit::scan::scan(&job, &shared).map_err(|e| e.to_string());
        waage_audit::with_threads(threads, run)?
    })?;
    outcome
        .map(|result| ScanHandle { result })
        .map_err(WaageError::new_err)
}

/// A finished scan.
#[pyclass(frozen, module = "waage._waage")]
pub struct ScanHandle {
    result: ScanResult,
}

#[pymethods]
impl ScanHandle {
    /// The scan in a format: `text`, `json` or `markdown`.
    #[pyo3(signature = (format, lang="en", width=None))]
    fn render(
        &self,
        py: Python<'_>,
        format: &str,
        lang: &str,
        width: Option<usize>,
    ) -> PyResult<String> {
        let format = PageFormat::named(format, "a scan").map_err(|e| raise(&e))?;
        let language = language(lang)?;
        let style = Style {
            color: false,
            width,
        };
        guarded(py, || {
            waage_audit::scan::render(&self.result, format, language, style)
        })?
        .map_err(|e| raise(&e))
    }

    /// One row per subgroup.
    fn subgroups(&self) -> PyResult<Table> {
        Table::of(tables::subgroups(&self.result))
    }
}
