//! Linear models in leaves (`linear_tree`).

use super::lines::Block;
use super::wrong;
use crate::Result;
use crate::model::{LeafModel, RawNode, Tree};

/// The tree with the linear models of its leaves. `nodes` are those it was made of: splits, then leaves.
pub(super) fn with_models(
    tree: Tree,
    nodes: &[RawNode],
    block: &Block<'_>,
    splits: usize,
    features: usize,
) -> Result<Tree> {
    let leaves = nodes.len() - splits;
    let constants: Vec<f64> = block.list("leaf_const", leaves)?;
    let counts: Vec<usize> = block.list("num_features", leaves)?;
    let n = counts
        .iter()
        .try_fold(0_usize, |sum, c| sum.checked_add(*c));
    let n = n.ok_or_else(|| wrong("num_features", "the numbers are too large"))?;
    let terms: Vec<u32> = block.list("leaf_features", n)?;
    let coefficients: Vec<f64> = block.list("leaf_coeff", n)?;
    if constants
        .iter()
        .chain(&coefficients)
        .any(|c| !c.is_finite())
    {
        return Err(wrong("leaf_const, leaf_coeff", "a number is not finite"));
    }
    if let Some(feature) = terms.iter().find(|f| **f as usize >= features) {
        return Err(wrong(
            "leaf_features",
            format!("feature {feature}, but the model has {features}"),
        ));
    }
    let mut terms = terms.into_iter().zip(coefficients);
    let mut models: Vec<LeafModel> = constants
        .into_iter()
        .zip(counts)
        .map(|(constant, count)| LeafModel {
            constant,
            terms: terms.by_ref().take(count).collect(),
        })
        .collect();
    let in_order = order(nodes)
        .into_iter()
        .map(|node| std::mem::replace(&mut models[node - splits], EMPTY))
        .collect();
    Ok(tree.with_leaf_models(in_order))
}

const EMPTY: LeafModel = LeafModel {
    constant: 0.0,
    terms: Vec::new(),
};

/// The leaves in the order in which [`Tree::new`] meets them: left before right.
fn order(nodes: &[RawNode]) -> Vec<usize> {
    let mut leaves = Vec::new();
    let mut stack = vec![0];
    while let Some(at) = stack.pop() {
        match &nodes[at] {
            RawNode::Split(split) => stack.extend([split.right as usize, split.left as usize]),
            RawNode::Leaf(..) => leaves.push(at),
        }
    }
    leaves
}
