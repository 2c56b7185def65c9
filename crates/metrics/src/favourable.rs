//! Which decision people want: everything that speaks of an advantage follows it.

use crate::catalogue::Metric;

/// The decision that is favourable to the person decided about.
///
/// Rates keep their definitions. What follows is the choice of the best group, the four-fifths
/// flag, the one-person shift and the impact ratio: they speak of the share of this decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Favourable {
    /// To be selected: invited, contacted, granted.
    #[default]
    Selected,
    /// Not to be selected: a decision of 1 is a flag, a check, a refusal.
    Rejected,
}

impl Favourable {
    /// The share of those decided about who have the favourable decision.
    #[must_use]
    pub const fn share(self) -> Metric {
        match self {
            Self::Selected => Metric::SelectionRate,
            Self::Rejected => Metric::RejectionShare,
        }
    }
}
