//! Privacy from the command line: shared audits, releases with noise, two releases, columns of personal data.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::{command, files, root};

const DAY: &str = "1795770000"; // 2026-11-27T09:00:00Z

fn said(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command()
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", DAY)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = said(arguments);
    assert!(matches!(code, Some(0 | 1)), "{err}");
    serde_json::from_str(&out).unwrap()
}

/// Rows of one group: its name, and how many of each (label, decision).
type Group = (&'static str, [usize; 4]);

/// Groups of whom few are selected, few are many, and many are ordinary. The counts of `rare` are
/// found nowhere else: 4 of 607 selected.
const GROUPS: [Group; 5] = [
    ("common", [211, 202, 193, 388]),
    ("usual", [181, 172, 163, 278]),
    ("middle", [97, 103, 89, 113]),
    ("rare", [3, 1, 301, 302]),
    ("tiny", [2, 1, 2, 2]),
];

/// A CSV file of these groups, with a region that changes from row to row.
fn data(path: &Path, groups: &[Group]) {
    let mut text = "group,region,converted,contacted,score\n".to_owned();
    for (group, counts) in groups {
        let cells = [(1, 1), (0, 1), (1, 0), (0, 0)];
        for ((label, decision), n) in cells.iter().zip(counts) {
            for i in 0..*n {
                let region = ["north", "south", "west"][i % 3];
                let score = f64::from(decision * 500 + (i % 400) as i32) / 1000.0;
                text.push_str(&format!("{group},{region},{label},{decision},{score}\n"));
            }
        }
    }
    fs::write(path, text).unwrap();
}

const ROLES: [&str; 9] = [
    "--label",
    "converted",
    "--decision",
    "contacted",
    "--score",
    "score",
    "--sensitive",
    "group",
    "--quiet",
];

fn audit(data: &str, more: &[&str]) -> Value {
    json(&[&["audit", data][..], &ROLES, &["--format", "json"], more].concat())
}

fn folder() -> (tempfile::TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    (folder, move |name: &str| {
        path.join(name).display().to_string()
    })
}

fn group<'a>(document: &'a Value, name: &str) -> &'a Value {
    let groups = document["groups"].as_array().unwrap();
    let of = |group: &&Value| group["attributes"]["group"] == name;
    groups.iter().find(of).unwrap()
}

/// Every text file below a folder.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(texts(&path));
        } else if path.extension().is_none_or(|end| end != "png") {
            let text = fs::read_to_string(&path).unwrap();
            out.push((path.display().to_string(), text));
        }
    }
    out
}

/// Every number in a document, at any depth.
fn numbers(value: &Value, out: &mut Vec<f64>) {
    match value {
        Value::Number(number) => out.extend(number.as_f64()),
        Value::Array(list) => list.iter().for_each(|v| numbers(v, out)),
        Value::Object(map) => map.values().for_each(|v| numbers(v, out)),
        _ => {}
    }
}

/// Whether a text holds a number, and not as the end of a longer one.
fn tells(text: &str, number: &str) -> bool {
    text.match_indices(number)
        .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.' || c == ','))
}

#[test]
fn a_shared_audit_holds_no_small_count_in_any_file() {
    let (_folder, at) = folder();
    data(at("d.csv").as_ref(), &GROUPS);
    let working = audit(&at("d.csv"), &[]);
    let rare = &group(&working, "rare")["metrics"];
    let small: Vec<f64> = [
        "selection_rate",
        "precision",
        "true_positive_rate",
        "false_positive_rate",
        "odds_of_selection",
    ]
    .iter()
    .map(|metric| rare[metric]["value"].as_f64().unwrap())
    .collect();
    assert!((small[0] - 4.0 / 607.0).abs() < 1e-12);
    let (csv, out) = (at("d.csv"), at("out"));
    let arguments = [
        &["audit", &csv][..],
        &ROLES,
        &["--share", "--format", "json", "--out", &out],
    ]
    .concat();
    let (code, printed, err) = said(&arguments);
    assert!(matches!(code, Some(0 | 1)), "{err}");
    let shared: Value = serde_json::from_str(&printed).unwrap();
    let written = fs::read_to_string(Path::new(&out).join("audit.json")).unwrap();
    assert_eq!(written, printed);
    // The numbers themselves, and each comparison with them.
    let mut told = Vec::new();
    numbers(&shared, &mut told);
    let mut secret = small;
    for found in working["disparities"].as_array().unwrap() {
        let named = [
            &found["group"],
            &found["reference"],
            &found["highest"],
            &found["lowest"],
        ];
        if named.iter().any(|name| *name == "rare" || *name == "tiny")
            && !["base_rate", "count", "mean_score"].contains(&found["metric"].as_str().unwrap())
            && found["metric"].as_str().unwrap().contains("selection")
        {
            secret.extend(
                found["value"]
                    .as_f64()
                    .filter(|v| v.abs() > 1e-3 && *v != 1.0),
            );
        }
    }
    assert!(secret.len() > 8);
    for number in &secret {
        assert!(!told.contains(number), "{number}");
    }
    for (name, text) in texts(Path::new(&out)) {
        // A short number, such as 0.75, is the beginning of many others.
        for number in secret.iter().filter(|n| n.to_string().len() > 8) {
            let digits = &number.to_string()[..9];
            assert!(!text.contains(digits), "{number} in {name}");
        }
        // 4 of 607 as people write it.
        assert!(!tells(&text, "0.7%"), "{name}");
    }
    // What the digest of the counts would confirm is gone.
    let digest = working["dataset"]["digest"].as_str().unwrap();
    assert!(
        texts(Path::new(&out))
            .iter()
            .all(|(_, text)| !text.contains(digest))
    );
    let privacy = &shared["privacy"];
    assert_eq!(
        (&privacy["k"], &privacy["shared"]),
        (&10.into(), &true.into())
    );
    assert!(privacy["k_reached"].as_u64().unwrap() >= 10);
    assert_eq!(privacy["l_decisions"], 2);
    // Still told: large groups and their rates.
    assert!(group(&shared, "common")["metrics"]["selection_rate"]["value"].is_f64());
    let page = fs::read_to_string(Path::new(&out).join("report.html")).unwrap();
    assert!(page.contains("the limit is 10"));
    // The document of an audit that is not shared is the working document.
    assert!(working.get("privacy").is_none());
}

/// Selected of every group add up to the selected of all: what is told never leaves a small count.
#[test]
fn a_shared_audit_cannot_be_solved_for_a_small_count() {
    let (_folder, at) = folder();
    data(at("d.csv").as_ref(), &GROUPS);
    let shared = audit(&at("d.csv"), &["--share"]);
    let rows = |name: &str| group(&shared, name)["n"].as_u64().unwrap();
    assert_eq!(rows("tiny"), 0);
    let hidden: Vec<&str> = GROUPS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| group(&shared, name)["metrics"]["selection_rate"]["value"].is_null())
        .collect();
    assert!(hidden.contains(&"rare") && hidden.len() >= 3, "{hidden:?}");
    // Rows: two unknowns at least, of ten rows at least.
    let gone: Vec<&str> = GROUPS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| rows(name) == 0)
        .collect();
    assert!(gone.len() >= 2, "{gone:?}");
}

#[test]
fn charts_and_text_of_a_shared_audit_name_no_hidden_rate() {
    let (_folder, at) = folder();
    data(at("d.csv").as_ref(), &GROUPS);
    let csv = at("d.csv");
    for (format, lang) in [("text", "en"), ("markdown", "de"), ("html", "en")] {
        let arguments = [
            &["audit", &csv][..],
            &ROLES,
            &["--share", "--format", format, "--lang", lang],
        ]
        .concat();
        let (_, out, _) = said(&arguments);
        assert!(out.contains("common"), "{format}");
        assert!(
            !tells(&out, "0.7%") && !tells(&out, "0,7\u{a0}%"),
            "{format}"
        );
        // Which comparison breaches would tell of a hidden rate; that one does, does not.
        let breach = [
            "whose numbers are hidden violates",
            "dessen Zahlen verborgen sind, verletzt",
        ];
        let line = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(breach.iter().any(|text| line.contains(text)), "{format}");
    }
}

#[test]
fn two_releases_are_told_apart() {
    let (_folder, at) = folder();
    data(at("old.csv").as_ref(), &GROUPS);
    let mut next = GROUPS;
    next[0].1[1] += 1;
    data(at("new.csv").as_ref(), &next);
    for name in ["old", "new"] {
        let document = audit(&at(&format!("{name}.csv")), &[]);
        fs::write(at(&format!("{name}.json")), document.to_string()).unwrap();
    }
    let told = json(&[
        "privacy",
        "compare",
        &at("old.json"),
        &at("new.json"),
        "--format",
        "json",
    ]);
    assert_eq!(told["schema"], "waage/privacy-compare/1");
    let leaks = told["leaks"].as_array().unwrap();
    let found = leaks.iter().any(|leak| {
        leak["group"] == "common" && leak["of"] == "selection_rate" && leak["cause"] == "few_rows"
    });
    assert!(found, "{leaks:?}");
    let (code, out, _) = said(&[
        "privacy",
        "compare",
        &at("old.json"),
        &at("new.json"),
        "--lang",
        "de",
    ]);
    assert_eq!(code, Some(1));
    assert!(out.contains("ableitbar"), "{out}");
    let (code, out, _) = said(&["privacy", "compare", &at("old.json"), &at("old.json")]);
    assert_eq!(
        (code, out.contains("Nothing becomes derivable")),
        (Some(0), true)
    );
    // Hidden groups are not told, and not counted.
    let shared = audit(&at("old.csv"), &["--share"]);
    let groups = shared["groups"].as_array().unwrap();
    let told = groups.iter().filter(|group| group["n"] != 0).count();
    assert!(told < GROUPS.len());
    let pair = json(&[
        "privacy",
        "compare",
        &at("old.json"),
        &at("old.json"),
        "--format",
        "json",
    ]);
    assert_eq!(pair["groups"], told);
    fs::write(at("none.json"), "{}").unwrap();
    let (code, _, err) = said(&["privacy", "compare", &at("old.json"), &at("none.json")]);
    assert_eq!(code, Some(2));
    assert!(
        err.contains("none.json") && err.contains("give an unchanged document"),
        "{err}"
    );
}

#[test]
fn releases_have_noise_and_an_account() {
    let (_folder, at) = folder();
    data(at("d.csv").as_ref(), &GROUPS);
    fs::write(at("a.json"), audit(&at("d.csv"), &[]).to_string()).unwrap();
    let ledger = at("ledger.jsonl");
    assert_eq!(
        said(&["ledger", "init", &ledger, "--id", "demo"]).0,
        Some(0)
    );
    let ask = |epsilon: &str| {
        said(&[
            "privacy",
            "release",
            &at("a.json"),
            "--dp-epsilon",
            epsilon,
            "--ledger",
            &ledger,
            "--format",
            "json",
        ])
    };
    let (code, out, err) = ask("0.6");
    assert_eq!(code, Some(0), "{err}");
    let first: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(first["schema"], "waage/dp-release/1");
    assert_eq!(first["budget"]["after"], "0.6");
    let cells = first["tables"][0]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), GROUPS.len());
    for cell in cells {
        for (_, count) in cell["counts"].as_object().unwrap() {
            let noisy = count["noisy"].as_i64().unwrap();
            assert_eq!(count["shown"].as_u64().unwrap(), noisy.max(0) as u64);
        }
    }
    // 25 counts: that the noise is 0 in all of them has a chance below 1e-13.
    let exact: Vec<i64> = GROUPS
        .iter()
        .flat_map(|(_, counts)| counts.map(|n| n as i64))
        .collect();
    let text = cells
        .iter()
        .flat_map(|cell| cell["counts"].as_object().unwrap().values());
    let noisy: Vec<i64> = text.map(|count| count["noisy"].as_i64().unwrap()).collect();
    assert!(noisy.iter().filter(|n| !exact.contains(n)).count() > 2);
    for rate in first["tables"][0]["rates"].as_array().unwrap() {
        match rate["value"].as_f64() {
            Some(_) => {
                assert!(rate["standard_error"].as_f64() > rate["standard_error_sampling"].as_f64())
            }
            None => assert_eq!(rate["cause"], "dp_noise"),
        }
    }
    // The rest of the year's budget of 1 is 0.4.
    let (code, out, err) = ask("0.5");
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.contains("0.6 of 1") && err.contains("costs 0.5"),
        "{err}"
    );
    assert_eq!(ask("0.4").0, Some(0));
    assert_eq!(ask("0.000001").0, Some(1));
    assert_eq!(said(&["ledger", "verify", &ledger]).0, Some(0));
    // What cannot be released costs nothing.
    data(at("e.csv").as_ref(), &GROUPS[..3]);
    fs::write(at("b.json"), audit(&at("e.csv"), &[]).to_string()).unwrap();
    let other = |more: &[&str]| {
        let document = at("b.json");
        let fixed = [
            "privacy",
            "release",
            &document,
            "--dp-epsilon",
            "0.5",
            "--ledger",
            &ledger,
        ];
        said(&[&fixed[..], more].concat())
    };
    let (code, _, err) = other(&["--confidence", "1.5"]);
    assert!(code == Some(2) && err.contains("confidence 1.5"), "{err}");
    // Nor is an option taken that would change nothing.
    for option in ["--where", "--label", "--sensitive", "--top-k", "--weight"] {
        let (code, _, err) = other(&[option, "1", "--score", "s"]);
        assert!(code == Some(2) && err.contains("counted already"), "{err}");
    }
    let entries = fs::read_to_string(&ledger).unwrap();
    assert_eq!(entries.matches("privacy.budget").count(), 2);
}

#[test]
fn releases_of_data_and_refusals() {
    let (_folder, at) = folder();
    data(at("d.csv").as_ref(), &GROUPS);
    let ask = |more: &[&str]| {
        said(&[&["privacy", "release", &at("d.csv"), "--quiet"][..], more].concat())
    };
    let (code, out, err) = ask(&[
        "--decision",
        "contacted",
        "--sensitive",
        "group,region",
        "--dp-epsilon",
        "1",
        "--lang",
        "de",
    ]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        out.contains("Anzahlen mit Rauschen") || out.contains("ε = 1"),
        "{out}"
    );
    for (more, what) in [
        (
            &[
                "--decision",
                "contacted",
                "--sensitive",
                "group",
                "--dp-epsilon",
                "0",
            ][..],
            "epsilon",
        ),
        (
            &[
                "--decision",
                "contacted",
                "--sensitive",
                "group",
                "--dp-epsilon",
                "-1",
            ],
            "epsilon",
        ),
        (
            &[
                "--decision",
                "contacted",
                "--sensitive",
                "group",
                "--dp-epsilon",
                "1",
                "--weight",
                "score",
            ],
            "weights",
        ),
        (
            &[
                "--decision",
                "contacted",
                "--sensitive",
                "group",
                "--dp-epsilon",
                "1",
                "--confidence",
                "1",
            ],
            "confidence",
        ),
        (
            &[
                "--decision",
                "contacted",
                "--sensitive",
                "group",
                "--dp-epsilon",
                "1",
                "--ledger",
                "/nowhere/l.jsonl",
            ],
            "ledger",
        ),
    ] {
        let (code, out, err) = ask(more);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{more:?} {err}");
        assert!(err.contains(what), "{err}");
    }
    // Where one person may move many cells, no noise on single cells protects anybody.
    for (more, what) in [
        (&["--score", "score", "--top-k", "50"][..], "--threshold"),
        (
            &["--score", "score", "--top-fraction", "0.3"],
            "--threshold",
        ),
        (
            &["--decision", "contacted", "--sensitive", "score/4"],
            "name the edges",
        ),
    ] {
        let (code, out, err) =
            ask(&[&["--sensitive", "group", "--dp-epsilon", "1"][..], more].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{more:?} {err}");
        assert!(err.contains(what), "{err}");
    }
    let shared = audit(&at("d.csv"), &["--share"]);
    fs::write(at("shared.json"), shared.to_string()).unwrap();
    let (code, _, err) = said(&[
        "privacy",
        "release",
        &at("shared.json"),
        "--dp-epsilon",
        "1",
    ]);
    assert_eq!(code, Some(2));
    assert!(err.contains("hidden already"), "{err}");
}

#[test]
fn columns_of_personal_data_are_found_and_never_shown() {
    let (_folder, at) = folder();
    let mut text = "lead_id,Vorname,mail,plz,amount,iban,notes,gender\n".to_owned();
    for i in 0..12_000 {
        let name = ["Anna", "Lena", "Jonas"][i % 3];
        let gender = ["f", "m"][i % 2];
        let iban = if i % 2 == 0 {
            "DE89370400440532013000"
        } else {
            "GB82WEST12345698765432"
        };
        text.push_str(&format!(
            "L{i:06},{name},secret{i}@mail.example,{:05},{}.5,{iban},wants to be called back in spring and asks for an offer {i},{gender}\n",
            10_000 + i % 700,
            i % 97,
        ));
    }
    fs::write(at("d.csv"), text).unwrap();
    let arguments = [
        "privacy",
        "scan",
        &at("d.csv"),
        "--features",
        "mail,plz,lead_id,amount",
        "--sensitive",
        "gender",
    ];
    let told = json(&[&arguments[..], &["--format", "json", "--quiet"]].concat());
    assert_eq!(
        (&told["rows"], &told["all_rows"]),
        (&10_000.into(), &false.into())
    );
    let verdict = |name: &str| {
        let columns = told["columns"].as_array().unwrap();
        let column = columns
            .iter()
            .find(|column| column["column"] == name)
            .unwrap();
        column["verdict"].as_str().unwrap().to_owned()
    };
    for (name, expected) in [
        ("mail", "likely"),
        ("iban", "likely"),
        ("Vorname", "likely"),
        ("amount", "none"),
        ("notes", "possible"),
        ("lead_id", "possible"),
    ] {
        assert_eq!(verdict(name), expected, "{name}");
    }
    let warnings: Vec<(&str, &str)> = told["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| (w["code"].as_str().unwrap(), w["column"].as_str().unwrap()))
        .collect();
    for expected in [
        ("pii_feature", "mail"),
        ("protected_feature", "plz"),
        ("key_feature", "lead_id"),
        ("unused_text", "notes"),
    ] {
        assert!(warnings.contains(&expected), "{warnings:?}");
    }
    for format in ["text", "json", "markdown"] {
        for lang in ["en", "de"] {
            let (code, out, err) = said(
                &[
                    &arguments[..],
                    &["--format", format, "--lang", lang, "--quiet"],
                ]
                .concat(),
            );
            assert_eq!(code, Some(1), "{err}");
            assert!(!out.contains("secret") && !out.contains("DE8937") && !out.contains("Anna"));
        }
    }
    let (code, _, err) = said(&["privacy", "scan", &at("d.csv"), "--features", "none"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("there is no column \"none\""), "{err}");
    let (code, _, _) = said(&["privacy", "scan", &at("d.csv"), "--quiet"]);
    assert_eq!(code, Some(0));
}

#[test]
fn published_schemas_are_those_of_the_command() {
    for name in ["dp-release", "pii-scan", "privacy-compare"] {
        let (code, out, _) = said(&["schema", name]);
        assert_eq!(code, Some(0));
        let published =
            fs::read_to_string(root().join(format!("docs/{name}.schema.json"))).unwrap();
        assert_eq!(out, published, "{name}: run make docs");
    }
}

/// What an audit reads is looked at; no value is told, and what likely is personal stays in the house.
#[test]
fn audits_note_personal_data_and_exports_refuse_it() {
    let (_folder, at) = folder();
    let mut text = "lead_id,mail,phone_number,faith,gender,contacted\n".to_owned();
    for i in 0..400 {
        let (faith, gender) = (["christian", "muslim"][i % 2], ["f", "m"][i / 2 % 2]);
        let mail = i % 40;
        text.push_str(&format!(
            "L{i:04},secret{mail}@mail.example,0301234{i:03},{faith},{gender},{}\n",
            i % 3 % 2
        ));
    }
    fs::write(at("d.csv"), text).unwrap();
    let csv = at("d.csv");
    let ask = |sensitive: &str, more: &[&str]| {
        let fixed = [
            "--decision",
            "contacted",
            "--sensitive",
            sensitive,
            "--quiet",
        ];
        said(&[&["audit", &csv][..], &fixed, more].concat())
    };
    let codes = |sensitive: &str| {
        let (_, out, err) = ask(sensitive, &["--format", "json"]);
        let result: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let notes = result["dataset"]["notes"].as_array().unwrap().clone();
        let of = |note: &Value| (note["code"].clone(), note["values"].clone());
        notes.iter().map(of).collect::<Vec<_>>()
    };
    let expected = |code: &str, name: &str, value: &str| {
        (Value::from(code), serde_json::json!({ name: value }))
    };
    // Religions are no names of people, and what is not read is judged by its name alone.
    let unread = expected("pii_headers", "columns", "mail, phone_number");
    assert_eq!(codes("gender,faith"), [unread]);
    let read = expected("pii_column", "column", "mail");
    assert_eq!(
        codes("mail"),
        [read, expected("pii_headers", "columns", "phone_number")]
    );
    for lang in ["en", "de"] {
        let (_, out, _) = ask("gender", &["--lang", lang]);
        assert!(
            out.contains("phone_number") && !out.contains("secret"),
            "{out}"
        );
    }
    let (code, out, err) = ask("mail", &["--share"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("\"mail\" looks like personal data"), "{err}");
    assert!(matches!(
        ask("mail", &["--share", "--i-know"]).0,
        Some(0 | 1)
    ));
    let release = |more: &[&str]| {
        let fixed = ["privacy", "release", &csv, "--decision", "contacted"];
        let fixed = [&fixed[..], &["--sensitive", "mail", "--dp-epsilon", "1"]].concat();
        said(&[&fixed[..], more].concat())
    };
    let (code, _, err) = release(&[]);
    assert!(code == Some(2) && err.contains("--i-know"), "{err}");
    assert_eq!(release(&["--i-know"]).0, Some(0));
}

#[test]
fn truth_values_alone_are_nobodys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.parquet");
    let flags = |every: usize| -> std::sync::Arc<dyn arrow::array::Array> {
        let values = (0..300).map(|row| Some(row % every == 0));
        std::sync::Arc::new(values.collect::<arrow::array::BooleanArray>())
    };
    let rows = files::table(vec![("y", flags(3)), ("d", flags(4)), ("email", flags(2))]);
    files::write_parquet(&path, &rows, 100);
    let roles = "--label y --decision d --sensitive email --bootstrap 0";
    let words = roles.split(' ').map(str::to_owned);
    let found = waage_tests::audit(std::iter::once(path.display().to_string()).chain(words));
    assert!(
        found["dataset"]["notes"]
            .as_array()
            .is_none_or(Vec::is_empty)
    );
}
