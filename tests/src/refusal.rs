//! Audits that cannot be run, and what they leave.

use tempfile::TempDir;

use crate::failure;
use crate::files::{leads, tree, write_parquet};

/// The usual roles.
pub const ROLES: [&str; 6] = [
    "--label",
    "converted",
    "--decision",
    "contacted",
    "--sensitive",
    "gender",
];
/// The columns of `leads.parquet`.
pub const COLUMNS: [&str; 4] = ["gender", "score", "contacted", "converted"];

/// A folder with `leads.parquet`.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write_parquet(
        &folder.path().join("leads.parquet"),
        &leads(2_000, 3, &COLUMNS),
        500,
    );
    folder
}

/// The sentence of an audit that cannot be run; the folder is as it was, also with `--out`.
///
/// # Panics
/// When it runs, says more than a sentence or leaves anything.
#[must_use]
pub fn refused(folder: &TempDir, data: &[&str], options: &[&str]) -> String {
    let before = tree(folder.path());
    let out = folder.path().join("out");
    let mut arguments = vec!["audit".to_owned()];
    for name in data {
        let path = folder.path().join(name);
        arguments.push(if *name == "-" {
            "-".to_owned()
        } else {
            path.display().to_string()
        });
    }
    arguments.extend(options.iter().map(|o| (*o).to_owned()));
    if !options.contains(&"--out") {
        arguments.extend(["--out".to_owned(), out.display().to_string()]);
    }
    let (code, said) = failure(&arguments);
    assert_eq!(code, 2, "{said}");
    assert!(said.starts_with("waage: "), "{said}");
    assert_eq!(tree(folder.path()), before, "{said}");
    said.replace(&format!("{}/", folder.path().display()), "")
}

/// The same with the usual roles.
#[must_use]
pub fn refused_data(folder: &TempDir, data: &[&str]) -> String {
    refused(folder, data, &ROLES)
}
