//! The first sentence of every report.

use waage_result::document::AuditResult;
use waage_result::finding::{Finding, State};
use waage_result::text::Language;

use crate::numbers::{Unit, limits, unit};
use crate::order::worst_first;
use crate::words::Words;

/// The verdict, the worst finding and out of how many, in one sentence.
///
/// A breach names the worst comparison, its interval and what the policy asks for; an inconclusive
/// verdict says which data would settle it; where nothing could be evaluated, the sentence says so.
/// The numbers are those of the given result: hand it a suppressed one for readers who must not see
/// small groups.
#[must_use]
pub fn headline(result: &AuditResult, language: Language) -> String {
    let words = Words::of(language);
    words.fill(
        "report.headline.sentence",
        &[
            (
                "verdict",
                words
                    .catalogue
                    .text(&format!("verdict.{}", result.verdict.name())),
            ),
            ("rest", &account(result, words)),
        ],
    )
}

/// What follows the verdict in the first sentence.
pub(crate) fn account(result: &AuditResult, words: Words) -> String {
    let sorted = worst_first(&result.findings);
    let total = sorted.len() as u64;
    match (result.verdict, sorted.first()) {
        (_, None) => nothing(result, words),
        (State::Breach, Some(worst)) => breach(result, worst, total, words),
        (State::Inconclusive, Some(_)) => inconclusive(result, &sorted, words),
        (State::Pass, Some(worst)) => words.fill(
            &format!(
                "report.headline.pass_{}",
                if total == 1 { "only" } else { "many" }
            ),
            &[
                ("total", &words.integer(total)),
                ("what", &words.after_colon(&statement(worst, words))),
                ("interval", &interval(result, worst, words)),
                ("demand", &words.demand(worst)),
            ],
        ),
    }
}

fn nothing(result: &AuditResult, words: Words) -> String {
    let count = result.not_run.len() as u64;
    let mut reasons: Vec<String> = Vec::new();
    for reason in result
        .not_run
        .iter()
        .map(|check| words.name_in("reason", &check.reason))
    {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let key = if count == 0 {
        "report.headline.no_checks"
    } else {
        "report.headline.nothing"
    };
    words.fill(
        key,
        &[
            ("count", &words.integer(count)),
            ("reasons", &words.after_colon(&words.list(&reasons))),
        ],
    )
}

fn breach(result: &AuditResult, worst: &Finding, total: u64, words: Words) -> String {
    let in_breach = |f: &&Finding| f.state == State::Breach;
    let count = result.findings.iter().filter(in_breach).count() as u64;
    if count == 0 {
        // Whose it is would tell of a hidden rate.
        return words.text("report.privacy.breach");
    }
    let waived = result
        .findings
        .iter()
        .filter(in_breach)
        .filter(|f| f.waived_by.is_some())
        .count() as u64;
    let tally = words.count_of("report.headline.breaches", count, total);
    let tail = match waived {
        0 => tally,
        1 if count == 1 => words.fill("report.headline.waived", &[("tally", &tally)]),
        n if n == count => words.fill("report.headline.all_waived", &[("tally", &tally)]),
        n => words.fill(
            "report.headline.some_waived",
            &[("tally", &tally), ("waived", &words.integer(n))],
        ),
    };
    let what = words.after_colon(&statement(worst, words));
    if worst.estimate.value.is_none() {
        return words.fill(
            "report.headline.breach_hidden",
            &[("what", &what), ("tail", &tail)],
        );
    }
    words.fill(
        "report.headline.breach",
        &[
            ("what", &what),
            ("interval", &interval(result, worst, words)),
            ("demand", &words.demand(worst)),
            ("tail", &tail),
        ],
    )
}

fn inconclusive(result: &AuditResult, sorted: &[&Finding], words: Words) -> String {
    let total = sorted.len() as u64;
    let open: Vec<&Finding> = sorted
        .iter()
        .copied()
        .filter(|f| f.state == State::Inconclusive)
        .collect();
    let count = open.len() as u64;
    let evaluated = count < total || open.iter().any(|f| f.estimate.value.is_some());
    let key = if evaluated {
        "undecided"
    } else {
        "unevaluated"
    };
    let tally = words.count_of(&format!("report.headline.{key}"), count, total);
    let chosen = open
        .iter()
        .find(|f| f.rows_needed.is_some())
        .or(open.first());
    let Some(chosen) = chosen else {
        return words.fill("report.headline.inconclusive_plain", &[("tally", &tally)]);
    };
    words.fill(
        "report.headline.inconclusive",
        &[("tally", &tally), ("next", &remedy(result, chosen, words))],
    )
}

/// What data would settle an inconclusive finding, as part of a sentence.
pub(crate) fn remedy(result: &AuditResult, finding: &Finding, words: Words) -> String {
    let reason = finding.reason.as_deref().unwrap_or_default();
    let (form, needed) = match (finding.rows_needed, reason) {
        (Some(rows), _) => ("rows", words.about(rows)),
        (None, "below_min_n") => ("group", words.integer(result.policy.group_min_n)),
        (None, "too_few_rows") => ("events", String::new()),
        (None, "suppressed_small_group") => ("hidden", String::new()),
        (None, "flips_with_one_selection") => ("flips", String::new()),
        (None, "interval_spans_margin") if finding.estimate.method == "membership_bounds" => {
            ("membership", String::new())
        }
        (None, "interval_spans_margin") => ("margin", String::new()),
        _ => (
            "reason",
            words.after_colon(&words.name_in("reason", reason)),
        ),
    };
    words.fill(
        &format!("report.remedy.{form}"),
        &[
            (
                "metric",
                &words.of_finding(words.metric(&finding.metric), finding),
            ),
            ("pair", &pair(finding, words)),
            ("needed", &needed),
            ("rows", &words.integer(finding.rows)),
        ],
    )
}

/// `“female” (gender) against “male”`.
pub(crate) fn pair(finding: &Finding, words: Words) -> String {
    let group = subject(finding, words);
    match &finding.reference {
        None => group,
        Some(reference) => words.fill(
            "report.pair",
            &[
                ("group", &group),
                (
                    "reference",
                    &words.quoted(&finding.attribute, Some(reference)),
                ),
            ],
        ),
    }
}

fn subject(finding: &Finding, words: Words) -> String {
    words.fill(
        "report.subject",
        &[
            (
                "group",
                &words.quoted(&finding.attribute, finding.group.as_deref()),
            ),
            ("attribute", &words.attribute(&finding.attribute)),
        ],
    )
}

/// What a finding measured, as a clause: `“female” (gender) is selected at 0.61 times the rate of
/// “male”`.
fn statement(finding: &Finding, words: Words) -> String {
    let unit = unit(&finding.metric, &finding.comparison);
    let metric = words.of_finding(words.the_metric(&finding.metric), finding);
    let group = subject(finding, words);
    let reference = match &finding.reference {
        Some(name) => words.quoted(&finding.attribute, Some(name)),
        None => words.text("report.the_others"),
    };
    let Some(value) = finding.estimate.value else {
        return words.fill(
            "report.what.unknown",
            &[("metric", &metric), ("pair", &pair(finding, words))],
        );
    };
    let (form, value) = match (finding.comparison.as_str(), finding.metric.as_str()) {
        ("ratio", "selection_rate") => (
            "selection_ratio",
            words.number_in_words(value, &limits(finding), unit),
        ),
        ("ratio", _) => (
            "ratio",
            words.number_in_words(value, &limits(finding), unit),
        ),
        ("difference", _) => {
            let text = words.number_in_words(value.abs(), &limits(finding), unit);
            match value.total_cmp(&0.0) {
                std::cmp::Ordering::Less => ("below", text),
                std::cmp::Ordering::Equal => ("equal", text),
                std::cmp::Ordering::Greater => ("above", text),
            }
        }
        _ => (
            "value",
            words.number_in_words(value, &limits(finding), unit),
        ),
    };
    words.fill(
        &format!("report.what.{form}"),
        &[
            ("metric", &metric),
            ("group", &group),
            ("reference", &reference),
            ("value", &value),
        ],
    )
}

/// The interval of a finding with its level: `95% interval 0.56–0.66`, and for how many comparisons
/// it was widened.
pub(crate) fn interval(result: &AuditResult, finding: &Finding, words: Words) -> String {
    let unit: Unit = unit(&finding.metric, &finding.comparison);
    let Some(range) = words.interval(&finding.estimate, unit) else {
        return words.text("report.interval.none");
    };
    let level = words.level(finding.level.unwrap_or(result.settings.confidence));
    let family = family_of(result, finding);
    let (key, size) = match family {
        Some((method, size)) if method != "none" && size > 1 => ("report.interval.widened", size),
        _ => ("report.interval.plain", 1),
    };
    words.fill(
        key,
        &[
            ("level", &level),
            ("range", &range),
            ("size", &words.integer(size)),
        ],
    )
}

/// The multiplicity family in which a finding was judged: method and size.
pub(crate) fn family_of<'a>(result: &'a AuditResult, finding: &Finding) -> Option<(&'a str, u64)> {
    let outcome = result
        .checks
        .iter()
        .find(|c| c.check == finding.check && c.attribute == finding.attribute)?;
    let name = outcome.family.as_deref()?;
    let family = result
        .policy
        .families
        .iter()
        .find(|family| family.name == name)?;
    Some((&family.method, family.size))
}
