//! The linear booster.

use super::file::Model;
use crate::model::{Ensemble, Linear};
use crate::read::{Iterations, Options};
use crate::{Error, Result};

/// The linear model of `gblinear`.
pub(super) fn add(
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
