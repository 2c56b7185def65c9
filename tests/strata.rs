//! Comparisons within strata, from a file to the document and the report.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{audit, waage};

/// FORMULAS §7 row 24: admitted and rejected men, then women, of the departments A to F.
const BERKELEY: [(&str, [usize; 4]); 6] = [
    ("A", [512, 313, 89, 19]),
    ("B", [353, 207, 17, 8]),
    ("C", [120, 205, 202, 391]),
    ("D", [138, 279, 131, 244]),
    ("E", [53, 138, 94, 299]),
    ("F", [22, 351, 24, 317]),
];

fn csv(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn berkeley(folder: &TempDir) -> PathBuf {
    let mut text = "department,gender,admitted\n".to_owned();
    for (department, counts) in BERKELEY {
        let parts = [("male", 1), ("male", 0), ("female", 1), ("female", 0)];
        for ((gender, admitted), count) in parts.into_iter().zip(counts) {
            text.push_str(&format!("{department},{gender},{admitted}\n").repeat(count));
        }
    }
    csv(folder, "berkeley.csv", &text)
}

fn arguments(path: &std::path::Path) -> Vec<String> {
    let mut out = vec![path.to_string_lossy().into_owned()];
    let roles = "--decision admitted --sensitive gender --stratum department --bootstrap 200";
    out.extend(roles.split(' ').map(str::to_owned));
    out
}

fn close(got: &Value, want: f64) {
    let got = got.as_f64().unwrap();
    assert!((got - want).abs() <= 1e-9, "{got} is not {want}");
}

/// FORMULAS §3.4 and §7: women's share of the rejected and of the admitted, the sign reversed within
/// departments; every estimate has an interval around it.
#[test]
fn shares_of_the_rejected_turn_round_within_departments() {
    let folder = TempDir::new().unwrap();
    let result = audit(arguments(&berkeley(&folder)));
    let women = &result["conditional"][0];
    assert_eq!(women["group"], "female");
    let found = &women["demographic_disparity"];
    close(&found["marginal"]["value"], 0.143_826_424);
    close(&found["conditional"]["value"], -0.019_283_267);
    assert_eq!(found["conditional"]["method"], "mover_wilson");
    for estimate in [&found["marginal"], &found["conditional"]] {
        let [low, value, high] = ["low", "value", "high"].map(|k| estimate[k].as_f64().unwrap());
        assert!(low < value && value < high);
        assert!(high - low < 0.1, "4526 rows leave little doubt");
        assert_eq!(estimate["n"], 4526);
    }
}

/// FORMULAS §7 rows 12 and 15, labels and decisions: a share of nothing is 0 within a stratum, and its
/// interval says that nothing is known of it.
#[test]
fn disparities_of_labels_and_decisions_stand_beside_each_other() {
    let folder = TempDir::new().unwrap();
    let mut text = "s,g,y,d\n".to_owned();
    // F selected, F rejected, M selected, M rejected.
    let strata = [[0, 1, 4, 1], [2, 4, 3, 3], [1, 2, 3, 0]];
    for (s, counts) in strata.into_iter().enumerate() {
        let parts = [("F", 1), ("F", 0), ("M", 1), ("M", 0)];
        for ((g, y), count) in parts.into_iter().zip(counts) {
            text.push_str(&format!("{s},{g},{y},{}\n", 1 - y).repeat(count));
        }
    }
    let path = csv(&folder, "unit.csv", &text);
    let roles = "--label y --decision d --sensitive g --stratum s --bootstrap 0 --reference g=M";
    let mut arguments = vec![path.to_string_lossy().into_owned()];
    arguments.extend(roles.split(' ').map(str::to_owned));
    let result = audit(&arguments);
    let of = |metric: &str| {
        let all = result["conditional"].as_array().unwrap();
        let one = all.iter().find(|c| c["metric"] == metric).unwrap();
        one["demographic_disparity"].clone()
    };
    close(&of("base_rate")["conditional"]["value"], 0.398_214_286);
    close(
        &of("selection_rate")["conditional"]["value"],
        -0.398_214_286,
    );
    assert!(of("precision").is_null());
    let one_stratum = &of("base_rate")["conditional"];
    let width = one_stratum["high"].as_f64().unwrap() - one_stratum["low"].as_f64().unwrap();
    assert!(width > 0.4, "24 rows leave much doubt: {width}");
}

/// FORMULAS §4.7, by way of a file: men against women, as the published table has it.
#[test]
fn berkeley_turns_round() {
    let folder = TempDir::new().unwrap();
    let mut arguments = arguments(&berkeley(&folder));
    arguments.extend(["--reference", "gender=female"].map(str::to_owned));
    let result = audit(&arguments);
    let found = result["conditional"].as_array().unwrap();
    let men = &found[0];
    assert_eq!(men["attribute"], "gender");
    assert_eq!(men["stratum"], "department");
    assert_eq!(
        (&men["group"], &men["reference"]),
        (&"male".into(), &"female".into())
    );
    assert_eq!(men["metric"], "selection_rate");
    close(&men["marginal"]["difference"]["value"], 0.141_645_428);
    close(&men["marginal"]["odds_ratio"]["value"], 1.841_080_037);
    let pooled = &men["mantel_haenszel"];
    close(&pooled["odds_ratio"]["value"], 0.904_696_828);
    close(&pooled["odds_ratio"]["low"], 0.771_907_362);
    close(&pooled["odds_ratio"]["high"], 1.060_329_764);
    close(&pooled["ratio"]["value"], 0.944_905_023);
    close(&pooled["difference"]["value"], -0.018_425_196);
    assert_eq!(pooled["difference"]["method"], "mantel_haenszel");
    close(&men["standardized"]["value"], -0.042_636_798);
    close(&men["standardized"]["low"], -0.078_514_389);
    close(&men["standardized"]["high"], -0.006_759_207);
    assert_eq!(men["standardized"]["n"], 4526);
    close(&men["cmh_p"], 0.216_923_697);
    close(&men["breslow_day_p"], 0.002_071_401);
    assert_eq!(men["simpson"], "weak");
    assert_eq!(men["driver"], "A");
    assert_eq!(
        (&men["strata_used"], &men["strata_dropped"]),
        (&6.into(), &0.into())
    );
    let a = &men["strata"][0];
    assert_eq!(a["level"], "A");
    close(&a["group"]["value"], 512.0 / 825.0);
    close(&a["reference"]["value"], 89.0 / 108.0);
    let weights: f64 = men["strata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["weight"].as_f64().unwrap())
        .sum();
    assert!((weights - 1.0).abs() < 1e-12);
}

/// Inside a stratum everything is as in an audit of its rows alone.
#[test]
fn a_stratum_is_audited_as_if_alone() {
    let folder = TempDir::new().unwrap();
    let arguments = arguments(&berkeley(&folder));
    let whole = audit(&arguments);
    let mut alone = arguments.clone();
    alone.extend(["--where", "department = 'C'", "--reference", "gender=male"].map(str::to_owned));
    let alone = audit(&alone);
    let inside = &whole["strata"][2];
    assert_eq!(
        (&inside["stratum"], &inside["level"]),
        (&"department".into(), &"C".into())
    );
    assert_eq!(inside["n"], alone["dataset"]["rows"]);
    let rate = &alone["groups"][0]["metrics"]["selection_rate"];
    assert_eq!(&inside["groups"][0]["metrics"]["selection_rate"], rate);
    // The metrics of tables, not every one.
    let mut of_rows = alone["disparities"].clone();
    let parity = |d: &Value| {
        let metric = d["metric"].as_str().unwrap();
        metric == "selection_rate" || metric.starts_with("demographic_parity")
    };
    of_rows.as_array_mut().unwrap().retain(parity);
    assert_eq!(inside["disparities"], of_rows);
    let schemes: std::collections::BTreeSet<&str> = inside["disparities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["scheme"].as_str().unwrap())
        .collect();
    let all = [
        "between_groups",
        "to_complement",
        "to_overall",
        "to_reference",
    ];
    assert!(schemes.into_iter().eq(all));
}

#[test]
fn nothing_is_told_of_strata_without_any() {
    let folder = TempDir::new().unwrap();
    let path = berkeley(&folder);
    let path = path.to_string_lossy();
    let result = audit([&*path, "--decision", "admitted", "--sensitive", "gender"]);
    assert_eq!(result.get("conditional"), None);
    assert_eq!(result.get("strata"), None);
}

/// Strata of one row, a group in one stratum only, a stratum without values, nobody selected.
#[test]
fn strata_that_say_little_are_counted_not_trusted() {
    let folder = TempDir::new().unwrap();
    let mut text = "s,g,y,d\n".to_owned();
    for (s, g, y, d, count) in [
        ("x", "a", 1, 1, 30),
        ("x", "a", 0, 0, 30),
        ("x", "b", 1, 1, 10),
        ("x", "b", 0, 0, 30),
        ("y", "a", 1, 0, 20),
        ("y", "b", 1, 0, 20),
        ("z", "a", 0, 1, 7),
        ("one", "b", 1, 1, 1),
        ("", "a", 1, 1, 5),
        ("", "b", 0, 0, 5),
    ] {
        for _ in 0..count {
            writeln!(text, "{s},{g},{y},{d}").unwrap();
        }
    }
    let path = csv(&folder, "odd.csv", &text);
    let path = path.to_string_lossy();
    let result = audit([
        &*path,
        "--label",
        "y",
        "--decision",
        "d",
        "--sensitive",
        "g",
        "--stratum",
        "s",
        "--bootstrap",
        "0",
    ]);
    let found = result["conditional"].as_array().unwrap();
    let of = |metric: &str| found.iter().find(|c| c["metric"] == metric).unwrap();
    let selected = of("selection_rate");
    assert_eq!(
        (&selected["strata_used"], &selected["strata_dropped"]),
        (&3.into(), &2.into())
    );
    close(&selected["dropped_share"], 8.0 / 158.0);
    // A rate of 0 or 1 in a stratum is not certain: Wilson's limits are put together instead.
    assert_eq!(
        selected["mantel_haenszel"]["difference"]["method"],
        "mover_wilson"
    );
    assert_eq!(selected["strata"].as_array().unwrap().len(), 5);
    let levels: Vec<&str> = result["strata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| level["level"].as_str().unwrap())
        .collect();
    assert_eq!(levels, ["one", "x", "y", "z", "(missing)"]);
    // True positives of the stratum "y" are none, those of "one" are of one group.
    let found_true = of("true_positive_rate");
    assert_eq!(found_true["strata_used"], 2);
    for estimate in found {
        for part in ["difference", "ratio", "odds_ratio"] {
            let estimate = &estimate["mantel_haenszel"][part];
            let told = !estimate["value"].is_null() || !estimate["reason"].is_null();
            assert!(told, "{estimate}");
        }
    }
    // In "z" and "one" there is no reference, or nobody to compare with it.
    let one = &result["strata"][0]["disparities"];
    let to_reference = |d: &&Value| d["scheme"] == "to_reference";
    assert_eq!(
        one.as_array().unwrap().iter().filter(to_reference).count(),
        0
    );
}

/// Two columns make one stratification, and a weight of one changes nothing.
#[test]
fn strata_combine_and_weights_count() {
    let folder = TempDir::new().unwrap();
    let mut text = "s,t,g,d,w\n".to_owned();
    for (i, (s, t, g, d)) in [
        ("x", "u", "a", 1),
        ("x", "u", "a", 0),
        ("x", "v", "a", 1),
        ("y", "u", "a", 0),
        ("x", "u", "b", 1),
        ("x", "u", "b", 0),
        ("x", "v", "b", 0),
        ("y", "u", "b", 0),
    ]
    .into_iter()
    .enumerate()
    {
        for _ in 0..=(5 + i * i) {
            writeln!(text, "{s},{t},{g},{d},1").unwrap();
        }
    }
    let path = csv(&folder, "two.csv", &text);
    let path = path.to_string_lossy();
    let roles = [
        &*path,
        "--decision",
        "d",
        "--sensitive",
        "g",
        "--stratum",
        "s,t",
        "--bootstrap",
        "0",
    ];
    let plain = audit(roles);
    assert_eq!(plain["conditional"][0]["stratum"], "s*t");
    assert_eq!(plain["strata"][0]["level"], "x*u");
    assert_eq!(plain["strata"].as_array().unwrap().len(), 3);
    let weighted = audit(roles.iter().copied().chain(["--weight", "w"]));
    assert_eq!(plain["conditional"], weighted["conditional"]);
}

#[test]
fn the_report_names_the_reversal_in_both_languages() {
    let folder = TempDir::new().unwrap();
    let arguments = arguments(&berkeley(&folder));
    for (language, words) in [
        (
            "en",
            "The direction turns round: over all rows, the selection rate of “female” lies 14.2",
        ),
        (
            "de",
            "Die Richtung kehrt sich um: Über alle Zeilen liegt die Auswahlquote bei „female“ um 14,2",
        ),
    ] {
        for format in ["text", "markdown", "html"] {
            let options = ["audit", "--lang", language, "--format", format, "--quiet"];
            let output = waage(
                options
                    .iter()
                    .map(|s| (*s).to_owned())
                    .chain(arguments.clone()),
            );
            let text = String::from_utf8(output.stdout).unwrap();
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(words), "{language} {format}: {flat}");
        }
    }
}

/// Three or more groups: each rate beside itself pooled, which is never judged.
#[test]
fn rates_of_several_groups_are_pooled_beside_the_raw_ones() {
    let folder = TempDir::new().unwrap();
    let mut text = "g,d\n".to_owned();
    // FORMULAS §4.11.
    for (g, x, n) in [
        ("a", 60, 100),
        ("b", 24, 60),
        ("c", 10, 40),
        ("d", 3, 4),
        ("e", 1, 5),
    ] {
        for i in 0..n {
            writeln!(text, "{g},{}", u8::from(i < x)).unwrap();
        }
    }
    let path = csv(&folder, "five.csv", &text);
    let path = path.to_string_lossy();
    let roles = ["--decision", "d", "--sensitive", "g", "--bootstrap", "0"];
    let result = audit(std::iter::once(&*path).chain(roles));
    let rate = |i: usize| &result["groups"][i]["metrics"]["selection_rate"];
    let want = [
        0.590_140_508,
        0.408_223_737,
        0.286_984_068,
        0.561_579_091,
        0.366_517_338,
    ];
    for (i, want) in want.into_iter().enumerate() {
        close(&rate(i)["pooled"]["value"], want);
        assert_eq!(rate(i)["pooled"]["method"], "eb_betabinomial");
    }
    close(&rate(2)["pooled"]["low"], 0.169_649_880);
    close(&rate(2)["pooled"]["high"], 0.421_075_554);
    close(&rate(3)["value"], 0.75);
    assert_eq!(result["overall"]["selection_rate"].get("pooled"), None);
}

/// AUC and mean score inside a stratum are those of an audit of its rows alone.
#[test]
fn scores_are_measured_inside_strata() {
    let folder = TempDir::new().unwrap();
    let rows = |department: &str| {
        let mut text = String::new();
        for i in 0..240_u32 {
            let shift = if department == "B" { 3 } else { 0 };
            let score = f64::from((i * 37 + shift) % 101) / 101.0;
            let paid = u32::from((i * 53 + 7) % 97 < 30 + i * 37 % 41);
            let gender = ["female", "male"][(i % 2) as usize];
            writeln!(text, "{department},{gender},{paid},{score}").unwrap();
        }
        text
    };
    let head = "department,gender,paid,score\n";
    let both = csv(
        &folder,
        "both.csv",
        &[head, &rows("A"), &rows("B")].concat(),
    );
    let alone = csv(&folder, "alone.csv", &[head, &rows("B")].concat());
    let run = |path: &PathBuf, more: &[&str]| {
        // Of metrics for which no table of the scores is made, here nor inside strata: then digits are
        // alike to the last.
        let roles = "--label paid --score score --threshold 0.5 --sensitive gender --bootstrap 50 \
                     --metrics roc_auc,brier_score";
        let mut out = vec![path.to_string_lossy().into_owned()];
        out.extend(
            roles
                .split(' ')
                .chain(more.iter().copied())
                .map(str::to_owned),
        );
        audit(&out)
    };
    let (inside, alone) = (run(&both, &["--stratum", "department"]), run(&alone, &[]));
    let levels = inside["strata"].as_array().unwrap();
    let of_b = levels.iter().find(|level| level["level"] == "B").unwrap();
    for g in [0, 1] {
        for metric in ["roc_auc", "brier_score"] {
            let found = &of_b["groups"][g]["metrics"][metric];
            let wanted = &alone["groups"][g]["metrics"][metric];
            assert!(wanted["value"].is_f64(), "{wanted}");
            assert_eq!(found, wanted, "{metric}");
        }
    }
}
