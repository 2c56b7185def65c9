//! What `waage scan` accepts.

use clap::{Args, ValueEnum};

use super::{Lang, PageFormat};
use crate::roles::{Outcome, Reading, Rows};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Which leads are contacted less often than the rest, by any three of these columns?
    waage scan leads.parquet --decision contacted --sensitive gender,age_band \\
        --features region,industry,visits
  Whom does the score miss among those who would have bought? Estimated on rows of its own:
    waage scan leads.parquet --label converted --score score --threshold 0.5 \\
        --metric true_positive_rate --sensitive gender --features region,source \\
        --id lead_id --holdout 0.5

Numbers without bins are cut into five of equal mass, or keep up to five values; of other columns the
20 most frequent values stand for themselves. A missing value is a level. Exit codes: 0 whatever was
found, 2 could not run, 130 interrupted.";

/// What orders subgroups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum ScanScore {
    /// Lower limit of the gap to everybody else: large and sure
    LowerBound,
    /// Distance from the value of all rows
    Divergence,
    /// Gap in standard deviations of a single row
    Effect,
    /// Distance from all rows times the subgroup's share
    AlphaBeta,
    /// Relative excess less a price of small size, for metrics of loss
    Sliceline,
}

/// Which subgroups are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScanSide {
    /// All that differ
    Both,
    /// A lower value, or a higher one where less is better, such as of flags
    Worse,
    /// The opposite
    Better,
}

/// `waage scan`.
#[derive(Debug, Args)]
#[command(
    mut_arg("sensitive", |arg| arg.help("Attributes of people: gender, age:25:40:60 (bins), age/4 (quantile bins)")),
    mut_arg("id", |arg| arg.help("Column that identifies a row; breaks ties at a cut of the score, and decides on --holdout"))
)]
pub struct Scan {
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,

    #[command(flatten)]
    pub outcome: Outcome,
    /// Further columns whose values make subgroups, written alike
    #[arg(
        long,
        value_name = "C[,D…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub features: Vec<String>,
    #[command(flatten)]
    pub rows: Rows,
    /// The decision that people want, as its column writes it, or 0 or 1; 1 if absent
    #[arg(long, value_name = "VALUE", help_heading = "Roles")]
    pub favourable: Option<String>,
    /// Person or household that a row is of: p-values and intervals rest on the spread between these
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub cluster: Option<String>,

    /// What is compared: a proportion such as selection_rate or true_positive_rate, or mean_score
    #[arg(long, value_name = "M", help_heading = "Method")]
    pub metric: Option<String>,
    /// Conditions of a subgroup at most, 1 to 3
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 3,
        help_heading = "Method"
    )]
    pub depth: u32,
    /// Rows that the metric of a subgroup rests on at least; 0.5% of all, and 30, if absent
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Method"
    )]
    pub min_support: Option<u64>,
    /// Gaps below this are of no interest
    #[arg(
        long,
        value_name = "GAP",
        allow_negative_numbers = true,
        default_value_t = 0.0,
        help_heading = "Method"
    )]
    pub margin: f64,
    /// Share of chance among the discoveries, at most
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.05,
        help_heading = "Method"
    )]
    pub alpha: f64,
    /// Confidence of the intervals shown
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        help_heading = "Method"
    )]
    pub confidence: f64,
    /// What orders subgroups
    #[arg(
        long,
        value_enum,
        value_name = "SCORE",
        default_value = "lower_bound",
        help_heading = "Method"
    )]
    pub order: ScanScore,
    /// Which subgroups are listed
    #[arg(
        long,
        value_enum,
        value_name = "SIDE",
        default_value = "both",
        help_heading = "Method"
    )]
    pub side: ScanSide,
    /// Keep this share of the rows back, by a hash of --cluster or --id, and estimate on them what the others found
    #[arg(
        long,
        value_name = "Q",
        allow_negative_numbers = true,
        help_heading = "Method"
    )]
    pub holdout: Option<String>,
    /// Permutations of the outcomes for family-wise p-values; 0 for none
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 0,
        help_heading = "Method"
    )]
    pub permutations: u32,
    /// Seed of every random stream
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 0,
        help_heading = "Method"
    )]
    pub seed: u64,

    /// Subgroups listed at most
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 20,
        help_heading = "Output"
    )]
    pub top: u32,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: PageFormat,
    /// Language of the table and of Markdown
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// No progress and no summary line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: Reading,
}
