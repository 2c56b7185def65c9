//! Rows in the order of the data, as a model takes them: features as numbers, row by row.

use std::sync::mpsc::sync_channel;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int32Type};
use hashbrown::HashMap;
use waage_core::block::Block;
use waage_core::label::Label;
use waage_core::observer::{Observer, Phase};
use waage_result::document::{CutResult, Note};

use crate::DataError;
use crate::columns::axis::cast_to;
use crate::columns::number::Numbers;
use crate::dataset::Dataset;
use crate::decode::{Decoder, Plan};
use crate::fold::Piece;
use crate::kind::Kind;
use crate::levels::typed;

/// Blocks that may wait for whoever takes them.
const WAITING_MAX: usize = 2;

/// The labels of a categorical feature: the code of a category is its place.
#[derive(Clone, Debug)]
pub enum Categories {
    /// Text labels.
    Text(Vec<String>),
    /// Numeric labels.
    Numbers(Vec<f64>),
    /// Hashes of text labels. A label outside of them is no unseen one, but one of those that the
    /// model never asks for: its code is their number. No label is the empty one.
    Hashes {
        /// The hashes.
        hashes: Vec<u32>,
        /// How a label is hashed.
        hash: fn(&str) -> u32,
    },
}

/// What a label is that the model has not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// An error that names it.
    Refuse,
    /// A missing value.
    Missing,
}

/// A feature of a model, as a column.
#[derive(Clone, Debug)]
pub struct FeatureColumn {
    /// The column's name.
    pub name: String,
    /// The labels whose places are the feature's numbers; numbers are read as they are without.
    pub categories: Option<Categories>,
    /// What labels outside of them are.
    pub unseen: Unseen,
}

/// Rows that follow each other in the data.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The number of rows.
    pub rows: usize,
    /// Rows × features; NaN is missing.
    pub values: Vec<f64>,
    /// The id column, in pieces that together have `rows` rows; empty without the role.
    pub ids: Vec<ArrayRef>,
    /// The columns of [`Dataset::with_kept`], each in pieces as [`Frame::ids`].
    pub kept: Vec<Vec<ArrayRef>>,
    /// Label and decision per row: see [`waage_core::block::outcome`].
    pub outcomes: Vec<u8>,
    /// Scores, NaN for a missing one, with the role.
    pub scores: Option<Vec<f64>>,
    /// Labels by level code of what was seen so far, per sensitive attribute.
    pub axes: Vec<Vec<Label>>,
    /// Score of the last selected row, if a cut was made.
    pub cut: Option<f64>,
    /// Level codes per sensitive attribute, by first sight: see [`FrameRead::axes`].
    pub groups: Vec<Vec<u32>>,
    /// Weights, with the role.
    pub weights: Option<Vec<f64>>,
}

/// What was read in all.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameRead {
    /// Labels by level code, per sensitive attribute.
    pub axes: Vec<Vec<Label>>,
    /// Rows that count.
    pub rows: u64,
    /// Rows that the filter left out.
    pub rows_filtered_out: u64,
    /// Where the cut of the score fell, if one was made.
    pub cut: Option<CutResult>,
    /// What a reader of the numbers must know.
    pub notes: Vec<Note>,
}

impl Dataset {
    /// Names the features to be read; call it once, before [`Dataset::in_order`].
    ///
    /// # Errors
    /// A column that does not exist, or that is neither numbers nor has categories.
    pub fn with_features(mut self, features: Vec<FeatureColumn>) -> Result<Self, DataError> {
        let mut positions = Vec::with_capacity(features.len());
        for feature in features {
            let at = self
                .table
                .needed
                .position(&self.table.parts, &feature.name)?;
            let kind = self.table.needed.kind(at);
            let numbers = matches!(
                kind,
                Kind::Bool | Kind::Int | Kind::Float | Kind::Decimal | Kind::Untyped | Kind::Null
            );
            let hashed = matches!(feature.categories, Some(Categories::Hashes { .. }));
            if hashed && matches!(kind, Kind::Float | Kind::Decimal) {
                return Err(DataError::NotLabels {
                    column: feature.name,
                    kind: kind.name(),
                });
            }
            if !numbers && (feature.categories.is_none() || kind != Kind::Text) {
                return Err(DataError::NotFeature {
                    column: feature.name,
                    kind: kind.name(),
                });
            }
            positions.push((at, feature));
        }
        self.features = positions;
        Ok(self)
    }

    /// Names columns that frames hold as they are; call it once, before [`Dataset::in_order`].
    ///
    /// # Errors
    /// A column that does not exist.
    pub fn with_kept(mut self, columns: &[String]) -> Result<Self, DataError> {
        let table = &mut self.table;
        let positions = columns
            .iter()
            .map(|column| table.needed.position(&table.parts, column));
        self.kept = positions.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Hands on all rows that count, in the order of the data, in frames of `block` rows (the last
    /// may have fewer). Reading goes on in a thread of its own while a frame is worked on.
    ///
    /// # Errors
    /// Those of [`Dataset::scan`], and of `take`.
    pub fn in_order<E: From<DataError> + Send>(
        &self,
        block: usize,
        observer: &dyn Observer,
        mut take: impl FnMut(Frame) -> Result<(), E>,
    ) -> Result<FrameRead, E> {
        if self.scans_twice() {
            self.keep_stdin()?;
        }
        let prepared = self.prepare(observer)?;
        let mut columns = prepared.columns.clone();
        let mut at = |column: usize| match columns.iter().position(|known| *known == column) {
            Some(at) => at,
            None => {
                columns.push(column);
                columns.len() - 1
            }
        };
        let features: Vec<(usize, &FeatureColumn)> = self
            .features
            .iter()
            .map(|(column, f)| (at(*column), f))
            .collect();
        let id = self.roles.id.map(&mut at);
        let kept: Vec<usize> = self.kept.iter().map(|column| at(*column)).collect();
        let plan = &prepared.plan;
        let cut = prepared.cut.as_ref().map(|cut| cut.score);
        let axes = || -> Vec<Vec<Label>> {
            let axes = plan.axes.iter().zip(&self.roles.axes).map(|(axis, role)| {
                let labels = axis.levels.labels();
                if role.untyped { typed(labels) } else { labels }
            });
            axes.collect()
        };
        let (send, receive) = sync_channel::<Frame>(WAITING_MAX);
        let read = |send: std::sync::mpsc::SyncSender<Frame>| {
            let new = || Reader {
                decoder: Decoder::new(plan),
                features: features
                    .iter()
                    .map(|(at, f)| Feature::new(*at, f))
                    .collect(),
                id,
                kept: &kept,
                axes: &axes,
                cut,
                block: block.max(1),
                open: Frame::default().with_room(plan, kept.len()),
                send: send.clone(),
            };
            // One thread takes the units in their order.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
            let pool = pool
                .map_err(|cause| DataError::io("a reading thread", std::io::Error::other(cause)))?;
            pool.install(|| {
                let folded = self
                    .table
                    .fold(Phase::Scan, &columns, observer, new, Reader::add)?;
                let mut seen = crate::check::Seen::default();
                for mut reader in folded.states {
                    reader.flush()?;
                    seen.add(reader.decoder);
                }
                Ok::<_, DataError>((seen, folded.rows, folded.rows_filtered_out))
            })
        };
        let (taken, read) = std::thread::scope(|scope| {
            let reading = scope.spawn(move || read(send));
            let mut taken = Ok(());
            for frame in receive {
                taken = take(frame);
                if taken.is_err() {
                    // Dropping the receiver stops the reader at its next frame.
                    break;
                }
            }
            (taken, reading.join())
        });
        taken?;
        let (seen, rows, rows_filtered_out) = match read {
            Ok(read) => read?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        if rows == 0 {
            return Err(E::from(DataError::NoRows {
                place: self.place(),
                filtered_out: rows_filtered_out,
            }));
        }
        let mut notes = self.notes.clone();
        crate::check::columns(plan, &seen, rows, &mut notes)?;
        Ok(FrameRead {
            axes: axes(),
            rows,
            rows_filtered_out,
            cut: prepared.cut,
            notes,
        })
    }
}

impl Frame {
    fn with_room(self, plan: &Plan, kept: usize) -> Self {
        Self {
            groups: vec![Vec::new(); plan.axes.len()],
            weights: plan.weight.is_some().then(Vec::new),
            scores: plan.score.is_some().then(Vec::new),
            kept: vec![Vec::new(); kept],
            ..self
        }
    }

    /// An empty frame with the same columns.
    fn alike(&self) -> Self {
        Self {
            groups: vec![Vec::new(); self.groups.len()],
            weights: self.weights.as_ref().map(|_| Vec::new()),
            scores: self.scores.as_ref().map(|_| Vec::new()),
            kept: vec![Vec::new(); self.kept.len()],
            ..Self::default()
        }
    }
}

/// Cuts what is beyond so many rows off the pieces of a column.
fn split_pieces(pieces: &mut Vec<ArrayRef>, rows: usize) -> Vec<ArrayRef> {
    let mut rest = Vec::new();
    let mut before = 0;
    for piece in std::mem::take(pieces) {
        let kept = (rows - before.min(rows)).min(piece.len());
        if kept > 0 {
            pieces.push(piece.slice(0, kept));
        }
        if kept < piece.len() {
            rest.push(piece.slice(kept, piece.len() - kept));
        }
        before += piece.len();
    }
    rest
}

/// Gathers pieces into frames.
struct Reader<'a> {
    decoder: Decoder<'a>,
    features: Vec<Feature<'a>>,
    id: Option<usize>,
    kept: &'a [usize],
    axes: &'a (dyn Fn() -> Vec<Vec<Label>> + Sync),
    cut: Option<f64>,
    block: usize,
    open: Frame,
    send: std::sync::mpsc::SyncSender<Frame>,
}

impl Reader<'_> {
    fn add(&mut self, piece: &Piece<'_>) -> Result<(), DataError> {
        let width = self.features.len();
        let start = self.open.values.len();
        self.open.values.resize(start + piece.len * width, f64::NAN);
        for (at, feature) in self.features.iter_mut().enumerate() {
            let numbers = feature.read(piece)?;
            let places = self.open.values[start..].iter_mut().skip(at).step_by(width);
            places.zip(numbers).for_each(|(place, x)| *place = *x);
        }
        if let Some(id) = self.id {
            self.open
                .ids
                .push(std::sync::Arc::clone(piece.columns[id].array()));
        }
        for (pieces, column) in self.open.kept.iter_mut().zip(self.kept) {
            pieces.push(std::sync::Arc::clone(piece.columns[*column].array()));
        }
        let open = &mut self.open;
        self.decoder.add(piece, &mut |block: &Block<'_>| {
            open.outcomes.extend_from_slice(block.outcomes);
            if let (Some(scores), Some(found)) = (&mut open.scores, block.scores) {
                scores.extend_from_slice(found);
            }
            for (codes, axis) in open.groups.iter_mut().zip(block.axes) {
                codes.extend(axis.keys.iter().map(|key| axis.table[*key as usize]));
            }
            if let (Some(weights), Some(found)) = (&mut open.weights, block.weights) {
                weights.extend_from_slice(found);
            }
        })?;
        self.open.rows += piece.len;
        // Faulty weights hand no block on; the scan fails when all of them are known.
        let rows = self.open.rows;
        self.open
            .groups
            .iter_mut()
            .for_each(|codes| codes.resize(rows, 0));
        let numbers = self.open.weights.iter_mut().chain(&mut self.open.scores);
        numbers.for_each(|numbers| numbers.resize(rows, 0.0));
        self.open.outcomes.resize(rows, 0);
        while self.open.rows >= self.block {
            let rest = self.split();
            let full = std::mem::replace(&mut self.open, rest);
            self.hand_on(full)?;
        }
        Ok(())
    }

    /// Cuts what is beyond a block off the open frame.
    fn split(&mut self) -> Frame {
        let (block, width) = (self.block, self.features.len());
        let open = &mut self.open;
        let mut rest = open.alike();
        rest.rows = open.rows - block;
        rest.values = open.values.split_off(block * width);
        rest.outcomes = open.outcomes.split_off(block.min(open.outcomes.len()));
        for (rest, codes) in rest.groups.iter_mut().zip(&mut open.groups) {
            *rest = codes.split_off(block.min(codes.len()));
        }
        let numbers = [
            (&mut rest.weights, &mut open.weights),
            (&mut rest.scores, &mut open.scores),
        ];
        for (rest, numbers) in numbers {
            if let (Some(rest), Some(numbers)) = (rest, numbers) {
                *rest = numbers.split_off(block.min(numbers.len()));
            }
        }
        rest.ids = split_pieces(&mut open.ids, block);
        for (rest, pieces) in rest.kept.iter_mut().zip(&mut open.kept) {
            *rest = split_pieces(pieces, block);
        }
        open.rows = block;
        rest
    }

    fn hand_on(&self, mut frame: Frame) -> Result<(), DataError> {
        (frame.axes, frame.cut) = ((self.axes)(), self.cut);
        // Nobody takes frames any more: whoever did has an error of its own to tell.
        self.send.send(frame).map_err(|_| DataError::Interrupted)
    }

    fn flush(&mut self) -> Result<(), DataError> {
        let empty = self.open.alike();
        let last = std::mem::replace(&mut self.open, empty);
        if last.rows > 0 {
            self.hand_on(last)
        } else {
            Ok(())
        }
    }
}

/// One feature's column, read.
struct Feature<'a> {
    at: usize,
    column: &'a FeatureColumn,
    numbers: Numbers,
    texts: HashMap<&'a str, f64>,
    hashes: HashMap<u32, f64>,
    codes: Vec<f64>,
}

impl<'a> Feature<'a> {
    fn new(at: usize, column: &'a FeatureColumn) -> Self {
        let mut texts = HashMap::new();
        if let Some(Categories::Text(labels)) = &column.categories {
            texts.extend(
                labels
                    .iter()
                    .enumerate()
                    .map(|(code, label)| (label.as_str(), code as f64)),
            );
        }
        let mut codes_of_hashes = HashMap::new();
        if let Some(Categories::Hashes { hashes, .. }) = &column.categories {
            let codes = hashes.iter().enumerate();
            codes_of_hashes.extend(codes.map(|(code, hash)| (*hash, code as f64)));
        }
        Self {
            at,
            column,
            numbers: Numbers::default(),
            texts,
            hashes: codes_of_hashes,
            codes: Vec::new(),
        }
    }

    fn read<'b>(&'b mut self, piece: &'b Piece<'_>) -> Result<&'b [f64], DataError> {
        let array = piece.columns[self.at].array();
        let name = &self.column.name;
        let explain = |error| piece.explain(name, error);
        match &self.column.categories {
            None => self.numbers.read(array, piece.decimal).map_err(explain),
            Some(Categories::Numbers(labels)) => {
                let numbers = self.numbers.read(array, piece.decimal).map_err(explain)?;
                self.codes.clear();
                for (row, x) in numbers.iter().enumerate() {
                    let code = labels
                        .iter()
                        .position(|label| label == x)
                        .map(|code| code as f64);
                    let unseen = |x: &f64| x.to_string();
                    self.codes.push(match code {
                        Some(code) => code,
                        None if x.is_nan() || self.column.unseen == Unseen::Missing => f64::NAN,
                        None => return Err(unseen_category(piece, name, row, unseen(x))),
                    });
                }
                Ok(&self.codes)
            }
            Some(Categories::Text(_) | Categories::Hashes { .. }) => {
                self.read_texts(array, piece)?;
                Ok(&self.codes)
            }
        }
    }

    fn read_texts(&mut self, array: &ArrayRef, piece: &Piece<'_>) -> Result<(), DataError> {
        let name = &self.column.name;
        let explain = |error| piece.explain(name, error);
        let (texts, hashes) = (&self.texts, &self.hashes);
        let hash = match &self.column.categories {
            Some(Categories::Hashes { hash, .. }) => Some(hash),
            _ => None,
        };
        let code = |text: &str| match hash {
            None => texts.get(text).copied(),
            Some(hash) => Some(hashes.get(&hash(text)).map_or(hashes.len() as f64, |c| *c)),
        };
        let missing = hash.and_then(|_| code("")).unwrap_or(f64::NAN);
        let refuse = self.column.unseen == Unseen::Refuse;
        self.codes.clear();
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let values = cast_to(dictionary.values(), &DataType::Utf8).map_err(explain)?;
            let values = values.as_string::<i32>();
            let known: Vec<Option<f64>> = values.iter().map(|text| text.and_then(code)).collect();
            let keys = cast_to(
                &arrow::array::make_array(dictionary.keys().to_data()),
                &DataType::Int32,
            )
            .map_err(explain)?;
            for (row, key) in keys.as_primitive::<Int32Type>().iter().enumerate() {
                let Some(key) = key
                    .map(|key| key as usize)
                    .filter(|key| values.is_valid(*key))
                else {
                    self.codes.push(missing);
                    continue;
                };
                match known[key] {
                    Some(code) => self.codes.push(code),
                    None if refuse => {
                        return Err(unseen_category(
                            piece,
                            name,
                            row,
                            values.value(key).to_owned(),
                        ));
                    }
                    None => self.codes.push(f64::NAN),
                }
            }
            return Ok(());
        }
        let texts = cast_to(array, &DataType::Utf8).map_err(explain)?;
        for (row, text) in texts.as_string::<i32>().iter().enumerate() {
            match text.map(|text| (text, code(text))) {
                // An empty field of a CSV file is missing unless a category is empty.
                None | Some(("", None)) => self.codes.push(missing),
                Some((_, Some(code))) => self.codes.push(code),
                Some((text, None)) if refuse => {
                    return Err(unseen_category(piece, name, row, text.to_owned()));
                }
                Some(_) => self.codes.push(f64::NAN),
            }
        }
        Ok(())
    }
}

fn unseen_category(piece: &Piece<'_>, column: &str, row: usize, value: String) -> DataError {
    DataError::UnseenCategory {
        column: column.to_owned(),
        value,
        place: piece.place(row),
    }
}
