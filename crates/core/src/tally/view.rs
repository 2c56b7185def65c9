//! Marginal and intersection views: the same cube by any subset of its attributes.

use std::collections::BTreeMap;

use super::run::ScoreSums;
use super::{Cell, Clusters, Tally};
use crate::block::outcome;
use crate::exact_sum::ExactSum;
use crate::label::{Attribute, GroupName, Label};

/// Sums over the rows of one group with one outcome, rounded once from their exact values.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sums {
    /// Rows.
    pub n: u64,
    /// Σw; `n` without weights.
    pub w1: f64,
    /// Σw²; `n` without weights.
    pub w2: f64,
    /// Rows with a score.
    pub scored: u64,
    /// Σw over scored rows.
    pub sw: f64,
    /// Σw² over scored rows.
    pub sw2: f64,
    /// Σw·s.
    pub ws: f64,
    /// Σw·s².
    pub wss: f64,
    /// Σw²·s.
    pub w2s: f64,
    /// Σw²·s².
    pub w2ss: f64,
}

impl Sums {
    /// Of no rows.
    pub const ZERO: Self = Self {
        n: 0,
        w1: 0.0,
        w2: 0.0,
        scored: 0,
        sw: 0.0,
        sw2: 0.0,
        ws: 0.0,
        wss: 0.0,
        w2s: 0.0,
        w2ss: 0.0,
    };

    /// Both sums together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            n: self.n + other.n,
            w1: self.w1 + other.w1,
            w2: self.w2 + other.w2,
            scored: self.scored + other.scored,
            sw: self.sw + other.sw,
            sw2: self.sw2 + other.sw2,
            ws: self.ws + other.ws,
            wss: self.wss + other.wss,
            w2s: self.w2s + other.w2s,
            w2ss: self.w2ss + other.w2ss,
        }
    }
}

/// A group of a view and its sums by outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupTotals {
    /// Its labels, in the view's order.
    pub name: GroupName,
    /// Sums by outcome.
    pub outcomes: [Sums; outcome::COUNT],
}

impl GroupTotals {
    /// Rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.outcomes.iter().map(|sums| sums.n).sum()
    }
}

/// The non-empty groups of a subset of the sensitive attributes.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// Which sensitive attributes, by position.
    pub axes: Vec<usize>,
    /// Their names.
    pub attributes: Vec<String>,
    /// Groups by label, missing last.
    pub groups: Vec<GroupTotals>,
}

impl View {
    /// The view's name in documents: attribute names joined by `*`.
    #[must_use]
    pub fn name(&self) -> String {
        self.attributes.join("*")
    }
}

/// A cell with its position among all and its codes of the sensitive attributes.
type Placed<'a> = (u32, &'a [u32], &'a Cell);

impl Tally {
    /// The groups of a subset of the attributes (all rows as one group if empty): positions among
    /// the sensitive ones, then the strata.
    ///
    /// Exact sums of cells are added exactly and rounded once.
    #[must_use]
    pub fn view(&self, axes: &[usize]) -> View {
        let groups = self
            .grouped(axes)
            .into_iter()
            .map(|(codes, cells)| GroupTotals {
                name: GroupName(self.labels_of(axes, &codes)),
                outcomes: std::array::from_fn(|o| totals(&cells, o)),
            })
            .collect();
        let attributes = axes
            .iter()
            .map(|&axis| self.attributes[axis].name.clone())
            .collect();
        View {
            axes: axes.to_vec(),
            attributes,
            groups,
        }
    }

    /// The clusters by the groups of [`Self::view`] of the same axes, whose positions take the
    /// places of the cells; `None` where no clusters are kept.
    #[must_use]
    pub fn clusters(&self, axes: &[usize]) -> Option<Clusters> {
        let clusters = self.clusters.as_ref()?;
        let of_cell = self.groups_of_cells(axes);
        Some(clusters.placed(|cell, outcome, _| Some((of_cell[cell as usize], outcome))))
    }

    /// The same by score too; `None` where the scores of clusters are not kept.
    #[must_use]
    pub fn scored_clusters(&self, axes: &[usize]) -> Option<Clusters> {
        let clusters = self.clusters.as_ref().filter(|c| c.has_scores())?;
        let of_cell = self.groups_of_cells(axes);
        Some(clusters.in_cells(|cell| of_cell.get(cell as usize).copied()))
    }

    /// Whether the scores of clusters are kept.
    #[must_use]
    pub fn clusters_have_scores(&self) -> bool {
        self.clusters.as_ref().is_some_and(Clusters::has_scores)
    }

    /// How many clusters the rows are of; `None` where no clusters are kept.
    #[must_use]
    pub fn cluster_count(&self) -> Option<u64> {
        self.clusters.as_ref().map(Clusters::count)
    }

    /// The position of each cell's group among those of [`Self::view`] of the same axes.
    fn groups_of_cells(&self, axes: &[usize]) -> Vec<u32> {
        let key = |codes: &[u32]| -> Vec<u32> { axes.iter().map(|&axis| codes[axis]).collect() };
        let mut groups: Vec<Vec<u32>> = self.cells.keys().map(|codes| key(codes)).collect();
        groups.sort_unstable();
        groups.dedup();
        self.cells
            .keys()
            .map(|codes| groups.partition_point(|group| *group < key(codes)) as u32)
            .collect()
    }

    /// The cube cut into its strata, in order: each a cube of the same sensitive attributes, with
    /// the levels that occur there. Without strata, the whole as one.
    #[must_use]
    pub fn by_stratum(&self) -> Vec<(GroupName, Self)> {
        let mut parts: BTreeMap<Vec<u32>, Vec<Placed<'_>>> = BTreeMap::new();
        for (position, (codes, cell)) in (0..).zip(&self.cells) {
            let (sensitive, strata) = codes.split_at(self.sensitive);
            parts
                .entry(strata.to_vec())
                .or_default()
                .push((position, sensitive, cell));
        }
        let axes: Vec<usize> = (self.sensitive..self.attributes.len()).collect();
        parts
            .into_iter()
            .map(|(strata, cells)| {
                let name = GroupName(self.labels_of(&axes, &strata));
                (name, self.part(&cells))
            })
            .collect()
    }

    /// The cube of some cells, by the sensitive attributes alone.
    fn part(&self, cells: &[Placed<'_>]) -> Self {
        let mut attributes = Vec::with_capacity(self.sensitive);
        let mut codes_of = Vec::with_capacity(self.sensitive);
        for (axis, attribute) in self.sensitive().iter().enumerate() {
            let mut used: Vec<u32> = cells.iter().map(|(_, codes, _)| codes[axis]).collect();
            used.sort_unstable();
            used.dedup();
            let labels = used
                .iter()
                .map(|&code| attribute.labels[code as usize].clone())
                .collect();
            attributes.push(Attribute {
                name: attribute.name.clone(),
                labels,
            });
            codes_of.push(used);
        }
        let renumbered = |codes: &[u32]| -> Box<[u32]> {
            let new = |(code, used): (&u32, &Vec<u32>)| used.partition_point(|u| u < code) as u32;
            codes.iter().zip(&codes_of).map(new).collect()
        };
        // Cells of a stratum ascend by their sensitive codes, renumbered or not.
        let clusters = self.clusters.as_ref().map(|clusters| {
            clusters.in_cells(|cell| {
                let at = cells.binary_search_by_key(&cell, |(position, ..)| *position);
                at.ok().map(|at| at as u32)
            })
        });
        Self {
            clusters,
            cells: cells
                .iter()
                .map(|(_, codes, cell)| (renumbered(codes), (*cell).clone()))
                .collect(),
            attributes,
            sensitive: self.sensitive,
            kept: self.kept,
            score_entries_max: self.score_entries_max,
            on_grid: self.on_grid,
        }
    }

    /// The cells of each group of a view.
    pub(super) fn grouped(&self, axes: &[usize]) -> BTreeMap<Vec<u32>, Vec<&Cell>> {
        let mut groups: BTreeMap<Vec<u32>, Vec<&Cell>> = BTreeMap::new();
        for (codes, cell) in &self.cells {
            let key = axes.iter().map(|&axis| codes[axis]).collect();
            groups.entry(key).or_default().push(cell);
        }
        groups
    }

    fn labels_of(&self, axes: &[usize], codes: &[u32]) -> Vec<Label> {
        axes.iter()
            .zip(codes)
            .map(|(&axis, &code)| self.attributes[axis].labels[code as usize].clone())
            .collect()
    }
}

/// The sums of one outcome over the cells of a group.
fn totals(cells: &[&Cell], outcome: usize) -> Sums {
    let n: u64 = cells.iter().map(|cell| cell.n[outcome]).sum();
    let mut out = Sums {
        n,
        w1: n as f64,
        w2: n as f64,
        ..Sums::default()
    };
    let outcome = outcome as u8;
    let mut weights: Option<[ExactSum; 2]> = None;
    let mut scores = ScoreSums::default();
    for cell in cells {
        if let Some([w, w2]) = cell.weights.get(&outcome) {
            let sums = weights.get_or_insert_default();
            sums[0].merge(w);
            sums[1].merge(w2);
        }
        if let Some(list) = cell.scores.get(&outcome) {
            scores.merge(&list.sums);
        }
    }
    if let Some([w, w2]) = weights {
        (out.w1, out.w2) = (w.value(), w2.value());
    }
    out.scored = scores.rows;
    (out.ws, out.wss) = (scores.ws.value(), scores.wss.value());
    match scores.weighted {
        None => {
            (out.sw, out.sw2) = (scores.rows as f64, scores.rows as f64);
            (out.w2s, out.w2ss) = (out.ws, out.wss);
        }
        Some(sums) => [out.sw, out.sw2, out.w2s, out.w2ss] = sums.map(|sum| sum.value()),
    }
    out
}
