//! Policies from the command line: checked, drafted, inherited, compared and shown.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use waage_tests::files::{leads, table, texts, waage_reading, write_csv, write_parquet};
use waage_tests::{audit, command, root, waage};

/// Code, standard output, standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = waage(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn embedded() -> String {
    root()
        .join("datasets/lead_scoring.parquet")
        .display()
        .to_string()
}

/// A file in a folder, as an argument.
fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

const LEAST: &str = "schema = \"waage/policy/1\"\n[[check]]\nid = \"FAIR-01\"\nmetric = \"selection_rate\"\n\
    comparison = \"difference\"\nattribute = \"gender\"\nop = \"<=\"\nmargin = 0.05\n";

#[test]
fn a_check_tells_every_error_with_line_and_mend() {
    let folder = tempfile::tempdir().unwrap();
    let broken = LEAST
        .replace("margin", "magrin")
        .replace("selection_rate", "selection_rat")
        + "[privacy]\nk = 1\n";
    let path = file(folder.path(), "audit.toml", &broken);
    let (code, shown, said) = run(&["policy", "check", &path]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.is_empty(), "{said}");
    assert!(
        shown.contains(&format!("{path}:8:1: error: unknown key \"magrin\"")),
        "{shown}"
    );
    assert!(shown.contains("  8 | magrin = 0.05\n    | ^\n"), "{shown}");
    assert!(shown.contains("mend: did you mean \"margin\"?"), "{shown}");
    assert!(
        shown.contains(&format!("{path}:10:5: error: k is below 3")),
        "{shown}"
    );
    assert!(
        shown.ends_with("2 errors, 0 warnings, 0 notes\n"),
        "{shown}"
    );

    let (code, github, _) = run(&["policy", "check", &path, "--format", "github"]);
    assert_eq!(code, Some(2));
    let first = github.lines().next().unwrap();
    assert!(
        first.starts_with("::error file=") && first.contains(",line=8,col=1,title="),
        "{first}"
    );
    assert_eq!(github.lines().count(), 2);

    let (code, json, _) = run(&["policy", "check", &path, "--format", "json"]);
    assert_eq!(code, Some(2));
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema"], "waage/policy-check/1");
    assert_eq!(document["valid"], false);
    assert_eq!(document["errors"][0]["place"]["line"], 8);
    assert_eq!(document["errors"][0]["place"]["text"], "magrin = 0.05");
    // Once the form is right, the meaning is looked at.
    let path = file(
        folder.path(),
        "audit.toml",
        &LEAST.replace("selection_rate", "selection_rat"),
    );
    let (code, shown, _) = run(&["policy", "check", &path]);
    assert_eq!(code, Some(2));
    assert!(
        shown.contains("unknown metric \"selection_rat\"")
            && shown.contains("did you mean \"selection_rate\"?"),
        "{shown}"
    );
}

#[test]
fn warnings_fail_only_when_strict_and_speak_german() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "audit.toml", LEAST);
    let (code, shown, _) = run(&["policy", "check", &path]);
    assert_eq!(code, Some(0), "{shown}");
    assert!(
        shown.contains("warning: A check names the attribute “gender”"),
        "{shown}"
    );
    let (code, german, _) = run(&["policy", "check", &path, "--strict", "--lang", "de"]);
    assert_eq!(code, Some(1));
    assert!(
        german.contains("Warnung: Eine Prüfregel nennt das Merkmal „gender“"),
        "{german}"
    );
    assert!(
        german.contains("Hinweis: data.features sagt nicht"),
        "{german}"
    );
    let (code, _, said) = run(&["policy", "check", "no/such.toml"]);
    assert_eq!(code, Some(2), "{said}");
    let (code, _, said) = run(&["policy", "check", &path, "--as-of", "soon"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("YYYY-MM-DD"), "{said}");
}

#[test]
fn hostile_names_do_not_leave_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let nasty = "g\\u001b[31m\\n::error::x<b>|";
    let text = LEAST.replace("gender", nasty);
    let path = file(folder.path(), "audit.toml", &text);
    for format in ["text", "github", "markdown"] {
        let (code, shown, _) = run(&["policy", "check", &path, "--format", format]);
        assert_eq!(code, Some(0), "{shown}");
        assert!(!shown.contains('\u{1b}'), "{format}: {shown}");
        assert!(
            shown.lines().all(|line| !line.starts_with("::error")),
            "{format}: {shown}"
        );
        if format == "markdown" {
            assert!(!shown.contains("<b>"), "{shown}");
        }
    }
}

#[test]
fn a_drafted_policy_passes_its_check_and_audits() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("audit.toml").display().to_string();
    let data = embedded();
    let arguments = [
        "policy",
        "init",
        "--yes",
        "--label",
        "converted",
        "--score",
        "score",
        "--top-fraction",
        "0.3",
        "--sensitive",
        "gender,age_band",
        "--criticality",
        "high",
        "--owner",
        "m.owner",
        "--approver",
        "a.approver",
        "--out",
        &out,
    ];
    let (code, shown, said) = run(&arguments);
    assert_eq!((code, shown.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("next: waage policy check"), "{said}");
    let text = fs::read_to_string(&out).unwrap();
    assert!(
        text.contains("margin = 0.06") && text.contains("margin = 0.88"),
        "{text}"
    );
    assert!(
        text.contains("every accepted point allows a gap of one percentage point: 6 points"),
        "{text}"
    );
    let (code, checked, _) = run(&["policy", "check", &out]);
    assert_eq!(code, Some(0), "{checked}");
    let result = audit([data.as_str(), "--policy", &out]);
    assert_eq!(result["checks"].as_array().unwrap().len(), 6);
    assert!(result["not_run"].is_null(), "{}", result["not_run"]);
    assert_eq!(result["roles"]["label"], "converted");

    // Never overwritten by accident.
    let (code, _, said) = run(&arguments);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("is there already") && said.contains("--force"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), text);
    let mut forced = arguments.to_vec();
    forced.push("--force");
    assert_eq!(run(&forced).0, Some(0));
    assert_eq!(
        fs::read_to_string(&out).unwrap(),
        text,
        "same answers, same bytes"
    );
}

#[test]
fn columns_suggest_roles_and_lines_answer_questions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("audit.toml").display().to_string();
    let (code, _, said) = run(&[
        "policy",
        "init",
        &embedded(),
        "--yes",
        "--quiet",
        "--out",
        &out,
    ]);
    assert_eq!(code, Some(0), "{said}");
    let text = fs::read_to_string(&out).unwrap();
    for part in ["label = \"converted\"", "name = \"gender\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (code, checked, _) = run(&["policy", "check", &out]);
    assert_eq!(code, Some(0), "{checked}");
    assert!(
        audit([embedded().as_str(), "--policy", &out])["findings"]
            .as_array()
            .unwrap()
            .len()
            > 1
    );

    // Name, id, use case (wrong first), criticality, residual; the rest by default.
    let lines = "Leads Süd\n\ncredits\ncredit\n\n3\nGrow\nm.owner\nm.owner\na.approver\n";
    let output = waage_reading(
        &[
            "policy",
            "init",
            "--ask",
            "--lang",
            "de",
            "--sensitive",
            "gender",
            "--out",
            "-",
        ],
        lines.as_bytes(),
    );
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains("Wofür wird es eingesetzt, eines von lead_scoring, credit"),
        "{said}"
    );
    assert!(
        said.contains("unknown use case \"credits\"; did you mean \"credit\"?"),
        "{said}"
    );
    assert!(
        said.contains("owner and approver are the same person"),
        "{said}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "name = \"Leads Süd\"",
        "id = \"leads-s-d\"",
        "use_case = \"credit\"",
        "criticality = \"critical\"",
        "critical = 3",
        "owner = \"m.owner\"",
        "approver = \"a.approver\"",
        "# Die Grenzen sind aus der Risikobereitschaft vorgeschlagen",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let path = file(folder.path(), "asked.toml", &text);
    let (code, checked, _) = run(&["policy", "check", &path]);
    assert_eq!(code, Some(0), "{checked}");
    let (code, _, said) = run(&["policy", "init", "--yes", "--out", "-"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no sensitive attribute is named"), "{said}");
}

/// Rows in which one group is selected far less often, with the columns of a preset.
fn hiring(folder: &Path) -> String {
    let (mut sex, mut race, mut selected) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..2000_usize {
        let woman = i.is_multiple_of(2);
        sex.push(Some(if woman { "female" } else { "male" }));
        race.push(Some(["Asian", "Black", "White"][i % 3]));
        let share = if woman { 3 } else { 6 };
        selected.push(Some(if (i / 6) % 10 < share { "1" } else { "0" }));
    }
    let path = folder.join("hiring.csv");
    write_csv(
        &path,
        &table(vec![
            ("sex", texts(sex)),
            ("race_ethnicity", texts(race)),
            ("selected", texts(selected)),
        ]),
    );
    path.display().to_string()
}

/// Scores of candidates, a third of the women and two thirds of the men above the median.
fn scores(folder: &Path) -> String {
    let of = |i: usize| {
        let woman = i.is_multiple_of(2);
        let high = (i / 6) % 10 < if woman { 3 } else { 7 };
        format!("0.{}{:04}", if high { 7 } else { 2 }, i)
    };
    let rows = 0..2000_usize;
    let sex = rows.clone().map(|i| Some(["female", "male"][i % 2]));
    let race = rows
        .clone()
        .map(|i| Some(["Asian", "Black", "White"][i % 3]));
    let scores: Vec<String> = rows.clone().map(of).collect();
    let path = folder.join("scores.csv");
    let batch = table(vec![
        ("sex", texts(sex)),
        ("race_ethnicity", texts(race)),
        ("score", texts(scores.iter().map(|s| Some(s.as_str())))),
    ]);
    write_csv(&path, &batch);
    path.display().to_string()
}

fn credit(folder: &Path) -> String {
    let rows = 3000_usize;
    let gender = (0..rows).map(|i| Some(["m", "f"][i % 2]));
    let age = (0..rows).map(|i| Some(["22", "31", "48", "66"][(i / 2) % 4]));
    let score = (0..rows).map(|i| {
        Some(if (i / 8) % 10 < 6 + 2 * (i % 2) {
            "0.8"
        } else {
            "0.2"
        })
    });
    let repaid = (0..rows).map(|i| Some(if (i / 5) % 10 < 7 { "1" } else { "0" }));
    let path = folder.join("credit.csv");
    let batch = table(vec![
        ("gender", texts(gender)),
        ("age", texts(age)),
        ("score", texts(score)),
        ("repaid", texts(repaid)),
    ]);
    write_csv(&path, &batch);
    path.display().to_string()
}

#[test]
fn every_preset_judges_data_from_end_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let (hiring, credit) = (hiring(folder.path()), credit(folder.path()));
    let (code, list, _) = run(&["policy", "presets", "--format", "json"]);
    assert_eq!(code, Some(0));
    let list: Value = serde_json::from_str(&list).unwrap();
    let names: Vec<&str> = list["presets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "credit",
            "eeoc-four-fifths",
            "eu-lead-scoring",
            "nyc-ll144",
            "nyc-ll144-scores"
        ]
    );
    let scores = scores(folder.path());
    for (name, data, more, worst) in [
        ("eu-lead-scoring", embedded(), &[][..], "FAIR-01"),
        ("nyc-ll144", hiring.clone(), &["--ll144"], "LL-01"),
        ("nyc-ll144-scores", scores, &["--ll144"], "LL-01"),
        ("eeoc-four-fifths", hiring, &[], "EEOC-11"),
        ("credit", credit, &[], "CRED-03"),
    ] {
        let (code, text, _) = run(&["policy", "presets", name]);
        assert_eq!(code, Some(0));
        assert!(
            text.starts_with("# ") && text.matches(" # ").count() > 3,
            "{name} is commented"
        );
        let (code, checked, _) = run(&["policy", "check", &format!("preset:{name}")]);
        assert_eq!(code, Some(0), "{name}: {checked}");
        let path = file(folder.path(), &format!("{name}.toml"), &text);
        let mut arguments = vec![data.as_str(), "--policy", &path];
        arguments.extend(more);
        let result = audit(&arguments);
        assert!(result["not_run"].is_null(), "{name}: {}", result["not_run"]);
        let breached = result["checks"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["check"] == worst && c["state"] == "breach");
        assert!(breached, "{name}: {}", result["checks"]);
        assert_eq!(result["policy"]["violated"], true);
        // By its name it is the same policy.
        arguments[2] = "preset";
        let named = format!("preset:{name}");
        arguments[2] = &named;
        assert_eq!(
            audit(&arguments)["policy"]["digest"],
            result["policy"]["digest"]
        );
    }
    let (code, _, said) = run(&["policy", "presets", "credits"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("did you mean \"credit\"?"), "{said}");
}

#[test]
fn what_is_inherited_and_changed_stands_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("base")).unwrap();
    file(
        folder.path(),
        "base/audit.toml",
        "schema = \"waage/policy/1\"\nextends = \"preset:eu-lead-scoring\"\n[privacy]\nk = 7\n",
    );
    let path = file(
        folder.path(),
        "audit.toml",
        "schema = \"waage/policy/1\"\nextends = \"base/audit.toml\"\n[[check]]\nid = \"FAIR-01\"\nmargin = 0.6\n",
    );
    let data = embedded();
    let result = audit([data.as_str(), "--policy", &path]);
    let policy = &result["policy"];
    assert_eq!(
        policy["extends"],
        serde_json::json!(["base/audit.toml", "preset:eu-lead-scoring"])
    );
    let first = &policy["overrides"][0];
    assert_eq!(
        (
            &first["key"],
            &first["from"],
            &first["to"],
            &first["effect"],
            &first["base"]
        ),
        (
            &"check.FAIR-01.margin".into(),
            &0.8.into(),
            &0.6.into(),
            &"looser".into(),
            &"base/audit.toml".into()
        )
    );
    assert_eq!(policy["overrides"][1]["key"], "privacy.k");
    assert_eq!(policy["overrides"][1]["effect"], "stricter");
    for (format, parts) in [
        (
            "text",
            [
                "The policy extends base/audit.toml",
                "check.FAIR-01.margin: 0.8 → 0.6 (looser)",
            ],
        ),
        (
            "markdown",
            [
                "Changes of the inherited policy",
                "| check.FAIR-01.margin | 0.8 | 0.6 | looser",
            ],
        ),
        (
            "html",
            ["Changes of the inherited policy", "<bdi>looser</bdi>"],
        ),
    ] {
        let (_, shown, _) = run(&[
            "audit", &data, "--policy", &path, "--format", format, "--quiet",
        ]);
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(flat.contains(part), "{format}: {part}: {shown}");
        }
    }
    let (_, german, _) = run(&[
        "audit", &data, "--policy", &path, "--format", "markdown", "--quiet", "--lang", "de",
    ]);
    assert!(
        german.contains("Änderungen an der geerbten Richtlinie") && german.contains("| lockerer "),
        "{german}"
    );

    // Resolved, it stands alone with the same digest.
    let (code, shown, _) = run(&["policy", "show", &path]);
    assert_eq!(code, Some(0));
    let digest = policy["digest"].as_str().unwrap();
    assert!(
        shown.starts_with(&format!("# {digest}\n# extends base/audit.toml\n")),
        "{shown}"
    );
    let alone = file(folder.path(), "alone.toml", &shown);
    assert_eq!(
        audit([data.as_str(), "--policy", &alone])["policy"]["digest"],
        digest
    );
    let (code, shown, _) = run(&["policy", "show", &path, "--format", "json"]);
    assert_eq!(code, Some(0));
    let document: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&document["schema"], &document["digest"]),
        (&"waage/policy-show/1".into(), &digest.into())
    );
    assert_eq!(document["policy"]["check"][0]["margin"], 0.6);
}

#[test]
fn a_looser_policy_ends_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let old = file(folder.path(), "old.toml", LEAST);
    let new = file(folder.path(), "new.toml", &LEAST.replace("0.05", "0.1"));
    let (code, shown, _) = run(&["policy", "diff", &old, &new]);
    assert_eq!(code, Some(1));
    assert!(
        shown.contains("looser: check.FAIR-01.margin: 0.05 → 0.1"),
        "{shown}"
    );
    let (code, shown, _) = run(&["policy", "diff", &new, &old, "--lang", "de"]);
    assert_eq!(code, Some(0));
    assert!(
        shown.contains("strenger: check.FAIR-01.margin: 0.1 → 0.05"),
        "{shown}"
    );
    let why = |en: &str, de: &str| format!("{LEAST}why = {{ en = \"{en}\", de = \"{de}\" }}\n");
    let before = file(
        folder.path(),
        "before.toml",
        &why("one reason", "ein Grund"),
    );
    let after = file(
        folder.path(),
        "after.toml",
        &why("another reason", "ein anderer Grund"),
    );
    let (_, shown, _) = run(&["policy", "diff", &before, &after, "--lang", "de"]);
    assert!(shown.contains("ein Grund → ein anderer Grund"), "{shown}");
    let (code, json, _) = run(&["policy", "diff", &old, &new, "--format", "json"]);
    assert_eq!(code, Some(1));
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&document["schema"], &document["effect"]),
        (&"waage/policy-diff/1".into(), &"looser".into())
    );
    let (code, shown, _) = run(&["policy", "diff", &old, &old, "--format", "markdown"]);
    assert_eq!(code, Some(0));
    assert!(
        shown.contains("**The two policies demand the same.**"),
        "{shown}"
    );
    let (code, _, said) = run(&["policy", "diff", &old, "no/such.toml"]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn an_expired_waiver_violates_from_the_day_after() {
    let folder = tempfile::tempdir().unwrap();
    let data: PathBuf = folder.path().join("leads.parquet");
    write_parquet(
        &data,
        &leads(20_000, 0, &["gender", "score", "converted"]),
        5_000,
    );
    let data = data.display().to_string();
    let waived = format!(
        "{LEAST}[data]\nscore = \"score\"\ntop_fraction = 0.3\n[[attribute]]\nname = \"gender\"\n[[waiver]]\nid = \"W-2026-001\"\ncheck = \"FAIR-01\"\n\
         justification = \"The fix is trained and goes live with the next release, see memo 12\"\n\
         compensating_control = \"every rejected lead of this group is read by hand\"\n\
         approved_by = [\"a.approver\"]\ncreated = 2026-10-01\nexpires = 2026-11-30\n"
    );
    let path = file(folder.path(), "audit.toml", &waived);
    let on = |day: &str| {
        let output = waage(["audit", &data, "--policy", &path, "--as-of", day, "--quiet"]);
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (code, shown) = on("2026-11-30");
    assert_eq!(code, Some(0), "{shown}");
    let (code, shown) = on("2026-12-01");
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains("The waiver W-2026-001 of FAIR-01 ended on 2026-11-30"),
        "{shown}"
    );
    // The day may come from the environment too.
    let mut later = command();
    later
        .args(["audit", &data, "--policy", &path, "--quiet"])
        .env("SOURCE_DATE_EPOCH", "1796083200");
    assert_eq!(later.output().unwrap().status.code(), Some(1), "2026-12-01");
    let (_, page, _) = run(&[
        "audit",
        &data,
        "--policy",
        &path,
        "--as-of",
        "2026-11-30",
        "--format",
        "markdown",
        "--quiet",
    ]);
    assert!(
        page.contains(
            "instead: every rejected lead of this group is read by hand; to be signed by a.approver"
        ),
        "{page}"
    );
    // Past its limit it is no waiver at all.
    let long = file(
        folder.path(),
        "long.toml",
        &waived.replace("2026-11-30", "2027-03-31"),
    );
    let (code, _, said) = run(&["audit", &data, "--policy", &long]);
    assert_eq!(code, Some(2));
    assert!(said.contains("the waiver lasts 181 days"), "{said}");
}

#[test]
fn schemas_and_keys_are_published_as_they_are() {
    for (arguments, path) in [
        (&["schema", "policy"][..], "policy.schema.json"),
        (&["schema", "policy-check"], "policy-check.schema.json"),
        (&["schema", "policy-diff"], "policy-diff.schema.json"),
        (&["schema", "policy-show"], "policy-show.schema.json"),
        (&["schema", "policy-presets"], "policy-presets.schema.json"),
        (&["schema", "gate"], "gate.schema.json"),
        (&["policy", "keys"], "policy-keys.md"),
    ] {
        let (code, printed, _) = run(arguments);
        assert_eq!(code, Some(0));
        let published = fs::read_to_string(root().join("docs").join(path)).unwrap_or_default();
        assert!(published == printed, "docs/{path} is stale: run make docs");
    }
}
