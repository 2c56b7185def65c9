//! Commands in a folder on 25 November 2026.

use std::path::Path;
use std::process::Output;

use crate::command;

/// That day, midnight, in seconds since 1970.
const DAY: &str = "1795564800";

/// Runs `waage` there and waits.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn output(folder: &Path, arguments: &[&str]) -> Output {
    command()
        .args(arguments)
        .current_dir(folder)
        .env("SOURCE_DATE_EPOCH", DAY)
        .output()
        .expect("waage starts")
}

/// The exit code and both outputs as texts.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn waage(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = output(folder, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}
