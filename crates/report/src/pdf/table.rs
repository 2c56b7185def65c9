//! How wide the columns of a table are, and how large its type.

use super::lines::{Extent, Fonts, Line};
use super::read::{Run, Tone, plain};

/// Between two columns.
pub(super) const GAP: f32 = 9.0;
/// Above and below the text of a row.
pub(super) const PAD: f32 = 3.0;
/// Line height by size of type.
const LEADING: f32 = 1.32;
/// Sizes of type, the largest that fits is taken.
const SIZES: [f32; 6] = [8.5, 8.0, 7.5, 7.0, 6.5, 6.0];
/// The smallest size for which figures stay on one line.
const SIZE_TO_KEEP_FIGURES: f32 = 6.5;

/// A table with its text broken into lines.
pub(super) struct Laid {
    pub(super) size: f32,
    pub(super) numbers: Vec<bool>,
    /// Left edge and width of each column.
    pub(super) columns: Vec<(f32, f32)>,
    /// Lines of each cell; the first row is the head.
    pub(super) rows: Vec<Vec<Vec<Line>>>,
}

impl Laid {
    pub(super) fn leading(&self) -> f32 {
        self.size * LEADING
    }

    pub(super) fn width(&self) -> f32 {
        self.columns
            .last()
            .map_or(0.0, |(left, width)| left + width)
    }

    /// Lines of a row.
    pub(super) fn lines(&self, row: usize) -> usize {
        self.rows[row].iter().map(Vec::len).max().unwrap_or(0)
    }

    pub(super) fn row_height(&self, row: usize) -> f32 {
        self.lines(row) as f32 * self.leading() + 2.0 * PAD
    }

    pub(super) fn height(&self) -> f32 {
        (0..self.rows.len()).map(|row| self.row_height(row)).sum()
    }
}

/// Widths that a column makes use of, in em.
#[derive(Clone, Copy, Default)]
struct Column {
    /// Words stay whole.
    words: f32,
    /// Figures stay on one line, words whole.
    figures: f32,
    /// Every line stays whole.
    lines: f32,
}

/// Lays out a table within a width; type and gaps are scaled.
pub(super) fn lay_out(
    numbers: &[bool],
    rows: &[Vec<Vec<Run>>],
    fonts: &Fonts,
    width: f32,
    scale: f32,
) -> Laid {
    let mut rows = rows.to_vec();
    for run in rows.iter_mut().take(1).flatten().flatten() {
        run.style.bold = true;
        run.style.tone = Tone::Soft;
    }
    for row in rows.iter_mut().skip(1) {
        for (cell, number) in row.iter_mut().zip(numbers) {
            // Hyphens of equal width would tear a date apart.
            let tabular = *number && !plain(cell).contains('-');
            cell.iter_mut().for_each(|run| run.style.tabular = tabular);
        }
    }
    let mut columns = vec![Column::default(); numbers.len()];
    for (at, row) in rows.iter().enumerate() {
        for ((column, cell), number) in columns.iter_mut().zip(row).zip(numbers) {
            let Extent { word, line } = fonts.extent(cell);
            column.words = column.words.max(word);
            let kept = if *number && at > 0 { line } else { word };
            column.figures = column.figures.max(kept);
            column.lines = column.lines.max(line);
        }
    }
    let gap = GAP * scale;
    let free = (width - gap * columns.len().saturating_sub(1) as f32).max(width / 2.0);
    let (size, widths) = widths(&columns, free, scale);
    let mut left = 0.0;
    let placed = widths.iter().map(|width| {
        let column = (left, *width);
        left += width + gap;
        column
    });
    let placed: Vec<_> = placed.collect();
    let rows = rows.iter().map(|row| {
        let cells = row.iter().zip(&widths);
        // What fits exactly must not fail by the last bit.
        let cells = cells.map(|(cell, width)| fonts.lines(cell, width / size + 0.001));
        cells.collect()
    });
    Laid {
        size,
        numbers: numbers.to_vec(),
        rows: rows.collect(),
        columns: placed,
    }
}

/// Size of type and widths of columns.
fn widths(columns: &[Column], free: f32, scale: f32) -> (f32, Vec<f32>) {
    // A checksum does not take the place of everything else.
    let most = free / 3.0;
    let sizes = SIZES.map(|size| size * scale);
    let keep = SIZE_TO_KEEP_FIGURES * scale;
    for size in sizes.into_iter().filter(|size| *size >= keep) {
        let least = columns.iter().map(|c| (c.figures * size).min(most));
        if let Some(widths) = fit(columns, least.collect(), size, free) {
            return (size, widths);
        }
    }
    for size in sizes {
        let least = columns.iter().map(|c| (c.words * size).min(most));
        if let Some(widths) = fit(columns, least.collect(), size, free) {
            return (size, widths);
        }
    }
    let size = sizes[sizes.len() - 1];
    let least: Vec<f32> = columns
        .iter()
        .map(|c| (c.words * size).clamp(size, most.max(size)))
        .collect();
    let shrink = free / least.iter().sum::<f32>().max(1.0);
    (size, least.iter().map(|width| width * shrink).collect())
}

/// Widths between the least and those of whole lines, if there is room for the least.
fn fit(columns: &[Column], least: Vec<f32>, size: f32, free: f32) -> Option<Vec<f32>> {
    let wish: Vec<f32> = columns.iter().map(|c| c.lines * size).collect();
    let (needed, wished): (f32, f32) = (least.iter().sum(), wish.iter().sum());
    if wished <= free {
        return Some(wish);
    }
    if needed > free {
        return None;
    }
    let share = (free - needed) / (wished - needed);
    let widths = least.iter().zip(&wish);
    Some(
        widths
            .map(|(least, wish)| least + (wish - least) * share)
            .collect(),
    )
}
