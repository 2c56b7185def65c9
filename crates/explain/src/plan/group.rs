//! Cutting a tree into groups.

use super::BITS_MAX;
use crate::bins::{Bins, CodeSet};
use crate::model::{Leaf, Node, Split, Tree};

/// A condition on the code of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The column.
    pub column: u32,
    /// The codes that fulfil it.
    pub set: CodeSet,
    /// How many codes the column has.
    pub codes: usize,
}

/// What one feature must fulfil on the path to a leaf, in bits of the group's pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    /// The feature's place among the group's features.
    pub slot: u32,
    /// The bits that must be set.
    pub ones: u32,
    /// The bits that must not be set.
    pub zeros: u32,
    /// The share of the cover that its branches keep, multiplied along the path.
    pub share: f64,
}

impl Factor {
    /// Whether a pattern fulfils it.
    #[must_use]
    pub fn holds(&self, pattern: u32) -> bool {
        pattern & self.ones == self.ones && pattern & self.zeros == 0
    }
}

/// A condition, its feature and the share of the cover that its branches keep.
pub type DeepFactor = (Condition, u32, f64);

/// A leaf of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupLeaf {
    /// The leaf.
    pub leaf: Leaf,
    /// One entry per distinct feature on its path.
    pub factors: Vec<Factor>,
}

/// A subtree with one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The number of its tree.
    pub tree: u32,
    /// The bits of its pattern, at most [`BITS_MAX`].
    pub bits: Vec<Condition>,
    /// Its distinct features, in ascending order.
    pub features: Vec<u32>,
    /// Its leaves, from left to right.
    pub leaves: Vec<GroupLeaf>,
}

impl Group {
    /// The number of patterns.
    #[must_use]
    pub fn patterns(&self) -> usize {
        1 << self.bits.len()
    }
}

/// One merged condition of the path to a node.
#[derive(Clone, Debug)]
struct Step {
    feature: u32,
    column: u32,
    set: CodeSet,
    share: f64,
}

/// Walks a tree and cuts it into groups of at most `bits` bits.
pub(super) struct Cutter<'a> {
    number: u32,
    tree: &'a Tree,
    bins: &'a Bins,
    bits: usize,
    inner: Vec<u32>,
    /// Leaves with more distinct conditions than [`BITS_MAX`].
    pub(super) deep: Vec<(Leaf, Vec<DeepFactor>)>,
}

/// The number of splits below and at each node.
pub(super) fn inner_splits(tree: &Tree) -> Vec<u32> {
    let nodes = tree.nodes();
    let mut inner = vec![0_u32; nodes.len()];
    for (at, node) in nodes.iter().enumerate().rev() {
        if let Node::Split(s) = node {
            inner[at] = 1 + inner[s.left as usize] + inner[s.right as usize];
        }
    }
    inner
}

/// The share of a node's cover that goes to its left child and to its right child.
///
/// A node without cover passes half to each.
#[must_use]
pub fn shares(tree: &Tree, split: &Split) -> (f64, f64) {
    let cover = |at: u32| match &tree.nodes()[at as usize] {
        Node::Split(s) => s.cover,
        Node::Leaf(l) => l.cover,
    };
    if split.cover > 0.0 {
        (
            cover(split.left) / split.cover,
            cover(split.right) / split.cover,
        )
    } else {
        (0.5, 0.5)
    }
}

impl<'a> Cutter<'a> {
    pub(super) fn new(number: u32, tree: &'a Tree, bins: &'a Bins, bits: usize) -> Self {
        Self {
            number,
            tree,
            bins,
            bits: bits.min(BITS_MAX),
            inner: inner_splits(tree),
            deep: Vec::new(),
        }
    }

    fn codes(&self, column: u32) -> usize {
        self.bins.columns()[column as usize].codes()
    }

    /// The path after one more branch.
    fn step(&self, path: &[Step], split: &Split, left: bool) -> Vec<Step> {
        let (column, mut set) = self.bins.left(split);
        let codes = self.codes(column);
        let (to_left, to_right) = shares(self.tree, split);
        let mut share = to_left;
        if !left {
            set = set.complement(codes);
            share = to_right;
        }
        let mut path = path.to_vec();
        match path.iter_mut().find(|s| s.column == column) {
            Some(step) => {
                step.set = step.set.and(&set, codes);
                step.share *= share;
            }
            None => path.push(Step {
                feature: split.feature,
                column,
                set,
                share,
            }),
        }
        path
    }

    pub(super) fn cut(&mut self) -> Vec<Group> {
        let mut groups = Vec::new();
        let mut stack = vec![(0_u32, Vec::new())];
        while let Some((at, path)) = stack.pop() {
            let inner = self.inner[at as usize] as usize;
            match &self.tree.nodes()[at as usize] {
                Node::Split(split) if path.len() + inner > self.bits => {
                    stack.push((split.right, self.step(&path, split, false)));
                    stack.push((split.left, self.step(&path, split, true)));
                }
                Node::Leaf(leaf) if path.len() > BITS_MAX => {
                    let factors = path.iter().map(|s| (self.condition(s), s.feature, s.share));
                    self.deep.push((*leaf, factors.collect()));
                }
                // A leaf alone at the root adds to the base value and to no feature.
                Node::Leaf(_) if path.is_empty() => {}
                _ => groups.push(self.group(at, &path)),
            }
        }
        groups
    }

    fn condition(&self, step: &Step) -> Condition {
        Condition {
            column: step.column,
            set: step.set.clone(),
            codes: self.codes(step.column),
        }
    }

    /// The group of the subtree at a node.
    fn group(&self, root: u32, path: &[Step]) -> Group {
        let mut bits: Vec<Condition> = path.iter().map(|s| self.condition(s)).collect();
        let prefix: Vec<Raw> = path
            .iter()
            .enumerate()
            .map(|(bit, s)| Raw {
                feature: s.feature,
                ones: 1 << bit,
                zeros: 0,
                share: s.share,
            })
            .collect();
        let mut leaves = Vec::new();
        let mut stack = vec![(root, prefix)];
        while let Some((at, factors)) = stack.pop() {
            match &self.tree.nodes()[at as usize] {
                Node::Leaf(leaf) => leaves.push((*leaf, factors)),
                Node::Split(split) => {
                    let bit = 1_u32 << bits.len();
                    let (column, set) = self.bins.left(split);
                    bits.push(Condition {
                        column,
                        set,
                        codes: self.codes(column),
                    });
                    let (left, right) = shares(self.tree, split);
                    stack.push((split.right, with(&factors, split.feature, 0, bit, right)));
                    stack.push((split.left, with(&factors, split.feature, bit, 0, left)));
                }
            }
        }
        let mut features: Vec<u32> = leaves
            .iter()
            .flat_map(|(_, f)| f.iter().map(|r| r.feature))
            .collect();
        features.sort_unstable();
        features.dedup();
        let slot = |feature: u32| features.binary_search(&feature).unwrap_or(0) as u32;
        let leaves = leaves.into_iter().map(|(leaf, raw)| GroupLeaf {
            leaf,
            factors: merged(raw)
                .into_iter()
                .map(|r| Factor {
                    slot: slot(r.feature),
                    ones: r.ones,
                    zeros: r.zeros,
                    share: r.share,
                })
                .collect(),
        });
        Group {
            tree: self.number,
            bits,
            leaves: leaves.collect(),
            features,
        }
    }
}

/// A factor whose feature has no slot yet.
#[derive(Clone, Copy)]
struct Raw {
    feature: u32,
    ones: u32,
    zeros: u32,
    share: f64,
}

fn with(factors: &[Raw], feature: u32, ones: u32, zeros: u32, share: f64) -> Vec<Raw> {
    let mut factors = factors.to_vec();
    factors.push(Raw {
        feature,
        ones,
        zeros,
        share,
    });
    factors
}

/// One entry per feature: bits joined, shares multiplied, in the order of first sight.
fn merged(raw: Vec<Raw>) -> Vec<Raw> {
    let mut merged: Vec<Raw> = Vec::new();
    for r in raw {
        match merged.iter_mut().find(|m| m.feature == r.feature) {
            Some(m) => {
                m.ones |= r.ones;
                m.zeros |= r.zeros;
                m.share *= r.share;
            }
            None => merged.push(r),
        }
    }
    merged
}
