//! What `waage brief` accepts.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Lang;
use super::ledger::Access;

pub const EXAMPLES: &str = "\
Examples:
  Two pages for the board, to print or to send:
    waage brief --result audit.json --policy audit.toml --risks risks.toml --out brief.html
  In German, with what changed since last month and what happened since:
    waage brief --result audit.json --previous october.json --policy audit.toml --risks risks.toml \\
        --incidents incidents.jsonl --ledger ledger.jsonl --keys keys.toml --lang de --out brief.html
  On the terminal:
    waage brief --result audit.json --policy audit.toml";

/// Forms of a brief.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BriefFormat {
    /// One self-contained page that prints on two sheets of A4
    Html,
    /// Two pages of A4
    Pdf,
    /// Markdown
    Markdown,
    /// Lines for the terminal
    Text,
}

/// `waage brief`.
#[derive(Debug, Args)]
pub struct Brief {
    /// Result of an audit: a document of waage audit --format json
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub result: PathBuf,
    /// The policy
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub policy: PathBuf,
    /// The risk register
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub risks: Option<PathBuf>,
    /// The result before, to tell what changed
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub previous: Option<PathBuf>,
    /// Incidents
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub incidents: Option<PathBuf>,
    /// The ledger
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub ledger: Option<PathBuf>,
    /// Public keys, by which signatures in the ledger are verified
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub keys: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,
    /// Day as of which it is told, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// html or pdf for a file that ends so, markdown for .md, else text
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<BriefFormat>,
    /// Language
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
    /// File to write; standard output if absent
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub out: Option<PathBuf>,
}
