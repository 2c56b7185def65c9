//! Records of a CSV stream: quoted fields, line numbers, bounded memory.

use std::io::Read;

use csv_core::ReadRecordResult;

use crate::DataError;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 1 << 16;
/// Bytes of one record: more mean a quote that is never closed.
const RECORD_BYTES_MAX: usize = 1 << 24;

/// Splits a stream into records.
pub(super) struct Records<R> {
    input: R,
    reader: csv_core::Reader,
    chunk: Vec<u8>,
    start: usize,
    end: usize,
    begun: bool,
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
}

impl<R: Read> Records<R> {
    pub fn new(input: R, separator: u8) -> Self {
        Self {
            input,
            reader: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            chunk: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            begun: false,
            text: vec![0; 1024],
            ends: vec![0; 64],
            fields: 0,
        }
    }

    /// Goes to the next record; its line, from 1, or `None` at the end.
    pub fn next(&mut self, name: &str) -> Result<Option<u64>, DataError> {
        self.skip_line_ends(name)?;
        let line = self.reader.line();
        let (mut text_len, mut fields) = (0, 0);
        loop {
            if self.start == self.end {
                self.fill(name)?;
            }
            let input = &self.chunk[self.start..self.end];
            let (result, read, written, ended) = self.reader.read_record(
                input,
                &mut self.text[text_len..],
                &mut self.ends[fields..],
            );
            self.start += read;
            text_len += written;
            fields += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if self.text.len() >= RECORD_BYTES_MAX {
                        let cause =
                            format!("the record in line {line} never ends: a quote is not closed");
                        return Err(DataError::damaged(name, "CSV", &cause));
                    }
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    self.fields = fields;
                    return Ok(Some(line));
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    /// Fields of the current record.
    pub fn len(&self) -> usize {
        self.fields
    }

    /// A field of the current record.
    pub fn field(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start..self.ends[at]]
    }

    /// Steps over line ends before a record, so that its line is counted from its first byte.
    fn skip_line_ends(&mut self, name: &str) -> Result<(), DataError> {
        loop {
            if self.start == self.end {
                self.fill(name)?;
            }
            match self.chunk[self.start..self.end].first() {
                Some(b'\n') => {
                    self.reader.set_line(self.reader.line() + 1);
                    self.start += 1;
                }
                Some(b'\r') => self.start += 1,
                _ => return Ok(()),
            }
        }
    }

    fn fill(&mut self, name: &str) -> Result<(), DataError> {
        let failed = |cause| DataError::io(name, cause);
        self.start = 0;
        self.end = 0;
        // The first chunk is filled, so that a byte order mark is not cut.
        while self.end < self.chunk.len() {
            match self.input.read(&mut self.chunk[self.end..]) {
                Ok(0) => break,
                Ok(read) => self.end += read,
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(failed(cause)),
            }
        }
        if !self.begun && self.chunk[..self.end].starts_with(b"\xef\xbb\xbf") {
            self.start = 3;
        }
        self.begun = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(u64, Vec<String>)> {
        let mut records = Records::new(text, b';');
        let mut found = Vec::new();
        while let Some(line) = records.next("x.csv").unwrap() {
            let fields = (0..records.len())
                .map(|at| String::from_utf8_lossy(records.field(at)).into_owned())
                .collect();
            found.push((line, fields));
        }
        found
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for end in ["\n", "\r\n"] {
            let text = ["\u{feff}a;b", "1;\"two", "lines\"", "", "x;y", "z"].join(end);
            let quoted = format!("two{end}lines");
            let expected: [(u64, &[&str]); 4] = [
                (1, &["a", "b"]),
                (2, &["1", &quoted]),
                (5, &["x", "y"]),
                (6, &["z"]),
            ];
            let found = all(text.as_bytes());
            let expected = expected.map(|(line, fields)| {
                (
                    line,
                    fields
                        .iter()
                        .map(|field| (*field).to_owned())
                        .collect::<Vec<_>>(),
                )
            });
            assert_eq!(found, expected, "{end:?}");
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_in_an_error() {
        let mut text = b"a;b\n1;\"".to_vec();
        text.resize(RECORD_BYTES_MAX + 100, b'x');
        let mut records = Records::new(text.as_slice(), b';');
        records.next("x.csv").unwrap();
        let message = records.next("x.csv").unwrap_err().to_string();
        assert!(message.contains("line 2 never ends"), "{message}");
    }
}
