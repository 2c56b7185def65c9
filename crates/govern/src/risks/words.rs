//! The closed lists of words of a risk register.

/// A closed list: its words, in order, as they are written in files and documents.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in files and documents.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The value of a word.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == word)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a risk is about.
    Category {
        /// Groups are treated differently.
        Bias = "bias",
        /// Personal data.
        Privacy = "privacy",
        /// Duties by law.
        Compliance = "compliance",
        /// The world moves away from the model.
        Drift = "drift",
        /// The model is wrong more often.
        Performance = "performance",
        /// Someone attacks.
        Security = "security",
        /// Someone plants data.
        Poisoning = "poisoning",
        /// A supplier.
        ThirdParty = "third_party",
        /// The business.
        Business = "business",
        /// Trust of the public.
        Reputation = "reputation",
        /// Nobody can say why.
        Explainability = "explainability",
        /// People do not steer.
        Oversight = "oversight",
    }
}

impl Category {
    /// The area of the four that the category belongs to.
    #[must_use]
    pub const fn area(self) -> &'static str {
        match self {
            Self::Bias | Self::Explainability | Self::Reputation => "ethics",
            Self::Privacy | Self::Compliance => "privacy",
            Self::Drift | Self::Performance | Self::Business | Self::Oversight => "operation",
            Self::Security | Self::Poisoning | Self::ThirdParty => "security",
        }
    }
}

/// The four areas, in order.
pub const AREAS: [&str; 4] = ["ethics", "privacy", "operation", "security"];

words! {
    /// What is done about a risk.
    Treatment {
        /// Not to do what causes it.
        Avoid = "avoid",
        /// Controls.
        Reduce = "reduce",
        /// Somebody else bears it.
        Transfer = "transfer",
        /// It is borne, signed and until a day.
        Accept = "accept",
    }
}

words! {
    /// Where a risk stands.
    Status {
        /// Proposed, not yet confirmed by a person.
        Draft = "draft",
        /// Confirmed.
        Open = "open",
        /// Its controls are in place.
        Treated = "treated",
        /// Borne as it is.
        Accepted = "accepted",
        /// Gone.
        Closed = "closed",
    }
}

impl Status {
    /// Whether it is compared with the appetite: neither a draft nor gone.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Open | Self::Treated | Self::Accepted)
    }
}

words! {
    /// How a control works.
    ControlKind {
        /// Before it happens.
        Preventive = "preventive",
        /// When it happens.
        Detective = "detective",
        /// After it happened.
        Corrective = "corrective",
    }
}

words! {
    /// How far a control is.
    ControlState {
        /// Intended.
        Planned = "planned",
        /// In place, not shown to work.
        Implemented = "implemented",
        /// In place, and a check shows that it works.
        Tested = "tested",
    }
}

words! {
    /// What amounts are counted by.
    Per {
        /// Each time it happens.
        Event = "event",
        /// A year.
        Year = "year",
    }
}
