//! `waage approve`.

use std::path::Path;

use waage_audit::govern::Timestamp;
use waage_audit::govern::approval::{self, Consent, Decision, Exception, Statement, Subject};
use waage_audit::govern::ledger::{Ledger, Options};
use waage_audit::govern::risks::Register;
use waage_audit::{AuditError, Policy, Record};

use crate::args::Approve;
use crate::clock;
use crate::keys::{print, signing};
use crate::output::{self, ExitCode, Failure};
use crate::registers::failed;

/// Signs a result, a waiver or the acceptance of a risk, and tells which signatures that has.
pub fn run(args: &Approve) -> Result<ExitCode, Failure> {
    output::refuse_page(args.look.format)?;
    let now = clock::now()?;
    let policy = Policy::read(&args.policy).map_err(AuditError::from)?;
    let exception = exception(args, &policy, now)?;
    let options: Options = args.access.into();
    let ledger = Ledger::open(&args.ledger, &options).map_err(AuditError::from)?;
    let seq = match (&args.result, exception) {
        (_, Some(exception)) => agree(args, &policy, &ledger, &exception, now)?,
        (Some(result), None) => approve(args, &policy, &ledger, result, now)?,
        (None, None) => return Err("name a RESULT, --waiver or --risk".to_owned().into()),
    };
    output::say(&format!("entry {seq} of {}", args.ledger.display()));
    Ok(ExitCode::SUCCESS)
}

/// The waiver or the risk that is named.
fn exception(
    args: &Approve,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Exception>, Failure> {
    if let Some(id) = &args.waiver {
        return Ok(Some(Exception::waiver(policy, id)?));
    }
    let Some(id) = &args.risk else {
        return Ok(None);
    };
    let register = Register::read(&args.risks).map_err(failed)?;
    let found = Exception::risk(policy, &register, id, now.date())?;
    Ok(Some(found))
}

fn agree(
    args: &Approve,
    policy: &Policy,
    ledger: &Ledger,
    exception: &Exception,
    now: Timestamp,
) -> Result<u64, Failure> {
    let agrees = match args.decision.parse()? {
        Decision::Approve => true,
        Decision::Reject => false,
        Decision::ApproveWithConditions => {
            return Err("waivers and risks are accepted as they are; use --decision approve, or reject to take it back".to_owned().into());
        }
    };
    let role = args.role.parse()?;
    let (keys, signer, id) = signing(&args.signing)?;
    let consent = Consent {
        agrees,
        comment: args.comment.clone(),
        ..Consent::to(exception, role, &id, now)
    };
    let (entry, state) = approval::agree(
        ledger,
        &args.access.into(),
        (policy, &keys),
        exception,
        &consent,
        &signer,
    )
    .map_err(AuditError::from)?;
    print(Record::Exception(&state), args.look)?;
    Ok(entry.seq)
}

fn approve(
    args: &Approve,
    policy: &Policy,
    ledger: &Ledger,
    result: &Path,
    now: Timestamp,
) -> Result<u64, Failure> {
    let subject = Subject::read(result).map_err(AuditError::from)?;
    let role = args.role.parse()?;
    let decision = args.decision.parse()?;
    let conditions = args.condition.iter().map(|text| text.parse());
    let conditions = conditions.collect::<Result<_, String>>()?;
    let expires = args.expires.as_deref().map(str::parse).transpose()?;
    subject
        .check_policy(policy, &args.policy)
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
    let options: Options = args.access.into();
    let (entry, state) =
        approval::approve(ledger, &options, policy, &keys, &statement, &signer, now)
            .map_err(AuditError::from)?;
    print(Record::Approval(&state), args.look)?;
    Ok(entry.seq)
}
