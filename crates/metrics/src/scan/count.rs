//! Counting: one pass over rows, every combination of up to `depth` columns.

use waage_core::block::Block;
use waage_core::label::Label;

use super::classes::Classes;
use super::plan::{CELLS_MAX, Wide, cover, targets};
use super::tables::{Column, Tables};

/// Rows counted at a time: their codes stay in the first-level cache.
const STRIPE: usize = 1024;
/// Rows after which 32-bit counts are emptied into 64-bit ones.
const ROWS_MAX: u64 = 1 << 31;
/// Counters in all that one thread keeps hot.
const HOT_MAX: usize = 1 << 23;
/// Combinations in all that a scan may count, classes included.
pub(crate) const CELLS_ALL_MAX: usize = 1 << 25;
/// Combinations of a table whose rows are summed beside being counted.
const SUMMED_CELLS_MAX: usize = 1 << 12;

/// What is counted.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Columns; the block's first axes.
    pub columns: usize,
    /// Columns of a combination, at most.
    pub depth: usize,
    /// Whether the axis after the columns halves the rows: its two levels are kept apart.
    pub halved: bool,
    /// What a row adds.
    pub classes: Classes,
}

impl Layout {
    /// Columns of a target: the depth, or all columns where there are fewer.
    fn width(&self) -> usize {
        self.depth.min(self.columns)
    }
}

/// Counts of one thread, merged by [`Counter::merge`]; the merged state depends on the multiset of
/// rows alone.
///
/// Layout: a table of columns `a < b < …` has the count of a row at
/// `((class·Lₐ + a)·L_b + b)…`, where L are the capacities. *Hot* tables are the wide ones of
/// `scan::plan` with 32-bit counters; they are emptied into *cold* ones, one per target, when
/// a new level asks for larger tables, when counters may overflow, and in the end.
pub struct Counter {
    layout: Layout,
    /// Levels per column, so far; then classes.
    capacities: Vec<usize>,
    targets: Vec<Vec<usize>>,
    hot: Vec<Hot>,
    hot_rows: u64,
    cold: Vec<Cold>,
    too_large: bool,
    codes: Vec<Vec<u16>>,
    classes: Vec<u16>,
    numbers: Vec<i64>,
    index: Vec<u16>,
    wide_index: Vec<u32>,
}

/// A wide table.
struct Hot {
    plan: Wide,
    counts: Vec<u32>,
    sums: Vec<i128>,
    cells: usize,
}

/// The table of one target.
#[derive(Clone, Default)]
struct Cold {
    counts: Vec<u64>,
    sums: Vec<i128>,
}

impl Counter {
    /// No rows yet.
    #[must_use]
    pub fn new(layout: Layout) -> Self {
        let width = layout.width();
        let targets = targets(layout.columns, width);
        Self {
            capacities: vec![0; layout.columns + 1],
            cold: vec![Cold::default(); targets.len()],
            targets,
            hot: Vec::new(),
            hot_rows: 0,
            too_large: false,
            codes: vec![vec![0; STRIPE]; layout.columns],
            classes: vec![0; STRIPE],
            numbers: Vec::new(),
            index: vec![0; STRIPE],
            wide_index: vec![0; STRIPE],
            layout,
        }
    }

    /// Counts a block.
    pub fn add(&mut self, block: &Block<'_>) {
        let mut start = 0;
        while start < block.len && !self.too_large {
            let len = STRIPE.min(block.len - start);
            self.stripe(block, start, len);
            start += len;
        }
    }

    fn stripe(&mut self, block: &Block<'_>, start: usize, len: usize) {
        let mut grown = self.capacities.clone();
        for ((codes, axis), capacity) in self.codes.iter_mut().zip(block.axes).zip(&mut grown) {
            let mut most = 0;
            for (code, key) in codes[..len].iter_mut().zip(&axis.keys[start..]) {
                *code = axis.table[*key as usize] as u16;
                most = most.max(*code);
            }
            *capacity = (*capacity).max(usize::from(most) + 1);
        }
        let classes = &mut self.classes[..len];
        self.layout.classes.classify(block, start, classes);
        let own = self.layout.classes.len();
        if let (true, Some(half)) = (self.layout.halved, block.axes.get(self.layout.columns)) {
            for (class, key) in classes.iter_mut().zip(&half.keys[start..]) {
                *class += half.table[*key as usize] as u16 * own as u16;
            }
        }
        let most = classes.iter().copied().max().unwrap_or(0);
        let last = self.layout.columns;
        grown[last] = grown[last].max(usize::from(most) + 1);
        if grown != self.capacities {
            self.grow(&grown);
            if self.too_large {
                return;
            }
        }
        if self.hot_rows + len as u64 > ROWS_MAX {
            self.flush();
        }
        self.hot_rows += len as u64;
        self.layout
            .classes
            .numbers(block, start, len, &mut self.numbers);
        let terms = self.layout.classes.terms();
        for hot in &mut self.hot {
            if hot.cells <= CELLS_MAX {
                let index = &mut self.index[..len];
                index.copy_from_slice(&self.classes[..len]);
                for column in &hot.plan.columns {
                    let capacity = self.capacities[*column] as u16;
                    for (at, code) in index.iter_mut().zip(&self.codes[*column][..len]) {
                        *at = at.wrapping_mul(capacity).wrapping_add(*code);
                    }
                }
                if let Ok(counts) = <&mut [u32; CELLS_MAX]>::try_from(&mut *hot.counts) {
                    index.iter().for_each(|at| counts[usize::from(*at)] += 1);
                }
                if terms > 0 {
                    sum(&mut hot.sums, index, &self.numbers, terms);
                }
            } else {
                let index = &mut self.wide_index[..len];
                for (row, at) in index.iter_mut().enumerate() {
                    *at =
                        hot.plan
                            .columns
                            .iter()
                            .fold(u32::from(self.classes[row]), |at, column| {
                                at * self.capacities[*column] as u32
                                    + u32::from(self.codes[*column][row])
                            });
                }
                index.iter().for_each(|at| hot.counts[*at as usize] += 1);
                if terms > 0 {
                    sum(&mut hot.sums, index, &self.numbers, terms);
                }
            }
        }
    }

    /// Makes room for new levels.
    fn grow(&mut self, capacities: &[usize]) {
        self.flush();
        self.restride(capacities);
        if self.too_large {
            return;
        }
        let (columns, width) = (self.layout.columns, self.layout.width());
        let (own, classes) = (&self.capacities[..columns], self.capacities[columns]);
        let terms = self.layout.classes.terms();
        let most = if terms > 0 {
            SUMMED_CELLS_MAX
        } else {
            CELLS_MAX
        };
        let cells_of =
            |wide: &Wide| classes * wide.columns.iter().map(|c| own[*c]).product::<usize>();
        let plan = [most, most >> 2, most >> 4, 1]
            .into_iter()
            .map(|cells_max| cover(own, classes, width, cells_max))
            .find(|plan| plan.iter().map(cells_of).sum::<usize>() <= HOT_MAX)
            .unwrap_or_else(|| cover(own, classes, width, 1));
        self.hot = plan
            .into_iter()
            .map(|plan| {
                let cells = cells_of(&plan);
                // Indices of 16 bits need no bounds check in a table of this size; untouched
                // memory costs nothing.
                let room = cells.max(CELLS_MAX);
                Hot {
                    plan,
                    counts: vec![0; room],
                    sums: vec![0; cells * terms],
                    cells,
                }
            })
            .collect();
    }

    /// Gives cold tables larger capacities.
    fn restride(&mut self, capacities: &[usize]) {
        let columns = self.layout.columns;
        let sizes = |capacities: &[usize], target: &[usize]| -> Vec<usize> {
            std::iter::once(capacities[columns])
                .chain(target.iter().map(|c| capacities[*c]))
                .collect()
        };
        let cells = |target: &Vec<usize>| {
            sizes(capacities, target)
                .iter()
                .fold(1_usize, |all, size| all.saturating_mul(*size))
        };
        let all = self
            .targets
            .iter()
            .map(cells)
            .fold(0_usize, usize::saturating_add);
        if all > CELLS_ALL_MAX {
            self.too_large = true;
            self.hot.clear();
            self.cold.clear();
            return;
        }
        let terms = self.layout.classes.terms();
        for (cold, target) in self.cold.iter_mut().zip(&self.targets) {
            let (old, new) = (sizes(&self.capacities, target), sizes(capacities, target));
            let steps = strides(&new);
            let mut counts = vec![0; new.iter().product()];
            project(&cold.counts, &old, &steps, 0, &mut |at, n| counts[at] += n);
            let mut sums = vec![0; counts.len() * terms];
            for term in 0..terms {
                let part: Vec<i128> = cold
                    .sums
                    .iter()
                    .skip(term)
                    .step_by(terms)
                    .copied()
                    .collect();
                project(&part, &old, &steps, 0, &mut |at, sum| {
                    sums[at * terms + term] += sum;
                });
            }
            *cold = Cold { counts, sums };
        }
        self.capacities = capacities.to_vec();
    }

    /// Empties hot tables into cold ones.
    fn flush(&mut self) {
        if self.hot_rows == 0 {
            return;
        }
        self.hot_rows = 0;
        let terms = self.layout.classes.terms();
        let columns = self.layout.columns;
        for hot in &mut self.hot {
            let mut sizes = vec![self.capacities[columns]];
            sizes.extend(hot.plan.columns.iter().map(|c| self.capacities[*c]));
            for target in &hot.plan.targets {
                let own = &self.targets[*target];
                let mut inner = vec![self.capacities[columns]];
                inner.extend(own.iter().map(|c| self.capacities[*c]));
                let inner = strides(&inner);
                let mut steps = vec![inner[0]];
                steps.extend(hot.plan.columns.iter().map(|column| {
                    let at = own.iter().position(|c| c == column);
                    at.map_or(0, |at| inner[at + 1])
                }));
                let cold = &mut self.cold[*target];
                project(&hot.counts[..hot.cells], &sizes, &steps, 0, &mut |at, n| {
                    cold.counts[at] += u64::from(n);
                });
                for term in 0..terms {
                    let part: Vec<i128> =
                        hot.sums.iter().skip(term).step_by(terms).copied().collect();
                    project(&part, &sizes, &steps, 0, &mut |at, sum| {
                        cold.sums[at * terms + term] += sum;
                    });
                }
            }
            hot.counts[..hot.cells].fill(0);
            hot.sums.fill(0);
        }
    }

    /// Both counts together.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.flush();
        other.flush();
        self.too_large |= other.too_large;
        if self.too_large {
            return self;
        }
        self.hot = Vec::new();
        let capacities: Vec<usize> = self
            .capacities
            .iter()
            .zip(&other.capacities)
            .map(|(a, b)| *a.max(b))
            .collect();
        for counter in [&mut self, &mut other] {
            if counter.capacities != capacities {
                counter.restride(&capacities);
            }
        }
        self.too_large |= other.too_large;
        for (mine, theirs) in self.cold.iter_mut().zip(other.cold) {
            mine.counts
                .iter_mut()
                .zip(theirs.counts)
                .for_each(|(a, b)| *a += b);
            mine.sums
                .iter_mut()
                .zip(theirs.sums)
                .for_each(|(a, b)| *a += b);
        }
        self
    }

    /// The finished tables, levels in the order of their labels; `labels` are those of each code,
    /// per column. `None` when there are more combinations than a scan may count.
    #[must_use]
    pub fn finish(mut self, names: &[String], labels: &[Vec<Label>]) -> Option<Tables> {
        self.flush();
        if self.too_large {
            return None;
        }
        let columns: Vec<Column> = names
            .iter()
            .zip(labels)
            .take(self.layout.columns)
            .map(|(name, labels)| {
                let mut sorted = labels.clone();
                sorted.sort();
                Column {
                    name: name.clone(),
                    labels: sorted,
                }
            })
            .collect();
        // A code's place among the sorted labels.
        let places: Vec<Vec<usize>> = columns
            .iter()
            .zip(labels)
            .map(|(column, labels)| {
                labels
                    .iter()
                    .map(|label| column.labels.binary_search(label).unwrap_or(0))
                    .collect()
            })
            .collect();
        let halves = if self.layout.halved { 2 } else { 1 };
        let mut tables = Tables::empty(columns, self.layout.classes.clone(), halves);
        let class_count = self.capacities[self.layout.columns];
        for (target, cold) in self.targets.iter().zip(&self.cold) {
            let sizes: Vec<usize> = target.iter().map(|c| self.capacities[*c]).collect();
            let maps: Vec<&[usize]> = target.iter().map(|c| places[*c].as_slice()).collect();
            tables.insert(target, &sizes, &maps, class_count, &cold.counts, &cold.sums);
        }
        tables.complete(self.layout.width());
        Some(tables)
    }
}

/// Adds the numbers of each row to the sums of its cell.
fn sum<I: Copy + Into<u64>>(sums: &mut [i128], index: &[I], numbers: &[i64], terms: usize) {
    let len = index.len();
    for (row, at) in index.iter().enumerate() {
        let at: u64 = (*at).into();
        let cell = &mut sums[at as usize * terms..][..terms];
        for (term, sum) in cell.iter_mut().enumerate() {
            *sum += i128::from(numbers[term * len + row]);
        }
    }
}

/// The step of each digit of a mixed-radix number, the last one fastest.
pub(crate) fn strides(sizes: &[usize]) -> Vec<usize> {
    let mut steps = vec![1; sizes.len()];
    for at in (0..sizes.len().saturating_sub(1)).rev() {
        steps[at] = steps[at + 1] * sizes[at + 1];
    }
    steps
}

/// Hands on every entry of a table with the sum of its digits' steps: a step of 0 sums over a
/// column.
pub(crate) fn project<T: Copy>(
    cells: &[T],
    sizes: &[usize],
    steps: &[usize],
    base: usize,
    take: &mut impl FnMut(usize, T),
) {
    match (sizes, steps) {
        ([_], [step]) => {
            for (digit, value) in cells.iter().enumerate() {
                take(base + digit * step, *value);
            }
        }
        ([_, rest @ ..], [step, steps @ ..]) => {
            let part = rest.iter().product::<usize>();
            if part > 0 {
                for (digit, cells) in cells.chunks_exact(part).enumerate() {
                    project(cells, rest, steps, base + digit * step, take);
                }
            }
        }
        _ => {}
    }
}
