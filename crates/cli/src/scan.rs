//! `waage scan`.

use std::process::ExitCode;
use std::time::Instant;

use clap::ValueEnum;
use waage_audit::scan::{self, ScanJob};
use waage_audit::{AttributeSpec, Cut, Input, RolesSpec, ScanSpec, Source};

use crate::args::{Scan, ScanFormat};
use crate::audit::{language, set_threads};
use crate::output::{self, Failure};
use crate::progress::Bars;

/// Runs the scan and prints its result.
pub fn run(args: Scan) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    set_threads(args.threads)?;
    let job = ScanJob {
        source: Source::Input(Input {
            paths: args.data.clone(),
            csv: waage_audit::csv_format(args.separator, args.decimal).map_err(Failure::Message)?,
        }),
        spec: spec(&args)?,
    };
    let bars = Bars::new(args.quiet).reading();
    let outcome = scan::scan(&job, &bars);
    bars.finish();
    let result = outcome?;
    let format = match args.format {
        ScanFormat::Text => scan::ScanFormat::Text,
        ScanFormat::Json => scan::ScanFormat::Json,
        ScanFormat::Markdown => scan::ScanFormat::Markdown,
    };
    let language = language(args.lang);
    output::print(&scan::render(&result, format, language, output::style())?)?;
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
            label: args.label.clone(),
            decision: args.decision.clone(),
            score: args.score.clone(),
            cut: cut(args.threshold, args.top_k, args.top_fraction.as_ref()),
            weight: args.weight.clone(),
            id: args.id.clone(),
            sensitive: attributes(&args.sensitive)?,
            stratum: Vec::new(),
            positive: args.positive.clone(),
        },
        features: attributes(&args.features)?,
        filter: args.filter.clone(),
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

/// Attributes as they are written: `gender`, `age:25:40`, `age/4`.
fn attributes(texts: &[String]) -> Result<Vec<AttributeSpec>, Failure> {
    texts
        .iter()
        .map(|text| AttributeSpec::parse(text).map_err(|e| Failure::Message(e.to_string())))
        .collect()
}

/// The cut of the score, of which the parser lets one through.
fn cut(at: Option<f64>, k: Option<u64>, share: Option<&String>) -> Option<Cut> {
    match (at, k, share) {
        (Some(at), _, _) => Some(Cut::Threshold(at)),
        (_, Some(k), _) => Some(Cut::TopK(k)),
        (_, _, Some(share)) => Some(Cut::TopFraction(share.clone())),
        _ => None,
    }
}
