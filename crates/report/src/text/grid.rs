//! Aligned columns in a terminal, by displayed width, so that umlauts and wide letters keep in line.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::article::Cell;

/// Columns between columns.
const GAP: usize = 2;
/// A flexible column never gets narrower.
const NARROWEST: usize = 8;
/// Nor as narrow as this (or three fifths of its width), while columns can be left out instead.
const COMFORTABLE: usize = 20;

/// How a piece of text stands out, on terminals with colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
}

impl Style {
    /// The style of a state, by its name.
    pub(super) fn of(state: &str) -> Self {
        match state {
            "breach" => Self::Red,
            "inconclusive" => Self::Yellow,
            "pass" => Self::Green,
            _ => Self::Dim,
        }
    }

    pub(super) fn paint(self, text: &str, color: bool) -> String {
        let code = match self {
            Self::Plain => return text.to_owned(),
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "1;31",
            Self::Yellow => "1;33",
            Self::Green => "1;32",
        };
        if !color || text.trim().is_empty() {
            return text.to_owned();
        }
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// How a column is set.
pub(crate) struct Column {
    title: String,
    right: bool,
    flexible: bool,
}

impl Column {
    /// Left-aligned, shortened where the terminal is narrow.
    pub(crate) fn flexible(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            right: false,
            flexible: true,
        }
    }

    /// Left-aligned, never shortened.
    pub(crate) fn fixed(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            right: false,
            flexible: false,
        }
    }

    /// Right-aligned, never shortened.
    pub(crate) fn number(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            right: true,
            flexible: false,
        }
    }
}

/// Rows of cells, a style each.
pub(crate) struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<(String, Style)>>,
}

impl Grid {
    pub(crate) const fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<(String, Style)>) {
        self.rows.push(cells);
    }

    /// The lines, each at most `width` columns wide (down to a first column and one more): flexible
    /// columns are shortened first, then columns at the right are left out.
    pub(super) fn lines(&self, width: usize, color: bool) -> Vec<String> {
        let widths = self.fit(width);
        let mut lines = Vec::new();
        if self.columns.iter().any(|column| !column.title.is_empty()) {
            let head: Vec<(String, Style)> = self
                .columns
                .iter()
                .map(|column| (column.title.clone(), Style::Dim))
                .collect();
            lines.push(self.line(&head, &widths, color));
        }
        lines.extend(self.rows.iter().map(|row| self.line(row, &widths, color)));
        lines
    }

    fn line(&self, cells: &[(String, Style)], widths: &[usize], color: bool) -> String {
        let parts: Vec<String> = cells
            .iter()
            .zip(widths)
            .zip(&self.columns)
            .filter(|((_, width), _)| **width > 0)
            .map(|(((text, style), &width), column)| {
                let text = shorten(text, width);
                let padded = if column.right {
                    pad_left(&text, width)
                } else {
                    pad_right(&text, width)
                };
                style.paint(&padded, color)
            })
            .collect();
        parts.join(&" ".repeat(GAP)).trim_end().to_owned()
    }

    fn fit(&self, width: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cells = self.rows.iter().map(|row| row[i].0.width());
                cells.max().unwrap_or(0).max(column.title.width())
            })
            .collect();
        let natural = widths.clone();
        // Shorten as far as is comfortable, then leave columns out, then shorten further.
        while total(&widths) > width {
            let shortest = |i: usize| NARROWEST.max((natural[i] * 3 / 5).min(COMFORTABLE));
            let widest = |shortest: &dyn Fn(usize) -> usize| {
                (0..widths.len())
                    .filter(|&i| self.columns[i].flexible && widths[i] > shortest(i))
                    .max_by_key(|&i| widths[i])
            };
            match widest(&shortest) {
                Some(i) => widths[i] -= 1,
                None if widths.len() > 3 => {
                    widths.pop();
                }
                None => match widest(&|_| NARROWEST) {
                    Some(i) => widths[i] -= 1,
                    None if widths.len() > 2 => {
                        widths.pop();
                    }
                    None => break,
                },
            }
        }
        widths
    }
}

fn total(widths: &[usize]) -> usize {
    let shown = widths.iter().filter(|&&width| width > 0).count();
    widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1)
}

/// Text of at most so many columns, `…` for what is cut.
pub(super) fn shorten(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Text filled up with spaces on the left.
fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// Text filled up with spaces on the right.
pub(super) fn pad_right(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Text in lines of at most so many columns, broken at spaces; longer words are cut.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > width {
            let mut head = String::new();
            while let Some(c) = word.chars().next() {
                if head.width() + c.width().unwrap_or(0) > width {
                    break;
                }
                head.push(c);
                word.drain(..c.len_utf8());
            }
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines
}

/// The cells of a column as value, interval and bar, each aligned down the column.
pub(super) fn composites(cells: &[&Cell], bar: usize) -> Vec<String> {
    let widest = |text: fn(&Cell) -> &str| cells.iter().map(|c| text(c).width()).max().unwrap_or(0);
    let values = widest(|cell| &cell.text);
    let details = widest(|cell| cell.detail.as_deref().unwrap_or(""));
    cells
        .iter()
        .map(|cell| {
            let value = pad_left(&cell.text, values);
            let detail = pad_right(cell.detail.as_deref().unwrap_or(""), details);
            let bar = cell.bar.map(|share| blocks(share, bar)).unwrap_or_default();
            format!("{value}  {detail} {bar}").trim_end().to_owned()
        })
        .collect()
}

/// A bar in eighths of a column.
fn blocks(share: f64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * width as f64 * 8.0).round() as usize;
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_whatever_the_script() {
        let mut grid = Grid::new(vec![Column::flexible("group"), Column::number("n")]);
        for name in ["Köln", "東京", "a"] {
            grid.row(vec![
                (name.to_owned(), Style::Plain),
                ("7".to_owned(), Style::Plain),
            ]);
        }
        let lines = grid.lines(80, false);
        assert!(lines.iter().all(|line| line.width() == 8), "{lines:?}");
    }

    #[test]
    fn a_narrow_terminal_shortens_then_drops() {
        let mut grid = Grid::new(vec![
            Column::flexible("group"),
            Column::number("n"),
            Column::fixed("selection"),
        ]);
        let cell = |text: &str| (text.to_owned(), Style::Plain);
        grid.row(vec![
            cell("a very long name of a group"),
            cell("1,000"),
            cell("21.3%"),
        ]);
        let lines = grid.lines(30, false);
        assert!(
            lines[1].starts_with("a very long…") && lines[1].ends_with("21.3%"),
            "{lines:?}"
        );
        assert!(grid.lines(20, false).iter().all(|line| line.width() <= 20));
        assert!(!grid.lines(20, false)[1].contains("21.3%"));
    }

    #[test]
    fn wide_words_are_cut_and_nothing_is_lost() {
        let text = "ein Donaudampfschifffahrtsgesellschaftskapitän";
        let lines = wrap(text, 10);
        assert!(lines.iter().all(|line| line.width() <= 10));
        let joined: String = lines.concat();
        assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
    }
}
