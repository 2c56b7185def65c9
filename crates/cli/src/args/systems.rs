//! What `waage systems` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
