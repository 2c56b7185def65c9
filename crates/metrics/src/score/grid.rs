//! Common places for the scores of several groups, so that resampling costs the same for any number
//! of scores.

use rayon::prelude::*;
use waage_core::tally::{List, ScoreTable, Sequence};

use super::bins::{BINS, bin};
use super::mean::Rows;
use super::ranked::Ranked;
use super::scoring_rate::Median;
use super::table::{ALL, Masses, STRETCH};
use crate::lanes::{dot, sum_of};

/// Distinct scores up to which replicates are drawn of the scores themselves.
pub(crate) const EXACT_MAX: usize = 256;
/// Beyond, quantiles of all rows that bound a place …
pub(crate) const PARTS_OF_ALL: usize = 96;
/// … and, shared between the groups, parts of each of which no place holds more than two.
const OF_GROUPS: usize = 128;

/// Into how many parts the quantiles of each of some groups cut it.
pub(crate) fn parts_of_groups(groups: usize) -> usize {
    (OF_GROUPS / groups.max(1)).clamp(4, 64)
}

/// The places: each holds the scores above the one before up to its own upper end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Grid {
    uppers: Vec<f64>,
    /// Whether every distinct score has a place of its own.
    pub exact: bool,
}

impl Grid {
    /// Every distinct score where they are few; otherwise quantiles of all rows. Where the scores of a
    /// group lie close together, some of its own cut the place that holds them, so that it keeps its
    /// shape. The median and the edges of calibration bins are never inside a place.
    pub fn new(groups: &[ScoreTable], all: &ScoreTable, median: Option<Median>) -> Self {
        if all.places() <= EXACT_MAX {
            return Self {
                uppers: all.scores.clone(),
                exact: true,
            };
        }
        let mut uppers = quantiles(all, PARTS_OF_ALL);
        let each = parts_of_groups(groups.len());
        let groups: Vec<Vec<f64>> = groups.iter().map(|group| quantiles(group, each)).collect();
        let mut below = |end: usize| uppers.extend(end.checked_sub(1).map(|at| all.scores[at]));
        for edge in 1..BINS {
            below(all.scores.partition_point(|s| bin(*s, BINS) < edge));
        }
        if let Some(median) = median {
            below(all.scores.partition_point(|s| *s <= median.score));
        }
        uppers.extend(all.scores.last());
        Self::bounded_by(uppers, &groups)
    }

    /// Of the quantiles of a group that lie in one place every second bounds one too: then no place
    /// holds more than two parts of a group, but for the rows of a single score.
    fn bounded_by(mut uppers: Vec<f64>, groups: &[Vec<f64>]) -> Self {
        uppers.sort_unstable_by(f64::total_cmp);
        uppers.dedup();
        let mut cuts: Vec<f64> = Vec::new();
        for group in groups {
            let mut rest = group.as_slice();
            for upper in &uppers {
                let (inside, beyond) = rest.split_at(rest.partition_point(|cut| cut <= upper));
                cuts.extend(inside.iter().skip(1).step_by(2));
                rest = beyond;
            }
        }
        uppers.extend(cuts);
        uppers.sort_unstable_by(f64::total_cmp);
        uppers.dedup();
        Self {
            uppers,
            exact: false,
        }
    }

    /// The same places for the groups of rows that were ranked, or for all of them together.
    pub fn of_ranked(
        sequence: &Sequence<'_>,
        ranked: &Ranked,
        median: Option<Median>,
        of_groups: bool,
    ) -> Self {
        if let Some(distinct) = &ranked.distinct {
            return Self {
                uppers: distinct.clone(),
                exact: true,
            };
        }
        let mut uppers = ranked.quantiles.all.clone();
        let mut last = |below: &dyn Fn(f64) -> bool| {
            let last = |list: &List<'_>| Some(list.score(list.reach(0, below).checked_sub(1)?));
            let lasts = sequence.lists.iter().filter_map(last);
            uppers.extend(lasts.max_by(f64::total_cmp));
        };
        for edge in 1..BINS {
            last(&|score| bin(score, BINS) < edge);
        }
        if let Some(median) = median {
            last(&|score| score <= median.score);
        }
        last(&|_| true);
        match of_groups {
            true => Self::bounded_by(uppers, &ranked.quantiles.groups),
            false => Self::bounded_by(uppers, &[]),
        }
    }

    /// The tables of all rows and of each group on these places, as [`Self::onto`] makes them.
    pub fn onto_ranked(&self, sequence: &Sequence<'_>) -> (ScoreTable, Vec<ScoreTable>) {
        let of_list = |list: &List<'_>| {
            let mut held = Held::new(self.places());
            let (mut from, mut scores, mut rows) = (0, Vec::new(), Vec::new());
            for (to, upper) in self.uppers.iter().enumerate() {
                let end = match to + 1 == self.places() {
                    true => list.places(),
                    false => from + list.reach(from, |score| score <= *upper),
                };
                while from < end {
                    let next = (from + STRETCH).min(end);
                    scores.clear();
                    rows.clear();
                    list.read(from..next, &mut scores, &mut rows);
                    let here = Rows::new(&scores, &rows, list.label);
                    held.rows[list.label][to] += here.count();
                    held.sums[to] += here.sum(&scores, |score| score);
                    from = next;
                }
            }
            (list.group, held)
        };
        let lists: Vec<(usize, Held)> = sequence.lists.par_iter().map(of_list).collect();
        let mut all = Held::new(self.places());
        let mut groups = vec![Held::new(self.places()); sequence.groups];
        for (group, held) in &lists {
            groups[*group].add(held);
            all.add(held);
        }
        let table = |held: Held| held.table(self);
        (table(all), groups.into_iter().map(table).collect())
    }

    /// How many places there are.
    pub const fn places(&self) -> usize {
        self.uppers.len()
    }

    /// The place of a score.
    pub fn place(&self, score: f64) -> usize {
        let at = self.uppers.partition_point(|upper| *upper < score);
        at.min(self.uppers.len().saturating_sub(1))
    }

    /// A table on these places, each with the mean score of what it holds, with weights and squares.
    pub fn onto(&self, table: &ScoreTable) -> ScoreTable {
        let places = self.uppers.len();
        let zero = || [(); 3].map(|()| vec![0.0; places]);
        let (mut weights, mut squares) = (zero(), zero());
        let mut rows = [(); 3].map(|()| vec![0; places]);
        let (mut sums, mut masses) = (vec![0.0; places], vec![0.0; places]);
        let mut from = 0;
        for (to, upper) in self.uppers.iter().enumerate() {
            let rest = &table.scores[from..];
            let held = match to + 1 == places {
                true => rest.len(),
                false => rest.partition_point(|score| score <= upper),
            };
            let here = from..from + held;
            for label in ALL {
                let counts = &table.rows[label][here.clone()];
                rows[label][to] = counts.iter().sum();
                let of = |sums: &Option<[Vec<f64>; 3]>| match sums {
                    Some(sums) => sums[label][here.clone()].iter().sum(),
                    None => rows[label][to] as f64,
                };
                weights[label][to] = of(&table.weights);
                squares[label][to] = of(&table.squares);
                masses[to] += weights[label][to];
                sums[to] += match &table.weights {
                    Some(weights) => dot(&weights[label][here.clone()], rest),
                    None if rows[label][to] == 0 => 0.0,
                    None => sum_of(counts, rest, |n, score| n as f64 * score),
                };
            }
            from = here.end;
        }
        let mean = |at: usize| match self.exact || masses[at] <= 0.0 {
            true => self.uppers[at],
            false => sums[at] / masses[at],
        };
        ScoreTable {
            scores: (0..places).map(mean).collect(),
            rows,
            weights: Some(weights),
            squares: Some(squares),
            widths: None,
            counted: Default::default(),
        }
    }
}

/// Unweighted rows by place.
#[derive(Clone)]
struct Held {
    rows: [Vec<u64>; 3],
    /// Σs.
    sums: Vec<f64>,
}

impl Held {
    fn new(places: usize) -> Self {
        Self {
            rows: [(); 3].map(|()| vec![0; places]),
            sums: vec![0.0; places],
        }
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.rows.iter_mut().zip(&other.rows) {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine += theirs;
        }
    }

    fn table(self, grid: &Grid) -> ScoreTable {
        let masses = self
            .rows
            .each_ref()
            .map(|rows| rows.iter().map(|n| *n as f64).collect());
        let mean = |(at, sum): (usize, &f64)| {
            let rows: u64 = self.rows.iter().map(|rows| rows[at]).sum();
            match grid.exact || rows == 0 {
                true => grid.uppers[at],
                false => sum / rows as f64,
            }
        };
        ScoreTable {
            scores: self.sums.iter().enumerate().map(mean).collect(),
            weights: Some(masses.clone()),
            squares: Some(masses),
            rows: self.rows,
            widths: None,
            counted: Default::default(),
        }
    }
}

/// What one table on the places leaves of that of all rows.
pub(crate) fn rest(all: &ScoreTable, part: &ScoreTable) -> ScoreTable {
    let mut out = all.clone();
    let mass = |table: &ScoreTable, at: usize| table.mass_of(&ALL, at);
    for at in 0..all.places() {
        let (whole, gone) = (mass(all, at), mass(part, at));
        for label in ALL {
            let left = all.rows[label][at].saturating_sub(part.rows[label][at]);
            out.rows[label][at] = left;
            for (sums, of_part) in [
                (&mut out.weights, &part.weights),
                (&mut out.squares, &part.squares),
            ] {
                if let (Some(sums), Some(of_part)) = (sums, of_part) {
                    let less = (sums[label][at] - of_part[label][at]).max(0.0);
                    sums[label][at] = if left > 0 { less } else { 0.0 };
                }
            }
        }
        let left = mass(&out, at);
        if left > 0.0 && gone > 0.0 && all.scores[at] != part.scores[at] {
            out.scores[at] = (whole * all.scores[at] - gone * part.scores[at]) / left;
        }
    }
    out
}

/// The scores at which a table's cumulative mass passes each of `parts` equal parts.
fn quantiles(table: &ScoreTable, parts: usize) -> Vec<f64> {
    const BLOCK: usize = 1 << 10;
    let mut out = Vec::with_capacity(parts);
    let total = table.total_of(&ALL);
    let (mut reached, mut next) = (0.0, 1);
    let passes =
        |reached: f64, next: usize| reached * parts as f64 >= total * next as f64 && reached > 0.0;
    for from in (0..table.places()).step_by(BLOCK) {
        let block = from..(from + BLOCK).min(table.places());
        if !table.is_weighted() {
            // Counts are exact: a block that does not reach the next part is passed whole.
            let of = |label: &usize| table.rows[*label][block.clone()].iter().sum::<u64>();
            let after = reached + ALL.iter().map(of).sum::<u64>() as f64;
            if !passes(after, next) {
                reached = after;
                continue;
            }
        }
        for at in block {
            reached += table.mass_of(&ALL, at);
            if passes(reached, next) {
                out.push(table.scores[at]);
                while next < parts && passes(reached, next) {
                    next += 1;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::bins::expected_calibration_error;
    use super::super::table::{fixture, from_rows, plus};
    use super::*;

    #[test]
    fn places_keep_masses_and_never_hold_an_edge() {
        let rows = |seed| fixture::random(seed, 4000, 100_000, true);
        let groups = [from_rows(&rows(1), true), from_rows(&rows(2)[..300], true)];
        let all = plus(&groups[0], &groups[1]);
        let median = Median::of(&all);
        let grid = Grid::new(&groups, &all, median);
        assert!(
            !grid.exact && grid.uppers.len() < 500,
            "{}",
            grid.uppers.len()
        );
        for table in groups.iter().chain([&all]) {
            let placed = grid.onto(table);
            for label in ALL {
                assert!((placed.total(label) - table.total(label)).abs() < 1e-9);
                assert_eq!(placed.count(label), table.count(label));
            }
            let rate = |t: &ScoreTable| median.unwrap().rate(t).value.unwrap();
            assert!((rate(&placed) - rate(table)).abs() < 1e-12);
            let error = |t: &ScoreTable| expected_calibration_error(t, BINS).unwrap();
            assert!((error(&placed) - error(table)).abs() < 5e-3);
        }
    }

    #[test]
    fn the_rest_is_what_the_others_are_on_the_places() {
        let rows = |seed| fixture::random(seed, 3000, 100_000, true);
        let groups = [from_rows(&rows(1), true), from_rows(&rows(2)[..700], true)];
        let all = plus(&groups[0], &groups[1]);
        let grid = Grid::new(&groups, &all, None);
        let [one, other] = groups.each_ref().map(|table| grid.onto(table));
        let found = rest(&grid.onto(&all), &other);
        assert_eq!(found.rows, one.rows);
        for at in 0..found.places() {
            let held = one.mass_of(&ALL, at);
            assert!((found.mass_of(&ALL, at) - held).abs() < 1e-9);
            let apart = (found.scores[at] - one.scores[at]).abs();
            assert!(held == 0.0 || apart < 1e-9, "{at}: {apart}");
        }
    }

    /// A group alike everybody needs no places of its own, one whose scores lie together does.
    #[test]
    fn no_place_holds_more_than_two_parts_of_a_group() {
        let squeezed = |seed, by: f64| {
            let mut rows = fixture::random(seed, 5000, 100_000, false);
            rows.iter_mut().for_each(|row| row.0 = 0.31 + row.0 * by);
            from_rows(&rows, false)
        };
        let spread: Vec<ScoreTable> = (0..6)
            .map(|seed| from_rows(&fixture::random(seed, 5000, 100_000, false), false))
            .collect();
        let all = |groups: &[ScoreTable]| {
            let (first, rest) = groups.split_first().unwrap();
            rest.iter()
                .fold(first.clone(), |all, group| plus(&all, group))
        };
        let alone = Grid::new(&[], &all(&spread), None).places();
        assert_eq!(Grid::new(&spread, &all(&spread), None).places(), alone);
        let groups = [spread, vec![squeezed(7, 1e-3), squeezed(8, 1e-6)]].concat();
        let grid = Grid::new(&groups, &all(&groups), None);
        assert!(grid.places() < 2 * alone, "{}", grid.places());
        for group in &groups {
            let placed = grid.onto(group);
            let most = (0..grid.places()).map(|at| placed.mass_of(&ALL, at));
            let most = most.fold(0.0, f64::max);
            let part = group.total_of(&ALL) / parts_of_groups(groups.len()) as f64;
            assert!(most <= 2.0 * part + 1.0, "{most} of {part}");
        }
    }

    #[test]
    fn few_scores_are_places_of_their_own() {
        let groups = fixture::e3();
        let all = fixture::e3_all();
        let grid = Grid::new(&groups, &all, None);
        assert!(grid.exact);
        let placed = grid.onto(&groups[1]);
        assert_eq!(placed.scores, all.scores);
        assert_eq!(placed.rows[1], [0, 0, 1, 0, 0, 0, 1, 0, 0]);
    }
}
