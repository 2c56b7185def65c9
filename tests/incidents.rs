//! `waage incident` end to end.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::{command, dated};

fn waage(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    dated::waage(folder, &[&["incident"], arguments].concat())
}

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

fn open(folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec![
        "open",
        "--kind",
        "bias",
        "--severity",
        "major",
        "--detected-by",
        "monitor",
        "--summary",
        "Women were called less often",
        "--actor",
        "m.owner",
    ];
    arguments.extend(more);
    waage(folder, &arguments)
}

/// An incident that went all the way, and a register beside it.
fn closed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let init = command()
        .args(["risks", "init"])
        .current_dir(path)
        .env("SOURCE_DATE_EPOCH", "1795564800")
        .output()
        .unwrap();
    assert!(init.status.success());
    let (code, _, err) = open(
        path,
        &[
            "--began",
            "2026-11-10",
            "--at",
            "2026-11-12T08:00:00Z",
            "--risk",
            "R-001",
            "--finding",
            "FAIR-01@sha256:00",
        ],
    );
    assert_eq!((code, err.trim()), (Some(0), "waage: I-2026-001 is open"));
    let id = "I-2026-001";
    good(
        path,
        &[
            "update",
            id,
            "--state",
            "triaged",
            "--at",
            "2026-11-12T10:00:00Z",
        ],
    );
    good(
        path,
        &[
            "update",
            id,
            "--state",
            "contained",
            "--containment",
            "Back to October’s model",
            "--at",
            "2026-11-13",
        ],
    );
    good(
        path,
        &[
            "update",
            id,
            "--state",
            "resolved",
            "--root-cause",
            "The column was empty",
            "--root-cause",
            "The source renamed it",
            "--cause",
            "renamed_column",
            "--action",
            "Validate;d.engineer;2026-12-15;DV-01",
            "--at",
            "2026-11-14",
        ],
    );
    good(
        path,
        &[
            "update",
            id,
            "--state",
            "lessons",
            "--lesson-en",
            "Validate first",
            "--lesson-de",
            "Erst validieren",
            "--new-risk",
            "A source renames a column",
            "--new-control",
            "R-013=Refuse unknown columns@DV-01",
            "--detecting-check",
            "DV-01",
            "--done",
            "Validate",
            "--at",
            "2026-11-15",
        ],
    );
    good(path, &["close", id, "--at", "2026-11-16"]);
    folder
}

#[test]
fn an_incident_goes_from_the_first_report_to_the_register() {
    let folder = closed();
    let path = folder.path();
    let told = document(path, &["show", "I-2026-001"]);
    assert_eq!(told["schema"], "waage/incidents/1");
    let incident = &told["incidents"][0];
    assert_eq!(
        (&incident["state"], &incident["revision"]),
        (&"closed".into(), &6.into())
    );
    assert_eq!(incident["new_risks"], serde_json::json!(["R-021"]));
    assert_eq!(
        incident["changed_controls"],
        serde_json::json!(["R-013/C-02"])
    );
    assert_eq!(
        incident["corrective_actions"][0]["done_at"],
        "2026-11-15T00:00:00Z"
    );
    assert_eq!(incident["hours_to_detect"], 56.0);
    assert_eq!(incident["hours_to_contain"], 16.0);
    assert_eq!(told["metrics"]["share_caught"], 1.0);
    let register = fs::read_to_string(path.join("risks.toml")).unwrap();
    assert!(
        register.contains("id = \"R-021\"") && register.contains("incident:I-2026-001"),
        "{register}"
    );
    assert_eq!(
        fs::read_to_string(path.join("incidents.jsonl"))
            .unwrap()
            .lines()
            .count(),
        6
    );
    let (open, all) = (
        document(path, &["list", "--open"]),
        document(path, &["list"]),
    );
    assert_eq!(
        (
            open["incidents"].as_array().unwrap().len(),
            all["incidents"].as_array().unwrap().len()
        ),
        (0, 1)
    );
}

#[test]
fn every_form_in_both_languages() {
    let folder = closed();
    let path = folder.path();
    let (code, _, err) = open(
        path,
        &["--personal-data", "--high-risk", "--serious", "death"],
    );
    assert_eq!(code, Some(0), "{err}");
    for lang in ["en", "de"] {
        for view in [
            &["list"][..],
            &["show", "I-2026-002"],
            &["timeline"],
            &["lessons"],
        ] {
            for format in ["text", "markdown", "html"] {
                let mut arguments = view.to_vec();
                arguments.extend(["--lang", lang, "--format", format]);
                let out = good(path, &arguments);
                for key in ["incident.", "{count", "{hours", "{list"] {
                    assert!(!out.contains(key), "{arguments:?}: {key}\n{out}");
                }
            }
        }
        insta::assert_snapshot!(
            format!("incident_{lang}"),
            good(path, &["show", "I-2026-002", "--lang", lang])
        );
        insta::assert_snapshot!(
            format!("lessons_{lang}"),
            good(path, &["lessons", "--lang", lang])
        );
    }
    good(path, &["timeline", "--svg", "t.svg", "--png", "t.png"]);
    assert!(
        fs::read(path.join("t.png"))
            .unwrap()
            .starts_with(b"\x89PNG")
    );
}

#[test]
fn hostile_text_does_nothing_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let evil =
        "<script>alert(1)</script> [x](javascript:1) | =1+1 \u{1b}[31m\u{202e}\u{2028}\n{\"id\":1}";
    let arguments = [
        "open",
        "--kind",
        "other",
        "--severity",
        "minor",
        "--detected-by",
        "customer",
        "--summary",
        evil,
        "--groups",
        evil,
        "--alert",
        evil,
        "--system",
        evil,
        "--system-version",
        evil,
        "--actor",
        evil,
    ];
    good(path, &arguments);
    good(
        path,
        &[
            "update",
            "I-2026-001",
            "--note",
            evil,
            "--containment",
            evil,
            "--root-cause",
            evil,
            "--lesson-en",
            evil,
            "--lesson-de",
            evil,
            "--action",
            &format!("{evil};{evil}"),
            "--notified",
            &format!("{evil};{evil}"),
        ],
    );
    assert_eq!(
        fs::read_to_string(path.join("incidents.jsonl"))
            .unwrap()
            .lines()
            .count(),
        2
    );
    for view in [
        &["list"][..],
        &["show", "I-2026-001"],
        &["timeline"],
        &["lessons"],
    ] {
        for format in ["text", "markdown", "html"] {
            let mut all = view.to_vec();
            all.extend(["--format", format]);
            let out = good(path, &all);
            assert!(
                !out.contains('\u{1b}') && !out.contains('\u{202e}') && !out.contains('\u{2028}'),
                "{all:?}"
            );
            assert!(
                format == "text" || !out.contains("<script>alert"),
                "{all:?}"
            );
            assert!(format != "markdown" || !out.contains("[x](java"), "{all:?}");
        }
    }
    good(path, &["timeline", "--svg", "t.svg"]);
    let svg = fs::read_to_string(path.join("t.svg")).unwrap();
    assert!(!svg.contains("<script") && !svg.contains('\u{1b}'));
}

#[test]
fn what_cannot_be_done_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let none = document(path, &["list"]);
    assert_eq!(none["total"], 0);
    refused(path, &["show", "I-2026-001"], "there is no incident");
    let bad = |more: &[&str], says: &str| {
        let (code, out, err) = open(path, more);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{more:?}");
        assert!(err.contains(says), "{err}");
        assert!(!path.join("incidents.jsonl").exists(), "{more:?}");
    };
    bad(&["--money", "1,2"], "three amounts, not 2");
    bad(&["--finding", "FAIR-01"], "names no result");
    bad(&["--finding", "FAIR-01@absent.json"], "cannot be read");
    bad(&["--began", "yesterday"], "is no moment");
    bad(&["--risk", "4"], "no id of a risk");
    bad(&["--ledger", "absent.jsonl"], "absent.jsonl");
    assert_eq!(open(path, &[]).0, Some(0));
    refused(path, &["close", "I-2026-001"], "the next state is triaged");
    refused(path, &["update", "I-2026-001"], "nothing is said");
    refused(
        path,
        &["update", "I-2026-001", "--new-risk", "x"],
        "waage risks init",
    );
    refused(
        path,
        &["update", "I-2026-001", "--action", "x"],
        "has 1 parts",
    );
    refused(
        path,
        &["update", "I-2026-001", "--new-control", "x"],
        "names no risk",
    );
    refused(
        path,
        &["update", "I-2026-001", "--note", "write to jo@example.org"],
        "e-mail address",
    );
}

#[test]
fn a_new_risk_has_the_impact_of_its_amounts_on_the_scale_of_the_policy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let policy = "schema = \"waage/policy/1\"\n[risk_appetite]\nmoney_scale = [100, 200, 300, 400]\n\
        [[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\ncomparison = \"ratio\"\n\
        attribute = \"gender\"\nop = \">=\"\nmargin = 0.8\n";
    fs::write(path.join("audit.toml"), policy).unwrap();
    let risks = |arguments: &[&str]| dated::waage(path, &[&["risks"], arguments].concat());
    assert_eq!(risks(&["init", "--policy", "audit.toml"]).0, Some(0));
    let minor = ["--severity", "minor", "--money", "300,500,900"];
    let mut opening = vec!["open", "--kind", "data", "--detected-by", "monitor"];
    opening.extend(["--summary", "A column was empty"]);
    opening.extend(minor);
    good(path, &opening);
    let draft = |more: &[&str]| {
        let update = ["update", "I-2026-001", "--new-risk", "A column is empty"];
        good(path, &[&update[..], more].concat());
        let (code, out, err) = risks(&["list", "--format", "json"]);
        assert_eq!(code, Some(0), "{err}");
        let told: Value = serde_json::from_str(&out).unwrap();
        told["risks"].as_array().unwrap().last().unwrap()["impact"].clone()
    };
    // 533 is nothing on the default scale, and the most on this one.
    assert_eq!(draft(&["--policy", "audit.toml"]), 5);
    let (code, _, err) = risks(&["list", "--policy", "audit.toml"]);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(draft(&[]), 2);
    let (code, _, err) = waage(
        path,
        &[
            "update",
            "I-2026-001",
            "--note",
            "x",
            "--policy",
            "audit.toml",
        ],
    );
    assert_eq!(code, Some(2));
    assert!(err.contains("--new-risk"), "{err}");
}
