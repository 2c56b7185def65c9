//! What an audit promises its reader: exit codes, formats, the first hour.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waage_tests::files::{leads, tree, write_csv};
use waage_tests::{ROLES, audit, command, metric, root, waage};

fn embedded() -> String {
    root()
        .join("datasets/lead_scoring.parquet")
        .display()
        .to_string()
}

/// An audit of the embedded leads by their score: code, standard output, standard error.
fn run(more: &[&str]) -> (Option<i32>, String, String) {
    let data = embedded();
    let mut arguments = vec!["audit", data.as_str()];
    arguments.extend(ROLES);
    arguments.extend(more);
    let output = waage(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn the_demo_leaves_what_it_says_and_ends_with_0() {
    for (lang, word) in [("en", "Breach"), ("de", "Verstoß")] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("demo");
        let output = waage(["demo", "--lang", lang, "--out", &out.display().to_string()]);
        assert_eq!(output.status.code(), Some(0), "whatever the verdict");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(shown.contains(word), "{shown}");
        let last = shown.lines().last().unwrap();
        assert!(
            Path::new(last).is_file() && last.ends_with("report.html"),
            "{last}"
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with(&format!("waage: {word}, 20")), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");

        let found = tree(&out);
        for name in [
            "audit.json",
            "report.html",
            "lead_scoring.parquet",
            "charts/rates-gender.svg",
        ] {
            assert!(found.contains(&PathBuf::from(name)), "{name} of {found:?}");
        }
        let document: Value =
            serde_json::from_slice(&fs::read(out.join("audit.json")).unwrap()).unwrap();
        assert_eq!(document["verdict"], "breach");
        let page = fs::read_to_string(out.join("report.html")).unwrap();
        assert!(page.contains(&format!("<html lang=\"{lang}\"")) && page.contains(word));
        let mut pictures = 0;
        for chart in found
            .iter()
            .filter(|p| p.starts_with("charts") && *p != Path::new("charts"))
        {
            let bytes = fs::read(out.join(chart)).unwrap();
            match chart.extension().and_then(|e| e.to_str()) {
                Some("svg") => assert!(bytes.starts_with(b"<svg"), "{chart:?}"),
                Some("png") => assert!(bytes.starts_with(b"\x89PNG"), "{chart:?}"),
                _ => panic!("{chart:?} among the charts"),
            }
            pictures += 1;
        }
        assert!(pictures >= 12, "{found:?}");
    }
}

#[test]
fn every_format_in_both_languages_leads_with_the_headline() {
    for (lang, start) in [("en", "Breach: "), ("de", "Verstoß: ")] {
        for format in ["text", "markdown", "html"] {
            let (code, shown, said) = run(&["--format", format, "--lang", lang]);
            assert_eq!(code, Some(1));
            assert!(!shown.contains('\u{1b}'), "no colour outside a terminal");
            let (at, body) = match shown.find("</style>") {
                Some(at) => (shown[at..].find(start), &shown[at..]),
                None => (shown.find(start), shown.as_str()),
            };
            let at = at.unwrap_or_else(|| panic!("{format} in {lang} has no headline"));
            assert!(
                at < body.len() / 3,
                "{format} in {lang}: headline at {at} of {}",
                body.len()
            );
            assert!(
                body.contains("female") && body.contains("FAIR-01"),
                "{format} in {lang}"
            );
            assert_eq!(said.lines().count(), 1, "{said}");
        }
        let (code, shown, said) = run(&["--format", "json", "--lang", lang, "-q"]);
        assert_eq!((code, said.as_str()), (Some(1), ""));
        let document: Value = serde_json::from_str(&shown).expect("one document and nothing else");
        assert_eq!(document["schema"], "waage/audit/1");
        let findings = document["findings"].as_array().unwrap();
        let told = |f: &Value| {
            f["text"][lang]
                .as_str()
                .is_some_and(|t| t.contains("female"))
        };
        assert!(findings.iter().any(told), "{findings:?}");
    }
}

#[test]
fn the_last_line_tells_verdict_rows_and_seconds() {
    let (_, _, said) = run(&[]);
    assert!(
        said.starts_with("waage: Breach, 20,000 rows, ") && said.ends_with(" s\n"),
        "{said}"
    );
    let (_, _, said) = run(&["--lang", "de"]);
    assert!(
        said.starts_with("waage: Verstoß, 20.000 Zeilen, "),
        "{said}"
    );
    let (_, _, said) = run(&["--quiet"]);
    assert_eq!(said, "");
}

/// A policy of one check on the true-positive-rate ratio of genders.
fn policy(margin: f64, more: &str) -> String {
    format!(
        "schema = \"waage/policy/1\"\n{more}\n[[check]]\nid = \"FAIR-01\"\n\
         metric = \"selection_rate\"\ncomparison = \"ratio\"\nattribute = \"gender\"\nop = \">=\"\n\
         margin = {margin}\nseverity = \"major\"\n"
    )
}

#[test]
fn exit_codes_follow_policy_and_waivers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml").display().to_string();
    let judge = |text: &str, more: &[&str]| {
        fs::write(&path, text).unwrap();
        let mut options = vec!["--policy", path.as_str(), "--format", "json", "-q"];
        options.extend(more);
        let (code, shown, said) = run(&options);
        let document: Value = serde_json::from_str(&shown).unwrap_or_else(|_| panic!("{said}"));
        (
            code,
            document["verdict"].as_str().unwrap().to_owned(),
            document,
        )
    };
    let named = |text: &str, more: &[&str]| {
        let (code, verdict, _) = judge(text, more);
        (code, verdict)
    };
    // Women are selected at 0.58 of men's rate, diverse people at 0.76 ± 0.15.
    assert_eq!(named(&policy(0.4, ""), &[]), (Some(0), "pass".to_owned()));
    assert_eq!(named(&policy(0.9, ""), &[]), (Some(1), "breach".to_owned()));
    let few = ["--where", "gender <> 'female'"];
    assert_eq!(
        named(&policy(0.75, ""), &few),
        (Some(0), "inconclusive".to_owned())
    );
    let fail = policy(0.75, "inconclusive = \"fail\"");
    assert_eq!(named(&fail, &few), (Some(1), "inconclusive".to_owned()));

    let waiver = "\n[[waiver]]\nid = \"W-2026-001\"\ncheck = \"FAIR-01\"\n\
        justification = \"A correction of the model is on its way; every case is reviewed by hand\"\n\
        compensating_control = \"Every lead of this group is reviewed by a second person\"\n\
        approved_by = [\"a.approver\"]\ncreated = 2026-10-01\nexpires = 2027-01-31\n";
    let waived = policy(0.9, "") + waiver;
    let (code, verdict, document) = judge(&waived, &["--as-of", "2026-11-24"]);
    assert_eq!(
        (code, document["settings"]["as_of"].as_str()),
        (Some(0), Some("2026-11-24")),
        "{verdict}"
    );
    let (code, verdict) = named(&waived, &["--as-of", "2027-02-01"]);
    assert_eq!(
        (code, verdict.as_str()),
        (Some(1), "breach"),
        "an expired waiver"
    );
    let (code, _) = named(&waived, &["--as-of", "2026-09-30"]);
    assert_eq!(code, Some(1), "a waiver that is not yet in force");

    // SOURCE_DATE_EPOCH is today.
    for (seconds, expected, day) in [
        ("1795478400", 0, "2026-11-24"),
        ("1801440000", 1, "2027-02-01"),
    ] {
        let output = command()
            .env("SOURCE_DATE_EPOCH", seconds)
            .args([
                "audit",
                &embedded(),
                "--policy",
                &path,
                "--format",
                "json",
                "-q",
            ])
            .args(ROLES)
            .output()
            .unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["settings"]["as_of"], day);
        assert_eq!(output.status.code(), Some(expected), "{day}");
    }
    let output = command()
        .env("SOURCE_DATE_EPOCH", "soon")
        .args(["audit", &embedded()])
        .args(ROLES)
        .output();
    let said = String::from_utf8_lossy(&output.as_ref().unwrap().stderr).into_owned();
    assert_eq!(output.unwrap().status.code(), Some(2));
    assert!(
        said.contains("SOURCE_DATE_EPOCH is \"soon\"") && said.lines().count() == 1,
        "{said}"
    );
}

#[test]
fn a_policys_roles_need_not_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.toml").display().to_string();
    let data = "[data]\nlabel = \"converted\"\nscore = \"score\"\ntop_fraction = 0.3\n\
        [[attribute]]\nname = \"gender\"\ncolumn = \"gender\"\nreference = \"largest\"\n";
    fs::write(&path, policy(0.9, data)).unwrap();
    let result = audit([embedded().as_str(), "--policy", &path]);
    let mut named = ROLES.to_vec();
    named.extend(["--policy", path.as_str()]);
    let data = embedded();
    let expected = audit([data.as_str()].into_iter().chain(named));
    for part in ["dataset", "groups", "disparities", "findings", "verdict"] {
        assert_eq!(result[part], expected[part], "{part}");
    }
    // The command line wins.
    let other = audit([data.as_str(), "--policy", &path, "--decision", "contacted"]);
    assert_eq!(other["roles"]["decision"], "contacted");
    assert_ne!(other["groups"], expected["groups"]);
}

#[test]
fn small_groups_are_hidden_on_demand() {
    let full = run(&["--format", "json", "-q"]).1;
    let hidden = run(&["--format", "json", "-q", "--suppress-below", "250"]).1;
    let (full, hidden): (Value, Value) = (
        serde_json::from_str(&full).unwrap(),
        serde_json::from_str(&hidden).unwrap(),
    );
    let missing = |document: &Value| {
        let groups = document["groups"].as_array().unwrap();
        let group = groups
            .iter()
            .find(|g| g["attributes"]["gender"].is_null())
            .cloned();
        group.map(|g| g["metrics"]["selection_rate"]["value"].clone())
    };
    assert!(
        missing(&full).is_some_and(|value| value.is_f64()),
        "194 rows are shown"
    );
    assert!(
        missing(&hidden).is_none_or(|value| value.is_null()),
        "194 rows are hidden"
    );
    assert_eq!(
        metric(&hidden, "gender", "male", "selection_rate"),
        metric(&full, "gender", "male", "selection_rate")
    );
}

#[test]
fn the_first_hour_ends_in_a_command_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let batch = leads(
        3_000,
        5,
        &[
            "lead_id",
            "gender",
            "region",
            "score",
            "converted",
            "email_engagement",
        ],
    );
    let path = folder.path().join("my leads.csv");
    write_csv(&path, &batch);
    let output = waage(["audit", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("no roles were given: name at least --sensitive"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let shown = String::from_utf8_lossy(&output.stdout);
    let heading: Vec<&str> = shown.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(heading, ["column", "type", "distinct", "missing", "values"]);
    let line = |name: &str| {
        let line = shown
            .lines()
            .find(|l| l.starts_with(name))
            .unwrap_or_else(|| panic!("{name}: {shown}"));
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(line("lead_id ")[1..4], ["text", "3000", "0.0%"]);
    assert_eq!(line("gender ")[1..3], ["text", "3"]);
    assert!(
        line("gender ")[3].ends_with('%') && line("gender ")[3] != "0.0%",
        "{:?}",
        line("gender ")
    );
    assert_eq!(line("converted ")[2], "2");

    let guess = shown
        .lines()
        .find_map(|l| l.strip_prefix("    waage "))
        .expect("a guess");
    for part in [
        "--label converted",
        "--score score",
        "--sensitive ",
        "gender",
    ] {
        assert!(guess.contains(part), "{guess}");
    }
    // A shell reads the line as it stands.
    let binary = waage_tests::binary().display();
    let shell = std::process::Command::new("sh")
        .args(["-c", &format!("'{binary}' {guess} --format json --quiet")])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&shell.stderr);
    assert!(
        matches!(shell.status.code(), Some(0 | 1)),
        "{guess}: {said}"
    );
    let document: Value = serde_json::from_slice(&shell.stdout).unwrap();
    assert_eq!(document["dataset"]["rows"], 3_000);
}

#[test]
fn schemas_are_published_as_they_are() {
    for name in [
        "audit",
        "metrics",
        "scan",
        "spec",
        "explain",
        "risks",
        "incidents",
        "systems",
        "evidence",
    ] {
        let printed = waage(["schema", name]);
        assert_eq!(printed.status.code(), Some(0));
        let path = root().join(format!("docs/{name}.schema.json"));
        let published = fs::read_to_string(&path).unwrap_or_default();
        let printed = String::from_utf8(printed.stdout).unwrap();
        assert!(
            published == printed,
            "{} is stale: run make docs",
            path.display()
        );
        assert!(serde_json::from_str::<Value>(&printed).unwrap()["$id"].is_string());
    }
}

#[test]
fn shells_can_complete() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef waage"),
        ("fish", "complete -c waage"),
    ] {
        let output = waage(["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(
            script.contains(mark) && script.contains("top-fraction"),
            "{shell}"
        );
    }
}
