//! What the end-to-end tests share: the built command and where data lie.

pub mod dated;
pub mod files;
pub mod house;
pub mod refusal;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// Leads by their score, the best 30 %, groups by gender.
pub const ROLES: [&str; 8] = [
    "--label",
    "converted",
    "--score",
    "score",
    "--top-fraction",
    "0.3",
    "--sensitive",
    "gender",
];

/// The project's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// A real data file, or `None` (said on standard error) where the folder is absent.
#[must_use]
pub fn real_data(name: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// The `waage` binary: `WAAGE_BIN`, else built beside this test.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("WAAGE_BIN") {
            return path.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--locked", "--package", "waage"])
            .current_dir(root())
            .status()
            .expect("cargo runs");
        assert!(built.success(), "waage builds");
        let test = std::env::current_exe().expect("a test has a path");
        let folder = test
            .parent()
            .and_then(Path::parent)
            .expect("target/debug/deps");
        folder.join("waage")
    })
}

/// The command with nothing of the caller's terminal or environment that its output depends on.
#[must_use]
pub fn command() -> Command {
    let mut command = Command::new(binary());
    command
        .stdin(std::process::Stdio::null())
        .env("COLUMNS", "100");
    for name in ["NO_COLOR", "SOURCE_DATE_EPOCH", "RAYON_NUM_THREADS"] {
        command.env_remove(name);
    }
    command
}

/// Runs `waage` and waits.
///
/// # Panics
/// When it cannot be started.
pub fn waage<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    command().args(arguments).output().expect("waage starts")
}

/// The document of `waage audit DATA … --format json`.
///
/// # Panics
/// When it ends with another code than 0 or 1, or prints no JSON.
pub fn audit<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Value {
    let mut command = command();
    command
        .arg("audit")
        .args(arguments)
        .args(["--format", "json", "--quiet"]);
    let output = command.output().expect("waage starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{:?} {said}",
        output.status
    );
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// The value of a metric of a group of one attribute.
///
/// # Panics
/// When there is no such group.
#[must_use]
pub fn metric(result: &Value, attribute: &str, label: &str, metric: &str) -> Value {
    let group = result["groups"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|g| {
            g["attributes"].as_object().is_some_and(|a| a.len() == 1)
                && g["attributes"][attribute] == label
        })
        .unwrap_or_else(|| panic!("{attribute} has no group {label}: {}", result["groups"]));
    group["metrics"][metric]["value"].clone()
}

/// The sentence and the exit code of a failing run.
///
/// # Panics
/// When it prints anything on standard output or more than one line on standard error.
pub fn failure<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> (i32, String) {
    let output = waage(arguments);
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(
        output.stdout.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(
        !said.contains("panicked") && !said.contains("internal error"),
        "{said}"
    );
    (output.status.code().unwrap_or(-1), said)
}
