//! One tree: nodes in a flat list, children behind their parents.

use super::category::{CategoryRule, IdSet};
use super::{DEPTH_MAX, InputCast};

/// What a split asks about a value that is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Left when the value is below the threshold.
    Below {
        /// The threshold, never NaN; infinite ones are legal.
        threshold: f64,
        /// Left also when the value equals it.
        or_equal: bool,
    },
    /// Left when the value equals this number (ONNX's `BRANCH_EQ`).
    Equals(f64),
    /// By the value's category.
    Category {
        /// The listed categories.
        listed: IdSet,
        /// Whether they go left; the others go the other way.
        listed_left: bool,
        /// The categories seen in training, when all others count as missing.
        known: Option<IdSet>,
    },
}

/// What happens to a value that is missing (NaN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It goes left (`true`) or right.
    Left(bool),
    /// It counts as 0 (LightGBM's missing type "none").
    AsZero,
    /// It and every value within 1e-35 of 0 go left (`true`) or right (LightGBM's "zero").
    ZeroLeft(bool),
}

/// An inner node.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The feature's number.
    pub feature: u32,
    /// Which values go left.
    pub test: Test,
    /// Where missing ones go.
    pub missing: Missing,
    /// The child on the left; always behind its parent.
    pub left: u32,
    /// The child on the right; always behind its parent.
    pub right: u32,
    /// The weight of the training rows that reached it; 0 when unknown.
    pub cover: f64,
}

/// An end of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leaf {
    /// Its number among the tree's leaves, from 0 in the order of the nodes.
    pub number: u32,
    /// The weight of the training rows that reached it; 0 when unknown.
    pub cover: f64,
}

/// A node of a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// An inner node.
    Split(Split),
    /// An end of a path.
    Leaf(Leaf),
}

/// Which outputs a tree adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// One; leaves hold one value.
    One(u32),
    /// All; leaves hold one value per output.
    All,
}

/// A linear model in a leaf (LightGBM's linear trees): the leaf's output is
/// `constant + Σ coefficient · x`, or the leaf's own value when one of its features is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct LeafModel {
    /// The constant.
    pub constant: f64,
    /// Features and their coefficients.
    pub terms: Vec<(u32, f64)>,
}

/// A node as a file has it: in any order, its children by their numbers in the file.
#[derive(Clone, Debug, PartialEq)]
pub enum RawNode {
    /// An inner node; `left` and `right` are numbers of the file.
    Split(Split),
    /// A leaf with one value, or one per output, and its cover.
    Leaf(Vec<f64>, f64),
}

/// Hangs the node at `child` under its parent: the parent's place, and whether on the left.
pub(crate) fn hang(nodes: &mut [RawNode], parent: Option<(usize, bool)>, child: usize) {
    if let Some((parent, left)) = parent
        && let RawNode::Split(split) = &mut nodes[parent]
    {
        let side = if left {
            &mut split.left
        } else {
            &mut split.right
        };
        *side = child as u32;
    }
}

/// Why nodes do not form a tree; nodes by their numbers in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A child that does not exist.
    #[error("node {node} has the child {child}, but the tree has {nodes} nodes")]
    Dangling {
        /// The parent.
        node: u32,
        /// The child.
        child: u32,
        /// How many nodes there are.
        nodes: usize,
    },
    /// A node with two parents, or a cycle.
    #[error("node {node} is reached twice: nodes must form a tree")]
    Shared {
        /// The node.
        node: u32,
    },
    /// A path longer than the limit.
    #[error("node {node} is deeper than the limit of {limit}", limit = DEPTH_MAX)]
    TooDeep {
        /// The node.
        node: u32,
    },
    /// A leaf whose value, or a split whose threshold, is no number; or a leaf that is infinite.
    #[error("node {node} has a value that is not a finite number")]
    NotFinite {
        /// The node.
        node: u32,
    },
    /// A cover that is negative or no number.
    #[error("node {node} has a cover that is negative or not finite")]
    BadCover {
        /// The node.
        node: u32,
    },
    /// A leaf with another number of values than the tree has outputs.
    #[error("leaf {node} has {found} values, {wanted} are needed")]
    Width {
        /// The node.
        node: u32,
        /// How many it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
    },
    /// A feature the model does not have.
    #[error("node {node} asks for feature {feature}, but the model has {features}")]
    NoFeature {
        /// The node.
        node: u32,
        /// The feature.
        feature: u32,
        /// How many features there are.
        features: usize,
    },
}

/// One tree of an ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    nodes: Vec<Node>,
    values: Vec<f64>,
    width: usize,
    output: Output,
    /// One per leaf, or none at all.
    models: Vec<LeafModel>,
}

impl Tree {
    /// Puts the nodes of a file in order, from the node `root`, and checks them. Nodes that are not
    /// reached are dropped (XGBoost keeps deleted ones).
    ///
    /// `width` is the number of values of each leaf: 1, or the number of outputs with
    /// [`Output::All`]; `features` is the number of features of the model.
    ///
    /// # Errors
    /// What [`TreeError`] lists; nodes are named by their numbers in the file.
    pub fn new(
        raw: &[RawNode],
        root: u32,
        output: Output,
        width: usize,
        features: usize,
    ) -> Result<Self, TreeError> {
        let mut seen = vec![false; raw.len()];
        let mut nodes: Vec<Node> = Vec::with_capacity(raw.len());
        let mut values = Vec::new();
        // (number in the file, place of the parent's link, depth)
        let mut stack = vec![(root, root, None::<(usize, bool)>, 0_usize)];
        while let Some((number, parent, link, depth)) = stack.pop() {
            let at = number as usize;
            let Some(node) = raw.get(at) else {
                return Err(TreeError::Dangling {
                    node: parent,
                    child: number,
                    nodes: raw.len(),
                });
            };
            if std::mem::replace(&mut seen[at], true) {
                return Err(TreeError::Shared { node: number });
            }
            if depth > DEPTH_MAX {
                return Err(TreeError::TooDeep { node: number });
            }
            let place = nodes.len();
            if let Some((above, left)) = link
                && let Node::Split(split) = &mut nodes[above]
            {
                *(if left {
                    &mut split.left
                } else {
                    &mut split.right
                }) = place as u32;
            }
            match node {
                RawNode::Split(split) => {
                    check_split(split, number, features)?;
                    stack.push((split.right, number, Some((place, false)), depth + 1));
                    stack.push((split.left, number, Some((place, true)), depth + 1));
                    nodes.push(Node::Split(split.clone()));
                }
                RawNode::Leaf(leaf, cover) => {
                    check_cover(*cover, number)?;
                    if leaf.len() != width {
                        return Err(TreeError::Width {
                            node: number,
                            found: leaf.len(),
                            wanted: width,
                        });
                    }
                    if leaf.iter().any(|v| !v.is_finite()) {
                        return Err(TreeError::NotFinite { node: number });
                    }
                    nodes.push(Node::Leaf(Leaf {
                        number: (values.len() / width.max(1)) as u32,
                        cover: *cover,
                    }));
                    values.extend_from_slice(leaf);
                }
            }
        }
        Ok(Self {
            nodes,
            values,
            width,
            output,
            models: Vec::new(),
        })
    }

    /// The same tree with a linear model in each leaf, in the order of [`Leaf::number`].
    ///
    /// # Panics
    /// When there are not as many models as leaves.
    #[must_use]
    pub fn with_leaf_models(mut self, models: Vec<LeafModel>) -> Self {
        assert_eq!(
            models.len() * self.width,
            self.values.len(),
            "one model per leaf"
        );
        self.models = models;
        self
    }

    /// The nodes; the first is the root, children stand behind their parents.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The values of a leaf: one, or one per output.
    #[must_use]
    pub fn leaf_values(&self, leaf: Leaf) -> &[f64] {
        let at = leaf.number as usize * self.width;
        &self.values[at..at + self.width]
    }

    /// Multiplies every leaf, linear models included (averages, drop-out weights).
    pub fn scale(&mut self, factor: f64) {
        self.values.iter_mut().for_each(|v| *v *= factor);
        for model in &mut self.models {
            model.constant *= factor;
            model.terms.iter_mut().for_each(|(_, c)| *c *= factor);
        }
    }

    /// Which outputs it adds to.
    #[must_use]
    pub fn output(&self) -> Output {
        self.output
    }

    /// The linear model of a leaf, if the tree has any.
    #[must_use]
    pub fn leaf_model(&self, leaf: Leaf) -> Option<&LeafModel> {
        self.models.get(leaf.number as usize)
    }

    /// Whether its leaves hold linear models.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        !self.models.is_empty()
    }

    /// The number of leaves.
    #[must_use]
    pub fn leaves(&self) -> usize {
        self.values.len() / self.width.max(1)
    }

    /// The leaf that a row reaches; `row[j]` is the value of feature `j`, NaN when missing.
    #[must_use]
    pub fn leaf(&self, row: &[f64], cast: InputCast, rule: CategoryRule) -> Leaf {
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                Node::Leaf(leaf) => return *leaf,
                Node::Split(split) => {
                    let left = split.goes_left(row[split.feature as usize], cast, rule);
                    at = (if left { split.left } else { split.right }) as usize;
                }
            }
        }
    }
}

impl Split {
    /// Whether a value goes left; NaN is missing.
    #[must_use]
    pub fn goes_left(&self, x: f64, cast: InputCast, rule: CategoryRule) -> bool {
        let x = cast.apply(x);
        let x = match self.missing {
            Missing::Left(left) if x.is_nan() => return left,
            Missing::ZeroLeft(left) if x.is_nan() || x.abs() <= ZERO => return left,
            Missing::AsZero if x.is_nan() => 0.0,
            _ => x,
        };
        match &self.test {
            Test::Below {
                threshold,
                or_equal,
            } => x < *threshold || (*or_equal && x <= *threshold),
            Test::Equals(value) => x == *value,
            Test::Category {
                listed,
                listed_left,
                known,
            } => {
                let id = rule.id(x);
                if let (Some(known), Missing::Left(left)) = (known, self.missing)
                    && !id.is_some_and(|id| known.contains(id))
                {
                    return left;
                }
                id.is_some_and(|id| listed.contains(id)) == *listed_left
            }
        }
    }
}

/// LightGBM's zero: values at most this far from 0 are 0 (its constant is written in single precision).
pub const ZERO: f64 = 1e-35_f32 as f64;

fn check_split(split: &Split, node: u32, features: usize) -> Result<(), TreeError> {
    if split.feature as usize >= features {
        return Err(TreeError::NoFeature {
            node,
            feature: split.feature,
            features,
        });
    }
    check_cover(split.cover, node)?;
    match split.test {
        Test::Below { threshold, .. } | Test::Equals(threshold) if threshold.is_nan() => {
            Err(TreeError::NotFinite { node })
        }
        _ => Ok(()),
    }
}

fn check_cover(cover: f64, node: u32) -> Result<(), TreeError> {
    if cover.is_finite() && cover >= 0.0 {
        Ok(())
    } else {
        Err(TreeError::BadCover { node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn split(feature: u32, threshold: f64, left: u32, right: u32) -> RawNode {
        RawNode::Split(Split {
            feature,
            test: Test::Below {
                threshold,
                or_equal: false,
            },
            missing: Missing::Left(true),
            left,
            right,
            cover: 1.0,
        })
    }

    fn leaf(value: f64) -> RawNode {
        RawNode::Leaf(vec![value], 1.0)
    }

    fn tree(raw: &[RawNode]) -> Result<Tree, TreeError> {
        Tree::new(raw, 0, Output::One(0), 1, 2)
    }

    #[test]
    fn children_stand_behind_their_parents_and_unreached_nodes_go() {
        let found = tree(&[
            split(0, 1.0, 3, 2),
            leaf(9.0),
            split(1, 0.0, 4, 5),
            leaf(1.0),
            leaf(2.0),
            leaf(3.0),
        ])
        .expect("a tree");
        assert_eq!(found.nodes().len(), 5);
        for (at, node) in found.nodes().iter().enumerate() {
            if let Node::Split(s) = node {
                assert!(s.left as usize > at && s.right as usize > at);
            }
        }
        let reached = found.leaf(&[1.0, 0.0], InputCast::F64, CategoryRule::Exact);
        assert_eq!(found.leaf_values(reached), [3.0]);
    }

    #[test]
    fn cycles_dangling_children_and_bad_numbers_are_named() {
        assert_eq!(
            tree(&[split(0, 1.0, 0, 1), leaf(1.0)]),
            Err(TreeError::Shared { node: 0 })
        );
        assert_eq!(
            tree(&[split(0, 1.0, 1, 9), leaf(1.0)]),
            Err(TreeError::Dangling {
                node: 0,
                child: 9,
                nodes: 2
            })
        );
        assert_eq!(
            tree(&[split(0, f64::NAN, 1, 2), leaf(1.0), leaf(1.0)]),
            Err(TreeError::NotFinite { node: 0 })
        );
        assert_eq!(
            tree(&[leaf(f64::INFINITY)]),
            Err(TreeError::NotFinite { node: 0 })
        );
        assert_eq!(
            tree(&[split(7, 1.0, 1, 2), leaf(1.0), leaf(1.0)]),
            Err(TreeError::NoFeature {
                node: 0,
                feature: 7,
                features: 2
            })
        );
    }

    #[test]
    fn a_value_is_rounded_before_it_is_compared() {
        let RawNode::Split(s) = split(0, f64::from(0.1_f32), 1, 2) else {
            unreachable!()
        };
        // 0.1 as f64 lies below 0.1 as f32, but rounds to it.
        assert!(s.goes_left(0.1, InputCast::F64, CategoryRule::Exact));
        assert!(!s.goes_left(0.1, InputCast::F32, CategoryRule::Exact));
    }
}
