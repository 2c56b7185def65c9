//! Reports for people give no small group away; working documents show every group.

mod fixture;

use waage_report::{Format, Options, render};
use waage_result::text::Language;

/// Numbers of the hidden groups: their rows, what they selected, how they compare.
const SECRETS: [&str; 6] = ["871", "17.2", "17,2", "0.56", "0,56", "66.7"];

#[test]
fn hidden_groups_leave_no_number_behind() {
    let result = fixture::hidden();
    for language in Language::ALL {
        for format in [Format::Markdown, Format::Html] {
            let report = render(&result, format, language, &Options::default()).unwrap();
            let report = report
                .split_once("</style>")
                .map_or(report.as_str(), |(_, body)| body);
            for secret in SECRETS {
                assert!(
                    !digits_match(report, secret),
                    "{secret} in {} {language}",
                    format.name()
                );
            }
            assert!(report.contains("female") && report.contains("diverse"));
        }
    }
    let html = render(&result, Format::Html, Language::En, &Options::default()).unwrap();
    assert!(html.contains("&lt;5"), "the small group says so");
    assert!(
        !html.contains("fewer than 30 rows in"),
        "a hidden group is not called small"
    );
    assert!(html.contains("The numbers of this comparison are hidden"));
}

/// Whether a number occurs as such, not as part of a longer one (of a coordinate, say).
fn digits_match(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let near = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || ".,".contains(c));
        !near(text[..at].chars().next_back()) && !near(text[at + number.len()..].chars().next())
    })
}

#[test]
fn the_limit_is_the_readers() {
    let options = Options {
        hide_below: 0,
        ..Options::default()
    };
    let report = render(&fixture::hidden(), Format::Markdown, Language::En, &options).unwrap();
    assert!(digits_match(&report, "871") && digits_match(&report, "0.56"));
    let report = render(
        &fixture::hidden(),
        Format::Text,
        Language::En,
        &Options::default(),
    )
    .unwrap();
    assert!(digits_match(&report, "871"), "text is a working document");
}
