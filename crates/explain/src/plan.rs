//! Which subtrees become one table.
//!
//! A *group* is a subtree whose pattern is short: one bit per distinct feature on the path from the
//! root to it (all conditions on that feature merged), and one bit per split inside it. A row's
//! pattern says everything the group's leaves need to know about it, so what the group gives to each
//! feature is one row of a table with `2^bits` rows ([`crate::table`]).
//!
//! A *bundle* is a list of groups whose tables share their features' places, so that a row sums them
//! in registers. Trees whose features do not fit into one bundle are cut at their upper splits; trees
//! with few features share one.

use crate::bins::{Bins, CODES_MAX, Questions};
use crate::error::{Error, Result};
use crate::model::{Ensemble, Leaf, Output};

mod cost;
mod group;

pub use cost::Shape;
pub use group::{Condition, DeepFactor, Factor, Group, GroupLeaf, shares};

/// The most bits a pattern may have.
pub const BITS_MAX: usize = 16;
/// The most features of one bundle, unless a single group has more.
pub const BUNDLE_FEATURES: usize = 48;
/// The most features of a bundle of several trees: with more, a row's sums cost more than they save.
pub const JOINED_FEATURES: usize = 24;
/// The most bytes of a bundle's tables, unless a single group has more: they share a core's own cache.
pub const BUNDLE_BYTES: usize = 512 << 10;

/// Groups that share their features' places.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What its trees add to.
    pub output: Output,
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
    /// The bundles; those of one output in the order of their trees.
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
        let mut bundles = Bundles::default();
        let mut deep = Vec::new();
        for number in trees {
            let tree = &model.trees[number];
            let bits = cost::bits(tree, rows, shape);
            let mut cutter = group::Cutter::new(number as u32, tree, &bins, bits);
            let groups = cutter.cut();
            deep.extend(cutter.deep.drain(..).map(|(leaf, factors)| DeepLeaf {
                tree: number as u32,
                leaf,
                factors,
            }));
            for group in groups {
                match shape {
                    Shape::Values => bundles.add(tree.output(), group),
                    Shape::Pairs => bundles.begin(tree.output(), group),
                }
            }
        }
        Self {
            bins,
            bundles: bundles.all(),
            deep,
        }
    }
}

/// Groups on their way into bundles.
#[derive(Default)]
struct Bundles {
    closed: Vec<Bundle>,
    /// At most one of each output.
    open: Vec<Bundle>,
}

impl Bundles {
    /// Groups of one output go into one bundle while their features and tables fit.
    fn add(&mut self, output: Output, group: Group) {
        let open = self.open.iter_mut().find(|open| open.output == output);
        let Some(bundle) = open else {
            return self.begin(output, group);
        };
        let mut wider = [bundle.features.as_slice(), &group.features].concat();
        wider.sort_unstable();
        wider.dedup();
        let joined = bundle.groups.iter().any(|other| other.tree != group.tree);
        let most = if joined {
            JOINED_FEATURES
        } else {
            BUNDLE_FEATURES
        };
        let patterns: usize = bundle.groups.iter().map(Group::patterns).sum();
        let bytes = (patterns + group.patterns()) * wider.len().next_multiple_of(4) * 8;
        if wider.len() > most || bytes > BUNDLE_BYTES {
            return self.begin(output, group);
        }
        bundle.features = wider;
        bundle.groups.push(group);
    }

    /// Begins a bundle with a group, in the place of the one of its output.
    fn begin(&mut self, output: Output, group: Group) {
        let bundle = Bundle {
            output,
            features: group.features.clone(),
            groups: vec![group],
        };
        match self.open.iter_mut().find(|open| open.output == output) {
            Some(open) => self.closed.push(std::mem::replace(open, bundle)),
            None => self.open.push(bundle),
        }
    }

    fn all(mut self) -> Vec<Bundle> {
        self.closed.append(&mut self.open);
        self.closed
    }
}
