//! Gaps within strata beside those over all rows; a gap that turns round is named in words.

use waage_result::conditional::{Conditional, Simpson, StratumResult};
use waage_result::document::{AuditResult, EstimateDoc};
use waage_result::privacy::group_name;

use super::attributes::metrics_shown;
use super::{Block, Cell, Column, Row, Section, Table};
use crate::numbers::unit;
use crate::words::Words;

/// Strata that a table lists, the largest ones.
const STRATA_MAX: usize = 20;
/// Groups beside each other in the table of strata.
const GROUPS_MAX: usize = 6;
/// Metrics whose gaps are listed.
const METRICS_MAX: usize = 5;
/// Below this p-value the gaps of the strata are said to differ.
const DIFFER_P: f64 = 0.05;

/// What is told of one attribute within the strata.
pub(crate) struct Within<'a> {
    /// The attribute.
    pub(crate) attribute: &'a str,
    /// The comparisons of the metrics that tables show.
    pub(crate) found: Vec<&'a Conditional>,
}

/// Attributes that are compared within strata, in order.
pub(crate) fn within(result: &AuditResult) -> Vec<Within<'_>> {
    let metrics = metrics(result);
    let mut out: Vec<Within<'_>> = Vec::new();
    for found in &result.conditional {
        if !metrics.contains(&found.metric.as_str()) {
            continue;
        }
        match out.iter_mut().find(|w| w.attribute == found.attribute) {
            Some(within) => within.found.push(found),
            None => out.push(Within {
                attribute: &found.attribute,
                found: vec![found],
            }),
        }
    }
    out
}

/// The metrics of the comparisons that tables show; the selection rate, which always is compared,
/// stands for them where none is.
fn metrics(result: &AuditResult) -> Vec<&str> {
    let compared = |metric: &&str| result.conditional.iter().any(|c| c.metric == **metric);
    let shown = metrics_shown(result).into_iter();
    let mut metrics: Vec<&str> = shown.filter(compared).take(METRICS_MAX).collect();
    if metrics.is_empty() {
        metrics.push("selection_rate");
    }
    metrics
}

/// The section, where there are strata.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let found = within(result);
    let stratum = words.attribute(&found.first()?.found.first()?.stratum);
    let level = words.level(result.settings.confidence);
    let mut blocks = vec![Block::Text(
        words.fill("report.strata.intro", &[("stratum", &stratum)]),
    )];
    for within in &found {
        let name = words.attribute(within.attribute);
        blocks.push(Block::Heading(words.fill(
            "report.strata.heading",
            &[("attribute", &name), ("stratum", &stratum)],
        )));
        let told = reversals(within, words);
        if told.is_empty() {
            blocks.push(Block::Text(words.text("report.strata.none")));
        } else {
            blocks.extend(told.into_iter().map(Block::Text));
        }
        blocks.push(Block::Table(effects(within, words)));
        blocks.extend(rates(result, within, words).map(Block::Table));
    }
    blocks.push(Block::Note(
        words.fill("report.strata.note", &[("level", &level)]),
    ));
    Some(Section {
        id: "strata",
        title: words.text("report.strata.title"),
        blocks,
    })
}

/// A sentence or two on every gap that turns round within the strata, the surest first.
pub(crate) fn reversals(within: &Within<'_>, words: Words) -> Vec<String> {
    let mut turned: Vec<&&Conditional> = within
        .found
        .iter()
        .filter(|found| found.simpson.is_some())
        .collect();
    turned.sort_by_key(|found| found.simpson != Some(Simpson::Strong));
    turned
        .into_iter()
        .filter_map(|found| reversal(found, words))
        .collect()
}

fn reversal(found: &Conditional, words: Words) -> Option<String> {
    let unit = unit(&found.metric, "difference");
    let (over_all, inside) = (
        &found.marginal.difference,
        &found.mantel_haenszel.difference,
    );
    let value = over_all.value?;
    let number =
        |estimate: &EstimateDoc| Some(words.number_in_words(estimate.value?.abs(), &[], unit));
    let range = |estimate: &EstimateDoc| {
        words
            .interval(estimate, unit)
            .unwrap_or_else(|| words.text("report.interval.none"))
    };
    let key = if value < 0.0 {
        "report.strata.turns_up"
    } else {
        "report.strata.turns_down"
    };
    let mut sentences = vec![words.fill(
        key,
        &[
            ("metric", &words.the_metric(&found.metric)),
            ("group", &words.quoted(&found.attribute, Some(&found.group))),
            (
                "reference",
                &words.quoted(&found.attribute, Some(&found.reference)),
            ),
            ("stratum", &words.attribute(&found.stratum)),
            ("marginal", &number(over_all)?),
            ("marginal_range", &range(over_all)),
            ("within", &number(inside)?),
            ("within_range", &range(inside)),
        ],
    )];
    if let Some(driver) = &found.driver {
        let driver = words.quoted(&found.stratum, Some(driver));
        sentences.push(words.fill("report.strata.driver", &[("driver", &driver)]));
    }
    sentences.push(words.text(match found.simpson? {
        Simpson::Strong => "report.strata.strong",
        Simpson::Weak => "report.strata.weak",
    }));
    if let Some(p) = found.breslow_day_p.filter(|p| *p < DIFFER_P) {
        let p = words.p_phrase(p);
        sentences.push(words.fill("report.strata.not_the_same", &[("p", &p)]));
    }
    Some(sentences.join(" "))
}

/// Each gap over all rows and within strata, with the tests.
pub(crate) fn effects(within: &Within<'_>, words: Words) -> Table {
    let title = |key: &str| words.text(&format!("report.strata.{key}"));
    let gap = |found: &Conditional, estimate: &EstimateDoc| {
        let unit = unit(&found.metric, "difference");
        estimate.value.map_or_else(Cell::none, |value| Cell {
            text: words.number(value, unit),
            detail: words.interval(estimate, unit),
            ..Cell::default()
        })
    };
    let p = |p: Option<f64>| p.map_or_else(Cell::none, |p| Cell::text(words.p_value(p)));
    let has_shares = within
        .found
        .iter()
        .any(|found| found.demographic_disparity.is_some());
    let rows = within.found.iter().map(|found| {
        let mut homogeneity = p(found.breslow_day_p);
        homogeneity.flag = found
            .breslow_day_p
            .filter(|p| *p < DIFFER_P)
            .map(|_| title("differ"));
        let mut inside = gap(found, &found.mantel_haenszel.difference);
        inside.flag = found.simpson.map(|_| title("turned"));
        let mut standardized = gap(found, &found.standardized);
        if found.dropped_share > 0.0 && found.standardized.value.is_some() {
            let share = words.number(found.dropped_share, crate::numbers::Unit::Share);
            standardized.aside = Some(words.fill("report.strata.dropped", &[("share", &share)]));
        }
        let shares = has_shares.then(|| {
            let disparity = found.demographic_disparity.as_ref();
            disparity.map_or_else(Cell::none, |disparity| Cell {
                aside: disparity.marginal.value.map(|value| {
                    let value = words.number(value, unit(&found.metric, "difference"));
                    words.fill("report.strata.shares_over_all", &[("value", &value)])
                }),
                ..gap(found, &disparity.conditional)
            })
        });
        let fixed = [
            Cell::text(words.metric_title(&found.metric)),
            Cell::text(words.group(&found.attribute, Some(&found.group))),
            gap(found, &found.marginal.difference),
            inside,
            standardized,
        ];
        let tests = [p(found.cmh_p), homogeneity];
        Row {
            cells: fixed.into_iter().chain(shares).chain(tests).collect(),
            ..Row::default()
        }
    });
    let reference = within.found.first().map_or_else(String::new, |found| {
        words.group(&found.attribute, Some(&found.reference))
    });
    let shares = has_shares.then_some("shares");
    let figures = ["over_all", "pooled", "standardized"]
        .into_iter()
        .chain(shares)
        .chain(["cmh", "breslow_day"]);
    Table {
        caption: words.fill("report.strata.caption", &[("reference", &reference)]),
        columns: [
            Column::text(title("measure")),
            Column::text(words.text("report.findings.group")),
        ]
        .into_iter()
        .chain(figures.map(|key| Column::figures(title(key), title(&format!("{key}_short")))))
        .collect(),
        rows: rows.collect(),
    }
}

/// The first metric's rate of each group in each stratum.
fn rates(result: &AuditResult, within: &Within<'_>, words: Words) -> Option<Table> {
    let metric = within.found.first()?.metric.as_str();
    let names = groups(result, within.attribute);
    let total = within.found.first()?;
    let total = total.strata_used + total.strata_dropped;
    let levels = largest(&result.strata);
    let unit = unit(metric, "none");
    let rows: Vec<Row> = levels
        .iter()
        .map(|level| {
            let rows = match level.n {
                0 => Cell::none(),
                n => Cell::text(words.integer(n)),
            };
            let mut cells = vec![
                Cell::text(words.group(&level.stratum, Some(&level.level))),
                rows,
            ];
            cells.extend(names.iter().map(|name| {
                let of_group = level.groups.iter().find(|group| {
                    group.attributes.keys().eq([within.attribute]) && group_name(group) == *name
                });
                let estimate = of_group.and_then(|group| group.metrics.get(metric));
                super::attributes::estimate_cell(estimate, unit, words)
            }));
            Row {
                cells,
                ..Row::default()
            }
        })
        .collect();
    if rows.is_empty() || names.is_empty() {
        return None;
    }
    let mut columns = vec![
        Column::text(words.attribute(&levels.first()?.stratum)),
        Column::number(words.text("report.groups.rows")),
    ];
    let heads = names
        .iter()
        .map(|name| words.group(within.attribute, Some(name)));
    columns.extend(heads.map(Column::number));
    let (shown, total) = (words.integer(rows.len() as u64), words.integer(total));
    let key = if shown == total {
        "report.strata.rates"
    } else {
        "report.strata.rates_largest"
    };
    let title = words.metric_title(metric);
    Some(Table {
        caption: words.fill(
            key,
            &[("metric", &title), ("shown", &shown), ("total", &total)],
        ),
        columns,
        rows,
    })
}

/// The largest strata, in the document's order.
fn largest(strata: &[StratumResult]) -> Vec<&StratumResult> {
    let mut order: Vec<usize> = (0..strata.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(strata[i].n));
    order.truncate(STRATA_MAX);
    order.sort_unstable();
    order.into_iter().map(|i| &strata[i]).collect()
}

/// The names of the largest groups of an attribute, in the document's order.
fn groups(result: &AuditResult, attribute: &str) -> Vec<String> {
    let all: Vec<_> = result
        .groups
        .iter()
        .filter(|group| group.attributes.keys().eq([attribute]))
        .collect();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(all[i].n));
    order.truncate(GROUPS_MAX);
    order.sort_unstable();
    order.into_iter().map(|i| group_name(all[i])).collect()
}
