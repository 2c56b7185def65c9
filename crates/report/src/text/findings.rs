//! The findings, a line each.

use waage_result::document::AuditResult;
use waage_result::finding::{Finding, State};

use super::Page;
use super::grid::{Column, Grid, Style, composites};
use crate::article::{Cell, left_out, mark, tally};
use crate::numbers::{limits, unit};
use crate::order::worst_first;
use crate::policy::inherited;
use crate::words::{Words, clean};

/// Findings listed: breaches and what is undecided.
const FINDINGS_MAX: usize = 12;
/// Passes listed where nothing else is.
const PASSES_MAX: usize = 5;
/// Comparisons for which the rows needed are listed.
const SETTLE_MAX: usize = 4;

/// Counts by state, the worst findings, what would settle the undecided ones.
pub(super) fn write(page: &mut Page, result: &AuditResult, words: Words) {
    let counts: Vec<(String, String)> = tally(result, words)
        .into_iter()
        .map(|m| {
            let plain = format!("{} {}", m.symbol, m.word);
            let symbol = page.styled(m.symbol, Style::of(m.state));
            (plain, format!("{symbol} {}", m.word))
        })
        .collect();
    page.heading(&words.text("report.findings.title"), &counts);
    let sorted = worst_first(&result.findings);
    let open = sorted
        .iter()
        .filter(|finding| finding.state != State::Pass)
        .count();
    let most = if open > 0 {
        open.min(FINDINGS_MAX)
    } else {
        sorted.len().min(PASSES_MAX)
    };
    let shown = &sorted[..most];
    let mut grid = Grid::new(vec![
        Column::fixed(""),
        Column::flexible(""),
        Column::flexible(""),
        Column::fixed(""),
        Column::fixed(""),
        Column::flexible(""),
    ]);
    let estimates: Vec<Cell> = shown
        .iter()
        .map(|finding| estimate(finding, words))
        .collect();
    for (finding, estimate) in shown
        .iter()
        .zip(composites(&estimates.iter().collect::<Vec<_>>(), 0))
    {
        let mark = mark(finding.state, words);
        grid.row(vec![
            (
                format!("{} {}", mark.symbol, clean(&finding.check)),
                Style::of(mark.state),
            ),
            (metric(finding, words), Style::Plain),
            (against(finding, words), Style::Plain),
            (estimate, Style::Plain),
            (words.demand_sign(finding), Style::Dim),
            (remark(finding, words), Style::Dim),
        ]);
    }
    page.grid(&grid);
    let rest = &sorted[shown.len()..];
    if !rest.is_empty() {
        let count = |state| rest.iter().filter(|f| f.state == state).count() as u64;
        let parts: Vec<String> = [State::Breach, State::Inconclusive, State::Pass]
            .into_iter()
            .filter(|state| count(*state) > 0)
            .map(|state| {
                let count = words.integer(count(state));
                words.fill(
                    &format!("report.tally.{}", state.name()),
                    &[("count", &count)],
                )
            })
            .collect();
        let count = words.integer(rest.len() as u64);
        let states = words.list(&parts);
        let more = words.fill(
            "text.more_findings",
            &[("count", &count), ("states", &states)],
        );
        page.paragraph(&more, Style::Dim, 2);
    }
    for sentence in left_out(result, words) {
        page.paragraph(&sentence, Style::Dim, 2);
    }
    waived(page, &sorted, words);
    policy_notes(page, result, words);
    to_settle(page, &sorted, words);
}

/// The breaches that stand under a waiver.
fn waived(page: &mut Page, sorted: &[&Finding], words: Words) {
    let items: Vec<String> = sorted
        .iter()
        .filter_map(|finding| {
            let waiver = clean(finding.waived_by.as_deref()?);
            let group = group(finding, words);
            let check = clean(&finding.check);
            let values = [
                ("check", check.as_str()),
                ("group", &group),
                ("waiver", &waiver),
            ];
            Some(words.fill("text.waived_item", &values))
        })
        .collect();
    if !items.is_empty() {
        let list = items.join("; ");
        page.paragraph(
            &words.fill("text.waived", &[("list", &list)]),
            Style::Dim,
            2,
        );
    }
}

/// Waivers that no longer hold, a lowered criticality, and what is changed of an inherited policy.
fn policy_notes(page: &mut Page, result: &AuditResult, words: Words) {
    for waiver in result
        .policy
        .waivers
        .iter()
        .filter(|w| w.state == "expired")
    {
        let (id, check, day) = (
            clean(&waiver.id),
            clean(&waiver.check),
            clean(&waiver.expires),
        );
        let values = [("waiver", id.as_str()), ("check", &check), ("day", &day)];
        let text = words.fill("policy.waiver.expired", &values);
        page.paragraph(&text, Style::Yellow, 2);
    }
    if let Some(reason) = &result.policy.criticality_reason {
        let text = words.fill("policy.criticality.reason", &[("reason", &clean(reason))]);
        page.paragraph(&text, Style::Dim, 2);
    }
    for sentence in inherited(&result.policy.extends, &result.policy.overrides, words) {
        page.paragraph(&sentence, Style::Dim, 2);
    }
}

/// The rows that would settle each undecided comparison, the worst first.
fn to_settle(page: &mut Page, sorted: &[&Finding], words: Words) {
    let open = sorted.iter().filter(|f| f.state == State::Inconclusive);
    let needs: Vec<String> = open
        .filter_map(|finding| {
            let needed = words.about(finding.rows_needed?);
            let group = group(finding, words);
            let values = [
                ("check", clean(&finding.check)),
                ("group", group),
                ("needed", needed),
                ("rows", words.integer(finding.rows)),
            ];
            let values: Vec<(&str, &str)> = values
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            Some(words.fill("text.settle_rows", &values))
        })
        .take(SETTLE_MAX)
        .collect();
    if !needs.is_empty() {
        let list = needs.join("; ");
        page.paragraph(
            &words.fill("text.settle", &[("list", &list)]),
            Style::Dim,
            2,
        );
    }
}

fn estimate(finding: &Finding, words: Words) -> Cell {
    let unit = unit(&finding.metric, &finding.comparison);
    let Some(value) = finding.estimate.value else {
        return Cell::none();
    };
    let text = words.plain_beside(value, &limits(finding), unit);
    Cell {
        text: words.fill(
            &format!("text.comparison.{}", finding.comparison),
            &[("value", &text)],
        ),
        detail: words.plain_range(finding.estimate.low, finding.estimate.high, unit),
        ..Cell::default()
    }
}

fn against(finding: &Finding, words: Words) -> String {
    let group = words.group(&finding.attribute, finding.group.as_deref());
    let pair = match &finding.reference {
        None => group,
        Some(reference) => {
            let reference = words.group(&finding.attribute, Some(reference));
            words.fill(
                "text.against",
                &[("group", &group), ("reference", &reference)],
            )
        }
    };
    words.of_class(pair, finding.class.as_deref())
}

/// The metric in short, and of how many first places.
fn metric(finding: &Finding, words: Words) -> String {
    let name = words.metric_short(&finding.metric);
    match finding.top_k {
        Some(places) => format!("{name}@{places}"),
        None => name,
    }
}

/// The group that a finding is about, and the class.
fn group(finding: &Finding, words: Words) -> String {
    let group = words.group(&finding.attribute, finding.group.as_deref());
    words.of_class(group, finding.class.as_deref())
}

/// What a finding's line ends with: the four-fifths flag, why there is no estimate.
fn remark(finding: &Finding, words: Words) -> String {
    let mut parts = Vec::new();
    if finding.four_fifths_adverse == Some(true) {
        parts.push(words.text("text.four_fifths"));
    }
    if let (None, Some(reason)) = (finding.estimate.value, &finding.reason) {
        parts.push(words.name_in("reason", reason));
    }
    parts.join(", ")
}
