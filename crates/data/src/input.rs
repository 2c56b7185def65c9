//! What a caller hands in: paths or Arrow batches, and the limits that hold.

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

/// Rows to read.
#[derive(Clone, Debug)]
pub enum Source {
    /// Files, globs, directories or standard input.
    Input(Input),
    /// Arrow batches in memory, all of one schema.
    Batches {
        /// Their schema.
        schema: SchemaRef,
        /// The rows.
        batches: Vec<RecordBatch>,
    },
}

impl Source {
    /// Files, globs, directories, or `-`, with the CSV format recognised.
    pub fn paths<P: Into<String>>(paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        Self::Input(Input {
            paths,
            csv: CsvFormat::default(),
        })
    }
}

/// Files to read as one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Files, globs, directories (with hive partitions), or `-` for standard input.
    pub paths: Vec<String>,
    /// How CSV files are written.
    pub csv: CsvFormat,
}

/// How CSV files are written; what is `None` is recognised from each file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CsvFormat {
    /// Between fields: one ASCII character, mostly `,` `;` `|` or a tab.
    pub separator: Option<u8>,
    /// Between whole and fraction: `.` or `,`.
    pub decimal: Option<u8>,
}

/// Bounds that keep a wrong column or a huge stream from eating the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Distinct labels of one attribute.
    pub levels_max: usize,
    /// Bytes that standard input may hold in memory when it must be scanned twice, and that the
    /// ids of a tie block may take.
    pub memory_max: u64,
}

impl Default for Limits {
    /// 10 000 labels, 1 GiB.
    fn default() -> Self {
        Self {
            levels_max: 10_000,
            memory_max: 1 << 30,
        }
    }
}
