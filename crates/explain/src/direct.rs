//! Few rows: every leaf by quadrature, without tables.
//!
//! Tables pay off over many rows. For a few, the leaves of each tree are visited once per row with
//! the flags and shares of their paths, merged by feature.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::model::{Ensemble, Leaf, Node, Output, Tree};
use crate::plan::shares;
use crate::quadrature::{Rule, leaf};

/// Rows up to which this is quicker than tables.
pub const ROWS_MAX: u64 = 64;

/// One branch of a path: its feature, whether the row follows it, the share of the cover it keeps.
#[derive(Clone, Copy)]
struct Branch {
    feature: u32,
    follows: bool,
    share: f64,
}

/// The distinct features of a path, with what the row fulfils and the share of the cover.
#[derive(Default)]
struct Merged {
    factors: Vec<(bool, f64)>,
    features: Vec<u32>,
}

impl Merged {
    fn set(&mut self, path: &[Branch]) {
        self.factors.clear();
        self.features.clear();
        for branch in path {
            match self.features.iter().position(|f| *f == branch.feature) {
                Some(known) => {
                    let (flag, share) = &mut self.factors[known];
                    *flag &= branch.follows;
                    *share *= branch.share;
                }
                None => {
                    self.features.push(branch.feature);
                    self.factors.push((branch.follows, branch.share));
                }
            }
        }
    }
}

/// Memory of one thread.
#[derive(Default)]
struct Room {
    /// Nodes to visit: their depth, and the branch that leads to them.
    stack: Vec<(u32, usize, Option<Branch>)>,
    path: Vec<Branch>,
    merged: Merged,
    products: Vec<f64>,
}

/// Calls `take` with each leaf of a tree and what a row makes of its path.
fn leaves(
    model: &Ensemble,
    tree: &Tree,
    row: &[f64],
    room: &mut Room,
    mut take: impl FnMut(Leaf, &Merged, &mut Vec<f64>),
) {
    room.stack.push((0, 0, None));
    while let Some((at, depth, branch)) = room.stack.pop() {
        room.path.truncate(depth.saturating_sub(1));
        room.path.extend(branch);
        match &tree.nodes()[at as usize] {
            Node::Leaf(leaf) => {
                room.merged.set(&room.path);
                take(*leaf, &room.merged, &mut room.products);
            }
            Node::Split(split) => {
                let feature = split.feature;
                let left = split.goes_left(row[feature as usize], model.cast, model.category);
                let (to_left, to_right) = shares(tree, split);
                let branch = |follows, share| {
                    Some(Branch {
                        feature,
                        follows,
                        share,
                    })
                };
                room.stack
                    .push((split.right, depth + 1, branch(!left, to_right)));
                room.stack
                    .push((split.left, depth + 1, branch(left, to_left)));
            }
        }
    }
}

/// A rule for every length that a path of the model may have.
pub fn rules(model: &Ensemble) -> Vec<Rule> {
    let deepest = model.trees.iter().map(depth).max().unwrap_or(0);
    (0..=deepest.min(model.features.len()))
        .map(Rule::for_factors)
        .collect()
}

/// The number of splits on the longest path.
fn depth(tree: &Tree) -> usize {
    let mut depths = vec![0; tree.nodes().len()];
    for (at, node) in tree.nodes().iter().enumerate() {
        if let Node::Split(split) = node {
            depths[split.left as usize] = depths[at] + 1;
            depths[split.right as usize] = depths[at] + 1;
        }
    }
    depths.into_iter().max().unwrap_or(0)
}

/// Path-dependent Shapley values of some rows, added to `out` (rows × outputs × features).
pub fn add(model: &Ensemble, rules: &[Rule], rows: ArrayView2<'_, f64>, out: &mut [f64]) {
    let features = model.features.len();
    let stride = features * model.outputs();
    let rows: Vec<Vec<f64>> = rows.outer_iter().map(|row| row.to_vec()).collect();
    out.par_chunks_mut(stride)
        .zip(&rows)
        .for_each_init(Room::default, |room, (out, row)| {
            for tree in &model.trees {
                leaves(model, tree, row, room, |found, merged, products| {
                    let values = tree.leaf_values(found);
                    let rule = &rules[merged.factors.len()];
                    leaf(rule, 1.0, &merged.factors, products, |j, x| {
                        let at = merged.features[j] as usize;
                        match tree.output() {
                            Output::One(k) => out[k as usize * features + at] += values[0] * x,
                            Output::All => {
                                for (k, v) in values.iter().enumerate() {
                                    out[k * features + at] += v * x;
                                }
                            }
                        }
                    });
                });
            }
        });
}
