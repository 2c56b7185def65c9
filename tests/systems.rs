//! `waage systems` end to end.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::dated;
use waage_tests::house::{GATE, House, NOON, RISK, WHOLE};

const SYSTEMS: &str = r#"# Our systems
schema = "waage/systems/1"

[[system]]
id = "lead-score-dach"   # for life
name = { en = "Lead scoring DACH", de = "Lead-Scoring DACH" }
purpose = { en = "Rank inbound leads", de = "Rangfolge eingehender Leads" }
use_case = "lead_scoring"
lifecycle = "production"
owner = "m.owner"
policy = "audit.toml"
criticality = "medium"
third_party = ["ScoreVendor"]

# the next one
[[system]]
id = "credit-check"
name = "Credit check"
use_case = "credit"
criticality = "high"
"#;

fn waage(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    dated::waage(folder, &[&["systems"], arguments].concat())
}

fn good(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = waage(folder, arguments);
    assert_eq!(code, Some(0), "{arguments:?}: {err}");
    out
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("systems.toml"), SYSTEMS).unwrap();
    folder
}

#[test]
fn tiers_tell_their_gates_and_problems_end_with_one() {
    let folder = folder();
    let path = folder.path();
    let told: Value = serde_json::from_str(&good(path, &["list", "--format", "json"])).unwrap();
    assert_eq!(told["schema"], "waage/systems/1");
    assert_eq!(
        told["systems"][0]["tier"]["signatures"],
        serde_json::json!(["owner", "approver"])
    );
    assert_eq!(told["systems"][1]["criticality_minimum"], "critical");
    let errors: Vec<&str> = told["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| p["level"] == "error")
        .map(|p| p["system"].as_str().unwrap())
        .collect();
    assert_eq!(errors, ["credit-check"; 3], "tier, owner and purpose");
    assert_eq!(waage(path, &["check"]).0, Some(1));
}

#[test]
fn answers_are_classified_and_kept_in_their_entry() {
    let folder = folder();
    let path = folder.path();
    let form = good(path, &["classify", "--template", "--lang", "de"]);
    assert!(form.contains("Rechtsberatung"), "{form}");
    let no = form
        .replace("\"unknown\"\n", "\"no\"\n")
        .replace("natural_persons = \"no\"", "natural_persons = \"yes\"");
    fs::write(path.join("class.toml"), &no).unwrap();
    let told: Value = serde_json::from_str(&good(
        path,
        &["classify", "--answers", "class.toml", "--format", "json"],
    ))
    .unwrap();
    let class = &told["systems"][0]["classification"];
    assert_eq!(
        (&class["class"], &class["reasons"][0]["code"]),
        (&"outside_annex_iii".into(), &"not_listed".into())
    );
    assert_eq!(class["further"][0]["code"], "profiling");
    fs::write(
        path.join("class.toml"),
        no.replace("employment = \"no\"", "employment = \"yes\""),
    )
    .unwrap();
    let shown = good(
        path,
        &[
            "classify",
            "--answers",
            "class.toml",
            "--system",
            "lead-score-dach",
            "--write",
        ],
    );
    assert!(
        shown.contains("high-risk? ask counsel") && shown.contains("a note for counsel"),
        "{shown}"
    );
    let kept = fs::read_to_string(path.join("systems.toml")).unwrap();
    assert!(
        kept.starts_with("# Our systems\n")
            && kept.contains("# for life")
            && kept.contains("# the next one")
    );
    assert!(
        kept.contains("[system.classification]\n") && kept.contains("employment = \"yes\""),
        "{kept}"
    );
    // The answers raise the least tier.
    let told: Value = serde_json::from_str(&good(
        path,
        &["show", "lead-score-dach", "--format", "json"],
    ))
    .unwrap();
    assert_eq!(told["systems"][0]["criticality_minimum"], "critical");
}

/// Answers of which no question was asked again stay, however the file writes them.
#[test]
fn answers_kept_in_a_line_are_not_lost() {
    let folder = folder();
    let path = folder.path();
    let line = "criticality = \"medium\"\nclassification = { employment = \"no\", credit = \"yes\" } # of May\n";
    let text = SYSTEMS.replacen("criticality = \"medium\"\n", line, 1);
    fs::write(path.join("systems.toml"), text).unwrap();
    fs::write(
        path.join("class.toml"),
        "schema = \"waage/class-answers/1\"\n[answer]\nemployment = \"yes\"\n",
    )
    .unwrap();
    let arguments = [
        "classify",
        "--answers",
        "class.toml",
        "--system",
        "lead-score-dach",
    ];
    good(path, &[&arguments[..], &["--write"]].concat());
    let kept = fs::read_to_string(path.join("systems.toml")).unwrap();
    assert!(
        kept.contains("employment = \"yes\", credit = \"yes\" } # of May"),
        "{kept}"
    );
}

#[test]
fn every_form_in_both_languages() {
    let folder = folder();
    let path = folder.path();
    for lang in ["en", "de"] {
        for view in [&["list"][..], &["show", "lead-score-dach"]] {
            for format in ["text", "markdown", "html"] {
                let mut arguments = view.to_vec();
                arguments.extend(["--lang", lang, "--format", format]);
                let out = good(path, &arguments);
                assert!(!out.contains("systems.c") && !out.contains("{t"), "{out}");
            }
        }
        insta::assert_snapshot!(
            format!("systems_{lang}"),
            good(path, &["list", "--lang", lang])
        );
    }
    let evil = SYSTEMS.replace("\"m.owner\"", "\"<script>x</script> \\u001b[31m | **b**\"");
    fs::write(path.join("systems.toml"), evil).unwrap();
    for format in ["text", "markdown", "html"] {
        let out = good(path, &["show", "lead-score-dach", "--format", format]);
        assert!(
            !out.contains('\u{1b}') && (format == "text" || !out.contains("<script>x")),
            "{out}"
        );
    }
}

#[test]
fn what_cannot_be_done_is_refused_in_a_sentence() {
    let folder = folder();
    let path = folder.path();
    for (arguments, says) in [
        (&["show", "lead-score"][..], "the inventory has no system"),
        (&["list", "--file", "absent.toml"], "docs/systems.md"),
        (&["classify"], "there is no terminal to ask on"),
        (
            &["classify", "--answers", "systems.toml"],
            "systems.toml:4:3: unknown key",
        ),
        (
            &["classify", "--system", "lead-scor-dach"],
            "did you mean \"lead-score-dach\"?",
        ),
        (&["classify", "--write"], "missing: --system"),
    ] {
        let (code, out, err) = waage(path, arguments);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(err.contains(says) && err.lines().count() == 1, "{err}");
    }
}

const LEADS: &str = r#"
schema = "waage/systems/1"

[[system]]
id = "leads"
name = { en = "Leads", de = "Kontakte" }
purpose = { en = "Rank inbound leads", de = "Rangfolge eingehender Leads" }
use_case = "lead_scoring"
lifecycle = "design"
owner = "m.owner"
policy = "audit.toml"
criticality = "medium"
"#;

/// The sentence with which a line is refused.
fn refused(house: &House, line: &str) -> String {
    let (code, out, err) = house.at(line, NOON);
    assert_eq!((code, out.as_str()), (Some(2), ""), "{line}: {err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    err
}

fn standing(house: &House) -> Value {
    let told = house.ok("systems show leads --ledger ledger.jsonl --format json");
    serde_json::from_str(&told).unwrap()
}

#[test]
fn a_system_lives_by_the_entries_of_its_ledger() {
    let house = House::new(WHOLE, RISK);
    house.write("systems.toml", LEADS);
    house.audit();
    let to = |state: &str| format!("systems move leads {state} --actor m.owner");
    let draft = &standing(&house)["systems"][0]["standing"];
    assert_eq!(
        draft,
        &serde_json::json!({"state": "draft", "next": ["audited"]})
    );

    let said = refused(&house, &to("live --reason soon"));
    assert!(
        said.contains("is draft and cannot become live; what may follow is audited"),
        "{said}"
    );
    assert!(refused(&house, &to("audited")).contains("with --result"));
    let said = refused(&house, &to("audited --result systems.toml"));
    assert!(said.contains("is no result that can be signed"), "{said}");
    assert!(refused(&house, &to("draft")).contains("audited"));
    let said = refused(&house, "systems move lead audited --actor m.owner");
    assert!(said.contains("did you mean \"leads\"?"), "{said}");
    house.ok(&to("audited --result audit.json"));
    house.ok("systems move leads validated --actor a.approver");

    let said = refused(&house, &to("approved"));
    assert!(
        said.contains("lacks signatures that count: owner, approver"),
        "{said}"
    );
    for (who, role) in [("m.owner", "owner"), ("a.approver", "approver")] {
        assert_eq!(house.approve("audit.json", who, role).0, Some(0));
    }
    house.ok(&to("approved"));
    let said = refused(&house, &to("live"));
    assert!(
        said.contains("holds no decision of the gate pre_deployment"),
        "{said}"
    );
    house.ok(&format!("{GATE} --record"));
    house.ok(&to("live"));
    let said = refused(&house, &to("retired"));
    assert!(said.contains("give --reason"), "{said}");
    house.ok(&to("suspended --reason drift"));
    assert!(refused(&house, &to("live")).contains("since the suspension"));

    let told = standing(&house);
    let found = &told["systems"][0]["standing"];
    let result: Value = serde_json::from_str(
        &house.ok("ledger show ledger.jsonl --kind gate.decision --format json"),
    )
    .unwrap();
    let gate = &result["entries"][0];
    assert_eq!(
        found,
        &serde_json::json!({
            "state": "suspended",
            "since": "2026-11-29T12:00:00Z",
            "by": "m.owner",
            "entry": gate["seq"].as_u64().unwrap() + 2,
            "audit_digest": gate["payload"]["audit_digest"],
            "reason": "drift",
            "next": ["live", "retired"],
        })
    );
    let problems = told["problems"].to_string();
    assert!(
        problems.contains("contradicts the ledger, by which it is suspended"),
        "{problems}"
    );
    // As it stood before all that.
    let before = house.ok("systems list --ledger ledger.jsonl --as-of 2026-11-28 --format json");
    let before: Value = serde_json::from_str(&before).unwrap();
    assert_eq!(before["systems"][0]["standing"]["state"], "draft");

    house.write("systems.toml", &LEADS.replace("design", "production"));
    for lang in ["en", "de"] {
        let shown = house.ok(&format!(
            "systems show leads --ledger ledger.jsonl --lang {lang} --format markdown"
        ));
        let digest = found["audit_digest"].as_str().unwrap();
        assert!(shown.contains(digest), "{shown}");
        insta::assert_snapshot!(
            format!("systems_standing_{lang}"),
            shown.replace(digest, "DIGEST")
        );
        let listed = house.ok(&format!("systems list --ledger ledger.jsonl --lang {lang}"));
        insta::assert_snapshot!(format!("systems_standings_{lang}"), listed);
    }

    house.ok(&format!("{GATE} --record"));
    house.ok(&to("live"));
    house.ok(&to("retired --reason replaced"));
    let said = refused(&house, &to("live"));
    assert!(
        said.contains("nothing follows, so give a successor another id"),
        "{said}"
    );
    house.ok("ledger verify ledger.jsonl --keys keys.toml");
}
