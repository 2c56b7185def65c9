//! The forest plot: every group compared with the reference, two panels side by side.

use std::collections::{BTreeMap, BTreeSet};

use waage_result::document::AuditResult;
use waage_result::text::Catalogue;

use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font::clean;
use crate::frame::{EDGE, Frame, Names, panels, row_height};
use crate::marks::Mark;
use crate::palette;
use crate::panel::{Comparison, Panel};
use crate::point::Row;
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
/// From a band's top to its first row.
const HEADING: f64 = 46.0;
/// Under a band's last row.
const CAPTION: f64 = 26.0;
/// Between two bands.
const BAND_GAP: f64 = 14.0;

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
    let mut panels_of = select(result, view, words);
    if panels_of.is_empty() {
        return Ok(None);
    }
    let names = Names::new(view, row_height(view.groups.len()), words);
    let columns = panels_of.len().min(2);
    let places = panels(names.right, columns);
    for (i, panel) in panels_of.iter_mut().enumerate() {
        panel.place(places[i % columns], words);
    }
    let confidence = words.percent(result.settings.confidence, 0);
    let title = words.fill("chart.disparities_title", &[("attribute", &view.title)]);
    let subtitle = words.fill(
        "chart.disparities_subtitle",
        &[("reference", &reference.label), ("confidence", &confidence)],
    );
    let frame = Frame::new(
        &title,
        &subtitle,
        &notes(view, &panels_of, &confidence, words),
    );
    let legend = frame.top() + 2.0;
    let top = legend + 26.0;
    let band = HEADING + names.height() + CAPTION + BAND_GAP;
    let bands = panels_of.len().div_ceil(columns);
    let bottom = top + band * bands as f64 - BAND_GAP;
    let alt = alt(view, &panels_of, &reference.label, words);
    let paint = |canvas: &Canvas<'_>| {
        frame.draw(canvas, bottom)?;
        draw_legend(canvas, legend, &panels_of, words)?;
        for (i, row) in panels_of.chunks(columns).enumerate() {
            let top = top + band * i as f64;
            let rows = top + HEADING;
            names.draw(canvas, rows, top + 34.0, words)?;
            for panel in row {
                panel.draw(canvas, &names, (top, rows, rows + names.height()), words)?;
            }
        }
        Ok(())
    };
    Figure::draw(id, title, alt, frame.size(bottom), paint).map(Some)
}

fn select(result: &AuditResult, view: &View<'_>, words: &Catalogue) -> Vec<Panel> {
    let mut wanted: Vec<(&str, Comparison)> = FIRST.to_vec();
    for (metric, _) in &mut wanted {
        if *metric == "selection_rate" {
            *metric = result.favourable_share();
        }
    }
    for finding in findings(result, &view.name) {
        if let Some(comparison) = Comparison::parse(&finding.comparison)
            && !wanted.contains(&(finding.metric.as_str(), comparison))
        {
            wanted.push((&finding.metric, comparison));
        }
    }
    wanted
        .into_iter()
        .filter_map(|what| Panel::new(result, view, what, words))
        .take(PANELS_MAX)
        .collect()
}

fn draw_legend(canvas: &Canvas<'_>, y: f64, panels: &[Panel], words: &Catalogue) -> Drawn {
    let used: BTreeSet<Mark> = panels
        .iter()
        .flat_map(Panel::points)
        .map(|(_, p)| p.mark)
        .collect();
    let mut x = EDGE;
    for mark in Mark::ALL.into_iter().filter(|m| used.contains(m)) {
        mark.draw(canvas, x + 7.0, y)?;
        let text = words
            .get(&format!("chart.state_{}", mark.name()))
            .unwrap_or_default();
        canvas.text(text, x + 19.0, y, Type::VALUE, Anchor::Start)?;
        x += 19.0 + Type::VALUE.width(text) + 22.0;
    }
    if panels.iter().any(Panel::has_margin) {
        canvas.rectangle(x, y - 6.0, x + 22.0, y + 6.0, palette::TOLERATED)?;
        for edge in [x, x + 22.0] {
            canvas.line((edge, y - 6.0), (edge, y + 6.0), palette::MARGIN, 1.2)?;
        }
        canvas.text(
            words.text("chart.tolerated"),
            x + 29.0,
            y,
            Type::VALUE,
            Anchor::Start,
        )?;
    }
    Ok(())
}

fn notes(view: &View<'_>, panels: &[Panel], confidence: &str, words: &Catalogue) -> Vec<String> {
    let mut notes = Vec::new();
    if panels.iter().any(Panel::has_two_lines) {
        notes.push(words.fill("chart.note_two_lines", &[("confidence", confidence)]));
    }
    if panels.iter().any(Panel::has_arrows) {
        notes.push(words.text("chart.note_arrow").to_owned());
    }
    if panels
        .iter()
        .any(|p| p.rows.iter().any(|row| matches!(row, Row::Undefined)))
    {
        notes.push(words.text("chart.note_undefined").to_owned());
    }
    notes.extend(view.notes(words));
    vec![notes.join(" ")]
        .into_iter()
        .filter(|n| !n.is_empty())
        .collect()
}

fn alt(view: &View<'_>, panels: &[Panel], reference: &str, words: &Catalogue) -> String {
    let mut counts: BTreeMap<Mark, u64> = BTreeMap::new();
    for (_, point) in panels.iter().flat_map(Panel::points) {
        *counts.entry(point.mark).or_default() += 1;
    }
    let states: Vec<String> = counts
        .iter()
        .map(|(mark, count)| {
            words.fill(
                &format!("chart.states_{}", mark.name()),
                &[("count", &words.integer(*count))],
            )
        })
        .collect();
    let head = [
        ("attribute", view.title.as_str()),
        ("reference", reference),
        ("states", &states.join(", ")),
    ];
    let mut sentences = vec![words.fill("chart.disparities_alt", &head)];
    for panel in panels {
        if let Some((index, value)) = panel.furthest(words) {
            let group = &view.groups[index].label;
            let values = [
                ("panel", panel.heading.as_str()),
                ("group", group),
                ("value", &value),
            ];
            sentences.push(words.fill("chart.disparities_alt_largest", &values));
        }
    }
    clean(&sentences.join(" "))
}
