//! `waage metrics`.

use crate::args::Metrics;
use crate::audit::{format, language};
use crate::output::{self, ExitCode, Failure};

/// Prints the list of metrics, or the page of one.
pub fn run(args: &Metrics) -> Result<ExitCode, Failure> {
    let text = waage_audit::render_explanations(
        args.name.as_deref(),
        format(args.format),
        language(args.lang),
        output::style(),
    )?;
    output::show(&text, args.format, language(args.lang))?;
    Ok(ExitCode::SUCCESS)
}
