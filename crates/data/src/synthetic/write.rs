//! Leads to Parquet: row groups made and encoded in parallel, written in order.

use std::io::Write;
use std::sync::Arc;

use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use waage_core::observer::{Observer, Phase};

use super::{Column, LeadSpec, Leads, SyntheticError};

/// Rows that are made, encoded and reported at a time.
const BATCH_ROWS: usize = 16_384;

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Row groups.
    pub row_groups: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Writes the leads of `spec` to `sink` as zstd-compressed Parquet with statistics.
///
/// Categorical columns are dictionary-encoded strings. Row groups are made and encoded on the
/// threads of the current rayon pool, as many at a time as it has threads, and written in order:
/// the bytes do not depend on the number of threads. Tells `observer` the rows as they are made.
///
/// # Errors
/// Those of [`LeadSpec::check`]; [`SyntheticError::Write`] when `sink` fails;
/// [`SyntheticError::Cancelled`] when the observer asks for it, at most some thousand rows later.
pub fn generate(
    spec: &LeadSpec,
    sink: impl Write + Send,
    observer: &dyn Observer,
) -> Result<Summary, SyntheticError> {
    let leads = spec.check()?;
    let schema = leads.schema();
    let descriptor = ArrowSchemaConverter::new()
        .schema_root("leads")
        .convert(&schema)?;
    let properties = Arc::new(properties(leads.columns())?);
    let root = descriptor.root_schema_ptr();
    let mut writer = SerializedFileWriter::new(sink, root, properties)?;
    let encoders = ArrowRowGroupWriterFactory::new(&writer, schema);

    observer.begin(Phase::Generate, Some(leads.rows));
    let row_groups = leads.rows.div_ceil(leads.row_group_rows as u64);
    let at_once = rayon::current_num_threads().max(1) as u64;
    let mut first = 0;
    while first < row_groups {
        let wave = first..row_groups.min(first + at_once);
        first = wave.end;
        let encoded: Vec<_> = wave
            .into_par_iter()
            .map(|group| encode(&leads, &encoders, group, observer))
            .collect::<Result<_, _>>()?;
        for chunks in encoded {
            let mut row_group = writer.next_row_group()?;
            for chunk in chunks {
                chunk.append_to_row_group(&mut row_group)?;
            }
            row_group.close()?;
        }
    }
    writer.finish()?;
    Ok(Summary {
        rows: leads.rows,
        columns: leads.columns().len(),
        row_groups,
        bytes: writer.bytes_written() as u64,
    })
}

/// The encoded columns of one row group.
fn encode(
    leads: &Leads,
    encoders: &ArrowRowGroupWriterFactory,
    group: u64,
    observer: &dyn Observer,
) -> Result<Vec<ArrowColumnChunk>, SyntheticError> {
    let schema = leads.schema();
    let mut columns = encoders.create_column_writers(group as usize)?;
    let mut start = group * leads.row_group_rows as u64;
    let end = leads.rows.min(start + leads.row_group_rows as u64);
    while start < end {
        if observer.cancelled() {
            return Err(SyntheticError::Cancelled);
        }
        let len = (end - start).min(BATCH_ROWS as u64);
        let batch = leads.batch(start, len as usize)?;
        for ((column, field), array) in columns.iter_mut().zip(schema.fields()).zip(batch.columns())
        {
            for leaf in compute_leaves(field, array)? {
                column.write(&leaf)?;
            }
        }
        observer.advance(len);
        start += len;
    }
    Ok(columns
        .into_iter()
        .map(|column| column.close())
        .collect::<Result<_, _>>()?)
}

/// Nothing in them depends on the time, the machine or the thread count.
fn properties(columns: &[Column]) -> Result<WriterProperties, SyntheticError> {
    let mut builder = WriterProperties::builder()
        .set_created_by("waage synthetic leads".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(None);
    for column in columns {
        let path = ColumnPath::from(column.name());
        if *column == Column::LeadId {
            builder = builder.set_column_encoding(path, Encoding::DELTA_BYTE_ARRAY);
        } else if repeats(*column) {
            builder = builder.set_column_dictionary_enabled(path, true);
        }
    }
    Ok(builder.build())
}

/// Whether a column has so few distinct values that a dictionary makes the file smaller.
fn repeats(column: Column) -> bool {
    !column.levels().is_empty()
        || matches!(
            column,
            Column::Visits | Column::PastPurchases | Column::EmailEngagement | Column::Created
        )
}
