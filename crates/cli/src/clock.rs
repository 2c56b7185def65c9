//! The time, which only the command line reads.

use waage_audit::govern::Timestamp;

use crate::output::Failure;

/// Now, or the moment that SOURCE_DATE_EPOCH names.
///
/// # Errors
/// A sentence where that is no moment up to the year 9999.
pub fn now() -> Result<Timestamp, Failure> {
    let given = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(epoch) => epoch.parse::<u64>().ok().and_then(|s| i64::try_from(s).ok()).and_then(Timestamp::from_unix).ok_or_else(|| {
            Failure::Message(format!(
                "SOURCE_DATE_EPOCH is {epoch:?}, not the seconds since 1970 of a day up to the year 9999; correct or unset it"
            ))
        }).map(Some)?,
        Err(_) => None,
    };
    let seconds = || {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    };
    given
        .or_else(|| Timestamp::from_unix(i64::try_from(seconds()).ok()?))
        .ok_or_else(|| {
            Failure::Message("the system's clock is past the year 9999; set it".to_owned())
        })
}
