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
  Agree to a waiver of the policy, and accept a risk:
    waage approve --waiver W-2026-003 --policy audit.toml --role approver --key a.approver.key \\
        --decision approve
    waage approve --risk R-004 --policy audit.toml --role owner --key m.owner.key --decision approve

What is signed is the digest of the result without its stamp, and that of the policy; of a
waiver or a risk, exactly that waiver or acceptance. A signature that would not count (wrong role, expired key, one person in two roles that exclude each other) is
refused. Exit codes: 0 signed, 2 could not.";

/// `waage approve`.
#[derive(Debug, Args)]
pub struct Approve {
    /// A document of waage audit --format json
    #[arg(
        value_name = "RESULT",
        required_unless_present_any = ["waiver", "risk"],
        conflicts_with_all = ["waiver", "risk"]
    )]
    pub result: Option<PathBuf>,
    /// Sign a waiver of the policy instead
    #[arg(long, value_name = "ID", conflicts_with = "risk")]
    pub waiver: Option<String>,
    /// Sign that a risk of the register is accepted instead
    #[arg(long, value_name = "ID")]
    pub risk: Option<String>,
    /// The risk register of --risk
    #[arg(long, value_name = "FILE", default_value = "risks.toml")]
    pub risks: PathBuf,
    /// The policy that it was judged by, or that has the waiver
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    /// In which role: owner, validator, approver, dpo, compliance, …; whoever asks for a waiver signs as
    /// waiver_requester
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// approve, reject or approve_with_conditions
    #[arg(long, value_name = "DECISION")]
    pub decision: String,
    /// A check that must pass, or a day and a task: '2026-12-31: retrain'
    #[arg(long, value_name = "CONDITION", conflicts_with_all = ["waiver", "risk"])]
    pub condition: Vec<String>,
    /// Why, without personal data
    #[arg(long, value_name = "TEXT")]
    pub comment: Option<String>,
    /// Last day on which it counts; it counts for as long as the result if absent
    #[arg(long, value_name = "DATE", conflicts_with_all = ["waiver", "risk"])]
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
