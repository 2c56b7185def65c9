//! Gathering scores row by row: one collector per thread.

use rayon::prelude::*;

use super::grid::Grid;
use super::key::sort;
use super::run::{Run, ScoreSums};
use super::scores::ordered_bits;
use super::sketch::{Kind, ScoreList, Scores};

/// Rows that may wait to be sorted, in all lists of a collector together.
const WAITING_MAX: usize = 1 << 23;
const WAITING_MIN: usize = 1 << 6;
/// Rows of one list that are sorted at once; longer ones are sorted in parts, by all threads.
const SORTED_AT_ONCE: usize = 1 << 19;
/// No list yet.
const NONE: u32 = u32::MAX;

/// The scored rows of one (slot, outcome).
struct List<K> {
    /// `slot·12 + outcome`.
    at: u64,
    /// Rows as they came.
    waiting: Vec<K>,
    /// The same of other collectors.
    theirs: Vec<Vec<K>>,
    /// Rows that were sorted.
    runs: Vec<Run<K>>,
    /// Rows that went to the grid.
    folded: Option<(ScoreSums, Grid)>,
}

/// The scores of a thread's rows by (slot, outcome).
///
/// Rows wait in the list of their place until as many wait as there are distinct scores, or as
/// memory allows; then every list is sorted and its equal rows become one entry. So the work per row
/// does not depend on how often that happens, and what is held is bounded by the distinct scores.
/// Past the limit of entries all lists go to the grid. More rows never mean fewer entries: a
/// collector that passes the limit alone would have passed it in any company.
pub(super) struct Collector<K> {
    entries_max: u64,
    /// The list of each place.
    places: Vec<u32>,
    lists: Vec<List<K>>,
    waiting: usize,
    entries: usize,
    on_grid: bool,
    spare: Vec<K>,
}

impl<K: Kind> Clone for Collector<K>
where
    List<K>: Clone,
{
    fn clone(&self) -> Self {
        Self {
            entries_max: self.entries_max,
            places: self.places.clone(),
            lists: self.lists.clone(),
            waiting: self.waiting,
            entries: self.entries,
            on_grid: self.on_grid,
            spare: Vec::new(),
        }
    }
}

impl<K: Kind> Clone for List<K> {
    fn clone(&self) -> Self {
        Self {
            at: self.at,
            waiting: self.waiting.clone(),
            theirs: self.theirs.clone(),
            runs: self.runs.clone(),
            folded: self.folded.clone(),
        }
    }
}

impl<K: Kind> List<K> {
    const fn new(at: u64) -> Self {
        Self {
            at,
            waiting: Vec::new(),
            theirs: Vec::new(),
            runs: Vec::new(),
            folded: None,
        }
    }

    /// Sorts the waiting rows into the one run.
    fn sort(&mut self, spare: &mut Vec<K>) {
        for mut rows in self.theirs.drain(..) {
            self.waiting.append(&mut rows);
        }
        sort(&mut self.waiting, spare);
        let fresh = Run::of_sorted(&self.waiting);
        self.waiting.clear();
        let run = self.runs.drain(..).fold(fresh, Run::merge);
        self.runs.push(run);
    }

    /// The same on all threads, for the last time.
    fn sort_in_parts(&mut self) {
        let mut waiting = std::mem::take(&mut self.theirs);
        waiting.push(std::mem::take(&mut self.waiting));
        waiting.retain(|rows| !rows.is_empty());
        let fresh: Vec<Vec<Run<K>>> = waiting.into_par_iter().map(sorted).collect();
        self.runs.extend(fresh.into_iter().flatten());
        let run = join(std::mem::take(&mut self.runs));
        self.runs.push(run);
    }

    /// Counts the sorted rows on the grid.
    fn fold(&mut self) {
        let (sums, grid) = self.folded.get_or_insert_default();
        for run in self.runs.drain(..) {
            sums.merge(&ScoreSums::of(&run));
            *grid = std::mem::take(grid).merge(&Grid::of(&run));
        }
    }

    /// The finished list; its rows are sorted.
    fn finish(mut self) -> Option<(u64, ScoreList)> {
        let list = match self.folded.take() {
            Some((sums, grid)) => ScoreList {
                sums,
                scores: Scores::Grid(grid),
            },
            None => ScoreList::of(self.runs.pop()?),
        };
        (list.sums.rows > 0).then_some((self.at, list))
    }
}

/// The runs of some rows, on all threads where there are many.
fn sorted<K: Kind>(mut rows: Vec<K>) -> Vec<Run<K>> {
    if rows.len() <= SORTED_AT_ONCE {
        sort(&mut rows, &mut Vec::new());
        return vec![Run::of_sorted_rows(rows)];
    }
    let parts = rows.par_chunks(SORTED_AT_ONCE).map(|part| {
        let mut part = part.to_vec();
        sort(&mut part, &mut Vec::new());
        Run::of_sorted_rows(part)
    });
    parts.collect()
}

/// One run of many, merged in pairs.
fn join<K: Kind>(mut runs: Vec<Run<K>>) -> Run<K> {
    match runs.len() {
        0 => Run::new(),
        1 => runs.swap_remove(0),
        _ => {
            let tail = runs.split_off(runs.len() / 2);
            let (a, b) = rayon::join(|| join(runs), || join(tail));
            a.merge(b)
        }
    }
}

impl<K: Kind> Collector<K> {
    pub fn new(entries_max: u64) -> Self {
        Self {
            entries_max,
            places: Vec::new(),
            lists: Vec::new(),
            waiting: 0,
            entries: 0,
            on_grid: false,
            spare: Vec::new(),
        }
    }

    /// Takes the scores of rows by place; NaN is none. `places` is how many places there are.
    pub fn add(&mut self, at: &[u32], scores: &[f64], weights: Option<&[f64]>, places: usize) {
        if self.places.len() < places {
            self.places.resize(places, NONE);
        }
        match weights {
            None => self.push(at, scores.iter().map(|score| (*score, 1.0))),
            Some(weights) => {
                self.push(at, scores.iter().copied().zip(weights.iter().copied()));
            }
        }
        let most = (self.entries_max.min(WAITING_MAX as u64) as usize).max(WAITING_MIN);
        if self.waiting > self.entries.max(most) {
            self.sort();
        }
    }

    #[inline]
    fn push(&mut self, at: &[u32], rows: impl Iterator<Item = (f64, f64)>) {
        for (&at, (score, weight)) in at.iter().zip(rows) {
            if !score.is_finite() {
                continue;
            }
            let mut list = self.places[at as usize];
            if list == NONE {
                list = self.open(u64::from(at));
            }
            let key = K::new(ordered_bits(score), weight);
            self.lists[list as usize].waiting.push(key);
            self.waiting += 1;
        }
    }

    #[cold]
    fn open(&mut self, at: u64) -> u32 {
        let list = self.lists.len() as u32;
        self.places[at as usize] = list;
        self.lists.push(List::new(at));
        list
    }

    /// Sorts what waits, on this thread alone: the others are busy with rows of their own.
    fn sort(&mut self) {
        for list in &mut self.lists {
            list.sort(&mut self.spare);
        }
        if self.passes_limit() {
            self.lists.iter_mut().for_each(List::fold);
        }
    }

    /// Sorts what waits, on all threads.
    fn sort_all(&mut self) {
        self.lists.par_iter_mut().for_each(List::sort_in_parts);
        if self.passes_limit() {
            self.lists.par_iter_mut().for_each(List::fold);
        }
    }

    /// Counts the entries of lists that were just sorted; whether they go to the grid.
    fn passes_limit(&mut self) -> bool {
        self.waiting = 0;
        let runs = self.lists.iter().flat_map(|list| &list.runs);
        self.entries = runs.map(Run::len).sum();
        self.on_grid |= self.entries as u64 > self.entries_max;
        if self.on_grid {
            self.entries = 0;
        }
        self.on_grid
    }

    /// Gives every list its new place.
    pub fn relocate(&mut self, place: impl Fn(u64) -> u64) {
        self.places.fill(NONE);
        for (number, list) in self.lists.iter_mut().enumerate() {
            list.at = place(list.at);
            let at = list.at as usize;
            if self.places.len() <= at {
                self.places.resize(at + 1, NONE);
            }
            self.places[at] = number as u32;
        }
    }

    /// Takes over the lists of another collector, which has the same places.
    pub fn absorb(&mut self, other: Self) {
        self.on_grid |= other.on_grid;
        self.waiting += other.waiting;
        self.entries += other.entries;
        for theirs in other.lists {
            let at = theirs.at as usize;
            if self.places.len() <= at {
                self.places.resize(at + 1, NONE);
            }
            if self.places[at] == NONE {
                self.places[at] = self.lists.len() as u32;
                self.lists.push(theirs);
                continue;
            }
            let mine = &mut self.lists[self.places[at] as usize];
            mine.theirs.push(theirs.waiting);
            mine.theirs.extend(theirs.theirs);
            mine.runs.extend(theirs.runs);
            mine.folded = match (mine.folded.take(), theirs.folded) {
                (Some((mut sums, grid)), Some((more, theirs))) => {
                    sums.merge(&more);
                    Some((sums, grid.merge(&theirs)))
                }
                (a, b) => a.or(b),
            };
        }
        let held = (self.waiting + self.entries) as u64;
        if self.on_grid || held > self.entries_max.saturating_mul(2) {
            self.sort_all();
        }
    }

    /// The finished lists by place, and whether they are on the grid.
    pub fn finish(mut self) -> (Vec<(u64, ScoreList)>, bool) {
        self.spare = Vec::new();
        self.sort_all();
        let lists = self
            .lists
            .into_par_iter()
            .filter_map(List::finish)
            .collect();
        (lists, self.on_grid)
    }
}
