//! One row of a forest plot: one group's comparison, its interval and its state.

use waage_result::document::Disparity;
use waage_result::finding::Finding;
use waage_result::text::Catalogue;

use crate::axis::Unit;
use crate::marks::{Mark, Span, value};

/// What a row of the panel shows.
pub(crate) enum Row {
    Reference,
    Undefined,
    Point(Point),
}

impl Row {
    /// Prints the value alone.
    pub(crate) fn drop_interval_text(&mut self) {
        if let Self::Point(point) = self {
            point.texts.1.clear();
        }
    }
}

/// A comparison of one group.
pub(crate) struct Point {
    pub(crate) value: f64,
    pub(crate) mark: Mark,
    /// The interval at the result's confidence.
    pub(crate) shown: Option<Span>,
    /// The interval on which the policy judged, where it is another.
    pub(crate) judged: Option<Span>,
    /// Value and interval as printed.
    pub(crate) texts: (String, String),
}

impl Point {
    /// The comparison, unless its value is undefined.
    pub(crate) fn new<'f>(
        disparity: &Disparity,
        own: impl Iterator<Item = &'f Finding> + Clone,
        unit: Unit,
        words: &Catalogue,
    ) -> Option<Self> {
        let value = value(&disparity.estimate)?;
        let shown = Span::of(&disparity.estimate);
        let mark = Mark::worst(own.clone());
        let judged = own
            .filter_map(|f| Span::of(&f.estimate))
            .find(|span| shown != Some(*span));
        let interval = shown.map_or_else(String::new, |span| span.write(unit, words));
        Some(Self {
            value,
            mark,
            shown,
            judged,
            texts: (unit.write(value, words), interval),
        })
    }
}
