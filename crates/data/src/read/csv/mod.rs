//! CSV: separator and decimal mark recognised, fields kept as text, lines known.

mod recognise;
mod records;

use std::fs;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{ArrayRef, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::{RecordBatch, RecordBatchOptions};

use self::records::Records;
use super::{BATCH_ROWS, Decimal, Forward};
use crate::DataError;
use crate::input::CsvFormat;

/// Bytes that are looked at to recognise the format.
const SAMPLE_BYTES: u64 = 1 << 18;

/// A CSV file with a header.
///
/// Types are not guessed from a sample: fields stay text, and each use reads them as what it needs.
pub(crate) struct File {
    path: String,
    schema: SchemaRef,
    separator: u8,
    decimal: Decimal,
    windows_1252: AtomicBool,
}

impl File {
    /// Recognises what `format` leaves open and reads the header.
    pub fn open(path: &str, name: &str, format: CsvFormat) -> Result<Self, DataError> {
        let file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
        let mut sample = Vec::new();
        file.take(SAMPLE_BYTES)
            .read_to_end(&mut sample)
            .map_err(|cause| DataError::io(name, cause))?;
        let cut = sample.len() as u64 == SAMPLE_BYTES;
        let separator = match format.separator {
            Some(separator) => separator,
            None => recognise::separator(&sample, cut),
        };
        let decimal = match format.decimal {
            Some(b',') => Decimal::Comma,
            Some(_) => Decimal::Point,
            None => recognise::decimal(&sample, cut, separator),
        };
        let windows_1252 = AtomicBool::new(false);
        let mut records = Records::new(sample.as_slice(), separator);
        let Some(_) = records.next(name)? else {
            return Err(DataError::EmptyFile {
                path: name.to_owned(),
            });
        };
        let fields: Vec<Field> = (0..records.len())
            .map(|at| {
                let (text, _) = decoded(records.field(at));
                let column = match text.trim() {
                    "" => format!("column_{}", at + 1),
                    text => text.to_owned(),
                };
                Field::new(column, DataType::Utf8, true)
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self {
            path: path.to_owned(),
            schema,
            separator,
            decimal,
            windows_1252,
        })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn decimal(&self) -> Decimal {
        self.decimal
    }

    /// Whether fields that were read so far were no UTF-8, hence taken for Windows-1252.
    pub fn was_windows_1252(&self) -> bool {
        self.windows_1252.load(Ordering::Relaxed)
    }

    /// Reads the wanted fields from start to end; an empty field is null.
    pub fn read(
        &self,
        name: &str,
        fields: &[usize],
        forward: &mut Forward<'_>,
    ) -> Result<(), DataError> {
        let file = fs::File::open(&self.path).map_err(|cause| DataError::io(name, cause))?;
        let mut records = Records::new(file, self.separator);
        records.next(name)?;
        let expected = self.schema.fields().len();
        let wanted = Arc::new(
            self.schema
                .project(fields)
                .map_err(|cause| DataError::damaged(name, "CSV", &cause))?,
        );
        let mut columns: Vec<StringBuilder> = fields.iter().map(|_| StringBuilder::new()).collect();
        let mut lines = Vec::with_capacity(BATCH_ROWS);
        loop {
            let line = records.next(name)?;
            if let Some(line) = line {
                if records.len() != expected {
                    return Err(DataError::Ragged {
                        path: name.to_owned(),
                        line,
                        found: records.len(),
                        expected,
                        separator: char::from(self.separator),
                    });
                }
                lines.push(line);
                for (column, at) in columns.iter_mut().zip(fields) {
                    match records.field(*at) {
                        [] => column.append_null(),
                        bytes => {
                            let (text, foreign) = decoded(bytes);
                            if foreign {
                                self.windows_1252.store(true, Ordering::Relaxed);
                            }
                            column.append_value(text);
                        }
                    }
                }
            }
            if lines.len() == BATCH_ROWS || line.is_none() && !lines.is_empty() {
                let arrays = columns
                    .iter_mut()
                    .map(|c| Arc::new(c.finish()) as ArrayRef)
                    .collect();
                let options = RecordBatchOptions::new().with_row_count(Some(lines.len()));
                let schema = Arc::clone(&wanted);
                let batch = RecordBatch::try_new_with_options(schema, arrays, &options)
                    .map_err(|cause| DataError::damaged(name, "CSV", &cause))?;
                forward(batch.into(), Some(&lines))?;
                lines.clear();
            }
            if line.is_none() {
                return Ok(());
            }
        }
    }
}

/// A field as text: UTF-8, else Windows-1252 (then `true`).
fn decoded(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), false),
        Err(_) => (
            bytes
                .iter()
                .map(|byte| windows_1252(*byte))
                .collect::<String>()
                .into(),
            true,
        ),
    }
}

/// A character of Windows-1252; the five codes without one stay control characters.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte) - 0x80],
        byte => char::from(byte),
    }
}
