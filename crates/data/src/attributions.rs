//! Attributions as Parquet: the id, one column per number, in the rows' order.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

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

/// Rows that are turned into columns at a time, so that they stay in cache.
const TURNED_ROWS: usize = 256;

/// Writes rows of numbers under a temporary name, in a thread of its own;
/// [`AttributionWriter::finish`] makes the file appear.
pub struct AttributionWriter {
    /// Gone when nothing more is to come.
    parts: Option<SyncSender<Part>>,
    thread: Option<JoinHandle<Result<Encoder, DataError>>>,
}

/// Pieces of the id column, and rows × columns of numbers.
type Part = (Vec<ArrayRef>, Vec<f64>);

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
        let mut encoder = Encoder::create(target, id, names)?;
        // One part waits while another is encoded.
        let (parts, received) = sync_channel::<Part>(1);
        let thread = std::thread::Builder::new().spawn(move || {
            for (ids, numbers) in received {
                encoder.write(&ids, &numbers)?;
            }
            Ok(encoder)
        });
        let thread = thread.map_err(|cause| DataError::io("a writing thread", cause))?;
        Ok(Self {
            parts: Some(parts),
            thread: Some(thread),
        })
    }

    /// Writes rows: the pieces of the id column, and rows × columns of numbers.
    ///
    /// # Errors
    /// [`DataError::Write`] when the disk is full, of these rows or of those before.
    pub fn write(&mut self, ids: Vec<ArrayRef>, numbers: Vec<f64>) -> Result<(), DataError> {
        let sent = self.parts.as_ref().map(|parts| parts.send((ids, numbers)));
        match sent {
            Some(Ok(())) => Ok(()),
            // The thread has ended before its time, and tells why.
            _ => self.join().map(drop),
        }
    }

    /// Makes the file appear.
    ///
    /// # Errors
    /// [`DataError::Write`] when the disk is full or the target cannot be replaced.
    pub fn finish(mut self) -> Result<(), DataError> {
        self.join()?.map_or(Ok(()), Encoder::finish)
    }

    fn join(&mut self) -> Result<Option<Encoder>, DataError> {
        self.parts = None;
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(None),
            Some(Ok(ended)) => ended.map(Some),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for AttributionWriter {
    /// Waits until what is half-written is gone.
    fn drop(&mut self) {
        self.parts = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Rows of numbers as Parquet.
struct Encoder {
    writer: ArrowWriter<AtomicFile>,
    schema: SchemaRef,
    target: String,
    has_id: bool,
}

impl Encoder {
    fn create(
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

    fn write(&mut self, ids: &[ArrayRef], numbers: &[f64]) -> Result<(), DataError> {
        let width = self.schema.fields().len() - usize::from(self.has_id);
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(width + 1);
        if self.has_id {
            let pieces: Vec<&dyn Array> = ids.iter().map(AsRef::as_ref).collect();
            let id =
                arrow::compute::concat(&pieces).map_err(|cause| failed(&self.target, cause))?;
            arrays.push(id);
        }
        let of_numbers = columns(numbers, width).into_iter();
        arrays.extend(of_numbers.map(|values| Arc::new(Float64Array::from(values)) as ArrayRef));
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays);
        let batch = batch.map_err(|cause| failed(&self.target, cause))?;
        self.writer
            .write(&batch)
            .map_err(|cause| failed(&self.target, cause))
    }

    fn finish(self) -> Result<(), DataError> {
        let target = self.target;
        self.writer
            .into_inner()
            .map_err(|cause| failed(&target, cause))?
            .commit()
    }
}

/// Rows × columns as columns.
fn columns(numbers: &[f64], width: usize) -> Vec<Vec<f64>> {
    let mut columns = vec![Vec::with_capacity(numbers.len() / width.max(1)); width];
    for rows in numbers.chunks(TURNED_ROWS * width.max(1)) {
        for (at, column) in columns.iter_mut().enumerate() {
            column.extend(rows.iter().skip(at).step_by(width));
        }
    }
    columns
}

fn failed(target: &str, cause: impl std::fmt::Display) -> DataError {
    crate::output::write_error(Path::new(target), std::io::Error::other(cause.to_string()))
}
