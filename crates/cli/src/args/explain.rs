//! What `waage explain` accepts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Lang, PageFormat};
use crate::roles::Reading;

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Which features does the model rely on, for women and for men? Attributions of every lead to Parquet:
    waage explain model.json leads.parquet --id lead_id --sensitive gender --out shap.parquet
  Against the leads of last year, as background:
    waage explain model.ubj leads.parquet --background last-year.parquet --out shap.parquet
  A model that does not name its features:
    waage explain model.json leads.parquet --features visits,minutes_on_site,past_purchases

MODEL is a file of XGBoost (.json, .ubj), LightGBM (text), CatBoost (.json), ONNX or skops. Values are exact, in
margin space, before the link function. Exit codes: 0 explained, 2 could not run, 130 interrupted.";

/// How a margin is divided among features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IndexName {
    /// Shapley values: add up to the margin
    Shapley,
    /// Banzhaf values: mean effects over all coalitions
    Banzhaf,
}

/// `waage explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Model file: XGBoost, LightGBM, CatBoost, ONNX or skops
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,

    /// Columns of the features in the model's order; by the model's own names if absent
    #[arg(
        long,
        value_name = "C[,D…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub features: Vec<String>,
    /// JSON file of the labels of categorical features in the order of their codes, where the model has none or wrong ones
    #[arg(long, value_name = "FILE", help_heading = "Roles")]
    pub categories: Option<PathBuf>,
    /// Attributes whose groups are told apart: gender, age:25:40:60 (bins), age/4 (quantile bins)
    #[arg(
        long,
        value_name = "A[,B…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub sensitive: Vec<String>,
    /// Column that identifies a row; written beside its attributions
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub id: Option<String>,
    /// Column of row weights, for the means
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub weight: Option<String>,
    /// Rows to keep: visits > 3 and region in ('north', 'south')
    #[arg(long = "where", value_name = "EXPR", help_heading = "Roles")]
    pub filter: Option<String>,

    /// Rows that stand in for unknown features; the training rows, as the trees counted them, if absent
    #[arg(long, value_name = "DATA", help_heading = "Method")]
    pub background: Vec<String>,
    /// How a margin is divided among features
    #[arg(long, value_enum, default_value = "shapley", help_heading = "Method")]
    pub index: IndexName,
    /// Iterations of boosting that count: all, best (by early stopping) or a number
    #[arg(long, value_name = "N", default_value = "all", help_heading = "Method")]
    pub iterations: String,
    /// What categories are that the model has not seen: refuse or missing
    #[arg(
        long,
        value_name = "HOW",
        default_value = "refuse",
        help_heading = "Method"
    )]
    pub unseen: String,
    /// Number that counts as missing besides missing values
    #[arg(
        long,
        value_name = "NUMBER",
        allow_negative_numbers = true,
        help_heading = "Method"
    )]
    pub missing: Option<f64>,
    /// Categorical features hold the codes of their categories, not their labels
    #[arg(long, conflicts_with = "categories", help_heading = "Method")]
    pub codes: bool,
    /// Confidence of the intervals shown
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        help_heading = "Method"
    )]
    pub confidence: f64,

    /// Parquet file for the attributions: id, one column per feature, base_value, prediction
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Write the id of --out although it looks like personal data
    #[arg(long, requires = "out", help_heading = "Output")]
    pub i_know: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: PageFormat,
    /// Language of tables and Markdown
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// No progress and no summary line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: Reading,
}
