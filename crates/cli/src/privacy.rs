//! `waage privacy`.

use waage_audit::govern::ledger::Ledger;
use waage_audit::privacy::{self, ReleaseJob, Released};
use waage_audit::{AuditResult, AuditSpec, Job, Policy, Record};

use crate::args::privacy::{Compare, Privacy, Release, Scan};
use crate::audit::{language, set_threads, today};
use crate::keys::show;
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::registers::{failed, now, policy};

/// Does what was asked.
pub fn run(command: Privacy) -> Result<ExitCode, Failure> {
    match command {
        Privacy::Scan(args) => scan(&args),
        Privacy::Compare(args) => compare(&args),
        Privacy::Release(args) => release(&args),
    }
}

/// 1 where something was found.
fn code(found: bool) -> ExitCode {
    ExitCode::from(u8::from(found))
}

fn scan(args: &Scan) -> Result<ExitCode, Failure> {
    set_threads(args.reading.threads)?;
    let source = args.reading.source(&args.data)?;
    let bars = Bars::new(args.quiet);
    let outcome = privacy::scan(source, &args.features, &args.sensitive, &bars);
    bars.finish();
    let result = outcome?;
    show(Record::Pii(&result), args.format, language(args.lang))?;
    Ok(code(result.warnings.iter().any(|w| w.severity == "major")))
}

fn compare(args: &Compare) -> Result<ExitCode, Failure> {
    let policy = policy(args.policy.as_deref())?.unwrap_or_else(Policy::built_in);
    let kept = &policy.privacy;
    let old = privacy::read_result(&args.old)?;
    let new = privacy::read_result(&args.new)?;
    let result = privacy::compare(&old, &new, kept.k_external, kept.suppress_zero);
    show(
        Record::Comparison(&result),
        args.format,
        language(args.lang),
    )?;
    Ok(code(!result.leaks.is_empty()))
}

fn release(args: &Release) -> Result<ExitCode, Failure> {
    output::refuse_page(args.format)?;
    let epsilon = args.dp_epsilon.parse().map_err(Failure::Message)?;
    set_threads(args.reading.threads)?;
    let policy = policy(args.policy.as_deref())?.unwrap_or_else(Policy::built_in);
    let options = args.access.into();
    let ledger = match &args.ledger {
        Some(path) => Some(Ledger::open(path, &options).map_err(failed)?),
        None => None,
    };
    let job = ReleaseJob {
        epsilon,
        confidence: args.confidence,
        per_year: policy.privacy.dp_epsilon_per_year,
        now: now()?,
    };
    let result = counted(args, policy)?;
    if !args.i_know {
        privacy::refuse_personal_labels(&result)?;
    }
    let ledger = ledger.as_ref().map(|ledger| (ledger, &options));
    match privacy::release(&result, &job, ledger)? {
        Released::Release(release) => {
            show(Record::Release(&release), args.format, language(args.lang))?;
            Ok(ExitCode::SUCCESS)
        }
        Released::Refused(budget) => {
            let sentence = privacy::refusal(&budget, epsilon, language(args.lang));
            output::say(&format!("waage: {sentence}"));
            Ok(code(true))
        }
    }
}

/// The result that counts are taken from: a document, or an audit of data.
fn counted(args: &Release, policy: Policy) -> Result<AuditResult, Failure> {
    if let [path] = args.data.as_slice()
        && privacy::is_document(path)
    {
        if let Some(option) = args.option_of_data() {
            return Err(Failure::Message(format!(
                "{path} is counted already, so {option} changes nothing; leave it out, or give the data"
            )));
        }
        return Ok(privacy::read_result(path.as_ref())?);
    }
    let mut job = Job {
        explanation: None,
        source: args.reading.source(&args.data)?,
        spec: AuditSpec {
            roles: args.outcome.spec(&args.rows)?,
            filter: args.rows.filter.clone(),
            ..AuditSpec::default()
        },
        policy,
        as_of: today()?,
    };
    let bars = Bars::new(args.quiet).reading();
    let outcome = privacy::counted(&mut job, &bars);
    bars.finish();
    Ok(outcome?)
}
