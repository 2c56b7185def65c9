//! Runs that end early: targets that cannot be written, full disks, closed pipes, Ctrl-C.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use waage_tests::files::{leads, tree, write_parquet};
use waage_tests::refusal::{COLUMNS, ROLES, folder, refused};
use waage_tests::{binary, command, failure};

#[test]
fn outputs_that_cannot_be_written_leave_nothing() {
    let folder = folder();
    fs::write(folder.path().join("file"), b"mine").unwrap();
    let inside = |name: &str| folder.path().join(name).display().to_string();
    for out in [inside("file"), inside("file/x"), "/proc/nowhere".to_owned()] {
        let mut options = ROLES.to_vec();
        options.extend(["--out", &out]);
        // Standard output is printed after the folder, so that it stays empty here.
        let said = refused(&folder, &["leads.parquet"], &options);
        assert!(said.contains("cannot be written ("), "{said}");
    }
    assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"mine");
    for (out, expected) in [
        (
            inside("no/x.parquet"),
            "no/x.parquet cannot be written (No such file",
        ),
        (
            inside("file/x.parquet"),
            "file/x.parquet cannot be written (not a directory",
        ),
        (folder.path().display().to_string(), "cannot be written ("),
    ] {
        let before = tree(folder.path());
        let (code, said) = failure([
            "datasets",
            "generate",
            "lead-scoring",
            "--rows",
            "10",
            "--out",
            &out,
        ]);
        assert!(code == 2 && said.contains(expected), "{said}");
        assert!(!said.contains(".part"), "{said}");
        assert_eq!(tree(folder.path()), before);
    }
    let (code, said) = failure(["demo", "--out", &inside("file")]);
    assert!(code == 2 && said.contains("cannot be written ("), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_sentence() {
    let folder = folder();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = command()
        .arg("audit")
        .arg(folder.path().join("leads.parquet"))
        .args(ROLES)
        .arg("--quiet")
        .stdout(full)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("standard output cannot be written (No space left"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");

    // A disk of 128 KiB, where mounting is allowed.
    let disk = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=128k", "tmpfs"])
        .arg(disk.path())
        .stderr(Stdio::null())
        .status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a small disk cannot be mounted without root");
        return;
    }
    let _guard = Mounted(disk.path());
    let out = disk.path().join("deep/report");
    let mut arguments = vec!["audit".to_owned()];
    arguments.push(folder.path().join("leads.parquet").display().to_string());
    arguments.extend(ROLES.map(str::to_owned));
    arguments.extend(["--out".to_owned(), out.display().to_string()]);
    let (code, said) = failure(&arguments);
    assert!(
        code == 2 && said.contains("cannot be written (No space left"),
        "{said}"
    );
    assert!(tree(disk.path()).is_empty(), "{:?}", tree(disk.path()));

    let target = disk.path().join("leads.parquet").display().to_string();
    let (code, said) = failure([
        "datasets",
        "generate",
        "lead-scoring",
        "--rows",
        "30000",
        "--out",
        &target,
    ]);
    assert!(
        code == 2 && said.contains("leads.parquet cannot be written (No space left"),
        "{said}"
    );
    assert!(tree(disk.path()).is_empty(), "{:?}", tree(disk.path()));
}

/// Unmounts at the end, also of a failed test.
struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0).status();
    }
}

#[test]
fn a_closed_pipe_ends_quietly_with_the_verdicts_code() {
    let folder = folder();
    let path = folder.path().join("leads.parquet");
    for format in ["text", "json", "markdown", "html"] {
        let full = command()
            .arg("audit")
            .arg(&path)
            .args(ROLES)
            .arg("-q")
            .output()
            .unwrap();
        let mut child = command()
            .arg("audit")
            .arg(&path)
            .args(ROLES)
            .args(["--format", format, "--quiet"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The reader is gone before the first byte is written.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(
            output.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.status.code(), full.status.code());
    }
    let mut help = command()
        .arg("--help")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(help.stdout.take());
    let output = help.wait_with_output().unwrap();
    assert!(output.stderr.is_empty() && output.status.code() == Some(0));
}

/// Sends Ctrl-C and waits; gives the exit code and what was said. How long it takes is measured by
/// `benches/peers/waage_response.py`.
fn interrupt(mut child: Child) -> (Option<i32>, String) {
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    let status = child.wait().unwrap();
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    (status.code(), said)
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_all() {
    let check = |child: Child, what: &str| {
        let (code, said) = interrupt(child);
        assert_eq!(code, Some(130), "{what}: {said}");
        assert_eq!(said, "waage: interrupted; nothing was written\n", "{what}");
    };
    let start = |arguments: &[&str]| {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    // Waiting for standard input that never comes.
    let mut arguments = vec!["audit", "-"];
    arguments.extend(ROLES);
    let mut child = start(&arguments);
    let held = child.stdin.take();
    std::thread::sleep(Duration::from_millis(1000));
    check(child, "standard input");
    drop(held);

    // Generating.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("leads.parquet").display().to_string();
    let child = start(&[
        "datasets",
        "generate",
        "lead-scoring",
        "--rows",
        "100000000",
        "--out",
        &out,
    ]);
    let waited = Instant::now();
    while tree(folder.path()).is_empty() {
        assert!(
            waited.elapsed() < Duration::from_secs(20),
            "nothing is generated"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(400));
    check(child, "generating");
    assert!(tree(folder.path()).is_empty(), "{:?}", tree(folder.path()));

    // Scanning many files: one, under many names.
    let rows = leads(60_000, 3, &COLUMNS);
    let many = folder.path().join("many");
    fs::create_dir(&many).unwrap();
    write_parquet(&many.join("0.parquet"), &rows, 20_000);
    for name in 1..6_000 {
        fs::hard_link(many.join("0.parquet"), many.join(format!("{name}.parquet"))).unwrap();
    }
    let before = tree(folder.path());
    let out = folder.path().join("out").display().to_string();
    let many = many.display().to_string();
    let mut arguments = vec!["audit", many.as_str(), "--out", &out];
    arguments.extend(ROLES);
    let child = start(&arguments);
    std::thread::sleep(Duration::from_millis(500));
    check(child, "scanning");

    // Resampling many cells.
    let one = format!("{many}/0.parquet");
    let mut arguments = vec!["audit", one.as_str(), "--out", &out, "--bootstrap", "15000"];
    arguments.extend([
        "--score",
        "score",
        "--label",
        "converted",
        "--decision",
        "contacted",
    ]);
    arguments.extend(["--sensitive", "gender,score/100"]);
    let child = start(&arguments);
    std::thread::sleep(Duration::from_millis(500));
    check(child, "bootstrap");
    assert_eq!(tree(folder.path()), before);
}

/// What a command leaves on a terminal, and its exit code.
fn on_a_terminal(line: &str) -> Option<(i32, String)> {
    let output = Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .stdin(Stdio::null())
        .env_remove("NO_COLOR")
        .output()
        .ok()?;
    Some((
        output.status.code()?,
        String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"),
    ))
}

#[test]
fn a_page_is_refused_by_a_terminal() {
    let folder = folder();
    for (format, says) in [
        ("html", "add > report.html, or use --out DIR"),
        ("pdf", "add > report.pdf"),
    ] {
        let line = format!(
            "{} audit {} --label converted --sensitive gender --format {format}",
            binary().display(),
            folder.path().join("leads.parquet").display()
        );
        let Some((code, said)) = on_a_terminal(&line) else {
            eprintln!("skipped: script(1) is absent");
            return;
        };
        assert_eq!(code, 2, "{said}");
        assert_eq!(
            said,
            format!("waage: --format {format} is for a file: {says}\n")
        );
    }
}
