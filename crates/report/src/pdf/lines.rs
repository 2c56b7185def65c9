//! Text as lines of glyphs that fit a width.

use krilla::Data;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::ttf_parser::Tag;
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};
use unicode_linebreak::{BreakOpportunity, linebreaks};
use waage_charts::{INTER_REGULAR, INTER_SEMIBOLD};

use super::read::{Run, Style, Tone, plain};
use crate::ReportError;

/// Stands for a character that the font lacks.
const UNKNOWN: char = '□';
/// Shown as a full circle of which the left half is seen, over an empty one.
pub(super) const HALF: char = '◐';

/// The two weights of the embedded font.
pub(super) struct Fonts {
    regular: Weight,
    semibold: Weight,
}

/// A font for measuring and for drawing.
pub(super) struct Weight {
    face: Face<'static>,
    plan: ShapePlan,
    tabular: ShapePlan,
    pub(super) font: Font,
    unknown: (u16, f32),
}

/// Glyphs of one style that stand together; lengths in em.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) style: Style,
    pub(super) text: String,
    pub(super) glyphs: Vec<KrillaGlyph>,
}

/// A line; its width leaves out spaces at the end.
#[derive(Clone, Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
    pub(super) width: f32,
}

/// What can stand on a line alone: up to the next place where a line may break.
struct Word {
    pieces: Vec<Piece>,
    width: f32,
    /// Width of the spaces behind it.
    space: f32,
    /// Whether the line must end here.
    ends: bool,
}

/// The least and the greatest width that text makes use of.
pub(super) struct Extent {
    /// Of the widest word.
    pub(super) word: f32,
    /// Of the widest line that nothing but its end breaks.
    pub(super) line: f32,
}

impl Fonts {
    pub(super) fn load() -> Result<Self, ReportError> {
        Ok(Self {
            regular: Weight::load(INTER_REGULAR)?,
            semibold: Weight::load(INTER_SEMIBOLD)?,
        })
    }

    pub(super) const fn weight(&self, bold: bool) -> &Weight {
        if bold { &self.semibold } else { &self.regular }
    }

    /// The lines of a text at a width in em.
    pub(super) fn lines(&self, runs: &[Run], width: f32) -> Vec<Line> {
        let mut lines = vec![Line::default()];
        let mut used = 0.0;
        for word in self.words(runs) {
            let ends = word.ends;
            if used > 0.0 && used + word.width > width {
                lines.push(Line::default());
                used = 0.0;
            }
            let mut parts = word.cut(width).into_iter();
            for (at, part) in parts.by_ref().enumerate() {
                if at > 0 {
                    lines.push(Line::default());
                    used = 0.0;
                }
                if let Some(line) = lines.last_mut() {
                    line.width = used + part.width;
                    used = line.width + part.space;
                    line.add(part.pieces);
                }
            }
            if ends {
                lines.push(Line::default());
                used = 0.0;
            }
        }
        if lines.len() > 1 && lines.last().is_some_and(|line| line.pieces.is_empty()) {
            lines.pop();
        }
        lines
    }

    /// How much width a text can use, in em.
    pub(super) fn extent(&self, runs: &[Run]) -> Extent {
        let mut extent = Extent {
            word: 0.0,
            line: 0.0,
        };
        let mut used = 0.0;
        for word in self.words(runs) {
            extent.word = extent.word.max(word.width);
            extent.line = extent.line.max(used + word.width);
            used = match word.ends {
                true => 0.0,
                false => used + word.width + word.space,
            };
        }
        extent
    }

    fn words(&self, runs: &[Run]) -> Vec<Word> {
        let text = plain(runs);
        let mut words = Vec::new();
        let mut from = 0;
        for (to, kind) in linebreaks(&text) {
            if is_whole(&text[..to], &text[to..]) {
                continue;
            }
            let joint =
                |at: &usize| text.is_char_boundary(*at) && is_joint(&text[..*at], &text[*at..]);
            for at in (from..to).filter(joint).collect::<Vec<_>>() {
                words.push(self.word(runs, from, at));
                from = at;
            }
            let word = self.word(runs, from, to);
            let last = to == text.len();
            words.push(Word {
                ends: kind == BreakOpportunity::Mandatory && !last,
                ..word
            });
            from = to;
        }
        words
    }

    /// The part of the runs between two places of their whole text.
    fn word(&self, runs: &[Run], from: usize, to: usize) -> Word {
        let mut word = Word {
            pieces: Vec::new(),
            width: 0.0,
            space: 0.0,
            ends: false,
        };
        let mut start = 0;
        for run in runs {
            let end = start + run.text.len();
            if start < to && end > from {
                let part = &run.text[from.max(start) - start..to.min(end) - start];
                let part = part.trim_end_matches('\n');
                let piece = self.weight(run.style.bold).shape(part, run.style);
                let visible = part.trim_end_matches(' ').len();
                for glyph in &piece.glyphs {
                    if glyph.text_range.start < visible {
                        word.width += std::mem::take(&mut word.space) + glyph.x_advance;
                    } else {
                        word.space += glyph.x_advance;
                    }
                }
                if !piece.text.is_empty() {
                    word.pieces.push(piece);
                }
            }
            start = end;
        }
        word
    }
}

impl Weight {
    fn load(data: &'static [u8]) -> Result<Self, ReportError> {
        let broken = || ReportError::Pdf("the embedded font cannot be read".to_owned());
        let face = Face::from_slice(data, 0).ok_or_else(broken)?;
        let unknown = face.glyph_index(UNKNOWN).ok_or_else(broken)?;
        let advance = face.glyph_hor_advance(unknown).unwrap_or_default();
        let unknown = (unknown.0, f32::from(advance) / em(&face));
        // Nothing that the font has runs from right to left.
        let direction = Direction::LeftToRight;
        let plan = |features: &[Feature]| {
            ShapePlan::new(&face, direction, Some(script::LATIN), None, features)
        };
        let (tabular, plan) = (
            plan(&[Feature::new(Tag::from_bytes(b"tnum"), 1, ..)]),
            plan(&[]),
        );
        let font = Font::new(Data::from(data.to_vec()), 0).ok_or_else(broken)?;
        Ok(Self {
            face,
            plan,
            tabular,
            font,
            unknown,
        })
    }

    /// The glyph of a character, or the one that stands for what is unknown.
    pub(super) fn glyph(&self, c: char) -> u32 {
        let glyph = self.face.glyph_index(c).map_or(self.unknown.0, |id| id.0);
        u32::from(glyph)
    }

    /// The glyph that stands for what is unknown.
    pub(super) fn unknown(&self) -> u32 {
        u32::from(self.unknown.0)
    }

    pub(super) fn shape(&self, text: &str, style: Style) -> Piece {
        let plan = match style.tabular {
            true => &self.tabular,
            false => &self.plan,
        };
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let shaped = rustybuzz::shape_with_plan(&self.face, plan, buffer);
        let em = em(&self.face);
        let infos = shaped.glyph_infos();
        let glyph = |(at, position): (usize, &rustybuzz::GlyphPosition)| {
            let start = infos[at].cluster as usize;
            let next = infos[at..].iter().map(|info| info.cluster as usize);
            let end = next.into_iter().find(|next| *next > start);
            let end = end.unwrap_or(text.len());
            let (id, advance) = match infos[at].glyph_id {
                0 if text[start..end].starts_with(HALF) => {
                    let id = self.glyph('○');
                    (id, self.advance(id))
                }
                0 => (u32::from(self.unknown.0), self.unknown.1),
                id => (id, position.x_advance as f32 / em),
            };
            KrillaGlyph::new(
                GlyphId::new(id),
                advance,
                position.x_offset as f32 / em,
                position.y_offset as f32 / em,
                0.0,
                start..end,
                None,
            )
        };
        let glyphs = shaped.glyph_positions().iter().enumerate().map(glyph);
        Piece {
            style,
            glyphs: glyphs.collect(),
            text: text.to_owned(),
        }
    }

    fn advance(&self, glyph: u32) -> f32 {
        let id = rustybuzz::ttf_parser::GlyphId(u16::try_from(glyph).unwrap_or_default());
        f32::from(self.face.glyph_hor_advance(id).unwrap_or_default()) / em(&self.face)
    }
}

/// Whether a name may be parted: `audit_digest`, `check.margin`.
fn is_joint(before: &str, after: &str) -> bool {
    let next = after.chars().next();
    let mut before = before.chars().rev();
    match before.next() {
        Some('_') => next.is_some_and(char::is_alphanumeric),
        Some('.') => {
            let word = before.take(3).filter(|c| c.is_alphanumeric());
            word.count() == 3 && next.is_some_and(char::is_alphabetic)
        }
        _ => false,
    }
}

/// Whether what belongs together would be parted: `95-%-Intervall`, `35,4–37,2`, `--format`, `✗ breach`.
fn is_whole(before: &str, after: &str) -> bool {
    let next = after.chars().next();
    let mut before = before.chars().rev();
    match before.next() {
        Some('-') => next == Some('%') || before.next().is_none_or(|c| !c.is_alphanumeric()),
        Some('–') => next.is_some_and(|next| next.is_ascii_digit()),
        Some(' ') => {
            let symbol = before.next().and_then(Tone::of);
            symbol.is_some() && before.next().is_none_or(char::is_whitespace)
        }
        _ => false,
    }
}

fn em(face: &Face<'_>) -> f32 {
    face.units_per_em() as f32
}

impl Piece {
    pub(super) fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.x_advance).sum()
    }

    /// Adds glyphs of the same style.
    fn join(&mut self, more: Self) {
        let shift = self.text.len();
        self.text.push_str(&more.text);
        self.glyphs.extend(more.glyphs.into_iter().map(|glyph| {
            let range = glyph.text_range.start + shift..glyph.text_range.end + shift;
            KrillaGlyph {
                text_range: range,
                ..glyph
            }
        }));
    }

    /// The glyphs of a part, as a piece of its own.
    fn part(&self, glyphs: std::ops::Range<usize>) -> Self {
        let shown = &self.glyphs[glyphs];
        let from = shown.first().map_or(0, |glyph| glyph.text_range.start);
        let to = shown.last().map_or(0, |glyph| glyph.text_range.end);
        let glyphs = shown.iter().map(|glyph| KrillaGlyph {
            text_range: glyph.text_range.start - from..glyph.text_range.end - from,
            ..glyph.clone()
        });
        Self {
            style: self.style,
            text: self.text[from..to].to_owned(),
            glyphs: glyphs.collect(),
        }
    }
}

impl Line {
    fn add(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            match self.pieces.last_mut() {
                Some(last) if last.style == piece.style => last.join(piece),
                _ => self.pieces.push(piece),
            }
        }
    }
}

impl Word {
    /// Cut anywhere, where it is wider than a line.
    fn cut(self, width: f32) -> Vec<Self> {
        if self.width <= width {
            return vec![self];
        }
        let empty = || Self {
            pieces: Vec::new(),
            width: 0.0,
            space: 0.0,
            ends: false,
        };
        let mut parts = vec![empty()];
        for piece in &self.pieces {
            let mut from = 0;
            for (at, glyph) in piece.glyphs.iter().enumerate() {
                let begins =
                    at == 0 || piece.glyphs[at - 1].text_range.start != glyph.text_range.start;
                if let Some(part) = parts.last_mut() {
                    let full = part.width > 0.0 && part.width + glyph.x_advance > width;
                    if !(begins && full) {
                        part.width += glyph.x_advance;
                        continue;
                    }
                    if from < at {
                        part.pieces.push(piece.part(from..at));
                    }
                }
                from = at;
                parts.push(Self {
                    width: glyph.x_advance,
                    ..empty()
                });
            }
            if let Some(part) = parts.last_mut() {
                part.pieces.push(piece.part(from..piece.glyphs.len()));
            }
        }
        parts
    }
}
