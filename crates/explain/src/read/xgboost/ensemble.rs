//! The whole model.

use super::file::{File, Learner, Model};
use super::objective::{Stored, meaning};
use super::{iterations, labels, trees};
use crate::model::{CategoryRule, Ensemble, Feature, InputCast, Linear, Source};
use crate::read::number::Real;
use crate::read::record::Read;
use crate::read::{Iterations, Options, limit};
use crate::{Error, Result};

/// The base score of files that name none.
const BASE_SCORE: f32 = 0.5;

/// Makes an ensemble of what a file holds.
pub(super) fn build(file: File, options: &Options, format: &'static str) -> Result<Ensemble> {
    let Some(mut learner) = file.learner else {
        return Err(Error::malformed(format, "learner", "it is missing"));
    };
    let wrong = |place: &str, what: String| {
        Error::malformed(
            format,
            format!("learner, learner_model_param, {place}"),
            what,
        )
    };
    let count = |place, parameter: &crate::read::number::Parameter| {
        parameter.count().map_err(|what| wrong(place, what))
    };
    let parameters = &learner.parameters;
    let classes = count("num_class", &parameters.num_class)?;
    let targets = count("num_target", &parameters.num_target)?;
    let outputs = classes.max(targets).max(1);
    limit::outputs(outputs)?;
    let n_features = count("num_feature", &parameters.num_feature)?;
    limit::features(n_features)?;

    let version = match file.version[..] {
        [major, minor, ..] => (major, minor),
        _ => {
            return Err(Error::malformed(
                format,
                "version",
                "three numbers are needed",
            ));
        }
    };
    let (link, stored) = meaning(&learner.objective.name, version);
    let mut source = Source {
        library: "XGBoost".into(),
        version: Some(
            file.version
                .iter()
                .map(u32::to_string)
                .collect::<Vec<_>>()
                .join("."),
        ),
        objective: Some(learner.objective.name.clone()),
        notes: Vec::new(),
    };
    if link == crate::model::Link::Unknown {
        source.notes.push(format!(
            "The objective `{:.80}` is not known: margins are explained, and the base score is taken as a margin.",
            learner.objective.name
        ));
    }
    let base = base(&parameters.base_score.0, stored, outputs)
        .map_err(|what| wrong("base_score", what))?;
    let mut ensemble = Ensemble {
        features: features(&mut learner, n_features, &mut source.notes, format)?,
        base,
        cast: InputCast::F32,
        category: CategoryRule::Xgboost,
        trees: Vec::new(),
        linear: None,
        missing: None,
        link,
        covers: false,
        source,
    };
    match learner.booster.name.as_str() {
        "gblinear" => linear(&mut ensemble, &learner.booster.model, options, format)?,
        "gbtree" | "dart" => add_trees(&mut ensemble, learner, options, format)?,
        "" => {
            return Err(Error::malformed(
                format,
                "learner, gradient_booster, name",
                "it is missing",
            ));
        }
        other => {
            return Err(Error::unsupported(
                format!("XGBoost's booster `{other:.80}` is not read"),
                "train with gbtree, dart or gblinear",
            ));
        }
    }
    Ok(ensemble)
}

/// The margin of every output before the first tree.
fn base(text: &str, stored: Stored, outputs: usize) -> std::result::Result<Vec<f64>, String> {
    let unread = |_| format!("`{text:.80}` is neither a number nor a list of numbers");
    let scores = match text.trim() {
        "" => vec![Real(BASE_SCORE)],
        list if list.starts_with('[') => serde_json::from_str::<Vec<Real>>(list).map_err(unread)?,
        number => vec![serde_json::from_str(number).map_err(unread)?],
    };
    let margins = scores
        .iter()
        .map(|score| {
            stored
                .margin(f64::from(score.0))
                .ok_or_else(|| format!("{} should be {}", score.0, stored.range()))
        })
        .collect::<std::result::Result<Vec<_>, _>>()?;
    match margins[..] {
        [one] => Ok(vec![one; outputs]),
        _ if margins.len() == outputs => Ok(margins),
        _ => Err(format!(
            "it has {} values, the model has {outputs} outputs",
            margins.len()
        )),
    }
}

/// Names and labels.
fn features(
    learner: &mut Learner,
    n: usize,
    notes: &mut Vec<String>,
    format: &'static str,
) -> Result<Vec<Feature>> {
    let names = std::mem::take(&mut learner.feature_names);
    let encodings = std::mem::take(&mut learner.booster.model.cats.enc);
    for (place, found) in [
        ("learner, feature_names", names.len()),
        (
            "learner, gradient_booster, model, cats, enc",
            encodings.len(),
        ),
    ] {
        if found != 0 && found != n {
            return Err(Error::malformed(
                format,
                place,
                format!("it has {found} entries, the model has {n} features"),
            ));
        }
    }
    let mut features = vec![Feature::default(); n];
    for (feature, name) in features.iter_mut().zip(names) {
        feature.name = Some(name);
    }
    limit::categories(encodings.iter().map(|Read(e)| e.values.len()).sum())?;
    for (at, (feature, Read(encoding))) in features.iter_mut().zip(encodings).enumerate() {
        if labels::doubtful(&encoding) {
            let name = feature.name.clone().unwrap_or_else(|| format!("f{at}"));
            notes.push(labels::doubt(&name));
        }
        feature.labels = labels::labels(&encoding).map_err(|what| {
            Error::malformed(
                format,
                format!("learner, gradient_booster, model, cats, enc, feature {at}"),
                what,
            )
        })?;
    }
    Ok(features)
}

/// The linear model of `gblinear`.
fn linear(
    ensemble: &mut Ensemble,
    model: &Model,
    options: &Options,
    format: &'static str,
) -> Result<()> {
    if let Iterations::First(_) = options.iterations {
        return Err(Error::unsupported(
            "a linear model has no iterations to choose from",
            "leave the number of iterations out",
        ));
    }
    let (features, outputs) = (ensemble.features.len(), ensemble.outputs());
    let place = "learner, gradient_booster, model, weights";
    let found = model.weights.len();
    if found != (features + 1) * outputs {
        return Err(Error::malformed(
            format,
            place,
            format!(
                "it has {found} entries, (features + 1) × outputs is ({features} + 1) × {outputs}"
            ),
        ));
    }
    if model.weights.iter().any(|w| !w.0.is_finite()) {
        return Err(Error::malformed(format, place, "a weight is not finite"));
    }
    let row = |feature: usize| &model.weights[feature * outputs..(feature + 1) * outputs];
    let first = ensemble.base[0];
    if ensemble.base.iter().any(|base| *base != first) {
        ensemble.source.notes.push(
            "As in XGBoost, every output of this linear model adds the base score of the first."
                .into(),
        );
    }
    for (base, bias) in ensemble.base.iter_mut().zip(row(features)) {
        *base = first + f64::from(bias.0);
    }
    let weights = (0..outputs)
        .flat_map(|k| (0..features).map(move |j| f64::from(row(j)[k].0)))
        .collect();
    ensemble.linear = Some(Linear { weights });
    Ok(())
}

/// The trees of `gbtree` and `dart`.
fn add_trees(
    ensemble: &mut Ensemble,
    learner: Learner,
    options: &Options,
    format: &'static str,
) -> Result<()> {
    let model = learner.booster.model;
    let wrong = |place: &str, what: String| {
        Error::malformed(format, format!("learner, gradient_booster, {place}"), what)
    };
    let count = |place, parameter: &crate::read::number::Parameter| {
        parameter.count().map_err(|what| wrong(place, what))
    };
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
    ensemble.covers = true;
    let drops = learner.booster.weight_drop;
    for (at, (Read(file), info)) in model
        .trees
        .into_iter()
        .zip(model.tree_info)
        .take(kept)
        .enumerate()
    {
        let mut tree = trees::tree(&file, at, info, shape, &mut ensemble.covers)?;
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
