//! Sections of the document on what is not known of each row: its group, or its label.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::EstimateDoc;

/// An attribute of which only probabilities are known: rates and gaps in three ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipResult {
    /// The attribute.
    pub attribute: String,
    /// Rows.
    pub n: u64,
    /// With whom groups are compared.
    pub reference: String,
    /// Cells of rows with the same probabilities, and of the same strata.
    pub cells: u64,
    /// Steps from 0 to 1 of the grid that probabilities were cut to, because there were too many
    /// different ones or too few rows of each; absent where they are exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid_steps: Option<u64>,
    /// Whether even so more than 5 % of the rows lie in cells of fewer than 30, so that the bounds may
    /// be too narrow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub thin_cells: bool,
    /// The least probability with which a row is assigned to its likeliest group; absent where every
    /// row is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Rows assigned to no group; null where a group is hidden.
    pub unclassified: Option<u64>,
    /// By group, in the order of the columns.
    pub groups: Vec<MembershipGroup>,
    /// Every other group against the reference, by metric and comparison.
    pub gaps: Vec<MembershipGap>,
}

/// A group that nobody is known to belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipGroup {
    /// The group: the column of its probabilities.
    pub group: String,
    /// Rows in expectation, the sum of their probabilities; null of a hidden group.
    pub expected: Option<f64>,
    /// Rows assigned to it; null of a hidden group.
    pub assigned: Option<u64>,
    /// By metric.
    pub metrics: Vec<MembershipRate>,
}

/// A rate of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipRate {
    /// The metric.
    pub metric: String,
    /// In three ways.
    #[serde(flatten)]
    pub answers: MembershipAnswers,
}

/// A gap to the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipGap {
    /// The group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// `difference` or `ratio`.
    pub comparison: String,
    /// In three ways.
    #[serde(flatten)]
    pub answers: MembershipAnswers,
    /// p-values of the hypothesis that the two groups do not differ.
    #[serde(default)]
    pub p: MembershipP,
}

/// p-values of a gap of groups known by probabilities; null where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipP {
    /// From the replicates of the weighted gap.
    pub weighted: Option<f64>,
    /// By likeliest group: the test of proportions, from replicates where these draw clusters.
    pub threshold: Option<f64>,
    /// That rows may belong to the groups so that they do not differ: 1 where the bounds allow it.
    pub bounds: Option<f64>,
}

/// One question, answered in three ways.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembershipAnswers {
    /// Every row counts for each group with its probability.
    pub weighted: EstimateDoc,
    /// Every row counts for its likeliest group alone.
    pub threshold: EstimateDoc,
    /// Every way in which rows may belong to groups with these probabilities.
    pub bounds: BoundsDoc,
}

/// Between which values the data leave something open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoundsDoc {
    /// The least value; null where undefined.
    pub lower: Option<f64>,
    /// The greatest value; null where undefined or unbounded.
    pub upper: Option<f64>,
    /// The weighted value with the interval that holds both, sampling error included: what is judged.
    #[serde(flatten)]
    pub estimate: EstimateDoc,
}

/// Rates and score metrics of labels by groups of one attribute or of an intersection, where labels are
/// missing with known probabilities.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropensityResult {
    /// The attribute; those of an intersection joined by `*`.
    pub attribute: String,
    /// With whom groups are compared; null where there is nobody.
    pub reference: Option<String>,
    /// By group.
    pub groups: Vec<PropensityGroup>,
    /// Every other group against the reference, by metric and comparison.
    pub gaps: Vec<PropensityGap>,
}

/// A group of which some rows have a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropensityGroup {
    /// The group.
    pub group: String,
    /// Rows.
    pub n: u64,
    /// Rows with a label.
    pub labelled: u64,
    /// Kish's effective rows of those: so many rows of equal weight tell as much.
    pub effective: Option<f64>,
    /// By metric.
    pub metrics: Vec<PropensityRate>,
}

/// A rate or score metric of labels of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropensityRate {
    /// The metric.
    pub metric: String,
    /// Without the propensities: the worst cases of the unknown labels; none of score metrics.
    pub bounds: EstimateDoc,
    /// Labelled rows weighted by the inverse of their propensity.
    pub ipw: EstimateDoc,
}

/// A gap of labels to the reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropensityGap {
    /// The group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// `difference` or `ratio`.
    pub comparison: String,
    /// Without the propensities: the worst cases of the unknown labels.
    pub bounds: EstimateDoc,
    /// Labelled rows weighted by the inverse of their propensity.
    pub ipw: EstimateDoc,
}
