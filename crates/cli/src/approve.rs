//! `waage approve`.

use waage_audit::govern::approval::{self, Statement, Subject};
use waage_audit::govern::ledger::{Ledger, Options};
use waage_audit::{AuditError, Policy, Record};

use crate::args::Approve;
use crate::clock;
use crate::keys::{print, signing};
use crate::output::{self, ExitCode, Failure};

/// Signs a result and tells which signatures it has.
pub fn run(args: &Approve) -> Result<ExitCode, Failure> {
    output::refuse_page(args.look.format)?;
    let now = clock::now()?;
    let policy = Policy::read(&args.policy).map_err(AuditError::from)?;
    let subject = Subject::read(&args.result).map_err(AuditError::from)?;
    let options: Options = args.access.into();
    let ledger = Ledger::open(&args.ledger, &options).map_err(AuditError::from)?;
    let role = args.role.parse()?;
    let decision = args.decision.parse()?;
    let conditions = args.condition.iter().map(|text| text.parse());
    let conditions = conditions.collect::<Result<_, String>>()?;
    let expires = args.expires.as_deref().map(str::parse).transpose()?;
    subject
        .check_policy(&policy, &args.policy)
        .map_err(AuditError::from)?;
    let (keys, signer, id) = signing(&args.signing)?;
    let statement = Statement {
        audit_digest: subject.digest,
        policy_digest: subject.policy_digest,
        role,
        signer: id,
        decision,
        conditions,
        comment: args.comment.clone(),
        ts: now,
        expires,
    };
    let (entry, state) =
        approval::approve(&ledger, &options, &policy, &keys, &statement, &signer, now)
            .map_err(AuditError::from)?;
    print(Record::Approval(&state), args.look)?;
    output::say(&format!("entry {} of {}", entry.seq, args.ledger.display()));
    Ok(ExitCode::SUCCESS)
}
