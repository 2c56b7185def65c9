//! A PDF says what the Markdown says, on pages that hold it, the same bytes each time.

mod fixture;

use lopdf::{Document, Object};
use waage_report::{Format, Options, pdf, render};
use waage_result::document::AuditResult;
use waage_result::text::Language;

fn audit(result: &AuditResult, language: Language) -> Vec<u8> {
    let text = render(result, Format::Print, language, &Options::default()).expect("Markdown");
    pdf(&text, language, None).expect("a PDF")
}

fn laid_out(markdown: &str) -> Vec<u8> {
    pdf(markdown, Language::En, None).expect("a PDF")
}

/// The text of each page, spaces and line ends taken out: where lines break does not matter.
fn pages(bytes: &[u8]) -> Vec<String> {
    let document = Document::load_mem(bytes).expect("a PDF that can be read");
    let numbers: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = |number: &u32| document.extract_text(&[*number]).expect("text");
    let close = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect();
    numbers.iter().map(text).map(close).collect()
}

fn cells(rows: usize) -> String {
    let row = |at: usize| format!("| row{at} | value {at} |\n");
    let rows: String = (0..rows).map(row).collect();
    format!("# Title\n\n| name | figure |\n| --- | ---: |\n{rows}")
}

#[test]
fn the_same_report_is_the_same_bytes() {
    for (_, result) in fixture::all() {
        let first = audit(&result, Language::De);
        assert!(first.starts_with(b"%PDF-1.7"));
        assert_eq!(first, audit(&result, Language::De));
    }
}

#[test]
fn every_word_of_the_markdown_is_on_a_page() {
    let result = fixture::breach();
    for language in Language::ALL {
        let text = pages(&audit(&result, language)).concat();
        let markdown = render(&result, Format::Markdown, language, &Options::default()).unwrap();
        let plain = markdown.replace("&lt;", "<").replace("&gt;", ">");
        let apart = |c: char| c.is_whitespace() || "();*|".contains(c);
        for word in plain.split(apart) {
            let word = word.replace('\\', "");
            let marked = word.chars().all(|c| matches!(c, '-' | '#' | ':' | '–'));
            assert!(marked || text.contains(&word), "{word:?}");
        }
    }
}

#[test]
fn german_is_german_and_pages_are_numbered() {
    let bytes = audit(&fixture::breach(), Language::De);
    let pages = pages(&bytes);
    let total = pages.len();
    assert!((3..12).contains(&total), "{total}");
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("{}/{total}", at + 1)), "{page}");
    }
    assert!(
        pages[0].contains("✗Verstoß:Bei„female“(gender)"),
        "{}",
        pages[0]
    );
    let document = Document::load_mem(&bytes).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"de");
    for part in [&b"Outlines"[..], b"StructTreeRoot", b"Metadata"] {
        assert!(catalog.has(part));
    }
    let dated = |object: &Object| object.as_dict().is_ok_and(|dict| dict.has(b"CreationDate"));
    assert!(!document.objects.values().any(dated));
}

#[test]
fn figures_are_vectors_with_text() {
    let result = fixture::breach();
    let figures = waage_charts::figures(&result, Language::De, &waage_charts::Options::default());
    let figures = figures.unwrap();
    let bytes = audit(&result, Language::De);
    let text = pages(&bytes).concat();
    for figure in &figures {
        let title: String = figure.title.split_whitespace().collect();
        assert!(text.contains(&title), "{title}");
    }
    let markdown = render(&result, Format::Markdown, Language::De, &Options::default()).unwrap();
    let without = pages(&pdf(&markdown, Language::De, None).unwrap());
    assert!(pages(&bytes).len() > without.len());
    let document = Document::load_mem(&bytes).unwrap();
    let is_image = |object: &Object| {
        let dict = object.as_stream().map(|stream| &stream.dict);
        let kind = dict.and_then(|dict| dict.get(b"Subtype")?.as_name());
        kind.is_ok_and(|kind| kind == b"Image")
    };
    assert!(!document.objects.values().any(is_image));
}

#[test]
fn small_groups_are_hidden_as_on_the_page() {
    let result = fixture::hidden();
    let text = pages(&audit(&result, Language::En)).concat();
    let page = render(&result, Format::Html, Language::En, &Options::default()).unwrap();
    for group in result
        .groups
        .iter()
        .flat_map(|group| group.attributes.values().flatten())
    {
        let shown = text.contains(&group.replace(' ', ""));
        assert_eq!(shown, page.contains(group.as_str()), "{group}");
    }
}

#[test]
fn a_table_over_pages_repeats_its_head() {
    let pages = pages(&laid_out(&cells(200)));
    assert!(pages.len() > 3);
    for page in &pages {
        assert!(page.contains("namefigure"), "{page}");
    }
    let all = pages.concat();
    let rows: String = (0..200).map(|at| format!("row{at}value{at}")).collect();
    let shown = all.replace("namefigure", "");
    assert_eq!(shown.matches("value").count(), 200);
    assert!(shown.contains(&rows[..60]) && shown.contains(&rows[rows.len() - 60..]));
}

#[test]
fn nothing_in_data_breaks_the_layout() {
    let long = "x".repeat(10_000);
    let words = "wort ".repeat(5_000);
    let hostile = [
        format!("# {long}\n\n{long}\n\n- {long}\n"),
        format!("| a | {long} |\n| --- | ---: |\n| {long} | {words} |\n| b | c |\n"),
        "| a |".to_owned() + &" b |".repeat(80) + "\n|" + &" --- |".repeat(81) + "\n",
        "\u{0}\u{7}\u{202e}abc\u{2066}\u{5d0}\u{5d1} \u{1f600}\u{fe0f}\u{200d} 東京\u{ad}\u{feff}"
            .to_owned(),
        "![x](data:image/svg+xml;base64,!) ![y](https://example.org/y.png) <b>&amp;</b>\n"
            .to_owned(),
        "- a\n  - b\n    - c\n\n1. d\n2. e\n\n> q\n\n```\ncode  here\n```\n\n---\n".to_owned(),
        "    \n| |\n|-|\n".to_owned(),
        String::new(),
    ];
    for markdown in hostile {
        let bytes = laid_out(&markdown);
        assert!(!pages(&bytes).is_empty());
    }
    let text = pages(&audit(&fixture::hostile(), Language::En)).concat();
    assert!(!text.is_empty());
    let broken = pdf("![x](data:image/svg+xml;base64,AAAA)", Language::En, None);
    assert!(
        broken
            .unwrap_err()
            .to_string()
            .starts_with("the PDF cannot be written: ")
    );
}

#[test]
fn long_words_and_long_cells_are_whole() {
    let digest = "0123456789abcdef".repeat(40);
    let text = pages(&laid_out(&format!(
        "{digest}\n\n| a | b |\n| --- | --- |\n| {digest} | y |\n"
    )));
    let text = text.concat();
    assert!(text.matches("0123456789abcdef").count() > 60, "{text}");
    let tall = "wort ".repeat(4_000);
    let pages = pages(&laid_out(&format!(
        "| a | b |\n| --- | --- |\n| {tall} | y |\n"
    )));
    assert!(pages.len() > 2);
    assert_eq!(pages.concat().matches("wort").count(), 4_000);
}

#[test]
fn what_the_font_lacks_is_seen_and_kept() {
    let text = pages(&laid_out("Köln 東 ◐ ✓ ✗ ↵ „ß“ – −½ → ≥")).concat();
    assert_eq!(text, "Köln東◐✓✗↵„ß“–−½→≥1/1");
}

#[test]
fn few_pages_have_smaller_type() {
    let text = format!("# Title\n\n{}", "A sentence of some words.\n\n".repeat(90));
    let pages_of = |most| pages(&pdf(&text, Language::En, most).unwrap()).len();
    assert_eq!((pages_of(None), pages_of(Some(2))), (3, 2));
}
