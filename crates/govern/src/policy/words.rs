//! The closed lists of words that a policy chooses from.

use serde::{Deserialize, Serialize};

/// What an inconclusive verdict does to the exit code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInconclusive {
    /// It is shown and does not violate the policy.
    #[default]
    Warn,
    /// It violates the policy.
    Fail,
}

impl OnInconclusive {
    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// What kind of values an attribute has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Names without order.
    #[default]
    Categorical,
    /// Names with an order.
    Ordinal,
    /// Numbers cut into bins.
    NumericBinned,
    /// Several values per row; not available in this version.
    Multi,
}

/// What happens to rows whose attribute is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// Shown and compared as a group of its own, never judged.
    #[default]
    Report,
    /// Judged like any group.
    Judge,
    /// Left out.
    Drop,
}

/// On which side of its margin a value is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// At most the margin; a difference in either direction.
    #[serde(rename = "<=")]
    AtMost,
    /// Less than the margin; a difference in either direction.
    #[serde(rename = "<")]
    Less,
    /// At least the margin.
    #[serde(rename = ">=")]
    AtLeast,
    /// More than the margin.
    #[serde(rename = ">")]
    More,
    /// Between two limits, both allowed.
    #[serde(rename = "between")]
    Between,
}

impl Op {
    /// The sign in documents and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtMost => "<=",
            Self::Less => "<",
            Self::AtLeast => ">=",
            Self::More => ">",
            Self::Between => "between",
        }
    }
}

/// With what a check compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// Each group with the reference.
    ToReference,
    /// The highest group with the lowest.
    BetweenGroups,
    /// The group that is farthest from all rows with these.
    ToOverall,
}

/// How an interval becomes a state (GOVERNANCE §1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decide {
    /// Pass and breach must both be shown; inconclusive otherwise.
    #[default]
    ThreeWay,
    /// A breach unless a pass is shown: the burden is on the model.
    Strict,
    /// A pass unless a breach is shown: the burden is on the finding.
    Lenient,
    /// By the point estimate alone: a screen.
    Point,
}

/// How the p-values of a family are corrected (GOVERNANCE §1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// Not at all.
    #[default]
    None,
    /// Bonferroni; intervals at `1 − α/K`.
    Bonferroni,
    /// Holm; intervals as Bonferroni's.
    Holm,
    /// Benjamini–Hochberg; intervals at `1 − R·α/K` with `R` rejections.
    Bh,
    /// e-values; not available in this version.
    Ebh,
}

impl Correction {
    /// The name in documents and policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bonferroni => "bonferroni",
            Self::Holm => "holm",
            Self::Bh => "bh",
            Self::Ebh => "ebh",
        }
    }
}
