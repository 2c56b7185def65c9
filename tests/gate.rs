//! Gates from the command line: formats, exit codes, and what is never passed.

use std::fs;
use std::path::Path;

use serde_json::Value;
use waage_tests::house::{EVIDENCE, GATE, House, NOON, RISK, WHOLE};
use waage_tests::{root, waage};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = waage(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

const POLICY: &str = "\
schema = \"waage/policy/1\"
extends = \"preset:eu-lead-scoring\"
[people]
owner = \"m.owner\"
approver = \"a.approver\"
[gate.release]
require_documents = [\"data_sheet\"]
[documents.data_sheet]
path = \"data_sheet.md\"
sha256 = \"DIGEST\"
valid_until = 2027-01-31
";

struct Folder(tempfile::TempDir);

impl Folder {
    /// A policy, its data sheet and the result of an audit of the embedded leads.
    fn new(policy: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("audit.toml"), policy).unwrap();
        fs::write(folder.path("data_sheet.md"), "evidence").unwrap();
        let data = root()
            .join("datasets/lead_scoring.parquet")
            .display()
            .to_string();
        let (policy, result) = (folder.path("audit.toml"), folder.path("audit.json"));
        let (code, json, said) = run(&[
            "audit", &data, "--policy", &policy, "--format", "json", "--quiet",
        ]);
        assert!(matches!(code, Some(0 | 1)), "{said}");
        fs::write(result, json).unwrap();
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn gate(&self, name: &str, more: &[&str]) -> (Option<i32>, String, String) {
        let (policy, result) = (self.path("audit.toml"), self.path("audit.json"));
        let mut arguments = vec!["gate", name, "--policy", &policy, "--result", &result];
        arguments.extend(["--as-of", "2026-11-29"]);
        arguments.extend(more);
        run(&arguments)
    }
}

fn policy() -> String {
    POLICY.replace("DIGEST", EVIDENCE)
}

#[test]
fn a_breach_is_told_beside_what_could_not_be_read() {
    let folder = Folder::new(&policy());
    let ledger = folder.path("no-ledger.jsonl");
    let (code, json, said) =
        folder.gate("pre_deployment", &["--ledger", &ledger, "--format", "json"]);
    assert_eq!(code, Some(1), "{said}");
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["schema"], "waage/gate/1");
    assert_eq!(
        (&document["verdict"], &document["exit"]),
        (&"breach".into(), &1.into())
    );
    let subjects = |list: &str| -> Vec<String> {
        let reasons = document[list].as_array().unwrap().iter();
        reasons
            .map(|r| {
                format!(
                    "{} {}",
                    r["requirement"].as_str().unwrap(),
                    r["subject"].as_str().unwrap()
                )
            })
            .collect()
    };
    assert!(
        subjects("breaches").contains(&"check FAIR-01".to_owned()),
        "{json}"
    );
    for missing in [
        "signature ledger",
        "signature keys",
        "risk risks",
        "incident incidents",
        "data_validation data_validation",
    ] {
        assert!(
            subjects("errors").contains(&missing.to_owned()),
            "{missing}: {json}"
        );
    }
    assert!(
        !json.contains(folder.0.path().to_str().unwrap()) || json.contains("no-ledger"),
        "{json}"
    );

    let (code, shown, _) = folder.gate("pre_deployment", &["--explain"]);
    assert_eq!(code, Some(1));
    assert!(
        shown.starts_with("Gate pre_deployment: not passed on 2026-11-29;"),
        "{shown}"
    );
    assert!(
        shown.contains("not evaluated: Signatures: the ledger (--ledger) was not given."),
        "{shown}"
    );
    let (_, german, _) = folder.gate("pre_deployment", &["--lang", "de", "--format", "markdown"]);
    assert!(
        german.starts_with("# Freigabepunkt pre\\_deployment")
            && german.contains("## Nicht beurteilt"),
        "{german}"
    );
}

#[test]
fn documents_decide_a_gate_of_ones_own() {
    let policy = policy().replace(
        "[gate.release]\n",
        "[[check]]\nid = \"ERR-02\"\nseverity = \"info\"\ngates = [\"release\"]\n[gate.release]\n",
    );
    let folder = Folder::new(&policy);
    let (code, shown, said) = folder.gate("release", &["--explain"]);
    assert_eq!(code, Some(0), "{shown} {said}");
    assert!(
        shown.contains("shown: The document data_sheet is there, unchanged and valid."),
        "{shown}"
    );
    let (code, shown, _) = folder.gate("release", &["--as-of=2027-02-01"]);
    assert_eq!(code, Some(2), "an option twice: {shown}");
    fs::write(folder.path("data_sheet.md"), "other").unwrap();
    let (code, shown, _) = folder.gate("release", &["--format", "github"]);
    assert_eq!(code, Some(1));
    assert!(
        shown.starts_with(
            "::error title=waage gate release::breach: The document data_sheet is not the one"
        ),
        "{shown}"
    );
    fs::remove_file(folder.path("data_sheet.md")).unwrap();
    let (code, xml, _) = folder.gate("release", &["--format", "junit"]);
    assert_eq!(code, Some(1));
    assert!(
        xml.starts_with(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"waage gate release\""
        ),
        "{xml}"
    );
    assert!(
        xml.contains("failures=\"1\" errors=\"0\"")
            && xml.contains("<failure message=\"The document data_sheet is not at"),
        "{xml}"
    );
    assert_eq!(
        xml.matches("<testcase").count(),
        xml.matches("name=").count() - 1 - xml.matches("classname=").count()
    );
}

#[test]
fn a_result_of_another_policy_is_stale() {
    let folder = Folder::new(&policy());
    fs::write(folder.path("audit.toml"), policy() + "[privacy]\nk = 9\n").unwrap();
    let (code, json, _) = folder.gate("periodic", &["--format", "json"]);
    assert_eq!(code, Some(1));
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["breaches"][0]["requirement"], "stale");
    assert_ne!(document["policy_digest"], document["audit_digest"]);
}

#[test]
fn what_cannot_be_run_ends_with_2() {
    let folder = Folder::new(&policy());
    let (code, _, said) = folder.gate("pre_deploymnt", &[]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("unknown gate \"pre_deploymnt\"; did you mean \"pre_deployment\"?"),
        "{said}"
    );
    let (code, _, said) = folder.gate("release", &["--record"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--ledger"), "{said}");
    fs::write(folder.path("audit.json"), "{\"schema\":\"waage/audit/1\"}").unwrap();
    let (code, shown, _) = folder.gate("pre_deployment", &[]);
    assert_eq!(
        code,
        Some(2),
        "nothing is proven, nothing is passed: {shown}"
    );
    assert!(shown.contains("is no result of an audit"), "{shown}");
    let (code, _, said) = run(&["gate", "design", "--policy", "no/such.toml"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot be read"), "{said}");
    assert!(Path::new(&folder.path("audit.toml")).exists());
}

#[test]
fn a_whole_chain_of_evidence_opens_the_gate_and_each_link_counts() {
    let house = House::new(WHOLE, RISK);
    let (write, ok) = (
        |name: &str, text: &str| house.write(name, text),
        |line: &str| house.ok(line),
    );
    let at = |line: &str, epoch: &str| house.at(line, epoch);
    let result = house.audit();
    let gate = GATE;
    let (code, shown, _) = at(gate, NOON);
    assert_eq!(code, Some(1), "nobody signed: {shown}");
    assert!(
        shown.contains("1 signature(s) missing in the role approver"),
        "{shown}"
    );
    let approve = |who: &str, role: &str| house.approve("audit.json", who, role);
    let (code, _, said) = approve("m.owner", "owner");
    assert_eq!(code, Some(0), "{said}");
    let (code, _, said) = approve("m.owner", "approver");
    assert_eq!(code, Some(2), "the owner is no approver: {said}");
    assert_eq!(at(gate, NOON).0, Some(1), "one signature is missing");
    let (code, _, said) = approve("a.approver", "approver");
    assert_eq!(code, Some(0), "{said}");
    let opened = ok(&format!("{gate} --explain --record"));
    assert!(
        opened.starts_with("Gate pre_deployment: passed on 2026-11-29"),
        "{opened}"
    );
    assert!(
        opened.contains("shown: Signed by a.approver as approver."),
        "{opened}"
    );
    ok("ledger verify ledger.jsonl");

    // Each link by itself: an old audit, a changed result, an open incident, a damaged ledger.
    let (code, shown, _) = at(gate, "1798718400");
    assert_eq!(code, Some(1), "31 December: {shown}");
    assert!(
        shown.contains("32 days old, at most 30 are allowed"),
        "{shown}"
    );
    write(
        "audit.json",
        &result.replacen("\"seed\": 0", "\"seed\": 1", 1),
    );
    let (code, shown, _) = at(gate, NOON);
    assert_eq!(code, Some(1), "signatures are of another result: {shown}");
    write("audit.json", &result);
    ok("gate periodic --policy audit.toml --result audit.json --as-of 2026-11-29 --help");
    let lines = fs::read_to_string(house.path().join("ledger.jsonl")).unwrap();
    write(
        "ledger.jsonl",
        &lines.replacen("\"verdict\":\"pass\"", "\"verdict\":\"past\"", 1),
    );
    let (code, shown, _) = at(gate, NOON);
    assert_eq!(
        code,
        Some(2),
        "nothing is proven and nothing is passed: {shown}"
    );
    assert!(shown.contains("not evaluated: Signatures:"), "{shown}");
}

/// A breach of a small margin, waived until the end of the year.
const WAIVER: &str = "\
[[waiver]]
id = \"W-1\"
check = \"FAIR-01\"
justification = \"Only a few cases a year, each one reviewed by hand; see memo 12\"
compensating_control = \"every lead of this group is reviewed\"
approved_by = [\"a.approver\"]
created = 2026-11-01
expires = 2026-12-31
";

#[test]
fn waivers_and_accepted_risks_excuse_what_people_signed_of_them() {
    let accepted = RISK
        .replace("likelihood_inherent = 2", "likelihood_inherent = 4")
        .replace("treatment = \"reduce\"", "treatment = \"accept\"")
        .replace(
            "status = \"open\"",
            "status = \"accepted\"\naccepted_until = 2027-01-31",
        );
    let policy = WHOLE.replace("margin = 0.5", "margin = 0.001") + WAIVER;
    let house = House::new(&policy, &accepted);
    house.audit();
    for (who, role) in [("m.owner", "owner"), ("a.approver", "approver")] {
        let (code, _, said) = house.approve("audit.json", who, role);
        assert_eq!(code, Some(0), "{said}");
    }
    let gate = format!("{GATE} --explain");
    let (code, shown, _) = house.at(&gate, NOON);
    assert_eq!(code, Some(1), "{shown}");
    for lacks in [
        "The waiver W-1, as it is now, lacks the signature of a.approver",
        "m.owner did not sign that at this score: use waage approve --risk R-001",
    ] {
        assert!(shown.contains(lacks), "{shown}");
    }
    let (code, _, said) = house.approve("--waiver W-1", "m.owner", "owner");
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("a.approver must agree, not m.owner"),
        "{said}"
    );
    let (code, shown, said) = house.approve("--waiver W-1", "a.approver", "approver");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        shown.contains("Everybody who must agree to the waiver W-1 has."),
        "{shown}"
    );
    let (code, shown, said) = house.approve("--risk R-001 --lang de", "m.owner", "owner");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        shown.contains("die der Akzeptanz des Risikos R-001 zustimmen müssen"),
        "{shown}"
    );
    let opened = house.ok(&gate);
    assert!(
        opened.contains("The waiver W-1 holds until 2026-12-31."),
        "{opened}"
    );
    assert!(
        opened.contains("m.owner accepted it until 2027-01-31 and signed that."),
        "{opened}"
    );
    house.ok("ledger verify ledger.jsonl --keys keys.toml");

    // One word of the waiver is another waiver, however often the result is signed.
    house.write(
        "audit.toml",
        &policy
            .replace("DIGEST", EVIDENCE)
            .replace("see memo 12", "see memo 13"),
    );
    house.audit();
    for (who, role) in [("m.owner", "owner"), ("a.approver", "approver")] {
        assert_eq!(house.approve("audit.json", who, role).0, Some(0));
    }
    let (code, shown, _) = house.at(&gate, NOON);
    assert_eq!(code, Some(1), "{shown}");
    assert!(
        shown.contains("lacks the signature of a.approver"),
        "{shown}"
    );
    // So is a longer acceptance.
    house.write("risks.toml", &accepted.replace("2027-01-31", "2027-01-30"));
    let (_, shown, _) = house.at(&gate, NOON);
    assert!(shown.contains("m.owner did not sign"), "{shown}");
}
