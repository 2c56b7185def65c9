//! Sections of the document that are made where they are asked for: rankings, and the tables of Local
//! Law 144.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::EstimateDoc;

/// The ranking of all scored rows, the highest score first, by the groups of one view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankingResult {
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// Rows in the list: those with a score.
    pub n: u64,
    /// Places that are looked at: the cut's, or all.
    pub length: u64,
    /// With whom exposure is compared; null where there is nobody.
    pub reference: Option<String>,
    /// Normalised discounted divergence of prefixes from the shares of the list.
    pub ndkl: EstimateDoc,
    /// Gain of the relevant rows (label 1) over that of a list with all of them first; absent without labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndcg: Option<EstimateDoc>,
    /// Prefixes and groups with fewer places than their share, rounded down.
    pub infeasible_index: EstimateDoc,
    /// By number of first places: what is told of all groups.
    pub at: Vec<RankingAt>,
    /// By group.
    pub groups: Vec<RankedGroup>,
}

/// All groups among the first places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankingAt {
    /// How many first places.
    pub k: u64,
    /// The least skew of a group.
    pub min_skew: EstimateDoc,
    /// The greatest skew of a group.
    pub max_skew: EstimateDoc,
}

/// One group's places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankedGroup {
    /// The group.
    pub group: String,
    /// Its rows in the list.
    pub n: u64,
    /// Mean attention of its rows, `1/log2(place + 1)` up to the length looked at.
    pub mean_exposure: EstimateDoc,
    /// Its share of all attention.
    pub exposure_share: EstimateDoc,
    /// Its mean exposure over that of the reference; absent for the reference itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demographic_parity_of_exposure: Option<EstimateDoc>,
    /// rND of the group against all others.
    pub rnd: EstimateDoc,
    /// rKL of the group against all others.
    pub rkl: EstimateDoc,
    /// rRD of the group against all others.
    pub rrd: EstimateDoc,
    /// Its mean exposure over its mean relevance, the share of its rows with label 1; absent without labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_per_relevance: Option<EstimateDoc>,
    /// That over the reference's: attention in proportion to merit is 1; absent for the reference itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_per_relevance_ratio: Option<EstimateDoc>,
    /// Discounted cumulative gain of its relevant rows; absent without labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dcg: Option<EstimateDoc>,
    /// By number of first places.
    pub at: Vec<RankedGroupAt>,
    /// FA*IR's test of the group; null where there is none, as of a hidden group.
    pub fa_ir: Option<FairTestDoc>,
}

/// One group among the first places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankedGroupAt {
    /// How many first places.
    pub k: u64,
    /// Share of the group that is among them.
    pub top_k_selection_rate: EstimateDoc,
    /// Its share of them.
    pub representation_at: EstimateDoc,
    /// Logarithm of that share over its share of the list.
    pub skew_at: EstimateDoc,
}

/// FA*IR: whether every prefix holds enough of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FairTestDoc {
    /// The proportion asked for: the group's share of the list.
    pub p: f64,
    /// The test's error over all prefixes.
    pub alpha: f64,
    /// The level at each prefix that keeps it.
    pub alpha_adjusted: f64,
    /// Places tested: those looked at, 1000 at most.
    pub places: u64,
    /// Whether every prefix has enough of the group.
    pub passes: bool,
    /// The first prefix with too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails_at: Option<u64>,
    /// Rows of the group it has, expected ones among tied rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<f64>,
    /// Rows of the group it would need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u64>,
}

/// A table of New York City's Local Law 144: rates of categories and their ratios to the highest one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImpactTable {
    /// Attribute, or attributes joined by `*`.
    pub attribute: String,
    /// `selection_rate`, `rejection_share` where not to be selected is favourable, or `scoring_rate`.
    pub measure: String,
    /// The median score of all rows, of scoring rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median: Option<f64>,
    /// Rows with a decision, or a score.
    pub n: u64,
    /// Those among them whose category is unknown: they are in no rate and no ratio.
    /// Null where that would give a hidden group away.
    pub unknown: Option<u64>,
    /// Categories with a smaller share have no ratio and are never the highest.
    pub min_share: f64,
    /// The category with the highest rate.
    pub highest: Option<String>,
    /// By known category.
    pub groups: Vec<ImpactGroup>,
}

/// One category of a table of Local Law 144.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImpactGroup {
    /// The category.
    pub group: String,
    /// Its rows with a decision, or a score.
    pub n: u64,
    /// Those with the favourable decision, or above the median; fractional where a cut is tied, an effective number where
    /// rows have weights. Null of a hidden group.
    pub hits: Option<f64>,
    /// The rate.
    pub rate: EstimateDoc,
    /// The rate over the highest one.
    pub impact_ratio: EstimateDoc,
    /// Whether it is left out of the ratios because its share is small.
    pub left_out: bool,
}

/// One estimate of a ranking.
#[derive(Clone, Copy, Debug)]
pub struct RankingEntry<'a> {
    /// The group; `None` for what is told of all.
    pub group: Option<&'a str>,
    /// The quantity's name.
    pub metric: &'static str,
    /// Of how many first places, if of some.
    pub k: Option<u64>,
    /// The estimate.
    pub estimate: &'a EstimateDoc,
}

impl RankingResult {
    /// Every estimate: those of all groups, then those of each.
    pub fn entries(&self) -> impl Iterator<Item = RankingEntry<'_>> {
        let entry = |group, metric, k, estimate| RankingEntry {
            group,
            metric,
            k,
            estimate,
        };
        let whole = [
            entry(None, "ndkl", None, &self.ndkl),
            entry(None, "infeasible_index", None, &self.infeasible_index),
        ];
        let ndcg = self.ndcg.iter();
        let ndcg = ndcg.map(move |ndcg| entry(None, "ndcg", None, ndcg));
        let of_all = self.at.iter().flat_map(move |at| {
            [
                entry(None, "min_skew", Some(at.k), &at.min_skew),
                entry(None, "max_skew", Some(at.k), &at.max_skew),
            ]
        });
        let of_groups = self.groups.iter().flat_map(move |g| {
            let name = Some(g.group.as_str());
            let optional = [
                (
                    "demographic_parity_of_exposure",
                    &g.demographic_parity_of_exposure,
                ),
                ("exposure_per_relevance", &g.exposure_per_relevance),
                (
                    "exposure_per_relevance_ratio",
                    &g.exposure_per_relevance_ratio,
                ),
                ("dcg", &g.dcg),
            ];
            let optional = optional
                .into_iter()
                .filter_map(|(metric, of)| Some((metric, of.as_ref()?)));
            let own = [
                entry(name, "mean_exposure", None, &g.mean_exposure),
                entry(name, "exposure_share", None, &g.exposure_share),
                entry(name, "rnd", None, &g.rnd),
                entry(name, "rkl", None, &g.rkl),
                entry(name, "rrd", None, &g.rrd),
            ];
            let at = g.at.iter().flat_map(move |at| {
                [
                    entry(
                        name,
                        "top_k_selection_rate",
                        Some(at.k),
                        &at.top_k_selection_rate,
                    ),
                    entry(name, "representation_at", Some(at.k), &at.representation_at),
                    entry(name, "skew_at", Some(at.k), &at.skew_at),
                ]
            });
            own.into_iter()
                .chain(optional.map(move |(metric, of)| entry(name, metric, None, of)))
                .chain(at)
        });
        whole.into_iter().chain(ndcg).chain(of_all).chain(of_groups)
    }
}
