//! Ranges over groups, judged end to end by their simultaneous bands.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waage_tests::waage;

/// A CSV of `group,label,decision` rows: TP FP FN TN by group.
fn table(folder: &Path, groups: &[(&str, [usize; 4])]) -> PathBuf {
    let mut text = String::from("group,label,decision\n");
    for (name, counts) in groups {
        for (n, cells) in counts.iter().zip(["1,1", "0,1", "1,0", "0,0"]) {
            text.push_str(&format!("{name},{cells}\n").repeat(*n));
        }
    }
    let path = folder.join("rows.csv");
    fs::write(&path, text).expect("a new file");
    path
}

/// The document and the exit code of an audit by one check.
fn judged(groups: &[(&str, [usize; 4])], check: &str) -> (Value, Option<i32>) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = table(folder.path(), groups);
    let policy = folder.path().join("audit.toml");
    let head = "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nattribute = \"group\"\n";
    fs::write(&policy, format!("{head}{check}\n")).expect("a new file");
    let output = waage([
        "audit",
        &data.display().to_string(),
        "--label",
        "label",
        "--decision",
        "decision",
        "--sensitive",
        "group",
        "--policy",
        &policy.display().to_string(),
        "--format",
        "json",
    ]);
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    (document, output.status.code())
}

fn text(finding: &Value, language: &str) -> String {
    finding["text"][language]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

const PARITY: &str = "metric = \"selection_rate\"\ncomparison = \"difference\"\nop = \"<=\"\n\
                      scheme = \"between_groups\"\nmargin = ";
const ODDS: &str = "metric = \"equalized_odds_difference\"\ncomparison = \"difference\"\n\
                    op = \"<=\"\nmargin = ";

#[test]
fn a_wide_range_breaches_and_says_between_whom() {
    let groups = [
        ("a", [400, 200, 100, 300]),
        ("b", [180, 60, 120, 240]),
        ("c", [60, 40, 90, 210]),
    ];
    let (document, code) = judged(&groups, &format!("{PARITY}0.2"));
    let finding = &document["findings"][0];
    assert_eq!((finding["state"].as_str(), code), (Some("breach"), Some(1)));
    assert_eq!(finding["scheme"], "between_groups");
    assert_eq!(finding["estimate"]["method"], "max_t");
    assert_eq!(
        (&finding["highest"], &finding["lowest"]),
        (&"a".into(), &"c".into())
    );
    let english = text(finding, "en");
    assert!(
        english.starts_with(
            "Breach: between the groups of group, the selection rate differs by 35.0 percentage \
             points (highest “a”, lowest “c”) (95% interval "
        ) && english.ends_with("at most 20.0 percentage points are allowed."),
        "{english}"
    );
    let german = text(finding, "de");
    assert!(
        german.starts_with(
            "Verstoß: Zwischen den Gruppen des Merkmals group unterscheidet sich die Auswahlquote \
             um 35,0 Prozentpunkte (am höchsten „a“, am niedrigsten „c“)"
        ),
        "{german}"
    );
    let range = document["disparities"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|d| d["metric"] == "selection_rate" && d["scheme"] == "between_groups")
        .expect("a range");
    assert_eq!(range["test"], "permutation");
    assert!(range["null_mean"].as_f64().unwrap() < 0.05);
    assert!(range["bias_corrected"].as_f64().is_some());
}

#[test]
fn many_equal_rows_pass() {
    let groups = [
        ("a", [4000, 2000, 1000, 3000]),
        ("b", [4010, 1990, 1000, 3000]),
        ("c", [3990, 2010, 1000, 3000]),
    ];
    for check in [format!("{PARITY}0.05"), format!("{ODDS}0.1")] {
        let (document, code) = judged(&groups, &check);
        let finding = &document["findings"][0];
        assert_eq!(
            (finding["state"].as_str(), code),
            (Some("pass"), Some(0)),
            "{finding}"
        );
    }
}

/// Nobody has a positive label, and the minority is one selected member: equalized odds look like
/// a range over what little is defined, and no pass may follow.
#[test]
fn what_cannot_be_known_is_never_a_pass() {
    let silent = [("a", [0, 0, 0, 40]), ("z", [0, 0, 0, 1])];
    let (document, _) = judged(&silent, &format!("{ODDS}0.5"));
    let finding = &document["findings"][0];
    assert_eq!(finding["state"], "inconclusive", "{finding}");
    assert_eq!(finding["estimate"]["value"], 0.0);
    assert!(
        finding["estimate"]["high"].as_f64().unwrap() > 0.9,
        "{finding}"
    );
    assert_eq!(document["verdict"], "inconclusive");

    let lone = [("a", [0, 12, 0, 28]), ("z", [0, 1, 0, 0])];
    let (document, _) = judged(&lone, &format!("{ODDS}0.9"));
    assert_eq!(document["findings"][0]["state"], "inconclusive");

    // Even the widest margin passes nothing of groups without a value.
    let unseen = [
        ("a", [2000, 100, 100, 2000]),
        ("b", [2000, 100, 100, 2000]),
        ("z", [0, 5, 0, 95]),
    ];
    let (document, code) = judged(&unseen, &format!("{ODDS}1.0"));
    let finding = &document["findings"][0];
    assert_eq!(finding["state"], "inconclusive", "{finding}");
    assert_eq!(finding["reason"], "groups_skipped");
    assert_eq!(finding["groups_skipped"], serde_json::json!(["z"]));
    assert_eq!(code, Some(0));
    let english = text(finding, "en");
    assert!(
        english.ends_with("; no value is defined for “z”, so that a pass cannot be shown."),
        "{english}"
    );
    let german = text(finding, "de");
    assert!(
        german.ends_with(
            "; für „z“ ist kein Wert definiert, sodass sich die Einhaltung nicht zeigen lässt."
        ),
        "{german}"
    );
}

#[test]
fn the_missing_group_is_shown_and_not_judged() {
    let groups = [
        ("a", [4000, 2000, 1000, 3000]),
        ("b", [4000, 2000, 1000, 3000]),
        ("", [10, 5, 200, 500]),
    ];
    let (document, _) = judged(&groups, &format!("{PARITY}0.05"));
    assert_eq!(
        document["findings"][0]["state"], "pass",
        "{}",
        document["findings"][0]
    );
    assert!(
        document["summary"]["group"]["demographic_parity_difference"]
            .as_f64()
            .unwrap()
            > 0.5
    );
}

/// FORMULAS §4.8: 205 of 500 against 200 of 500 within ±.10.
#[test]
fn a_check_may_ask_for_the_p_value_of_equivalence() {
    let groups = [("a", [200, 0, 0, 300]), ("b", [205, 0, 0, 295])];
    let check = "metric = \"selection_rate\"\ncomparison = \"difference\"\nop = \"<=\"\n\
                 margin = 0.10\nequivalence = true";
    let (document, _) = judged(&groups, check);
    let finding = &document["findings"][0];
    assert_eq!(finding["state"], "pass");
    let p = finding["p_equivalence"].as_f64().expect("asked for");
    assert!((p - 0.001_871_741).abs() < 1e-9, "{p}");
    let (document, _) = judged(&groups, &check.replace("equivalence = true", ""));
    assert_eq!(document["findings"][0].get("p_equivalence"), None);
}
