//! Arrow IPC: files by batch, streams from start to end.

use std::fs;
use std::io::{BufReader, Read};

use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};

use super::Forward;
use crate::DataError;

/// An Arrow file (Feather version 2): any batch can be read alone.
pub(crate) struct File {
    path: String,
    schema: SchemaRef,
    batches: usize,
}

impl File {
    /// Reads the footer.
    pub fn open(path: &str, name: &str) -> Result<Self, DataError> {
        let reader = file_reader(path, name, None)?;
        let (schema, batches) = (reader.schema(), reader.num_batches());
        Ok(Self {
            path: path.to_owned(),
            schema,
            batches,
        })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn batches(&self) -> usize {
        self.batches
    }

    pub fn read(
        &self,
        name: &str,
        batch: usize,
        fields: &[usize],
        forward: &mut Forward<'_>,
    ) -> Result<(), DataError> {
        let mut reader = file_reader(&self.path, name, Some(fields.to_vec()))?;
        reader
            .set_index(batch)
            .map_err(|cause| damaged(name, &cause))?;
        match reader.next() {
            Some(batch) => forward(&batch.map_err(|cause| damaged(name, &cause))?, None),
            None => Ok(()),
        }
    }
}

/// An Arrow stream in a file.
pub(crate) struct Stream {
    path: String,
    schema: SchemaRef,
}

impl Stream {
    /// Reads the schema.
    pub fn open(path: &str, name: &str) -> Result<Self, DataError> {
        let file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
        let schema = stream_reader(BufReader::new(file), name)?.schema();
        Ok(Self {
            path: path.to_owned(),
            schema,
        })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn read(
        &self,
        name: &str,
        fields: &[usize],
        forward: &mut Forward<'_>,
    ) -> Result<(), DataError> {
        let file = fs::File::open(&self.path).map_err(|cause| DataError::io(name, cause))?;
        drain(
            stream_reader(BufReader::new(file), name)?,
            name,
            fields,
            forward,
        )
    }
}

/// Opens a stream at its start.
pub(crate) fn stream_reader<R: Read>(input: R, name: &str) -> Result<StreamReader<R>, DataError> {
    StreamReader::try_new(input, None).map_err(|cause| damaged(name, &cause))
}

/// Hands on every batch that is left.
pub(crate) fn drain<R: Read>(
    mut reader: StreamReader<R>,
    name: &str,
    fields: &[usize],
    forward: &mut Forward<'_>,
) -> Result<(), DataError> {
    for batch in reader.by_ref() {
        let batch = batch.and_then(|batch| batch.project(fields));
        forward(&batch.map_err(|cause| damaged(name, &cause))?, None)?;
    }
    Ok(())
}

fn file_reader(
    path: &str,
    name: &str,
    fields: Option<Vec<usize>>,
) -> Result<FileReader<BufReader<fs::File>>, DataError> {
    let file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
    FileReader::try_new_buffered(file, fields).map_err(|cause| damaged(name, &cause))
}

fn damaged(name: &str, cause: &ArrowError) -> DataError {
    DataError::damaged(name, "Arrow IPC", cause)
}
