//! What `waage evidence` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Lang;
use super::ledger::Access;
use super::registers::Showing;

pub const EXAMPLES: &str = "\
Examples:
  Which evidence is stored for the EU AI Act, and what is missing?
    waage evidence map --for eu-ai-act --result audit.json --policy audit.toml \\
        --risks risks.toml --incidents incidents.jsonl --systems systems.toml --ledger ledger.jsonl
  The same of every law and standard of the map, as one page in German:
    waage evidence map --result audit.json --policy audit.toml --lang de --format html > map.html
  Begin the documents that people finish: system card, data sheet, DPIA, FRIA, map, glossary:
    waage evidence dossier --for eu-ai-act --lang de --result audit.json --policy audit.toml \\
        --risks risks.toml --out dossier
  The risk class is suggested by:
    waage systems classify

The map lists records; it never says that a law is fulfilled. People judge that.";

/// `waage evidence`.
#[derive(Debug, Subcommand)]
pub enum Evidence {
    /// Clause by clause: what evidence is stored, its date and digest, or what to do
    Map(Box<Map>),
    /// Documents prefilled with what was measured, gaps listed
    Dossier(Box<Dossier>),
}

/// The records that are looked at.
#[derive(Debug, Args)]
pub struct Records {
    /// Result of an audit: a document of waage audit --format json
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub result: Vec<PathBuf>,
    /// The policy
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub policy: Option<PathBuf>,
    /// The risk register
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub risks: Option<PathBuf>,
    /// Incidents
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub incidents: Option<PathBuf>,
    /// The inventory of systems
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub systems: Option<PathBuf>,
    /// The ledger
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub ledger: Option<PathBuf>,
    /// Public keys, by which signatures in the ledger are verified
    #[arg(long, value_name = "FILE", help_heading = "Records")]
    pub keys: Option<PathBuf>,
    /// Folder of a human review
    #[arg(long, value_name = "DIR", help_heading = "Records")]
    pub review: Vec<PathBuf>,
    #[command(flatten)]
    pub access: Access,
}

/// Which laws, by which map, as of when.
#[derive(Debug, Args)]
pub struct Scope {
    /// eu-ai-act, gdpr, agg, nyc-ll144, eeoc, ecoa, colorado, iso-42001, iso-23894, iso-24027, nist-ai-rmf,
    /// ieee-7003, a law of your own map, or all
    #[arg(long = "for", value_name = "LAW[,…]", default_value = "all")]
    pub scope: String,
    /// A map of your own: adds clauses, or replaces those of the same id
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// Day as of which it is told, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// `waage evidence map`.
#[derive(Debug, Args)]
pub struct Map {
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub records: Records,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage evidence dossier`.
#[derive(Debug, Args)]
pub struct Dossier {
    #[command(flatten)]
    pub scope: Scope,
    #[command(flatten)]
    pub records: Records,
    /// New folder for the documents, each as Markdown, as a page and as PDF
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: PathBuf,
    /// Language of the documents
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
}
