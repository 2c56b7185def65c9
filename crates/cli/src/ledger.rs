//! `waage ledger`.

use std::io::BufRead;
use std::path::Path;

use waage_audit::govern::keys::Keys;
use waage_audit::govern::ledger::{self, Checkpoint, Options, Shown, VerifyOptions};
use waage_audit::{AuditError, HeldAgainst, Record};

use crate::args;
use crate::clock;
use crate::keys::{print, signing};
use crate::output::{self, ExitCode, Failure};

/// Entries shown unless asked otherwise.
const SHOWN_DEFAULT: usize = 20;

/// Does what was asked.
pub fn run(command: args::Ledger) -> Result<ExitCode, Failure> {
    match command {
        args::Ledger::Init(args) => init(&args),
        args::Ledger::Append(args) => append(&args),
        args::Ledger::Show(args) => show(&args),
        args::Ledger::Verify(args) => verify(&args),
        args::Ledger::Checkpoint(args) => checkpoint(&args),
        args::Ledger::Prove(args) => prove(&args),
        args::Ledger::CheckProof(args) => check_proof(&args),
        args::Ledger::Note(args) => note(&args),
    }
}

fn init(args: &args::Init) -> Result<ExitCode, Failure> {
    let options: Options = args.file.access.into();
    let made = ledger::Ledger::create(&args.file.path, &options, &args.id, clock::now()?);
    let (_, entry) = made.map_err(AuditError::from)?;
    output::print(&format!("{} {}\n", entry.seq, entry.hash))?;
    Ok(ExitCode::SUCCESS)
}

/// Each entry is printed when it is on the disk, and not before.
fn append(args: &args::Append) -> Result<ExitCode, Failure> {
    let ledger = ledger::Ledger::open(&args.file.path, &args.file.access.into());
    let ledger = ledger.map_err(AuditError::from)?;
    let add = |text: &str| -> Result<(), Failure> {
        let entry = waage_audit::remark(&ledger, &args.actor, text, clock::now()?)?;
        output::print(&format!("{} {}\n", entry.seq, entry.hash))
    };
    if let Some(text) = &args.text {
        add(text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if output::is_kept() {
        return Err(Failure::Message(
            "no remark was given: name --text".to_owned(),
        ));
    }
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            format!("standard input cannot be read ({error}); give remarks as lines of UTF-8 text")
        })?;
        add(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &args::Show) -> Result<ExitCode, Failure> {
    let is_range = args.from.is_some() || args.to.is_some();
    let shown = Shown {
        kind: args.kind.clone(),
        from: args.from.unwrap_or(0),
        to: args.to,
        last: args.last.or((!is_range).then_some(SHOWN_DEFAULT)),
    };
    let result = ledger::show(&args.file.path, &args.file.access.into(), &shown);
    print(
        Record::Entries(&result.map_err(AuditError::from)?),
        args.look,
    )?;
    Ok(ExitCode::SUCCESS)
}

fn keys(path: Option<&Path>) -> Result<Option<Keys>, Failure> {
    Ok(path.map(Keys::read).transpose().map_err(AuditError::from)?)
}

fn verify(args: &args::Verify) -> Result<ExitCode, Failure> {
    let keys = keys(args.keys.as_deref())?;
    let checkpoints = args
        .checkpoint
        .iter()
        .map(|path| Checkpoint::read(path))
        .collect::<Result<Vec<_>, _>>()
        .map_err(AuditError::from)?;
    let asked = VerifyOptions {
        options: args.file.access.into(),
        checkpoints: &checkpoints,
        keys: keys.as_ref(),
        with_root: args.root,
    };
    let result = ledger::verify(&args.file.path, &asked).map_err(AuditError::from)?;
    print(Record::Ledger(&result), args.look)?;
    Ok(ExitCode::from(u8::from(!result.valid)))
}

fn checkpoint(args: &args::Checkpoint) -> Result<ExitCode, Failure> {
    let ledger = ledger::Ledger::open(&args.file.path, &args.file.access.into());
    let ledger = ledger.map_err(AuditError::from)?;
    let (keys, signer, id) = signing(&args.signing)?;
    let public = keys.named(&id).map_err(AuditError::from)?.public;
    let origin = args.origin.as_deref();
    let now = clock::now()?;
    let made = ledger
        .checkpoint(origin, &signer, (&id, &public), !args.no_record, now)
        .map_err(AuditError::from)?;
    let note = made.note.write();
    match &args.out {
        None => output::print(&note)?,
        Some(path) => std::fs::write(path, &note).map_err(|error| {
            format!(
                "{} cannot be written ({error}); choose another --out",
                path.display()
            )
        })?,
    }
    output::say(
        "keep this note where the ledger is not: mail it to the approver, tag it in git, have it time-stamped, or give it to a public log",
    );
    Ok(ExitCode::SUCCESS)
}

fn prove(args: &args::Prove) -> Result<ExitCode, Failure> {
    let (path, options) = (&args.file.path, args.file.access.into());
    let proof = match (args.seq, args.from) {
        (Some(seq), _) => ledger::prove_inclusion(path, &options, seq, args.to),
        (None, from) => ledger::prove_consistency(path, &options, from.unwrap_or(0), args.to),
    };
    let look = args::Look {
        format: args::PageFormat::Json,
        lang: args::Lang::En,
    };
    print(Record::Proof(&proof.map_err(AuditError::from)?, None), look)?;
    Ok(ExitCode::SUCCESS)
}

fn check_proof(args: &args::CheckProof) -> Result<ExitCode, Failure> {
    let name = args.proof.display().to_string();
    let proof = waage_audit::read_proof(&args.proof)?;
    let checkpoint = args.checkpoint.as_deref().map(Checkpoint::read);
    let checkpoint = checkpoint.transpose().map_err(AuditError::from)?;
    let keys = keys(args.keys.as_deref())?;
    if let (Some(checkpoint), Some(keys), Some(path)) = (&checkpoint, &keys, &args.checkpoint) {
        checkpoint
            .signed_by(keys, &path.display().to_string())
            .map_err(AuditError::from)?;
    }
    if let Err(why) = ledger::check_proof(&proof, checkpoint.as_ref()) {
        output::say(&format!("waage: the proof {name:?} does not hold: {why}"));
        return Ok(ExitCode::from(1));
    }
    let against = checkpoint.as_ref().map(|checkpoint| HeldAgainst {
        origin: &checkpoint.origin,
        is_verified: keys.is_some(),
    });
    print(Record::Proof(&proof, against), args.look)?;
    Ok(ExitCode::SUCCESS)
}

fn note(args: &args::Note) -> Result<ExitCode, Failure> {
    let text = ledger::git_note(&args.file.path, &args.file.access.into(), &args.commit);
    output::print(&text.map_err(AuditError::from)?)?;
    Ok(ExitCode::SUCCESS)
}
