//! Trees that live in memory, such as those of linfa, walked node by node.
//!
//! No library is linked: the caller says what each node is. For a `linfa_trees::DecisionTree<f64, L>`
//! (0.8), whose left branch is `x < split_value` and whose leaves name a class:
//!
//! ```text
//! let walk = Walk { features: 4, outputs: classes.len(), or_equal: false, cast: InputCast::F64 };
//! let model = walk.mean("linfa", [tree.root_node()], |node| match node.prediction() {
//!     Some(class) => Step::vote(classes.iter().position(|c| *c == class), classes.len()),
//!     None => {
//!         let (feature, threshold, _) = node.split();
//!         let children = node.children();
//!         let child = |at: usize| children[at].as_deref().expect("a split has two children");
//!         Step::Split { feature, threshold, left: child(0), right: child(1) }
//!     }
//! })?;
//! ```

use crate::model::{
    CategoryRule, Ensemble, Feature, InputCast, Link, Missing, Output, RawNode, Source, Split,
    Test, Tree, hang,
};
use crate::read::limit;
use crate::{Error, Result};

const FORMAT: &str = "walked";

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<N> {
    /// An inner node.
    Split {
        /// The feature's number.
        feature: usize,
        /// The threshold.
        threshold: f64,
        /// Where values below go.
        left: N,
        /// Where all others go, missing ones too.
        right: N,
    },
    /// A leaf with a value per output.
    Leaf(Vec<f64>),
}

impl<N> Step<N> {
    /// A leaf that votes for one class of several; for none when the class is not known.
    #[must_use]
    pub fn vote(class: Option<usize>, classes: usize) -> Self {
        Self::Leaf((0..classes).map(|k| f64::from(Some(k) == class)).collect())
    }
}

/// What all trees of a model share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Walk {
    /// The number of features.
    pub features: usize,
    /// The number of outputs: values of each leaf.
    pub outputs: usize,
    /// Whether a value equal to a threshold goes left.
    pub or_equal: bool,
    /// How values are rounded before they are compared.
    pub cast: InputCast,
}

impl Walk {
    /// The mean of trees, given by their roots; `step` says what a node is. The model has no covers.
    ///
    /// ```
    /// use waage_explain::model::InputCast;
    /// use waage_explain::read::walk::{Step, Walk};
    ///
    /// let walk = Walk { features: 1, outputs: 2, or_equal: false, cast: InputCast::F64 };
    /// let model = walk.mean("mine", ["root"], |node| match node {
    ///     "root" => Step::Split { feature: 0, threshold: 0.5, left: "low", right: "high" },
    ///     "low" => Step::vote(Some(0), 2),
    ///     _ => Step::vote(Some(1), 2),
    /// })?;
    /// let mut margin = [0.0; 2];
    /// model.margin(&[0.5], &mut margin);
    /// assert_eq!(margin, [0.0, 1.0]);
    /// # Ok::<(), waage_explain::Error>(())
    /// ```
    ///
    /// # Errors
    /// There is no tree, a walk does not end, or nodes do not fit features and outputs.
    pub fn mean<N>(
        self,
        library: &str,
        roots: impl IntoIterator<Item = N>,
        mut step: impl FnMut(N) -> Step<N>,
    ) -> Result<Ensemble> {
        limit::features(self.features)?;
        limit::outputs(self.outputs)?;
        let mut nodes = 0;
        let mut trees = Vec::new();
        for root in roots {
            let raw = self.raw(root, &mut step, &mut nodes)?;
            let output = if self.outputs == 1 {
                Output::One(0)
            } else {
                Output::All
            };
            let number = trees.len();
            let tree = Tree::new(&raw, 0, output, self.outputs, self.features);
            trees.push(
                tree.map_err(|e| {
                    Error::malformed(FORMAT, format!("tree {number}"), e.to_string())
                })?,
            );
        }
        if trees.is_empty() || self.outputs == 0 {
            return Err(Error::malformed(
                FORMAT,
                "the model",
                "it needs at least one tree and one output",
            ));
        }
        let share = 1.0 / trees.len() as f64;
        trees.iter_mut().for_each(|tree| tree.scale(share));
        Ok(Ensemble {
            features: vec![Feature::default(); self.features],
            base: vec![0.0; self.outputs],
            cast: self.cast,
            category: CategoryRule::Exact,
            trees,
            linear: None,
            missing: None,
            link: Link::Identity,
            covers: false,
            source: Source {
                library: library.to_owned(),
                ..Source::default()
            },
        })
    }

    fn raw<N>(
        self,
        root: N,
        step: &mut impl FnMut(N) -> Step<N>,
        total: &mut usize,
    ) -> Result<Vec<RawNode>> {
        let mut nodes: Vec<RawNode> = Vec::new();
        let mut waiting = vec![(root, None::<(usize, bool)>)];
        while let Some((node, parent)) = waiting.pop() {
            let at = nodes.len();
            *total += 1;
            limit::nodes(*total)?;
            hang(&mut nodes, parent, at);
            match step(node) {
                Step::Leaf(values) => nodes.push(RawNode::Leaf(values, 0.0)),
                Step::Split {
                    feature,
                    threshold,
                    left,
                    right,
                } => {
                    nodes.push(RawNode::Split(Split {
                        feature: u32::try_from(feature).unwrap_or(u32::MAX),
                        test: Test::Below {
                            threshold,
                            or_equal: self.or_equal,
                        },
                        missing: Missing::Left(false),
                        left: 0,
                        right: 0,
                        cover: 0.0,
                    }));
                    waiting.push((right, Some((at, false))));
                    waiting.push((left, Some((at, true))));
                }
            }
        }
        Ok(nodes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WALK: Walk = Walk {
        features: 2,
        outputs: 1,
        or_equal: false,
        cast: InputCast::F64,
    };

    /// Node `n` splits on feature `n % 2` at `n`, its children are `2 n` and `2 n + 1`; from 4 on leaves.
    fn step(n: usize) -> Step<usize> {
        if n >= 4 {
            return Step::Leaf(vec![n as f64]);
        }
        Step::Split {
            feature: n % 2,
            threshold: n as f64,
            left: 2 * n,
            right: 2 * n + 1,
        }
    }

    #[test]
    fn trees_are_walked_and_averaged() {
        let model = WALK.mean("test", [1, 2], step).expect("a model");
        let mut out = [0.0];
        // From 1: right to 3, left to 6. From 2: right to 5.
        model.margin(&[2.0, 1.0], &mut out);
        assert_eq!(out, [5.5]);
        model.margin(&[f64::NAN, f64::NAN], &mut out);
        assert_eq!(out, [6.0], "missing goes right: 7 and 5");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let narrow = Walk {
            features: 1,
            ..WALK
        };
        let text = narrow
            .mean("test", [1], step)
            .expect_err("refused")
            .to_string();
        assert!(
            text.contains("tree 0") && text.contains("feature 1"),
            "{text}"
        );
        assert!(WALK.mean("test", [], step).is_err());
        let wide = |_: usize| Step::vote(Some(0), 3);
        assert!(WALK.mean("test", [1], wide).is_err());
    }
}
