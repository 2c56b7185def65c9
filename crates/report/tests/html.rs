//! The page is whole, self-contained, and lets no data become markup.

mod fixture;

use waage_report::{Format, Options, render};
use waage_result::document::AuditResult;
use waage_result::text::Language;

fn page(result: &AuditResult, language: Language) -> String {
    render(result, Format::Html, language, &Options::default()).expect("the page renders")
}

/// The page without its style sheet, whose fonts are long base64.
fn body(page: &str) -> &str {
    page.split_once("</style>").expect("a style sheet").1
}

fn all() -> Vec<AuditResult> {
    fixture::all()
        .into_iter()
        .map(|(_, result)| result)
        .collect()
}

#[test]
fn every_element_is_closed_in_order() {
    const VOID: [&str; 2] = ["meta", "br"];
    for result in all() {
        for language in Language::ALL {
            let page = page(&result, language);
            let mut open: Vec<&str> = Vec::new();
            for tag in page.split('<').skip(1) {
                let (tag, _) = tag.split_once('>').expect("a tag ends");
                let name = tag
                    .trim_start_matches('/')
                    .split([' ', '/', '\n'])
                    .next()
                    .unwrap_or("");
                if tag.starts_with('!') || VOID.contains(&name) || tag.ends_with('/') {
                    continue;
                }
                if tag.starts_with('/') {
                    assert_eq!(open.pop(), Some(name));
                } else {
                    open.push(name);
                }
            }
            assert!(open.is_empty(), "{open:?}");
        }
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    for result in all() {
        let page = page(&result, Language::En);
        assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
        let shown = page.replace("http://www.w3.org/2000/svg", "");
        for forbidden in ["<script", "<link", "<img", "<iframe", "@import"] {
            assert!(!body(&shown).contains(forbidden), "{forbidden}");
        }
        let tags = body(&shown)
            .split('<')
            .skip(1)
            .filter_map(|part| part.split_once('>'));
        for (tag, _) in tags {
            // What stands in quotation marks is text for readers, but for addresses.
            let tag = if tag.starts_with("a ") {
                tag.to_owned()
            } else {
                tag.split('"').step_by(2).collect()
            };
            for forbidden in [" src=", "http:", "https:", " href=\"//"] {
                assert!(!tag.contains(forbidden), "{tag}");
            }
        }
        for (i, _) in shown.match_indices("url(") {
            assert!(shown[i..].starts_with("url(data:") || shown[i..].starts_with("url(\"data:"));
        }
    }
}

#[test]
fn sections_stand_in_the_order_of_reading() {
    let page = page(&fixture::breach(), Language::De);
    assert!(page.contains("<html lang=\"de\">"));
    let order = [
        "class=\"verdict breach\"",
        "id=\"audited\"",
        "id=\"findings\"",
        "id=\"next\"",
        "id=\"charts\"",
        "id=\"groups\"",
        "id=\"intersections\"",
        "id=\"scores\"",
        "id=\"data\"",
        "id=\"method\"",
        "id=\"glossary\"",
        "id=\"reproduction\"",
        "Dieser Bericht liefert Nachweise für eine rechtliche Bewertung; er ersetzt sie nicht.",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|part| page.find(part).unwrap_or_else(|| panic!("{part}")))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn states_are_told_in_words_beside_their_symbols() {
    let page = page(&fixture::breach(), Language::De);
    let (marks, words) = (
        page.matches("<span class=\"state ").count(),
        ["Verstoß", "Offen", "Bestanden"],
    );
    let told: usize = words
        .iter()
        .map(|word| page.matches(&format!("</svg> {word}</span>")).count())
        .sum();
    assert_eq!((marks, told), (12, 12));
}

#[test]
fn figures_carry_their_text_for_those_who_cannot_see_them() {
    let page = page(&fixture::breach(), Language::En);
    let figures = page.matches("<figure class=\"chart\"").count();
    assert!(figures >= 3, "{figures}");
    assert!(page.matches("role=\"img\" aria-label=\"").count() >= figures);
}

#[test]
fn data_stay_data() {
    let result = fixture::hostile();
    for language in Language::ALL {
        let page = page(&result, language);
        let body = body(&page);
        for markup in [
            "<img", "<u>", "<i>", "<b>", "<s>", "<t>", "<k>", "<v>", "\u{202e}",
        ] {
            assert!(!body.contains(markup), "{markup}");
        }
        assert!(
            body.contains("&lt;script&gt;alert(1)&lt;"),
            "the attribute's name is shown"
        );
        assert!(body.contains("{{ 7*7 }}"), "templates in data are not run");
        assert!(!body.contains("49 }}"));
    }
}

#[test]
fn a_waiver_is_shown_with_the_breach_it_covers() {
    let page = page(&fixture::waived(), Language::En);
    assert!(page.contains("waived: W-2026-003"));
    assert!(page.contains("Only a few cases a year"));
    assert!(page.contains("1 of 3 comparisons breaches the policy, under a waiver"));
}
