//! LightGBM's text models, versions v3 and v4.
//!
//! `key=value` lines: a header, a block per tree, and behind `end of trees` what training left.
//! [`lines`] cuts the file, [`tree`] makes a tree of a block, [`labels`] finds the categories' labels.

mod header;
mod labels;
mod linear;
mod lines;
mod tree;

use super::{Iterations, Options, limit};
use crate::model::{CategoryRule, Ensemble, Feature, InputCast, Source};
use crate::{Error, Result};
use header::Header;
use lines::File;

const FORMAT: &str = "LightGBM text";

/// An error at a place of the file.
fn wrong(place: impl Into<String>, what: impl Into<String>) -> Error {
    Error::malformed(FORMAT, place, what)
}

/// Reads a model as `save_model` writes it.
pub(super) fn text(bytes: &[u8], options: &Options) -> Result<Ensemble> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| wrong(format!("byte {}", e.valid_up_to()), "the file is not UTF-8"))?;
    let file = File::cut(text)?;
    let header = Header::read(&file.header)?;
    let outputs = header.outputs;
    let n = file.trees.len();
    if !n.is_multiple_of(outputs) {
        return Err(wrong(
            "the trees",
            format!("{n} trees are no whole number of rounds of {outputs}"),
        ));
    }
    if header.declared.is_some_and(|declared| declared != n) {
        return Err(wrong(
            "tree_sizes",
            format!("it is not of {n} trees, as many as the file holds"),
        ));
    }
    let rounds = n / outputs;
    let kept = match options.iterations {
        Iterations::First(wanted) if wanted == 0 || wanted > rounds => {
            return Err(Error::unsupported(
                format!("the model has {rounds} iterations, not {wanted}"),
                format!("ask for 1 to {rounds}"),
            ));
        }
        Iterations::First(wanted) => wanted,
        // `save_model` leaves out what comes after the best iteration.
        Iterations::All | Iterations::Best => rounds,
    };

    let mut covers = true;
    let mut totals = tree::Totals::default();
    let mut trees = Vec::new();
    for (at, block) in file.trees.iter().take(kept * outputs).enumerate() {
        let place = format!("tree {at}");
        let output = (at % outputs) as u32;
        let mut tree = tree::read(block, output, header.features, &mut covers, &mut totals)
            .map_err(|error| error.at(&place))?;
        if header.average {
            tree.scale(1.0 / kept as f64);
        }
        trees.push(tree);
    }

    let mut features = vec![Feature::default(); header.features];
    for (feature, name) in features.iter_mut().zip(&header.names) {
        feature.name = Some((*name).to_owned());
    }
    let mut notes = header.notes;
    if options.iterations == Iterations::Best {
        notes.push("The file names no best iteration; all trees count.".into());
    }
    if !covers {
        notes.push(
            "The trees do not say how many rows reached their nodes: only background values are possible."
                .into(),
        );
    }
    notes.extend(labels::assign(
        &mut features,
        &header.infos,
        &trees,
        file.labels,
    )?);
    Ok(Ensemble {
        features,
        base: vec![0.0; outputs],
        cast: InputCast::F64NearZero,
        category: CategoryRule::LightGbm,
        trees,
        linear: None,
        missing: None,
        link: header.link,
        covers,
        source: Source {
            library: "LightGBM".into(),
            version: Some(header.version.to_owned()),
            objective: header.objective.map(str::to_owned),
            notes,
        },
    })
}
