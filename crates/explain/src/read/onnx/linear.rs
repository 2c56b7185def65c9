//! `LinearRegressor` and `LinearClassifier`.

use super::attributes::{Attributes, malformed, same};
use super::{Parts, link, nodes};
use crate::Result;

/// The weights and intercepts of the operator; `width` is the number of features, where known.
pub fn parts(attributes: Attributes<'_>, classifier: bool, width: Option<usize>) -> Result<Parts> {
    let coefficients = attributes.numbers("coefficients")?;
    let intercepts = attributes.numbers("intercepts")?;
    if coefficients
        .iter()
        .chain(&intercepts)
        .any(|c| !c.is_finite())
    {
        return Err(malformed(
            "coefficients and intercepts",
            "every one must be a finite number",
        ));
    }
    let mut notes = Vec::new();
    let outputs = if classifier {
        let labels = attributes.ints("classlabels_ints").len()
            + attributes.texts("classlabels_strings").len();
        // Two classes may share one row, that of the second class.
        match (labels, width, intercepts.len()) {
            (2, Some(width), _) if coefficients.len() == width => 1,
            (2, None, 1) => 1,
            (labels, ..) => labels,
        }
    } else {
        usize::try_from(attributes.int("targets").unwrap_or(1)).unwrap_or(0)
    };
    if outputs == 0 || coefficients.is_empty() || !coefficients.len().is_multiple_of(outputs) {
        return Err(malformed(
            "coefficients",
            format!(
                "{} are no whole number of rows for {outputs} outputs",
                coefficients.len()
            ),
        ));
    }
    let features = coefficients.len() / outputs;
    if let Some(width) = width {
        same(
            "coefficients",
            coefficients.len(),
            width.saturating_mul(outputs),
        )?;
    }
    let base = if intercepts.is_empty() {
        vec![0.0; outputs]
    } else {
        same("intercepts", intercepts.len(), outputs)?;
        intercepts
    };
    let link = link(attributes.text("post_transform", "NONE")?, &mut notes)?;
    Ok(Parts {
        base,
        forest: nodes::Forest::default(),
        linear: Some(coefficients),
        link,
        features,
        notes,
    })
}
