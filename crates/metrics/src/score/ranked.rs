//! Metrics of the groups of a view, of everybody but each group, and of all rows, from the rows in
//! the order of their scores: no table of them is made, and each row is looked at once.
//!
//! Means and bins of everybody else are those of the other groups put together. Areas are pairs won,
//! and everybody else's pairs are all pairs less those in which the group takes part. A group's counts
//! change at its own rows alone, so what lies between two of them is added up when the second comes.
//! The largest distance of two distribution functions is looked for only in slices that can hold it.

use std::ops::{Add, AddAssign, Mul, Neg, Range, Sub};

use rayon::prelude::*;
use waage_core::tally::{List, MergeRoom, Merged, Sequence, from_ordered_bits};

use super::auc::{FEW, Pairs};
use super::catalogue::ScoreMetric;
use super::grid::{EXACT_MAX, PARTS_OF_ALL, parts_of_groups};
use super::ks::Gap;
use super::mean::Rows;
use super::table::{LABELLED, MISSING, NEGATIVE, POSITIVE, STRETCH};
use super::walk::Walks;

/// Places of a list that are summed up together, a stretch of [`STRETCH`] at a time.
const TASK: usize = 1 << 16;
/// What was found of one view.
pub(crate) struct Ranked {
    pub all: Walks,
    /// By group.
    pub groups: Vec<Walks>,
    /// Everybody else, by group; none of a single group.
    pub others: Vec<Walks>,
    pub quantiles: Quantiles,
    /// Every distinct score, where they are few.
    pub distinct: Option<Vec<f64>>,
}

/// Scores that cut rows into parts of equal size, ascending.
#[derive(Clone, Default)]
pub(crate) struct Quantiles {
    pub all: Vec<f64>,
    /// By group.
    pub groups: Vec<Vec<f64>>,
}

impl Ranked {
    /// Walks over all rows for metrics that [`Walks::serve`].
    pub fn of(sequence: &Sequence<'_>, metrics: &[ScoreMetric]) -> Self {
        let groups = sums(sequence, metrics);
        let none = || Walks::new(metrics);
        // Everybody before each group, and everybody behind it.
        let mut before = vec![none()];
        for group in &groups {
            let mut next = before[before.len() - 1].clone();
            next.join(group);
            before.push(next);
        }
        let mut behind = vec![none()];
        for group in groups.iter().rev() {
            let mut next = group.clone();
            next.join(&behind[behind.len() - 1]);
            behind.push(next);
        }
        behind.reverse();
        let other = |g: usize| {
            let mut other = before[g].clone();
            other.join(&behind[g + 1]);
            other
        };
        let mut ranked = Self {
            others: match groups.len() {
                0 | 1 => Vec::new(),
                count => (0..count).map(other).collect(),
            },
            all: before.pop().unwrap_or_else(none),
            groups,
            quantiles: Default::default(),
            distinct: None,
        };
        ranked.order(sequence);
        ranked
    }

    /// What the order of the rows tells.
    fn order(&mut self, sequence: &Sequence<'_>) {
        let order = Order::new(sequence, self);
        let found = match order.is_small() {
            true => order.walk::<i64>(),
            false => order.walk::<i128>(),
        };
        let sets = std::iter::once(&mut self.all)
            .chain(&mut self.groups)
            .chain(&mut self.others);
        let all = std::iter::once(&found.all);
        for (walks, found) in sets.zip(all.chain(&found.groups).chain(&found.others)) {
            let classes = LABELLED.map(|label| walks.counts[label]);
            if let Some(pairs) = &mut walks.area {
                *pairs = Pairs::counted(classes, found.won, found.squares);
            }
            if let Some(gap) = &mut walks.distance {
                *gap = Gap::measured(classes, found.farthest);
            }
        }
        let few = sequence.lists.len() * EXACT_MAX;
        let places: usize = sequence.lists.iter().map(List::places).sum();
        self.distinct = (places <= few).then(|| distinct(sequence)).flatten();
        self.quantiles = found.quantiles;
    }
}

/// Counts, spans, means and bins by group.
fn sums(sequence: &Sequence<'_>, metrics: &[ScoreMetric]) -> Vec<Walks> {
    let tasks: Vec<(&List<'_>, Range<usize>)> = sequence
        .lists
        .iter()
        .flat_map(|list| {
            let starts = (0..list.places()).step_by(TASK);
            starts.map(move |from| (list, from..(from + TASK).min(list.places())))
        })
        .collect();
    let of_task = |(list, places): (&List<'_>, Range<usize>)| {
        let mut walks = Walks::new(metrics);
        let (mut scores, mut rows, mut terms) = (Vec::new(), Vec::new(), Vec::new());
        for from in places.clone().step_by(STRETCH) {
            scores.clear();
            rows.clear();
            let to = (from + STRETCH).min(places.end);
            list.read(from..to, &mut scores, &mut rows);
            let rows = Rows::new(&scores, &rows, list.label);
            walks.add_rows(rows, &mut terms);
        }
        (list.group, walks)
    };
    let found: Vec<(usize, Walks)> = tasks.into_par_iter().map(of_task).collect();
    let mut groups = vec![Walks::new(metrics); sequence.groups];
    for (group, walks) in &found {
        groups[*group].join(walks);
    }
    groups
}

/// The distinct scores of all rows, unless they are more than [`EXACT_MAX`].
fn distinct(sequence: &Sequence<'_>) -> Option<Vec<f64>> {
    let (mut room, mut images) = (MergeRoom::default(), Vec::new());
    for slice in 0..sequence.slices() {
        images.extend_from_slice(sequence.merge(slice, &mut room).images);
        images.dedup();
        if images.len() > EXACT_MAX {
            return None;
        }
    }
    Some(images.into_iter().map(from_ordered_bits).collect())
}

/// What the order tells of one set of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Told {
    won: u128,
    squares: [u128; 2],
    /// The largest distance, in pairs of all.
    farthest: u128,
}

impl Told {
    fn join(&mut self, other: &Self) {
        self.won += other.won;
        for (mine, theirs) in self.squares.iter_mut().zip(other.squares) {
            *mine += theirs;
        }
        self.farthest = self.farthest.max(other.farthest);
    }
}

/// The same of every set.
struct Found {
    all: Told,
    groups: Vec<Told>,
    others: Vec<Told>,
    quantiles: Quantiles,
}

impl Found {
    fn join(mut self, other: Self) -> Self {
        self.all.join(&other.all);
        for (mine, theirs) in self.groups.iter_mut().zip(&other.groups) {
            mine.join(theirs);
        }
        for (mine, theirs) in self.others.iter_mut().zip(&other.others) {
            mine.join(theirs);
        }
        self.quantiles.all.extend(other.quantiles.all);
        let groups = self.quantiles.groups.iter_mut();
        for (mine, theirs) in groups.zip(other.quantiles.groups) {
            mine.extend(theirs);
        }
        self
    }
}

/// Rows by label: negatives, positives.
type Classes = [u64; 2];

/// Rows of all and of each group that have passed.
type Passed = (Classes, Vec<Classes>);

fn less(all: Classes, part: Classes) -> Classes {
    [all[0] - part[0], all[1] - part[1]]
}

/// `p·N − n·P`: how far apart the distribution functions are once so many rows have passed.
fn apart(passed: Classes, classes: Classes) -> i128 {
    let product = |a: u64, b: u64| i128::from(a) * i128::from(b);
    product(passed[POSITIVE], classes[NEGATIVE]) - product(passed[NEGATIVE], classes[POSITIVE])
}

struct Order<'a> {
    sequence: &'a Sequence<'a>,
    /// By list: group, label.
    owners: Vec<(u32, u32)>,
    /// Rows of all, by group.
    all: Classes,
    groups: Vec<Classes>,
    /// By slice, the end as one more: rows passed of all, of each group.
    passed: Vec<Passed>,
    /// The same with rows without a label.
    counted: Vec<(u64, Vec<u64>)>,
    /// The largest distance at an end of a slice, of all and of everybody but each group.
    least: (u128, Vec<u128>),
    distances: bool,
    /// Rows whose scores are quantiles, counted from the lowest, ascending: of all, of each group.
    targets: (Vec<u64>, Vec<Vec<u64>>),
}

/// A whole number without a sign, in which the sums of a slice fit.
trait Sum:
    Copy
    + Default
    + From<u64>
    + Into<u128>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + AddAssign
{
}
impl Sum for u64 {}
impl Sum for u128 {}

/// A whole number in which distances fit.
trait Distance: Copy + Default + Ord + Neg<Output = Self> + AddAssign + Mul<Output = Self> {
    fn of(value: i128) -> Self;
    fn size(self) -> u128;
}
impl Distance for i64 {
    fn size(self) -> u128 {
        self.unsigned_abs().into()
    }
    fn of(value: i128) -> Self {
        value as Self
    }
}
impl Distance for i128 {
    fn size(self) -> u128 {
        self.unsigned_abs()
    }
    fn of(value: i128) -> Self {
        value
    }
}

/// A class on its way through a slice, as seen from the rows of the other class: with the halves of
/// pairs `x` that each of those wins against this class' rows in the slice.
#[derive(Clone, Copy, Default)]
struct Side<T> {
    /// Rows of the other class, Σx and Σx² over them.
    rows: T,
    x: T,
    xx: T,
}

impl<T: Sum> Side<T> {
    fn add(&mut self, rows: T, x: T) {
        self.rows += rows;
        self.x += rows * x;
        self.xx += rows * x * x;
    }

    fn less(self, other: Self) -> Self {
        Self {
            rows: self.rows - other.rows,
            x: self.x - other.x,
            xx: self.xx - other.xx,
        }
    }

    /// Σ(c + x) and Σ(c + x)².
    fn beyond(self, c: u128) -> (u128, u128) {
        let (rows, x, xx) = (self.rows.into(), self.x.into(), self.xx.into());
        (c * rows + x, c * (c * rows + 2 * x) + xx)
    }

    /// Σ(c − x)².
    fn short_of(self, c: u128) -> u128 {
        let (rows, x, xx) = (self.rows.into(), self.x.into(), self.xx.into());
        c * c * rows + xx - 2 * c * x
    }
}

/// What a slice tells of a group, by class: how positives fare against negatives (at [`POSITIVE`]),
/// and negatives against positives (at [`NEGATIVE`]).
#[derive(Clone, Copy, Default)]
struct Within<T, D> {
    /// The group's rows passed, by their own class.
    passed: [T; 2],
    /// Rows of everybody passed, and Σ of their halves, when the group's number of the other class
    /// last changed.
    marks: [(T, T); 2],
    /// Over everybody's rows: Σ of the halves `g` won against the group, Σg² and Σ of `g` times the
    /// halves won against everybody.
    against: [[T; 3]; 2],
    /// The group's own rows against others.
    outside: [Side<T>; 2],
    /// The group's own rows against its own.
    inside: [Side<T>; 2],
    now: D,
    most: D,
}

impl<T: Sum, D: Distance> Within<T, D> {
    /// Adds what everybody's rows of a class won against the group since its number last changed.
    #[inline]
    fn settle(&mut self, class: usize, all: &[Side<T>; 2]) {
        let two = T::from(2);
        let halves = two * self.passed[1 - class];
        let (rows, x) = self.marks[class];
        let (rows, x) = (all[class].rows - rows, all[class].x - x);
        let [g, gg, gx] = &mut self.against[class];
        *g += halves * rows;
        *gg += halves * halves * rows;
        *gx += halves * x;
        self.marks[class] = (all[class].rows, all[class].x);
    }

    #[inline]
    fn step(&mut self, [negative, positive]: [D; 2], classes: [D; 2]) {
        self.now += positive * classes[NEGATIVE];
        self.now += -(negative * classes[POSITIVE]);
        self.most = self.most.max(self.now).max(-self.now);
    }
}

impl<'a> Order<'a> {
    fn new(sequence: &'a Sequence<'a>, ranked: &Ranked) -> Self {
        let owner = |list: &List<'_>| (list.group as u32, list.label as u32);
        let owners: Vec<(u32, u32)> = sequence.lists.iter().map(owner).collect();
        let count = |slice| {
            let (mut all, mut groups) = ([0; 2], vec![[0; 2]; sequence.groups]);
            let mut counted = (0, vec![0; sequence.groups]);
            for (at, list) in sequence.lists.iter().enumerate() {
                let rows = sequence.rows_before(slice, at);
                counted.0 += rows;
                counted.1[list.group] += rows;
                if list.label != MISSING {
                    all[list.label] += rows;
                    groups[list.group][list.label] += rows;
                }
            }
            ((all, groups), counted)
        };
        let slices = (0..=sequence.slices()).map(count);
        let (passed, counted): (Vec<Passed>, Vec<_>) = slices.unzip();
        let (all, groups) = passed.last().cloned().unwrap_or_default();
        let mut least = (0, vec![0; groups.len()]);
        for (here, of_groups) in &passed {
            least.0 = least.0.max(apart(*here, all).unsigned_abs());
            for ((least, group), passed) in least.1.iter_mut().zip(&groups).zip(of_groups) {
                let other = apart(less(*here, *passed), less(all, *group));
                *least = (*least).max(other.unsigned_abs());
            }
        }
        let rows = |walks: &Walks| walks.counts.iter().sum();
        let each = parts_of_groups(groups.len());
        let of_group = |walks: &Walks| quantile_rows(rows(walks), each);
        let of_groups = ranked.groups.iter().map(of_group).collect();
        Self {
            sequence,
            owners,
            all,
            groups,
            passed,
            counted,
            least,
            distances: ranked.all.distance.is_some(),
            targets: (quantile_rows(rows(&ranked.all), PARTS_OF_ALL), of_groups),
        }
    }

    /// Whether distances of groups fit 64 bits.
    fn is_small(&self) -> bool {
        let pairs = u128::from(self.all[0]) * u128::from(self.all[1]);
        pairs < 1 << 62
    }

    fn walk<D: Distance>(&self) -> Found {
        let slices = (0..self.sequence.slices()).into_par_iter();
        let start = || (self.nothing(), MergeRoom::default());
        let found = slices.fold(start, |(mut found, mut room), slice| {
            let merged = self.sequence.merge(slice, &mut room);
            let (from, to) = (self.passed[slice].0, self.passed[slice + 1].0);
            match less(to, from).iter().sum::<u64>() <= FEW {
                true => self.pairs::<u64, D>(slice, merged, &mut found),
                false => self.pairs::<u128, D>(slice, merged, &mut found),
            }
            if self.distances {
                self.others_apart(slice, merged, &mut found);
            }
            self.quantiles(slice, merged, &mut found.quantiles);
            (found, room)
        });
        found
            .map(|(found, _)| found)
            .reduce(|| self.nothing(), Found::join)
    }

    fn nothing(&self) -> Found {
        let none = vec![Told::default(); self.groups.len()];
        Found {
            all: Told::default(),
            groups: none.clone(),
            others: none,
            quantiles: Quantiles {
                all: Vec::new(),
                groups: vec![Vec::new(); self.groups.len()],
            },
        }
    }

    /// Adds the pairs of a slice, and the distances of the groups.
    fn pairs<T: Sum, D: Distance>(&self, slice: usize, merged: Merged<'_>, found: &mut Found) {
        let two = T::from(2);
        let (before, of_groups) = &self.passed[slice];
        let classes = |rows: &Classes| rows.map(|n| D::of(n.into()));
        let start = |(passed, all): (&Classes, &Classes)| Within::<T, D> {
            now: D::of(apart(*passed, *all)),
            ..Within::default()
        };
        let mut groups: Vec<Within<T, D>> = of_groups.iter().zip(&self.groups).map(start).collect();
        let sizes: Vec<[D; 2]> = self.groups.iter().map(classes).collect();
        let mut all = [Side::<T>::default(); 2];
        let rows = |at: usize| merged.rows.get(at).copied().unwrap_or(1);
        let mut at = 0;
        while let Some(image) = merged.images.get(at) {
            let end = match merged.images.get(at + 1) {
                Some(next) if next == image => {
                    at + merged.images[at..].partition_point(|other| other == image)
                }
                _ => at + 1,
            };
            if end == at + 1 {
                let (group, class) = self.owners[merged.lists[at] as usize];
                let (g, class) = (group as usize, class as usize);
                if class != MISSING {
                    let n = rows(at);
                    let count = T::from(n);
                    let group = &mut groups[g];
                    // What the other class wins against the group changes from here on.
                    group.settle(1 - class, &all);
                    let x = two * all[1 - class].rows;
                    let own = two * group.passed[1 - class];
                    group.outside[class].add(count, x - own);
                    group.inside[class].add(count, own);
                    group.passed[class] += count;
                    all[class].add(count, x);
                    let mut here = [D::default(); 2];
                    here[class] = D::of(n.into());
                    group.step(here, sizes[g]);
                }
                at = end;
                continue;
            }
            let mut here = [T::default(); 2];
            for place in at..end {
                let (_, class) = self.owners[merged.lists[place] as usize];
                if class as usize != MISSING {
                    here[class as usize] += T::from(rows(place));
                }
            }
            let mut after = all;
            // Ties are halves: of each pair one half is won.
            let x = [0, 1].map(|class| two * all[1 - class].rows + here[1 - class]);
            for class in LABELLED {
                after[class].add(here[class], x[class]);
            }
            let group_of = |place: usize| self.owners[merged.lists[place] as usize].0;
            while at < end {
                let g = group_of(at);
                let (mut own, mut moved) = ([T::default(); 2], [D::default(); 2]);
                while at < end && group_of(at) == g {
                    let (_, class) = self.owners[merged.lists[at] as usize];
                    if class as usize != MISSING {
                        own[class as usize] += T::from(rows(at));
                        moved[class as usize] += D::of(rows(at).into());
                    }
                    at += 1;
                }
                let group = &mut groups[g as usize];
                for class in LABELLED {
                    group.settle(class, &all);
                    let won = two * group.passed[1 - class] + own[1 - class];
                    let [g, gg, gx] = &mut group.against[class];
                    *g += won * here[class];
                    *gg += won * won * here[class];
                    *gx += won * here[class] * x[class];
                    group.outside[class].add(own[class], x[class] - won);
                    group.inside[class].add(own[class], won);
                    group.marks[class] = (after[class].rows, after[class].x);
                }
                for class in LABELLED {
                    group.passed[class] += own[class];
                }
                group.step(moved, sizes[g as usize]);
            }
            all = after;
        }
        // Halves won before the slice: twice the negatives passed; of negatives, those that
        // positives at or behind its start can still win.
        let base = |passed: &Classes, all: &Classes| {
            let left = all[POSITIVE] - passed[POSITIVE];
            [2 * u128::from(left), 2 * u128::from(passed[NEGATIVE])]
        };
        let told = |sides: [Side<T>; 2], base: [u128; 2]| {
            let (won, square) = sides[POSITIVE].beyond(base[POSITIVE]);
            let mut told = Told {
                won,
                ..Told::default()
            };
            told.squares[POSITIVE] = square;
            told.squares[NEGATIVE] = sides[NEGATIVE].short_of(base[NEGATIVE]);
            told
        };
        let of_all = base(before, &self.all);
        found.all.join(&told(all, of_all));
        for (g, mut group) in groups.into_iter().enumerate() {
            let own = base(&of_groups[g], &self.groups[g]);
            let mut of_group = told(group.inside, own);
            of_group.farthest = group.most.size();
            found.groups[g].join(&of_group);
            let mut others = [Side::default(); 2];
            for class in LABELLED {
                group.settle(class, &all);
                let [g, gg, gx] = group.against[class];
                let whole = all[class];
                // Everybody against everybody else.
                let everybody = Side {
                    rows: whole.rows,
                    x: whole.x - g,
                    xx: whole.xx + gg - two * gx,
                };
                others[class] = everybody.less(group.outside[class]);
            }
            let rest = [0, 1].map(|class| of_all[class] - own[class]);
            found.others[g].join(&told(others, rest));
        }
    }

    /// Looks for the largest distance of all rows and of everybody but each group, where the slice
    /// may hold one larger than those at the ends of slices.
    fn others_apart(&self, slice: usize, merged: Merged<'_>, found: &mut Found) {
        let ((from, of_from), (to, of_to)) = (&self.passed[slice], &self.passed[slice + 1]);
        let all = Set {
            classes: self.all,
            passed: [*from, *to],
            least: self.least.0,
            without: None,
        };
        self.look(all, merged, &mut found.all);
        for (g, told) in found.others.iter_mut().enumerate() {
            let other = Set {
                classes: less(self.all, self.groups[g]),
                passed: [less(*from, of_from[g]), less(*to, of_to[g])],
                least: self.least.1[g],
                without: Some(g as u32),
            };
            self.look(other, merged, told);
        }
    }

    fn look(&self, set: Set, merged: Merged<'_>, told: &mut Told) {
        told.farthest = told.farthest.max(set.least);
        let [from, to] = set.passed.map(|passed| apart(passed, set.classes));
        // Up by all positives, or down by all negatives, on the way from the one to the other.
        let here = less(set.passed[1], set.passed[0]);
        let rise = apart([0, here[POSITIVE]], set.classes);
        let fall = -apart([here[NEGATIVE], 0], set.classes);
        let highest = (from + rise).min(to + fall);
        let lowest = (from - fall).max(to - rise);
        if highest <= set.least as i128 && -lowest <= set.least as i128 {
            return;
        }
        let mut now = from;
        let step = [-apart([1, 0], set.classes), apart([0, 1], set.classes)];
        for (at, image) in merged.images.iter().enumerate() {
            let (group, class) = self.owners[merged.lists[at] as usize];
            if class as usize != MISSING && Some(group) != set.without {
                let rows = i128::from(merged.rows.get(at).copied().unwrap_or(1));
                match class as usize {
                    POSITIVE => now += rows * step[POSITIVE],
                    _ => now -= rows * step[NEGATIVE],
                }
            }
            if merged.images.get(at + 1) != Some(image) {
                told.farthest = told.farthest.max(now.unsigned_abs());
            }
        }
    }

    /// Appends the quantiles that lie in a slice.
    fn quantiles(&self, slice: usize, merged: Merged<'_>, out: &mut Quantiles) {
        let [from, to] = [&self.counted[slice], &self.counted[slice + 1]];
        let (all, groups) = &self.targets;
        let mut all = Wanted::new(all, from.0, to.0);
        let ends = from.1.iter().zip(&to.1);
        let mut groups: Vec<Wanted<'_>> = groups
            .iter()
            .zip(ends)
            .map(|(rows, (from, to))| Wanted::new(rows, *from, *to))
            .collect();
        if all.rows.is_empty() && groups.iter().all(|group| group.rows.is_empty()) {
            return;
        }
        // The rows of one score pass together.
        for (at, image) in merged.images.iter().enumerate() {
            let group = self.owners[merged.lists[at] as usize].0 as usize;
            let rows = merged.rows.get(at).copied().unwrap_or(1);
            if all.pass(rows) {
                out.all.push(from_ordered_bits(*image));
            }
            if groups[group].pass(rows) {
                out.groups[group].push(from_ordered_bits(*image));
            }
        }
    }
}

/// The rows that are looked for in a slice, and how many have passed.
struct Wanted<'a> {
    rows: &'a [u64],
    passed: u64,
}

impl<'a> Wanted<'a> {
    fn new(rows: &'a [u64], from: u64, to: u64) -> Self {
        let until = |end: u64| rows.partition_point(|row| *row <= end);
        Self {
            rows: &rows[until(from)..until(to)],
            passed: from,
        }
    }

    /// Whether one of them passes with so many more.
    #[inline]
    fn pass(&mut self, rows: u64) -> bool {
        self.passed += rows;
        let reached = |row: &u64| *row <= self.passed;
        let passes = self.rows.first().is_some_and(reached);
        while self.rows.first().is_some_and(reached) {
            self.rows = &self.rows[1..];
        }
        passes
    }
}

/// A set of rows in which the largest distance is looked for.
struct Set {
    classes: Classes,
    /// Rows before the slice and with it.
    passed: [Classes; 2],
    /// A distance that is reached elsewhere.
    least: u128,
    /// The group whose rows are not in it.
    without: Option<u32>,
}

/// The rows, counted from the lowest, whose scores cut `rows` rows into parts of equal size: the first
/// with which a share of k/parts has passed.
fn quantile_rows(rows: u64, parts: usize) -> Vec<u64> {
    let parts = parts as u64;
    let mut out: Vec<u64> = (1..=parts)
        .map(|k| (u128::from(rows) * u128::from(k)).div_ceil(parts.into()) as u64)
        .filter(|row| *row > 0)
        .collect();
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use waage_core::block::{Block, Codes, outcome};
    use waage_core::estimate::Reason;
    use waage_core::label::Label;
    use waage_core::tally::{Builder, Kept, Limits, ScoreTable, Tally};

    use super::super::catalogue::SCORES;
    use super::super::grid::Grid;
    use super::super::profile::Profile;
    use super::super::sample::Sample;
    use super::super::scoring_rate::Median;
    use super::super::table::{fixture, from_rows, minus};
    use super::*;

    const GROUPS: i32 = 4;

    /// Rows of score, label and group of two attributes, added so many times.
    fn tally_of(rows: &[(f64, u8, f64)], groups: [&[i32]; 2], times: usize) -> Tally {
        let outcomes: Vec<u8> = rows.iter().map(|row| outcome::of(row.1, 0)).collect();
        let scores: Vec<f64> = rows.iter().map(|row| row.0).collect();
        let kept = Kept {
            scores: true,
            ..Kept::default()
        };
        let names = ["g", "h"].map(str::to_owned);
        let mut builder = Builder::new(&names, &[], kept, Limits::default());
        let axes = groups.map(|keys| Codes {
            keys,
            table: &[0, 1, 2, 3],
        });
        for _ in 0..times {
            builder.add(&Block {
                len: rows.len(),
                axes: &axes,
                outcomes: &outcomes,
                weights: None,
                scores: Some(&scores),
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
            });
        }
        let labels = ["a", "b", "c", "d"].map(Label::text).to_vec();
        builder.finish(&[labels.clone(), labels]).unwrap()
    }

    /// Random rows, some of them without a label.
    fn tally(seed: u64, n: usize, levels: u64, times: usize) -> Tally {
        let mut rows = fixture::random(seed, n, levels, false);
        for row in rows.iter_mut().skip(5).step_by(11) {
            row.1 = outcome::LABEL_MISSING;
        }
        // The last group is small.
        let group = |i: usize| ((i * i % 7) as i32).min(GROUPS - 1) * i32::from(i % 50 > 2);
        let groups: Vec<i32> = (0..n).map(group).collect();
        let halves: Vec<i32> = (0..n).map(|i| i32::from(i % 3 == 0)).collect();
        tally_of(&rows, [&groups, &halves], times)
    }

    fn walked() -> Vec<ScoreMetric> {
        let metrics = SCORES.iter().map(|row| row.metric);
        metrics.filter(|metric| Walks::serve(*metric)).collect()
    }

    fn near(one: Result<f64, Reason>, other: Result<f64, Reason>) -> bool {
        match (one, other) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-11 * (1.0 + b.abs()),
            (a, b) => a == b,
        }
    }

    fn check(walks: &Walks, table: &ScoreTable, what: &str) {
        let metrics = walked();
        let alone = Profile::of(table, &metrics, None, None);
        for &metric in &metrics {
            let (found, alone) = (walks.point(metric).unwrap(), alone.get(metric));
            let exact = match metric {
                ScoreMetric::RocAuc => found.value == alone.value && found.se == alone.se,
                ScoreMetric::Gini | ScoreMetric::KsStatistic => found.value == alone.value,
                _ => true,
            };
            let same = exact && near(found.value, alone.value) && near(found.se, alone.se);
            assert!(same, "{what} {metric:?} {found:?} {alone:?}");
            assert_eq!((found.rows, found.smaller), (alone.rows, alone.smaller));
        }
    }

    #[test]
    fn every_set_of_rows_is_told_as_its_table_tells() {
        for (seed, n, levels, times) in [
            (1, 60_000, 1 << 40, 1),
            (2, 30_000, 9_000, 2),
            (3, 900, 7, 1),
            (4, 3, 2, 1),
            (5, 5_000, 400, 300),
        ] {
            let tally = tally(seed, n, levels, times);
            for axes in [&[0][..], &[1], &[0, 1], &[]] {
                let sequence = tally.score_sequence(axes).unwrap();
                let ranked = Ranked::of(&sequence, &walked());
                let (all, tables) = (tally.score_table_all(), tally.score_tables(axes));
                check(&ranked.all, &all, "all");
                assert_eq!(ranked.groups.len(), tables.len());
                for (walks, table) in ranked.groups.iter().zip(&tables) {
                    check(walks, table, "group");
                }
                assert_eq!(
                    ranked.others.len(),
                    if tables.len() > 1 { tables.len() } else { 0 }
                );
                for (walks, table) in ranked.others.iter().zip(&tables) {
                    check(walks, &minus(&all, table), "others");
                }
                let median = Median::of(&all);
                let grid = Grid::of_ranked(&sequence, &ranked, median, true);
                let of_tables = Grid::new(&tables, &all, median);
                assert_eq!(grid, of_tables);
                let (placed, of_groups) = grid.onto_ranked(&sequence);
                let same = |found: &ScoreTable, table: &ScoreTable| {
                    let expected = of_tables.onto(table);
                    assert_eq!(
                        (&found.rows, &found.weights),
                        (&expected.rows, &expected.weights)
                    );
                    let pairs = found.scores.iter().zip(&expected.scores);
                    assert!(pairs.clone().all(|(a, b)| (a - b).abs() < 1e-12));
                };
                same(&placed, &all);
                of_groups.iter().zip(&tables).for_each(|(a, b)| same(a, b));
                let alone = Grid::of_ranked(&sequence, &ranked, None, false);
                assert_eq!(alone, Grid::new(std::slice::from_ref(&all), &all, None));
            }
        }
    }

    /// Against the rows with weights of 1, which take the other path.
    #[test]
    fn walks_find_what_influences_of_weighted_rows_do() {
        let near = |one: Result<f64, Reason>, other: Result<f64, Reason>| match (one, other) {
            (Ok(a), Ok(b)) => (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
            (a, b) => a == b,
        };
        for (seed, n, levels) in [(1, 40, 7), (2, 900, 50), (3, 5000, 100_000), (4, 3, 2)] {
            let rows = fixture::random(seed, n, levels, false);
            let groups = vec![0; n];
            let tally = tally_of(&rows, [&groups, &groups], 1);
            let walks = Ranked::of(&tally.score_sequence(&[]).unwrap(), &walked()).all;
            let weighted = from_rows(&rows, true);
            let sample = Sample::new(&weighted, None);
            for metric in walked() {
                let point = walks.point(metric).unwrap();
                let value = sample.value(metric);
                assert!(near(point.value, value), "{metric:?} {value:?} {point:?}");
                if let (Ok(value), Ok(_)) = (value, point.se) {
                    let se = sample.standard_error(metric, value);
                    assert!(near(point.se, se), "{metric:?} {se:?} {point:?}");
                }
            }
        }
    }

    #[test]
    fn numbers_of_any_width_tell_the_same() {
        let tally = tally(6, 40_000, 30_000, 1);
        let sequence = tally.score_sequence(&[0]).unwrap();
        let ranked = Ranked::of(&sequence, &walked());
        let order = Order::new(&sequence, &ranked);
        let (narrow, wide) = (order.walk::<i64>(), order.walk::<i128>());
        assert_eq!((narrow.all, &narrow.groups), (wide.all, &wide.groups));
        let mut room = MergeRoom::default();
        let mut sums = [order.nothing(), order.nothing()];
        for slice in 0..sequence.slices() {
            let merged = sequence.merge(slice, &mut room);
            order.pairs::<u64, i64>(slice, merged, &mut sums[0]);
            order.pairs::<u128, i64>(slice, merged, &mut sums[1]);
        }
        let [narrow, wide] = sums;
        assert_eq!((narrow.all, narrow.groups), (wide.all, wide.groups));
        assert_eq!(narrow.others, wide.others);
    }

    #[test]
    fn quantiles_are_the_rows_with_which_a_share_has_passed() {
        assert_eq!(quantile_rows(10, 4), [3, 5, 8, 10]);
        assert_eq!(quantile_rows(2, 4), [1, 2]);
        assert_eq!(quantile_rows(0, 4), [0; 0]);
    }

    #[test]
    fn undefined_values_have_their_reasons() {
        let of = |rows: &[(f64, u8, f64)], metric| {
            let groups = vec![0; rows.len()];
            let tally = tally_of(rows, [&groups, &groups], 1);
            let ranked = Ranked::of(&tally.score_sequence(&[]).unwrap(), &[metric]);
            let point = ranked.all.point(metric).unwrap();
            (point.value, point.se)
        };
        let one = [(0.5, 1, 1.0), (0.7, 1, 1.0)];
        let gone = Err(Reason::OneClassOnly);
        assert_eq!(of(&one, ScoreMetric::RocAuc), (gone, gone));
        assert_eq!(of(&[], ScoreMetric::BrierScore).0, Err(Reason::NoScores));
        let unlabelled = [(0.5, 2, 1.0)];
        let none = Err(Reason::NoRows);
        assert_eq!(of(&unlabelled, ScoreMetric::BrierScore).0, none);
        let error = ScoreMetric::ExpectedCalibrationError;
        assert_eq!(of(&unlabelled, error).0, none);
        let logits = [(-1.0, 0, 1.0), (2.0, 1, 1.0), (2.5, 1, 1.0)];
        let beyond = Err(Reason::ScoreNotProbability);
        assert_eq!(of(&logits, ScoreMetric::LogLoss).0, beyond);
        assert_eq!(of(&logits, ScoreMetric::MaximumCalibrationError).0, beyond);
        let alike: Vec<_> = (0..3000)
            .map(|i| (0.3, u8::from(i % 3 == 0), 1.0))
            .collect();
        let constant = (Ok(0.5), Err(Reason::ConstantScore));
        assert_eq!(of(&alike, ScoreMetric::RocAuc), constant);
        let spread = of(&alike, ScoreMetric::GeneralizedTruePositiveRate).1;
        assert_eq!(spread, Err(Reason::NoSpread));
        let perfect = [(0.1, 0, 1.0), (0.2, 0, 1.0), (0.8, 1, 1.0), (0.9, 1, 1.0)];
        let certain = (Ok(1.0), Err(Reason::NoSpread));
        assert_eq!(of(&perfect, ScoreMetric::RocAuc), certain);
    }
}
