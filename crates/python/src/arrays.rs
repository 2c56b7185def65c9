//! Arrays in memory: codes, counts and replicates for the package `waage.metrics`.
//!
//! Arrays are checked here once and handed on as slices; what is none of ours (another dtype, texts
//! mixed with numbers, too many levels) is answered with `None` and left to the caller.

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use numpy::{Element, IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use waage_audit::arrays::cells::{self, Rows};
use waage_audit::arrays::codes::{self, Codes, Whole};
use waage_audit::arrays::{ranking, resample};

use crate::input::chunks;
use crate::observer::guarded;

/// Codes per row and the first row of each level.
type Coded<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<usize>>);

/// Position of each row's label among the values, and these.
type Labelled<'py> = (Bound<'py, PyArray1<u8>>, Vec<i64>);

fn coded(py: Python<'_>, codes: Option<Codes>) -> Option<Coded<'_>> {
    codes.map(|c| (c.codes.into_pyarray(py), c.first.into_pyarray(py)))
}

fn refused(what: &str) -> PyErr {
    PyValueError::new_err(format!(
        "the arrays do not fit together ({what}); give one value per row and codes in range"
    ))
}

/// Codes of a column in order of first sight: texts as (rows × characters) of 32 bits, 64-bit
/// patterns, Python texts in an object array, or an Arrow array of texts; `None` for all else.
#[pyfunction]
pub fn codes_of<'py>(values: &Bound<'py, PyAny>) -> PyResult<Option<Coded<'py>>> {
    let py = values.py();
    if let Ok(words) = values.extract::<PyReadonlyArray2<'_, u32>>() {
        let (rows, width) = (words.as_array().nrows(), words.as_array().ncols());
        let words = words.as_slice()?;
        let found = guarded(py, || codes::of_words(words, width, rows))?;
        return Ok(coded(py, found));
    }
    if let Ok(bits) = values.extract::<PyReadonlyArray1<'_, u64>>() {
        let bits = bits.as_slice()?;
        let found = guarded(py, || codes::of_bits(bits))?;
        return Ok(coded(py, found));
    }
    if let Ok(objects) = values.extract::<PyReadonlyArray1<'_, Py<PyAny>>>() {
        // The interpreter's lock stays held: the texts belong to Python.
        let mut texts: Vec<&[u8]> = Vec::with_capacity(objects.len()?);
        for object in objects.as_array() {
            match object.bind(py).cast_exact::<PyString>() {
                Ok(text) => match text.to_str() {
                    Ok(text) => texts.push(text.as_bytes()),
                    Err(_) => return Ok(None),
                },
                Err(_) => return Ok(None),
            }
        }
        return Ok(coded(py, codes::of_texts(texts.len(), |row| texts[row])));
    }
    if !values.hasattr("__arrow_c_stream__")? && !values.hasattr("__arrow_c_array__")? {
        return Ok(None);
    }
    let array = chunks(values)?;
    if array.null_count() > 0 {
        return Ok(None);
    }
    let rows = array.len();
    let found = guarded(py, || match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            codes::of_texts(rows, |row| texts.value(row).as_bytes())
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            codes::of_texts(rows, |row| texts.value(row).as_bytes())
        }
        DataType::Utf8View => {
            let texts = array.as_string_view();
            codes::of_texts(rows, |row| texts.value(row).as_bytes())
        }
        _ => None,
    })?;
    Ok(coded(py, found))
}

/// Codes of the combinations of columns of codes that occur.
#[pyfunction]
pub fn combine<'py>(
    py: Python<'py>,
    columns: Vec<(PyReadonlyArray1<'py, u32>, usize)>,
) -> PyResult<Option<Coded<'py>>> {
    let columns: Vec<(&[u32], usize)> = columns
        .iter()
        .map(|(codes, levels)| Ok((codes.as_slice()?, *levels)))
        .collect::<PyResult<_>>()?;
    let found = guarded(py, || codes::combined(&columns))?;
    Ok(coded(py, found))
}

/// Positions of whole numbers among their sorted distinct values, and these; `None` if they are
/// not few.
#[pyfunction]
pub fn labels_of<'py>(values: &Bound<'py, PyAny>) -> PyResult<Option<Labelled<'py>>> {
    /// The labels if the array has this type.
    fn try_as<'py, T: Element + Whole>(
        values: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Option<codes::Labels>>> {
        let Ok(array) = values.extract::<PyReadonlyArray1<'_, T>>() else {
            return Ok(None);
        };
        let slice = array.as_slice()?;
        guarded(values.py(), || codes::labels(slice)).map(Some)
    }
    let kinds = [
        try_as::<i64>,
        try_as::<bool>,
        try_as::<f64>,
        try_as::<i32>,
        try_as::<i8>,
        try_as::<u8>,
        try_as::<f32>,
        try_as::<i16>,
        try_as::<u16>,
        try_as::<u32>,
        try_as::<u64>,
    ];
    for kind in kinds {
        if let Some(found) = kind(values)? {
            return Ok(found.map(|l| (l.codes.into_pyarray(values.py()), l.values)));
        }
    }
    Ok(None)
}

/// Rows per cell (group × label × decision).
#[pyfunction]
pub fn count_cells<'py>(
    py: Python<'py>,
    groups: PyReadonlyArray1<'py, u32>,
    y: PyReadonlyArray1<'py, u8>,
    d: PyReadonlyArray1<'py, u8>,
    sizes: [usize; 3],
) -> PyResult<Bound<'py, PyArray1<u64>>> {
    let (groups, y, d) = (groups.as_slice()?, y.as_slice()?, d.as_slice()?);
    let rows = Rows {
        groups,
        y,
        d,
        sizes,
    };
    let counts = guarded(py, || rows.counts())?;
    Ok(counts.ok_or_else(|| refused("counts"))?.into_pyarray(py))
}

/// The cell of each row, as `count_cells` counts them.
#[pyfunction]
pub fn cells_of<'py>(
    py: Python<'py>,
    groups: PyReadonlyArray1<'py, u32>,
    y: PyReadonlyArray1<'py, u8>,
    d: PyReadonlyArray1<'py, u8>,
    sizes: [usize; 3],
) -> PyResult<Bound<'py, PyArray1<u32>>> {
    let (groups, y, d) = (groups.as_slice()?, y.as_slice()?, d.as_slice()?);
    let rows = Rows {
        groups,
        y,
        d,
        sizes,
    };
    let codes = guarded(py, || rows.codes())?;
    Ok(codes.ok_or_else(|| refused("cells"))?.into_pyarray(py))
}

/// Sums of channels per code, `[channel][code]`.
#[pyfunction]
pub fn sum_cells<'py>(
    py: Python<'py>,
    codes: PyReadonlyArray1<'py, u32>,
    cells: usize,
    channels: Vec<PyReadonlyArray1<'py, f64>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let codes = codes.as_slice()?;
    let channels: Vec<&[f64]> = slices(&channels)?;
    let sums = guarded(py, || cells::sums(codes, cells, &channels))?;
    Ok(sums.ok_or_else(|| refused("sums"))?.into_pyarray(py))
}

/// Replicates `start..stop` of counts, one after another.
#[pyfunction]
pub fn draw_counts<'py>(
    py: Python<'py>,
    counts: PyReadonlyArray1<'py, u64>,
    start: usize,
    stop: usize,
    seed: u64,
) -> PyResult<Bound<'py, PyArray1<u64>>> {
    let counts = counts.as_slice()?;
    let drawn = guarded(py, || resample::of_counts(counts, start..stop, seed))?;
    Ok(drawn.into_pyarray(py))
}

/// Replicates `start..stop` of `sum_cells`, `[replicate][channel][code]`.
#[pyfunction]
pub fn draw_sums<'py>(
    py: Python<'py>,
    codes: PyReadonlyArray1<'py, u32>,
    cells: usize,
    channels: Vec<PyReadonlyArray1<'py, f64>>,
    start: usize,
    stop: usize,
    seed: u64,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let codes = codes.as_slice()?;
    let channels: Vec<&[f64]> = slices(&channels)?;
    let drawn = guarded(py, || {
        resample::of_sums(codes, cells, &channels, start..stop, seed)
    })?;
    Ok(drawn.ok_or_else(|| refused("sums"))?.into_pyarray(py))
}

fn slices<'a>(channels: &'a [PyReadonlyArray1<'_, f64>]) -> PyResult<Vec<&'a [f64]>> {
    channels.iter().map(|c| Ok(c.as_slice()?)).collect()
}

/// Rows in order of their score.
#[pyclass(frozen, module = "waage._waage")]
pub struct Ranking {
    inner: ranking::Ranking,
}

/// Orders rows by their scores; weights may be empty.
#[pyfunction]
pub fn rank(
    py: Python<'_>,
    scores: PyReadonlyArray1<'_, f64>,
    positive: PyReadonlyArray1<'_, bool>,
    groups: PyReadonlyArray1<'_, u32>,
    n_groups: usize,
    weights: PyReadonlyArray1<'_, f64>,
) -> PyResult<Ranking> {
    let (scores, positive) = (scores.as_slice()?, positive.as_slice()?);
    let (groups, weights) = (groups.as_slice()?, weights.as_slice()?);
    let made = guarded(py, || {
        ranking::Ranking::new(scores, positive, groups, n_groups, weights)
    })?;
    let inner = made.ok_or_else(|| refused("scores"))?;
    Ok(Ranking { inner })
}

#[pymethods]
impl Ranking {
    /// Areas of the groups, then of the unions of groups; NaN where one class is lacking.
    fn areas<'py>(
        &self,
        py: Python<'py>,
        unions: PyReadonlyArray1<'py, u32>,
        n_unions: usize,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let unions = unions.as_slice()?;
        let areas = guarded(py, || self.inner.areas(unions, n_unions))?;
        with_nan(py, areas)
    }

    /// The areas of the replicates `start..stop`, one after another.
    fn draw_areas<'py>(
        &self,
        py: Python<'py>,
        unions: PyReadonlyArray1<'py, u32>,
        n_unions: usize,
        start: usize,
        stop: usize,
        seed: u64,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let unions = unions.as_slice()?;
        let areas = guarded(py, || {
            self.inner.replicates(unions, n_unions, start..stop, seed)
        })?;
        with_nan(py, areas)
    }
}

/// Undefined areas as Python's arrays have them.
fn with_nan(py: Python<'_>, areas: Option<Vec<Option<f64>>>) -> PyResult<Bound<'_, PyArray1<f64>>> {
    let areas = areas.ok_or_else(|| refused("unions"))?;
    let areas: Vec<f64> = areas.into_iter().map(|a| a.unwrap_or(f64::NAN)).collect();
    Ok(areas.into_pyarray(py))
}
