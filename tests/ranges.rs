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

const IMPACT: &str = "metric = \"impact_ratio\"\ncomparison = \"ratio\"\nop = \">=\"\nmargin = 0.8";

/// The impact ratio of every group against the one with the highest rate, by its band: b passes, c
/// breaches, d is too small to tell; e, all of whose few rows are selected, is left out and nobody's
/// best group.
#[test]
fn impact_ratios_are_judged_without_groups_below_the_least_share() {
    let groups = [
        ("a", [0, 600, 0, 400]),
        ("b", [0, 590, 0, 410]),
        ("c", [0, 300, 0, 700]),
        ("d", [0, 24, 0, 26]),
        ("e", [0, 20, 0, 0]),
    ];
    let (document, code) = judged(&groups, &format!("{IMPACT}\n[data]\nmin_share = 0.01"));
    assert_eq!(code, Some(1));
    let of = |group: &str| {
        let all = document["findings"].as_array().unwrap();
        all.iter().find(|f| f["group"] == group).cloned()
    };
    assert!(of("a").is_none() && of("e").is_none());
    for (group, value, state) in [
        ("b", 590.0 / 600.0, "pass"),
        ("c", 0.5, "breach"),
        ("d", 0.8, "inconclusive"),
    ] {
        let finding = of(group).unwrap();
        assert_eq!(finding["reference"], "a");
        assert_eq!(finding["state"], state, "{finding}");
        let got = finding["estimate"]["value"].as_f64().unwrap();
        assert!((got - value).abs() < 1e-12, "{got} is not {value}");
        assert_eq!(finding["estimate"]["method"], "max_t_best");
        let sentence = text(&finding, "en");
        assert!(
            sentence.contains("the share of the favourable decision is"),
            "{sentence}"
        );
    }
    assert_eq!(of("c").unwrap()["four_fifths_adverse"], true);
    assert_eq!(document["checks"][0]["left_out"], serde_json::json!(["e"]));
    let (all, _) = judged(&groups, IMPACT);
    let reference = |f: &Value| f["reference"] == "e";
    assert!(all["findings"].as_array().unwrap().iter().all(reference));
    assert!(all["checks"][0].get("left_out").is_none());
}

/// Between equal groups no impact ratio is a breach, although the best of them is picked by chance.
#[test]
fn equal_groups_have_no_adverse_impact_ratio() {
    let names: Vec<String> = (0..12).map(|i| format!("g{i:02}")).collect();
    let rows = |i: usize| [0, 28 + (i * 7) % 9, 0, 72 - (i * 7) % 9];
    let groups: Vec<(&str, [usize; 4])> = names
        .iter()
        .enumerate()
        .map(|(i, name)| (name.as_str(), rows(i)))
        .collect();
    let (document, _) = judged(&groups, IMPACT);
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.len() > 9);
    assert!(findings.iter().all(|f| f["state"] != "breach"));
}

/// Areas under the curve range by a simultaneous band, so that a policy can judge them: equal groups
/// pass a wide margin, a group whose score is noise breaches a narrow one, and an area of exactly 1
/// in a handful of rows leaves the range open.
#[test]
fn ranges_of_score_metrics_are_judged_by_their_band() {
    let folder = tempfile::tempdir().expect("a folder");
    let audited = |noise: bool, few: bool, margin: &str| -> (Value, Value) {
        let mut text = String::from("group,label,score\n");
        for i in 0..900_usize {
            let (group, label) = (["a", "b", "c"][i % 3], (i / 3) % 2);
            let jitter = (i * 7919 % 1000) as f64 / 1000.0;
            let tells = !(noise && group == "c");
            let score = 0.5 * jitter + if tells { 0.3 * label as f64 } else { 0.0 };
            text.push_str(&format!("{group},{label},{score}\n"));
        }
        for i in 0..if few { 4 } else { 0 } {
            text.push_str(&format!("d,{},{}\n", i % 2, 0.1 + 0.5 * f64::from(i % 2)));
        }
        let data = folder.path().join("scores.csv");
        fs::write(&data, text).expect("a new file");
        let policy = folder.path().join("scores.toml");
        let check = format!(
            "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nattribute = \"group\"\n\
             metric = \"auc_parity\"\ncomparison = \"difference\"\nop = \"<=\"\nmargin = {margin}\n"
        );
        fs::write(&policy, check).expect("a new file");
        let (data, policy) = (data.display().to_string(), policy.display().to_string());
        let roles = [
            "--label",
            "label",
            "--score",
            "score",
            "--sensitive",
            "group",
        ];
        let rest = ["--policy", policy.as_str(), "--format", "json"];
        let output = waage([&["audit", data.as_str()][..], &roles, &rest].concat());
        let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
        });
        let found = document["disparities"]
            .as_array()
            .unwrap()
            .iter()
            .find(|d| {
                d["metric"] == "roc_auc"
                    && d["scheme"] == "between_groups"
                    && d["comparison"] == "difference"
            });
        (document["findings"][0].clone(), found.unwrap().clone())
    };
    let (pass, range) = audited(false, false, "0.2");
    assert_eq!(range["method"], "max_t");
    assert_eq!(
        (&pass["state"], &range["test"]),
        (&"pass".into(), &"max_t".into())
    );
    assert_eq!(range["low"], 0.0, "{range}");
    assert!(range["p"].as_f64().unwrap() > 0.05);
    let (breach, range) = audited(true, false, "0.2");
    assert_eq!(breach["state"], "breach", "{breach}");
    assert!(range["p"].as_f64().unwrap() < 0.05);
    assert_eq!(breach["lowest"], "c");
    let (open, range) = audited(false, true, "0.2");
    assert_eq!(open["state"], "inconclusive");
    assert_eq!(range["high"], 1.0, "{range}");
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
