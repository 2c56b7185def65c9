//! What a Python caller may hand in, converted once at the border.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray,
};
use arrow::datatypes::{Field, Int32Type, Schema};
use numpy::{PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyo3_arrow::PyRecordBatchReader;
use waage_audit::{CsvFormat, Input, Source};

use crate::WaageError;

/// A path, a list of paths, a dict of prepared columns, or anything with `__arrow_c_stream__`.
pub fn source(data: &Bound<'_, PyAny>, csv: CsvFormat) -> PyResult<Source> {
    if let Ok(columns) = data.cast::<PyDict>() {
        return columns_of(columns);
    }
    if let Ok(path) = data.extract::<PathBuf>() {
        return Ok(paths(vec![path], csv));
    }
    if let Ok(list) = data.cast::<PyList>() {
        return Ok(paths(list.extract::<Vec<PathBuf>>()?, csv));
    }
    let reader = data.extract::<PyRecordBatchReader>()?.into_reader()?;
    let schema = reader.schema();
    let batches = reader
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| WaageError::new_err(format!("the Arrow stream cannot be read: {e}")))?;
    Ok(Source::Batches { schema, batches })
}

fn paths(paths: Vec<PathBuf>, csv: CsvFormat) -> Source {
    let paths = paths.iter().map(|p| p.display().to_string()).collect();
    Source::Input(Input { paths, csv })
}

/// Columns as numpy arrays: bool, int64, float64, `("date", int32 days)` or
/// `("text", int32 codes, labels)` with −1 for missing.
fn columns_of(columns: &Bound<'_, PyDict>) -> PyResult<Source> {
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, values) in columns {
        let name: String = name.extract()?;
        let array = column(&values)
            .map_err(|e| WaageError::new_err(format!("column \"{name}\" cannot be used: {e}")))?;
        if let Some(first) = arrays.first()
            && first.len() != array.len()
        {
            return Err(WaageError::new_err(format!(
                "column \"{name}\" has {} rows, the columns before it {}; give arrays of one length",
                array.len(),
                first.len()
            )));
        }
        fields.push(Field::new(name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), arrays)
        .map_err(|e| WaageError::new_err(format!("the columns do not form a table: {e}")))?;
    Ok(Source::Batches { schema, batches: vec![batch] })
}

fn column(values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    if let Ok((kind, codes, labels)) =
        values.extract::<(String, PyReadonlyArray1<'_, i32>, Vec<String>)>()
        && kind == "text"
    {
        let keys: Int32Array =
            codes.as_array().iter().map(|code| (*code >= 0).then_some(*code)).collect();
        let labels = Arc::new(StringArray::from(labels));
        let array = DictionaryArray::<Int32Type>::try_new(keys, labels)
            .map_err(|e| WaageError::new_err(e.to_string()))?;
        return Ok(Arc::new(array));
    }
    if let Ok((_, days)) = values.extract::<(String, PyReadonlyArray1<'_, i64>)>() {
        let missing = i64::MIN;
        return Ok(Arc::new(
            days.as_array()
                .iter()
                .map(|day| (*day != missing).then(|| i32::try_from(*day).unwrap_or(i32::MAX)))
                .collect::<Date32Array>(),
        ));
    }
    if let Ok(flags) = values.extract::<PyReadonlyArray1<'_, bool>>() {
        return Ok(Arc::new(flags.as_array().iter().map(|f| Some(*f)).collect::<BooleanArray>()));
    }
    if let Ok(whole) = values.extract::<PyReadonlyArray1<'_, i64>>() {
        return Ok(Arc::new(Int64Array::from_iter_values(whole.as_array().iter().copied())));
    }
    let real: PyReadonlyArray1<'_, f64> = values.extract()?;
    debug_assert_eq!(real.ndim(), 1);
    Ok(Arc::new(Float64Array::from_iter_values(real.as_array().iter().copied())))
}
