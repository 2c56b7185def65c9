//! Ledgers from the command line: begun, added to, shown, verified, signed, proved.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::waage_reading;
use waage_tests::{ROLES, command, failure};

/// Runs `waage` in a folder at a fixed time.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = command();
    command
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", "1767600000")
        .env_remove("WAAGE_KEY")
        .env_remove("WAAGE_PASSPHRASE");
    command.args(arguments).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn ok(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    told(&output)
}

fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

/// Exit code and document of `ledger verify`.
fn verify(folder: &Path, more: &[&str]) -> (i32, Value) {
    let arguments = [&["ledger", "verify", "--format", "json"], more].concat();
    let output = run(folder, &arguments);
    let document = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), document)
}

/// A ledger of a genesis and three remarks.
fn begun() -> TempDir {
    let folder = TempDir::new().unwrap();
    ok(folder.path(), &["ledger", "init", "--id", "demo"]);
    for text in [
        "first",
        "=cmd()|'x'!A0",
        "\u{1b}[31mred\u{1b}[0m\nsecond line <b>",
    ] {
        ok(
            folder.path(),
            &["ledger", "append", "--text", text, "--actor", "m.owner"],
        );
    }
    folder
}

#[test]
fn a_ledger_is_begun_shown_and_verified() {
    let folder = begun();
    let at = folder.path();
    let (code, result) = verify(at, &[]);
    assert_eq!(
        (code, &result["valid"], &result["entries"]),
        (0, &true.into(), &4.into())
    );
    assert_eq!(result["schema"], "waage/ledger/1");
    assert_eq!(result["first_bad"], Value::Null);
    assert_eq!(result["ledger_id"], "demo");
    let text = ok(at, &["ledger", "verify", "--root", "--lang", "de"]);
    assert!(
        text.starts_with("✓ Das Prüfprotokoll ist unversehrt: 4 Einträge"),
        "{text}"
    );
    assert!(text.contains("Wurzel des Baums"));
    let shown = ok(at, &["ledger", "show", "--kind", "note"]);
    assert!(
        !shown.contains('\u{1b}'),
        "no control character reaches the terminal"
    );
    let markdown = ok(at, &["ledger", "show", "--format", "markdown"]);
    assert!(
        !markdown.contains("<b>") && markdown.contains("&lt;b&gt;"),
        "{markdown}"
    );
    let entries: Value = serde_json::from_str(&ok(
        at,
        &["ledger", "show", "--last", "1", "--format", "json"],
    ))
    .unwrap();
    assert_eq!(
        entries["entries"][0]["payload"]["text"],
        "\u{1b}[31mred\u{1b}[0m\nsecond line <b>"
    );
    assert!(refused(at, &["ledger", "init", "--id", "demo"]).contains("exists already"));
    assert!(
        refused(
            at,
            &["ledger", "append", "--text", "mail a.b@firma.example"]
        )
        .contains("e-mail")
    );
    assert!(
        refused(
            at,
            &["ledger", "append", "--text", "x", "--actor", "Anna H"]
        )
        .contains("actor")
    );
    assert!(refused(at, &["ledger", "verify", "no.jsonl"]).contains("does not exist"));
    assert!(refused(at, &["ledger", "verify", "."]).contains("cannot be read"));
}

#[test]
fn remarks_come_from_standard_input_one_for_each_line() {
    let folder = begun();
    let path = folder.path().join("ledger.jsonl");
    let path = path.to_str().unwrap();
    let output = waage_reading(&["ledger", "append", path], b"one\ntwo\n");
    let said = told(&output);
    let numbers: Vec<_> = said
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(numbers, ["4", "5"]);
}

#[test]
fn damage_ends_with_one_and_is_named() {
    let folder = begun();
    let path = folder.path().join("ledger.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let found = |lines: &[&str]| {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let (code, result) = verify(folder.path(), &[]);
        assert_eq!((code, &result["valid"]), (1, &false.into()));
        let bad = &result["first_bad"];
        (
            bad["class"].as_str().unwrap().to_owned(),
            bad["seq"].as_u64().unwrap(),
        )
    };
    let is = |class: &str, seq| (class.to_owned(), seq);
    let edited = lines[1].replace("first", "wrong");
    assert_eq!(
        found(&[lines[0], &edited, lines[2], lines[3]]),
        is("edited", 1)
    );
    assert_eq!(found(&[lines[0], lines[2], lines[3]]), is("deleted", 1));
    assert_eq!(
        found(&[lines[0], lines[2], lines[1], lines[3]]),
        is("reordered", 1)
    );
    assert_eq!(
        found(&[lines[0], lines[1], lines[1], lines[2], lines[3]]),
        is("inserted", 2)
    );
    assert_eq!(found(&lines[..3]), is("truncated", 3));
    let text = run(folder.path(), &["ledger", "verify"]);
    assert!(told(&text).starts_with("✗ The ledger does not hold: truncated at entry 3."));
    let said = refused(folder.path(), &["ledger", "append", "--text", "x"]);
    assert!(said.contains("is damaged at entry 3"), "{said}");
    // Torn: what a crash leaves is moved aside by the next append.
    fs::write(&path, format!("{whole}{{\"actor\":\"wa")).unwrap();
    let (code, result) = verify(folder.path(), &[]);
    assert_eq!((code, &result["first_bad"]["class"]), (1, &"torn".into()));
    ok(folder.path(), &["ledger", "append", "--text", "after"]);
    let (code, result) = verify(folder.path(), &[]);
    assert_eq!((code, &result["entries"]), (0, &6.into()));
    assert!(folder.path().join("ledger.torn-4").is_file());
}

#[test]
fn checkpoints_and_proofs_leave_the_house() {
    let folder = begun();
    let at = folder.path();
    let new = [
        "keys", "new", "log", "--person", "p-1", "--roles", "owner", "--out", "log.key",
    ];
    ok(at, &[&new[..], &["--no-passphrase"]].concat());
    ok(
        at,
        &[
            "ledger",
            "checkpoint",
            "--key",
            "log.key",
            "--out",
            "a.note",
        ],
    );
    let note = fs::read_to_string(at.join("a.note")).unwrap();
    assert!(
        note.starts_with("demo\n4\n") && note.contains("\n\n\u{2014} demo "),
        "{note}"
    );
    ok(at, &["ledger", "append", "--text", "later"]);
    let against = ["--checkpoint", "a.note", "--keys", "keys.toml"];
    let (code, result) = verify(at, &against);
    assert_eq!(code, 0, "{result}");
    assert_eq!(
        result["checkpoints"][0]["signed_by"],
        serde_json::json!(["log"])
    );
    let proof = ok(at, &["ledger", "prove", "--seq", "2", "--to", "4"]);
    fs::write(at.join("p.json"), &proof).unwrap();
    let grown = ok(at, &["ledger", "prove", "--from", "4"]);
    fs::write(at.join("g.json"), grown).unwrap();
    fs::rename(at.join("ledger.jsonl"), at.join("away.jsonl")).unwrap();
    for file in ["p.json", "g.json"] {
        let text = ok(
            at,
            &[&["ledger", "check-proof", file][..], &against].concat(),
        );
        assert!(text.contains("signed checkpoint of demo"), "{text}");
        let text = ok(
            at,
            &["ledger", "check-proof", file, "--checkpoint", "a.note"],
        );
        assert!(!text.contains("signed checkpoint"), "{text}");
        assert!(text.contains("signature was not verified"), "{text}");
    }
    fs::write(at.join("p.json"), proof.replace("=cmd()", "=cmx()")).unwrap();
    let output = run(at, &["ledger", "check-proof", "p.json"]);
    assert_eq!(output.status.code(), Some(1));
    // All written again: only the checkpoint shows it.
    for file in ["ledger.head", "ledger.lock"] {
        fs::remove_file(at.join(file)).unwrap();
    }
    ok(at, &["ledger", "init", "--id", "demo"]);
    for _ in 0..5 {
        ok(at, &["ledger", "append", "--text", "invented"]);
    }
    assert_eq!(verify(at, &[]).0, 0);
    let (code, result) = verify(at, &against);
    assert_eq!((code, &result["first_bad"]["class"]), (1, &"forked".into()));
    fs::write(at.join("a.note"), note.replace("\n4\n", "\n3\n")).unwrap();
    let said = refused(at, &[&["ledger", "verify"][..], &against].concat());
    assert!(
        said.contains("does not belong to this checkpoint"),
        "{said}"
    );
}

#[test]
fn git_keeps_a_trace() {
    let folder = begun();
    let at = folder.path();
    let git = |arguments: &[&str]| {
        let output = std::process::Command::new("git")
            .current_dir(at)
            .args(["-c", "user.name=n", "-c", "user.email=e"])
            .args(arguments)
            .output();
        output.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        eprintln!("skipped: there is no git");
        return;
    }
    assert!(refused(at, &["ledger", "note", "--git"]).contains("git wrote no note"));
    assert!(git(&["config", "user.name", "n"]) && git(&["config", "user.email", "e"]));
    assert!(git(&["commit", "-q", "--allow-empty", "-m", "a model"]));
    let text = ok(at, &["ledger", "note", "--git"]);
    assert!(
        text.starts_with("waage-ledger demo\nentries 4\nhash "),
        "{text}"
    );
    assert!(git(&["rev-parse", "--verify", "refs/notes/waage"]));
}

#[test]
fn audits_write_into_a_ledger() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    ok(
        at,
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
            "--ledger",
            "ledger.jsonl",
            "--format",
            "json",
            "-q",
        ],
    ]
    .concat();
    let output = run(at, &audit);
    assert!(matches!(output.status.code(), Some(0 | 1)));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    run(at, &audit);
    let shown = ok(at, &["ledger", "show", "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    let entries = shown["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    let payload = &entries[1]["payload"];
    assert_eq!(entries[1]["kind"], "audit.result");
    assert_eq!(payload["verdict"], document["verdict"]);
    assert_eq!(payload["policy_digest"], document["policy"]["digest"]);
    assert_eq!(payload["dataset_digest"], document["dataset"]["digest"]);
    let digest = waage_audit::govern::canonical::digest(&document);
    assert_eq!(payload["digest"], digest.as_str());
    assert_eq!(
        payload, &entries[2]["payload"],
        "the same audit has the same digest"
    );
    assert_eq!(payload.as_object().unwrap().len(), 4, "nothing of the data");
    // A ledger that does not hold is not written to, and does not hide what is proven.
    fs::write(at.join("ledger.jsonl"), "{}\n").unwrap();
    let output = run(at, &audit);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let violated = document["policy"]["violated"] == true;
    assert_eq!(output.status.code(), Some(if violated { 1 } else { 2 }));
    assert!(said.contains("is damaged"), "{said}");
    let (code, said) = failure(
        [
            &["audit", "leads.csv"][..],
            &ROLES,
            &["--ledger", "/proc/x.jsonl"],
        ]
        .concat(),
    );
    assert_eq!(code, 2, "{said}");
}

/// A file that may not grow stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_is_told_in_a_sentence_and_leaves_the_ledger_whole() {
    let folder = begun();
    let at = folder.path();
    let long = "x".repeat(3000);
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; exec '{}' ledger append --text {long}",
        waage_tests::binary().display()
    );
    let output = std::process::Command::new("bash")
        .current_dir(at)
        .args(["-c", &script])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        said.contains("nothing was added; free some space"),
        "{said}"
    );
    assert_eq!(verify(at, &[]).0, 0);
    ok(at, &["ledger", "append", "--text", &long]);
    assert_eq!(verify(at, &[]).1["entries"], 5);
}
