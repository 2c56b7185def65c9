//! What the command says of metrics: the list, the pages, and the published documentation.

use std::fs;

use serde_json::Value;
use waage_tests::{root, waage};

fn printed(arguments: &[&str]) -> String {
    let output = waage(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    assert!(said.is_empty(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn documentation_is_published_as_it_is() {
    for (language, file) in [("en", "metrics.md"), ("de", "metrics.de.md")] {
        let path = root().join("docs").join(file);
        let published = fs::read_to_string(&path).unwrap_or_default();
        let printed = printed(&["metrics", "--format", "markdown", "--lang", language]);
        assert!(
            published == printed,
            "{} is stale: run make docs",
            path.display()
        );
    }
}

#[test]
fn every_metric_is_listed_and_has_a_page() {
    let document: Value = serde_json::from_str(&printed(&["metrics", "--format", "json"])).unwrap();
    assert_eq!(document["schema"], "waage/metrics/1");
    let list = printed(&["metrics"]);
    let quantities = waage_audit::explanations(waage_audit::Language::En).unwrap();
    for metric in quantities.metrics.iter().filter(|m| m.measured) {
        assert!(
            list.contains(&format!("  {}", metric.name)),
            "{} is not listed",
            metric.name
        );
        assert!(!metric.title.is_empty());
    }
    assert!(list.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_page_tells_what_a_metric_is() {
    insta::assert_snapshot!(
        "explain_en",
        printed(&["metrics", "average_odds_difference"])
    );
    insta::assert_snapshot!(
        "explain_de",
        printed(&[
            "metrics",
            "average_odds_difference",
            "--lang",
            "de",
            "--format",
            "markdown"
        ])
    );
    let document = printed(&["metrics", "recall", "--format", "json"]);
    let document: Value = serde_json::from_str(&document).unwrap();
    let pages = document["metrics"].as_array().unwrap();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0]["name"], "true_positive_rate");
    assert_eq!(pages[0]["peers"]["sklearn"], "recall_score");
}

#[test]
fn what_cannot_be_explained_is_said_in_a_sentence() {
    for (arguments, sentence) in [
        (
            &["metrics", "selection_rat"][..],
            "waage: no metric is called \"selection_rat\"; did you mean \"selection_rate\"? (waage metrics lists them all)\n",
        ),
        (
            &["metrics", "--format", "html"],
            "waage: metrics are explained as text, json or markdown; convert the Markdown for a web page\n",
        ),
    ] {
        let output = waage(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert_eq!(String::from_utf8(output.stderr).unwrap(), sentence);
    }
}
