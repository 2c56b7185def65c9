//! `waage power`.

use waage_audit::{AuditSpec, Policy, PowerJob, PowerSpec, Question};

use crate::args::{PlanFormat, Power};
use crate::audit::{language, set_threads};
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::roles::references;

/// Plans and prints.
pub fn run(args: &Power) -> Result<ExitCode, Failure> {
    set_threads(args.reading.threads)?;
    let job = job(args)?;
    let bars = Bars::new(args.quiet).reading();
    let outcome = waage_audit::power(&job, &bars);
    bars.finish();
    let result = outcome?;
    output::print(&match args.format {
        PlanFormat::Json => waage_audit::power_json(&result)?,
        PlanFormat::Text => waage_audit::power_text(&result, language(args.lang), output::style()),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn job(args: &Power) -> Result<PowerJob, Failure> {
    let policy = match &args.policy {
        Some(path) => Policy::read(path).map_err(waage_audit::AuditError::from)?,
        None => Policy::built_in(),
    };
    let source = match args.data.as_slice() {
        [] => None,
        data => Some(args.reading.source(data)?),
    };
    Ok(PowerJob {
        source,
        spec: PowerSpec {
            audit: AuditSpec {
                roles: args.roles.spec()?,
                filter: args.roles.rows.filter.clone(),
                reference: references(&args.reference)?,
                metrics: (!args.metrics.is_empty()).then(|| args.metrics.clone()),
                confidence: args.confidence,
                ..AuditSpec::default()
            },
            power: args.power,
            gap: args.gap,
            questions: questions(args)?,
        },
        policy,
    })
}

fn questions(args: &Power) -> Result<Vec<Question>, Failure> {
    let pair = |option: &str, count: usize, example: &str| {
        Failure::Message(format!(
            "--{option} takes two numbers, not {count}; write them as {example}"
        ))
    };
    let mut out = Vec::new();
    match *args.rates.as_slice() {
        [] => {}
        [first, second] => out.push(Question::Detect {
            rates: [first, second],
        }),
        ref other => return Err(pair("rates", other.len(), "0.5,0.4")),
    }
    if let Some(rate) = args.rate {
        if let Some(margin) = args.margin {
            out.push(Question::Equivalence {
                rate,
                margin,
                true_gap: args.true_gap,
            });
        }
        match *args.rows.as_slice() {
            [] if args.margin.is_some() => {}
            [] => {
                return Err(Failure::Message(
                    "--rate alone asks nothing: add --margin for the rows that show equivalence, or --rows for what given groups can show"
                        .to_owned(),
                ));
            }
            [first, second] => out.push(Question::Sizes {
                rate,
                rows: [first, second],
            }),
            ref other => return Err(pair("rows", other.len(), "100,60")),
        }
    }
    Ok(out)
}
