//! Labels and decisions of several classes: each class is the audit of that class, averages are
//! means over classes, and what is not of several classes stays an error.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{audit, failure};

/// Whom the row of a number is about: 75 people, each in four rows.
fn person(i: usize) -> usize {
    i * 7 % 75
}

/// 300 rows whose classes and groups follow from the row's number.
fn table(folder: &TempDir, classes: &[&str], decisions: &[&str]) -> PathBuf {
    let mut text = String::from("stage,said,right,gender,w,person\n");
    for i in 0..300_usize {
        let y = classes[(i * 7 + i / 11) % classes.len()];
        let agree = i % if i % 2 == 0 { 3 } else { 5 } != 0;
        let d = match decisions.iter().find(|d| **d == y) {
            Some(same) if agree => same,
            _ => decisions[(i / 3) % decisions.len()],
        };
        let g = ["f", "m"][i % 2];
        let (right, weight) = (u8::from(y == d), 1 + i % 3);
        writeln!(text, "{y},{d},{right},{g},{weight},{}", person(i)).expect("memory");
    }
    let path = folder.path().join("stages.csv");
    std::fs::write(&path, text).expect("a folder of our own");
    path
}

fn options<'a>(path: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let path = path.to_str().expect("UTF-8");
    let mut options = vec![
        path,
        "--label",
        "stage",
        "--decision",
        "said",
        "--sensitive",
        "gender",
    ];
    options.extend(more);
    options
}

#[test]
fn a_class_is_the_audit_with_that_class_as_positive() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    for weight in [
        &[][..],
        &["--weight", "w"],
        &["--stratum", "w"],
        &["--cluster", "person"],
        &["--cluster", "person", "--weight", "w"],
        &["--cluster", "person", "--stratum", "w"],
    ] {
        let several = audit(options(&path, weight));
        let classes = several["classes"].as_array().expect("classes");
        assert_eq!(classes.len(), 3);
        for class in classes {
            let name = class["class"].as_str().expect("a name");
            let one = audit(options(&path, &[weight, &["--positive", name]].concat()));
            for part in [
                "groups",
                "overall",
                "disparities",
                "summary",
                "conditional",
                "strata",
            ] {
                assert_eq!(class[part], one[part], "{name} {part}");
            }
        }
        let of = |group: &Value, metric: &str| group["metrics"][metric]["value"].as_f64();
        for (g, group) in several["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .enumerate()
        {
            for (average, metric) in [
                ("macro_precision", "precision"),
                ("macro_true_positive_rate", "true_positive_rate"),
                ("macro_false_positive_rate", "false_positive_rate"),
                ("macro_f1", "f1"),
            ] {
                let each = classes
                    .iter()
                    .map(|c| of(&c["groups"][g], metric).expect("defined"));
                let mean = each.sum::<f64>() / 3.0;
                let found = of(group, average).expect("defined");
                assert!((found - mean).abs() < 1e-12, "{average}: {found} {mean}");
                let interval = &group["metrics"][average];
                assert!(
                    interval["low"].as_f64() < Some(found)
                        && interval["high"].as_f64() > Some(found)
                );
            }
            // Every wrong row is a miss of one class: correct = n − Σ FN.
            let misses = classes.iter().map(|c| {
                let metrics = &c["groups"][g]["metrics"];
                let rate = metrics["false_negative_rate"]["value"]
                    .as_f64()
                    .expect("defined");
                rate * metrics["base_rate"]["value"].as_f64().expect("defined")
            });
            let accuracy = 1.0 - misses.sum::<f64>();
            for share in ["multiclass_accuracy", "micro_precision", "micro_f1"] {
                assert!((of(group, share).expect("defined") - accuracy).abs() < 1e-12);
            }
        }
        let findings = several["findings"].as_array().expect("findings");
        assert!(findings.iter().all(|f| f["class"].is_string()));
        assert_eq!(several["policy"]["families"][0]["size"], findings.len());
    }
}

/// The comparisons of a metric by these schemes, without its name.
fn comparisons(result: &Value, metric: &str) -> Vec<Value> {
    let all = result["disparities"]
        .as_array()
        .expect("disparities")
        .iter();
    let of_metric = all.filter(|d| {
        d["metric"] == metric && (d["scheme"] == "to_reference" || d["scheme"] == "between_groups")
    });
    let mut found: Vec<Value> = of_metric.cloned().collect();
    for comparison in &mut found {
        let fields = comparison.as_object_mut().expect("an object");
        for field in ["metric", "four_fifths_adverse", "flips_with_one_selection"] {
            fields.remove(field);
        }
    }
    found
}

#[test]
fn to_be_decided_rightly_is_measured_as_to_be_selected() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    let file = path.to_str().expect("UTF-8");
    for more in [
        &[][..],
        &["--weight", "w"],
        &["--cluster", "person"],
        &["--reference", "gender=m", "--cluster", "person"],
    ] {
        let several = audit(options(&path, more));
        let right = [file, "--decision", "right", "--sensitive", "gender"];
        let right = audit([&right, more].concat());
        for average in [
            "multiclass_accuracy",
            "micro_precision",
            "micro_true_positive_rate",
            "micro_f1",
        ] {
            assert_eq!(
                several["overall"][average],
                right["overall"]["selection_rate"]
            );
            let found = comparisons(&several, average);
            assert_eq!(found, comparisons(&right, "selection_rate"), "{more:?}");
            assert_eq!(found.len(), 4);
        }
    }
}

/// The macro F1 of a group in some rows of (label, decision).
fn macro_f1(rows: &[(usize, usize)]) -> f64 {
    let f1 = |class: usize| {
        let count = |is: &dyn Fn(&&(usize, usize)) -> bool| rows.iter().filter(is).count() as f64;
        let hits = count(&|(y, d)| *y == class && *d == class);
        2.0 * hits / (count(&|(y, _)| *y == class) + count(&|(_, d)| *d == class))
    };
    (0..3).map(f1).sum::<f64>() / 3.0
}

/// The middle 95 % of the macro F1 of women over people drawn with replacement, row by row.
fn drawn_row_by_row(text: &str) -> [f64; 2] {
    let class = |name: &str| ["cold", "hot", "warm"].iter().position(|c| *c == name);
    let mut people = vec![Vec::new(); 75];
    for (i, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let (y, d) = (
            class(fields[0]).expect("known"),
            class(fields[1]).expect("known"),
        );
        people[person(i)].push((fields[3] == "f", (y, d)));
    }
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % people.len()
    };
    let mut values: Vec<f64> = (0..4000)
        .map(|_| {
            let drawn = (0..people.len()).flat_map(|_| people[next()].iter());
            let women = drawn.filter(|(is, _)| *is).map(|(_, row)| *row);
            macro_f1(&women.collect::<Vec<_>>())
        })
        .collect();
    values.sort_by(f64::total_cmp);
    [values[100], values[3899]]
}

#[test]
fn averages_over_classes_rest_on_people() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    let more = ["--cluster", "person", "--bootstrap", "4000"];
    let several = audit(options(&path, &more));
    assert_eq!(several["dataset"]["clusters"], 75);
    let notes = several["dataset"]["notes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note["code"] == "clusters_drawn"));
    let women = &several["groups"][0]["metrics"]["macro_f1"];
    assert_eq!(women["method"], "cluster_bootstrap_percentile");
    assert_eq!(women["clusters"], 75);
    let text = std::fs::read_to_string(&path).expect("written");
    let [low, high] = drawn_row_by_row(&text);
    let width = |low: f64, high: f64| high - low;
    let number = |of: &Value, name: &str| of[name].as_f64().expect("a limit");
    // Student's law for 75 people widens by 2 %.
    let wider = width(number(women, "low"), number(women, "high")) / width(low, high);
    assert!((0.93..1.12).contains(&wider), "{wider}");
    let gap = comparisons(&several, "macro_f1");
    for estimate in &gap {
        assert!(
            number(estimate, "low") < number(estimate, "high"),
            "{estimate}"
        );
        assert_eq!(estimate["clusters"], 75);
    }
}

/// Whoever occurs three times alike is one observation.
#[test]
fn rows_thrice_under_one_person_say_no_more_than_once() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    let text = std::fs::read_to_string(&path).expect("written");
    let written = |times: usize| {
        let mut lines = text.lines();
        let mut out = format!("{},id\n", lines.next().expect("a head"));
        for (i, line) in lines.enumerate() {
            out.push_str(&format!("{line},{i}\n").repeat(times));
        }
        let path = folder.path().join(format!("{times}.csv"));
        std::fs::write(&path, out).expect("a folder of our own");
        audit(options(&path, &["--cluster", "id"]))
    };
    let (once, thrice) = (written(1), written(3));
    let parts = |result: &Value| -> Vec<Value> {
        let groups = result["groups"].as_array().expect("groups").iter();
        let metrics = groups.flat_map(|g| g["metrics"].as_object().expect("metrics"));
        let counts = metrics.filter(|(name, _)| *name != "count");
        let values = counts.map(|(_, estimate)| estimate.clone());
        let compared = ["macro_f1", "macro_precision", "multiclass_accuracy"];
        let gaps = compared.iter().flat_map(|name| comparisons(result, name));
        values.chain(gaps).collect()
    };
    for (a, b) in parts(&once).iter().zip(&parts(&thrice)) {
        assert_eq!(b["n"].as_u64(), a["n"].as_u64().map(|n| 3 * n));
        for field in ["value", "low", "high", "p"] {
            match (a[field].as_f64(), b[field].as_f64()) {
                (Some(x), Some(y)) => assert!((x - y).abs() < 1e-9, "{field}: {a} {b}"),
                (x, y) => assert_eq!(x, y, "{field}: {a} {b}"),
            }
        }
    }
}

#[test]
fn the_favourable_class_leads_and_is_judged() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    for more in [&[][..], &["--cluster", "person"]] {
        let wanted = audit(options(&path, &[more, &["--favourable", "warm"]].concat()));
        let one = audit(options(&path, &[more, &["--positive", "warm"]].concat()));
        let plain = audit(options(&path, more));
        assert_eq!(wanted["settings"]["favourable_class"], "warm");
        assert!(wanted["settings"].get("favourable").is_none());
        let classes = wanted["classes"].as_array().expect("classes");
        let names: Vec<&Value> = classes.iter().map(|c| &c["class"]).collect();
        assert_eq!(names, ["warm", "cold", "hot"]);
        for part in ["groups", "overall", "disparities", "summary"] {
            assert_eq!(classes[0][part], one[part], "{part}");
        }
        assert_eq!(wanted["summary"], one["summary"]);
        assert_eq!(wanted["groups"], plain["groups"], "averages stay");
        let found = |result: &Value, class: Option<&str>| -> Vec<Value> {
            let mut findings = result["findings"].as_array().expect("findings").clone();
            for finding in &mut findings {
                let fields = finding.as_object_mut().expect("an object");
                // The text begins with the class.
                fields.remove("text");
                assert_eq!(fields.remove("class"), class.map(Value::from));
            }
            findings
        };
        assert_eq!(found(&wanted, Some("warm")), found(&one, None));
        assert_eq!(wanted["verdict"], one["verdict"]);
        let flagged = |class: &Value| {
            let all = class["disparities"].as_array().expect("disparities").iter();
            all.filter(|d| d.get("four_fifths_adverse").is_some())
                .count()
        };
        assert_eq!([0, 1, 2].map(|c: usize| flagged(&classes[c])), [1, 0, 0]);
    }
}

/// The best group is that with most of the favourable class, for every class.
#[test]
fn the_best_group_is_that_of_the_favourable_class() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("best.csv");
    let mut text = String::from("stage,said,gender\n");
    for i in 0..240 {
        // Women are said to be hot more often, men cold.
        let (g, d) = match i % 2 {
            0 => ("f", ["hot", "hot", "cold", "warm"][i / 2 % 4]),
            _ => ("m", ["hot", "cold", "cold", "warm"][i / 2 % 4]),
        };
        let y = ["cold", "hot", "warm"][i / 7 % 3];
        writeln!(text, "{y},{d},{g}").expect("memory");
    }
    std::fs::write(&path, text).expect("a folder of our own");
    let policy = folder.path().join("audit.toml");
    let rule = "schema = \"waage/policy/1\"\n[[attribute]]\nname = \"gender\"\nreference = \"best\"\n[[check]]\nid = \"PAR-01\"\nmetric = \"selection_rate\"\ncomparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.9\n";
    std::fs::write(&policy, rule).expect("a folder of our own");
    let policy = policy.to_str().expect("UTF-8");
    for (class, best) in [("hot", "f"), ("cold", "m")] {
        let more = ["--policy", policy, "--favourable", class];
        let result = audit(options(&path, &more));
        assert_eq!(result["settings"]["references"]["gender"], best);
        let of_classes = result["classes"].as_array().expect("classes").iter();
        for part in of_classes.chain([&result]) {
            let mut compared = part["disparities"].as_array().expect("some").iter();
            assert!(compared.all(|d| d["scheme"] != "to_reference" || d["reference"] == best));
        }
    }
}

#[test]
fn a_favourable_class_that_does_not_occur_is_refused_with_those_that_do() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    let more = ["--favourable", "tepid"];
    let (code, message) = failure([&["audit"][..], &options(&path, &more)].concat());
    assert_eq!(code, 2);
    assert!(
        message.contains("no class is \"tepid\"; give as favourable one of cold, hot, warm"),
        "{message}"
    );
}

#[test]
fn reports_show_every_class_in_both_languages() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "warm"]);
    for (language, class) in [("en", "Class “hot”"), ("de", "Klasse „hot“")] {
        for format in ["text", "markdown", "html"] {
            let output = waage_tests::waage(
                [
                    &["audit"][..],
                    &options(&path, &["--format", format, "--lang", language]),
                ]
                .concat(),
            );
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(text.contains(class), "{format} {language}: {text}");
        }
    }
}

#[test]
fn classes_that_differ_are_refused_with_both_lists() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot", "tepid"]);
    let (code, message) = failure([&["audit"][..], &options(&path, &[])].concat());
    assert_eq!(code, 2);
    assert!(
        message.contains("cold, hot, warm") && message.contains("cold, hot, tepid"),
        "{message}"
    );
}

#[test]
fn three_labels_beside_two_decisions_stay_an_error() {
    let folder = TempDir::new().expect("a folder");
    let path = table(&folder, &["cold", "hot", "warm"], &["cold", "hot"]);
    let (code, message) = failure([&["audit"][..], &options(&path, &[])].concat());
    assert_eq!(code, 2);
    assert!(message.contains("--positive"), "{message}");
}
