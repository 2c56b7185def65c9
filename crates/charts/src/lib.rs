//! Figures drawn from results: who is treated differently, by how much, and how sure we are.
//!
//! [`figures`] turns an [`AuditResult`] into [`Figure`]s, three for each attribute where the result
//! has what they need:
//!
//! * `rates-ATTRIBUTE`: selection, true and false positive rate of each group with intervals;
//! * `disparities-ATTRIBUTE`: a forest plot of each group's difference and ratio to the reference
//!   group, what the policy tolerates shaded, each finding's state told by shape and colour;
//! * `scores-ATTRIBUTE`: how each group's scores are distributed, and where the cut lies;
//!
//! `membership-ATTRIBUTE` of each attribute whose groups are known by probabilities alone: a forest plot of
//! each group's gap to the reference, with all that it may be whichever rows belong to the groups; and
//! `features`, what the model relies on, where one was explained.
//!
//! They are drawn as SVG with plotters, in the embedded font Inter, and rasterised with resvg. Text
//! from data is escaped, numbers follow the language, and small groups are left out ([`Options`]).
//!
//! ```no_run
//! # fn show(result: &waage_result::document::AuditResult) -> Result<(), Box<dyn std::error::Error>> {
//! use waage_charts::{Options, figures};
//! use waage_result::text::Language;
//!
//! for figure in figures(result, Language::De, &Options::default())? {
//!     std::fs::write(format!("{}.svg", figure.id), figure.svg_with_font())?;
//!     std::fs::write(format!("{}.png", figure.id), figure.png(2.0)?)?;
//! }
//! # Ok(())
//! # }
//! ```

mod axis;
mod canvas;
mod disparities;
mod error;
mod features;
mod figure;
mod font;
mod forest;
mod frame;
mod incident_timeline;
mod marks;
mod memberships;
mod palette;
mod panel;
mod point;
mod rates;
mod risk_matrix;
mod scores;
mod view;

use std::borrow::Cow;
use std::collections::BTreeSet;

use waage_result::document::AuditResult;
use waage_result::privacy::{Hidden, suppress};
use waage_result::text::{Catalogue, Language};

pub use error::ChartError;
pub use figure::{Figure, parse};
pub use font::{INTER_REGULAR, INTER_SEMIBOLD, font_face_css};
pub use incident_timeline::incident_timeline;
pub use resvg::usvg;
pub use risk_matrix::risk_matrix;

use crate::view::View;

/// What to leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Groups of fewer rows, those that would give one away ([`waage_result::privacy`]), and
    /// estimates that rest on fewer rows are neither drawn nor named. The default is 5; 0 shows
    /// everything that the result does not hide itself.
    pub hide_below: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { hide_below: 5 }
    }
}

/// The figures of a result, ordered by attribute as the result lists them, then rates, disparities
/// and scores.
///
/// A figure without anything to show (no scores, no group to compare, every group hidden) is left
/// out. At most 40 groups are drawn, breaches and then the largest first; a note under the figure
/// says what is missing.
///
/// # Errors
/// [`ChartError`] if the embedded font is damaged or the drawing library refuses an element; no
/// value in the result can cause either.
pub fn figures(
    result: &AuditResult,
    language: Language,
    options: &Options,
) -> Result<Vec<Figure>, ChartError> {
    font::register()?;
    let words = Catalogue::of(language);
    let shown = without_small_groups(result, options);
    let result = shown.as_ref();
    let mut taken = BTreeSet::new();
    let mut figures = Vec::new();
    for view in View::all(result, options, words) {
        let slug = unique(figure::slug(&view.name), &mut taken);
        figures.extend(rates::figure(
            result,
            &view,
            format!("rates-{slug}"),
            words,
        )?);
        figures.extend(disparities::figure(
            result,
            &view,
            format!("disparities-{slug}"),
            words,
        )?);
        figures.extend(scores::figure(
            result,
            &view,
            format!("scores-{slug}"),
            words,
        )?);
    }
    for found in &result.membership {
        let slug = unique(figure::slug(&found.attribute), &mut taken);
        let id = format!("membership-{slug}");
        figures.extend(memberships::figure(result, found, options, id, words)?);
    }
    figures.extend(features::figure(result, words)?);
    Ok(figures)
}

/// The result without its small groups. One in which groups are hidden already (a document's groups
/// are never empty otherwise) is taken as it is: who is hidden can no longer be told from the counts.
fn without_small_groups<'a>(result: &'a AuditResult, options: &Options) -> Cow<'a, AuditResult> {
    if result.groups.iter().any(|g| g.n == 0) {
        return Cow::Borrowed(result);
    }
    let hidden = Hidden::below(result, options.hide_below);
    if hidden.is_empty() {
        Cow::Borrowed(result)
    } else {
        Cow::Owned(suppress(result, &hidden))
    }
}

/// The name, numbered if another attribute took it already.
fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut candidate = name.clone();
    let mut number = 1;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{name}-{number}");
    }
    candidate
}
