//! Numeric outcomes and predictions through the command line: errors instead of rates.

use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, table, texts, write_csv, write_parquet};
use waage_tests::{audit, waage};

/// 600 flats: in Kiel predictions are 10 too high, and one price and one prediction are missing.
fn rows() -> arrow::array::RecordBatch {
    let price = |i: usize| 300.0 + ((i * 37) % 101) as f64;
    let noise = |i: usize| ((i * 17) % 41) as f64 - 20.0;
    let shift = |i: usize| if i % 3 == 1 { 10.0 } else { 0.0 };
    table(vec![
        (
            "city",
            texts((0..600).map(|i| Some(["Bonn", "Kiel", "Ulm"][i % 3]))),
        ),
        (
            "price",
            floats((0..600).map(|i| (i != 7).then(|| price(i)))),
        ),
        (
            "predicted",
            floats((0..600).map(|i| (i != 9).then(|| price(i) + noise(i) + shift(i)))),
        ),
        (
            "weight",
            floats((0..600).map(|i| Some(1.0 + (i % 2) as f64))),
        ),
    ])
}

const ROLES: [&str; 7] = [
    "--regression",
    "--label",
    "price",
    "--score",
    "predicted",
    "--sensitive",
    "city",
];

fn file(folder: &TempDir, name: &str, rows_of_group: usize) -> String {
    let path = folder.path().join(name);
    match rows_of_group {
        0 => write_csv(&path, &rows()),
        n => write_parquet(&path, &rows(), n),
    }
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn errors_are_told_by_group_with_their_gaps() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "flats.parquet", 100);
    let result = audit([&[&*path], &ROLES[..]].concat());
    assert_eq!(result["roles"]["outcome"], "price");
    assert!(result["roles"]["label"].is_null());
    let dataset = &result["dataset"];
    assert_eq!(
        (
            &dataset["rows_label_missing"],
            &dataset["rows_score_missing"]
        ),
        (&1.into(), &1.into())
    );
    assert_eq!(result["overall"]["mean_error"]["n"], 598);
    // By hand, over the same rows.
    let own = |i: &usize| i % 3 == 1 && *i != 7;
    let errors: Vec<f64> = (0..600)
        .filter(own)
        .map(|i| ((i * 17) % 41) as f64 - 10.0)
        .collect();
    let n = errors.len() as f64;
    let mean = errors.iter().sum::<f64>() / n;
    let square = errors.iter().map(|e| e * e).sum::<f64>() / n;
    let kiel = &result["groups"][1]["metrics"];
    let number = |value: &Value| value.as_f64().expect("a number");
    assert!((number(&kiel["mean_error"]["value"]) - mean).abs() < 1e-9);
    assert!((number(&kiel["root_mean_squared_error"]["value"]) - square.sqrt()).abs() < 1e-9);
    let deviation = ((square - mean * mean) / (n - 1.0)).sqrt();
    let half = number(&kiel["mean_error"]["high"]) - mean;
    assert!((half - 1.959_963_985 * deviation).abs() < 1e-6);
    let gap = result["disparities"]
        .as_array()
        .expect("some")
        .iter()
        .find(|d| {
            d["metric"] == "mean_error"
                && d["scheme"] == "to_reference"
                && d["comparison"] == "difference"
                && d["group"] == "Kiel"
        });
    let gap = gap.expect("against the largest group");
    assert!(
        number(&gap["low"]) > 0.0 && number(&gap["p_adjusted"]) < 0.001,
        "{gap}"
    );
    assert_eq!(result["verdict"], "inconclusive");
}

#[test]
fn files_row_groups_and_threads_leave_no_trace() {
    let folder = TempDir::new().expect("a folder");
    let files = [
        file(&folder, "flats.csv", 0),
        file(&folder, "some.parquet", 50),
        file(&folder, "one.parquet", 600),
    ];
    let run = |path: &str, threads: &str| {
        let more = [
            "--weight",
            "weight",
            "--threads",
            threads,
            "--format",
            "json",
            "--quiet",
        ];
        waage([&["audit", path], &ROLES[..], &more].concat()).stdout
    };
    let first = run(&files[0], "1");
    assert!(first.starts_with(b"{"));
    for path in &files {
        for threads in ["1", "3"] {
            assert!(run(path, threads) == first, "{path} {threads}");
        }
    }
}

#[test]
fn a_policy_judges_errors() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "flats.csv", 0);
    let mut text = String::from("schema = \"waage/policy/1\"\n[[attribute]]\nname = \"city\"\n");
    for (id, metric, scheme, margin) in [
        ("ERR-01", "mean_error", "", 5.0),
        (
            "ERR-02",
            "mean_absolute_error",
            "scheme = \"between_groups\"\n",
            20.0,
        ),
    ] {
        let _ = write!(
            text,
            "[[check]]\nid = \"{id}\"\nmetric = \"{metric}\"\ncomparison = \"difference\"\n{scheme}attribute = \"city\"\nop = \"<=\"\nmargin = {margin}\n"
        );
    }
    let policy = folder.path().join("audit.toml");
    std::fs::write(&policy, text).expect("a folder of our own");
    let policy = policy.to_str().expect("UTF-8");
    let more = ["--policy", policy, "--format", "json"];
    let output = waage([&["audit", &path], &ROLES[..], &more].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let result: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let findings = result["findings"].as_array().expect("findings").iter();
    let states: Vec<(&str, &str)> = findings
        .map(|f| (f["check"].as_str().unwrap(), f["state"].as_str().unwrap()))
        .collect();
    assert!(states.contains(&("ERR-01", "breach")), "{states:?}");
    assert!(states.contains(&("ERR-02", "pass")), "{states:?}");
}

#[test]
fn every_format_tells_errors_in_both_languages() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "flats.csv", 0);
    for (language, words) in [
        ("en", ["mean error", "mean absolute error"]),
        ("de", ["mittlerer Fehler", "mittlerer absoluter Fehler"]),
    ] {
        for format in ["text", "markdown", "html"] {
            let more = ["--lang", language, "--format", format];
            let output = waage([&["audit", &path], &ROLES[..], &more].concat());
            let text = String::from_utf8(output.stdout)
                .expect("UTF-8")
                .to_lowercase();
            let words = if format == "text" {
                ["mae", "kiel"]
            } else {
                words
            };
            for word in words {
                assert!(
                    text.contains(&word.to_lowercase()),
                    "{format} {language} {word}"
                );
            }
            assert!(!text.contains("mean_error_"), "{format}");
        }
    }
}

#[test]
fn what_has_no_meaning_for_numbers_is_refused_in_a_sentence() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "flats.csv", 0);
    let far = folder.path().join("far.csv");
    std::fs::write(&far, "city,price,predicted\na,1e40,1\nb,2,3\n").expect("written");
    let far = far.to_str().expect("UTF-8").to_owned();
    for (path, more, expected) in [
        (&path, "--threshold 0.5", "cannot use a cut"),
        (&path, "--cluster city", "cannot use clusters"),
        (&path, "--stratum weight", "cannot use strata"),
        (&path, "--ll144", "cannot use impact ratios"),
        (&path, "--metrics mean_eror", "did you mean \"mean_error\""),
        (
            &path,
            "--metrics roc_auc",
            "no metric is called \"roc_auc\"",
        ),
        (&far, "", "beyond ±1e30 in 1 row"),
    ] {
        let words: Vec<&str> = more.split_whitespace().collect();
        let output = waage([&["audit", path], &ROLES[..], &words].concat());
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{more}: {said}");
        assert!(said.contains(expected), "{more}: {said}");
    }
    let alone = waage([
        "audit",
        &path,
        "--regression",
        "--label",
        "price",
        "--sensitive",
        "city",
    ]);
    assert_eq!(alone.status.code(), Some(2));
}
