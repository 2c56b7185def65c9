//! What a model relies on: the mean size of each feature's attributions, with its interval.

use waage_result::attribution::{ExplainResult, FeatureDoc};
use waage_result::document::AuditResult;
use waage_result::text::Catalogue;

use crate::axis::{Axis, Unit};
use crate::canvas::{Anchor, Canvas, Drawn, Type};
use crate::error::ChartError;
use crate::figure::Figure;
use crate::font;
use crate::frame::{EDGE, Frame, WIDTH, row_height};
use crate::marks::{Span, scale, value, whisker};
use crate::palette;

/// Features that are drawn.
const FEATURES_MAX: usize = 15;
/// Pixels of a feature's name at most.
const NAME_MAX: f64 = 240.0;
/// Height of a bar.
const BAR: f64 = 14.0;

/// The figure of the first output, where a model was explained and some feature matters.
pub(crate) fn figure(
    result: &AuditResult,
    words: &Catalogue,
) -> Result<Option<Figure>, ChartError> {
    let Some(explanation) = &result.explanation else {
        return Ok(None);
    };
    let all = of_first_output(explanation);
    let shown: Vec<(&FeatureDoc, f64)> = all.iter().copied().take(FEATURES_MAX).collect();
    if shown.first().is_none_or(|(_, size)| *size <= 0.0) {
        return Ok(None);
    }
    let confidence = words.percent(explanation.settings.confidence, 0);
    let title = words.text("chart.features_title").to_owned();
    let subtitle = words.fill("chart.features_subtitle", &[("confidence", &confidence)]);
    let notes: Vec<String> = (all.len() > shown.len())
        .then(|| {
            let counts = [shown.len(), all.len()].map(|n| words.integer(n as u64));
            let values = [("shown", counts[0].as_str()), ("total", &counts[1])];
            words.fill("chart.features_more", &values)
        })
        .into_iter()
        .collect();
    let frame = Frame::new(&title, &subtitle, &notes);
    let names: Vec<String> = shown
        .iter()
        .map(|(f, _)| Type::LABEL.elide(&font::name(&f.feature), NAME_MAX))
        .collect();
    let widest = names.iter().map(|name| Type::LABEL.width(name));
    let left = EDGE + widest.fold(40.0, f64::max) + 16.0;
    let values: Vec<String> = shown
        .iter()
        .map(|(_, size)| Unit::Number.write(*size, words))
        .collect();
    let widest = values.iter().map(|text| Type::VALUE.width(text));
    let right = WIDTH - EDGE - widest.fold(20.0, f64::max) - 16.0;
    let ends = shown
        .iter()
        .flat_map(|(f, size)| [*size].into_iter().chain(f.mean_abs.high));
    let axis = Axis::linear(0.0, ends.fold(0.0, f64::max), left, right);
    let row = row_height(shown.len());
    let (top, rows) = (frame.top(), frame.top() + 26.0);
    let end = rows + row * shown.len() as f64;
    let bottom = end + 6.0;
    let paint = |canvas: &Canvas<'_>| -> Drawn {
        frame.draw(canvas, bottom)?;
        scale(canvas, &axis, Unit::Number, (top + 14.0, rows, end), words)?;
        for (i, ((feature, size), (name, text))) in
            shown.iter().zip(names.iter().zip(&values)).enumerate()
        {
            let y = rows + row * (i as f64 + 0.5);
            canvas.text(name, EDGE, y, Type::LABEL, Anchor::Start)?;
            let (from, to) = (axis.at(0.0), axis.at(*size));
            canvas.rectangle(from, y - BAR / 2.0, to, y + BAR / 2.0, palette::BLUE)?;
            if let Some(span) = Span::of(&feature.mean_abs) {
                whisker(canvas, &axis, y, span, palette::INK, 1.6)?;
            }
            canvas.text(text, WIDTH - EDGE, y, Type::VALUE, Anchor::End)?;
        }
        Ok(())
    };
    let alt = alt(&shown, &values, words);
    Figure::draw("features".to_owned(), title, alt, frame.size(bottom), paint).map(Some)
}

/// The features of the first output with the mean size of their attributions, the largest first.
fn of_first_output(explanation: &ExplainResult) -> Vec<(&FeatureDoc, f64)> {
    let first = explanation.features.iter();
    first
        .filter(|f| f.output.is_none_or(|k| k == 0))
        .filter_map(|f| Some((f, value(&f.mean_abs)?)))
        .collect()
}

fn alt(shown: &[(&FeatureDoc, f64)], values: &[String], words: &Catalogue) -> String {
    let each: Vec<String> = shown
        .iter()
        .zip(values)
        .map(|((f, _), text)| format!("{} {text}", font::name(&f.feature)))
        .collect();
    words.fill("chart.features_alt", &[("features", &each.join("; "))])
}
