//! `waage keys`, and private keys for other commands.

use std::path::{Path, PathBuf};

use waage_audit::govern::Timestamp;
use waage_audit::govern::keys::{
    KeyError, Keys, NewKey, SecretKey, Signer, Zeroizing, public, revoke,
};
use waage_audit::govern::ledger::{Ledger, Options};
use waage_audit::{AuditError, Language, Record, key_change};

use crate::args::{self, PageFormat, Signing};
use crate::audit::language;
use crate::clock;
use crate::output::{self, ExitCode, Failure};

/// Makes, lists or revokes.
pub fn run(command: args::Keys) -> Result<ExitCode, Failure> {
    match command {
        args::Keys::New(args) => new(&args),
        args::Keys::List(args) => {
            let keys = Keys::read(&args.keys).map_err(AuditError::from)?;
            let result = keys.describe(clock::now()?);
            print(Record::Keys(&result), args.look)?;
            Ok(ExitCode::SUCCESS)
        }
        args::Keys::Revoke(args) => {
            let now = clock::now()?;
            let at = args.at.as_deref().map_or(Ok(now), str::parse)?;
            let ledger = open(args.ledger.as_deref(), args.access)?;
            revoke(&args.keys, &args.id, at, &args.reason).map_err(AuditError::from)?;
            record(ledger, &args.keys, &args.id, "revoked", now)?;
            output::say(&format!("{} is revoked from {at} on", args.id));
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Prints a record as it was asked for.
pub fn print(record: Record<'_>, look: args::Look) -> Result<(), Failure> {
    show(record, look.format, language(look.lang))
}

/// Prints a record in a form and a language.
pub fn show(record: Record<'_>, format: PageFormat, language: Language) -> Result<(), Failure> {
    let text = waage_audit::render_record(record, format.into(), language, output::style())?;
    output::show(&text, format, language)
}

fn new(args: &args::New) -> Result<ExitCode, Failure> {
    let now = clock::now()?;
    let secret = match args.public {
        Some(_) => None,
        None => Some(SecretKey::generate().map_err(AuditError::from)?),
    };
    let public = match (&secret, &args.public) {
        (Some(key), _) => key.public(),
        (None, digits) => public(digits.as_deref().unwrap_or_default()).map_err(|what| {
            format!("--public: {what}; give the 64 hexadecimal digits of an Ed25519 key")
        })?,
    };
    let day = |text: &Option<String>| text.as_deref().map(str::parse).transpose();
    let key = NewKey {
        id: args.id.clone(),
        person: args.person.clone(),
        public,
        roles: args
            .roles
            .iter()
            .map(|role| role.parse())
            .collect::<Result<_, _>>()?,
        valid_from: day(&args.valid_from)?.unwrap_or(now.date()),
        valid_to: day(&args.valid_to)?,
    };
    key.check(&args.keys).map_err(AuditError::from)?;
    let ledger = open(args.ledger.as_deref(), args.access)?;
    if let (Some(secret), Some(out)) = (&secret, &args.out) {
        let phrase = if args.no_passphrase {
            None
        } else {
            Some(passphrase(args.passphrase_file.as_deref(), true).map_err(AuditError::from)?)
        };
        secret
            .write(out, &args.id, phrase.as_ref().map(|p| p.as_str()))
            .map_err(AuditError::from)?;
        output::say(&format!(
            "private key: {} (only its owner can read it)",
            out.display()
        ));
    }
    key.add(&args.keys).map_err(AuditError::from)?;
    record(ledger, &args.keys, &args.id, "added", now)?;
    output::say(&format!(
        "public key: {} in {}",
        args.id,
        args.keys.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The ledger that records a change of keys, if one is named.
fn open(path: Option<&Path>, access: args::Access) -> Result<Option<Ledger>, Failure> {
    let ledger = path
        .map(|path| Ledger::open(path, &access.into()))
        .transpose();
    Ok(ledger.map_err(AuditError::from)?)
}

fn record(
    ledger: Option<Ledger>,
    keys: &Path,
    id: &str,
    change: &str,
    now: Timestamp,
) -> Result<(), Failure> {
    if let Some(ledger) = ledger {
        key_change(&ledger, keys, id, change, now)?;
    }
    Ok(())
}

impl From<args::Access> for Options {
    fn from(access: args::Access) -> Self {
        Self {
            allow_network_fs: access.allow_network_fs,
            ..Self::default()
        }
    }
}

/// The listed keys, who signs, and the id under which that key is listed.
pub fn signing(args: &Signing) -> Result<(Keys, Signer, String), Failure> {
    let keys = Keys::read(&args.keys).map_err(AuditError::from)?;
    let signer = signer(args).map_err(AuditError::from)?;
    let id = keys
        .id_of(args.signer.as_deref(), &signer)
        .map_err(AuditError::from)?;
    Ok((keys, signer, id))
}

fn signer(args: &Signing) -> Result<Signer, KeyError> {
    if let Some(command) = &args.signer_cmd {
        return Ok(Signer::Command(command.clone()));
    }
    let ask = || passphrase(args.passphrase_file.as_deref(), false);
    let given = args.key.as_deref().unwrap_or("env:WAAGE_KEY");
    let Some(name) = given.strip_prefix("env:") else {
        return Ok(SecretKey::read(Path::new(given), ask)?.into());
    };
    let text = match std::env::var(name) {
        Ok(text) => Zeroizing::new(text),
        Err(_) if args.key.is_none() => {
            return Err(KeyError::Asked {
                what: "nobody is named who signs".to_owned(),
                mend: "give --key FILE, --signer-cmd COMMAND, or the key in WAAGE_KEY".to_owned(),
            });
        }
        Err(_) => {
            return Err(KeyError::Asked {
                what: format!("the variable {name} is not set to a text"),
                mend: "set it to the private key, or give --key FILE".to_owned(),
            });
        }
    };
    Ok(SecretKey::parse(&text, given, ask)?.into())
}

/// The passphrase: of a file, of the environment, or asked for.
fn passphrase(file: Option<&Path>, is_new: bool) -> Result<Zeroizing<String>, KeyError> {
    if let Some(path) = file {
        return first_line(path);
    }
    if let Ok(text) = std::env::var("WAAGE_PASSPHRASE") {
        return Ok(Zeroizing::new(text));
    }
    let ask =
        |prompt: &str| {
            let asked = (!output::is_kept()).then(|| rpassword::prompt_password(prompt).ok());
            asked.flatten().map(Zeroizing::new).ok_or_else(|| {
                KeyError::Asked {
            what: "there is no terminal to ask for the passphrase".to_owned(),
            mend: "set WAAGE_PASSPHRASE, give --passphrase-file, or make a key with --no-passphrase"
                .to_owned(),
        }
            })
        };
    let first = ask("Passphrase: ")?;
    if is_new && *first != *ask("Once more: ")? {
        return Err(KeyError::Asked {
            what: "the two passphrases differ".to_owned(),
            mend: "repeat the command".to_owned(),
        });
    }
    Ok(first)
}

fn first_line(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let text = std::fs::read_to_string(path)
        .map(Zeroizing::new)
        .map_err(|source| KeyError::Read {
            file: PathBuf::from(path).display().to_string(),
            source,
        })?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or("").to_owned()))
}
