//! See Cargo.toml for the tests.
