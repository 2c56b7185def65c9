//! Arrow IPC: files by batch, streams from start to end.
//!
//! Lengths are checked against the bytes that are there before memory is taken for them: a garbled
//! length must end in an error, not in the end of the process.

use std::fs;
use std::io::{BufReader, Read, Seek, SeekFrom};

use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::convert::fb_to_schema;
use arrow::ipc::reader::{FileDecoder, StreamDecoder, read_footer_length};
use arrow::ipc::{Block, MetadataVersion, RecordBatch as BatchHeader};
use arrow::ipc::{root_as_footer, root_as_message};
use arrow::record_batch::RecordBatch;

use super::Forward;
use crate::DataError;

/// Bytes of the magic and the footer's length at the end of a file.
const TRAILER_BYTES: u64 = 10;
/// Compressed buffers grow by less than this (zstd repeats 128 KiB in a few bytes).
const GROWTH_MAX: u64 = 1 << 17;
/// Memory that is taken for a message before its bytes were seen.
const RESERVE_BYTES_MAX: u64 = 1 << 26;

/// An Arrow file (Feather version 2): any batch can be read alone.
pub(crate) struct File {
    path: String,
    bytes: u64,
    schema: SchemaRef,
    version: MetadataVersion,
    dictionaries: Vec<Block>,
    batches: Vec<Block>,
}

impl File {
    /// Reads the footer.
    pub fn open(path: &str, name: &str) -> Result<Self, DataError> {
        let mut file = fs::File::open(path).map_err(|cause| DataError::io(name, cause))?;
        let bytes = file
            .metadata()
            .map_err(|cause| DataError::io(name, cause))?
            .len();
        let cut = || damaged(name, &"it is shorter than its footer");
        let start = bytes.checked_sub(TRAILER_BYTES).ok_or_else(cut)?;
        let mut trailer = [0; TRAILER_BYTES as usize];
        read_at(&mut file, name, start, &mut trailer)?;
        let footer_len = read_footer_length(trailer).map_err(|cause| damaged(name, &cause))?;
        let footer_start = start.checked_sub(footer_len as u64).ok_or_else(cut)?;
        let mut footer = vec![0; footer_len];
        read_at(&mut file, name, footer_start, &mut footer)?;
        let footer = root_as_footer(&footer).map_err(|cause| damaged(name, &cause))?;
        let schema = footer
            .schema()
            .ok_or_else(|| damaged(name, &"its footer has no schema"))?;
        if !schema.endianness().equals_to_target_endianness() {
            return Err(damaged(
                name,
                &"its bytes are in the order of another machine",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            bytes,
            schema: fb_to_schema(schema).into(),
            version: footer.version(),
            dictionaries: footer.dictionaries().iter().flatten().copied().collect(),
            batches: footer.recordBatches().iter().flatten().copied().collect(),
        })
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    pub fn batches(&self) -> usize {
        self.batches.len()
    }

    /// Decodes the wanted fields of one batch.
    pub fn read(
        &self,
        name: &str,
        batch: usize,
        fields: &[usize],
        forward: &mut Forward<'_>,
    ) -> Result<(), DataError> {
        let failed = |cause: ArrowError| damaged(name, &cause);
        let mut file = fs::File::open(&self.path).map_err(|cause| DataError::io(name, cause))?;
        let mut decoder =
            FileDecoder::new(self.schema.clone(), self.version).with_projection(fields.to_vec());
        for block in &self.dictionaries {
            let bytes = self.block(&mut file, name, block)?;
            decoder.read_dictionary(block, &bytes).map_err(failed)?;
        }
        let block = &self.batches[batch];
        let bytes = self.block(&mut file, name, block)?;
        match decoder.read_record_batch(block, &bytes).map_err(failed)? {
            Some(batch) => forward(batch.into(), None),
            None => Ok(()),
        }
    }

    /// The bytes of a block, if they lie within the file.
    fn block(&self, file: &mut fs::File, name: &str, block: &Block) -> Result<Buffer, DataError> {
        let outside = || damaged(name, &"a block lies outside the file");
        let number = |number: i64| u64::try_from(number).map_err(|_| outside());
        let metadata = number(block.metaDataLength().into())?;
        let (start, body) = (number(block.offset())?, number(block.bodyLength())?);
        let len = metadata.checked_add(body).ok_or_else(outside)?;
        let end = start.checked_add(len).ok_or_else(outside)?;
        if end > self.bytes || metadata < 8 {
            return Err(outside());
        }
        let mut bytes = vec![0; usize::try_from(len).map_err(|_| outside())?];
        read_at(file, name, start, &mut bytes)?;
        let (header, body) = bytes.split_at(metadata as usize);
        let skipped = if header.starts_with(&[0xff; 4]) { 8 } else { 4 };
        check_message(name, &header[skipped..], body)?;
        Ok(Buffer::from_vec(bytes))
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
        let batches = Batches::open(BufReader::new(file), name)?;
        Ok(Self {
            path: path.to_owned(),
            schema: batches.schema,
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
        let batches = Batches::open(BufReader::new(file), name)?;
        batches.drain(name, fields, &mut |batch| forward(batch.into(), None))
    }
}

/// The mark that ends a stream.
const END_OF_STREAM: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The batches of a stream, one after the other.
pub(crate) struct Batches<R> {
    messages: Messages<R>,
    /// Decoded together with the schema.
    first: Option<RecordBatch>,
    pub schema: SchemaRef,
}

impl<R: Read> Batches<R> {
    /// Reads up to the schema.
    pub fn open(input: R, name: &str) -> Result<Self, DataError> {
        let decoder = StreamDecoder::new();
        let pending = Buffer::from_vec(Vec::<u8>::new());
        let mut messages = Messages {
            input,
            decoder,
            pending,
            ended: false,
        };
        loop {
            let step = messages.step(name)?;
            match (messages.decoder.schema(), step) {
                (Some(schema), Step::Batch(batch)) => {
                    return Ok(Self {
                        messages,
                        first: Some(batch),
                        schema,
                    });
                }
                (Some(schema), _) => {
                    return Ok(Self {
                        messages,
                        first: None,
                        schema,
                    });
                }
                (None, Step::End) => return Err(damaged(name, &"the stream has no schema")),
                (None, _) => {}
            }
        }
    }

    /// Hands on the wanted fields of every batch that is left.
    pub fn drain(
        mut self,
        name: &str,
        fields: &[usize],
        take: &mut dyn FnMut(RecordBatch) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        let mut batch = self.first.take();
        loop {
            if let Some(batch) = batch.take() {
                let batch = batch
                    .project(fields)
                    .map_err(|cause| damaged(name, &cause))?;
                take(batch)?;
            }
            match self.messages.step(name)? {
                Step::Batch(next) => batch = Some(next),
                Step::Other => {}
                Step::End => return Ok(()),
            }
        }
    }
}

/// Whole messages of a stream, decoded.
struct Messages<R> {
    input: R,
    decoder: StreamDecoder,
    pending: Buffer,
    ended: bool,
}

enum Step {
    Batch(RecordBatch),
    Other,
    End,
}

impl<R: Read> Messages<R> {
    /// Decodes the next message. The decoder takes up a message without a body only when the next
    /// one begins, so it is always given an end mark in the end.
    fn step(&mut self, name: &str) -> Result<Step, DataError> {
        if self.pending.is_empty() {
            self.pending = match next_message(&mut self.input, name)? {
                Some(message) => message,
                None if self.ended => return Ok(Step::End),
                None => {
                    self.ended = true;
                    Buffer::from_vec(END_OF_STREAM.to_vec())
                }
            };
        }
        let batch = self.decoder.decode(&mut self.pending);
        Ok(batch
            .map_err(|cause| damaged(name, &cause))?
            .map_or(Step::Other, Step::Batch))
    }
}

/// The bytes of the next message of a stream; `None` at its end, which some writers do not mark.
fn next_message<R: Read>(input: &mut R, name: &str) -> Result<Option<Buffer>, DataError> {
    let mut message = Vec::new();
    let mut length = [0_u8; 4];
    for attempt in 0..2 {
        take(input, name, 4, &mut message)?;
        if message.is_empty() {
            return Ok(None);
        }
        let Some(bytes) = message
            .last_chunk::<4>()
            .filter(|_| message.len() == 4 * (attempt + 1))
        else {
            return Err(damaged(name, &"it ends within a message"));
        };
        length = *bytes;
        if length != [0xff; 4] {
            break;
        }
    }
    let metadata_len = u64::from(u32::from_le_bytes(length));
    if metadata_len == 0 {
        return Ok(None);
    }
    let metadata_start = message.len();
    let end = || damaged(name, &"it ends within a message");
    if take(input, name, metadata_len, &mut message)? < metadata_len {
        return Err(end());
    }
    let body_start = message.len();
    let metadata = root_as_message(&message[metadata_start..]);
    let body_len = metadata
        .map_err(|cause| damaged(name, &cause))?
        .bodyLength();
    let body_len = u64::try_from(body_len).map_err(|_| end())?;
    if take(input, name, body_len, &mut message)? < body_len {
        return Err(end());
    }
    check_message(
        name,
        &message[metadata_start..body_start],
        &message[body_start..],
    )?;
    Ok(Some(Buffer::from_vec(message)))
}

/// Appends up to so many bytes; how many there were.
fn take<R: Read>(
    input: &mut R,
    name: &str,
    bytes: u64,
    into: &mut Vec<u8>,
) -> Result<u64, DataError> {
    into.reserve(bytes.min(RESERVE_BYTES_MAX) as usize);
    let taken = input.take(bytes).read_to_end(into);
    taken
        .map(|taken| taken as u64)
        .map_err(|cause| DataError::io(name, cause))
}

/// Refuses compressed buffers that claim to hold more than compression can hold.
fn check_message(name: &str, metadata: &[u8], body: &[u8]) -> Result<(), DataError> {
    let message = root_as_message(metadata).map_err(|cause| damaged(name, &cause))?;
    let batch: Option<BatchHeader<'_>> = message.header_as_record_batch().or_else(|| {
        message
            .header_as_dictionary_batch()
            .and_then(|dictionary| dictionary.data())
    });
    let Some(batch) = batch.filter(|batch| batch.compression().is_some()) else {
        return Ok(());
    };
    for buffer in batch.buffers().iter().flatten() {
        let outside = || damaged(name, &"a buffer lies outside its message");
        if buffer.length() <= 0 {
            continue;
        }
        let start = usize::try_from(buffer.offset()).map_err(|_| outside())?;
        let prefix = body.get(start..).and_then(|bytes| bytes.first_chunk::<8>());
        let claimed = i64::from_le_bytes(*prefix.ok_or_else(outside)?);
        let possible = (buffer.length() as u64).saturating_mul(GROWTH_MAX);
        if u64::try_from(claimed).is_ok_and(|claimed| claimed > possible) {
            return Err(damaged(name, &"a buffer claims an impossible length"));
        }
    }
    Ok(())
}

fn read_at(file: &mut fs::File, name: &str, start: u64, bytes: &mut [u8]) -> Result<(), DataError> {
    file.seek(SeekFrom::Start(start))
        .and_then(|_| file.read_exact(bytes))
        .map_err(|cause| DataError::io(name, cause))
}

fn damaged(name: &str, cause: &dyn std::fmt::Display) -> DataError {
    DataError::damaged(name, "Arrow IPC", cause)
}
