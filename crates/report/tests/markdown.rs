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
