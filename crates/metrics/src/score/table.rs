//! Score tables as the metrics read them: masses by label, sums and differences of tables.

use std::ops::Range;

use waage_core::block::outcome;
use waage_core::tally::ScoreTable;

/// Position of the rows with label 0.
pub const NEGATIVE: usize = outcome::LABEL_NEGATIVE as usize;
/// Position of the rows with label 1.
pub const POSITIVE: usize = outcome::LABEL_POSITIVE as usize;
/// Position of the rows without a label.
pub const MISSING: usize = outcome::LABEL_MISSING as usize;
/// The labelled positions.
pub const LABELLED: [usize; 2] = [NEGATIVE, POSITIVE];
/// Every position.
pub const ALL: [usize; 3] = [NEGATIVE, POSITIVE, MISSING];

/// Readings of a score table: weights where there are any, rows otherwise.
pub trait Masses {
    /// Places: distinct scores, or bins.
    fn places(&self) -> usize;
    /// Σw of one label at one place.
    fn mass(&self, label: usize, at: usize) -> f64;
    /// Σw² of one label at one place.
    fn square(&self, label: usize, at: usize) -> f64;
    /// Rows of one label.
    fn count(&self, label: usize) -> u64;
    /// Σw of one label.
    fn total(&self, label: usize) -> f64;
    /// Σw² of one label.
    fn squares(&self, label: usize) -> f64;
    /// Whether rows have weights.
    fn is_weighted(&self) -> bool;
    /// Whether every labelled score is a probability.
    fn is_probability(&self) -> bool;
    /// Lowest and highest score with mass of a label.
    fn span(&self, label: usize) -> Option<(f64, f64)>;

    /// Σw of several labels.
    fn total_of(&self, labels: &[usize]) -> f64 {
        labels.iter().map(|&label| self.total(label)).sum()
    }
    /// Rows of several labels.
    fn count_of(&self, labels: &[usize]) -> u64 {
        labels.iter().map(|&label| self.count(label)).sum()
    }
    /// Σw of several labels at one place.
    fn mass_of(&self, labels: &[usize], at: usize) -> f64 {
        labels.iter().map(|&label| self.mass(label, at)).sum()
    }
}

impl Masses for ScoreTable {
    fn places(&self) -> usize {
        self.scores.len()
    }

    #[inline]
    fn mass(&self, label: usize, at: usize) -> f64 {
        match &self.weights {
            Some(weights) => weights[label][at],
            None => self.rows[label][at] as f64,
        }
    }

    #[inline]
    fn square(&self, label: usize, at: usize) -> f64 {
        match &self.squares {
            Some(squares) => squares[label][at],
            None => self.rows[label][at] as f64,
        }
    }

    fn count(&self, label: usize) -> u64 {
        Self::count(self, label)
    }

    fn total(&self, label: usize) -> f64 {
        match &self.weights {
            Some(weights) => weights[label].iter().sum(),
            None => self.count(label) as f64,
        }
    }

    fn squares(&self, label: usize) -> f64 {
        match &self.squares {
            Some(squares) => squares[label].iter().sum(),
            None => self.count(label) as f64,
        }
    }

    fn is_weighted(&self) -> bool {
        self.weights.is_some()
    }

    fn is_probability(&self) -> bool {
        let within = |at: usize| match &self.widths {
            Some(widths) => widths[at].0 >= 0.0 && widths[at].1 <= 1.0,
            None => (0.0..=1.0).contains(&self.scores[at]),
        };
        let labelled = |at: &usize| LABELLED.iter().any(|&label| self.rows[label][*at] > 0);
        let mut places = (0..self.places()).filter(labelled);
        let first = places.next().is_none_or(within);
        first && places.next_back().is_none_or(within)
    }

    fn span(&self, label: usize) -> Option<(f64, f64)> {
        let held = |at: &usize| self.mass(label, *at) > 0.0;
        let low = (0..self.places()).find(held)?;
        let high = (0..self.places()).rev().find(held)?;
        Some((self.scores[low], self.scores[high]))
    }
}

/// One place of a table under construction: counts, weights and squares by label.
#[derive(Clone, Copy, Default)]
struct Place {
    rows: [u64; 3],
    weights: [f64; 3],
    squares: [f64; 3],
}

fn place(table: &ScoreTable, at: usize) -> Place {
    Place {
        rows: ALL.map(|label| table.rows[label][at]),
        weights: ALL.map(|label| table.mass(label, at)),
        squares: ALL.map(|label| table.square(label, at)),
    }
}

/// An empty table with room for `places`, of the kind of another.
fn like(table: &ScoreTable, places: usize) -> ScoreTable {
    let columns = || [(); 3].map(|()| Vec::with_capacity(places));
    ScoreTable {
        scores: Vec::with_capacity(places),
        rows: [(); 3].map(|()| Vec::with_capacity(places)),
        weights: table.weights.as_ref().map(|_| columns()),
        squares: table.squares.as_ref().map(|_| columns()),
        widths: table.widths.as_ref().map(|_| Vec::with_capacity(places)),
        counted: Default::default(),
    }
}

fn push(table: &mut ScoreTable, score: f64, width: Option<(f64, f64)>, place: &Place) {
    table.scores.push(score);
    for label in ALL {
        table.rows[label].push(place.rows[label]);
        if let Some(weights) = &mut table.weights {
            weights[label].push(place.weights[label]);
        }
        if let Some(squares) = &mut table.squares {
            squares[label].push(place.squares[label]);
        }
    }
    if let (Some(widths), Some(width)) = (&mut table.widths, width) {
        widths.push(width);
    }
}

fn width(table: &ScoreTable, at: usize) -> Option<(f64, f64)> {
    table.widths.as_ref().map(|widths| widths[at])
}

/// The table of rows `(score, label code, weight)`; without weights if all are 1 and `weighted` is
/// not set. Rows with a NaN score are left out.
///
/// ```
/// use waage_metrics::score::table::{Masses, POSITIVE, from_rows};
/// let table = from_rows(&[(0.5, 1, 1.0), (0.2, 0, 1.0), (0.5, 1, 1.0)], false);
/// assert_eq!((table.scores.as_slice(), table.count(POSITIVE)), (&[0.2, 0.5][..], 2));
/// ```
#[must_use]
pub fn from_rows(rows: &[(f64, u8, f64)], weighted: bool) -> ScoreTable {
    let mut sorted: Vec<_> = rows.iter().filter(|row| !row.0.is_nan()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let kind = ScoreTable {
        weights: weighted.then(Default::default),
        squares: weighted.then(Default::default),
        ..ScoreTable::default()
    };
    let mut out = like(&kind, sorted.len());
    for block in sorted.chunk_by(|a, b| a.0 == b.0) {
        let mut here = Place::default();
        for &&(_, label, weight) in block {
            let label = usize::from(label).min(MISSING);
            here.rows[label] += 1;
            here.weights[label] += weight;
            here.squares[label] += weight * weight;
        }
        push(&mut out, block[0].0 + 0.0, None, &here);
    }
    out
}

/// The table of both inputs' rows.
#[must_use]
pub fn plus(one: &ScoreTable, other: &ScoreTable) -> ScoreTable {
    if one.scores.is_empty() {
        return other.clone();
    }
    let mut out = like(one, one.places() + other.places());
    let (mut i, mut j) = (0, 0);
    while i < one.places() || j < other.places() {
        let left = one.scores.get(i).copied().unwrap_or(f64::INFINITY);
        let right = other.scores.get(j).copied().unwrap_or(f64::INFINITY);
        let mut here = Place::default();
        let at = if left <= right {
            width(one, i)
        } else {
            width(other, j)
        };
        if left <= right {
            here = place(one, i);
            i += 1;
        }
        if right <= left {
            let there = place(other, j);
            for label in ALL {
                here.rows[label] += there.rows[label];
                here.weights[label] += there.weights[label];
                here.squares[label] += there.squares[label];
            }
            j += 1;
        }
        push(&mut out, left.min(right), at, &here);
    }
    out
}

/// The rows of `all` that are not in `part`, whose rows are among them. Counts are exact; places
/// without rows are dropped, so that no residue of a weight stands where nothing is left.
#[must_use]
pub fn minus(all: &ScoreTable, part: &ScoreTable) -> ScoreTable {
    let mut out = like(all, all.places());
    let mut j = 0;
    for i in 0..all.places() {
        let mut here = place(all, i);
        if part.scores.get(j) == Some(&all.scores[i]) {
            let there = place(part, j);
            j += 1;
            for label in ALL {
                here.rows[label] = here.rows[label].saturating_sub(there.rows[label]);
                let left = here.rows[label] > 0;
                let rest = |a: f64, b: f64| if left { (a - b).max(0.0) } else { 0.0 };
                here.weights[label] = rest(here.weights[label], there.weights[label]);
                here.squares[label] = rest(here.squares[label], there.squares[label]);
            }
        }
        if here.rows.iter().any(|n| *n > 0) {
            push(&mut out, all.scores[i], width(all, i), &here);
        }
    }
    out
}

/// Takes the rows at some `places` of `part`, which are among those of `all`, away from it in place;
/// where they lay is left in `at`, for [`give_back`]. Both are exact and unweighted. Places keep their
/// scores, even without rows.
pub(crate) fn take_away(
    all: &mut ScoreTable,
    part: &ScoreTable,
    places: Range<usize>,
    at: &mut Vec<u32>,
) {
    at.clear();
    let mut place = 0;
    for j in places {
        let score = &part.scores[j];
        while all.scores[place] < *score {
            place += 1;
        }
        at.push(place as u32);
        for label in ALL {
            all.rows[label][place] -= part.rows[label][j];
        }
    }
    all.counted = Default::default();
}

/// Undoes [`take_away`].
pub(crate) fn give_back(all: &mut ScoreTable, part: &ScoreTable, places: Range<usize>, at: &[u32]) {
    for label in ALL {
        for (place, n) in at.iter().zip(&part.rows[label][places.clone()]) {
            all.rows[label][*place as usize] += n;
        }
    }
    all.counted = Default::default();
}

/// The positives of one table with the negatives of another: what the mixed areas under the curve
/// are made of.
#[must_use]
pub fn mixed(positives: &ScoreTable, negatives: &ScoreTable) -> ScoreTable {
    plus(&only(positives, POSITIVE), &only(negatives, NEGATIVE))
}

/// The rows of one label.
fn only(table: &ScoreTable, label: usize) -> ScoreTable {
    let mut out = like(table, table.places());
    for at in (0..table.places()).filter(|&at| table.rows[label][at] > 0) {
        let there = place(table, at);
        let mut here = Place::default();
        here.rows[label] = there.rows[label];
        here.weights[label] = there.weights[label];
        here.squares[label] = there.squares[label];
        push(&mut out, table.scores[at], width(table, at), &here);
    }
    out
}

/// Places of a stretch: what is gathered of so many stays in a core's nearest cache.
pub(crate) const STRETCH: usize = 1 << 9;

/// Places of a table that lie side by side.
#[derive(Clone, Copy)]
pub(crate) struct Stretch<'a> {
    /// Distinct scores, ascending.
    pub scores: &'a [f64],
    /// Rows by label: negatives, positives.
    pub rows: [&'a [u64]; 2],
}

/// Shows a whole table, stretch by stretch.
pub(crate) fn stretches(table: &ScoreTable, mut visit: impl FnMut(Stretch<'_>)) {
    for from in (0..table.scores.len()).step_by(STRETCH) {
        let places = from..(from + STRETCH).min(table.scores.len());
        visit(Stretch {
            scores: &table.scores[places.clone()],
            rows: LABELLED.map(|label| &table.rows[label][places.clone()]),
        });
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;
    use waage_core::random::Stream;

    /// Fixture E3 of the specification by group: a, then b.
    pub fn e3() -> [ScoreTable; 2] {
        let a = [(0.9, 1), (0.8, 1), (0.55, 1), (0.4, 0), (0.3, 0), (0.2, 0)];
        let b = [(0.7, 1), (0.6, 0), (0.5, 0), (0.4, 0), (0.4, 1), (0.7, 0)];
        [a, b].map(|rows| from_rows(&rows.map(|(s, y)| (s, y, 1.0)), false))
    }

    /// All rows of E3.
    pub fn e3_all() -> ScoreTable {
        let [a, b] = e3();
        plus(&a, &b)
    }

    /// Random rows with ties: scores on a grid of `levels` in (0, 1), labels that lean with the
    /// score, weights when asked for.
    pub fn random(seed: u64, n: usize, levels: u64, weighted: bool) -> Vec<(f64, u8, f64)> {
        let mut stream = Stream::new(seed, 77);
        (0..n)
            .map(|_| {
                let s = ((stream.next_u64() % levels) as f64 + 0.5) / levels as f64;
                let y = u8::from(stream.next_unit() < 0.2 + 0.6 * s);
                let w = if weighted {
                    0.25 + 2.0 * stream.next_unit()
                } else {
                    1.0
                };
                (s, y, w)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_added_and_taken_away_leaves_the_rest() {
        for weighted in [false, true] {
            let (a, b) = (
                fixture::random(1, 60, 9, weighted),
                fixture::random(2, 40, 7, weighted),
            );
            let (a, b) = (from_rows(&a, weighted), from_rows(&b, weighted));
            let all = plus(&a, &b);
            let rest = minus(&all, &b);
            assert_eq!((&rest.scores, &rest.rows), (&a.scores, &a.rows));
            for at in 0..a.places() {
                for label in ALL {
                    assert!((rest.mass(label, at) - a.mass(label, at)).abs() < 1e-12);
                }
            }
            assert_eq!(minus(&all, &all).places(), 0);
            if !weighted {
                let (mut left, mut at) = (all.clone(), Vec::new());
                take_away(&mut left, &b, 0..b.places(), &mut at);
                assert_eq!(minus(&left, &ScoreTable::default()).rows, a.rows);
                give_back(&mut left, &b, 0..b.places(), &at);
                assert_eq!(left, all);
            }
        }
    }

    #[test]
    fn mixed_tables_take_each_label_from_its_own_side() {
        let [a, b] = fixture::e3();
        let table = mixed(&a, &b);
        assert_eq!((table.count(POSITIVE), table.count(NEGATIVE)), (3, 4));
        assert_eq!(table.span(NEGATIVE), Some((0.4, 0.7)));
    }

    #[test]
    fn probabilities_lie_in_the_unit_interval() {
        assert!(from_rows(&[(0.0, 0, 1.0), (1.0, 1, 1.0)], false).is_probability());
        assert!(!from_rows(&[(0.5, 0, 1.0), (1.5, 1, 1.0)], false).is_probability());
        assert!(!from_rows(&[(-0.5, 0, 1.0), (0.5, 1, 1.0)], false).is_probability());
        // Scores without a label do not enter calibration.
        assert!(from_rows(&[(0.5, 0, 1.0), (7.0, 2, 1.0)], false).is_probability());
    }
}
