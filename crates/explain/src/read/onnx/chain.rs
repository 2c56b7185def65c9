//! The operator of a graph, and what stands before and behind it.

use std::collections::{HashMap, HashSet};

use super::attributes::{Attributes, malformed, same};
use super::proto::{DOUBLE, FLOAT, Graph, INT32, INT64, Node, Tensor};
use super::{Parts, nodes};
use crate::model::{InputCast, Link};
use crate::read::shown::shown;
use crate::{Error, Result};

const OPERATORS: &[&str] = &[
    "TreeEnsembleClassifier",
    "TreeEnsembleRegressor",
    "TreeEnsemble",
    "LinearClassifier",
    "LinearRegressor",
];

/// Offset and scale per feature.
type Scaler = (Vec<f64>, Vec<f64>);

/// What a graph computes.
pub struct Chain<'a> {
    /// The operator of trees or lines.
    pub op: &'a Node<'a>,
    /// How its input is rounded.
    pub cast: InputCast,
    /// The number of features, where the input's shape tells it.
    pub width: Option<usize>,
    /// From the operator back to the input.
    scalers: Vec<Scaler>,
    /// The operator behind that changes the numbers.
    after: Option<&'a str>,
}

impl<'a> Chain<'a> {
    /// Finds the operator and checks every other node.
    pub fn of(graph: &'a Graph<'a>) -> Result<Self> {
        let mut found = graph.nodes.iter().filter(|n| OPERATORS.contains(&n.op));
        let (Some(op), None) = (found.next(), found.next()) else {
            return Err(Error::unsupported(
                format!(
                    "the ONNX graph has not exactly one operator of trees or lines, but {}",
                    names(graph)
                ),
                "export one tree ensemble or linear model",
            ));
        };
        let mut before = HashSet::new();
        let (cast, width, scalers) = walk_back(graph, op, &mut before)?;
        let after = walk_on(graph, op, &before)?;
        Ok(Self {
            op,
            cast,
            width,
            scalers,
            after,
        })
    }

    /// Folds scalers into thresholds or weights.
    pub fn apply_scaler(&self, parts: &mut Parts, features: usize) -> Result<()> {
        for (offsets, scales) in &self.scalers {
            let one = |values: &[f64], name: &str| match values {
                [value] => Ok(vec![*value; features]),
                values => same(name, values.len(), features).map(|()| values.to_vec()),
            };
            let offsets = one(offsets, "Scaler, offset")?;
            let scales = one(scales, "Scaler, scale")?;
            if offsets.iter().any(|o| !o.is_finite())
                || scales.iter().any(|s| !s.is_finite() || *s == 0.0)
            {
                return Err(malformed(
                    "Scaler",
                    "every offset must be finite, every scale finite and not 0",
                ));
            }
            parts.forest.change(|split| {
                let at = split.feature as usize;
                nodes::unscaled(split, offsets[at], scales[at])
            })?;
            let Some(weights) = &mut parts.linear else {
                continue;
            };
            for (base, weights) in parts
                .base
                .iter_mut()
                .zip(weights.chunks_exact_mut(features))
            {
                for ((weight, offset), scale) in weights.iter_mut().zip(&offsets).zip(&scales) {
                    *weight *= scale;
                    *base -= *weight * offset;
                }
            }
        }
        Ok(())
    }

    /// The link, with what stands behind the operator.
    pub fn link(&self, own: Link, notes: &mut Vec<String>) -> Link {
        match (self.after, own) {
            (None, own) => own,
            // Softmax adds up to 1 already.
            (Some("Normalizer"), Link::Softmax) => own,
            (Some("Softmax"), Link::Identity) => Link::Softmax,
            (Some("Sigmoid"), Link::Identity) => Link::Logistic { scale: 1.0 },
            (Some("Exp"), Link::Identity) => Link::Exp,
            (Some(op), _) => {
                notes.push(format!(
                    "Only margins can be told: the operator {op} behind is not applied."
                ));
                Link::Unknown
            }
        }
    }
}

fn names(graph: &Graph<'_>) -> String {
    let mut names: Vec<String> = graph.nodes.iter().map(|n| shown(n.op)).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(8);
    if names.is_empty() {
        "none at all".to_owned()
    } else {
        names.join(", ")
    }
}

fn not_read(node: &Node<'_>, side: &str) -> Error {
    Error::unsupported(
        format!(
            "the ONNX graph has the operator {} {side} the model",
            shown(node.op)
        ),
        "export the model alone, on one input of numbers",
    )
}

/// From the operator's input back to the graph's; names what is passed in `before`.
fn walk_back<'a>(
    graph: &'a Graph<'a>,
    op: &'a Node<'a>,
    before: &mut HashSet<&'a str>,
) -> Result<(InputCast, Option<usize>, Vec<Scaler>)> {
    let mut makers = HashMap::new();
    for node in &graph.nodes {
        for output in &node.outputs {
            makers.insert(*output, node);
        }
    }
    let inputs: HashMap<&str, _> = graph.inputs.iter().map(|i| (i.name, i)).collect();
    let mut single = false;
    let mut scalers = Vec::new();
    let mut name = *op
        .inputs
        .first()
        .ok_or_else(|| malformed(op.op, "it has no input"))?;
    let input = loop {
        if let Some(input) = inputs.get(name) {
            break *input;
        }
        let node = *makers.get(name).ok_or_else(|| {
            malformed(op.op, format!("nothing gives its input '{}'", shown(name)))
        })?;
        if !before.insert(name) {
            return Err(malformed(
                "the graph",
                format!("'{}' depends on itself", shown(name)),
            ));
        }
        let attributes = Attributes(&node.attributes);
        match node.op {
            "Identity" => {}
            "Cast" => match attributes.int("to") {
                Some(FLOAT) => single = true,
                Some(DOUBLE) => {}
                _ => {
                    return Err(not_read(
                        node,
                        "to a type that is not float or double before",
                    ));
                }
            },
            "Scaler" => {
                scalers.push((attributes.numbers("offset")?, attributes.numbers("scale")?));
            }
            _ => return Err(not_read(node, "before")),
        }
        name = *node
            .inputs
            .first()
            .ok_or_else(|| malformed(node.op, "it has no input"))?;
    };
    match input.kind {
        FLOAT | INT32 | INT64 => single = true,
        DOUBLE => {}
        other => {
            return Err(Error::unsupported(
                format!(
                    "the ONNX input '{}' has the element type {other}",
                    shown(name)
                ),
                "export the model with an input of type float or double",
            ));
        }
    }
    if !single && !scalers.is_empty() {
        return Err(Error::unsupported(
            "the ONNX graph scales an input of type double",
            "export the model with an input of type float",
        ));
    }
    let cast = if single {
        InputCast::F32
    } else {
        InputCast::F64
    };
    let width = input
        .width
        .and_then(|w| usize::try_from(w).ok())
        .filter(|w| *w > 0);
    Ok((cast, width, scalers))
}

/// Checks what stands behind the operator; gives the one that changes the numbers.
fn walk_on<'a>(
    graph: &'a Graph<'a>,
    op: &'a Node<'a>,
    before: &HashSet<&'a str>,
) -> Result<Option<&'a str>> {
    let constants: HashMap<&str, _> = graph.initializers.iter().map(|t| (t.name, t)).collect();
    let mut after = None;
    for node in &graph.nodes {
        let passed = node.outputs.iter().any(|o| before.contains(o));
        if std::ptr::eq(node, op) || passed || node.op == "Constant" {
            continue;
        }
        match node.op {
            "ZipMap" | "Cast" | "Identity" | "ArrayFeatureExtractor" | "ArgMax" | "Reshape" => {}
            "Mul" if times_one(node, &constants) => {}
            "Normalizer" | "Softmax" | "Sigmoid" | "Exp" if after.is_none() => {
                after = Some(node.op);
            }
            _ => return Err(not_read(node, "behind")),
        }
    }
    Ok(after)
}

/// LightGBM's converter multiplies by 1.
fn times_one(node: &Node<'_>, constants: &HashMap<&str, &Tensor<'_>>) -> bool {
    let mut factors = node.inputs.iter().filter_map(|i| constants.get(i));
    let is_one = |t: &&Tensor<'_>| t.numbers().is_ok_and(|n| n == [1.0]);
    factors.next().is_some_and(is_one) && factors.next().is_none()
}
