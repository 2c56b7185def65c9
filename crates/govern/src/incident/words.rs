//! The closed lists of words of incidents, and which state follows which.

use crate::risks::words::words;

words! {
    /// Who noticed it.
    DetectedBy {
        /// A check or a monitor.
        Monitor = "monitor",
        /// Human review.
        Reviewer = "reviewer",
        /// A customer.
        Customer = "customer",
        /// Somebody of the house.
        Employee = "employee",
        /// An authority.
        Authority = "authority",
        /// A supplier.
        Vendor = "vendor",
    }
}

impl DetectedBy {
    /// Whether monitoring or review caught it, before anybody outside noticed.
    #[must_use]
    pub const fn is_caught(self) -> bool {
        matches!(self, Self::Monitor | Self::Reviewer)
    }
}

words! {
    /// What kind of thing went wrong.
    Kind {
        /// Unequal treatment.
        Bias = "bias",
        /// Personal data.
        Privacy = "privacy",
        /// An attack.
        Security = "security",
        /// The model is wrong more often.
        Performance = "performance",
        /// Data were missing or wrong.
        Data = "data",
        /// People did not steer.
        Oversight = "oversight",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// Whether it may be a serious incident under the AI Act.
    Serious {
        /// Serious.
        Serious = "serious",
        /// Widespread, or of critical infrastructure.
        Widespread = "widespread",
        /// Somebody died.
        Death = "death",
    }
}

words! {
    /// Where an incident stands.
    State {
        /// Reported.
        Open = "open",
        /// Somebody judged how grave it is.
        Triaged = "triaged",
        /// It goes on no longer.
        Contained = "contained",
        /// Its cause is known and dealt with.
        Resolved = "resolved",
        /// What is learnt from it is written down.
        Lessons = "lessons",
        /// Nothing is left to do.
        Closed = "closed",
        /// It came back, or was closed too early.
        Reopened = "reopened",
    }
}

impl State {
    /// The states that may follow: the next one, or `reopened` once it was contained.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open | Self::Reopened => &[Self::Triaged],
            Self::Triaged => &[Self::Contained],
            Self::Contained => &[Self::Resolved, Self::Reopened],
            Self::Resolved => &[Self::Lessons, Self::Reopened],
            Self::Lessons => &[Self::Closed, Self::Reopened],
            Self::Closed => &[Self::Reopened],
        }
    }
}
