//! Figures as vectors. What charts draw is little: paths in one colour and text in the embedded font.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};
use waage_charts::usvg::{self, tiny_skia_path};

use super::lines::Fonts;

/// Least weight of the bolder face.
const SEMIBOLD: u16 = 600;

/// Draws a figure: left, top, width and height in points.
pub(super) fn draw(
    tree: &usvg::Tree,
    (left, top, width, height): (f32, f32, f32, f32),
    surface: &mut Surface<'_>,
    fonts: &Fonts,
) {
    let (x, y) = (width / tree.size().width(), height / tree.size().height());
    surface.push_transform(&Transform::from_row(x, 0.0, 0.0, y, left, top));
    group(tree.root(), tree, surface, fonts);
    surface.pop();
}

fn group(of: &usvg::Group, tree: &usvg::Tree, surface: &mut Surface<'_>, fonts: &Fonts) {
    for node in of.children() {
        match node {
            usvg::Node::Group(inner) => group(inner, tree, surface, fonts),
            usvg::Node::Path(shape) => path(shape, surface),
            usvg::Node::Text(text) => {
                surface.push_transform(&transform(text.abs_transform()));
                for span in text.layouted() {
                    self::span(span, tree, surface, fonts);
                }
                surface.pop();
            }
            usvg::Node::Image(_) => {}
        }
    }
}

fn path(shape: &usvg::Path, surface: &mut Surface<'_>) {
    use tiny_skia_path::PathSegment::{Close, CubicTo, LineTo, MoveTo, QuadTo};

    let mut path = PathBuilder::new();
    for segment in shape.data().segments() {
        match segment {
            MoveTo(p) => path.move_to(p.x, p.y),
            LineTo(p) => path.line_to(p.x, p.y),
            QuadTo(a, p) => path.quad_to(a.x, a.y, p.x, p.y),
            CubicTo(a, b, p) => path.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y),
            Close => path.close(),
        }
    }
    let fill = shape.fill().and_then(fill);
    let stroke = shape.stroke().and_then(stroke);
    let seen = shape.is_visible() && (fill.is_some() || stroke.is_some());
    if let Some(path) = path.finish().filter(|_| seen) {
        surface.push_transform(&transform(shape.abs_transform()));
        surface.set_fill(fill);
        surface.set_stroke(stroke);
        surface.draw_path(&path);
        surface.pop();
    }
}

/// Text on one line.
fn span(span: &usvg::layout::Span, tree: &usvg::Tree, surface: &mut Surface<'_>, fonts: &Fonts) {
    let Some(first) = span.positioned_glyphs.first() else {
        return;
    };
    let face = tree.fontdb().face(first.font);
    let bold = face.is_some_and(|face| face.weight.0 >= SEMIBOLD);
    let weight = fonts.weight(bold);
    let size = span.font_size.get();
    let mut text = String::new();
    let mut glyphs: Vec<KrillaGlyph> = Vec::new();
    let left = |glyph: &usvg::layout::PositionedGlyph| glyph.transform().tx;
    for (at, glyph) in span.positioned_glyphs.iter().enumerate() {
        let next = span.positioned_glyphs.get(at + 1);
        let advance = next.map_or(0.0, |next| (left(next) - left(glyph)) / size);
        let from = text.len();
        text.push_str(&glyph.text);
        let id = match glyph.id.0 {
            0 => weight.unknown(),
            id => u32::from(id),
        };
        let range = from..text.len();
        let id = GlyphId::new(id);
        glyphs.push(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None));
    }
    surface.set_fill(span.fill.as_ref().and_then(fill));
    surface.set_stroke(None);
    let start = Point::from_xy(left(first), first.transform().ty);
    surface.draw_glyphs(start, &glyphs, weight.font.clone(), &text, size, false);
}

fn transform(of: usvg::Transform) -> Transform {
    Transform::from_row(of.sx, of.ky, of.kx, of.sy, of.tx, of.ty)
}

fn color(paint: &usvg::Paint) -> Option<rgb::Color> {
    match paint {
        usvg::Paint::Color(color) => Some(rgb::Color::new(color.red, color.green, color.blue)),
        _ => None,
    }
}

fn opacity(of: usvg::Opacity) -> NormalizedF32 {
    NormalizedF32::new(of.get()).unwrap_or(NormalizedF32::ONE)
}

fn fill(of: &usvg::Fill) -> Option<Fill> {
    Some(Fill {
        paint: color(of.paint())?.into(),
        opacity: opacity(of.opacity()),
        rule: match of.rule() {
            usvg::FillRule::NonZero => FillRule::NonZero,
            usvg::FillRule::EvenOdd => FillRule::EvenOdd,
        },
    })
}

fn stroke(of: &usvg::Stroke) -> Option<Stroke> {
    Some(Stroke {
        paint: color(of.paint())?.into(),
        width: of.width().get(),
        opacity: opacity(of.opacity()),
        miter_limit: of.miterlimit().get(),
        ..Stroke::default()
    })
}
