//! `TreeEnsembleRegressor` and `TreeEnsembleClassifier`: one list per attribute of nodes.

use std::ops::Range;

use super::attributes::{Attributes, malformed, same, same_lists};
use super::nodes::{Branch, Forest, Mode, RawTree, features, index};
use super::{Parts, chains, link};
use crate::model::{FEATURES_MAX, OUTPUTS_MAX, RawNode};
use crate::read::limit;
use crate::read::shown::shown;
use crate::{Error, Result};

pub fn parts(attributes: Attributes<'_>, classifier: bool) -> Result<Parts> {
    let mut notes = Vec::new();
    let base = attributes.numbers("base_values")?;
    let weights = Weights::of(attributes, if classifier { "class" } else { "target" })?;
    let (outputs, base, one_score) = if classifier {
        classes(attributes, &weights, base, &mut notes)?
    } else {
        let count = attributes.int("n_targets").unwrap_or(1);
        let outputs = index(count, OUTPUTS_MAX + 1, || "n_targets".to_owned())? as usize;
        let base = if base.is_empty() {
            vec![0.0; outputs]
        } else {
            base
        };
        same("base_values", base.len(), outputs)?;
        (outputs, base, false)
    };
    if base.is_empty() || base.iter().any(|b| !b.is_finite()) {
        return Err(malformed(
            "base_values",
            "there must be at least one output, and every value finite",
        ));
    }
    let mut numbered = nodes(attributes)?;
    weights.hand_out(&mut numbered, outputs, one_score)?;
    let trees: Vec<RawTree> = numbered.into_iter().map(|t| t.raw).collect();
    let aggregate = attributes.text("aggregate_function", "SUM")?;
    let factor = match aggregate {
        "SUM" => 1.0,
        "AVERAGE" => 1.0 / trees.len().max(1) as f64,
        _ => return Err(not_a_sum(aggregate)),
    };
    let link = link(attributes.text("post_transform", "NONE")?, &mut notes)?;
    Ok(Parts {
        base,
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

pub fn not_a_sum(aggregate: &str) -> Error {
    Error::unsupported(
        format!("the ONNX trees are aggregated by {}", shown(aggregate)),
        "only SUM and AVERAGE can be explained",
    )
}

/// Outputs, base values, and whether the only class id means the score of the second class.
fn classes(
    attributes: Attributes<'_>,
    weights: &Weights<'_>,
    base: Vec<f64>,
    notes: &mut Vec<String>,
) -> Result<(usize, Vec<f64>, bool)> {
    let labels =
        attributes.ints("classlabels_int64s").len() + attributes.texts("classlabels_strings").len();
    let one_id = weights.ids.windows(2).all(|pair| pair[0] == pair[1]);
    if labels == 2 && one_id {
        notes.push("The margin is the score of the second class.".to_owned());
        let base = match base.as_slice() {
            [] => 0.0,
            [one] | [_, one] => *one,
            more => {
                return Err(malformed(
                    "base_values",
                    format!("there are {}, at most 2 are possible", more.len()),
                ));
            }
        };
        return Ok((1, vec![base], true));
    }
    limit::outputs(labels)?;
    let base = if base.is_empty() {
        vec![0.0; labels]
    } else {
        base
    };
    same("base_values", base.len(), labels)?;
    Ok((labels, base, false))
}

/// The numbers that leaves add, in the order of the file.
struct Weights<'a> {
    kind: &'static str,
    trees: &'a [i64],
    nodes: &'a [i64],
    ids: &'a [i64],
    weights: Vec<f64>,
}

impl<'a> Weights<'a> {
    fn of(attributes: Attributes<'a>, kind: &'static str) -> Result<Self> {
        let name = |field: &str| format!("{kind}_{field}");
        let found = Self {
            kind,
            trees: attributes.ints(&name("treeids")),
            nodes: attributes.ints(&name("nodeids")),
            ids: attributes.ints(&name("ids")),
            weights: attributes.numbers(&name("weights"))?,
        };
        let wanted = found.weights.len();
        same(&name("treeids"), found.trees.len(), wanted)?;
        same(&name("nodeids"), found.nodes.len(), wanted)?;
        same(&name("ids"), found.ids.len(), wanted)?;
        Ok(found)
    }

    /// Gives each leaf its weights. Those of inner nodes, which some converters write, are left out.
    fn hand_out(&self, trees: &mut [Numbered], outputs: usize, one_score: bool) -> Result<()> {
        let key = |i: &usize| (self.trees[*i], self.nodes[*i], self.ids[*i]);
        let mut order: Vec<usize> = (0..self.weights.len()).collect();
        order.sort_unstable_by_key(key);
        if let Some(pair) = order.windows(2).find(|p| key(&p[0]) == key(&p[1])) {
            return Err(malformed(
                self.place(pair[0]),
                format!("output {} occurs twice", self.ids[pair[0]]),
            ));
        }
        for run in order.chunk_by(|a, b| key(a).0 == key(b).0 && key(a).1 == key(b).1) {
            let first = run[0];
            let missing = || malformed(self.place(first), "there is no such node");
            let tree = trees
                .binary_search_by_key(&self.trees[first], |t| t.id)
                .map_err(|_| missing())?;
            let tree = &mut trees[tree];
            let node = tree
                .ids
                .binary_search(&self.nodes[first])
                .map_err(|_| missing())?;
            let weights = &mut tree.raw.weights;
            let Some(range) = &mut tree.raw.leaves[node] else {
                continue;
            };
            let start = weights.len();
            for i in run {
                let output = if one_score {
                    0
                } else {
                    index(self.ids[*i], outputs, || self.place(*i))?
                };
                weights.push((output, self.weights[*i]));
            }
            *range = start..weights.len();
        }
        Ok(())
    }

    fn place(&self, i: usize) -> String {
        let Self {
            kind, trees, nodes, ..
        } = self;
        format!("{kind}_ids, tree {}, node {}", trees[i], nodes[i])
    }
}

/// A tree with the numbers that the file gives it and its nodes, both in order.
struct Numbered {
    id: i64,
    ids: Vec<i64>,
    raw: RawTree,
}

fn nodes(attributes: Attributes<'_>) -> Result<Vec<Numbered>> {
    let list = |name| attributes.ints(name);
    let columns = Columns {
        trees: list("nodes_treeids"),
        ids: list("nodes_nodeids"),
        features: list("nodes_featureids"),
        modes: attributes.texts("nodes_modes"),
        values: attributes.numbers("nodes_values")?,
        yes: list("nodes_truenodeids"),
        no: list("nodes_falsenodeids"),
        tracks: list("nodes_missing_value_tracks_true"),
    };
    let n = columns.trees.len();
    limit::nodes(n)?;
    same_lists(
        &[
            ("nodes_nodeids", columns.ids.len()),
            ("nodes_featureids", columns.features.len()),
            ("nodes_modes", columns.modes.len()),
            ("nodes_values", columns.values.len()),
            ("nodes_truenodeids", columns.yes.len()),
            ("nodes_falsenodeids", columns.no.len()),
        ],
        columns.tracks.len(),
        n,
    )?;
    let key = |i: &usize| (columns.trees[*i], columns.ids[*i]);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by_key(key);
    if let Some(pair) = order.windows(2).find(|p| key(&p[0]) == key(&p[1])) {
        return Err(malformed(columns.place(pair[0]), "the node occurs twice"));
    }
    order
        .chunk_by(|a, b| columns.trees[*a] == columns.trees[*b])
        .map(|group| columns.tree(group))
        .collect()
}

/// The lists of nodes.
struct Columns<'a> {
    trees: &'a [i64],
    ids: &'a [i64],
    features: &'a [i64],
    modes: &'a [&'a [u8]],
    values: Vec<f64>,
    yes: &'a [i64],
    no: &'a [i64],
    tracks: &'a [i64],
}

impl Columns<'_> {
    fn place(&self, i: usize) -> String {
        format!("tree {}, node {}", self.trees[i], self.ids[i])
    }

    /// A node, its children by their places in `ids`; `None` for a leaf. Counts parents.
    fn local(&self, i: usize, ids: &[i64], parents: &mut [u32]) -> Result<Option<Branch<'static>>> {
        if self.modes[i] == b"LEAF" {
            return Ok(None);
        }
        let mode = Mode::named(self.modes[i]).ok_or_else(|| {
            let name = shown(&String::from_utf8_lossy(self.modes[i]));
            malformed(self.place(i), format!("the mode '{name}' is not known"))
        })?;
        let mut find = |name: &str, id: i64| {
            let found = ids.binary_search(&id).map_err(|_| {
                malformed(
                    format!("{}, {name}", self.place(i)),
                    format!("the tree has no node {id}"),
                )
            })?;
            parents[found] += 1;
            Ok(found as u32)
        };
        Ok(Some(Branch {
            feature: index(self.features[i], FEATURES_MAX, || {
                format!("{}, nodes_featureids", self.place(i))
            })?,
            mode,
            value: self.values[i],
            members: &[],
            tracks_true: self.tracks.get(i).is_some_and(|t| *t != 0),
            yes: find("nodes_truenodeids", self.yes[i])?,
            no: find("nodes_falsenodeids", self.no[i])?,
        }))
    }

    /// The tree of the nodes `group`, which are in the order of their numbers.
    fn tree(&self, group: &[usize]) -> Result<Numbered> {
        let ids: Vec<i64> = group.iter().map(|i| self.ids[*i]).collect();
        let mut parents = vec![0_u32; group.len()];
        let mut locals = Vec::with_capacity(group.len());
        for i in group {
            locals.push(self.local(*i, &ids, &mut parents)?);
        }
        let leaves = locals
            .iter()
            .map(|l| l.is_none().then(Range::default))
            .collect();
        let (merged, absorbed) = chains::merged(&locals, &parents);
        let nodes = merged
            .into_iter()
            .zip(group)
            .map(|(merged, i)| match merged {
                None => Ok(RawNode::Leaf(Vec::new(), 0.0)),
                Some((branch, members)) => Branch {
                    members: &members,
                    ..branch
                }
                .split(|| self.place(*i)),
            })
            .collect::<Result<_>>()?;
        let name = format!("tree {}", self.trees[group[0]]);
        let mut roots = parents.iter().enumerate().filter(|(_, n)| **n == 0);
        let (Some((root, _)), None) = (roots.next(), roots.next()) else {
            return Err(malformed(
                name,
                "it has not exactly one node without a parent",
            ));
        };
        Ok(Numbered {
            id: self.trees[group[0]],
            ids,
            raw: RawTree {
                name,
                nodes,
                leaves,
                weights: Vec::new(),
                root: root as u32,
                reached: group.len() - absorbed,
            },
        })
    }
}
