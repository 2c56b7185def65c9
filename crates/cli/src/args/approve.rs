//! What `waage approve` accepts.

use std::path::PathBuf;

use clap::Args;

use super::keys::Signing;
use super::ledger::{Access, Look};

/// Shown after the help.
pub const EXAMPLES: &str = "\
Examples:
  The owner approves a result for half a year:
    waage approve audit.json --policy audit.toml --role owner --key m.owner.key \\
        --decision approve --expires 2027-05-31
  Approve if something is done:
    waage approve audit.json --policy audit.toml --role approver --key a.approver.key \\
        --decision approve_with_conditions --condition FAIR-02 \\
        --condition '2026-12-31: retrain without the postcode'
  With a card or an agent that has the key:
    waage approve audit.json --policy audit.toml --role validator --decision approve \\
        --signer v.card --signer-cmd 'my-card sign'

What is signed is the digest of the result without its stamp, and that of the policy. A signature that
would not count (wrong role, expired key, one person in two roles that exclude each other) is
refused. Exit codes: 0 signed, 2 could not.";

/// `waage approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// A document of waage audit --format json
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,
    /// The policy that it was judged by
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// In which role: owner, validator, approver, dpo, compliance, …
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// approve, reject or approve_with_conditions
    #[arg(long, value_name = "DECISION")]
    pub decision: String,
    /// A check that must pass, or a day and a task: '2026-12-31: retrain'
    #[arg(long, value_name = "CONDITION")]
    pub condition: Vec<String>,
    /// Why, without personal data
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Last day on which it counts; it counts for as long as the result if absent
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    #[command(flatten)]
    pub signing: Signing,
    /// The ledger that it is added to
    #[arg(
        long,
        value_name = "FILE",
        default_value = "ledger.jsonl",
        help_heading = "Ledger"
    )]
    pub ledger: PathBuf,
    #[command(flatten)]
    pub access: Access,
    #[command(flatten)]
    pub look: Look,
}
