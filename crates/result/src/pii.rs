//! The document of `waage privacy scan`: which columns look like personal data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The schema's name, first key of every document of a scan for personal data.
pub const PII_SCHEMA: &str = "waage/pii-scan/1";

/// Which columns look like personal data (`waage privacy scan --format json`). Holds no value of the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PiiResult {
    /// Always `waage/pii-scan/1`.
    pub schema: String,
    /// Rows that were looked at: the first ones.
    pub rows: u64,
    /// Whether those were all.
    pub all_rows: bool,
    /// Columns in their order.
    pub columns: Vec<PiiColumn>,
    /// What to do something about, the gravest first.
    pub warnings: Vec<PiiWarning>,
}

/// One column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PiiColumn {
    /// Its name.
    pub column: String,
    /// `none`, `possible` or `likely`.
    pub verdict: String,
    /// Rows with a value.
    pub values: u64,
    /// What was found, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<PiiFound>,
}

/// One kind of personal data in a column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PiiFound {
    /// `email`, `phone`, `iban`, `card`, `tax_id`, `health_insurance`, `ip`, `url_query`, `date_of_birth`, `street`,
    /// `name`, `free_text`, `unique_key` or `protected`.
    pub kind: String,
    /// `possible` or `likely`.
    pub verdict: String,
    /// Share of the values of which it holds; null where only the name tells.
    pub hit_rate: Option<f64>,
    /// Whether the column's name says so too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_name: bool,
}

/// What to do something about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PiiWarning {
    /// `pii_feature`, `protected_feature`, `key_feature` or `unused_text`.
    pub code: String,
    /// `major` or `minor`.
    pub severity: String,
    /// The column.
    pub column: String,
}
