//! TOML files with the place of every mistake.

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{RecordError, personal};
use crate::policy::{Text, from_toml};

/// A TOML text and what errors call it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    at: Text<'a>,
}

impl<'a> Source<'a> {
    pub(crate) const fn new(text: &'a str, file: &'a str) -> Self {
        Self {
            at: Text { file, text },
        }
    }

    /// The whole file in its form; unknown keys and words are mistakes with the nearest known one.
    pub(crate) fn form<T: DeserializeOwned>(self) -> Result<T, RecordError> {
        toml::from_str(self.at.text).map_err(|error| from_toml(self.at, &error).into())
    }

    /// That the first key names the schema.
    pub(crate) fn schema(self, given: &Spanned<String>, known: &str) -> Result<(), RecordError> {
        if given.get_ref() == known {
            return Ok(());
        }
        Err(self.at.unknown(given, "schema", [known]).into())
    }

    pub(crate) fn invalid<T>(
        self,
        place: &Spanned<T>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> RecordError {
        self.at.invalid(place.span(), what, mend).into()
    }

    pub(crate) fn unknown<'k>(
        self,
        name: &Spanned<String>,
        kind: &'static str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> RecordError {
        self.at.unknown(name, kind, known).into()
    }

    /// That a free text is not too long and holds no contact data.
    pub(crate) fn free_text<T>(
        self,
        place: &Spanned<T>,
        name: &str,
        text: &str,
    ) -> Result<(), RecordError> {
        check_text(name, text).map_err(|(what, mend)| self.invalid(place, what, mend))
    }
}

/// Longest free text.
pub const TEXT_MAX: usize = 4_000;

/// What is wrong with a free text and how to mend it.
pub(crate) fn check_text(name: &str, text: &str) -> Result<(), (String, String)> {
    if text.chars().count() > TEXT_MAX {
        return Err((
            format!("{name} is longer than {TEXT_MAX} characters"),
            "shorten it and name the document that holds the rest".to_owned(),
        ));
    }
    if let Some(kind) = personal::contact(text) {
        return Err((
            format!("{name} holds {kind}"),
            "write roles or ids instead; these records hold no personal data".to_owned(),
        ));
    }
    Ok(())
}
