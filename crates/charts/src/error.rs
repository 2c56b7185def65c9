//! What can go wrong while a figure is drawn.

/// Why a figure could not be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChartError {
    /// The embedded font did not load.
    #[error(
        "the embedded font Inter could not be read: the file {file} in crates/charts/fonts is damaged, restore it and build again"
    )]
    Font {
        /// The font's file.
        file: &'static str,
    },
    /// The drawing library refused an element.
    #[error("figure {figure:?} could not be drawn: {cause}")]
    Drawing {
        /// The figure's id.
        figure: String,
        /// What the library said.
        cause: String,
    },
    /// The finished SVG could not be read back for rasterising.
    #[error("figure {figure:?} could not be turned into PNG: {cause}; use its SVG instead")]
    Raster {
        /// The figure's id.
        figure: String,
        /// What the library said.
        cause: String,
    },
    /// A scale that gives no image, or one too large to hold.
    #[error(
        "figure {figure:?} cannot be rasterised at scale {scale}: choose a scale above 0 that leaves each side between 1 and {max} pixels"
    )]
    Scale {
        /// The figure's id.
        figure: String,
        /// The scale asked for.
        scale: f32,
        /// Most pixels on a side.
        max: u32,
    },
}
