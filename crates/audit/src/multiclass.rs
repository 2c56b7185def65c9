//! Labels and decisions of three or more classes: each class against the rest, and averages.

use indexmap::IndexMap;
use waage_core::label::Label;
use waage_core::tally::Tally;
use waage_data::{DataError, Dataset, Limits, is_value};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{self, Measured, Request};
use waage_metrics::multiclass::{Averaged, Averages, ClassAxes, averages};
use waage_metrics::score::ScoreRequest;
use waage_result::document::{AuditResult, ClassResult, EstimateDoc, GroupResult, Note};
use waage_result::spec::{AttributeSpec, AuditSpec, RolesSpec};

use super::{
    AuditError, Input, Job, ScanFacts, Source, Told, clusters, document, judge, observer::Observer,
};
use crate::error::fail;
use crate::strata::{Strata, strata};
use crate::{assemble, count, plan, unknown};

/// Most classes that are told apart: beyond, a column is taken for something else by mistake.
const CLASSES_MAX: usize = 50;

/// Whether an audit that failed may be one of several classes: label and decision are columns, no
/// positive value is named, and the rows can be read once more.
pub fn may_be(job: &Job, spec: &AuditSpec, error: &AuditError) -> bool {
    let roles = &spec.roles;
    let again = match &job.source {
        Source::Input(Input { paths, .. }) => paths.iter().all(|path| path != "-"),
        _ => true,
    };
    matches!(error, AuditError::Data(DataError::NotBinary { .. }))
        && roles.label.is_some()
        && roles.decision.is_some()
        && roles.positive.is_none()
        && again
}

/// The audit of an outcome of several classes; `two_valued` is why it is none of two.
///
/// # Errors
/// Those of [`super::run`]; `two_valued` itself where label and decision have no three classes.
pub fn run(
    job: &Job,
    spec: &AuditSpec,
    two_valued: AuditError,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let (Some(label), Some(decision)) = (&spec.roles.label, &spec.roles.decision) else {
        return Err(two_valued);
    };
    let axis = |role: &str, column: &str| AttributeSpec {
        name: format!("({role})"),
        ..AttributeSpec::column(column)
    };
    let mut stratum = spec.roles.stratum.clone();
    let first = spec.roles.sensitive.len() + stratum.len();
    stratum.extend([axis("label", label), axis("decision", decision)]);
    let reading = AuditSpec {
        roles: RolesSpec {
            label: None,
            decision: None,
            score: None,
            propensity: None,
            membership: Vec::new(),
            favourable: None,
            stratum,
            ..spec.roles.clone()
        },
        ..spec.clone()
    };
    let dataset = Dataset::open(
        job.source.clone(),
        &reading.roles,
        reading.filter.as_deref(),
        Limits {
            memory_max: spec.memory,
            ..Limits::default()
        },
        observer,
    )?;
    let scan = count::count(&dataset, &reading, &job.policy, observer)?;
    let sensitive = spec.roles.sensitive.len();
    let tally = scan.state.finish(&scan.axes, sensitive)?.tally;
    let Some(classes) = classes(&tally, [label, decision])? else {
        return Err(two_valued);
    };
    crate::ranking::refuse_classes(spec)?;
    unknown::refuse_classes(spec)?;
    crate::alike::refuse_classes(spec)?;
    let favourable = favourable(spec, &classes)?;
    let mut notes = scan.notes;
    notes.extend(clusters(&tally));
    notes.extend(favourable.map(|class| Note {
        code: "favourable_class".to_owned(),
        values: [("class".to_owned(), class.to_string())].into(),
    }));
    let facts = ScanFacts {
        cut: None,
        rows_filtered_out: scan.rows_filtered_out,
        rows_scored: scan.rows_scored,
        rows_uncovered: 0,
        digest: count::digest(&[&tally], &[]),
        favourable: waage_metrics::Favourable::default(),
        notes,
    };
    let axes = ClassAxes {
        label: first,
        decision: first + 1,
        classes: &classes,
    };
    result(&tally, axes, favourable, job, spec, facts, observer)
}

/// The class that people want, where one is named.
fn favourable<'a>(spec: &AuditSpec, classes: &'a [Label]) -> Result<Option<&'a Label>, AuditError> {
    let Some(given) = &spec.roles.favourable else {
        return Ok(None);
    };
    match classes.iter().find(|class| is_value(class, given)) {
        Some(class) => Ok(Some(class)),
        None => fail(format!(
            "no class is \"{given}\"; give as favourable one of {}",
            listing(classes)
        )),
    }
}

/// The first classes, for an error.
fn listing(classes: &[Label]) -> String {
    let names: Vec<String> = classes.iter().take(12).map(ToString::to_string).collect();
    names.join(", ")
}

/// The classes that labels and decisions share, if there are three or more.
fn classes(
    tally: &Tally,
    [label, decision]: [&String; 2],
) -> Result<Option<Vec<Label>>, AuditError> {
    let [.., labels, decisions] = tally.strata() else {
        return Ok(None);
    };
    let known = |labels: &[Label]| -> Vec<Label> {
        let classes = labels.iter().filter(|class| !class.is_missing());
        classes.cloned().collect()
    };
    let (labels, decisions) = (known(&labels.labels), known(&decisions.labels));
    let several = |classes: &[Label]| (3..=CLASSES_MAX).contains(&classes.len());
    if !several(&labels) || !several(&decisions) {
        return Ok(None);
    }
    if labels == decisions {
        return Ok(Some(labels));
    }
    fail(format!(
        "the label \"{label}\" has the classes {}, the decision \"{decision}\" has {}; give both the same classes, or name one of them with --positive",
        listing(&labels),
        listing(&decisions),
    ))
}

/// Measures every class, judges them all or the favourable one, and assembles.
fn result(
    tally: &Tally,
    axes: ClassAxes<'_>,
    favourable: Option<&Label>,
    job: &Job,
    spec: &AuditSpec,
    facts: ScanFacts,
    observer: &dyn Observer,
) -> Result<AuditResult, AuditError> {
    let others = axes
        .classes
        .iter()
        .filter(|class| Some(*class) != favourable);
    let classes: Vec<&Label> = favourable.into_iter().chain(others).collect();
    let mut measured: Vec<(Tally, Request, Measured)> = Vec::new();
    for class in &classes {
        let of_class = tally.one_vs_rest(axes.label, axes.decision, class);
        let mut request = Request {
            // One score cannot rank rows for every class.
            scores: ScoreRequest::default(),
            ..plan::request(&of_class, spec, &job.policy, Tie::NONE, None)?
        };
        let of_favourable = measured.first().filter(|_| favourable.is_some());
        if let Some((_, _, first)) = of_favourable {
            request.references =
                measure::chosen_references(&request, of_class.sensitive(), &first.views);
        }
        let mut one = waage_metrics::measure(&of_class, &request, observer)?;
        for measurement in &mut one.measurements {
            measurement.subject.class = Some((*class).clone());
            if of_favourable.is_some() {
                // To be decided to be of another class is no advantage.
                measurement.context.four_fifths_adverse = None;
                measurement.context.flips_with_one_selection = None;
            }
        }
        measured.push((of_class, request, one));
    }
    let Some((first, request, of_first)) = measured.first() else {
        return Err(AuditError::Option("no class was found".to_owned()));
    };
    let averaged = averages(tally, axes, request, &of_first.views, observer)?;
    let judged = match favourable {
        Some(_) => &measured[..1],
        None => &measured[..],
    };
    let judged = Measured {
        labels: of_first.labels,
        views: of_first.views.clone(),
        overall: Vec::new(),
        overall_scores: Vec::new(),
        measurements: judged
            .iter()
            .flat_map(|(_, _, one)| one.measurements.iter().cloned())
            .chain(averaged.measurements.iter().cloned())
            .collect(),
    };
    let judgement = judge(&job.policy, &judged, &[], spec, request.roles, &job.as_of)?;
    let mut told_classes = Vec::with_capacity(measured.len());
    for ((tally, request, one), class) in measured.iter().zip(classes) {
        let told = Told::of(tally, spec, one);
        let within = strata(tally, spec, request, one, observer)?;
        told_classes.push(ClassResult {
            class: class.to_string(),
            groups: told.groups,
            overall: told.overall,
            disparities: told.disparities,
            summary: told.summary,
            conditional: within.conditional,
            strata: within.levels,
        });
    }
    let told = Told {
        groups: groups(&averaged),
        overall: estimates(&averaged.overall),
        disparities: averaged
            .measurements
            .iter()
            .map(assemble::disparity)
            .collect(),
        summary: worst(match favourable {
            Some(_) => &told_classes[..1],
            None => &told_classes,
        }),
        distributions: Vec::new(),
        strata: Strata::default(),
        ranking: Vec::new(),
        impact_ratios: Vec::new(),
        membership: Vec::new(),
        propensity: Vec::new(),
    };
    let mut result = document(first, spec, of_first, told, judgement, facts, &job.as_of);
    result.classes = told_classes;
    result.settings.favourable_class = favourable.map(ToString::to_string);
    let averages = waage_metrics::multiclass::AVERAGES.iter();
    let averages = averages.map(|quantity| quantity.name.to_owned());
    result.settings.headline.extend(averages);
    Ok(result)
}

/// A line per group, with its rows and averages.
pub fn groups(averaged: &Averaged) -> Vec<GroupResult> {
    let mut out = Vec::new();
    for view in &averaged.views {
        for (name, rows, averages) in &view.groups {
            let labels = name.0.iter().map(Label::name);
            let mut metrics = IndexMap::from([("count".to_owned(), rows_of(*rows))]);
            metrics.extend(estimates(averages));
            out.push(GroupResult {
                attributes: view.attributes.iter().cloned().zip(labels).collect(),
                n: *rows,
                metrics,
            });
        }
    }
    out
}

fn rows_of(rows: u64) -> EstimateDoc {
    EstimateDoc::from(&waage_core::estimate::Estimate::count(rows as f64, rows))
}

/// Averages by name.
pub fn estimates(averages: &Averages) -> IndexMap<String, EstimateDoc> {
    let each = averages.iter();
    each.map(|(quantity, estimate)| (quantity.name.to_owned(), EstimateDoc::from(estimate)))
        .collect()
}

/// The largest difference and the smallest ratio over the classes.
fn worst(classes: &[ClassResult]) -> IndexMap<String, IndexMap<String, Option<f64>>> {
    let mut out: IndexMap<String, IndexMap<String, Option<f64>>> = IndexMap::new();
    for class in classes {
        for (attribute, values) in &class.summary {
            let worst = out.entry(attribute.clone()).or_default();
            for (name, value) in values {
                let known = worst.entry(name.clone()).or_insert(*value);
                *known = match (*known, *value) {
                    (Some(a), Some(b)) if name.ends_with("_ratio") => Some(a.min(b)),
                    (Some(a), Some(b)) => Some(a.max(b)),
                    (a, b) => a.or(b),
                };
            }
        }
    }
    out
}
