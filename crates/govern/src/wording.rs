//! Words that no generated text may hold: Waage measures and records, people judge the law
//! (GOVERNANCE §8.6).

use waage_result::text::Language;

/// Forbidden words or stems; those ending in `*` also forbid what begins with them.
const fn forbidden(language: Language) -> &'static [&'static str] {
    match language {
        Language::En => &[
            "compliant",
            "conform",
            "conforms",
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
        ],
    }
}

/// The first forbidden word of a text, as it is written there; German compounds that end in one
/// (`rechtskonform`) count.
///
/// ```
/// use waage_govern::wording::forbidden_word;
/// use waage_result::text::Language;
/// assert_eq!(forbidden_word("This model is Bias-free.", Language::En), Some("Bias-free"));
/// assert_eq!(forbidden_word("Das Modell ist gesetzeskonform.", Language::De), Some("gesetzeskonform"));
/// assert_eq!(forbidden_word("An airfare of 12.", Language::En), None);
/// ```
#[must_use]
pub fn forbidden_word(text: &str, language: Language) -> Option<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '-'))
        .find(|word| {
            let lower = word.to_lowercase();
            forbidden(language)
                .iter()
                .any(|pattern| match (pattern.strip_suffix('*'), language) {
                    (Some(stem), Language::De) => lower.contains(stem),
                    (Some(stem), Language::En) => lower.starts_with(stem),
                    (None, _) => lower == *pattern,
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_result::text::Catalogue;

    #[test]
    fn every_forbidden_word_is_found() {
        for (text, language) in [
            ("fully compliant", Language::En),
            ("It conforms to the Act", Language::En),
            ("conform to", Language::En),
            ("certified", Language::En),
            ("we guarantee it", Language::En),
            ("guaranteed", Language::En),
            ("a fair model", Language::En),
            ("DSGVO-konform", Language::De),
            ("zertifiziert", Language::De),
            ("garantiert", Language::De),
            ("diskriminierungsfreie Auswahl", Language::De),
            ("rechtssicher", Language::De),
        ] {
            assert!(forbidden_word(text, language).is_some(), "{text}");
        }
    }

    #[test]
    fn the_catalogue_of_findings_holds_none() {
        for language in Language::ALL {
            let catalogue = Catalogue::of(language);
            let mut seen = 0;
            for key in catalogue.keys() {
                let of_registers = ["risks.", "incident.", "systems."];
                if ["finding.", "reason.", "severity.", "metric.", "verdict."]
                    .iter()
                    .chain(&of_registers)
                    .any(|s| key.starts_with(s))
                {
                    assert_eq!(forbidden_word(catalogue.text(key), language), None, "{key}");
                    seen += 1;
                }
            }
            assert!(seen > 60, "{seen} texts");
        }
    }
}
