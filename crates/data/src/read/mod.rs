//! Files and batches as parts of one table, each readable in independent units.

pub(crate) mod csv;
pub(crate) mod discover;
pub(crate) mod ipc;
pub(crate) mod pages;
pub(crate) mod parquet;
pub(crate) mod sniff;
pub(crate) mod stdin;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray, new_null_array};
use arrow::datatypes::{DataType, Int32Type, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use crate::DataError;
use crate::decoded::{Batch, Decoded};
use crate::kind::Kind;

/// Rows that are decoded and handed on at a time.
pub(crate) const BATCH_ROWS: usize = 8192;
/// Rows of one unit of a row group: larger ones are shared among threads, each of which passes over
/// the pages of the others by their headers.
const ROW_GROUP_UNIT_ROWS: u64 = 1 << 20;
/// Rows of one unit of an in-memory batch.
const MEMORY_UNIT_ROWS: usize = 1 << 17;

/// One file, or the batches of a caller: a part of the table.
pub(crate) struct Part {
    /// Its name in messages.
    pub name: String,
    /// Its own schema, without partition columns.
    pub schema: SchemaRef,
    /// Columns that its folders name; they come after the schema's.
    pub partition: Vec<(String, Option<String>)>,
    /// Where the rows are.
    pub store: Store,
}

/// Where the rows of a part are.
pub(crate) enum Store {
    Parquet(parquet::File),
    IpcFile(ipc::File),
    IpcStream(ipc::Stream),
    Csv(csv::File),
    Memory(Vec<RecordBatch>),
    Stdin(stdin::Stdin),
}

/// What one thread reads at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    /// Position of the part.
    pub part: usize,
    /// Row group, or batch; 0 for what is read from start to end.
    pub chunk: usize,
    /// First row within a row group or an in-memory batch.
    pub start: usize,
    /// Rows of the part before the unit, where known before reading.
    pub before: Option<u64>,
    /// Rows, where known before reading.
    pub rows: Option<u64>,
}

/// Where a needed column is in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Position in the part's schema.
    Field(usize),
    /// Position among the partition columns.
    Partition(usize),
}

/// How the numbers of a part's untyped fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decimal {
    Point,
    Comma,
}

/// Rows of one part: the needed columns, in the order they were asked for.
pub(crate) struct Rows<'a> {
    pub columns: &'a [Decoded],
    pub len: usize,
    /// Position of the first row in its unit, from 0.
    pub first: u64,
    /// Line of each row in its file, where the file has lines.
    pub lines: Option<&'a [u64]>,
}

/// What takes rows; an error ends the reading.
pub(crate) type Sink<'a> = dyn FnMut(&Rows<'_>) -> Result<(), DataError> + 'a;

impl Part {
    /// The units of the part, in its order.
    pub fn units(&self, part: usize) -> Vec<Unit> {
        let unit = Unit {
            part,
            chunk: 0,
            start: 0,
            before: Some(0),
            rows: None,
        };
        match &self.store {
            Store::Parquet(file) => {
                let mut before = 0;
                let mut units = Vec::new();
                for (chunk, rows) in file.row_group_rows().enumerate() {
                    for start in (0..rows).step_by(ROW_GROUP_UNIT_ROWS as usize) {
                        units.push(Unit {
                            part,
                            chunk,
                            start: start as usize,
                            before: Some(before + start),
                            rows: Some(ROW_GROUP_UNIT_ROWS.min(rows - start)),
                        });
                    }
                    before += rows;
                }
                units
            }
            Store::IpcFile(file) => (0..file.batches())
                .map(|chunk| Unit {
                    chunk,
                    before: None,
                    ..unit
                })
                .collect(),
            Store::Memory(batches) => {
                let mut before = 0;
                let mut units = Vec::new();
                for (chunk, batch) in batches.iter().enumerate() {
                    for start in (0..batch.num_rows()).step_by(MEMORY_UNIT_ROWS) {
                        let rows = MEMORY_UNIT_ROWS.min(batch.num_rows() - start) as u64;
                        let (before_unit, rows_unit) = (Some(before), Some(rows));
                        units.push(Unit {
                            part,
                            chunk,
                            start,
                            before: before_unit,
                            rows: rows_unit,
                        });
                        before += rows;
                    }
                }
                units
            }
            Store::IpcStream(_) | Store::Csv(_) | Store::Stdin(_) => vec![unit],
        }
    }

    /// Where a row is, as people find it: by line, or by row and batch, from 1.
    pub fn place(&self, unit: Unit, row: u64, line: Option<u64>) -> String {
        match (line, unit.before) {
            (Some(line), _) => format!("{} line {line}", self.name),
            (None, Some(before)) => format!("{} row {}", self.name, before + row + 1),
            (None, None) => format!("{} batch {} row {}", self.name, unit.chunk + 1, row + 1),
        }
    }

    /// How its untyped fields write numbers.
    pub fn decimal(&self) -> Decimal {
        match &self.store {
            Store::Csv(file) => file.decimal(),
            _ => Decimal::Point,
        }
    }

    /// The kind of a column.
    pub fn kind(&self, slot: Slot) -> Kind {
        match slot {
            Slot::Field(_) if matches!(self.store, Store::Csv(_)) => Kind::Untyped,
            Slot::Field(index) => Kind::of(self.schema.field(index).data_type()),
            Slot::Partition(_) => Kind::Text,
        }
    }

    /// Where a column is; partition columns hide fields of the same name.
    pub fn slot(&self, column: &str) -> Option<Slot> {
        let partition = self.partition.iter().position(|(name, _)| name == column);
        partition.map(Slot::Partition).or_else(|| {
            self.schema
                .fields()
                .iter()
                .position(|f| f.name() == column)
                .map(Slot::Field)
        })
    }

    /// The names of its columns, in order.
    pub fn columns(&self) -> Vec<&str> {
        let fields = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().as_str());
        let hidden = |name: &&str| !self.partition.iter().any(|(column, _)| column == name);
        fields
            .filter(hidden)
            .chain(self.partition.iter().map(|(name, _)| name.as_str()))
            .collect()
    }

    /// Reads one unit, handing on at most [`BATCH_ROWS`] rows at a time.
    ///
    /// Decoders may panic on bytes that lie: that, too, becomes an error which names the file.
    pub fn read(&self, unit: Unit, slots: &[Slot], sink: &mut Sink<'_>) -> Result<(), DataError> {
        let mut assemble = Assemble::new(self, slots);
        let fields = assemble.fields.clone();
        let mut decoding = true;
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut forward = |batch: Batch, lines: Option<&[u64]>| {
                decoding = false;
                let result = assemble.forward(&batch, lines, sink);
                decoding = true;
                result
            };
            match &self.store {
                Store::Parquet(file) => file.read(&self.name, unit, &fields, &mut forward),
                Store::IpcFile(file) => file.read(&self.name, unit.chunk, &fields, &mut forward),
                Store::IpcStream(file) => file.read(&self.name, &fields, &mut forward),
                Store::Csv(file) => file.read(&self.name, &fields, &mut forward),
                Store::Stdin(stdin) => stdin.read(&fields, &mut forward),
                Store::Memory(batches) => {
                    let len = unit.rows.unwrap_or_default() as usize;
                    let batch = batches[unit.chunk].slice(unit.start, len);
                    let batch = batch
                        .project(&fields)
                        .map_err(|cause| self.damaged(&cause))?;
                    forward(batch.into(), None)
                }
            }
        }));
        match read {
            Ok(result) => result,
            Err(_) if decoding => Err(self.damaged(&"its decoder gave up")),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// The error of a part whose bytes contradict themselves.
    pub fn damaged(&self, cause: &dyn std::fmt::Display) -> DataError {
        let format = match self.store {
            Store::Parquet(_) => "Parquet",
            Store::Csv(_) => "CSV",
            Store::IpcFile(_) | Store::IpcStream(_) | Store::Stdin(_) => "Arrow IPC",
            Store::Memory(_) => "Arrow batches",
        };
        DataError::damaged(&self.name, format, cause)
    }
}

/// Hands on a batch whose columns are the wanted fields, and lines where the file has them.
pub(crate) type Forward<'a> = dyn FnMut(Batch, Option<&[u64]>) -> Result<(), DataError> + 'a;

/// Puts decoded fields and partition values in the order asked for, cut to blocks.
struct Assemble {
    /// Wanted fields of the part's schema, ascending, each once.
    fields: Vec<usize>,
    /// Per wanted column.
    sources: Vec<Origin>,
    rows_seen: u64,
    columns: Vec<Decoded>,
}

/// Where a wanted column comes from.
enum Origin {
    /// The field at that position of those decoded.
    Field(usize),
    /// A value to repeat.
    Constant(Decoded),
}

impl Assemble {
    fn new(part: &Part, slots: &[Slot]) -> Self {
        let fields = fields_of(slots);
        let sources = slots
            .iter()
            .map(|slot| match slot {
                Slot::Field(index) => Origin::Field(fields.partition_point(|field| field < index)),
                Slot::Partition(index) => {
                    Origin::Constant(constant(part.partition[*index].1.as_deref()).into())
                }
            })
            .collect();
        Self {
            fields,
            sources,
            rows_seen: 0,
            columns: Vec::new(),
        }
    }

    fn forward(
        &mut self,
        batch: &Batch,
        lines: Option<&[u64]>,
        sink: &mut Sink<'_>,
    ) -> Result<(), DataError> {
        let mut start = 0;
        while start < batch.rows {
            let len = BATCH_ROWS.min(batch.rows - start);
            let whole = len == batch.rows;
            self.columns.clear();
            self.columns
                .extend(self.sources.iter().map(|source| match source {
                    Origin::Field(field) if whole => batch.columns[*field].clone(),
                    Origin::Field(field) => batch.columns[*field].slice(start, len),
                    Origin::Constant(constant) => constant.slice(0, len),
                }));
            sink(&Rows {
                columns: &self.columns,
                len,
                first: self.rows_seen,
                lines: lines.map(|lines| &lines[start..start + len]),
            })?;
            self.rows_seen += len as u64;
            start += len;
        }
        Ok(())
    }
}

/// The fields among slots, ascending, each once.
pub(crate) fn fields_of(slots: &[Slot]) -> Vec<usize> {
    let field = |slot: &Slot| match slot {
        Slot::Field(index) => Some(*index),
        Slot::Partition(_) => None,
    };
    let mut fields: Vec<usize> = slots.iter().filter_map(field).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// A dictionary column that repeats one text.
fn constant(value: Option<&str>) -> ArrayRef {
    let Some(value) = value else {
        let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        return new_null_array(&text, BATCH_ROWS);
    };
    let keys = Int32Array::from(vec![0; BATCH_ROWS]);
    let values = Arc::new(StringArray::from_iter_values([value]));
    Arc::new(DictionaryArray::<Int32Type>::new(keys, values))
}

/// The part that a caller's batches form.
pub(crate) fn memory(schema: SchemaRef, batches: Vec<RecordBatch>) -> Part {
    let store = Store::Memory(batches);
    Part {
        name: "the table".to_owned(),
        schema,
        partition: Vec::new(),
        store,
    }
}

/// Refuses a schema in which a name would mean two columns.
pub(crate) fn check_names(path: &str, schema: &Schema) -> Result<(), DataError> {
    let mut names: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(DataError::ColumnTwice {
            path: path.to_owned(),
            column: pair[0].to_owned(),
        }),
        None => Ok(()),
    }
}
