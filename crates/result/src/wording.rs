//! Words that no generated text may hold: Waage measures and records, people judge the law
//! (GOVERNANCE §8.6). What people write themselves is exempt: texts quote it.

use crate::text::Language;

/// Forbidden words; those ending in `*` also forbid what begins with them, in German what holds them.
const fn words(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "compliant",
            "conform",
            "conforms",
            "conforming",
            "conformant",
            "certified",
            "guarantee*",
            "bias-free",
            "fair",
        ],
        Language::De => &[
            "konform*",
            "zertifizier*",
            "garantier*",
            "diskriminierungsfrei*",
            "rechtssicher*",
            "fair",
            "faire",
            "faires",
            "fairen",
            "fairem",
            "fairer",
        ],
    }
}

/// The first forbidden word of a text, as it is written there; German compounds that end in one
/// (`rechtskonform`) count.
///
/// ```
/// use waage_result::wording::forbidden;
/// use waage_result::text::Language;
/// assert_eq!(forbidden("This model is Bias-free.", Language::En), Some("Bias-free"));
/// assert_eq!(forbidden("Das Modell ist gesetzeskonform.", Language::De), Some("gesetzeskonform"));
/// assert_eq!(forbidden("An airfare of 12.", Language::En), None);
/// ```
#[must_use]
pub fn forbidden(text: &str, language: Language) -> Option<&str> {
    words_of(text).find(|word| {
        let lower = word.to_lowercase();
        words(language)
            .iter()
            .any(|pattern| match (pattern.strip_suffix('*'), language) {
                (Some(stem), Language::De) => lower.contains(stem),
                (Some(stem), Language::En) => lower.starts_with(stem),
                (None, _) => lower == *pattern,
            })
    })
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-'))
}

/// The first forbidden word outside of quotation marks (`“…”`, `„…“`), between which texts put the words
/// of their users; `theirs` are names from data that stand without.
///
/// ```
/// use waage_result::wording::claim;
/// use waage_result::text::Language;
/// let text = "The owner calls it “certified”.";
/// assert_eq!(claim(text, &[], Language::En), None);
/// assert_eq!(claim("It is “good” and certified.", &[], Language::En), Some("certified".to_owned()));
/// assert_eq!(claim("The column fair.", &["fair"], Language::En), None);
/// ```
#[must_use]
pub fn claim(text: &str, theirs: &[&str], language: Language) -> Option<String> {
    let mut own = String::with_capacity(text.len());
    let mut closing = None;
    for c in text.chars() {
        match (closing, c) {
            (Some(end), c) if c == end => closing = None,
            (Some(_), _) => {}
            (None, '“') => closing = Some('”'),
            (None, '„') => closing = Some('“'),
            (None, c) => own.push(c),
        }
    }
    // A quotation that never ends hides nothing.
    let own = if closing.is_some() { text } else { &own };
    let mut rest = own;
    while let Some(word) = forbidden(rest, language) {
        if !theirs
            .iter()
            .any(|name| words_of(name).any(|of| of == word))
        {
            return Some(word.to_owned());
        }
        let at = rest.find(word).map_or(rest.len(), |at| at + word.len());
        rest = &rest[at..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Catalogue;

    #[test]
    fn every_forbidden_word_is_found() {
        for (text, language) in [
            ("fully compliant", Language::En),
            ("It conforms to the Act", Language::En),
            ("conform to", Language::En),
            ("certified", Language::En),
            ("we guarantee it", Language::En),
            ("guaranteed", Language::En),
            ("bias-free", Language::En),
            ("a fair model", Language::En),
            ("konform", Language::De),
            ("DSGVO-konform", Language::De),
            ("zertifiziert", Language::De),
            ("garantiert", Language::De),
            ("diskriminierungsfreie Auswahl", Language::De),
            ("rechtssicher", Language::De),
            ("eine faire Auswahl", Language::De),
        ] {
            assert!(forbidden(text, language).is_some(), "{text}");
        }
        for text in ["fairness, conformal, certificate", "unfair"] {
            assert_eq!(forbidden(text, Language::En), None);
        }
        assert_eq!(forbidden("Fairness, unfair, Affäre", Language::De), None);
    }

    #[test]
    fn quotations_are_their_authors() {
        let claim = |text| claim(text, &[], Language::De);
        assert_eq!(claim("Zweck: „garantiert gut“."), None);
        assert_eq!(claim("„gut“ und garantiert"), Some("garantiert".to_owned()));
        assert_eq!(
            claim("„nie geschlossen, garantiert"),
            Some("garantiert".to_owned())
        );
    }

    #[test]
    fn a_name_excuses_its_own_words_alone() {
        let text = "A fair model.";
        assert_eq!(claim(text, &["fair_rate"], Language::En), None);
        let refused = Some("fair".to_owned());
        assert_eq!(
            claim(text, &["unfairness", "fairness"], Language::En),
            refused
        );
    }

    #[test]
    fn no_text_of_the_catalogue_claims() {
        for language in Language::ALL {
            let catalogue = Catalogue::of(language);
            assert!(catalogue.keys().len() > 1500);
            for key in catalogue.keys() {
                assert_eq!(forbidden(catalogue.text(key), language), None, "{key}");
            }
        }
    }
}
