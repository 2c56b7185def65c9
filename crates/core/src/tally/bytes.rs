//! The tally as bytes: versioned, little-endian, canonical (equal tallies give equal bytes).
//!
//! Layout of version 2: magic, version, flags (1 weights, 2 scores, 4 scores on the grid), number
//! of sensitive attributes, attributes (name, labels), cells in ascending order of their codes
//! (codes, twelve counts, sums of weights by outcome, score lists by outcome: their number of
//! entries, and on the grid their sums); then the entries of all lists in that order, in pieces
//! of at most 65 536; then the limit of score entries. With clusters (flag 8) the frame ends with
//! whether they are told by score and their patterns: clusters, then cell, outcome, rows, Σw and
//! score, if so, of each part.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grid::{Bin, Grid};
use super::key::{Key, Weighted};
use super::run::{Run, ScoreSums};
use super::scores::{bin_of, is_image};
use super::sketch::{Kind, ScoreList, Scores};
use super::{Cell, Clusters, Kept, Tally};
use crate::block::outcome;
use crate::exact_sum::ExactSum;
use crate::label::{Attribute, Label};

const MAGIC: &[u8; 8] = b"WAAGETLY";
const VERSION: u16 = 2;
/// Entries of a piece.
const PIECE: usize = 1 << 16;

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

pub(super) type Read<T> = Result<T, TallyBytesError>;

impl Tally {
    /// The canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in self.pieces() {
            piece.write(&mut out);
        }
        out.extend_from_slice(&self.score_entries_max.to_le_bytes());
        out
    }

    /// The canonical bytes without the limit, in pieces that can be made and digested apart: first
    /// everything but the scores, then the scores.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let lists = self.cells.values().flat_map(|cell| cell.scores.values());
        let scores = lists.flat_map(|list| {
            let entries = list_len(list);
            (0..entries)
                .step_by(PIECE)
                .map(move |from| Piece(Part::Scores(&list.scores, from, entries.min(from + PIECE))))
        });
        std::iter::once(Piece(Part::Frame(self)))
            .chain(scores)
            .collect()
    }

    fn frame(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        let flag = |set: bool, bit: u8| u8::from(set) << bit;
        out.push(
            flag(self.kept.weights, 0)
                | flag(self.kept.scores, 1)
                | flag(self.on_grid, 2)
                | flag(self.clusters.is_some(), 3),
        );
        put_len(out, self.sensitive);
        put_len(out, self.attributes.len());
        for attribute in &self.attributes {
            put_text(out, &attribute.name);
            put_len(out, attribute.labels.len());
            for label in &attribute.labels {
                put_label(out, label);
            }
        }
        put_len(out, self.cells.len());
        for (codes, cell) in &self.cells {
            for code in codes {
                out.extend_from_slice(&code.to_le_bytes());
            }
            put_cell(out, cell);
        }
        if let Some(clusters) = &self.clusters {
            clusters.put(out);
        }
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
        let on_grid = flags & 4 == 4;
        if flags > 15 || (on_grid && flags & 2 == 0) {
            return Err(TallyBytesError::Damaged("unknown flags"));
        }
        let kept = Kept {
            weights: flags & 1 == 1,
            scores: flags & 2 == 2,
            clusters: flags & 8 == 8,
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
        let mut lists = Vec::new();
        let mut last: Option<Box<[u32]>> = None;
        let mut rows = 0_u64;
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
            let cell = get_cell(input, kept)?;
            rows = cell
                .n
                .iter()
                .try_fold(rows, |rows, n| rows.checked_add(*n))
                .ok_or(TallyBytesError::Damaged("too many rows"))?;
            if kept.scores {
                get_list_heads(input, on_grid, &codes, &mut lists, kept.weights)?;
            }
            cells.insert(codes, cell);
        }
        let clusters = match kept.clusters {
            true => Some(Clusters::get(input, cells.len())?),
            false => None,
        };
        let mut entries = 0_u64;
        for head in lists {
            let Some(cell) = cells.get_mut(&head.codes) else {
                continue;
            };
            let outcome = head.outcome;
            let list = match (on_grid, kept.weights) {
                (true, weighted) => get_grid(input, head, weighted)?,
                (false, true) => get_run::<Weighted>(input, head.entries)?,
                (false, false) => get_run::<u64>(input, head.entries)?,
            };
            if list.sums.rows > cell.n[usize::from(outcome)] {
                return Err(TallyBytesError::Damaged("more scores than rows"));
            }
            entries += list.scores.entries() as u64;
            cell.scores.insert(outcome, Arc::new(list));
        }
        let score_entries_max = u64::from_le_bytes(array(input)?);
        if entries > score_entries_max {
            return Err(TallyBytesError::Damaged("more scores than the limit"));
        }
        if !input.is_empty() {
            return Err(TallyBytesError::Damaged("bytes follow the end"));
        }
        Ok(Self {
            attributes,
            sensitive,
            kept,
            score_entries_max,
            on_grid,
            cells,
            clusters,
        })
    }
}

/// Some of the canonical bytes of a tally, see [`Tally::pieces`].
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a>(Part<'a>);

#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    /// Everything but the scores.
    Frame(&'a Tally),
    /// Entries of a list.
    Scores(&'a Scores, usize, usize),
}

impl Piece<'_> {
    /// Appends the piece's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self.0 {
            Part::Frame(tally) => tally.frame(out),
            Part::Scores(Scores::Plain(run), from, to) => put_run(out, run, from, to),
            Part::Scores(Scores::Weighted(run), from, to) => put_run(out, run, from, to),
            Part::Scores(Scores::Grid(grid), from, to) => put_grid(out, grid, from, to),
        }
    }
}

fn list_len(list: &ScoreList) -> usize {
    match &list.scores {
        Scores::Grid(grid) => grid.bins.len(),
        exact => exact.entries(),
    }
}

pub(super) fn put_len(out: &mut Vec<u8>, len: usize) {
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
    out.push(cell.weights.len() as u8);
    for (outcome, sums) in &cell.weights {
        out.push(*outcome);
        sums.iter().for_each(|sum| sum.to_bytes(out));
    }
    out.push(cell.scores.len() as u8);
    for (outcome, list) in &cell.scores {
        out.push(*outcome);
        put_len(out, list_len(list));
        if let Scores::Grid(_) = list.scores {
            let sums = [&list.sums.ws, &list.sums.wss].into_iter();
            let sums = sums.chain(list.sums.weighted.iter().flat_map(|sums| sums.iter()));
            sums.for_each(|sum| sum.to_bytes(out));
        }
    }
}

fn put_run<K: Key>(out: &mut Vec<u8>, run: &Run<K>, from: usize, to: usize) {
    out.reserve((to - from) * (K::BYTES + 1));
    for key in &run.keys[from..to] {
        key.put(out);
    }
    match run.stretch(from..to).counts {
        Some(counts) => counts.iter().for_each(|n| put_varint(out, *n)),
        None => out.resize(out.len() + to - from, 1),
    }
}

fn put_grid(out: &mut Vec<u8>, grid: &Grid, from: usize, to: usize) {
    for bin in &grid.bins[from..to] {
        out.extend_from_slice(&bin.low.to_le_bytes());
        out.extend_from_slice(&bin.high.to_le_bytes());
        put_varint(out, bin.n);
    }
    let sums = grid.sums.get(from..to).into_iter().flatten().flatten();
    sums.for_each(|sum| sum.to_bytes(out));
}

/// Seven bits a byte, lowest first; the high bit says that more follow.
fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n > 0x7F {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn take<'a>(input: &mut &'a [u8], len: usize) -> Read<&'a [u8]> {
    let (head, tail) = input
        .split_at_checked(len)
        .ok_or(TallyBytesError::Damaged("it is cut off"))?;
    *input = tail;
    Ok(head)
}

pub(super) fn array<const N: usize>(input: &mut &[u8]) -> Read<[u8; N]> {
    take(input, N)?
        .try_into()
        .map_err(|_| TallyBytesError::Damaged("it is cut off"))
}

pub(super) fn get_len(input: &mut &[u8]) -> Read<usize> {
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
    let mut outcomes = Outcomes::new();
    let [count] = array(input)?;
    if count > 0 && !kept.weights {
        return Err(TallyBytesError::Damaged("it keeps no weights"));
    }
    for _ in 0..count {
        let outcome = outcomes.next(input)?;
        cell.weights
            .insert(outcome, [get_sum(input)?, get_sum(input)?]);
    }
    if !kept.scores {
        no_lists(input)?;
    }
    Ok(cell)
}

/// Reads that a cell has no score lists.
fn no_lists(input: &mut &[u8]) -> Read<()> {
    match array(input)? {
        [0] => Ok(()),
        _ => Err(TallyBytesError::Damaged("it keeps no scores")),
    }
}

/// Outcomes that must ascend.
struct Outcomes(u8);

impl Outcomes {
    const fn new() -> Self {
        Self(0)
    }

    fn next(&mut self, input: &mut &[u8]) -> Read<u8> {
        let [outcome] = array(input)?;
        if outcome < self.0 || usize::from(outcome) >= outcome::COUNT {
            return Err(TallyBytesError::Damaged("outcomes are out of order"));
        }
        self.0 = outcome + 1;
        Ok(outcome)
    }
}

/// A list whose entries come later.
struct ListHead {
    codes: Box<[u32]>,
    outcome: u8,
    entries: usize,
    sums: Vec<ExactSum>,
}

fn get_list_heads(
    input: &mut &[u8],
    on_grid: bool,
    codes: &[u32],
    heads: &mut Vec<ListHead>,
    weighted: bool,
) -> Read<()> {
    let mut outcomes = Outcomes::new();
    let [count] = array(input)?;
    for _ in 0..count {
        let outcome = outcomes.next(input)?;
        let entries = get_len(input)?;
        let sums = match (on_grid, weighted) {
            (false, _) => 0,
            (true, false) => 2,
            (true, true) => 6,
        };
        if entries == 0 || entries > input.len() {
            return Err(TallyBytesError::Damaged("a list of scores is out of range"));
        }
        heads.push(ListHead {
            codes: codes.into(),
            outcome,
            entries,
            sums: (0..sums).map(|_| get_sum(input)).collect::<Read<_>>()?,
        });
    }
    Ok(())
}

fn get_run<K: Kind>(input: &mut &[u8], entries: usize) -> Read<ScoreList> {
    let (mut keys, mut counts): (Vec<K>, _) = (Vec::new(), Vec::new());
    for from in (0..entries).step_by(PIECE) {
        let len = PIECE.min(entries - from);
        let bytes = take(input, len * K::BYTES)?;
        for key in bytes.chunks_exact(K::BYTES) {
            let key = K::get(key).ok_or(TallyBytesError::Damaged("a score is none"))?;
            if keys.last().is_some_and(|last| *last >= key) {
                return Err(TallyBytesError::Damaged("scores are out of order"));
            }
            keys.push(key);
        }
        for _ in 0..len {
            counts.push(get_count(input)?);
        }
    }
    check_rows(&counts)?;
    Ok(ScoreList::of(Run::with_counts(keys, counts)))
}

fn get_grid(input: &mut &[u8], head: ListHead, weighted: bool) -> Read<ScoreList> {
    let mut grid = Grid::default();
    let mut n = Vec::new();
    for from in (0..head.entries).step_by(PIECE) {
        let len = PIECE.min(head.entries - from);
        for _ in 0..len {
            let [low, high] = [array(input)?, array(input)?].map(u64::from_le_bytes);
            let bin = Bin {
                low,
                high,
                n: get_count(input)?,
            };
            let ordered = grid
                .bins
                .last()
                .is_none_or(|last| bin_of(last.low) < bin_of(low));
            let whole = is_image(low) && is_image(high) && bin_of(low) == bin_of(high);
            if !ordered || !whole || low > high || (low < high && bin.n < 2) {
                return Err(TallyBytesError::Damaged("a bin of scores is out of order"));
            }
            n.push(bin.n);
            grid.bins.push(bin);
        }
        if weighted {
            for _ in 0..len {
                grid.sums.push([get_sum(input)?, get_sum(input)?]);
            }
        }
    }
    let mut parts = head.sums.into_iter();
    let mut part = || parts.next().unwrap_or_default();
    let sums = ScoreSums {
        rows: check_rows(&n)?,
        ws: part(),
        wss: part(),
        weighted: weighted.then(|| Box::new(std::array::from_fn(|_| part()))),
    };
    if let Some(whole) = &sums.weighted {
        let mut bins: [ExactSum; 2] = Default::default();
        for sums in &grid.sums {
            bins[0].merge(&sums[0]);
            bins[1].merge(&sums[1]);
        }
        if bins[..] != whole[..2] {
            return Err(TallyBytesError::Damaged(
                "the weights of bins do not add up",
            ));
        }
    }
    Ok(ScoreList {
        sums,
        scores: Scores::Grid(grid),
    })
}

/// The rows of a list.
fn check_rows(n: &[u64]) -> Read<u64> {
    n.iter()
        .try_fold(0_u64, |rows, n| rows.checked_add(*n))
        .ok_or(TallyBytesError::Damaged("too many rows"))
}

/// A positive number in its shortest form.
fn get_count(input: &mut &[u8]) -> Read<u64> {
    let mut n = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = array(input)?;
        let bits = u64::from(byte & 0x7F);
        if bits << shift >> shift != bits || (byte == 0) {
            break;
        }
        n |= bits << shift;
        if byte < 0x80 {
            return Ok(n);
        }
    }
    Err(TallyBytesError::Damaged("a count is out of range"))
}
