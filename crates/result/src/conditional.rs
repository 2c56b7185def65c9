//! What an audit tells of comparisons within strata.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Disparity, EstimateDoc, GroupResult};

/// A group against the reference, over all rows and within strata.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conditional {
    /// Attribute.
    pub attribute: String,
    /// The strata's attribute, or attributes joined by `*`, which are one stratification together.
    pub stratum: String,
    /// The group compared.
    pub group: String,
    /// What it is compared with.
    pub reference: String,
    /// Which proportion, or which error of predictions.
    pub metric: String,
    /// Over all rows, the strata forgotten.
    pub marginal: Effect,
    /// The difference there would be if both groups were spread over the strata as all rows are;
    /// over the strata where both occur.
    pub standardized: EstimateDoc,
    /// Share of the strata's rows that `standardized` leaves out because one of the groups is
    /// absent.
    pub dropped_share: f64,
    /// Strata in which both groups occur; of errors those that tell of both how sure they are.
    pub strata_used: u64,
    /// All other strata.
    pub strata_dropped: u64,
    /// The effect common to all strata, after Mantel and Haenszel.
    pub mantel_haenszel: Effect,
    /// The group's share of the misses against its share of the hits; of the selection rate
    /// (Clarify's CDDPL) and the base rate (CDDL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographic_disparity: Option<DemographicDisparity>,
    /// p-value of the Cochran-Mantel-Haenszel test that no stratum has a gap, without continuity
    /// correction; null where no stratum says anything.
    pub cmh_p: Option<f64>,
    /// p-value of the Breslow-Day test, with Tarone's correction, that the odds ratio is the same in
    /// every stratum; null for fewer than two strata that say anything.
    pub breslow_day_p: Option<f64>,
    /// Whether the gap within strata (`mantel_haenszel.difference`) has the opposite sign of the gap
    /// over all rows: `strong` if neither interval holds 0, else `weak`; null if it has not.
    pub simpson: Option<Simpson>,
    /// The stratum that does most to turn the gap round: a group abounds there and its rate is far
    /// from the usual. Null without a reversal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// Both rates in each of the largest strata.
    pub strata: Vec<StratumRates>,
}

/// How sure a reversal within strata is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Simpson {
    /// The signs differ; at least one interval holds 0.
    Weak,
    /// The signs differ and neither interval holds 0.
    Strong,
}

impl Simpson {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
        }
    }
}

/// A comparison in its three scales.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// Group minus reference.
    pub difference: EstimateDoc,
    /// Group over reference.
    pub ratio: EstimateDoc,
    /// Odds of the group over odds of the reference; null for errors.
    pub odds_ratio: EstimateDoc,
}

/// A group's share of everybody rejected (or of negative labels) minus its share of everybody
/// selected (or of positive ones), against all other groups: positive where the group is
/// over-represented among the rejected.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DemographicDisparity {
    /// Over all rows, the strata forgotten.
    pub marginal: EstimateDoc,
    /// The mean of the strata's, weighted by their rows. Within a stratum a share of nothing is 0.
    pub conditional: EstimateDoc,
}

/// Two rates in one stratum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StratumRates {
    /// The stratum's label, or labels joined by `*`.
    pub level: String,
    /// Its weight in `standardized`; 0 where one of the groups is absent.
    pub weight: f64,
    /// The group's rate.
    pub group: EstimateDoc,
    /// The reference's rate.
    pub reference: EstimateDoc,
    /// Group minus reference.
    pub difference: EstimateDoc,
    /// Group over reference.
    pub ratio: EstimateDoc,
}

/// What is measured inside one stratum.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StratumResult {
    /// The strata's attribute, or attributes joined by `*`.
    pub stratum: String,
    /// The stratum's label, or labels joined by `*`.
    pub level: String,
    /// Rows of the stratum.
    pub n: u64,
    /// Its groups by each attribute.
    pub groups: Vec<GroupResult>,
    /// Every scheme's comparisons inside the stratum.
    pub disparities: Vec<Disparity>,
}
