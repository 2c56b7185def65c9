//! `waage demo`.

use std::time::Instant;

use crate::args::Demo;
use crate::audit::{language, set_threads, summary_line, today};
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;

/// Audits the embedded lead-scoring data and leaves a report to open.
pub fn run(args: &Demo) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    set_threads(None)?;
    let language = language(args.lang);
    let bars = Bars::new(args.quiet);
    let outcome = waage_audit::demo(&args.out, &today()?, language, &bars);
    bars.finish();
    let result = outcome?;
    let format = waage_audit::Format::Text;
    output::print(&waage_audit::render(
        &result,
        format,
        language,
        output::style(),
    )?)?;
    if !args.quiet {
        output::say(&summary_line(&result, language, began));
    }
    output::print(&format!("\n{}\n", args.out.join("report.html").display()))?;
    Ok(ExitCode::SUCCESS)
}
