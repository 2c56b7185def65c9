//! `waage evidence` end to end: what is stored is told with date and digest, what is not with a command.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_audit::govern::ledger::{Ledger, Options};
use waage_tests::dated::waage;
use waage_tests::root;

const POLICY: &str = r#"
schema = "waage/policy/1"
[system]
id = "lead-score-dach"
name = { en = "Lead scoring DACH", de = "Lead-Scoring DACH" }
purpose = { en = "Rank leads; certified <b>good</b>", de = "Leads ordnen; garantiert <b>gut</b>" }
use_case = "lead_scoring"
lifecycle = "production"
criticality = "high"
affects_natural_persons = true
strategy_link = "Goal 3"
third_party = [{ name = "ScoreVendor", what = "score", contract = "DPA-17" }]
[people]
owner = "m.owner"
approver = "a.approver"
review_lead = "r.lead"
[risk_appetite]
max_residual = { high = 6 }
currency = "EUR"
[data]
label = "converted"
score = "score"
top_fraction = 0.3
[[attribute]]
name = "gender"
basis = "AGG § 1"
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
[documents.dpia]
path = "dpia.txt"
sha256 = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e"
valid_until = 2027-01-31
[documents.fria]
path = "fria.txt"
sha256 = "ee8250fb76e094b34b471f13a73dbbe51d1ae142e9df59d7c0d31ec20f0a0a8e"
"#;

const FOOTER_EN: &str = "This report gives evidence for a legal assessment; it is not one.";
const FOOTER_DE: &str =
    "Dieser Bericht liefert Nachweise für eine rechtliche Bewertung; er ersetzt sie nicht.";

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = waage(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {err}");
    out
}

fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let (code, out, err) = waage(folder, arguments);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
    assert!(err.starts_with("waage: ") && err.contains(says), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

const RECORDS: [&str; 12] = [
    "--result",
    "audit.json",
    "--policy",
    "audit.toml",
    "--risks",
    "risks.toml",
    "--incidents",
    "incidents.jsonl",
    "--systems",
    "systems.toml",
    "--ledger",
    "ledger.jsonl",
];

/// A folder with every record but reviews and keys.
fn begun() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("audit.toml"), POLICY).unwrap();
    fs::write(path.join("dpia.txt"), "evidence").unwrap();
    fs::write(path.join("fria.txt"), "changed").unwrap();
    fs::write(path.join("incidents.jsonl"), "").unwrap();
    let systems = "schema = \"waage/systems/1\"\n[[system]]\nid = \"lead-score-dach\"\nname = \"Lead scoring\"\nuse_case = \"lead_scoring\"\ncriticality = \"high\"\nowner = \"m.owner\"\n";
    fs::write(path.join("systems.toml"), systems).unwrap();
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
            "--ledger",
            "ledger.jsonl",
            "--format",
            "json",
            "-q",
        ],
    );
    assert_eq!(code, Some(1), "{err}");
    fs::write(path.join("audit.json"), out).unwrap();
    folder
}

fn told(folder: &Path, scope: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["evidence", "map", "--for", scope, "--format", "json"];
    arguments.extend(more);
    serde_json::from_str(&good(folder, &arguments)).unwrap()
}

fn clause<'a>(document: &'a Value, id: &str) -> &'a Value {
    let clauses = document["clauses"].as_array().unwrap();
    clauses.iter().find(|clause| clause["id"] == id).unwrap()
}

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["artefact"].as_str().unwrap()).collect()
}

#[test]
fn coverage_follows_what_is_really_there() {
    let folder = begun();
    let path = folder.path();
    let before = told(path, "all", &[]);
    assert_eq!(before["schema"], "waage/evidence/1");
    let clauses = before["clauses"].as_array().unwrap();
    assert_eq!(clauses.len(), 52);
    for clause in clauses {
        // With nothing given, only the glossary is there.
        let expected = match clause["status"] == "superseded" {
            true => "not_applicable",
            false if clause["id"] == "ai-act-4" => "partial",
            false => "none",
        };
        assert_eq!(clause["coverage"], expected, "{clause}");
    }

    let after = told(path, "all", &RECORDS);
    let gdpr = clause(&after, "gdpr-6");
    assert_eq!(gdpr["coverage"], "present");
    assert_eq!(names(&gdpr["evidence"]), ["legal_basis"]);
    assert!(
        gdpr["evidence"][0]["digest"]
            .as_str()
            .unwrap()
            .starts_with("sha256:")
    );
    let agg = clause(&after, "agg-1");
    assert_eq!(agg["coverage"], "partial");
    assert_eq!(names(&agg["evidence"]), ["group_metrics"]);
    assert_eq!(
        agg["evidence"][0]["date"], "2026-11-25",
        "the day of the ledger's entry"
    );
    assert_eq!(
        names(&agg["missing"]),
        ["conditional", "document:justification"]
    );
    // A document counts as it was listed, and not once it was changed.
    let dpia = clause(&after, "gdpr-35");
    assert_eq!(names(&dpia["evidence"]), ["document:dpia"]);
    assert!(names(&clause(&after, "ai-act-27")["missing"]).contains(&"document:fria"));
    // Drafts are nobody's evidence.
    assert!(names(&dpia["missing"]).contains(&"risk_register"));
    // An empty log is a log.
    assert_eq!(clause(&after, "gdpr-33")["coverage"], "present");
    // Another use than the clause's; the answers about the risk class are missing.
    assert_eq!(clause(&after, "nyc-ll144")["coverage"], "not_applicable");
    assert!(clause(&after, "ai-act-9")["reason"].is_null());
    // Signatures count when they are verified only.
    assert!(names(&clause(&after, "iso-42001-a9")["missing"]).contains(&"approvals"));
    let text = after.to_string();
    assert!(
        !text.contains('%') || !text.contains("percent"),
        "no share of anything"
    );

    // An expired document is none.
    let later = [&RECORDS[..], &["--as-of", "2027-02-01"]].concat();
    let later = told(path, "gdpr", &later);
    assert!(names(&clause(&later, "gdpr-35")["missing"]).contains(&"document:dpia"));
}

#[test]
fn confirmed_and_measured_risks_are_evidence() {
    let folder = begun();
    let path = folder.path();
    let register = fs::read_to_string(path.join("risks.toml")).unwrap();
    fs::write(
        path.join("risks.toml"),
        register.replacen("\"draft\"", "\"open\"", 1),
    )
    .unwrap();
    let told_before = told(path, "iso-23894", &RECORDS);
    let before = clause(&told_before, "iso-23894");
    assert_eq!(names(&before["evidence"]), ["risk_register"]);
    assert_eq!(before["evidence"][0]["count"], 1);
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
    let told_after = told(path, "iso-23894", &RECORDS);
    let after = clause(&told_after, "iso-23894");
    assert!(
        names(&after["evidence"]).contains(&"risk_measured"),
        "{after}"
    );
}

#[test]
fn answers_about_the_class_decide_what_applies() {
    let folder = begun();
    let path = folder.path();
    let template = good(path, &["systems", "classify", "--template"]);
    let answer = |text: &str| {
        fs::write(path.join("class.toml"), text).unwrap();
        let classify = "systems classify --system lead-score-dach --answers class.toml --write";
        good(path, &classify.split(' ').collect::<Vec<_>>());
    };
    // That nobody knows is no answer.
    answer(&template);
    let open = told(path, "eu-ai-act", &RECORDS);
    assert_eq!(
        names(&clause(&open, "ai-act-6")["missing"]),
        ["classification"]
    );
    let answers: String = template
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some((key, value)) if value.contains("unknown") => format!("{key} = \"no\"\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    answer(&answers);
    let told = told(path, "eu-ai-act", &RECORDS);
    let nine = clause(&told, "ai-act-9");
    assert_eq!(nine["coverage"], "not_applicable");
    assert!(
        nine["reason"]["en"]
            .as_str()
            .unwrap()
            .contains("counsel decides")
    );
    assert_eq!(nine["missing"], serde_json::json!([]));
    assert!(
        !nine["evidence"].as_array().unwrap().is_empty(),
        "what is there is still told"
    );
    assert_eq!(clause(&told, "ai-act-6")["coverage"], "present");
    assert_ne!(clause(&told, "ai-act-4")["coverage"], "not_applicable");
}

#[test]
fn a_map_tells_its_age() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let fresh = told(path, "agg", &["--as-of", "2027-05-23"]);
    assert_eq!(fresh["out_of_date"], false, "180 days");
    let old = told(path, "agg", &["--as-of", "2027-05-24"]);
    assert_eq!(old["out_of_date"], true);
    assert_eq!(old["clauses"][0]["out_of_date"], true);
    let text = good(
        path,
        &["evidence", "map", "--for", "agg", "--as-of", "2027-05-24"],
    );
    assert!(text.contains("may be out of date"), "{text}");
}

#[test]
fn a_map_of_ones_own_adds_and_replaces() {
    let folder = begun();
    let path = folder.path();
    let map = "schema = \"waage/evidence-map/1\"\n[[clause]]\nid = \"house-1\"\nlaw = \"house-rules\"\nclause = \"§ 1 <i>\"\ntitle = \"Ours is compliant\"\nartefacts = [\"audit\", \"document:dpia\"]\nas_of = 2026-11-01\nstatus = \"verified\"\n[[clause]]\nid = \"agg-1\"\nlaw = \"agg\"\nclause = \"§ 1\"\ntitle = \"New\"\nartefacts = [\"audit\"]\nas_of = 2027-01-01\nstatus = \"check\"\n";
    fs::write(path.join("map.toml"), map).unwrap();
    let more = [&RECORDS[..], &["--map", "map.toml"]].concat();
    let told = told(path, "house-rules,agg", &more);
    assert_eq!(clause(&told, "house-1")["coverage"], "present");
    assert_eq!(clause(&told, "agg-1")["title"]["en"], "New");
    let mut arguments = vec![
        "evidence",
        "map",
        "--for",
        "house-rules",
        "--format",
        "html",
    ];
    arguments.extend(&more);
    let page = good(path, &arguments);
    // Their words stand in quotation marks, escaped; they are theirs to choose.
    assert!(page.contains("“Ours is compliant”") && page.contains("“§ 1 &lt;i&gt;”"));
    assert!(page.contains(FOOTER_EN));
    let arguments = [
        "evidence",
        "map",
        "--for",
        "house-rulez",
        "--map",
        "map.toml",
    ];
    refused(path, &arguments, "did you mean \"house-rules\"?");
    fs::write(
        path.join("map.toml"),
        map.replace("\"audit\"", "\"audits\""),
    )
    .unwrap();
    refused(
        path,
        &["evidence", "map", "--map", "map.toml"],
        "map.toml:7:14: unknown artefact",
    );
}

#[test]
fn what_cannot_be_read_is_no_evidence() {
    let folder = begun();
    let path = folder.path();
    let map = |option: &'static str, file: &'static str| ["evidence", "map", option, file];
    refused(path, &map("--result", "none.json"), "none.json");
    refused(
        path,
        &map("--result", "audit.toml"),
        "is no result of an audit",
    );
    refused(
        path,
        &map("--incidents", "none.jsonl"),
        "name an existing file",
    );
    refused(
        path,
        &map("--review", "none"),
        "draw one with waage review sample",
    );
    refused(
        path,
        &["evidence", "map", "--for", "gdpd"],
        "did you mean \"gdpr\"?",
    );
    let ledger = fs::read_to_string(path.join("ledger.jsonl")).unwrap();
    fs::write(
        path.join("ledger.jsonl"),
        ledger.replace("breach", "passed"),
    )
    .unwrap();
    refused(path, &map("--ledger", "ledger.jsonl"), "ledger.jsonl");
}

/// Generated texts, without what users wrote.
fn claims_nothing(text: &str, german: bool) {
    let own = text
        .replace("certified &lt;b&gt;good", "")
        .replace("garantiert &lt;b&gt;gut", "");
    let own = own
        .split_once("</style>")
        .map_or(own.as_str(), |(_, body)| body)
        .to_lowercase();
    for word in ["compliant", "certified", "guarantee", "bias-free"] {
        assert!(!own.contains(word), "{word}");
    }
    for word in [
        "konform",
        "zertifiziert",
        "garantiert",
        "diskriminierungsfrei",
        "rechtssicher",
    ] {
        assert!(!german || !own.contains(word), "{word}");
    }
}

#[test]
fn the_dossier_is_prefilled_and_lists_its_gaps() {
    let folder = begun();
    let path = folder.path();
    for (lang, footer) in [("en", FOOTER_EN), ("de", FOOTER_DE)] {
        let out = format!("dossier-{lang}");
        let mut arguments = vec![
            "evidence",
            "dossier",
            "--for",
            "eu-ai-act",
            "--lang",
            lang,
            "--out",
            &out,
        ];
        arguments.extend(RECORDS);
        let files = good(path, &arguments);
        let names = [
            "system-card",
            "data-sheet",
            "dpia",
            "fria",
            "evidence-map",
            "glossary",
        ];
        assert_eq!(files.lines().count(), 3 * names.len() + 1, "{files}");
        for name in names {
            let pdf = fs::read(path.join(format!("{out}/{name}.pdf"))).unwrap();
            assert!(pdf.starts_with(b"%PDF-"), "{name}");
            for end in ["md", "html"] {
                let text = fs::read_to_string(path.join(format!("{out}/{name}.{end}"))).unwrap();
                assert!(text.contains(footer), "{name}.{end} has its footer");
                assert!(
                    !text.contains("<b>good") && !text.contains("<b>gut"),
                    "{name}.{end}"
                );
                claims_nothing(&text, lang == "de");
                if end == "html" {
                    assert!(
                        !text.contains("<script") && !text.contains("http://"),
                        "{name}"
                    );
                }
                for line in text.lines().filter(|_| end == "md") {
                    assert!(
                        !line.contains('{') || line.contains("\\{"),
                        "{name}: {line}"
                    );
                }
            }
        }
        let card = fs::read_to_string(path.join(format!("{out}/system-card.md"))).unwrap();
        let (heading, empty, gaps) = match lang {
            "en" => ("## 2(h) Cybersecurity", "Not documented.", "## Gaps"),
            _ => (
                "## 2 h) Cybersicherheit",
                "Nicht dokumentiert.",
                "## Lücken",
            ),
        };
        let (_, below) = card.split_once(heading).unwrap();
        assert!(below.trim_start().starts_with(empty), "{below}");
        assert!(card.contains(gaps));
        assert!(card.contains("FAIR-01") && card.contains("ScoreVendor"));
        let json = fs::read_to_string(path.join(format!("{out}/evidence.json"))).unwrap();
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["schema"], "waage/evidence/1");
    }
    // What people finished is never written over.
    let again = ["evidence", "dossier", "--out", "dossier-en"];
    refused(path, &again, "is not empty");
}

#[test]
fn small_groups_stay_hidden() {
    let folder = begun();
    let path = folder.path();
    let text = fs::read_to_string(path.join("audit.json")).unwrap();
    let mut audit: Value = serde_json::from_str(&text).unwrap();
    // A group of four people: its name is known from the policy or the law, its numbers are its own.
    let mut group = audit["groups"][0].clone();
    group["attributes"]["gender"] = "tiny-group".into();
    group["n"] = 4.into();
    for (_, estimate) in group["metrics"].as_object_mut().unwrap() {
        estimate["value"] = 0.98765.into();
        estimate["n"] = 4.into();
    }
    audit["groups"].as_array_mut().unwrap().push(group);
    fs::write(path.join("audit.json"), audit.to_string()).unwrap();
    good(
        path,
        &[
            "evidence",
            "dossier",
            "--result",
            "audit.json",
            "--policy",
            "audit.toml",
            "--out",
            "d",
        ],
    );
    let card = fs::read_to_string(path.join("d/system-card.md")).unwrap();
    assert!(card.contains("| tiny-group | &lt;5 |"), "{card}");
    for entry in fs::read_dir(path.join("d")).unwrap() {
        let file = entry.unwrap().path();
        // The PDF is the same Markdown, compressed.
        if file.extension().is_some_and(|end| end == "pdf") {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let body = text.split_once("</style>").map_or(&*text, |(_, body)| body);
        assert!(!body.contains("98.8"), "{}", file.display());
    }
}

#[test]
fn every_command_that_is_named_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let told = told(path, "all", &[]);
    let mut commands: Vec<&str> = told["clauses"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|clause| clause["missing"].as_array().unwrap())
        .map(|gap| gap["command"].as_str().unwrap())
        .collect();
    commands.sort_unstable();
    commands.dedup();
    assert!(commands.len() > 20, "{commands:?}");
    for line in commands {
        let line = line.split(" > ").next().unwrap();
        let called = line
            .split(" && ")
            .filter_map(|part| part.strip_prefix("waage "));
        for call in called {
            let mut words: Vec<&str> = call.split(' ').collect();
            words.push("--help");
            // Usage is checked before --help ends the command only where options are unknown.
            let (_, _, help_err) = waage(path, &words);
            assert!(help_err.is_empty(), "{call}: {help_err}");
            words.pop();
            let (_, _, err) = waage(path, &words);
            for wrong in [
                "unexpected argument",
                "unrecognized",
                "required",
                "invalid value",
            ] {
                assert!(!err.contains(wrong), "{call}: {err}");
            }
        }
    }
}

#[test]
fn every_form_says_the_same_in_both_languages() {
    let folder = begun();
    let path = folder.path();
    for (lang, footer, word) in [
        ("en", FOOTER_EN, "no evidence yet"),
        ("de", FOOTER_DE, "noch keine Nachweise"),
    ] {
        for format in ["text", "markdown", "html"] {
            let mut arguments = vec!["evidence", "map", "--lang", lang, "--format", format];
            arguments.extend(RECORDS);
            let text = good(path, &arguments);
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                flat.contains(footer) && flat.contains(word),
                "{lang} {format}"
            );
            claims_nothing(&text, lang == "de");
            assert_eq!(text, good(path, &arguments), "the same bytes");
        }
    }
}

#[test]
fn recorded_steps_of_the_system_are_evidence_of_its_life() {
    let folder = begun();
    let path = folder.path();
    let life = ["ai-act-12", "ai-act-72", "iso-42001-a6", "nist-manage"];
    let before = told(path, "all", &RECORDS);
    for id in life {
        assert!(
            names(&clause(&before, id)["missing"]).contains(&"lifecycle"),
            "{id}"
        );
    }
    let step = "systems move lead-score-dach audited --actor m.owner --result audit.json";
    good(path, &step.split(' ').collect::<Vec<_>>());
    // A step that may not follow counts for nothing, and so does another system's.
    for payload in [
        r#"{"system":"lead-score-dach","from":"audited","to":"live","audit_digest":"sha256:0"}"#,
        r#"{"system":"other","from":"draft","to":"audited","audit_digest":"sha256:0"}"#,
    ] {
        let ledger = Ledger::open(&path.join("ledger.jsonl"), &Options::default()).unwrap();
        let payload = serde_json::from_str(payload).unwrap();
        let now = "2026-11-25T08:00:00Z".parse().unwrap();
        ledger
            .append("lifecycle", "m.owner", &payload, now)
            .unwrap();
    }
    let show = ["ledger", "show", "ledger.jsonl", "--kind", "lifecycle"];
    let shown = good(path, &[&show[..], &["--format", "json"]].concat());
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let hash = shown["entries"][0]["hash"].as_str().unwrap();
    let after = told(path, "all", &RECORDS);
    for id in life {
        let evidence = clause(&after, id)["evidence"].as_array().unwrap();
        let found = evidence.iter().find(|one| one["artefact"] == "lifecycle");
        let found = found.unwrap_or_else(|| panic!("{id}"));
        assert_eq!(found["digest"], format!("sha256:{hash}"));
        assert_eq!(
            (&found["count"], &found["date"]),
            (&1.into(), &"2026-11-25".into())
        );
    }
    // As of a day before it, there was no step.
    let earlier = [&RECORDS[..], &["--as-of", "2026-11-24"]].concat();
    let earlier = told(path, "nist-ai-rmf", &earlier);
    assert!(names(&clause(&earlier, "nist-manage")["missing"]).contains(&"lifecycle"));

    for (lang, said) in [
        (
            "en",
            "By the ledger the system has been audited since 25 Nov 2026, moved there by",
        ),
        (
            "de",
            "Laut Prüfprotokoll ist das System seit 25.11.2026 im Zustand geprüft",
        ),
    ] {
        let out = format!("dossier-{lang}");
        let dossier = ["evidence", "dossier", "--lang", lang, "--out", &out];
        good(path, &[&dossier[..], &RECORDS].concat());
        let card = fs::read_to_string(path.join(out).join("system-card.md")).unwrap();
        assert!(card.contains(said), "{card}");
    }
}
