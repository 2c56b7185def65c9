//! Rows compared with rows, and numeric outcomes of two groups, for the package `waage.metrics`.

use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use waage_audit::individual::{self, Features, Flips, IndividualError};
use waage_audit::regression::{
    self, Outcomes, mae_ratio, mean_prediction_difference, rmse_ratio, zscore_difference,
};

use crate::WaageError;
use crate::observer::guarded;

/// What a function tells of rows of features and their outcomes.
fn compared<T: Send>(
    py: Python<'_>,
    features: &PyReadonlyArray2<'_, f64>,
    outcomes: &PyReadonlyArray1<'_, f64>,
    of: impl FnOnce(&Features<'_>, &[f64]) -> Result<T, IndividualError> + Send,
) -> PyResult<T> {
    let columns = features.as_array().ncols();
    let (values, outcomes) = (features.as_slice()?, outcomes.as_slice()?);
    let found = guarded(py, || of(&Features::new(values, columns)?, outcomes))?;
    found.map_err(|error| WaageError::new_err(error.to_string()))
}

/// Consistency of outcomes with those of the nearest rows.
#[pyfunction]
pub fn consistency(
    py: Python<'_>,
    features: PyReadonlyArray2<'_, f64>,
    outcomes: PyReadonlyArray1<'_, f64>,
    neighbours: usize,
    exclude_self: bool,
) -> PyResult<f64> {
    compared(py, &features, &outcomes, |features, outcomes| {
        individual::consistency(features, outcomes, neighbours, exclude_self)
    })
}

/// Pairs, violations, twins and the steepest slope of scores over features.
#[pyfunction]
pub fn steepness(
    py: Python<'_>,
    features: PyReadonlyArray2<'_, f64>,
    scores: PyReadonlyArray1<'_, f64>,
    limit: f64,
) -> PyResult<(u64, u64, u64, Option<f64>)> {
    let found = compared(py, &features, &scores, |features, scores| {
        individual::steepness(features, scores, limit)
    })?;
    Ok((found.pairs, found.violations, found.twins, found.constant))
}

/// Positives, negatives, flips of each, and the interval of the rate of flips.
type Flipped = (u64, u64, u64, u64, Option<f64>, Option<f64>);

/// Decisions before and after an alteration.
#[pyfunction]
pub fn flips(
    py: Python<'_>,
    before: PyReadonlyArray1<'_, bool>,
    after: PyReadonlyArray1<'_, bool>,
    level: f64,
) -> PyResult<Flipped> {
    let (before, after) = (before.as_slice()?, after.as_slice()?);
    let pairs = || before.iter().copied().zip(after.iter().copied());
    let flips = guarded(py, || Flips::of(pairs()))?;
    let interval = flips.interval(level);
    let Flips {
        positives,
        negatives,
        to_negative,
        to_positive,
    } = flips;
    Ok((
        positives,
        negatives,
        to_negative,
        to_positive,
        interval.low,
        interval.high,
    ))
}

/// A comparison of numeric predictions of two groups by its name: the value, or why there is none.
#[pyfunction]
pub fn regression_gap(
    name: &str,
    group: [PyReadonlyArray1<'_, f64>; 3],
    reference: [PyReadonlyArray1<'_, f64>; 3],
) -> PyResult<(Option<f64>, Option<&'static str>)> {
    let sums = |[y, p, w]: &[PyReadonlyArray1<'_, f64>; 3]| -> PyResult<Outcomes> {
        let (y, p, w) = (y.as_slice()?, p.as_slice()?, w.as_slice()?);
        let rows = y.iter().zip(p).zip(w);
        Ok(regression::Outcomes::of(
            rows.map(|((y, p), w)| (*y, *p, *w)),
        ))
    };
    let (group, reference) = (sums(&group)?, sums(&reference)?);
    let found = match name {
        "rmse_ratio" => rmse_ratio(&group, &reference),
        "mae_ratio" => mae_ratio(&group, &reference),
        "avg_score_diff" => mean_prediction_difference(&group, &reference),
        "zscore_diff" => zscore_difference(&group, &reference),
        other => {
            return Err(WaageError::new_err(format!(
                "no comparison of numeric outcomes is called {other:?}"
            )));
        }
    };
    Ok(match found {
        Ok(value) => (Some(value), None),
        Err(reason) => (None, Some(reason.name())),
    })
}
