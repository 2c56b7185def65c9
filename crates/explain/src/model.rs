//! A model as trees and linear terms, whatever library trained it.
//!
//! Trees are flat lists of nodes whose children stand behind their parents, so every walk ends and
//! no function recurses on what a file says. Each library's own rules for comparisons, missing
//! values and categories are kept ([`InputCast`], [`Missing`], [`CategoryRule`]), never translated
//! into another's.

mod category;
mod link;
mod margin;
mod tree;

pub use category::{CategoryRule, IdSet};
pub use link::Link;
pub use tree::ZERO;
pub(crate) use tree::hang;
pub use tree::{Leaf, LeafModel, Missing, Node, Output, RawNode, Split, Test, Tree, TreeError};

/// The most nodes a model may have.
pub const NODES_MAX: usize = 10_000_000;
/// The deepest a tree may be.
pub const DEPTH_MAX: usize = 512;
/// The most features a model may have.
pub const FEATURES_MAX: usize = 1 << 20;
/// The most outputs a model may have.
pub const OUTPUTS_MAX: usize = 1 << 16;

/// How a value is rounded before it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputCast {
    /// To single precision first: XGBoost, CatBoost, scikit-learn's trees, ONNX.
    F32,
    /// Not at all: histogram gradient boosting.
    F64,
    /// Not at all, but for values within [`ZERO`] of 0, which are 0: LightGBM.
    F64NearZero,
}

impl InputCast {
    /// The value as the model compares it; beyond the range of single precision it is infinite.
    #[must_use]
    pub fn apply(self, x: f64) -> f64 {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "the model's own rounding")]
            Self::F32 => f64::from(x as f32),
            Self::F64 => x,
            Self::F64NearZero if x.abs() <= ZERO => 0.0,
            Self::F64NearZero => x,
        }
    }
}

/// The labels of a feature's categories; the code of a category is its place in the list.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Text labels.
    Text(Vec<String>),
    /// Numeric labels.
    Numbers(Vec<f64>),
    /// 32-bit hashes of text labels ([`read::catboost::category_hash`](crate::read::catboost::category_hash)):
    /// only of those that a split asks for, so a label outside of them is as good as known.
    Hashes(Vec<u32>),
}

impl Labels {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(labels) => labels.len(),
            Self::Numbers(labels) => labels.len(),
            Self::Hashes(labels) => labels.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// One input of a model.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Feature {
    /// The name; `None` when the file holds none.
    pub name: Option<String>,
    /// The labels whose places are the codes the trees ask for; `None` when the file leaves coding
    /// to the caller, or when the feature is numeric.
    pub labels: Option<Labels>,
    /// Whether the model has no rule for a missing value or an unknown category: rows must have this
    /// feature, and a margin without it is NaN.
    pub required: bool,
}

/// A linear model: margin of output `k` = `weights[k * features + j] * x[j]` summed; missing counts
/// as 0, unless the feature is required.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Row-major, outputs × features.
    pub weights: Vec<f64>,
}

/// Where a model came from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Source {
    /// The library, such as `XGBoost`.
    pub library: String,
    /// Its version, where the file says it.
    pub version: Option<String>,
    /// The objective as the file names it.
    pub objective: Option<String>,
    /// What a user should know about how the file was read, one sentence each.
    pub notes: Vec<String>,
}

/// A sum of trees and linear terms per output.
#[derive(Clone, Debug, PartialEq)]
pub struct Ensemble {
    /// The inputs, in the order of the trees' feature numbers.
    pub features: Vec<Feature>,
    /// The base value of each output, in margin space; its length is the number of outputs (1 or more).
    pub base: Vec<f64>,
    /// How inputs are rounded.
    pub cast: InputCast,
    /// How a value becomes a category.
    pub category: CategoryRule,
    /// The trees. Averages, learning rates and drop-out weights are in the leaves already.
    pub trees: Vec<Tree>,
    /// Linear terms beside the trees.
    pub linear: Option<Linear>,
    /// A value that counts as missing besides NaN. [`Ensemble::margin`] minds it.
    pub missing: Option<f64>,
    /// From margins to predictions.
    pub link: Link,
    /// Whether nodes carry the weight of their training rows, which path-dependent values need.
    pub covers: bool,
    /// Where it came from.
    pub source: Source,
}

impl Ensemble {
    /// The number of outputs, at least 1.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.base.len()
    }

    /// The name of a feature; `f3` for the fourth one when the file holds none.
    #[must_use]
    pub fn feature_name(&self, feature: usize) -> String {
        self.features
            .get(feature)
            .and_then(|f| f.name.clone())
            .unwrap_or_else(|| format!("f{feature}"))
    }

    /// The number of nodes of all trees.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.trees.iter().map(|tree| tree.nodes().len()).sum()
    }
}
