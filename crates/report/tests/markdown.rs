//! Markdown is GitHub's, with every table whole and no data that becomes markup.

mod fixture;

use waage_report::{Format, Options, render};
use waage_result::text::Language;

/// Cells of a table's line: bars that data brought along are escaped.
fn cells(line: &str) -> usize {
    line.replace("\\|", "").matches('|').count() - 1
}

#[test]
fn every_row_of_a_table_has_the_cells_of_its_head() {
    for (name, result) in fixture::all() {
        for language in Language::ALL {
            let text = render(&result, Format::Markdown, language, &Options::default()).unwrap();
            let mut head = None;
            for line in text.lines() {
                if line.starts_with('|') {
                    assert_eq!(
                        *head.get_or_insert_with(|| cells(line)),
                        cells(line),
                        "{name}: {line}"
                    );
                } else {
                    head = None;
                }
            }
        }
    }
}

#[test]
fn data_stay_data() {
    let text = render(
        &fixture::hostile(),
        Format::Markdown,
        Language::En,
        &Options::default(),
    )
    .unwrap();
    assert!(!text.contains('<'), "no HTML");
    assert!(text.contains("a\\|b↵\\{\\{ 7\\*7 \\}\\}"));
    assert!(text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
}

#[test]
fn the_report_as_a_whole() {
    for language in Language::ALL {
        let text = render(
            &fixture::breach(),
            Format::Markdown,
            language,
            &Options::default(),
        )
        .unwrap();
        insta::assert_snapshot!(format!("breach-{language}"), text);
    }
}

#[test]
fn strata_have_a_section_that_names_the_reversal() {
    for (language, title, turned, strata) in [
        (
            Language::En,
            "## Within strata",
            "turns round: over all rows",
            "by stratum",
        ),
        (
            Language::De,
            "## Innerhalb der Schichten",
            "kehrt sich um: Über alle",
            "nach Schicht",
        ),
    ] {
        let whole = |result| render(&result, Format::Markdown, language, &Options::default());
        let text = whole(fixture::reversed()).unwrap();
        let (_, section) = text.split_once(title).expect("a section");
        let (section, _) = section.split_once("\n## ").unwrap();
        assert!(section.contains(turned), "{section}");
        assert!(
            section.contains(strata) && section.contains("| A |"),
            "{section}"
        );
        assert!(!whole(fixture::pass()).unwrap().contains(title));
    }
}

#[test]
fn pooled_rates_stand_beside_those_of_small_groups_only() {
    let english =
        |result| render(&result, Format::Markdown, Language::En, &Options::default()).unwrap();
    let small = english(fixture::nothing());
    // Raw 4/12 of the women are selected, pooled 7/24.
    assert!(small.contains("pooled 29.2%"), "{small}");
    assert!(small.contains("never judged"));
    let mut large = fixture::nothing();
    large.policy.group_min_n = 10;
    assert!(!english(large).contains("pooled"));
}
