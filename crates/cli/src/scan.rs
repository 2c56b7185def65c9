//! `waage scan`.

use std::time::Instant;

use clap::ValueEnum;
use waage_audit::scan::{self, ScanJob};
use waage_audit::{RolesSpec, ScanSpec};

use crate::args::Scan;
use crate::audit::{language, set_threads};
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::roles::attributes;

/// Runs the scan and prints its result.
pub fn run(args: Scan) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    output::refuse_page(args.format)?;
    set_threads(args.reading.threads)?;
    let job = ScanJob {
        source: args.reading.source(&args.data)?,
        spec: spec(&args)?,
    };
    let bars = Bars::new(args.quiet).reading();
    let outcome = scan::scan(&job, &bars);
    bars.finish();
    let result = outcome?;
    let format = args.format.into();
    let language = language(args.lang);
    let text = scan::render(&result, format, language, output::style())?;
    output::show(&text, args.format, language)?;
    if !args.quiet {
        let seconds = began.elapsed().as_secs_f64();
        output::say(&scan::summary_line(&result, language, seconds));
    }
    Ok(ExitCode::SUCCESS)
}

fn spec(args: &Scan) -> Result<ScanSpec, Failure> {
    let name = |value: Option<clap::builder::PossibleValue>| {
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    };
    Ok(ScanSpec {
        roles: RolesSpec {
            favourable: args.favourable.clone(),
            cluster: args.cluster.clone(),
            ..args.outcome.spec(&args.rows)?
        },
        features: attributes(&args.features)?,
        filter: args.rows.filter.clone(),
        metric: args.metric.clone(),
        depth: args.depth,
        min_support: args.min_support,
        top: args.top,
        margin: args.margin,
        alpha: args.alpha,
        confidence: args.confidence,
        score: name(args.order.to_possible_value()),
        side: name(args.side.to_possible_value()),
        holdout: args.holdout.clone(),
        permutations: args.permutations,
        seed: args.seed,
    })
}
