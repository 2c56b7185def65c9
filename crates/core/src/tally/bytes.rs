//! The tally as bytes: versioned, little-endian, canonical (equal tallies give equal bytes).
//!
//! Layout of version 1: magic, version, flags (1 weights, 2 scores), number of sensitive
//! attributes, attributes (name, labels), cells in ascending order of their codes (codes, twelve
//! counts, exact sums by outcome, score bins).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Cell, ExactSums, Kept, Tally};
use crate::block::outcome;
use crate::exact_sum::ExactSum;
use crate::label::{Attribute, Label};

const MAGIC: &[u8; 8] = b"WAAGETLY";
const VERSION: u16 = 1;

/// Bytes that are not a tally.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TallyBytesError {
    /// The first bytes are others.
    #[error("this is not a saved tally: it does not begin with WAAGETLY")]
    NotATally,
    /// Written by another version.
    #[error(
        "the saved tally has version {0}, this program reads version {VERSION}; save it again with this program"
    )]
    Version(u16),
    /// Cut off or damaged.
    #[error("the saved tally is damaged: {0}; save it again")]
    Damaged(&'static str),
}

type Read<T> = Result<T, TallyBytesError>;

impl Tally {
    /// The canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.push(u8::from(self.kept.weights) | u8::from(self.kept.scores) << 1);
        put_len(&mut out, self.sensitive);
        put_len(&mut out, self.attributes.len());
        for attribute in &self.attributes {
            put_text(&mut out, &attribute.name);
            put_len(&mut out, attribute.labels.len());
            for label in &attribute.labels {
                put_label(&mut out, label);
            }
        }
        put_len(&mut out, self.cells.len());
        for (codes, cell) in &self.cells {
            for code in codes {
                out.extend_from_slice(&code.to_le_bytes());
            }
            put_cell(&mut out, cell);
        }
        out
    }

    /// The tally of bytes that [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`TallyBytesError`] for anything else; never a panic.
    pub fn from_bytes(mut bytes: &[u8]) -> Read<Self> {
        let input = &mut bytes;
        if take(input, MAGIC.len()).ok() != Some(MAGIC) {
            return Err(TallyBytesError::NotATally);
        }
        let version = u16::from_le_bytes(array(input)?);
        if version != VERSION {
            return Err(TallyBytesError::Version(version));
        }
        let [flags] = array(input)?;
        if flags > 3 {
            return Err(TallyBytesError::Damaged("unknown flags"));
        }
        let kept = Kept {
            weights: flags & 1 == 1,
            scores: flags & 2 == 2,
        };
        let sensitive = get_len(input)?;
        let count = get_len(input)?;
        if sensitive > count || count > input.len() {
            return Err(TallyBytesError::Damaged("more attributes than bytes"));
        }
        let attributes = (0..count)
            .map(|_| get_attribute(input))
            .collect::<Read<Vec<_>>>()?;
        let count = get_len(input)?;
        let mut cells = BTreeMap::new();
        let mut last: Option<Box<[u32]>> = None;
        for _ in 0..count {
            let codes = attributes
                .iter()
                .map(|attribute| {
                    let code = u32::from_le_bytes(array(input)?);
                    let known = (code as usize) < attribute.labels.len();
                    known
                        .then_some(code)
                        .ok_or(TallyBytesError::Damaged("a level code has no label"))
                })
                .collect::<Read<Box<[u32]>>>()?;
            if last.as_ref().is_some_and(|last| *last >= codes) {
                return Err(TallyBytesError::Damaged("cells are out of order"));
            }
            last = Some(codes.clone());
            cells.insert(codes, get_cell(input, kept)?);
        }
        if !input.is_empty() {
            return Err(TallyBytesError::Damaged("bytes follow the end"));
        }
        Ok(Self {
            attributes,
            sensitive,
            kept,
            cells,
        })
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&(len as u64).to_le_bytes());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_len(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn put_label(out: &mut Vec<u8>, label: &Label) {
    match label {
        Label::Bool(value) => out.extend_from_slice(&[0, u8::from(*value)]),
        Label::Int(value) => {
            out.push(1);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Label::Date(days) => {
            out.push(2);
            out.extend_from_slice(&days.to_le_bytes());
        }
        Label::Bin(position, name) => {
            out.push(3);
            out.extend_from_slice(&position.to_le_bytes());
            put_text(out, name);
        }
        Label::Text(text) => {
            out.push(4);
            put_text(out, text);
        }
        Label::Missing => out.push(5),
    }
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    for n in cell.n {
        out.extend_from_slice(&n.to_le_bytes());
    }
    out.push(cell.sums.len() as u8);
    for (outcome, sums) in &cell.sums {
        out.push(*outcome);
        for sum in sums.weights.iter().flat_map(|w| w.iter()) {
            sum.to_bytes(out);
        }
        out.extend_from_slice(&sums.scored.to_le_bytes());
        out.push(sums.scores.len() as u8);
        for sum in &sums.scores {
            sum.to_bytes(out);
        }
    }
    put_len(out, cell.scores.len());
    for ((outcome, bin), n) in &cell.scores {
        out.push(*outcome);
        out.extend_from_slice(&bin.to_le_bytes());
        out.extend_from_slice(&n.to_le_bytes());
    }
}

fn take<'a>(input: &mut &'a [u8], len: usize) -> Read<&'a [u8]> {
    let (head, tail) = input
        .split_at_checked(len)
        .ok_or(TallyBytesError::Damaged("it is cut off"))?;
    *input = tail;
    Ok(head)
}

fn array<const N: usize>(input: &mut &[u8]) -> Read<[u8; N]> {
    take(input, N)?
        .try_into()
        .map_err(|_| TallyBytesError::Damaged("it is cut off"))
}

fn get_len(input: &mut &[u8]) -> Read<usize> {
    usize::try_from(u64::from_le_bytes(array(input)?))
        .map_err(|_| TallyBytesError::Damaged("a length is out of range"))
}

fn get_text(input: &mut &[u8]) -> Read<String> {
    let len = get_len(input)?;
    let bytes = take(input, len)?;
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| TallyBytesError::Damaged("a name is not UTF-8"))
}

fn get_attribute(input: &mut &[u8]) -> Read<Attribute> {
    let name = get_text(input)?;
    let count = get_len(input)?;
    if count > input.len() {
        return Err(TallyBytesError::Damaged("more labels than bytes"));
    }
    let labels = (0..count)
        .map(|_| get_label(input))
        .collect::<Read<Vec<_>>>()?;
    if labels.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(TallyBytesError::Damaged("labels are out of order"));
    }
    Ok(Attribute { name, labels })
}

fn get_label(input: &mut &[u8]) -> Read<Label> {
    let [tag] = array(input)?;
    Ok(match tag {
        0 => {
            let [value] = array(input)?;
            Label::Bool(value == 1)
        }
        1 => Label::Int(i128::from_le_bytes(array(input)?)),
        2 => Label::Date(i32::from_le_bytes(array(input)?)),
        3 => {
            let position = u32::from_le_bytes(array(input)?);
            Label::Bin(position, Arc::from(get_text(input)?))
        }
        4 => Label::Text(Arc::from(get_text(input)?)),
        5 => Label::Missing,
        _ => return Err(TallyBytesError::Damaged("unknown kind of label")),
    })
}

fn get_sum(input: &mut &[u8]) -> Read<ExactSum> {
    ExactSum::from_bytes(input).map_err(|_| TallyBytesError::Damaged("a sum cannot be read"))
}

fn get_cell(input: &mut &[u8], kept: Kept) -> Read<Cell> {
    let mut cell = Cell::default();
    for n in &mut cell.n {
        *n = u64::from_le_bytes(array(input)?);
    }
    let [count] = array(input)?;
    for _ in 0..count {
        let [outcome] = array(input)?;
        if usize::from(outcome) >= outcome::COUNT {
            return Err(TallyBytesError::Damaged("unknown outcome"));
        }
        let weights = match kept.weights {
            true => Some(Box::new([get_sum(input)?, get_sum(input)?])),
            false => None,
        };
        let scored = u64::from_le_bytes(array(input)?);
        let [parts] = array(input)?;
        if ![0, 2, 6].contains(&parts) {
            return Err(TallyBytesError::Damaged("unknown number of score sums"));
        }
        let scores = (0..parts)
            .map(|_| get_sum(input))
            .collect::<Read<Vec<_>>>()?;
        cell.sums.insert(
            outcome,
            ExactSums {
                weights,
                scored,
                scores,
            },
        );
    }
    let count = get_len(input)?;
    for _ in 0..count {
        let [outcome] = array(input)?;
        let bin = u32::from_le_bytes(array(input)?);
        cell.scores
            .insert((outcome, bin), u64::from_le_bytes(array(input)?));
    }
    Ok(cell)
}
