//! Trees: lists with one place per node become nodes.

use std::collections::HashMap;

use super::file::TreeFile;
use crate::model::{IdSet, Missing, Output, RawNode, Split, Test, Tree};
use crate::{Error, Result};

/// What is the same for all trees of a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub features: usize,
    pub outputs: usize,
    pub format: &'static str,
}

/// Category ids from here on are none to XGBoost.
const CATEGORY_END: i32 = 1 << 24;

/// Makes tree number `at`, which adds to output `info`, and says whether it has covers.
pub(super) fn tree(file: &TreeFile, at: usize, info: i64, shape: Shape) -> Result<(Tree, bool)> {
    let wrong = |what: String| Error::malformed(shape.format, format!("tree {at}"), what);
    let width = file.parameters.leaf_width.count().map_err(wrong)?.max(1);
    let output = if width > 1 {
        if width != shape.outputs {
            return Err(wrong(format!(
                "size_leaf_vector is {width}, the model has {} outputs",
                shape.outputs
            )));
        }
        Output::All
    } else {
        match u32::try_from(info) {
            Ok(k) if (k as usize) < shape.outputs => Output::One(k),
            _ => {
                return Err(wrong(format!(
                    "tree_info is {info}, the model has {} outputs",
                    shape.outputs
                )));
            }
        }
    };
    let covers = usable_covers(file);
    let categories = categories(file).map_err(wrong)?;
    let mut nodes = Vec::with_capacity(file.left.len());
    for node in 0..file.left.len() {
        let cover = if covers {
            f64::from(file.hessian[node].0)
        } else {
            0.0
        };
        nodes.push(if file.left[node] == -1 {
            RawNode::Leaf(leaf(file, node, width).map_err(wrong)?, cover)
        } else {
            RawNode::Split(Split {
                // Numbers that cannot be are told by `Tree::new`, of nodes that are reached.
                feature: u32::try_from(file.feature[node]).unwrap_or(u32::MAX),
                test: test(file, node, &categories).map_err(wrong)?,
                missing: Missing::Left(file.default_left[node].0),
                left: u32::try_from(file.left[node]).unwrap_or(u32::MAX),
                right: u32::try_from(file.right[node]).unwrap_or(u32::MAX),
                cover,
            })
        });
    }
    let tree =
        Tree::new(&nodes, 0, output, width, shape.features).map_err(|e| wrong(e.to_string()))?;
    Ok((tree, covers))
}

/// Whether every node has a cover that can be a weight of rows.
fn usable_covers(file: &TreeFile) -> bool {
    !file.hessian.is_empty() && file.hessian.iter().all(|h| h.0.is_finite() && h.0 >= 0.0)
}

/// The values of a leaf.
fn leaf(file: &TreeFile, node: usize, width: usize) -> std::result::Result<Vec<f64>, String> {
    if width == 1 {
        return Ok(vec![f64::from(file.condition[node].0)]);
    }
    let (name, table, row) = if file.leaf_weights.is_empty() {
        ("base_weights", &file.base_weights, Some(node))
    } else {
        let row = usize::try_from(file.right[node]).ok();
        ("leaf_weights", &file.leaf_weights, row)
    };
    row.and_then(|row| table.chunks_exact(width).nth(row))
        .map(|values| values.iter().map(|v| f64::from(v.0)).collect())
        .ok_or_else(|| format!("node {node} is a leaf without {width} values in {name}"))
}

/// What a split asks.
fn test(
    file: &TreeFile,
    node: usize,
    categories: &HashMap<u32, IdSet>,
) -> std::result::Result<Test, String> {
    match file.kind.get(node) {
        None | Some(0) => Ok(Test::Below {
            threshold: f64::from(file.condition[node].0),
            or_equal: false,
        }),
        Some(1) => Ok(Test::Category {
            listed: categories.get(&(node as u32)).cloned().ok_or_else(|| {
                format!("node {node} splits categories, but categories_nodes does not list it")
            })?,
            listed_left: false,
            known: None,
        }),
        Some(other) => Err(format!(
            "node {node} has the split_type {other}; 0 (numbers) and 1 (categories) are known"
        )),
    }
}

/// The categories of each node that splits by them.
fn categories(file: &TreeFile) -> std::result::Result<HashMap<u32, IdSet>, String> {
    let mut sets = HashMap::with_capacity(file.category_nodes.len());
    // Segments may not overlap, or sets could outgrow the file.
    let mut left = file.categories.len() as u64;
    let segments = file.category_starts.iter().zip(&file.category_sizes);
    for (node, (start, size)) in file.category_nodes.iter().zip(segments) {
        let ids = start
            .checked_add(*size)
            .filter(|end| *end <= file.categories.len() as u64)
            .map(|end| &file.categories[*start as usize..end as usize]);
        let Some(ids) = ids.filter(|_| *size <= left) else {
            return Err(format!(
                "node {node} has the categories {start} to {start} + {size}, but there are {} for all nodes",
                file.categories.len()
            ));
        };
        left -= size;
        if let Some(id) = ids.iter().find(|id| !(0..CATEGORY_END).contains(*id)) {
            return Err(format!("node {node} lists the category {id}"));
        }
        let ids = ids.iter().map(|id| id.cast_unsigned()).collect();
        if sets.insert(*node, IdSet::new(ids)).is_some() {
            return Err(format!("categories_nodes lists node {node} twice"));
        }
    }
    Ok(sets)
}
