//! Rows whose group is unknown, counted by the probabilities with which they belong to each.
//!
//! A row carries one probability per group. Rows of equal probabilities (and equal strata) are a
//! *proxy cell*: all that a record tells of their group is the same. A [`ProxyBuilder`] counts cells
//! block by block, one per thread; [`ProxyBuilder::finish`] gives the canonical [`ProxyCells`].
//!
//! Cells are kept apart by the exact probabilities while there are few enough of them. Beyond, the
//! probabilities are cut to a binary grid, `⌊q·2^bits⌋`, the finest of 6 to 0 bits whose cells are
//! few enough; coarser grids are unions of finer ones, so the state depends on the rows alone. Rows
//! of a grid cell keep the exact sums of their probabilities.

use std::collections::{BTreeMap, HashMap};

use crate::block::{Block, outcome};
use crate::exact_sum::ExactSum;
use crate::label::Label;

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

/// More cells than even the coarsest grid may have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the membership \"{attribute}\" and the strata form more than {limit} cells even on the coarsest grid of probabilities; use fewer strata or coarser bins"
)]
pub struct TooManyCells {
    /// The attribute.
    pub attribute: String,
    /// The limit.
    pub limit: usize,
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

fn join(mine: &mut Entries, theirs: Entries) {
    for (outcome, entry) in theirs {
        mine.entry(outcome).or_default().merge(entry);
    }
}

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
    cells: HashMap<Box<[u64]>, Entries>,
    scratch: Vec<u64>,
    too_many: bool,
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
            plan,
            cells_max,
            bits: None,
            cells: HashMap::new(),
            scratch: Vec::new(),
            too_many: false,
        }
    }

    /// Counts the rows of a block.
    pub fn add(&mut self, block: &Block<'_>) {
        let plan = &self.plan;
        let columns = &block.members[plan.first..plan.first + plan.groups];
        let strata = &block.axes[plan.strata_from..];
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
                self.cells
                    .insert(self.scratch.as_slice().into(), Entries::new());
            }
            let Some(cell) = self.cells.get_mut(&self.scratch[..]) else {
                continue;
            };
            let entry = cell.entry(block.outcomes[row]).or_default();
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
        self.fit();
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
        self.too_many |= other.too_many;
        for (key, entries) in other.cells {
            join(self.cells.entry(key).or_default(), entries);
        }
        self.fit();
        self
    }

    /// Joins cells until they are few enough.
    fn fit(&mut self) {
        while self.cells.len() > self.cells_max {
            match next(self.bits) {
                Some(bits) => self.coarsen(Some(bits)),
                None => {
                    // Nothing is left to join: the error is kept, memory is not.
                    self.too_many = true;
                    self.cells.clear();
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
        for (mut key, mut entries) in std::mem::take(&mut self.cells) {
            let exact = from.is_none();
            let own: Vec<f64> = key[..groups].iter().map(|q| f64::from_bits(*q)).collect();
            for place in &mut key[..groups] {
                *place = match from {
                    None => on_grid(f64::from_bits(*place), bits),
                    Some(finer) => *place >> (finer - bits),
                };
            }
            for entry in entries
                .values_mut()
                .filter(|e| exact && e.groups.is_empty())
            {
                entry.groups = of_equal(&own, entry.n);
            }
            join(self.cells.entry(key).or_default(), entries);
        }
    }

    /// Share of the rows that lie in cells of too few.
    fn thin_share(&self) -> f64 {
        let rows = |entries: &Entries| entries.values().map(|entry| entry.n).sum::<u64>();
        let (mut thin, mut all) = (0, 0);
        for entries in self.cells.values() {
            let n = rows(entries);
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
    /// [`TooManyCells`].
    pub fn finish(mut self, strata: &[Vec<Label>]) -> Result<ProxyCells, TooManyCells> {
        if self.too_many {
            return Err(TooManyCells {
                attribute: self.plan.attribute,
                limit: self.cells_max,
            });
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
        let mut cells: BTreeMap<Box<[u64]>, Entries> = BTreeMap::new();
        for (mut key, entries) in self.cells {
            for (code, ranks) in key[groups + 1..].iter_mut().zip(&ranks) {
                *code = ranks[*code as usize];
            }
            join(cells.entry(key).or_default(), entries);
        }
        let exact = self.bits.is_none();
        let cell = |(key, entries): (Box<[u64]>, Entries)| {
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
        })
    }
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

/// What the rows of a cell and outcome hold of one group, in expectation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupMass {
    /// Σ w·q.
    pub mass: f64,
    /// Σ (w·q)².
    pub squares: f64,
    /// Σ q.
    pub rows: f64,
}

/// The rows of a cell and outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The outcome.
    pub outcome: u8,
    /// Rows.
    pub n: u64,
    /// Σw; the rows without weights.
    pub w1: f64,
    /// Σw²; the rows without weights.
    pub w2: f64,
    /// By group.
    pub groups: Vec<GroupMass>,
}

/// Rows of which a record tells the same about their group.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyCell {
    /// The likeliest group, if it is likely enough.
    pub class: Option<usize>,
    /// By outcome, those that occur.
    pub held: Vec<Held>,
    /// Probabilities or places on the grid, class, strata.
    key: Box<[u64]>,
}

/// All rows by what is known of their group, in an order that no thread changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ProxyCells {
    /// Groups.
    pub groups: usize,
    /// Bits of the grid that probabilities were cut to; `None` where they are exact.
    pub grid_bits: Option<u32>,
    /// Whether even so more than 5 % of the rows lie in cells of fewer than 30.
    pub thin: bool,
    /// The cells.
    pub cells: Vec<ProxyCell>,
}

impl ProxyCells {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        let held = self.cells.iter().flat_map(|cell| &cell.held);
        held.map(|held| held.n).sum()
    }

    /// Rows that no group is likely enough for.
    #[must_use]
    pub fn unclassified(&self) -> u64 {
        let cells = self.cells.iter().filter(|cell| cell.class.is_none());
        cells.flat_map(|cell| &cell.held).map(|held| held.n).sum()
    }

    /// Canonical bytes, for a digest.
    pub fn write(&self, out: &mut Vec<u8>) {
        let bits = self.grid_bits.map_or(u64::MAX, u64::from);
        let mut put = |value: u64| out.extend_from_slice(&value.to_le_bytes());
        [self.groups as u64, bits].into_iter().for_each(&mut put);
        for cell in &self.cells {
            cell.key.iter().copied().for_each(&mut put);
            for held in &cell.held {
                put(u64::from(held.outcome));
                put(held.n);
                put(held.w1.to_bits());
                put(held.w2.to_bits());
                for group in &held.groups {
                    put(group.mass.to_bits());
                    put(group.squares.to_bits());
                    put(group.rows.to_bits());
                }
            }
        }
    }
}

const _: () = assert!(outcome::COUNT <= u8::MAX as usize);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn plan(groups: usize, weighted: bool) -> ProxyPlan {
        ProxyPlan {
            attribute: "race".to_owned(),
            groups,
            first: 0,
            strata_from: 0,
            threshold: Some(0.6),
            weighted,
        }
    }

    struct Rows {
        q: Vec<f64>,
        rest: Vec<f64>,
        outcomes: Vec<u8>,
        weights: Option<Vec<f64>>,
    }

    impl Rows {
        fn random(n: usize, levels: u64, weighted: bool) -> Self {
            let mut stream = Stream::new(5, levels);
            let q: Vec<f64> = (0..n)
                .map(|_| (stream.next_u64() % levels) as f64 / (levels - 1) as f64)
                .collect();
            Self {
                rest: q.iter().map(|q| 1.0 - q).collect(),
                outcomes: (0..n)
                    .map(|_| outcome::of(2, (stream.next_u64() % 2) as u8))
                    .collect(),
                weights: weighted.then(|| (0..n).map(|_| stream.next_unit() * 3.0).collect()),
                q,
            }
        }

        fn add(&self, builder: &mut ProxyBuilder, range: std::ops::Range<usize>) {
            builder.add(&Block {
                len: range.len(),
                axes: &[],
                outcomes: &self.outcomes[range.clone()],
                weights: self.weights.as_ref().map(|w| &w[range.clone()]),
                scores: None,
                clusters: None,
                propensities: None,
                members: &[&self.q[range.clone()], &self.rest[range]],
            });
        }
    }

    #[test]
    fn cells_do_not_depend_on_who_counts_which_row() {
        for (levels, weighted, limit) in [
            (11, false, 1000),
            (11, true, 1000),
            (5000, false, 40),
            (5000, true, 40),
            (5000, false, 1000),
        ] {
            let rows = Rows::random(3000, levels, weighted);
            let build = |cuts: &[usize]| {
                let mut parts = Vec::new();
                for pair in cuts.windows(2) {
                    let mut builder = ProxyBuilder::with_limit(plan(2, weighted), limit);
                    rows.add(&mut builder, pair[0]..pair[1]);
                    parts.push(builder);
                }
                let merged = parts.into_iter().rev().reduce(ProxyBuilder::merge);
                merged.unwrap().finish(&[]).unwrap()
            };
            let whole = build(&[0, 3000]);
            assert_eq!(build(&[0, 7, 1000, 2999, 3000]), whole, "{levels} {limit}");
            assert_eq!(whole.rows(), 3000);
            assert!(whole.cells.len() <= limit);
            assert_eq!(whole.grid_bits.is_some(), levels > 11);
            // Grid or not, the sums over all cells are those of the rows.
            let held = whole.cells.iter().flat_map(|cell| &cell.held);
            let mass: f64 = held.map(|held| held.groups[0].mass).sum();
            let weight = |row: usize| rows.weights.as_ref().map_or(1.0, |w| w[row]);
            let expected: f64 = (0..3000).map(|row| weight(row) * rows.q[row]).sum();
            assert!((mass - expected).abs() < 1e-9 * expected);
        }
    }

    #[test]
    fn rows_take_their_likeliest_group_if_it_is_likely_enough() {
        let rows = Rows {
            q: vec![0.9, 0.6, 0.5, 0.1],
            rest: vec![0.1, 0.4, 0.5, 0.9],
            outcomes: vec![outcome::of(2, 1); 4],
            weights: None,
        };
        let mut with = ProxyBuilder::new(plan(2, false));
        rows.add(&mut with, 0..4);
        let mut without = ProxyBuilder::new(ProxyPlan {
            threshold: None,
            ..plan(2, false)
        });
        rows.add(&mut without, 0..4);
        let (with, without) = (with.finish(&[]).unwrap(), without.finish(&[]).unwrap());
        assert_eq!((with.unclassified(), without.unclassified()), (1, 0));
        let of_first = |cells: &ProxyCells| {
            let cells = cells.cells.iter().filter(|cell| cell.class == Some(0));
            cells.flat_map(|cell| &cell.held).map(|h| h.n).sum::<u64>()
        };
        // A tie goes to the group named first.
        assert_eq!((of_first(&with), of_first(&without)), (2, 3));
    }

    #[test]
    fn too_many_strata_are_refused() {
        let mut builder = ProxyBuilder::with_limit(plan(2, false), 1);
        let rows = Rows::random(100, 11, false);
        rows.add(&mut builder, 0..100);
        let error = builder.finish(&[]).unwrap_err();
        assert!(error.to_string().contains("\"race\""), "{error}");
    }
}
