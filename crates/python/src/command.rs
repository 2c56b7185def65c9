//! The commands of the command line, told to Python instead of a terminal.

use std::ffi::OsString;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Value, json};

use crate::WaageError;
use crate::observer::{Shared, wait_or};

/// Runs the command of these words (without the program's name) and gives the exit code, standard
/// output and standard error. Ctrl-C stops it.
#[pyfunction]
pub fn tell(py: Python<'_>, words: Vec<OsString>) -> PyResult<(u8, Py<PyBytes>, String)> {
    let words = with_program(words);
    let shared = Shared::default();
    let told = wait_or(py, &shared, None, waage_cli::interrupt, || {
        waage_audit::with_threads(None, || waage_cli::tell(&words))
    })?;
    let told = told.map_err(WaageError::new_err)?;
    Ok((told.code, PyBytes::new(py, &told.out).unbind(), told.err))
}

/// Runs the command of these words as the process's own: prints, and gives the code to exit with.
#[pyfunction]
pub fn main(py: Python<'_>, words: Vec<OsString>) -> u8 {
    let words = with_program(words);
    py.detach(|| waage_cli::run(&words))
}

/// The commands with their options, as JSON.
#[pyfunction]
pub fn commands() -> String {
    let shape = |of: &waage_cli::Shape| -> Value {
        let option = |given: &waage_cli::Given| {
            json!({
                "name": given.name,
                "help": given.help,
                "kind": given.kind,
                "by_place": given.by_place,
                "required": given.required,
                "several": given.several,
                "delimiter": given.delimiter,
                "default": given.default,
                "values": given.values,
            })
        };
        let options: Vec<Value> = of.options.iter().map(option).collect();
        json!({"path": of.path, "about": of.about, "options": options})
    };
    let shapes: Vec<Value> = waage_cli::commands().iter().map(shape).collect();
    Value::from(shapes).to_string()
}

fn with_program(words: Vec<OsString>) -> Vec<OsString> {
    std::iter::once("waage".into()).chain(words).collect()
}
