//! Risks as flat lines for other tools: one JSON object per line, the same keys on every line.

use serde::Serialize;

use waage_result::risks::{Risk, RisksResult};

use crate::ReportError;

/// The schema's name, in every line.
pub const RISK_EXPORT_SCHEMA: &str = "waage/risk-export/1";

/// A line: keys never change their meaning, new ones are added at the end. What is absent is null.
#[derive(Debug, Serialize)]
struct Line<'a> {
    schema: &'static str,
    as_of: &'a str,
    id: &'a str,
    area: &'a str,
    category: &'a str,
    title_en: &'a str,
    title_de: &'a str,
    cause_en: &'a str,
    cause_de: &'a str,
    event_en: &'a str,
    event_de: &'a str,
    status: &'a str,
    treatment: &'a str,
    owner: Option<&'a str>,
    impact: u8,
    likelihood_inherent: u8,
    likelihood_residual: u8,
    score_inherent: u8,
    score_residual: u8,
    band_inherent: &'a str,
    band_residual: &'a str,
    basis: &'a str,
    measured_check: Option<&'a str>,
    measured_probability: Option<f64>,
    measured_day: Option<&'a str>,
    measured_digest: Option<&'a str>,
    money_low: Option<f64>,
    money_likely: Option<f64>,
    money_high: Option<f64>,
    annual_loss: Option<f64>,
    currency: Option<&'a str>,
    review_date: Option<&'a str>,
    overdue: bool,
    over_appetite: bool,
    linked_checks: &'a [String],
    controls: Vec<&'a str>,
    sources: &'a [String],
}

impl<'a> Line<'a> {
    fn of(risk: &'a Risk, result: &'a RisksResult) -> Self {
        let (money, measured) = (risk.money.as_ref(), risk.measured.as_ref());
        Self {
            schema: RISK_EXPORT_SCHEMA,
            as_of: &result.as_of,
            id: &risk.id,
            area: &risk.area,
            category: &risk.category,
            title_en: &risk.title.en,
            title_de: &risk.title.de,
            cause_en: &risk.cause.en,
            cause_de: &risk.cause.de,
            event_en: &risk.event.en,
            event_de: &risk.event.de,
            status: &risk.status,
            treatment: &risk.treatment,
            owner: risk.owner.as_deref(),
            impact: risk.impact,
            likelihood_inherent: risk.likelihood_inherent,
            likelihood_residual: risk.likelihood_residual,
            score_inherent: risk.score_inherent,
            score_residual: risk.score_residual,
            band_inherent: &risk.band_inherent,
            band_residual: &risk.band_residual,
            basis: &risk.basis,
            measured_check: measured.map(|of| of.check.as_str()),
            measured_probability: measured.map(|of| of.probability),
            measured_day: measured.map(|of| of.day.as_str()),
            measured_digest: measured.map(|of| of.digest.as_str()),
            money_low: money.map(|of| of.low),
            money_likely: money.map(|of| of.likely),
            money_high: money.map(|of| of.high),
            annual_loss: money.and_then(|of| of.annual),
            currency: result.appetite.currency.as_deref(),
            review_date: risk.review_date.as_deref(),
            overdue: risk.overdue,
            over_appetite: risk.over_appetite,
            linked_checks: &risk.linked_checks,
            controls: risk
                .controls
                .iter()
                .map(|control| control.id.as_str())
                .collect(),
            sources: &risk.sources,
        }
    }
}

/// The risks of a document, a line each. Every line end within a text is escaped, also those that
/// only some readers know.
///
/// # Errors
/// [`ReportError::Json`] for an amount that is not finite.
pub fn risks_export(result: &RisksResult) -> Result<String, ReportError> {
    let mut out = String::new();
    for risk in &result.risks {
        let line = serde_json::to_string(&Line::of(risk, result))?;
        for c in line.chars() {
            match c {
                '\u{85}' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
                c => out.push(c),
            }
        }
        out.push('\n');
    }
    Ok(out)
}
