//! The short way through a Parquet row group: flags, dictionary codes and doubles straight from their
//! pages.
//!
//! The parquet crate reads footers, page headers, levels of compression and dictionaries; what is
//! left for flat columns of bools, of dictionary-encoded text and of doubles is a stream of bits, of
//! small integers or of the numbers themselves, which is unpacked here into the arrays that its Arrow
//! reader would give, at a fraction of the cost (`benches/stages.rs`). Every other column, and every
//! file that does not say how its pages are encoded, takes the crate's own reader; a property test
//! holds the two to the same rows.

mod bits;
mod column;
mod hybrid;

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use parquet::basic::{Encoding, Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use self::column::{Column, Kind};
use super::BATCH_ROWS;
use crate::decoded::Batch;

/// Leaf columns and kinds of the wanted root fields, if all of them can go the short way.
pub(crate) fn plan(
    footer: &ParquetMetaData,
    schema: &Schema,
    row_group: usize,
    fields: &[usize],
) -> Option<Vec<Wanted>> {
    let group = footer.row_groups().get(row_group)?;
    let parquet = group.schema_descr();
    fields
        .iter()
        .map(|root| {
            let mut leaves = (0..parquet.num_columns())
                .filter(|leaf| parquet.get_column_root_idx(*leaf) == *root);
            let leaf = leaves.next().filter(|_| leaves.next().is_none())?;
            let field = schema.fields().get(*root)?;
            let chunk = group.columns().get(leaf)?;
            let kind = kind(chunk, field)?;
            Some(Wanted { leaf, kind })
        })
        .collect()
}

/// A column that can go the short way.
pub(crate) struct Wanted {
    leaf: usize,
    kind: Kind,
}

fn kind(chunk: &ColumnChunkMetaData, field: &Field) -> Option<Kind> {
    let description = chunk.column_descr();
    if description.max_rep_level() > 0 || description.max_def_level() > 1 {
        return None;
    }
    let pages = chunk.page_encoding_stats_mask()?;
    let only = |allowed: &[Encoding]| pages.encodings().all(|e| allowed.contains(&e));
    match (chunk.column_type(), field.data_type()) {
        (Type::BOOLEAN, DataType::Boolean) => {
            only(&[Encoding::PLAIN, Encoding::RLE]).then_some(Kind::Flags)
        }
        (Type::BYTE_ARRAY, DataType::Dictionary(_, values)) if **values == DataType::Utf8 => {
            let dictionary = [Encoding::RLE_DICTIONARY, Encoding::PLAIN_DICTIONARY];
            only(&dictionary).then_some(Kind::Codes)
        }
        (Type::DOUBLE, DataType::Float64) => {
            let either = [
                Encoding::PLAIN,
                Encoding::RLE_DICTIONARY,
                Encoding::PLAIN_DICTIONARY,
            ];
            only(&either).then_some(Kind::Reals)
        }
        _ => None,
    }
}

/// Hands on the rows of a unit in batches.
///
/// # Errors
/// What is wrong with the bytes, or the error of `forward`.
pub(crate) fn read<E>(
    file: &mut fs::File,
    footer: &ParquetMetaData,
    row_group: usize,
    wanted: &[Wanted],
    rows: std::ops::Range<usize>,
    broken: impl Fn(&dyn std::fmt::Display) -> E,
    mut forward: impl FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let group = footer.row_group(row_group);
    let total = usize::try_from(group.num_rows()).unwrap_or_default();
    let mut columns = wanted
        .iter()
        .map(|wanted| {
            let chunk = group.column(wanted.leaf);
            let window = Window::read(file, chunk).map_err(|e| broken(&e))?;
            let pages = SerializedPageReader::new(Arc::new(window), chunk, total, None)
                .map_err(|e| broken(&e))?;
            let nullable = chunk.column_descr().max_def_level() == 1;
            let mut column = Column::new(Box::new(pages), wanted.kind, nullable);
            column.skip(rows.start).map_err(|e| broken(&e))?;
            Ok(column)
        })
        .collect::<Result<Vec<_>, E>>()?;
    let mut left = rows.len();
    while left > 0 {
        let take = left.min(BATCH_ROWS);
        let columns = columns.iter_mut().map(|column| column.next(take));
        let columns = columns.collect::<Result<Vec<_>, ParquetError>>();
        forward(Batch {
            columns: columns.map_err(|e| broken(&e))?,
            rows: take,
        })?;
        left -= take;
    }
    Ok(())
}

/// The bytes of one column chunk, at their place in the file: one read instead of one per page.
struct Window {
    start: u64,
    bytes: bytes::Bytes,
}

impl Window {
    fn read(file: &mut fs::File, chunk: &ColumnChunkMetaData) -> Result<Self, ParquetError> {
        let (start, len) = chunk.byte_range();
        let size = file.metadata()?.len();
        if start.checked_add(len).is_none_or(|end| end > size) {
            return Err(ParquetError::EOF(format!(
                "a column lies at bytes {start} to {}, the file has {size}",
                start.saturating_add(len)
            )));
        }
        // The file is that long, so that no more is asked for than it holds.
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
        file.seek(SeekFrom::Start(start))?;
        file.take(len).read_to_end(&mut bytes)?;
        Ok(Self {
            start,
            bytes: bytes.into(),
        })
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Window {
    type T = <bytes::Bytes as ChunkReader>::T;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        self.bytes.get_read(start.saturating_sub(self.start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes, ParquetError> {
        self.bytes
            .get_bytes(start.saturating_sub(self.start), length)
    }
}

#[cfg(test)]
mod tests;
