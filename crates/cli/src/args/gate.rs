//! What `waage gate` accepts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Access, Lang};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Before the first use, in a pipeline:
    waage gate pre_deployment --policy audit.toml --result audit.json --ledger ledger.jsonl \\
        --keys keys.toml --risks risks.toml --incidents incidents.jsonl --format github
  Every month, with the decision kept in the ledger:
    waage gate periodic --policy audit.toml --result audit.json --ledger ledger.jsonl \\
        --keys keys.toml --risks risks.toml --record
  A policy that was loosened:
    waage gate change --policy audit.toml --against main.toml --result audit.json \\
        --ledger ledger.jsonl --keys keys.toml

A gate reads an existing result and never measures again, so that what was signed is what is gated.
Exit codes: 0 everything asked for is shown or validly waived, 1 something is not met, 2 something
could not be evaluated or the command could not run; 1 comes before 2.";

/// Forms of a gate's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GateFormat {
    /// Lines for the terminal
    Text,
    /// One JSON document and nothing else
    Json,
    /// Markdown
    Markdown,
    /// Pages of A4; refused on a terminal
    Pdf,
    /// Workflow commands, which annotate a run
    Github,
    /// JUnit XML, a test case for each requirement
    Junit,
}

/// `waage gate`.
#[derive(Debug, Args)]
pub struct Gate {
    /// design, pre_deployment, periodic, change, retire, or a gate of the policy
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The policy
    #[arg(long, value_name = "FILE", default_value = "audit.toml")]
    pub policy: PathBuf,
    /// The audit's result: a document of waage audit --format json
    #[arg(long, value_name = "FILE")]
    pub result: Option<PathBuf>,
    /// The ledger, with approvals, audits and earlier decisions
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// Public keys
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// The risk register
    #[arg(long, value_name = "FILE")]
    pub risks: Option<PathBuf>,
    /// Incidents
    #[arg(long, value_name = "FILE")]
    pub incidents: Option<PathBuf>,
    /// Folder of a batch of cases for review, for the gate periodic; give every batch
    #[arg(long, value_name = "FOLDER")]
    pub review: Vec<PathBuf>,
    /// The policy before a change, for the gate change
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// The digest that the result's data must have
    #[arg(long, value_name = "DIGEST")]
    pub data_digest: Option<String>,
    /// Day of the decision, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Add the decision to the ledger
    #[arg(long, requires = "ledger")]
    pub record: bool,
    /// Every reason, a line each
    #[arg(long)]
    pub explain: bool,
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text")]
    pub format: GateFormat,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
    #[command(flatten)]
    pub access: Access,
}
