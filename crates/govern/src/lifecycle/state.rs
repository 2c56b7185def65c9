//! The states and which may follow which (GOVERNANCE §3).

use crate::risks::words::words;

words! {
    /// Where a system stands.
    State {
        /// Nothing was audited yet.
        Draft = "draft",
        /// There is a result.
        Audited = "audited",
        /// Somebody validated it.
        Validated = "validated",
        /// Everybody signed it whose signature is needed.
        Approved = "approved",
        /// It is used.
        Live = "live",
        /// It is not used for now.
        Suspended = "suspended",
        /// It is not used any more.
        Retired = "retired",
    }
}

impl State {
    /// The states that may follow.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Audited],
            Self::Audited => &[Self::Validated],
            Self::Validated => &[Self::Approved],
            Self::Approved => &[Self::Live],
            Self::Live => &[Self::Suspended, Self::Retired],
            Self::Suspended => &[Self::Live, Self::Retired],
            Self::Retired => &[],
        }
    }

    /// Whether the step to it says why.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Suspended | Self::Retired)
    }
}
