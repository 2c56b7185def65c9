//! Numeric outcomes and their predictions: exact sums per combination of levels.
//!
//! Every metric of errors that Waage knows is a function of six weighted sums over rows, and its
//! sampling variance one of eleven sums of products with squared weights. So a cell is seventeen
//! exact sums, whatever the rows, and cells merge to the last bit.

use std::collections::{BTreeMap, HashMap};

use crate::block::Block;
use crate::exact_sum::ExactSum;
use crate::label::{GroupName, Label};

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

/// Sums of one set of rows, rounded once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    /// Rows.
    pub rows: u64,
    /// Σw of each term.
    sums: [f64; Term::ALL.len()],
    /// Σw² of each product.
    products: [f64; PRODUCTS.len()],
}

impl Moments {
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
    sums: [ExactSum; Term::ALL.len()],
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
    cells: HashMap<Box<[u32]>, Cell>,
    key: Vec<u32>,
    /// Rows without an outcome, and rows without a prediction.
    missing: [u64; 2],
}

impl Builder {
    /// No rows; combinations beyond `cells_max` are not counted, for whoever counts beside this tells
    /// of them.
    #[must_use]
    pub fn new(cells_max: usize) -> Self {
        Self {
            cells_max,
            cells: HashMap::new(),
            key: Vec::new(),
            missing: [0; 2],
        }
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
            self.key.clear();
            let codes = block.axes.iter();
            self.key
                .extend(codes.map(|axis| axis.table[axis.keys[row] as usize]));
            let weight = block.weights.map_or(1.0, |weights| weights[row]);
            if let Some(cell) = self.cells.get_mut(self.key.as_slice()) {
                cell.add(y, p, weight);
            } else if self.cells.len() < self.cells_max {
                let cell = self.cells.entry(self.key.as_slice().into());
                cell.or_default().add(y, p, weight);
            }
        }
    }

    /// Both together.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (key, cell) in other.cells {
            self.cells.entry(key).or_default().merge(&cell);
        }
        for (mine, theirs) in self.missing.iter_mut().zip(other.missing) {
            *mine += theirs;
        }
        self
    }

    /// The finished sums, given the label of every level code of every attribute.
    #[must_use]
    pub fn finish(self, labels: &[Vec<Label>]) -> Numeric {
        let mut cells: BTreeMap<Vec<Label>, Cell> = BTreeMap::new();
        for (codes, cell) in self.cells {
            let of_axis = codes.iter().zip(labels);
            let name = of_axis.map(|(code, labels)| labels[*code as usize].clone());
            cells.entry(name.collect()).or_default().merge(&cell);
        }
        let [outcome_missing, prediction_missing] = self.missing;
        Numeric {
            cells,
            outcome_missing,
            prediction_missing,
        }
    }
}

/// Outcomes and predictions of all rows that have both, by combination of levels.
#[derive(Clone, Debug, PartialEq)]
pub struct Numeric {
    cells: BTreeMap<Vec<Label>, Cell>,
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

    /// Appends the sums as bytes: the same for the same rows.
    pub fn put(&self, out: &mut Vec<u8>) {
        for cell in self.cells.values() {
            out.extend_from_slice(&cell.rows.to_le_bytes());
            for sum in cell.sums.iter().chain(&cell.products) {
                sum.to_bytes(out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::Codes;

    fn builder(rows: &[(i32, f64, f64)]) -> Builder {
        let mut builder = Builder::new(10);
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
            clusters: None,
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
        builder.finish(&[["b", "a"].map(Label::text).to_vec()])
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
}
