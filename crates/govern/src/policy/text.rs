//! What the TOML reader says, in our words, and the places of a single file.

use std::ops::Range;

use toml::Spanned;
use toml::de::Error;

use crate::error::{Place, PolicyError, did_you_mean};

/// The file being read: its name and text, for places.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Text<'_> {
    pub(crate) fn place(self, span: Range<usize>) -> Place {
        Place::at(self.file, self.text, span.start)
    }

    pub(crate) fn invalid(
        self,
        span: Range<usize>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> PolicyError {
        PolicyError::Invalid {
            place: self.place(span),
            what: what.into(),
            mend: mend.into(),
        }
    }

    pub(crate) fn unknown<'k>(
        self,
        name: &Spanned<String>,
        kind: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> PolicyError {
        PolicyError::Unknown {
            place: self.place(name.span()),
            kind,
            name: name.get_ref().clone(),
            hint: did_you_mean(name.get_ref(), known),
        }
    }
}

/// The reader's error in our words.
pub(crate) fn from_toml(at: Text<'_>, error: &Error) -> PolicyError {
    in_our_words(at.place(error.span().unwrap_or(0..0)), error)
}

/// The same at a place: unknown keys and words get the nearest known one.
pub(super) fn in_our_words(place: Place, error: &Error) -> PolicyError {
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    for (start, kind) in [("unknown field", "key"), ("unknown variant", "word")] {
        if message.starts_with(start)
            && let Some((name, known)) = quoted.split_first()
        {
            return PolicyError::Unknown {
                place,
                kind,
                name: (*name).to_owned(),
                hint: did_you_mean(name, known.iter().copied()),
            };
        }
    }
    if message.starts_with("missing field")
        && let Some(name) = quoted.first()
    {
        return missing_key(place, name);
    }
    let problem = message.split_whitespace().collect::<Vec<_>>().join(" ");
    PolicyError::Form {
        place,
        problem: problem.replace('`', "\""),
    }
}

pub(super) fn missing_key(place: Place, key: &str) -> PolicyError {
    PolicyError::Invalid {
        place,
        what: format!("the key {key:?} is missing here"),
        mend: "add it".to_owned(),
    }
}
