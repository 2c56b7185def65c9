//! What comes out: the document, its tables as Arrow streams, its figures.

use arrow::array::{ArrayRef, AsArray, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Field, Float64Type, UInt64Type};
use arrow::error::ArrowError;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyList};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};
use waage_audit::{AuditResult, Figure, Format, Language, PowerResult, Style, tables};

use crate::observer::guarded;
use crate::{WaageError, raise};

/// The language of a code.
pub fn language(code: &str) -> PyResult<Language> {
    code.parse().map_err(WaageError::new_err)
}

/// A finished audit.
#[pyclass(frozen, module = "waage._waage")]
pub struct AuditHandle {
    result: AuditResult,
}

impl AuditHandle {
    /// Wraps a result.
    pub fn new(result: AuditResult) -> Self {
        Self { result }
    }
}

#[pymethods]
impl AuditHandle {
    /// The report in a format: `text`, `json`, `markdown`, `html` or, for `pdf` of this module, `pdf`.
    #[pyo3(signature = (format, lang="en", width=None))]
    fn render(
        &self,
        py: Python<'_>,
        format: &str,
        lang: &str,
        width: Option<usize>,
    ) -> PyResult<String> {
        let format: Format = format
            .parse()
            .map_err(|e: waage_audit::ReportError| raise(&e.into()))?;
        let language = language(lang)?;
        let style = Style {
            color: false,
            width,
        };
        guarded(py, || {
            waage_audit::render(&self.result, format, language, style)
        })?
        .map_err(|e| raise(&e))
    }

    /// Leaves report.html, audit.json and charts/ in a folder.
    fn write_folder(&self, py: Python<'_>, folder: std::path::PathBuf, lang: &str) -> PyResult<()> {
        let language = language(lang)?;
        guarded(py, || {
            waage_audit::write_folder(&folder, &self.result, language)
        })?
        .map_err(|e| raise(&e))
    }

    /// The same audit with groups of fewer rows hidden.
    fn suppressed(&self, below: u64) -> Self {
        Self::new(waage_audit::suppress(&self.result, below))
    }

    /// `pass`, `breach` or `inconclusive`.
    #[getter]
    fn verdict(&self) -> &'static str {
        self.result.verdict.name()
    }

    /// Whether the policy is violated (exit code 1 of the command line).
    #[getter]
    fn violated(&self) -> bool {
        self.result.policy.violated
    }

    /// The first sentence of every report.
    #[pyo3(signature = (lang="en"))]
    fn headline(&self, lang: &str) -> PyResult<String> {
        Ok(waage_audit::headline(&self.result, language(lang)?))
    }

    /// One of the document's lists: `groups`, `disparities`, `conditional`, `ranking`, `impact_ratios`,
    /// `membership`, `propensity` or `findings`.
    fn table(&self, name: &str) -> PyResult<Table> {
        let batch = match name {
            "groups" => tables::groups(&self.result),
            "disparities" => tables::disparities(&self.result),
            "findings" => tables::findings(&self.result),
            "conditional" => tables::conditional(&self.result),
            "ranking" => tables::ranking(&self.result),
            "impact_ratios" => tables::impact_ratios(&self.result),
            "membership" => tables::membership(&self.result),
            "propensity" => tables::propensity(&self.result),
            other => {
                return Err(WaageError::new_err(format!(
                    "no table is called {other:?}: use groups, disparities, conditional, ranking, impact_ratios, membership, propensity or findings"
                )));
            }
        };
        Table::of(batch)
    }

    /// Every figure, in the order of the report.
    #[pyo3(signature = (lang="en"))]
    fn figures(&self, py: Python<'_>, lang: &str) -> PyResult<Vec<FigureHandle>> {
        let language = language(lang)?;
        let figures =
            guarded(py, || waage_audit::figures(&self.result, language))?.map_err(|e| raise(&e))?;
        Ok(figures
            .into_iter()
            .map(|figure| FigureHandle { figure })
            .collect())
    }
}

/// A finished plan.
#[pyclass(frozen, module = "waage._waage")]
pub struct PowerHandle {
    result: PowerResult,
}

impl PowerHandle {
    /// Wraps a plan.
    pub fn new(result: PowerResult) -> Self {
        Self { result }
    }
}

#[pymethods]
impl PowerHandle {
    /// The plan in a format: `text` or `json`.
    #[pyo3(signature = (format, lang="en", width=None))]
    fn render(&self, format: &str, lang: &str, width: Option<usize>) -> PyResult<String> {
        let style = Style {
            color: false,
            width,
        };
        match format {
            "json" => waage_audit::power_json(&self.result).map_err(|e| raise(&e)),
            "text" => Ok(waage_audit::power_text(
                &self.result,
                language(lang)?,
                style,
            )),
            other => Err(WaageError::new_err(format!(
                "no format is called {other:?}: use text or json"
            ))),
        }
    }

    /// The document's list `gaps`.
    fn gaps(&self) -> PyResult<Table> {
        Table::of(tables::gaps(&self.result))
    }
}

/// A table that any Arrow library reads through `__arrow_c_stream__`.
#[pyclass(frozen, module = "waage._waage")]
pub struct Table {
    batch: RecordBatch,
}

impl Table {
    /// A table of the library as one of Python.
    pub fn of(batch: Result<RecordBatch, ArrowError>) -> PyResult<Self> {
        let batch = batch.map_err(|e| WaageError::new_err(e.to_string()))?;
        Ok(Self { batch })
    }
}

#[pymethods]
impl Table {
    /// The Arrow C stream.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let fields = self.batch.schema().fields().clone();
        let field = Field::new("", DataType::Struct(fields), false)
            .with_metadata(self.batch.schema().metadata().clone());
        let array: ArrayRef = std::sync::Arc::new(StructArray::from(self.batch.clone()));
        let stream = ArrayIterator::new(std::iter::once(Ok(array)), field.into());
        Ok(to_stream_pycapsule(py, Box::new(stream), requested_schema)?)
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.batch
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect()
    }

    /// What each column holds: `text`, `float`, `count` or `flag`.
    #[getter]
    fn column_kinds(&self) -> Vec<&'static str> {
        let kind = |field: &std::sync::Arc<Field>| match field.data_type() {
            DataType::Float64 => "float",
            DataType::UInt64 => "count",
            DataType::Boolean => "flag",
            _ => "text",
        };
        self.batch.schema().fields().iter().map(kind).collect()
    }

    /// Rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The values of a column as Python objects; missing ones are `None`.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let column = self.batch.column_by_name(name).ok_or_else(|| {
            PyKeyError::new_err(format!(
                "no column is called {name:?}; columns: {}",
                self.column_names().join(", ")
            ))
        })?;
        match column.data_type() {
            DataType::Float64 => PyList::new(
                py,
                column
                    .as_primitive::<Float64Type>()
                    .iter()
                    .collect::<Vec<_>>(),
            ),
            DataType::UInt64 => PyList::new(
                py,
                column
                    .as_primitive::<UInt64Type>()
                    .iter()
                    .collect::<Vec<_>>(),
            ),
            DataType::Boolean => PyList::new(py, column.as_boolean().iter().collect::<Vec<_>>()),
            _ => PyList::new(py, column.as_string::<i32>().iter().collect::<Vec<_>>()),
        }
    }
}

/// A figure.
#[pyclass(frozen, module = "waage._waage")]
pub struct FigureHandle {
    figure: Figure,
}

#[pymethods]
impl FigureHandle {
    /// A name that is safe for files.
    #[getter]
    fn id(&self) -> &str {
        &self.figure.id
    }

    /// The title.
    #[getter]
    fn title(&self) -> &str {
        &self.figure.title
    }

    /// The figure in words.
    #[getter]
    fn alt(&self) -> &str {
        &self.figure.alt
    }

    /// SVG, with its font embedded unless the page has it: see `font_css`.
    #[pyo3(signature = (*, font=true))]
    fn svg(&self, font: bool) -> String {
        if font {
            self.figure.svg_with_font()
        } else {
            self.figure.svg.clone()
        }
    }

    /// PNG at so many times the size.
    fn png<'py>(&self, py: Python<'py>, scale: f32) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = guarded(py, || self.figure.png(scale))?.map_err(|e| raise(&e.into()))?;
        Ok(PyBytes::new(py, &bytes))
    }
}
