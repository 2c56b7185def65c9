//! `waage incident`.

use std::path::Path;

use waage_audit::govern::incident::{self, Change, Filter, Log, Opening, words};
use waage_audit::govern::risks::Evidence;
use waage_audit::govern::{Date, Timestamp};
use waage_audit::registers::incidents::{Incident as Record, LinkedFinding, MoneyEstimate};
use waage_audit::registers::{self, IncidentsView, incidents::IncidentsResult};

use crate::args::incident as args;
use crate::args::incident::Incident;
use crate::args::registers::{Acting, Showing};
use crate::audit::{format, language};
use crate::incident_change::change;
use crate::output::{self, ExitCode, Failure, word};
use crate::registers::{as_of, failed, ledger, moment, moment_or_now, policy};

/// Runs a command of incidents.
pub fn run(command: Incident) -> Result<ExitCode, Failure> {
    match command {
        Incident::Open(args) => open(&args),
        Incident::Update(args) => update(&args),
        Incident::Close(args) => close(&args),
        Incident::List(args) => {
            let told = told(&args.log.file, &args.which, None)?;
            print(&told, IncidentsView::List, &args.showing)
        }
        Incident::Lessons(args) => {
            let told = told(&args.log.file, &args.which, None)?;
            print(&told, IncidentsView::Lessons, &args.showing)
        }
        Incident::Show(args) => {
            let now = as_of(args.as_of.as_deref())?;
            let told = one(&args.log.file, &args.id, now)?;
            print(&told, IncidentsView::Show, &args.showing)
        }
        Incident::Timeline(args) => timeline(&args),
    }
}

fn told(file: &Path, which: &args::Which, id: Option<&String>) -> Result<IncidentsResult, Failure> {
    let log = Log::read(file).map_err(failed)?;
    if let Some(id) = id {
        log.incident(id).map_err(failed)?;
    }
    let filter = Filter {
        open: which.open,
        kind: which.kind.map(word),
        id: id.cloned(),
        system: which.system.clone(),
    };
    let now = as_of(which.as_of.as_deref())?;
    Ok(incident::tell(&log.incidents, now, &filter))
}

fn one(file: &Path, id: &str, now: Timestamp) -> Result<IncidentsResult, Failure> {
    let log = Log::read(file).map_err(failed)?;
    log.incident(id).map_err(failed)?;
    let filter = Filter {
        id: Some(id.to_owned()),
        ..Filter::default()
    };
    Ok(incident::tell(&log.incidents, now, &filter))
}

fn print(
    result: &IncidentsResult,
    view: IncidentsView,
    showing: &Showing,
) -> Result<ExitCode, Failure> {
    output::refuse_page(showing.format)?;
    let (format, language) = (format(showing.format), language(showing.lang));
    let text = registers::render_incidents(result, view, format, language, output::style())?;
    output::show(&text, showing.format, language)?;
    Ok(ExitCode::SUCCESS)
}

/// Adds the change to the ledger, if one is given, and shows the incident.
fn finish(
    record: &Record,
    file: &Path,
    acting: &Acting,
    showing: &Showing,
    at: Timestamp,
) -> Result<ExitCode, Failure> {
    if let Some(ledger) = ledger(acting.ledger.as_deref())? {
        incident::record(&ledger, record, &acting.actor, at).map_err(failed)?;
    }
    print(&one(file, &record.id, at)?, IncidentsView::Show, showing)
}

fn open(args: &args::Open) -> Result<ExitCode, Failure> {
    let facts = &args.facts;
    let at = moment_or_now(facts.at.as_deref())?;
    // A ledger that is not there is told before anything is written.
    ledger(args.acting.ledger.as_deref())?;
    let missing = || Failure::Message("an option has a value that is not known".to_owned());
    let opening = Opening {
        at,
        actor: args.acting.actor.clone(),
        began_at: moment(facts.began.as_deref())?,
        aware_at: moment(args.aware.as_deref())?,
        detected_by: words::DetectedBy::parse(&word(args.detected_by)).ok_or_else(missing)?,
        kind: words::Kind::parse(&word(args.kind)).ok_or_else(missing)?,
        severity: severity(args.severity),
        system: args.system.clone(),
        system_version: args.system_version.clone(),
        summary: args.summary.clone(),
        affected_count: facts.affected,
        affected_groups: facts.groups.clone(),
        money_estimate: money(&facts.money)?,
        personal_data_breach: facts.personal_data,
        high_risk_system: facts.high_risk,
        serious: facts
            .serious
            .and_then(|value| words::Serious::parse(&word(value))),
        linked_findings: findings(&facts.finding, at.date())?,
        linked_alerts: facts.alert.clone(),
        linked_risks: facts.risk.clone(),
    };
    let record = incident::open(&args.log.file, opening).map_err(failed)?;
    output::say(&format!("waage: {} is open", record.id));
    finish(&record, &args.log.file, &args.acting, &args.showing, at)
}

fn update(args: &args::Update) -> Result<ExitCode, Failure> {
    let at = moment_or_now(args.facts.at.as_deref())?;
    ledger(args.acting.ledger.as_deref())?;
    let change = change(args, at)?;
    let policy = policy(args.learnt.policy.as_deref())?;
    let register = (args.learnt.risks.as_path(), policy.as_ref());
    let (file, actor) = (&args.log.file, &args.acting.actor);
    let record = incident::learn(file, &args.id, change, register, actor, at).map_err(failed)?;
    finish(&record, file, &args.acting, &args.showing, at)
}

fn close(args: &args::Close) -> Result<ExitCode, Failure> {
    let at = moment_or_now(args.at.as_deref())?;
    ledger(args.acting.ledger.as_deref())?;
    let change = Change {
        state: Some(words::State::Closed),
        note: args.note.clone(),
        ..Change::default()
    };
    let (file, actor) = (&args.log.file, &args.acting.actor);
    let record = incident::update(file, &args.id, change, actor, at).map_err(failed)?;
    finish(&record, file, &args.acting, &args.showing, at)
}

fn timeline(args: &args::Timeline) -> Result<ExitCode, Failure> {
    let told = told(&args.log.file, &args.which, args.id.as_ref())?;
    if args.svg.is_some() || args.png.is_some() {
        let figure = registers::incident_timeline(&told, language(args.showing.lang))?;
        registers::write_figure(&figure, args.svg.as_deref(), args.png.as_deref())?;
    }
    print(&told, IncidentsView::Timeline, &args.showing)
}

/// The severity of an option.
pub const fn severity(severity: args::Severity) -> incident::Severity {
    match severity {
        args::Severity::Info => incident::Severity::Info,
        args::Severity::Minor => incident::Severity::Minor,
        args::Severity::Major => incident::Severity::Major,
        args::Severity::Critical => incident::Severity::Critical,
    }
}

/// The amounts of an option.
pub fn money(amounts: &[f64]) -> Result<Option<MoneyEstimate>, Failure> {
    match *amounts {
        [] => Ok(None),
        [low, likely, high] => Ok(Some(MoneyEstimate { low, likely, high })),
        _ => Err(Failure::Message(format!(
            "--money takes three amounts, not {}; write them as 1000,5000,20000",
            amounts.len()
        ))),
    }
}

/// Findings of an option: a check, and the digest of a result or its file, which must hold the check.
pub fn findings(options: &[String], day: Date) -> Result<Vec<LinkedFinding>, Failure> {
    options.iter().map(|option| finding(option, day)).collect()
}

fn finding(option: &str, day: Date) -> Result<LinkedFinding, Failure> {
    let Some((check, result)) = option.split_once('@') else {
        return Err(Failure::Message(format!(
            "--finding {option:?} names no result; write it as FAIR-01@audit.json or FAIR-01@sha256:…"
        )));
    };
    let digest = if result.starts_with("sha256:") {
        result.to_owned()
    } else {
        let evidence = Evidence::read(Path::new(result), None, day).map_err(failed)?;
        let mut checks: Vec<&str> = evidence
            .result
            .findings
            .iter()
            .map(|f| f.check.as_str())
            .collect();
        checks.dedup();
        if !checks.contains(&check) {
            let hint = waage_audit::govern::did_you_mean(check, checks);
            return Err(Failure::Message(format!(
                "{result:?} has no finding of {check:?}; {hint}"
            )));
        }
        evidence.digest
    };
    Ok(LinkedFinding {
        check: check.to_owned(),
        result: digest,
    })
}
