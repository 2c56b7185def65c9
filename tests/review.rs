//! Human review from the command line: cases are drawn, come back decided, and are told of.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Float64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
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

/// The values of a Parquet file by row; nulls are left out.
fn parquet_rows(path: &str) -> Vec<serde_json::Map<String, Value>> {
    let file = fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        for row in 0..batch.num_rows() {
            let mut values = serde_json::Map::new();
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                if column.is_null(row) {
                    continue;
                }
                let value = match column.data_type() {
                    DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
                    _ => column.as_string::<i32>().value(row).into(),
                };
                values.insert(field.name().clone(), value);
            }
            rows.push(values);
        }
    }
    rows
}

/// GOVERNANCE 11.14: the same values whatever the form, there and back.
#[test]
fn cases_go_and_come_back_the_same_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let data = path("leads.parquet");
    leads(Path::new(&data));
    for form in ["csv", "jsonl", "parquet"] {
        let (code, out, error) = sample(&data, &path(form), &["--format", form]);
        assert_eq!(code, Some(0), "{error}");
        assert!(out.contains(&format!("cases.{form}")), "{out}");
        assert_eq!(
            read(&path(form), "batch.json"),
            read(&path("csv"), "batch.json")
        );
    }
    let again = path("again");
    assert_eq!(sample(&data, &again, &["--format", "parquet"]).0, Some(0));
    let bytes = |name: &str| fs::read(Path::new(&path(name)).join("cases.parquet")).unwrap();
    assert_eq!(bytes("parquet"), bytes("again"));
    let lines = read(&path("jsonl"), "cases.jsonl");
    let lines: Vec<serde_json::Map<String, Value>> = lines
        .lines()
        .map(|line| {
            let row: serde_json::Map<String, Value> = serde_json::from_str(line).unwrap();
            row.into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect()
        })
        .collect();
    assert_eq!(lines, parquet_rows(&path("parquet/cases.parquet")));

    // A program returns the same decisions in each form, in Parquet with types of its own.
    let decided: Vec<serde_json::Map<String, Value>> = lines
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row.shift_remove("second_reviewer");
            for (name, value) in [
                ("reviewer_id", json!("r-1")),
                ("decision_final", row["decision_model"].clone()),
                ("confidence", json!(4)),
                ("opened_at", json!("2026-11-30T09:00:00Z")),
                ("decided_at", json!("2026-11-30T09:01:30Z")),
                ("escalate", json!(true)),
            ] {
                row.insert(name.to_owned(), value);
            }
            row
        })
        .collect();
    let text = |row: &serde_json::Map<String, Value>, name: &str| match row.get(name) {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let names: Vec<&String> = decided[0].keys().collect();
    let head: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let mut csv = head.join(";") + "\r\n";
    let mut jsonl = String::new();
    for row in &decided {
        let cells: Vec<String> = names.iter().map(|name| text(row, name)).collect();
        csv += &(cells.join(";") + "\r\n");
        jsonl += &(Value::Object(row.clone()).to_string() + "\n");
    }
    fs::write(path("back.csv"), csv).unwrap();
    fs::write(path("back.jsonl"), jsonl).unwrap();
    let all = |value: &dyn Fn(&serde_json::Map<String, Value>) -> i64| {
        Int64Array::from_iter_values(decided.iter().map(value))
    };
    // In thousandths of seconds; their texts stand above.
    let (opened, decided_at, due) = (1_796_029_200_000, 1_796_029_290_000, 1_796_428_799_000);
    let moments = |at: i64| -> ArrayRef {
        let values = TimestampMillisecondArray::from_iter_values(vec![at; decided.len()]);
        Arc::new(values.with_timezone("Europe/Berlin"))
    };
    let columns = head.iter().map(|name| {
        let array: ArrayRef = match *name {
            "opened_at" => moments(opened),
            "due_at" => moments(due),
            "decided_at" => moments(decided_at),
            "confidence" => Arc::new(all(&|row| row["confidence"].as_i64().unwrap())),
            "escalate" => Arc::new(BooleanArray::from(vec![true; decided.len()])),
            "score" | "incl_prob" => files::floats(decided.iter().map(|row| row[*name].as_f64())),
            _ => {
                let texts: Vec<String> = decided.iter().map(|row| text(row, name)).collect();
                files::texts(texts.iter().map(|text| Some(text.as_str())))
            }
        };
        (*name, array)
    });
    let back = path("back.parquet");
    files::write_parquet(Path::new(&back), &files::table(columns.collect()), 50);
    let mut taken = Vec::new();
    for form in ["csv", "jsonl", "parquet"] {
        let back = path(&format!("back.{form}"));
        let (code, out, error) = said("1796083200", &["review", "import", &path(form), &back]);
        assert_eq!(code, Some(0), "{form}: {error}");
        assert!(
            out.contains(&format!("{} new decisions", decided.len())),
            "{out}"
        );
        taken.push(read(&path(form), "decisions.jsonl"));
    }
    assert_eq!(taken[0], taken[1]);
    assert_eq!(taken[0], taken[2]);
    assert!(
        taken[0].contains("\"opened_at\":\"2026-11-30T09:00:00Z\""),
        "{}",
        taken[0]
    );

    // Moments without a zone are nobody's, and a damaged file is told.
    let at = head.iter().position(|name| *name == "decided_at").unwrap();
    let batch = files::table(
        head.iter()
            .enumerate()
            .map(|(place, name)| {
                let array: ArrayRef = if place == at {
                    let values = vec![decided_at; decided.len()];
                    Arc::new(TimestampMillisecondArray::from(values))
                } else {
                    let texts: Vec<String> = decided.iter().map(|row| text(row, name)).collect();
                    files::texts(texts.iter().map(|text| Some(text.as_str())))
                };
                (*name, array)
            })
            .collect(),
    );
    files::write_parquet(Path::new(&back), &batch, 50);
    let import = || said("1796083200", &["review", "import", &again, &back]);
    let (code, _, error) = import();
    assert_eq!(code, Some(2));
    assert!(
        error.contains("row 1: decided_at: ") && error.contains("is no moment"),
        "{error}"
    );
    let whole = fs::read(&back).unwrap();
    fs::write(&back, &whole[..whole.len() - 9]).unwrap();
    let (code, _, error) = import();
    assert_eq!(code, Some(2));
    assert!(error.contains("back.parquet"), "{error}");
    assert!(!Path::new(&again).join("decisions.jsonl").exists());
}

#[test]
fn attributions_tell_why_a_case_was_scored_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (data, phi) = (path("leads.parquet"), path("phi.parquet"));
    leads(Path::new(&data));
    let attributions = |rows: usize| {
        let ids: Vec<String> = (0..rows).map(|row| format!("Lead-{row:05}")).collect();
        let of = |value: f64| files::floats((0..rows).map(|_| Some(value)));
        let visits = (0..rows).map(|row| Some(if row % 2 == 0 { 0.5 } else { -0.5 }));
        files::table(vec![
            (
                "lead_id",
                files::texts(ids.iter().map(|id| Some(id.as_str()))),
            ),
            ("region", of(0.0)),
            ("source", of(0.25)),
            ("visits", files::floats(visits)),
            ("base_value", of(9.0)),
            ("prediction", of(9.0)),
        ])
    };
    files::write_parquet(Path::new(&phi), &attributions(6000), 1000);
    let more = ["--explanation", &phi, "--format", "jsonl"];
    let (code, _, error) = sample(&data, &path("with"), &more);
    assert_eq!(code, Some(0), "{error}");
    let reasons: Vec<String> = read(&path("with"), "cases.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["explanation"].to_string())
        .collect();
    assert_eq!(
        reasons.len(),
        batch(&path("with"))["cases"].as_array().unwrap().len()
    );
    for code in ["\"visits+; source+\"", "\"visits-; source+\""] {
        assert!(
            reasons.iter().filter(|told| *told == code).count() > 50,
            "{code}"
        );
    }
    assert!(read(&path("with"), "worksheet.html").contains("visits-; source+"));
    // Of other rows, or without ids, nothing is told.
    files::write_parquet(Path::new(&phi), &attributions(3000), 1000);
    let (code, _, error) = sample(&data, &path("half"), &more);
    assert!(
        code == Some(2) && error.contains("of the drawn cases"),
        "{error}"
    );
    let (code, _, error) = sample(&data, &path("half"), &["--explanation", &data]);
    assert!(
        code == Some(2) && error.contains("holds no attributions"),
        "{error}"
    );
    assert!(!Path::new(&path("half")).exists());
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
    // What reviewers see leaves the house.
    let arguments = with(&[("--show", "source,lead_mail")]);
    let text = fs::read_to_string(&data).unwrap();
    let mails = text.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{line},lead_mail\n"),
        _ => format!("{line},lead{at}@mail.example\n"),
    });
    fs::write(&data, mails.collect::<String>()).unwrap();
    let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    refused(
        &arguments,
        "the column \"lead_mail\" looks like personal data",
    );
    assert!(!Path::new(&out).exists());
    let knowing = path("knowing");
    arguments.extend(["--i-know", "--out", &knowing]);
    arguments.retain(|text| *text != out);
    let first = arguments.iter().position(|text| *text == "--out").unwrap();
    arguments.remove(first);
    assert_eq!(said(DRAWN, &arguments).0, Some(0));
    // Labels of groups leave the house where reviewers see them, and only there.
    let mut by_mail = with(&[("--show", "source"), ("--sensitive", "gender,lead_mail")]);
    by_mail.push("--show-groups".to_owned());
    let mut by_mail: Vec<&str> = by_mail.iter().map(String::as_str).collect();
    refused(
        &by_mail,
        "the column \"lead_mail\" looks like personal data",
    );
    let at = by_mail.iter().position(|text| *text == out).unwrap();
    let seen = path("seen");
    by_mail[at] = &seen;
    by_mail.push("--i-know");
    assert_eq!(said(DRAWN, &by_mail).0, Some(0));
    let cases = fs::read_to_string(Path::new(&seen).join("cases.csv")).unwrap();
    assert!(cases.contains("@mail.example"));
    let unseen = path("unseen");
    by_mail[at] = &unseen;
    by_mail.retain(|text| !["--i-know", "--show-groups"].contains(text));
    assert_eq!(said(DRAWN, &by_mail).0, Some(0));
    let cases = fs::read_to_string(Path::new(&unseen).join("cases.csv")).unwrap();
    assert!(!cases.contains("@mail.example"));
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
