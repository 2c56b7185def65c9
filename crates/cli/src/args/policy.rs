//! What `waage policy` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Lang, PageFormat};
use crate::roles::{Outcome, Reading};

/// Shown after the help of `waage policy`.
pub const EXAMPLES: &str = "\
Examples:
  waage policy init leads.parquet                     ask, and write audit.toml
  waage policy check                                  every error of audit.toml, with place and mend
  waage policy presets                                policies to build on
  waage policy diff main.toml audit.toml              what became stricter, what looser";

const CHECK_EXAMPLES: &str = "\
Examples:
  waage policy check
  waage policy check team/audit.toml --format github --strict
  waage policy check preset:credit

Exit codes: 0 no errors, 1 warnings under --strict, 2 errors. The digest is that of the resolved
policy: comments, the order of keys and where a part is inherited from do not change it.";

const INIT_EXAMPLES: &str = "\
Examples:
  Ask for everything, with guesses from the columns as defaults:
    waage policy init leads.parquet
  Without questions, for a high risk appetite and a system of high criticality:
    waage policy init --yes --label converted --score score --top-fraction 0.3 \\
        --sensitive gender,age:25:40:60 --criticality high --max-residual 8
  The checks of a preset for one's own columns:
    waage policy init --yes --preset credit --label repaid --decision approved --sensitive sex

Each margin is proposed from the accepted residual risk, and the reason stands beside it.";

const DIFF_EXAMPLES: &str = "\
Examples:
  waage policy diff main.toml audit.toml
  waage policy diff preset:eu-lead-scoring audit.toml --format markdown

Exit codes: 0 nothing became looser, 1 something did and needs a new approval, 2 could not run.";

/// `waage policy`.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Find every error of a policy, and what is probably not meant
    #[command(after_help = CHECK_EXAMPLES)]
    Check(Check),
    /// Draft a policy from a few answers, with the reason of each margin
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<Init>),
    /// List the policies that come with Waage, or print one
    Presets(Presets),
    /// Compare two policies: stricter, looser or neutral
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(Diff),
    /// Print a policy with what it inherits, and its digest
    Show(Show),
    /// Print what every key of a policy means, as Markdown
    Keys,
}

/// Forms of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Lines for the terminal
    Text,
    /// One JSON document and nothing else
    Json,
    /// Markdown
    Markdown,
    /// Pages of A4; refused on a terminal
    Pdf,
    /// Workflow commands, which annotate the lines of a pull request
    Github,
}

/// `waage policy check`.
#[derive(Debug, Args)]
pub struct Check {
    /// The policy, or preset:NAME
    #[arg(value_name = "FILE", default_value = "audit.toml")]
    pub file: PathBuf,
    /// Warnings fail, with exit code 1
    #[arg(long)]
    pub strict: bool,
    /// Day as of which waivers are looked at, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: CheckFormat,
    /// Language of warnings and notes
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// `waage policy init`.
#[derive(Debug, Args)]
pub struct Init {
    /// Data whose columns suggest roles and attributes, as in waage audit
    #[arg(value_name = "DATA")]
    pub data: Vec<String>,
    #[command(flatten)]
    pub outcome: Outcome,
    /// Policy whose checks are used: see waage policy presets
    #[arg(long, value_name = "NAME", help_heading = "Answers")]
    pub preset: Option<String>,
    /// Id of the system, stable for life
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub system_id: Option<String>,
    /// Name of the system
    #[arg(long, value_name = "NAME", help_heading = "Answers")]
    pub system_name: Option<String>,
    /// lead_scoring, credit, employment, insurance, housing, education or other
    #[arg(long, value_name = "WORD", help_heading = "Answers")]
    pub use_case: Option<String>,
    /// low, medium, high or critical; the least of the use case if absent
    #[arg(long, value_name = "WORD", help_heading = "Answers")]
    pub criticality: Option<String>,
    /// Why the criticality is below the least of the use case, in at least 80 characters
    #[arg(long, value_name = "TEXT", help_heading = "Answers")]
    pub criticality_reason: Option<String>,
    /// Highest residual risk that is accepted, likelihood times impact, 1 to 25
    #[arg(long, value_name = "N", help_heading = "Answers")]
    pub max_residual: Option<String>,
    /// The goal that the system serves
    #[arg(long, value_name = "TEXT", help_heading = "Answers")]
    pub strategy_link: Option<String>,
    /// Who is accountable for the outcome
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub owner: Option<String>,
    /// Who approves; another person
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub approver: Option<String>,
    /// Who validates
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub validator: Option<String>,
    /// The data protection officer
    #[arg(long, value_name = "ID", help_heading = "Answers")]
    pub dpo: Option<String>,
    /// File to write; - for standard output
    #[arg(
        long,
        value_name = "FILE",
        default_value = "audit.toml",
        help_heading = "Output"
    )]
    pub out: PathBuf,
    /// Replace the file if it is there
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// No questions, though standard input is a terminal
    #[arg(long, short, conflicts_with = "ask", help_heading = "Output")]
    pub yes: bool,
    /// Questions, though standard input is no terminal: an answer on each line
    #[arg(long, help_heading = "Output")]
    pub ask: bool,
    /// Language of questions and comments
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// No progress and no closing line
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,
    #[command(flatten)]
    pub reading: Reading,
}

/// `waage policy presets`.
#[derive(Debug, Args)]
pub struct Presets {
    /// The preset to print, comments included; a list of all if absent
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// What standard output shows of the list
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// `waage policy diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The policy before, or preset:NAME
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The policy after
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: PageFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
}

/// `waage policy show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The policy, or preset:NAME
    #[arg(value_name = "FILE", default_value = "audit.toml")]
    pub file: PathBuf,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: ShowFormat,
}

/// Forms of a resolved policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// A file that extends nothing and has the same digest
    Text,
    /// One JSON document, defaults filled in
    Json,
}
