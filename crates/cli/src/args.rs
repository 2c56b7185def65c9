//! What the command line accepts.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  waage demo                                  audit the embedded data, leave a report to open
  waage audit leads.parquet                   list the columns and guess their roles
  waage audit leads.parquet --label converted --score score --top-fraction 0.3 --sensitive gender

Exit codes: 0 pass or inconclusive, 1 the policy is violated, 2 could not run, 130 interrupted.";

const AUDIT_EXAMPLES: &str = "\
Examples:
  What columns are there, and which roles might they play?
    waage audit leads.parquet
  Leads are contacted from a score of 0.5; report by gender and by age band:
    waage audit leads.parquet --label converted --score score --threshold 0.5 \\
        --sensitive gender,age:25:40:60 --out report
  Decisions that stand in the data, against a policy, for a nightly job:
    waage audit 'leads/**/*.parquet' --label converted --decision contacted \\
        --sensitive gender --reference gender=male --policy audit.toml --format json > audit.json
  Rows from another program, as an Arrow stream:
    export_leads | waage audit - --label converted --decision contacted --sensitive gender

Exit codes: 0 pass or inconclusive, 1 the policy is violated, 2 could not run, 130 interrupted.
Without --policy a selection-rate ratio of at least 0.8 and true- and false-positive-rate
differences within 0.1 are asked for, of each group of at least 30 rows against the reference.";

const LEADS_EXAMPLES: &str = "\
Examples:
  waage datasets generate lead-scoring --rows 1000000 --out leads.parquet
  waage datasets generate lead-scoring --bias none --seed 7 --out null.parquet
  waage datasets generate lead-scoring --columns gender,score,converted --out narrow.parquet";

const METRICS_EXAMPLES: &str = "\
Examples:
  waage metrics                          everything that is measured
  waage metrics selection_rate           one page: formula, use, pitfalls, intervals
  waage metrics DPPL --lang de           by the name of another library, in German";

/// Bias and fairness audits of decision models over tabular data.
#[derive(Debug, Parser)]
#[command(
    name = "waage",
    version,
    max_term_width = 100,
    after_help = EXAMPLES,
    disable_help_flag = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print help
    #[arg(long, short, global = true, action = ArgAction::HelpShort, display_order = 1000)]
    help: Option<bool>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Audit the embedded lead-scoring data and leave a report to open
    Demo(Demo),
    /// Audit a data set: who is treated differently, by how much, and how sure that is
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(Box<Audit>),
    /// List every metric, or explain one: formula, use, pitfalls, names in other libraries
    #[command(after_help = METRICS_EXAMPLES)]
    Metrics(Metrics),
    /// Synthetic data with a known bias
    #[command(subcommand)]
    Datasets(Datasets),
    /// Print the JSON Schema of a document
    Schema {
        /// Which document
        #[arg(value_enum)]
        name: SchemaName,
    },
    /// Print the completions of a shell
    Completions {
        /// Which shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// Documents with a published schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaName {
    /// The document of `waage audit --format json`
    Audit,
    /// The document of `waage metrics --format json`
    Metrics,
    /// What determines a result: roles, filter, references, confidence, bootstrap, seed
    Spec,
}

/// `waage demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder for the data, the report, the JSON document and the charts
    #[arg(long, value_name = "DIR", default_value = "waage-demo")]
    pub out: PathBuf,
    /// Language of the report
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
    /// No summary line at the end
    #[arg(long, short)]
    pub quiet: bool,
}

/// Languages of reports.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// German
    De,
}

/// What standard output shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for the terminal
    Text,
    /// One JSON document and nothing else
    Json,
    /// Markdown
    Markdown,
    /// One self-contained page; refused on a terminal
    Html,
}

/// `waage audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,

    /// Column of what really happened; 1 is favourable
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub label: Option<String>,
    /// Column of what was decided; 1 is selected
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub decision: Option<String>,
    /// Column of the model's score; higher is likelier selected
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub score: Option<String>,
    /// Selected if the score is at least this
    #[arg(long, value_name = "T", requires = "score", conflicts_with_all = ["decision", "top_k", "top_fraction"], allow_negative_numbers = true, help_heading = "Roles")]
    pub threshold: Option<f64>,
    /// Selected are the K highest scores; ties at the cut count fractionally, or are broken by --id
    #[arg(long, value_name = "K", allow_negative_numbers = true, requires = "score", conflicts_with_all = ["decision", "top_fraction"], help_heading = "Roles")]
    pub top_k: Option<u64>,
    /// Selected is this share of the scored rows, such as 0.3
    #[arg(
        long,
        value_name = "Q",
        allow_negative_numbers = true,
        requires = "score",
        conflicts_with = "decision",
        help_heading = "Roles"
    )]
    pub top_fraction: Option<String>,
    /// Attributes to compare groups of: gender, age:25:40:60 (bins), age/4 (quantile bins)
    #[arg(
        long,
        value_name = "A[,B…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub sensitive: Vec<String>,
    /// Legitimate conditions within which groups are compared too; several make one stratification
    #[arg(
        long,
        value_name = "C[,…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub stratum: Vec<String>,
    /// Column of row weights
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub weight: Option<String>,
    /// Column that identifies a row; breaks ties at a cut of the score
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub id: Option<String>,
    /// The value that means 1 where label or decision are text
    #[arg(long, value_name = "VALUE", help_heading = "Roles")]
    pub positive: Option<String>,
    /// Keep rows for which this holds, such as "region = 'north' and visits > 3"
    #[arg(long = "where", value_name = "EXPR", help_heading = "Roles")]
    pub filter: Option<String>,

    /// Reference group of an attribute, such as gender=male; the largest if absent
    #[arg(long, value_name = "A=VALUE", help_heading = "Method")]
    pub reference: Vec<String>,
    /// Metrics to show; all that the roles allow if absent
    #[arg(
        long,
        value_name = "M[,…]",
        value_delimiter = ',',
        help_heading = "Method"
    )]
    pub metrics: Vec<String>,
    /// Confidence of the intervals shown
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        help_heading = "Method"
    )]
    pub confidence: f64,
    /// Bootstrap replicates; 0 for none
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 1000,
        help_heading = "Method"
    )]
    pub bootstrap: u32,
    /// Seed of every random stream
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 0,
        help_heading = "Method"
    )]
    pub seed: u64,
    /// Memory for scores, such as 512MiB or 4GB: exact while they fit, on a fine grid beyond
    #[arg(
        long,
        value_name = "SIZE",
        allow_negative_numbers = true,
        default_value = "1GiB",
        value_parser = waage_audit::parse_memory,
        help_heading = "Method"
    )]
    pub memory: u64,
    /// Policy that judges; a built-in one if absent
    #[arg(long, value_name = "FILE", help_heading = "Method")]
    pub policy: Option<PathBuf>,
    /// Day as of which waivers are judged, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE", help_heading = "Method")]
    pub as_of: Option<String>,

    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: Format,
    /// Leave report.html, audit.json and charts/ in this folder
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Language of reports
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// Hide groups of fewer rows in every format, JSON too; reports for people hide those below the policy's k anyway
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Output"
    )]
    pub suppress_below: Option<u64>,
    /// No progress and no summary line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Threads; RAYON_NUM_THREADS or all cores if absent
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        help_heading = "Reading"
    )]
    pub threads: Option<usize>,
    /// Field separator of CSV files; recognised if absent
    #[arg(long, value_name = "CHAR", help_heading = "Reading")]
    pub separator: Option<char>,
    /// Decimal mark of CSV files, "." or ","; recognised if absent
    #[arg(long, value_name = "CHAR", help_heading = "Reading")]
    pub decimal: Option<char>,
}

/// `waage metrics`.
#[derive(Debug, Args)]
pub struct Metrics {
    /// A metric by its name, or by the name that Fairlearn, AIF360, Aequitas, Clarify or scikit-learn gives it
    pub name: Option<String>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Language of the texts
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// `waage datasets`.
#[derive(Debug, Subcommand)]
pub enum Datasets {
    /// Write synthetic data as Parquet
    #[command(subcommand)]
    Generate(Generate),
}

/// `waage datasets generate`.
#[derive(Debug, Subcommand)]
pub enum Generate {
    /// Sales leads scored by a model, with documented planted bias
    #[command(after_help = LEADS_EXAMPLES)]
    LeadScoring(LeadScoring),
}

/// `waage datasets generate lead-scoring`.
#[derive(Debug, Args)]
pub struct LeadScoring {
    /// How many rows
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 20_000
    )]
    pub rows: u64,
    /// Seed; the same one gives the same rows
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = 0
    )]
    pub seed: u64,
    /// Parquet file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Only these columns, with the same values
    #[arg(long, value_name = "A[,…]", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// planted or none (every group exchangeable)
    #[arg(long, value_name = "KIND", default_value = "planted")]
    pub bias: String,
    /// Strength of the historical penalty on one gender
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub gender_penalty: Option<f64>,
    /// Strength of region as a proxy of gender
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub proxy: Option<f64>,
    /// Strength of label selection: only contacted leads convert
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub selection: Option<f64>,
    /// Strength of drift over time
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub drift: Option<f64>,
    /// Threads; RAYON_NUM_THREADS or all cores if absent
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub threads: Option<usize>,
    /// No progress and no summary line
    #[arg(long, short)]
    pub quiet: bool,
}
