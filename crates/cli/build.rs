//! Asks the linker for a smaller executable where it and the C library know how.

use std::path::Path;
use std::process::Command;

/// Relocations as a bitmap, and one copy of functions that are the same.
const SMALLER: [&str; 2] = ["-Wl,-z,pack-relative-relocs", "-Wl,--icf=all"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var("OUT_DIR").unwrap_or_default();
    let here = std::env::var("TARGET") == std::env::var("HOST");
    if !here || std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    for argument in SMALLER {
        if runs_with(argument, Path::new(&out)) {
            println!("cargo::rustc-link-arg-bins={argument}");
        }
    }
}

/// Whether a program linked with `argument` can be made and runs.
fn runs_with(argument: &str, folder: &Path) -> bool {
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    if std::fs::write(&source, "fn main() {}").is_err() {
        return false;
    }
    let variable = |name| std::env::var(name).unwrap_or_default();
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.arg(&source).arg("-o").arg(&program);
    rustc.args(["-C", &format!("link-arg={argument}")]);
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    rustc.args(flags.split('\u{1f}').filter(|flag| !flag.is_empty()));
    if let Ok(linker) = std::env::var("RUSTC_LINKER") {
        rustc.args(["-C", &format!("linker={linker}")]);
    }
    let succeeds = |mut command: Command| command.output().is_ok_and(|done| done.status.success());
    succeeds(rustc) && succeeds(Command::new(&program))
}
