//! The forest plot of groups that are known: every group compared with the reference, two panels side by
//! side.

use waage_result::document::AuditResult;
use waage_result::text::Catalogue;

use crate::error::ChartError;
use crate::figure::Figure;
use crate::forest::Forest;
use crate::frame::{Names, row_height};
use crate::panel::{Comparison, Panel};
use crate::view::{View, findings};

/// Always shown if the result has them.
const FIRST: [(&str, Comparison); 4] = [
    ("selection_rate", Comparison::Difference),
    ("selection_rate", Comparison::Ratio),
    ("true_positive_rate", Comparison::Difference),
    ("false_positive_rate", Comparison::Difference),
];
/// Most panels; those beyond the first four are what the policy judges besides.
const PANELS_MAX: usize = 8;

/// The figure, unless there is nothing to compare or the reference group may not be shown.
pub(crate) fn figure(
    result: &AuditResult,
    view: &View<'_>,
    id: String,
    words: &Catalogue,
) -> Result<Option<Figure>, ChartError> {
    let Some(reference) = view.reference_group() else {
        return Ok(None);
    };
    let panel = |what| Panel::new(result, view, what, words);
    let panels: Vec<Panel> = select(result, &view.name, panel);
    if panels.is_empty() {
        return Ok(None);
    }
    let confidence = words.percent(result.settings.confidence, 0);
    let compared = [
        ("reference", reference.label.as_str()),
        ("confidence", &confidence),
    ];
    let attribute = [("attribute", view.title.as_str())];
    let forest = Forest {
        id,
        title: words.fill("chart.disparities_title", &attribute),
        subtitle: words.fill("chart.disparities_subtitle", &compared),
        confidence: &confidence,
        names: Names::of(view, row_height(view.groups.len()), words),
        labels: view.groups.iter().map(|g| g.label.as_str()).collect(),
        panels,
        notes: view.notes(words),
        alt: ("chart.disparities_alt", [attribute[0], compared[0]]),
    };
    forest.draw(words).map(Some)
}

/// The panels of an attribute that have something to show: the usual ones, then what the policy judges.
pub(crate) fn select<'a>(
    result: &'a AuditResult,
    attribute: &str,
    panel: impl Fn((&'a str, Comparison)) -> Option<Panel>,
) -> Vec<Panel> {
    let mut wanted: Vec<(&'a str, Comparison)> = FIRST.to_vec();
    for (metric, _) in &mut wanted {
        if *metric == "selection_rate" {
            *metric = result.favourable_share();
        }
    }
    for finding in findings(result, attribute) {
        if let Some(comparison) = Comparison::parse(&finding.comparison)
            && !wanted.contains(&(finding.metric.as_str(), comparison))
        {
            wanted.push((&finding.metric, comparison));
        }
    }
    let panels = wanted.into_iter().filter_map(panel);
    panels.take(PANELS_MAX).collect()
}
