//! A forest plot: panels of comparisons side by side, a legend above them, and what they say in words.

use std::collections::{BTreeMap, BTreeSet};

use waage_result::text::Catalogue;

use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font::clean;
use crate::frame::{EDGE, Frame, Names, panels};
use crate::marks::{Mark, cross, ends};
use crate::palette;
use crate::panel::Panel;
use crate::point::Row;

/// From a band's top to its first row.
const HEADING: f64 = 46.0;
/// Under a band's last row.
const CAPTION: f64 = 26.0;
/// Between two bands.
const BAND_GAP: f64 = 14.0;

/// What a forest plot shows; at least one panel.
pub(crate) struct Forest<'a> {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subtitle: String,
    /// The confidence of the intervals shown, as written.
    pub(crate) confidence: &'a str,
    pub(crate) names: Names,
    /// The whole labels of the rows.
    pub(crate) labels: Vec<&'a str>,
    pub(crate) panels: Vec<Panel>,
    /// What else a reader must know.
    pub(crate) notes: Vec<String>,
    /// The key of its first sentence in words, and what fills it beside the states.
    pub(crate) alt: (&'static str, [(&'static str, &'a str); 2]),
}

impl Forest<'_> {
    pub(crate) fn draw(mut self, words: &Catalogue) -> Result<Figure, ChartError> {
        let columns = self.panels.len().min(2);
        let places = panels(self.names.right, columns);
        for (i, panel) in self.panels.iter_mut().enumerate() {
            panel.place(places[i % columns], words);
        }
        let frame = Frame::new(&self.title, &self.subtitle, &self.notes(words));
        let legend = frame.top() + 2.0;
        let top = legend + 26.0;
        let band = HEADING + self.names.height() + CAPTION + BAND_GAP;
        let bands = self.panels.len().div_ceil(columns);
        let bottom = top + band * bands as f64 - BAND_GAP;
        let alt = self.alt(words);
        let Self {
            id,
            title,
            names,
            panels,
            ..
        } = self;
        let paint = |canvas: &Canvas<'_>| {
            frame.draw(canvas, bottom)?;
            draw_legend(canvas, legend, &panels, words)?;
            for (i, row) in panels.chunks(columns).enumerate() {
                let top = top + band * i as f64;
                let rows = top + HEADING;
                names.draw(canvas, rows, top + 34.0, words)?;
                for panel in row {
                    panel.draw(canvas, &names, (top, rows, rows + names.height()), words)?;
                }
            }
            Ok(())
        };
        Figure::draw(id, title, alt, frame.size(bottom), paint)
    }

    fn notes(&self, words: &Catalogue) -> Vec<String> {
        let panels = &self.panels;
        let mut notes = Vec::new();
        if panels.iter().any(Panel::has_two_lines) {
            let confidence = [("confidence", self.confidence)];
            notes.push(words.fill("chart.note_two_lines", &confidence));
        }
        if panels.iter().any(Panel::has_arrows) {
            notes.push(words.text("chart.note_arrow").to_owned());
        }
        let undefined = |panel: &Panel| panel.rows.iter().any(|row| matches!(row, Row::Undefined));
        if panels.iter().any(undefined) {
            notes.push(words.text("chart.note_undefined").to_owned());
        }
        notes.extend(self.notes.iter().cloned());
        match notes.is_empty() {
            true => Vec::new(),
            false => vec![notes.join(" ")],
        }
    }

    fn alt(&self, words: &Catalogue) -> String {
        let mut counts: BTreeMap<Mark, u64> = BTreeMap::new();
        for (_, point) in self.panels.iter().flat_map(Panel::points) {
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
        let states = states.join(", ");
        let (key, [one, other]) = self.alt;
        let mut sentences = vec![words.fill(key, &[one, other, ("states", &states)])];
        for panel in &self.panels {
            if let Some((index, value)) = panel.furthest(words) {
                let values = [
                    ("panel", panel.heading.as_str()),
                    ("group", self.labels[index]),
                    ("value", &value),
                ];
                sentences.push(words.fill("chart.disparities_alt_largest", &values));
            }
        }
        clean(&sentences.join(" "))
    }
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
        let text = words.text("chart.tolerated");
        canvas.text(text, x + 29.0, y, Type::VALUE, Anchor::Start)?;
        x += 29.0 + Type::VALUE.width(text) + 22.0;
    }
    if panels.iter().any(Panel::has_ends) {
        ends(canvas, (x, x + 22.0), y)?;
        let text = words.text("chart.all_that_may_be");
        canvas.text(text, x + 29.0, y, Type::VALUE, Anchor::Start)?;
        x += 29.0 + Type::VALUE.width(text) + 22.0;
    }
    if panels.iter().any(Panel::has_crosses) {
        cross(canvas, x + 5.0, y)?;
        let text = words.text("chart.likeliest");
        canvas.text(text, x + 16.0, y, Type::VALUE, Anchor::Start)?;
    }
    Ok(())
}
