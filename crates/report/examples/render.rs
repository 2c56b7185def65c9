//! Writes a stored audit document (`waage audit --format json`) as a report.
//!
//! `cargo run -p waage-report --example render -- audit.json html de > report.html`

use std::process::ExitCode;

use waage_report::{Format, Options, render};
use waage_result::document::AuditResult;
use waage_result::text::Language;

fn write(arguments: &[String]) -> Result<String, Box<dyn std::error::Error>> {
    let [document, format, language] = arguments else {
        return Err("give a document, a format and a language: audit.json html en".into());
    };
    let result: AuditResult = serde_json::from_str(&std::fs::read_to_string(document)?)?;
    let format: Format = format.parse()?;
    let language: Language = language.parse()?;
    Ok(render(&result, format, language, &Options::default())?)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match write(&arguments) {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
