//! Markdown as blocks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::markdown::escape;

/// Before the data of a figure in the address of an image.
const FIGURE: &str = "data:image/svg+xml;base64,";

/// A figure as an image of Markdown, which carries its drawing.
pub(crate) fn image(alt: &str, svg: &str) -> String {
    format!("![{}]({FIGURE}{})", escape(alt), STANDARD.encode(svg))
}

/// What a document consists of.
#[derive(Debug, PartialEq)]
pub(super) enum Block {
    Heading {
        level: u8,
        text: Vec<Run>,
    },
    Paragraph(Vec<Run>),
    /// A point of a list; the depth counts from 0.
    Item {
        depth: usize,
        marker: Run,
        text: Vec<Run>,
    },
    Table {
        /// Whether a column holds figures.
        numbers: Vec<bool>,
        rows: Vec<Vec<Vec<Run>>>,
    },
    Figure {
        alt: String,
        svg: String,
    },
    Rule,
}

/// Text in one style.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) style: Style,
}

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) bold: bool,
    /// Figures of equal width, which stand under each other.
    pub(super) tabular: bool,
    pub(super) tone: Tone,
}

/// A colour by what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tone {
    #[default]
    Ink,
    Soft,
    Breach,
    Inconclusive,
    Pass,
}

impl Tone {
    /// The colour of the state that a symbol stands for.
    pub(super) const fn of(symbol: char) -> Option<Self> {
        match symbol {
            '✗' => Some(Self::Breach),
            '?' => Some(Self::Inconclusive),
            '✓' => Some(Self::Pass),
            _ => None,
        }
    }
}

/// Reads a document of ours.
pub(super) fn blocks(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.flush();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    runs: Vec<Run>,
    bold: usize,
    soft: usize,
    /// The next number of each list around, none for points.
    lists: Vec<Option<u64>>,
    marker: Option<Run>,
    heading: Option<u8>,
    numbers: Vec<bool>,
    rows: Vec<Vec<Vec<Run>>>,
    /// The drawing of the image around.
    svg: Option<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) => self.text(&text),
            Event::InlineHtml(tag) if &*tag == "<br>" => self.text("\n"),
            Event::InlineHtml(text) => self.text(&text),
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.text("\n"),
            Event::Rule => self.blocks.push(Block::Rule),
            _ => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.soft += 1,
            Tag::Image { dest_url, .. } => {
                let data = dest_url.strip_prefix(FIGURE);
                let svg = data.and_then(|data| STANDARD.decode(data).ok());
                self.svg = svg.and_then(|svg| String::from_utf8(svg).ok());
                if self.svg.is_some() {
                    self.flush();
                }
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    _ => 3,
                });
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(first);
            }
            Tag::Item => {
                let text = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".to_owned(),
                };
                let style = Style::default();
                self.marker = Some(Run { text, style });
            }
            Tag::Table(columns) => {
                self.flush();
                let number = |column: &Alignment| *column == Alignment::Right;
                self.numbers = columns.iter().map(number).collect();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Paragraph | Tag::CodeBlock(_) => self.flush(),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.soft = self.soft.saturating_sub(1),
            TagEnd::Image => {
                // What is no figure of ours is told by its words.
                if let Some(svg) = self.svg.take() {
                    let alt = plain(&std::mem::take(&mut self.runs));
                    self.blocks.push(Block::Figure { alt, svg });
                }
            }
            TagEnd::TableCell => {
                let mut cell = std::mem::take(&mut self.runs);
                tint(&mut cell);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.blocks.push(Block::Table {
                numbers: std::mem::take(&mut self.numbers),
                rows: std::mem::take(&mut self.rows),
            }),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Heading(_) | TagEnd::Item | TagEnd::Paragraph | TagEnd::CodeBlock => {
                self.flush();
            }
            _ => {}
        }
    }

    /// Text in the style around it; symbols of states have their own colours.
    fn text(&mut self, text: &str) {
        let style = Style {
            bold: self.bold > 0,
            tone: match self.soft {
                0 => Tone::Ink,
                _ => Tone::Soft,
            },
            ..Style::default()
        };
        let mut before = self.runs.last().and_then(|run| run.text.chars().last());
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let alone = before.is_none_or(char::is_whitespace)
                && rest.peek().is_none_or(|next| next.is_whitespace());
            let style = match Tone::of(c) {
                Some(tone) if alone => Style {
                    bold: true,
                    tone,
                    ..style
                },
                _ => style,
            };
            before = Some(c);
            let Some(c) = printable(c) else { continue };
            match self.runs.last_mut() {
                Some(run) if run.style == style => run.text.push(c),
                _ => self.runs.push(Run {
                    text: c.into(),
                    style,
                }),
            }
        }
    }

    /// Ends what was being read.
    fn flush(&mut self) {
        let mut text = std::mem::take(&mut self.runs);
        let heading = self.heading.take();
        if text.is_empty() {
            return;
        }
        if self.marker.is_some() && text.len() > 1 && is_symbol(&text[0]) {
            self.marker = Some(text.remove(0));
            text[0].text = text[0].text.trim_start().to_owned();
        }
        if let (None, Some(Block::Heading { text: above, .. })) = (heading, self.blocks.last())
            && plain(above) == plain(&text)
        {
            // A caption that says what the heading says.
            return;
        }
        self.blocks.push(match (heading, self.lists.len()) {
            (Some(level), _) => Block::Heading { level, text },
            (None, 0) => Block::Paragraph(text),
            (None, depth) => Block::Item {
                depth: depth - 1,
                marker: self.marker.take().unwrap_or_default(),
                text,
            },
        });
    }
}

/// Text without styles.
pub(super) fn plain(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// Whether a run is the symbol of a state.
fn is_symbol(run: &Run) -> bool {
    !matches!(run.style.tone, Tone::Ink | Tone::Soft)
}

/// A cell that begins with the symbol of a state has the state's colour.
fn tint(cell: &mut [Run]) {
    let first = cell.first().filter(|run| is_symbol(run));
    let Some(tone) = first.map(|run| run.style.tone) else {
        return;
    };
    for run in cell.iter_mut().filter(|run| run.style.tone == Tone::Ink) {
        run.style.tone = tone;
    }
}

/// A character as it is shown: controls are spaces, marks that turn the direction are nothing.
fn printable(c: char) -> Option<char> {
    match c {
        '\n' => Some('\n'),
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => None,
        '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}' => Some(' '),
        c if c.is_control() => Some(' '),
        c => Some(c),
    }
}
