//! One row of a forest plot: one group's comparison, its interval and its state.

use waage_result::document::EstimateDoc;
use waage_result::finding::Finding;
use waage_result::text::Catalogue;
use waage_result::unknown::MembershipAnswers;

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
    /// Between which ends the data leave it open.
    pub(crate) ends: Option<Span>,
    /// The same comparison made another way.
    pub(crate) other: Option<f64>,
    /// Value and interval as printed.
    pub(crate) texts: (String, String),
}

impl Point {
    /// Everything that is drawn as a span.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> + use<> {
        let all = [self.shown, self.judged, self.ends];
        all.into_iter().flatten()
    }

    /// The comparison, unless its value is undefined.
    pub(crate) fn new<'f>(
        estimate: &EstimateDoc,
        own: impl Iterator<Item = &'f Finding> + Clone,
        unit: Unit,
        words: &Catalogue,
    ) -> Option<Self> {
        let value = value(estimate)?;
        let shown = Span::of(estimate);
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
            ends: None,
            other: None,
            texts: (unit.write(value, words), interval),
        })
    }

    /// The comparison of a group that is known by probabilities: the value weighted by them, the ends of
    /// all that may be with their interval, and beside it the value by likeliest group.
    pub(crate) fn of_answers<'f>(
        answers: &MembershipAnswers,
        own: impl Iterator<Item = &'f Finding> + Clone,
        unit: Unit,
        words: &Catalogue,
    ) -> Option<Self> {
        let bounds = &answers.bounds;
        let ends = EstimateDoc {
            low: bounds.lower,
            high: bounds.upper,
            ..bounds.estimate.clone()
        };
        Some(Self {
            ends: Span::of(&ends),
            other: value(&answers.threshold),
            ..Self::new(&bounds.estimate, own, unit, words)?
        })
    }
}
