//! Which subtrees become one table.
//!
//! A *group* is a subtree whose pattern is short: one bit per distinct feature on the path from the
//! root to it (all conditions on that feature merged), and one bit per split inside it. A row's
//! pattern says everything the group's leaves need to know about it, so what the group gives to each
//! feature is one row of a table with `2^bits` rows ([`crate::table`]).
//!
//! A *bundle* is a list of groups whose tables share their features' places, so that a row sums them
//! in registers. Trees whose features do not fit into one bundle are cut at their upper splits.

use crate::bins::{Bins, CODES_MAX, Questions};
use crate::error::{Error, Result};
use crate::model::{Ensemble, Leaf};

mod cost;
mod group;

pub use cost::Shape;
pub use group::{Condition, DeepFactor, Factor, Group, GroupLeaf, shares};

/// The most bits a pattern may have.
pub const BITS_MAX: usize = 16;
/// The most features of one bundle, unless a single group has more.
pub const BUNDLE_FEATURES: usize = 48;
/// The most bytes of a bundle's tables, unless a single group has more: they share a core's own cache.
pub const BUNDLE_BYTES: usize = 512 << 10;

/// Groups that share their features' places.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// The tree.
    pub tree: u32,
    /// The features, in ascending order; a group's slots are places in this list.
    pub features: Vec<u32>,
    /// The groups, from left to right.
    pub groups: Vec<Group>,
}

/// A leaf whose path has more distinct features than a pattern has bits.
#[derive(Clone, Debug, PartialEq)]
pub struct DeepLeaf {
    /// The tree.
    pub tree: u32,
    /// The leaf.
    pub leaf: Leaf,
    /// One condition per distinct feature (and column), with its share of the cover.
    pub factors: Vec<DeepFactor>,
}

/// Trees that share their code columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The columns.
    pub bins: Bins,
    /// The bundles, tree by tree.
    pub bundles: Vec<Bundle>,
    /// Leaves too deep for any table.
    pub deep: Vec<DeepLeaf>,
}

/// A model cut into groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Parts, in the order of the trees.
    pub parts: Vec<Part>,
}

impl Plan {
    /// Cuts a model into groups for `rows` rows in all; only the model and this number decide.
    ///
    /// # Errors
    /// When one tree compares a feature with more values than there are codes.
    pub fn new(model: &Ensemble, rows: u64, shape: Shape) -> Result<Self> {
        let mut parts = Vec::new();
        let mut first = 0;
        while first < model.trees.len() {
            let mut questions = Questions::default();
            let mut last = first;
            while last < model.trees.len() && questions.add_tree(&model.trees[last]) {
                last += 1;
            }
            if last == first {
                return Err(Error::unsupported(
                    format!("tree {first} compares a feature with more than {CODES_MAX} values"),
                    "explain at most 64 rows at a time without a background, or train on binned values",
                ));
            }
            let bins = questions.bins(model.category);
            parts.push(Part::new(model, first..last, bins, rows, shape));
            first = last;
        }
        Ok(Self { parts })
    }
}

impl Part {
    fn new(
        model: &Ensemble,
        trees: std::ops::Range<usize>,
        bins: Bins,
        rows: u64,
        shape: Shape,
    ) -> Self {
        let mut bundles = Vec::new();
        let mut deep = Vec::new();
        for number in trees {
            let tree = &model.trees[number];
            let bits = cost::bits(tree, rows, shape);
            let mut cutter = group::Cutter::new(tree, &bins, bits);
            let groups = cutter.cut();
            deep.extend(cutter.deep.drain(..).map(|(leaf, factors)| DeepLeaf {
                tree: number as u32,
                leaf,
                factors,
            }));
            match shape {
                Shape::Values => bundle(number as u32, groups, &mut bundles),
                Shape::Pairs => bundles.extend(groups.into_iter().map(|group| Bundle {
                    tree: number as u32,
                    features: group.features.clone(),
                    groups: vec![group],
                })),
            }
        }
        Self {
            bins,
            bundles,
            deep,
        }
    }
}

/// Neighbouring groups go into one bundle while their features fit.
fn bundle(tree: u32, groups: Vec<Group>, bundles: &mut Vec<Bundle>) {
    let mut open: Option<Bundle> = None;
    for group in groups {
        let mut bundle = open.take().unwrap_or(Bundle {
            tree,
            features: Vec::new(),
            groups: Vec::new(),
        });
        let mut wider = bundle.features.clone();
        wider.extend(&group.features);
        wider.sort_unstable();
        wider.dedup();
        let patterns: usize = bundle.groups.iter().map(Group::patterns).sum();
        let bytes = (patterns + group.patterns()) * wider.len().next_multiple_of(4) * 8;
        if !bundle.groups.is_empty() && (wider.len() > BUNDLE_FEATURES || bytes > BUNDLE_BYTES) {
            bundles.push(bundle);
            wider = group.features.clone();
            bundle = Bundle {
                tree,
                features: Vec::new(),
                groups: Vec::new(),
            };
        }
        bundle.features = wider;
        bundle.groups.push(group);
        open = Some(bundle);
    }
    bundles.extend(open);
}
