//! Few rows: every leaf by quadrature, without tables.
//!
//! Tables pay off over many rows. For a few, the leaves of each tree are visited once per row with
//! the flags and shares of their paths, merged by feature.

use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::model::{CategoryRule, Ensemble, InputCast, Leaf, Node, Output, Tree};
use crate::plan::shares;
use crate::quadrature::{Rule, leaf};

/// Rows up to which this is quicker than tables.
pub const ROWS_MAX: u64 = 64;

/// The path to a leaf: its distinct features, with what the row fulfils and the share of the cover.
type Path = (Vec<(bool, f64)>, Vec<u32>);

/// One leaf's attributions of one row: `(feature, φ per unit of the leaf's value)`.
struct Walk<'a> {
    tree: &'a Tree,
    row: &'a [f64],
    cast: InputCast,
    rule: CategoryRule,
}

impl Walk<'_> {
    /// Calls `take` with each leaf and its path.
    fn leaves(&self, mut take: impl FnMut(Leaf, &[(bool, f64)], &[u32])) {
        let mut stack: Vec<(u32, Path)> = vec![(0, Path::default())];
        while let Some((at, (factors, features))) = stack.pop() {
            match &self.tree.nodes()[at as usize] {
                Node::Leaf(leaf) => take(*leaf, &factors, &features),
                Node::Split(split) => {
                    let goes_left =
                        split.goes_left(self.row[split.feature as usize], self.cast, self.rule);
                    let (left, right) = shares(self.tree, split);
                    let mut child = |at: u32, follows: bool, share: f64, mut path: Path| {
                        match path.1.iter().position(|f| *f == split.feature) {
                            Some(known) => {
                                let (flag, q) = &mut path.0[known];
                                *flag &= follows;
                                *q *= share;
                            }
                            None => {
                                path.0.push((follows, share));
                                path.1.push(split.feature);
                            }
                        }
                        stack.push((at, path));
                    };
                    child(
                        split.right,
                        !goes_left,
                        right,
                        (factors.clone(), features.clone()),
                    );
                    child(split.left, goes_left, left, (factors, features));
                }
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
        .for_each(|(out, row)| {
            let mut room = Vec::new();
            for tree in &model.trees {
                let walk = Walk {
                    tree,
                    row,
                    cast: model.cast,
                    rule: model.category,
                };
                walk.leaves(|found, factors, path| {
                    let values = tree.leaf_values(found);
                    leaf(&rules[factors.len()], 1.0, factors, &mut room, |j, x| {
                        let at = path[j] as usize;
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
