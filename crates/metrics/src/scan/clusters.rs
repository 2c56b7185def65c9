//! Rows by cluster: how far the metric of a subgroup varies where rows of one person, or of one
//! household, depend on each other (FORMULAS §4.5).
//!
//! A table of counts does not tell whose rows they are, so the rows are kept, a few bytes each, and
//! the sums of every cluster within every subgroup are made from them. With the sums `A_c` of hits and
//! `B_c` of trials of cluster c, a metric `R = ΣA_c/ΣB_c` has the variance `Σ(A_c − R·B_c)²/(ΣB_c)²`
//! (linearised, m/(m − 1) times that of m clusters), and a subgroup and everybody else vary together
//! where clusters have rows in both.

use rayon::prelude::*;
use waage_core::block::{Block, ClusterKey};
use waage_core::estimate::DrawnClusters;
use waage_core::label::Label;
use waage_core::special::beta_inc;

use super::classes::Classes;
use super::count::strides;
use super::measure::{Apart, Measure, Stat};
use crate::catalogue::Kind;

/// Bytes that gathered rows may take.
const MEMORY_MAX: usize = 1 << 30;
/// Below this share of what is subtracted, a sum of squares is rounding.
const ROUNDING: f64 = 1e-12;

/// Gathers rows with their clusters; one per thread, merged by [`Gatherer::merge`].
///
/// Layout: per row a key, then the codes of its columns and its class, then weight and score where
/// the metric needs them.
pub struct Gatherer {
    columns: usize,
    halved: bool,
    classes: Classes,
    keys: Vec<ClusterKey>,
    codes: Vec<u8>,
    numbers: Vec<[f64; 2]>,
    full: bool,
    class: Vec<u16>,
}

impl Gatherer {
    /// No rows yet; `halved` as in [`Layout`](super::Layout).
    #[must_use]
    pub fn new(columns: usize, halved: bool, classes: Classes) -> Self {
        Self {
            columns,
            halved,
            classes,
            keys: Vec::new(),
            codes: Vec::new(),
            numbers: Vec::new(),
            full: false,
            class: Vec::new(),
        }
    }

    /// Rows that may be gathered.
    #[must_use]
    pub fn rows_max(&self) -> usize {
        let numbers = if self.has_numbers() { 16 } else { 0 };
        // Keys, codes and numbers, then their order and what is made of them.
        MEMORY_MAX / (16 + 2 * (self.columns + 1) + numbers + 4 + 16)
    }

    fn has_numbers(&self) -> bool {
        self.classes.terms() > 0
    }

    /// Gathers the rows of a block, which must have clusters.
    pub fn add(&mut self, block: &Block<'_>) {
        let Some(clusters) = block.clusters else {
            return;
        };
        if self.full {
            return;
        }
        self.class.resize(block.len, 0);
        self.classes.classify(block, 0, &mut self.class);
        if let (true, Some(half)) = (self.halved, block.axes.get(self.columns)) {
            for (class, key) in self.class.iter_mut().zip(half.keys) {
                *class += half.table[*key as usize] as u16 * self.classes.len() as u16;
            }
        }
        self.keys.extend_from_slice(clusters.keys);
        for (row, class) in self.class.iter().enumerate() {
            let axes = &block.axes[..self.columns];
            let code = |axis: &waage_core::block::Codes<'_>| axis.table[axis.keys[row] as usize];
            self.codes.extend(axes.iter().map(|axis| code(axis) as u8));
            self.codes.push(*class as u8);
        }
        if self.has_numbers() {
            let of = |row: usize| {
                let weight = block.weights.map_or(1.0, |weights| weights[row]);
                let score = block.scores.map_or(0.0, |scores| scores[row]);
                [weight, if score.is_nan() { 0.0 } else { score }]
            };
            self.numbers.extend((0..block.len).map(of));
        }
        self.limit();
    }

    /// Both together.
    #[must_use]
    pub fn merge(mut self, mut other: Self) -> Self {
        self.full |= other.full;
        self.keys.append(&mut other.keys);
        self.codes.append(&mut other.codes);
        self.numbers.append(&mut other.numbers);
        self.limit();
        self
    }

    fn limit(&mut self) {
        self.full |= self.keys.len() > self.rows_max();
        if self.full {
            (self.keys, self.codes, self.numbers) = (Vec::new(), Vec::new(), Vec::new());
        }
    }

    /// The rows in the order of their clusters, once for each of so many halves; `labels` are those of
    /// each code, per column. `None` when there were more than [`rows_max`](Self::rows_max).
    #[must_use]
    pub fn finish(
        mut self,
        labels: &[Vec<Label>],
        measure: &Measure,
        halves: usize,
    ) -> Option<Vec<Clusters>> {
        if self.full {
            return None;
        }
        let width = self.columns + 1;
        let places: Vec<Vec<u8>> = labels
            .iter()
            .take(self.columns)
            .map(|labels| {
                let mut sorted: Vec<&Label> = labels.iter().collect();
                sorted.sort();
                let place = |label| sorted.binary_search(&label).unwrap_or(0) as u8;
                labels.iter().map(place).collect()
            })
            .collect();
        for row in self.codes.chunks_exact_mut(width) {
            for (code, places) in row.iter_mut().zip(&places) {
                *code = places.get(usize::from(*code)).copied().unwrap_or(0);
            }
        }
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        let row = |at: u32| {
            let at = at as usize;
            let codes = &self.codes[at * width..][..width];
            let numbers = self.numbers.get(at).map(|n| n.map(f64::to_bits));
            (self.keys[at], codes, numbers)
        };
        // Equal rows are alike, so that any order of theirs is the same.
        order.par_sort_unstable_by(|a, b| row(*a).cmp(&row(*b)));
        let half = |half| self.half(&order, half, measure);
        Some((0..halves).map(half).collect())
    }

    fn half(&self, order: &[u32], half: usize, measure: &Measure) -> Clusters {
        let (width, own) = (self.columns + 1, self.classes.len());
        let units = match measure.metric.row().kind {
            Kind::Proportion { hit, miss, .. } => Some(self.classes.units(hit, miss, measure.tie)),
            _ => None,
        };
        let mut out = Clusters {
            ends: Vec::new(),
            levels: vec![Vec::new(); self.columns],
            sums: Vec::new(),
            totals: Vec::new(),
            centre: 0.0,
            all: Spread::default(),
        };
        let mut last = None;
        for &at in order {
            let at = at as usize;
            let codes = &self.codes[at * width..][..width];
            let class = usize::from(codes[self.columns]);
            if class / own != half {
                continue;
            }
            let [weight, score] = self.numbers.get(at).copied().unwrap_or([1.0, 0.0]);
            let sums = match &units {
                Some(units) => {
                    let (hits, trials) = units[class % own];
                    [weight * hits as f64, weight * trials as f64]
                }
                None if class % own == 1 => [weight * score, weight],
                None => [0.0, 0.0],
            };
            // A row that the metric does not rest on changes nothing.
            if sums[1] <= 0.0 {
                continue;
            }
            if last != Some(self.keys[at]) {
                if last.is_some() {
                    out.ends.push(out.sums.len());
                }
                last = Some(self.keys[at]);
            }
            for (levels, code) in out.levels.iter_mut().zip(codes) {
                levels.push(*code);
            }
            out.sums.push(sums);
        }
        if last.is_some() {
            out.ends.push(out.sums.len());
        }
        if units.is_none() {
            out.centre();
        }
        out.total();
        out
    }
}

/// The rows that a metric rests on, cluster by cluster.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// Where each cluster's rows end.
    ends: Vec<usize>,
    /// The level of each row, column by column.
    levels: Vec<Vec<u8>>,
    /// What each row adds to the numerator and to the denominator, in units of a tie's rows.
    sums: Vec<[f64; 2]>,
    /// The same of each cluster.
    totals: Vec<[f64; 2]>,
    /// What was subtracted from every score, so that squares of large scores lose nothing.
    centre: f64,
    /// Of all rows.
    all: Spread,
}

/// What the clusters tell of one subgroup: with A and B their sums within it, and T and U those of all
/// their rows, sums over clusters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Spread {
    /// ΣB.
    b: f64,
    /// ΣA², ΣAB, ΣB².
    squares: [f64; 3],
    /// ΣAT, ΣAU, ΣBT, ΣBU.
    crossed: [f64; 4],
    /// Clusters with a row in the subgroup that the metric rests on.
    clusters: u64,
    /// Those with no other such row.
    whole: u64,
}

impl Spread {
    fn add(&mut self, [a, b]: [f64; 2], [t, u]: [f64; 2]) {
        self.b += b;
        for (sum, term) in self.squares.iter_mut().zip([a * a, a * b, b * b]) {
            *sum += term;
        }
        for (sum, term) in self.crossed.iter_mut().zip([a * t, a * u, b * t, b * u]) {
            *sum += term;
        }
        self.clusters += 1;
        self.whole += u64::from(b >= u);
    }

    /// Everybody else, `all` being everybody.
    fn rest(&self, all: &Self) -> Self {
        let [aa, ab, bb] = self.squares;
        let [at, au, bt, bu] = self.crossed;
        let [tt, tu, uu] = all.squares;
        Self {
            b: all.b - self.b,
            squares: [tt - 2.0 * at + aa, tu - au - bt + ab, uu - 2.0 * bu + bb],
            crossed: [tt - at, tu - au, tu - bt, uu - bu],
            clusters: all.clusters - self.whole,
            whole: all.clusters - self.clusters,
        }
    }

    /// `Σ(A − r·B)²`.
    fn squared(&self, r: f64) -> f64 {
        let [aa, ab, bb] = self.squares;
        let found = aa - 2.0 * r * ab + r * r * bb;
        if found > ROUNDING * (aa + r * r * bb) {
            found
        } else {
            0.0
        }
    }

    /// `Σ(A − r·B)(A' − r'·B')` with everybody else's sums A' and B'.
    fn shared(&self, r: f64, other: f64) -> f64 {
        let [aa, ab, bb] = self.squares;
        let [at, au, bt, bu] = self.crossed;
        (at - aa) - other * (au - ab) - r * (bt - ab) + r * other * (bu - bb)
    }

    const fn drawn(&self) -> DrawnClusters {
        DrawnClusters {
            count: self.clusters,
            fewest: self.clusters,
        }
    }
}

impl Clusters {
    /// Clusters with a row that the metric rests on.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.ends.len() as u64
    }

    /// Hands on bytes that say everything, the same for the same rows.
    pub fn bytes(&self, mut take: impl FnMut(&[u8])) {
        self.ends
            .iter()
            .for_each(|end| take(&(*end as u64).to_le_bytes()));
        self.levels.iter().for_each(|levels| take(levels));
        let sums = self.sums.iter().flatten();
        sums.for_each(|sum| take(&sum.to_bits().to_le_bytes()));
    }

    fn centre(&mut self) {
        let [a, b] = self
            .sums
            .iter()
            .fold([0.0, 0.0], |[a, b], [x, y]| [a + x, b + y]);
        if b > 0.0 {
            self.centre = a / b;
            self.sums
                .iter_mut()
                .for_each(|[a, b]| *a -= *b * self.centre);
        }
    }

    fn total(&mut self) {
        let mut start = 0;
        for &end in &self.ends {
            let own = self.sums[start..end].iter();
            let total = own.fold([0.0, 0.0], |[a, b], [x, y]| [a + x, b + y]);
            self.totals.push(total);
            self.all.add(total, total);
            start = end;
        }
    }

    /// What the clusters tell of every combination of levels of some columns, the last one fastest.
    pub(crate) fn spreads(&self, columns: &[usize], sizes: &[usize]) -> Vec<Spread> {
        let cells: usize = sizes.iter().product();
        let steps = strides(sizes);
        let mut out = vec![Spread::default(); cells];
        let mut own = vec![[0.0; 2]; cells];
        let mut touched: Vec<usize> = Vec::new();
        let levels: Vec<&[u8]> = columns.iter().map(|c| self.levels[*c].as_slice()).collect();
        let mut start = 0;
        for (&end, total) in self.ends.iter().zip(&self.totals) {
            for row in start..end {
                let at = levels.iter().zip(&steps);
                let cell: usize = at
                    .map(|(levels, step)| usize::from(levels[row]) * step)
                    .sum();
                let [a, b] = self.sums[row];
                if own[cell][1] == 0.0 {
                    touched.push(cell);
                }
                own[cell][0] += a;
                own[cell][1] += b;
            }
            for cell in touched.drain(..) {
                out[cell].add(own[cell], *total);
                own[cell] = [0.0; 2];
            }
            start = end;
        }
        out
    }

    /// What they tell of the rows that meet conditions `(column, level)`.
    pub(crate) fn spread(&self, conditions: &[(usize, usize)]) -> Spread {
        let mut out = Spread::default();
        let mut start = 0;
        for (&end, total) in self.ends.iter().zip(&self.totals) {
            let meets = |row: &usize| {
                let mut each = conditions.iter();
                each.all(|(column, level)| usize::from(self.levels[*column][*row]) == *level)
            };
            let rows = (start..end).filter(meets).map(|row| self.sums[row]);
            let own = rows.fold([0.0, 0.0], |[a, b], [x, y]| [a + x, b + y]);
            if own[1] > 0.0 {
                out.add(own, *total);
            }
            start = end;
        }
        out
    }

    /// A metric on the scale of the sums.
    fn scaled(&self, stat: &Stat) -> Option<f64> {
        stat.value().map(|value| value - self.centre)
    }

    /// The metric of all rows, varying as its clusters do.
    pub(crate) fn everybody(&self, all: Stat) -> Stat {
        self.varying(all, &self.all)
    }

    /// The metric of some rows, varying as their clusters do.
    pub(crate) fn varying(&self, stat: Stat, spread: &Spread) -> Stat {
        match self.scaled(&stat) {
            Some(r) => {
                let variance = spread.squared(r) / (spread.b * spread.b);
                stat.varying(variance, spread.drawn())
            }
            None => stat,
        }
    }

    /// A subgroup and everybody else, varying together as their clusters do, and the test that they
    /// are alike: `t = d/√Var₀` with the variance of the difference d of their metrics if both were the
    /// metric of all rows, and one degree of freedom less than there are clusters on the side with
    /// fewer. Its p-value is never below that of the rows, which is exact where hits are rare.
    pub(crate) fn apart(&self, slice: Stat, rest: Stat, all: &Stat, spread: &Spread) -> Apart {
        let other = spread.rest(&self.all);
        let plain = slice.test(&rest);
        let sides = (self.scaled(&slice), self.scaled(&rest), self.scaled(all));
        let (Some(r), Some(r_other), Some(r_all)) = sides else {
            return Apart::new(slice, rest);
        };
        let (b, b_other) = (spread.b, other.b);
        let variances = |r: f64, r_other: f64| {
            let own = spread.squared(r) / (b * b);
            let others = other.squared(r_other) / (b_other * b_other);
            let shared = 2.0 * spread.shared(r, r_other) / (b * b_other);
            (own + others, (own + others - shared).max(0.0))
        };
        let fewest = spread.clusters.min(other.clusters);
        let m = self.all.clusters as f64;
        let (_, null) = variances(r_all, r_all);
        let tested = match (fewest, plain) {
            (0 | 1, _) | (_, None) => None,
            (_, Some((of_rows, name))) if null > 0.0 => {
                let d = r - r_other;
                let df = (fewest - 1) as f64;
                let t2 = d * d / (null * m / (m - 1.0));
                let p = beta_inc(df / 2.0, 0.5, df / (df + t2)).unwrap_or(1.0);
                Some(if p >= of_rows {
                    (p, "cluster_t")
                } else {
                    (of_rows, name)
                })
            }
            (_, Some(of_rows)) => Some(of_rows),
        };
        let (apart, together) = variances(r, r_other);
        let factor = match apart > 0.0 && together > 0.0 {
            true => apart / together,
            false => 1.0,
        };
        let slice = self.varying(slice, spread);
        let rest = self.varying(rest, &other);
        let drawn = DrawnClusters {
            count: self.all.clusters,
            fewest,
        };
        Apart {
            pair: Some([&slice, &rest].map(|stat| stat.surer(factor, drawn))),
            tested: Some(tested),
            slice,
            rest,
        }
    }
}
