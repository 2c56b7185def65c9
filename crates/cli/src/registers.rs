//! What the commands of registers share: the day, the moment, the policy and the ledger.

use std::path::Path;

use waage_audit::govern::ledger::{Ledger, Options};
use waage_audit::govern::records::moment;
use waage_audit::govern::{Date, Timestamp};
use waage_audit::{AuditError, Policy};

use crate::audit::today;
pub use crate::clock::now;
use crate::output::Failure;

/// What stops a library call, as this command tells it.
pub fn failed(error: impl Into<AuditError>) -> Failure {
    error.into().into()
}

/// The day of an option, else today.
pub fn day(option: Option<&str>) -> Result<Date, Failure> {
    let text = option.map_or_else(today, |text| Ok(text.to_owned()))?;
    text.parse().map_err(Failure::Message)
}

/// The moment of an option, if it is given.
pub fn moment(option: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    option
        .map(moment::read)
        .transpose()
        .map_err(Failure::Message)
}

/// The moment of an option, else now.
pub fn moment_or_now(option: Option<&str>) -> Result<Timestamp, Failure> {
    moment(option)?.map_or_else(now, Ok)
}

/// The moment that a document is told as of: a moment given, the end of a day given, else now.
pub fn as_of(option: Option<&str>) -> Result<Timestamp, Failure> {
    let Some(text) = option else {
        return now();
    };
    match text.parse() {
        Ok(day) => Ok(Timestamp::end_of(day)),
        Err(_) => moment::read(text).map_err(Failure::Message),
    }
}

/// The policy of an option.
pub fn policy(path: Option<&Path>) -> Result<Option<Policy>, Failure> {
    path.map(Policy::read).transpose().map_err(failed)
}

/// The ledger of an option.
pub fn ledger(path: Option<&Path>) -> Result<Option<Ledger>, Failure> {
    let open = |path| Ledger::open(path, &Options::default());
    path.map(open).transpose().map_err(failed)
}
