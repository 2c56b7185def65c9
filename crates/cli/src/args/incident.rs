//! What `waage incident` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::registers::{Acting, Showing};

pub const EXAMPLES: &str = "\
Examples:
  Open an incident about a finding, which is a case of a risk:
    waage incident open --kind bias --severity major --detected-by monitor \\
        --summary 'Women were called less often for two weeks' \\
        --finding FAIR-01@audit.json --risk R-001 --began 2026-11-10 --actor m.owner
  Go on: open, triaged, contained, resolved, lessons, closed:
    waage incident update I-2026-001 --state triaged
    waage incident update I-2026-001 --state contained --containment 'Back to the model of October'
    waage incident update I-2026-001 --state resolved \\
        --root-cause 'The region column was empty' --root-cause 'The source renamed it'
    waage incident update I-2026-001 --state lessons --lesson-en 'Validate first' \\
        --lesson-de 'Erst validieren' --new-risk 'A source renames a column' --detecting-check DV-01
    waage incident close I-2026-001
  What is open, which clocks run, what was learnt?
    waage incident list --open
    waage incident timeline --svg incidents.svg
    waage incident lessons --lang de --format markdown

Clocks remind and decide nothing: check with counsel whether a duty applies.";

/// `waage incident`.
#[derive(Debug, Subcommand)]
pub enum Incident {
    /// Open an incident
    Open(Box<Open>),
    /// Add what is known, or go on to the next state
    Update(Box<Update>),
    /// Close an incident for which nothing is missing
    Close(Close),
    /// A line for each incident, and what they say together
    List(List),
    /// Everything about one incident: clocks, history, what is missing
    Show(Show),
    /// Every step in order of time
    Timeline(Timeline),
    /// What was learnt and what it changed
    Lessons(List),
}

/// The file of incidents.
#[derive(Debug, Args)]
pub struct Log {
    /// JSON lines, one for each change
    #[arg(long, value_name = "FILE", default_value = "incidents.jsonl")]
    pub file: PathBuf,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// Unequal treatment
    Bias,
    /// Personal data
    Privacy,
    /// An attack
    Security,
    /// The model is wrong more often
    Performance,
    /// Data were missing or wrong
    Data,
    /// People did not steer
    Oversight,
    /// Anything else
    Other,
}

/// How grave it is.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Severity {
    /// Worth knowing
    Info,
    /// Minor
    Minor,
    /// Major
    Major,
    /// Critical
    Critical,
}

/// Who noticed it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DetectedBy {
    /// A check or a monitor
    Monitor,
    /// Human review
    Reviewer,
    /// A customer
    Customer,
    /// Somebody of the house
    Employee,
    /// An authority
    Authority,
    /// A supplier
    Vendor,
}

/// Whether it may be a serious incident under the AI Act.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Gravity {
    /// Serious
    Serious,
    /// Widespread, or of critical infrastructure
    Widespread,
    /// Somebody died
    Death,
}

/// The state entered.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum State {
    /// Somebody judged how grave it is
    Triaged,
    /// It goes on no longer
    Contained,
    /// Its cause is known and dealt with
    Resolved,
    /// What is learnt from it is written down
    Lessons,
    /// It came back, or was closed too early
    Reopened,
}

/// What both opening and updating may say.
#[derive(Debug, Args)]
pub struct Facts {
    /// When it began, such as 2026-11-10 or 2026-11-10T08:30:00Z
    #[arg(long, value_name = "TIME")]
    pub began: Option<String>,
    /// People or cases affected
    #[arg(long, value_name = "N")]
    pub affected: Option<u64>,
    /// Groups affected
    #[arg(long, value_name = "G[,…]", value_delimiter = ',')]
    pub groups: Vec<String>,
    /// Loss in money: at least, most likely, at most
    #[arg(
        long,
        value_name = "LOW,LIKELY,HIGH",
        value_delimiter = ',',
        num_args = 1
    )]
    pub money: Vec<f64>,
    /// Personal data were lost, seen or changed by those who must not
    #[arg(long)]
    pub personal_data: bool,
    /// The system is held to be high-risk under the AI Act
    #[arg(long)]
    pub high_risk: bool,
    /// It may be a serious incident under the AI Act
    #[arg(long, value_enum)]
    pub serious: Option<Gravity>,
    /// A finding that shows it: the check, and the result's file or digest
    #[arg(long, value_name = "CHECK@RESULT")]
    pub finding: Vec<String>,
    /// An alert that shows it
    #[arg(long, value_name = "ID")]
    pub alert: Vec<String>,
    /// A risk of the register that it is a case of
    #[arg(long, value_name = "R-…")]
    pub risk: Vec<String>,
    /// Moment of the change, such as 2026-11-24T08:30:00Z; now if absent
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
}

/// `waage incident open`.
#[derive(Debug, Args)]
pub struct Open {
    #[command(flatten)]
    pub log: Log,
    /// What happened, in a sentence without personal data
    #[arg(long, value_name = "TEXT")]
    pub summary: String,
    /// What kind of thing went wrong
    #[arg(long, value_enum)]
    pub kind: Kind,
    /// How grave it is
    #[arg(long, value_enum)]
    pub severity: Severity,
    /// Who noticed it
    #[arg(long, value_enum)]
    pub detected_by: DetectedBy,
    /// The system's id
    #[arg(long, value_name = "ID")]
    pub system: Option<String>,
    /// The system's version
    #[arg(long, value_name = "TEXT")]
    pub system_version: Option<String>,
    /// When somebody became aware; the opening if absent
    #[arg(long, value_name = "TIME")]
    pub aware: Option<String>,
    #[command(flatten)]
    pub facts: Facts,
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage incident update`.
#[derive(Debug, Args)]
pub struct Update {
    /// The incident, such as I-2026-001
    pub id: String,
    #[command(flatten)]
    pub log: Log,
    /// The next state
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// A remark for the history
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// How grave it is
    #[arg(long, value_enum)]
    pub severity: Option<Severity>,
    #[command(flatten)]
    pub facts: Facts,
    #[command(flatten)]
    pub learnt: Learnt,
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub showing: Showing,
}

/// What is found out, done and learnt.
#[derive(Debug, Args)]
#[command(next_help_heading = "Found out, done and learnt")]
pub struct Learnt {
    /// What stopped it
    #[arg(long, value_name = "TEXT")]
    pub containment: Option<String>,
    /// A why; once for each, the last one is the root cause
    #[arg(long, value_name = "WHY")]
    pub root_cause: Vec<String>,
    /// A short name of the root cause, by which repeats are counted
    #[arg(long, value_name = "NAME")]
    pub cause: Option<String>,
    /// A corrective action: text, owner, day due, check; parts at the end may be left out
    #[arg(long, value_name = "TEXT;OWNER[;DUE[;CHECK]]")]
    pub action: Vec<String>,
    /// That an action is done, by its text
    #[arg(long, value_name = "TEXT")]
    pub done: Vec<String>,
    /// Somebody who was told: whom, legal basis, moment sent
    #[arg(long, value_name = "TO;BASIS[;SENT]")]
    pub notified: Vec<String>,
    /// The lesson in English
    #[arg(long, value_name = "TEXT")]
    pub lesson_en: Option<String>,
    /// The lesson in German
    #[arg(long, value_name = "TEXT")]
    pub lesson_de: Option<String>,
    /// Add a risk of this title to the register, as a draft
    #[arg(long, value_name = "TITLE")]
    pub new_risk: Vec<String>,
    /// Add a planned control to a risk of the register; after @ the check that will show it works
    #[arg(long, value_name = "R-…=TEXT[@CHECK]")]
    pub new_control: Vec<String>,
    /// A control or check that was changed
    #[arg(long, value_name = "R-…/C-…|check:ID")]
    pub changed_control: Vec<String>,
    /// Why nothing changes, in at least 80 characters
    #[arg(long, value_name = "TEXT")]
    pub no_change_reason: Option<String>,
    /// The check that would have caught it
    #[arg(long, value_name = "ID")]
    pub detecting_check: Option<String>,
    /// Why no check can
    #[arg(long, value_name = "TEXT")]
    pub no_check_reason: Option<String>,
    /// The register that new risks and controls are added to
    #[arg(long, value_name = "FILE", default_value = "risks.toml")]
    pub risks: PathBuf,
    /// Policy with the scale of amounts, by which the impact of a new risk is told
    #[arg(long, value_name = "FILE", requires = "new_risk")]
    pub policy: Option<PathBuf>,
}

/// `waage incident close`.
#[derive(Debug, Args)]
pub struct Close {
    /// The incident, such as I-2026-001
    pub id: String,
    #[command(flatten)]
    pub log: Log,
    /// A remark for the history
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Moment of closing; now if absent
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    #[command(flatten)]
    pub acting: Acting,
    #[command(flatten)]
    pub showing: Showing,
}

/// Which incidents are shown.
#[derive(Debug, Args)]
pub struct Which {
    /// Only those that are not closed
    #[arg(long)]
    pub open: bool,
    /// Only those of a kind
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,
    /// Only those of a system
    #[arg(long, value_name = "ID")]
    pub system: Option<String>,
    /// Moment, or day at whose end, clocks are read; now if absent
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
}

/// `waage incident list` and `waage incident lessons`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub log: Log,
    #[command(flatten)]
    pub which: Which,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage incident show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The incident, such as I-2026-001
    pub id: String,
    #[command(flatten)]
    pub log: Log,
    /// Moment, or day at whose end, clocks are read; now if absent
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    #[command(flatten)]
    pub showing: Showing,
}

/// `waage incident timeline`.
#[derive(Debug, Args)]
pub struct Timeline {
    /// Only this incident; all if absent
    pub id: Option<String>,
    #[command(flatten)]
    pub log: Log,
    #[command(flatten)]
    pub which: Which,
    /// Write the timeline as SVG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub svg: Option<PathBuf>,
    /// Write the timeline as PNG
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub png: Option<PathBuf>,
    #[command(flatten)]
    pub showing: Showing,
}
