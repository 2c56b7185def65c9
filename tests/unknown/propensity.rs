//! Labels missing with known probabilities.

use std::fs;

use arrow::record_batch::RecordBatch;
use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, integers, table, texts};
use waage_tests::{audit, failure, waage};

use super::{Draws, near, written};

/// Group, true label, decision, whether the label is seen, propensity, weight, score.
type Row = (usize, bool, bool, bool, f64, f64, f64);

/// Rows whose label is there with a known probability, and the label that nobody sees.
pub struct Explored {
    pub batch: RecordBatch,
    rows: Vec<Row>,
}

pub fn explored(rows: usize, seed: u64) -> Explored {
    let mut draws = Draws(seed);
    let made: Vec<_> = (0..rows)
        .map(|i| {
            let x = draws.next();
            let group = i % 2;
            let d = x + 0.1 * f64::from(u8::from(group == 0)) > 0.5;
            let y = draws.next() < 0.2 + 0.5 * x - 0.1 * group as f64;
            let e = if d { 0.5 + 0.4 * x } else { 0.15 + 0.4 * x };
            let seen = draws.next() < e;
            // Few enough different scores for many ties.
            let score = (x * 50.0).floor() / 50.0;
            (group, y, d, seen, e, 0.5 + draws.next(), score)
        })
        .collect();
    let thirds = (0..rows).map(|i| Some(THIRDS[i % 3]));
    let batch = table(vec![
        ("g", texts(made.iter().map(|r| Some(["a", "b"][r.0])))),
        ("h", texts(thirds)),
        ("s", floats(made.iter().map(|r| Some(r.6)))),
        (
            "y",
            integers(made.iter().map(|r| r.3.then_some(r.1.into()))),
        ),
        ("truth", integers(made.iter().map(|r| Some(r.1.into())))),
        ("d", integers(made.iter().map(|r| Some(r.2.into())))),
        ("e", floats(made.iter().map(|r| Some(r.4)))),
        ("w", floats(made.iter().map(|r| Some(r.5)))),
    ]);
    Explored { batch, rows: made }
}

/// The levels of a second attribute.
const THIRDS: [&str; 3] = ["x", "y", "z"];

pub const EXPLORED: [&str; 8] = [
    "--label",
    "y",
    "--decision",
    "d",
    "--sensitive",
    "g",
    "--propensity",
    "e",
];

/// The bounds and the weighted estimate of a rate of a group.
fn pair<'a>(result: &'a Value, group: usize, metric: &str) -> [&'a Value; 2] {
    let found = result["propensity"][0]["groups"][group]["metrics"].as_array();
    let rate = found
        .expect("rates")
        .iter()
        .find(|rate| rate["metric"] == metric);
    let rate = rate.expect("the rate");
    [&rate["bounds"], &rate["ipw"]]
}

type Of = fn(&Row) -> bool;

/// Which rows a rate is of, and which of those it counts.
const RATES: [(&str, Of, Of); 6] = [
    ("true_positive_rate", |r| r.1, |r| r.2),
    ("false_positive_rate", |r| !r.1, |r| r.2),
    ("precision", |r| r.2, |r| r.1),
    ("negative_predictive_value", |r| !r.2, |r| !r.1),
    ("accuracy", |_| true, |r| r.1 == r.2),
    ("base_rate", |_| true, |r| r.1),
];

#[test]
fn inverse_propensities_are_hajeks_estimates_to_the_last_digits() {
    let folder = TempDir::new().expect("a folder");
    let made = explored(3000, 21);
    let path = written(&folder, "explored.parquet", &made.batch);
    for more in [&[][..], &["--weight", "w"]] {
        let result = audit([&[path.as_str()][..], &EXPLORED, more].concat());
        let threads = ["--threads", "3"];
        let again = audit([&[path.as_str()][..], &EXPLORED, more, &threads].concat());
        assert_eq!(again, result);
        for group in 0..2 {
            let weight = |r: &Row| if more.is_empty() { 1.0 } else { r.5 } / r.4;
            let own = || made.rows.iter().filter(move |r| r.0 == group && r.3);
            for (name, of, counts) in RATES {
                let trials: f64 = own().filter(|r| of(r)).map(weight).sum();
                let hits: f64 = own().filter(|r| of(r) && counts(r)).map(weight).sum();
                let [_, ipw] = pair(&result, group, name);
                let found = ipw["value"].as_f64().expect("a rate");
                assert!((found - hits / trials).abs() < 1e-12, "{name} {found}");
                assert_eq!(ipw["method"], "ipw_wilson");
            }
            let all: f64 = own().map(weight).sum();
            let squares: f64 = own().map(|r| weight(r) * weight(r)).sum();
            let effective = &result["propensity"][0]["groups"][group]["effective"];
            let effective = effective.as_f64().expect("a number");
            assert!((effective - all * all / squares).abs() < 1e-6 * effective);
        }
    }
}

#[test]
fn the_truth_lies_within_bounds_and_within_most_weighted_intervals() {
    let folder = TempDir::new().expect("a folder");
    let (mut inside, mut asked, mut complete) = (0, 0, 0);
    for seed in 0..20 {
        let made = explored(2000, 100 + seed);
        let path = written(&folder, "explored.parquet", &made.batch);
        let result = audit([&[path.as_str()][..], &EXPLORED, &["--bootstrap", "0"]].concat());
        for group in 0..2 {
            let own = || made.rows.iter().filter(move |r| r.0 == group);
            for (name, of, counts) in RATES {
                let rate = |seen: bool| {
                    let rows = || own().filter(|r| of(r) && (r.3 || !seen));
                    rows().filter(|r| counts(r)).count() as f64 / rows().count() as f64
                };
                let truth = rate(false);
                let [bounds, ipw] = pair(&result, group, name);
                let within = |e: &Value, x: f64| {
                    let end = |key: &str| e[key].as_f64().expect("a limit");
                    end("low") <= x && x <= end("high")
                };
                assert!(within(bounds, truth), "{name} {truth} {bounds}");
                asked += 1;
                inside += usize::from(within(ipw, truth));
                complete += usize::from(within(ipw, rate(true)));
            }
        }
    }
    // 95 % intervals for a value of the very rows that are there hold it at least as often.
    assert!(inside * 100 >= asked * 93, "{inside} of {asked}");
    // Labelled rows alone tell something else.
    assert!(complete * 100 < asked * 70, "{complete} of {asked}");
}

/// The share of the pairs of a positive and a negative that the positive wins, ties half, each pair
/// counted by both weights.
fn pairs_won(rows: &[(f64, bool, f64)]) -> f64 {
    let (mut won, mut all) = (0.0, 0.0);
    for (s, _, w) in rows.iter().filter(|r| r.1) {
        for (t, _, v) in rows.iter().filter(|r| !r.1) {
            let share = if s > t { 1.0 } else { 0.0 } + if s == t { 0.5 } else { 0.0 };
            won += w * v * share;
            all += w * v;
        }
    }
    won / all
}

#[test]
fn areas_and_intersections_are_weighted_pair_by_pair() {
    let folder = TempDir::new().expect("a folder");
    let made = explored(900, 33);
    let path = written(&folder, "explored.parquet", &made.batch);
    for more in [&[][..], &["--weight", "w"]] {
        let scored = ["--sensitive", "h", "--score", "s", "--bootstrap", "60"];
        let options = [&[path.as_str()][..], &EXPLORED, &scored, more].concat();
        let result = audit(&options);
        let again = audit([&options[..], &["--threads", "3"]].concat());
        assert_eq!(again, result);
        let found = result["propensity"].as_array().expect("views");
        let views: Vec<&str> = found
            .iter()
            .filter_map(|f| f["attribute"].as_str())
            .collect();
        assert_eq!(views, ["g", "h", "g*h"]);
        let weight = |r: &Row| if more.is_empty() { 1.0 } else { r.5 } / r.4;
        for view in found {
            let name = |i: usize, r: &Row| match view["attribute"].as_str() {
                Some("g") => ["a", "b"][r.0].to_owned(),
                Some("h") => THIRDS[i % 3].to_owned(),
                _ => format!("{}*{}", ["a", "b"][r.0], THIRDS[i % 3]),
            };
            let mut areas = Vec::new();
            for group in view["groups"].as_array().expect("groups") {
                let all = || made.rows.iter().enumerate();
                let own: Vec<&Row> = all()
                    .filter(|(i, r)| r.3 && group["group"] == name(*i, r))
                    .map(|(_, r)| r)
                    .collect();
                assert_eq!(group["labelled"], own.len());
                let of = |metric: &str| {
                    let rates = group["metrics"].as_array().expect("rates");
                    let rate = rates.iter().find(|rate| rate["metric"] == metric);
                    rate.expect("the metric").clone()
                };
                let scored: Vec<_> = own.iter().map(|r| (r.6, r.1, weight(r))).collect();
                let area = pairs_won(&scored);
                areas.push((group["group"].clone(), area));
                let auc = of("roc_auc");
                near(&auc["ipw"]["value"], area);
                near(&of("gini")["ipw"]["value"], 2.0 * area - 1.0);
                assert_eq!(auc["ipw"]["method"], "ipw_delong_logit");
                assert!(auc["ipw"]["low"].as_f64() < Some(area));
                assert!(auc["ipw"]["high"].as_f64() > Some(area));
                assert_eq!(auc["bounds"]["reason"], "not_identified");
                let square = |r: &&Row| weight(r) * (r.6 - f64::from(u8::from(r.1))).powi(2);
                let total: f64 = own.iter().map(|r| weight(r)).sum();
                let brier: f64 = own.iter().map(square).sum::<f64>() / total;
                near(&of("brier_score")["ipw"]["value"], brier);
                assert_eq!(of("ks_statistic")["ipw"]["method"], "ipw_bootstrap_basic");
                assert!(of("ks_statistic")["ipw"]["low"].is_f64());
                let positive = |r: &&&Row| r.1;
                let trials: f64 = own.iter().filter(positive).map(|r| weight(r)).sum();
                let hits = own.iter().filter(|r| r.1 && r.2);
                let hits: f64 = hits.map(|r| weight(r)).sum();
                let rate = of("true_positive_rate");
                near(&rate["ipw"]["value"], hits / trials);
                assert!(rate["bounds"]["low"].is_f64(), "{rate}");
            }
            let name = view["attribute"].as_str().expect("a name");
            assert_eq!(view["reference"], result["settings"]["references"][name]);
            let area = |name: &Value| areas.iter().find(|(n, _)| n == name).expect("a group").1;
            let gaps = view["gaps"].as_array().expect("gaps").iter();
            let gaps = gaps.filter(|g| g["metric"] == "roc_auc" && g["comparison"] == "difference");
            let mut count = 0;
            for gap in gaps {
                near(
                    &gap["ipw"]["value"],
                    area(&gap["group"]) - area(&view["reference"]),
                );
                count += 1;
            }
            assert_eq!(count, areas.len() - 1);
        }
    }
}

#[test]
fn weighted_areas_hold_those_of_all_rows() {
    let folder = TempDir::new().expect("a folder");
    let (mut inside, mut asked, mut errors) = (0, 0, [0.0; 2]);
    for seed in 0..16 {
        let mut draws = Draws(500 + seed);
        // Label, score, whether seen, propensity: rows whose score says little are seen rarely.
        let made: Vec<(bool, f64, bool, f64)> = (0..1600)
            .map(|_| {
                let score = draws.next();
                let label = draws.next() < 0.2 + 0.6 * score;
                let e = if (score - 0.5).abs() > 0.35 {
                    0.9
                } else {
                    0.15
                };
                (label, score, draws.next() < e, e)
            })
            .collect();
        let batch = table(vec![
            ("g", texts((0..made.len()).map(|i| Some(["a", "b"][i % 2])))),
            (
                "y",
                integers(made.iter().map(|r| r.2.then_some(r.0.into()))),
            ),
            ("d", integers(made.iter().map(|r| Some((r.1 > 0.5).into())))),
            ("s", floats(made.iter().map(|r| Some(r.1)))),
            ("e", floats(made.iter().map(|r| Some(r.3)))),
        ]);
        let path = written(&folder, "scored.parquet", &batch);
        let more = ["--score", "s", "--metrics", "roc_auc", "--bootstrap", "0"];
        let result = audit([&[path.as_str()][..], &EXPLORED, &more].concat());
        for group in 0..2 {
            let own = || made.iter().skip(group).step_by(2);
            let all: Vec<_> = own().map(|r| (r.1, r.0, 1.0)).collect();
            let seen: Vec<_> = own().filter(|r| r.2).map(|r| (r.1, r.0, 1.0)).collect();
            let [_, ipw] = pair(&result, group, "roc_auc");
            let end = |key: &str| ipw[key].as_f64().expect("a limit");
            let truth = pairs_won(&all);
            asked += 1;
            inside += usize::from(end("low") <= truth && truth <= end("high"));
            errors[0] += end("value") - truth;
            errors[1] += pairs_won(&seen) - truth;
        }
    }
    assert!(inside * 100 >= asked * 90, "{inside} of {asked}");
    // Right on average, as the area among labelled rows alone is not.
    let [weighted, complete] = errors.map(|sum| sum / asked as f64);
    assert!(weighted.abs() < 0.012, "{weighted}");
    assert!(complete > 0.03, "{complete}");
}

#[test]
fn an_intersection_with_few_labels_somewhere_is_hidden_whole() {
    let folder = TempDir::new().expect("a folder");
    // One row in two is seen; of a and y only three.
    let seen = |i: usize| match (i % 2, i % 4 / 2) {
        (0, 1) => i < 12,
        _ => (i / 4).is_multiple_of(2),
    };
    let label = |i: usize| seen(i).then(|| i64::from(i.is_multiple_of(3)));
    let batch = table(vec![
        ("g", texts((0..400).map(|i| Some(["a", "b"][i % 2])))),
        ("h", texts((0..400).map(|i| Some(["x", "y"][i % 4 / 2])))),
        ("y", integers((0..400).map(label))),
        ("d", integers((0..400).map(|i| Some((i % 5 < 2).into())))),
        ("e", floats((0..400).map(|_| Some(0.5)))),
    ]);
    let path = written(&folder, "few.csv", &batch);
    let hide = ["--sensitive", "h", "--suppress-below", "5"];
    let result = audit([&[path.as_str()][..], &EXPLORED, &hide].concat());
    for view in result["propensity"].as_array().expect("views") {
        let shown = view["attribute"] != "g*h";
        for group in view["groups"].as_array().expect("groups") {
            assert_eq!(group["labelled"] != 0, shown, "{group}");
            for rate in group["metrics"].as_array().expect("rates") {
                let hidden = rate["ipw"]["reason"] == "suppressed_small_group";
                assert_eq!(hidden, !shown, "{rate}");
            }
        }
    }
}

#[test]
fn propensities_that_are_none_are_named_with_their_row() {
    let folder = TempDir::new().expect("a folder");
    let of = |e: &str, y: &str| {
        let path = folder.path().join("bad.csv");
        let text = format!("g,y,d,e\na,1,1,1\nb,{y},1,{e}\na,0,1,.5\nb,,0,0\n");
        fs::write(&path, text).expect("a file");
        let path = path.to_str().expect("UTF-8").to_owned();
        waage([&["audit", path.as_str()][..], &EXPLORED].concat())
    };
    for e in ["0", "-0.5", "1.01", "NaN", ""] {
        let output = of(e, "1");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains("propensity \"e\" is") && said.contains("line 3"),
            "{said}"
        );
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
    let path = folder.path().join("bad.csv");
    let path = path.to_str().expect("UTF-8");
    let roles = ["--decision", "d", "--sensitive", "g", "--propensity", "e"];
    let (code, said) = failure([&["audit", path][..], &roles].concat());
    assert!(code == 2 && said.contains("without labels"), "{said}");
    for (e, code) in [("0", 0), ("", 0), ("-1", 2), ("2", 2)] {
        assert_eq!(of(e, "").status.code(), Some(code), "{e}");
    }
}

#[test]
fn what_propensities_do_not_cover_is_said() {
    let folder = TempDir::new().expect("a folder");
    let rows = |label: &dyn Fn(usize) -> Option<i64>, e: &dyn Fn(usize) -> f64| {
        let batch = table(vec![
            ("g", texts((0..400).map(|i| Some(["a", "b"][i % 2])))),
            ("y", integers((0..400).map(label))),
            ("d", integers((0..400).map(|i| Some((i % 4 < 2).into())))),
            ("e", floats((0..400).map(|i| Some(e(i))))),
        ]);
        let path = written(&folder, "rows.csv", &batch);
        audit([&[path.as_str()][..], &EXPLORED].concat())
    };
    let codes = |result: &Value| -> Vec<String> {
        let notes = result["dataset"]["notes"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        notes
            .iter()
            .map(|note| note["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let outcome = |i: usize| i64::from(i.is_multiple_of(3));
    let idle = rows(&|i| Some(outcome(i)), &|_| 0.5);
    assert_eq!(codes(&idle), ["propensity_idle"]);
    assert!(idle.get("propensity").is_none());
    // Nobody who was rejected could get a label: what needs those stays open.
    let selective = rows(&|i| (i % 4 < 2).then(|| outcome(i)), &|i| {
        f64::from(u8::from(i % 4 < 2))
    });
    assert!(codes(&selective).contains(&"propensity_uncovered".to_owned()));
    for group in 0..2 {
        let [bounds, ipw] = pair(&selective, group, "true_positive_rate");
        assert_eq!(
            (&ipw["value"], &ipw["reason"]),
            (&Value::Null, &"not_identified".into())
        );
        assert!(bounds["low"].is_f64() && bounds["value"].is_null());
        let [precision, weighted] = pair(&selective, group, "precision");
        assert_eq!(precision["value"], weighted["value"]);
    }
}
