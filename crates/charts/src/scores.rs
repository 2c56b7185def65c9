//! Score distributions: one small step area per group, all on one scale, the cut through them all.

use waage_result::document::{AuditResult, Distribution};
use waage_result::spec::Cut;
use waage_result::text::Catalogue;

use crate::axis::{Axis, Unit};
use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::frame::{EDGE, Frame, Names, WIDTH};
use crate::marks::{caption, scale, value};
use crate::palette;
use crate::view::{View, count_groups};

/// Groups whose most frequent scores the description names, at most.
const MODES_MAX: usize = 6;

/// One group's distribution as heights over edges.
struct Steps<'a> {
    edges: &'a [f64],
    heights: Vec<f64>,
}

impl<'a> Steps<'a> {
    /// Share per unit of score, or nothing where the bins do not hold together.
    fn new(distribution: &'a Distribution) -> Option<Self> {
        let (edges, shares) = (&distribution.edges, &distribution.shares);
        let ascending =
            edges.iter().all(|e| e.is_finite()) && edges.windows(2).all(|e| e[0] < e[1]);
        if shares.is_empty() || edges.len() != shares.len() + 1 || !ascending {
            return None;
        }
        let heights: Vec<f64> = shares
            .iter()
            .zip(edges.windows(2))
            .map(|(s, e)| s / (e[1] - e[0]))
            .collect();
        heights
            .iter()
            .all(|h| h.is_finite() && *h >= 0.0)
            .then_some(Self { edges, heights })
    }

    fn peak(&self) -> f64 {
        self.heights.iter().copied().fold(0.0, f64::max)
    }

    /// The first and last score that occur.
    fn range(&self) -> Option<(f64, f64)> {
        let first = self.heights.iter().position(|h| *h > 0.0)?;
        let last = self.heights.iter().rposition(|h| *h > 0.0)?;
        Some((self.edges[first], self.edges[last + 1]))
    }

    /// The bin with the most rows.
    fn mode(&self) -> (f64, f64) {
        let mut best = 0;
        for (i, height) in self.heights.iter().enumerate() {
            if *height > self.heights[best] {
                best = i;
            }
        }
        (self.edges[best], self.edges[best + 1])
    }

    /// The outline over a base line.
    fn outline(&self, axis: &Axis, base: f64, tall: f64) -> Vec<(f64, f64)> {
        let Some((low, high)) = self.range() else {
            return Vec::new();
        };
        let mut points = vec![(axis.at(low), base)];
        for (height, edge) in self.heights.iter().zip(self.edges.windows(2)) {
            if edge[0] >= low && edge[1] <= high {
                points.extend([
                    (axis.at(edge[0]), base - height * tall),
                    (axis.at(edge[1]), base - height * tall),
                ]);
            }
        }
        points.push((axis.at(high), base));
        points
    }
}

/// The figure, unless the result holds no distribution of a group that may be shown.
pub(crate) fn figure(
    result: &AuditResult,
    view: &View<'_>,
    id: String,
    words: &Catalogue,
) -> Result<Option<Figure>, ChartError> {
    let steps: Vec<Option<Steps<'_>>> = view
        .groups
        .iter()
        .map(|g| view.distribution(result, g).and_then(Steps::new))
        .collect();
    let ranges: Vec<(f64, f64)> = steps.iter().flatten().filter_map(Steps::range).collect();
    let Some((low, high)) = ranges
        .into_iter()
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    else {
        return Ok(None);
    };
    let cut = cut(result);
    let names = Names::of(
        view,
        (440.0 / view.groups.len() as f64).clamp(28.0, 68.0),
        words,
    );
    let selected = selected(view, cut, words);
    let column = if selected.is_empty() {
        0.0
    } else {
        Type::SMALL.width(words.text("chart.scores_selected")) + 24.0
    };
    let (left, right) = (
        cut.map_or(low, |c| c.min(low)),
        cut.map_or(high, |c| c.max(high)),
    );
    let axis = Axis::linear(left, right, names.right + 6.0, WIDTH - EDGE - column - 6.0);
    let title = words.fill("chart.scores_title", &[("attribute", &view.title)]);
    let ghost = view
        .groups
        .iter()
        .zip(&steps)
        .find(|(g, s)| g.is_reference && s.is_some() && view.groups.len() > 1);
    let subtitle = ghost.map_or_else(
        || words.text("chart.scores_subtitle").to_owned(),
        |(group, _)| {
            words.fill(
                "chart.scores_subtitle_reference",
                &[("reference", &group.label)],
            )
        },
    );
    let frame = Frame::new(&title, &subtitle, &notes(view, &steps, &selected, words));
    let top = frame.top();
    let rows = top + 26.0;
    let end = rows + names.height();
    let bottom = end + if cut.is_some() { 24.0 } else { 6.0 };
    let peak = steps
        .iter()
        .flatten()
        .map(Steps::peak)
        .fold(f64::MIN_POSITIVE, f64::max);
    let tall = (names.row - 9.0) / peak;
    let alt = alt(view, &steps, (low, high), (cut, &axis), words);
    let paint = |canvas: &Canvas<'_>| -> Drawn {
        frame.draw(canvas, bottom)?;
        names.draw(canvas, rows, top + 14.0, words)?;
        scale(canvas, &axis, Unit::Number, (top + 14.0, rows, end), words)?;
        if !selected.is_empty() {
            let heading = words.text("chart.scores_selected");
            canvas.text(heading, WIDTH - EDGE, top + 14.0, Type::SMALL, Anchor::End)?;
        }
        for (i, group) in steps.iter().enumerate() {
            let y = names.middle(rows, i);
            if let Some(text) = selected.get(i) {
                canvas.text(text, WIDTH - EDGE, y, Type::VALUE, Anchor::End)?;
            }
            let Some(group) = group else {
                canvas.text(
                    words.text("chart.undefined"),
                    axis.left,
                    y,
                    Type::SMALL,
                    Anchor::Start,
                )?;
                continue;
            };
            let base = rows + names.row * (i as f64 + 1.0) - 0.5;
            let outline = group.outline(&axis, base, tall);
            canvas.polygon(&outline, palette::AREA)?;
            canvas.path(&outline, palette::BLUE, 1.2)?;
            if let Some((_, Some(reference))) = ghost {
                canvas.path(&reference.outline(&axis, base, tall), palette::INK, 1.0)?;
            }
        }
        if let Some(cut) = cut {
            canvas.dashed(axis.at(cut), rows, end + 6.0, palette::VERMILLION, 1.4)?;
            let text = words.fill("chart.scores_cut", &[("value", &axis.write(cut, words))]);
            caption(
                canvas,
                &text,
                axis.at(cut),
                end + 16.0,
                (axis.left, axis.right),
            )?;
        }
        Ok(())
    };
    Figure::draw(id, title, alt, frame.size(bottom), paint).map(Some)
}

/// The score at which decisions were cut: where the cut fell, or the threshold that was asked for.
fn cut(result: &AuditResult) -> Option<f64> {
    let asked = || match result.roles.cut {
        Some(Cut::Threshold(score)) => Some(score),
        _ => None,
    };
    result
        .settings
        .cut
        .as_ref()
        .map(|c| c.score)
        .or_else(asked)
        .filter(|c| c.is_finite())
}

/// The share selected in each group, where a cut of this score selects.
fn selected(view: &View<'_>, cut: Option<f64>, words: &Catalogue) -> Vec<String> {
    if cut.is_none() {
        return Vec::new();
    }
    let rates: Vec<Option<f64>> = view
        .groups
        .iter()
        .map(|g| view.estimate(g, "selection_rate").and_then(value))
        .collect();
    if rates.iter().all(Option::is_none) {
        return Vec::new();
    }
    let unit = Unit::Percent(1).fine(rates.iter().flatten().copied().fold(0.0, f64::max));
    let write = |rate: &Option<f64>| {
        rate.map_or_else(
            || words.text("chart.undefined").to_owned(),
            |r| unit.write(r, words),
        )
    };
    rates.iter().map(write).collect()
}

fn notes(
    view: &View<'_>,
    steps: &[Option<Steps<'_>>],
    selected: &[String],
    words: &Catalogue,
) -> Vec<String> {
    let undefined = words.text("chart.undefined");
    let mut notes = Vec::new();
    if steps.iter().any(Option::is_none) || selected.iter().any(|text| text == undefined) {
        notes.push(words.text("chart.note_undefined").to_owned());
    }
    notes.extend(view.notes(words));
    vec![notes.join(" ")]
        .into_iter()
        .filter(|n| !n.is_empty())
        .collect()
}

fn alt(
    view: &View<'_>,
    steps: &[Option<Steps<'_>>],
    (low, high): (f64, f64),
    (cut, axis): (Option<f64>, &Axis),
    words: &Catalogue,
) -> String {
    let shown = steps.iter().flatten().count();
    let (low, high) = (axis.write(low, words), axis.write(high, words));
    let count = count_groups(shown, words);
    let head = [
        ("low", low.as_str()),
        ("high", &high),
        ("attribute", &view.title),
        ("count", &count),
    ];
    let mut sentences = vec![words.fill("chart.scores_alt", &head)];
    if let Some(cut) = cut {
        sentences.push(words.fill(
            "chart.scores_alt_cut",
            &[("value", &axis.write(cut, words))],
        ));
    }
    if shown <= MODES_MAX {
        let mode = |group: &str, steps: &Steps<'_>| {
            let (low, high) = steps.mode();
            let (low, high) = (axis.write(low, words), axis.write(high, words));
            words.fill(
                "chart.scores_alt_one_mode",
                &[("group", group), ("low", &low), ("high", &high)],
            )
        };
        let modes: Vec<String> = view
            .groups
            .iter()
            .zip(steps)
            .filter_map(|(g, s)| s.as_ref().map(|s| mode(&g.label, s)))
            .collect();
        sentences.push(words.fill("chart.scores_alt_mode", &[("modes", &modes.join("; "))]));
    }
    sentences.join(" ")
}
