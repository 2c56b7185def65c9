//! The whole model.

use super::file::{File, Learner};
use super::objective::{Stored, meaning};
use super::{boosted, labels, linear};
use crate::model::{CategoryRule, Ensemble, Feature, InputCast, Link, Source};
use crate::read::number::{Parameter, Real};
use crate::read::record::Read;
use crate::read::{Options, limit};
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
    let count = |place, parameter: &Parameter| parameter.count().map_err(|what| wrong(place, what));
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
    if link == Link::Unknown {
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
        covers: true,
        source,
    };
    match learner.booster.name.as_str() {
        "gblinear" => linear::add(&mut ensemble, &learner.booster.model, options, format)?,
        "gbtree" | "dart" => boosted::add(&mut ensemble, learner, options, format)?,
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
