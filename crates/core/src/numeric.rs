//! Numeric outcomes and their predictions: exact sums per combination of levels.
//!
//! Every metric of errors that Waage knows is a function of six weighted sums over rows, and its
//! sampling variance one of eleven sums of products with squared weights. So a cell is seventeen
//! exact sums, whatever the rows, and cells merge to the last bit.
//!
//! Rows of one cluster depend on each other, and what replicates draw is all that a cluster holds. Its
//! sums of the terms are made once all rows are counted; until then its rows are kept.

mod clusters;

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use crate::block::Block;
use crate::exact_sum::ExactSum;
use crate::label::{GroupName, Label};

pub use clusters::{Held, TooManyRows};
use clusters::{Row, summed};

/// What is summed over rows with outcome `y` and prediction `p`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// 1.
    One,
    /// The error `p − y`.
    Error,
    /// `|p − y|`.
    Absolute,
    /// `(p − y)²`.
    Square,
    /// `y`.
    Outcome,
    /// `y²`.
    OutcomeSquare,
}

impl Term {
    /// Every term.
    pub const ALL: [Self; 6] = [
        Self::One,
        Self::Error,
        Self::Absolute,
        Self::Square,
        Self::Outcome,
        Self::OutcomeSquare,
    ];

    fn of(self, y: f64, p: f64) -> f64 {
        let error = p - y;
        match self {
            Self::One => 1.0,
            Self::Error => error,
            Self::Absolute => error.abs(),
            Self::Square => error * error,
            Self::Outcome => y,
            Self::OutcomeSquare => y * y,
        }
    }
}

/// Products of two terms whose sums variances are made of.
const PRODUCTS: [(Term, Term); 11] = [
    (Term::One, Term::One),
    (Term::One, Term::Error),
    (Term::One, Term::Absolute),
    (Term::One, Term::Square),
    (Term::One, Term::Outcome),
    (Term::One, Term::OutcomeSquare),
    (Term::Square, Term::Square),
    (Term::Square, Term::Outcome),
    (Term::Square, Term::OutcomeSquare),
    (Term::Outcome, Term::OutcomeSquare),
    (Term::OutcomeSquare, Term::OutcomeSquare),
];

/// The largest magnitude of outcomes and predictions: their fourth powers stay finite.
pub const MAGNITUDE_MAX: f64 = 1e30;

/// How many terms there are.
pub const TERMS: usize = Term::ALL.len();

/// Sums of one set of rows, rounded once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Rows.
    pub rows: u64,
    /// Σw of each term.
    sums: [f64; TERMS],
    /// Σw² of each product.
    products: [f64; PRODUCTS.len()],
}

impl Moments {
    /// Of rows of which these sums alone are known.
    #[must_use]
    pub const fn of_sums(rows: u64, sums: [f64; TERMS]) -> Self {
        Self {
            rows,
            sums,
            products: [0.0; PRODUCTS.len()],
        }
    }

    /// Σw·x of a term.
    #[must_use]
    pub const fn sum(&self, term: Term) -> f64 {
        self.sums[term as usize]
    }

    /// Σw²·x₁·x₂ of two terms; `None` of those whose products are not summed.
    #[must_use]
    pub fn product(&self, one: Term, other: Term) -> Option<f64> {
        let (one, other) = match (one, other) {
            // Squares of an error and of an outcome are terms of their own.
            (Term::Error, Term::Error) | (Term::Absolute, Term::Absolute) => {
                (Term::One, Term::Square)
            }
            (Term::Outcome, Term::Outcome) => (Term::One, Term::OutcomeSquare),
            pair => pair,
        };
        let at = PRODUCTS
            .iter()
            .position(|pair| *pair == (one, other) || *pair == (other, one))?;
        Some(self.products[at])
    }

    /// The sums of both sets of rows.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            sums: std::array::from_fn(|i| self.sums[i] + other.sums[i]),
            products: std::array::from_fn(|i| self.products[i] + other.products[i]),
        }
    }
}

/// Exact sums of one combination.
#[derive(Clone, Debug, Default, PartialEq)]
struct Cell {
    rows: u64,
    sums: [ExactSum; TERMS],
    products: [ExactSum; PRODUCTS.len()],
}

impl Cell {
    fn add(&mut self, y: f64, p: f64, weight: f64) {
        self.rows += 1;
        let terms = Term::ALL.map(|term| term.of(y, p));
        for (sum, term) in self.sums.iter_mut().zip(terms) {
            sum.add(weight * term);
        }
        let square = weight * weight;
        for (sum, (a, b)) in self.products.iter_mut().zip(PRODUCTS) {
            sum.add(square * (terms[a as usize] * terms[b as usize]));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        let sums = self.sums.iter_mut().chain(&mut self.products);
        for (mine, theirs) in sums.zip(other.sums.iter().chain(&other.products)) {
            mine.merge(theirs);
        }
    }

    fn moments(&self) -> Moments {
        Moments {
            rows: self.rows,
            sums: self.sums.each_ref().map(ExactSum::value),
            products: self.products.each_ref().map(ExactSum::value),
        }
    }
}

/// Sums under construction: one per thread, merged by [`Builder::merge`].
#[derive(Clone, Debug)]
pub struct Builder {
    cells_max: usize,
    position: HashMap<Box<[u32]>, u32>,
    cells: Vec<Cell>,
    key: Vec<u32>,
    /// Rows without an outcome, and rows without a prediction.
    missing: [u64; 2],
    /// The rows of clusters, as long as they are no more than the limit; `None` without clusters.
    rows: Option<Vec<Row>>,
    rows_max: usize,
}

impl Builder {
    /// Bytes that a row of a cluster takes.
    pub const BYTES_PER_ROW: usize = size_of::<Row>();

    /// No rows; combinations beyond `cells_max` are not counted, for whoever counts beside this tells
    /// of them.
    #[must_use]
    pub fn new(cells_max: usize) -> Self {
        Self {
            cells_max,
            position: HashMap::new(),
            cells: Vec::new(),
            key: Vec::new(),
            missing: [0; 2],
            rows: None,
            rows_max: 0,
        }
    }

    /// The same, to keep at most so many rows by their clusters.
    #[must_use]
    pub fn of_clusters(mut self, rows_max: usize) -> Self {
        (self.rows, self.rows_max) = (Some(Vec::new()), rows_max);
        self
    }

    /// Sums the rows of a block that have an outcome and a prediction.
    pub fn add(&mut self, block: &Block<'_>) {
        let (Some(outcomes), Some(predictions)) = (block.targets, block.scores) else {
            return;
        };
        for row in 0..block.len {
            let (y, p) = (outcomes[row], predictions[row]);
            if y.is_nan() || p.is_nan() {
                self.missing[0] += u64::from(y.is_nan());
                self.missing[1] += u64::from(p.is_nan());
                continue;
            }
            let mut key = std::mem::take(&mut self.key);
            key.clear();
            let codes = block.axes.iter();
            key.extend(codes.map(|axis| axis.table[axis.keys[row] as usize]));
            let cell = self.cell(&key);
            self.key = key;
            let Some(cell) = cell else {
                continue;
            };
            let weight = block.weights.map_or(1.0, |weights| weights[row]);
            self.cells[cell as usize].add(y, p, weight);
            if let (Some(rows), Some(clusters)) = (&mut self.rows, block.clusters)
                && rows.len() <= self.rows_max
            {
                rows.push(Row {
                    cluster: clusters.keys[row],
                    cell,
                    y,
                    p,
                    weight,
                });
            }
        }
    }

    /// The position of a combination; `None` of one too many.
    fn cell(&mut self, key: &[u32]) -> Option<u32> {
        if let Some(&cell) = self.position.get(key) {
            return Some(cell);
        }
        let cell = self.cells.len();
        (cell < self.cells_max).then(|| {
            self.cells.push(Cell::default());
            self.position.insert(key.into(), cell as u32);
            cell as u32
        })
    }

    /// Both together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        let mut places = vec![0; other.cells.len()];
        for (key, theirs) in other.position {
            let mine = match self.position.get(&key) {
                Some(&mine) => mine,
                None => {
                    let mine = self.cells.len() as u32;
                    self.cells.push(Cell::default());
                    self.position.insert(key, mine);
                    mine
                }
            };
            self.cells[mine as usize].merge(&other.cells[theirs as usize]);
            places[theirs as usize] = mine;
        }
        for (mine, theirs) in self.missing.iter_mut().zip(other.missing) {
            *mine += theirs;
        }
        if let (Some(rows), Some(others)) = (&mut self.rows, other.rows) {
            let room = (self.rows_max + 1).saturating_sub(rows.len());
            let moved = others.into_iter().take(room).map(|row| Row {
                cell: places[row.cell as usize],
                ..row
            });
            rows.extend(moved);
        }
        self
    }

    /// The finished sums, given the label of every level code of every attribute.
    ///
    /// # Errors
    /// [`TooManyRows`] of clusters.
    pub fn finish(self, labels: &[Vec<Label>]) -> Result<Numeric, TooManyRows> {
        let mut cells: BTreeMap<Vec<Label>, Cell> = BTreeMap::new();
        let mut names = vec![Vec::new(); self.cells.len()];
        for (codes, &at) in &self.position {
            let of_axis = codes.iter().zip(labels);
            let name = of_axis.map(|(code, labels)| labels[*code as usize].clone());
            let name: Vec<Label> = name.collect();
            let cell = cells.entry(name.clone()).or_default();
            cell.merge(&self.cells[at as usize]);
            names[at as usize] = name;
        }
        let [outcome_missing, prediction_missing] = self.missing;
        let rows = match self.rows {
            Some(rows) if rows.len() > self.rows_max => {
                return Err(TooManyRows {
                    limit: self.rows_max,
                });
            }
            rows => rows.map(|rows| placed(rows, &names, &cells)),
        };
        Ok(Numeric {
            clusters: rows.as_deref().map(summed),
            rows,
            cells,
            outcome_missing,
            prediction_missing,
        })
    }
}

/// Rows of combinations that have these names now, in their order.
fn placed(
    mut rows: Vec<Row>,
    names: &[Vec<Label>],
    cells: &BTreeMap<Vec<Label>, Cell>,
) -> Vec<Row> {
    let position: HashMap<&[Label], u32> = cells.keys().map(Vec::as_slice).zip(0..).collect();
    let places: Vec<u32> = names
        .iter()
        .map(|name| position.get(&**name).copied().unwrap_or_default())
        .collect();
    rows.par_iter_mut()
        .for_each(|row| row.cell = places[row.cell as usize]);
    rows.par_sort_unstable_by_key(Row::key);
    rows
}

/// Outcomes and predictions of all rows that have both, by combination of levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    cells: BTreeMap<Vec<Label>, Cell>,
    /// The rows of clusters in order; `None` where rows do not depend on each other.
    rows: Option<Vec<Row>>,
    /// Of each cluster what it holds.
    clusters: Option<Vec<Box<[Held]>>>,
    /// Rows without an outcome.
    pub outcome_missing: u64,
    /// Rows without a prediction.
    pub prediction_missing: u64,
}

impl Numeric {
    /// The groups of a subset of the attributes with rows, by label, missing last.
    #[must_use]
    pub fn groups(&self, axes: &[usize]) -> Vec<(GroupName, Moments)> {
        let mut groups: BTreeMap<Vec<Label>, Cell> = BTreeMap::new();
        for (labels, cell) in &self.cells {
            let name = axes.iter().map(|&axis| labels[axis].clone()).collect();
            groups.entry(name).or_default().merge(cell);
        }
        let told = groups.into_iter();
        told.map(|(name, cell)| (GroupName(name), cell.moments()))
            .collect()
    }

    /// The position of the group of every combination among those of [`Self::groups`] of the same
    /// attributes.
    #[must_use]
    pub fn positions(&self, axes: &[usize]) -> Vec<usize> {
        let name = |labels: &[Label]| -> Vec<Label> {
            axes.iter().map(|&axis| labels[axis].clone()).collect()
        };
        let mut groups: Vec<Vec<Label>> = self.cells.keys().map(|labels| name(labels)).collect();
        groups.sort_unstable();
        groups.dedup();
        let at = |labels: &Vec<Label>| groups.partition_point(|group| *group < name(labels));
        self.cells.keys().map(at).collect()
    }

    /// What each cluster holds, ascending by combination; `None` where rows do not depend on each
    /// other.
    #[must_use]
    pub fn clusters(&self) -> Option<&[Box<[Held]>]> {
        self.clusters.as_deref()
    }

    /// The same rows by the first so many attributes alone.
    #[must_use]
    pub fn over(&self, attributes: usize) -> Self {
        Self {
            outcome_missing: self.outcome_missing,
            prediction_missing: self.prediction_missing,
            ..self.renamed(|labels| Some(labels[..attributes].to_vec()))
        }
    }

    /// The rows whose labels from some attribute on are these, by the attributes before it.
    #[must_use]
    pub fn within(&self, attribute: usize, level: &GroupName) -> Self {
        self.renamed(|labels| {
            let (own, of_level) = labels.split_at(attribute);
            (of_level == level.0).then(|| own.to_vec())
        })
    }

    /// The rows of combinations that have a new name, by that.
    fn renamed(&self, name: impl Fn(&[Label]) -> Option<Vec<Label>>) -> Self {
        let names: Vec<Option<Vec<Label>>> = self.cells.keys().map(|labels| name(labels)).collect();
        let mut cells: BTreeMap<Vec<Label>, Cell> = BTreeMap::new();
        for (name, cell) in names.iter().zip(self.cells.values()) {
            if let Some(name) = name {
                cells.entry(name.clone()).or_default().merge(cell);
            }
        }
        let stays = |row: &&Row| names[row.cell as usize].is_some();
        let rows = self.rows.as_ref().map(|rows| {
            let kept = rows.iter().filter(stays).copied().collect();
            let names: Vec<Vec<Label>> = names
                .iter()
                .cloned()
                .map(Option::unwrap_or_default)
                .collect();
            placed(kept, &names, &cells)
        });
        Self {
            clusters: rows.as_deref().map(summed),
            rows,
            cells,
            outcome_missing: 0,
            prediction_missing: 0,
        }
    }

    /// Appends the sums as bytes: the same for the same rows.
    pub fn put(&self, out: &mut Vec<u8>) {
        for cell in self.cells.values() {
            out.extend_from_slice(&cell.rows.to_le_bytes());
            for sum in cell.sums.iter().chain(&cell.products) {
                sum.to_bytes(out);
            }
        }
        for held in self.clusters.iter().flatten() {
            out.extend_from_slice(&(held.len() as u64).to_le_bytes());
            for part in held {
                out.extend_from_slice(&u64::from(part.cell).to_le_bytes());
                out.extend_from_slice(&part.rows.to_le_bytes());
                for sum in part.sums {
                    out.extend_from_slice(&sum.to_bits().to_le_bytes());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{ClusterKey, Clustered, Codes};

    fn builder(rows: &[(i32, f64, f64)]) -> Builder {
        clustered(rows, 0, Builder::new(10))
    }

    /// Every two rows from the one numbered `first` on are one cluster.
    fn clustered(rows: &[(i32, f64, f64)], first: u64, mut builder: Builder) -> Builder {
        let clusters: Vec<ClusterKey> = (first..).take(rows.len()).map(|i| [7, i / 2]).collect();
        let keys: Vec<i32> = rows.iter().map(|row| row.0).collect();
        let outcomes: Vec<f64> = rows.iter().map(|row| row.1).collect();
        let predictions: Vec<f64> = rows.iter().map(|row| row.2).collect();
        builder.add(&Block {
            len: rows.len(),
            axes: &[Codes {
                keys: &keys,
                table: &[0, 1],
            }],
            outcomes: &vec![0; rows.len()],
            weights: None,
            scores: Some(&predictions),
            targets: Some(&outcomes),
            clusters: Some(Clustered {
                keys: &clusters,
                spans: [None; 2],
            }),
            propensities: None,
            members: &[],
        });
        builder
    }

    const ROWS: [(i32, f64, f64); 6] = [
        (0, 3.0, 2.5),
        (1, -0.5, 0.0),
        (0, 2.0, 2.0),
        (1, 7.0, 8.0),
        (1, f64::NAN, 1.0),
        (0, 1e16, 0.1),
    ];

    fn finished(builder: Builder) -> Numeric {
        let labels = ["b", "a"].map(Label::text).to_vec();
        builder.finish(&[labels]).expect("few rows")
    }

    #[test]
    fn whoever_sums_which_rows_makes_no_difference() {
        let whole = finished(builder(&ROWS));
        for cut in 0..ROWS.len() {
            let parts = builder(&ROWS[cut..]).merge(builder(&ROWS[..cut]));
            let found = finished(parts);
            assert_eq!(found, whole, "{cut}");
            let bytes = |numeric: &Numeric| {
                let mut out = Vec::new();
                numeric.put(&mut out);
                out
            };
            assert_eq!(bytes(&found), bytes(&whole));
        }
        assert_eq!(whole.outcome_missing, 1);
    }

    #[test]
    fn groups_are_told_by_label_with_their_sums() {
        let whole = finished(builder(&ROWS[..4]));
        let groups = whole.groups(&[0]);
        assert_eq!(groups[0].0.to_string(), "a");
        let a = &groups[0].1;
        assert_eq!(
            (a.rows, a.sum(Term::Error), a.sum(Term::Square)),
            (2, 1.5, 1.25)
        );
        assert_eq!(a.product(Term::Error, Term::Error), Some(1.25));
        assert_eq!(
            a.product(Term::OutcomeSquare, Term::Square),
            Some(49.0 + 0.0625)
        );
        assert_eq!(a.product(Term::Absolute, Term::Outcome), None);
        let all = &whole.groups(&[])[0].1;
        assert_eq!(*all, a.plus(&groups[1].1));
    }

    #[test]
    fn clusters_hold_the_same_whoever_counts_them() {
        let kept = |rows: &[(i32, f64, f64)], first: u64, rows_max: usize| {
            clustered(rows, first, Builder::new(10).of_clusters(rows_max))
        };
        let whole = finished(kept(&ROWS, 0, 5));
        for cut in 0..ROWS.len() {
            let (a, b) = (kept(&ROWS[..cut], 0, 5), kept(&ROWS[cut..], cut as u64, 5));
            assert_eq!(finished(a.clone().merge(b.clone())), whole, "{cut}");
            assert_eq!(finished(b.merge(a)), whole, "{cut}");
        }
        let clusters = whole.clusters().expect("kept");
        let held: Vec<(u32, u64)> = clusters
            .iter()
            .flatten()
            .map(|h| (h.cell, h.rows))
            .collect();
        // Of the three, two hold a row of either group, and one that of b alone.
        assert_eq!(held.len(), 5);
        assert_eq!(held.iter().map(|(_, rows)| rows).sum::<u64>(), 5);
        assert_eq!(whole.over(1), whole);
        assert_eq!(whole.over(0).clusters().map(<[_]>::len), Some(3));
        let within = whole.within(0, &GroupName(vec![Label::text("a")]));
        assert_eq!(within.clusters().map(<[_]>::len), Some(2));
        assert_eq!(within.groups(&[])[0].1, whole.groups(&[0])[0].1);
        let labels = ["b", "a"].map(Label::text).to_vec();
        let refused = kept(&ROWS, 0, 4).finish(&[labels]);
        assert_eq!(refused, Err(TooManyRows { limit: 4 }));
    }
}
