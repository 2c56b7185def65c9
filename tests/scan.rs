//! What a subgroup scan promises its reader: the contract, the texts, the refusals.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::{root, waage};

/// 4 000 rows as CSV: women of the north are selected less often; `late` copies the decision.
fn write_rows(path: &Path) {
    let mut text = "id,gender,region,age,visits,constant,empty,word,chosen,late\n".to_owned();
    let mut state = 9_u64;
    let mut draw = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % n
    };
    for id in 0..4000 {
        let gender = ["female", "male", ""][[0, 0, 0, 1, 1, 1, 2][draw(7) as usize]];
        let region = ["north", "south", "east"][draw(3) as usize];
        let (age, visits, word) = (18 + draw(60), draw(1000), draw(30));
        let chance = if gender == "female" && region == "north" {
            15
        } else {
            45
        };
        let chosen = u8::from(draw(100) < chance);
        text.push_str(&format!(
            "L{id},{gender},{region},{age},{}.5,x,,w{word},{chosen},{chosen}\n",
            visits
        ));
    }
    fs::write(path, text).unwrap();
}

fn scan(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let data = folder.join("rows.csv").display().to_string();
    if !Path::new(&data).exists() {
        write_rows(Path::new(&data));
    }
    let mut arguments = vec!["scan", data.as_str()];
    arguments.extend(more);
    let output = waage(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const ROLES: [&str; 6] = [
    "--decision",
    "chosen",
    "--sensitive",
    "gender",
    "--features",
    "region,age,visits,constant,empty,word",
];

fn document(folder: &Path, more: &[&str]) -> Value {
    let mut arguments = ROLES.to_vec();
    arguments.extend(["--format", "json"]);
    arguments.extend(more);
    let (code, out, err) = scan(folder, &arguments);
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_document_keeps_its_contract() {
    let folder = tempfile::tempdir().unwrap();
    let found = document(folder.path(), &[]);
    assert_eq!(found["schema"], "waage/scan/1");
    assert_eq!(found["dataset"]["rows"], 4000);
    let first = &found["subgroups"][0];
    assert_eq!(
        first["conditions"],
        serde_json::json!([
            {"column": "gender", "op": "=", "value": "female"},
            {"column": "region", "op": "=", "value": "north"},
        ])
    );
    assert_eq!(
        (&first["metric"], &first["worse"]),
        (&Value::from("selection_rate"), &Value::from(true))
    );
    for key in ["estimate", "complement", "difference"] {
        for part in ["value", "low", "high", "n", "method"] {
            assert!(!first[key][part].is_null(), "{key}.{part}");
        }
    }
    let (estimate, others) = (&first["estimate"]["value"], &first["complement"]["value"]);
    let gap = first["gap"].as_f64().unwrap();
    assert!((estimate.as_f64().unwrap() - others.as_f64().unwrap() - gap).abs() < 1e-12);
    assert!(gap < -0.2);
    assert!(first["p_adjusted"].as_f64().unwrap() < 1e-6);
    assert!(first["p"].as_f64() <= first["p_bh"].as_f64());
    assert!(first["p_bh"].as_f64() <= first["p_adjusted"].as_f64());
    assert!(first["bound"].as_f64().unwrap() >= gap.abs());
    assert_eq!(first["parent"]["conditions"].as_array().unwrap().len(), 1);
    let shares = first["contributions"].as_array().unwrap().iter();
    let sum: f64 = shares
        .map(|share| share["contribution"].as_f64().unwrap())
        .sum();
    let divergence = estimate.as_f64().unwrap() - found["overall"]["value"].as_f64().unwrap();
    assert!((sum - divergence).abs() < 1e-12);

    // Whole numbers of many values and fractions are cut into five; words beyond 20 are others.
    let column = |name: &str| {
        let columns = found["columns"].as_array().unwrap();
        columns
            .iter()
            .find(|column| column["name"] == name)
            .unwrap()
    };
    assert_eq!(
        column("gender")["levels"],
        serde_json::json!(["female", "male", null])
    );
    assert_eq!(column("age")["edges"].as_array().unwrap().len(), 4);
    assert_eq!(column("visits")["levels"].as_array().unwrap().len(), 5);
    assert_eq!(column("word")["values"], 30);
    assert_eq!(column("word")["levels"].as_array().unwrap().len(), 21);
    let notes: Vec<&str> = found["dataset"]["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["code"].as_str().unwrap())
        .collect();
    assert_eq!(notes, ["scan_constant", "scan_all_missing", "scan_others"]);
}

#[test]
fn threads_rows_and_order_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut arguments = ROLES.to_vec();
    arguments.extend(["--format", "json", "--permutations", "50", "--threads"]);
    let with = |threads: &str| {
        let mut all = arguments.clone();
        all.push(threads);
        scan(folder.path(), &all).1
    };
    let one = with("1");
    assert!(one.contains("p_permutation"));
    assert_eq!(one, with("3"));
    // The rows in another order and in two files.
    let text = fs::read_to_string(folder.path().join("rows.csv")).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    let head = lines.remove(0);
    lines.reverse();
    let parts = folder.path().join("parts");
    fs::create_dir(&parts).unwrap();
    for (at, part) in lines.chunks(1500).enumerate() {
        let body = format!("{head}\n{}\n", part.join("\n"));
        fs::write(parts.join(format!("{at}.csv")), body).unwrap();
    }
    let path = parts.display().to_string();
    let mut all = vec!["scan", path.as_str()];
    all.extend(&arguments);
    all.push("2");
    assert_eq!(one, String::from_utf8(waage(all).stdout).unwrap());
}

/// Women of the north are chosen least: of flags they are best off.
#[test]
fn more_flags_are_worse_where_to_be_spared_is_favourable() {
    let folder = tempfile::tempdir().unwrap();
    let plain = document(folder.path(), &[]);
    let turned = document(folder.path(), &["--favourable", "0"]);
    assert_eq!(turned["settings"]["favourable"], "rejected");
    assert!(plain["settings"].get("favourable").is_none());
    let sides = |found: &Value| -> Vec<(String, bool)> {
        let subgroups = found["subgroups"].as_array().unwrap().iter();
        let mut sides: Vec<_> = subgroups
            .map(|s| (s["conditions"].to_string(), s["worse"].as_bool().unwrap()))
            .collect();
        sides.sort();
        sides
    };
    let opposite = sides(&plain)
        .into_iter()
        .map(|(name, worse)| (name, !worse));
    assert_eq!(sides(&turned), opposite.collect::<Vec<_>>());
    assert!(!sides(&turned).is_empty());
    // Those worse off still come first.
    assert_eq!(turned["subgroups"][0]["worse"], true);
    assert!(turned["subgroups"][0]["gap"].as_f64().unwrap() > 0.0);
    let worse = document(folder.path(), &["--favourable", "0", "--side", "worse"]);
    let gaps = worse["subgroups"].as_array().unwrap().iter();
    assert!(
        gaps.map(|s| s["gap"].as_f64().unwrap())
            .all(|gap| gap > 0.0)
    );
    let spared = document(
        folder.path(),
        &["--favourable", "0", "--metric", "rejection_share"],
    );
    assert!(spared["subgroups"][0]["gap"].as_f64().unwrap() < 0.0);
    let notes = turned["dataset"]["notes"].to_string();
    assert!(notes.contains("scan_favourable_rejected"), "{notes}");
}

#[test]
fn a_holdout_estimates_what_others_found() {
    let folder = tempfile::tempdir().unwrap();
    let found = document(folder.path(), &["--id", "id", "--holdout", "0.5"]);
    let halves = &found["settings"]["holdout"];
    let (a, b) = (
        halves["rows_searched"].as_u64().unwrap(),
        halves["rows_estimated"].as_u64().unwrap(),
    );
    assert!(a + b == 4000 && a.abs_diff(b) < 300, "{a} {b}");
    let first = &found["subgroups"][0];
    assert_ne!(first["searched"]["gap"], first["gap"]);
    assert_eq!(first["conditions"][1]["value"], "north");
    assert!(first["gap"].as_f64().unwrap() < -0.2);
}

#[test]
fn texts_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    for lang in ["en", "de"] {
        for format in ["text", "markdown"] {
            let mut arguments = ROLES.to_vec();
            arguments.extend(["--lang", lang, "--format", format, "-q"]);
            let (code, out, err) = scan(folder.path(), &arguments);
            assert_eq!((code, err.as_str()), (Some(0), ""));
            assert!(!out.contains("scan.c") && !out.contains("{c"), "{out}");
            assert!(
                format == "markdown" || out.lines().all(|l| l.chars().count() <= 100),
                "{out}"
            );
            insta::assert_snapshot!(format!("{format}_{lang}"), out);
        }
    }
}

#[test]
fn a_copy_of_the_outcome_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--decision",
        "chosen",
        "--sensitive",
        "gender",
        "--features",
        "late",
    ];
    let (code, out, err) = scan(folder.path(), &arguments);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("Column late settles the selection rate"),
        "{out}"
    );
    assert!(err.contains("4,000 rows"), "{err}");
}

#[test]
fn what_cannot_be_scanned_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let many: Vec<String> = (0..41).map(|at| format!("c{at}")).collect();
    let many = many.join(",");
    for (more, expected) in [
        (
            &["--sensitive", "gender"][..],
            "--label, --decision, --score",
        ),
        (&["--decision", "chosen"], "--sensitive or --features"),
        (
            &["--decision", "chosen", "--sensitive", "chosen"],
            "is the decision",
        ),
        (
            &["--decision", "chosen", "--features", "age,age/3"],
            "given twice",
        ),
        (
            &["--decision", "chosen", "--sensitive", "gendr"],
            "did you mean \"gender\"?",
        ),
        (
            &["--decision", "chosen", "--features", &many],
            "name at most 40",
        ),
        (&["--decision", "chosen", "--features", "id"], "word"),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--cluster",
                "id",
                "--permutations",
                "9",
            ],
            "leave out --permutations or --cluster",
        ),
        (
            &["--decision", "chosen", "--features", "age", "--depth", "4"],
            "1, 2 or 3",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--min-support",
                "5000",
            ],
            "more than the 4000 rows",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--min-support",
                "0",
            ],
            "at least 1",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--margin",
                "-1",
            ],
            "at least 0",
        ),
        (
            &["--decision", "chosen", "--features", "age", "--alpha", "0"],
            "above 0",
        ),
        (
            &["--decision", "chosen", "--features", "age", "--top", "0"],
            "at least 1",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--holdout",
                "0.5",
            ],
            "--id",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--holdout",
                "2",
                "--id",
                "id",
            ],
            "between 0 and 1",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--metric",
                "f1",
            ],
            "neither; use one of",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--metric",
                "precision",
            ],
            "needs labels",
        ),
        (
            &[
                "--decision",
                "chosen",
                "--features",
                "age",
                "--metric",
                "selectionrate",
            ],
            "did you mean",
        ),
    ] {
        let (code, out, err) = scan(folder.path(), more);
        if expected == "word" {
            // 4 000 ids are the 20 first and all others: no refusal, no discovery.
            assert_eq!(code, Some(0), "{err}");
            continue;
        }
        assert_eq!((code, out.as_str()), (Some(2), ""), "{more:?}");
        assert!(
            err.starts_with("waage: ") && err.contains(expected),
            "{more:?}: {err}"
        );
        assert_eq!(err.lines().count(), 1, "{err}");
    }
}

#[test]
fn the_embedded_bias_is_found() {
    let data = root()
        .join("datasets/lead_scoring.parquet")
        .display()
        .to_string();
    let output = waage([
        "scan",
        &data,
        "--score",
        "score",
        "--top-fraction",
        "0.3",
        "--sensitive",
        "gender,age_band",
        "--features",
        "region,language",
        "--side",
        "worse",
        "--format",
        "json",
    ]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subgroups = found["subgroups"].as_array().unwrap();
    assert!(!subgroups.is_empty() && subgroups.iter().all(|s| s["worse"] == true));
    let of_women = |subgroup: &Value| {
        let conditions = subgroup["conditions"].as_array().unwrap();
        conditions
            .iter()
            .any(|condition| condition["value"] == "female")
    };
    assert!(of_women(&subgroups[0]), "{}", subgroups[0]);
}

/// Visits of people: what they are chosen for leans with the person, and nothing else matters.
fn visits(people: u64, each: u64) -> String {
    let mut text = "person,team,source,chosen\n".to_owned();
    for person in 0..people {
        let h = (person + 7).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let h = (h ^ h >> 31).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16;
        let lean = if h % 2 == 0 { 10 } else { 90 };
        for visit in 0..each {
            let v = (h + visit).wrapping_mul(0x94d0_49bb_1331_11eb) >> 33;
            let chosen = u8::from(v % 100 < lean);
            text += &format!("p{person},t{},s{},{chosen}\n", h / 2 % 12, h / 24 % 12);
        }
    }
    text
}

#[test]
fn people_in_several_rows_are_no_discovery() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("visits.csv");
    std::fs::write(&path, visits(300, 20)).unwrap();
    let path = path.to_str().unwrap();
    let of = |more: &[&str]| {
        let mut arguments = vec![
            "scan",
            path,
            "--decision",
            "chosen",
            "--features",
            "team,source",
        ];
        arguments.extend(["--format", "json", "--quiet"]);
        arguments.extend(more);
        let output = waage(&arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let rows = of(&[]);
    assert!(rows["family"]["discoveries"].as_u64() > Some(5));
    let people = of(&["--cluster", "person"]);
    assert_eq!(people["family"]["discoveries"], 0);
    assert_eq!(people["dataset"]["clusters"], 300);
    let notes = people["dataset"]["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["code"] == "scan_clusters"));
    assert_eq!(people["overall"]["value"], rows["overall"]["value"]);
    let width = |of: &serde_json::Value| {
        of["overall"]["high"].as_f64().unwrap() - of["overall"]["low"].as_f64().unwrap()
    };
    assert!(width(&people) > 3.0 * width(&rows));
    assert_eq!(people, of(&["--cluster", "person", "--threads", "1"]));
    // People are kept back whole.
    let half = of(&["--cluster", "person", "--holdout", "0.5", "--alpha", "1"]);
    assert_eq!(half["dataset"]["clusters"], 300);
    for listed in half["subgroups"].as_array().unwrap() {
        assert_ne!(listed["test"], "chi_square");
        assert!(listed["estimate"]["clusters"].as_u64() > Some(0));
    }
}
