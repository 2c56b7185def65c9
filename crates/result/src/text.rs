//! All text a person reads, one catalogue file per language, and numbers as that language writes them.

use std::fmt;
use std::str::FromStr;

/// A language of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Language {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// The code for `<html lang>` and `--lang`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
            .ok_or_else(|| format!("unknown language {code:?}: use en or de"))
    }
}

/// Text with a capital at its beginning.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Whether a metric is a share between 0 and 1 that people read in per cent.
#[must_use]
pub fn is_share(metric: &str) -> bool {
    const SHARES: [&str; 10] = [
        "precision",
        "negative_predictive_value",
        "accuracy",
        "balanced_accuracy",
        "rejection_share",
        "multiclass_accuracy",
        "micro_precision",
        "macro_precision",
        "exposure_share",
        "representation_at",
    ];
    metric.ends_with("_rate") || SHARES.contains(&metric)
}

/// The texts of one language, by dotted key (`report.title`).
pub struct Catalogue {
    language: Language,
    /// Sorted by key.
    texts: &'static [(&'static str, &'static str)],
}

/// Texts of the files in `messages/`, as the build script flattened them.
const ENGLISH: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/texts.en.rs"));
const GERMAN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/texts.de.rs"));
/// The terms of the glossary, in both languages.
pub const GLOSSARY: &str = include_str!("glossary.toml");

impl Catalogue {
    /// The catalogue of a language.
    #[must_use]
    pub const fn of(language: Language) -> &'static Self {
        const fn catalogue(language: Language) -> Catalogue {
            let texts = match language {
                Language::En => ENGLISH,
                Language::De => GERMAN,
            };
            Catalogue { language, texts }
        }
        static EN: Catalogue = catalogue(Language::En);
        static DE: Catalogue = catalogue(Language::De);
        match language {
            Language::En => &EN,
            Language::De => &DE,
        }
    }

    /// The language of these texts.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// The text of a key; the key itself where there is none (a test forbids that for known keys).
    #[must_use]
    pub fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.get(key).unwrap_or(key)
    }

    /// The text of a key, if there is one.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'static str> {
        let at = self.texts.binary_search_by_key(&key, |(key, _)| *key);
        at.ok().map(|at| self.texts[at].1)
    }

    /// The text of a key with `{name}` replaced by values.
    #[must_use]
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// Ids of every term of the glossary, sorted.
    #[must_use]
    pub fn terms(&self) -> Vec<&str> {
        let keys = self.keys().into_iter();
        keys.filter_map(|key| key.strip_prefix("glossary.")?.strip_suffix(".term"))
            .collect()
    }

    /// Every key, sorted.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        self.texts.iter().map(|(key, _)| *key).collect()
    }

    /// A whole number with the language's thousands separator: `12,345` or `12.345`.
    #[must_use]
    pub fn integer(&self, value: u64) -> String {
        let digits = value.to_string();
        let mut out = String::with_capacity(digits.len() * 4 / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(match self.language {
                    Language::En => ',',
                    Language::De => '.',
                });
            }
            out.push(digit);
        }
        out
    }

    /// A number with so many decimals: `0.83` or `0,83`; a true minus sign.
    #[must_use]
    pub fn decimal(&self, value: f64, digits: usize) -> String {
        let mut text = format!("{:.digits$}", value.abs());
        if self.language == Language::De {
            text = text.replace('.', ",");
        }
        let zero = !text.bytes().any(|b| b.is_ascii_digit() && b != b'0');
        if value < 0.0 && !zero {
            format!("\u{2212}{text}")
        } else {
            text
        }
    }

    /// A share in per cent: `12.3%` or `12,3 %` (with a narrow no-break space).
    #[must_use]
    pub fn percent(&self, value: f64, digits: usize) -> String {
        let number = self.decimal(value * 100.0, digits);
        match self.language {
            Language::En => format!("{number}%"),
            Language::De => format!("{number}\u{202f}%"),
        }
    }
}

/// A text with `{name}` replaced by values; names without a value stay.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        out.push_str(&rest[..open]);
        let name = &rest[open + 1..open + close];
        match values.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use waage_core::estimate::{Method, Reason};

    use super::*;

    fn placeholders(text: &str) -> Vec<String> {
        let mut names: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn both_catalogues_hold_the_same_keys_and_placeholders() {
        let (en, de) = (Catalogue::of(Language::En), Catalogue::of(Language::De));
        assert!(!en.keys().is_empty());
        assert_eq!(en.keys(), de.keys());
        for key in en.keys() {
            assert_eq!(
                placeholders(en.text(key)),
                placeholders(de.text(key)),
                "{key}"
            );
        }
    }

    #[test]
    fn every_term_is_explained() {
        for language in Language::ALL {
            let words = Catalogue::of(language);
            assert_eq!(words.terms().len(), 86);
            for term in words.terms() {
                let text = words.get(&format!("glossary.{term}.text"));
                assert!(
                    text.is_some_and(|text| text.ends_with(['.', '?'])),
                    "{term}"
                );
            }
        }
    }

    #[test]
    fn every_reason_and_method_has_a_text() {
        for language in Language::ALL {
            let words = Catalogue::of(language);
            for reason in Reason::ALL {
                let key = format!("reason.{}", reason.name());
                assert!(words.get(&key).is_some(), "{language}: {key}");
            }
            for method in Method::ALL {
                let text = words.get(&format!("method.{}", method.name()));
                assert!(
                    text.is_some_and(|text| text.starts_with(&format!("{}: ", method.name()))),
                    "{language}: method.{}",
                    method.name()
                );
            }
        }
    }

    #[test]
    fn numbers_follow_the_language() {
        let (en, de) = (Catalogue::of(Language::En), Catalogue::of(Language::De));
        assert_eq!(en.integer(1_234_567), "1,234,567");
        assert_eq!(de.integer(1_234_567), "1.234.567");
        assert_eq!(de.decimal(-0.125, 2), "\u{2212}0,12");
        assert_eq!(en.decimal(-0.0001, 2), "0.00");
        assert_eq!(en.percent(0.1234, 1), "12.3%");
        assert_eq!(de.percent(0.1234, 1), "12,3\u{202f}%");
    }
}
