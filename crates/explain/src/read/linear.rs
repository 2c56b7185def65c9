//! Waage's own format for linear models and scorecards, `"format": "waage-linear"`, version 1.
//!
//! ```json
//! {"format": "waage-linear", "version": 1, "link": "logit", "intercept": -1.5,
//!  "features": [
//!   {"name": "income", "type": "num", "coef": 0.8, "mean": 30.0, "sd": 12.0, "missing": "impute:mean"},
//!   {"name": "region", "type": "cat", "levels": {"north": 0.2, "south": 0.0}, "missing": -0.1},
//!   {"name": "age", "type": "num", "bins": [{"hi": 25, "points": -3}, {"lo": 25, "points": 4}]}
//! ]}
//! ```
//!
//! - A number adds `coef · (x − mean) / sd`; without `mean` and `sd`, `coef · x`. `missing` is the
//!   value put in for a missing one.
//! - A category adds the number of its level. `missing` is what a missing or unknown level adds.
//! - A scorecard's bins are closed on the left and cover all values; `missing` is what a missing value
//!   adds.
//! - With several outputs, `intercept` and every number that is added are lists.
//!
//! Without `missing`, rows must have the feature.

mod file;
mod terms;

use std::collections::HashSet;

use file::File;

use crate::model::{CategoryRule, Ensemble, InputCast, Linear, Link, Output, Source, Tree};
use crate::read::limit;
use crate::read::shown::{line, shown};
use crate::{Error, Result};

const FORMAT: &str = "waage-linear";

/// Reads a model.
///
/// # Errors
/// [`Error::Malformed`], naming the feature.
pub fn read(bytes: &[u8]) -> Result<Ensemble> {
    let file: File = serde_json::from_slice(bytes)
        .map_err(|e| Error::malformed(FORMAT, "the JSON text", line(&e.to_string())))?;
    if file.format != FORMAT || file.version != 1 {
        return Err(Error::malformed(
            FORMAT,
            "format and version",
            format!("they must be {FORMAT} and 1"),
        ));
    }
    let intercepts = file.intercept.list();
    let (outputs, count) = (intercepts.len(), file.features.len());
    limit::outputs(outputs)?;
    limit::features(count)?;
    if outputs == 0 {
        return Err(Error::malformed(FORMAT, "intercept", "it has no output"));
    }
    terms::finite("intercept", intercepts)?;
    let link = match file.link.as_str() {
        "identity" => Link::Identity,
        "logit" => Link::Logistic { scale: 1.0 },
        "log" => Link::Exp,
        "softmax" => Link::Softmax,
        _ => {
            return Err(Error::malformed(
                FORMAT,
                "link",
                "it must be identity, logit, log or softmax",
            ));
        }
    };
    let mut model = Ensemble {
        features: Vec::with_capacity(count),
        base: intercepts.to_vec(),
        cast: InputCast::F64,
        category: CategoryRule::Exact,
        trees: Vec::new(),
        linear: Some(Linear {
            weights: vec![0.0; terms::size(outputs, count)?],
        }),
        missing: None,
        link,
        covers: false,
        source: Source {
            library: FORMAT.to_owned(),
            version: Some("1".to_owned()),
            ..Source::default()
        },
    };
    let mut names = HashSet::new();
    let twice = file
        .features
        .iter()
        .find(|f| !names.insert(f.name.as_str()));
    if let Some(twice) = twice {
        let place = format!("feature {}", shown(&twice.name));
        return Err(Error::malformed(FORMAT, place, "the name occurs twice"));
    }
    for (number, feature) in file.features.into_iter().enumerate() {
        terms::add(&mut model, feature, number, count)?;
    }
    if !model
        .linear
        .as_ref()
        .is_some_and(|l| l.weights.iter().any(|w| *w != 0.0))
    {
        model.linear = None;
    }
    Ok(model)
}

/// Adds a tree of one feature.
fn plant(
    model: &mut Ensemble,
    nodes: &[crate::model::RawNode],
    place: &str,
    features: usize,
) -> Result<()> {
    let outputs = model.outputs();
    let output = if outputs == 1 {
        Output::One(0)
    } else {
        Output::All
    };
    let tree = Tree::new(nodes, 0, output, outputs, features)
        .map_err(|e| Error::malformed(FORMAT, place, e.to_string()))?;
    model.trees.push(tree);
    Ok(())
}

#[cfg(test)]
mod tests;
