//! Groups known by probabilities.

use std::fs;

use arrow::record_batch::RecordBatch;
use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, integers, table, texts};
use waage_tests::{audit, failure, waage};

use super::{Draws, near, written};

/// The example of FORMULAS §6 with so many thousand rows.
pub fn example(thousands: usize) -> RecordBatch {
    let (mut a, mut b, mut d) = (Vec::new(), Vec::new(), Vec::new());
    for (rows, q, selected) in [(500, 0.9, 300), (300, 0.5, 120), (200, 0.1, 40)] {
        for i in 0..rows * thousands {
            a.push(Some(q));
            b.push(Some(
                [0.1, 0.5, 0.9][[0.9, 0.5, 0.1].iter().position(|x| *x == q).unwrap()],
            ));
            d.push(Some(i64::from(i < selected * thousands)));
        }
    }
    table(vec![
        ("p_a", floats(a)),
        ("p_b", floats(b)),
        ("d", integers(d)),
    ])
}

/// A rate of a group, or its gap to the reference, in three ways.
fn answers<'a>(result: &'a Value, group: &str, metric: &str, comparison: &str) -> &'a Value {
    let found = &result["membership"][0];
    let named = |v: &&Value| v["group"] == group;
    if comparison != "none" {
        let gaps = found["gaps"].as_array().expect("gaps");
        let of = |v: &&Value| named(v) && v["metric"] == metric && v["comparison"] == comparison;
        return gaps.iter().find(of).expect("a gap");
    }
    let group = found["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .find(named);
    let rates = group.expect("the group")["metrics"]
        .as_array()
        .expect("rates");
    rates
        .iter()
        .find(|v| v["metric"] == metric)
        .expect("the rate")
}

pub const MEMBERSHIP: [&str; 4] = ["--decision", "d", "--membership", "race=p_a,p_b"];

#[test]
fn the_worked_example_comes_out_of_the_whole_pipeline() {
    let folder = TempDir::new().expect("a folder");
    let path = written(&folder, "example.csv", &example(1));
    let result = audit([&[path.as_str()][..], &MEMBERSHIP].concat());
    let rate = |group: &str| answers(&result, group, "selection_rate", "none").clone();
    let (a, b) = (rate("p_a"), rate("p_b"));
    near(&a["weighted"]["value"], 0.538_709_677);
    near(&b["weighted"]["value"], 0.331_578_947);
    near(&a["threshold"]["value"], 0.525);
    near(&b["threshold"]["value"], 0.2);
    near(&a["bounds"]["lower"], 0.403_225_806);
    near(&a["bounds"]["upper"], 0.709_677_419);
    near(&b["bounds"]["lower"], 0.052_631_579);
    near(&b["bounds"]["upper"], 0.552_631_579);
    // The largest group is the reference: of b against a the signs are turned.
    assert_eq!(result["membership"][0]["reference"], "p_a");
    let gap = answers(&result, "p_b", "selection_rate", "difference");
    near(&gap["weighted"]["value"], -0.207_130_730);
    near(&gap["threshold"]["value"], -0.325);
    near(&gap["bounds"]["lower"], -0.657_045_840);
    near(&gap["bounds"]["upper"], 0.149_405_772);
    let turned = [
        &[path.as_str()][..],
        &MEMBERSHIP,
        &["--reference", "race=p_b"],
    ]
    .concat();
    let turned = audit(turned);
    let gap = answers(&turned, "p_a", "selection_rate", "difference");
    near(&gap["weighted"]["value"], 0.207_130_730);
    near(&gap["threshold"]["value"], 0.325);
    near(&gap["bounds"]["lower"], -0.149_405_772);
    near(&gap["bounds"]["upper"], 0.657_045_840);
    // What is judged holds both ends and their sampling error.
    assert!(gap["bounds"]["low"].as_f64() < Some(-0.149_405_773));
    assert!(gap["bounds"]["high"].as_f64() > Some(0.657_045_841));
    assert_eq!(result["membership"][0]["groups"][0]["expected"], 620.0);
    assert_eq!(result["verdict"], "inconclusive");
    let finding = &result["findings"][0];
    assert_eq!(finding["estimate"]["method"], "membership_bounds");
    assert!(
        finding.get("rows_needed").is_none_or(Value::is_null),
        "{finding}"
    );
}

#[test]
fn a_threshold_leaves_unlikely_rows_out_and_says_how_many() {
    let folder = TempDir::new().expect("a folder");
    let path = written(&folder, "example.parquet", &example(1));
    let options = [
        &[path.as_str()][..],
        &MEMBERSHIP,
        &["--membership-threshold", "0.8"],
    ]
    .concat();
    let result = audit(&options);
    let found = &result["membership"][0];
    assert_eq!(
        (&found["unclassified"], &found["threshold"]),
        (&300.into(), &0.8.into())
    );
    let rate = |group: &str| &answers(&result, group, "selection_rate", "none")["threshold"];
    near(&rate("p_a")["value"], 0.6);
    near(&rate("p_b")["value"], 0.2);
    let out = waage([&["audit"][..], &options].concat());
    let said = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(said.contains("300 rows are"), "{said}");
}

/// Rows of three known groups with labels, decisions and weights, and their groups as certainties.
fn known(rows: usize) -> RecordBatch {
    let mut draws = Draws(7);
    let group: Vec<usize> = (0..rows).map(|_| (draws.next() * 3.0) as usize).collect();
    let y: Vec<i64> = (0..rows).map(|_| i64::from(draws.next() < 0.4)).collect();
    let decided = |(g, y): (&usize, &i64)| {
        let p = 0.25 + 0.1 * *g as f64 + 0.3 * *y as f64;
        i64::from(draws.next() < p)
    };
    let d: Vec<i64> = group.iter().zip(&y).map(decided).collect();
    let mut weights = Draws(8);
    let certain =
        |which: usize| floats(group.iter().map(|g| Some(f64::from(u8::from(*g == which)))));
    table(vec![
        (
            "race",
            texts(group.iter().map(|g| Some(["p_a", "p_b", "p_c"][*g]))),
        ),
        ("p_a", certain(0)),
        ("p_b", certain(1)),
        ("p_c", certain(2)),
        ("y", integers(y.iter().copied().map(Some))),
        ("d", integers(d.iter().copied().map(Some))),
        ("w", floats((0..rows).map(|_| Some(0.5 + weights.next())))),
    ])
}

#[test]
fn certain_probabilities_give_the_ordinary_rates() {
    let folder = TempDir::new().expect("a folder");
    let path = written(&folder, "known.parquet", &known(1500));
    for more in [&[][..], &["--weight", "w"]] {
        let of = |role: [&str; 2]| {
            let outcome = ["--label", "y", "--decision", "d", "--bootstrap", "100"];
            audit([&[path.as_str()][..], &outcome, &role, more].concat())
        };
        let ordinary = of(["--sensitive", "race"]);
        let result = of(["--membership", "race=p_a,p_b,p_c"]);
        for (at, group) in ["p_a", "p_b", "p_c"].iter().enumerate() {
            let rates = ordinary["groups"][at]["metrics"]
                .as_object()
                .expect("rates");
            let found = &result["membership"][0]["groups"][at]["metrics"];
            let found = found.as_array().expect("rates");
            assert!(found.len() >= 13, "{}", found.len());
            for rate in found {
                let own = &rates[rate["metric"].as_str().expect("a name")];
                for key in ["value", "low", "high", "n"] {
                    assert_eq!(rate["weighted"][key], own[key], "{group} {rate}");
                    assert_eq!(rate["threshold"][key], own[key], "{group} {rate}");
                }
                let bounds = &rate["bounds"];
                for end in ["lower", "upper"] {
                    near(&bounds[end], own["value"].as_f64().expect("a rate"));
                }
            }
        }
    }
}

#[test]
fn strata_narrow_the_bounds_and_never_lose_the_truth() {
    let folder = TempDir::new().expect("a folder");
    let mut draws = Draws(11);
    let rows = 3000;
    let (mut q, mut stratum, mut d, mut truth) = (vec![], vec![], vec![], [[0.0; 2]; 2]);
    for i in 0..rows {
        let p = [0.2, 0.5, 0.8][i % 3];
        let of_a = draws.next() < p;
        let s = i % 2;
        let chance: f64 = if s == 0 { 0.85 } else { 0.15 };
        let selected = draws.next() < chance - if of_a { 0.1 } else { 0.0 };
        truth[usize::from(!of_a)][0] += f64::from(u8::from(selected));
        truth[usize::from(!of_a)][1] += 1.0;
        q.push(p);
        stratum.push(["s", "t"][s]);
        d.push(i64::from(selected));
    }
    let batch = table(vec![
        ("p_a", floats(q.iter().map(|q| Some(*q)))),
        ("p_b", floats(q.iter().map(|q| Some(1.0 - q)))),
        ("s", texts(stratum.into_iter().map(Some))),
        ("d", integers(d.into_iter().map(Some))),
    ]);
    let path = written(&folder, "strata.csv", &batch);
    let plain = audit([&[path.as_str()][..], &MEMBERSHIP].concat());
    let within = audit([&[path.as_str()][..], &MEMBERSHIP, &["--stratum", "s"]].concat());
    assert_eq!(
        (
            &plain["membership"][0]["cells"],
            &within["membership"][0]["cells"]
        ),
        (&3.into(), &6.into())
    );
    for (group, truth) in ["p_a", "p_b"].iter().zip(truth) {
        let ends = |result: &Value| {
            let bounds = answers(result, group, "selection_rate", "none")["bounds"].clone();
            let number = |key: &str| bounds[key].as_f64().expect("a number");
            ["lower", "upper", "low", "high"].map(number)
        };
        let (wide, narrow) = (ends(&plain), ends(&within));
        assert!(
            narrow[0] >= wide[0] && narrow[1] <= wide[1],
            "{wide:?} {narrow:?}"
        );
        assert!(
            narrow[1] - narrow[0] < 0.8 * (wide[1] - wide[0]),
            "{wide:?} {narrow:?}"
        );
        let rate = truth[0] / truth[1];
        assert!(narrow[2] <= rate && rate <= narrow[3], "{rate} {narrow:?}");
    }
}

/// Rows of many different probabilities, with weights.
fn many(rows: usize) -> RecordBatch {
    let mut draws = Draws(5);
    let q: Vec<f64> = (0..rows).map(|_| draws.next()).collect();
    let d: Vec<i64> = q
        .iter()
        .map(|q| i64::from(draws.next() < 0.3 + 0.4 * q))
        .collect();
    table(vec![
        ("p_a", floats(q.iter().map(|q| Some(*q)))),
        ("p_b", floats(q.iter().map(|q| Some((1.0 - q) / 2.0)))),
        ("p_c", floats(q.iter().map(|q| Some((1.0 - q) / 2.0)))),
        ("d", integers(d.into_iter().map(Some))),
        ("w", floats((0..rows).map(|_| Some(0.1 + draws.next())))),
        ("c", integers((0..rows).map(|i| Some((i * i % 701) as i64)))),
    ])
}

#[test]
fn neither_threads_nor_files_move_a_bit() {
    let folder = TempDir::new().expect("a folder");
    let batch = many(4000);
    let whole = written(&folder, "many.parquet", &batch);
    let first = written(&folder, "one.parquet", &batch.slice(0, 1500));
    let rest = written(&folder, "two.parquet", &batch.slice(1500, 2500));
    let clustered = ["--weight", "w", "--cluster", "c"];
    for more in [&[][..], &clustered[..2], &clustered[2..], &clustered] {
        let of = |paths: &[&str], threads: &str| {
            let options = ["--decision", "d", "--membership", "race=p_a,p_b,p_c"];
            let method = ["--bootstrap", "50", "--threads", threads];
            audit([paths, &options, &method, more].concat())
        };
        let one = of(&[&whole], "1");
        assert_eq!(of(&[&whole], "4"), one);
        assert_eq!(of(&[&rest, &first], "3"), one);
        // Too many to be kept apart: on a grid whose cells have rows enough.
        assert!(one["membership"][0]["grid_steps"].is_u64());
        assert!(one["membership"][0].get("thin_cells").is_none());
        let weighted = answers(&one, "p_a", "selection_rate", "none")["weighted"]["value"].as_f64();
        let number = |name: &str, row: usize| {
            let column = batch.column_by_name(name).expect("a column");
            let column = column.as_any().downcast_ref::<arrow::array::Float64Array>();
            column.expect("numbers").value(row)
        };
        let decided = batch.column_by_name("d").expect("a column").clone();
        let decided = decided
            .as_any()
            .downcast_ref::<arrow::array::Int64Array>()
            .expect("numbers");
        let (mut hits, mut all) = (0.0, 0.0);
        for row in 0..batch.num_rows() {
            let mass = number("p_a", row)
                * match more.contains(&"w") {
                    true => number("w", row),
                    false => 1.0,
                };
            all += mass;
            hits += mass * decided.value(row) as f64;
        }
        assert!((weighted.expect("a rate") - hits / all).abs() < 1e-12);
    }
}

/// Whether a value lies outside an interval, and whether its p-value says so at 5 %.
fn disagree(estimate: &Value, equal: f64, p: &Value) -> bool {
    let beyond = |key: &str, side: f64| {
        let end = estimate[key].as_f64();
        end.is_some_and(|end| (end - equal) * side > 0.0)
    };
    let outside = beyond("low", 1.0) || beyond("high", -1.0);
    p.as_f64().is_some_and(|p| outside != (p <= 0.05))
}

#[test]
fn gaps_have_p_values_that_agree_with_their_intervals() {
    let folder = TempDir::new().expect("a folder");
    let path = written(&folder, "many.parquet", &many(4000));
    let options = ["--decision", "d", "--membership", "race=p_a,p_b,p_c"];
    for more in [&[][..], &["--cluster", "c"]] {
        let result = audit([&[path.as_str()][..], &options, more].concat());
        let gaps = result["membership"][0]["gaps"].as_array().expect("gaps");
        for gap in gaps {
            let equal = f64::from(u8::from(gap["comparison"] == "ratio"));
            for way in ["weighted", "bounds"] {
                assert!(gap["p"][way].is_f64() || gap["metric"] != "selection_rate");
                assert!(!disagree(&gap[way], equal, &gap["p"][way]), "{gap}");
            }
            let bounds = &gap["bounds"];
            let ends = ["lower", "upper"].map(|end| bounds[end].as_f64());
            if let [Some(lower), Some(upper)] = ends
                && (lower..=upper).contains(&equal)
            {
                assert_eq!(gap["p"]["bounds"], 1.0);
            }
            // What is judged stands among all comparisons, corrected.
            let of = |d: &&Value| {
                let alike = ["metric", "comparison", "group"].map(|key| d[key] == gap[key]);
                alike == [true; 3] && d["attribute"] == "race"
            };
            let disparities = result["disparities"].as_array().expect("disparities");
            let judged = disparities.iter().find(of).expect("the gap");
            assert_eq!(judged["p"], gap["p"]["bounds"]);
            assert!(judged["p_adjusted"].as_f64() >= judged["p"].as_f64());
        }
    }
    // Nearly certain rows far apart: no way of belonging makes them equal.
    let sure = |i: usize| if i.is_multiple_of(2) { 0.98 } else { 0.02 };
    let batch = table(vec![
        ("p_a", floats((0..2000).map(|i| Some(sure(i))))),
        ("p_b", floats((0..2000).map(|i| Some(1.0 - sure(i))))),
        (
            "d",
            integers((0..2000).map(|i| Some((i % 2 == 0 || i % 10 == 1).into()))),
        ),
    ]);
    let path = written(&folder, "sure.parquet", &batch);
    let result = audit([&[path.as_str()][..], &MEMBERSHIP].concat());
    let gap = answers(&result, "p_b", "selection_rate", "difference");
    for way in ["weighted", "threshold", "bounds"] {
        assert!(gap["p"][way].as_f64() < Some(0.01), "{gap}");
    }
}

#[test]
fn rows_of_a_cluster_count_together() {
    let folder = TempDir::new().expect("a folder");
    let once = known(1200);
    // Every row four times, as one cluster.
    let rows = arrow::array::UInt32Array::from_iter_values((0..4800).map(|i| i / 4));
    let column = |name: &str| {
        let all = once.column_by_name(name).expect("a column");
        arrow::compute::take(all, &rows, None).expect("rows")
    };
    let names = ["race", "p_a", "p_b", "p_c", "y", "d"];
    let mut columns: Vec<_> = names.map(|name| (name, column(name))).into();
    columns.push(("c", integers((0..4800).map(|i| Some(i / 4)))));
    let single = written(&folder, "once.parquet", &once);
    let four = written(&folder, "four.parquet", &table(columns));
    let outcome = ["--label", "y", "--decision", "d", "--bootstrap", "1500"];
    let of = |path: &str, more: &[&str]| audit([&[path][..], &outcome, more].concat());
    let probable = ["--membership", "race=p_a,p_b,p_c"];
    let plain = of(&single, &probable);
    let clustered = of(&four, &[&probable[..], &["--cluster", "c"]].concat());
    let ordinary = of(&four, &["--sensitive", "race", "--cluster", "c"]);
    let width =
        |e: &Value| e["high"].as_f64().expect("a limit") - e["low"].as_f64().expect("a limit");
    let alike = |one: &Value, other: &Value| {
        near(&one["value"], other["value"].as_f64().expect("a value"));
        let ratio = width(one) / width(other);
        assert!((0.85..1.18).contains(&ratio), "{ratio} {one} {other}");
    };
    for (at, group) in ["p_a", "p_b", "p_c"].iter().enumerate() {
        for metric in ["selection_rate", "true_positive_rate", "precision"] {
            let [one, four] = [&plain, &clustered].map(|r| answers(r, group, metric, "none"));
            let known = &ordinary["groups"][at]["metrics"][metric];
            for way in ["weighted", "threshold", "bounds"] {
                alike(&four[way], &one[way]);
                alike(&four[way], known);
                assert_eq!(four[way]["clusters"], known["clusters"], "{metric} {way}");
            }
            assert_eq!(four["weighted"]["method"], "cluster_bootstrap_percentile");
        }
        if at > 0 && plain["membership"][0]["reference"] == "p_a" {
            let gap = |r| answers(r, group, "selection_rate", "difference");
            for way in ["weighted", "threshold", "bounds"] {
                alike(&gap(&clustered)[way], &gap(&plain)[way]);
            }
        }
    }
}

#[test]
fn probabilities_that_are_none_are_named_with_their_row() {
    let folder = TempDir::new().expect("a folder");
    let of = |a: &str, b: &str, options: &[&str]| {
        let path = folder.path().join("bad.csv");
        fs::write(
            &path,
            format!("p_a,p_b,d,g\n.5,.5,1,x\n{a},{b},0,y\n.25,.75,1,x\n"),
        )
        .expect("a file");
        let path = path.to_str().expect("UTF-8").to_owned();
        let (code, said) = failure([&["audit", path.as_str()][..], options].concat());
        assert_eq!(code, 2, "{said}");
        said
    };
    for (a, b, told) in [
        (".5", ".6", "sum to 1.1 instead of 1"),
        ("-0.1", "1.1", "column \"p_a\" is -0.1"),
        ("NaN", "1", "column \"p_a\" is missing or no number"),
        ("0.3", "", "column \"p_b\" is missing or no number"),
        ("1.5", "0", "column \"p_a\" is 1.5"),
    ] {
        let said = of(a, b, &MEMBERSHIP);
        assert!(said.contains(told) && said.contains("line 3"), "{said}");
    }
    let good = |options: &[&str]| of(".5", ".5", options);
    let decided = |membership: &str| good(&["--decision", "d", "--membership", membership]);
    assert!(decided("race=p_a,p_bb").contains("did you mean \"p_b\"?"));
    assert!(decided("race=p_a").contains("single column"));
    assert!(decided("race=p_a,p_a").contains("twice"));
    assert!(decided("p_a,p_b").contains("race=p_white,p_black"));
    assert!(decided("race=p_a,g").contains("\"g\""));
    let both = good(&[
        "--decision",
        "d",
        "--membership",
        "g=p_a,p_b",
        "--sensitive",
        "g",
    ]);
    assert!(
        both.contains("both as a column and as probabilities"),
        "{both}"
    );
    let odd = good(&[&MEMBERSHIP[..], &["--membership-threshold", "1.5"]].concat());
    assert!(odd.contains("such as 0.8"), "{odd}");
    let alone = good(&[
        "--decision",
        "d",
        "--sensitive",
        "g",
        "--membership-threshold",
        "0.5",
    ]);
    assert!(alone.contains("--membership"), "{alone}");
    let reference = good(&[&MEMBERSHIP[..], &["--reference", "race=p_x"]].concat());
    assert!(reference.contains("its groups are p_a, p_b"), "{reference}");
}

#[test]
fn a_policy_is_judged_by_the_bounds() {
    let folder = TempDir::new().expect("a folder");
    let mut draws = Draws(3);
    let rows = 20_000;
    let of_a: Vec<bool> = (0..rows).map(|_| draws.next() < 0.5).collect();
    let data = |gap: f64, sure: f64, name: &str, draws: &mut Draws| {
        let q = |is: bool| Some(if is { sure } else { 1.0 - sure });
        let d = of_a
            .iter()
            .map(|a| draws.next() < if *a { 0.6 } else { 0.6 - gap });
        let d: Vec<Option<i64>> = d.map(|d| Some(i64::from(d))).collect();
        let batch = table(vec![
            ("p_a", floats(of_a.iter().map(|a| q(*a)))),
            ("p_b", floats(of_a.iter().map(|a| q(!*a)))),
            ("d", integers(d)),
        ]);
        written(&folder, name, &batch)
    };
    let policy = folder.path().join("audit.toml");
    let text = "schema = \"waage/policy/1\"\n\n[data]\ndecision = \"d\"\n\n[data.membership]\nrace = [\"p_a\", \"p_b\"]\n\n\
        [[check]]\nid = \"FAIR-90\"\nattribute = \"race\"\nmetric = \"selection_rate\"\ncomparison = \"difference\"\nop = \"between\"\nmargin = [-0.15, 0.15]\ndecide = \"three_way\"\nseverity = \"major\"\n";
    fs::write(&policy, text).expect("a file");
    let policy = policy.to_str().expect("UTF-8").to_owned();
    let verdict = |path: &str| audit([path, "--policy", &policy])["verdict"].clone();
    // Nearly certain and alike: even at its worst the gap is small. Less certain: it may be large.
    assert_eq!(
        verdict(&data(0.0, 0.99, "alike.parquet", &mut draws)),
        "pass"
    );
    assert_eq!(
        verdict(&data(0.0, 0.8, "unsure.parquet", &mut draws)),
        "inconclusive"
    );
    assert_eq!(
        verdict(&data(0.4, 0.95, "apart.parquet", &mut draws)),
        "breach"
    );
}

#[test]
fn groups_of_few_expected_rows_are_hidden() {
    let folder = TempDir::new().expect("a folder");
    let rows = 400;
    let rare = |i: usize| if i.is_multiple_of(40) { 0.2 } else { 0.0 };
    let batch = table(vec![
        (
            "p_a",
            floats((0..rows).map(|i| Some((1.0 - rare(i)) * 0.75))),
        ),
        (
            "p_b",
            floats((0..rows).map(|i| Some((1.0 - rare(i)) * 0.25))),
        ),
        ("p_c", floats((0..rows).map(|i| Some(rare(i))))),
        ("d", integers((0..rows).map(|i| Some((i % 3 == 0).into())))),
    ]);
    let path = written(&folder, "rare.csv", &batch);
    let options = ["--decision", "d", "--membership", "race=p_a,p_b,p_c"];
    let result = audit([&[path.as_str()][..], &options, &["--suppress-below", "5"]].concat());
    let rare = answers(&result, "p_c", "selection_rate", "none");
    assert_eq!(rare["weighted"]["reason"], "suppressed_small_group");
    assert!(rare["bounds"]["lower"].is_null());
    assert!(result["membership"][0]["groups"][2]["expected"].is_null());
    let gap = answers(&result, "p_c", "selection_rate", "ratio");
    assert!(gap["bounds"]["upper"].is_null() && gap["weighted"]["value"].is_null());
    assert!(answers(&result, "p_a", "selection_rate", "none")["weighted"]["value"].is_f64());
}
