//! Marks: whiskers, and points whose shape tells a finding's state as well as their colour does.

use plotters::style::RGBColor;
use waage_result::document::EstimateDoc;
use waage_result::finding::{Finding, State};

use crate::axis::{Axis, Unit};
use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::palette;
use waage_result::text::Catalogue;

/// An interval; a missing limit is unbounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

impl Span {
    /// The interval of an estimate, where value and at least one limit are known.
    pub(crate) fn of(estimate: &EstimateDoc) -> Option<Self> {
        let finite = |limit: Option<f64>| limit.filter(|v| v.is_finite());
        let span = Self {
            low: finite(estimate.low),
            high: finite(estimate.high),
        };
        (value(estimate).is_some() && (span.low.is_some() || span.high.is_some())).then_some(span)
    }

    /// The limits that are known.
    pub(crate) fn limits(self) -> impl Iterator<Item = f64> {
        self.low.into_iter().chain(self.high)
    }

    /// Whether the interval goes on beyond the axis.
    pub(crate) fn leaves(self, axis: &Axis) -> bool {
        self.low.is_none_or(|v| axis.side(v) < 0) || self.high.is_none_or(|v| axis.side(v) > 0)
    }

    /// "[−3.1, 4.0]", with an infinity sign for a missing limit.
    pub(crate) fn write(self, unit: Unit, words: &Catalogue) -> String {
        let separator = match words.language() {
            waage_result::text::Language::En => ", ",
            waage_result::text::Language::De => "; ",
        };
        let low = self.low.map_or_else(
            || "(−∞".to_owned(),
            |v| format!("[{}", unit.write(v, words)),
        );
        let high = self
            .high
            .map_or_else(|| "∞)".to_owned(), |v| format!("{}]", unit.write(v, words)));
        format!("{low}{separator}{high}")
    }
}

/// An estimate's value, if it is a number.
pub(crate) fn value(estimate: &EstimateDoc) -> Option<f64> {
    estimate.value.filter(|v| v.is_finite())
}

/// The state of what a point shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    Breach,
    Waived,
    Inconclusive,
    Pass,
    Unjudged,
}

impl Mark {
    pub(crate) const ALL: [Self; 5] = [
        Self::Breach,
        Self::Waived,
        Self::Inconclusive,
        Self::Pass,
        Self::Unjudged,
    ];

    /// The worst of the findings, or that there is none.
    pub(crate) fn worst<'a>(findings: impl Iterator<Item = &'a Finding>) -> Self {
        findings
            .map(|f| match f.state {
                State::Breach if f.waived_by.is_some() => Self::Waived,
                State::Breach => Self::Breach,
                State::Inconclusive => Self::Inconclusive,
                State::Pass => Self::Pass,
            })
            .min()
            .unwrap_or(Self::Unjudged)
    }

    /// The last part of its keys in the catalogue.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Breach => "breach",
            Self::Waived => "waived",
            Self::Inconclusive => "inconclusive",
            Self::Pass => "pass",
            Self::Unjudged => "unjudged",
        }
    }

    pub(crate) const fn color(self) -> RGBColor {
        match self {
            Self::Breach | Self::Waived => palette::VERMILLION,
            Self::Inconclusive => palette::OCHRE,
            Self::Pass => palette::BLUE,
            Self::Unjudged => palette::AXIS,
        }
    }

    /// The point: ● pass, ○ inconclusive, ◆ breach, ◇ breach under a waiver, ▪ not judged.
    pub(crate) fn draw(self, canvas: &Canvas<'_>, x: f64, y: f64) -> Drawn {
        let color = self.color();
        let diamond = |r: f64| [(x, y - r), (x + r, y), (x, y + r), (x - r, y)];
        match self {
            Self::Pass => canvas.disc((x, y), 4.4, color),
            Self::Inconclusive => {
                canvas.disc((x, y), 4.9, color)?;
                canvas.disc((x, y), 3.0, palette::PAPER)
            }
            Self::Breach => canvas.polygon(&diamond(6.2), color),
            Self::Waived => {
                canvas.polygon(&diamond(6.6), color)?;
                canvas.polygon(&diamond(3.9), palette::PAPER)
            }
            Self::Unjudged => canvas.rectangle(x - 3.0, y - 3.0, x + 3.0, y + 3.0, color),
        }
    }
}

/// An interval as a line; an arrow head where it is open or goes on beyond the axis.
pub(crate) fn whisker(
    canvas: &Canvas<'_>,
    axis: &Axis,
    y: f64,
    span: Span,
    color: RGBColor,
    width: f64,
) -> Drawn {
    const HEAD: f64 = 6.0;
    let open_low = span.low.is_none_or(|v| axis.side(v) < 0);
    let open_high = span.high.is_none_or(|v| axis.side(v) > 0);
    let left = span.low.map_or(axis.left, |v| axis.at(v));
    let right = span.high.map_or(axis.right, |v| axis.at(v));
    let inset = |open: bool| if open { HEAD * 0.7 } else { 0.0 };
    canvas.line(
        (left + inset(open_low), y),
        (right - inset(open_high), y),
        color,
        width,
    )?;
    let half = HEAD * 0.62;
    if open_low {
        canvas.polygon(
            &[(left, y), (left + HEAD, y - half), (left + HEAD, y + half)],
            color,
        )?;
    }
    if open_high {
        canvas.polygon(
            &[
                (right, y),
                (right - HEAD, y - half),
                (right - HEAD, y + half),
            ],
            color,
        )?;
    }
    Ok(())
}

/// The ends of all that a value may be: a bar between two strokes.
pub(crate) fn ends(canvas: &Canvas<'_>, (left, right): (f64, f64), y: f64) -> Drawn {
    const HALF: f64 = 5.5;
    canvas.rectangle(left, y - HALF, right, y + HALF, palette::AREA)?;
    [left, right]
        .into_iter()
        .try_for_each(|x| canvas.line((x, y - HALF), (x, y + HALF), palette::MUTED, 1.4))
}

/// A second value beside the point.
pub(crate) fn cross(canvas: &Canvas<'_>, x: f64, y: f64) -> Drawn {
    const HALF: f64 = 3.6;
    [HALF, -HALF].into_iter().try_for_each(|rise| {
        canvas.line(
            (x - HALF, y - rise),
            (x + HALF, y + rise),
            palette::INK,
            1.7,
        )
    })
}

/// An axis above its rows: tick labels where they have room, and grid lines down to `bottom`.
pub(crate) fn scale(
    canvas: &Canvas<'_>,
    axis: &Axis,
    unit: Unit,
    (labels, top, bottom): (f64, f64, f64),
    words: &Catalogue,
) -> Drawn {
    // Names and numbers of rows stand left of the axis.
    let mut free = axis.left - 20.0;
    for (value, label) in axis.ticks(unit, words) {
        let x = axis.at(value);
        canvas.line((x, top), (x, bottom), palette::GRID, 1.0)?;
        let half = Type::SMALL.width(&label) / 2.0;
        if x - half >= free {
            canvas.text(&label, x, labels, Type::SMALL, Anchor::Middle)?;
            free = x + half + 6.0;
        }
    }
    Ok(())
}

/// A text centred on `x` but kept between two edges.
pub(crate) fn caption(
    canvas: &Canvas<'_>,
    text: &str,
    x: f64,
    y: f64,
    (left, right): (f64, f64),
) -> Drawn {
    let half = Type::SMALL.width(text) / 2.0;
    let x = if right - left > 2.0 * half {
        x.clamp(left + half, right - half)
    } else {
        (left + right) / 2.0
    };
    canvas.text(text, x, y, Type::SMALL, Anchor::Middle)
}
