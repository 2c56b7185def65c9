//! One risk, with everything that is known of it.

use waage_result::risks::{Risk, RisksResult};

use super::risks::{arrow, probability};
use super::{Block, Cell, Facts, Section, data, money, pick, row, section as make, table};
use crate::words::Words;

/// A heading, facts and controls of each risk.
pub(super) fn section(risks: &[Risk], result: &RisksResult, words: Words) -> Option<Section> {
    let mut blocks = Vec::new();
    for risk in risks {
        let title = format!("{} {}", data(&risk.id), pick(&risk.title, words));
        blocks.push(Block::Heading(title));
        blocks.push(Block::Facts(facts(risk, result, words)));
        if !risk.controls.is_empty() {
            blocks.push(controls(risk, words));
        }
    }
    make("details", words.text("risks.details"), blocks)
}

fn facts(risk: &Risk, result: &RisksResult, words: Words) -> Vec<super::Fact> {
    let currency = result.appetite.currency.as_deref();
    let amount = |value: f64| money(value, currency, words);
    let mut facts = Facts::of("risks.fact", words);
    let category = words.name_in("risks.category", &risk.category);
    let area = words.name_in("risks.area", &risk.area);
    facts.add("area", format!("{area} · {category}"));
    facts.add("cause", pick(&risk.cause, words));
    facts.add("event", pick(&risk.event, words));
    facts.add_some(
        "impact_text",
        risk.impact_text.as_ref().map(|text| pick(text, words)),
    );
    if let Some(of) = &risk.money {
        let values = [
            ("low", amount(of.low)),
            ("likely", amount(of.likely)),
            ("high", amount(of.high)),
            ("mean", amount(of.mean)),
            ("per", words.text(&format!("risks.per.{}", of.per))),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        facts.add("money", words.fill("risks.fact.money_value", &values));
    }
    facts.add_some(
        "frequency",
        risk.frequency_per_year.map(|f| words.plain_number(f)),
    );
    let annual = risk.money.as_ref().and_then(|money| money.annual);
    facts.add_some("annual", annual.map(amount));
    let level = |level: u8, list: &str| {
        format!(
            "{level} ({})",
            words.text(&format!("risks.{list}.l{level}"))
        )
    };
    facts.add("impact", level(risk.impact, "impact"));
    facts.add(
        "likelihood_inherent",
        level(risk.likelihood_inherent, "likelihood"),
    );
    facts.add(
        "likelihood_residual",
        level(risk.likelihood_residual, "likelihood"),
    );
    let band = words.name_in("risks.band", &risk.band_residual);
    let mut score = format!(
        "{} ({band})",
        arrow(risk.score_inherent, risk.score_residual)
    );
    if risk.over_appetite {
        score = format!("{score}, {}", words.text("risks.over"));
    }
    facts.add("score", score);
    facts.add("measured", told(risk, words));
    facts.add(
        "treatment",
        words.name_in("risks.treatment", &risk.treatment),
    );
    facts.add("status", words.name_in("risks.status", &risk.status));
    facts.add_some(
        "accepted_until",
        risk.accepted_until.as_ref().map(|day| data(day)),
    );
    facts.add(
        "owner",
        risk.owner
            .as_deref()
            .map_or_else(|| words.text("risks.no_owner"), data),
    );
    let review = risk.review_date.as_ref().map(|day| {
        let overdue = if risk.overdue {
            format!(" ({})", words.text("risks.overdue"))
        } else {
            String::new()
        };
        format!("{}{overdue}", data(day))
    });
    facts.add_some("review", review);
    let join =
        |list: &[String]| words.list(&list.iter().map(|text| data(text)).collect::<Vec<_>>());
    facts.add("linked_checks", join(&risk.linked_checks));
    facts.add("sources", join(&risk.sources));
    facts.list
}

fn told(risk: &Risk, words: Words) -> String {
    let Some(measured) = &risk.measured else {
        return words.text("risks.measured.never");
    };
    let fresh = if measured.fresh {
        "risks.measured.value"
    } else {
        "risks.measured.value_stale"
    };
    let group = measured.group.as_deref().map_or_else(String::new, data);
    words.fill(
        fresh,
        &[
            ("probability", &probability(measured.probability, words)),
            ("check", &data(&measured.check)),
            ("group", &group),
            ("day", &data(&measured.day)),
            ("until", &data(&measured.fresh_until)),
        ],
    )
}

fn controls(risk: &Risk, words: Words) -> Block {
    let columns = [
        ("control_id", false),
        ("control", false),
        ("kind", false),
        ("check", false),
        ("state", false),
        ("counts", false),
    ];
    let mut out = table(
        words.text("risks.controls"),
        "risks.column",
        &columns,
        words,
    );
    for control in &risk.controls {
        let counts = match &control.reason {
            None => words.text("risks.counts.yes"),
            Some(reason) => words.text(&format!("risks.counts.{reason}")),
        };
        out.rows.push(row(vec![
            Cell::text(data(&control.id)),
            Cell::text(pick(&control.text, words)),
            Cell::text(words.name_in("risks.kind", &control.kind)),
            control
                .check
                .as_deref()
                .map_or_else(Cell::none, |check| Cell::text(data(check))),
            Cell::text(words.name_in("risks.control_state", &control.state)),
            Cell::text(counts),
        ]));
    }
    Block::Table(out)
}
