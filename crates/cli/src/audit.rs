//! `waage audit`.

use std::time::Instant;

use waage_audit::attribution::Model;
use waage_audit::{AuditResult, AuditSpec, Beside, Job, Language, Policy, RolesSpec};

use crate::args::{Audit, Format, Lang};
use crate::clock;
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::roles::{memberships, references};

/// Runs the audit and prints its result.
pub fn run(args: Audit) -> Result<ExitCode, Failure> {
    let began = Instant::now();
    if args.format == Format::Html && output::to_terminal() {
        return Err(Failure::Message(
            "--format html is for a file: add > report.html, or use --out DIR".to_owned(),
        ));
    }
    output::refuse_page(args.format)?;
    set_threads(args.reading.threads)?;
    let job = job(&args)?;
    if let Some(path) = &args.ledger {
        waage_audit::ledger_for(path, &args.access.into())
            .map_err(waage_audit::AuditError::from)?;
    }
    let bars = Bars::new(args.quiet).reading();
    if job.names_no_roles() {
        return suggest(&job, &bars);
    }
    let outcome = waage_audit::run(&job, &bars);
    bars.finish();
    let mut result = outcome?;
    if args.share && !args.i_know {
        waage_audit::privacy::refuse_personal_labels(&result)?;
    }
    if let Some(limit) = args.suppress_below {
        result = waage_audit::suppress(&result, limit);
    }
    let recorded = record(&args, &job.policy, &result);
    if args.share {
        // The ledger names the working document; what is shown is for readers outside.
        result = waage_audit::privacy::share(&result, &job.policy);
    }
    show(&args, &result)?;
    if let Err(failure) = recorded {
        // What is proven is not hidden by a disk that is full.
        if !result.policy.violated {
            return Err(failure);
        }
        output::explain(&failure);
    }
    if !args.quiet {
        output::say(&summary_line(&result, language(args.lang), began));
    }
    Ok(exit_code(&result))
}

/// Writes digests and verdict into the ledger, if one is named.
fn record(args: &Audit, policy: &Policy, result: &AuditResult) -> Result<(), Failure> {
    if let Some(path) = &args.ledger {
        let options = args.access.into();
        waage_audit::record_result(path, &options, policy, result, clock::now()?)?;
    }
    Ok(())
}

/// Writes the folder and standard output.
fn show(args: &Audit, result: &AuditResult) -> Result<(), Failure> {
    let language = language(args.lang);
    if let Some(folder) = &args.out {
        waage_audit::write_folder(folder, result, language)?;
    }
    let text = waage_audit::render(result, format(args.format), language, output::style())?;
    output::show(&text, args.format, language)
}

/// The format of an option.
pub fn format(format: Format) -> waage_audit::Format {
    match format {
        Format::Text => waage_audit::Format::Text,
        Format::Json => waage_audit::Format::Json,
        Format::Markdown => waage_audit::Format::Markdown,
        Format::Html => waage_audit::Format::Html,
        Format::Pdf => waage_audit::Format::Print,
    }
}

/// Verdict, rows and seconds in a line.
pub fn summary_line(result: &AuditResult, language: Language, began: Instant) -> String {
    waage_audit::summary_line(result, language, began.elapsed().as_secs_f64())
}

/// 0 unless the policy is violated.
fn exit_code(result: &AuditResult) -> ExitCode {
    if result.policy.violated {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    }
}

/// The language of an option.
pub const fn language(lang: Lang) -> Language {
    match lang {
        Lang::En => Language::En,
        Lang::De => Language::De,
    }
}

/// Sizes the thread pool; the default honours RAYON_NUM_THREADS.
pub fn set_threads(threads: Option<usize>) -> Result<(), Failure> {
    waage_audit::set_threads(threads).map_err(Failure::Message)
}

/// Today, or the day that SOURCE_DATE_EPOCH names.
pub fn today() -> Result<String, Failure> {
    Ok(clock::now()?.date().to_string())
}

fn job(args: &Audit) -> Result<Job, Failure> {
    let policy = match &args.policy {
        Some(path) => Policy::read(path).map_err(waage_audit::AuditError::from)?,
        None => Policy::built_in(),
    };
    let explanation = match (&args.model, &args.explanation) {
        (Some(model), _) => Some(Beside::Model {
            model: Model::File(model.clone()),
            background: match args.background.as_slice() {
                [] => None,
                paths => Some(args.reading.source(paths)?),
            },
        }),
        (None, Some(path)) => Some(Beside::read(path)?),
        (None, None) => None,
    };
    Ok(Job {
        explanation,
        source: args.reading.source(&args.data)?,
        spec: spec(args)?,
        policy,
        as_of: args.as_of.clone().map_or_else(today, Ok)?,
    })
}

fn spec(args: &Audit) -> Result<AuditSpec, Failure> {
    let mut roles = RolesSpec {
        cluster: args.cluster.clone(),
        propensity: args.propensity.clone(),
        membership: memberships(&args.membership)?,
        favourable: args.favourable.clone(),
        ..args.roles.spec()?
    };
    if args.regression {
        roles.outcome = roles.label.take();
    }
    Ok(AuditSpec {
        roles,
        filter: args.roles.rows.filter.clone(),
        reference: references(&args.reference)?,
        metrics: (!args.metrics.is_empty()).then(|| args.metrics.clone()),
        schemes: args.schemes.clone(),
        min_share: args.min_share,
        ranking: args.ranking.clone(),
        ll144: args.ll144,
        features: args.features.clone(),
        neighbours: args.neighbours,
        lipschitz: args.lipschitz,
        membership_threshold: args.membership_threshold,
        confidence: args.confidence,
        bootstrap: args.bootstrap,
        seed: args.seed,
        memory: args.memory,
        max_clusters: args.max_clusters,
    })
}

/// Without roles: the columns, and the command line that they suggest. Exit code 2.
fn suggest(job: &Job, bars: &Bars) -> Result<ExitCode, Failure> {
    let text = waage_audit::suggest(job, bars);
    bars.finish();
    output::print(&text?)?;
    Err(Failure::Message(
        "no roles were given: name at least --sensitive and one of --label, --decision, --score"
            .to_owned(),
    ))
}
