//! The lists of an explanation.

use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use waage_result::attribution::{ExplainResult, FeatureDoc, FeatureGroupDoc};
use waage_result::document::EstimateDoc;

use super::Columns;

/// One row per feature (and output, of several): the estimate `mean_abs` with `low` and `high`, the
/// estimate `mean` with `mean_low` and `mean_high`, `n` and the intervals' `method`.
///
/// # Errors
/// Never for a document that this library made.
pub fn features(result: &ExplainResult) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<&FeatureDoc> = result.features.iter().collect();
    let mut columns = Columns::default();
    columns.text("feature", rows.iter().map(|row| Some(row.feature.as_str())));
    outputs(&mut columns, result, rows.iter().copied());
    let means: Vec<_> = rows.iter().map(|row| (&row.mean_abs, &row.mean)).collect();
    estimates(&mut columns, &means);
    columns.finish()
}

/// One row per feature and group: `attribute`, `group` (null is missing), else as [`features`].
///
/// # Errors
/// Never for a document that this library made.
pub fn feature_groups(result: &ExplainResult) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<(&FeatureDoc, &FeatureGroupDoc)> = result
        .features
        .iter()
        .flat_map(|feature| feature.by_group.iter().map(move |group| (feature, group)))
        .collect();
    let mut columns = Columns::default();
    columns.text(
        "attribute",
        rows.iter().map(|(_, group)| Some(group.attribute.as_str())),
    );
    columns.text(
        "group",
        rows.iter().map(|(_, group)| group.group.as_deref()),
    );
    columns.text(
        "feature",
        rows.iter()
            .map(|(feature, _)| Some(feature.feature.as_str())),
    );
    outputs(
        &mut columns,
        result,
        rows.iter().map(|(feature, _)| *feature),
    );
    let means: Vec<_> = rows
        .iter()
        .map(|(_, group)| (&group.mean_abs, &group.mean))
        .collect();
    estimates(&mut columns, &means);
    columns.finish()
}

fn outputs<'a>(
    columns: &mut Columns,
    result: &ExplainResult,
    features: impl Iterator<Item = &'a FeatureDoc>,
) {
    if result.model.outputs > 1 {
        columns.count("output", features.map(|feature| feature.output));
    }
}

fn estimates(columns: &mut Columns, means: &[(&EstimateDoc, &EstimateDoc)]) {
    columns.real("mean_abs", means.iter().map(|(size, _)| size.value));
    columns.real("low", means.iter().map(|(size, _)| size.low));
    columns.real("high", means.iter().map(|(size, _)| size.high));
    columns.real("mean", means.iter().map(|(_, mean)| mean.value));
    columns.real("mean_low", means.iter().map(|(_, mean)| mean.low));
    columns.real("mean_high", means.iter().map(|(_, mean)| mean.high));
    columns.count("n", means.iter().map(|(size, _)| Some(size.n)));
    columns.text(
        "method",
        means.iter().map(|(size, _)| Some(size.method.as_str())),
    );
    columns.text(
        "reason",
        means.iter().map(|(size, _)| size.reason.as_deref()),
    );
}
