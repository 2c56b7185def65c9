//! Everything that determines a result.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to audit and how: the same spec on the same rows gives the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AuditSpec {
    /// Which column plays which part.
    pub roles: RolesSpec,
    /// Rows to keep, as a condition on columns; all rows if absent.
    pub filter: Option<String>,
    /// Reference group per attribute; the largest (not missing) one if absent.
    pub reference: IndexMap<String, String>,
    /// Metrics to show; all that the roles allow if absent.
    pub metrics: Option<Vec<String>>,
    /// Schemes of comparison besides `to_reference`, `to_complement`, `between_groups` and
    /// `to_overall`: `to_best`, `pairwise`, `group_min`, `group_max`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<String>,
    /// Groups with a smaller share of all rows keep their rates, but have no ratio to the best
    /// group and never are it.
    pub min_share: f64,
    /// Whether to rank the scored rows, and at which numbers of first places groups are counted:
    /// ascending, at most 20; where the list is empty, 10, 100 and 1000 as far as they are within the
    /// list, and the length of a top-k or top fraction. Not ranked if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Vec<u64>>,
    /// Whether to add the tables of New York City's Local Law 144: impact ratios of selection rates,
    /// and of scoring rates where there are scores.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ll144: bool,
    /// Columns of numbers by which rows are alike, to tell whether such rows are treated alike; not told
    /// if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Nearest rows with which each row is compared, itself among them.
    pub neighbours: u32,
    /// Largest difference of scores per unit of distance that is allowed, the features being in standard
    /// deviations; violations are not counted if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lipschitz: Option<f64>,
    /// The least probability with which a row is assigned to its likeliest group, where groups are
    /// known by probabilities alone; every row is if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub membership_threshold: Option<f64>,
    /// Confidence of the intervals shown, between 0 and 1.
    pub confidence: f64,
    /// Bootstrap replicates; 0 for none.
    pub bootstrap: u32,
    /// Seed of every random stream.
    pub seed: u64,
    /// Bytes of memory: scores are kept one by one while they fit, at 48 bytes for each distinct
    /// score of each cell and outcome, and are counted on a fixed grid beyond; a first scan of
    /// standard input keeps at most as much.
    pub memory: u64,
    /// Clusters that may occur, unless rows are sorted by them: each is held while rows are counted,
    /// at 48 bytes or more.
    pub max_clusters: u64,
}

/// Clusters that may occur where nobody says otherwise.
pub const MAX_CLUSTERS_DEFAULT: u64 = 10_000_000;

impl Default for AuditSpec {
    fn default() -> Self {
        Self {
            roles: RolesSpec::default(),
            filter: None,
            reference: IndexMap::new(),
            metrics: None,
            schemes: Vec::new(),
            min_share: 0.0,
            ranking: None,
            ll144: false,
            features: Vec::new(),
            neighbours: 5,
            lipschitz: None,
            membership_threshold: None,
            confidence: 0.95,
            bootstrap: 1000,
            seed: 0,
            memory: crate::memory::MEMORY_DEFAULT,
            max_clusters: MAX_CLUSTERS_DEFAULT,
        }
    }
}

/// Which column plays which part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RolesSpec {
    /// What really happened: 1 is favourable.
    pub label: Option<String>,
    /// A number that really happened; the score is its prediction, and the audit one of errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What was decided: 1 is selected.
    pub decision: Option<String>,
    /// The model's score; higher is more likely selected.
    pub score: Option<String>,
    /// How a decision follows from the score.
    pub cut: Option<Cut>,
    /// Weight of a row, finite and not negative.
    pub weight: Option<String>,
    /// Identifier of a row; breaks ties at a cut of the score.
    pub id: Option<String>,
    /// What rows depend on each other by, such as a person or a household: equal for the rows of
    /// one. Replicates then draw clusters instead of rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// The known probability that a row got its label, above 0 and at most 1 where it has one: rates
    /// of labels then have estimates weighted by its inverse beside their bounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propensity: Option<String>,
    /// Sensitive attributes of which only probabilities are known, a column for each group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub membership: Vec<MembershipSpec>,
    /// The decision that is favourable to people, as the decision column writes it, or 0 or 1; that
    /// of the selected if absent. Rates keep their definitions; the best group, the four-fifths
    /// flag, the impact ratio and the built-in policy follow it. Of several classes the one that is
    /// judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favourable: Option<String>,
    /// Attributes whose groups are compared.
    pub sensitive: Vec<AttributeSpec>,
    /// Legitimate conditions within which groups may be compared.
    pub stratum: Vec<AttributeSpec>,
    /// The value that means 1 where label or decision are neither bool nor 0/1.
    pub positive: Option<String>,
}

/// A sensitive attribute of which only probabilities are known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MembershipSpec {
    /// The attribute's name in results.
    pub name: String,
    /// The columns of probabilities, one for each group, which is called as its column: from 0 to 1
    /// and summing to 1 in each row.
    pub columns: Vec<String>,
}

/// A membership that could not be read from its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--membership {text:?}: {problem}; write ATTRIBUTE=COLUMN,COLUMN,… with a column of probabilities for each group, such as race=p_white,p_black"
)]
pub struct MembershipSyntax {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl MembershipSpec {
    /// Reads `race=p_white,p_black`.
    ///
    /// # Errors
    /// [`MembershipSyntax`] when the name or a column is missing.
    pub fn parse(text: &str) -> Result<Self, MembershipSyntax> {
        let fail = |problem: &str| MembershipSyntax {
            text: text.to_owned(),
            problem: problem.to_owned(),
        };
        let (name, columns) = text
            .split_once('=')
            .ok_or_else(|| fail("the attribute is not named"))?;
        let columns: Vec<String> = columns.split(',').map(|c| c.trim().to_owned()).collect();
        if name.trim().is_empty() {
            return Err(fail("the attribute's name is empty"));
        }
        if columns.iter().any(String::is_empty) {
            return Err(fail("a column's name is empty"));
        }
        Ok(Self {
            name: name.trim().to_owned(),
            columns,
        })
    }
}

/// How a decision follows from a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Selected if the score is at least this.
    Threshold(f64),
    /// The so many highest scores; ties at the cut count fractionally unless an id breaks them.
    TopK(u64),
    /// That share of the scored rows, rounded down to whole rows; a decimal such as `"0.3"`.
    TopFraction(String),
}

/// An attribute: a column as it is, or cut into bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttributeSpec {
    /// The name in results; the column's unless a policy names it otherwise.
    pub name: String,
    /// The column.
    pub column: String,
    /// How numbers become groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bins: Option<Bins>,
}

/// How numbers become groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bins {
    /// Left-closed bins between ascending edges: `<25`, `25..<40`, `>=40`.
    Edges(Vec<f64>),
    /// So many bins of equal mass, edges from the data.
    Quantiles(u32),
}

/// An attribute that could not be read from its text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "--sensitive {text:?}: {problem}; write COLUMN, COLUMN:EDGE:EDGE or COLUMN/BINS, such as gender, age:25:40:60 or age/4"
)]
pub struct AttributeSyntax {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

impl AttributeSpec {
    /// A column as it is.
    #[must_use]
    pub fn column(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            column: name.to_owned(),
            bins: None,
        }
    }

    /// Reads `gender`, `age:25:40:60` or `age/4`.
    ///
    /// # Errors
    /// [`AttributeSyntax`] when edges are not ascending numbers or the bins not 2 to 100.
    pub fn parse(text: &str) -> Result<Self, AttributeSyntax> {
        let fail = |problem: &str| AttributeSyntax {
            text: text.to_owned(),
            problem: problem.to_owned(),
        };
        let text = text.trim();
        let spec = |column: &str, bins| Self {
            name: column.to_owned(),
            column: column.to_owned(),
            bins: Some(bins),
        };
        if text.is_empty() {
            return Err(fail("the column's name is empty"));
        }
        if let Some((column, count)) = text.rsplit_once('/')
            && let Ok(count) = count.parse::<u32>()
        {
            if !(2..=100).contains(&count) {
                return Err(fail("the number of bins must lie between 2 and 100"));
            }
            return Ok(spec(column, Bins::Quantiles(count)));
        }
        let mut parts = text.split(':');
        let column = parts.next().unwrap_or_default();
        let edges: Vec<&str> = parts.collect();
        if edges.is_empty() {
            return Ok(Self::column(text));
        }
        let edges = edges
            .iter()
            .map(|edge| edge.trim().parse::<f64>().ok().filter(|e| e.is_finite()))
            .collect::<Option<Vec<f64>>>()
            .ok_or_else(|| fail("an edge is not a number"))?;
        if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(fail("edges must ascend"));
        }
        Ok(spec(column, Bins::Edges(edges)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memberships_parse_as_a_name_and_columns() {
        let parsed = MembershipSpec::parse("race= p_white,p_black ").unwrap();
        assert_eq!(parsed.name, "race");
        assert_eq!(parsed.columns, ["p_white", "p_black"]);
        for bad in ["race", "=p", "race=", "race=p,,q"] {
            let message = MembershipSpec::parse(bad).unwrap_err().to_string();
            assert!(message.contains("race=p_white,p_black"), "{message}");
        }
    }

    #[test]
    fn attributes_parse_as_columns_edges_and_quantiles() {
        assert_eq!(
            AttributeSpec::parse("gender").unwrap(),
            AttributeSpec::column("gender")
        );
        assert_eq!(
            AttributeSpec::parse("age:25:40:60").unwrap().bins,
            Some(Bins::Edges(vec![25.0, 40.0, 60.0]))
        );
        assert_eq!(
            AttributeSpec::parse("age/4").unwrap().bins,
            Some(Bins::Quantiles(4))
        );
        for bad in ["age:40:25", "age:x", "age/1", "", "age:inf"] {
            assert!(AttributeSpec::parse(bad).is_err(), "{bad}");
        }
    }
}
