//! Symmetric and other trees as ordinary ones.

use super::file::{Branch, File, Oblivious, Split, SplitKind};
use super::{FORMAT, Inputs, test};
use crate::model::{Output, RawNode, Tree, hang};
use crate::read::limit;
use crate::{Error, Result};

/// The deepest symmetric tree; CatBoost itself allows 16.
const OBLIVIOUS_DEPTH_MAX: usize = 16;

pub struct Forest {
    pub trees: Vec<Tree>,
    pub outputs: usize,
    /// Whether every leaf has a weight.
    pub covers: bool,
}

/// All trees; `biases` is the number of biases, which is that of outputs unless it is 1.
pub fn forest(file: &File, inputs: &Inputs, biases: usize) -> Result<Forest> {
    let mut raws = Vec::new();
    let mut covers = true;
    let mut count = 0;
    match (&file.oblivious_trees, &file.trees) {
        (Some(trees), None) => {
            for (number, tree) in trees.iter().enumerate() {
                covers &= tree.leaf_weights.is_some();
                raws.push(oblivious(tree, number, inputs)?);
                add(&mut count, &raws)?;
            }
        }
        (None, Some(trees)) => {
            for (number, tree) in trees.iter().enumerate() {
                raws.push(branches(tree, number, inputs, &mut covers)?);
                add(&mut count, &raws)?;
            }
        }
        _ => {
            return Err(Error::malformed(
                FORMAT,
                "the top level",
                "it must hold one of oblivious_trees and trees",
            ));
        }
    }
    let width = raws.iter().flatten().find_map(|node| match node {
        RawNode::Leaf(values, _) => Some(values.len()),
        RawNode::Split(_) => None,
    });
    let outputs = width.unwrap_or(biases);
    if outputs == 0 || (biases != 1 && biases != outputs) {
        return Err(Error::malformed(
            FORMAT,
            "scale_and_bias",
            format!("it holds {biases} biases, but leaves hold {outputs} values"),
        ));
    }
    let output = if outputs == 1 {
        Output::One(0)
    } else {
        Output::All
    };
    let features = inputs.features.len();
    let trees = raws
        .iter()
        .enumerate()
        .map(|(number, raw)| {
            Tree::new(raw, 0, output, outputs, features)
                .map_err(|e| Error::malformed(FORMAT, format!("tree {number}"), e.to_string()))
        })
        .collect::<Result<_>>()?;
    Ok(Forest {
        trees,
        outputs,
        covers,
    })
}

fn add(count: &mut usize, raws: &[Vec<RawNode>]) -> Result<()> {
    *count += raws.last().map_or(0, Vec::len);
    limit::nodes(*count)
}

/// A complete tree in heap order: the root asks the last split, so leaves stand in their order.
fn oblivious(tree: &Oblivious, number: usize, inputs: &Inputs) -> Result<Vec<RawNode>> {
    let none = Vec::new();
    let splits = tree.splits.as_ref().unwrap_or(&none);
    let bad = |field: &str, what: String| {
        Err(Error::malformed(
            FORMAT,
            format!("tree {number}, {field}"),
            what,
        ))
    };
    let depth = splits.len();
    if depth > OBLIVIOUS_DEPTH_MAX {
        return bad(
            "splits",
            format!("there are {depth}, at most {OBLIVIOUS_DEPTH_MAX} are possible"),
        );
    }
    let leaves = 1_usize << depth;
    if tree.leaf_values.is_empty() || !tree.leaf_values.len().is_multiple_of(leaves) {
        return bad(
            "leaf_values",
            format!(
                "there are {}, a multiple of {leaves} is needed for {depth} splits",
                tree.leaf_values.len()
            ),
        );
    }
    let width = tree.leaf_values.len() / leaves;
    let weights = tree.leaf_weights.as_deref();
    if let Some(found) = weights.filter(|w| w.len() != leaves) {
        return bad(
            "leaf_weights",
            format!("there are {}, {leaves} are needed", found.len()),
        );
    }
    let mut tests = Vec::with_capacity(depth);
    for (bit, split) in splits.iter().enumerate() {
        let place = || format!("tree {number}, splits[{bit}]");
        tests.push(checked(split, place, inputs)?);
    }
    let mut nodes = Vec::with_capacity(2 * leaves - 1);
    for (level, test) in tests.iter().rev().enumerate() {
        for _ in 0..1_usize << level {
            let mut split = test.clone();
            split.left = 2 * nodes.len() as u32 + 1;
            split.right = split.left + 1;
            nodes.push(RawNode::Split(split));
        }
    }
    for (leaf, values) in tree.leaf_values.chunks_exact(width).enumerate() {
        let cover = weights.map_or(0.0, |w| w[leaf]);
        nodes.push(RawNode::Leaf(values.to_vec(), cover));
    }
    sum_covers(&mut nodes);
    Ok(nodes)
}

/// Gives each split the sum of its children's covers; children stand behind their parents.
fn sum_covers(nodes: &mut [RawNode]) {
    for at in (0..nodes.len()).rev() {
        let RawNode::Split(split) = &nodes[at] else {
            continue;
        };
        let cover = cover(&nodes[split.left as usize]) + cover(&nodes[split.right as usize]);
        if let RawNode::Split(split) = &mut nodes[at] {
            split.cover = cover;
        }
    }
}

fn cover(node: &RawNode) -> f64 {
    match node {
        RawNode::Split(split) => split.cover,
        RawNode::Leaf(_, cover) => *cover,
    }
}

/// A nested tree as a list; parents come first. The JSON reader bounds how deep it nests.
fn branches(
    root: &Branch,
    number: usize,
    inputs: &Inputs,
    covers: &mut bool,
) -> Result<Vec<RawNode>> {
    let mut nodes = Vec::new();
    let mut waiting = vec![(root, None::<(usize, bool)>)];
    while let Some((branch, parent)) = waiting.pop() {
        let at = nodes.len();
        hang(&mut nodes, parent, at);
        match (&branch.split, &branch.left, &branch.right, &branch.value) {
            (Some(split), Some(left), Some(right), None) => {
                let place = || format!("tree {number}, node {at}, split");
                nodes.push(RawNode::Split(checked(split, place, inputs)?));
                waiting.push((right, Some((at, false))));
                waiting.push((left, Some((at, true))));
            }
            (None, None, None, Some(value)) => {
                *covers &= branch.weight.is_some();
                nodes.push(RawNode::Leaf(
                    value.clone().into_vec(),
                    branch.weight.unwrap_or(0.0),
                ));
            }
            _ => {
                return Err(Error::malformed(
                    FORMAT,
                    format!("tree {number}, node {at}"),
                    "it must hold either split, left and right, or value",
                ));
            }
        }
    }
    sum_covers(&mut nodes);
    Ok(nodes)
}

fn checked(
    split: &Split,
    place: impl FnOnce() -> String,
    inputs: &Inputs,
) -> Result<crate::model::Split> {
    if matches!(split.split_type, SplitKind::OnlineCtr) {
        return Err(Error::unsupported(
            format!(
                "CatBoost JSON model, {}: it is a target statistic (OnlineCtr), which depends on training rows",
                place()
            ),
            "train with one_hot_max_size of at least the number of categories, or encode categories before",
        ));
    }
    test(split, inputs).map_err(|what| Error::malformed(FORMAT, place(), what))
}
