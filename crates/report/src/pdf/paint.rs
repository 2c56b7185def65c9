//! Pages as a file: glyphs, bars and figures, with page numbers, outline and structure.

use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, TagGroup, TagTree};
use waage_result::text::Language;

use super::figure;
use super::flow::{Heading, MARGIN, Mark, PAGE, Pages};
use super::lines::{Fonts, HALF, Line, Piece};
use super::read::{Run, Style, Tone};
use crate::ReportError;

/// Size of the line at the foot of a page, and its baseline.
const FOOT: (f32, f32) = (8.0, PAGE.1 - 27.0);
/// Longest title at the foot.
const FOOT_WIDTH: f32 = 400.0;

/// Writes the pages.
///
/// # Errors
/// [`ReportError::Pdf`] where the file cannot be made.
pub(super) fn paint(
    pages: Pages,
    fonts: &Fonts,
    language: Language,
) -> Result<Vec<u8>, ReportError> {
    let mut document = Document::new();
    let title = pages
        .headings
        .first()
        .map_or("", |first| &first.text)
        .to_owned();
    let mut parts: Vec<Vec<Identifier>> = Vec::new();
    parts.resize_with(pages.nodes.len(), Vec::new);
    let total = pages.sheets.len();
    for (at, sheet) in pages.sheets.iter().enumerate() {
        let failed = || ReportError::Pdf("its pages have no size".to_owned());
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(failed)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut painter = Painter {
            surface: &mut surface,
            fonts,
            open: None,
        };
        for mark in sheet {
            if let Some((node, part)) = painter.begin(mark) {
                parts[node].push(part);
            }
            painter.draw(mark, &pages);
        }
        painter.end();
        painter.foot(&title, &format!("{} / {total}", at + 1));
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(structure(&pages, parts, language));
    document.set_outline(outline(&pages.headings));
    document.set_metadata(
        Metadata::new()
            .title(title)
            .language(language.code().to_owned())
            .creator("Waage".to_owned()),
    );
    document
        .finish()
        .map_err(|error| ReportError::Pdf(error.to_string()))
}

struct Painter<'a, 'b> {
    surface: &'a mut Surface<'b>,
    fonts: &'a Fonts,
    /// The element that is being drawn, none for decoration.
    open: Option<Option<usize>>,
}

impl Painter<'_, '_> {
    /// Begins the element of a mark, unless it is being drawn already.
    fn begin(&mut self, mark: &Mark) -> Option<(usize, Identifier)> {
        let node = match mark {
            Mark::Text { node, .. } => *node,
            Mark::Bar { .. } => None,
            Mark::Figure { node, .. } => Some(*node),
        };
        if self.open == Some(node) {
            return None;
        }
        self.end();
        self.open = Some(node);
        let Some(node) = node else {
            self.begin_decoration(ArtifactType::Layout);
            return None;
        };
        Some((node, self.surface.start_tagged(ContentTag::Other)))
    }

    fn begin_decoration(&mut self, kind: ArtifactType) {
        let artifact = Artifact::with_kind(kind);
        self.surface.start_tagged(ContentTag::Artifact(artifact));
    }

    fn end(&mut self) {
        if self.open.take().is_some() {
            self.surface.end_tagged();
        }
    }

    fn draw(&mut self, mark: &Mark, pages: &Pages) {
        match mark {
            Mark::Text {
                piece,
                x,
                baseline,
                size,
                ..
            } => self.piece(piece, *x, *baseline, *size),
            Mark::Bar {
                left,
                top,
                width,
                height,
                tone,
            } => {
                if let Some(path) = rectangle(*left, *top, *width, *height) {
                    let color = tone.map_or(rgb::Color::new(0xd5, 0xdb, 0xe0), color);
                    self.surface.set_fill(Some(fill(color)));
                    self.surface.draw_path(&path);
                }
            }
            Mark::Figure {
                index,
                left,
                top,
                width,
                height,
                ..
            } => {
                let place = (*left, *top, *width, *height);
                figure::draw(&pages.figures[*index], place, self.surface, self.fonts);
            }
        }
    }

    fn piece(&mut self, piece: &Piece, x: f32, baseline: f32, size: f32) {
        let weight = self.fonts.weight(piece.style.bold);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(fill(color(piece.style.tone))));
        let at = Point::from_xy(x, baseline);
        let glyphs = &piece.glyphs;
        self.surface
            .draw_glyphs(at, glyphs, weight.font.clone(), &piece.text, size, false);
        if piece.text.contains(HALF) {
            self.halves(piece, x, baseline, size);
        }
    }

    /// The full halves of half full circles.
    fn halves(&mut self, piece: &Piece, x: f32, baseline: f32, size: f32) {
        let weight = self.fonts.weight(piece.style.bold);
        let full = weight.shape("●", piece.style);
        let mut left = x;
        for glyph in &piece.glyphs {
            let width = glyph.x_advance * size;
            let half = piece.text[glyph.text_range.clone()].starts_with(HALF);
            let clip = rectangle(left, baseline - size, width / 2.0, 1.5 * size);
            if let Some(clip) = clip.filter(|_| half) {
                self.surface.push_clip_path(&clip, &FillRule::NonZero);
                let font = weight.font.clone();
                let at = Point::from_xy(left, baseline);
                self.surface
                    .draw_glyphs(at, &full.glyphs, font, &full.text, size, true);
                self.surface.pop();
            }
            left += width;
        }
    }

    /// The title and the number at the foot of a page.
    fn foot(&mut self, title: &str, number: &str) {
        let (size, baseline) = FOOT;
        let line = |text: &str| {
            let run = Run {
                text: text.to_owned(),
                style: Style {
                    tone: Tone::Soft,
                    ..Style::default()
                },
            };
            let lines = self.fonts.lines(&[run], FOOT_WIDTH / size);
            lines.into_iter().next().unwrap_or_default()
        };
        let (title, number) = (line(title), line(number));
        let right = PAGE.0 - MARGIN - number.width * size;
        let parts: [(ArtifactType, Line, f32); 2] = [
            (ArtifactType::Footer, title, MARGIN),
            (ArtifactType::PageNumber, number, right),
        ];
        for (kind, line, x) in parts {
            self.begin_decoration(kind);
            for piece in &line.pieces {
                self.piece(piece, x, baseline, size);
            }
            self.surface.end_tagged();
        }
    }
}

fn color(tone: Tone) -> rgb::Color {
    match tone {
        Tone::Ink => rgb::Color::new(0x1b, 0x24, 0x2c),
        Tone::Soft => rgb::Color::new(0x56, 0x62, 0x6c),
        Tone::Breach => rgb::Color::new(0xb8, 0x3c, 0x04),
        Tone::Inconclusive => rgb::Color::new(0x8a, 0x5c, 0x00),
        Tone::Pass => rgb::Color::new(0x00, 0x5f, 0x99),
    }
}

fn fill(color: rgb::Color) -> Fill {
    Fill {
        paint: color.into(),
        ..Fill::default()
    }
}

fn rectangle(left: f32, top: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(left, top, width, height)?);
    path.finish()
}

/// The elements of the document with what was drawn of them.
fn structure(pages: &Pages, parts: Vec<Vec<Identifier>>, language: Language) -> TagTree {
    // Only elements without others within them are drawn.
    let drawn: Vec<bool> = parts.iter().map(|parts| !parts.is_empty()).collect();
    let mut groups: Vec<TagGroup> = pages
        .nodes
        .iter()
        .zip(parts)
        .map(|(node, parts)| {
            let mut group = TagGroup::new(node.tag.clone());
            parts.into_iter().for_each(|part| group.push(part));
            group
        })
        .collect();
    let mut tree = TagTree::new().with_lang(Some(language.code().to_owned()));
    // Children come after their parents: from the last on, each has all of its own.
    let mut roots = Vec::new();
    while let Some(mut group) = groups.pop() {
        let at = groups.len();
        if !drawn[at] {
            group.children.reverse();
        }
        match pages.nodes[at].parent {
            Some(parent) => groups[parent].push(group),
            None => roots.push(group),
        }
    }
    roots.into_iter().rev().for_each(|group| tree.push(group));
    tree
}

/// Headings below the title, those of sections with their own below them.
fn outline(headings: &[Heading]) -> Outline {
    let mut outline = Outline::new();
    let mut section: Option<OutlineNode> = None;
    for heading in headings {
        let place = XyzDestination::new(heading.page, Point::from_xy(0.0, heading.top));
        let node = OutlineNode::new(heading.text.clone(), place);
        match (&mut section, heading.level) {
            (Some(section), 3) => section.push_child(node),
            _ => {
                if let Some(done) = section.replace(node) {
                    outline.push_child(done);
                }
            }
        }
    }
    if let Some(last) = section {
        outline.push_child(last);
    }
    outline
}
