//! What `waage review` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Lang, PageFormat};
use crate::roles::{Outcome, Reading, Rows};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Make the key of pseudonyms once, and keep it out of the repository:
    waage review key secrets/pid.key
  Draw 200 cases of last week's decisions for people to look at:
    waage review sample leads.parquet --id lead_id --score score --top-fraction 0.3 \\
        --sensitive gender --group gender=female --show source,industry,visits \\
        --key secrets/pid.key --out reviews/2026-48
  Reviewers fill in reviews/2026-48/worksheet.html or cases.csv and send back what they exported:
    waage review import reviews/2026-48 back/B-1f0c*.csv --ledger ledger.jsonl
  Who decides otherwise than the model, how often, and do they treat groups alike?
    waage review report reviews/2026-48 reviews/2026-47

Exit codes: 0 done, 1 the queue is not served (REV-01), 2 could not run.";

/// `waage review`.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// Make a key of pseudonyms, readable by its owner alone
    Key(ReviewKey),
    /// Draw cases for people to review, with known probabilities
    Sample(Box<Sample>),
    /// Record what reviewers decided: whole files or nothing
    Import(Import),
    /// What reviews say: overrides, agreement, time, and whether overrides treat groups alike
    Report(Report),
}

/// `waage review key`.
#[derive(Debug, Args)]
pub struct ReviewKey {
    /// Where the key goes; never replaces one
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Forms of the exchange file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CaseFormat {
    /// Comma-separated values
    Csv,
    /// One JSON object per line
    Jsonl,
    /// Parquet: numbers as such, everything else as text
    Parquet,
}

/// `waage review sample`.
#[derive(Debug, Args)]
pub struct Sample {
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,

    #[command(flatten)]
    pub outcome: Outcome,
    #[command(flatten)]
    pub rows: Rows,
    /// Column of true or 1 for rows that somebody flagged
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub flagged: Option<String>,
    /// Column that is the larger the less sure the model is; scores from 0 to 1 tell it themselves
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub uncertainty: Option<String>,
    /// Columns that reviewers see
    #[arg(
        long,
        value_name = "C[,D…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub show: Vec<String>,
    /// Attributions of the same rows (waage explain --id … --out FILE): the strongest features of each case
    #[arg(long, value_name = "FILE", help_heading = "Roles")]
    pub explanation: Option<String>,

    /// Cases; the policy's [review] sample, else 200
    #[arg(long, value_name = "N", help_heading = "Sample")]
    pub n: Option<u32>,
    /// Group that part of the cases is drawn from, such as gender=female
    #[arg(long, value_name = "A=VALUE", help_heading = "Sample")]
    pub group: Option<String>,
    /// Result of the audit that leads to this review: named in the batch
    #[arg(long, value_name = "FILE", help_heading = "Sample")]
    pub audit: Option<PathBuf>,
    /// Policy: [review], [privacy] pseudonym_key_file and the system's id
    #[arg(long, value_name = "FILE", help_heading = "Sample")]
    pub policy: Option<PathBuf>,
    /// Seed of the draw
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Sample")]
    pub seed: u64,
    /// Key of pseudonyms; else WAAGE_PSEUDONYM_KEY, else the policy's
    #[arg(long, value_name = "FILE", help_heading = "Sample")]
    pub key: Option<PathBuf>,

    /// New folder for batch.json, the cases and the work-sheet
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: PathBuf,
    /// Form of the file of cases
    #[arg(long, value_enum, default_value = "csv", help_heading = "Output")]
    pub format: CaseFormat,
    /// Let reviewers see the groups of the cases
    #[arg(long, help_heading = "Output")]
    pub show_groups: bool,
    /// Show columns and groups although they look like personal data
    #[arg(long, help_heading = "Output")]
    pub i_know: bool,
    /// Language of the work-sheet
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// Ledger that records the batch
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub ledger: Option<PathBuf>,
    /// No progress and no summary line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: Reading,
}

/// `waage review import`.
#[derive(Debug, Args)]
pub struct Import {
    /// Folder of the batch
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Files that came back, .csv, .jsonl or .parquet
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Ledger that records how many decisions came in, by their digest
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
}

/// `waage review report`.
#[derive(Debug, Args)]
pub struct Report {
    /// Folders of batches
    #[arg(required = true, value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Moment, or day at whose end, it is told which cases are late; now if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}
