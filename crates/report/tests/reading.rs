//! The brief and the glossary are read without effort: short sentences, short words.
//!
//! English by Flesch (`206.835 − 1.015·words/sentence − 84.6·syllables/word`, at least 50), German by
//! Amstad (`180 − words/sentence − 58.5·syllables/word`, at least 45).

use waage_result::text::{Catalogue, Language};

/// Longest sentence, in words.
const WORDS_MAX: usize = 20;

/// The templates of the brief and the sentences of the glossary, values as short words.
fn texts(language: Language, section: &str) -> Vec<String> {
    let catalogue = Catalogue::of(language);
    let keys = catalogue.keys().into_iter();
    let keys = keys.filter(|key| key.starts_with(section) && !key.ends_with(".term"));
    let texts = keys.map(|key| plain(catalogue.text(key), language));
    texts.filter(|text| text.ends_with(['.', '?'])).collect()
}

/// A template without its marks: `[[term|words]]` is `words`, `{value}` is `ten`.
fn plain(text: &str, language: Language) -> String {
    let value = match language {
        Language::En => "ten",
        Language::De => "zehn",
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '{']) {
        out.push_str(&rest[..at]);
        let (marked, end) = match rest[at..].strip_prefix("[[") {
            Some(after) => after.split_once("]]").expect("a whole mark"),
            None => rest[at + 1..].split_once('}').expect("a whole value"),
        };
        match marked.split_once('|') {
            Some((_, words)) => out.push_str(words),
            None => out.push_str(value),
        }
        rest = end;
    }
    out + rest
}

fn sentences(text: &str) -> Vec<Vec<String>> {
    let words = |sentence: &str| -> Vec<String> {
        let words = sentence.split(|c: char| !(c.is_alphabetic() || c == '\'' || c == '-'));
        words
            .filter(|word| word.chars().any(char::is_alphabetic))
            .map(str::to_lowercase)
            .collect()
    };
    let sentences = text.split(['.', '?', '!', ':', ';']).map(words);
    sentences.filter(|words| !words.is_empty()).collect()
}

/// Groups of vowels; in English a silent e at the end is none.
fn syllables(word: &str, language: Language) -> usize {
    let is_vowel = |c: char| "aeiouyäöü".contains(c);
    let mut count = 0;
    let mut before = false;
    for c in word.chars() {
        let now = is_vowel(c);
        count += usize::from(now && !before);
        before = now;
    }
    let silent = language == Language::En
        && word.ends_with('e')
        && !word.ends_with("le")
        && word.chars().rev().nth(1).is_some_and(|c| !is_vowel(c));
    (count - usize::from(silent && count > 1)).max(1)
}

fn reading_ease(texts: &[String], language: Language) -> f64 {
    let sentences: Vec<Vec<String>> = texts.iter().flat_map(|text| sentences(text)).collect();
    let words: Vec<&String> = sentences.iter().flatten().collect();
    let syllables: usize = words.iter().map(|word| syllables(word, language)).sum();
    let per_sentence = words.len() as f64 / sentences.len() as f64;
    let per_word = syllables as f64 / words.len() as f64;
    match language {
        Language::En => 206.835 - 1.015 * per_sentence - 84.6 * per_word,
        Language::De => 180.0 - per_sentence - 58.5 * per_word,
    }
}

const fn least(language: Language) -> f64 {
    match language {
        Language::En => 50.0,
        Language::De => 45.0,
    }
}

#[test]
fn the_measure_tells_plain_from_stilted() {
    assert_eq!(syllables("measure", Language::En), 2);
    assert_eq!(syllables("table", Language::En), 2);
    assert_eq!(syllables("prüfprotokoll", Language::De), 4);
    let stilted =
        |text: &str, language| reading_ease(&[text.to_owned()], language) < least(language);
    assert!(stilted(
        "Operationalisation of accountability necessitates institutional documentation.",
        Language::En
    ));
    assert!(stilted(
        "Die Verantwortlichkeitsdokumentation erfordert Operationalisierungsmaßnahmen.",
        Language::De
    ));
}

#[test]
fn the_brief_and_the_glossary_are_easy_to_read() {
    for language in Language::ALL {
        for (section, count) in [("brief.", 60), ("glossary.", 80)] {
            let texts = texts(language, section);
            assert!(texts.len() > count, "{} texts of {section}", texts.len());
            let ease = reading_ease(&texts, language);
            assert!(
                ease >= least(language),
                "{section} in {language}: {ease:.1}"
            );
        }
    }
}

#[test]
fn no_sentence_of_the_brief_is_long() {
    for language in Language::ALL {
        for text in texts(language, "brief.") {
            for sentence in sentences(&text) {
                assert!(sentence.len() <= WORDS_MAX, "{text}");
            }
        }
    }
}
