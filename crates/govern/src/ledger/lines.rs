//! The lines of a file, one after another, in memory that does not grow with the file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::entry::LINE_BYTES_MAX;

/// Read at once; several lines of the greatest length fit.
const BUFFER_BYTES: usize = 256 * 1024;

/// One line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Its bytes without the line end; none of a line that is too long.
    pub bytes: &'a [u8],
    /// The offset of its first byte.
    pub start: u64,
    /// The offset after it and its line end.
    pub end: u64,
    /// Whether it has a line end.
    pub is_whole: bool,
}

/// Lines of a part of a file.
pub(crate) struct Lines {
    file: File,
    buffer: Vec<u8>,
    /// What is not yet given lies here in the buffer.
    from: usize,
    to: usize,
    /// Offset in the file of the byte at `from`.
    start: u64,
    /// Bytes not yet read.
    left: u64,
}

impl Lines {
    /// The lines between two offsets, of which the first begins a line.
    pub fn new(mut file: File, start: u64, end: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(start))?;
        let left = end.saturating_sub(start);
        let room = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
        Ok(Self {
            file,
            buffer: vec![0; room],
            from: 0,
            to: 0,
            start,
            left,
        })
    }

    /// The next line, or `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        loop {
            let waiting = &self.buffer[self.from..self.to];
            if let Some(more) = memchr::memchr(b'\n', &waiting[searched..]) {
                return Ok(Some(self.give(searched + more, true)));
            }
            searched = waiting.len();
            if searched > LINE_BYTES_MAX {
                return self.give_too_long().map(Some);
            }
            if !self.fill()? {
                let rest = self.to - self.from;
                return Ok((rest > 0).then(|| self.give(rest, false)));
            }
        }
    }

    fn give(&mut self, length: usize, is_whole: bool) -> Line<'_> {
        let (from, start) = (self.from, self.start);
        let taken = length + usize::from(is_whole);
        self.from += taken;
        self.start += taken as u64;
        let is_too_long = length > LINE_BYTES_MAX;
        let shown = if is_too_long { 0 } else { length };
        Line {
            bytes: &self.buffer[from..from + shown],
            start,
            end: self.start,
            is_whole,
        }
    }

    /// Passes over a line that no entry can be.
    fn give_too_long(&mut self) -> io::Result<Line<'_>> {
        let start = self.start;
        let mut is_whole = false;
        while !is_whole {
            let waiting = &self.buffer[self.from..self.to];
            let at = memchr::memchr(b'\n', waiting);
            is_whole = at.is_some();
            let passed = at.map_or(waiting.len(), |at| at + 1);
            self.from += passed;
            self.start += passed as u64;
            if !is_whole && !self.fill()? {
                break;
            }
        }
        Ok(Line {
            bytes: &[],
            start,
            end: self.start,
            is_whole,
        })
    }

    /// Reads on; whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.from..self.to, 0);
        self.to -= self.from;
        self.from = 0;
        if self.left == 0 {
            return Ok(false);
        }
        let room = self.buffer.len() - self.to;
        let wanted = room.min(usize::try_from(self.left).unwrap_or(room));
        loop {
            match self.file.read(&mut self.buffer[self.to..self.to + wanted]) {
                Ok(0) => {
                    self.left = 0;
                    return Ok(false);
                }
                Ok(count) => {
                    self.to += count;
                    self.left -= count as u64;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(bytes: &[u8], start: u64) -> Vec<(Vec<u8>, u64, u64, bool)> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let mut lines = Lines::new(file, start, bytes.len() as u64).unwrap();
        let mut out = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            out.push((line.bytes.to_vec(), line.start, line.end, line.is_whole));
        }
        out
    }

    #[test]
    fn lines_are_given_with_their_places() {
        assert_eq!(
            read(b"ab\n\ncd", 0),
            [
                (b"ab".to_vec(), 0, 3, true),
                (b"".to_vec(), 3, 4, true),
                (b"cd".to_vec(), 4, 6, false),
            ]
        );
        assert_eq!(read(b"ab\ncd\n", 3), [(b"cd".to_vec(), 3, 6, true)]);
        assert_eq!(read(b"", 0), []);
    }

    #[test]
    fn lines_of_all_lengths_cross_the_buffer() {
        let lengths = [
            0,
            1,
            LINE_BYTES_MAX,
            100_000,
            LINE_BYTES_MAX - 1,
            1_000_000,
            5,
        ];
        let mut bytes = Vec::new();
        for (i, length) in lengths.iter().cycle().take(40).enumerate() {
            bytes.extend(std::iter::repeat_n(b'a' + (i % 26) as u8, *length));
            bytes.push(b'\n');
        }
        let given = read(&bytes, 0);
        assert_eq!(given.len(), 40);
        let mut at = 0;
        for ((text, start, end, is_whole), length) in given.iter().zip(lengths.iter().cycle()) {
            assert_eq!((*start, *end), (at, at + *length as u64 + 1));
            assert!(is_whole);
            let kept = if *length > LINE_BYTES_MAX { 0 } else { *length };
            assert_eq!(text.len(), kept);
            at = *end;
        }
        let open = vec![b'x'; 700_000];
        assert_eq!(read(&open, 0), [(Vec::new(), 0, 700_000, false)]);
    }
}
