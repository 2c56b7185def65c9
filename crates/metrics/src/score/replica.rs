//! What a draw of score tables is worth, quickly: tables on common places, of which only the weights
//! change from draw to draw.
//!
//! Values undefined on a draw are NaN.

use std::ops::Range;

use waage_core::tally::ScoreTable;

use super::between::area_between;
use super::bins::{BIN_ROWS_MIN, BINS, bin};
use super::table::{ALL, LABELLED, Masses, NEGATIVE, POSITIVE};
use crate::lanes::{dot, sum};

/// What is asked of a draw; the rest stays undefined.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub ks: bool,
    /// Calibration errors over bins of equal width.
    pub bins: bool,
    /// The same over bins of equal mass.
    pub equal_mass: bool,
}

impl Asked {
    /// Whether nothing is.
    pub const fn is_empty(self) -> bool {
        !self.ks && !self.bins && !self.equal_mass
    }
}

/// The places: what all tables share.
pub(crate) struct Frame {
    pub asked: Asked,
    /// The mean score of all rows at each place.
    scores: Vec<f64>,
    /// Places by bin of equal width; no place lies in two.
    bins: Vec<Range<usize>>,
}

impl Frame {
    /// The places of the table of all rows.
    pub fn of(all: &ScoreTable, asked: Asked) -> Self {
        let first = |b: usize| all.scores.partition_point(|s| bin(*s, BINS) < b);
        Self {
            asked,
            bins: (0..BINS).map(|b| first(b)..first(b + 1)).collect(),
            scores: all.scores.clone(),
        }
    }
}

/// What does not change of one table.
pub(crate) struct Fixed {
    /// Its own mean score at each place.
    scores: Vec<f64>,
    /// The same from their mean on, and squared.
    centred: [Vec<f64>; 2],
    /// Bins with rows enough for the largest error.
    crowded: [bool; BINS],
    is_probability: bool,
    rows: f64,
}

impl Fixed {
    /// Of a table on the places.
    pub fn of(frame: &Frame, table: &ScoreTable) -> Self {
        let total = table.total_of(&ALL).max(f64::MIN_POSITIVE);
        let mass = |at: usize| table.mass_of(&ALL, at);
        let scores = table.scores.iter().enumerate();
        let mean: f64 = scores.map(|(at, s)| s * mass(at)).sum::<f64>() / total;
        let centred: Vec<f64> = table.scores.iter().map(|s| s - mean).collect();
        let rows = |b: usize| -> u64 {
            let places = || frame.bins[b].clone();
            let of = |&l: &usize| table.rows[l][places()].iter().sum::<u64>();
            LABELLED.iter().map(of).sum()
        };
        Self {
            centred: [centred.clone(), centred.iter().map(|c| c * c).collect()],
            crowded: std::array::from_fn(|b| rows(b) >= BIN_ROWS_MIN),
            is_probability: table.is_probability(),
            rows: table.count_of(&ALL) as f64,
            scores: table.scores.clone(),
        }
    }
}

/// The weights of one draw of a table.
#[derive(Clone, Default)]
pub(crate) struct Drawn {
    /// By label, then by place.
    labels: Vec<f64>,
    /// Of all labels by place.
    masses: Vec<f64>,
    total: f64,
}

impl Drawn {
    /// No weights on so many places.
    pub fn empty(places: usize) -> Self {
        Self {
            labels: vec![0.0; ALL.len() * places],
            masses: vec![0.0; places],
            total: 0.0,
        }
    }

    /// The table's own weights.
    pub fn of(table: &ScoreTable) -> Self {
        let labels = ALL.iter().flat_map(|&label| {
            let places = 0..table.places();
            places.map(move |at| table.mass(label, at))
        });
        let mut drawn = Self::empty(table.places());
        drawn.labels = labels.collect();
        drawn.settle();
        drawn
    }

    /// Takes a draw of the cells at these positions; all others are empty already.
    pub fn take(&mut self, at: &[usize], weights: &[f64]) {
        for (&at, &weight) in at.iter().zip(weights) {
            self.labels[at] = weight;
        }
        self.settle();
    }

    /// Takes the sum of several.
    pub fn take_sum(&mut self, parts: &[Self]) {
        self.labels.fill(0.0);
        for part in parts {
            for (sum, part) in self.labels.iter_mut().zip(&part.labels) {
                *sum += part;
            }
        }
        self.settle();
    }

    /// Takes what one leaves of all.
    pub fn take_rest(&mut self, all: &Self, one: &Self) {
        let pairs = all.labels.iter().zip(&one.labels);
        for (rest, (all, one)) in self.labels.iter_mut().zip(pairs) {
            *rest = (all - one).max(0.0);
        }
        self.settle();
    }

    fn settle(&mut self) {
        let places = self.masses.len();
        let (first, rest) = self.labels.split_at(places);
        let (second, third) = rest.split_at(places);
        let labels = first.iter().zip(second).zip(third);
        for (mass, ((a, b), c)) in self.masses.iter_mut().zip(labels) {
            *mass = a + b + c;
        }
        self.total = sum(&self.masses, |m| m);
    }

    /// By label, then by place.
    pub fn flat(&self) -> &[f64] {
        &self.labels
    }

    fn label(&self, label: usize) -> &[f64] {
        let places = self.masses.len();
        &self.labels[label * places..(label + 1) * places]
    }

    /// The corners of the ROC curve, as `between` has them; none without both classes.
    pub fn curve(&self, corners: &mut Vec<(f64, f64)>) {
        corners.clear();
        let (positive, negative) = (self.label(POSITIVE), self.label(NEGATIVE));
        let (of_positive, of_negative) = (sum(positive, |w| w), sum(negative, |w| w));
        if of_positive <= 0.0 || of_negative <= 0.0 {
            return;
        }
        let (mut p, mut q) = (0.0, 0.0);
        let (up, right) = (1.0 / of_positive, 1.0 / of_negative);
        corners.push((0.0, 0.0));
        for (here, there) in positive.iter().zip(negative).rev() {
            if *here > 0.0 || *there > 0.0 {
                p += here;
                q += there;
                corners.push(((q * right).min(1.0), (p * up).min(1.0)));
            }
        }
        if let Some(last) = corners.last_mut() {
            *last = (1.0, 1.0);
        }
    }
}

/// The rough metrics of one draw.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rough {
    pub ks: f64,
    pub error: f64,
    pub error_equal_mass: f64,
    pub largest_error: f64,
    /// `W_b·|s̄_b − ȳ_b|` by bin of equal width.
    pub gaps: [f64; BINS],
    /// Labelled weight.
    pub weight: f64,
}

impl Rough {
    /// Of a draw of a table.
    pub fn of(frame: &Frame, fixed: &Fixed, drawn: &Drawn) -> Self {
        let (positive, negative) = (drawn.label(POSITIVE), drawn.label(NEGATIVE));
        let (of_positive, of_negative) = (sum(positive, |w| w), sum(negative, |w| w));
        let mut rough = Self {
            ks: f64::NAN,
            error: f64::NAN,
            error_equal_mass: f64::NAN,
            largest_error: f64::NAN,
            gaps: [f64::NAN; BINS],
            weight: of_positive + of_negative,
        };
        let asked = frame.asked;
        if asked.ks && of_positive > 0.0 && of_negative > 0.0 {
            rough.ks = largest_gap([positive, negative], [of_positive, of_negative]);
        }
        if rough.weight > 0.0 && fixed.is_probability {
            if asked.bins {
                rough.calibrate(frame, fixed, positive, negative);
            }
            if asked.equal_mass {
                rough.calibrate_equal_mass(fixed, positive, negative);
            }
        }
        rough
    }

    fn calibrate(&mut self, frame: &Frame, fixed: &Fixed, positive: &[f64], negative: &[f64]) {
        let excess = |places: Range<usize>| {
            let (p, q) = (&positive[places.clone()], &negative[places.clone()]);
            let scores = &fixed.scores[places];
            let weight = sum(p, |w| w) + sum(q, |w| w);
            (weight, dot(p, scores) + dot(q, scores) - sum(p, |w| w))
        };
        let mut total = 0.0;
        for (b, places) in frame.bins.iter().enumerate() {
            let (weight, excess) = excess(places.clone());
            let gap = excess.abs();
            self.gaps[b] = gap;
            total += gap;
            let more = self.largest_error.is_nan() || gap > self.largest_error * weight;
            if fixed.crowded[b] && weight > 0.0 && more {
                self.largest_error = gap / weight;
            }
        }
        self.error = total / self.weight;
    }

    fn calibrate_equal_mass(&mut self, fixed: &Fixed, positive: &[f64], negative: &[f64]) {
        let scale = BINS as f64 / (2.0 * self.weight);
        let (mut before, mut bin, mut excess, mut total) = (0.0, 0, 0.0_f64, 0.0);
        let places = positive.iter().zip(negative).zip(&fixed.scores);
        for ((p, q), score) in places {
            let here = p + q;
            let at = (((2.0 * before + here) * scale) as usize).min(BINS - 1);
            if at != bin {
                total += excess.abs();
                (bin, excess) = (at, 0.0);
            }
            excess += here * score - p;
            before += here;
        }
        self.error_equal_mass = (total + excess.abs()) / self.weight;
    }
}

/// The largest distance of two distribution functions over the places.
fn largest_gap([one, other]: [&[f64]; 2], [of_one, of_other]: [f64; 2]) -> f64 {
    let (a, b) = (1.0 / of_one, 1.0 / of_other);
    let (mut gap, mut most) = (0.0_f64, 0.0);
    for (x, y) in one.iter().zip(other) {
        gap += x * a - y * b;
        let away = gap.abs();
        most = if away > most { away } else { most };
    }
    most.min(1.0)
}

/// A table's draw beside another's, of all labels.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub frame: &'a Frame,
    pub fixed: [&'a Fixed; 2],
    pub drawn: [&'a Drawn; 2],
}

impl Pair<'_> {
    fn is_empty(&self) -> bool {
        self.drawn.iter().any(|drawn| drawn.total <= 0.0)
    }

    /// The largest distance of the distribution functions.
    pub fn ks_ordered(&self) -> f64 {
        let [one, other] = self.drawn;
        match self.is_empty() {
            true => f64::NAN,
            false => largest_gap([&one.masses, &other.masses], [one.total, other.total]),
        }
    }

    /// The area between the distribution functions.
    pub fn wasserstein_1(&self) -> f64 {
        if self.is_empty() {
            return f64::NAN;
        }
        let [one, other] = self.drawn;
        let (a, b) = (1.0 / one.total, 1.0 / other.total);
        let (mut gap, mut area) = (0.0_f64, 0.0);
        let masses = one.masses.iter().zip(&other.masses);
        for ((x, y), pair) in masses.zip(self.frame.scores.windows(2)) {
            gap += x * a - y * b;
            area += gap.abs() * (pair[1] - pair[0]);
        }
        area
    }

    /// The difference of mean scores in pooled standard deviations.
    pub fn cohen_d(&self) -> f64 {
        let [one, other] = self.fixed;
        if self.is_empty() || one.rows + other.rows < 3.0 {
            return f64::NAN;
        }
        let moments = [0, 1].map(|side| {
            let (fixed, drawn) = (self.fixed[side], self.drawn[side]);
            let [centred, squares] = &fixed.centred;
            let away = dot(&drawn.masses, centred) / drawn.total;
            let square = dot(&drawn.masses, squares) / drawn.total;
            let base = fixed.scores.first().map_or(0.0, |s| s - centred[0]);
            (base + away, (square - away * away).max(0.0))
        });
        let [(mean, variance), (other_mean, other_variance)] = moments;
        let spread = one.rows * variance + other.rows * other_variance;
        let pooled = (spread / (one.rows + other.rows - 2.0)).sqrt();
        match pooled > 0.0 {
            true => (mean - other_mean) / pooled,
            false => f64::NAN,
        }
    }
}

/// The area between two ROC curves.
pub(crate) fn abroca(one: &[(f64, f64)], other: &[(f64, f64)]) -> f64 {
    match one.is_empty() || other.is_empty() {
        true => f64::NAN,
        false => area_between(one, other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::grid::Grid;
    use super::super::table::{fixture, from_rows, plus};
    use super::super::{between, bins, ks};
    use super::*;

    /// On places of their own, scores have the values of the functions of tables.
    #[test]
    fn draws_are_worth_what_their_tables_are() {
        for seed in 0..30 {
            let rows = |s, n| fixture::random(s, n, 40, true);
            let tables =
                [(seed, 90), (seed + 100, 60)].map(|(seed, n)| from_rows(&rows(seed, n), true));
            let all = plus(&tables[0], &tables[1]);
            let grid = Grid::new(&tables, &all, None);
            assert!(grid.exact);
            let tables = tables.each_ref().map(|table| grid.onto(table));
            let asked = Asked {
                ks: true,
                bins: true,
                equal_mass: true,
            };
            let frame = Frame::of(&grid.onto(&all), asked);
            let fixed = tables.each_ref().map(|table| Fixed::of(&frame, table));
            let drawn = tables.each_ref().map(Drawn::of);
            let near = |found: f64, value: crate::disparity::Value, what: &str| {
                let value = value.unwrap_or(f64::NAN);
                let same = (found - value).abs() < 1e-12 || (found.is_nan() && value.is_nan());
                assert!(same, "{seed} {what}: {found} {value}");
            };
            for side in [0, 1] {
                let rough = Rough::of(&frame, &fixed[side], &drawn[side]);
                let table = &tables[side];
                near(rough.ks, ks::ks_statistic(table), "ks");
                near(
                    rough.error,
                    bins::expected_calibration_error(table, BINS),
                    "ece",
                );
                let equal_mass = bins::expected_calibration_error_equal_mass(table, BINS);
                near(rough.error_equal_mass, equal_mass, "equal mass");
                let largest = bins::maximum_calibration_error(table, BINS, BIN_ROWS_MIN);
                near(rough.largest_error, largest, "largest");
            }
            let pair = Pair {
                frame: &frame,
                fixed: fixed.each_ref(),
                drawn: drawn.each_ref(),
            };
            let [one, other] = &tables;
            near(pair.ks_ordered(), ks::ks_ordered(one, other), "ks between");
            near(
                pair.wasserstein_1(),
                ks::wasserstein_1(one, other),
                "wasserstein",
            );
            near(pair.cohen_d(), between::cohen_d(one, other), "cohen");
            let curves = drawn.each_ref().map(|drawn| {
                let mut corners = Vec::new();
                drawn.curve(&mut corners);
                corners
            });
            near(
                abroca(&curves[0], &curves[1]),
                between::abroca(one, other),
                "abroca",
            );
        }
    }

    #[test]
    fn what_is_left_of_all_is_the_sum_of_the_others() {
        let [a, b] = fixture::e3();
        let all = plus(&a, &b);
        let grid = Grid::new(&[a.clone(), b.clone()], &all, None);
        let [one, other] = [&a, &b].map(|table| Drawn::of(&grid.onto(table)));
        let mut sum = Drawn::empty(grid.onto(&all).places());
        sum.take_sum(&[one.clone(), other.clone()]);
        assert_eq!(sum.flat(), Drawn::of(&grid.onto(&all)).flat());
        let mut rest = Drawn::empty(one.masses.len());
        rest.take_rest(&sum, &one);
        assert_eq!(rest.flat(), other.flat());
    }
}
