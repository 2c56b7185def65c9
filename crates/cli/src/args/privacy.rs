//! What `waage privacy` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Access, Lang, PageFormat};
use crate::roles::{Outcome, Reading, Rows};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Which columns look like personal data, and does the model take any of them?
    waage privacy scan leads.parquet --features visits,region,title
  What would two releases of nearly the same rows give away together?
    waage privacy compare audit-october.json audit-november.json --policy audit.toml
  Counts with noise, paid for from the yearly budget of these data:
    waage privacy release audit.json --dp-epsilon 0.5 --policy audit.toml --ledger ledger.jsonl
    waage privacy release leads.parquet --label converted --decision contacted \\
        --sensitive gender --dp-epsilon 0.5
  An audit in which no small count can be found is written by waage audit --share.

Exit codes: 0 done, 1 something is derivable, the budget is used up or a warning is major, 2 could not run.";

/// `waage privacy`.
#[derive(Debug, Subcommand)]
pub enum Privacy {
    /// Look for personal data in the names of columns and in the first 10 000 rows
    Scan(Scan),
    /// Tell what two releases give away together
    Compare(Compare),
    /// Release counts with noise that protects everybody in the data (differential privacy)
    Release(Box<Release>),
}

/// `waage privacy scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,
    /// Columns that the model takes
    #[arg(long, value_name = "C[,D…]", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Columns of attributes that groups are compared by
    #[arg(long, value_name = "C[,D…]", value_delimiter = ',')]
    pub sensitive: Vec<String>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
    /// No progress
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    pub reading: Reading,
}

/// `waage privacy compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The release before: a document of waage audit --format json, working or shared
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The release to come
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// Policy whose [privacy] k_external counts; 10 if absent
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// `waage privacy release`.
#[derive(Debug, Args)]
pub struct Release {
    /// A working document of waage audit (.json), or data as waage audit takes them
    #[arg(required = true, value_name = "DATA|RESULT")]
    pub data: Vec<String>,
    /// What the release costs everybody in the data, such as 0.5: the less, the more noise
    #[arg(long, value_name = "E", allow_negative_numbers = true)]
    pub dp_epsilon: String,
    /// Confidence of the intervals
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95
    )]
    pub confidence: f64,
    /// Policy: [privacy] dp_epsilon_per_year, and roles of data; a budget of 1 a year if absent
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Ledger that keeps account of what was spent on these data
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,
    #[command(flatten)]
    pub outcome: Outcome,
    #[command(flatten)]
    pub rows: Rows,
    /// Release groups although their labels look like personal data
    #[arg(long, help_heading = "Output")]
    pub i_know: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// No progress
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    #[command(flatten)]
    pub reading: Reading,
}

impl Release {
    /// The first given option that says how data are read and counted.
    pub fn option_of_data(&self) -> Option<&'static str> {
        let (outcome, rows, reading) = (&self.outcome, &self.rows, &self.reading);
        let options = [
            ("--label", outcome.label.is_some()),
            ("--decision", outcome.decision.is_some()),
            ("--score", outcome.score.is_some()),
            ("--threshold", outcome.threshold.is_some()),
            ("--top-k", outcome.top_k.is_some()),
            ("--top-fraction", outcome.top_fraction.is_some()),
            ("--sensitive", !outcome.sensitive.is_empty()),
            ("--weight", rows.weight.is_some()),
            ("--id", rows.id.is_some()),
            ("--positive", rows.positive.is_some()),
            ("--where", rows.filter.is_some()),
            ("--separator", reading.separator.is_some()),
            ("--decimal", reading.decimal.is_some()),
        ];
        let given = options.into_iter().find(|(_, given)| *given);
        given.map(|(name, _)| name)
    }
}
