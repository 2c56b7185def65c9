//! Labels that only selected rows have: nothing that needs the others is claimed to be known.

use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::audit;

/// 400 rows: half are contacted, a contacted row knows whether it converted, and so do as many of
/// the others as `explored` says.
fn table(folder: &TempDir, explored: usize) -> String {
    let mut text = String::from("converted,contacted,gender\n");
    for i in 0..400_usize {
        let contacted = i % 2;
        let known = contacted == 1 || i / 2 < explored;
        let label = if known {
            ["0", "1"][usize::from(i % 3 == 0)]
        } else {
            ""
        };
        let gender = ["f", "m"][(i / 2) % 2];
        writeln!(text, "{label},{contacted},{gender}").expect("memory");
    }
    let path = folder.path().join(format!("leads{explored}.csv"));
    std::fs::write(&path, text).expect("a folder of our own");
    path.to_str().expect("UTF-8").to_owned()
}

const ROLES: [&str; 6] = [
    "--label",
    "converted",
    "--decision",
    "contacted",
    "--sensitive",
    "gender",
];

/// The estimate of a metric of the women.
fn women(result: &Value, metric: &str) -> Value {
    let group = &result["groups"][0];
    assert_eq!(group["attributes"]["gender"], "f");
    group["metrics"][metric].clone()
}

#[test]
fn rates_over_unlabelled_rejected_rows_are_bounded_not_claimed() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, 0);
    let result = audit([&[path.as_str()][..], &ROLES].concat());
    for name in [
        "true_positive_rate",
        "false_positive_rate",
        "accuracy",
        "base_rate",
    ] {
        let rate = women(&result, name);
        assert!(rate["value"].is_null(), "{name}: {rate}");
        assert_eq!(
            (&rate["reason"], &rate["method"]),
            (&"not_identified".into(), &"bounds".into())
        );
        let (low, high) = (rate["low"].as_f64(), rate["high"].as_f64());
        assert!(
            low < high && low >= Some(0.0) && high <= Some(1.0),
            "{name}: {rate}"
        );
    }
    assert!(women(&result, "precision")["value"].is_number());
    assert!(women(&result, "selection_rate")["value"].is_number());
    let codes: Vec<_> = result["dataset"]["notes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|n| &n["code"])
        .collect();
    assert!(codes.contains(&&"labels_selective".into()), "{codes:?}");
    for finding in result["findings"].as_array().expect("findings") {
        let labelled = finding["metric"] != "selection_rate";
        assert_eq!(finding["state"] == "inconclusive", labelled, "{finding}");
        if labelled {
            assert_eq!(finding["reason"], "not_identified");
        }
    }
    let odds = result["summary"]["gender"]["equalized_odds_difference"].clone();
    assert!(odds.is_null(), "{odds}");
}

/// A score's area, calibration and errors among the selected say nothing of the rejected: no value,
/// no interval, no pass, over all rows, of groups, compared, within strata. What needs no label stands.
#[test]
fn score_metrics_that_need_labels_are_not_claimed_either() {
    let folder = TempDir::new().expect("a folder");
    let mut text = String::from("converted,contacted,gender,score,region\n");
    for i in 0..400_usize {
        let contacted = i % 2;
        let label = ["", ["0", "1"][usize::from(i % 3 == 0)]][contacted];
        let (gender, region) = (["f", "m"][(i / 2) % 2], ["n", "s"][(i / 4) % 2]);
        let score = (i * 37 % 100) as f64 / 100.0;
        writeln!(text, "{label},{contacted},{gender},{score},{region}").expect("memory");
    }
    let path = folder.path().join("scored.csv");
    std::fs::write(&path, text).expect("a folder of our own");
    let policy = folder.path().join("audit.toml");
    let check = |id: &str, metric: &str, scheme: &str| {
        format!(
            "[[check]]\nid = \"{id}\"\nmetric = \"{metric}\"\ncomparison = \"difference\"\n\
             attribute = \"gender\"\nop = \"<=\"\nmargin = 0.9\n{scheme}\n"
        )
    };
    let text = [
        "schema = \"waage/policy/1\"\n".to_owned(),
        check("FAIR-01", "roc_auc", ""),
        check("FAIR-02", "roc_auc", "scheme = \"between_groups\""),
        check("FAIR-03", "auc_parity", ""),
        check("FAIR-04", "scoring_rate", ""),
    ];
    std::fs::write(&policy, text.concat()).expect("a folder of our own");
    let (path, policy) = (path.display().to_string(), policy.display().to_string());
    let more = [
        "--score",
        "score",
        "--stratum",
        "region",
        "--policy",
        &policy,
    ];
    let result = audit([&[path.as_str()][..], &ROLES, &more].concat());
    let unknown = |estimate: &Value, what: &str| {
        assert!(estimate["value"].is_null(), "{what}: {estimate}");
        assert_eq!(estimate["reason"], "not_identified", "{what}");
    };
    for name in [
        "roc_auc",
        "brier_score",
        "ks_statistic",
        "mean_score_positive",
    ] {
        let of_women = women(&result, name);
        if !of_women.is_null() {
            unknown(&of_women, name);
            unknown(&result["overall"][name], name);
        }
    }
    unknown(&women(&result, "roc_auc"), "roc_auc");
    assert!(women(&result, "scoring_rate")["value"].is_number());
    for disparity in result["disparities"].as_array().expect("disparities") {
        if disparity["metric"] == "roc_auc" {
            unknown(disparity, "a comparison");
            assert!(disparity["p"].is_null());
        }
    }
    let within = result["conditional"].as_array().expect("comparisons");
    assert!(!within.is_empty());
    assert!(within.iter().all(|c| c["metric"] != "base_rate"));
    let findings = result["findings"].as_array().expect("findings");
    let states = |check: &str| -> Vec<&Value> {
        let of = findings.iter().filter(|f| f["check"] == check);
        of.map(|f| &f["state"]).collect()
    };
    for check in ["FAIR-01", "FAIR-02", "FAIR-03"] {
        assert_eq!(states(check), ["inconclusive"], "{check}");
    }
    assert_eq!(states("FAIR-04"), ["pass"]);
}

#[test]
fn one_explored_rejected_row_identifies_them_again() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, 40);
    let result = audit([&[path.as_str()][..], &ROLES].concat());
    let rate = women(&result, "true_positive_rate");
    assert!(rate["value"].is_number(), "{rate}");
}
