//! What can be wrong with a policy, each in one sentence that says where and how to mend it.

use std::fmt;
use std::io;

/// A place in a policy file; lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the caller named it.
    pub file: String,
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in a text; past the end, the end.
    #[must_use]
    pub fn at(file: &str, text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a policy cannot judge.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("policy {file:?} cannot be read ({source}); give the path of a readable UTF-8 file")]
    Read {
        /// The file as the caller named it.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The text is not TOML, or a value has the wrong type.
    #[error("{place}: {problem}; mend the value or the line")]
    Form {
        /// Where.
        place: Place,
        /// What the reader said.
        problem: String,
    },
    /// A name that is not one of those allowed: a key, a metric, a family, an attribute, a word of a closed list.
    #[error("{place}: unknown {kind} {name:?}; {hint}")]
    Unknown {
        /// Where.
        place: Place,
        /// What kind of name.
        kind: &'static str,
        /// The name given.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// A value that is well formed and makes no sense.
    #[error("{place}: {what}; {mend}")]
    Invalid {
        /// Where.
        place: Place,
        /// What is wrong.
        what: String,
        /// How to mend it.
        mend: String,
    },
    /// No policy of that name comes with Waage.
    #[error("no preset is called {name:?}; {hint}")]
    NoPreset {
        /// The name given.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// So much is wrong that nothing could be read.
    #[error("nothing of the policy can be read; see waage policy check")]
    TooManyFaults,
    /// Waivers cannot be judged without a date.
    #[error(
        "the policy has waivers, and those hold only until a day; give the day to judge them by (--as-of YYYY-MM-DD)"
    )]
    DateNeeded,
}

impl PolicyError {
    /// Where it is, if it is at one place.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::Form { place, .. }
            | Self::Unknown { place, .. }
            | Self::Invalid { place, .. } => Some(place),
            Self::Read { .. } | Self::NoPreset { .. } | Self::TooManyFaults | Self::DateNeeded => {
                None
            }
        }
    }

    /// What is wrong and how to mend it, without the place.
    #[must_use]
    pub fn parts(&self) -> (String, String) {
        match self {
            Self::Form { problem, .. } => {
                (problem.clone(), "mend the value or the line".to_owned())
            }
            Self::Unknown {
                kind, name, hint, ..
            } => (format!("unknown {kind} {name:?}"), hint.clone()),
            Self::Invalid { what, mend, .. } => (what.clone(), mend.clone()),
            other => {
                let text = other.to_string();
                match text.split_once("; ") {
                    Some((what, mend)) => (what.to_owned(), mend.to_owned()),
                    None => (text, String::new()),
                }
            }
        }
    }
}

/// The nearest of the known names, or the list of them: the second half of an error's sentence.
///
/// Near is a Damerau–Levenshtein distance of at most 2, and less than the length of the name.
#[must_use]
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let list = if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    };
    match nearest(name, &known) {
        Some(candidate) => format!("did you mean {candidate:?}? known: {list}"),
        None => format!("known: {list}"),
    }
}

/// The nearest of the known names, if one is near.
pub(crate) fn nearest<'k, T: AsRef<str>>(name: &str, known: &'k [T]) -> Option<&'k str> {
    known
        .iter()
        .map(AsRef::as_ref)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2 && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a = 1\nü = \"x\"\n";
        let place = |offset| Place::at("p.toml", text, offset).to_string();
        assert_eq!(place(0), "p.toml:1:1");
        assert_eq!(place(text.find('"').unwrap()), "p.toml:2:5");
        assert_eq!(
            place(7),
            "p.toml:2:1",
            "inside a character counts as its start"
        );
        assert_eq!(place(999), "p.toml:3:1");
    }

    #[test]
    fn the_nearest_name_is_offered() {
        assert_eq!(
            did_you_mean("magrin", ["margin", "metric"]),
            "did you mean \"margin\"? known: margin, metric"
        );
        assert_eq!(did_you_mean("x", ["op", "id"]), "known: op, id");
        assert_eq!(did_you_mean("x", []), "known: none");
    }
}
