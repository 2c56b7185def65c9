//! Nodes of ONNX trees in the internal form.

use super::attributes::malformed;
use crate::model::{CategoryRule, IdSet, Missing, Output, RawNode, Split, Test, Tree};
use crate::{Error, Result};

/// How a node compares; the true branch is taken when `x MODE value`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Leq,
    Lt,
    Gte,
    Gt,
    Eq,
    Neq,
    Member,
}

impl Mode {
    /// By the names of versions 1 and 3; `None` for a leaf.
    pub fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"BRANCH_LEQ" => Self::Leq,
            b"BRANCH_LT" => Self::Lt,
            b"BRANCH_GTE" => Self::Gte,
            b"BRANCH_GT" => Self::Gt,
            b"BRANCH_EQ" => Self::Eq,
            b"BRANCH_NEQ" => Self::Neq,
            _ => return None,
        })
    }

    /// By the numbers of version 5.
    pub fn numbered(number: i64) -> Option<Self> {
        let all = [
            Self::Leq,
            Self::Lt,
            Self::Gte,
            Self::Gt,
            Self::Eq,
            Self::Neq,
            Self::Member,
        ];
        usize::try_from(number)
            .ok()
            .and_then(|n| all.get(n).copied())
    }
}

/// A split before its children are known to be left or right.
#[derive(Clone, Copy)]
pub struct Branch<'a> {
    pub feature: u32,
    pub mode: Mode,
    pub value: f64,
    /// The values of a `Member` split.
    pub members: &'a [f64],
    /// Whether a missing value takes the true branch.
    pub tracks_true: bool,
    pub yes: u32,
    pub no: u32,
}

impl Branch<'_> {
    /// The split; `place` names it in errors. A comparison upward has its true branch on the right.
    pub fn split(&self, place: impl Fn() -> String) -> Result<RawNode> {
        let below = |or_equal| Test::Below {
            threshold: self.value,
            or_equal,
        };
        let (test, yes_left) = match self.mode {
            Mode::Leq => (below(true), true),
            Mode::Lt => (below(false), true),
            Mode::Gte => (below(false), false),
            Mode::Gt => (below(true), false),
            Mode::Eq => (Test::Equals(self.value), true),
            Mode::Neq => (Test::Equals(self.value), false),
            Mode::Member => (members(self.members, place)?, true),
        };
        // Missing is unequal to every number, so it takes NEQ's true branch in any case.
        let missing_yes = self.tracks_true || self.mode == Mode::Neq;
        let (left, right) = if yes_left {
            (self.yes, self.no)
        } else {
            (self.no, self.yes)
        };
        Ok(RawNode::Split(Split {
            feature: self.feature,
            test,
            missing: Missing::Left(missing_yes == yes_left),
            left,
            right,
            cover: 0.0,
        }))
    }
}

fn members(values: &[f64], place: impl Fn() -> String) -> Result<Test> {
    if let [one] = values {
        return Ok(Test::Equals(*one));
    }
    let ids: Option<Vec<u32>> = values.iter().map(|v| CategoryRule::Exact.id(*v)).collect();
    let ids = ids.ok_or_else(|| {
        Error::unsupported(
            format!(
                "ONNX model, {}: a set of values that are not whole numbers from 0 on",
                place()
            ),
            "number the categories from 0 on",
        )
    })?;
    Ok(Test::Category {
        listed: IdSet::new(ids),
        listed_left: true,
        known: None,
    })
}

/// The trees of an operator, their leaves with what they add to which outputs.
#[derive(Default)]
pub struct Forest {
    pub trees: Vec<RawTree>,
    pub outputs: usize,
    /// What leaves are multiplied with (1 / trees for an average).
    pub factor: f64,
}

/// One tree; leaves hold pairs of output and weight until it is finished.
pub struct RawTree {
    pub name: String,
    pub nodes: Vec<RawNode>,
    /// Per leaf node, where its weights stand in `weights`.
    pub leaves: Vec<Option<std::ops::Range<usize>>>,
    /// Output and weight.
    pub weights: Vec<(u32, f64)>,
    pub root: u32,
    /// How many nodes must be reached from the root.
    pub reached: usize,
}

impl Forest {
    /// The trees in the internal form.
    pub fn finish(self, features: usize) -> Result<Vec<Tree>> {
        let given: usize = self.trees.iter().map(|t| t.weights.len()).sum();
        // Leaves mostly name every output; a file that does not must not make us allocate at will.
        let most = given.saturating_mul(4).saturating_add(1 << 20);
        let mut dense = 0_usize;
        let mut found = Vec::with_capacity(self.trees.len());
        for mut tree in self.trees {
            let (output, width) = one_output(&tree, self.outputs);
            let leaves = tree.leaves.iter().flatten().count();
            dense = dense.saturating_add(leaves.saturating_mul(width));
            if dense > most {
                return Err(Error::TooLarge {
                    unit: "leaf values",
                    found: dense as u64,
                    limit: most as u64,
                });
            }
            for (node, range) in tree.nodes.iter_mut().zip(&tree.leaves) {
                let (RawNode::Leaf(values, _), Some(range)) = (node, range) else {
                    continue;
                };
                values.resize(width, 0.0);
                for (k, weight) in &tree.weights[range.clone()] {
                    values[if width == 1 { 0 } else { *k as usize }] += weight * self.factor;
                }
            }
            let done = Tree::new(&tree.nodes, tree.root, output, width, features)
                .map_err(|e| malformed(tree.name.clone(), e.to_string()))?;
            if done.nodes().len() != tree.reached {
                return Err(malformed(tree.name, "not all its nodes hang from its root"));
            }
            found.push(done);
        }
        Ok(found)
    }

    /// Replaces each threshold by what `change` makes of feature and test.
    pub fn change(&mut self, change: impl Fn(&mut Split) -> Result<()>) -> Result<()> {
        for node in self.trees.iter_mut().flat_map(|t| &mut t.nodes) {
            if let RawNode::Split(split) = node {
                change(split)?;
            }
        }
        Ok(())
    }
}

/// The only output of a tree, or all.
fn one_output(tree: &RawTree, outputs: usize) -> (Output, usize) {
    let first = tree.weights.first().map_or(0, |(k, _)| *k);
    if tree.weights.iter().all(|(k, _)| *k == first) {
        (Output::One(first), 1)
    } else {
        (Output::All, outputs)
    }
}

/// One more than the highest feature of splits.
pub fn features(trees: &[RawTree]) -> usize {
    let splits = trees.iter().flat_map(|t| &t.nodes);
    let features = splits.filter_map(|node| match node {
        RawNode::Split(split) => Some(split.feature as usize + 1),
        RawNode::Leaf(..) => None,
    });
    features.max().unwrap_or(0)
}

/// An index of a file, as one below `below`.
pub fn index(value: i64, below: usize, place: impl Fn() -> String) -> Result<u32> {
    u32::try_from(value)
        .ok()
        .filter(|v| (*v as usize) < below)
        .ok_or_else(|| malformed(place(), format!("{value} is not from 0 to below {below}")))
}

/// What the comparison of a scaled value becomes for the value itself.
pub fn unscaled(split: &mut Split, offset: f64, scale: f64) -> Result<()> {
    let Test::Below {
        threshold,
        or_equal,
    } = split.test
    else {
        return Err(Error::unsupported(
            "the ONNX model scales a feature and then asks whether it equals a value",
            "leave categorical features unscaled",
        ));
    };
    let found = super::boundary::below(offset, scale, threshold, or_equal);
    split.test = found.test;
    if found.upward {
        std::mem::swap(&mut split.left, &mut split.right);
        if let Missing::Left(left) = &mut split.missing {
            *left = !*left;
        }
    }
    Ok(())
}
