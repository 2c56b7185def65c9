//! What a Python caller may hand in, converted once at the border.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, Int32Array, PrimitiveArray, RecordBatch,
    RecordBatchReader, StringArray,
};
use arrow::datatypes::{
    ArrowPrimitiveType, Date32Type, Field, Float64Type, Int32Type, Int64Type, Schema,
    TimestampMicrosecondType, UInt64Type,
};
use numpy::{Element, PyReadonlyArray1};
use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use pyo3_arrow::{PyChunkedArray, PyRecordBatchReader};
use waage_audit::observer::Observer;
use waage_audit::{CsvFormat, Input, Source};

use crate::WaageError;

/// Rows that a caller handed in, not read yet.
pub enum Given {
    /// Paths, or columns in memory.
    Ready(Source),
    /// An Arrow stream; reading it may run Python code, so it is read without the GIL.
    Stream(Box<dyn RecordBatchReader + Send>),
}

impl Given {
    /// A list of paths, a dict of prepared columns, or anything with `__arrow_c_stream__`.
    pub fn of(data: &Bound<'_, PyAny>, csv: CsvFormat) -> PyResult<Self> {
        if let Ok(columns) = data.cast::<PyDict>() {
            return columns_of(columns).map(Self::Ready);
        }
        if let Ok(list) = data.cast::<PyList>() {
            let paths = list.extract::<Vec<String>>()?;
            return Ok(Self::Ready(Source::Input(Input { paths, csv })));
        }
        let reader = data
            .extract::<PyRecordBatchReader>()
            .and_then(PyRecordBatchReader::into_reader);
        reader
            .map(Self::Stream)
            .map_err(|e| explain(data.py(), e, "the table cannot be read as Arrow"))
    }

    /// The source, with a stream read to its end unless the observer cancels.
    pub fn read(self, observer: &dyn Observer) -> Result<Source, String> {
        let reader = match self {
            Self::Ready(source) => return Ok(source),
            Self::Stream(reader) => reader,
        };
        let schema = reader.schema();
        let batches = reader
            .take_while(|_| !observer.cancelled())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| format!("the Arrow stream broke off: {e}; check what produces it"))?;
        Ok(Source::Batches { schema, batches })
    }
}

/// An exception of another library as ours, with its sentence; Ctrl-C stays Ctrl-C.
fn explain(py: Python<'_>, error: PyErr, what: &str) -> PyErr {
    if !error.is_instance_of::<PyException>(py) || error.is_instance_of::<WaageError>(py) {
        return error;
    }
    let ours = WaageError::new_err(format!("{what}: {}", error.value(py)));
    ours.set_cause(py, Some(error));
    ours
}

/// Columns as the package prepares them: see [`column`].
fn columns_of(columns: &Bound<'_, PyDict>) -> PyResult<Source> {
    if columns.is_empty() {
        return Err(WaageError::new_err(
            "the table has no columns; give at least one array",
        ));
    }
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (name, values) in columns {
        let name: String = name.extract()?;
        let array = column(&values)
            .map_err(|e| explain(values.py(), e, &format!("column \"{name}\" cannot be used")))?;
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
    Ok(Source::Batches {
        schema,
        batches: vec![batch],
    })
}

/// One column: an Arrow array, `("text", int32 codes, labels)` with −1 for missing, or
/// `(kind, values, missing)` with a mask or `None`, where the kind is `bool`, `int`, `uint`,
/// `float`, `date` (days) or `timestamp` (microseconds).
fn column(values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let Ok((kind, values, rest)) = values.extract::<(String, Bound<'_, PyAny>, Bound<'_, PyAny>)>()
    else {
        return chunks(values);
    };
    if kind == "text" {
        return texts(&values, rest.extract()?);
    }
    let mask = rest.extract::<Option<PyReadonlyArray1<'_, bool>>>()?;
    let missing = |row: usize| mask.as_ref().is_some_and(|mask| mask.as_array()[row]);
    Ok(match kind.as_str() {
        "bool" => {
            let flags = values.extract::<PyReadonlyArray1<'_, bool>>()?;
            let present = |(row, flag): (usize, &bool)| (!missing(row)).then_some(*flag);
            Arc::new(
                flags
                    .as_array()
                    .iter()
                    .enumerate()
                    .map(present)
                    .collect::<BooleanArray>(),
            )
        }
        "int" => Arc::new(numbers::<Int64Type>(&values, missing)?),
        "uint" => Arc::new(numbers::<UInt64Type>(&values, missing)?),
        "float" => Arc::new(numbers::<Float64Type>(&values, missing)?),
        "date" => Arc::new(numbers::<Date32Type>(&values, missing)?),
        "timestamp" => Arc::new(numbers::<TimestampMicrosecondType>(&values, missing)?),
        other => {
            return Err(PyTypeError::new_err(format!(
                "columns of kind {other:?} are unknown"
            )));
        }
    })
}

/// Numbers of one type, with nulls where `missing` says so.
fn numbers<P: ArrowPrimitiveType<Native: Element>>(
    values: &Bound<'_, PyAny>,
    missing: impl Fn(usize) -> bool,
) -> PyResult<PrimitiveArray<P>> {
    let values = values.extract::<PyReadonlyArray1<'_, P::Native>>()?;
    let present = |(row, value): (usize, &P::Native)| (!missing(row)).then_some(*value);
    Ok(values.as_array().iter().enumerate().map(present).collect())
}

/// Texts as codes of distinct labels.
fn texts(codes: &Bound<'_, PyAny>, labels: Vec<String>) -> PyResult<ArrayRef> {
    let codes = codes.extract::<PyReadonlyArray1<'_, i32>>()?;
    let keys: Int32Array = codes
        .as_array()
        .iter()
        .map(|code| (*code >= 0).then_some(*code))
        .collect();
    let labels = Arc::new(StringArray::from(labels));
    let array = DictionaryArray::<Int32Type>::try_new(keys, labels)
        .map_err(|e| WaageError::new_err(e.to_string()))?;
    Ok(Arc::new(array))
}

/// An Arrow array, whatever its chunks.
pub fn chunks(values: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let chunked = values.extract::<PyChunkedArray>()?;
    let chunks: Vec<&dyn arrow::array::Array> = chunked
        .chunks()
        .iter()
        .map(|chunk| chunk.as_ref())
        .collect();
    if chunks.is_empty() {
        return Ok(arrow::array::new_empty_array(chunked.field().data_type()));
    }
    arrow::compute::concat(&chunks).map_err(|e| WaageError::new_err(e.to_string()))
}
