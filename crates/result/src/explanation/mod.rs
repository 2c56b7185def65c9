//! What each quantity means: the document of `waage metrics`.

mod prose;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use prose::{PEERS, Prose};

/// The schema's name, first key of the document.
pub const METRICS_SCHEMA: &str = "waage/metrics/1";

/// The groups of quantities, in the order in which lists show them.
pub const GROUPS: [&str; 13] = [
    "counts",
    "rates",
    "errors",
    "classes",
    "scores",
    "calibration",
    "regression",
    "ranking",
    "disparities",
    "distances",
    "indices",
    "subgroups",
    "individual",
];

/// The quantities of Waage, explained in one language (`waage metrics --format json`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanations {
    /// Always `waage/metrics/1`.
    pub schema: String,
    /// The language of the texts: `en` or `de`.
    pub language: String,
    /// One per quantity, by group.
    pub metrics: Vec<Explanation>,
}

/// One quantity, explained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// The name in documents, policies and command lines.
    pub name: String,
    /// The name in words, as reports write it.
    pub title: String,
    /// What it belongs to: `counts`, `rates`, `errors`, `scores`, …
    pub group: String,
    /// Whether this version measures it; if not, formula, direction and range are absent.
    pub measured: bool,
    /// What it is, in one sentence.
    pub definition: String,
    /// The formula: TP FP FN TN are the cells, S selected, R rejected, w weights, s scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// When to use it.
    #[serde(rename = "use")]
    pub usage: String,
    /// When it misleads.
    pub misleads: String,
    /// Reasons for which it is undefined, as documents name them.
    pub undefined: Vec<String>,
    /// Which way is better: `higher`, `lower`, or `neutral` where only equality matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// Least and greatest possible value; null where unbounded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[Option<f64>; 2]>,
    /// Columns it needs: `label`, `decision`, `score`.
    pub needs: Vec<String>,
    /// How intervals are made, by what is estimated: `value` (of a group, or of the disparity itself),
    /// `difference` and `ratio` to the reference, `range_difference` and `range_ratio` over groups.
    pub intervals: IndexMap<String, String>,
    /// Other names that the command line and policies accept.
    pub aliases: Vec<String>,
    /// Names by library: `fairlearn`, `aif360`, `aequitas`, `clarify`, `sklearn`; in parentheses how it
    /// compares the group g with the reference r where that differs between libraries.
    pub peers: IndexMap<String, String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Explanation {
    /// The names under which other libraries know it. A call with parameters, such as
    /// `f1_score (average="micro")`, is another quantity than its bare name.
    pub fn peer_names(&self) -> impl Iterator<Item = &str> {
        self.peers
            .values()
            .flat_map(|names| names.split(", "))
            .filter(|name| !name.contains('='))
            .map(|name| name.split_once(" (").map_or(name, |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_names_are_read_without_their_conventions() {
        let mut page = Explanation::default();
        page.peers
            .insert("clarify".to_owned(), "CDDL, CDDPL".to_owned());
        page.peers.insert(
            "aif360".to_owned(),
            "mean_difference (g − r), x (max |g − r|), y (agg=\"mean\")".to_owned(),
        );
        assert_eq!(
            page.peer_names().collect::<Vec<_>>(),
            ["CDDL", "CDDPL", "mean_difference", "x"]
        );
    }
}
