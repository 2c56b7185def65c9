//! One column of a row group as a stream of arrays.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBufferBuilder, Float64Array, Int32Array, StringArray,
};
use arrow::buffer::NullBuffer;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;

use super::bits::BitRuns;
use super::hybrid::{Broken, Hybrid};
use crate::decoded::Decoded;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Bools.
    Flags,
    /// Codes of a dictionary of text.
    Codes,
    /// Doubles, one by one or by a dictionary.
    Reals,
}

/// Reads a column from its first row on.
pub(super) struct Column {
    pages: Box<dyn PageReader>,
    kind: Kind,
    nullable: bool,
    texts: Arc<StringArray>,
    /// The dictionary of doubles.
    reals: Vec<f64>,
    /// Rows of the page that were not yet taken.
    left: usize,
    /// Which of them have a value; `None` where all have.
    levels: Option<BitRuns<Bytes>>,
    values: Values,
    present: BooleanBufferBuilder,
    /// Codes of doubles.
    codes: Vec<i32>,
}

/// The values of some rows, of which only those of the column's kind are filled.
struct Taken {
    keys: Vec<i32>,
    flags: BooleanBufferBuilder,
    reals: Vec<f64>,
}

impl Taken {
    fn new(kind: Kind, rows: usize) -> Self {
        let room = |of: Kind| if kind == of { rows } else { 0 };
        Self {
            keys: Vec::with_capacity(room(Kind::Codes)),
            flags: BooleanBufferBuilder::new(room(Kind::Flags)),
            reals: Vec::with_capacity(room(Kind::Reals)),
        }
    }
}

/// The values of a page.
enum Values {
    /// Codes.
    Codes(Hybrid<Bytes>),
    /// Flags in runs.
    Runs(BitRuns<Bytes>),
    /// Flags as bits, from a position on.
    Bits(Bytes, usize),
    /// Doubles as they are, from a position on.
    Plain(Bytes, usize),
}

fn broken(_: Broken) -> ParquetError {
    corrupt("a run of values breaks off")
}

/// Whether every code is from 0 and below `len`: one look at each, without a branch.
fn are_below(codes: &[i32], len: usize) -> bool {
    let last = i32::try_from(len).unwrap_or(i32::MAX).wrapping_sub(1);
    // A sign is set where a code is negative or beyond the last.
    let signs = codes
        .iter()
        .fold(0, |signs, code| signs | code | last.wrapping_sub(*code));
    codes.is_empty() || (last >= 0 && signs >= 0)
}

fn corrupt(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

impl Column {
    /// The column of these pages.
    pub fn new(pages: Box<dyn PageReader>, kind: Kind, nullable: bool) -> Self {
        Self {
            pages,
            kind,
            nullable,
            texts: Arc::new(StringArray::from(Vec::<&str>::new())),
            reals: Vec::new(),
            left: 0,
            levels: None,
            values: Values::Bits(Bytes::new(), 0),
            present: BooleanBufferBuilder::new(0),
            codes: Vec::new(),
        }
    }

    /// Passes over rows, whole pages by their headers.
    pub fn skip(&mut self, mut rows: usize) -> Result<(), ParquetError> {
        while rows > 0 {
            if self.left == 0
                && let Some(page) = self.pages.peek_next_page()?
                && !page.is_dict
                && let Some(of_page) = page.num_levels.or(page.num_rows)
                && of_page <= rows
            {
                self.pages.skip_next_page()?;
                rows -= of_page;
                continue;
            }
            if self.left == 0 {
                self.next_page()?;
            }
            let take = rows.min(self.left).min(super::BATCH_ROWS);
            self.next(take)?;
            rows -= take;
        }
        Ok(())
    }

    /// The next `n` rows.
    pub fn next(&mut self, n: usize) -> Result<Decoded, ParquetError> {
        let mut taken = Taken::new(self.kind, n);
        let mut validity: Option<BooleanBufferBuilder> = None;
        let mut done = 0;
        while done < n {
            if self.left == 0 {
                self.next_page()?;
                continue;
            }
            let take = self.left.min(n - done);
            let present = self.take_levels(take)?;
            if let Some(present) = present {
                let validity = validity.get_or_insert_with(|| {
                    let mut all = BooleanBufferBuilder::new(n);
                    all.append_n(done, true);
                    all
                });
                validity.append_packed_range(0..take, self.present.as_slice());
                self.take_sparse(take, present, &mut taken)?;
            } else {
                if let Some(validity) = &mut validity {
                    validity.append_n(take, true);
                }
                self.take_dense(take, &mut taken)?;
            }
            self.left -= take;
            done += take;
        }
        let nulls = validity.map(|mut all| NullBuffer::new(all.finish()));
        let array: ArrayRef = match self.kind {
            Kind::Flags => Arc::new(BooleanArray::new(taken.flags.finish(), nulls)),
            Kind::Codes => {
                let keys = Int32Array::new(taken.keys.into(), nulls);
                return Ok(Decoded::codes(keys, Arc::clone(&self.texts) as ArrayRef));
            }
            Kind::Reals => Arc::new(Float64Array::new(taken.reals.into(), nulls)),
        };
        Ok(array.into())
    }

    /// Levels of the next rows into `present`, and how many are; `None` where all are.
    fn take_levels(&mut self, rows: usize) -> Result<Option<usize>, ParquetError> {
        let Some(levels) = &mut self.levels else {
            return Ok(None);
        };
        if levels.skip_if_ones(rows).map_err(broken)? {
            return Ok(None);
        }
        self.present.truncate(0);
        levels.read(rows, &mut self.present).map_err(broken)?;
        let ones = self
            .present
            .as_slice()
            .iter()
            .map(|byte| byte.count_ones() as usize)
            .sum();
        Ok(Some(ones))
    }

    fn take_dense(&mut self, rows: usize, taken: &mut Taken) -> Result<(), ParquetError> {
        match &mut self.values {
            Values::Codes(codes) if self.kind == Kind::Reals => {
                self.codes.clear();
                codes.read(rows, &mut self.codes).map_err(broken)?;
                for code in &self.codes {
                    let real = usize::try_from(*code)
                        .ok()
                        .and_then(|at| self.reals.get(at));
                    let real = real.ok_or_else(|| corrupt("a code is beyond its dictionary"))?;
                    taken.reals.push(*real);
                }
                Ok(())
            }
            Values::Codes(codes) => {
                let start = taken.keys.len();
                codes.read(rows, &mut taken.keys).map_err(broken)?;
                match are_below(&taken.keys[start..], self.texts.len()) {
                    true => Ok(()),
                    false => Err(corrupt("a code is beyond its dictionary")),
                }
            }
            Values::Runs(runs) => runs.read(rows, &mut taken.flags).map_err(broken),
            Values::Bits(bits, at) => {
                let end = *at + rows;
                if end.div_ceil(8) > bits.len() {
                    return Err(corrupt("a page holds fewer flags than it says"));
                }
                taken.flags.append_packed_range(*at..end, bits);
                *at = end;
                Ok(())
            }
            Values::Plain(bytes, at) => {
                let end = at.saturating_add(rows.saturating_mul(REAL));
                let here = bytes.get(*at..end);
                let here =
                    here.ok_or_else(|| corrupt("a page holds fewer numbers than it says"))?;
                taken.reals.extend(reals(here));
                *at = end;
                Ok(())
            }
        }
    }

    /// `present` values spread over the rows that have one; the others get a value that no one reads.
    fn take_sparse(
        &mut self,
        rows: usize,
        present: usize,
        taken: &mut Taken,
    ) -> Result<(), ParquetError> {
        let mut packed = Taken::new(self.kind, present);
        self.take_dense(present, &mut packed)?;
        if self.kind == Kind::Flags {
            let mut next = 0;
            for row in 0..rows {
                let has = self.present.get_bit(row);
                taken.flags.append(has && packed.flags.get_bit(next));
                next += usize::from(has);
            }
            return Ok(());
        }
        let present = self.present.as_slice();
        match self.kind {
            Kind::Reals => spread(present, rows, &packed.reals, &mut taken.reals),
            _ => spread(present, rows, &packed.keys, &mut taken.keys),
        }
        Ok(())
    }

    /// Opens the next page that holds rows.
    fn next_page(&mut self) -> Result<(), ParquetError> {
        match self.pages.get_next_page()? {
            None => Err(corrupt("a column has fewer rows than its row group")),
            Some(Page::DictionaryPage {
                buf, num_values, ..
            }) => {
                let count = num_values as usize;
                match self.kind {
                    Kind::Reals => {
                        let len = count.checked_mul(REAL);
                        let bytes = len.and_then(|len| buf.get(..len));
                        let bytes = bytes.ok_or_else(|| corrupt("a dictionary breaks off"))?;
                        self.reals = reals(bytes).collect();
                    }
                    _ => self.texts = Arc::new(texts(&buf, count)?),
                }
                Ok(())
            }
            Some(Page::DataPage {
                buf,
                num_values,
                encoding,
                ..
            }) => {
                self.left = num_values as usize;
                let mut at = 0;
                self.levels = None;
                if self.nullable {
                    let len = prefix(&buf, 0)?;
                    let levels = buf.get(4..4 + len).map(|_| buf.slice(4..4 + len));
                    let levels = levels.ok_or_else(|| corrupt("the levels of a page break off"))?;
                    self.levels = Some(BitRuns::new(levels, 0));
                    at = 4 + len;
                }
                self.values = self.open(buf.slice(at..), encoding)?;
                Ok(())
            }
            Some(Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                num_nulls,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            }) => {
                self.left = num_values as usize;
                let from = rep_levels_byte_len as usize;
                let to = from.saturating_add(def_levels_byte_len as usize);
                if to > buf.len() {
                    return Err(corrupt("the levels of a page break off"));
                }
                let sparse = self.nullable && num_nulls > 0;
                self.levels = sparse.then(|| BitRuns::new(buf.slice(from..to), 0));
                self.values = self.open(buf.slice(to..), encoding)?;
                Ok(())
            }
        }
    }

    /// The values of a page without its levels.
    fn open(&self, bytes: Bytes, encoding: Encoding) -> Result<Values, ParquetError> {
        match (self.kind, encoding) {
            (Kind::Flags, Encoding::PLAIN) => Ok(Values::Bits(bytes, 0)),
            (Kind::Flags, Encoding::RLE) => Ok(Values::Runs(BitRuns::new(bytes, 4))),
            (Kind::Reals, Encoding::PLAIN) => Ok(Values::Plain(bytes, 0)),
            (Kind::Codes | Kind::Reals, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) => {
                // A page of nulls alone may leave the width out.
                let width = u32::from(bytes.first().copied().unwrap_or_default());
                let at = usize::from(!bytes.is_empty());
                Ok(Values::Codes(
                    Hybrid::new(bytes, at, width).map_err(broken)?,
                ))
            }
            _ => Err(corrupt("a page is encoded otherwise than the footer says")),
        }
    }
}

/// A length of four bytes.
fn prefix(bytes: &[u8], at: usize) -> Result<usize, ParquetError> {
    let four = bytes
        .get(at..at + 4)
        .and_then(|b| <[u8; 4]>::try_from(b).ok());
    let four = four.ok_or_else(|| corrupt("a length breaks off"))?;
    Ok(u32::from_le_bytes(four) as usize)
}

/// Bytes of a double.
const REAL: usize = size_of::<f64>();

/// Doubles as they lie in a page.
fn reals(bytes: &[u8]) -> impl Iterator<Item = f64> {
    let (eights, _) = bytes.as_chunks::<REAL>();
    eights.iter().map(|eight| f64::from_le_bytes(*eight))
}

/// Appends values to those of so many rows that are present, which are bits; the others get the
/// default.
fn spread<T: Copy + Default>(present: &[u8], rows: usize, values: &[T], out: &mut Vec<T>) {
    let start = out.len();
    out.resize(start + rows, T::default());
    let mut next = values;
    let (eights, rest) = out[start..].as_chunks_mut();
    for (byte, eight) in present.iter().zip(eights) {
        let Some(values) = next.first_chunk::<8>() else {
            spread_few(*byte, &mut next, eight);
            continue;
        };
        if *byte == u8::MAX {
            *eight = *values;
        } else {
            let mut taken = 0;
            for (bit, place) in eight.iter_mut().enumerate() {
                let has = byte >> bit & 1 == 1;
                *place = if has { values[taken & 7] } else { T::default() };
                taken += usize::from(has);
            }
        }
        next = &next[byte.count_ones() as usize..];
    }
    if let Some(byte) = present.get(rows / 8) {
        spread_few(*byte, &mut next, rest);
    }
}

/// The same for the rows of one byte, where there may be fewer values than eight.
fn spread_few<T: Copy>(byte: u8, values: &mut &[T], out: &mut [T]) {
    for (bit, place) in out.iter_mut().enumerate() {
        if byte >> bit & 1 == 1
            && let Some((value, rest)) = values.split_first()
        {
            *place = *value;
            *values = rest;
        }
    }
}

/// The texts of a dictionary page: each a length of four bytes and its UTF-8.
fn texts(bytes: &[u8], count: usize) -> Result<StringArray, ParquetError> {
    let mut texts = Vec::with_capacity(count.min(bytes.len()));
    let mut at = 0;
    for _ in 0..count {
        let len = prefix(bytes, at)?;
        let text = bytes
            .get(at + 4..at + 4 + len)
            .ok_or_else(|| corrupt("a dictionary breaks off"))?;
        texts.push(std::str::from_utf8(text).map_err(|_| corrupt("a text is not UTF-8"))?);
        at += 4 + len;
    }
    Ok(StringArray::from(texts))
}
