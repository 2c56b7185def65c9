//! Rows whose group is unknown, counted by the probabilities with which they belong to each.
//!
//! A row carries one probability per group. Rows of equal probabilities (and equal strata) are a
//! *proxy cell*: all that a record tells of their group is the same. A [`ProxyBuilder`] counts cells
//! block by block, one per thread; [`ProxyBuilder::finish`] gives the canonical [`ProxyCells`].
//!
//! Cells are kept apart by the exact probabilities while there are few enough of them. Beyond, the
//! probabilities are cut to a binary grid, `⌊q·2^bits⌋`, the finest of 6 to 0 bits whose cells are
//! few enough; coarser grids are unions of finer ones, so the state depends on the rows alone. Rows
//! of a grid cell keep the exact sums of their probabilities. Where rows have clusters, what each
//! holds of every cell and outcome is gathered beside.

mod cells;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use crate::block::{Block, outcome};
use crate::exact_sum::ExactSum;
use crate::label::Label;
use crate::tally::TallyError;
use crate::tally::gather::Gatherer;

pub use cells::{GroupMass, Held, ProxyCell, ProxyCells};

/// Bits of the finest grid.
pub const GRID_BITS_MAX: u32 = 6;

/// Cells that are kept apart at most.
pub const CELLS_MAX: usize = 1 << 14;

/// Rows below which the decisions of a cell are too few to tell what is usual in it.
pub const CELL_ROWS_MIN: u64 = 30;

/// Share of the rows that may lie in such cells before cells are joined.
pub const THIN_SHARE_MAX: f64 = 0.05;

/// The class of rows that no group is likely enough for.
const UNCLASSIFIED: u64 = u64::MAX;

/// Cells that could not be counted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// More cells than even the coarsest grid may have.
    #[error(
        "the membership \"{attribute}\" and the strata form more than {limit} cells even on the coarsest grid of probabilities; use fewer strata or coarser bins"
    )]
    TooManyCells {
        /// The attribute.
        attribute: String,
        /// The limit.
        limit: usize,
    },
    /// More clusters than may be kept.
    #[error(transparent)]
    Clusters(#[from] TallyError),
}

/// Which attribute is unknown, and where its probabilities stand in a block.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyPlan {
    /// The attribute's name.
    pub attribute: String,
    /// Its groups.
    pub groups: usize,
    /// Position of the first group's probabilities among the block's.
    pub first: usize,
    /// Position of the first stratum among the block's axes.
    pub strata_from: usize,
    /// Least probability with which a row is classified; its likeliest group is taken in any case
    /// where absent.
    pub threshold: Option<f64>,
    /// Whether rows have weights.
    pub weighted: bool,
    /// Clusters that are kept at most; `None` where rows do not depend on each other.
    pub clusters_max: Option<u64>,
}

/// Sums of one group's probabilities over rows.
#[derive(Clone, Debug, Default, PartialEq)]
struct GroupSums {
    /// Σ w·q.
    mass: ExactSum,
    /// Σ (w·q)².
    squares: ExactSum,
    /// Σ q.
    rows: ExactSum,
}

impl GroupSums {
    fn add(&mut self, q: f64, w: f64, times: u64) {
        let mass = w * q;
        self.mass.add_times(mass, times);
        self.squares.add_times(mass * mass, times);
        self.rows.add_times(q, times);
    }

    fn merge(&mut self, other: &Self) {
        self.mass.merge(&other.mass);
        self.squares.merge(&other.squares);
        self.rows.merge(&other.rows);
    }
}

/// Rows of a cell and outcome.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    n: u64,
    /// Σw and Σw²; with weights.
    weights: Option<Box<[ExactSum; 2]>>,
    /// By group; where they do not follow from `n` and the cell's probabilities.
    groups: Vec<GroupSums>,
}

impl Entry {
    fn merge(&mut self, other: Self) {
        self.n += other.n;
        match (&mut self.weights, other.weights) {
            (Some(mine), Some(theirs)) => {
                for (a, b) in mine.iter_mut().zip(theirs.iter()) {
                    a.merge(b);
                }
            }
            (mine @ None, theirs) => *mine = theirs,
            (Some(_), None) => {}
        }
        if self.groups.is_empty() {
            self.groups = other.groups;
            return;
        }
        for (a, b) in self.groups.iter_mut().zip(&other.groups) {
            a.merge(b);
        }
    }
}

/// A cell's rows by outcome.
type Entries = BTreeMap<u8, Entry>;

/// A cell and its number in the order of first sight, by which clusters name it.
#[derive(Clone, Debug, Default)]
struct Cell {
    slot: u32,
    entries: Entries,
}

fn join(mine: &mut Entries, theirs: Entries) {
    for (outcome, entry) in theirs {
        mine.entry(outcome).or_default().merge(entry);
    }
}

/// A cell under its key.
type Keyed = (Box<[u64]>, Cell);

/// Cells under construction: one builder per thread, merged by [`Self::merge`].
///
/// Layout of a key: one number per group (the probability's bits, or its place on the grid), the
/// class, one level code per stratum.
#[derive(Clone, Debug)]
pub struct ProxyBuilder {
    plan: ProxyPlan,
    cells_max: usize,
    /// Of the grid; `None` while probabilities are exact.
    bits: Option<u32>,
    cells: HashMap<Box<[u64]>, Cell>,
    /// What clusters hold, at `slot · 12 + outcome`.
    gathered: Option<Gatherer>,
    scratch: Vec<u64>,
    /// Slot and outcome of every row of a block.
    places: Vec<u32>,
    failed: Option<ProxyError>,
}

impl ProxyBuilder {
    /// No rows yet.
    #[must_use]
    pub fn new(plan: ProxyPlan) -> Self {
        Self::with_limit(plan, CELLS_MAX)
    }

    /// The same with another limit of cells.
    #[must_use]
    pub fn with_limit(plan: ProxyPlan, cells_max: usize) -> Self {
        Self {
            gathered: plan.clusters_max.map(|most| Gatherer::new(most, 0)),
            plan,
            cells_max,
            bits: None,
            cells: HashMap::new(),
            scratch: Vec::new(),
            places: Vec::new(),
            failed: None,
        }
    }

    /// Counts the rows of a block.
    pub fn add(&mut self, block: &Block<'_>) {
        let plan = &self.plan;
        let columns = &block.members[plan.first..plan.first + plan.groups];
        let strata = &block.axes[plan.strata_from..];
        self.places.clear();
        for row in 0..block.len {
            self.scratch.clear();
            let bits = self.bits;
            let place = |q: f64| match bits {
                None => (q + 0.0).to_bits(),
                Some(bits) => on_grid(q, bits),
            };
            self.scratch.extend(columns.iter().map(|c| place(c[row])));
            self.scratch.push(class(columns, row, plan.threshold));
            let codes = strata
                .iter()
                .map(|axis| u64::from(axis.table[axis.keys[row] as usize]));
            self.scratch.extend(codes);
            if !self.cells.contains_key(&self.scratch[..]) {
                cell_of(&mut self.cells, self.scratch.as_slice().into());
            }
            let Some(cell) = self.cells.get_mut(&self.scratch[..]) else {
                continue;
            };
            let outcome = block.outcomes[row];
            if self.gathered.is_some() {
                self.places.push(at(cell.slot, outcome));
            }
            let entry = cell.entries.entry(outcome).or_default();
            entry.n += 1;
            let w = block.weights.map_or(1.0, |weights| weights[row]);
            if plan.weighted {
                let [first, second] = &mut **entry.weights.get_or_insert_default();
                first.add(w);
                second.add(w * w);
            }
            if plan.weighted || bits.is_some() {
                entry.groups.resize_with(plan.groups, GroupSums::default);
                for (sums, column) in entry.groups.iter_mut().zip(columns) {
                    sums.add(column[row], w, 1);
                }
            }
        }
        if let (Some(gathered), Some(clusters)) = (&mut self.gathered, block.clusters) {
            let weights = block.weights.filter(|_| self.plan.weighted);
            let found = gathered.add(&self.places, clusters, weights, None);
            self.keep(found);
        }
        self.fit();
    }

    /// Keeps an error until all rows are counted.
    fn keep(&mut self, found: Result<(), TallyError>) {
        if let Err(error) = found {
            self.failed.get_or_insert(error.into());
            self.gathered = None;
        }
    }

    /// The cells of both builders' rows.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        let coarser = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (None, any) | (any, None) => any,
            (Some(a), Some(b)) => Some(a.min(b)),
        };
        let bits = coarser(self.bits, other.bits);
        self.coarsen(bits);
        other.coarsen(bits);
        self.failed = self.failed.or(other.failed);
        let slots = self.take(other.cells.into_iter());
        let gathered = self.gathered.take().zip(other.gathered);
        self.gathered = gathered.and_then(|(mut mine, mut theirs)| {
            theirs.relocate(|place| moved(place, &slots));
            let found = mine.absorb(theirs);
            self.keep(found);
            self.failed.is_none().then_some(mine)
        });
        self.fit();
        self
    }

    /// Takes cells in; tells the slot that each of theirs has here.
    fn take(&mut self, cells: impl ExactSizeIterator<Item = Keyed>) -> Vec<u32> {
        let mut slots = vec![0; cells.len()];
        for (key, cell) in cells {
            let mine = cell_of(&mut self.cells, key);
            slots[cell.slot as usize] = mine.slot;
            join(&mut mine.entries, cell.entries);
        }
        slots
    }

    /// Joins cells until they are few enough.
    fn fit(&mut self) {
        while self.cells.len() > self.cells_max {
            match next(self.bits) {
                Some(bits) => self.coarsen(Some(bits)),
                None => {
                    // Nothing is left to join: the error is kept, memory is not.
                    self.failed = Some(ProxyError::TooManyCells {
                        attribute: self.plan.attribute.clone(),
                        limit: self.cells_max,
                    });
                    self.cells.clear();
                    self.gathered = None;
                }
            }
        }
    }

    /// Moves the cells to a grid, unless they are on it already.
    fn coarsen(&mut self, to: Option<u32>) {
        let Some(bits) = to.filter(|_| to != self.bits) else {
            return;
        };
        let groups = self.plan.groups;
        let from = self.bits.replace(bits);
        let coarser = |(mut key, mut cell): Keyed| {
            let exact = from.is_none();
            let own: Vec<f64> = key[..groups].iter().map(|q| f64::from_bits(*q)).collect();
            for place in &mut key[..groups] {
                *place = match from {
                    None => on_grid(f64::from_bits(*place), bits),
                    Some(finer) => *place >> (finer - bits),
                };
            }
            let entries = cell.entries.values_mut();
            for entry in entries.filter(|e| exact && e.groups.is_empty()) {
                entry.groups = of_equal(&own, entry.n);
            }
            (key, cell)
        };
        let finer = std::mem::take(&mut self.cells);
        let slots = self.take(finer.into_iter().map(coarser));
        if let Some(gathered) = &mut self.gathered {
            gathered.relocate(|place| moved(place, &slots));
        }
    }

    /// Share of the rows that lie in cells of too few.
    fn thin_share(&self) -> f64 {
        let (mut thin, mut all) = (0, 0);
        for cell in self.cells.values() {
            let n: u64 = cell.entries.values().map(|entry| entry.n).sum();
            all += n;
            thin += if n < CELL_ROWS_MIN { n } else { 0 };
        }
        thin as f64 / all.max(1) as f64
    }

    /// The canonical cells, given the labels of every stratum by level code.
    ///
    /// Where more than 5 % of the rows lie in cells of fewer than 30 rows, cells are joined on the
    /// grid: in a cell of a single row everybody is selected or nobody, and bounds that rest on such
    /// shares would be too narrow. Joined cells only widen them.
    ///
    /// # Errors
    /// [`ProxyError`].
    pub fn finish(mut self, strata: &[Vec<Label>]) -> Result<ProxyCells, ProxyError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        while self.thin_share() > THIN_SHARE_MAX {
            match next(self.bits) {
                Some(bits) => self.coarsen(Some(bits)),
                None => break,
            }
        }
        let thin = self.thin_share() > THIN_SHARE_MAX;
        let groups = self.plan.groups;
        let ranks: Vec<Vec<u64>> = strata.iter().map(|labels| ranked(labels)).collect();
        let mut positions = vec![0; self.cells.len()];
        let mut cells: BTreeMap<Box<[u64]>, (Vec<u32>, Entries)> = BTreeMap::new();
        for (mut key, cell) in self.cells {
            for (code, ranks) in key[groups + 1..].iter_mut().zip(&ranks) {
                *code = ranks[*code as usize];
            }
            let (slots, entries) = cells.entry(key).or_default();
            slots.push(cell.slot);
            join(entries, cell.entries);
        }
        for (position, (slots, _)) in cells.values().enumerate() {
            for slot in slots {
                positions[*slot as usize] = position as u32;
            }
        }
        let place = |at: u64| {
            let (slot, outcome) = parted(at);
            (positions[slot], outcome)
        };
        let clusters = self.gathered.map(|gathered| gathered.finish(place));
        let exact = self.bits.is_none();
        let cell = |(key, (_, entries)): (Box<[u64]>, (_, Entries))| {
            let own: Vec<f64> = match exact {
                true => key[..groups].iter().map(|q| f64::from_bits(*q)).collect(),
                false => Vec::new(),
            };
            let class = key[groups];
            ProxyCell {
                class: (class != UNCLASSIFIED).then_some(class as usize),
                held: entries
                    .into_iter()
                    .map(|(outcome, entry)| held(outcome, entry, &own))
                    .collect(),
                key,
            }
        };
        Ok(ProxyCells {
            groups,
            grid_bits: self.bits,
            thin,
            cells: cells.into_iter().map(cell).collect(),
            clusters: clusters.transpose()?,
        })
    }
}

/// The cell of a key, numbered when it is first seen.
fn cell_of(cells: &mut HashMap<Box<[u64]>, Cell>, key: Box<[u64]>) -> &mut Cell {
    let slot = cells.len() as u32;
    cells.entry(key).or_insert_with(|| Cell {
        slot,
        entries: Entries::new(),
    })
}

/// Where clusters keep an outcome of a slot.
const fn at(slot: u32, of: u8) -> u32 {
    slot * outcome::COUNT as u32 + of as u32
}

/// The slot and the outcome of such a place.
const fn parted(place: u64) -> (usize, u8) {
    let count = outcome::COUNT as u64;
    ((place / count) as usize, (place % count) as u8)
}

/// The place with its slot's new number.
fn moved(place: u64, slots: &[u32]) -> u64 {
    let (slot, outcome) = parted(place);
    u64::from(at(slots[slot], outcome))
}

/// The grid to go to next.
fn next(bits: Option<u32>) -> Option<u32> {
    match bits {
        None => Some(GRID_BITS_MAX),
        Some(bits) => bits.checked_sub(1),
    }
}

/// The place of a probability on a grid: a certain one has a place of its own on each.
fn on_grid(q: f64, bits: u32) -> u64 {
    (q * f64::from(1_u32 << bits)) as u64
}

/// The likeliest group of a row, the first of equally likely ones.
fn class(columns: &[&[f64]], row: usize, threshold: Option<f64>) -> u64 {
    let (mut best, mut at) = (f64::NEG_INFINITY, 0);
    for (group, column) in columns.iter().enumerate() {
        if column[row] > best {
            (best, at) = (column[row], group as u64);
        }
    }
    match threshold {
        Some(least) if best < least => UNCLASSIFIED,
        _ => at,
    }
}

/// The sums of so many rows of equal probabilities that all weigh 1.
fn of_equal(own: &[f64], n: u64) -> Vec<GroupSums> {
    own.iter()
        .map(|q| {
            let mut sums = GroupSums::default();
            sums.add(*q, 1.0, n);
            sums
        })
        .collect()
}

/// By level code, the place of its label in order.
fn ranked(labels: &[Label]) -> Vec<u64> {
    let mut sorted: Vec<&Label> = labels.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    labels
        .iter()
        .map(|label| sorted.partition_point(|other| *other < label) as u64)
        .collect()
}

fn held(outcome: u8, entry: Entry, own: &[f64]) -> Held {
    let sums = match entry.groups.is_empty() {
        true => of_equal(own, entry.n),
        false => entry.groups,
    };
    let [w1, w2] = match &entry.weights {
        Some(weights) => [weights[0].value(), weights[1].value()],
        None => [entry.n as f64; 2],
    };
    let group = |sums: &GroupSums| GroupMass {
        mass: sums.mass.value(),
        squares: sums.squares.value(),
        rows: sums.rows.value(),
    };
    Held {
        outcome,
        n: entry.n,
        w1,
        w2,
        groups: sums.iter().map(group).collect(),
    }
}
