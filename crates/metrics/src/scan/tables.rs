//! The finished counts of every combination of up to `depth` columns.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::label::Label;
use waage_core::tally::Sums;

use super::classes::Classes;
use super::clusters::Clusters;
use super::count::{project, strides};
use super::measure::Measure;
use crate::catalogue::Kind;

/// A column of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its levels, in order.
    pub labels: Vec<Label>,
}

/// Counts of every combination of levels of one set of columns.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Ascending.
    pub columns: Vec<usize>,
    /// Levels of each.
    pub sizes: Vec<usize>,
    /// Per combination, the last column fastest: per class.
    pub counts: Vec<u64>,
    /// Per combination: per class, per term.
    pub sums: Vec<i128>,
}

/// Every table of one to `depth` columns, canonical: levels in order, columns ascending.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The columns.
    pub columns: Vec<Column>,
    classes: Classes,
    /// 2 where classes stand once per half of the rows.
    halves: usize,
    pub(crate) tables: Vec<Table>,
    at: HashMap<Vec<usize>, usize>,
    total: (Vec<u64>, Vec<i128>),
    /// Whose rows they are; `None` where rows do not depend on each other.
    clusters: Option<Arc<Clusters>>,
}

impl Tables {
    pub(crate) fn empty(columns: Vec<Column>, classes: Classes, halves: usize) -> Self {
        Self {
            columns,
            classes,
            halves,
            tables: Vec::new(),
            at: HashMap::new(),
            total: (Vec::new(), Vec::new()),
            clusters: None,
        }
    }

    /// The same with the clusters of their rows, on which every test and interval then rests.
    #[must_use]
    pub fn of_clusters(self, clusters: Clusters) -> Self {
        Self {
            clusters: Some(Arc::new(clusters)),
            ..self
        }
    }

    /// The clusters of the rows, where they have some.
    #[must_use]
    pub fn clusters(&self) -> Option<&Clusters> {
        self.clusters.as_deref()
    }

    /// Classes of a cell.
    fn width(&self) -> usize {
        self.classes.len() * self.halves
    }

    /// Adds a counted table; `maps` give a code's place among the levels.
    pub(crate) fn insert(
        &mut self,
        columns: &[usize],
        capacities: &[usize],
        maps: &[&[usize]],
        classes: usize,
        counts: &[u64],
        sums: &[i128],
    ) {
        let sizes: Vec<usize> = columns
            .iter()
            .map(|c| self.columns[*c].labels.len())
            .collect();
        let (width, terms) = (self.width(), self.classes.terms());
        let steps = strides(&sizes);
        let cells: usize = sizes.iter().product();
        let mut table = Table {
            columns: columns.to_vec(),
            counts: vec![0; cells * width],
            sums: vec![0; cells * width * terms],
            sizes,
        };
        let per_class: usize = capacities.iter().product();
        let mut digits = vec![0; capacities.len()];
        for code in 0..per_class {
            let mut rest = code;
            for (digit, capacity) in digits.iter_mut().zip(capacities).rev() {
                (*digit, rest) = (rest % capacity, rest / capacity);
            }
            let mut cell = 0;
            let known = digits
                .iter()
                .zip(maps)
                .zip(&steps)
                .all(|((digit, map), step)| {
                    map.get(*digit)
                        .inspect(|place| cell += *place * step)
                        .is_some()
                });
            for class in (0..classes).filter(|_| known) {
                let from = class * per_class + code;
                let to = cell * width + class;
                table.counts[to] += counts[from];
                for term in 0..terms {
                    table.sums[to * terms + term] += sums[from * terms + term];
                }
            }
        }
        self.push(table);
    }

    fn push(&mut self, table: Table) {
        self.at.insert(table.columns.clone(), self.tables.len());
        self.tables.push(table);
    }

    /// Makes the smaller tables and the total from the largest, and puts them in order: by number
    /// of columns, then by columns.
    pub(crate) fn complete(&mut self, depth: usize) {
        let (width, terms) = (self.width(), self.classes.terms());
        for size in (1..depth).rev() {
            let larger: Vec<usize> = (0..self.tables.len())
                .filter(|at| self.tables[*at].columns.len() == size + 1)
                .collect();
            for at in larger {
                for left_out in 0..=size {
                    let mut columns = self.tables[at].columns.clone();
                    columns.remove(left_out);
                    if !self.at.contains_key(&columns) {
                        let table = self.tables[at].without(left_out, width, terms);
                        self.push(table);
                    }
                }
            }
        }
        self.total = match self.tables.iter().find(|table| table.columns.len() == 1) {
            Some(table) => {
                let all = table.without(0, width, terms);
                (all.counts, all.sums)
            }
            None => (vec![0; width], vec![0; width * terms]),
        };
        // A column of one level says nothing beside others: its tables would count twice.
        let sizes: Vec<usize> = self.columns.iter().map(|c| c.labels.len()).collect();
        self.tables
            .retain(|table| table.columns.iter().all(|column| sizes[*column] > 1));
        self.tables
            .sort_by(|a, b| (a.columns.len(), &a.columns).cmp(&(b.columns.len(), &b.columns)));
        self.at = self
            .tables
            .iter()
            .enumerate()
            .map(|(at, table)| (table.columns.clone(), at))
            .collect();
    }

    /// The tables of both halves of the rows.
    #[must_use]
    pub fn halves(&self) -> [Self; 2] {
        [0, 1].map(|half| {
            let (own, terms) = (self.classes.len(), self.classes.terms());
            let part = |counts: &[u64], sums: &[i128]| {
                let counts: Vec<u64> = counts
                    .chunks(own * self.halves)
                    .flat_map(|cell| cell.iter().skip(half * own).take(own).copied())
                    .collect();
                let sums: Vec<i128> = if terms == 0 {
                    Vec::new()
                } else {
                    sums.chunks(own * self.halves * terms)
                        .flat_map(|cell| {
                            let own = own * terms;
                            cell.iter().skip(half * own).take(own).copied()
                        })
                        .collect()
                };
                (counts, sums)
            };
            let mut tables = self.clone();
            for table in &mut tables.tables {
                (table.counts, table.sums) = part(&table.counts, &table.sums);
            }
            tables.total = part(&self.total.0, &self.total.1);
            tables.halves = 1;
            tables
        })
    }

    /// The table of a set of ascending columns.
    pub(crate) fn position(&self, columns: &[usize]) -> Option<usize> {
        self.at.get(columns).copied()
    }

    /// The rows of a table's cell.
    pub(crate) fn cell(&self, table: usize, cell: usize) -> Cell<'_> {
        let (width, terms) = (self.classes.len() * self.halves, self.classes.terms());
        let table = &self.tables[table];
        Cell {
            counts: &table.counts[cell * width..][..width],
            sums: &table.sums[cell * width * terms..][..width * terms],
        }
    }

    /// All rows.
    pub(crate) fn all(&self) -> Cell<'_> {
        Cell {
            counts: &self.total.0,
            sums: &self.total.1,
        }
    }

    /// The rows that meet conditions `(column, level)` on ascending columns.
    pub(crate) fn of(&self, conditions: &[(usize, usize)]) -> Option<Cell<'_>> {
        if conditions.is_empty() {
            return Some(self.all());
        }
        let columns: Vec<usize> = conditions.iter().map(|(column, _)| *column).collect();
        let table = self.position(&columns)?;
        let cell = conditions
            .iter()
            .zip(strides(&self.tables[table].sizes))
            .map(|((_, level), step)| level * step)
            .sum();
        Some(self.cell(table, cell))
    }

    /// The sums of a cell as metrics read them.
    pub(crate) fn sums(&self, counts: &[u64], sums: &[i128]) -> [Sums; outcome::COUNT] {
        self.classes.sums(counts, sums)
    }

    /// Rows that a metric of all rows rests on.
    #[must_use]
    pub fn support(&self, measure: &Measure) -> u64 {
        measure.of(self, &self.all()).support()
    }

    /// Columns whose every level settles a proportion: it is 0 or 1 there, and both occur.
    #[must_use]
    pub fn determining(&self, measure: &Measure) -> Vec<usize> {
        let single = |at: &usize| self.tables[*at].columns.len() == 1;
        (0..self.tables.len())
            .filter(single)
            .filter(|at| {
                let values: Vec<f64> = (0..self.tables[*at].sizes[0])
                    .map(|level| measure.of(self, &self.cell(*at, level)))
                    .filter(|stat| stat.hits().is_some())
                    .filter_map(|stat| stat.value())
                    .collect();
                let settled = values.iter().all(|value| *value == 0.0 || *value == 1.0);
                settled && values.contains(&0.0) && values.contains(&1.0)
            })
            .map(|at| self.tables[at].columns[0])
            .collect()
    }

    /// Whether rows have weights.
    pub(crate) fn weighted(&self) -> bool {
        self.classes.weighted()
    }

    /// Hits and trials that a row of each class adds to an unweighted proportion, and the trials
    /// that one row is; `None` for other metrics.
    pub(crate) fn units(&self, measure: &Measure) -> Option<(Vec<(u64, u64)>, u64)> {
        let Kind::Proportion { hit, miss, .. } = measure.metric.row().kind else {
            return None;
        };
        let of = self.classes.units(hit, miss, measure.tie);
        (!self.weighted()).then_some((of, measure.tie.tied))
    }

    /// Rows in all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.total.0.iter().sum()
    }

    /// Bytes that say everything the tables hold, the same for the same rows.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for column in &self.columns {
            let mut text = |text: &str| {
                out.extend((text.len() as u64).to_le_bytes());
                out.extend(text.as_bytes());
            };
            text(&column.name);
            for label in &column.labels {
                text(&format!("{label:?}"));
            }
        }
        let deepest = self.tables.last().map_or(0, |table| table.columns.len());
        for table in &self.tables {
            if table.columns.len() == deepest {
                table
                    .counts
                    .iter()
                    .for_each(|n| out.extend(n.to_le_bytes()));
                table
                    .sums
                    .iter()
                    .for_each(|sum| out.extend(sum.to_le_bytes()));
            }
        }
        out
    }
}

impl Table {
    /// The same rows without one of the columns.
    fn without(&self, left_out: usize, width: usize, terms: usize) -> Self {
        let (mut columns, mut sizes) = (self.columns.clone(), self.sizes.clone());
        columns.remove(left_out);
        sizes.remove(left_out);
        let mut steps = strides(&sizes);
        steps.insert(left_out, 0);
        let cells: usize = sizes.iter().product();
        let mut counts = vec![0; cells * width];
        let mut sums = vec![0; cells * width * terms];
        let all: Vec<usize> = (0..self.sizes.iter().product()).collect();
        project(&all, &self.sizes, &steps, 0, &mut |to, from: usize| {
            for class in 0..width {
                counts[to * width + class] += self.counts[from * width + class];
            }
            for term in 0..width * terms {
                sums[to * width * terms + term] += self.sums[from * width * terms + term];
            }
        });
        Self {
            columns,
            sizes,
            counts,
            sums,
        }
    }
}

/// The rows of one combination.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell<'a> {
    /// By class.
    pub counts: &'a [u64],
    /// By class and term.
    pub sums: &'a [i128],
}

impl Cell<'_> {
    /// Rows.
    pub fn rows(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The rows of this that are not in another, which lies within.
    pub fn minus(&self, within: &Self) -> (Vec<u64>, Vec<i128>) {
        (
            self.counts
                .iter()
                .zip(within.counts)
                .map(|(a, b)| a - b)
                .collect(),
            self.sums
                .iter()
                .zip(within.sums)
                .map(|(a, b)| a - b)
                .collect(),
        )
    }
}
