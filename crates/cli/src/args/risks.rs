//! What `waage risks` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Lang;
use super::registers::{Acting, Showing};

pub const EXAMPLES: &str = "\
Examples:
  Begin a register of twenty risks of lead scoring, owned by whom the policy names:
    waage risks init --policy audit.toml
  What is above the appetite, and what should have been reviewed?
    waage risks list --policy audit.toml --over-appetite
    waage risks list --overdue --sort score
  What does this audit change, and keep it:
    waage audit leads.parquet --policy audit.toml --format json > audit.json
    waage risks assess audit.json --policy audit.toml
    waage risks assess audit.json --policy audit.toml --write --ledger ledger.jsonl
  Answer a questionnaire, see what it suggests, take it over:
    waage risks questionnaire --lang de --out answers.toml
    waage risks assess --answers answers.toml
    waage risks assess --answers answers.toml --write --accept R-001
  A report, the matrix as a picture, lines for another tool:
    waage risks report --policy audit.toml --format html > risks.html
    waage risks matrix --svg matrix.svg --png matrix.png
    waage risks export > risks.jsonl";

/// `waage risks`.
#[derive(Debug, Subcommand)]
pub enum Risks {
    /// Begin a register with the catalogue of twenty risks, as drafts
    Init(Init),
    /// A line for each risk
    List(List),
    /// Everything about one risk
    Show(Show),
    /// What results and answers change; kept with --write
    Assess(Assess),
    /// The whole register as a report
    Report(Report),
    /// The 5×5 matrix of likelihood and impact, before and after controls
    Matrix(Matrix),
    /// JSON lines with stable keys for other tools
    Export(Export),
    /// A questionnaire to fill in
    Questionnaire(Questionnaire),
}

/// Which register, whose appetite, as of when.
#[derive(Debug, Args)]
pub struct Register {
    /// The register
    #[arg(long, value_name = "FILE", default_value = "risks.toml")]
    pub file: PathBuf,
    /// Policy with the appetite, the scale of amounts and the periods of checks
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Day as of which measurements and reviews count, such as 2026-11-24; today if absent
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// `waage risks init`.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub register: Register,
    /// Who answers for the risks until others are named; the policy's owner if absent
    #[arg(long, value_name = "ID")]
    pub owner: Option<String>,
}

/// What orders a list.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Sort {
    /// As in the file
    File,
    /// Score that remains, the highest first
    Score,
    /// Expected annual loss, the highest first
    Loss,
    /// Review date, the earliest first
    Review,
    /// Id
    Id,
}

/// `waage risks list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub register: Register,
    /// Only those whose review date has passed
    #[arg(long)]
    pub overdue: bool,
    /// Only those above the policy's appetite
    #[arg(long, requires = "policy")]
    pub over_appetite: bool,
    /// Only those of a category (bias, drift, …) or an area (ethics, privacy, operation, security)
    #[arg(long, value_name = "C")]
    pub category: Option<String>,
    /// In which order
    #[arg(long, value_enum, default_value = "file")]
    pub sort: Sort,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage risks show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The risk, such as R-004
    pub id: String,
    #[command(flatten)]
    pub register: Register,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage risks assess`.
#[derive(Debug, Args)]
pub struct Assess {
    /// Documents of waage audit --format json
    #[arg(value_name = "RESULT", required_unless_present_any = ["answers", "review"])]
    pub results: Vec<PathBuf>,
    #[command(flatten)]
    pub register: Register,
    /// Day that a result stands for, one for each in their order; the day as of which it was judged,
    /// else --as-of, if absent
    #[arg(long, value_name = "DATE", value_delimiter = ',')]
    pub day: Vec<String>,
    /// Folder of a batch of cases for review, for controls that rest on REV-01; give every batch
    #[arg(long, value_name = "FOLDER")]
    pub review: Vec<PathBuf>,
    /// Answers to waage risks questionnaire
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
    /// Keep the new levels in the register, and add missing risks as drafts
    #[arg(long)]
    pub write: bool,
    /// Risks whose levels the answers may raise, or all
    #[arg(long, value_name = "R[,…]", value_delimiter = ',', requires_all = ["answers", "write"])]
    pub accept: Vec<String>,
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage risks report`.
#[derive(Debug, Args)]
pub struct Report {
    #[command(flatten)]
    pub register: Register,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage risks matrix`.
#[derive(Debug, Args)]
pub struct Matrix {
    #[command(flatten)]
    pub register: Register,
    /// Write the matrix as SVG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub svg: Option<PathBuf>,
    /// Write the matrix as PNG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub png: Option<PathBuf>,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage risks export`.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub register: Register,
}

/// When questions are asked.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Occasion {
    /// Before first use and after each change of model, data or purpose
    PreDeployment,
    /// At reviews
    Periodic,
}

/// `waage risks questionnaire`.
#[derive(Debug, Args)]
pub struct Questionnaire {
    /// When it is asked
    #[arg(long, value_enum, default_value = "pre_deployment")]
    pub occasion: Occasion,
    /// Language of the questions
    #[arg(long, value_enum, default_value = "en")]
    pub lang: Lang,
    /// File to write, which must not be there yet; standard output if absent
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
