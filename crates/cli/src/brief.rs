//! `waage brief`.

use std::path::Path;

use waage_audit::evidence::{self, BriefJob};
use waage_audit::govern::evidence::Files;
use waage_audit::govern::ledger::Options;
use waage_audit::{Format, Style};

use crate::args::brief::{Brief, BriefFormat};
use crate::audit::language;
use crate::output::{self, ExitCode, Failure};
use crate::registers::as_of;

/// A brief is two pages.
const PAGES_MAX: usize = 2;

/// Does what was asked.
pub fn run(args: Brief) -> Result<ExitCode, Failure> {
    let format = match args.format.unwrap_or_else(|| by_name(args.out.as_deref())) {
        BriefFormat::Html => Format::Html,
        BriefFormat::Pdf => Format::Print,
        BriefFormat::Markdown => Format::Markdown,
        BriefFormat::Text => Format::Text,
    };
    let is_file = matches!(format, Format::Html | Format::Print);
    if is_file && args.out.is_none() && output::to_terminal() {
        let end = format.name();
        return Err(Failure::Message(format!(
            "--format {end} is for a file: add --out brief.{end}"
        )));
    }
    let now = as_of(args.as_of.as_deref())?;
    let job = BriefJob {
        files: Files {
            results: vec![args.result],
            policy: Some(args.policy),
            risks: args.risks,
            incidents: args.incidents,
            ledger: args.ledger,
            keys: args.keys,
            options: Options {
                allow_network_fs: args.access.allow_network_fs,
                ..Options::default()
            },
            ..Files::default()
        },
        previous: args.previous,
    };
    let style = match args.out {
        Some(_) => Style::default(),
        None => output::style(),
    };
    let language = language(args.lang);
    let text = evidence::brief(&job, now, format, language, style)?;
    let content = match format {
        Format::Print => waage_audit::pdf(&text, language, Some(PAGES_MAX))?,
        _ => text.into_bytes(),
    };
    match &args.out {
        Some(path) => evidence::write(path, &content)?,
        None => output::print_bytes(&content)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The form that the end of a file's name says.
fn by_name(path: Option<&Path>) -> BriefFormat {
    let end = path.and_then(|path| path.extension()?.to_str());
    match end.map(str::to_ascii_lowercase).as_deref() {
        Some("html" | "htm") => BriefFormat::Html,
        Some("pdf") => BriefFormat::Pdf,
        Some("md") => BriefFormat::Markdown,
        _ => BriefFormat::Text,
    }
}
