//! Writes a stored audit document (`waage audit --format json`) as a report.
//!
//! `cargo run -p waage-report --example render -- audit.json html de > report.html`

use std::io::Write as _;
use std::process::ExitCode;

use waage_report::{Format, Options, pdf, render};
use waage_result::document::AuditResult;
use waage_result::text::Language;

fn write(arguments: &[String]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let [document, format, language] = arguments else {
        return Err("give a document, a format and a language: audit.json html en".into());
    };
    let result: AuditResult = serde_json::from_str(&std::fs::read_to_string(document)?)?;
    let format: Format = format.parse()?;
    let language: Language = language.parse()?;
    let text = render(&result, format, language, &Options::default())?;
    Ok(match format {
        Format::Print => pdf(&text, language, None)?,
        _ => text.into_bytes(),
    })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let report = write(&arguments);
    let printed = report.and_then(|report| Ok(std::io::stdout().write_all(&report)?));
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
