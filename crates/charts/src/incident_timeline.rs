//! Incidents over time: a bar from the beginning to now or to the end, a mark for every change of
//! state.

use waage_result::incidents::{Incident, IncidentsResult};
use waage_result::text::{Catalogue, Language};
use waage_result::{civil_from_days, days_from_civil};

use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font::{self, name};
use crate::frame::{EDGE, Frame, WIDTH};
use crate::palette;

/// Height of a row.
const ROW: f64 = 34.0;
/// Where time begins.
const LEFT: f64 = EDGE + 250.0;
const RIGHT: f64 = WIDTH - EDGE - 16.0;
/// Most incidents drawn; the latest.
const INCIDENTS_MAX: usize = 40;

/// Draws the incidents of a document, the latest 40 of them.
///
/// # Errors
/// [`ChartError`] if the embedded font is damaged or the drawing library refuses an element; no
/// value in the document can cause either.
pub fn incident_timeline(
    result: &IncidentsResult,
    language: Language,
) -> Result<Figure, ChartError> {
    font::register()?;
    let words = Catalogue::of(language);
    let title = words.text("incident.timeline.title").to_owned();
    let subtitle = words.fill(
        "incident.timeline.subtitle",
        &[("now", &name(&result.as_of))],
    );
    let all: Vec<&Incident> = result.incidents.iter().map(|told| &told.incident).collect();
    let shown = &all[all.len().saturating_sub(INCIDENTS_MAX)..];
    let mut notes = vec![words.text("incident.timeline.note").to_owned()];
    if shown.len() < all.len() {
        let count = words.integer((all.len() - shown.len()) as u64);
        notes.push(words.fill("incident.timeline.more", &[("count", &count)]));
    }
    let frame = Frame::new(&title, &subtitle, &notes);
    let top = frame.top() + 30.0;
    let bottom = top + ROW * shown.len().max(1) as f64 + 8.0;
    let span = Span::of(shown, &result.as_of);
    let paint = |canvas: &Canvas<'_>| {
        frame.draw(canvas, bottom)?;
        draw_legend(canvas, frame.top() + 2.0, words)?;
        span.draw(canvas, top, bottom)?;
        for (at, incident) in shown.iter().enumerate() {
            draw(
                canvas,
                incident,
                top + ROW * (at as f64 + 0.5),
                &span,
                &result.as_of,
                words,
            )?;
        }
        Ok(())
    };
    let alt = alt(shown, words);
    Figure::draw(
        "incident-timeline".to_owned(),
        title,
        alt,
        frame.size(bottom),
        paint,
    )
}

/// The time shown, in seconds since 1970.
struct Span {
    from: f64,
    to: f64,
}

impl Span {
    fn of(incidents: &[&Incident], now: &str) -> Self {
        let begins = incidents
            .iter()
            .flat_map(|i| i.began_at.iter().chain([&i.opened_at]));
        let steps = incidents
            .iter()
            .flat_map(|i| i.history.iter().map(|step| &step.at));
        let now = now.to_owned();
        let all: Vec<f64> = begins
            .chain(steps)
            .chain([&now])
            .filter_map(|at| seconds(at))
            .collect();
        let from = all.iter().copied().fold(f64::INFINITY, f64::min);
        let to = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // An hour at least, so that one moment has a place.
        if from.is_finite() && to - from >= 3_600.0 {
            Self { from, to }
        } else {
            let from = if from.is_finite() { from } else { 0.0 };
            Self {
                from,
                to: from + 3_600.0,
            }
        }
    }

    fn x(&self, at: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * ((at - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Five moments on the scale, with their days.
    fn draw(&self, canvas: &Canvas<'_>, top: f64, bottom: f64) -> Drawn {
        const TICKS: u32 = 4;
        for tick in 0..=TICKS {
            let at = self.from + (self.to - self.from) * f64::from(tick) / f64::from(TICKS);
            let x = self.x(at);
            canvas.line((x, top), (x, bottom), palette::GRID, 1.0)?;
            let anchor = match tick {
                0 => Anchor::Start,
                TICKS => Anchor::End,
                _ => Anchor::Middle,
            };
            canvas.text(&day(at), x, top - 8.0, Type::SMALL, anchor)?;
        }
        Ok(())
    }
}

/// Seconds since 1970 of `2026-01-05T09:00:00Z`; nothing else is in a document.
fn seconds(text: &str) -> Option<f64> {
    let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let clock = |range| f64::from(part(range).unwrap_or(0));
    let days = days_from_civil(i64::from(part(0..4)?), part(5..7)?, part(8..10)?);
    Some(days as f64 * 86_400.0 + clock(11..13) * 3_600.0 + clock(14..16) * 60.0 + clock(17..19))
}

/// The day of a moment, ISO 8601.
fn day(at: f64) -> String {
    let (year, month, day) = civil_from_days((at / 86_400.0).floor() as i32);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The states in order, each with its letter; their words stand in the legend.
const STATES: [(&str, &str); 7] = [
    ("open", "1"),
    ("triaged", "2"),
    ("contained", "3"),
    ("resolved", "4"),
    ("lessons", "5"),
    ("closed", "6"),
    ("reopened", "R"),
];

fn draw(
    canvas: &Canvas<'_>,
    incident: &Incident,
    y: f64,
    span: &Span,
    now: &str,
    words: &Catalogue,
) -> Drawn {
    let room = LEFT - EDGE - 20.0;
    let id = Type::LABEL_STRONG.elide(&name(&incident.id), room);
    canvas.text(&id, EDGE, y - 7.0, Type::LABEL_STRONG, Anchor::Start)?;
    let state = words
        .get(&format!("incident.state.{}", incident.state))
        .map_or_else(|| name(&incident.state), str::to_owned);
    let severity = words
        .get(&format!("severity.{}", incident.severity))
        .map_or_else(|| name(&incident.severity), str::to_owned);
    let under = Type::SMALL.elide(&format!("{severity}, {state}"), room);
    canvas.text(&under, EDGE, y + 8.0, Type::SMALL, Anchor::Start)?;
    let Some(opened) = seconds(&incident.opened_at) else {
        return Ok(());
    };
    let began = incident
        .began_at
        .as_deref()
        .and_then(seconds)
        .unwrap_or(opened);
    let last = incident
        .history
        .last()
        .and_then(|step| seconds(&step.at))
        .unwrap_or(opened);
    let end = if incident.state == "closed" {
        last
    } else {
        seconds(now).unwrap_or(last).max(last)
    };
    // What went unnoticed is thin.
    canvas.line(
        (span.x(began), y),
        (span.x(opened), y),
        palette::VERMILLION,
        2.0,
    )?;
    canvas.line((span.x(opened), y), (span.x(end), y), palette::AREA, 8.0)?;
    let changes = incident
        .history
        .iter()
        .filter(|step| step.from.as_ref() != Some(&step.to));
    for step in changes {
        let Some(at) = seconds(&step.at) else {
            continue;
        };
        let letter = STATES
            .iter()
            .find(|(state, _)| *state == step.to)
            .map_or("?", |(_, letter)| letter);
        spot(canvas, span.x(at), y, letter)?;
    }
    Ok(())
}

fn spot(canvas: &Canvas<'_>, x: f64, y: f64, letter: &str) -> Drawn {
    canvas.disc((x, y), 8.0, palette::PAPER)?;
    canvas.disc((x, y), 7.2, palette::BLUE)?;
    let kind = Type {
        size: 10.0,
        weight: font::Weight::SemiBold,
        color: palette::PAPER,
    };
    canvas.text(letter, x, y, kind, Anchor::Middle)
}

fn draw_legend(canvas: &Canvas<'_>, y: f64, words: &Catalogue) -> Drawn {
    let mut x = EDGE + 8.0;
    for (state, letter) in STATES {
        spot(canvas, x, y, letter)?;
        let word = words
            .get(&format!("incident.state.{state}"))
            .unwrap_or_default();
        canvas.text(word, x + 12.0, y, Type::VALUE, Anchor::Start)?;
        x += 30.0 + Type::VALUE.width(word);
    }
    Ok(())
}

/// The figure in sentences.
fn alt(incidents: &[&Incident], words: &Catalogue) -> String {
    let one = |incident: &&Incident| {
        let values = [
            ("id", &*name(&incident.id)),
            ("opened", &name(&incident.opened_at)),
            (
                "state",
                words
                    .get(&format!("incident.state.{}", incident.state))
                    .unwrap_or_default(),
            ),
        ];
        words.fill("incident.timeline.alt_one", &values)
    };
    let told: Vec<String> = incidents.iter().rev().take(10).map(one).collect();
    let count = words.integer(incidents.len() as u64);
    words.fill(
        "incident.timeline.alt",
        &[("count", &count), ("list", &told.join(" "))],
    )
}

#[cfg(test)]
mod tests {
    use waage_result::incidents::{Step, Told};

    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for text in ["1970-01-01", "2024-02-29", "2026-12-31", "2100-03-01"] {
            assert_eq!(day(seconds(text).unwrap()), text);
        }
        assert_eq!(seconds("2026-01-05T09:00:00Z"), Some(1_767_603_600.0));
        assert_eq!(seconds("gestern"), None);
    }

    #[test]
    fn every_change_has_a_mark_and_hostile_text_is_none() {
        let step = |from: Option<&str>, to: &str, at: &str| Step {
            from: from.map(str::to_owned),
            to: to.to_owned(),
            at: at.to_owned(),
            ..Step::default()
        };
        let incident = Incident {
            id: "I-2026-001<script>".to_owned(),
            opened_at: "2026-01-05T09:00:00Z".to_owned(),
            began_at: Some("2026-01-01T09:00:00Z".to_owned()),
            state: "triaged".to_owned(),
            severity: "<b>\u{1b}".to_owned(),
            history: vec![
                step(None, "open", "2026-01-05T09:00:00Z"),
                step(Some("open"), "triaged", "2026-01-05T12:00:00Z"),
                step(Some("triaged"), "triaged", "2026-01-06T12:00:00Z"),
            ],
            ..Incident::default()
        };
        let result = IncidentsResult {
            as_of: "2026-01-07T00:00:00Z".to_owned(),
            incidents: vec![Told {
                incident,
                ..Told::default()
            }],
            ..IncidentsResult::default()
        };
        let figure = incident_timeline(&result, Language::De).unwrap();
        assert_eq!(
            figure.svg.matches("<circle").count(),
            2 * (STATES.len() + 2)
        );
        assert!(
            !figure.svg.contains("<script")
                && !figure.svg.contains("<b>")
                && !figure.svg.contains('\u{1b}')
        );
        assert!(incident_timeline(&IncidentsResult::default(), Language::En).is_ok());
    }
}
