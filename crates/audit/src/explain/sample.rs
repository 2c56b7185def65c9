//! An audit of a small table in memory, to tell which methods the quantities have.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use indexmap::IndexMap;
use waage_core::observer::Silent;
use waage_data::Source;
use waage_govern::Policy;
use waage_result::document::AuditResult;
use waage_result::ranking::RankingResult;
use waage_result::spec::{AttributeSpec, AuditSpec, RolesSpec};

use crate::{AuditError, Job, run};

/// Method by what is estimated, by quantity.
pub(super) type Methods = HashMap<String, IndexMap<String, String>>;

/// Rows: every group has every combination of label and decision several times.
const ROWS: i64 = 180;
/// Enough for a bootstrap to be one.
const REPLICATES: u32 = 50;

/// The methods of every quantity that an audit of groups with labels, decisions, scores and strata
/// measures, and those of errors of predictions.
pub(super) fn methods() -> Result<Methods, AuditError> {
    let decided = RolesSpec {
        label: Some("label".to_owned()),
        decision: Some("decision".to_owned()),
        stratum: vec![AttributeSpec::column("stratum")],
        ..RolesSpec::default()
    };
    let predicted = RolesSpec {
        outcome: Some("outcome".to_owned()),
        ..RolesSpec::default()
    };
    let mut methods = of(&audited(decided, Some(vec![20]))?);
    methods.extend(of(&audited(predicted, None)?));
    Ok(methods)
}

fn audited(roles: RolesSpec, ranking: Option<Vec<u64>>) -> Result<AuditResult, AuditError> {
    let batch = table().map_err(|e| AuditError::Option(format!("the sample table: {e}")))?;
    let job = Job {
        source: Source::Batches {
            schema: batch.schema(),
            batches: vec![batch],
        },
        spec: AuditSpec {
            roles: RolesSpec {
                score: Some("score".to_owned()),
                sensitive: vec![AttributeSpec::column("group")],
                ..roles
            },
            ranking,
            bootstrap: REPLICATES,
            ..AuditSpec::default()
        },
        policy: Policy::built_in(),
        as_of: "2000-01-01".to_owned(),
        explanation: None,
    };
    run(&job, &Silent)
}

fn table() -> Result<RecordBatch, ArrowError> {
    let of = |value: fn(i64) -> i64| Arc::new((0..ROWS).map(value).collect::<Int64Array>());
    let name = |value: fn(i64) -> &'static str| {
        Arc::new((0..ROWS).map(|i| Some(value(i))).collect::<StringArray>())
    };
    let score = |i: i64| f64::from(u8::try_from((i * 37 + i % 2 * 30) % 100).unwrap_or(0)) / 100.0;
    let outcome = |i: i64| score(i) + score(3 * i) / 5.0;
    let columns: [(&str, ArrayRef); 6] = [
        (
            "group",
            name(|i| ["a", "b", "c"][(i % 3).unsigned_abs() as usize]),
        ),
        ("stratum", name(|i| if i % 5 < 2 { "x" } else { "y" })),
        ("label", of(|i| i % 2)),
        ("decision", of(|i| i64::from(i % 7 < 3 + i % 2))),
        (
            "score",
            Arc::new((0..ROWS).map(score).collect::<Float64Array>()),
        ),
        (
            "outcome",
            Arc::new((0..ROWS).map(outcome).collect::<Float64Array>()),
        ),
    ];
    RecordBatch::try_from_iter(columns)
}

/// The methods that a result names.
fn of(result: &AuditResult) -> Methods {
    let mut methods = Methods::new();
    for group in &result.groups {
        for (metric, estimate) in &group.metrics {
            let of = methods.entry(metric.clone()).or_default();
            of.entry("value".to_owned())
                .or_insert_with(|| estimate.method.clone());
        }
    }
    for entry in result.ranking.iter().flat_map(RankingResult::entries) {
        let of = methods.entry(entry.metric.to_owned()).or_default();
        of.entry("value".to_owned())
            .or_insert_with(|| entry.estimate.method.clone());
    }
    let per_group: Vec<String> = methods.keys().cloned().collect();
    for disparity in &result.disparities {
        let estimate = &disparity.estimate;
        // The reference against itself has no method to speak of.
        if disparity.group.is_some() && disparity.group == disparity.reference {
            continue;
        }
        let key = if !per_group.contains(&disparity.metric) {
            "value"
        } else {
            match (disparity.scheme.as_str(), disparity.comparison.as_str()) {
                ("to_reference", "difference") => "difference",
                ("to_reference", "ratio") => "ratio",
                ("between_groups", "difference") => "range_difference",
                ("between_groups", "ratio") => "range_ratio",
                _ => continue,
            }
        };
        methods
            .entry(disparity.metric.clone())
            .or_default()
            .entry(key.to_owned())
            .or_insert_with(|| estimate.method.clone());
    }
    methods
}
