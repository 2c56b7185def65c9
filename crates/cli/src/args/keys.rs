//! What `waage keys` accepts, and how commands are told who signs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ledger::{Access, Look};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  A key for the person who approves; the passphrase is asked for:
    waage keys new a.approver --person p-17 --roles approver --out a.approver.key
  For a pipeline, from the environment:
    WAAGE_PASSPHRASE=… waage keys new ci.owner --person p-3 --roles owner --out ci.key
  The public half of a key that never leaves its card:
    waage keys new v.card --person p-9 --roles validator --public 3d4017c3…
  Whose key is valid? And one that was lost:
    waage keys list
    waage keys revoke a.approver --reason compromise --ledger ledger.jsonl

Private keys are files that only their owner can read, wrapped by a passphrase (Argon2id,
XChaCha20-Poly1305). Waage sends them nowhere and shows them nowhere.";

/// `waage keys`.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key, or list the public half of one that is elsewhere
    New(New),
    /// List the keys and what they are worth today
    List(List),
    /// Revoke a key
    Revoke(Revoke),
}

/// `waage keys new`.
#[derive(Debug, Args)]
pub struct New {
    /// Id of the key, as the policy's [people] names it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Whose it is, as the house calls that person
    #[arg(long, value_name = "PERSON")]
    pub person: String,
    /// In which roles it signs: owner, developer, validator, approver, dpo, compliance, …
    #[arg(
        long,
        value_name = "R[,S…]",
        value_delimiter = ',',
        required = true,
        num_args = 1
    )]
    pub roles: Vec<String>,
    /// The list of public keys; made if there is none
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub keys: PathBuf,
    /// File for the private key, which must not exist
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "public",
        required_unless_present = "public"
    )]
    pub out: Option<PathBuf>,
    /// The public half of a key that is elsewhere, as 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub public: Option<String>,
    /// First day; today if absent
    #[arg(long, value_name = "DATE")]
    pub valid_from: Option<String>,
    /// Last day
    #[arg(long, value_name = "DATE")]
    pub valid_to: Option<String>,
    /// Leave the private key unwrapped
    #[arg(long, conflicts_with = "passphrase_file")]
    pub no_passphrase: bool,
    /// File whose first line is the passphrase; WAAGE_PASSPHRASE, else asked for, if absent
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Ledger that records the change
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,
}

/// `waage keys list`.
#[derive(Debug, Args)]
pub struct List {
    /// The list of public keys
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub keys: PathBuf,
    #[command(flatten)]
    pub look: Look,
}

/// `waage keys revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// Id of the key
    #[arg(value_name = "ID")]
    pub id: String,
    /// Why; "compromise" if others may know the key, so that earlier signatures are doubtful too
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// From when on, such as 2026-03-01T12:00:00Z; now if absent
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The list of public keys
    #[arg(long, value_name = "FILE", default_value = "keys.toml")]
    pub keys: PathBuf,
    /// Ledger that records the change
    #[arg(long, value_name = "FILE", help_heading = "Ledger")]
    pub ledger: Option<PathBuf>,
    #[command(flatten)]
    pub access: Access,
}

/// Who signs.
#[derive(Debug, Args)]
pub struct Signing {
    /// File of the private key, or env:NAME for a variable that holds it; env:WAAGE_KEY if absent
    #[arg(long, value_name = "KEY", help_heading = "Signing")]
    pub key: Option<String>,
    /// Command that signs instead: the message on its standard input, the signature on its output
    #[arg(
        long,
        value_name = "COMMAND",
        conflicts_with = "key",
        help_heading = "Signing"
    )]
    pub signer_cmd: Option<String>,
    /// Id of the key in keys.toml; the one that lists the private key if absent
    #[arg(long, value_name = "ID", help_heading = "Signing")]
    pub signer: Option<String>,
    /// The list of public keys
    #[arg(
        long,
        value_name = "FILE",
        default_value = "keys.toml",
        help_heading = "Signing"
    )]
    pub keys: PathBuf,
    /// File whose first line is the passphrase; WAAGE_PASSPHRASE, else asked for, if absent
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    pub passphrase_file: Option<PathBuf>,
}
