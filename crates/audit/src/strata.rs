//! Comparisons within strata, from measurements to the document.

use waage_core::tally::Tally;
use waage_metrics::conditional::{self, Level};
use waage_metrics::measure::{Measured, Request};
use waage_metrics::score::{ScoreMetric, ScoreRequest};
use waage_metrics::stratified::Reversal;
use waage_metrics::{CATALOGUE, Metric};
use waage_result::conditional::{
    Conditional, DemographicDisparity, Effect, Simpson, StratumRates, StratumResult,
};
use waage_result::document::EstimateDoc;
use waage_result::spec::AuditSpec;

use crate::observer::Observer;
use crate::{AuditError, assemble, plan};

/// What the document tells of strata.
#[derive(Default)]
pub struct Strata {
    /// Gaps within strata beside those over all rows.
    pub conditional: Vec<Conditional>,
    /// What is measured inside each stratum.
    pub levels: Vec<StratumResult>,
}

/// Compares within strata, where there are any: every proportion that is shown, and inside each
/// stratum those that tables show. The selection rate is always among them where decisions are.
pub fn strata(
    tally: &Tally,
    spec: &AuditSpec,
    request: &Request,
    measured: &Measured,
    observer: &dyn Observer,
) -> Result<Strata, AuditError> {
    if tally.strata().is_empty() {
        return Ok(Strata::default());
    }
    let asked = plan::Shown::of(spec);
    let shown = |name: &str| asked.has(name) || name == Metric::SelectionRate.quantity().name;
    let allowed = |metric: &Metric| {
        measured.labels.identify(metric.quantity())
            && request.roles.missing_for(metric.quantity()).is_none()
    };
    let metrics: Vec<Metric> = CATALOGUE
        .iter()
        .filter(|row| shown(row.quantity.name))
        .map(|row| row.metric)
        .filter(allowed)
        .collect();
    let headline = plan::headline(spec);
    let in_tables: Vec<Metric> = metrics
        .iter()
        .copied()
        .filter(|metric| {
            *metric == Metric::SelectionRate
                || headline.iter().any(|name| name == metric.quantity().name)
        })
        .collect();
    let found = conditional::conditional(tally, request, measured, &metrics, observer)?;
    let in_summary = |metric: &&ScoreMetric| {
        let name = metric.quantity().name;
        metric.is_compared() && headline.iter().any(|shown| shown == name)
    };
    let scores = ScoreRequest {
        metrics: request
            .scores
            .metrics
            .iter()
            .filter(in_summary)
            .copied()
            .collect(),
        disparities: Vec::new(),
    };
    let levels = conditional::levels(tally, request, measured, &in_tables, &scores, observer)?;
    let stratum = name(tally);
    Ok(Strata {
        conditional: found.iter().map(told).collect(),
        levels: levels.iter().map(|level| inside(level, &stratum)).collect(),
    })
}

pub fn told(found: &conditional::Conditional) -> Conditional {
    Conditional {
        attribute: found.attribute.clone(),
        stratum: found.stratum.join("*"),
        group: found.group.to_string(),
        reference: found.reference.to_string(),
        metric: found.quantity.name.to_owned(),
        marginal: effect(&found.marginal),
        standardized: EstimateDoc::from(&found.standardized),
        dropped_share: found.dropped_share,
        strata_used: found.strata_used as u64,
        strata_dropped: found.strata_dropped as u64,
        mantel_haenszel: effect(&found.pooled),
        demographic_disparity: found
            .demographic
            .as_ref()
            .map(|found| DemographicDisparity {
                marginal: EstimateDoc::from(&found.marginal),
                conditional: EstimateDoc::from(&found.conditional),
            }),
        cmh_p: found.test.map(|test| test.p),
        breslow_day_p: found.homogeneity.map(|test| test.p),
        simpson: found.reversal.map(|reversal| match reversal {
            Reversal::Weak => Simpson::Weak,
            Reversal::Strong => Simpson::Strong,
        }),
        driver: found.driver.as_ref().map(ToString::to_string),
        strata: found
            .strata
            .iter()
            .map(|stratum| StratumRates {
                level: stratum.level.to_string(),
                weight: stratum.weight,
                group: EstimateDoc::from(&stratum.group),
                reference: EstimateDoc::from(&stratum.reference),
                difference: EstimateDoc::from(&stratum.difference),
                ratio: EstimateDoc::from(&stratum.ratio),
            })
            .collect(),
    }
}

/// The name of the stratification by all strata together.
pub fn name(tally: &Tally) -> String {
    let names: Vec<&str> = tally.strata().iter().map(|a| a.name.as_str()).collect();
    names.join("*")
}

fn effect(found: &conditional::Effect) -> Effect {
    Effect {
        difference: EstimateDoc::from(&found.difference),
        ratio: EstimateDoc::from(&found.ratio),
        odds_ratio: EstimateDoc::from(&found.odds_ratio),
    }
}

fn inside(level: &Level, stratum: &str) -> StratumResult {
    StratumResult {
        stratum: stratum.to_owned(),
        level: level.name.to_string(),
        n: level.rows,
        groups: assemble::groups(&level.measured, &plan::Shown::ALL, None),
        disparities: assemble::disparities(&level.measured, &plan::Shown::ALL),
    }
}
