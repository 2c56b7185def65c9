//! Attributions as Parquet: the id, one column per number, in the rows' order.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::DataError;
use crate::output::AtomicFile;

/// Rows of a row group.
const ROW_GROUP_ROWS: usize = 1 << 18;

/// Writes rows of numbers under a temporary name; [`AttributionWriter::finish`] makes the file appear.
pub struct AttributionWriter {
    writer: ArrowWriter<AtomicFile>,
    schema: SchemaRef,
    target: String,
    has_id: bool,
}

impl AttributionWriter {
    /// Begins a file with the id column, if any, and a column of 64-bit floats per name.
    ///
    /// # Errors
    /// [`DataError::Write`] when the folder does not exist or cannot be written to;
    /// [`DataError::ColumnTwice`] when two columns would have one name.
    pub fn create(
        target: &Path,
        id: Option<(&str, &DataType)>,
        names: &[String],
    ) -> Result<Self, DataError> {
        let floats = names
            .iter()
            .map(|name| Field::new(name, DataType::Float64, false));
        let fields: Vec<Field> = id
            .map(|(name, kind)| Field::new(name, kind.clone(), true))
            .into_iter()
            .chain(floats)
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let place = target.display().to_string();
        crate::read::check_names(&place, &schema)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_dictionary_enabled(false)
            .set_created_by(format!("waage {}", env!("CARGO_PKG_VERSION")))
            .build();
        let file = AtomicFile::create(target)?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        Ok(Self {
            writer: writer.map_err(|cause| failed(&place, cause))?,
            schema,
            target: place,
            has_id: id.is_some(),
        })
    }

    /// Writes rows: the pieces of the id column, and the numbers column by column.
    ///
    /// # Errors
    /// [`DataError::Write`] when the disk is full.
    pub fn write(&mut self, ids: &[ArrayRef], columns: Vec<Vec<f64>>) -> Result<(), DataError> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len() + 1);
        if self.has_id {
            let pieces: Vec<&dyn Array> = ids.iter().map(AsRef::as_ref).collect();
            let id =
                arrow::compute::concat(&pieces).map_err(|cause| failed(&self.target, cause))?;
            arrays.push(id);
        }
        arrays.extend(
            columns
                .into_iter()
                .map(|values| Arc::new(Float64Array::from(values)) as ArrayRef),
        );
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays);
        let batch = batch.map_err(|cause| failed(&self.target, cause))?;
        self.writer
            .write(&batch)
            .map_err(|cause| failed(&self.target, cause))
    }

    /// Makes the file appear.
    ///
    /// # Errors
    /// [`DataError::Write`] when the disk is full or the target cannot be replaced.
    pub fn finish(self) -> Result<(), DataError> {
        let target = self.target;
        self.writer
            .into_inner()
            .map_err(|cause| failed(&target, cause))?
            .commit()
    }
}

fn failed(target: &str, cause: impl std::fmt::Display) -> DataError {
    crate::output::write_error(Path::new(target), std::io::Error::other(cause.to_string()))
}
