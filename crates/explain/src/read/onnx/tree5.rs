//! `TreeEnsemble` of ai.onnx.ml 5: inner nodes and leaves in lists of their own.

use super::attributes::{Attributes, malformed, same, same_lists};
use super::nodes::{Branch, Forest, Mode, RawTree, features, index};
use super::trees::not_a_sum;
use super::{Parts, link};
use crate::Result;
use crate::model::{FEATURES_MAX, OUTPUTS_MAX, RawNode};
use crate::read::limit;

const TRANSFORMS: &[&str] = &["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

pub fn parts(attributes: Attributes<'_>) -> Result<Parts> {
    let mut notes = Vec::new();
    let count = attributes.int("n_targets").unwrap_or(1);
    let outputs = index(count, OUTPUTS_MAX + 1, || "n_targets".to_owned())? as usize;
    if outputs == 0 {
        return Err(malformed("n_targets", "there must be at least one output"));
    }
    let lists = Lists::of(attributes, outputs)?;
    let roots = attributes.ints("tree_roots");
    let mut seen = vec![false; lists.features.len()];
    let trees = roots
        .iter()
        .enumerate()
        .map(|(number, root)| lists.tree(number, *root, &mut seen))
        .collect::<Result<Vec<_>>>()?;
    let factor = match attributes.int("aggregate_function").unwrap_or(1) {
        0 => 1.0 / trees.len().max(1) as f64,
        1 => 1.0,
        2 => return Err(not_a_sum("MIN")),
        3 => return Err(not_a_sum("MAX")),
        other => {
            return Err(malformed(
                "aggregate_function",
                format!("{other} is not from 0 to 3"),
            ));
        }
    };
    let transform = attributes.int("post_transform").unwrap_or(0);
    let at = index(transform, TRANSFORMS.len(), || "post_transform".to_owned())?;
    let link = link(TRANSFORMS[at as usize], &mut notes)?;
    Ok(Parts {
        base: vec![0.0; outputs],
        features: features(&trees),
        forest: Forest {
            trees,
            outputs,
            factor,
        },
        linear: None,
        link,
        notes,
    })
}

/// The attributes as lists; a child is an inner node or a leaf, by its flag.
struct Lists<'a> {
    features: &'a [i64],
    modes: Vec<Mode>,
    values: Vec<f64>,
    yes: &'a [i64],
    yes_leaf: &'a [i64],
    no: &'a [i64],
    no_leaf: &'a [i64],
    tracks: &'a [i64],
    /// The set of each node; empty but for `Member`.
    members: Vec<Vec<f64>>,
    outputs: Vec<u32>,
    weights: Vec<f64>,
}

impl<'a> Lists<'a> {
    fn of(attributes: Attributes<'a>, outputs: usize) -> Result<Self> {
        let needed = |name: &str| malformed(name, "it is missing");
        let numbers = |name: &'static str| {
            let found = attributes.tensor(name, |t| t.numbers())?;
            found.ok_or_else(|| needed(name))
        };
        let modes = attributes
            .tensor("nodes_modes", |t| t.small())?
            .ok_or_else(|| needed("nodes_modes"))?;
        let modes: Vec<Mode> = modes
            .iter()
            .enumerate()
            .map(|(node, mode)| {
                Mode::numbered(*mode).ok_or_else(|| {
                    malformed(
                        format!("nodes_modes, node {node}"),
                        format!("{mode} is not from 0 to 6"),
                    )
                })
            })
            .collect::<Result<_>>()?;
        let sets = attributes.tensor("membership_values", |t| t.numbers())?;
        let targets = attributes.ints("leaf_targetids");
        let lists = Self {
            features: attributes.ints("nodes_featureids"),
            members: members(&modes, &sets.unwrap_or_default())?,
            modes,
            values: numbers("nodes_splits")?,
            yes: attributes.ints("nodes_truenodeids"),
            yes_leaf: attributes.ints("nodes_trueleafs"),
            no: attributes.ints("nodes_falsenodeids"),
            no_leaf: attributes.ints("nodes_falseleafs"),
            tracks: attributes.ints("nodes_missing_value_tracks_true"),
            outputs: targets
                .iter()
                .enumerate()
                .map(|(leaf, k)| index(*k, outputs, || format!("leaf_targetids, leaf {leaf}")))
                .collect::<Result<_>>()?,
            weights: numbers("leaf_weights")?,
        };
        let n = lists.features.len();
        limit::nodes(n.saturating_mul(2))?;
        same_lists(
            &[
                ("nodes_modes", lists.modes.len()),
                ("nodes_splits", lists.values.len()),
                ("nodes_truenodeids", lists.yes.len()),
                ("nodes_trueleafs", lists.yes_leaf.len()),
                ("nodes_falsenodeids", lists.no.len()),
                ("nodes_falseleafs", lists.no_leaf.len()),
            ],
            lists.tracks.len(),
            n,
        )?;
        same("leaf_weights", lists.weights.len(), lists.outputs.len())?;
        Ok(lists)
    }

    /// The tree below a root; `seen` marks the inner nodes of all trees, each of which has one parent.
    fn tree(&self, number: usize, root: i64, seen: &mut [bool]) -> Result<RawTree> {
        let name = format!("tree {number}");
        let root = index(root, self.features.len(), || {
            format!("tree_roots[{number}]")
        })?;
        let mut tree = RawTree {
            name,
            nodes: Vec::new(),
            leaves: Vec::new(),
            weights: Vec::new(),
            root: 0,
            reached: 0,
        };
        if let Some(leaf) = self.only_leaf(root as usize) {
            Self::first_time(number, root as usize, seen)?;
            self.push_leaf(&mut tree, leaf)?;
            tree.reached = 1;
            return Ok(tree);
        }
        // Inner node of the file, and the parent whose true or false branch it is.
        let mut waiting = vec![(i64::from(root), false, None::<(usize, bool)>)];
        let mut branches: Vec<(usize, u32, u32)> = Vec::new();
        while let Some((at, leaf, parent)) = waiting.pop() {
            let place = tree.nodes.len() as u32;
            if let Some((parent, yes)) = parent {
                let (_, to_yes, to_no) = &mut branches[parent];
                *(if yes { to_yes } else { to_no }) = place;
            }
            if leaf {
                self.push_leaf(&mut tree, at)?;
                continue;
            }
            let at = index(at, self.features.len(), || {
                format!("tree {number}, a child")
            })? as usize;
            Self::first_time(number, at, seen)?;
            let own = Some((branches.len(), true));
            waiting.push((self.yes[at], self.yes_leaf[at] != 0, own));
            let own = Some((branches.len(), false));
            waiting.push((self.no[at], self.no_leaf[at] != 0, own));
            branches.push((at, 0, 0));
            // Its place; the split follows when its children have theirs.
            tree.nodes.push(RawNode::Leaf(Vec::new(), 0.0));
            tree.leaves.push(None);
        }
        tree.reached = tree.nodes.len();
        let mut branches = branches.into_iter();
        for (node, leaf) in tree.nodes.iter_mut().zip(&tree.leaves) {
            if leaf.is_none()
                && let Some((at, yes, no)) = branches.next()
            {
                *node = self.split(number, at, yes, no)?;
            }
        }
        Ok(tree)
    }

    fn first_time(number: usize, at: usize, seen: &mut [bool]) -> Result<()> {
        if std::mem::replace(&mut seen[at], true) {
            return Err(malformed(
                format!("tree {number}, node {at}"),
                "it is reached twice: nodes must form trees",
            ));
        }
        Ok(())
    }

    fn split(&self, number: usize, at: usize, yes: u32, no: u32) -> Result<RawNode> {
        let place = || format!("tree {number}, node {at}");
        let branch = Branch {
            feature: index(self.features[at], FEATURES_MAX, || {
                format!("{}, nodes_featureids", place())
            })?,
            mode: self.modes[at],
            value: self.values[at],
            members: &self.members[at],
            tracks_true: self.tracks.get(at).is_some_and(|t| *t != 0),
            yes,
            no,
        };
        branch.split(place)
    }

    /// The leaf of a tree that has no other: both branches of its root name it.
    fn only_leaf(&self, root: usize) -> Option<i64> {
        let both = self.yes_leaf[root] != 0 && self.no_leaf[root] != 0;
        (both && self.yes[root] == self.no[root]).then_some(self.yes[root])
    }

    fn push_leaf(&self, tree: &mut RawTree, leaf: i64) -> Result<()> {
        let place = || format!("{}, a leaf", tree.name);
        let at = index(leaf, self.outputs.len(), place)? as usize;
        let start = tree.weights.len();
        tree.weights.push((self.outputs[at], self.weights[at]));
        tree.nodes.push(RawNode::Leaf(Vec::new(), 0.0));
        tree.leaves.push(Some(start..start + 1));
        Ok(())
    }
}

/// The sets of `Member` nodes, which stand one after another with NaN between them.
fn members(modes: &[Mode], values: &[f64]) -> Result<Vec<Vec<f64>>> {
    let mut sets = values.split(|v| v.is_nan());
    let mut found = vec![Vec::new(); modes.len()];
    for (node, (mode, set)) in modes.iter().zip(&mut found).enumerate() {
        if *mode == Mode::Member {
            *set = sets
                .next()
                .filter(|s| !s.is_empty())
                .ok_or_else(|| {
                    malformed(
                        format!("membership_values, node {node}"),
                        "the set of the node is missing or empty",
                    )
                })?
                .to_vec();
        }
    }
    Ok(found)
}
