//! Planning: how many rows show a gap or that there is none, and what given rows can show.

use waage_govern::Policy;
use waage_metrics::power::{Design, Gap, gaps};
use waage_result::document::Note;
use waage_result::power::{
    POWER_SCHEMA, Plan, PowerGap, PowerResult, PowerSettings, PowerSpec, Question,
};

use crate::error::fail;
use crate::observer::Observer;
use crate::{AuditError, Source, VERSION, check, dataset_summary, plan, scanned, tie};

/// A plan to be made.
pub struct PowerJob {
    /// Rows to plan with, if any.
    pub source: Option<Source>,
    /// What to plan.
    pub spec: PowerSpec,
    /// A policy whose roles and attributes need not be repeated.
    pub policy: Policy,
}

/// Answers the questions, then says what the rows, if there are any, could have shown.
///
/// # Errors
/// [`AuditError`]: a question that has no answer, options out of range, or whatever stops an audit.
pub fn power(job: &PowerJob, observer: &dyn Observer) -> Result<PowerResult, AuditError> {
    let spec = &job.spec;
    let design = design(spec)?;
    let plans = spec
        .questions
        .iter()
        .map(|question| answer(&design, question))
        .collect::<Result<Vec<_>, _>>()?;
    if plans.is_empty() && job.source.is_none() {
        return Err(AuditError::Option(
            "nothing was asked: name data and its roles, two rates (0.5,0.4), or a rate with a margin or with the rows of two groups"
                .to_owned(),
        ));
    }
    let mut result = PowerResult {
        schema: POWER_SCHEMA.to_owned(),
        settings: PowerSettings {
            confidence: design.confidence(),
            power: design.power(),
            gap: job.source.is_some().then_some(spec.gap),
            headline: Vec::new(),
            version: VERSION.to_owned(),
        },
        plans,
        dataset: None,
        roles: None,
        references: Default::default(),
        gaps: Vec::new(),
    };
    if let Some(source) = &job.source {
        with_data(&mut result, source, job, &design, observer)?;
    }
    Ok(result)
}

/// What the rows of a source could have shown.
fn with_data(
    result: &mut PowerResult,
    source: &Source,
    job: &PowerJob,
    design: &Design,
    observer: &dyn Observer,
) -> Result<(), AuditError> {
    let gap = job.spec.gap;
    if !(gap > 0.0 && gap < 1.0) {
        return Err(AuditError::Option(format!(
            "the gap {gap} must lie between 0 and 1, such as 0.1 for ten percentage points"
        )));
    }
    let mut spec = plan::resolve(&job.spec.audit, &job.policy);
    spec.bootstrap = 0;
    // Plans are for groups that are known and labels that are there.
    spec.roles.propensity = None;
    spec.roles.membership.clear();
    check(&spec, &job.policy)?;
    let cluster = spec.roles.cluster.take();
    let (counted, mut facts) = scanned(source, &spec, &job.policy, observer)?;
    let tally = counted.tally;
    if let Some(cluster) = cluster {
        facts.notes.push(Note {
            code: "clusters_not_planned".to_owned(),
            values: [("cluster".to_owned(), cluster)].into(),
        });
    }
    let request = plan::request(
        &tally,
        &spec,
        &job.policy,
        tie(facts.cut.as_ref()),
        crate::by_rank(&spec, facts.cut.as_ref()),
    )?;
    let measured = waage_metrics::measure(&tally, &request, observer)?;
    let shown = plan::Shown::of(&spec);
    result.gaps = gaps(&tally, &request, &measured, design, gap)
        .iter()
        .filter(|gap| shown.has(gap.metric.quantity().name))
        .map(told)
        .collect();
    result.references = measured
        .views
        .iter()
        .map(|view| (view.attributes.join("*"), view.reference.clone()))
        .collect();
    result.settings.headline = plan::headline(&spec);
    result.dataset = Some(dataset_summary(&tally, &spec, facts));
    result.roles = Some(spec.roles);
    Ok(())
}

fn design(spec: &PowerSpec) -> Result<Design, AuditError> {
    let (confidence, power) = (spec.audit.confidence, spec.power);
    Design::new(confidence, power).ok_or_else(|| {
        AuditError::Option(if confidence > 0.5 && confidence < 1.0 {
            format!("the power {power} must be at least 0.5 and below 1, such as 0.8")
        } else {
            format!("the confidence {confidence} must lie between 0.5 and 1, such as 0.95")
        })
    })
}

fn answer(design: &Design, question: &Question) -> Result<Plan, AuditError> {
    let whole = |exact: f64| {
        let rows = exact.ceil();
        if rows < MANY {
            Ok(rows as u64)
        } else {
            Err(AuditError::Option(format!(
                "{rows:e} rows of each group would be needed; ask for a larger gap or margin"
            )))
        }
    };
    match *question {
        Question::Detect {
            rates: [one, other],
        } => match design.rows_to_detect(one, other) {
            Some(exact) => Ok(Plan::Detect {
                rates: [one, other],
                rows_per_group: whole(exact)?,
                rows_exact: exact,
            }),
            None => fail(format!(
                "the rates {one} and {other} cannot be told apart: name two different numbers from 0 to 1"
            )),
        },
        Question::Equivalence {
            rate,
            margin,
            true_gap,
        } => match design.rows_to_show_equivalence(rate, margin, true_gap) {
            Some(exact) => Ok(Plan::Equivalence {
                rate,
                margin,
                true_gap,
                rows_per_group: whole(exact)?,
                rows_exact: exact,
            }),
            None => fail(format!(
                "equivalence within {margin} at a rate of {rate} and a true difference of {true_gap} cannot be planned: the rate must lie between 0 and 1, the margin must exceed the true difference"
            )),
        },
        Question::Sizes { rate, rows } => {
            if !(0.0..=1.0).contains(&rate) || rows.contains(&0) {
                return fail(format!(
                    "groups of {} and {} rows at a rate of {rate} cannot be planned for: the rate must be from 0 to 1, each group must have rows",
                    rows[0], rows[1]
                ));
            }
            let [one, other] = rows.map(|n| n as f64);
            Ok(Plan::Sizes {
                rate,
                rows,
                smallest_gap: design.smallest_gap(rate, one, other),
                smallest_margin: design.smallest_margin(rate, one, other),
            })
        }
    }
}

/// Numbers of rows that are told: whole as f64.
const MANY: f64 = 9e15;

fn told(gap: &Gap) -> PowerGap {
    PowerGap {
        attribute: gap.attribute.clone(),
        group: gap.group.to_string(),
        reference: gap.reference.to_string(),
        metric: gap.metric.quantity().name.to_owned(),
        n: gap.trials,
        n_reference: gap.reference_trials,
        rate: gap.rate,
        smallest_gap: gap.smallest_gap,
        smallest_margin: gap.smallest_margin,
        rows: gap.rows,
        rows_needed: gap.rows_to_detect,
        rows_needed_equivalence: gap.rows_to_show_none,
        reason: gap.reason.map(|reason| reason.name().to_owned()),
    }
}
