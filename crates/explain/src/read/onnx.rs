//! ONNX: one operator of trees or lines, and what may stand before and behind it.
//!
//! `TreeEnsembleRegressor`, `TreeEnsembleClassifier` (ai.onnx.ml 1 and 3), `TreeEnsemble` (5),
//! `LinearRegressor` and `LinearClassifier`, with `Scaler`, `Cast` and `Identity` before and
//! whatever only forms the answer behind. The file holds no covers.

mod attributes;
mod boundary;
mod chain;
mod chains;
mod linear;
mod nodes;
mod proto;
mod tree5;
mod trees;
mod wire;

use attributes::Attributes;
use chain::Chain;

use crate::model::{CategoryRule, Ensemble, Feature, Linear, Link, Source};
use crate::read::limit;
use crate::read::shown::shown;
use crate::{Error, Result};

const FORMAT: &str = "ONNX";

/// Whether bytes look like ONNX: a message with a number first and a graph.
pub(super) fn detect(bytes: &[u8]) -> bool {
    if bytes.first() != Some(&0x08) {
        return false;
    }
    let mut fields = wire::Fields(bytes);
    let mut graph = false;
    while let Ok(Some((number, value))) = fields.next() {
        graph |= number == 7 && value.bytes().is_ok();
    }
    graph && fields.0.is_empty()
}

/// Reads a model.
///
/// # Errors
/// [`Error::Malformed`] for a file that is damaged, [`Error::Unsupported`] for operators that are
/// not read.
pub fn read(bytes: &[u8]) -> Result<Ensemble> {
    let bad = |what: &str| Error::malformed(FORMAT, "the encoding", what);
    let model = proto::model(bytes).map_err(bad)?;
    let graph = model
        .graph
        .as_ref()
        .ok_or_else(|| bad("the model has no graph"))?;
    let chain = Chain::of(graph)?;
    let attributes = Attributes(&chain.op.attributes);
    let mut parts = match chain.op.op {
        "TreeEnsembleClassifier" | "TreeEnsembleRegressor" => {
            trees::parts(attributes, chain.op.op == "TreeEnsembleClassifier")?
        }
        "TreeEnsemble" => tree5::parts(attributes)?,
        _ => linear::parts(attributes, chain.op.op == "LinearClassifier", chain.width)?,
    };
    let used = parts.features;
    let count = match chain.width {
        Some(width) if used > width => {
            return Err(Error::malformed(
                FORMAT,
                chain.op.op,
                format!(
                    "it asks for feature {}, but the input has {width}",
                    used - 1
                ),
            ));
        }
        Some(width) => width,
        None => used,
    };
    limit::features(count)?;
    limit::outputs(parts.base.len())?;
    chain.apply_scaler(&mut parts, count)?;
    let link = chain.link(parts.link, &mut parts.notes);
    let required = parts.linear.is_some();
    let trees = parts.forest.finish(count)?;
    Ok(Ensemble {
        features: vec![
            Feature {
                required,
                ..Feature::default()
            };
            count
        ],
        base: parts.base,
        cast: chain.cast,
        category: CategoryRule::Exact,
        trees,
        linear: parts.linear.map(|weights| Linear { weights }),
        missing: None,
        link,
        covers: false,
        source: Source {
            library: match model.producer {
                "" => "ONNX".to_owned(),
                producer => format!("ONNX, made by {}", shown(producer)),
            },
            version: Some(model.version)
                .filter(|v| !v.is_empty())
                .map(str::to_owned),
            objective: Some(chain.op.op.to_owned()),
            notes: parts.notes,
        },
    })
}

/// What an operator computes, before the graph around it is looked at.
struct Parts {
    base: Vec<f64>,
    forest: nodes::Forest,
    linear: Option<Vec<f64>>,
    link: Link,
    /// One more than the highest feature asked for.
    features: usize,
    notes: Vec<String>,
}

/// The function behind the sum, as `post_transform` names it.
fn link(name: &str, notes: &mut Vec<String>) -> Result<Link> {
    match name {
        "NONE" => Ok(Link::Identity),
        "LOGISTIC" => Ok(Link::Logistic { scale: 1.0 }),
        "SOFTMAX" => Ok(Link::Softmax),
        // Softmax over the margins that are not 0; the inverse of the normal distribution function.
        "SOFTMAX_ZERO" | "PROBIT" => {
            notes.push(format!(
                "Only margins can be told: the post_transform {name} is not applied."
            ));
            Ok(Link::Unknown)
        }
        _ => Err(Error::malformed(
            FORMAT,
            "post_transform",
            format!("'{}' is not known", shown(name)),
        )),
    }
}

#[cfg(test)]
mod tests;
