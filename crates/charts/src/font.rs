//! The embedded font Inter: the same letters in every viewer, and their widths known before drawing.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use plotters::style::{FontFamily, FontStyle, FontTransform, IntoTextStyle, register_font};
use resvg::usvg::fontdb::Database;

use crate::error::ChartError;

/// Inter Regular (weight 400), a TrueType subset: Latin, Greek, mathematics and arrows.
pub const INTER_REGULAR: &[u8] = include_bytes!("../fonts/Inter-Regular.ttf");
/// Inter SemiBold (weight 600), the same subset.
pub const INTER_SEMIBOLD: &[u8] = include_bytes!("../fonts/Inter-SemiBold.ttf");

/// The value of `font-family` in every figure.
pub(crate) const FAMILY: &str = "Inter, sans-serif";

/// Inter's ascent and descent in em: the drawing library measures fonts by their height.
const HEIGHT_EM: f64 = (1984.0 + 494.0) / 2048.0;

/// Weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

impl Weight {
    pub(crate) const fn style(self) -> FontStyle {
        match self {
            Self::Regular => FontStyle::Normal,
            Self::SemiBold => FontStyle::Bold,
        }
    }
}

/// Registers the fonts with the drawing library, once per process.
pub(crate) fn register() -> Result<(), ChartError> {
    static DONE: OnceLock<Result<(), &'static str>> = OnceLock::new();
    DONE.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, INTER_REGULAR).map_err(|_| "Inter-Regular.ttf")?;
        register_font(FAMILY, FontStyle::Bold, INTER_SEMIBOLD).map_err(|_| "Inter-SemiBold.ttf")
    })
    .map_err(|file| ChartError::Font { file })
}

/// The fonts for rasterising; none of the system's.
pub(crate) fn database() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    Arc::clone(FONTS.get_or_init(|| {
        let mut fonts = Database::new();
        fonts.load_font_data(INTER_REGULAR.to_vec());
        fonts.load_font_data(INTER_SEMIBOLD.to_vec());
        fonts.set_sans_serif_family("Inter");
        fonts.set_serif_family("Inter");
        Arc::new(fonts)
    }))
}

/// Width of a text in pixels at a font size in pixels, kerning left out (it only narrows).
pub(crate) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    const PRECISION: f64 = 100.0;
    let style = (
        FontFamily::Name(FAMILY),
        size * HEIGHT_EM * PRECISION,
        weight.style(),
    )
        .into_text_style(&(0, 0));
    style
        .font
        .transform(FontTransform::None)
        .box_size(text)
        .map_or(text.chars().count() as f64 * size, |(width, _)| {
            f64::from(width) / PRECISION
        })
}

/// The text, or as much of its beginning as fits, with an ellipsis.
pub(crate) fn elide(text: &str, max: f64, size: f64, weight: Weight) -> String {
    if width(text, size, weight) <= max {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let fits = |end: &usize| width(&format!("{}…", text[..*end].trim_end()), size, weight) <= max;
    let count = ends.partition_point(fits);
    format!(
        "{}…",
        text[..ends.get(count.saturating_sub(1)).copied().unwrap_or(0)].trim_end()
    )
}

/// The text in lines no wider than `max`, broken at spaces (a single longer word is elided).
pub(crate) fn wrap(text: &str, max: f64, size: f64, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if width(&longer, size, weight) <= max {
                *line = longer;
                continue;
            }
        }
        lines.push(elide(word, max, size, weight));
    }
    lines
}

/// Data text without what no figure can show: control characters and marks that turn the direction.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
        .map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c })
        .collect()
}

/// Cleaned data text of at most 80 characters, so that no name fills a heading or a description.
pub(crate) fn name(text: &str) -> String {
    const LENGTH_MAX: usize = 80;
    let text = clean(text);
    match text.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// The `@font-face` rules of the two weights, fonts included: what a page needs once to show
/// every [`Figure::svg`](crate::Figure::svg) as it was laid out.
#[must_use]
pub fn font_face_css() -> String {
    let face = |weight: &str, font: &[u8]| {
        let data = base64::engine::general_purpose::STANDARD.encode(font);
        format!(
            "@font-face{{font-family:\"Inter\";font-style:normal;font-weight:{weight};src:url(data:font/ttf;base64,{data}) format(\"truetype\")}}\n"
        )
    };
    face("400", INTER_REGULAR) + &face("600 700", INTER_SEMIBOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_the_fonts_own() {
        register().unwrap();
        // Advances of "1" and "0" in the font's table: 833 and 1292 of 2048 units.
        let exact = (833.0 + 1292.0) / 2048.0 * 10.0;
        assert!((width("10", 10.0, Weight::Regular) - exact).abs() < 0.02);
        assert!(width("10", 10.0, Weight::SemiBold) > exact);
    }

    #[test]
    fn long_texts_are_cut_to_fit() {
        register().unwrap();
        let long = "Donaudampfschifffahrtsgesellschaft";
        let cut = elide(long, 80.0, 13.0, Weight::Regular);
        assert!(cut.ends_with('…') && cut.len() > "…".len());
        assert!(width(&cut, 13.0, Weight::Regular) <= 80.0);
        assert!(
            width(
                &format!("{}…", &long[..cut.len() - 2]),
                13.0,
                Weight::Regular
            ) > 80.0
        );
        assert_eq!(elide("kurz", 80.0, 13.0, Weight::Regular), "kurz");
        assert_eq!(elide("WWWW", 1.0, 13.0, Weight::Regular), "…");
    }

    #[test]
    fn lines_break_at_spaces_and_lose_no_word() {
        register().unwrap();
        let text = "one two three four five six seven";
        let lines = wrap(text, 60.0, 12.0, Weight::Regular);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), text);
        assert!(
            lines
                .iter()
                .all(|line| width(line, 12.0, Weight::Regular) <= 60.0)
        );
    }

    #[test]
    fn control_characters_do_not_reach_a_figure() {
        assert_eq!(clean("a\u{0}b\nc\u{202e}d\u{ffff}"), "a b cd");
    }
}
