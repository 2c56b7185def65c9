//! See Cargo.toml for the benches.
