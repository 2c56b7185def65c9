//! The boosters of trees.

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::file::Learner;
use super::{iterations, trees};
use crate::model::Ensemble;
use crate::read::number::Parameter;
use crate::read::record::Read;
use crate::read::{Iterations, Options, limit};
use crate::{Error, Result};

/// The trees of `gbtree` and `dart`.
pub(super) fn add(
    ensemble: &mut Ensemble,
    learner: Learner,
    options: &Options,
    format: &'static str,
) -> Result<()> {
    let model = learner.booster.model;
    let wrong = |place: &str, what: String| {
        Error::malformed(format, format!("learner, gradient_booster, {place}"), what)
    };
    let count = |place, parameter: &Parameter| parameter.count().map_err(|what| wrong(place, what));
    let n = model.trees.len();
    let declared = count(
        "model, gbtree_model_param, num_trees",
        &model.parameters.num_trees,
    )?;
    for (place, found) in [
        ("model, gbtree_model_param, num_trees", declared),
        ("model, tree_info", model.tree_info.len()),
        (
            "weight_drop",
            learner.booster.weight_drop.as_ref().map_or(n, Vec::len),
        ),
    ] {
        if found != n {
            return Err(wrong(
                place,
                format!("{found} trees, but the file holds {n}"),
            ));
        }
    }
    limit::nodes(model.trees.iter().map(|Read(tree)| tree.left.len()).sum())?;
    limit::categories(
        model
            .trees
            .iter()
            .map(|Read(tree)| tree.categories.len())
            .sum(),
    )?;

    let parallel = count(
        "model, gbtree_model_param, num_parallel_tree",
        &model.parameters.num_parallel_tree,
    )?
    .max(1);
    let shape = trees::Shape {
        features: ensemble.features.len(),
        outputs: ensemble.outputs(),
        format,
    };
    // A tree with a vector in each leaf serves all outputs of its round.
    let vector = model
        .trees
        .first()
        .is_some_and(|Read(tree)| !matches!(tree.parameters.leaf_width.0.as_str(), "" | "0" | "1"));
    let per_round = parallel.saturating_mul(if vector { 1 } else { shape.outputs });
    let (kept, note) = iterations::trees(
        &model,
        &learner.attributes,
        per_round,
        options.iterations,
        format,
    )?;
    ensemble.source.notes.extend(note);
    let untold =
        model.iteration_indptr.is_none() && model.parameters.num_parallel_tree.0.is_empty();
    if untold && options.iterations != Iterations::All {
        ensemble.source.notes.push(
            "The file does not say how many trees an iteration has; one per output is taken."
                .into(),
        );
    }
    let drops = learner.booster.weight_drop;
    let files = model.trees.into_par_iter().zip(model.tree_info).take(kept);
    let built: Vec<_> = files
        .enumerate()
        .map(|(at, (Read(file), info))| trees::tree(&file, at, info, shape))
        .collect();
    for (at, tree) in built.into_iter().enumerate() {
        // In order, so that of several errors it is always the first.
        let (mut tree, covers) = tree?;
        ensemble.covers &= covers;
        if let Some(drops) = &drops {
            let weight = f64::from(drops[at].0);
            if !weight.is_finite() {
                return Err(wrong(
                    "weight_drop",
                    format!("the weight of tree {at} is not finite"),
                ));
            }
            tree.scale(weight);
        }
        ensemble.trees.push(tree);
    }
    if !ensemble.covers {
        ensemble.source.notes.push(
            "The trees do not say how many rows reached their nodes: only background values are possible.".into(),
        );
    }
    Ok(())
}
