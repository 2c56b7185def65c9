//! The `waage` command: the only crate that prints or exits. It is a library, so that Python runs
//! the very same commands.

mod approve;
// Its comments are help texts, where [data] names a section of a policy, not an item.
#[allow(rustdoc::broken_intra_doc_links)]
mod args;
mod audit;
mod brief;
mod clock;
mod datasets;
mod demo;
mod evidence;
mod explain;
mod gate;
mod incident;
mod incident_change;
mod keys;
mod ledger;
mod metrics;
mod output;
mod policy;
mod power;
mod privacy;
mod progress;
mod registers;
mod review;
mod risks;
mod roles;
mod scan;
mod shape;
mod systems;
mod usage;

use std::ffi::OsString;

use clap::CommandFactory;

pub use shape::{Given, Shape, commands};

use args::{Cli, Command, Datasets, Generate, SchemaName};
use output::{ExitCode, Failure};

/// Runs the command of these words (the first names the program), prints what it says and gives the
/// code to exit with.
pub fn run(words: &[OsString]) -> u8 {
    progress::watch_signals();
    output::keep_panics_quiet();
    finish(words).code()
}

/// Runs the command of these words and keeps what it says instead of printing it. Nobody is asked
/// anything, and no page is refused.
pub fn tell(words: &[OsString]) -> Told {
    progress::resume();
    let (code, out, err) = output::captured(|| finish(words));
    Told {
        code: code.code(),
        out,
        err,
    }
}

/// What a command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The code it would have ended with.
    pub code: u8,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

/// Stops the commands that are running as soon as they look.
pub fn interrupt() {
    progress::interrupt();
}

fn finish(words: &[OsString]) -> ExitCode {
    let cli = match usage::parse(words) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let outcome = std::panic::catch_unwind(|| obey(cli.command)).unwrap_or(Err(Failure::Internal));
    match outcome {
        Ok(code) => code,
        Err(failure) => output::explain(&failure),
    }
}

fn obey(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args),
        Command::Audit(args) => audit::run(*args),
        Command::Metrics(args) => metrics::run(&args),
        Command::Power(args) => power::run(&args),
        Command::Scan(args) => scan::run(*args),
        Command::Explain(args) => explain::run(*args),
        Command::Policy(command) => policy::run(&command),
        Command::Gate(args) => gate::run(*args),
        Command::Approve(args) => approve::run(&args),
        Command::Keys(command) => keys::run(command),
        Command::Ledger(command) => ledger::run(command),
        Command::Risks(command) => risks::run(command),
        Command::Incident(command) => incident::run(command),
        Command::Systems(command) => systems::run(command),
        Command::Review(command) => review::run(command),
        Command::Privacy(command) => privacy::run(command),
        Command::Evidence(command) => evidence::run(command),
        Command::Brief(args) => brief::run(*args),
        Command::Datasets(Datasets::Generate(Generate::LeadScoring(args))) => {
            datasets::lead_scoring(args)
        }
        Command::Schema { name } => {
            let schema = match name {
                SchemaName::Audit => waage_audit::schema::audit(),
                SchemaName::Metrics => waage_audit::schema::metrics(),
                SchemaName::Scan => waage_audit::schema::scan(),
                SchemaName::Explain => waage_audit::schema::explain(),
                SchemaName::Spec => waage_audit::schema::spec(),
                SchemaName::Power => waage_audit::schema::power(),
                SchemaName::Policy => waage_audit::schema::policy(),
                SchemaName::PolicyCheck => waage_audit::schema::policy_check(),
                SchemaName::PolicyDiff => waage_audit::schema::policy_diff(),
                SchemaName::PolicyShow => waage_audit::schema::policy_show(),
                SchemaName::PolicyPresets => waage_audit::schema::policy_presets(),
                SchemaName::Gate => waage_audit::schema::gate(),
                SchemaName::Ledger => waage_audit::schema::ledger(),
                SchemaName::Entries => waage_audit::schema::entries(),
                SchemaName::Proof => waage_audit::schema::proof(),
                SchemaName::Approval => waage_audit::schema::approval(),
                SchemaName::Exception => waage_audit::schema::exception(),
                SchemaName::Keys => waage_audit::schema::keys(),
                SchemaName::Risks => waage_audit::schema::risks(),
                SchemaName::Incidents => waage_audit::schema::incidents(),
                SchemaName::Systems => waage_audit::schema::systems(),
                SchemaName::Review => waage_audit::schema::review(),
                SchemaName::DpRelease => waage_audit::schema::dp_release(),
                SchemaName::PiiScan => waage_audit::schema::pii_scan(),
                SchemaName::PrivacyCompare => waage_audit::schema::privacy_compare(),
                SchemaName::ReviewBatch => waage_audit::schema::review_batch(),
                SchemaName::Evidence => waage_audit::schema::evidence(),
            };
            output::print(&schema)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "waage", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
