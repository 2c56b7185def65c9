//! What `waage ledger` accepts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::keys::Signing;
use super::{Lang, PageFormat};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  Begin a ledger, and let an audit write into it:
    waage ledger init --id lead-score-dach
    waage audit leads.parquet --policy audit.toml --ledger ledger.jsonl
  Does it hold? Also against a checkpoint that was kept elsewhere:
    waage ledger verify
    waage ledger verify --checkpoint 2026-06.note --keys keys.toml
  Sign its size and root, and send the note to somebody who keeps it:
    waage ledger checkpoint --key m.owner.key --out 2026-06.note
  Prove that entry 17 is in it, to somebody who only has the note:
    waage ledger prove --seq 17 > proof.json
    waage ledger check-proof proof.json --checkpoint 2026-06.note --keys keys.toml

Exit codes: 0 it holds, 1 it does not, 2 could not run. A chain cannot show that its tail was cut or
that all of it was written again; a checkpoint kept elsewhere can.";

/// `waage ledger`.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Begin a ledger
    Init(Init),
    /// Add a remark, or one for each line of standard input
    Append(Append),
    /// Show entries, the newest 20 unless asked otherwise
    Show(Show),
    /// Verify every entry, and say where the ledger first does not hold and what was done to it
    Verify(Verify),
    /// Sign the size and the root of the tree over all entries, as a note to be kept elsewhere
    Checkpoint(Checkpoint),
    /// Prove that an entry is in the ledger, or that it only grew
    Prove(Prove),
    /// Check a proof without the ledger
    CheckProof(CheckProof),
    /// Leave a trace of the ledger in git, under refs/notes/waage
    Note(Note),
}

/// The file and how it is opened.
#[derive(Debug, Args)]
pub struct File {
    /// The ledger
    #[arg(value_name = "FILE", default_value = "ledger.jsonl")]
    pub path: PathBuf,
    #[command(flatten)]
    pub access: Access,
}

/// How a ledger is opened.
#[derive(Clone, Copy, Debug, Args)]
pub struct Access {
    /// Also on a network file system, whose locks are unreliable
    #[arg(long, help_heading = "Ledger")]
    pub allow_network_fs: bool,
}

/// `waage ledger init`.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    pub file: File,
    /// Id of the ledger, such as that of the system
    #[arg(long, value_name = "ID")]
    pub id: String,
}

/// `waage ledger append`.
#[derive(Debug, Args)]
pub struct Append {
    #[command(flatten)]
    pub file: File,
    /// The remark; without, each line of standard input is one
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// Who remarks: the id of a key
    #[arg(long, value_name = "ID", default_value = "waage")]
    pub actor: String,
}

/// `waage ledger show`.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub file: File,
    /// Only entries of this kind, such as approval or incident.*
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// From this entry on
    #[arg(long, value_name = "N")]
    pub from: Option<u64>,
    /// Up to this entry
    #[arg(long, value_name = "N")]
    pub to: Option<u64>,
    /// Only the newest so many; 20 unless --from or --to is given
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
    #[command(flatten)]
    pub look: Look,
}

/// How something is shown.
#[derive(Clone, Copy, Debug, Args)]
pub struct Look {
    /// What standard output shows
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    pub format: PageFormat,
    /// Language of text and Markdown
    #[arg(long, value_enum, default_value = "en", help_heading = "Output")]
    pub lang: Lang,
}

/// `waage ledger verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub file: File,
    /// A checkpoint that was kept elsewhere; may be given several times
    #[arg(long, value_name = "NOTE")]
    pub checkpoint: Vec<PathBuf>,
    /// Public keys, for the signatures of entries and checkpoints
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    /// Also compute the root of the Merkle tree
    #[arg(long)]
    pub root: bool,
    #[command(flatten)]
    pub look: Look,
}

/// `waage ledger checkpoint`.
#[derive(Debug, Args)]
pub struct Checkpoint {
    #[command(flatten)]
    pub file: File,
    #[command(flatten)]
    pub signing: Signing,
    /// Name of the log in the note; the ledger's id if absent
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
    /// File for the note; standard output if absent
    #[arg(long, value_name = "NOTE", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Do not record the checkpoint in the ledger
    #[arg(long)]
    pub no_record: bool,
}

/// `waage ledger prove`.
#[derive(Debug, Args)]
pub struct Prove {
    #[command(flatten)]
    pub file: File,
    /// The entry that is in the ledger
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "from",
        required_unless_present = "from"
    )]
    pub seq: Option<u64>,
    /// Number of entries of the smaller tree that the ledger grew from
    #[arg(long, value_name = "A")]
    pub from: Option<u64>,
    /// Number of entries of the tree, such as a checkpoint's; all if absent
    #[arg(long, alias = "size", value_name = "B")]
    pub to: Option<u64>,
}

/// `waage ledger check-proof`.
#[derive(Debug, Args)]
pub struct CheckProof {
    /// A document of waage ledger prove
    #[arg(value_name = "PROOF")]
    pub proof: PathBuf,
    /// The checkpoint that names the root
    #[arg(long, value_name = "NOTE")]
    pub checkpoint: Option<PathBuf>,
    /// Public keys, for the signature of the checkpoint
    #[arg(long, value_name = "FILE")]
    pub keys: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
}

/// `waage ledger note`.
#[derive(Debug, Args)]
pub struct Note {
    #[command(flatten)]
    pub file: File,
    /// Write id, size, hash and root as a git note
    #[arg(long, required = true)]
    pub git: bool,
    /// The commit that gets the note
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub commit: String,
}
