//! The policy file as it is written: every key, its type and its place, nothing checked yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use waage_core::quantity::Comparison;
use waage_result::finding::{Bilingual, Severity};

use super::kept::{Business, Document, Gate, People, Privacy, Review, RiskAppetite, System};
use super::words::{Against, Correction, Decide, Kind, OnInconclusive, Op, Unknown};
use crate::date::Date;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub schema: Spanned<String>,
    /// Resolved and taken out before the form is read; here so that other types are refused.
    #[serde(rename = "extends")]
    pub _extends: Option<String>,
    #[serde(default)]
    pub inconclusive: OnInconclusive,
    #[serde(default)]
    pub data: DataForm,
    #[serde(default)]
    pub attribute: Vec<AttributeForm>,
    #[serde(default)]
    pub intersection: Vec<IntersectionForm>,
    #[serde(default)]
    pub check: Vec<CheckForm>,
    #[serde(default)]
    pub family: BTreeMap<String, FamilyForm>,
    #[serde(default)]
    pub waiver: Vec<WaiverForm>,
    pub system: Option<System>,
    pub people: Option<People>,
    pub risk_appetite: Option<RiskAppetite>,
    #[serde(default)]
    pub gate: BTreeMap<String, Gate>,
    #[serde(default)]
    pub documents: BTreeMap<String, Document>,
    pub business: Option<Business>,
    pub review: Option<Review>,
    pub privacy: Option<Privacy>,
}

/// `[data]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DataForm {
    pub label: Option<String>,
    pub score: Option<String>,
    pub decision: Option<Spanned<String>>,
    pub threshold: Option<Spanned<f64>>,
    pub top_k: Option<Spanned<i64>>,
    pub top_fraction: Option<Spanned<Decimal>>,
    pub weight: Option<String>,
    pub id: Option<String>,
    pub cluster: Option<String>,
    pub propensity: Option<String>,
    #[serde(default)]
    pub membership: BTreeMap<String, Spanned<Vec<String>>>,
    pub favourable: Option<Spanned<toml::Value>>,
    pub stratum: Option<Names>,
    pub r#where: Option<String>,
    #[serde(default)]
    pub features: Vec<String>,
    pub group_min_n: Option<Spanned<i64>>,
    pub group_min_events: Option<Spanned<i64>>,
    pub min_share: Option<Spanned<f64>>,
    #[serde(default)]
    pub special_categories: bool,
}

/// `[[attribute]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeForm {
    pub name: Spanned<String>,
    pub column: Option<String>,
    pub kind: Option<Spanned<Kind>>,
    pub reference: Option<Spanned<String>>,
    #[serde(default)]
    pub groups: BTreeMap<String, Localised>,
    #[serde(default)]
    pub unknown: Unknown,
    pub basis: Option<String>,
    pub direct_use_reason: Option<String>,
    pub bins: Option<Spanned<BinsForm>>,
}

/// `[[intersection]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IntersectionForm {
    pub attributes: Spanned<Vec<String>>,
    pub max_depth: Option<Spanned<i64>>,
}

/// `[[check]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckForm {
    pub id: Spanned<String>,
    pub metric: Spanned<String>,
    pub comparison: Spanned<ComparisonWord>,
    pub scheme: Option<Spanned<Against>>,
    pub top_k: Option<Spanned<i64>>,
    pub attribute: Spanned<String>,
    pub op: Spanned<Op>,
    pub margin: Spanned<MarginForm>,
    pub confidence: Option<Spanned<f64>>,
    pub interval: Option<Spanned<String>>,
    #[serde(default)]
    pub decide: Decide,
    #[serde(default)]
    pub equivalence: bool,
    pub family: Option<Spanned<String>>,
    #[serde(default)]
    pub severity: Severity,
    pub why: Option<Localised>,
    #[serde(default)]
    pub risk: Vec<String>,
    #[serde(default)]
    pub gates: Vec<String>,
}

/// `[family.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FamilyForm {
    pub method: Spanned<Correction>,
}

/// `[[waiver]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverForm {
    pub id: Spanned<String>,
    pub check: Spanned<String>,
    #[serde(default)]
    pub scope: ScopeForm,
    pub justification: Spanned<String>,
    pub compensating_control: Option<Spanned<String>>,
    pub requested_by: Option<Spanned<String>>,
    pub approved_by: Spanned<Vec<String>>,
    pub created: Spanned<Date>,
    pub expires: Spanned<Date>,
}

/// `scope = { … }` of a waiver.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeForm {
    pub attribute: Option<String>,
    pub group: Option<String>,
}

/// The words for [`Comparison`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ComparisonWord {
    Difference,
    Ratio,
    None,
}

impl From<ComparisonWord> for Comparison {
    fn from(word: ComparisonWord) -> Self {
        match word {
            ComparisonWord::Difference => Self::Difference,
            ComparisonWord::Ratio => Self::Ratio,
            ComparisonWord::None => Self::None,
        }
    }
}

/// One number or two.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number, or [low, high] with op = \"between\""
)]
pub(super) enum MarginForm {
    One(f64),
    Between([f64; 2]),
}

/// A number of bins or their edges.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number of bins, or their edges such as [25, 40, 60]"
)]
pub(super) enum BinsForm {
    Quantiles(i64),
    Edges(Vec<f64>),
}

/// One name or several.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a column name, or a list of them")]
pub(super) enum Names {
    One(String),
    Many(Vec<String>),
}

/// A decimal number, exact where it is written in quotes.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a number such as 0.3, or the same in quotes"
)]
pub(super) enum Decimal {
    Number(f64),
    Text(String),
}

/// A text for both languages, or one per language.
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a text, or a table { en = \"…\", de = \"…\" }"
)]
pub(crate) enum Localised {
    Plain(String),
    Each(Each),
}

/// One text per language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Each {
    en: String,
    de: String,
}

impl From<Localised> for Bilingual {
    fn from(text: Localised) -> Self {
        match text {
            Localised::Plain(text) => Self {
                de: text.clone(),
                en: text,
            },
            Localised::Each(Each { en, de }) => Self { de, en },
        }
    }
}
