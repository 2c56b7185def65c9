//! Standard input: an Arrow stream, read once, or kept when two scans are needed.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::sync::{Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::Forward;
use super::ipc::Batches;
use crate::DataError;

/// Its name in messages.
pub(crate) const NAME: &str = "standard input";

/// The bytes that were looked at, then the rest.
pub(crate) type Bytes = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// An Arrow stream that cannot be read again.
pub(crate) struct Stdin {
    schema: SchemaRef,
    state: Mutex<State>,
}

enum State {
    Fresh(Box<Batches<BufReader<Bytes>>>),
    Kept {
        fields: Vec<usize>,
        batches: Vec<RecordBatch>,
    },
    Gone,
}

/// Looks at the first bytes of an input.
pub(crate) fn peek(mut input: Box<dyn Read + Send>, bytes: usize) -> io::Result<(Vec<u8>, Bytes)> {
    let mut head = Vec::with_capacity(bytes);
    input.by_ref().take(bytes as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(input)))
}

impl Stdin {
    /// Reads the schema.
    pub fn open(input: Bytes) -> Result<Self, DataError> {
        let reader = Batches::open(BufReader::new(input), NAME)?;
        let schema = SchemaRef::clone(&reader.schema);
        Ok(Self {
            schema,
            state: Mutex::new(State::Fresh(Box::new(reader))),
        })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Reads all rows into memory, so that they can be scanned again; only the wanted fields.
    pub fn keep(&self, fields: &[usize], memory_max: u64) -> Result<(), DataError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let reader = match std::mem::replace(&mut *state, State::Gone) {
            State::Fresh(reader) => reader,
            kept @ State::Kept { .. } => {
                *state = kept;
                return Ok(());
            }
            State::Gone => return Err(DataError::InputGone),
        };
        let (mut batches, mut bytes) = (Vec::new(), 0);
        reader.drain(NAME, fields, &mut |batch| {
            let batch = owned(&batch)?;
            bytes += batch.get_array_memory_size() as u64;
            if bytes > memory_max {
                return Err(DataError::Memory {
                    what: "scanning standard input twice (a cut, quantile bins or --positive)",
                    limit: memory_max,
                    mend: "save it to a Parquet file, or raise the memory limit",
                });
            }
            batches.push(batch);
            Ok(())
        })?;
        *state = State::Kept {
            fields: fields.to_vec(),
            batches,
        };
        Ok(())
    }

    /// Hands on all rows: the kept ones, or for once the stream itself.
    pub fn read(&self, fields: &[usize], forward: &mut Forward<'_>) -> Result<(), DataError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *state, State::Gone) {
            State::Fresh(reader) => {
                reader.drain(NAME, fields, &mut |batch| forward(batch.into(), None))
            }
            State::Kept {
                fields: kept,
                batches,
            } => {
                let at = |field: &usize| kept.iter().position(|k| k == field);
                let positions = fields.iter().map(at).collect::<Option<Vec<_>>>();
                let result = positions.ok_or(DataError::InputGone).and_then(|positions| {
                    batches.iter().try_for_each(|batch| {
                        let batch = batch
                            .project(&positions)
                            .map_err(|cause| DataError::damaged(NAME, "Arrow IPC", &cause))?;
                        forward(batch.into(), None)
                    })
                });
                *state = State::Kept {
                    fields: kept,
                    batches,
                };
                result
            }
            State::Gone => Err(DataError::InputGone),
        }
    }
}

/// A copy that does not hold on to the message it was read from, whose other columns would stay
/// in memory with it. (Joining two halves is the kernel that always copies.)
fn owned(batch: &RecordBatch) -> Result<RecordBatch, DataError> {
    let half = batch.num_rows() / 2;
    let halves = [
        batch.slice(0, half),
        batch.slice(half, batch.num_rows() - half),
    ];
    arrow::compute::concat_batches(&batch.schema(), &halves)
        .map_err(|cause| DataError::damaged(NAME, "Arrow IPC", &cause))
}
