//! The document of a scan from what was found.

use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use waage_core::label::Label;
use waage_data::AxisRead;
use waage_metrics::Favourable;
use waage_metrics::scan::{Conditions, Found, Reestimated, Request, Subgroup as Raw, Tables};
use waage_result::document::{CutResult, DatasetSummary, EstimateDoc, Note};
use waage_result::scan::{
    Condition, ConditionValue, ContributionDoc, HoldoutDoc, ParentDoc, SCAN_SCHEMA, ScanColumn,
    ScanFamily, ScanResult, ScanSettings, ScanSpec, SearchedDoc, Subgroup,
};

use crate::digest;

/// What the pass over the rows knows beside the tables.
pub struct Facts {
    pub rows: u64,
    pub rows_filtered_out: u64,
    pub cut: Option<CutResult>,
    pub notes: Vec<Note>,
    pub read: Vec<AxisRead>,
}

/// Everything that a document is made of.
pub struct Made<'a> {
    pub spec: &'a ScanSpec,
    pub request: &'a Request,
    pub searched: &'a Tables,
    pub estimated: Option<&'a Tables>,
    pub found: &'a Found,
    pub permuted: Option<&'a [f64]>,
    pub reestimated: Option<&'a [Reestimated]>,
    pub facts: Facts,
}

/// Assembles the document.
pub fn document(made: &Made<'_>) -> ScanResult {
    let (spec, request, found) = (made.spec, made.request, made.found);
    let sensitive = spec.roles.sensitive.len();
    let columns: Vec<ScanColumn> = made
        .searched
        .columns
        .iter()
        .zip(&made.facts.read)
        .enumerate()
        .map(|(at, (column, read))| ScanColumn {
            name: column.name.clone(),
            role: if at < sensitive {
                "sensitive"
            } else {
                "feature"
            }
            .to_owned(),
            levels: column.labels.iter().map(Label::name).collect(),
            edges: read.edges.clone(),
            values: read.values,
        })
        .collect();
    ScanResult {
        schema: SCAN_SCHEMA.to_owned(),
        dataset: DatasetSummary {
            rows: made.facts.rows,
            rows_filtered_out: made.facts.rows_filtered_out,
            clusters: clusters(made),
            digest: digest(made),
            notes: notes(made),
            ..DatasetSummary::default()
        },
        roles: spec.roles.clone(),
        settings: ScanSettings {
            metric: metric(request),
            depth: spec.depth,
            min_support: request.min_support,
            top: spec.top,
            margin: spec.margin,
            alpha: spec.alpha,
            confidence: spec.confidence,
            score: spec.score.clone(),
            side: spec.side.clone(),
            favourable: (request.favourable == Favourable::Rejected).then(|| "rejected".to_owned()),
            holdout: made
                .estimated
                .zip(spec.holdout.as_ref())
                .map(|(estimated, share)| HoldoutDoc {
                    share: share.clone(),
                    rows_searched: made.searched.rows(),
                    rows_estimated: estimated.rows(),
                }),
            permutations: spec.permutations,
            seed: spec.seed,
            filter: spec.filter.clone(),
            cut: made.facts.cut.clone(),
            version: crate::VERSION.to_owned(),
        },
        columns,
        overall: EstimateDoc::from(&found.overall),
        family: ScanFamily {
            size: found.family,
            tested: found.tested,
            method: "benjamini_yekutieli".to_owned(),
            discoveries: found.discoveries,
            folded: found.folded,
        },
        subgroups: found
            .subgroups
            .iter()
            .enumerate()
            .map(|(at, raw)| subgroup(made, at, raw))
            .collect(),
    }
}

fn metric(request: &Request) -> String {
    request.measure.metric.quantity().name.to_owned()
}

fn subgroup(made: &Made<'_>, at: usize, raw: &Raw) -> Subgroup {
    let conditions: Vec<Condition> = conditions(made, &raw.conditions);
    let contributions = conditions
        .iter()
        .zip(&raw.contributions)
        .map(|(condition, share)| ContributionDoc {
            condition: condition.clone(),
            contribution: share.value,
            corrective: share.corrective,
        })
        .collect();
    let mut out = Subgroup {
        n: raw.rows,
        share: raw.rows as f64 / made.searched.rows() as f64,
        metric: metric(made.request),
        estimate: EstimateDoc::from(&raw.estimate),
        complement: EstimateDoc::from(&raw.complement),
        gap: raw.difference.value,
        difference: EstimateDoc::from(&raw.difference),
        worse: raw.worse,
        p: Some(raw.p),
        test: Some(raw.test.to_owned()),
        p_adjusted: Some(raw.p_adjusted),
        p_bh: Some(raw.p_bh),
        p_permutation: made.permuted.and_then(|p| p.get(at).copied()),
        score: raw.score,
        bound: raw.bound,
        parent: raw.parent.as_ref().map(|parent| ParentDoc {
            conditions: self::conditions(made, &parent.conditions),
            estimate: EstimateDoc::from(&parent.estimate),
            p: parent.p,
        }),
        contributions,
        folded: raw.folded,
        searched: None,
        conditions,
    };
    if let (Some(again), Some(estimated)) =
        (made.reestimated.and_then(|r| r.get(at)), made.estimated)
    {
        out.searched = Some(SearchedDoc {
            n: raw.rows,
            gap: raw.difference.value,
            p: raw.p,
            p_adjusted: raw.p_adjusted,
        });
        out.n = again.rows;
        out.share = again.rows as f64 / estimated.rows().max(1) as f64;
        out.estimate = EstimateDoc::from(&again.estimate);
        out.complement = EstimateDoc::from(&again.complement);
        out.difference = EstimateDoc::from(&again.difference);
        out.gap = again.difference.value;
        (out.p, out.p_adjusted, out.p_bh) = (again.p, again.p_adjusted, again.p_bh);
        out.test = again.test.map(str::to_owned);
    }
    out
}

/// Conditions as documents write them.
fn conditions(made: &Made<'_>, conditions: &Conditions) -> Vec<Condition> {
    conditions
        .iter()
        .map(|(column, level)| {
            let described = &made.searched.columns[*column];
            let edges = made
                .facts
                .read
                .get(*column)
                .and_then(|read| read.edges.as_deref());
            let (op, value) = match &described.labels[*level] {
                label if label.is_others() => {
                    let named = described.labels.iter().filter(|label| !label.is_others());
                    (
                        "not_in",
                        ConditionValue::Labels(named.filter_map(Label::name).collect()),
                    )
                }
                Label::Bin(at, _) => bin(*at as usize, edges.unwrap_or_default()),
                label => (
                    "=",
                    label
                        .name()
                        .map_or(ConditionValue::Missing(None), ConditionValue::Text),
                ),
            };
            Condition {
                column: described.name.clone(),
                op: op.to_owned(),
                value,
            }
        })
        .collect()
}

/// A bin by its edges.
fn bin(at: usize, edges: &[f64]) -> (&'static str, ConditionValue) {
    let low = at.checked_sub(1).and_then(|below| edges.get(below));
    match (low, edges.get(at)) {
        (Some(low), Some(high)) => ("in", ConditionValue::Range([*low, *high])),
        (Some(low), None) => (">=", ConditionValue::Number(*low)),
        (None, Some(high)) => ("<", ConditionValue::Number(*high)),
        // One bin for every number: all that is not missing.
        (None, None) => ("not_in", ConditionValue::Labels(Vec::new())),
    }
}

/// SHA-256 of the canonical tables, both halves where rows were halved.
fn digest(made: &Made<'_>) -> String {
    let mut hash = Sha256::new();
    for tables in std::iter::once(made.searched).chain(made.estimated) {
        hash.update(tables.to_bytes());
        if let Some(clusters) = tables.clusters() {
            clusters.bytes(|bytes| hash.update(bytes));
        }
    }
    digest::of(hash.finalize())
}

/// Clusters of the rows that the metric rests on, where they have some.
fn clusters(made: &Made<'_>) -> Option<u64> {
    let tables = std::iter::once(made.searched).chain(made.estimated);
    tables.map(|tables| Some(tables.clusters()?.count())).sum()
}

/// What the columns turned out to be, after what the reader of the rows noted.
fn notes(made: &Made<'_>) -> Vec<Note> {
    let mut notes = made.facts.notes.clone();
    let mut add = |code: &str, values: &[(&str, String)]| {
        let values: IndexMap<String, String> = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        notes.push(Note {
            code: code.to_owned(),
            values,
        });
    };
    for (column, read) in made.searched.columns.iter().zip(&made.facts.read) {
        let name = ("column", column.name.clone());
        match column.labels.as_slice() {
            [Label::Missing] => add("scan_all_missing", &[name]),
            [_] => add("scan_constant", &[name]),
            labels => {
                if let Some(values) = read.values {
                    let kept = labels
                        .iter()
                        .filter(|l| !l.is_others() && !l.is_missing())
                        .count();
                    let counts = [("kept", kept.to_string()), ("values", values.to_string())];
                    add("scan_others", &[&[name][..], &counts[..]].concat());
                }
            }
        }
    }
    if made.request.favourable == Favourable::Rejected {
        add("scan_favourable_rejected", &[]);
    }
    if let Some(clusters) = clusters(made) {
        let rows = ("rows", made.facts.rows.to_string());
        let clusters_told = ("clusters", clusters.to_string());
        add("scan_clusters", &[rows, clusters_told.clone()]);
        if clusters < crate::CLUSTERS_FEW {
            add("few_clusters", &[clusters_told]);
        }
    }
    for at in made.searched.determining(&made.request.measure) {
        let column = made.searched.columns[at].name.clone();
        add(
            "scan_determines",
            &[("column", column), ("metric", metric(made.request))],
        );
    }
    notes
}
