//! What stands in a file, key by key.

use serde::de::MapAccess;

use crate::model::{FEATURES_MAX, NODES_MAX};
use crate::read::limit::CATEGORIES_MAX;
use crate::read::number::{Flag, Number, Parameter, Real};
use crate::read::record::{List, Read, Record, take, take_record};

/// The whole file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub version: Vec<u32>,
    pub learner: Option<Learner>,
}

#[derive(Debug, Default)]
pub(super) struct Learner {
    pub attributes: Attributes,
    pub feature_names: Vec<String>,
    pub booster: Booster,
    pub parameters: LearnerParameters,
    pub objective: Named,
}

#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// Absent without early stopping.
    pub best_iteration: Option<Parameter>,
}

#[derive(Debug, Default)]
pub(super) struct LearnerParameters {
    pub base_score: Parameter,
    pub num_class: Parameter,
    pub num_feature: Parameter,
    pub num_target: Parameter,
}

/// The name of an objective.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub name: String,
}

#[derive(Debug, Default)]
pub(super) struct Booster {
    pub name: String,
    pub model: Model,
    /// One weight per tree, of `dart`.
    pub weight_drop: Option<Vec<Real>>,
}

/// What `dart` wraps.
#[derive(Debug, Default)]
struct Wrapped {
    model: Model,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub parameters: TreesParameters,
    pub tree_info: Vec<i64>,
    /// Where each iteration's trees begin, from version 2.1 on.
    pub iteration_indptr: Option<Vec<u64>>,
    pub trees: Vec<Read<TreeFile>>,
    pub cats: Cats,
    /// Of `gblinear`: (features + 1) × outputs, the last row the bias.
    pub weights: Vec<Real>,
}

#[derive(Debug, Default)]
pub(super) struct TreesParameters {
    pub num_trees: Parameter,
    pub num_parallel_tree: Parameter,
}

/// The categories that string and integer columns had, from version 3.1 on.
#[derive(Debug, Default)]
pub(super) struct Cats {
    pub enc: Vec<Read<Encoding>>,
}

/// The categories of one feature: bytes of texts cut by `offsets`, or numbers of a type.
#[derive(Debug, Default)]
pub(super) struct Encoding {
    pub offsets: Option<Vec<i64>>,
    pub values: Vec<Number>,
    pub kind: Option<i64>,
}

/// A tree: one place per node in every list.
#[derive(Debug, Default)]
pub(super) struct TreeFile {
    pub left: Vec<i32>,
    pub right: Vec<i32>,
    pub feature: Vec<i64>,
    /// The threshold, or at leaves the value.
    pub condition: Vec<Real>,
    pub default_left: Vec<Flag>,
    pub hessian: Vec<Real>,
    /// 1 for categories; empty in old files.
    pub kind: Vec<u8>,
    /// The leaves of vector trees before version 3.2: one row per node.
    pub base_weights: Vec<Real>,
    /// The leaves of vector trees: one row per leaf, whose number stands in `right`.
    pub leaf_weights: Vec<Real>,
    pub categories: Vec<i32>,
    pub category_nodes: Vec<u32>,
    pub category_starts: Vec<u64>,
    pub category_sizes: Vec<u64>,
    pub parameters: TreeParameters,
}

#[derive(Debug, Default)]
pub(super) struct TreeParameters {
    pub num_nodes: Parameter,
    pub leaf_width: Parameter,
}

impl Record for File {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "version" => take(&mut self.version, map),
            "learner" => {
                self.learner = Some(map.next_value::<Read<Learner>>()?.0);
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

impl Record for Learner {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "attributes" => take_record(&mut self.attributes, map),
            "feature_names" => {
                self.feature_names = map.next_value_seed(List::new("name", FEATURES_MAX))?;
                Ok(true)
            }
            "gradient_booster" => take_record(&mut self.booster, map),
            "learner_model_param" => take_record(&mut self.parameters, map),
            "objective" => take_record(&mut self.objective, map),
            _ => Ok(false),
        }
    }
}

impl Record for Attributes {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "best_iteration" => take(&mut self.best_iteration, map),
            _ => Ok(false),
        }
    }
}

impl Record for LearnerParameters {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "base_score" => take(&mut self.base_score, map),
            "num_class" => take(&mut self.num_class, map),
            "num_feature" => take(&mut self.num_feature, map),
            "num_target" => take(&mut self.num_target, map),
            _ => Ok(false),
        }
    }
}

impl Record for Named {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "name" => take(&mut self.name, map),
            _ => Ok(false),
        }
    }
}

impl Record for Booster {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "name" => take(&mut self.name, map),
            "model" => take_record(&mut self.model, map),
            "gbtree" => {
                self.model = map.next_value::<Read<Wrapped>>()?.0.model;
                Ok(true)
            }
            "weight_drop" => take(&mut self.weight_drop, map),
            _ => Ok(false),
        }
    }
}

impl Record for Wrapped {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "model" => take_record(&mut self.model, map),
            _ => Ok(false),
        }
    }
}

impl Record for Model {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "gbtree_model_param" => take_record(&mut self.parameters, map),
            "tree_info" => take(&mut self.tree_info, map),
            "iteration_indptr" => take(&mut self.iteration_indptr, map),
            "trees" => {
                self.trees = map.next_value_seed(List::new("tree", NODES_MAX))?;
                Ok(true)
            }
            "cats" => take_record(&mut self.cats, map),
            "weights" => take(&mut self.weights, map),
            _ => Ok(false),
        }
    }
}

impl Record for TreesParameters {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "num_trees" => take(&mut self.num_trees, map),
            "num_parallel_tree" => take(&mut self.num_parallel_tree, map),
            _ => Ok(false),
        }
    }
}

impl Record for Cats {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "enc" => {
                self.enc = map.next_value_seed(List::new("feature", FEATURES_MAX))?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

impl Record for Encoding {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "offsets" => take(&mut self.offsets, map),
            "values" => {
                self.values = map.next_value_seed(List::new("value", CATEGORIES_MAX))?;
                Ok(true)
            }
            "type" => take(&mut self.kind, map),
            _ => Ok(false),
        }
    }
}

impl Record for TreeFile {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "left_children" => take(&mut self.left, map),
            "right_children" => take(&mut self.right, map),
            "split_indices" => take(&mut self.feature, map),
            "split_conditions" => take(&mut self.condition, map),
            "default_left" => take(&mut self.default_left, map),
            "sum_hessian" => take(&mut self.hessian, map),
            "split_type" => take(&mut self.kind, map),
            "base_weights" => take(&mut self.base_weights, map),
            "leaf_weights" => take(&mut self.leaf_weights, map),
            "categories" => take(&mut self.categories, map),
            "categories_nodes" => take(&mut self.category_nodes, map),
            "categories_segments" => take(&mut self.category_starts, map),
            "categories_sizes" => take(&mut self.category_sizes, map),
            "tree_param" => take_record(&mut self.parameters, map),
            _ => Ok(false),
        }
    }

    /// A tree has nodes, and as many entries in every list. Checked while reading, so that what is
    /// kept of a tree never outgrows its bytes.
    fn check(&self) -> Result<(), String> {
        let nodes = self.left.len();
        if nodes == 0 {
            return Err("left_children is missing or empty: a tree has at least one node".into());
        }
        let declared = self.parameters.num_nodes.count()?;
        if declared != 0 && declared != nodes {
            return Err(format!(
                "left_children has {nodes} entries, num_nodes says {declared}"
            ));
        }
        for (name, found, optional) in [
            ("right_children", self.right.len(), false),
            ("split_indices", self.feature.len(), false),
            ("split_conditions", self.condition.len(), false),
            ("default_left", self.default_left.len(), false),
            ("sum_hessian", self.hessian.len(), true),
            ("split_type", self.kind.len(), true),
        ] {
            if found != nodes && !(optional && found == 0) {
                return Err(format!(
                    "{name} has {found} entries, left_children has {nodes}"
                ));
            }
        }
        let splits = self.category_nodes.len();
        for (name, found) in [
            ("categories_segments", self.category_starts.len()),
            ("categories_sizes", self.category_sizes.len()),
        ] {
            if found != splits {
                return Err(format!(
                    "{name} has {found} entries, categories_nodes has {splits}"
                ));
            }
        }
        Ok(())
    }
}

impl Record for TreeParameters {
    fn field<'de, M: MapAccess<'de>>(&mut self, key: &str, map: &mut M) -> Result<bool, M::Error> {
        match key {
            "num_nodes" => take(&mut self.num_nodes, map),
            "size_leaf_vector" => take(&mut self.leaf_width, map),
            _ => Ok(false),
        }
    }
}
