//! The terminal's report keeps in line and within its width.

mod fixture;

use fixture::{Cell, audit};
use unicode_width::UnicodeWidthStr;
use waage_report::{Format, Options, headline, render};
use waage_result::document::AuditResult;
use waage_result::text::Language;

fn text(result: &AuditResult, language: Language, options: Options) -> String {
    render(result, Format::Text, language, &options).unwrap()
}

fn wide_letters() -> AuditResult {
    audit(
        &["都道府県"],
        &[
            Cell(&[Some("東京都")], [9000, 2700, 1300, 500]),
            Cell(
                &[Some("Größenwahnsinnsüberschriftenverzeichnis")],
                [9500, 2850, 1740, 1160],
            ),
            Cell(&[Some("e\u{301}te\u{301}")], [700, 210, 120, 80]),
        ],
    )
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut results = fixture::all();
    results.push(("wide", wide_letters()));
    for (name, result) in results {
        for language in Language::ALL {
            for width in [60, 80, 132] {
                let options = Options {
                    width,
                    ..Options::default()
                };
                for line in text(&result, language, options).lines() {
                    assert!(line.width() <= width, "{name} {language} {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn two_attributes_fit_on_about_a_screen() {
    let report = text(&fixture::breach(), Language::En, Options::default());
    assert!(report.lines().count() <= 70, "{}", report.lines().count());
}

#[test]
fn colours_only_add_escapes() {
    let plain = text(&fixture::breach(), Language::De, Options::default());
    let coloured = text(
        &fixture::breach(),
        Language::De,
        Options {
            color: true,
            ..Options::default()
        },
    );
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = String::new();
    let mut parts = coloured.split('\u{1b}');
    stripped.push_str(parts.next().unwrap());
    for part in parts {
        stripped.push_str(part.split_once('m').expect("a colour").1);
    }
    let trimmed = |text: &str| {
        text.lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(trimmed(&stripped), trimmed(&plain));
    assert!(coloured.len() > plain.len());
}

#[test]
fn the_report_as_a_whole() {
    for language in Language::ALL {
        let report = text(&fixture::breach(), language, Options::default());
        insta::assert_snapshot!(format!("breach-{language}"), report);
        let report = text(&fixture::reversed(), language, Options::default());
        insta::assert_snapshot!(format!("reversed-{language}"), report);
        let report = text(&wide_letters(), language, Options::default());
        insta::assert_snapshot!(format!("wide-{language}"), report);
    }
}

#[test]
fn first_sentences() {
    let mut lines = String::new();
    for (name, result) in fixture::all() {
        for language in Language::ALL {
            lines.push_str(&format!(
                "{name} {language}: {}\n",
                headline(&result, language)
            ));
        }
    }
    insta::assert_snapshot!(lines);
}
