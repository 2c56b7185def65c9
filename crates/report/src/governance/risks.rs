//! The register of risks as an article.

use waage_result::finding::State;
use waage_result::risks::{Appetite, Change, Risk, RisksResult};

use super::{
    Block, Cell, Facts, RisksView, Row, Section, article as make, data, mark, money, pick, row,
    section, table,
};
use super::{questionnaire, risk};
use crate::article::{Article, Mark};
use crate::words::Words;

/// The article of a view.
pub(crate) fn article(result: &RisksResult, view: RisksView, words: Words) -> Article {
    let overview = || {
        section(
            "overview",
            words.text("risks.overview"),
            vec![Block::Facts(appetite(result, words))],
        )
    };
    let list = |order: &[&Risk]| {
        section(
            "risks",
            words.text("risks.list"),
            listed(order, result, words),
        )
    };
    let all: Vec<&Risk> = result.risks.iter().collect();
    let method = || {
        let notes =
            ["ordinal", "rule", "drafts"].map(|key| words.text(&format!("risks.method.{key}")));
        section(
            "method",
            words.text("report.method.title"),
            vec![Block::List(notes.to_vec())],
        )
    };
    let sections = match view {
        RisksView::List => vec![list(&all)],
        RisksView::Show => vec![risk::section(&result.risks, result, words)],
        RisksView::Matrix => vec![matrix(result, words)],
        RisksView::Assess => vec![
            changes(result, words),
            questionnaire::suggestions(result, words),
            questionnaire::unanswered(result, words),
        ],
        RisksView::Report => {
            let details = risk::section(&result.risks, result, words);
            vec![
                overview(),
                matrix(result, words),
                list(&all),
                measured(result, words),
                details,
                method(),
            ]
        }
    };
    let system = result.system.as_ref().map(|name| pick(name, words));
    let (state, sentence) = verdict(result, words);
    let mut out = make(
        words.text("risks.title"),
        system,
        state,
        sentence,
        tally(result, words),
        sections,
        words,
    );
    if matches!(view, RisksView::Assess) {
        let key = match (
            result.changes.is_empty() && result.suggestions.is_empty(),
            result.written,
        ) {
            (true, _) => "risks.assess.nothing",
            (false, true) => "risks.assess.written",
            (false, false) => "risks.assess.dry",
        };
        out.sections.extend(section(
            "written",
            words.text("risks.assess.outcome"),
            vec![Block::Text(words.text(key))],
        ));
    }
    out
}

/// Whether something is above the appetite, in a sentence.
fn verdict(result: &RisksResult, words: Words) -> (Mark, String) {
    let of = &result.appetite;
    let over = of.over.len() as u64 + of.accepted_over.len() as u64;
    let count = words.integer(over);
    if over > 0 || of.loss_over {
        let key = match (over, of.loss_over) {
            (0, _) => "risks.verdict.loss",
            (1, false) => "risks.verdict.one",
            (_, false) => "risks.verdict.many",
            (_, true) => "risks.verdict.both",
        };
        let values = [("count", count.as_str())];
        return (
            mark("breach", words.text("risks.state.over")),
            words.fill(key, &values),
        );
    }
    if of.max_residual.is_none() && of.annual_loss_limit.is_none() {
        let word = words.text("risks.state.no_appetite");
        return (
            mark("inconclusive", word),
            words.text("risks.verdict.no_appetite"),
        );
    }
    if of.drafts > 0 {
        let values = [("count", &*words.integer(of.drafts))];
        let word = words.text("risks.state.drafts");
        return (
            mark("inconclusive", word),
            words.fill("risks.verdict.drafts", &values),
        );
    }
    if result.total == 0 {
        let word = words.text("risks.state.empty");
        return (
            mark("inconclusive", word),
            words.text("risks.verdict.empty"),
        );
    }
    (
        mark("pass", words.text("risks.state.within")),
        words.text("risks.verdict.within"),
    )
}

fn tally(result: &RisksResult, words: Words) -> Vec<Mark> {
    let of = &result.appetite;
    let counted = |state: &'static str, key: &str, count: u64| {
        let values = [("count", &*words.integer(count))];
        mark(state, words.fill(&format!("risks.tally.{key}"), &values))
    };
    let overdue = result.risks.iter().filter(|risk| risk.overdue).count() as u64;
    let mut tally = vec![counted("breach", "over", of.over.len() as u64)];
    if !of.accepted_over.is_empty() {
        tally.push(counted(
            "inconclusive",
            "accepted",
            of.accepted_over.len() as u64,
        ));
    }
    tally.push(counted("inconclusive", "drafts", of.drafts));
    if overdue > 0 {
        tally.push(counted("inconclusive", "overdue", overdue));
    }
    tally.push(counted("not_run", "all", result.total));
    tally
}

fn appetite(result: &RisksResult, words: Words) -> Vec<super::Fact> {
    let of: &Appetite = &result.appetite;
    let currency = of.currency.as_deref();
    let amount = |value: f64| money(value, currency, words);
    let mut facts = Facts::of("risks.appetite", words);
    facts.add("as_of", data(&result.as_of));
    facts.add_some(
        "criticality",
        of.criticality
            .as_ref()
            .map(|tier| words.name_in("systems.tier_name", tier)),
    );
    facts.add_some(
        "max_residual",
        of.max_residual.map(|limit| limit.to_string()),
    );
    facts.add("over", list_of(&of.over, words));
    facts.add("accepted_over", list_of(&of.accepted_over, words));
    let limit = of
        .annual_loss_limit
        .map_or_else(|| words.text("risks.appetite.no_limit"), amount);
    facts.add(
        "annual_loss",
        words.fill(
            "risks.appetite.of_limit",
            &[("loss", &amount(of.annual_loss)), ("limit", &limit)],
        ),
    );
    facts.add("annual_loss_drafts", amount(of.annual_loss_drafts));
    facts.add("without_amounts", words.integer(of.without_amounts));
    facts.list
}

fn list_of(ids: &[String], words: Words) -> String {
    words.list(&ids.iter().map(|id| data(id)).collect::<Vec<_>>())
}

fn listed(risks: &[&Risk], result: &RisksResult, words: Words) -> Vec<Block> {
    if risks.is_empty() {
        return vec![Block::Text(words.text("risks.none"))];
    }
    let currency = result.appetite.currency.as_deref();
    let columns = [
        ("id", false),
        ("risk", false),
        ("score", true),
        ("status", false),
        ("loss", true),
        ("review", true),
        ("owner", false),
        ("likelihood", true),
        ("impact", true),
        ("band", false),
    ];
    let caption = words.fill(
        "risks.caption",
        &[
            ("shown", &*words.integer(risks.len() as u64)),
            ("total", &words.integer(result.total)),
        ],
    );
    let mut table = table(caption, "risks.column", &columns, words);
    for risk in risks {
        let loss = risk.money.as_ref().and_then(|money| money.annual);
        let mut review = Cell::text(
            risk.review_date
                .as_deref()
                .map_or_else(|| "–".to_owned(), data),
        );
        review.flag = risk.overdue.then(|| words.text("risks.overdue_short"));
        let mut score = Cell::text(arrow(risk.score_inherent, risk.score_residual));
        score.flag = risk.over_appetite.then(|| words.text("risks.over_short"));
        table.rows.push(row(vec![
            Cell::text(data(&risk.id)),
            Cell::text(pick(&risk.title, words)),
            score,
            Cell::text(words.name_in("risks.status", &risk.status)),
            loss.map_or_else(Cell::none, |loss| Cell::text(money(loss, currency, words))),
            review,
            Cell::text(
                risk.owner
                    .as_deref()
                    .map_or_else(|| words.text("risks.no_owner"), data),
            ),
            Cell::text(arrow(risk.likelihood_inherent, risk.likelihood_residual)),
            Cell::text(risk.impact.to_string()),
            Cell::text(words.name_in("risks.band", &risk.band_residual)),
        ]));
    }
    vec![Block::Table(table)]
}

/// A number before and after; once if they are alike.
pub(super) fn arrow(before: u8, after: u8) -> String {
    if before == after {
        before.to_string()
    } else {
        format!("{before} → {after}")
    }
}

/// The risks of each cell, before and after: what the figure shows, in a table.
fn matrix(result: &RisksResult, words: Words) -> Option<Section> {
    let mut columns = vec![("likelihood_by_impact", false)];
    columns.extend(["i1", "i2", "i3", "i4", "i5"].map(|key| (key, false)));
    let mut out = table(
        words.text("risks.matrix.caption"),
        "risks.matrix",
        &columns,
        words,
    );
    for likelihood in (1..=5_u8).rev() {
        let mut cells = vec![Cell::text(format!(
            "{likelihood} {}",
            words.text(&format!("risks.likelihood.l{likelihood}"))
        ))];
        for impact in 1..=5_u8 {
            let ids = |of: fn(&Risk) -> u8, sign: &str| {
                let here = result.risks.iter().filter(|risk| {
                    risk.status != "closed" && risk.impact == impact && of(risk) == likelihood
                });
                let ids: Vec<String> = here.map(|risk| data(&risk.id)).collect();
                (!ids.is_empty()).then(|| format!("{sign} {}", words.list(&ids)))
            };
            let before = ids(|risk| risk.likelihood_inherent, "○");
            let after = ids(|risk| risk.likelihood_residual, "●");
            let both: Vec<String> = before.into_iter().chain(after).collect();
            cells.push(Cell::text(if both.is_empty() {
                "·".to_owned()
            } else {
                both.join(" ")
            }));
        }
        out.rows.push(row(cells));
    }
    let blocks = vec![
        Block::Table(out),
        Block::Note(words.text("risks.matrix.note")),
    ];
    section("matrix", words.text("risks.matrix.title"), blocks)
}

/// What was measured of each risk.
fn measured(result: &RisksResult, words: Words) -> Option<Section> {
    let columns = [
        ("id", false),
        ("check", false),
        ("group", false),
        ("probability", true),
        ("level", true),
        ("state", false),
        ("day", false),
        ("fresh", false),
    ];
    let mut out = table(
        words.text("risks.measured.caption"),
        "risks.column",
        &columns,
        words,
    );
    for risk in &result.risks {
        let Some(measured) = &risk.measured else {
            continue;
        };
        let fresh = if measured.fresh {
            "risks.measured.fresh"
        } else {
            "risks.measured.stale"
        };
        out.rows.push(row(vec![
            Cell::text(data(&risk.id)),
            Cell::text(data(&measured.check)),
            measured
                .group
                .as_deref()
                .map_or_else(Cell::none, |group| Cell::text(data(group))),
            Cell::text(probability(measured.probability, words)),
            Cell::text(measured.level.to_string()),
            state(measured.state, words),
            Cell::text(data(&measured.day)),
            Cell::text(words.fill(fresh, &[("day", &data(&measured.fresh_until))])),
        ]));
    }
    let rest = result
        .risks
        .iter()
        .filter(|risk| risk.measured.is_none())
        .count() as u64;
    let mut blocks = Vec::new();
    if !out.rows.is_empty() {
        blocks.push(Block::Table(out));
    }
    if rest > 0 {
        blocks.push(Block::Note(
            words.fill("risks.measured.rest", &[("count", &*words.integer(rest))]),
        ));
    }
    section("measured", words.text("risks.measured.title"), blocks)
}

fn state(state: State, words: Words) -> Cell {
    Cell {
        mark: Some(crate::article::mark(state, words)),
        ..Cell::default()
    }
}

/// A probability in per cent; ends that no sample proves are written as such.
pub(super) fn probability(p: f64, words: Words) -> String {
    if p < 0.001 {
        format!("< {}", words.catalogue.percent(0.001, 1))
    } else if p > 0.999 {
        format!("> {}", words.catalogue.percent(0.999, 1))
    } else {
        words.catalogue.percent(p, 1)
    }
}

fn changes(result: &RisksResult, words: Words) -> Option<Section> {
    let columns = [
        ("id", false),
        ("day", false),
        ("check", false),
        ("group", false),
        ("probability", true),
        ("level", true),
        ("state", false),
        ("likelihood", true),
        ("score", true),
    ];
    let mut out = table(
        words.text("risks.changes.caption"),
        "risks.column",
        &columns,
        words,
    );
    let mut missing = Vec::new();
    for change in &result.changes {
        out.rows.extend(change_row(change, words));
        for skipped in &change.not_measured {
            let reason = words.name_in("reason", &skipped.reason);
            let values = [
                ("risk", &*data(&change.risk)),
                ("check", &data(&skipped.check)),
                ("reason", &reason),
                ("day", &data(&change.day)),
            ];
            missing.push(words.fill("risks.changes.missing", &values));
        }
    }
    let mut blocks = Vec::new();
    if !out.rows.is_empty() {
        blocks.push(Block::Table(out));
    }
    if !missing.is_empty() {
        blocks.push(Block::List(missing));
    }
    section("changes", words.text("risks.changes.title"), blocks)
}

fn change_row(change: &Change, words: Words) -> Option<Row> {
    let worst = change
        .exceedances
        .iter()
        .max_by(|a, b| a.probability.total_cmp(&b.probability))?;
    let group = worst.group.as_deref().map_or_else(
        || data(&worst.attribute),
        |group| format!("{}: {}", data(&worst.attribute), data(group)),
    );
    Some(Row {
        note: Some(words.text(&format!("risks.rule.{}", change.rule))),
        ..row(vec![
            Cell::text(data(&change.risk)),
            Cell::text(data(&change.day)),
            Cell::text(data(&worst.check)),
            Cell::text(group),
            Cell::text(probability(worst.probability, words)),
            Cell::text(worst.level.to_string()),
            state(worst.state, words),
            Cell::text(arrow(change.likelihood[0], change.likelihood[1])),
            Cell::text(arrow(change.score[0], change.score[1])),
        ])
    })
}
