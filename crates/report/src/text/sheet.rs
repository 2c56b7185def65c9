//! A record for a terminal.

use super::Page;
use super::grid::{Column, Grid, Style};
use crate::Options;
use crate::sheet::{Part, Sheet};

/// Writes a sheet for a terminal.
pub(crate) fn sheet(sheet: &Sheet, options: &Options) -> String {
    let mut page = Page::new(options);
    let style = match sheet.is_good {
        Some(true) => Style::of("pass"),
        Some(false) => Style::of("breach"),
        None => Style::Bold,
    };
    let headline = format!("{} {}", sheet.symbol(), sheet.headline);
    page.paragraph(headline.trim(), style, 0);
    for fact in &sheet.facts {
        page.paragraph(fact, Style::Dim, 0);
    }
    for part in &sheet.parts {
        match part {
            Part::List(title, points) => page.list(title, points),
            Part::Table(_, rows) if rows.is_empty() => {}
            Part::Table(heads, rows) => {
                let columns = heads.iter().map(|head| Column::flexible(head)).collect();
                let mut grid = Grid::new(columns);
                for row in rows {
                    grid.row(row.iter().map(|c| (c.clone(), Style::Plain)).collect());
                }
                page.line("");
                page.grid(&grid);
            }
        }
    }
    page.out
}
