//! Parquet: footers read once, strings as dictionary codes, a row group at a time.

use std::collections::HashSet;
use std::fs;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::ParquetMetaData;

use super::{BATCH_ROWS, Forward, Unit, pages};
use crate::DataError;

/// An opened file: its path and footer, no handle.
pub(crate) struct File {
    path: String,
    metadata: ArrowReaderMetadata,
}

impl File {
    /// Reads the footer.
    pub fn open(path: &str, name: &str) -> Result<Self, DataError> {
        let file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
        let damaged = |cause| DataError::damaged(name, "Parquet", &cause);
        let options = ArrowReaderOptions::new();
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(damaged)?;
        Ok(Self {
            path: path.to_owned(),
            metadata,
        })
    }

    /// Asks for the columns that `keep_text` does not name as dictionary codes, if they are text.
    ///
    /// Codes of a dictionary page arrive without a string being built. Columns of all-distinct
    /// texts are better left as they are.
    pub fn read_text_as_codes(&mut self, keep_text: &HashSet<String>) {
        let schema = self.metadata.schema();
        let fields: Vec<Field> = schema
            .fields()
            .iter()
            .map(|field| {
                let is_text = matches!(
                    field.data_type(),
                    DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
                );
                let mut field = field.as_ref().clone();
                if is_text && !keep_text.contains(field.name()) {
                    let (key, value) = (Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    field.set_data_type(DataType::Dictionary(key, value));
                }
                field
            })
            .collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        let footer = Arc::clone(self.metadata.metadata());
        let options = ArrowReaderOptions::new().with_schema(schema);
        // A file whose own types forbid it is read as it is.
        if let Ok(metadata) = ArrowReaderMetadata::try_new(footer, options) {
            self.metadata = metadata;
        }
    }

    /// The file's Arrow schema.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// The footer, for statistics.
    pub fn footer(&self) -> &ParquetMetaData {
        self.metadata.metadata()
    }

    /// Rows of each row group.
    pub fn row_group_rows(&self) -> impl Iterator<Item = u64> {
        let groups = self.metadata.metadata().row_groups();
        groups
            .iter()
            .map(|group| u64::try_from(group.num_rows()).unwrap_or_default())
    }

    /// Decodes the wanted fields of a row group, or of some of its rows.
    pub fn read(
        &self,
        name: &str,
        unit: Unit,
        fields: &[usize],
        forward: &mut Forward<'_>,
    ) -> Result<(), DataError> {
        let damaged = |cause: &dyn std::fmt::Display| DataError::damaged(name, "Parquet", cause);
        let mut file = fs::File::open(&self.path).map_err(|cause| DataError::io(name, cause))?;
        if let Some(wanted) = pages::plan(self.footer(), self.schema(), unit.chunk, fields) {
            let all = self.row_group_rows().nth(unit.chunk).unwrap_or_default();
            let rows = unit.start..unit.start + unit.rows.unwrap_or(all) as usize;
            return pages::read(
                &mut file,
                self.footer(),
                unit.chunk,
                &wanted,
                rows,
                damaged,
                |batch| forward(batch, None),
            );
        }
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), fields.iter().copied());
        let builder = builder
            .with_row_groups(vec![unit.chunk])
            .with_projection(mask)
            .with_batch_size(BATCH_ROWS);
        let rows = self.row_group_rows().nth(unit.chunk);
        let builder = match unit.rows {
            Some(part) if rows != Some(part) => {
                builder.with_offset(unit.start).with_limit(part as usize)
            }
            _ => builder,
        };
        let reader = builder.build().map_err(|cause| damaged(&cause))?;
        for batch in reader {
            forward(batch.map_err(|cause| damaged(&cause))?.into(), None)?;
        }
        Ok(())
    }
}
