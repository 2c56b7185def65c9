//! What every figure has around its panels: heading, notes, and the column of group names.

use waage_result::text::Catalogue;

use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::palette;
use crate::view::View;

/// Width of every figure.
pub(crate) const WIDTH: f64 = 960.0;
/// Space to the figure's edge.
pub(crate) const EDGE: f64 = 24.0;
/// Space between two panels.
pub(crate) const GUTTER: f64 = 30.0;

const TITLE_LINE: f64 = 25.0;
const SUBTITLE_LINE: f64 = 18.0;
const NOTE_LINE: f64 = 16.0;

/// Heading and notes, broken into lines.
pub(crate) struct Frame {
    title: Vec<String>,
    subtitle: Vec<String>,
    notes: Vec<String>,
}

impl Frame {
    pub(crate) fn new(title: &str, subtitle: &str, notes: &[String]) -> Self {
        let room = WIDTH - 2.0 * EDGE;
        Self {
            title: Type::TITLE.wrap(title, room),
            subtitle: Type::SUBTITLE.wrap(subtitle, room),
            notes: notes
                .iter()
                .flat_map(|note| Type::NOTE.wrap(note, room))
                .collect(),
        }
    }

    /// Where the panels may begin.
    pub(crate) fn top(&self) -> f64 {
        20.0 + TITLE_LINE * self.title.len() as f64
            + SUBTITLE_LINE * self.subtitle.len() as f64
            + 12.0
    }

    /// The figure's size if its panels end at `bottom`.
    pub(crate) fn size(&self, bottom: f64) -> (u32, u32) {
        let notes = if self.notes.is_empty() {
            0.0
        } else {
            8.0 + NOTE_LINE * self.notes.len() as f64
        };
        (WIDTH as u32, (bottom + notes + 16.0).ceil() as u32)
    }

    pub(crate) fn draw(&self, canvas: &Canvas<'_>, bottom: f64) -> Drawn {
        let mut y = 20.0;
        for line in &self.title {
            canvas.text(line, EDGE, y + TITLE_LINE / 2.0, Type::TITLE, Anchor::Start)?;
            y += TITLE_LINE;
        }
        for line in &self.subtitle {
            canvas.text(
                line,
                EDGE,
                y + SUBTITLE_LINE / 2.0,
                Type::SUBTITLE,
                Anchor::Start,
            )?;
            y += SUBTITLE_LINE;
        }
        let mut y = bottom + 8.0;
        for line in &self.notes {
            canvas.text(line, EDGE, y + NOTE_LINE / 2.0, Type::NOTE, Anchor::Start)?;
            y += NOTE_LINE;
        }
        Ok(())
    }
}

/// The groups' names and sizes to the left of the panels, and the height of their rows.
pub(crate) struct Names {
    /// Elided name, number of rows, and whether it is the reference.
    rows: Vec<(String, String, bool)>,
    /// Right edge of the numbers.
    number_right: f64,
    /// Where panels begin.
    pub(crate) right: f64,
    /// Height of a row.
    pub(crate) row: f64,
}

impl Names {
    /// Those of a view.
    pub(crate) fn of(view: &View<'_>, row: f64, words: &Catalogue) -> Self {
        let groups = view.groups.iter();
        let groups: Vec<_> = groups
            .map(|g| (g.label.as_str(), g.result.n, g.is_reference))
            .collect();
        Self::new(&groups, row, words)
    }

    /// Of groups by label, number of rows, and whether each is the reference.
    pub(crate) fn new(groups: &[(&str, u64, bool)], row: f64, words: &Catalogue) -> Self {
        const LABEL_MAX: f64 = 196.0;
        let kind = |strong: bool| {
            if strong {
                Type::LABEL_STRONG
            } else {
                Type::LABEL
            }
        };
        let rows: Vec<(String, String, bool)> = groups
            .iter()
            .map(|(label, n, strong)| {
                let label = kind(*strong).elide(label, LABEL_MAX);
                (label, words.integer(*n), *strong)
            })
            .collect();
        let label = rows
            .iter()
            .map(|(label, _, strong)| kind(*strong).width(label))
            .fold(40.0, f64::max);
        let number = rows
            .iter()
            .map(|(_, n, _)| Type::SMALL.width(n))
            .fold(8.0, f64::max);
        let number_right = EDGE + label + 16.0 + number;
        Self {
            rows,
            number_right,
            right: number_right + 24.0,
            row,
        }
    }

    /// How far the rows reach down from their top.
    pub(crate) fn height(&self) -> f64 {
        self.row * self.rows.len() as f64
    }

    /// The middle of a row.
    pub(crate) fn middle(&self, top: f64, index: usize) -> f64 {
        top + self.row * (index as f64 + 0.5)
    }

    /// Names, numbers and the rules between rows, under a heading `n` at `heading`.
    pub(crate) fn draw(
        &self,
        canvas: &Canvas<'_>,
        top: f64,
        heading: f64,
        words: &Catalogue,
    ) -> Drawn {
        canvas.text(
            words.text("chart.n"),
            self.number_right,
            heading,
            Type::SMALL,
            Anchor::End,
        )?;
        for i in 0..=self.rows.len() {
            let y = top + self.row * i as f64;
            canvas.line((EDGE, y), (WIDTH - EDGE, y), palette::RULE, 1.0)?;
        }
        for (i, (label, n, strong)) in self.rows.iter().enumerate() {
            let y = self.middle(top, i);
            let kind = if *strong {
                Type::LABEL_STRONG
            } else {
                Type::LABEL
            };
            canvas.text(label, EDGE, y, kind, Anchor::Start)?;
            canvas.text(n, self.number_right, y, Type::SMALL, Anchor::End)?;
        }
        Ok(())
    }
}

/// Splits the room right of the names into so many equal panels: left and right edge of each.
pub(crate) fn panels(left: f64, count: usize) -> Vec<(f64, f64)> {
    let width = (WIDTH - EDGE - left - GUTTER * (count as f64 - 1.0)) / count as f64;
    (0..count)
        .map(|i| left + (width + GUTTER) * i as f64)
        .map(|x| (x, x + width))
        .collect()
}

/// Height of a row, smaller where there are many.
pub(crate) fn row_height(rows: usize) -> f64 {
    if rows <= 14 { 28.0 } else { 22.0 }
}
