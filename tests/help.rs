//! What the command says of itself, and how it behaves on a terminal.

use std::process::{Command, Stdio};

use waage_tests::{binary, root, waage};

fn help(arguments: &[&str]) -> String {
    let output = waage(arguments);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_texts() {
    for (name, arguments) in [
        ("waage", &["--help"][..]),
        ("audit", &["audit", "--help"]),
        ("power", &["power", "--help"]),
        ("scan", &["scan", "--help"]),
        ("demo", &["demo", "--help"]),
        ("risks", &["risks", "--help"]),
        ("risks_assess", &["risks", "assess", "--help"]),
        ("incident", &["incident", "--help"]),
        ("incident_update", &["incident", "update", "--help"]),
        ("systems", &["systems", "--help"]),
        ("evidence", &["evidence", "--help"]),
        ("evidence_map", &["evidence", "map", "--help"]),
        ("brief", &["brief", "--help"]),
        ("systems_classify", &["systems", "classify", "--help"]),
        (
            "datasets",
            &["datasets", "generate", "lead-scoring", "--help"],
        ),
        ("metrics", &["metrics", "--help"]),
        ("privacy", &["privacy", "--help"]),
        ("privacy-release", &["privacy", "release", "--help"]),
        ("policy", &["policy", "--help"]),
        ("policy-check", &["policy", "check", "--help"]),
        ("policy-init", &["policy", "init", "--help"]),
        ("policy-diff", &["policy", "diff", "--help"]),
        ("gate", &["gate", "--help"]),
        ("ledger", &["ledger", "--help"]),
        ("ledger_verify", &["ledger", "verify", "--help"]),
        ("keys", &["keys", "--help"]),
        ("keys_new", &["keys", "new", "--help"]),
        ("approve", &["approve", "--help"]),
        ("schema", &["schema", "--help"]),
        ("completions", &["completions", "--help"]),
    ] {
        let text = help(arguments);
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{name} is too wide:\n{text}"
        );
        let mut short = arguments.to_vec();
        short.pop();
        short.push("-h");
        assert_eq!(help(&short), text, "-h says the same");
        insta::assert_snapshot!(format!("help_{name}"), text);
    }
}

#[test]
fn the_version_is_told() {
    assert_eq!(
        help(&["--version"]),
        format!("waage {}\n", waage_audit::VERSION)
    );
    let bare = waage([""; 0]);
    assert_eq!(bare.status.code(), Some(2));
    assert!(bare.stdout.is_empty());
    assert_eq!(String::from_utf8(bare.stderr).unwrap(), help(&["--help"]));
}

/// What a command leaves on a terminal of so many columns.
fn on_a_terminal(columns: u32, line: &str) -> Option<String> {
    let sized = format!("stty cols {columns} rows 40; {line}");
    let output = Command::new("script")
        .args(["-qc", &sized, "/dev/null"])
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"))
}

/// A text without colours.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split("\u{1b}[");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(
            part.split_once(|c: char| c.is_ascii_alphabetic())
                .map_or("", |(_, rest)| rest),
        );
    }
    out
}

#[test]
fn a_terminal_gets_its_width_and_colours() {
    let data = root().join("datasets/lead_scoring.parquet");
    let line = format!(
        "{} audit {} --label converted --score score --top-fraction 0.3 --sensitive gender",
        binary().display(),
        data.display()
    );
    let Some(wide) = on_a_terminal(120, &line) else {
        eprintln!("skipped: script(1) is absent");
        return;
    };
    let width = |text: &str| {
        plain(text)
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap_or_default()
    };
    assert!(wide.contains("\u{1b}[1"), "colours: {wide}");
    assert!(
        (101..=120).contains(&width(&wide)),
        "{} columns of 120",
        width(&wide)
    );
    let narrow = on_a_terminal(70, &line).unwrap();
    assert!(
        (50..=70).contains(&width(&narrow)),
        "{} columns of 70:\n{narrow}",
        width(&narrow)
    );
    assert!(narrow.contains("waage: Breach, 20,000 rows, "), "{narrow}");

    let plain_line = format!("NO_COLOR=1 {line} --quiet");
    let colourless = on_a_terminal(70, &plain_line).unwrap();
    assert!(!colourless.contains('\u{1b}'), "{colourless}");
    assert!(!colourless.contains("waage: Breach"), "{colourless}");
}

#[test]
fn a_terminal_sees_progress_when_it_takes_time() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("leads.parquet");
    let line = format!(
        "{} datasets generate lead-scoring --rows 400000 --out {}",
        binary().display(),
        out.display()
    );
    let Some(shown) = on_a_terminal(100, &line) else {
        eprintln!("skipped: script(1) is absent");
        return;
    };
    assert!(
        shown.contains("generate") && shown.contains("of 400,000 rows"),
        "{shown}"
    );
    assert!(
        plain(&shown).trim_end().ends_with("leads.parquet"),
        "{shown}"
    );
    let quiet = on_a_terminal(100, &format!("{line} --quiet")).unwrap();
    assert_eq!(plain(&quiet), "");
}
