//! Moments as people write them, and clocks that count from them.

use crate::date::Date;
use crate::time::Timestamp;

/// A moment of RFC 3339 in UTC, also without seconds, with a fraction or with an offset; a day alone
/// is its first second.
///
/// ```
/// use waage_govern::records::moment;
/// let opened = moment::read("2026-11-24T09:30+01:00")?;
/// assert_eq!(opened.to_string(), "2026-11-24T08:30:00Z");
/// assert_eq!(moment::later(opened, 72).to_string(), "2026-11-27T08:30:00Z");
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// A sentence that shows how to write it.
pub fn read(text: &str) -> Result<Timestamp, String> {
    parse(text).ok_or_else(|| {
        format!("{text:?} is no moment; write it as 2026-11-24T08:30:00Z, or a day as 2026-11-24")
    })
}

/// So many hours later, at most the last moment there is.
#[must_use]
pub fn later(moment: Timestamp, hours: u32) -> Timestamp {
    Timestamp::from_unix(moment.unix().saturating_add(i64::from(hours) * 3_600)).unwrap_or(moment)
}

/// Hours from one moment to another; negative if that one is earlier.
#[must_use]
pub fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    to.seconds_since(from) as f64 / 3_600.0
}

fn parse(text: &str) -> Option<Timestamp> {
    let day = |text: &str| text.parse::<Date>().ok().map(Timestamp::start_of);
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return day(text);
    };
    // Without a zone, nobody knows which moment is meant.
    let (at, sign) = time.char_indices().find(|(_, c)| "Zz+-".contains(*c))?;
    let (clock, zone) = (&time[..at], &time[at + 1..]);
    let offset_s = match sign {
        'Z' | 'z' => zone.is_empty().then_some(0)?,
        _ => {
            let (hours, minutes) = zone.split_once(':')?;
            let offset = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
            if sign == '-' { -offset } else { offset }
        }
    };
    let mut parts = clock.split(':');
    let hours = number(parts.next()?, 23)?;
    let minutes = number(parts.next()?, 59)?;
    let seconds = parts.next().map_or(Some(0), seconds)?;
    if parts.next().is_some() {
        return None;
    }
    let within = hours * 3_600 + minutes * 60 + seconds;
    Timestamp::from_unix(day(date)?.unix() + within - offset_s)
}

/// Whole seconds, also of a text with a fraction.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit());
    is_fraction.then(|| number(whole, 59))?
}

fn number(text: &str, max: i64) -> Option<i64> {
    let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let value: i64 = digits.then(|| text.parse().ok())??;
    (value <= max).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_utc() {
        for (text, utc) in [
            ("2026-11-24", "2026-11-24T00:00:00Z"),
            ("2026-11-24T08:30Z", "2026-11-24T08:30:00Z"),
            ("2026-11-24 08:30:15.25z", "2026-11-24T08:30:15Z"),
            ("2026-11-24T00:30:00+02:00", "2026-11-23T22:30:00Z"),
            ("2026-11-24T23:30:00-02:30", "2026-11-25T02:00:00Z"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(read(text).unwrap().to_string(), utc, "{text}");
        }
        for text in [
            "",
            "T",
            "2026-11-24T08:30:00",
            "2026-11-24T24:00:00Z",
            "2026-11-24T08:30:00Zx",
            "2026-11-24T08:30:00+0200",
            "2026-11-24T08:30:00:00Z",
            "2026-11-24T8:30:00Z",
            "2026-11-24T0ü:30:00Z",
            "2026-11-24T08:30:15.abcZ",
            "2026-11-24T08:30:15.Z",
            "2026-11-24T08:30:15.2.5Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn clocks_count_hours() {
        let at = read("2026-02-27T12:00:00Z").unwrap();
        assert_eq!(later(at, 48).to_string(), "2026-03-01T12:00:00Z");
        assert_eq!(hours_between(at, later(at, 72)), 72.0);
        let last = read("9999-12-31T23:59:59Z").unwrap();
        assert_eq!(later(last, 72), last);
    }
}
