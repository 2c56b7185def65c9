//! `waage gate`.

use waage_audit::NoticeFormat;
use waage_audit::gate::{self, Files};

use crate::args::gate::{Gate, GateFormat};
use crate::audit::{language, today};
use crate::clock;
use crate::output::{self, ExitCode, Failure};

/// Who records a decision of a gate.
const ACTOR: &str = "waage";

/// Judges the gate and prints what it says.
pub fn run(args: Gate) -> Result<ExitCode, Failure> {
    let as_of = args.as_of.clone().map_or_else(today, Ok)?;
    let files = Files {
        policy: args.policy,
        against: args.against,
        result: args.result,
        ledger: args.ledger.clone(),
        keys: args.keys,
        risks: args.risks,
        incidents: args.incidents,
        review: args.review,
        options: args.access.into(),
    };
    let result = gate::gate(&args.name, &files, args.data_digest.as_deref(), &as_of)?;
    let format = match args.format {
        GateFormat::Text => NoticeFormat::Text,
        GateFormat::Json => NoticeFormat::Json,
        GateFormat::Markdown | GateFormat::Pdf => NoticeFormat::Markdown,
        GateFormat::Github => NoticeFormat::Github,
        GateFormat::Junit => NoticeFormat::Junit,
    };
    let language = language(args.lang);
    let text = gate::render(&result, format, args.explain, language, output::style())?;
    output::show(&text, args.format, language)?;
    if let Some(ledger) = args.ledger.filter(|_| args.record) {
        // A decision that could not be recorded does not undo one that was shown.
        if let Err(error) = gate::record(&ledger, &files.options, &result, ACTOR, clock::now()?) {
            output::say(&format!("waage: {error}"));
            return Ok(ExitCode::from(if result.exit == 1 { 1 } else { 2 }));
        }
    }
    Ok(ExitCode::from(result.exit))
}
