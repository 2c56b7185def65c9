//! Filling a cube, one block of rows at a time.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::collect::Collector;
use super::gather::Gatherer;
use super::key::Weighted;
use super::{Cell, Kept, Tally, TallyError, position};
use crate::block::{Block, outcome};
use crate::exact_sum::ExactSum;
use crate::label::{Attribute, Label};

/// How large a cube may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Combinations of levels up to which cells lie in one dense array.
    pub dense_cells_max: usize,
    /// Combinations that may occur at all.
    pub cells_max: usize,
    /// Distinct scores (with weights: pairs of score and weight) per cell and outcome, in all of
    /// the finished tally; with more of them scores are counted on the fixed grid.
    pub score_entries_max: u64,
    /// Clusters that may occur at all, unless rows are sorted by them.
    pub clusters_max: u64,
}

impl Limits {
    /// Bytes that one score entry is counted at: what a tally and the score tables made of it hold
    /// at most for each.
    pub const BYTES_PER_SCORE_ENTRY: u64 = 48;
    /// Score entries that one score of a cluster is counted at: its part of a pattern is copied
    /// while replicates are prepared. Past the limit clusters forget their scores.
    pub const ENTRIES_PER_CLUSTER_SCORE: u64 = 4;

    /// The limits that keep scores within so many bytes.
    #[must_use]
    pub fn of_memory(bytes: u64) -> Self {
        Self {
            score_entries_max: bytes / Self::BYTES_PER_SCORE_ENTRY,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            dense_cells_max: 1 << 16,
            cells_max: 1 << 20,
            score_entries_max: (1 << 30) / Self::BYTES_PER_SCORE_ENTRY,
            clusters_max: 10_000_000,
        }
    }
}

/// Lanes of the smallest cubes: neighbouring rows count in different copies, because a count that
/// follows another of the same cell would wait for it.
const LANES: usize = 4;
/// Dense cells up to which lanes are kept (they stay in the first-level cache).
const LANE_CELLS_MAX: usize = 256;

/// A fast hash of one integer (Fibonacci hashing): keys are codes of our own, never a stranger's.
#[derive(Default)]
struct CodeHasher(u64);

impl Hasher for CodeHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

type CodeMap = HashMap<u64, u64, BuildHasherDefault<CodeHasher>>;

/// A table of at most 256 entries, into which a byte always points.
type ShortTable = [u32; 256];

fn short(table: &[u32]) -> Option<ShortTable> {
    let mut whole = [0; 256];
    whole.get_mut(..table.len())?.copy_from_slice(table);
    Some(whole)
}

/// A key of a short table.
const fn low_byte(key: i32) -> usize {
    (key & 0xff) as usize
}

/// Where the counts of a combination lie.
#[derive(Clone)]
enum Slots {
    /// At the combination's own mixed-radix number.
    Dense,
    /// Wherever the map says.
    Sparse(CodeMap),
}

/// Where scores go.
#[derive(Clone)]
enum Scored {
    Dropped,
    Plain(Collector<u64>),
    Weighted(Collector<Weighted>),
}

/// A cube under construction: one per thread, merged by [`Builder::merge`].
///
/// Layout: the combination `c` of level codes has the mixed-radix number `Σ code·stride`; counts
/// lie at `slot·12 + outcome`, where the slot is that number while the product of the capacities
/// is small, and handed out on first sight beyond.
#[derive(Clone)]
pub struct Builder {
    names: Vec<String>,
    sensitive: usize,
    kept: Kept,
    limits: Limits,
    capacities: Vec<u32>,
    slots: Slots,
    counts: Vec<u64>,
    lanes: Vec<u32>,
    lane_rows: u32,
    weights: HashMap<u64, [ExactSum; 2], BuildHasherDefault<CodeHasher>>,
    scores: Scored,
    clusters: Option<Gatherer>,
    index: Vec<u32>,
    wide: Vec<u64>,
    error: Option<TallyError>,
}

impl Builder {
    /// An empty cube over sensitive attributes and strata.
    #[must_use]
    pub fn new(sensitive: &[String], strata: &[String], kept: Kept, limits: Limits) -> Self {
        let names: Vec<String> = sensitive.iter().chain(strata).cloned().collect();
        let capacities = vec![1; names.len()];
        let mut builder = Self {
            sensitive: sensitive.len(),
            kept,
            limits,
            capacities,
            slots: Slots::Dense,
            counts: Vec::new(),
            lanes: Vec::new(),
            lane_rows: 0,
            weights: HashMap::default(),
            scores: match (kept.scores, kept.weights) {
                (false, _) => Scored::Dropped,
                (true, false) => Scored::Plain(Collector::new(limits.score_entries_max)),
                (true, true) => Scored::Weighted(Collector::new(limits.score_entries_max)),
            },
            clusters: kept.clusters.then(|| {
                let parts_max = limits.score_entries_max / Limits::ENTRIES_PER_CLUSTER_SCORE;
                Gatherer::new(limits.clusters_max, if kept.scores { parts_max } else { 0 })
            }),
            index: Vec::new(),
            wide: Vec::new(),
            error: None,
            names,
        };
        builder.counts = vec![0; outcome::COUNT];
        builder.lanes = vec![0; LANES * outcome::COUNT];
        builder
    }

    /// Counts the rows of a block. A cube that would pass its limits keeps the error for
    /// [`Self::finish`] and counts no more.
    pub fn add(&mut self, block: &Block<'_>) {
        debug_assert_eq!(block.axes.len(), self.names.len());
        debug_assert_eq!(block.outcomes.len(), block.len);
        if self.error.is_some() || block.len == 0 {
            return;
        }
        if let Err(error) = self.make_room(block).and_then(|()| self.locate(block)) {
            self.error = Some(error);
            return;
        }
        if self.lanes.is_empty() {
            for &at in &self.index {
                self.counts[at as usize] += 1;
            }
        } else {
            self.count_in_lanes(block.len);
        }
        if self.kept.weights {
            self.add_weights(block);
        }
        if let (Some(gatherer), Some(clusters)) = (&mut self.clusters, block.clusters)
            && let Err(error) = gatherer.add(&self.index, clusters, block.weights, block.scores)
        {
            self.error = Some(error);
        }
        if let Some(scores) = block.scores {
            match &mut self.scores {
                Scored::Dropped => {}
                Scored::Plain(to) => to.add(&self.index, scores, None, self.counts.len()),
                Scored::Weighted(to) => {
                    to.add(&self.index, scores, block.weights, self.counts.len());
                }
            }
        }
    }

    /// Rows counted in copies: row `i` of four in copy `i`.
    fn count_in_lanes(&mut self, rows: usize) {
        if self.lane_rows > u32::MAX / 2 {
            self.flush_lanes();
        }
        self.lane_rows += rows as u32;
        let width = self.counts.len();
        let (first, rest) = self.lanes.split_at_mut(width);
        let (second, rest) = rest.split_at_mut(width);
        let (third, fourth) = rest.split_at_mut(width);
        let mut quads = self.index.chunks_exact(LANES);
        for quad in &mut quads {
            first[quad[0] as usize] += 1;
            second[quad[1] as usize] += 1;
            third[quad[2] as usize] += 1;
            fourth[quad[3] as usize] += 1;
        }
        for &at in quads.remainder() {
            first[at as usize] += 1;
        }
    }

    fn flush_lanes(&mut self) {
        let width = self.counts.len();
        for lane in self.lanes.chunks_exact_mut(width.max(1)) {
            for (sum, n) in self.counts.iter_mut().zip(lane) {
                *sum += u64::from(std::mem::take(n));
            }
        }
        self.lane_rows = 0;
    }

    /// Widens the capacities so that every level of the block has its place.
    fn make_room(&mut self, block: &Block<'_>) -> Result<(), TallyError> {
        let mut wanted = self.capacities.clone();
        for (capacity, axis) in wanted.iter_mut().zip(block.axes) {
            let highest = axis.table.iter().copied().max().unwrap_or(0);
            if highest >= *capacity {
                // Small attributes get their exact width, large ones room to grow.
                *capacity = if highest < 16 {
                    highest + 1
                } else {
                    (highest + 1).next_power_of_two()
                };
            }
        }
        if wanted == self.capacities {
            return Ok(());
        }
        self.reshape(wanted)
    }

    /// Moves the counts to the numbering of new, wider capacities.
    fn reshape(&mut self, capacities: Vec<u32>) -> Result<(), TallyError> {
        let product = capacities
            .iter()
            .try_fold(1u64, |product, &c| product.checked_mul(u64::from(c)))
            .filter(|product| *product < 1 << 58)
            .ok_or(TallyError::TooManyCombinations)?;
        self.flush_lanes();
        let old = std::mem::replace(&mut self.capacities, capacities);
        let dense = product <= self.limits.dense_cells_max as u64;
        let occupied = self.occupied(&old);
        let counts = std::mem::take(&mut self.counts);
        let mut moved: HashMap<u64, u64, BuildHasherDefault<CodeHasher>> = HashMap::default();
        if dense {
            self.slots = Slots::Dense;
            self.counts = vec![0; product as usize * outcome::COUNT];
        } else {
            self.slots = Slots::Sparse(CodeMap::default());
        }
        for (slot, codes) in occupied {
            let key = self.key(&codes);
            let target = self.slot(key)?;
            moved.insert(slot, target);
            let (from, to) = (
                slot as usize * outcome::COUNT,
                target as usize * outcome::COUNT,
            );
            self.counts[to..to + outcome::COUNT]
                .copy_from_slice(&counts[from..from + outcome::COUNT]);
        }
        let width = outcome::COUNT as u64;
        let relocate = |at: u64| moved[&(at / width)] * width + at % width;
        self.weights = std::mem::take(&mut self.weights)
            .into_iter()
            .map(|(at, sums)| (relocate(at), sums))
            .collect();
        self.scores.relocate(relocate);
        if let Some(clusters) = &mut self.clusters {
            clusters.relocate(relocate);
        }
        let lanes = dense && product as usize <= LANE_CELLS_MAX;
        self.lanes = if lanes {
            vec![0; LANES * self.counts.len()]
        } else {
            Vec::new()
        };
        Ok(())
    }

    /// The mixed-radix number of a combination.
    fn key(&self, codes: &[u32]) -> u64 {
        codes
            .iter()
            .zip(&self.capacities)
            .fold(0, |key, (&code, &capacity)| {
                key * u64::from(capacity) + u64::from(code)
            })
    }

    /// The slot of a combination, made if new.
    fn slot(&mut self, key: u64) -> Result<u64, TallyError> {
        let Slots::Sparse(map) = &mut self.slots else {
            return Ok(key);
        };
        let next = map.len() as u64;
        let slot = *map.entry(key).or_insert(next);
        if slot == next {
            if map.len() > self.limits.cells_max {
                return Err(TallyError::TooManyCells {
                    limit: self.limits.cells_max,
                });
            }
            self.counts.resize(self.counts.len() + outcome::COUNT, 0);
        }
        Ok(slot)
    }

    /// Slots in use and their combinations under the given capacities.
    fn occupied(&self, capacities: &[u32]) -> Vec<(u64, Vec<u32>)> {
        let codes_of = |mut key: u64| {
            let mut codes = vec![0; capacities.len()];
            for (code, &capacity) in codes.iter_mut().zip(capacities).rev() {
                *code = (key % u64::from(capacity)) as u32;
                key /= u64::from(capacity);
            }
            codes
        };
        match &self.slots {
            Slots::Dense => self
                .counts
                .chunks_exact(outcome::COUNT)
                .enumerate()
                .filter(|(_, counts)| counts.iter().any(|&n| n > 0))
                .map(|(slot, _)| (slot as u64, codes_of(slot as u64)))
                .collect(),
            Slots::Sparse(map) => map
                .iter()
                .map(|(&key, &slot)| (slot, codes_of(key)))
                .collect(),
        }
    }

    /// Fills `index` with the place of every row's count.
    fn locate(&mut self, block: &Block<'_>) -> Result<(), TallyError> {
        if matches!(self.slots, Slots::Dense) {
            self.locate_dense(block);
            return Ok(());
        }
        self.wide.clear();
        self.wide.resize(block.len, 0);
        for (axis, &capacity) in block.axes.iter().zip(&self.capacities) {
            for (key, &k) in self.wide.iter_mut().zip(axis.keys) {
                *key = *key * u64::from(capacity) + u64::from(axis.table[k as usize]);
            }
        }
        self.index.clear();
        let wide = std::mem::take(&mut self.wide);
        let mut last = (u64::MAX, 0);
        for (&key, &o) in wide.iter().zip(block.outcomes) {
            if key != last.0 {
                last = (key, self.slot(key)?);
            }
            self.index
                .push(last.1 as u32 * outcome::COUNT as u32 + u32::from(o));
        }
        self.wide = wide;
        Ok(())
    }

    fn locate_dense(&mut self, block: &Block<'_>) {
        self.index.clear();
        let mut stride = outcome::COUNT as u32;
        let mut strides = vec![0; self.capacities.len()];
        for (place, &capacity) in strides.iter_mut().zip(&self.capacities).rev() {
            *place = stride;
            stride *= capacity;
        }
        let scaled: Vec<Vec<u32>> = block
            .axes
            .iter()
            .zip(&strides)
            .map(|(axis, stride)| axis.table.iter().map(|code| code * stride).collect())
            .collect();
        let short: Vec<ShortTable> = scaled.iter().map_while(|table| short(table)).collect();
        match (block.axes, short.as_slice()) {
            ([a], [x]) => {
                let rows = a.keys.iter().zip(block.outcomes);
                let place = |(&i, &o)| x[low_byte(i)] + u32::from(o);
                self.index.extend(rows.map(place));
            }
            ([a, b], [x, y]) => {
                let rows = a.keys.iter().zip(b.keys).zip(block.outcomes);
                let place = |((&i, &j), &o)| x[low_byte(i)] + y[low_byte(j)] + u32::from(o);
                self.index.extend(rows.map(place));
            }
            _ => {
                self.index
                    .extend(block.outcomes.iter().map(|&o| u32::from(o)));
                for (axis, table) in block.axes.iter().zip(&scaled) {
                    for (at, &k) in self.index.iter_mut().zip(axis.keys) {
                        *at += table[k as usize];
                    }
                }
            }
        }
    }

    fn add_weights(&mut self, block: &Block<'_>) {
        for (i, &at) in self.index.iter().enumerate() {
            let weight = block.weights.map_or(1.0, |weights| weights[i]);
            let [sum, squares] = self.weights.entry(u64::from(at)).or_default();
            sum.add(weight);
            squares.add(weight * weight);
        }
    }

    /// Joins two builders that share level codes.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        if self.error.is_some() || other.error.is_some() {
            self.error = self.error.or(other.error);
            return self;
        }
        let capacities: Vec<u32> = self
            .capacities
            .iter()
            .zip(&other.capacities)
            .map(|(a, b)| *a.max(b))
            .collect();
        if let Err(error) = self.absorb(&mut other, capacities) {
            self.error = Some(error);
        }
        self
    }

    fn absorb(&mut self, other: &mut Self, capacities: Vec<u32>) -> Result<(), TallyError> {
        if self.capacities != capacities {
            self.reshape(capacities.clone())?;
        }
        self.flush_lanes();
        other.flush_lanes();
        let width = outcome::COUNT as u64;
        let mut moved: HashMap<u64, u64> = HashMap::new();
        for (slot, codes) in other.occupied(&other.capacities) {
            let key = self.key(&codes);
            let target = self.slot(key)?;
            moved.insert(slot, target);
            let (from, to) = (
                slot as usize * outcome::COUNT,
                target as usize * outcome::COUNT,
            );
            for i in 0..outcome::COUNT {
                self.counts[to + i] += other.counts[from + i];
            }
        }
        let relocate = |at: u64| moved[&(at / width)] * width + at % width;
        for (at, theirs) in &other.weights {
            let mine = self.weights.entry(relocate(*at)).or_default();
            for (a, b) in mine.iter_mut().zip(theirs) {
                a.merge(b);
            }
        }
        let mut scores = std::mem::replace(&mut other.scores, Scored::Dropped);
        scores.relocate(relocate);
        self.scores.absorb(scores);
        if let (Some(mine), Some(mut theirs)) = (&mut self.clusters, other.clusters.take()) {
            theirs.relocate(relocate);
            mine.absorb(theirs)?;
        }
        Ok(())
    }

    /// The canonical tally, given the label of every level code of every attribute; the labels of
    /// an attribute differ from each other.
    ///
    /// # Errors
    /// The error that stopped the counting, if one did.
    pub fn finish(mut self, labels: &[Vec<Label>]) -> Result<Tally, TallyError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        self.flush_lanes();
        let occupied = self.occupied(&self.capacities);
        let mut used: Vec<Vec<Label>> = vec![Vec::new(); self.names.len()];
        for (axis, levels) in used.iter_mut().enumerate() {
            let mut seen = vec![false; labels[axis].len()];
            for (_, codes) in &occupied {
                seen[codes[axis] as usize] = true;
            }
            levels.extend(
                labels[axis]
                    .iter()
                    .zip(seen)
                    .filter(|(_, s)| *s)
                    .map(|(l, _)| l.clone()),
            );
            levels.sort_unstable();
            levels.dedup();
        }
        let mut cells: BTreeMap<Box<[u32]>, Cell> = BTreeMap::new();
        let mut place: HashMap<u64, Box<[u32]>> = HashMap::new();
        for (slot, codes) in occupied {
            let at = slot as usize * outcome::COUNT;
            let codes: Box<[u32]> = codes
                .iter()
                .enumerate()
                .map(|(axis, &code)| position(&used[axis], &labels[axis][code as usize]))
                .collect();
            let cell = cells.entry(codes.clone()).or_default();
            for (sum, n) in cell.n.iter_mut().zip(&self.counts[at..at + outcome::COUNT]) {
                *sum += n;
            }
            place.insert(slot, codes);
        }
        let width = outcome::COUNT as u64;
        for (at, sums) in self.weights {
            if let Some(cell) = cells.get_mut(&place[&(at / width)]) {
                cell.absorb(Cell {
                    weights: BTreeMap::from([((at % width) as u8, sums)]),
                    ..Cell::default()
                });
            }
        }
        let (lists, on_grid) = match self.scores {
            Scored::Dropped => (Vec::new(), false),
            Scored::Plain(scores) => scores.finish(),
            Scored::Weighted(scores) => scores.finish(),
        };
        for (at, list) in lists {
            if let Some(cell) = cells.get_mut(&place[&(at / width)]) {
                cell.absorb(Cell {
                    scores: BTreeMap::from([((at % width) as u8, Arc::new(list))]),
                    ..Cell::default()
                });
            }
        }
        let clusters = match self.clusters {
            None => None,
            Some(clusters) => {
                let position: HashMap<&[u32], u32> =
                    cells.keys().map(|codes| &**codes).zip(0..).collect();
                Some(clusters.finish(|at| {
                    let cell = position[&*place[&(at / width)]];
                    (cell, (at % width) as u8)
                })?)
            }
        };
        let attributes = self
            .names
            .into_iter()
            .zip(used)
            .map(|(name, labels)| Attribute { name, labels })
            .collect();
        Ok(Tally {
            attributes,
            sensitive: self.sensitive,
            kept: self.kept,
            score_entries_max: self.limits.score_entries_max,
            on_grid,
            cells,
            clusters,
        })
    }
}

impl Scored {
    fn relocate(&mut self, place: impl Fn(u64) -> u64) {
        match self {
            Self::Dropped => {}
            Self::Plain(scores) => scores.relocate(place),
            Self::Weighted(scores) => scores.relocate(place),
        }
    }

    /// Takes over another's scores; both keep the same.
    fn absorb(&mut self, other: Self) {
        match (self, other) {
            (Self::Plain(mine), Self::Plain(theirs)) => mine.absorb(theirs),
            (Self::Weighted(mine), Self::Weighted(theirs)) => mine.absorb(theirs),
            _ => {}
        }
    }
}
