//! The pipeline: a spec and a source in, a result out.
//!
//! ```text
//! Source → Dataset → Tally → Measurements → Findings → Verdict → Report
//! data     data      core    metrics        govern     govern    report, charts
//! ```
//!
//! [`run`] is that line in one function: open, scan once into a cube, measure on the cube, judge by
//! the policy, assemble the document. The command line and the Python binding call it and nothing
//! below it; what they need besides is re-exported here.

mod alike;
mod assemble;
pub mod attribution;
mod beside;
mod count;
mod demo;
mod digest;
mod distribution;
mod error;
pub mod evidence;
mod explain;
mod files;
pub mod gate;
mod leads;
mod ledger_entries;
mod multiclass;
mod numeric;
mod page;
mod personal;
mod plan;
pub mod policy;
mod power;
pub mod privacy;
mod ranking;
mod record;
pub mod registers;
pub mod review;
pub mod scan;
pub mod schema;
mod strata;
mod suggest;
pub mod tables;
mod unknown;

use std::borrow::Cow;

use indexmap::IndexMap;
use waage_core::quantity::Measurement;
use waage_core::tally::{Limits as CubeLimits, Tally};
use waage_data::{Dataset, Limits};
use waage_govern::{Facts, Judgement};
use waage_metrics::Favourable;
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured};
use waage_metrics::selective::Labels;
use waage_result::document::{
    AUDIT_SCHEMA, CutResult, DatasetSummary, Disparity, Distribution, EstimateDoc, GroupResult,
    Note, Settings,
};
use waage_result::ranking::{ImpactTable, RankingResult};
use waage_result::unknown::{MembershipResult, PropensityResult};

pub use beside::Beside;
pub use demo::demo;
pub use error::AuditError;
pub use explain::{explain, explanations, render_explanations};
pub use files::{figures, pdf, render, summary_line, suppress, write_folder};
pub use files::{power_json, power_text};
pub use leads::{LeadRequest, generate_leads};
pub use ledger_entries::{key_change, ledger_for, read_proof, record_result, remark};
pub use page::PageFormat;
pub use power::{PowerJob, power};
pub use record::render_record;
pub use suggest::suggest;
pub use waage_charts::{Figure, font_face_css};
pub use waage_core::label::civil_from_days;
pub use waage_core::observer;
pub use waage_data::{CsvFormat, Input, Kind, Source};
pub use waage_govern as govern;
pub use waage_govern::Policy;
pub use waage_metrics::{arrays, individual, regression};
pub use waage_report::{Format, HeldAgainst, NoticeFormat, Record, ReportError, headline};
pub use waage_result::attribution::{ExplainResult, ExplainSpec};
pub use waage_result::document::AuditResult;
pub use waage_result::memory::parse as parse_memory;
pub use waage_result::power::{PowerResult, PowerSpec, Question};
pub use waage_result::scan::{ScanResult, ScanSpec};
pub use waage_result::spec::{
    AttributeSpec, AuditSpec, Cut, MAX_CLUSTERS_DEFAULT, MembershipSpec, RolesSpec,
};
pub use waage_result::text::Language;
pub use waage_result::{approval, ledger};

use count::{Counted, count};
use observer::Observer;
use strata::Strata;

/// The version that results name.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// An audit to be run.
pub struct Job {
    /// The rows.
    pub source: Source,
    /// What to measure.
    pub spec: AuditSpec,
    /// What judges.
    pub policy: Policy,
    /// The day as of which waivers are judged, ISO 8601.
    pub as_of: String,
    /// What the model relies on, to be told beside.
    pub explanation: Option<Beside>,
}

impl Job {
    /// Whether neither the spec nor the policy says what to audit.
    #[must_use]
    pub fn names_no_roles(&self) -> bool {
        plan::resolve(&self.spec, &self.policy).roles == RolesSpec::default()
    }
}

/// How a terminal shows text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Columns, if known.
    pub width: Option<usize>,
}

/// Runs an audit: one scan, then algebra on the cube.
///
/// # Errors
/// [`AuditError`]: unreadable data, roles that do not fit, a policy that names what is not there,
/// or an interruption by the observer.
pub fn run(job: &Job, observer: &dyn Observer) -> Result<AuditResult, AuditError> {
    let spec = plan::resolve(&job.spec, &job.policy);
    check(&spec, &job.policy)?;
    alike::check(&spec, &job.source)?;
    if let Some(beside) = &job.explanation {
        beside.check(&job.source)?;
    }
    let mut result = if numeric::is_asked(&spec) {
        numeric::run(job, &spec, observer)?
    } else {
        match two_valued(job, &spec, observer) {
            Err(error) if multiclass::may_be(job, &spec, &error) => {
                multiclass::run(job, &spec, error, observer)?
            }
            other => other?,
        }
    };
    result.individual = alike::individual(&job.source, &spec, &result, observer)?;
    if let Some(beside) = &job.explanation {
        result.explanation = Some(beside.explain(&job.source, &spec, &result, observer)?);
    }
    Ok(result)
}

/// Options out of range, and a policy that names what is not there.
fn check(spec: &AuditSpec, policy: &Policy) -> Result<(), AuditError> {
    numeric::check(spec)?;
    plan::check(spec)?;
    ranking::check(spec)?;
    unknown::check(spec)?;
    let known = spec.roles.sensitive.iter().map(|a| &a.name);
    let by_probability = spec.roles.membership.iter().map(|of| &of.name);
    let sensitive: Vec<String> = known.chain(by_probability).cloned().collect();
    Ok(policy.check_against(&waage_metrics::quantities(), &sensitive)?)
}

/// The audit of labels and decisions of two values.
fn two_valued(
    job: &Job,
    spec: &AuditSpec,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let (counted, facts) = scanned(&job.source, spec, &job.policy, observer)?;
    result(&counted, spec, &job.policy, &job.as_of, facts, observer)
}

/// The cube of a source: opens it and scans it once.
fn scanned(
    source: &Source,
    spec: &AuditSpec,
    policy: &Policy,
    observer: &dyn Observer,
) -> Result<(Counted, ScanFacts), AuditError> {
    let dataset = Dataset::open(
        source.clone(),
        &spec.roles,
        spec.filter.as_deref(),
        Limits {
            memory_max: spec.memory,
            ..Limits::default()
        },
        observer,
    )?;
    let scan = count(&dataset, spec, policy, observer)?;
    let counted = scan.state.finish(&scan.axes, spec.roles.sensitive.len())?;
    let tally = &counted.tally;
    let mut notes = scan.notes;
    let weighted = counted.weighted.as_ref().unwrap_or(tally);
    let binned = [tally, weighted]
        .into_iter()
        .find(|of| !of.scores_are_exact());
    notes.extend(binned.map(scores_on_grid));
    notes.extend(clusters(tally));
    let facts = ScanFacts {
        cut: scan.cut,
        rows_filtered_out: scan.rows_filtered_out,
        rows_scored: scan.rows_scored,
        rows_uncovered: scan.rows_uncovered,
        digest: String::new(),
        favourable: match scan.favours_selected {
            true => Favourable::Selected,
            false => Favourable::Rejected,
        },
        notes,
    };
    Ok((counted, facts))
}

/// What a scan knows beside the tally.
struct ScanFacts {
    cut: Option<CutResult>,
    rows_filtered_out: u64,
    rows_scored: u64,
    rows_uncovered: u64,
    /// Of all that was counted, for the document.
    digest: String,
    favourable: Favourable,
    notes: Vec<Note>,
}

/// That the scores were too many to be kept one by one.
fn scores_on_grid(tally: &Tally) -> Note {
    Note {
        code: "scores_on_grid".to_owned(),
        values: [("entries".to_owned(), tally.score_entries_max().to_string())].into(),
    }
}

/// Clusters below which every number is called rough (FORMULAS §4.5).
const CLUSTERS_FEW: u64 = 20;

/// How many clusters the rows are of, and that few tell little.
fn clusters(tally: &Tally) -> Vec<Note> {
    let Some(count) = tally.cluster_count() else {
        return Vec::new();
    };
    let note = |code: &str, values: &[(&str, u64)]| Note {
        code: code.to_owned(),
        values: values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_string()))
            .collect(),
    };
    let mut notes = vec![note(
        "clusters_drawn",
        &[("rows", tally.rows()), ("clusters", count)],
    )];
    if count < CLUSTERS_FEW {
        notes.push(note("few_clusters", &[("clusters", count)]));
    }
    if tally.kept().scores && !tally.clusters_have_scores() {
        let entries = tally.score_entries_max() / CubeLimits::ENTRIES_PER_CLUSTER_SCORE;
        notes.push(note("cluster_scores_forgotten", &[("entries", entries)]));
    }
    notes
}

/// Measures, judges and assembles: everything after the scan.
fn result(
    counted: &Counted,
    spec: &AuditSpec,
    policy: &Policy,
    as_of: &str,
    facts: ScanFacts,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let tally = &counted.tally;
    let cut = facts.cut.as_ref();
    let punitive;
    let policy = match (&policy.source, facts.favourable) {
        (waage_govern::policy::Source::BuiltIn, Favourable::Rejected) => {
            punitive = Policy::built_in_punitive();
            &punitive
        }
        _ => policy,
    };
    let mut request = plan::request(tally, spec, policy, tie(cut), by_rank(spec, cut))?;
    request.favourable = facts.favourable;
    let mut measured = waage_metrics::measure(tally, &request, observer)?;
    let mut facts = facts;
    facts.digest = counted.digest();
    let (propensity, notes) = unknown::propensities(
        counted.weighted.as_ref(),
        spec,
        &request,
        &measured,
        facts.rows_uncovered,
        observer,
    )?;
    let labels = measured.labels;
    if !labels.as_given() {
        request
            .metrics
            .retain(|metric| labels.identify(metric.quantity()));
        let code = match labels {
            Labels::OfSelected if spec.roles.propensity.is_none() => "labels_selective",
            _ => "labels_explored",
        };
        facts.notes.push(Note {
            code: code.to_owned(),
            ..Note::default()
        });
    }
    facts.notes.extend(notes);
    let memberships = unknown::memberships(
        &counted.proxies,
        spec,
        policy,
        &request,
        &measured,
        observer,
    )?;
    measured.measurements.extend(memberships.measurements);
    if facts.favourable == Favourable::Rejected {
        facts.notes.push(Note {
            code: "favourable_rejected".to_owned(),
            ..Note::default()
        });
    }
    let cut = facts.cut.as_ref();
    let asked = (spec, policy);
    let ranked = ranking::ranked(tally, asked, &request, &measured, cut, observer)?;
    // Judging and telling what was measured read the same numbers and need not wait for each other.
    let (judgement, told) = rayon::join(
        || {
            judge(
                policy,
                &measured,
                &ranked.measurements,
                spec,
                request.roles,
                as_of,
            )
        },
        || Told::of(tally, spec, &measured),
    );
    let told = Told {
        strata: strata::strata(tally, spec, &request, &measured, observer)?,
        ranking: ranked.rankings(),
        impact_ratios: ranked.impact_ratios(),
        membership: memberships.told,
        propensity,
        ..told
    };
    Ok(document(
        tally, spec, &measured, told, judgement?, facts, as_of,
    ))
}

/// Applies the policy to what was measured; `further` is told in sections of its own.
fn judge(
    policy: &Policy,
    measured: &Measured,
    further: &[Measurement],
    spec: &AuditSpec,
    roles: GivenRoles,
    as_of: &str,
) -> Result<Judgement, AuditError> {
    let known = measured.views.iter().map(|view| view.attributes.join("*"));
    let by_probability = spec.roles.membership.iter().map(|of| of.name.clone());
    let views: Vec<String> = known.chain(by_probability).collect();
    let facts = Facts {
        catalogue: &waage_metrics::quantities(),
        views: &views,
        has_label: roles.label,
        has_decision: roles.decision,
        has_score: roles.score,
    };
    let day = as_of.parse().map_err(|_| {
        AuditError::Option(format!(
            "the day {as_of:?} is no date; write it as 2026-11-24"
        ))
    })?;
    let mut measurements = Cow::Borrowed(&measured.measurements);
    if !further.is_empty() {
        measurements.to_mut().extend_from_slice(further);
    }
    Ok(waage_govern::judge(
        policy,
        &measurements,
        &facts,
        Some(day),
    )?)
}

/// The cut, where it depends on the rows: not a threshold.
fn by_rank(spec: &AuditSpec, cut: Option<&CutResult>) -> Option<waage_metrics::measure::Cut> {
    match spec.roles.cut {
        Some(Cut::TopK(_) | Cut::TopFraction(_)) => cut.map(|cut| waage_metrics::measure::Cut {
            score: cut.score,
            moves: true,
        }),
        _ => None,
    }
}

/// How the tie block of a cut is shared out.
fn tie(cut: Option<&CutResult>) -> Tie {
    match cut {
        Some(cut) if cut.tied > 0 => Tie {
            selected: cut.tied_selected,
            tied: cut.tied,
        },
        _ => Tie::NONE,
    }
}

/// What the document tells of the measurements, apart from their judgement.
struct Told {
    groups: Vec<GroupResult>,
    overall: IndexMap<String, EstimateDoc>,
    disparities: Vec<Disparity>,
    summary: IndexMap<String, IndexMap<String, Option<f64>>>,
    distributions: Vec<Distribution>,
    strata: Strata,
    ranking: Vec<RankingResult>,
    impact_ratios: Vec<ImpactTable>,
    membership: Vec<MembershipResult>,
    propensity: Vec<PropensityResult>,
}

impl Told {
    fn of(tally: &Tally, spec: &AuditSpec, measured: &Measured) -> Self {
        let shown = plan::Shown::of(spec);
        let (groups, disparities) = rayon::join(
            || assemble::groups(measured, &shown, Some(spec.confidence)),
            || assemble::disparities(measured, &shown),
        );
        Self {
            groups,
            overall: {
                let mut overall = assemble::metrics(&measured.overall, &shown);
                overall.extend(assemble::of_scores(&measured.overall_scores, &shown));
                overall
            },
            disparities,
            summary: assemble::summary(measured),
            distributions: distribution::distributions(tally),
            strata: Strata::default(),
            ranking: Vec::new(),
            impact_ratios: Vec::new(),
            membership: Vec::new(),
            propensity: Vec::new(),
        }
    }
}

fn document(
    tally: &Tally,
    spec: &AuditSpec,
    measured: &Measured,
    told: Told,
    judgement: Judgement,
    facts: ScanFacts,
    as_of: &str,
) -> AuditResult {
    let references = measured
        .views
        .iter()
        .map(|view| (view.attributes.join("*"), view.reference.clone()))
        .collect();
    let cut = facts.cut.clone();
    let mut headline = plan::headline(spec);
    let punitive = facts.favourable == Favourable::Rejected;
    let share = facts.favourable.share().quantity().name;
    if punitive && spec.metrics.is_none() && !headline.iter().any(|name| name == share) {
        headline.insert(0, share.to_owned());
    }
    let dataset = dataset_summary(tally, spec, facts);
    AuditResult {
        schema: AUDIT_SCHEMA.to_owned(),
        dataset,
        roles: spec.roles.clone(),
        settings: Settings {
            confidence: spec.confidence,
            bootstrap: spec.bootstrap,
            seed: spec.seed,
            filter: spec.filter.clone(),
            cut,
            headline,
            views: measured
                .views
                .iter()
                .map(|view| view.attributes.clone())
                .collect(),
            references,
            favourable: punitive.then(|| "rejected".to_owned()),
            favourable_class: None,
            as_of: (!judgement.summary.waivers.is_empty()).then(|| as_of.to_owned()),
            version: VERSION.to_owned(),
        },
        groups: told.groups,
        overall: told.overall,
        disparities: told.disparities,
        summary: told.summary,
        conditional: told.strata.conditional,
        strata: told.strata.levels,
        classes: Vec::new(),
        distributions: told.distributions,
        ranking: told.ranking,
        impact_ratios: told.impact_ratios,
        membership: told.membership,
        propensity: told.propensity,
        individual: None,
        explanation: None,
        policy: judgement.summary,
        checks: judgement.checks,
        not_run: judgement.not_run,
        findings: judgement.findings,
        verdict: judgement.verdict,
        privacy: None,
        stamp: None,
    }
}

fn dataset_summary(tally: &Tally, spec: &AuditSpec, facts: ScanFacts) -> DatasetSummary {
    use waage_core::block::outcome;
    let outcomes = tally.outcomes();
    let count = |keep: &dyn Fn(u8) -> bool| {
        (0..outcome::COUNT as u8)
            .filter(|o| keep(*o))
            .map(|o| outcomes[usize::from(o)])
            .sum::<u64>()
    };
    let all = tally.view(&[]).groups.pop();
    let sums = |part: &dyn Fn(&waage_core::tally::Sums) -> f64| {
        all.as_ref()
            .map_or(0.0, |group| group.outcomes.iter().map(part).sum::<f64>())
    };
    let rows = tally.rows();
    let roles = &spec.roles;
    let decided = roles.decision.is_some() || roles.cut.is_some();
    DatasetSummary {
        rows,
        rows_filtered_out: facts.rows_filtered_out,
        rows_label_missing: roles
            .label
            .is_some()
            .then(|| count(&|o| outcome::label(o) == outcome::LABEL_MISSING)),
        rows_decision_missing: decided
            .then(|| count(&|o| outcome::decision(o) == outcome::DECISION_MISSING)),
        rows_score_missing: roles.score.is_some().then(|| rows - facts.rows_scored),
        weight_sum: roles.weight.is_some().then(|| sums(&|s| s.w1)),
        clusters: tally.cluster_count(),
        digest: facts.digest,
        notes: facts.notes,
    }
}

/// Most threads that may be asked for.
const THREADS_MAX: usize = 512;

fn check_threads(threads: usize) -> Result<usize, String> {
    if (1..=THREADS_MAX).contains(&threads) {
        Ok(threads)
    } else {
        Err(format!(
            "{threads} threads cannot be had: ask for 1 to {THREADS_MAX}, or leave the option out for all cores"
        ))
    }
}

/// Sizes the global thread pool; `None` honours `RAYON_NUM_THREADS`, else all cores.
///
/// # Errors
/// A sentence when the number is out of range or the pool was sized before.
pub fn set_threads(threads: Option<usize>) -> Result<(), String> {
    let Some(threads) = threads else {
        return Ok(());
    };
    rayon::ThreadPoolBuilder::new()
        .num_threads(check_threads(threads)?)
        .build_global()
        .map_err(|e| format!("the number of threads cannot be set ({e})"))
}

/// Runs `work` on a pool of its own of so many threads; `None` honours `RAYON_NUM_THREADS`, else
/// takes all cores. A host that forks (Python's multiprocessing) would wait for ever on the global
/// pool, whose threads stay behind in the parent.
///
/// # Errors
/// A sentence when the number is out of range or the pool cannot be made.
pub fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> T + Send,
) -> Result<T, String> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(Ok(0), check_threads)?)
        .build()
        .map_err(|e| format!("the threads cannot be started ({e})"))?;
    Ok(pool.install(work))
}

/// The ISO 8601 form of a day number since 1970-01-01.
#[must_use]
pub fn iso_date(days: i32) -> String {
    waage_core::label::Label::Date(days).to_string()
}

/// The CSV format of command-line options.
///
/// # Errors
/// A sentence when the separator is not one ASCII character or the decimal mark neither `.` nor `,`.
pub fn csv_format(separator: Option<char>, decimal: Option<char>) -> Result<CsvFormat, String> {
    let ascii = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
    let separator = separator
        .map(|c| {
            ascii(c).ok_or_else(|| {
                format!("--separator {c:?} must be one ASCII character, such as ; or ,")
            })
        })
        .transpose()?;
    let decimal = decimal
        .map(|c| {
            ascii(c)
                .filter(|b| matches!(b, b'.' | b','))
                .ok_or_else(|| format!("--decimal {c:?} must be . or ,"))
        })
        .transpose()?;
    Ok(CsvFormat { separator, decimal })
}
