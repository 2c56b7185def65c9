//! `waage risks` end to end: a register from the catalogue, moved by an audit, told in every form.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waage_tests::dated::waage;
use waage_tests::root;

const POLICY: &str = r#"
schema = "waage/policy/1"
[system]
id = "lead-score-dach"
name = { en = "Lead scoring DACH", de = "Lead-Scoring DACH" }
criticality = "high"
[people]
owner = "m.owner"
[risk_appetite]
max_residual = { high = 6 }
currency = "EUR"
annual_loss_limit = 50000
money_scale = [5000, 25000, 100000, 500000]
[data]
label = "converted"
score = "score"
top_fraction = 0.3
[[attribute]]
name = "gender"
[[check]]
id = "FAIR-01"
metric = "selection_rate"
comparison = "difference"
attribute = "gender"
op = "<="
margin = 0.05
gates = ["periodic"]
[gate.periodic]
every_days = 30
"#;

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = waage(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {err}");
    out
}

fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let (code, out, err) = waage(folder, arguments);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
    assert!(err.starts_with("waage: ") && err.contains(says), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

fn document(folder: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    serde_json::from_str(&good(folder, &all)).unwrap()
}

/// A folder with a policy, a register and an audit of the embedded leads.
fn begun() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("audit.toml"), POLICY).unwrap();
    good(path, &["risks", "init", "--policy", "audit.toml"]);
    let data = root()
        .join("datasets/lead_scoring.parquet")
        .display()
        .to_string();
    let (code, out, err) = waage(
        path,
        &[
            "audit",
            &data,
            "--policy",
            "audit.toml",
            "--sensitive",
            "gender",
            "--format",
            "json",
            "-q",
        ],
    );
    assert_eq!(code, Some(1), "{err}");
    fs::write(path.join("audit.json"), out).unwrap();
    folder
}

fn risk<'a>(document: &'a Value, id: &str) -> &'a Value {
    let risks = document["risks"].as_array().unwrap();
    risks.iter().find(|risk| risk["id"] == id).unwrap()
}

#[test]
fn the_register_moves_with_evidence() {
    let folder = begun();
    let path = folder.path();
    let before = document(path, &["risks", "list", "--policy", "audit.toml"]);
    assert_eq!(before["schema"], "waage/risks/1");
    assert_eq!(
        (&before["total"], &before["appetite"]["drafts"]),
        (&20.into(), &20.into())
    );
    assert_eq!(risk(&before, "R-001")["basis"], "inherent");
    assert_eq!(risk(&before, "R-001")["owner"], "m.owner");

    // A dry run tells, and leaves the file alone.
    let text = fs::read_to_string(path.join("risks.toml")).unwrap();
    let dry = document(
        path,
        &["risks", "assess", "audit.json", "--policy", "audit.toml"],
    );
    assert_eq!(fs::read_to_string(path.join("risks.toml")).unwrap(), text);
    let change = &dry["changes"][0];
    assert_eq!(
        (&change["risk"], &change["rule"]),
        (&"R-001".into(), &"rises".into())
    );
    assert_eq!(change["likelihood"], serde_json::json!([4, 5]));
    let exceedance = &change["exceedances"][0];
    let (value, limit, error, p) = (
        exceedance["value"].as_f64().unwrap(),
        exceedance["limit"].as_f64().unwrap(),
        exceedance["standard_error"].as_f64().unwrap(),
        exceedance["probability"].as_f64().unwrap(),
    );
    assert!(value < limit && error > 0.0 && p > 0.9, "{exceedance}");

    good(
        path,
        &[
            "risks",
            "assess",
            "audit.json",
            "--policy",
            "audit.toml",
            "--write",
        ],
    );
    let after = document(path, &["risks", "show", "R-001", "--policy", "audit.toml"]);
    let moved = risk(&after, "R-001");
    assert_eq!(
        (&moved["likelihood_residual"], &moved["score_residual"]),
        (&5.into(), &15.into())
    );
    assert_eq!(moved["measured"]["fresh_until"], "2027-01-24");
    // Beyond twice the period it counts no more.
    let later = document(
        path,
        &[
            "risks",
            "show",
            "R-001",
            "--policy",
            "audit.toml",
            "--as-of",
            "2027-01-25",
        ],
    );
    assert_eq!(risk(&later, "R-001")["likelihood_residual"], 4);
    // Comments stand where they stood.
    let kept = fs::read_to_string(path.join("risks.toml")).unwrap();
    assert!(kept.contains("# who answers for it / wer dafür einsteht"));
    assert!(kept.contains("[risk.measured]"));
}

#[test]
fn open_risks_are_held_against_the_appetite() {
    let folder = begun();
    let path = folder.path();
    let over = [
        "risks",
        "list",
        "--policy",
        "audit.toml",
        "--over-appetite",
        "--sort",
        "score",
    ];
    let drafts = document(path, &over);
    assert!(
        drafts["appetite"]["over"].as_array().unwrap().is_empty(),
        "drafts are not compared"
    );
    let text = fs::read_to_string(path.join("risks.toml")).unwrap();
    fs::write(
        path.join("risks.toml"),
        text.replace("status = \"draft\"", "status = \"open\""),
    )
    .unwrap();
    let opened = document(path, &over);
    let scores: Vec<u64> = opened["risks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["score_residual"].as_u64().unwrap())
        .collect();
    assert!(scores.len() > 5 && scores.iter().all(|score| *score > 6));
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
    let appetite = &opened["appetite"];
    assert_eq!(appetite["loss_over"], true);
    assert!(
        (appetite["annual_loss"].as_f64().unwrap() - 437_333.333_333).abs() < 0.01,
        "{appetite}"
    );
    let shown = good(path, &["risks", "list", "--policy", "audit.toml"]);
    assert!(
        shown.starts_with("Lead scoring DACH\n✗ Above the appetite: "),
        "{shown}"
    );
}

#[test]
fn every_form_in_both_languages() {
    let folder = begun();
    let path = folder.path();
    good(
        path,
        &[
            "risks",
            "assess",
            "audit.json",
            "--policy",
            "audit.toml",
            "--write",
        ],
    );
    for lang in ["en", "de"] {
        for view in [
            &["list"][..],
            &["show", "R-001"],
            &["report"],
            &["matrix"],
            &["assess", "audit.json"],
        ] {
            for format in ["text", "markdown", "html"] {
                let mut arguments = vec!["risks"];
                arguments.extend(view);
                arguments.extend(["--policy", "audit.toml", "--lang", lang, "--format", format]);
                let out = good(path, &arguments);
                for key in ["risks.", "report.f", "{count", "{day", "{list"] {
                    assert!(
                        !out.contains(key) || (key == "risks." && out.contains("risks.toml")),
                        "{arguments:?}: {key}\n{out}"
                    );
                }
                if format == "text" {
                    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
                }
                if format == "html" {
                    let ids: Vec<&str> = out
                        .split(" id=\"")
                        .skip(1)
                        .filter_map(|part| part.split('"').next())
                        .collect();
                    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
                    assert_eq!(ids.len(), distinct.len(), "{ids:?}");
                }
            }
        }
        insta::assert_snapshot!(
            format!("risks_{lang}"),
            good(
                path,
                &["risks", "list", "--policy", "audit.toml", "--lang", lang]
            )
        );
        insta::assert_snapshot!(
            format!("risk_{lang}"),
            good(
                path,
                &[
                    "risks",
                    "show",
                    "R-001",
                    "--policy",
                    "audit.toml",
                    "--lang",
                    lang
                ]
            )
        );
    }
    let report = good(
        path,
        &[
            "risks",
            "report",
            "--policy",
            "audit.toml",
            "--format",
            "html",
        ],
    );
    assert!(report.contains("<figure class=\"chart\" id=\"risk-matrix\">"));
    let table = good(
        path,
        &["risks", "matrix", "--svg", "m.svg", "--png", "m.png"],
    );
    assert!(table.contains("○ before controls, ● now"));
    assert!(
        fs::read(path.join("m.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    assert!(
        fs::read_to_string(path.join("m.svg"))
            .unwrap()
            .starts_with("<svg")
    );
}

#[test]
fn lines_for_other_tools_have_the_same_keys() {
    let folder = begun();
    let out = good(
        folder.path(),
        &["risks", "export", "--policy", "audit.toml"],
    );
    let keys = |line: &str| -> Vec<String> {
        let line: Value = serde_json::from_str(line).unwrap();
        line.as_object().unwrap().keys().cloned().collect()
    };
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 20);
    let first = keys(lines[0]);
    assert_eq!(&first[..3], ["schema", "as_of", "id"]);
    assert!(lines.iter().all(|line| keys(line) == first));
}

#[test]
fn hostile_text_does_nothing_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let evil = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)> [x](javascript:alert(1)) | `a` \\u001b[31m\\u202e\\u2028\\nid = 1";
    let text = format!(
        r#"schema = "waage/risks/1"
[[risk]]
id = "R-001"
category = "bias"
title = "{evil}"
cause = "{evil}"
event = "{evil}"
impact_text = "{evil}"
impact = 3
likelihood_inherent = 4
owner = "{evil}"
treatment = "reduce"
controls = [{{ id = "C-01", text = "{evil}", kind = "preventive", state = "planned" }}]
status = "open"
sources = ["{evil}"]
"#
    );
    fs::write(path.join("risks.toml"), text).unwrap();
    for view in [&["list"][..], &["show", "R-001"], &["report"], &["matrix"]] {
        for format in ["text", "markdown", "html"] {
            let mut arguments = vec!["risks"];
            arguments.extend(view);
            arguments.extend(["--format", format]);
            let out = good(path, &arguments);
            assert!(
                !out.contains('\u{1b}') && !out.contains('\u{202e}') && !out.contains('\u{2028}'),
                "{arguments:?}"
            );
            if format != "text" {
                assert!(!out.contains("<img"), "{arguments:?}");
                assert!(
                    !out.contains("[x](java") || format == "html",
                    "{arguments:?}"
                );
            }
            if format == "markdown" {
                assert!(!out.lines().any(|line| line.starts_with("id = 1")), "{out}");
            }
        }
    }
    let export = good(path, &["risks", "export"]);
    assert_eq!(
        (export.lines().count(), export.contains('\u{2028}')),
        (1, false)
    );
    let svg = path.join("m.svg");
    good(path, &["risks", "matrix", "--svg", "m.svg"]);
    let svg = fs::read_to_string(svg).unwrap();
    assert!(!svg.contains("<img") && !svg.contains('\u{1b}') && !svg.contains('\u{202e}'));
}

#[test]
fn a_questionnaire_from_form_to_register() {
    let folder = begun();
    let path = folder.path();
    good(
        path,
        &[
            "risks",
            "questionnaire",
            "--lang",
            "de",
            "--out",
            "answers.toml",
        ],
    );
    refused(
        path,
        &["risks", "questionnaire", "--out", "answers.toml"],
        "is there already",
    );
    let form = fs::read_to_string(path.join("answers.toml")).unwrap();
    assert!(form.contains("# --- Datenquellen ---"), "{form}");
    let nothing = document(path, &["risks", "assess", "--answers", "answers.toml"]);
    assert!(nothing.get("suggestions").is_none());
    fs::write(
        path.join("answers.toml"),
        form.replace("DATA-1 = \"\"", "DATA-1 = \"no\""),
    )
    .unwrap();
    let told = document(path, &["risks", "assess", "--answers", "answers.toml"]);
    let first = &told["suggestions"][0];
    assert_eq!(
        (&first["risk"], &first["action"], &first["taken"]),
        (&"R-001".into(), &"raise".into(), &false.into())
    );
    assert_eq!(first["reasons"][0]["question"], "DATA-1");
    good(
        path,
        &[
            "risks",
            "assess",
            "--answers",
            "answers.toml",
            "--write",
            "--accept",
            "R-001",
        ],
    );
    let raised = document(path, &["risks", "show", "R-001"]);
    assert_eq!(risk(&raised, "R-001")["likelihood_inherent"], 5);
}

#[test]
fn changes_are_recorded_in_a_ledger_that_must_be_there() {
    let folder = begun();
    let path = folder.path();
    let write = [
        "risks",
        "assess",
        "audit.json",
        "--policy",
        "audit.toml",
        "--write",
        "--ledger",
        "ledger.jsonl",
    ];
    let before = fs::read(path.join("risks.toml")).unwrap();
    refused(path, &write, "ledger.jsonl");
    assert_eq!(
        fs::read(path.join("risks.toml")).unwrap(),
        before,
        "nothing is written before the ledger is known"
    );
    let options = waage_audit::govern::ledger::Options::default();
    let log = path.join("ledger.jsonl");
    let now = "2026-11-25T00:00:00Z".parse().unwrap();
    waage_audit::govern::ledger::Ledger::create(&log, &options, "demo", now).unwrap();
    good(path, &write);
    let text = fs::read_to_string(&log).unwrap();
    assert!(
        text.lines().count() > 2 && text.contains("\"kind\":\"risk.scored\""),
        "{text}"
    );
}

#[test]
fn what_cannot_be_done_is_refused_in_a_sentence() {
    let folder = begun();
    let path = folder.path();
    let absent: PathBuf = path.join("absent.toml");
    refused(
        path,
        &["risks", "list", "--file", &absent.display().to_string()],
        "waage risks init",
    );
    assert!(!path.join("absent.toml.lock").exists());
    refused(path, &["risks", "init"], "is there already");
    refused(
        path,
        &["risks", "show", "R-0001"],
        "did you mean \"R-001\"?",
    );
    refused(
        path,
        &["risks", "list", "--category", "bais"],
        "did you mean \"bias\"?",
    );
    refused(
        path,
        &["risks", "list", "--as-of", "tomorrow"],
        "YYYY-MM-DD",
    );
    refused(
        path,
        &["risks", "assess", "audit.toml"],
        "is no result of an audit",
    );
    refused(path, &["risks", "assess"], "missing");
    refused(
        path,
        &["risks", "assess", "audit.json", "--day", "2026-12-24"],
        "lies after 2026-11-25",
    );
    refused(
        path,
        &[
            "risks",
            "assess",
            "audit.json",
            "--day",
            "2026-01-01,2026-01-02",
        ],
        "2 days for 1 results",
    );
    fs::write(path.join("bad.json"), "{\"schema\":\"waage/audit/1\"}").unwrap();
    refused(path, &["risks", "assess", "bad.json"], "missing field");
}
