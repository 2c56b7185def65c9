//! What the command line accepts.

mod approve;
pub mod brief;
pub mod evidence;
mod explain;
pub mod gate;
pub mod incident;
mod keys;
mod ledger;
pub mod policy;
pub mod privacy;
pub mod registers;
pub mod review;
pub mod risks;
mod scan;
pub mod systems;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use waage_audit::MAX_CLUSTERS_DEFAULT;

use crate::roles::{Reading, Roles};
pub use approve::Approve;
pub use explain::{Explain, IndexName};
pub use keys::{Keys, New, Signing};
pub use ledger::{
    Access, Append, CheckProof, Checkpoint, Init, Ledger, Look, Note, Prove, Show, Verify,
};
pub use scan::Scan;

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
  Labels known of contacted leads alone, some explored with a known probability:
    waage audit leads.parquet --label converted --decision contacted --propensity explored_p \\
        --sensitive gender
  A group that no column tells, by probabilities from names and places:
    waage audit leads.parquet --decision contacted --membership race=p_white,p_black,p_other
  What the model relies on, told in the same report:
    waage audit leads.parquet --label converted --score score --top-fraction 0.3 \\
        --sensitive gender --model model.json --out report
  Rows from another program, as an Arrow stream:
    export_leads | waage audit - --label converted --decision contacted --sensitive gender

Exit codes: 0 pass or inconclusive, 1 the policy is violated, 2 could not run, 130 interrupted.
Without --policy a selection-rate ratio of at least 0.8 and true- and false-positive-rate
differences within 0.1 are asked for, of each group of at least 30 rows against the reference.";

const POWER_EXAMPLES: &str = "\
Examples:
  How many rows of each group tell a rate of 50 % from one of 40 %?
    waage power --rates 0.5,0.4
  How many show that two rates near 40 % differ by less than 10 points?
    waage power --rate 0.4 --margin 0.1
  What can groups of 100 and 60 rows show?
    waage power --rate 0.5 --rows 100,60
  What could these data have shown, and how many rows find a gap of 5 points?
    waage power leads.parquet --label converted --score score --threshold 0.5 \\
        --sensitive gender --gap 0.05";

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
    /// How many rows show a gap or that there is none, and what given rows can show
    #[command(after_help = POWER_EXAMPLES)]
    Power(Box<Power>),
    /// Scan all conjunctions of columns for the subgroups that differ most from everybody else
    #[command(after_help = scan::EXAMPLES)]
    Scan(Box<Scan>),
    /// Explain a model: which features it relies on, and what each gives to every row
    #[command(after_help = explain::EXAMPLES)]
    Explain(Box<Explain>),
    /// Policies as code: draft, check, compare
    #[command(subcommand, after_help = policy::EXAMPLES)]
    Policy(policy::Policy),
    /// May the system take its next step? Checks, signatures, documents, risks, incidents
    #[command(after_help = gate::EXAMPLES)]
    Gate(Box<gate::Gate>),
    /// Sign a result: approve it, reject it, or approve it with conditions
    #[command(after_help = approve::EXAMPLES)]
    Approve(Box<Approve>),
    /// Make, list and revoke the keys that people sign with
    #[command(subcommand, after_help = keys::EXAMPLES)]
    Keys(Keys),
    /// The log of what was decided, in which every change shows
    #[command(subcommand, after_help = ledger::EXAMPLES)]
    Ledger(Ledger),
    /// The risk register: what can go wrong, who acts, and what measurements change
    #[command(subcommand, after_help = risks::EXAMPLES)]
    Risks(risks::Risks),
    /// Incidents: from the first report to what was learnt
    #[command(subcommand, after_help = incident::EXAMPLES)]
    Incident(incident::Incident),
    /// The inventory of systems: purposes, owners, tiers, the AI Act's class as a suggestion
    #[command(subcommand, after_help = systems::EXAMPLES)]
    Systems(systems::Systems),
    /// Human review: draw cases, take back decisions, and measure how people decide
    #[command(subcommand, after_help = review::EXAMPLES)]
    Review(review::Review),
    /// Personal data in columns, what releases give away, and counts with noise
    #[command(subcommand, after_help = privacy::EXAMPLES)]
    Privacy(privacy::Privacy),
    /// What evidence is stored for laws and standards, and the documents that people finish
    #[command(subcommand, after_help = evidence::EXAMPLES)]
    Evidence(evidence::Evidence),
    /// Two pages for people who decide: verdict, risks in money, what to decide
    #[command(after_help = brief::EXAMPLES)]
    Brief(Box<brief::Brief>),
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
    /// The document of `waage scan --format json`
    Scan,
    /// The document of `waage explain --format json`
    Explain,
    /// What determines a result: roles, filter, references, confidence, bootstrap, seed
    Spec,
    /// The document of `waage power --format json`
    Power,
    /// The policy file, for editors
    Policy,
    /// The document of `waage policy check --format json`
    PolicyCheck,
    /// The document of `waage policy diff --format json`
    PolicyDiff,
    /// The document of `waage policy show --format json`
    PolicyShow,
    /// The document of `waage policy presets --format json`
    PolicyPresets,
    /// The document of `waage gate --format json`
    Gate,
    /// The document of `waage ledger verify --format json`
    Ledger,
    /// The document of `waage ledger show --format json`
    Entries,
    /// The document of `waage ledger prove`
    Proof,
    /// The document of `waage approve --format json`
    Approval,
    /// The document of `waage approve --waiver` and `--risk` with `--format json`
    Exception,
    /// The document of `waage keys list --format json`
    Keys,
    /// The document of `waage risks list --format json`
    Risks,
    /// The document of `waage incident list --format json`
    Incidents,
    /// The document of `waage systems list --format json`
    Systems,
    /// The document of `waage review report --format json`
    Review,
    /// The document of `waage privacy release --format json`
    DpRelease,
    /// The document of `waage privacy scan --format json`
    PiiScan,
    /// The document of `waage privacy compare --format json`
    PrivacyCompare,
    /// The file batch.json of `waage review sample`
    ReviewBatch,
    /// The document of `waage evidence map --format json`
    Evidence,
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
    /// Pages of A4 with the figures in them; refused on a terminal
    Pdf,
}

/// `waage audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Files (Parquet, Arrow IPC, CSV), globs, folders with hive partitions, or - for an Arrow IPC stream
    #[arg(required = true, value_name = "DATA")]
    pub data: Vec<String>,

    #[command(flatten)]
    pub roles: Roles,
    /// The decision that people want, as its column writes it, or 0 or 1; 1 if absent. Of several classes the one that is judged
    #[arg(long, value_name = "VALUE", help_heading = "Roles")]
    pub favourable: Option<String>,
    /// Column of persons or households that occur in several rows: these are drawn, not rows
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub cluster: Option<String>,
    /// Column of the known probability that a row got its label, where some have none
    #[arg(long, value_name = "COLUMN", help_heading = "Roles")]
    pub propensity: Option<String>,
    /// An attribute that is not known, by a column of probabilities for each of its groups: race=p_white,p_black
    #[arg(long, value_name = "A=P,P[,…]", help_heading = "Roles")]
    pub membership: Vec<String>,
    /// Label and score are numbers, what happened and its prediction: compare errors, not rates
    #[arg(long, requires = "label", requires = "score", help_heading = "Roles")]
    pub regression: bool,

    /// Reference group of an attribute, such as gender=male; the largest if absent
    #[arg(long, value_name = "A=VALUE", help_heading = "Method")]
    pub reference: Vec<String>,
    /// Metrics and named disparities to show; all that the roles allow if absent
    #[arg(
        long,
        value_name = "M[,…]",
        value_delimiter = ',',
        help_heading = "Method"
    )]
    pub metrics: Vec<String>,
    /// Further comparisons: to_best, pairwise, group_min, group_max
    #[arg(
        long,
        value_name = "S[,…]",
        value_delimiter = ',',
        help_heading = "Method"
    )]
    pub schemes: Vec<String>,
    /// Groups with a smaller share of the rows have no impact ratio and never are the best one; at
    /// 0 the policy's `min_share`
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.0,
        help_heading = "Method"
    )]
    pub min_share: f64,
    /// Rank the scored rows, up to a top-k or top fraction if one is given: exposure, groups among the first K
    /// (10, 100, 1000 and the list's length if absent), FA*IR
    #[arg(
        long,
        value_name = "K[,…]",
        value_delimiter = ',',
        num_args = 0..=1,
        require_equals = true,
        help_heading = "Method"
    )]
    pub ranking: Option<Vec<u64>>,
    /// Add the tables of New York's Local Law 144: impact ratios of selection and scoring rates
    #[arg(long, help_heading = "Method")]
    pub ll144: bool,
    /// Tell whether rows that are alike by these columns of numbers, in standard deviations, are treated
    /// alike; each row is compared with each, 50 000 at most
    #[arg(
        long,
        value_name = "C[,…]",
        value_delimiter = ',',
        help_heading = "Method"
    )]
    pub features: Vec<String>,
    /// Nearest rows by --features that a row is compared with, itself among them
    #[arg(
        long,
        value_name = "K",
        allow_negative_numbers = true,
        default_value_t = 5,
        requires = "features",
        help_heading = "Method"
    )]
    pub neighbours: u32,
    /// Count pairs whose scores differ by more than this per standard deviation of --features
    #[arg(
        long,
        value_name = "L",
        allow_negative_numbers = true,
        requires = "features",
        help_heading = "Method"
    )]
    pub lipschitz: Option<f64>,
    /// Least probability with which --membership assigns a row to its likeliest group; any if absent
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        help_heading = "Method"
    )]
    pub membership_threshold: Option<f64>,
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
    /// Clusters that may occur where rows are not sorted by them, each of 48 bytes or more
    #[arg(
        long,
        value_name = "N",
        allow_negative_numbers = true,
        default_value_t = MAX_CLUSTERS_DEFAULT,
        help_heading = "Method"
    )]
    pub max_clusters: u64,
    /// Policy that judges; a built-in one if absent
    #[arg(long, value_name = "FILE", help_heading = "Method")]
    pub policy: Option<PathBuf>,
    /// Day as of which waivers are judged, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE", help_heading = "Method")]
    pub as_of: Option<String>,

    /// Ledger that records digests and verdict; begun if there is none
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,

    /// Model file whose use of features is told beside, as waage explain does
    #[arg(long, value_name = "FILE", help_heading = "Explanation")]
    pub model: Option<PathBuf>,
    /// Rows that stand in for unknown features; the model's training rows if absent
    #[arg(
        long,
        value_name = "DATA",
        requires = "model",
        help_heading = "Explanation"
    )]
    pub background: Vec<String>,
    /// Document of waage explain --format json of the same rows, in place of a model
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "model",
        help_heading = "Explanation"
    )]
    pub explanation: Option<PathBuf>,

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
    /// Write every format for readers outside: small counts hidden by the policy's k_external (10 if absent), with
    /// all that they could be worked out from; also in JSON, charts and --out
    #[arg(long, conflicts_with = "suppress_below", help_heading = "Output")]
    pub share: bool,
    /// Share groups although their labels look like personal data
    #[arg(long, requires = "share", help_heading = "Output")]
    pub i_know: bool,
    /// No progress and no summary line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: Reading,
}

/// `waage power`.
#[derive(Debug, Args)]
pub struct Power {
    /// Data whose groups are planned for, as in waage audit; without, only --rates or --rate
    #[arg(value_name = "DATA")]
    pub data: Vec<String>,

    /// Two rates to be told apart, such as 0.5,0.4: rows of each group
    #[arg(
        long,
        value_name = "P,P",
        value_delimiter = ',',
        num_args = 1,
        allow_negative_numbers = true,
        help_heading = "Questions"
    )]
    pub rates: Vec<f64>,
    /// The rate of both groups, for --margin and --rows
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        help_heading = "Questions"
    )]
    pub rate: Option<f64>,
    /// Show that the rates differ by less than this: rows of each group
    #[arg(
        long,
        value_name = "M",
        requires = "rate",
        allow_negative_numbers = true,
        help_heading = "Questions"
    )]
    pub margin: Option<f64>,
    /// Difference that there really is, for --margin
    #[arg(
        long,
        value_name = "D",
        requires = "margin",
        allow_negative_numbers = true,
        default_value_t = 0.0,
        help_heading = "Questions"
    )]
    pub true_gap: f64,
    /// Rows of the two groups, such as 100,60: the smallest gap that they find
    #[arg(
        long,
        value_name = "N,N",
        value_delimiter = ',',
        num_args = 1,
        requires = "rate",
        allow_negative_numbers = true,
        help_heading = "Questions"
    )]
    pub rows: Vec<u64>,
    /// The gap that rows are planned for, with DATA
    #[arg(
        long,
        value_name = "G",
        allow_negative_numbers = true,
        default_value_t = 0.1,
        help_heading = "Questions"
    )]
    pub gap: f64,
    /// Probability of finding what is there
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.8,
        help_heading = "Questions"
    )]
    pub power: f64,
    /// Confidence of the tests
    #[arg(
        long,
        value_name = "P",
        allow_negative_numbers = true,
        default_value_t = 0.95,
        help_heading = "Questions"
    )]
    pub confidence: f64,

    #[command(flatten)]
    pub roles: Roles,
    /// Reference group of an attribute, such as gender=male; the largest if absent
    #[arg(long, value_name = "A=VALUE", help_heading = "Roles")]
    pub reference: Vec<String>,
    /// Metrics to plan for; all rates that the roles allow if absent
    #[arg(
        long,
        value_name = "M[,…]",
        value_delimiter = ',',
        help_heading = "Roles"
    )]
    pub metrics: Vec<String>,
    /// Policy whose roles, attributes and references need not be repeated
    #[arg(long, value_name = "FILE", help_heading = "Roles")]
    pub policy: Option<PathBuf>,

    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: PlanFormat,
    /// Language of the text
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// No progress
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: Reading,
}

/// What standard output shows of a scan or an explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PageFormat {
    /// Tables for the terminal
    Text,
    /// One JSON document and nothing else
    Json,
    /// Markdown
    Markdown,
    /// Pages of A4; refused on a terminal
    Pdf,
}

impl From<PageFormat> for waage_audit::PageFormat {
    fn from(format: PageFormat) -> Self {
        match format {
            PageFormat::Text => Self::Text,
            PageFormat::Json => Self::Json,
            PageFormat::Markdown | PageFormat::Pdf => Self::Markdown,
        }
    }
}

/// What standard output shows of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// Sentences and tables for the terminal
    Text,
    /// One JSON document and nothing else
    Json,
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
