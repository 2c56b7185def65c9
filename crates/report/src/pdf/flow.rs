//! Blocks on pages.

use std::num::NonZeroU16;

use krilla::tagging::{ListNumbering, TableHeaderScope, Tag, TagKind};
use waage_charts::usvg;

use super::lines::{Fonts, Line, Piece};
use super::read::{Block, Run, Style, Tone, plain};
use super::table;
use crate::ReportError;

/// A4 in points.
pub(super) const PAGE: (f32, f32) = (595.276, 841.89);
/// Left and right of the text.
pub(super) const MARGIN: f32 = 45.0;
const TOP: f32 = 45.0;
const BOTTOM: f32 = PAGE.1 - 54.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
/// Longest line of running text.
const MEASURE: f32 = 460.0;
/// Points of a pixel.
const PIXEL: f32 = 0.75;
/// A table lower than this is not broken over pages.
const WHOLE: f32 = (BOTTOM - TOP) / 3.0;

/// Pages, what stands on them, and how they are structured.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) sheets: Vec<Vec<Mark>>,
    /// The elements of the document; children come after their parents.
    pub(super) nodes: Vec<Node>,
    pub(super) headings: Vec<Heading>,
    pub(super) figures: Vec<usvg::Tree>,
}

/// Something that is drawn; what belongs to no element of the document is decoration.
pub(super) enum Mark {
    Text {
        piece: Piece,
        x: f32,
        baseline: f32,
        size: f32,
        node: Option<usize>,
    },
    Bar {
        left: f32,
        top: f32,
        width: f32,
        height: f32,
        tone: Option<Tone>,
    },
    Figure {
        index: usize,
        left: f32,
        top: f32,
        width: f32,
        height: f32,
        node: usize,
    },
}

/// An element of the document.
pub(super) struct Node {
    pub(super) tag: TagKind,
    pub(super) parent: Option<usize>,
}

/// Where a heading stands.
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) page: usize,
    pub(super) top: f32,
}

/// A block whose size is known.
enum Laid {
    Text(Text),
    Table(table::Laid),
    Figure {
        index: usize,
        alt: String,
        size: (f32, f32),
    },
    Rule,
}

struct Text {
    role: Role,
    lines: Vec<Line>,
    size: f32,
    leading: f32,
    indent: f32,
    before: f32,
    after: f32,
    /// Stands on the page of what follows.
    keep: bool,
    bar: Option<Tone>,
}

enum Role {
    Heading { level: u8, text: String },
    Paragraph,
    Item { marker: Vec<Line> },
}

/// Puts blocks on pages, type scaled.
///
/// # Errors
/// [`ReportError::Pdf`] for a figure that cannot be read.
pub(super) fn lay_out(blocks: &[Block], fonts: &Fonts, scale: f32) -> Result<Pages, ReportError> {
    let mut pages = Pages::default();
    let mut laid = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        laid.push(measure(
            block,
            blocks.get(at + 1),
            fonts,
            scale,
            &mut pages.figures,
        )?);
    }
    let mut flow = Flow {
        pages,
        y: TOP,
        scale,
        list: None,
    };
    flow.pages.sheets.push(Vec::new());
    for at in 0..laid.len() {
        flow.put(&laid[at..]);
    }
    Ok(flow.pages)
}

fn measure(
    block: &Block,
    next: Option<&Block>,
    fonts: &Fonts,
    scale: f32,
    figures: &mut Vec<usvg::Tree>,
) -> Result<Laid, ReportError> {
    let text = |role, runs: &[Run], size: f32, (height, indent): (f32, f32), space: (f32, f32)| {
        let (size, indent) = (size * scale, indent * scale);
        Text {
            role,
            lines: fonts.lines(runs, (MEASURE - indent) / size),
            size,
            leading: size * height,
            indent,
            before: space.0 * scale,
            after: space.1 * scale,
            keep: false,
            bar: None,
        }
    };
    Ok(match block {
        Block::Heading { level, text: runs } => {
            let (size, space) = match level {
                1 => (22.0, (0.0, 6.0)),
                2 => (14.0, (18.0, 5.0)),
                _ => (10.5, (11.0, 3.0)),
            };
            let role = Role::Heading {
                level: *level,
                text: plain(runs),
            };
            let mut laid = text(role, &bold(runs), size, (1.22, 0.0), space);
            laid.keep = true;
            Laid::Text(laid)
        }
        Block::Paragraph(runs) => {
            let all = |test: fn(Style) -> bool| runs.iter().all(|run| test(run.style));
            let is_caption = matches!(next, Some(Block::Table { .. })) && all(|style| style.bold);
            let symbol = runs.first().and_then(|run| run.text.chars().next());
            let state = symbol
                .and_then(Tone::of)
                .filter(|_| all(|style| style.bold));
            let mut laid = if state.is_some() {
                text(Role::Paragraph, runs, 10.5, (1.42, 12.0), (5.0, 9.0))
            } else if is_caption {
                let mut soft = runs.clone();
                soft.iter_mut().for_each(|run| run.style.tone = Tone::Soft);
                text(Role::Paragraph, &soft, 8.5, (1.35, 0.0), (7.0, 1.0))
            } else if all(|style| style.tone == Tone::Soft) {
                text(Role::Paragraph, runs, 8.5, (1.4, 0.0), (2.0, 6.0))
            } else {
                text(Role::Paragraph, runs, 9.5, (1.42, 0.0), (2.0, 6.0))
            };
            laid.keep = is_caption;
            laid.bar = state;
            Laid::Text(laid)
        }
        Block::Item {
            depth,
            marker,
            text: runs,
        } => {
            let indent = 12.0 * (depth + 1).min(8) as f32;
            let marker = fonts.lines(std::slice::from_ref(marker), f32::MAX);
            let after = match next {
                Some(Block::Item { .. }) => 2.5,
                _ => 7.0,
            };
            Laid::Text(text(
                Role::Item { marker },
                runs,
                9.5,
                (1.4, indent),
                (0.0, after),
            ))
        }
        Block::Table { numbers, rows } => {
            Laid::Table(table::lay_out(numbers, rows, fonts, WIDTH, scale))
        }
        Block::Figure { alt, svg } => {
            let tree =
                waage_charts::parse(svg).map_err(|error| ReportError::Pdf(error.to_string()))?;
            let size = (tree.size().width() * PIXEL, tree.size().height() * PIXEL);
            let fits = (WIDTH / size.0)
                .min((BOTTOM - TOP - 60.0) / size.1)
                .min(1.0);
            figures.push(tree);
            Laid::Figure {
                index: figures.len() - 1,
                alt: alt.clone(),
                size: (size.0 * fits, size.1 * fits),
            }
        }
        Block::Rule => Laid::Rule,
    })
}

fn bold(runs: &[Run]) -> Vec<Run> {
    let mut runs = runs.to_vec();
    runs.iter_mut().for_each(|run| run.style.bold = true);
    runs
}

/// The height that the first of some blocks needs on one page.
fn least(laid: &[Laid]) -> f32 {
    match laid.first() {
        None | Some(Laid::Rule) => 0.0,
        Some(Laid::Text(text)) if text.keep => {
            text.before + text.lines.len() as f32 * text.leading + text.after + least(&laid[1..])
        }
        Some(Laid::Text(text)) => {
            // Three lines are not parted, nor is one left alone.
            let lines = if text.lines.len() <= 3 {
                text.lines.len()
            } else {
                2
            };
            text.before + lines as f32 * text.leading
        }
        Some(Laid::Table(table)) if table.height() <= WHOLE => table.height(),
        Some(Laid::Table(table)) => {
            let rows = 0..table.rows.len().min(2);
            rows.map(|row| table.row_height(row)).sum()
        }
        Some(Laid::Figure { size, .. }) => size.1,
    }
}

/// A page that is being filled.
struct Flow {
    pages: Pages,
    y: f32,
    scale: f32,
    /// The list whose points come one after another.
    list: Option<usize>,
}

impl Flow {
    /// Puts the first of some blocks.
    fn put(&mut self, laid: &[Laid]) {
        if !self.is_top() && self.y + least(laid) > BOTTOM {
            self.turn();
        }
        let Some(first) = laid.first() else { return };
        if !matches!(first, Laid::Text(text) if matches!(text.role, Role::Item { .. })) {
            self.list = None;
        }
        match first {
            Laid::Text(text) => self.text(text),
            Laid::Table(table) => self.table(table),
            Laid::Figure { index, alt, size } => self.figure(*index, alt, *size),
            Laid::Rule => {
                self.y += 6.0 * self.scale;
                self.bar(MARGIN, self.y, WIDTH, 0.5, None);
                self.y += 6.0 * self.scale;
            }
        }
    }

    fn is_top(&self) -> bool {
        self.y <= TOP
    }

    fn turn(&mut self) {
        self.pages.sheets.push(Vec::new());
        self.y = TOP;
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(sheet) = self.pages.sheets.last_mut() {
            sheet.push(mark);
        }
    }

    fn bar(&mut self, left: f32, top: f32, width: f32, height: f32, tone: Option<Tone>) {
        self.mark(Mark::Bar {
            left,
            top,
            width,
            height,
            tone,
        });
    }

    fn node(&mut self, tag: impl Into<TagKind>, parent: Option<usize>) -> usize {
        self.pages.nodes.push(Node {
            tag: tag.into(),
            parent,
        });
        self.pages.nodes.len() - 1
    }

    /// A line whose upper edge is at a height.
    fn line(&mut self, line: &Line, left: f32, top: f32, type_: (f32, f32), node: Option<usize>) {
        let (size, leading) = type_;
        // The middle of the capitals lies in the middle of the line.
        let baseline = top + leading / 2.0 + 0.364 * size;
        let mut x = left;
        for piece in &line.pieces {
            self.mark(Mark::Text {
                piece: piece.clone(),
                x,
                baseline,
                size,
                node,
            });
            x += piece.width() * size;
        }
    }

    fn text(&mut self, text: &Text) {
        if !self.is_top() {
            self.y += text.before;
        }
        let type_ = (text.size, text.leading);
        let left = MARGIN + text.indent;
        let node = match &text.role {
            Role::Heading { level, text: title } => {
                self.pages.headings.push(Heading {
                    level: *level,
                    text: title.clone(),
                    page: self.pages.sheets.len() - 1,
                    top: self.y,
                });
                let level = NonZeroU16::new(u16::from(*level)).unwrap_or(NonZeroU16::MIN);
                self.node(Tag::Hn(level, Some(title.clone())), None)
            }
            Role::Paragraph => self.node(Tag::P, None),
            Role::Item { marker } => {
                let list = match self.list {
                    Some(list) => list,
                    None => self.node(Tag::L(ListNumbering::None), None),
                };
                self.list = Some(list);
                let item = self.node(Tag::LI, Some(list));
                let label = self.node(Tag::Lbl, Some(item));
                for line in marker {
                    self.line(line, left - 10.5 * self.scale, self.y, type_, Some(label));
                }
                self.node(Tag::LBody, Some(item))
            }
        };
        let mut top = self.y;
        for (at, line) in text.lines.iter().enumerate() {
            let room = ((BOTTOM - self.y) / text.leading).floor();
            let left_alone = room < 2.0 && at > 0 && at + 2 == text.lines.len();
            if (room < 1.0 || left_alone) && !self.is_top() {
                self.side(text, top);
                self.turn();
                top = self.y;
            }
            self.line(line, left, self.y, type_, Some(node));
            self.y += text.leading;
        }
        self.side(text, top);
        self.y += text.after;
    }

    /// The bar beside a sentence that tells a state.
    fn side(&mut self, text: &Text, top: f32) {
        if text.bar.is_some() {
            self.bar(MARGIN, top, 3.0 * self.scale, self.y - top, text.bar);
        }
    }

    fn table(&mut self, table: &table::Laid) {
        let node = self.node(Tag::Table, None);
        for row in 0..table.rows.len() {
            let height = table.row_height(row);
            let head = table.row_height(0);
            if row > 0 && self.y + height > BOTTOM && TOP + head + height <= BOTTOM {
                self.turn();
                self.row(table, 0, None);
            }
            self.row(table, row, Some(node));
        }
        self.y += 10.0 * self.scale;
    }

    /// A row of a table, over as many pages as it needs; without a table it is shown again.
    fn row(&mut self, table: &table::Laid, row: usize, node: Option<usize>) {
        let parent = node.map(|node| self.node(Tag::TR, Some(node)));
        let cells = &table.rows[row];
        let tag = || -> TagKind {
            match row {
                0 => Tag::TH(TableHeaderScope::Column).into(),
                _ => Tag::TD.into(),
            }
        };
        let nodes = cells.iter();
        let nodes = nodes.map(|_| parent.map(|parent| self.node(tag(), Some(parent))));
        let nodes: Vec<Option<usize>> = nodes.collect();
        let type_ = (table.size, table.leading());
        let lines = table.lines(row);
        let mut from = 0;
        loop {
            let room = ((BOTTOM - self.y - 2.0 * table::PAD) / table.leading()).floor();
            let to = (from + (room.max(0.0) as usize).max(usize::from(self.is_top()))).min(lines);
            let top = self.y + table::PAD;
            for (at, cell) in cells.iter().enumerate() {
                let (left, width) = table.columns[at];
                for (index, line) in cell.iter().enumerate().take(to).skip(from) {
                    let space = match table.numbers[at] {
                        true => width - line.width * table.size,
                        false => 0.0,
                    };
                    // The head stands at its foot.
                    let drop = if row == 0 && to - from == lines {
                        lines - cell.len()
                    } else {
                        0
                    };
                    let top = top + (index + drop - from) as f32 * table.leading();
                    self.line(line, MARGIN + left + space, top, type_, nodes[at]);
                }
            }
            self.y = top + (to - from) as f32 * table.leading() + table::PAD;
            if to == lines {
                break;
            }
            from = to;
            self.turn();
        }
        let (height, tone) = if row == 0 {
            (0.9, Some(Tone::Ink))
        } else {
            (0.5, None)
        };
        self.bar(MARGIN, self.y - height, table.width(), height, tone);
    }

    fn figure(&mut self, index: usize, alt: &str, (width, height): (f32, f32)) {
        let node = self.node(Tag::Figure(Some(alt.to_owned())), None);
        self.mark(Mark::Figure {
            index,
            left: MARGIN,
            top: self.y,
            width,
            height,
            node,
        });
        self.y += height + 14.0 * self.scale;
    }
}
