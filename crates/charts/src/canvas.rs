//! A sheet in pixels, drawn by plotters' SVG backend.
//!
//! The backend knows integer coordinates only: everything is drawn ten times as large, and the
//! `viewBox` brings it back to size.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Drawable, PathElement, PointCollection, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, IntoTextStyle, RGBColor, ShapeStyle};

use crate::error::ChartError;
use crate::font::{self, Weight};
use crate::palette;

/// Canvas units per pixel.
const UNITS: f64 = 10.0;

/// Font size by line height of the drawing library.
const BACKEND_SIZE: f64 = 1.24;

/// Where a text's position lies in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    pub(crate) size: f64,
    pub(crate) weight: Weight,
    pub(crate) color: RGBColor,
}

impl Type {
    pub(crate) const TITLE: Self = Self::new(19.0, Weight::SemiBold, palette::INK);
    pub(crate) const SUBTITLE: Self = Self::new(13.0, Weight::Regular, palette::MUTED);
    pub(crate) const HEADING: Self = Self::new(13.0, Weight::SemiBold, palette::INK);
    pub(crate) const LABEL: Self = Self::new(13.0, Weight::Regular, palette::INK);
    pub(crate) const LABEL_STRONG: Self = Self::new(13.0, Weight::SemiBold, palette::INK);
    pub(crate) const SMALL: Self = Self::new(11.5, Weight::Regular, palette::MUTED);
    pub(crate) const VALUE: Self = Self::new(12.0, Weight::Regular, palette::INK);
    pub(crate) const NOTE: Self = Self::new(11.5, Weight::Regular, palette::MUTED);

    const fn new(size: f64, weight: Weight, color: RGBColor) -> Self {
        Self {
            size,
            weight,
            color,
        }
    }

    pub(crate) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.weight)
    }

    pub(crate) fn elide(self, text: &str, max: f64) -> String {
        font::elide(text, max, self.size, self.weight)
    }

    pub(crate) fn wrap(self, text: &str, max: f64) -> Vec<String> {
        font::wrap(text, max, self.size, self.weight)
    }
}

/// A sheet to draw on; all positions and lengths in pixels from the upper left corner.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// What the drawing library says when it refuses.
pub(crate) type Drawn = Result<(), String>;

/// Draws a sheet and gives its elements as SVG, without the root's tags.
pub(crate) fn draw(
    figure: &str,
    (width, height): (u32, u32),
    paint: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<String, ChartError> {
    font::register()?;
    let fail = |cause: String| ChartError::Drawing {
        figure: figure.to_owned(),
        cause,
    };
    let mut svg = String::new();
    {
        let size = (
            unit(f64::from(width)).unsigned_abs(),
            unit(f64::from(height)).unsigned_abs(),
        );
        let canvas = Canvas {
            area: SVGBackend::with_string(&mut svg, size).into_drawing_area(),
        };
        canvas
            .rectangle(
                0.0,
                0.0,
                f64::from(width),
                f64::from(height),
                palette::PAPER,
            )
            .map_err(fail)?;
        paint(&canvas).map_err(fail)?;
        canvas.area.present().map_err(|e| fail(e.to_string()))?;
    }
    let body = svg.split_once('>').map_or("", |(_, rest)| rest);
    Ok(body
        .trim()
        .strip_suffix("</svg>")
        .unwrap_or(body)
        .trim()
        .to_owned())
}

/// The root's tags around the elements.
pub(crate) fn document((width, height): (u32, u32), alt: &str, body: &str) -> String {
    let (w, h) = (unit(f64::from(width)), unit(f64::from(height)));
    let alt = escape(alt);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{alt}\">\n{body}\n</svg>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

fn unit(pixels: f64) -> i32 {
    (pixels * UNITS).round() as i32
}

fn point((x, y): (f64, f64)) -> (i32, i32) {
    (unit(x), unit(y))
}

fn stroke(color: RGBColor, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: color.to_rgba(),
        filled: false,
        stroke_width: unit(width).unsigned_abs(),
    }
}

impl<'a> Canvas<'a> {
    fn put<E>(&self, element: &E) -> Drawn
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: Drawable<SVGBackend<'a>>,
    {
        self.area.draw(element).map_err(|e| e.to_string())
    }

    /// A text whose middle of the capitals lies at `y`.
    pub(crate) fn text(&self, text: &str, x: f64, y: f64, kind: Type, anchor: Anchor) -> Drawn {
        let horizontal = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        // The backend sets the baseline half an ex below; the capitals' middle lies 0.36 em above it.
        let y = y + (0.36 - 0.26) * kind.size;
        let style = (
            FontFamily::Name(font::FAMILY),
            kind.size * UNITS * BACKEND_SIZE,
            kind.weight.style(),
        )
            .into_text_style(&(0, 0))
            .color(&kind.color)
            .pos(Pos::new(horizontal, VPos::Center));
        self.put(&Text::new(text.to_owned(), point((x, y)), style))
    }

    pub(crate) fn line(
        &self,
        from: (f64, f64),
        to: (f64, f64),
        color: RGBColor,
        width: f64,
    ) -> Drawn {
        self.path(&[from, to], color, width)
    }

    pub(crate) fn path(&self, points: &[(f64, f64)], color: RGBColor, width: f64) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().copied().map(point).collect();
        self.put(&PathElement::new(points, stroke(color, width)))
    }

    /// A vertical dashed line.
    pub(crate) fn dashed(
        &self,
        x: f64,
        top: f64,
        bottom: f64,
        color: RGBColor,
        width: f64,
    ) -> Drawn {
        const DASH: f64 = 5.0;
        const GAP: f64 = 4.0;
        let mut y = top;
        while y < bottom {
            self.line((x, y), (x, (y + DASH).min(bottom)), color, width)?;
            y += DASH + GAP;
        }
        Ok(())
    }

    pub(crate) fn rectangle(
        &self,
        left: f64,
        top: f64,
        right: f64,
        bottom: f64,
        color: RGBColor,
    ) -> Drawn {
        self.put(&Rectangle::new(
            [point((left, top)), point((right, bottom))],
            color.filled(),
        ))
    }

    pub(crate) fn polygon(&self, points: &[(f64, f64)], color: RGBColor) -> Drawn {
        let points: Vec<(i32, i32)> = points.iter().copied().map(point).collect();
        self.put(&Polygon::new(points, color.filled()))
    }

    pub(crate) fn disc(&self, (x, y): (f64, f64), radius: f64, color: RGBColor) -> Drawn {
        self.put(&Circle::new(point((x, y)), unit(radius), color.filled()))
    }
}
