//! The lists of a document as Arrow tables: the document's field names are the columns.

mod attribution;

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, StringArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use waage_result::conditional::{Conditional, DemographicDisparity, Simpson};
use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::explanation::{Explanation, Explanations};
use waage_result::finding::Margin;
use waage_result::power::PowerResult;
use waage_result::scan::{Condition, ConditionValue, ScanResult};

pub use attribution::{feature_groups, features};
use waage_result::unknown::{MembershipAnswers, MembershipP};

/// Columns under construction.
#[derive(Default)]
struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn push(&mut self, name: &str, kind: DataType, array: ArrayRef) {
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(array);
    }

    fn text<'a>(&mut self, name: &str, values: impl Iterator<Item = Option<&'a str>>) {
        self.push(
            name,
            DataType::Utf8,
            Arc::new(values.collect::<StringArray>()),
        );
    }

    fn real(&mut self, name: &str, values: impl Iterator<Item = Option<f64>>) {
        self.push(
            name,
            DataType::Float64,
            Arc::new(values.collect::<Float64Array>()),
        );
    }

    fn count(&mut self, name: &str, values: impl Iterator<Item = Option<u64>>) {
        self.push(
            name,
            DataType::UInt64,
            Arc::new(values.collect::<UInt64Array>()),
        );
    }

    fn flag(&mut self, name: &str, values: impl Iterator<Item = Option<bool>>) {
        self.push(
            name,
            DataType::Boolean,
            Arc::new(values.collect::<BooleanArray>()),
        );
    }

    fn estimates(&mut self, estimates: &[&EstimateDoc]) {
        self.real("value", estimates.iter().map(|e| e.value));
        self.real("low", estimates.iter().map(|e| e.low));
        self.real("high", estimates.iter().map(|e| e.high));
        self.count("n", estimates.iter().map(|e| Some(e.n)));
        if estimates.iter().any(|e| e.clusters.is_some()) {
            self.count("clusters", estimates.iter().map(|e| e.clusters));
        }
        self.text("method", estimates.iter().map(|e| Some(e.method.as_str())));
        self.text("reason", estimates.iter().map(|e| e.reason.as_deref()));
    }

    fn finish(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}

/// One row per subgroup of a scan: `subgroup` (its conditions, `column op value` joined by ` & `),
/// `n`, `share`, `metric`, the metric's estimate, `complement`, the gap with its interval, and the
/// p-values.
///
/// # Errors
/// Never for a document that this library made.
pub fn subgroups(result: &ScanResult) -> Result<RecordBatch, ArrowError> {
    let rows = &result.subgroups;
    let names: Vec<String> = rows.iter().map(|row| name(&row.conditions)).collect();
    let mut columns = Columns::default();
    columns.text("subgroup", names.iter().map(|name| Some(name.as_str())));
    columns.count("n", rows.iter().map(|row| Some(row.n)));
    columns.real("share", rows.iter().map(|row| Some(row.share)));
    columns.text("metric", rows.iter().map(|row| Some(row.metric.as_str())));
    columns.real("value", rows.iter().map(|row| row.estimate.value));
    columns.real("low", rows.iter().map(|row| row.estimate.low));
    columns.real("high", rows.iter().map(|row| row.estimate.high));
    columns.real("complement", rows.iter().map(|row| row.complement.value));
    columns.real("gap", rows.iter().map(|row| row.gap));
    columns.real("gap_low", rows.iter().map(|row| row.difference.low));
    columns.real("gap_high", rows.iter().map(|row| row.difference.high));
    columns.flag("worse", rows.iter().map(|row| Some(row.worse)));
    columns.real("p", rows.iter().map(|row| row.p));
    columns.real("p_adjusted", rows.iter().map(|row| row.p_adjusted));
    columns.real("p_permutation", rows.iter().map(|row| row.p_permutation));
    columns.real("score", rows.iter().map(|row| Some(row.score)));
    columns.count("folded", rows.iter().map(|row| Some(row.folded)));
    columns.finish()
}

/// Conditions in one line.
fn name(conditions: &[Condition]) -> String {
    let one = |condition: &Condition| {
        let value = match &condition.value {
            ConditionValue::Missing(_) => "(missing)".to_owned(),
            ConditionValue::Number(edge) => edge.to_string(),
            ConditionValue::Text(text) => text.clone(),
            ConditionValue::Range([low, high]) => format!("[{low}, {high})"),
            ConditionValue::Labels(labels) => format!("({})", labels.join(", ")),
        };
        format!("{} {} {value}", condition.column, condition.op)
    };
    let all: Vec<String> = conditions.iter().map(one).collect();
    all.join(" & ")
}

/// One row per group and metric: a column per attribute (null where the view does not have it or
/// the level is missing), `view`, `group`, `metric`, and the estimate.
///
/// # Errors
/// Never for a document that this library made.
pub fn groups(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = result
        .groups
        .iter()
        .flat_map(|group| {
            group
                .metrics
                .iter()
                .map(move |(metric, estimate)| (group, metric, estimate))
        })
        .collect();
    let mut columns = Columns::default();
    for attribute in &result.roles.sensitive {
        let of = |group: &waage_result::document::GroupResult| {
            group.attributes.get(&attribute.name).cloned().flatten()
        };
        let values: Vec<Option<String>> = rows.iter().map(|(group, ..)| of(group)).collect();
        columns.text(&attribute.name, values.iter().map(Option::as_deref));
    }
    let views: Vec<String> = rows
        .iter()
        .map(|(group, ..)| waage_result::privacy::view_name(group))
        .collect();
    let names: Vec<String> = rows
        .iter()
        .map(|(group, ..)| waage_result::privacy::group_name(group))
        .collect();
    columns.text("attribute", views.iter().map(|v| Some(v.as_str())));
    columns.text("group", names.iter().map(|n| Some(n.as_str())));
    columns.text(
        "metric",
        rows.iter().map(|(_, metric, _)| Some(metric.as_str())),
    );
    columns.estimates(
        &rows
            .iter()
            .map(|(.., estimate)| *estimate)
            .collect::<Vec<_>>(),
    );
    columns.finish()
}

/// One row per comparison.
///
/// # Errors
/// Never for a document that this library made.
pub fn disparities(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    let rows = &result.disparities;
    let mut columns = Columns::default();
    columns.text("attribute", rows.iter().map(|d| Some(d.attribute.as_str())));
    columns.text("metric", rows.iter().map(|d| Some(d.metric.as_str())));
    columns.text("scheme", rows.iter().map(|d| Some(d.scheme.as_str())));
    columns.text(
        "comparison",
        rows.iter().map(|d| Some(d.comparison.as_str())),
    );
    columns.text("group", rows.iter().map(|d| d.group.as_deref()));
    columns.text("reference", rows.iter().map(|d| d.reference.as_deref()));
    columns.estimates(&rows.iter().map(|d| &d.estimate).collect::<Vec<_>>());
    columns.real("p", rows.iter().map(|d| d.p));
    columns.real("p_adjusted", rows.iter().map(|d| d.p_adjusted));
    columns.text("test", rows.iter().map(|d| d.test.as_deref()));
    columns.flag(
        "four_fifths_adverse",
        rows.iter().map(|d| d.four_fifths_adverse),
    );
    columns.finish()
}

/// One row per group and metric that is compared within strata: the gap over all rows, the
/// standardised one (`standardized`, `_low`, `_high`), and Mantel and Haenszel's difference, ratio
/// and odds ratio likewise; demographic disparity over all rows and within strata where the metric
/// has shares.
///
/// # Errors
/// Never for a document that this library made.
pub fn conditional(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    let rows = &result.conditional;
    let mut columns = Columns::default();
    columns.text("attribute", rows.iter().map(|c| Some(c.attribute.as_str())));
    columns.text("stratum", rows.iter().map(|c| Some(c.stratum.as_str())));
    columns.text("group", rows.iter().map(|c| Some(c.group.as_str())));
    columns.text("reference", rows.iter().map(|c| Some(c.reference.as_str())));
    columns.text("metric", rows.iter().map(|c| Some(c.metric.as_str())));
    type Part = fn(&Conditional) -> &EstimateDoc;
    let parts: [(&str, Part); 7] = [
        ("marginal_difference", |c| &c.marginal.difference),
        ("marginal_ratio", |c| &c.marginal.ratio),
        ("marginal_odds_ratio", |c| &c.marginal.odds_ratio),
        ("standardized", |c| &c.standardized),
        ("difference", |c| &c.mantel_haenszel.difference),
        ("ratio", |c| &c.mantel_haenszel.ratio),
        ("odds_ratio", |c| &c.mantel_haenszel.odds_ratio),
    ];
    for (name, part) in parts {
        columns.real(name, rows.iter().map(|c| part(c).value));
        columns.real(&format!("{name}_low"), rows.iter().map(|c| part(c).low));
        columns.real(&format!("{name}_high"), rows.iter().map(|c| part(c).high));
    }
    type Share = fn(&DemographicDisparity) -> &EstimateDoc;
    let shares: [(&str, Share); 2] = [
        ("demographic_disparity", |d| &d.marginal),
        ("conditional_demographic_disparity", |d| &d.conditional),
    ];
    for (name, part) in shares {
        let each = || {
            rows.iter()
                .map(|c| c.demographic_disparity.as_ref().map(part))
        };
        columns.real(name, each().map(|e| e.and_then(|e| e.value)));
        columns.real(
            &format!("{name}_low"),
            each().map(|e| e.and_then(|e| e.low)),
        );
        columns.real(
            &format!("{name}_high"),
            each().map(|e| e.and_then(|e| e.high)),
        );
    }
    columns.count("n", rows.iter().map(|c| Some(c.standardized.n)));
    columns.count("strata_used", rows.iter().map(|c| Some(c.strata_used)));
    columns.count(
        "strata_dropped",
        rows.iter().map(|c| Some(c.strata_dropped)),
    );
    columns.real("dropped_share", rows.iter().map(|c| Some(c.dropped_share)));
    columns.real("cmh_p", rows.iter().map(|c| c.cmh_p));
    columns.real("breslow_day_p", rows.iter().map(|c| c.breslow_day_p));
    columns.text("simpson", rows.iter().map(|c| c.simpson.map(Simpson::name)));
    columns.text("driver", rows.iter().map(|c| c.driver.as_deref()));
    columns.finish()
}

/// One row per metric that is measured: name, title, group, definition, formula, range, direction,
/// what it needs, and its other names (comma-separated).
///
/// # Errors
/// Never for a document that this library made.
pub fn metrics(document: &Explanations) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = document.metrics.iter().filter(|m| m.measured).collect();
    let mut columns = Columns::default();
    columns.text("name", rows.iter().map(|m| Some(m.name.as_str())));
    columns.text("title", rows.iter().map(|m| Some(m.title.as_str())));
    columns.text("group", rows.iter().map(|m| Some(m.group.as_str())));
    columns.text(
        "definition",
        rows.iter().map(|m| Some(m.definition.as_str())),
    );
    columns.text("formula", rows.iter().map(|m| m.formula.as_deref()));
    columns.real("low", rows.iter().map(|m| limit(m, 0)));
    columns.real("high", rows.iter().map(|m| limit(m, 1)));
    columns.text("direction", rows.iter().map(|m| m.direction.as_deref()));
    let needs: Vec<String> = rows.iter().map(|m| m.needs.join(",")).collect();
    columns.text("needs", needs.iter().map(|n| Some(n.as_str())));
    let aliases: Vec<String> = rows.iter().map(|m| m.aliases.join(",")).collect();
    columns.text("aliases", aliases.iter().map(|a| Some(a.as_str())));
    columns.finish()
}

/// The least (0) or greatest (1) possible value.
fn limit(metric: &Explanation, at: usize) -> Option<f64> {
    metric.range.and_then(|range| range[at])
}

/// What the data of a plan could have shown: one row per attribute, group and metric.
///
/// # Errors
/// Never for a document that this library made.
pub fn gaps(result: &PowerResult) -> Result<RecordBatch, ArrowError> {
    let rows = &result.gaps;
    let mut columns = Columns::default();
    columns.text("attribute", rows.iter().map(|g| Some(g.attribute.as_str())));
    columns.text("group", rows.iter().map(|g| Some(g.group.as_str())));
    columns.text("reference", rows.iter().map(|g| Some(g.reference.as_str())));
    columns.text("metric", rows.iter().map(|g| Some(g.metric.as_str())));
    columns.real("n", rows.iter().map(|g| Some(g.n)));
    columns.real("n_reference", rows.iter().map(|g| Some(g.n_reference)));
    columns.real("rate", rows.iter().map(|g| g.rate));
    columns.real("smallest_gap", rows.iter().map(|g| g.smallest_gap));
    columns.real("smallest_margin", rows.iter().map(|g| g.smallest_margin));
    columns.count("rows", rows.iter().map(|g| Some(g.rows)));
    columns.count("rows_needed", rows.iter().map(|g| g.rows_needed));
    columns.count(
        "rows_needed_equivalence",
        rows.iter().map(|g| g.rows_needed_equivalence),
    );
    columns.text("reason", rows.iter().map(|g| g.reason.as_deref()));
    columns.finish()
}

/// One row per finding.
///
/// # Errors
/// Never for a document that this library made.
pub fn findings(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    let rows = &result.findings;
    let mut columns = Columns::default();
    columns.text("check", rows.iter().map(|f| Some(f.check.as_str())));
    columns.text("attribute", rows.iter().map(|f| Some(f.attribute.as_str())));
    columns.text("metric", rows.iter().map(|f| Some(f.metric.as_str())));
    columns.text(
        "comparison",
        rows.iter().map(|f| Some(f.comparison.as_str())),
    );
    columns.text("group", rows.iter().map(|f| f.group.as_deref()));
    columns.text("reference", rows.iter().map(|f| f.reference.as_deref()));
    columns.text("state", rows.iter().map(|f| Some(f.state.name())));
    columns.text("severity", rows.iter().map(|f| Some(f.severity.name())));
    columns.text("op", rows.iter().map(|f| Some(f.op.as_str())));
    let margin = |f: &waage_result::finding::Finding| match f.margin {
        Margin::One(limit) => (None, Some(limit)),
        Margin::Between([low, high]) => (Some(low), Some(high)),
    };
    columns.real("margin", rows.iter().map(|f| margin(f).1));
    columns.real("margin_low", rows.iter().map(|f| margin(f).0));
    let estimates: Vec<EstimateDoc> = rows
        .iter()
        .map(|f| EstimateDoc {
            reason: f.reason.clone().or_else(|| f.estimate.reason.clone()),
            ..f.estimate.clone()
        })
        .collect();
    columns.estimates(&estimates.iter().collect::<Vec<_>>());
    columns.count("rows", rows.iter().map(|f| Some(f.rows)));
    columns.count("rows_needed", rows.iter().map(|f| f.rows_needed));
    columns.real("p", rows.iter().map(|f| f.p));
    columns.real("p_adjusted", rows.iter().map(|f| f.p_adjusted));
    columns.text("waived_by", rows.iter().map(|f| f.waived_by.as_deref()));
    columns.text("text_en", rows.iter().map(|f| Some(f.text.en.as_str())));
    columns.text("text_de", rows.iter().map(|f| Some(f.text.de.as_str())));
    columns.finish()
}

/// One row per estimate of a ranking: `attribute`, `group` (null for what is told of all groups),
/// `metric`, `k` (null where it is not of the first k places), and the estimate; of `fa_ir` the value is
/// the first prefix that fails, and `passes` says whether none does.
///
/// # Errors
/// Never for a document that this library made.
pub fn ranking(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    struct Line<'a> {
        attribute: &'a str,
        group: Option<&'a str>,
        metric: &'a str,
        k: Option<u64>,
        estimate: EstimateDoc,
        passes: Option<bool>,
    }
    let mut lines = Vec::new();
    for ranking in &result.ranking {
        lines.extend(ranking.entries().map(|entry| Line {
            attribute: &ranking.attribute,
            group: entry.group,
            metric: entry.metric,
            k: entry.k,
            estimate: entry.estimate.clone(),
            passes: None,
        }));
        let tested = ranking
            .groups
            .iter()
            .filter_map(|g| Some((g, g.fa_ir.as_ref()?)));
        lines.extend(tested.map(|(group, test)| Line {
            attribute: &ranking.attribute,
            group: Some(&group.group),
            metric: "fa_ir",
            k: None,
            estimate: EstimateDoc {
                value: test.fails_at.map(|k| k as f64),
                n: test.places,
                method: "fa_ir".to_owned(),
                ..EstimateDoc::default()
            },
            passes: Some(test.passes),
        }));
    }
    let mut columns = Columns::default();
    columns.text("attribute", lines.iter().map(|l| Some(l.attribute)));
    columns.text("group", lines.iter().map(|l| l.group));
    columns.text("metric", lines.iter().map(|l| Some(l.metric)));
    columns.count("k", lines.iter().map(|l| l.k));
    columns.estimates(&lines.iter().map(|l| &l.estimate).collect::<Vec<_>>());
    columns.flag("passes", lines.iter().map(|l| l.passes));
    columns.finish()
}

/// One row per category of the tables of Local Law 144: `measure`, `n`, `hits` (selected, or above the
/// median), the rate, the impact ratio (`impact_ratio`, `_low`, `_high`), and whether it was left out.
///
/// # Errors
/// Never for a document that this library made.
pub fn impact_ratios(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    let rows: Vec<_> = result
        .impact_ratios
        .iter()
        .flat_map(|table| table.groups.iter().map(move |group| (table, group)))
        .collect();
    let mut columns = Columns::default();
    columns.text(
        "attribute",
        rows.iter().map(|(t, _)| Some(t.attribute.as_str())),
    );
    columns.text(
        "measure",
        rows.iter().map(|(t, _)| Some(t.measure.as_str())),
    );
    columns.text("group", rows.iter().map(|(_, g)| Some(g.group.as_str())));
    columns.count("n", rows.iter().map(|(_, g)| Some(g.n)));
    columns.real("hits", rows.iter().map(|(_, g)| g.hits));
    columns.real("rate", rows.iter().map(|(_, g)| g.rate.value));
    columns.real("rate_low", rows.iter().map(|(_, g)| g.rate.low));
    columns.real("rate_high", rows.iter().map(|(_, g)| g.rate.high));
    columns.real(
        "impact_ratio",
        rows.iter().map(|(_, g)| g.impact_ratio.value),
    );
    columns.real(
        "impact_ratio_low",
        rows.iter().map(|(_, g)| g.impact_ratio.low),
    );
    columns.real(
        "impact_ratio_high",
        rows.iter().map(|(_, g)| g.impact_ratio.high),
    );
    columns.text(
        "reason",
        rows.iter().map(|(_, g)| g.impact_ratio.reason.as_deref()),
    );
    columns.flag("left_out", rows.iter().map(|(_, g)| Some(g.left_out)));
    columns.count("unknown", rows.iter().map(|(t, _)| t.unknown));
    columns.finish()
}

/// One row per rate or gap of an attribute known by probabilities: `comparison` (`none` of a rate),
/// the estimate weighted by them (`weighted`, `_low`, `_high`), the one by likeliest groups (`threshold`…),
/// the ends of all that may be (`lower`, `upper`) and the interval that holds both (`low`, `high`), and of
/// gaps the p-value of equality by each (`p_weighted`, `p_threshold`, `p_bounds`).
///
/// # Errors
/// Never for a document that this library made.
pub fn membership(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    struct Line<'a> {
        attribute: &'a str,
        group: &'a str,
        metric: &'a str,
        comparison: &'a str,
        answers: &'a MembershipAnswers,
        p: MembershipP,
    }
    let mut lines = Vec::new();
    for found in &result.membership {
        let attribute = found.attribute.as_str();
        for group in &found.groups {
            lines.extend(group.metrics.iter().map(|rate| Line {
                attribute,
                group: &group.group,
                metric: &rate.metric,
                comparison: "none",
                answers: &rate.answers,
                p: MembershipP::default(),
            }));
        }
        lines.extend(found.gaps.iter().map(|gap| Line {
            attribute,
            group: &gap.group,
            metric: &gap.metric,
            comparison: &gap.comparison,
            answers: &gap.answers,
            p: gap.p,
        }));
    }
    let mut columns = Columns::default();
    columns.text("attribute", lines.iter().map(|l| Some(l.attribute)));
    columns.text("group", lines.iter().map(|l| Some(l.group)));
    columns.text("metric", lines.iter().map(|l| Some(l.metric)));
    columns.text("comparison", lines.iter().map(|l| Some(l.comparison)));
    type Way = fn(&MembershipAnswers) -> &EstimateDoc;
    let ways: [(&str, Way); 2] = [
        ("weighted", |of| &of.weighted),
        ("threshold", |of| &of.threshold),
    ];
    for (name, way) in ways {
        let all = || lines.iter().map(move |l| way(l.answers));
        columns.real(name, all().map(|e| e.value));
        columns.real(&format!("{name}_low"), all().map(|e| e.low));
        columns.real(&format!("{name}_high"), all().map(|e| e.high));
    }
    let bounds = || lines.iter().map(|l| &l.answers.bounds);
    columns.real("lower", bounds().map(|of| of.lower));
    columns.real("upper", bounds().map(|of| of.upper));
    columns.real("low", bounds().map(|of| of.estimate.low));
    columns.real("high", bounds().map(|of| of.estimate.high));
    columns.count("n", lines.iter().map(|l| Some(l.answers.weighted.n)));
    columns.real("p_weighted", lines.iter().map(|l| l.p.weighted));
    columns.real("p_threshold", lines.iter().map(|l| l.p.threshold));
    columns.real("p_bounds", lines.iter().map(|l| l.p.bounds));
    columns.text("reason", bounds().map(|of| of.estimate.reason.as_deref()));
    columns.finish()
}

/// One row per rate, score metric or gap of labels with propensities: the worst-case bounds (`bounds_low`,
/// `bounds_high`) and the estimate weighted by the inverse of the propensity.
///
/// # Errors
/// Never for a document that this library made.
pub fn propensity(result: &AuditResult) -> Result<RecordBatch, ArrowError> {
    struct Line<'a> {
        attribute: &'a str,
        group: &'a str,
        metric: &'a str,
        comparison: &'a str,
        bounds: &'a EstimateDoc,
        ipw: &'a EstimateDoc,
    }
    let mut lines = Vec::new();
    for found in &result.propensity {
        let attribute = found.attribute.as_str();
        for group in &found.groups {
            lines.extend(group.metrics.iter().map(|rate| Line {
                attribute,
                group: &group.group,
                metric: &rate.metric,
                comparison: "none",
                bounds: &rate.bounds,
                ipw: &rate.ipw,
            }));
        }
        lines.extend(found.gaps.iter().map(|gap| Line {
            attribute,
            group: &gap.group,
            metric: &gap.metric,
            comparison: &gap.comparison,
            bounds: &gap.bounds,
            ipw: &gap.ipw,
        }));
    }
    let mut columns = Columns::default();
    columns.text("attribute", lines.iter().map(|l| Some(l.attribute)));
    columns.text("group", lines.iter().map(|l| Some(l.group)));
    columns.text("metric", lines.iter().map(|l| Some(l.metric)));
    columns.text("comparison", lines.iter().map(|l| Some(l.comparison)));
    columns.real("bounds_low", lines.iter().map(|l| l.bounds.low));
    columns.real("bounds_high", lines.iter().map(|l| l.bounds.high));
    columns.estimates(&lines.iter().map(|l| l.ipw).collect::<Vec<_>>());
    columns.finish()
}
