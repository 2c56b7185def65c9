//! Every text is there in both languages, and no text claims what Waage cannot know.

mod fixture;

use std::path::Path;

use waage_core::estimate::Method;
use waage_core::quantity::Scheme;
use waage_report::{Format, Options, headline, render};
use waage_result::text::{Catalogue, Language};

/// What a text claims in either language.
fn claims(text: &str) -> Vec<&str> {
    let found = |language| waage_result::wording::forbidden(text, language);
    Language::ALL.into_iter().filter_map(found).collect()
}

#[test]
fn no_report_claims_legal_conformity() {
    for (name, result) in fixture::all() {
        for language in Language::ALL {
            for format in [Format::Text, Format::Markdown, Format::Html] {
                let report = render(&result, format, language, &Options::default()).unwrap();
                let body = report
                    .split_once("</style>")
                    .map_or(report.as_str(), |(_, body)| body);
                assert_eq!(claims(body), [""; 0], "{name} {language} {}", format.name());
                let flat = body.split_whitespace().collect::<Vec<_>>().join(" ");
                let footer = Catalogue::of(language).text("report.footer");
                assert!(flat.contains(footer), "the footer");
            }
        }
    }
}

#[test]
fn no_text_of_the_catalogue_claims_it_either() {
    for language in Language::ALL {
        let catalogue = Catalogue::of(language);
        for key in catalogue.keys() {
            assert_eq!(claims(catalogue.text(key)), [""; 0], "{key} in {language}");
        }
    }
}

#[test]
fn no_placeholder_is_left_open() {
    for (name, result) in fixture::all() {
        if name == "hostile" {
            continue;
        }
        for language in Language::ALL {
            for format in [Format::Text, Format::Markdown] {
                let report = render(&result, format, language, &Options::default()).unwrap();
                for line in report.lines() {
                    assert!(!line.contains('{'), "{name} {language}: {line}");
                }
            }
            assert!(!headline(&result, language).contains('{'), "{name}");
        }
    }
}

/// String literals of the sources that name a text of the catalogue.
fn keys_in(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            keys_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            let literals = source.split('"').skip(1).step_by(2);
            let sections = ["report.", "text.", "glossary.", "verdict."];
            found.extend(
                literals
                    .filter(|text| sections.iter().any(|section| text.starts_with(section)))
                    .filter(|text| !text.contains('{') && !text.ends_with(['.', '_']))
                    .map(str::to_owned),
            );
        }
    }
}

/// Codes of notes in the sources of the crates that make them.
fn notes_in(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            notes_in(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            for start in ["code: \"", "note(\""] {
                let codes = source
                    .split(start)
                    .skip(1)
                    .filter_map(|rest| rest.split_once('"'));
                found.extend(codes.map(|(code, _)| code.to_owned()));
            }
        }
    }
}

#[test]
fn every_note_of_the_readers_has_a_text() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut codes = Vec::new();
    for name in ["data", "metrics", "audit"] {
        notes_in(&crates.join(name).join("src"), &mut codes);
    }
    assert!(codes.len() >= 5, "{codes:?}");
    for language in Language::ALL {
        for code in &codes {
            let key = format!("note.{code}");
            assert!(
                Catalogue::of(language).get(&key).is_some(),
                "{key} in {language}"
            );
        }
    }
}

#[test]
fn every_text_that_the_code_names_exists() {
    let mut keys = Vec::new();
    keys_in(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut keys,
    );
    assert!(keys.len() > 60, "{}", keys.len());
    for language in Language::ALL {
        let catalogue = Catalogue::of(language);
        for key in &keys {
            let forms = [key.clone(), format!("{key}_all"), format!("{key}_many")];
            let section = format!("{key}.");
            let there = forms.iter().any(|form| catalogue.get(form).is_some())
                || catalogue
                    .keys()
                    .iter()
                    .any(|known| known.starts_with(&section));
            assert!(there, "{key} in {language}");
        }
    }
}

#[test]
fn every_form_of_a_text_exists() {
    let schemes = [
        Scheme::ToReference,
        Scheme::BetweenGroups,
        Scheme::ToOverall,
        Scheme::ToComplement,
    ];
    let mut keys: Vec<String> = Method::ALL
        .iter()
        .map(|m| format!("method.{}", m.name()))
        .collect();
    keys.extend(
        schemes
            .iter()
            .map(|scheme| format!("scheme.{}", scheme.name())),
    );
    let forms = [
        ("report.family", &["none", "bonferroni", "holm", "bh"][..]),
        (
            "report.waiver_state",
            &["in_force", "expired", "not_yet", "unused"],
        ),
        ("report.comparison", &["ratio", "difference", "none"]),
        ("text.comparison", &["ratio", "difference", "none"]),
        ("text.column", &["ratio", "points", "difference"]),
        (
            "report.groups",
            &["column_ratio", "column_points", "column_difference"],
        ),
        (
            "report.tally",
            &["breach", "inconclusive", "pass", "not_run"],
        ),
        (
            "report.remedy",
            &[
                "rows", "group", "events", "hidden", "flips", "margin", "reason",
            ],
        ),
        (
            "report.what",
            &[
                "selection_ratio",
                "ratio",
                "above",
                "below",
                "equal",
                "value",
                "unknown",
            ],
        ),
        (
            "report.data",
            &[
                "label_missing",
                "decision_missing",
                "score_missing",
                "small",
                "small_more",
            ],
        ),
        (
            "report.limits",
            &[
                "cause",
                "labels",
                "missing_labels",
                "cut",
                "biased",
                "weights",
                "intersections",
                "snapshot",
            ],
        ),
        ("report.intersections", &["intro", "intro_all"]),
        (
            "report.headline",
            &["pass_only", "pass_many", "nothing", "no_checks"],
        ),
    ];
    for (section, names) in forms {
        keys.extend(names.iter().map(|name| format!("{section}.{name}")));
    }
    for count in ["breaches", "undecided"] {
        for form in ["only", "all", "one", "many"] {
            keys.push(format!("report.headline.{count}_{form}"));
        }
    }
    let demands = [
        "at_least",
        "at_most",
        "more",
        "less",
        "gap_at_most",
        "gap_less",
        "between",
    ];
    for section in ["report.demand", "report.sign"] {
        keys.extend(demands.iter().map(|name| format!("{section}.{name}")));
    }
    for language in Language::ALL {
        for key in &keys {
            assert!(
                Catalogue::of(language).get(key).is_some(),
                "{key} in {language}"
            );
        }
    }
}
