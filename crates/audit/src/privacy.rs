//! Privacy: documents that may leave the house, releases with noise, columns of personal data.

use std::path::Path;

use waage_core::observer::Observer;
pub use waage_govern::dp::Epsilon;
use waage_govern::dp::{self, Budget, Confidence, Cubes, System};
use waage_govern::ledger::{Ledger, Options};
use waage_govern::pii::{self, Watch};
use waage_govern::records::file::{RESULT_MAX_BYTES, text_within};
use waage_govern::{Policy, Timestamp};
use waage_result::document::{AUDIT_SCHEMA, AuditResult};
use waage_result::dp::{DpBudget, DpRelease};
use waage_result::pii::PiiResult;
use waage_result::privacy::PrivacyComparison;
use waage_result::text::{Catalogue, Language};

use crate::{AuditError, Job, Kind, Source, personal};

/// The document as it may leave the house, by the policy's `[privacy]`: `k_external` rows, and empty
/// counts as it says.
#[must_use]
pub fn share(result: &AuditResult, policy: &Policy) -> AuditResult {
    let privacy = &policy.privacy;
    let mut shared =
        waage_result::privacy::share(result, privacy.k_external, privacy.suppress_zero);
    // What is written of it hides by the same limit.
    shared.policy.privacy_k = shared.policy.privacy_k.max(privacy.k_external);
    shared
}

/// Refuses to let labels leave the house that likely are personal data, as the notes of a result say.
///
/// # Errors
/// [`AuditError::Option`] names the column.
pub fn refuse_personal_labels(result: &AuditResult) -> Result<(), AuditError> {
    personal::refuse(personal::labels(result))
}

/// Reads a document of `waage audit --format json`.
///
/// # Errors
/// A sentence where it is none.
pub fn read_result(path: &Path) -> Result<AuditResult, AuditError> {
    let refuse = |what: String| {
        AuditError::Option(format!(
            "{}: {what}; give an unchanged document of waage audit --format json",
            path.display()
        ))
    };
    let text = text_within(path, RESULT_MAX_BYTES)
        .map_err(|error| refuse(format!("it cannot be read ({error})")))?;
    let result: AuditResult = serde_json::from_str(&text)
        .map_err(|error| refuse(format!("this is no audit ({error})")))?;
    if result.schema != AUDIT_SCHEMA {
        return Err(refuse(format!("its schema is {:?}", result.schema)));
    }
    Ok(result)
}

/// Whether a path names a document rather than data.
#[must_use]
pub fn is_document(path: &str) -> bool {
    path.ends_with(".json")
}

/// What two releases give away together.
#[must_use]
pub fn compare(old: &AuditResult, new: &AuditResult, k: u64, zero: bool) -> PrivacyComparison {
    waage_result::privacy::compare(old, new, k, zero)
}

/// What counts are released of, and at which cost.
#[derive(Clone, Debug)]
pub struct ReleaseJob {
    /// The cost of the release.
    pub epsilon: Epsilon,
    /// Confidence of the intervals.
    pub confidence: f64,
    /// Yearly budget of the policy; the default of 1 if absent.
    pub per_year: Option<f64>,
    /// When it is spent.
    pub now: Timestamp,
}

/// A release, or that the budget does not allow it.
#[derive(Clone, Debug)]
pub enum Released {
    /// Counts with noise.
    Release(Box<DpRelease>),
    /// Nothing was drawn: what had been spent, what this would cost and what may be spent.
    Refused(DpBudget),
}

/// The audit that counts are taken from, without anything that takes time.
///
/// # Errors
/// Those of [`run`](crate::run()).
pub fn counted(job: &mut Job, observer: &dyn Observer) -> Result<AuditResult, AuditError> {
    job.spec.bootstrap = 0;
    job.spec.metrics = None;
    crate::run(job, observer)
}

/// Draws noise on the counts of an audit. With a ledger, what it costs is written there first.
///
/// # Errors
/// [`AuditError`] where counts are missing, or the ledger cannot be used: nothing was drawn then.
pub fn release(
    result: &AuditResult,
    job: &ReleaseJob,
    ledger: Option<(&Ledger, &Options)>,
) -> Result<Released, AuditError> {
    let cubes = Cubes::of(result)?;
    let confidence = Confidence::new(job.confidence)?;
    let budget = Budget::of(job.per_year);
    let text = |millionths: u64| {
        let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let mut told = None;
    if let Some((ledger, options)) = ledger {
        let account = dp::spend(ledger, options, &cubes.data, job.epsilon, budget, job.now)?;
        let spent = DpBudget {
            per_year: text(budget.millionths()),
            before: text(account.before),
            after: text(account.after),
        };
        if !account.granted {
            return Ok(Released::Refused(spent));
        }
        told = Some(spent);
    } else if job.epsilon.millionths() > budget.millionths() {
        return Ok(Released::Refused(DpBudget {
            per_year: text(budget.millionths()),
            before: text(0),
            after: text(0),
        }));
    }
    let mut release = dp::release(&cubes, job.epsilon, confidence, &mut System)?;
    release.budget = told;
    Ok(Released::Release(Box::new(release)))
}

/// That a budget is used up, in a sentence.
#[must_use]
pub fn refusal(budget: &DpBudget, epsilon: Epsilon, language: Language) -> String {
    let epsilon = epsilon.to_string();
    let values = [
        ("before", budget.before.as_str()),
        ("budget", &budget.per_year),
        ("epsilon", &epsilon),
    ];
    Catalogue::of(language).fill("privacy.refused", &values)
}

/// Looks for personal data in the first rows of a source. `features` are the columns that a model takes,
/// `used` those with another part.
///
/// # Errors
/// [`AuditError`] for data that cannot be read, and a named column that is not there.
pub fn scan(
    source: Source,
    features: &[String],
    used: &[String],
    observer: &dyn Observer,
) -> Result<PiiResult, AuditError> {
    let mut watches: Vec<Option<Watch>> = Vec::new();
    let mut early: Vec<Watch> = Vec::new();
    // Names are known only after reading began: values are seen under numbers, and named at the end.
    let seen = waage_data::glance(source, pii::ROWS_MAX, observer, |at, _, text| {
        if watches.len() <= at {
            watches.resize_with(at + 1, || None);
        }
        watches[at]
            .get_or_insert_with(|| Watch::new("", true))
            .see(text);
    })?;
    for (at, (name, kind)) in seen.columns.iter().enumerate() {
        let watch = watches.get_mut(at).and_then(Option::take);
        let may_be_key = !matches!(kind, Kind::Float | Kind::Decimal);
        let watch = watch.unwrap_or_else(|| Watch::new(name, may_be_key));
        early.push(watch.named(name, may_be_key));
    }
    for name in features.iter().chain(used) {
        if !seen.columns.iter().any(|(column, _)| column == name) {
            return Err(AuditError::Option(format!(
                "there is no column {name:?}; columns are those of waage audit DATA"
            )));
        }
    }
    Ok(pii::result(
        &early,
        seen.rows,
        seen.all_rows,
        features,
        used,
    ))
}
