//! A finished figure, and the forms in which it leaves: SVG with or without its font, and PNG.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use crate::canvas;
use crate::error::ChartError;
use crate::font;

/// Most pixels on a side of a PNG.
const SIDE_MAX: u32 = 16_384;

/// Reads a drawing, its texts laid out in the embedded font.
///
/// # Errors
/// [`usvg::Error`] if it is none.
pub fn parse(svg: &str) -> Result<usvg::Tree, usvg::Error> {
    let options = usvg::Options {
        font_family: "Inter".to_owned(),
        fontdb: font::database(),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(svg, &options)
}

/// One figure of a result.
///
/// The same result, language and options give the same bytes on every machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// A name that is safe in files and anchors: `rates-gender`. Unique within one result.
    pub id: String,
    /// The heading, as drawn.
    pub title: String,
    /// The figure in sentences, for those who cannot see it: plain text, not escaped.
    pub alt: String,
    /// The drawing as a whole SVG document. Its texts ask for the font "Inter": a page that shows
    /// it needs [`font_face_css`](crate::font_face_css) once.
    pub svg: String,
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
}

impl Figure {
    /// The SVG document with its font inside, which looks the same wherever it is opened.
    #[must_use]
    pub fn svg_with_font(&self) -> String {
        let (head, rest) = self.svg.split_once(">\n").unwrap_or(("", &self.svg));
        format!(
            "{head}>\n<style>\n{}</style>\n{rest}",
            font::font_face_css()
        )
    }

    /// The figure as PNG, `scale` image pixels for each CSS pixel (2 for print and sharp screens).
    ///
    /// # Errors
    /// [`ChartError::Scale`] unless `scale` is above zero and gives sides of 1 to 16 384 pixels;
    /// [`ChartError::Raster`] if the SVG cannot be read back or the image not be encoded.
    pub fn png(&self, scale: f32) -> Result<Vec<u8>, ChartError> {
        let raster = |cause: String| ChartError::Raster {
            figure: self.id.clone(),
            cause,
        };
        let refused = || ChartError::Scale {
            figure: self.id.clone(),
            scale,
            max: SIDE_MAX,
        };
        let side = |length: u32| {
            let pixels = (f64::from(length) * f64::from(scale)).round();
            (pixels >= 1.0 && pixels <= f64::from(SIDE_MAX)).then_some(pixels as u32)
        };
        let (width, height) = side(self.width)
            .zip(side(self.height))
            .ok_or_else(refused)?;
        let tree = parse(&self.svg).map_err(|e| raster(e.to_string()))?;
        let mut image = Pixmap::new(width, height).ok_or_else(refused)?;
        resvg::render(
            &tree,
            Transform::from_scale(scale, scale),
            &mut image.as_mut(),
        );
        image.encode_png().map_err(|e| raster(e.to_string()))
    }

    /// Draws a figure.
    pub(crate) fn draw(
        id: String,
        title: String,
        alt: String,
        (width, height): (u32, u32),
        paint: impl FnOnce(&canvas::Canvas<'_>) -> canvas::Drawn,
    ) -> Result<Self, ChartError> {
        let body = canvas::draw(&id, (width, height), paint)?;
        let svg = canvas::document((width, height), &alt, &body);
        Ok(Self {
            id,
            title,
            alt,
            svg,
            width,
            height,
        })
    }
}

/// A name for files and anchors: lower case letters, digits and hyphens, umlauts spelt out.
pub(crate) fn slug(name: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' | '_' => out.push(c),
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            '*' => out.push_str("-x-"),
            _ if out.ends_with('-') => {}
            _ => out.push('-'),
        }
        if out.len() >= LENGTH_MAX {
            break;
        }
    }
    let out = out.trim_matches('-');
    if out.is_empty() {
        "attribute".to_owned()
    } else {
        out.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_become_safe_in_files() {
        assert_eq!(slug("gender*region"), "gender-x-region");
        assert_eq!(slug("Größe (m²)"), "groesse-m");
        assert_eq!(slug("../../etc/passwd"), "etc-passwd");
        assert_eq!(slug("性別"), "attribute");
    }
}
