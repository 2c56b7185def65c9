//! The closed words of a review.

/// A table of words: its enum, the name of each in files, and how they are read.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        }

        impl $name {
            /// Every word.
            pub const ALL: &[Self] = &[$(Self::$word,)+];

            /// The word in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)+
                }
            }

            /// Reads a word, capitals and white space around it left out.
            ///
            /// # Errors
            /// A sentence with all words.
            pub fn read(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().find(|word| word.name().eq_ignore_ascii_case(text.trim()));
                found.copied().ok_or_else(|| {
                    let all: Vec<&str> = Self::ALL.iter().map(|word| word.name()).collect();
                    format!("is none of {}", all.join(", "))
                })
            }
        }
    };
}

words! {
    /// What is decided of a case.
    Decision {
        /// Selected.
        Accept = "accept",
        /// Not selected.
        Reject = "reject",
        /// Not decided yet.
        Defer = "defer",
    }
}

words! {
    /// Why a reviewer decided otherwise than the model.
    ReasonCode {
        /// The data of the case are wrong.
        DataWrong = "data_wrong",
        /// Something is missing that would be needed.
        MissingInfo = "missing_info",
        /// The model is wrong.
        ModelWrong = "model_wrong",
        /// A rule of the house.
        Policy = "policy",
        /// The customer asked for it.
        CustomerRequest = "customer_request",
        /// The model may treat the case unfairly.
        SuspectedBias = "suspected_bias",
        /// Something else, told in words.
        Other = "other",
    }
}
