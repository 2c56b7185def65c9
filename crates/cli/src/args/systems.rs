//! What `waage systems` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::ledger::Access;
use super::registers::Showing;

pub const EXAMPLES: &str = "\
Examples:
  Which systems are there, who answers for them, and what does each tier ask for?
    waage systems list
    waage systems show lead-score-dach --lang de
  For a pipeline: exit code 1 if an entry must be mended:
    waage systems check
  Answer the questions about the AI Act's risk class and keep the answers:
    waage systems classify --system lead-score-dach --write
    waage systems classify --template > class.toml
    waage systems classify --answers class.toml
  Move a system to its next state, and tell where all stand:
    waage systems move lead-score-dach audited --actor m.owner --result audit.json
    waage systems move lead-score-dach suspended --actor m.owner --reason 'drift in May'
    waage systems list --ledger ledger.jsonl

What classify suggests is a note for counsel, not a decision.";

/// `waage systems`.
#[derive(Debug, Subcommand)]
pub enum Systems {
    /// A line for each system
    List(List),
    /// Everything about one system: tier, signatures, gates, suggested class
    Show(Show),
    /// What is missing; exit code 1 if something must be mended
    Check(List),
    /// The AI Act's risk class as a suggestion with reasons: asks, or takes answers from a file
    Classify(Classify),
    /// Move a system to its next state: an entry of the ledger
    ///
    /// draft, audited, validated, approved, live, suspended and live again, retired. approved needs
    /// the signatures of the tier; live a recorded and passed gate pre_deployment of the same result,
    /// after a suspension a new one. Every step rests on the result of --result, else on that of the
    /// step before.
    Move(Move),
}

/// The states that a system can be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Next {
    /// There is a result, given with --result
    Audited,
    /// Somebody validated it
    Validated,
    /// Everybody signed it whose signature is needed
    Approved,
    /// It is used
    Live,
    /// It is not used for now; needs --reason
    Suspended,
    /// It is not used any more; needs --reason
    Retired,
}

/// Which ledger says where systems stand.
#[derive(Debug, Args)]
pub struct Book {
    /// Ledger that tells where systems stand, since when and by whom
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,
}

/// Which inventory, as of when.
#[derive(Debug, Args)]
pub struct Inventory {
    /// The inventory
    #[arg(long, value_name = "FILE", default_value = "systems.toml")]
    pub file: PathBuf,
    /// Day as of which reviews count, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// `waage systems list` and `waage systems check`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub inventory: Inventory,
    #[command(flatten)]
    pub book: Book,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage systems show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The system's id
    pub id: String,
    #[command(flatten)]
    pub inventory: Inventory,
    #[command(flatten)]
    pub book: Book,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage systems classify`.
#[derive(Debug, Args)]
pub struct Classify {
    #[command(flatten)]
    pub inventory: Inventory,
    /// File of answers; without, the questions are asked on the terminal
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Print the questions as a file to fill in
    #[arg(long, conflicts_with_all = ["answers", "write"])]
    pub template: bool,
    /// The system that the answers are about
    #[arg(long, value_name = "ID")]
    pub system: Option<String>,
    /// Keep the answers in the system's entry
    #[arg(long, requires = "system")]
    pub write: bool,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage systems move`.
#[derive(Debug, Args)]
pub struct Move {
    /// The system's id
    pub id: String,
    /// Its next state
    #[arg(value_name = "STATE", value_enum)]
    pub state: Next,
    /// Who moves it: the id of a person, never a name or address
    #[arg(long, value_name = "ID")]
    pub actor: String,
    /// The result that the step rests on, a document of waage audit --format json
    #[arg(long, value_name = "FILE")]
    pub result: Option<PathBuf>,
    /// Why, without personal data
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The inventory
    #[arg(long, value_name = "FILE", default_value = "systems.toml")]
    pub file: PathBuf,
    /// For approved: the policy that the result was judged by; the inventory's if absent
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// For approved: the list of public keys
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub keys: PathBuf,
    /// The ledger that the step is added to
    #[arg(
        long,
        value_name = "FILE",
        default_value = "ledger.jsonl",
        help_heading = "Ledger"
    )]
    pub ledger: PathBuf,
    #[command(flatten)]
    pub access: Access,
    #[command(flatten)]
    pub showing: Showing,
}
