//! Which cells of linked tables to hide so that no hidden one is known too well (GOVERNANCE 9.1).
//!
//! A cell is a count; a sum says that some cells add up to another. Who sees the shown cells and
//! knows the sums can work out a range for each hidden one. It has to be at least `max(k, value / 2)`
//! wide. Where it is not, more cells are hidden, those with the smallest sum of counts first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};

use super::simplex::{Ranges, Term};

/// Entries of tables that one protection may touch; past it, it gives up and says so.
pub const BUDGET: u64 = 60_000_000;
/// Up to so many units that could be hidden, every choice is looked at in the order of its cost.
const EXACT_MAX: usize = 12;

/// Linked tables.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// The true counts.
    pub values: Vec<u64>,
    /// How wide the range of each has to be where it is hidden ([`wide_enough`]).
    pub wide: Vec<u64>,
    /// Cells that add up to another: the total and its parts.
    pub sums: Vec<(usize, Vec<usize>)>,
    /// What is shown or hidden together.
    pub units: Vec<Unit>,
}

/// Cells that are shown or hidden together.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// The cells.
    pub cells: Vec<usize>,
    /// Units that are hidden where this one is.
    pub with: Vec<usize>,
    /// Never hidden.
    pub kept: bool,
}

/// What is hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The hidden units.
    pub units: BTreeSet<usize>,
    /// Hidden cells whose range is still too narrow, where nothing is left to hide.
    pub narrow: Vec<usize>,
    /// Whether the work allowed was not enough to say so of every cell.
    pub given_up: bool,
}

impl Cells {
    /// Adds a cell and gives its place.
    pub fn push(&mut self, value: u64, wide: u64) -> usize {
        self.values.push(value);
        self.wide.push(wide);
        self.values.len() - 1
    }

    /// Hides the units of `primary`, and more until every hidden cell's range is wide enough. `budget`
    /// bounds the work and is reduced.
    #[must_use]
    pub fn protect(&self, primary: &[usize], budget: &mut u64) -> Choice {
        let mut search = Search {
            cells: self,
            budget,
            of_cell: self.sums_by_cell(),
            known: HashMap::new(),
            given_up: false,
        };
        let mut start = BTreeSet::new();
        for &unit in primary {
            search.hide(unit, &mut start);
        }
        if start.is_empty() {
            return Choice::default();
        }
        let open = search.open(&start);
        let exact = (open.len() <= EXACT_MAX).then(|| search.cheapest(&start, &open));
        let units = match exact.flatten() {
            Some(units) => units,
            None => search.step_by_step(start),
        };
        let narrow = search.narrow(&units);
        Choice {
            units,
            narrow,
            given_up: search.given_up,
        }
    }

    /// Hidden cells whose range is narrower than asked for, where exactly `units` are hidden; `None` where
    /// the work allowed is not enough.
    #[must_use]
    pub fn narrow(&self, units: &BTreeSet<usize>, budget: &mut u64) -> Option<Vec<usize>> {
        let mut search = Search {
            cells: self,
            budget,
            of_cell: self.sums_by_cell(),
            known: HashMap::new(),
            given_up: false,
        };
        let narrow = search.narrow(units);
        (!search.given_up).then_some(narrow)
    }

    fn sums_by_cell(&self) -> Vec<Vec<usize>> {
        let mut of_cell = vec![Vec::new(); self.values.len()];
        for (i, (total, parts)) in self.sums.iter().enumerate() {
            of_cell[*total].push(i);
            parts.iter().for_each(|&cell| of_cell[cell].push(i));
        }
        of_cell
    }
}

struct Search<'a> {
    cells: &'a Cells,
    budget: &'a mut u64,
    of_cell: Vec<Vec<usize>>,
    /// Narrow cells of sets of hidden cells that were looked at before.
    known: HashMap<Vec<usize>, Vec<usize>>,
    given_up: bool,
}

impl Search<'_> {
    /// Hides a unit and those that go with it.
    fn hide(&self, unit: usize, hidden: &mut BTreeSet<usize>) {
        let mut next = vec![unit];
        while let Some(unit) = next.pop() {
            if hidden.insert(unit) {
                next.extend(&self.cells.units[unit].with);
            }
        }
    }

    fn open(&self, hidden: &BTreeSet<usize>) -> Vec<usize> {
        let units = 0..self.cells.units.len();
        units
            .filter(|unit| !hidden.contains(unit) && !self.cells.units[*unit].kept)
            .collect()
    }

    fn cost(&self, units: &BTreeSet<usize>) -> u64 {
        self.hidden_cells(units)
            .iter()
            .map(|&cell| self.cells.values[cell])
            .fold(0, u64::saturating_add)
    }

    fn hidden_cells(&self, units: &BTreeSet<usize>) -> BTreeSet<usize> {
        let of = |&unit: &usize| self.cells.units[unit].cells.iter().copied();
        units.iter().flat_map(of).collect()
    }

    /// Sets of units in the order of their cost, until one protects.
    fn cheapest(&mut self, start: &BTreeSet<usize>, open: &[usize]) -> Option<BTreeSet<usize>> {
        let base = self.cost(start);
        let with = |search: &Self, more: u32| {
            let mut units = start.clone();
            for (i, &unit) in open.iter().enumerate() {
                if more >> i & 1 == 1 {
                    search.hide(unit, &mut units);
                }
            }
            units
        };
        let mut heap: BinaryHeap<Reverse<(u64, u32, u32)>> = (0..1_u32 << open.len())
            .map(|more| {
                let cost = self.cost(&with(self, more)) - base;
                Reverse((cost, more.count_ones(), more))
            })
            .collect();
        while let Some(Reverse((.., more))) = heap.pop() {
            let units = with(self, more);
            let narrow = self.narrow(&units);
            if self.given_up {
                return None;
            }
            if narrow.is_empty() {
                return Some(units);
            }
        }
        None
    }

    /// One unit after the other, then back where one turns out not to be needed.
    fn step_by_step(&mut self, start: BTreeSet<usize>) -> BTreeSet<usize> {
        let mut hidden = start.clone();
        let mut added: Vec<usize> = Vec::new();
        loop {
            let narrow = self.narrow(&hidden);
            if narrow.is_empty() {
                break;
            }
            let Some(unit) = self.next(&narrow, &hidden) else {
                return hidden;
            };
            added.push(unit);
            self.hide(unit, &mut hidden);
        }
        added.sort_by_key(|&unit| Reverse(self.cost(&[unit].into())));
        let mut kept = added.clone();
        for unit in added {
            let mut fewer = start.clone();
            let others: Vec<usize> = kept
                .iter()
                .copied()
                .filter(|&other| other != unit)
                .collect();
            others
                .iter()
                .for_each(|&other| self.hide(other, &mut fewer));
            let narrow = self.narrow(&fewer);
            if self.given_up {
                break;
            }
            if narrow.is_empty() {
                (hidden, kept) = (fewer, others);
            }
        }
        hidden
    }

    /// The unit to hide next: the one that joins the most sums in which a hidden cell stands alone,
    /// the cheapest of those.
    fn next(&self, narrow: &[usize], hidden: &BTreeSet<usize>) -> Option<usize> {
        let cells = self.hidden_cells(hidden);
        let count = |sum: &usize| {
            let (total, parts) = &self.cells.sums[*sum];
            let parts = parts.iter().filter(|cell| cells.contains(cell)).count();
            parts + usize::from(cells.contains(total))
        };
        let sums: BTreeSet<usize> = narrow
            .iter()
            .flat_map(|&cell| self.of_cell[cell].iter().copied())
            .collect();
        let alone: BTreeSet<usize> = sums.iter().copied().filter(|s| count(s) == 1).collect();
        let mut best: BTreeMap<(bool, Reverse<usize>, u64), usize> = BTreeMap::new();
        for unit in self.open(hidden) {
            let own = &self.cells.units[unit].cells;
            let joins = |of: &BTreeSet<usize>| {
                let sums = own.iter().flat_map(|&cell| &self.of_cell[cell]);
                let joined: BTreeSet<&usize> = sums.filter(|sum| of.contains(sum)).collect();
                joined.len()
            };
            let (lone, near) = (joins(&alone), joins(&sums));
            let key = (near == 0, Reverse(lone), self.cost(&[unit].into()));
            best.entry(key).or_insert(unit);
        }
        best.into_values().next()
    }

    /// The hidden cells whose range is too narrow. Cells that no sum of hidden ones joins are looked at
    /// apart.
    fn narrow(&mut self, hidden: &BTreeSet<usize>) -> Vec<usize> {
        let cells = self.hidden_cells(hidden);
        let mut left = cells.clone();
        let mut narrow = Vec::new();
        while let Some(first) = left.pop_first() {
            let mut part = BTreeSet::from([first]);
            let mut sums = BTreeSet::new();
            let mut next = vec![first];
            while let Some(cell) = next.pop() {
                for &sum in &self.of_cell[cell] {
                    if sums.insert(sum) {
                        let (total, parts) = &self.cells.sums[sum];
                        let near = parts.iter().chain([total]);
                        for &other in near.filter(|cell| cells.contains(cell)) {
                            if part.insert(other) {
                                left.remove(&other);
                                next.push(other);
                            }
                        }
                    }
                }
            }
            narrow.extend(self.narrow_part(&part.into_iter().collect::<Vec<_>>(), &sums));
        }
        narrow
    }

    fn narrow_part(&mut self, part: &[usize], sums: &BTreeSet<usize>) -> Vec<usize> {
        if let Some(known) = self.known.get(part) {
            return known.clone();
        }
        let place: HashMap<usize, usize> = part.iter().enumerate().map(|(i, &c)| (c, i)).collect();
        let point: Vec<u64> = part.iter().map(|&cell| self.cells.values[cell]).collect();
        let terms: Vec<Vec<Term>> = sums
            .iter()
            .map(|&sum| {
                let (total, parts) = &self.cells.sums[sum];
                let parts = parts.iter().map(|cell| (cell, 1));
                let all = parts.chain([(total, -1)]);
                all.filter_map(|(cell, sign)| place.get(cell).map(|&i| (i, sign)))
                    .collect()
            })
            .collect();
        let wide: Vec<u64> = part.iter().map(|&cell| self.cells.wide[cell]).collect();
        match self.ranges(&point, &wide, &terms) {
            Some(narrow) => {
                let narrow: Vec<usize> = narrow.into_iter().map(|i| part[i]).collect();
                self.known.insert(part.to_vec(), narrow.clone());
                narrow
            }
            None => {
                self.given_up = true;
                Vec::new()
            }
        }
    }

    fn ranges(&mut self, point: &[u64], wide: &[u64], terms: &[Vec<Term>]) -> Option<Vec<usize>> {
        // The dictionary itself has a size, whatever is done with it.
        let size = (point.len() * terms.len()) as u64;
        *self.budget = self.budget.checked_sub(size)?;
        let mut ranges = Ranges::new(point, terms, self.budget).ok()?;
        let mut narrow = Vec::new();
        for (i, &wide) in wide.iter().enumerate() {
            ranges.widen(i, wide, self.budget).ok()?;
            if ranges.width(i).is_some_and(|width| width < wide) {
                narrow.push(i);
            }
        }
        Some(narrow)
    }
}

/// How wide the range of a hidden count has to be: `max(k, value / 2)`, rounded up.
#[must_use]
pub fn wide_enough(value: u64, k: u64) -> u64 {
    k.max(value.div_ceil(2))
}
