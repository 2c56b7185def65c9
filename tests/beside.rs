//! What the model relies on, told in the report of an audit of the same rows.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::{root, waage};

const MODEL: &str = "tests/golden/models/lightgbm-4.7.0/binary.model.txt";

/// Rows for the model with a decision and a group of which one is small.
fn write_rows(path: &Path, rows: usize) {
    let names: Vec<String> = (0..6).map(|j| format!("Column_{j}")).collect();
    let mut text = format!("d,group,{}\n", names.join(","));
    for at in 0..rows {
        let cells: Vec<String> = (0..6)
            .map(|j| format!("{}", ((at * 7 + j * 13) % 29) as f64 / 10.0 - 1.0))
            .collect();
        let group = if at < 3 {
            "few"
        } else {
            ["x", "y", "z"][at % 3]
        };
        text.push_str(&format!("{},{group},{}\n", at % 2, cells.join(",")));
    }
    fs::write(path, text).unwrap();
}

fn said(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = waage(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn an_audit_tells_what_the_model_relies_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, report, document) = (path("rows.csv"), path("report"), path("explain.json"));
    write_rows(Path::new(&data), 300);
    let model = root().join(MODEL).display().to_string();
    let roles = ["--decision", "d", "--sensitive", "group"];
    let audit = |more: &[&str]| said(&[&["audit", &data][..], &roles, more].concat());

    let (code, explained, error) = said(&[
        "explain",
        &model,
        &data,
        "--sensitive",
        "group",
        "--format",
        "json",
    ]);
    assert_eq!(code, Some(0), "{error}");
    fs::write(&document, &explained).unwrap();
    let (_, with_model, error) = audit(&["--model", &model, "--format", "json"]);
    let found: Value = serde_json::from_str(&with_model).expect(&error);
    let expected: Value = serde_json::from_str(&explained).unwrap();
    assert_eq!(found["explanation"], expected);
    let (_, with_document, _) = audit(&["--explanation", &document, "--format", "json"]);
    assert_eq!(with_document, with_model);
    let (_, without, _) = audit(&["--format", "json"]);
    let without: Value = serde_json::from_str(&without).unwrap();
    assert!(without.get("explanation").is_none());
    assert_eq!(without["findings"], found["findings"]);

    for (lang, title, few) in [
        ("en", "What the model relies on", "group = few"),
        ("de", "Worauf sich das Modell stützt", "group = few"),
    ] {
        let with = |format| {
            let (_, text, error) = audit(&[
                "--model", &model, "--lang", lang, "--format", format, "--out", &report,
            ]);
            assert!(text.contains(title), "{format}: {text} {error}");
            text
        };
        assert!(with("text").contains(few));
        let markdown = with("markdown");
        assert!(markdown.contains("group = z") && !markdown.contains(few));
        let page = fs::read_to_string(Path::new(&report).join("report.html")).unwrap();
        assert!(page.contains(title) && page.contains("id=\"features\""));
        assert!(!page.contains(few));
        assert!(Path::new(&report).join("charts/features.svg").exists());
    }
}

#[test]
fn an_explanation_of_other_rows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, other, document) = (path("rows.csv"), path("other.csv"), path("explain.json"));
    write_rows(Path::new(&data), 300);
    write_rows(Path::new(&other), 200);
    let model = root().join(MODEL).display().to_string();
    let (_, explained, _) = said(&["explain", &model, &other, "--format", "json"]);
    fs::write(&document, explained).unwrap();
    let audit = |data: &str, more: &[&str]| {
        let roles = ["audit", data, "--decision", "d", "--sensitive", "group"];
        said(&[&roles[..], more].concat())
    };
    let text = path("text.json");
    fs::write(&text, "{\"schema\": 1}").unwrap();
    for (arguments, sentence) in [
        (
            audit(&data, &["--explanation", &document]),
            "is of 200 rows and the audit of 300",
        ),
        (
            audit(&data, &["--explanation", &text]),
            "write it with: waage explain",
        ),
        (
            audit(&data, &["--explanation", &path("none.json")]),
            "none.json cannot be used",
        ),
        (
            audit("-", &["--model", &model]),
            "standard input does not allow",
        ),
        (audit(&data, &["--model", &path("none.txt")]), "none.txt"),
    ] {
        let (code, out, error) = arguments;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{error}");
        assert!(
            error.contains(sentence) && error.lines().count() == 1,
            "{error}"
        );
    }
}
