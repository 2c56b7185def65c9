//! Plans, from the command line to the document and the text.

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{failure, root, waage};

fn plan(arguments: &[&str]) -> Value {
    let output = waage(
        ["power"]
            .iter()
            .chain(arguments)
            .chain(&["--format", "json", "-q"]),
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

fn close(got: &Value, want: f64, tolerance: f64) {
    let got = got.as_f64().unwrap();
    assert!((got - want).abs() <= tolerance, "{got} is not {want}");
}

/// FORMULAS §4.8.
#[test]
fn the_worked_numbers() {
    let result = plan(&[
        "--rates", "0.5,0.4", "--rate", "0.4", "--margin", "0.1", "--rows", "500,500",
    ]);
    assert_eq!(result["schema"], "waage/power/1");
    assert_eq!(result["settings"]["power"], 0.8);
    let plans = result["plans"].as_array().unwrap();
    assert_eq!(plans[0]["question"], "detect");
    close(&plans[0]["rows_exact"], 387.3385, 1e-4);
    assert_eq!(plans[0]["rows_per_group"], 388);
    assert_eq!(plans[1]["question"], "equivalence");
    close(&plans[1]["rows_exact"], 411.0647, 1e-4);
    assert_eq!(plans[1]["rows_per_group"], 412);
    assert_eq!(plans[2]["question"], "sizes");
    close(&plans[2]["smallest_gap"], 0.086_803_943, 1e-9);
    let with_gap = plan(&["--rate", "0.4", "--margin", "0.1", "--true-gap", "0.02"]);
    assert_eq!(with_gap["plans"][0]["rows_per_group"], 464);
    let uneven = plan(&["--rate", "0.5", "--rows", "100,60"]);
    close(&uneven["plans"][0]["smallest_gap"], 0.228_748_475, 1e-9);
    assert_eq!(result.get("gaps"), None);
}

#[test]
fn data_are_planned_for_by_group_and_metric() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("two.csv");
    let mut text = "g,y,d\n".to_owned();
    for (g, y, d, count) in [
        ("a", 1, 1, 100),
        ("a", 1, 0, 150),
        ("a", 0, 1, 100),
        ("a", 0, 0, 150),
        ("b", 1, 1, 100),
        ("b", 1, 0, 150),
        ("b", 0, 1, 100),
        ("b", 0, 0, 150),
        ("c", 0, 0, 1),
    ] {
        text.push_str(&format!("{g},{y},{d}\n").repeat(count));
    }
    std::fs::write(&path, text).unwrap();
    let path = path.to_string_lossy();
    let roles = ["--label", "y", "--decision", "d", "--sensitive", "g"];
    let data: Vec<&str> = std::iter::once(&*path).chain(roles).collect();
    let result = plan(&data);
    assert_eq!(result["dataset"]["rows"], 1001);
    assert_eq!(result["references"]["g"], "a");
    assert_eq!(result["settings"]["gap"], 0.1);
    let gaps = result["gaps"].as_array().unwrap();
    let of = |group: &str, metric: &str| {
        gaps.iter()
            .find(|gap| gap["group"] == group && gap["metric"] == metric)
            .unwrap()
    };
    let selected = of("b", "selection_rate");
    close(&selected["smallest_gap"], 0.086_803_943, 1e-9);
    assert_eq!(selected["rows"], 1000);
    assert_eq!(selected["rows_needed_equivalence"], 823);
    // Half of the rows have a positive label: twice as many rows are needed.
    let found = of("b", "true_positive_rate");
    assert_eq!(
        (found["n"].as_f64(), found["n_reference"].as_f64()),
        (Some(250.0), Some(250.0))
    );
    assert_eq!(found["rows_needed_equivalence"], 1645);
    // One row of a group shows nothing, none of the class says so.
    assert_eq!(of("c", "selection_rate")["smallest_gap"], Value::Null);
    assert_eq!(of("c", "selection_rate")["reason"], "too_few_rows");
    assert_eq!(of("c", "true_positive_rate")["reason"], "no_positives");
    let one: Vec<&str> = data
        .iter()
        .copied()
        .chain(["--metrics", "selection_rate"])
        .collect();
    let one = plan(&one);
    assert!(
        one["gaps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|g| g["metric"] == "selection_rate")
    );
}

#[test]
fn plans_read_in_both_languages() {
    let data = root().join("datasets/lead_scoring.parquet");
    let data = data.to_string_lossy();
    let mut shown = String::new();
    for language in ["en", "de"] {
        let questions = "--rates 0.5,0.4 --rate 0.4 --margin 0.1 --true-gap 0.02 --rows 100,60";
        let roles = "--label converted --decision contacted --sensitive gender --gap 0.05 --quiet";
        let options = questions.split(' ').chain(roles.split(' '));
        let output = waage(
            ["power", &*data, "--lang", language]
                .into_iter()
                .chain(options),
        );
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
        shown.push_str(&text);
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_cannot_be_planned_is_told_in_a_sentence() {
    for (arguments, words) in [
        (&[][..], "nothing was asked"),
        (&["--rates", "0.5"], "two numbers"),
        (&["--rates", "0.5,1.5"], "cannot be told apart"),
        (&["--rates", "NaN,0.5"], "cannot be told apart"),
        (&["--rates", "0.5,0.50000000000000011"], "larger gap"),
        (&["--rate", "0.5"], "asks nothing"),
        (&["--rate", "0.5", "--margin", "0"], "cannot be planned"),
        (&["--rate", "1", "--margin", "0.1"], "cannot be planned"),
        (
            &["--rate", "0.5", "--rows", "0,10"],
            "each group must have rows",
        ),
        (&["--rates", "0.5,0.4", "--power", "1"], "the power 1"),
        (
            &["--rates", "0.5,0.4", "--confidence", "95"],
            "the confidence 95",
        ),
        (
            &["absent.parquet", "--decision", "d", "--sensitive", "g"],
            "absent.parquet",
        ),
    ] {
        let (code, said) = failure(["power"].iter().chain(arguments));
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{said}");
    }
}

/// The published schema is that of the command, and names every key of a plan.
#[test]
fn the_schema_is_published() {
    let printed = waage(["schema", "power"]).stdout;
    let published = std::fs::read(root().join("docs/power.schema.json")).unwrap();
    assert!(printed == published, "run make docs");
    let schema: Value = serde_json::from_slice(&published).unwrap();
    let result = plan(&["--rates", "0.5,0.4"]);
    for key in result.as_object().unwrap().keys() {
        assert!(!schema["properties"][key].is_null(), "{key}");
    }
}
