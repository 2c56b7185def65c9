//! Shared documents: what nobody may find in one, or work out from it.

use serde_json::{Value, json};
use waage_result::document::AuditResult;
use waage_result::privacy::{compare, share};

/// Counts of one group: tp, fp, fn, tn.
type Counts = [u64; 4];

fn rate(hits: u64, n: u64) -> Value {
    if n == 0 {
        return json!({"value": null, "low": null, "high": null, "n": 0, "method": "wilson"});
    }
    json!({"value": hits as f64 / n as f64, "low": 0.0, "high": 1.0, "n": n, "method": "wilson"})
}

fn metrics([tp, fp, miss, tn]: Counts) -> Value {
    let n = tp + fp + miss + tn;
    json!({
        "count": {"value": n as f64, "low": null, "high": null, "n": n, "method": "count"},
        "true_positives": {"value": tp as f64, "low": null, "high": null, "n": n, "method": "count"},
        "selection_rate": rate(tp + fp, n),
        "base_rate": rate(tp + miss, n),
        "true_positive_rate": rate(tp, tp + miss),
        "false_positive_rate": rate(fp, fp + tn),
        "precision": rate(tp, tp + fp),
        "negative_predictive_value": rate(tn, tn + miss),
        "accuracy": rate(tp + tn, n),
    })
}

fn sum(counts: &[Counts]) -> Counts {
    counts.iter().fold([0; 4], |mut all, counts| {
        all.iter_mut().zip(counts).for_each(|(a, b)| *a += b);
        all
    })
}

/// A document of one attribute, with a comparison of every group to the first in every rate.
fn document(groups: &[Counts]) -> AuditResult {
    let name = |i: usize| format!("g{i}");
    let told: Vec<Value> = groups
        .iter()
        .enumerate()
        .map(|(i, &counts)| {
            json!({
                "attributes": {"g": name(i)},
                "n": counts.iter().sum::<u64>(),
                "metrics": metrics(counts),
            })
        })
        .collect();
    let mut disparities = Vec::new();
    for metric in ["selection_rate", "base_rate", "true_positive_rate"] {
        for i in 1..groups.len() {
            let value = |i: usize| metrics(groups[i])[metric]["value"].as_f64();
            let gap = value(i).zip(value(0)).map(|(a, b)| a - b);
            disparities.push(json!({
                "attribute": "g", "metric": metric, "scheme": "to_reference",
                "comparison": "difference", "value": gap, "low": -1.0, "high": 1.0, "n": 1,
                "method": "newcombe", "group": name(i), "reference": name(0), "p": 0.1,
                "p_adjusted": 0.2,
            }));
        }
    }
    let all = sum(groups);
    serde_json::from_value(json!({
        "schema": "waage/audit/1",
        "dataset": {"rows": all.iter().sum::<u64>(), "rows_filtered_out": 3,
            "digest": "sha256:0011"},
        "roles": {"label": "y", "decision": "d", "sensitive": [{"name": "g", "column": "g"}]},
        "settings": {"confidence": 0.95, "bootstrap": 0, "seed": 0, "views": [["g"]],
            "references": {"g": "g0"}, "version": "0"},
        "groups": told,
        "overall": metrics(all),
        "disparities": disparities,
        "summary": {"g": {"demographic_parity_difference": 0.123_456_789}},
        "policy": {"source": "built-in", "digest": "", "inconclusive": "warn", "group_min_n": 30,
            "privacy_k": 5, "families": [], "violated": false},
        "checks": [],
        "findings": [],
        "verdict": "pass",
    }))
    .unwrap()
}

fn shown(result: &AuditResult, group: usize, metric: &str) -> Option<f64> {
    result.groups[group].metrics[metric].value
}

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Three selected of forty are no rate to be told, nor is another's that would give them away.
#[test]
fn a_small_numerator_closes_the_decisions_of_two_groups() {
    let result = document(&[
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [2, 1, 20, 17],
        [50, 50, 30, 20],
    ]);
    let shared = share(&result, 5, true);
    assert_eq!(shown(&shared, 2, "selection_rate"), None);
    assert!(shared.groups.iter().all(|group| group.n > 0));
    let open = (0..4).filter(|&g| shown(&shared, g, "selection_rate").is_some());
    assert_eq!(open.count(), 2);
    // Labels are told of all: 22 and 18 are many.
    assert!((0..4).all(|g| shown(&shared, g, "base_rate").is_some()));
    assert!(shown(&shared, 2, "true_positive_rate").is_none());
    let told = shared.privacy.unwrap();
    assert_eq!((told.k, told.shared, told.k_reached), (5, true, Some(40)));
    assert_eq!((told.l_decisions, told.l_labels), (Some(2), Some(2)));
    assert!(told.outcomes_hidden >= 2 && !told.outcomes_withheld);
    assert!(told.withheld.contains(&"dataset.digest".to_owned()));
}

/// What nobody may see is in no field, whatever it is called.
#[test]
fn no_number_of_a_closed_part_is_left() {
    let groups = [
        [40, 31, 22, 63],
        [33, 34, 35, 37],
        [2, 1, 23, 17],
        [53, 51, 38, 29],
    ];
    let result = document(&groups);
    let shared = share(&result, 5, true);
    let text = serde_json::to_string(&shared).unwrap();
    let hidden = 3.0 / 43.0;
    assert!(
        serde_json::to_string(&result)
            .unwrap()
            .contains(&format!("{hidden}"))
    );
    assert!(!text.contains(&format!("{hidden}")));
    let gap = metrics(groups[2])["selection_rate"]["value"]
        .as_f64()
        .unwrap()
        - metrics(groups[0])["selection_rate"]["value"]
            .as_f64()
            .unwrap();
    assert!(!text.contains(&format!("{gap}")));
    // Ranges over all groups, the digest of the counts and the three rows left out.
    assert!(!text.contains("0.123456789") && !text.contains("sha256:0011"));
    assert_eq!(shared.dataset.rows_filtered_out, 0);
}

#[test]
fn nothing_small_means_nothing_hidden() {
    let result = document(&[[40, 30, 20, 60], [30, 30, 30, 30]]);
    let shared = share(&result, 5, true);
    for group in 0..2 {
        for metric in [
            "selection_rate",
            "base_rate",
            "true_positive_rate",
            "precision",
        ] {
            assert_eq!(shown(&shared, group, metric), shown(&result, group, metric));
        }
    }
    assert_eq!(
        shared.disparities[0].estimate,
        result.disparities[0].estimate
    );
    assert_eq!(shared.privacy.unwrap().outcomes_hidden, 0);
}

#[test]
fn empty_counts_are_hidden_where_the_policy_says_so() {
    let result = document(&[
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [0, 0, 20, 25],
        [20, 20, 20, 20],
    ]);
    assert_eq!(shown(&share(&result, 5, true), 2, "selection_rate"), None);
    assert_eq!(
        shown(&share(&result, 5, false), 2, "selection_rate"),
        Some(0.0)
    );
}

/// Suppressing what is suppressed changes nothing.
#[test]
fn sharing_twice_is_sharing_once() {
    let result = document(&[
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [2, 1, 0, 0],
        [20, 20, 20, 20],
    ]);
    let once = share(&result, 10, true);
    let hidden = waage_result::privacy::Hidden::below(&once, 5);
    assert_eq!(hidden.limit(), 10);
    assert_eq!(
        once.groups,
        waage_result::privacy::suppress(&once, &hidden).groups
    );
}

/// An attacker who tries every table: four groups of known size whose selected add up to the known
/// total, some of them known. No small count can be told to within less than k.
#[test]
fn no_small_count_of_a_hundred_documents_can_be_worked_out() {
    let mut numbers = Numbers(3);
    let k = 5;
    let mut attacked = 0;
    for _ in 0..100 {
        let groups: Vec<Counts> = (0..4)
            .map(|_| {
                let few = numbers.below(3) == 0;
                let mut next = || {
                    if few {
                        numbers.below(4)
                    } else {
                        5 + numbers.below(12)
                    }
                };
                [next(), next(), 6 + next(), 6 + next()]
            })
            .collect();
        let shared = share(&document(&groups), k, true);
        let n: Vec<u64> = groups.iter().map(|counts| counts.iter().sum()).collect();
        let selected: Vec<u64> = groups.iter().map(|[tp, fp, ..]| tp + fp).collect();
        let total: u64 = selected.iter().sum();
        let known: Vec<Option<u64>> = (0..4)
            .map(|g| shown(&shared, g, "selection_rate").map(|_| selected[g]))
            .collect();
        let free: Vec<usize> = (0..4).filter(|&g| known[g].is_none()).collect();
        if free.is_empty() || shared.overall["selection_rate"].value.is_none() {
            continue;
        }
        let rest = total - known.iter().flatten().sum::<u64>();
        for &target in &free {
            let others: u64 = free.iter().filter(|&&g| g != target).map(|&g| n[g]).sum();
            let low = rest.saturating_sub(others);
            let high = rest.min(n[target]);
            if selected[target] < k {
                attacked += 1;
                assert!(
                    high - low >= k,
                    "{groups:?}: {} in [{low}, {high}]",
                    selected[target]
                );
            }
        }
    }
    assert!(attacked > 20, "{attacked}");
}

/// One person came: what was decided of her is the difference of two releases.
#[test]
fn one_row_more_tells_of_that_row() {
    let old = document(&[[40, 30, 20, 60], [30, 30, 30, 30]]);
    let new = document(&[[40, 30, 20, 60], [30, 31, 30, 30]]);
    let told = compare(&old, &new, 5, true);
    assert_eq!((told.rows_old, told.rows_new), (270, 271));
    let leaks: Vec<(&str, &str, &str)> = told
        .leaks
        .iter()
        .map(|leak| (leak.group.as_str(), leak.of.as_str(), leak.cause.as_str()))
        .collect();
    assert!(leaks.contains(&("g1", "rows", "few_rows")));
    assert!(leaks.contains(&("g1", "selection_rate", "few_rows")));
    assert!(leaks.iter().all(|(group, ..)| *group == "g1"));
    assert!(compare(&old, &old, 5, true).leaks.is_empty());
}

/// A group that fell below the limit is hidden now, and told in the release before.
#[test]
fn what_is_hidden_now_was_told_before() {
    let old = document(&[
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [1, 2, 1, 1],
        [20, 20, 20, 20],
    ]);
    let new = document(&[
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [1, 1, 1, 1],
        [20, 20, 20, 20],
    ]);
    let told = compare(&old, &new, 5, true);
    let by = |cause: &str| told.leaks.iter().filter(|leak| leak.cause == cause).count();
    assert!(
        told.leaks
            .iter()
            .any(|l| l.group == "g2" && l.of == "rows" && l.cause == "told_in_other")
    );
    assert!(by("told_in_other") >= 2, "{:?}", told.leaks);
    // Releases that have little in common are not told apart row by row.
    let other = document(&[[80, 70, 60, 90], [90, 60, 70, 70]]);
    assert!(
        compare(&old, &other, 5, true)
            .leaks
            .iter()
            .all(|leak| leak.cause != "told_in_other")
    );
}

/// Scores that are decisions tell decisions: their means are hidden with them.
#[test]
fn means_of_zeros_and_ones_are_rates() {
    let groups = [
        [40, 30, 20, 60],
        [30, 30, 30, 30],
        [2, 1, 20, 17],
        [50, 50, 30, 20],
    ];
    let mut value = serde_json::to_value(document(&groups)).unwrap();
    let mean = |counts: Counts| rate(counts[0] + counts[1], counts.iter().sum());
    for (group, counts) in value["groups"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(groups)
    {
        group["metrics"]["mean_score"] = mean(counts);
        group["metrics"]["generalized_true_positive_rate"] = rate(counts[0], counts[0] + counts[2]);
    }
    value["overall"]["mean_score"] = mean(sum(&groups));
    let shared = share(&serde_json::from_value(value).unwrap(), 5, true);
    assert_eq!(shown(&shared, 2, "mean_score"), None);
    assert_eq!(shown(&shared, 2, "generalized_true_positive_rate"), None);
    assert!(shown(&shared, 0, "base_rate").is_some());
}
