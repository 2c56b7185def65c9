//! What the policy found, and what would settle what it could not decide.

use waage_result::document::AuditResult;
use waage_result::finding::{Finding, State, WaiverSummary};
use waage_result::text::Language;

use super::{Block, Cell, Column, Row, Section, Table, mark};
use crate::headline::{family_of, remedy};
use crate::numbers::{limits, unit};
use crate::order::worst_first;
use crate::policy::{cells, inherited};
use crate::words::{Words, clean};

/// Every finding, worst first; waivers; checks that were not run.
pub(super) fn section(result: &AuditResult, words: Words) -> Option<Section> {
    let mut blocks = Vec::new();
    if result.findings.is_empty() {
        blocks.push(Block::Text(words.text("report.findings.none")));
    } else {
        blocks.push(Block::Table(table(result, words)));
        blocks.push(Block::Note(intervals_note(result, words)));
        blocks.extend(left_out(result, words).map(Block::Note));
    }
    if !result.policy.waivers.is_empty() {
        blocks.push(Block::Heading(words.text("report.waivers.title")));
        blocks.push(Block::Table(waivers(result, words)));
    }
    if let Some(reason) = &result.policy.criticality_reason {
        let reason = clean(reason);
        let values = [("reason", reason.as_str())];
        blocks.push(Block::Note(
            words.fill("policy.criticality.reason", &values),
        ));
    }
    blocks.extend(inheritance(result, words));
    if !result.not_run.is_empty() {
        blocks.push(Block::Heading(words.text("report.not_run.title")));
        blocks.push(Block::Table(not_run(result, words)));
    }
    Some(Section {
        id: "findings",
        title: words.text("report.findings.title"),
        blocks,
    })
}

/// A sentence on each check that leaves groups out as too small a share of the rows.
pub(crate) fn left_out<'a>(
    result: &'a AuditResult,
    words: Words,
) -> impl Iterator<Item = String> + 'a {
    let some = result
        .checks
        .iter()
        .filter(|check| !check.left_out.is_empty());
    some.map(move |check| {
        let name = |group: &String| words.quoted(&check.attribute, Some(group));
        let groups: Vec<String> = check.left_out.iter().map(name).collect();
        let values = [
            ("check", clean(&check.check)),
            ("attribute", words.attribute(&check.attribute)),
            ("groups", words.list(&groups)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        words.fill("report.findings.left_out", &values)
    })
}

fn table(result: &AuditResult, words: Words) -> Table {
    let sorted = worst_first(&result.findings);
    let with_p = sorted.iter().any(|f| f.p_adjusted.is_some());
    let title = |key: &str| words.text(&format!("report.findings.{key}"));
    let mut columns = vec![
        Column::text(title("state")),
        Column::text(title("check")),
        Column::text(title("measured")),
        Column::text(title("group")),
        Column::number(title("estimate")),
        Column::number(title("demand")),
    ];
    if with_p {
        columns.push(Column::number(title("p")));
    }
    let rows = sorted
        .into_iter()
        .map(|finding| row(finding, with_p, words))
        .collect();
    Table {
        caption: title("caption"),
        columns,
        rows,
    }
}

fn row(finding: &Finding, with_p: bool, words: Words) -> Row {
    let unit = unit(&finding.metric, &finding.comparison);
    let attribute = &finding.attribute;
    let against = match &finding.reference {
        Some(reference) => words.fill(
            "report.findings.against",
            &[("reference", &words.group(attribute, Some(reference)))],
        ),
        None => String::new(),
    };
    let estimate = match finding.estimate.value {
        Some(value) => Cell {
            text: words.number_beside(value, &limits(finding), unit),
            detail: words.interval(&finding.estimate, unit),
            flag: four_fifths(finding.four_fifths_adverse, words),
            ..Cell::default()
        },
        None => Cell::none(),
    };
    let state = Cell {
        mark: Some(mark(finding.state, words)),
        detail: finding
            .waived_by
            .as_ref()
            .map(|id| words.fill("report.findings.waived", &[("waiver", &clean(id))])),
        ..Cell::default()
    };
    let mut cells = vec![
        state,
        Cell {
            text: clean(&finding.check),
            detail: Some(words.name_in("severity", finding.severity.name())),
            ..Cell::default()
        },
        Cell {
            text: words.of_finding(words.metric_title(&finding.metric), finding),
            detail: Some(words.text(&format!("report.comparison.{}", finding.comparison))),
            ..Cell::default()
        },
        Cell {
            text: words.group(attribute, finding.group.as_deref()),
            detail: Some(
                format!("{} {against}", words.attribute(attribute))
                    .trim()
                    .to_owned(),
            ),
            ..Cell::default()
        },
        estimate,
        Cell::text(words.demand_sign(finding)),
    ];
    if with_p {
        cells.push(
            finding
                .p_adjusted
                .map_or_else(Cell::none, |p| Cell::text(words.p_value(p))),
        );
    }
    Row {
        cells,
        note: sentence(finding, words),
        strong: false,
    }
}

fn sentence(finding: &Finding, words: Words) -> Option<String> {
    let text = match words.catalogue.language() {
        Language::En => &finding.text.en,
        Language::De => &finding.text.de,
    };
    (!text.is_empty()).then(|| clean(text))
}

/// The four-fifths flag, where it is raised.
pub(crate) fn four_fifths(adverse: Option<bool>, words: Words) -> Option<String> {
    adverse
        .unwrap_or(false)
        .then(|| words.text("report.four_fifths"))
}

/// The level of the findings' intervals, or the least and the greatest: `95`, `95–99.2`.
fn levels(result: &AuditResult, words: Words) -> String {
    let levels = || result.findings.iter().filter_map(|finding| finding.level);
    let (least, greatest) = (levels().reduce(f64::min), levels().reduce(f64::max));
    let confidence = result.settings.confidence;
    let [low, high] = [least, greatest].map(|level| words.level(level.unwrap_or(confidence)));
    if low == high {
        low
    } else {
        words.fill("report.range", &[("low", &low), ("high", &high)])
    }
}

fn intervals_note(result: &AuditResult, words: Words) -> String {
    let level = levels(result, words);
    let widest = result
        .findings
        .iter()
        .filter_map(|finding| family_of(result, finding))
        .filter(|(method, _)| *method != "none")
        .map(|(_, size)| size)
        .max()
        .unwrap_or(1);
    if widest > 1 {
        let size = words.integer(widest);
        words.fill(
            "report.findings.note_widened",
            &[("level", &level), ("size", &size)],
        )
    } else {
        words.fill("report.findings.note_plain", &[("level", &level)])
    }
}

fn waivers(result: &AuditResult, words: Words) -> Table {
    let title = |key: &str| words.text(&format!("report.waivers.{key}"));
    let rows = result.policy.waivers.iter().map(|waiver| Row {
        cells: vec![
            Cell::text(clean(&waiver.id)),
            Cell {
                text: clean(&waiver.check),
                detail: waiver.scope.as_ref().map(|scope| clean(scope)),
                ..Cell::default()
            },
            Cell::text(words.name_in("report.waiver_state", &waiver.state)),
            Cell::text(clean(&waiver.expires)),
            Cell {
                text: clean(&waiver.justification),
                detail: control(waiver, words),
                ..Cell::default()
            },
        ],
        ..Row::default()
    });
    Table {
        caption: title("caption"),
        columns: ["id", "check", "state", "expires", "justification"]
            .map(|key| Column::text(title(key)))
            .into(),
        rows: rows.collect(),
    }
}

/// What is done instead, who asked for that and who approved it.
fn control(waiver: &WaiverSummary, words: Words) -> Option<String> {
    if waiver.compensating_control.is_empty() {
        return None;
    }
    let names: Vec<String> = waiver.approved_by.iter().map(|name| clean(name)).collect();
    let (control, names) = (clean(&waiver.compensating_control), words.list(&names));
    let values = [("control", control.as_str()), ("names", &names)];
    let mut text = words.fill("policy.waiver.control", &values);
    if let Some(name) = &waiver.requested_by {
        let requested = words.fill("policy.waiver.requested", &[("name", &clean(name))]);
        text = format!("{text}; {requested}");
    }
    Some(text)
}

/// What the policy extends, and what it changes of it.
fn inheritance(result: &AuditResult, words: Words) -> Vec<Block> {
    let policy = &result.policy;
    let mut sentences = inherited(&policy.extends, &[], words).into_iter();
    let Some(extends) = sentences.next() else {
        return Vec::new();
    };
    let mut blocks = vec![
        Block::Heading(words.text("policy.overrides.title")),
        Block::Text(extends),
    ];
    if policy.overrides.is_empty() {
        blocks.extend(sentences.map(Block::Text));
        return blocks;
    }
    let rows = policy.overrides.iter().map(|each| {
        let [key, from, to, effect, why] = cells(&each.change, words, words.catalogue.language());
        let effect = Cell {
            text: effect,
            detail: Some(why),
            ..Cell::default()
        };
        let texts = [key, from, to].map(Cell::text).into_iter();
        Row {
            cells: texts
                .chain([effect, Cell::text(clean(&each.base))])
                .collect(),
            ..Row::default()
        }
    });
    let titles = [
        "diff.key",
        "diff.from",
        "diff.to",
        "diff.effect",
        "overrides.base",
    ];
    blocks.push(Block::Table(Table {
        caption: words.text("policy.overrides.caption"),
        columns: titles
            .map(|key| Column::text(words.text(&format!("policy.{key}"))))
            .into(),
        rows: rows.collect(),
    }));
    blocks
}

fn not_run(result: &AuditResult, words: Words) -> Table {
    let rows = result.not_run.iter().map(|check| Row {
        cells: vec![
            Cell::text(clean(&check.check)),
            Cell::text(words.attribute(&check.attribute)),
            Cell::text(words.metric_title(&check.metric)),
            Cell::text(words.name_in("reason", &check.reason)),
        ],
        ..Row::default()
    });
    Table {
        caption: words.text("report.not_run.caption"),
        columns: ["check", "attribute", "metric", "reason"]
            .map(|key| Column::text(words.text(&format!("report.not_run.{key}"))))
            .into(),
        rows: rows.collect(),
    }
}

/// What to do next for each comparison that could not be decided; those that need the same thing
/// share a line.
pub(super) fn next_steps(result: &AuditResult, words: Words) -> Option<Section> {
    let mut steps: Vec<String> = Vec::new();
    for finding in worst_first(&result.findings) {
        if finding.state == State::Inconclusive {
            let step = words.fill(
                "report.next.step",
                &[
                    ("check", &clean(&finding.check)),
                    ("what", &remedy(result, finding, words)),
                ],
            );
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    (!steps.is_empty()).then(|| Section {
        id: "next",
        title: words.text("report.next.title"),
        blocks: vec![
            Block::Text(words.text("report.next.intro")),
            Block::List(steps),
        ],
    })
}

/// The reasons of checks that were not run, each once, with the checks: `FAIR-02, FAIR-03: …`.
pub(crate) fn reasons_in_order(result: &AuditResult, words: Words) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for check in &result.not_run {
        let name = clean(&check.check);
        match reasons
            .iter_mut()
            .find(|(reason, _)| *reason == check.reason)
        {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => reasons.push((&check.reason, vec![name])),
        }
    }
    reasons
        .into_iter()
        .map(|(reason, names)| {
            format!(
                "{}: {}",
                words.list(&names),
                words.after_colon(&words.name_in("reason", reason))
            )
        })
        .collect()
}
