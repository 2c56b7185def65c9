//! `waage review`.

use std::path::{Path, PathBuf};

use waage_audit::govern::approval::Subject;
use waage_audit::govern::ledger::Ledger;
use waage_audit::review::{self, CaseFile, Design, GroupOf, PseudonymKey, SampleJob};
use waage_audit::{Policy, Record, RolesSpec};

use crate::args::review::{CaseFormat, Import, Report, Review, ReviewKey, Sample};
use crate::audit::{language, set_threads};
use crate::keys::show;
use crate::output::{self, ExitCode, Failure};
use crate::progress::Bars;
use crate::registers::{as_of, failed, ledger, now, policy};

/// Environment variable that may hold the key of pseudonyms.
const KEY_VARIABLE: &str = "WAAGE_PSEUDONYM_KEY";

/// Does what was asked.
pub fn run(command: Review) -> Result<ExitCode, Failure> {
    match command {
        Review::Key(args) => make_key(&args),
        Review::Sample(args) => sample(*args),
        Review::Import(args) => import(&args),
        Review::Report(args) => report(&args),
    }
}

fn make_key(args: &ReviewKey) -> Result<ExitCode, Failure> {
    let key = PseudonymKey::generate()?;
    review::write_key(&args.file, &key)?;
    output::print(&format!(
        "{}: keep it out of the repository; whoever has it can tell which id a pseudonym is of\n",
        args.file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn sample(args: Sample) -> Result<ExitCode, Failure> {
    set_threads(args.reading.threads)?;
    let policy = policy(args.policy.as_deref())?;
    let book = ledger(args.ledger.as_deref())?;
    let kept = policy.as_ref().map(|policy| &policy.kept);
    let drawn_at = now()?;
    let job = SampleJob {
        source: args.reading.source(&args.data)?,
        roles: RolesSpec {
            label: None,
            weight: None,
            ..args.outcome.spec(&args.rows)?
        },
        filter: args.rows.filter.clone(),
        design: Design::new(
            kept.and_then(|kept| kept.review.as_ref()),
            args.n,
            args.seed,
        )?,
        key: key(&args, policy.as_ref())?,
        group: args.group.as_deref().map(group).transpose()?,
        flagged: args.flagged.clone(),
        uncertainty: args.uncertainty.clone(),
        show: args.show.clone(),
        show_groups: args.show_groups,
        personal: args.i_know,
        system_id: kept.and_then(|kept| Some(kept.system.as_ref()?.id.clone())),
        attributions: match &args.explanation {
            None => None,
            Some(path) => Some(args.reading.source(std::slice::from_ref(path))?),
        },
        audit_digest: match &args.audit {
            None => None,
            Some(path) => Some(Subject::read(path).map_err(failed)?.digest),
        },
        drawn_at,
    };
    let bars = Bars::new(args.quiet);
    let outcome = review::sample(&job, &bars);
    bars.finish();
    let batch = outcome?;
    let form = match args.format {
        CaseFormat::Csv => CaseFile::Csv,
        CaseFormat::Jsonl => CaseFile::JsonLines,
        CaseFormat::Parquet => CaseFile::Parquet,
    };
    let name = form.name();
    let cases = review::exchange(&batch, form, args.show_groups)?;
    let sheet = review::worksheet(&batch, language(args.lang))?;
    review::create(&args.out, &batch)?;
    review::write_beside(&args.out, name, &cases)?;
    review::write_beside(&args.out, "worksheet.html", sheet.as_bytes())?;
    if let Some(book) = &book {
        review::record_batch(book, &batch, drawn_at)?;
    }
    output::print(&format!("{}\n", args.out.join(name).display()))?;
    output::print(&format!("{}\n", args.out.join("worksheet.html").display()))?;
    if !args.quiet {
        output::say(&format!(
            "waage: batch {}, {} cases of {} decisions, due {}",
            batch.batch_id,
            batch.cases.len(),
            batch.design.population,
            batch.due_at
        ));
        for stratum in &batch.design.strata {
            if let Some(reason) = stratum.reason.as_deref().and_then(why) {
                output::say(&format!("waage: no stratum {}: {reason}", stratum.name));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Why a stratum draws nothing, and what would change that.
fn why(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "no_cut" => {
            "decisions have no cut; give --score with --threshold, --top-k or --top-fraction"
        }
        "no_probability" => "scores are no probabilities; name a column with --uncertainty",
        "no_group" => "no group was named; give --group A=VALUE",
        "no_flag" => "no rows are flagged; name their column with --flagged",
        _ => return None,
    })
}

/// The key of pseudonyms: from the option, the environment or the policy.
fn key(args: &Sample, policy: Option<&Policy>) -> Result<PseudonymKey, Failure> {
    if let Some(path) = &args.key {
        return Ok(review::read_key(path)?);
    }
    if let Ok(text) = std::env::var(KEY_VARIABLE) {
        return PseudonymKey::from_hex(&text)
            .map_err(|cause| Failure::Message(format!("{KEY_VARIABLE}: {cause}")));
    }
    let named = policy.and_then(|policy| policy.privacy.pseudonym_key_file.as_deref());
    let beside = args.policy.as_deref().and_then(Path::parent);
    let path: Option<PathBuf> = named.map(|name| beside.unwrap_or(Path::new("")).join(name));
    match path {
        Some(path) => Ok(review::read_key(&path)?),
        None => Err(Failure::Message(format!(
            "cases need pseudonyms: make a key with waage review key FILE and give it as --key, in {KEY_VARIABLE} or in the policy's [privacy] pseudonym_key_file"
        ))),
    }
}

fn group(text: &str) -> Result<GroupOf, Failure> {
    match text.split_once('=') {
        Some((attribute, group)) if !attribute.is_empty() => Ok(GroupOf {
            attribute: attribute.to_owned(),
            group: group.to_owned(),
        }),
        _ => Err(Failure::Message(format!(
            "--group {text:?} names no group; write it as gender=female"
        ))),
    }
}

fn import(args: &Import) -> Result<ExitCode, Failure> {
    let now = now()?;
    let book: Option<Ledger> = ledger(args.ledger.as_deref())?;
    for file in &args.files {
        let taken = review::import(&args.folder, file, now)?;
        if let Some(book) = book.as_ref().filter(|_| taken.decisions > 0) {
            review::record_import(book, &args.folder, taken, now)?;
        }
        output::print(&format!(
            "{}: {} new decisions, {} known, {} open\n",
            file.display(),
            taken.decisions,
            taken.known,
            taken.open
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn report(args: &Report) -> Result<ExitCode, Failure> {
    let as_of = as_of(args.as_of.as_deref())?;
    let folders: Vec<&Path> = args.folders.iter().map(PathBuf::as_path).collect();
    let result = review::report(&folders, as_of)?;
    show(Record::Review(&result), args.format, language(args.lang))?;
    Ok(match result.served.as_str() {
        "breach" => ExitCode::from(1),
        _ => ExitCode::SUCCESS,
    })
}
