//! The 5×5 matrix of risks: likelihood upwards, impact to the right. Hollow marks stand where a risk
//! is before controls, filled ones where it is now, an arrow leads from one to the other.
//!
//! Bands are shades of grey and every cell holds its score, so that the figure says the same without
//! colour.

use plotters::style::RGBColor;
use waage_result::risks::{Risk, RisksResult};
use waage_result::text::{Catalogue, Language};

use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font::{self, name};
use crate::frame::{EDGE, Frame};
use crate::palette;

/// Width and height of a cell.
const CELL: (f64, f64) = (138.0, 96.0);
/// Room left of the cells for the words of the scale.
const LEFT: f64 = EDGE + 176.0;
/// Radius of a mark.
const RADIUS: f64 = 5.0;
/// Marks in a row of a cell, and rows of each kind.
const COLUMNS: usize = 4;
const ROWS: usize = 2;

/// Draws the matrix of the risks that are not closed.
///
/// # Errors
/// [`ChartError`] if the embedded font is damaged or the drawing library refuses an element; no
/// value in the register can cause either.
pub fn risk_matrix(result: &RisksResult, language: Language) -> Result<Figure, ChartError> {
    font::register()?;
    let words = Catalogue::of(language);
    let risks: Vec<&Risk> = result
        .risks
        .iter()
        .filter(|risk| risk.status != "closed")
        .collect();
    let title = words.text("risks.matrix.title").to_owned();
    let system = result.system.as_ref().map(|system| match language {
        Language::En => &system.en,
        Language::De => &system.de,
    });
    let subtitle = words.fill(
        "risks.matrix.subtitle",
        &[
            (
                "system",
                &system.map_or_else(String::new, |system| format!("{}, ", name(system))),
            ),
            ("day", &name(&result.as_of)),
        ],
    );
    let sheet = Sheet::of(&risks);
    let mut notes = vec![words.text("risks.matrix.note").to_owned()];
    if sheet.left_out > 0 {
        let count = words.integer(sheet.left_out as u64);
        notes.push(words.fill("risks.matrix.more", &[("count", &count)]));
    }
    let frame = Frame::new(&title, &subtitle, &notes);
    let legend = frame.top() + 2.0;
    let top = legend + 24.0;
    let bottom = top + 5.0 * CELL.1 + 54.0;
    let paint = |canvas: &Canvas<'_>| {
        frame.draw(canvas, bottom)?;
        draw_legend(canvas, legend, words)?;
        draw_cells(canvas, top, words)?;
        sheet.draw(canvas, top)
    };
    let alt = alt(&risks, words);
    Figure::draw(
        "risk-matrix".to_owned(),
        title,
        alt,
        frame.size(bottom),
        paint,
    )
}

/// The marks of every cell, placed.
struct Sheet {
    marks: Vec<Placed>,
    left_out: usize,
}

/// One risk: where it is before and after, as places in cells.
struct Placed {
    label: String,
    before: Option<Spot>,
    after: Option<Spot>,
}

/// A place in a cell: likelihood and impact from 1, and the number in its kind's rows.
#[derive(Clone, Copy)]
struct Spot {
    likelihood: u8,
    impact: u8,
    at: usize,
    residual: bool,
}

impl Sheet {
    fn of(risks: &[&Risk]) -> Self {
        let mut counts = [[[0_usize; 2]; 6]; 6];
        let mut left_out = 0;
        let mut place = |likelihood: u8, impact: u8, residual: bool| {
            let (row, column) = (
                usize::from(likelihood.clamp(1, 5)),
                usize::from(impact.clamp(1, 5)),
            );
            let count = &mut counts[row][column][usize::from(residual)];
            let at = *count;
            *count += 1;
            (at < COLUMNS * ROWS).then_some(Spot {
                likelihood: likelihood.clamp(1, 5),
                impact: impact.clamp(1, 5),
                at,
                residual,
            })
        };
        let marks = risks
            .iter()
            .map(|risk| {
                let placed = Placed {
                    label: short(&risk.id),
                    before: place(risk.likelihood_inherent, risk.impact, false),
                    after: place(risk.likelihood_residual, risk.impact, true),
                };
                left_out += usize::from(placed.before.is_none() || placed.after.is_none());
                placed
            })
            .collect();
        Self { marks, left_out }
    }

    fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Drawn {
        // Arrows lie below the marks.
        for placed in &self.marks {
            if let (Some(before), Some(after)) = (placed.before, placed.after)
                && before.likelihood != after.likelihood
            {
                arrow(canvas, before.at(top), after.at(top))?;
            }
        }
        for placed in &self.marks {
            for spot in [placed.before, placed.after].into_iter().flatten() {
                let (x, y) = spot.at(top);
                canvas.disc((x, y), RADIUS, palette::INK)?;
                if !spot.residual {
                    canvas.disc((x, y), RADIUS - 1.6, palette::PAPER)?;
                }
                // Beside the mark: arrows run up and down.
                canvas.text(&placed.label, x + RADIUS + 2.5, y, LABEL, Anchor::Start)?;
            }
        }
        Ok(())
    }
}

const LABEL: Type = Type {
    size: 9.5,
    weight: font::Weight::SemiBold,
    color: palette::INK,
};

impl Spot {
    /// The middle of the mark: those before in the upper rows of the cell, those after in the lower.
    fn at(self, top: f64) -> (f64, f64) {
        let (left, upper) = corner(self.likelihood, self.impact, top);
        let step = (CELL.0 - 12.0) / COLUMNS as f64;
        let x = left + 16.0 + step * (self.at % COLUMNS) as f64;
        let row = self.at / COLUMNS + if self.residual { ROWS } else { 0 };
        (x, upper + 14.0 + 21.5 * row as f64)
    }
}

/// The upper left corner of a cell.
fn corner(likelihood: u8, impact: u8, top: f64) -> (f64, f64) {
    (
        LEFT + CELL.0 * f64::from(impact - 1),
        top + CELL.1 * f64::from(5 - likelihood),
    )
}

/// The number of an id, which is all that fits beside a mark.
fn short(id: &str) -> String {
    let id = name(id);
    let number = id.strip_prefix("R-").unwrap_or(&id).trim_start_matches('0');
    number.chars().take(4).collect()
}

/// A line with a head at its end, from mark to mark.
fn arrow(canvas: &Canvas<'_>, from: (f64, f64), to: (f64, f64)) -> Drawn {
    const HEAD: f64 = 7.0;
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::hypot(dx, dy);
    if length < 4.0 * RADIUS {
        return Ok(());
    }
    let (ux, uy) = (dx / length, dy / length);
    let along = |point: (f64, f64), by: f64| (point.0 + ux * by, point.1 + uy * by);
    let tip = along(to, -(RADIUS + 1.5));
    let base = along(tip, -HEAD);
    canvas.line(along(from, RADIUS), base, palette::BLUE, 1.3)?;
    let half = HEAD * 0.45;
    canvas.polygon(
        &[
            tip,
            (base.0 - uy * half, base.1 + ux * half),
            (base.0 + uy * half, base.1 - ux * half),
        ],
        palette::BLUE,
    )
}

/// The shade of a score's band, darker the worse.
const fn shade(score: u8) -> RGBColor {
    match score {
        0..=4 => RGBColor(247, 248, 249),
        5..=9 => RGBColor(233, 237, 240),
        10..=14 => RGBColor(216, 222, 226),
        _ => RGBColor(194, 203, 209),
    }
}

const BANDS: [(u8, &str); 4] = [(1, "low"), (5, "moderate"), (10, "high"), (15, "severe")];

fn draw_cells(canvas: &Canvas<'_>, top: f64, words: &Catalogue) -> Drawn {
    for likelihood in 1..=5_u8 {
        for impact in 1..=5_u8 {
            let (left, upper) = corner(likelihood, impact, top);
            let score = likelihood * impact;
            canvas.rectangle(left, upper, left + CELL.0, upper + CELL.1, palette::PAPER)?;
            canvas.rectangle(
                left + 1.0,
                upper + 1.0,
                left + CELL.0 - 1.0,
                upper + CELL.1 - 1.0,
                shade(score),
            )?;
            canvas.text(
                &score.to_string(),
                left + CELL.0 - 6.0,
                upper + CELL.1 - 8.0,
                SCORE,
                Anchor::End,
            )?;
        }
        let middle = corner(likelihood, 1, top).1 + CELL.1 / 2.0;
        canvas.text(
            &likelihood.to_string(),
            LEFT - 10.0,
            middle,
            Type::LABEL_STRONG,
            Anchor::End,
        )?;
        let word = words.text(LIKELIHOODS[usize::from(likelihood - 1)]);
        for (at, line) in Type::SMALL
            .wrap(word, LEFT - EDGE - 32.0)
            .iter()
            .take(3)
            .enumerate()
        {
            canvas.text(
                line,
                LEFT - 26.0,
                middle + 14.0 * at as f64,
                Type::SMALL,
                Anchor::End,
            )?;
        }
    }
    let below = top + 5.0 * CELL.1;
    for impact in 1..=5_u8 {
        let middle = corner(1, impact, top).0 + CELL.0 / 2.0;
        canvas.text(
            &impact.to_string(),
            middle,
            below + 12.0,
            Type::LABEL_STRONG,
            Anchor::Middle,
        )?;
        let word = words.text(IMPACTS[usize::from(impact - 1)]);
        for (at, line) in Type::SMALL
            .wrap(word, CELL.0 - 8.0)
            .iter()
            .take(2)
            .enumerate()
        {
            canvas.text(
                line,
                middle,
                below + 28.0 + 14.0 * at as f64,
                Type::SMALL,
                Anchor::Middle,
            )?;
        }
    }
    canvas.text(
        words.text("risks.matrix.likelihood"),
        EDGE,
        top - 9.0,
        Type::HEADING,
        Anchor::Start,
    )?;
    canvas.text(
        words.text("risks.matrix.impact"),
        EDGE,
        below + 12.0,
        Type::HEADING,
        Anchor::Start,
    )
}

const SCORE: Type = Type {
    size: 10.0,
    weight: font::Weight::Regular,
    color: palette::MUTED,
};

const LIKELIHOODS: [&str; 5] = [
    "risks.likelihood.l1",
    "risks.likelihood.l2",
    "risks.likelihood.l3",
    "risks.likelihood.l4",
    "risks.likelihood.l5",
];
const IMPACTS: [&str; 5] = [
    "risks.impact.l1",
    "risks.impact.l2",
    "risks.impact.l3",
    "risks.impact.l4",
    "risks.impact.l5",
];

fn draw_legend(canvas: &Canvas<'_>, y: f64, words: &Catalogue) -> Drawn {
    let mut x = LEFT;
    let label = |x: &mut f64, text: &str| {
        canvas.text(text, *x, y, Type::VALUE, Anchor::Start)?;
        *x += Type::VALUE.width(text) + 18.0;
        Ok::<(), String>(())
    };
    canvas.disc((x + 5.0, y), RADIUS, palette::INK)?;
    canvas.disc((x + 5.0, y), RADIUS - 1.6, palette::PAPER)?;
    x += 15.0;
    label(&mut x, words.text("risks.matrix.before"))?;
    canvas.disc((x + 5.0, y), RADIUS, palette::INK)?;
    x += 15.0;
    label(&mut x, words.text("risks.matrix.after"))?;
    for (score, band) in BANDS {
        canvas.rectangle(x, y - 6.0, x + 16.0, y + 6.0, palette::AXIS)?;
        canvas.rectangle(x + 0.8, y - 5.2, x + 15.2, y + 5.2, shade(score))?;
        x += 22.0;
        label(
            &mut x,
            words.get(&format!("risks.band.{band}")).unwrap_or_default(),
        )?;
    }
    Ok(())
}

/// The figure in sentences: the risks with the highest scores, and how many moved.
fn alt(risks: &[&Risk], words: &Catalogue) -> String {
    const TOLD: usize = 5;
    let mut order: Vec<&&Risk> = risks.iter().collect();
    order.sort_by_key(|risk| std::cmp::Reverse(risk.score_residual));
    let one = |risk: &&&Risk| {
        let values = [
            ("risk", &*name(&risk.id)),
            (
                "title",
                &name(match words.language() {
                    Language::En => &risk.title.en,
                    Language::De => &risk.title.de,
                }),
            ),
            ("before", &risk.score_inherent.to_string()),
            ("after", &risk.score_residual.to_string()),
        ];
        words.fill("risks.matrix.alt_one", &values)
    };
    let highest: Vec<String> = order.iter().take(TOLD).map(one).collect();
    let moved = risks
        .iter()
        .filter(|risk| risk.score_residual != risk.score_inherent)
        .count();
    let values = [
        ("count", &*words.integer(risks.len() as u64)),
        ("moved", &words.integer(moved as u64)),
        ("list", &highest.join(" ")),
    ];
    words.fill("risks.matrix.alt", &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risk(id: &str, impact: u8, before: u8, after: u8) -> Risk {
        Risk {
            id: id.to_owned(),
            impact,
            likelihood_inherent: before,
            likelihood_residual: after,
            score_inherent: before * impact,
            score_residual: after * impact,
            status: "open".to_owned(),
            ..Risk::default()
        }
    }

    #[test]
    fn every_risk_has_both_marks_and_a_moved_one_an_arrow() {
        let result = RisksResult {
            risks: vec![
                risk("R-001", 3, 4, 2),
                risk("R-002", 5, 5, 5),
                risk("R-003", 0, 9, 0),
            ],
            ..RisksResult::default()
        };
        for language in Language::ALL {
            let figure = risk_matrix(&result, language).unwrap();
            // The legend has three circles; each risk two circles before and one after.
            let circles = figure.svg.matches("<circle").count();
            assert_eq!(circles, 3 + 3 * 3, "{}", figure.svg);
            assert!(figure.alt.contains("R-001"));
            assert!(figure.png(1.0).unwrap().len() > 1000);
        }
    }

    #[test]
    fn a_full_cell_says_how_many_are_left_out() {
        let risks: Vec<Risk> = (1..=12)
            .map(|at| risk(&format!("R-{at:03}"), 2, 2, 2))
            .collect();
        let result = RisksResult {
            risks,
            ..RisksResult::default()
        };
        let figure = risk_matrix(&result, Language::En).unwrap();
        assert!(figure.svg.contains("4 risks"), "{}", figure.svg);
    }

    #[test]
    fn text_from_files_is_no_markup() {
        let mut hostile = risk("R-<b>\u{202e}x", 1, 1, 1);
        hostile.title.en = "<script>alert(1)</script>\u{1b}[31m\n".to_owned();
        let result = RisksResult {
            risks: vec![hostile],
            ..RisksResult::default()
        };
        let svg = risk_matrix(&result, Language::En).unwrap().svg;
        assert!(
            !svg.contains("<script")
                && !svg.contains("<b>")
                && !svg.contains('\u{1b}')
                && !svg.contains('\u{202e}')
        );
    }
}
