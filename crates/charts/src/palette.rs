//! Colours: after Okabe and Ito, darkened until each has at least 4.5:1 on white, so that figures
//! stay readable for the colour-blind; states differ in shape as well, so that they do in grey.

use plotters::style::RGBColor;

/// Behind everything.
pub(crate) const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Titles and labels.
pub(crate) const INK: RGBColor = RGBColor(27, 36, 44);
/// Secondary text.
pub(crate) const MUTED: RGBColor = RGBColor(86, 98, 108);
/// Axes and zero lines.
pub(crate) const AXIS: RGBColor = RGBColor(110, 122, 131);
/// Vertical grid lines.
pub(crate) const GRID: RGBColor = RGBColor(219, 225, 229);
/// Rules between rows.
pub(crate) const RULE: RGBColor = RGBColor(237, 240, 242);
/// Estimates, and passes.
pub(crate) const BLUE: RGBColor = RGBColor(0, 95, 153);
/// Breaches.
pub(crate) const VERMILLION: RGBColor = RGBColor(184, 60, 4);
/// Inconclusive findings.
pub(crate) const OCHRE: RGBColor = RGBColor(138, 92, 0);
/// What the policy tolerates.
pub(crate) const TOLERATED: RGBColor = RGBColor(226, 237, 246);
/// The edge of what it tolerates.
pub(crate) const MARGIN: RGBColor = RGBColor(112, 150, 184);
/// The area under a distribution.
pub(crate) const AREA: RGBColor = RGBColor(181, 208, 230);

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: RGBColor) -> f64 {
        let channel = |c: u8| {
            let s = f64::from(c) / 255.0;
            if s <= 0.04045 {
                s / 12.92
            } else {
                libm::pow((s + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * channel(color.0) + 0.7152 * channel(color.1) + 0.0722 * channel(color.2)
    }

    fn contrast(a: RGBColor, b: RGBColor) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_marks_stand_out_from_paper_and_shading() {
        for color in [INK, MUTED, BLUE, VERMILLION, OCHRE] {
            for ground in [PAPER, TOLERATED] {
                assert!(
                    contrast(color, ground) >= 4.5,
                    "{color:?} on {ground:?}: {}",
                    contrast(color, ground)
                );
            }
        }
    }
}
