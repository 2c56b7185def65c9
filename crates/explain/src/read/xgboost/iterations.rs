//! Which trees belong to the iterations that are asked for.

use super::file::{Attributes, Model};
use crate::read::Iterations;
use crate::{Error, Result};

/// How many of the first trees count, and what a user should know about it.
pub(super) fn trees(
    model: &Model,
    attributes: &Attributes,
    trees_per_round: usize,
    asked: Iterations,
    format: &'static str,
) -> Result<(usize, Option<String>)> {
    let starts = starts(model, trees_per_round, format)?;
    let rounds = starts.len() - 1;
    let best = match &attributes.best_iteration {
        None => None,
        Some(text) => Some(text.count().map_err(|what| {
            Error::malformed(format, "learner, attributes, best_iteration", what)
        })?),
    };
    let all = starts[rounds];
    Ok(match (asked, best) {
        (Iterations::First(wanted), _) => (first(&starts, wanted)?, None),
        (Iterations::Best, Some(best)) => (starts[best.saturating_add(1).min(rounds)], None),
        (Iterations::Best, None) => (
            all,
            Some("The file names no best iteration; all trees count.".into()),
        ),
        (Iterations::All, Some(best)) if best.saturating_add(1) < rounds => (
            all,
            Some(format!(
                "Training found {} iterations to be best; all {rounds} count here, as in XGBoost's Booster.predict.",
                best + 1
            )),
        ),
        (Iterations::All, _) => (all, None),
    })
}

fn first(starts: &[usize], wanted: usize) -> Result<usize> {
    let rounds = starts.len() - 1;
    starts
        .get(wanted)
        .copied()
        .filter(|_| wanted > 0)
        .ok_or_else(|| {
            Error::unsupported(
                format!("the model has {rounds} iterations, not {wanted}"),
                format!("ask for 1 to {rounds}"),
            )
        })
}

/// Where each round's trees begin, and where the last one's end.
fn starts(model: &Model, trees_per_round: usize, format: &'static str) -> Result<Vec<usize>> {
    let trees = model.trees.len();
    let Some(indptr) = &model.iteration_indptr else {
        let per_round = trees_per_round.max(1);
        return Ok((0..trees).step_by(per_round).chain([trees]).collect());
    };
    let in_order = indptr.is_sorted()
        && indptr.first().is_none_or(|first| *first == 0)
        && indptr.last().copied().unwrap_or(0) == trees as u64;
    if !in_order {
        return Err(Error::malformed(
            format,
            "learner, gradient_booster, model, iteration_indptr",
            format!("it should rise from 0 to the number of trees, {trees}"),
        ));
    }
    if indptr.is_empty() {
        return Ok(vec![0]);
    }
    Ok(indptr.iter().map(|start| *start as usize).collect())
}
