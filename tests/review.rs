//! Human review from the command line: cases are drawn, come back decided, and are told of.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use waage_tests::{command, files};

const DRAWN: &str = "1795770000"; // 2026-11-27T09:00:00Z, a Friday.
const KEY: &str = "6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b";

/// The command on a day, with a key of pseudonyms.
fn said(epoch: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command()
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", epoch)
        .env("WAAGE_PSEUDONYM_KEY", KEY)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Leads whose ids are texts that can be told from everything else.
fn leads(path: &Path) {
    const COLUMNS: [&str; 5] = ["score", "gender", "region", "source", "visits"];
    let batch = files::leads(6000, 0, &COLUMNS);
    let ids: Vec<String> = (0..6000).map(|row| format!("Lead-{row:05}")).collect();
    let mut columns = vec![(
        "lead_id",
        files::texts(ids.iter().map(|id| Some(id.as_str()))),
    )];
    for name in COLUMNS {
        columns.push((name, Arc::clone(batch.column_by_name(name).unwrap())));
    }
    let batch = files::table(columns);
    match path.extension().is_some_and(|end| end == "csv") {
        true => files::write_csv(path, &batch),
        false => files::write_parquet(path, &batch, 1000),
    }
}

const SAMPLE: [&str; 15] = [
    "--id",
    "lead_id",
    "--score",
    "score",
    "--top-fraction",
    "0.3",
    "--sensitive",
    "gender",
    "--group",
    "gender=female",
    "--show",
    "source,visits",
    "--n",
    "200",
    "--quiet",
];

fn sample(data: &str, out: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [
        &["review", "sample", data][..],
        &SAMPLE,
        &["--out", out],
        more,
    ]
    .concat();
    said(DRAWN, &arguments)
}

fn read(folder: &str, name: &str) -> String {
    fs::read_to_string(Path::new(folder).join(name)).unwrap()
}

fn batch(folder: &str) -> Value {
    serde_json::from_str(&read(folder, "batch.json")).unwrap()
}

#[test]
fn the_same_cases_for_any_threads_forms_and_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (parquet, csv) = (path("leads.parquet"), path("leads.csv"));
    leads(Path::new(&parquet));
    leads(Path::new(&csv));
    // The same rows, the last first.
    let text = fs::read_to_string(&csv).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let turned = path("turned.csv");
    fs::write(&turned, lines.join("\n")).unwrap();
    let (code, out, error) = sample(&parquet, &path("a"), &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""), "{out}");
    for (data, name, threads) in [(&parquet, "b", "1"), (&csv, "c", "2"), (&turned, "d", "2")] {
        assert_eq!(
            sample(data, &path(name), &["--threads", threads]).0,
            Some(0)
        );
        for file in ["batch.json", "cases.csv", "worksheet.html"] {
            assert_eq!(
                read(&path("a"), file),
                read(&path(name), file),
                "{name} {file}"
            );
        }
    }
    let found = batch(&path("a"));
    let drawn: HashMap<&str, u64> = found["design"]["strata"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["name"].as_str().unwrap(), s["drawn"].as_u64().unwrap()))
        .collect();
    assert_eq!((drawn["random"], drawn["flagged"]), (59, 0));
    assert_eq!(found["due_at"], "2026-12-04T23:59:59Z");
    assert_eq!(found["design"]["population"], 6000);
    assert_ne!(sample(&parquet, &path("e"), &["--seed", "1"]).0, None);
    assert_ne!(batch(&path("e"))["cases"], found["cases"]);
    // Nobody reads an id or a group off what reviewers get.
    for file in ["batch.json", "cases.csv", "worksheet.html"] {
        assert!(!read(&path("a"), file).contains("Lead-0"), "{file}");
    }
    assert!(!read(&path("a"), "cases.csv").contains("female"));
    assert!(!read(&path("a"), "worksheet.html").contains("female"));
    let sheet = read(&path("a"), "worksheet.html");
    assert!(!sheet.contains("http://") && !sheet.contains("https://") && !sheet.contains("src="));
}

/// Fills in a file of cases: everybody follows the model but for every fourth woman it selected.
fn filled(folder: &str) -> (String, usize) {
    let found = batch(folder);
    let cases: HashMap<&str, &Value> = found["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (case["case_id"].as_str().unwrap(), case))
        .collect();
    let text = read(folder, "cases.csv");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| names.iter().position(|n| *n == name).unwrap();
    let mut out = format!("{}\r\n", names.join(","));
    let (mut women, mut overrides) = (0, 0);
    for line in lines {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        let case = cases[cells[at("case_id")].as_str()];
        let model = case["decision_model"].as_str().unwrap();
        let mut decision = model;
        if case["groups"]["gender"] == "female" && model == "accept" {
            women += 1;
            if women % 4 == 0 {
                decision = "reject";
                overrides += 1;
                cells[at("reason_code")] = "model_wrong".to_owned();
            }
        }
        for reviewer in ["r-1", "r-2"] {
            let mut cells = cells.clone();
            for (name, value) in [
                ("reviewer_id", reviewer),
                ("decision_final", decision),
                ("opened_at", "2026-11-30T09:00:00Z"),
                ("decided_at", "2026-11-30T09:01:30Z"),
            ] {
                cells[at(name)] = value.to_owned();
            }
            if case["blind"] == true {
                cells[at("decision_blind")] = model.to_owned();
            }
            out.push_str(&(cells.join(",") + "\r\n"));
            if case["double"] != true {
                break;
            }
        }
    }
    (out, overrides)
}

#[test]
fn what_came_back_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, out, ledger) = (path("leads.parquet"), path("b"), path("ledger.jsonl"));
    leads(Path::new(&data));
    assert_eq!(
        said(DRAWN, &["ledger", "init", &ledger, "--id", "leads"]).0,
        Some(0)
    );
    assert_eq!(sample(&data, &out, &["--ledger", &ledger]).0, Some(0));
    let (text, overrides) = filled(&out);
    assert!(overrides > 5);
    let back = path("back.csv");
    fs::write(&back, text).unwrap();
    let monday = "1796200000"; // 2026-12-02
    let import = || {
        said(
            monday,
            &["review", "import", &out, &back, "--ledger", &ledger],
        )
    };
    let (code, said_so, error) = import();
    assert_eq!(code, Some(0), "{error}");
    assert!(
        said_so.contains(" new decisions, 0 known, 0 open"),
        "{said_so}"
    );
    assert!(import().1.contains(": 0 new decisions"));
    let entries = said(monday, &["ledger", "show", &ledger, "--format", "json"]).1;
    let entries: Value = serde_json::from_str(&entries).unwrap();
    let kinds: Vec<&str> = entries["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds.iter().filter(|kind| **kind == "review.batch").count(),
        2
    );
    assert_eq!(said(monday, &["ledger", "verify", &ledger]).0, Some(0));

    let report = |more: &[&str]| {
        said(
            monday,
            &[&["review", "report", &out, "--as-of", "2026-12-07"], more].concat(),
        )
    };
    let (code, json, error) = report(&["--format", "json"]);
    assert_eq!(code, Some(0), "{error}");
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["schema"], "waage/review/1");
    let cases = batch(&out)["cases"].as_array().unwrap().len() as u64;
    assert_eq!(found["queue"]["decided"], cases);
    assert_eq!(found["served"], "pass");
    let rate = &found["overrides"]["raw"];
    assert!((rate["value"].as_f64().unwrap() - overrides as f64 / cases as f64).abs() < 1e-12);
    assert_eq!(found["overrides"]["weighted"]["method"], "horvitz_thompson");
    assert_eq!(found["overrides"]["up"]["value"], 0.0);
    assert_eq!(found["agreement"][0]["kappa"]["value"], 1.0);
    assert_eq!(found["time"]["median_s"], 90.0);
    let gender = &found["bias"][0];
    let women = gender["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|g| g["group"] == "female")
        .unwrap();
    assert!(women["against"]["difference"]["low"].as_f64().unwrap() > 0.0);
    assert!(women["against"]["p"].as_f64().unwrap() < 0.05);
    let gap = |which: &str| women["against"][which]["value"].as_f64().unwrap();
    assert!(gap("gap_final") < gap("gap_model"));
    // 59 drawn at random and as many decided in time; nothing to be said against women alone.
    let expected = waage_audit::schema::review();
    assert!(expected.contains("waage/review/1"));
    for (lang, title) in [
        ("en", "How often people decide otherwise"),
        ("de", "Wie oft Menschen anders entscheiden"),
    ] {
        for format in ["text", "markdown"] {
            let (_, text, _) = report(&["--lang", lang, "--format", format]);
            assert!(text.contains(title), "{text}");
        }
    }
    let open = path("open");
    assert_eq!(sample(&data, &open, &[]).0, Some(0));
    let (code, text, _) = said(
        monday,
        &["review", "report", &open, "--as-of", "2026-12-07"],
    );
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the queue is not served"), "{text}");
}

#[test]
fn bad_input_gets_one_sentence_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, out) = (path("leads.csv"), path("b"));
    leads(Path::new(&data));
    let refused = |arguments: &[&str], sentence: &str| {
        let (code, text, error) = said(DRAWN, arguments);
        assert_eq!(
            (code, text.as_str()),
            (Some(2), ""),
            "{arguments:?}: {error}"
        );
        assert!(error.contains(sentence), "{arguments:?}: {error}");
    };
    let with = |changed: &[(&str, &str)]| -> Vec<String> {
        let mut all: Vec<String> = ["review", "sample", &data]
            .iter()
            .chain(&SAMPLE)
            .chain(&["--out", &out])
            .map(|text| (*text).to_owned())
            .collect();
        for (from, to) in changed {
            match all.iter().position(|text| text == from) {
                Some(at) => all[at + 1] = (*to).to_owned(),
                None => all.extend([(*from).to_owned(), (*to).to_owned()]),
            }
        }
        all
    };
    for (changed, sentence) in [
        (("--group", "gender=femal"), "no row belongs to the group"),
        (("--group", "sex=f"), "is of no attribute of --sensitive"),
        (("--group", "gender"), "write it as gender=female"),
        (("--id", "region"), "share their id with another row"),
        (("--id", "lead"), "did you mean \"lead_id\"?"),
        (("--show", "scor"), "\"score\""),
        (("--n", "20"), "has no room for the 59"),
        (("--flagged", "region"), "region"),
        (("--key", "none.key"), "cannot be read"),
    ] {
        let arguments = with(&[changed]);
        refused(
            &arguments.iter().map(String::as_str).collect::<Vec<_>>(),
            sentence,
        );
        assert!(!Path::new(&out).exists(), "{changed:?}");
    }
    let without_key = command()
        .args(with(&[]))
        .env("SOURCE_DATE_EPOCH", DRAWN)
        .env_remove("WAAGE_PSEUDONYM_KEY")
        .output()
        .unwrap();
    assert_eq!(without_key.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&without_key.stderr).contains("make a key with waage review key")
    );
    assert_eq!(sample(&data, &out, &[]).0, Some(0));
    refused(
        &with(&[]).iter().map(String::as_str).collect::<Vec<_>>(),
        "a folder of its own",
    );
    let key = path("pid.key");
    assert_eq!(said(DRAWN, &["review", "key", &key]).0, Some(0));
    refused(&["review", "key", &key], "keys are never replaced");
    let back = path("back.csv");
    let (text, _) = filled(&out);
    fs::write(&back, text.replacen("r-1", "jo@example.org", 1)).unwrap();
    refused(&["review", "import", &out, &back], "nothing was recorded");
    fs::write(&back, &text[..text.len() / 2]).unwrap();
    refused(&["review", "import", &out, &back], "line ");
    refused(
        &["review", "import", &path("none"), &back],
        "draw one with waage review sample",
    );
    refused(
        &["review", "import", &out, &path("back.xlsx")],
        "neither .csv nor .jsonl",
    );
    assert!(!Path::new(&out).join("decisions.jsonl").exists());
}
