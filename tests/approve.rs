//! Keys and approvals from the command line.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::{ROLES, command};

const POLICY: &str = r#"
schema = "waage/policy/1"
[system]
id = "lead-score"
name = "Leads"
criticality = "medium"
[people]
owner = "m.owner"
developer = ["d.dev"]
approver = "a.app"
[[check]]
id = "FAIR-01"
metric = "selection_rate"
comparison = "difference"
attribute = "gender"
op = "<="
margin = 0.9
"#;

/// Runs `waage` in a folder on the day of a number of days after 5 January 2026.
fn on(folder: &Path, day: u64, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = command();
    command
        .current_dir(folder)
        .env(
            "SOURCE_DATE_EPOCH",
            (1_767_600_000 + day * 86_400).to_string(),
        )
        .env_remove("WAAGE_KEY")
        .env_remove("WAAGE_PASSPHRASE")
        .envs(variables.iter().copied());
    command.args(arguments).output().unwrap()
}

fn ok(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = on(folder, 0, variables, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// A folder with a result, its policy, a ledger and keys of three persons.
fn house() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::write(at.join("audit.toml"), POLICY).unwrap();
    ok(
        at,
        &[],
        &[
            "datasets",
            "generate",
            "lead-scoring",
            "--rows",
            "2000",
            "--out",
            "leads.csv",
        ],
    );
    let audit = [
        &["audit", "leads.csv"][..],
        &ROLES,
        &[
            "--bootstrap",
            "0",
            "--policy",
            "audit.toml",
            "--ledger",
            "ledger.jsonl",
            "--format",
            "json",
            "-q",
        ],
    ]
    .concat();
    fs::write(at.join("audit.json"), ok(at, &[], &audit)).unwrap();
    for (id, person, roles) in [
        ("m.owner", "p-1", "owner"),
        ("a.app", "p-2", "approver"),
        ("d.dev", "p-3", "developer,approver,owner"),
    ] {
        let key = format!("{id}.key");
        let new = [
            "keys",
            "new",
            id,
            "--person",
            person,
            "--roles",
            roles,
            "--out",
            &key,
            "--ledger",
            "ledger.jsonl",
            "--valid-to",
            "2026-12-31",
        ];
        ok(at, &[("WAAGE_PASSPHRASE", "correct horse")], &new);
    }
    folder
}

const OPEN: [(&str, &str); 1] = [("WAAGE_PASSPHRASE", "correct horse")];

fn approve<'a>(key: &'a str, role: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let base = [
        "approve",
        "audit.json",
        "--policy",
        "audit.toml",
        "--role",
        role,
        "--key",
        key,
    ];
    let decision: &[&str] = if more.contains(&"--decision") {
        &[]
    } else {
        &["--decision", "approve"]
    };
    [&base[..], decision, more].concat()
}

#[test]
fn two_persons_approve_a_result() {
    let folder = house();
    let at = folder.path();
    let first = ok(
        at,
        &OPEN,
        &approve(
            "m.owner.key",
            "owner",
            &["--format", "json", "--expires", "2026-07-05"],
        ),
    );
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["schema"], "waage/approval/1");
    assert_eq!(
        (&first["complete"], &first["missing"][0]["role"]),
        (&false.into(), &"approver".into())
    );
    let second = ok(
        at,
        &OPEN,
        &approve("a.app.key", "approver", &["--lang", "de"]),
    );
    assert!(
        second.starts_with("✓ Alle nötigen Unterschriften liegen vor."),
        "{second}"
    );
    let verify = [
        "ledger",
        "verify",
        "--keys",
        "keys.toml",
        "--format",
        "json",
    ];
    let result: Value = serde_json::from_str(&ok(at, &[], &verify)).unwrap();
    assert_eq!(
        result["signatures"],
        serde_json::json!({"signed": 2, "verified": 2})
    );
    let ledger = fs::read_to_string(at.join("ledger.jsonl")).unwrap();
    assert!(!ledger.contains("p-1"), "persons stand in keys.toml alone");
    // A bit of the signed statement changed, and the chain mended after it, would still show.
    let listed = ok(at, &[], &["keys", "list"]);
    assert!(
        listed.contains("a.app") && listed.contains("2026-12-31T23:59:59Z"),
        "{listed}"
    );
}

#[test]
fn signatures_that_would_not_count_are_refused() {
    let folder = house();
    let at = folder.path();
    let said = |day, arguments: &[&str]| refused(&on(at, day, &OPEN, arguments));
    assert!(said(0, &approve("m.owner.key", "approver", &[])).contains("may not sign as approver"));
    assert!(said(0, &approve("d.dev.key", "approver", &[])).contains("the policy names a.app"));
    assert!(said(0, &approve("a.app.key", "boss", &[])).contains("unknown role"));
    assert!(
        said(
            0,
            &approve("a.app.key", "approver", &["--decision", "aprove"])
        )
        .contains("did you mean")
    );
    assert!(
        said(
            0,
            &approve("a.app.key", "approver", &["--expires", "2026-01-01"])
        )
        .contains("expire before")
    );
    assert!(said(400, &approve("a.app.key", "approver", &[])).contains("no longer valid"));
    assert!(
        said(0, &approve("a.app.key", "owner", &["--signer", "m.owner"]))
            .contains("is not the key")
    );
    assert!(
        said(
            0,
            &approve(
                "a.app.key",
                "approver",
                &["--comment", "ask a@firma.example"]
            )
        )
        .contains("e-mail")
    );
    let wrong = [("WAAGE_PASSPHRASE", "battery staple")];
    assert!(
        refused(&on(at, 0, &wrong, &approve("a.app.key", "approver", &[])))
            .contains("passphrase does not open")
    );
    assert!(
        refused(&on(at, 0, &[], &approve("a.app.key", "approver", &[]))).contains("passphrase")
    );
    // Another policy, another document.
    fs::write(at.join("audit.toml"), POLICY.replace("0.9", "0.8")).unwrap();
    assert!(said(0, &approve("a.app.key", "approver", &[])).contains("was not judged by"));
    fs::write(at.join("audit.toml"), POLICY).unwrap();
    fs::write(at.join("other.json"), "{\"schema\":\"waage/scan/1\"}").unwrap();
    let mut other = approve("a.app.key", "approver", &[]);
    other[1] = "other.json";
    assert!(said(0, &other).contains("no result that can be signed"));
    ok(
        at,
        &[],
        &[
            "keys",
            "revoke",
            "a.app",
            "--reason",
            "compromise",
            "--ledger",
            "ledger.jsonl",
        ],
    );
    assert!(said(1, &approve("a.app.key", "approver", &[])).contains("was revoked"));
}

#[test]
fn a_changed_result_has_no_signatures() {
    let folder = house();
    let at = folder.path();
    ok(at, &OPEN, &approve("m.owner.key", "owner", &[]));
    let text = fs::read_to_string(at.join("audit.json")).unwrap();
    let mut document: Value = serde_json::from_str(&text).unwrap();
    document["dataset"]["rows"] = 1.into();
    fs::write(at.join("audit.json"), document.to_string()).unwrap();
    let state = ok(
        at,
        &OPEN,
        &approve("a.app.key", "approver", &["--format", "json"]),
    );
    let state: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(state["missing"][0]["role"], "owner");
    assert_eq!(
        (&state["complete"], &state["other_results"]),
        (&false.into(), &1.into())
    );
}

#[test]
fn hostile_comments_stay_text() {
    let folder = house();
    let at = folder.path();
    let hostile = "\u{1b}]0;x\u{7}<script>\n| =1+1 |\r\u{2028}{\"seq\":1}";
    let more = [
        "--decision",
        "reject",
        "--comment",
        hostile,
        "--format",
        "markdown",
    ];
    let markdown = ok(at, &OPEN, &approve("m.owner.key", "owner", &more));
    assert!(
        !markdown.contains('\u{1b}') && !markdown.contains("<script>"),
        "{markdown}"
    );
    let text = ok(at, &OPEN, &approve("a.app.key", "approver", &[]));
    assert!(text.starts_with("✗ Rejected by m.owner as owner"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    assert_eq!(
        ok(at, &[], &["ledger", "verify", "--format", "json"])
            .matches("\"valid\": true")
            .count(),
        1
    );
}

#[cfg(unix)]
#[test]
fn keys_come_from_the_environment_or_stay_with_a_command() {
    let folder = house();
    let at = folder.path();
    // The secret of RFC 8032, test 1; never shown.
    let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let new = [
        "keys", "new", "m.env", "--person", "p-1", "--roles", "owner", "--public", public,
    ];
    ok(at, &[], &new);
    let signed = ok(
        at,
        &[("CI_KEY", secret)],
        &approve("env:CI_KEY", "owner", &[]),
    );
    assert!(signed.contains("m.env"), "{signed}");
    let broken = format!("{secret}0");
    let said = refused(&on(
        at,
        0,
        &[("CI_KEY", &broken)],
        &approve("env:CI_KEY", "owner", &[]),
    ));
    assert!(!said.contains(&secret[..8]), "{said}");
    assert!(
        refused(&on(at, 0, &[], &approve("env:CI_KEY", "owner", &[])))
            .contains("CI_KEY is not set")
    );
    let base = [
        "approve",
        "audit.json",
        "--policy",
        "audit.toml",
        "--role",
        "owner",
        "--decision",
        "approve",
    ];
    assert!(refused(&on(at, 0, &[], &base)).contains("nobody is named who signs"));
    let by = |command: &str| {
        on(
            at,
            0,
            &[],
            &[&base[..], &["--signer", "m.env", "--signer-cmd", command]].concat(),
        )
    };
    assert!(refused(&by("echo no")).contains("no signature"));
    assert!(refused(&by(&format!("echo {}", "ab".repeat(64)))).contains("is not the key"));
    assert!(refused(&by("exit 1")).contains("failed"));
}

#[cfg(unix)]
#[test]
fn private_keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = house();
    let at = folder.path();
    let path = at.join("a.app.key");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let said = refused(&on(at, 0, &OPEN, &approve("a.app.key", "approver", &[])));
    assert!(
        said.contains("others may read it (mode 0644); use chmod 600"),
        "{said}"
    );
    let again = [
        "keys",
        "new",
        "x",
        "--person",
        "p",
        "--roles",
        "owner",
        "--out",
        "a.app.key",
        "--no-passphrase",
    ];
    assert!(refused(&on(at, 0, &[], &again)).contains("cannot be written"));
    let listed = fs::read_to_string(at.join("keys.toml")).unwrap();
    assert!(
        !listed.contains("[key.\"x\"]"),
        "a key that was not written is not listed"
    );
}

#[test]
fn a_waiver_is_signed_by_those_whom_the_policy_names() {
    let folder = house();
    let at = folder.path();
    let waiver = r#"
[[waiver]]
id = "W-1"
check = "FAIR-01"
justification = "Only a few cases a year, each one reviewed by hand; see memo 12"
compensating_control = "every lead of this group is reviewed"
approved_by = ["a.app", "m.owner"]
created = 2026-01-01
expires = 2026-03-31
"#;
    fs::write(at.join("waived.toml"), format!("{POLICY}{waiver}")).unwrap();
    let sign = |id: &'static str, key: &'static str, role: &'static str, more: &[&'static str]| {
        let base = [
            "approve",
            "--waiver",
            id,
            "--policy",
            "waived.toml",
            "--key",
            key,
            "--role",
            role,
        ];
        let decision: &[&str] = if more.contains(&"--decision") {
            &[]
        } else {
            &["--decision", "approve"]
        };
        on(at, 1, &OPEN, &[&base[..], decision, more].concat())
    };
    let said = refused(&sign("W-2", "a.app.key", "approver", &[]));
    assert!(said.contains("the policy has no waiver \"W-2\""), "{said}");
    let said = refused(&sign("W-1", "d.dev.key", "owner", &[]));
    assert!(
        said.contains("a.app, m.owner must agree, not d.dev"),
        "{said}"
    );
    let conditions = ["--decision", "approve_with_conditions"];
    let said = refused(&sign("W-1", "a.app.key", "approver", &conditions));
    assert!(said.contains("accepted as they are"), "{said}");
    for more in [
        &["--condition", "FAIR-01"][..],
        &["--expires", "2026-02-01"],
        &["--risk", "R-1"],
    ] {
        assert_eq!(
            sign("W-1", "a.app.key", "approver", more).status.code(),
            Some(2)
        );
    }
    let first = sign("W-1", "a.app.key", "approver", &["--format", "json"]);
    let first: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(first["schema"], "waage/exception/1");
    assert_eq!(first["missing"], serde_json::json!(["m.owner"]));
    assert_eq!(first["signatures"][0]["signer"], "a.app");
    let second = sign("W-1", "m.owner.key", "owner", &["--format", "markdown"]);
    let second = String::from_utf8(second.stdout).unwrap();
    assert!(
        second.contains("Everybody who must agree to the waiver W-1 has"),
        "{second}"
    );
    let verify = [
        "ledger",
        "verify",
        "--keys",
        "keys.toml",
        "--format",
        "json",
    ];
    let result: Value = serde_json::from_str(&ok(at, &[], &verify)).unwrap();
    assert_eq!(result["signatures"]["verified"], 2, "{result}");
    // Taken back, and told as such.
    let back = sign(
        "W-1",
        "m.owner.key",
        "owner",
        &["--decision", "reject", "--lang", "de"],
    );
    let back = String::from_utf8(back.stdout).unwrap();
    assert!(
        back.contains("Noch nicht alle haben der Ausnahme W-1 zugestimmt: m.owner."),
        "{back}"
    );
    let entries = ["ledger", "show", "--kind", "waiver", "--format", "json"];
    let entries: Value = serde_json::from_str(&ok(at, &[], &entries)).unwrap();
    assert_eq!(entries["entries"].as_array().unwrap().len(), 3);
}
