//! The largest risks in money.

use serde::Serialize;
use waage_result::risks::{Risk, RisksResult};

use super::rich::Rich;
use super::{own, shortened};
use crate::evidence::quoted;
use crate::governance::money;
use crate::words::Words;

/// Risks that are told.
const TOLD: usize = 3;
/// Longest title, in characters.
const TITLE_MAX: usize = 80;

/// A risk.
#[derive(Debug, Serialize)]
pub(super) struct Told {
    pub(super) title: String,
    pub(super) loss: String,
    pub(super) event: String,
    pub(super) score: String,
    pub(super) owner: String,
}

/// Risks that are not closed: confirmed ones before drafts, the dearest first, those without amounts by
/// their score.
pub(super) fn open(told: &RisksResult) -> Vec<&Risk> {
    let mut open: Vec<&Risk> = told
        .risks
        .iter()
        .filter(|risk| risk.status != "closed")
        .collect();
    let loss = |risk: &Risk| {
        let annual = risk.money.as_ref().and_then(|money| money.annual);
        annual.unwrap_or(f64::NEG_INFINITY)
    };
    open.sort_by(|a, b| {
        let draft = |risk: &Risk| risk.status == "draft";
        (draft(a).cmp(&draft(b)))
            .then(loss(b).total_cmp(&loss(a)))
            .then(b.score_residual.cmp(&a.score_residual))
    });
    open
}

/// The largest risks.
pub(super) fn risks(told: &RisksResult, words: Words) -> Vec<Told> {
    let currency = told.appetite.currency.as_deref();
    open(told)
        .into_iter()
        .take(TOLD)
        .map(|risk| one(risk, currency, words))
        .collect()
}

fn one(risk: &Risk, currency: Option<&str>, words: Words) -> Told {
    let amount = |value: f64| money(value, currency, words);
    let none = || words.text("brief.risk.no_amount");
    let annual = risk.money.as_ref().and_then(|money| money.annual);
    let event = risk.money.as_ref().map(|money| {
        let (low, high) = (amount(money.low), amount(money.high));
        words.fill("brief.risk.range", &[("low", &low), ("high", &high)])
    });
    let title = match words.catalogue.language() {
        waage_result::text::Language::En => &risk.title.en,
        waage_result::text::Language::De => &risk.title.de,
    };
    let band = words.name_in("risks.band", &risk.band_residual);
    let score = words.integer(u64::from(risk.score_residual));
    let mut score = words.fill(
        "brief.risk.score_value",
        &[("score", &score), ("band", &band)],
    );
    if risk.status == "draft" {
        score = format!("{score}, {}", words.text("brief.risk.draft"));
    }
    let owner = risk.owner.as_ref().map(|owner| own(owner, words));
    Told {
        title: quoted(&shortened(title, TITLE_MAX), words),
        loss: annual.map_or_else(none, amount),
        event: event.unwrap_or_else(none),
        score,
        owner: owner.unwrap_or_else(|| words.text("brief.risk.nobody")),
    }
}

/// What they add up to, and how to read them.
pub(super) fn notes(told: Option<&RisksResult>, words: Words) -> Vec<Rich> {
    let Some(told) = told else {
        return vec![Rich::of("brief.risk.absent", &[], words)];
    };
    if open(told).is_empty() {
        return vec![Rich::of("brief.risk.none", &[], words)];
    }
    let of = &told.appetite;
    let currency = of.currency.as_deref();
    let sum = money(of.annual_loss, currency, words);
    let sum = match of.annual_loss_limit {
        Some(limit) => {
            let limit = money(limit, currency, words);
            Rich::of("brief.risk.sum", &[("sum", &sum), ("limit", &limit)], words)
        }
        None => Rich::of("brief.risk.sum_no_limit", &[("sum", &sum)], words),
    };
    let mut notes = vec![sum];
    if of.annual_loss_drafts > 0.0 {
        let drafts = money(of.annual_loss_drafts, currency, words);
        notes.push(Rich::of("brief.risk.drafts", &[("sum", &drafts)], words));
    }
    notes.push(Rich::of("brief.risk.note", &[], words));
    notes
}
