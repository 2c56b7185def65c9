//! Options that the commands of registers share.

use std::path::PathBuf;

use clap::Args;

use super::{Format, Lang};

/// How something is shown.
#[derive(Debug, Args)]
pub struct Showing {
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: Format,
    /// Language of the text
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
}

/// Who acts, when, and where it is recorded.
#[derive(Debug, Args)]
pub struct Acting {
    /// Who acts: the id of a person or program, never a name or address
    #[arg(
        long,
        value_name = "ID",
        default_value = "waage",
        help_heading = "Record"
    )]
    pub actor: String,
    /// Ledger that the change is added to
    #[arg(long, value_name = "FILE", help_heading = "Record")]
    pub ledger: Option<PathBuf>,
}
