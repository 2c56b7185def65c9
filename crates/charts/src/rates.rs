//! Rates per group: a point with its interval for each group, one panel for each metric.

use waage_result::document::AuditResult;
use waage_result::text::{Catalogue, is_share};

use crate::axis::{Axis, Unit};
use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::frame::{Frame, Names, panels, row_height};
use crate::marks::{Span, caption, scale, value, whisker};
use crate::palette;
use crate::view::{View, count_groups, metric_name};

/// Metrics that are shown if a result has them.
const FIRST: [&str; 3] = [
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
];
/// Metrics that are shown, three at most, if it has none of those.
const ELSE: [&str; 9] = [
    "multiclass_accuracy",
    "macro_true_positive_rate",
    "macro_f1",
    "base_rate",
    "accuracy",
    "precision",
    "balanced_accuracy",
    "f1",
    "mean_score",
];

struct Panel<'a> {
    metric: &'a str,
    heading: String,
    unit: Unit,
    points: Vec<Option<(f64, Option<Span>)>>,
    overall: Option<f64>,
    axis: Axis,
    right: f64,
}

/// The unit in which a metric is written.
pub(crate) fn unit_of(metric: &str) -> Unit {
    if is_share(metric) {
        Unit::Percent(1)
    } else {
        Unit::Number
    }
}

/// The figure, unless no metric is defined for any group that is shown.
pub(crate) fn figure(
    result: &AuditResult,
    view: &View<'_>,
    id: String,
    words: &Catalogue,
) -> Result<Option<Figure>, ChartError> {
    let names = Names::of(view, row_height(view.groups.len()), words);
    let panels = measure(result, view, names.right, words);
    if panels.is_empty() {
        return Ok(None);
    }
    let confidence = words.percent(result.settings.confidence, 0);
    let title = words.fill("chart.rates_title", &[("attribute", &view.title)]);
    let captions = panels.iter().any(|p| p.overall.is_some());
    let subtitle = if captions {
        "chart.rates_subtitle_all"
    } else {
        "chart.rates_subtitle"
    };
    let subtitle = words.fill(subtitle, &[("confidence", &confidence)]);
    let frame = Frame::new(&title, &subtitle, &notes(view, &panels, words));
    let top = frame.top();
    let rows = top + 46.0;
    let end = rows + names.height();
    let bottom = end + if captions { 24.0 } else { 6.0 };
    let alt = alt(view, &panels, &confidence, words);
    let paint = |canvas: &Canvas<'_>| {
        frame.draw(canvas, bottom)?;
        names.draw(canvas, rows, top + 34.0, words)?;
        panels
            .iter()
            .try_for_each(|panel| paint_panel(canvas, panel, &names, (top, rows, end), words))
    };
    Figure::draw(id, title, alt, frame.size(bottom), paint).map(Some)
}

fn measure<'a>(
    result: &'a AuditResult,
    view: &View<'_>,
    left: f64,
    words: &Catalogue,
) -> Vec<Panel<'a>> {
    let defined = |metric: &&'a str| {
        view.groups
            .iter()
            .any(|g| view.estimate(g, metric).and_then(value).is_some())
    };
    let mut metrics: Vec<&'a str> = FIRST.into_iter().filter(defined).collect();
    if metrics.is_empty() {
        let counted = |name: &str| {
            let mut estimates = view.groups.iter().filter_map(|g| view.estimate(g, name));
            estimates.any(|estimate| estimate.method == "count")
        };
        let named = result.settings.headline.iter().map(String::as_str);
        let others = named.filter(|name| !ELSE.contains(name) && !counted(name));
        metrics = ELSE
            .into_iter()
            .chain(others)
            .filter(defined)
            .take(3)
            .collect();
    }
    let places = panels(left, metrics.len().max(1));
    metrics
        .into_iter()
        .zip(places)
        .map(|(metric, (left, right))| {
            let unit = unit_of(metric);
            let points: Vec<_> = view
                .groups
                .iter()
                .map(|g| {
                    view.estimate(g, metric)
                        .and_then(|e| value(e).map(|v| (v, Span::of(e))))
                })
                .collect();
            let overall = result.overall.get(metric).and_then(value);
            let largest = points
                .iter()
                .flatten()
                .map(|(v, _)| v.abs())
                .fold(0.0, f64::max);
            let unit = unit.fine(largest);
            let (low, high) = range(&points, overall, unit);
            let texts = points
                .iter()
                .flatten()
                .map(|(v, _)| Type::VALUE.width(&unit.write(*v, words)));
            let column = texts.fold(20.0, f64::max) + 14.0;
            Panel {
                metric,
                heading: Type::HEADING.elide(&metric_name(metric, words), right - left),
                unit,
                points,
                overall,
                axis: Axis::linear(low, high, left, right - column),
                right,
            }
        })
        .collect()
}

/// The values to show; zero belongs to them unless they are all far from it.
fn range(points: &[Option<(f64, Option<Span>)>], overall: Option<f64>, unit: Unit) -> (f64, f64) {
    let limits = points
        .iter()
        .flatten()
        .filter_map(|(_, span)| *span)
        .flat_map(Span::limits);
    let values = points
        .iter()
        .flatten()
        .map(|(v, _)| *v)
        .chain(limits)
        .chain(overall);
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    let low = if low >= 0.0 && low < 0.75 * high {
        0.0
    } else {
        low
    };
    match unit {
        Unit::Percent(_) => (low.max(0.0), high.clamp(low.max(0.0) + 0.01, 1.0)),
        _ => (low, high),
    }
}

fn paint_panel(
    canvas: &Canvas<'_>,
    panel: &Panel<'_>,
    names: &Names,
    (top, rows, end): (f64, f64, f64),
    words: &Catalogue,
) -> Drawn {
    let axis = &panel.axis;
    canvas.text(
        &panel.heading,
        axis.left,
        top + 10.0,
        Type::HEADING,
        Anchor::Start,
    )?;
    scale(canvas, axis, panel.unit, (top + 34.0, rows, end), words)?;
    if let Some(overall) = panel.overall {
        let x = axis.at(overall);
        canvas.dashed(x, rows, end + 6.0, palette::INK, 1.2)?;
        let text = words.fill(
            "chart.all_rows",
            &[("value", &panel.unit.write(overall, words))],
        );
        caption(canvas, &text, x, end + 16.0, (axis.left, panel.right))?;
    }
    for (i, point) in panel.points.iter().enumerate() {
        let y = names.middle(rows, i);
        let Some((value, span)) = point else {
            canvas.text(
                words.text("chart.undefined"),
                panel.right,
                y,
                Type::SMALL,
                Anchor::End,
            )?;
            continue;
        };
        if let Some(span) = span {
            whisker(canvas, axis, y, *span, palette::BLUE, 2.2)?;
        }
        canvas.disc((axis.at(*value), y), 4.4, palette::BLUE)?;
        canvas.text(
            &panel.unit.write(*value, words),
            panel.right,
            y,
            Type::VALUE,
            Anchor::End,
        )?;
    }
    Ok(())
}

fn notes(view: &View<'_>, panels: &[Panel<'_>], words: &Catalogue) -> Vec<String> {
    let mut notes = Vec::new();
    if view.reference_group().is_some() && view.groups.len() > 1 {
        notes.push(words.text("chart.note_reference").to_owned());
    }
    if panels.iter().any(|p| p.points.iter().any(Option::is_none)) {
        notes.push(words.text("chart.note_undefined").to_owned());
    }
    let leaves = |p: &Panel<'_>| {
        p.points
            .iter()
            .flatten()
            .filter_map(|(_, s)| *s)
            .any(|s| s.leaves(&p.axis))
    };
    if panels.iter().any(leaves) {
        notes.push(words.text("chart.note_arrow").to_owned());
    }
    notes.extend(view.notes(words));
    vec![notes.join(" ")]
        .into_iter()
        .filter(|n| !n.is_empty())
        .collect()
}

fn alt(view: &View<'_>, panels: &[Panel<'_>], confidence: &str, words: &Catalogue) -> String {
    let count = count_groups(view.groups.len(), words);
    let head = [
        ("attribute", view.title.as_str()),
        ("confidence", confidence),
        ("count", &count),
    ];
    let mut sentences = vec![words.fill("chart.rates_alt", &head)];
    for panel in panels {
        let metric = metric_name(panel.metric, words);
        let defined: Vec<(&str, f64)> = view
            .groups
            .iter()
            .zip(&panel.points)
            .filter_map(|(g, p)| p.as_ref().map(|(v, _)| (g.label.as_str(), *v)))
            .collect();
        let highest = defined
            .iter()
            .copied()
            .reduce(|a, b| if b.1 > a.1 { b } else { a });
        let lowest = defined
            .iter()
            .copied()
            .reduce(|a, b| if b.1 < a.1 { b } else { a });
        if let (Some((high, above)), Some((low, below))) = (highest, lowest) {
            let (above, below) = (
                panel.unit.write(above, words),
                panel.unit.write(below, words),
            );
            let code = if defined.len() == 1 {
                "chart.rates_alt_one"
            } else {
                "chart.rates_alt_metric"
            };
            let values = [
                ("metric", metric.as_str()),
                ("highest", high),
                ("highest_value", &above),
                ("lowest", low),
                ("lowest_value", &below),
            ];
            sentences.push(words.fill(code, &values));
        }
        if let Some(overall) = panel.overall {
            sentences.push(words.fill(
                "chart.rates_alt_all",
                &[("value", &panel.unit.write(overall, words))],
            ));
        }
    }
    sentences.join(" ")
}
