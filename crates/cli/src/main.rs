//! The `waage` command.

use std::process::ExitCode;

/// Decoding allocates and frees buffers of many sizes on every thread; this allocator keeps them
/// instead of handing them back to the system, whose fresh pages cost a tenth of an audit.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    waage_cli::run(&words).into()
}
