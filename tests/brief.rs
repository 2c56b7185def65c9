//! `waage brief` end to end: two pages in plain words, the same in both languages.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::dated::waage;
use waage_tests::root;

const POLICY: &str = r#"
schema = "waage/policy/1"
[system]
id = "lead-score-dach"
name = { en = "Lead scoring DACH", de = "Lead-Scoring DACH" }
purpose = { en = "Rank inbound leads for the sales team", de = "Rangfolge eingehender Leads für den Vertrieb" }
version = "2026.11"
use_case = "lead_scoring"
lifecycle = "LIFECYCLE"
criticality = "high"
affects_natural_persons = true
strategy_link = "Goal 3"
[people]
owner = "m.owner"
developer = ["d.scientist"]
approver = "a.approver"
[risk_appetite]
max_residual = { high = 6 }
currency = "EUR"
annual_loss_limit = 50000
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
margin = MARGIN
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
    assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
    assert!(err.starts_with("waage: ") && err.contains(says), "{err}");
}

/// A folder with a policy, an audit by it and a register; one risk is confirmed.
fn begun(margin: &str, lifecycle: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let policy = POLICY
        .replace("MARGIN", margin)
        .replace("LIFECYCLE", lifecycle);
    fs::write(path.join("audit.toml"), policy).unwrap();
    fs::write(path.join("incidents.jsonl"), "").unwrap();
    good(path, &["risks", "init", "--policy", "audit.toml"]);
    let register = fs::read_to_string(path.join("risks.toml")).unwrap();
    fs::write(
        path.join("risks.toml"),
        register.replacen("\"draft\"", "\"open\"", 1),
    )
    .unwrap();
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
            "--format",
            "json",
            "-q",
        ],
    );
    assert!(matches!(code, Some(0 | 1)), "{err}");
    fs::write(path.join("audit.json"), out).unwrap();
    folder
}

const RECORDS: [&str; 7] = [
    "brief",
    "--result",
    "audit.json",
    "--policy",
    "audit.toml",
    "--risks",
    "risks.toml",
];

fn brief(folder: &Path, more: &[&str]) -> String {
    let arguments = [&RECORDS[..], more].concat();
    let text = good(folder, &arguments);
    assert_eq!(text, good(folder, &arguments), "the same bytes");
    text
}

/// A text on one line, as it is read.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn it_says_what_leaders_need() {
    let folder = begun("0.05", "pre_deployment");
    let text = flat(&brief(folder.path(), &["--incidents", "incidents.jsonl"]));
    for part in [
        "Brief for the board",
        "As of 25 Nov 2026",
        "Its purpose, in the words of the owner: “Rank inbound leads for the sales team”",
        "of 20,000 cases (range",
        "1 of 2 tests breaks the rules.",
        "Shall the system start before test “FAIR-01” is mended?",
        "To decide: “a.approver”.",
        "Find the cause of test “FAIR-01”",
        "(“d.scientist”)",
        "a year. The limit is EUR\u{a0}50,000.",
        "There is no earlier result to compare with.",
        "The log holds no incident.",
        "nobody named",
        "We do not know why groups differ.",
        "We do not know if this holds next year.",
        "This report gives evidence for a legal assessment; it is not one.",
    ] {
        assert!(text.contains(&flat(part)), "{part}\n{text}");
    }
    assert!(!text.contains('{') && !text.contains("[["), "{text}");
}

#[test]
fn german_says_the_same_with_its_own_numbers() {
    let folder = begun("0.05", "production");
    let text = flat(&brief(folder.path(), &["--lang", "de"]));
    for part in [
        "Kurzbericht für die Leitung",
        "Stand 25.11.2026",
        "„Rangfolge eingehender Leads für den Vertrieb“",
        "von 20.000 Fällen aus (Spanne",
        "Soll das System weiterlaufen, während Test „FAIR-01“ behoben wird?",
        "Wir wissen nicht, was im Einsatz schiefging.",
        "Dieser Bericht liefert Nachweise für eine rechtliche Bewertung; er ersetzt sie nicht.",
    ] {
        assert!(text.contains(&flat(part)), "{part}\n{text}");
    }
    // Both languages have as many points in the same order.
    let shape = |lang| {
        let markdown = brief(folder.path(), &["--lang", lang, "--format", "markdown"]);
        let kinds = markdown
            .lines()
            .map(|line| line.split(' ').next().unwrap_or_default());
        kinds
            .filter(|kind| ["-", "#", "##", "###", "|"].contains(kind))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(shape("en"), shape("de"));
}

#[test]
fn what_changed_is_told() {
    let folder = begun("0.05", "production");
    let path = folder.path();
    let text = fs::read_to_string(path.join("audit.json")).unwrap();
    let mut before: Value = serde_json::from_str(&text).unwrap();
    before["verdict"] = "pass".into();
    before["dataset"]["rows"] = 9000.into();
    for finding in before["findings"].as_array_mut().unwrap() {
        finding["state"] = "pass".into();
    }
    fs::write(path.join("before.json"), before.to_string()).unwrap();
    let told = flat(&brief(path, &["--previous", "before.json"]));
    assert!(
        told.contains("The verdict was: Pass. It is now: Breach. Then 9,000 cases, now 20,000."),
        "{told}"
    );
    assert!(
        told.contains("Test “FAIR-01”,") && told.contains("was Pass, is now Breach"),
        "{told}"
    );
    let same = flat(&brief(path, &["--previous", "audit.json"]));
    assert!(same.contains("No test changed its state."), "{same}");
}

#[test]
fn a_pass_asks_for_approval() {
    let folder = begun("0.9", "pre_deployment");
    let path = folder.path();
    // Without open risks above the appetite, what is left is to sign.
    let register = fs::read_to_string(path.join("risks.toml")).unwrap();
    fs::write(
        path.join("risks.toml"),
        register.replace("status = \"open\"", "status = \"draft\""),
    )
    .unwrap();
    let text = flat(&brief(path, &[]));
    assert!(text.contains("2 of 2 tests keep the rules."), "{text}");
    assert!(
        text.contains("Shall this result be approved? If yes, sign it."),
        "{text}"
    );
    assert!(text.contains("No checked signature"), "{text}");
}

#[test]
fn terms_link_to_the_glossary() {
    let folder = begun("0.05", "production");
    let page = brief(folder.path(), &["--format", "html"]);
    let links: Vec<&str> = page
        .split("href=\"#term-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(links.len() >= 5, "{links:?}");
    for id in &links {
        assert!(
            page.contains(&format!("id=\"term-{id}\"")),
            "{id} is explained"
        );
    }
    assert!(page.contains("title=\"Range that plausibly holds the true value.\""));
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
}

#[test]
fn hostile_words_stay_words() {
    let folder = begun("0.05", "production");
    let path = folder.path();
    let policy = fs::read_to_string(path.join("audit.toml")).unwrap();
    let hostile = "<script>alert(1)</script>” certified [[policy|x]] \\u001b[31m".to_owned();
    let long = format!("{hostile}{}", "long ".repeat(200));
    let policy = policy.replace("Rank inbound leads for the sales team", &long);
    fs::write(path.join("audit.toml"), policy).unwrap();
    let page = brief(path, &["--format", "html"]);
    assert!(!page.contains("<script>alert"));
    assert!(!page.contains("long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long"), "cut");
    let text = brief(path, &[]);
    assert!(!text.contains('\u{1b}'));
    // The quotation ends where it ends: what is within stays the owner's.
    assert!(flat(&text).contains("' certified [[policy|x]]"), "{text}");
}

#[test]
fn a_claim_never_leaves() {
    let folder = begun("0.05", "production");
    let path = folder.path();
    // A glossary of terms and the templates are linted in their own tests; data that is no quotation
    // and no name would be a claim, and the document is then refused.
    let text = fs::read_to_string(path.join("audit.json")).unwrap();
    let audit = text.replace(
        "\"metric\": \"selection_rate\"",
        "\"metric\": \"compliant_rate\"",
    );
    assert_ne!(audit, text);
    fs::write(path.join("audit.json"), audit).unwrap();
    refused(path, &RECORDS, "would claim");
}

#[test]
fn small_groups_stay_hidden() {
    let folder = begun("0.05", "production");
    let path = folder.path();
    let text = fs::read_to_string(path.join("audit.json")).unwrap();
    let mut audit: Value = serde_json::from_str(&text).unwrap();
    let mut group = audit["groups"][0].clone();
    group["attributes"]["gender"] = "tiny-group".into();
    group["n"] = 4.into();
    group["metrics"]["selection_rate"]["value"] = 0.25.into();
    audit["groups"].as_array_mut().unwrap().push(group);
    let mut finding = audit["findings"][0].clone();
    finding["group"] = "tiny-group".into();
    finding["estimate"]["value"] = (-0.987).into();
    audit["findings"].as_array_mut().unwrap().push(finding);
    fs::write(path.join("audit.json"), audit.to_string()).unwrap();
    for format in ["text", "markdown", "html"] {
        let text = brief(path, &["--format", format, "--previous", "audit.json"]);
        assert!(
            !text.contains("98.7") && !text.contains("25.0%"),
            "{format}: {text}"
        );
    }
}

#[test]
fn it_is_written_where_it_is_asked_for() {
    let folder = begun("0.05", "production");
    let path = folder.path();
    for (file, begins) in [
        ("b.html", "<!doctype html>"),
        ("b.md", "# "),
        ("b.txt", "Brief"),
    ] {
        let arguments = [&RECORDS[..], &["--out", file]].concat();
        assert_eq!(good(path, &arguments), "");
        let text = fs::read_to_string(path.join(file)).unwrap();
        assert!(
            text.trim_start().starts_with(begins),
            "{file}: {}",
            &text[..60]
        );
    }
    for (lang, more) in [("en", ""), ("de", "b.pdf ")] {
        // However long names are, two pages hold them.
        let policy = fs::read_to_string(path.join("audit.toml")).unwrap();
        let longer = policy.replace("Rangfolge", &format!("Wort {more}").repeat(60));
        fs::write(path.join("audit.toml"), longer).unwrap();
        let arguments = ["--lang", lang, "--previous", "audit.json", "--out", "b.pdf"];
        good(path, &[&RECORDS[..], &arguments].concat());
        let pdf = fs::read(path.join("b.pdf")).unwrap();
        assert!(pdf.starts_with(b"%PDF-"));
        let pages = pdf.windows(11).filter(|at| *at == b"/Type/Page/");
        assert_eq!(pages.count(), 2, "{lang}");
    }
    refused(
        path,
        &["brief", "--result", "none.json", "--policy", "audit.toml"],
        "none.json",
    );
    refused(
        path,
        &["brief", "--result", "audit.json", "--policy", "risks.toml"],
        "risks.toml",
    );
    let nowhere = [&RECORDS[..], &["--out", "no/folder/b.html"]].concat();
    refused(path, &nowhere, "no/folder");
}
