//! Labels and decisions of several classes: each class is the audit of that class, averages are
//! means over classes, and what is not of several classes stays an error.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{audit, failure};

/// 300 rows whose classes and groups follow from the row's number.
fn table(folder: &TempDir, classes: &[&str], decisions: &[&str]) -> PathBuf {
    let mut text = String::from("stage,said,gender,w\n");
    for i in 0..300_usize {
        let y = classes[(i * 7 + i / 11) % classes.len()];
        let agree = i % if i % 2 == 0 { 3 } else { 5 } != 0;
        let d = match decisions.iter().find(|d| **d == y) {
            Some(same) if agree => same,
            _ => decisions[(i / 3) % decisions.len()],
        };
        let g = ["f", "m"][i % 2];
        writeln!(text, "{y},{d},{g},{}", 1 + i % 3).expect("memory");
    }
    let path = folder.path().join("stages.csv");
    std::fs::write(&path, text).expect("a folder of our own");
    path
}

fn options<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let path = path.to_str().expect("UTF-8");
    let mut options = vec![
        path,
        "--label",
        "stage",
        "--decision",
        "said",
        "--sensitive",
        "gender",
    ];
    options.extend(more);
    options
}

#[test]
fn a_class_is_the_audit_with_that_class_as_positive() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    for weight in [&[][..], &["--weight", "w"], &["--stratum", "w"]] {
        let several = audit(options(&path, weight));
        let classes = several["classes"].as_array().expect("classes");
        assert_eq!(classes.len(), 3);
        for class in classes {
            let name = class["class"].as_str().expect("a name");
            let one = audit(options(&path, &[weight, &["--positive", name]].concat()));
            for part in [
                "groups",
                "overall",
                "disparities",
                "summary",
                "conditional",
                "strata",
            ] {
                assert_eq!(class[part], one[part], "{name} {part}");
            }
        }
        let of = |group: &Value, metric: &str| group["metrics"][metric]["value"].as_f64();
        for (g, group) in several["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .enumerate()
        {
            for (average, metric) in [
                ("macro_precision", "precision"),
                ("macro_true_positive_rate", "true_positive_rate"),
                ("macro_false_positive_rate", "false_positive_rate"),
                ("macro_f1", "f1"),
            ] {
                let each = classes
                    .iter()
                    .map(|c| of(&c["groups"][g], metric).expect("defined"));
                let mean = each.sum::<f64>() / 3.0;
                let found = of(group, average).expect("defined");
                assert!((found - mean).abs() < 1e-12, "{average}: {found} {mean}");
                let interval = &group["metrics"][average];
                assert!(
                    interval["low"].as_f64() < Some(found)
                        && interval["high"].as_f64() > Some(found)
                );
            }
            // Every wrong row is a miss of one class: correct = n − Σ FN.
            let misses = classes.iter().map(|c| {
                let metrics = &c["groups"][g]["metrics"];
                let rate = metrics["false_negative_rate"]["value"]
                    .as_f64()
                    .expect("defined");
                rate * metrics["base_rate"]["value"].as_f64().expect("defined")
            });
            let accuracy = 1.0 - misses.sum::<f64>();
            for share in ["multiclass_accuracy", "micro_precision", "micro_f1"] {
                assert!((of(group, share).expect("defined") - accuracy).abs() < 1e-12);
            }
        }
        let findings = several["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|f| f["class"].is_string()));
        assert_eq!(several["policy"]["families"][0]["size"], findings.len());
    }
}

#[test]
fn reports_show_every_class_in_both_languages() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    for (language, class) in [("en", "Class “hot”"), ("de", "Klasse „hot“")] {
        for format in ["text", "markdown", "html"] {
            let output = waage_tests::waage(
                [
                    &["audit"][..],
                    &options(&path, &["--format", format, "--lang", language]),
                ]
                .concat(),
            );
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(text.contains(class), "{format} {language}: {text}");
        }
    }
}

#[test]
fn classes_that_differ_are_refused_with_both_lists() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "tepid"]);
    let (code, message) = failure([&["audit"][..], &options(&path, &[])].concat());
    assert_eq!(code, 2);
    assert!(
        message.contains("cold, hot, warm") && message.contains("cold, hot, tepid"),
        "{message}"
    );
}

#[test]
fn three_labels_beside_two_decisions_stay_an_error() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot"]);
    let (code, message) = failure([&["audit"][..], &options(&path, &[])].concat());
    assert_eq!(code, 2);
    assert!(message.contains("--positive"), "{message}");
}
