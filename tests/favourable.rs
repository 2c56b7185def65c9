//! A decision that people want to be spared: what speaks of an advantage turns round, rates do not.

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{audit, waage};

/// Flagged as a risk: 60 of 100 women, 40 of 100 men.
fn rows(folder: &TempDir, words: [&str; 2]) -> String {
    let mut text = String::from("gender,flagged\n");
    for i in 0..200 {
        let flagged = if i % 2 == 0 { i < 120 } else { i < 80 };
        let gender = ["f", "m"][i % 2];
        text.push_str(&format!("{gender},{}\n", words[usize::from(flagged)]));
    }
    let path = folder.path().join("flags.csv");
    std::fs::write(&path, text).expect("a folder of our own");
    path.to_str().expect("UTF-8").to_owned()
}

const ROLES: [&str; 6] = [
    "--decision",
    "flagged",
    "--sensitive",
    "gender",
    "--schemes",
    "to_best",
];

fn find<'a>(result: &'a Value, metric: &str, scheme: &str, comparison: &str) -> &'a Value {
    let all = result["disparities"].as_array().expect("disparities");
    all.iter()
        .find(|d| {
            d["metric"] == metric
                && d["scheme"] == scheme
                && d["comparison"] == comparison
                && d["group"] == "f"
        })
        .unwrap_or_else(|| panic!("{metric} {scheme} {comparison}"))
}

#[test]
fn advantages_are_those_of_the_spared() {
    let folder = TempDir::new().expect("a folder");
    let file = rows(&folder, ["0", "1"]);
    let reference = ["--reference", "gender=m"];
    let plain = audit([&[&*file], &ROLES[..], &reference].concat());
    let turned = audit([&[&*file], &ROLES[..], &reference, &["--favourable", "0"]].concat());
    assert_eq!(turned["settings"]["favourable"], "rejected");
    assert!(plain["settings"].get("favourable").is_none());
    assert_eq!(plain["groups"][0], turned["groups"][0], "rates stay");
    // Spared: 40 of 100 women, 60 of 100 men.
    let ratio = find(&turned, "rejection_share", "to_reference", "ratio");
    assert_eq!(ratio["four_fifths_adverse"], true);
    assert_eq!(ratio["value"].as_f64(), Some(0.4 / 0.6));
    let selected = |result: &Value| find(result, "selection_rate", "to_reference", "ratio").clone();
    assert_eq!(selected(&plain)["four_fifths_adverse"], false);
    assert!(selected(&turned).get("four_fifths_adverse").is_none());
    // Clarify's disparity tells of the share of the unfavourable decision, and so turns round.
    let shares = |result: &Value| {
        find(
            result,
            "demographic_disparity",
            "to_complement",
            "difference",
        )
        .clone()
    };
    let (plainly, turns) = (shares(&plain), shares(&turned));
    let number = |estimate: &Value, at: &str| estimate[at].as_f64().expect("a number");
    assert_eq!(number(&turns, "value"), 0.6 - 0.4);
    assert_eq!(number(&turns, "value"), -number(&plainly, "value"));
    assert!((number(&turns, "low") + number(&plainly, "high")).abs() < 1e-12);
    let impact = |result: &Value| find(result, "impact_ratio", "to_best", "ratio").clone();
    assert_eq!(impact(&plain)["value"], 1.0);
    assert_eq!(impact(&turned)["value"].as_f64(), Some(0.4 / 0.6));
    assert_eq!(impact(&turned)["reference"], "m");
    let finding = &turned["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["metric"]),
        (&"FAIR-01".into(), &"rejection_share".into())
    );
    assert_eq!(finding["four_fifths_adverse"], true);
}

#[test]
fn the_best_group_is_that_which_is_spared_most() {
    let folder = TempDir::new().expect("a folder");
    let file = rows(&folder, ["0", "1"]);
    let policy = folder.path().join("audit.toml");
    let text = |favourable: &str| {
        format!(
            "schema = \"waage/policy/1\"\n[data]\ndecision = \"flagged\"\n{favourable}\n[[attribute]]\nname = \"gender\"\nreference = \"best\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\ncomparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.1\n"
        )
    };
    for (favourable, best) in [
        ("", "f"),
        ("favourable = 0", "m"),
        ("favourable = \"1\"", "f"),
    ] {
        std::fs::write(&policy, text(favourable)).expect("a folder of our own");
        let result = audit([&file, "--policy", policy.to_str().expect("UTF-8")]);
        assert_eq!(
            result["settings"]["references"]["gender"], best,
            "{favourable}"
        );
    }
}

#[test]
fn the_favourable_decision_is_named_as_its_column_writes_it() {
    let folder = TempDir::new().expect("a folder");
    let file = rows(&folder, ["clear", "flag"]);
    let run = |value: &str| {
        let more = [
            "--positive",
            "flag",
            "--favourable",
            value,
            "--format",
            "json",
        ];
        waage([&["audit", &*file], &ROLES[..], &more].concat())
    };
    for (value, favourable) in [
        ("clear", "rejected"),
        ("0", "rejected"),
        ("flag", ""),
        ("1", ""),
    ] {
        let result: Value = serde_json::from_slice(&run(value).stdout).expect("a document");
        let found = result["settings"]["favourable"]
            .as_str()
            .unwrap_or_default();
        assert_eq!(found, favourable, "{value}");
    }
    let wrong = run("cleared");
    assert_eq!(wrong.status.code(), Some(2));
    let said = String::from_utf8(wrong.stderr).expect("UTF-8");
    assert!(
        said.contains("no decision is \"cleared\"; give as favourable 0, 1, or"),
        "{said}"
    );
    let none = waage([
        "audit",
        &*file,
        "--label",
        "flagged",
        "--positive",
        "flag",
        "--sensitive",
        "gender",
        "--favourable",
        "0",
    ]);
    assert_eq!(none.status.code(), Some(2));
}
