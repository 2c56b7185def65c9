//! Numeric outcomes and predictions through the command line: errors instead of rates.

use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, integers, table, texts, write_csv, write_parquet};
use waage_tests::{audit, waage};

/// 600 flats of 150 landlords, who let one kind of flat each: in Kiel predictions are 10 too high, and one
/// price and one prediction are missing.
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
        (
            "landlord",
            integers((0..600).map(|i| Some((i * 7 % 150) as i64))),
        ),
        (
            "kind",
            texts((0..600).map(|i| Some(["new", "old"][i * 7 % 150 % 2]))),
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
            "--cluster",
            "landlord",
            "--stratum",
            "kind",
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
fn errors_rest_on_people_and_are_compared_within_strata() {
    let folder = TempDir::new().expect("a folder");
    let path = file(&folder, "flats.csv", 0);
    let run = |more: &[&str]| audit([&[&*path], &ROLES[..], more].concat());
    let plain = run(&[]);
    let people = run(&["--cluster", "landlord"]);
    assert_eq!(people["dataset"]["clusters"], 150);
    let error = |result: &Value| result["groups"][1]["metrics"]["mean_absolute_error"].clone();
    let (of_rows, of_people) = (error(&plain), error(&people));
    assert_eq!(of_rows["value"], of_people["value"]);
    assert_eq!(of_people["method"], "cluster_bootstrap_percentile");
    assert_eq!(of_people["clusters"], 50);
    let notes = people["dataset"]["notes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note["code"] == "clusters_drawn"));

    let both = run(&["--cluster", "landlord", "--stratum", "kind"]);
    let within = run(&["--stratum", "kind"]);
    assert_eq!(within["groups"], plain["groups"]);
    assert_eq!(within["disparities"], plain["disparities"]);
    assert_eq!(both["groups"], people["groups"]);
    for (result, method, marginal) in [
        (&within, "standardized", &plain),
        (&both, "cluster_bootstrap_percentile", &people),
    ] {
        let found = result["conditional"].as_array().expect("some");
        // Two cities against the largest, by five metrics.
        assert_eq!(found.len(), 10);
        for found in found {
            assert_eq!(found["stratum"], "kind");
            assert_eq!(found["standardized"]["method"], method);
            assert_eq!(
                (&found["strata_used"], &found["dropped_share"]),
                (&2.into(), &0.0.into())
            );
            assert_eq!(found["marginal"]["odds_ratio"]["reason"], "not_a_share");
            assert!(found["cmh_p"].is_null() && found["breslow_day_p"].is_null());
            let gap = marginal["disparities"]
                .as_array()
                .expect("some")
                .iter()
                .find(|d| {
                    d["metric"] == found["metric"]
                        && d["group"] == found["group"]
                        && d["scheme"] == "to_reference"
                        && d["comparison"] == "difference"
                });
            let gap = gap.expect("over all rows too");
            for field in ["value", "low", "high", "method", "n"] {
                assert_eq!(gap[field], found["marginal"]["difference"][field]);
            }
        }
        // Inside a stratum is what an audit of its rows alone finds.
        let levels = result["strata"].as_array().expect("strata");
        assert_eq!(levels.len(), 2);
        for level in levels {
            let name = level["level"].as_str().expect("a name");
            let filter = format!("kind = '{name}'");
            let cluster = ["--cluster", "landlord"];
            let reference = found_reference(result);
            let mut more = vec!["--where", &filter, "--reference", &reference, "--metrics"];
            more.push("mean_error,mean_absolute_error,root_mean_squared_error,r2_score");
            if method != "standardized" {
                more.extend(cluster);
            }
            let alone = run(&more);
            assert_eq!(level["n"], alone["overall"]["mean_error"]["n"]);
            assert_eq!(level["groups"], alone["groups"]);
            assert_eq!(level["disparities"], alone["disparities"]);
        }
    }
}

fn found_reference(result: &Value) -> String {
    let city = result["settings"]["references"]["city"].as_str();
    format!("city={}", city.expect("a reference"))
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
            let more = ["--lang", language, "--format", format, "--stratum", "kind"];
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
        (
            &path,
            "--cluster landlord --memory 20kB",
            "raise it with --memory",
        ),
        (
            &path,
            "--membership city=weight,price",
            "cannot use groups known by probabilities",
        ),
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
