//! `waage datasets`.

use std::time::Instant;

use waage_audit::LeadRequest;

use crate::args::LeadScoring;
use crate::audit::set_threads;
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;

/// Writes synthetic leads.
pub fn lead_scoring(args: LeadScoring) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    set_threads(args.threads)?;
    let bars = Bars::new(args.quiet);
    let request = LeadRequest {
        rows: args.rows,
        seed: args.seed,
        columns: (!args.columns.is_empty()).then_some(args.columns),
        bias: args.bias,
        gender_penalty: args.gender_penalty,
        proxy: args.proxy,
        selection: args.selection,
        drift: args.drift,
    };
    let outcome = waage_audit::generate_leads(&request, &args.out, &bars);
    bars.finish();
    let bytes = outcome?;
    if !args.quiet {
        output::say(&format!(
            "waage: {} rows, {:.1} MB, {:.1} s: {}",
            args.rows,
            bytes as f64 / 1e6,
            began.elapsed().as_secs_f64(),
            args.out.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
